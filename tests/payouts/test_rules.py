"""Every audit rule by hand: what it finds, how much money, and what it must leave alone."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from etl.payouts.notes import Notes
from etl.payouts.values import tier_column
from tests.payouts.world import (
    all_found,
    arrears,
    change,
    counted,
    figure,
    found,
    inputs,
    listed,
    month,
    paid,
    recovery,
)
from warehouse.payouts import declared
from warehouse.payouts.engine import judge, opened


def year(person: int, **changes) -> list[dict]:
    """Paid every month of 2025."""
    return [paid(person, f"2025-{number:02d}", **changes) for number in range(1, 13)]


def test_what_is_right_is_found_by_no_rule(tmp_path):
    # Born May 1945, so 80 in May 2025: the first month of the tier. A couple shares one account, which is usual.
    young = [paid(2, f"2025-{number:02d}", birth_month=date(1945, 5, 1), account_key=1000) for number in range(5, 13)]
    assert all_found(tmp_path, [*year(1), *young]) == []


def test_paid_in_two_units_counts_the_lower_amount_and_tells_both(tmp_path):
    rows = [
        paid(1, "2025-03"),
        paid(1, "2025-03", unit="b", amount_yuan=Decimal(60)),
        paid(1, "2025-04", unit="b"),
        paid(2, "2025-03"),
    ]
    # Row 2 is unit a (50), row 3 unit b (60): 60 is taken to be due, 50 at risk. April and person 2 are paid once.
    assert found(tmp_path, "paid_in_two_units", rows) == [(2, "2025-03", 50, None, 2), (3, "2025-03", 0, None, 2)]


def test_paid_twice_in_a_month_counts_what_is_beyond_the_first(tmp_path):
    rows = [
        paid(1, "2025-03"),
        paid(1, "2025-03"),
        paid(1, "2025-03"),
        paid(1, "2025-04"),
        paid(1, "2025-03", unit="b"),
    ]
    # Three payments of 50 by unit a: two too many. Unit b's is another rule's business.
    assert found(tmp_path, "paid_twice_in_month", rows) == [(3, "2025-03", 50, None, 3), (4, "2025-03", 50, None, 3)]


def test_what_was_recovered_is_found_no_more(tmp_path):
    rows = [paid(1, "2025-03"), paid(1, "2025-03"), recovery(1, "2025-05", "2025-03", "2025-03", 50)]
    assert found(tmp_path, "paid_twice_in_month", rows) == []


def test_a_recovery_undoes_what_was_paid_before_it_as_far_as_its_money_goes(tmp_path):
    """Dead in January. March was paid twice and 50 came back: 50 are at risk, at the first of the two (row 2)."""
    death = [listed(1, "death", "2025-01")]
    twice = [paid(1, "2025-03"), paid(1, "2025-03")]
    once = [*twice, recovery(1, "2025-05", "2025-03", "2025-03", 50)]
    late = (2, "2025-03", 50, "2025-01", 2)
    assert found(tmp_path / "once", "paid_after_death", once, lists=death) == [late]
    # All of it came back, in two parts; a part of one payment undoes none.
    both = [*once, recovery(1, "2025-06", "2025-03", "2025-03", 50)]
    assert found(tmp_path / "both", "paid_after_death", both, lists=death) == []
    part = [paid(1, "2025-03"), recovery(1, "2025-05", "2025-03", "2025-03", 30)]
    assert found(tmp_path / "part", "paid_after_death", part, lists=death) == [late]
    # Came back in May by mistake and was paid again in June: June's arrears stand, for they came after.
    again = [paid(1, "2025-03"), recovery(1, "2025-05", "2025-03", "2025-03", 50), arrears(1, "2025-06", "2025-03", "2025-03", 50)]  # fmt: skip
    assert found(tmp_path / "again", "paid_after_death", again, lists=death) == [(4, "2025-06", 50, "2025-01", 2)]


def test_paid_again_in_arrears_counts_the_months_already_paid(tmp_path):
    rows = [
        paid(1, "2025-03"),
        paid(1, "2025-05"),
        arrears(1, "2025-06", "2025-03", "2025-05", 150),
        arrears(2, "2025-06", "2025-03", "2025-05", 150),
    ]
    # March and May had been paid, 50 each, April had not: 100 of the 150 at risk. Nothing was paid to person 2 before.
    assert found(tmp_path, "paid_again_in_arrears", rows) == [(4, "2025-06", 100, "2025-03", 2)]


def test_the_rest_of_what_was_due_may_be_paid_for_months_already_paid(tmp_path):
    """Born in February 1935: 90, and due 100 a month, from February 2025 on; paid 50 a month until April."""
    born = {"birth_month": date(1935, 2, 1)}
    months = [paid(1, f"2025-{number:02d}", **born) for number in range(1, 5)]
    # January 50, February to April 100 each: 350 are due and 200 were paid, so 150 may come; of 160 10 are too much.
    rest = [*months, arrears(1, "2025-05", "2025-01", "2025-04", 150, **born)]
    more = [*months, arrears(1, "2025-05", "2025-01", "2025-04", 160, **born)]
    assert found(tmp_path / "rest", "paid_again_in_arrears", rest) == []
    assert found(tmp_path / "more", "paid_again_in_arrears", more) == [(6, "2025-05", 10, "2025-01", 4)]
    # Whose age nobody knows may be due nothing of it.
    unknown = [row | {"birth_month": None} for row in rest]
    assert found(tmp_path / "unknown", "paid_again_in_arrears", unknown) == [(6, "2025-05", 150, "2025-01", 4)]


def test_the_same_months_paid_twice_as_arrears(tmp_path):
    rows = [
        # January and February, then March, then January to April: three of the four months a second time, 200 × 3 / 4.
        arrears(1, "2025-05", "2025-01", "2025-02", 100),
        arrears(1, "2025-06", "2025-03", "2025-03", 50),
        arrears(1, "2025-07", "2025-01", "2025-04", 200),
        # January a second time in one file, and a third; what two had covered before is one month.
        arrears(2, "2025-05", "2025-01", "2025-01", 50),
        arrears(2, "2025-05", "2025-01", "2025-01", 50),
        arrears(2, "2025-06", "2025-01", "2025-02", 100, unit="b"),
        # Months that only touch.
        arrears(3, "2025-05", "2025-01", "2025-02", 100),
        arrears(3, "2025-05", "2025-03", "2025-04", 100, submission_no=2),
        # January and March, then January to March: two months, not the one between; and again in a later file.
        arrears(4, "2025-05", "2025-01", "2025-01", 50),
        arrears(4, "2025-06", "2025-03", "2025-03", 50),
        arrears(4, "2025-07", "2025-01", "2025-03", 150),
        arrears(4, "2025-07", "2025-03", "2025-03", 50, submission_no=2),
        # One within the other is no month more.
        arrears(5, "2025-05", "2025-01", "2025-03", 150),
        arrears(5, "2025-06", "2025-02", "2025-02", 50),
        arrears(5, "2025-07", "2025-03", "2025-03", 50),
        arrears(5, "2025-08", "2025-01", "2025-03", 150),
        # In one month by two files; and for a month that had been paid in its time, so that nothing of it was due.
        arrears(6, "2025-05", "2025-01", "2025-01", 50),
        arrears(6, "2025-05", "2025-01", "2025-01", 50, submission_no=2),
        paid(7, "2025-01"),
        arrears(7, "2025-05", "2025-01", "2025-01", 10),
        arrears(7, "2025-06", "2025-01", "2025-01", 10),
    ]
    assert found(tmp_path / "twice", "arrears_paid_twice", rows) == [
        (4, "2025-07", 150, "2025-01", 3),
        (6, "2025-05", 50, "2025-01", 1),
        (7, "2025-06", 50, "2025-01", 1),
        (12, "2025-07", 100, "2025-01", 2),
        (13, "2025-07", 50, "2025-03", 1),
        (15, "2025-06", 50, "2025-02", 1),
        (16, "2025-07", 50, "2025-03", 1),
        (17, "2025-08", 150, "2025-01", 3),
        (19, "2025-05", 50, "2025-01", 1),
        (22, "2025-06", 10, "2025-01", 1),
    ]
    # 40 of the 50 due came first, then the rest and 5 more; the share would be 15.
    rest = [arrears(1, "2025-05", "2025-01", "2025-01", 40), arrears(1, "2025-06", "2025-01", "2025-01", 15)]
    assert found(tmp_path / "rest", "arrears_paid_twice", rest) == [(3, "2025-06", 5, "2025-01", 1)]
    rest[1] |= {"amount_yuan": Decimal(10)}
    assert found(tmp_path / "due", "arrears_paid_twice", rest) == []
    # January and February 80, then February and March 100, as due: of February 40 had come, which is less than its 50.
    part = [arrears(1, "2025-05", "2025-01", "2025-02", 80), arrears(1, "2025-06", "2025-02", "2025-03", 100)]
    assert found(tmp_path / "part", "arrears_paid_twice", part) == [(3, "2025-06", 40, "2025-02", 1)]
    # Whose age nobody knows: 100 for three months of which one again, 100 / 3 = 33.33 whole fen.
    unknown = [arrears(1, "2025-05", "2025-02", "2025-02", 40), arrears(1, "2025-06", "2025-01", "2025-03", 100)]
    unknown = [row | {"birth_month": None} for row in unknown]
    assert found(tmp_path / "unknown", "arrears_paid_twice", unknown) == [(3, "2025-06", 33.33, "2025-02", 1)]


def test_arrears_are_held_against_the_standards_of_their_months_and_the_age_in_them(tmp_path):
    turned_80, turned_90, turned_100 = ({"birth_month": date(year, 3, 1)} for year in (1945, 1935, 1925))
    rows = [
        # January to April, 80 in March: 2 × 50 are due. 90 in March: 2 × 50 + 2 × 100. 100 in March: 2 × 100 + 2 × 300.
        *(arrears(1, "2025-05", "2025-01", "2025-04", yuan, **turned_80) for yuan in (100, 101)),
        *(arrears(2, "2025-05", "2025-01", "2025-04", yuan, **turned_90) for yuan in (300, 301)),
        *(arrears(3, "2025-05", "2025-01", "2025-04", yuan, **turned_100) for yuan in (800, 801)),
        # Before 80 nothing is due; of the years without a standard (before October 2014) nobody knows.
        arrears(4, "2025-05", "2025-01", "2025-02", 7, **turned_80),
        arrears(5, "2025-05", "2014-09", "2014-10", 999, birth_month=date(1930, 1, 1)),
        arrears(6, "2025-05", "2025-01", "2025-01", 999, birth_month=None),
    ]
    assert found(tmp_path, "arrears_above_standard", rows) == [
        (3, "2025-05", 1, "2025-01", 4),
        (5, "2025-05", 1, "2025-01", 4),
        (7, "2025-05", 1, "2025-01", 4),
        (8, "2025-05", 7, "2025-01", 2),
    ]
    # 50 until June, 60 from July on: 2 × 50 + 2 × 60 = 220 for May to August.
    made = inputs(tmp_path / "dated", [arrears(1, "2025-09", "2025-05", "2025-08", yuan) for yuan in (220, 221)])
    dated = [("a", "age_80_89", 50, month("2014-10"), month("2025-06")), ("a", "age_80_89", 60, month("2025-07"), None)]
    standard = pl.DataFrame(dated, schema=made.frames["standard"].schema, orient="row")
    judged = judge(replace(made, frames={**made.frames, "standard": standard}), rule_codes=["arrears_above_standard"])
    assert judged.findings.select("source_row", "money_yuan").rows() == [(3, 1)]


def test_the_same_money_taken_back_twice(tmp_path):
    rows = [
        # 50 were paid for March, 100 taken back: 50 are owed, told at the later time (row 4).
        paid(1, "2025-03"),
        recovery(1, "2025-05", "2025-03", "2025-03", 50),
        recovery(1, "2025-06", "2025-03", "2025-03", 50),
        # In parts as much as was paid, in time and in arrears.
        paid(2, "2025-03"),
        arrears(2, "2025-04", "2025-01", "2025-02", 100),
        recovery(2, "2025-05", "2025-01", "2025-03", 70),
        recovery(2, "2025-06", "2025-01", "2025-03", 80),
        # Once, more than is known of; and of months of which nothing is known.
        paid(3, "2025-05"),
        recovery(3, "2025-05", "2025-05", "2025-05", 600),
        recovery(4, "2025-05", "2024-01", "2024-03", 150),
        recovery(4, "2025-06", "2024-01", "2024-03", 150),
        # In one month: the later file is the last time, and in one file the later line. Other spans and units are others.
        paid(5, "2025-03"),
        recovery(5, "2025-05", "2025-03", "2025-03", 50, submission_no=2),
        recovery(5, "2025-05", "2025-03", "2025-03", 50),
        recovery(5, "2025-06", "2025-02", "2025-03", 50),
        recovery(5, "2025-06", "2025-03", "2025-03", 50, unit="b"),
        paid(6, "2025-03"),
        recovery(6, "2025-05", "2025-03", "2025-03", 50),
        recovery(6, "2025-05", "2025-03", "2025-03", 20),
    ]
    assert found(tmp_path, "recovered_twice", rows) == [
        (4, "2025-06", 50, "2025-03", 2),
        (14, "2025-05", 50, "2025-03", 2),
        (20, "2025-05", 20, "2025-03", 2),
    ]


def test_paid_after_death_begins_the_month_after(tmp_path):
    rows = [paid(1, "2025-03"), paid(1, "2025-04"), paid(1, "2025-05"), paid(2, "2025-05")]
    # Died in March: March is still due, April is one month late and May two. The earlier of two lists counts.
    lists = [listed(1, "death", "2025-04", source_code="hospital"), listed(1, "death", "2025-03")]
    assert found(tmp_path, "paid_after_death", rows, lists=lists) == [
        (3, "2025-04", 50, "2025-03", 1),
        (4, "2025-05", 50, "2025-03", 2),
    ]


def test_arrears_paid_after_death_are_at_risk_for_the_months_after_it(tmp_path):
    # January to April in May, died in March: one month of four, 200 / 4 = 50. January to March are the heirs'.
    rows = [arrears(1, "2025-05", "2025-01", "2025-04", 200), arrears(2, "2025-05", "2025-01", "2025-03", 150)]
    lists = [listed(1, "death", "2025-03"), listed(2, "death", "2025-03")]
    assert found(tmp_path, "paid_after_death", rows, lists=lists) == [(2, "2025-05", 50, "2025-03", 1)]


def test_a_share_of_arrears_is_rounded_down_to_the_fen(tmp_path):
    # 100 for three months, one of them after death: 100 / 3 = 33.333… → 33.33.
    rows = [arrears(1, "2025-05", "2025-02", "2025-04", 100)]
    lists = [listed(1, "death", "2025-03")]
    assert found(tmp_path, "paid_after_death", rows, lists=lists) == [(2, "2025-05", 33.33, "2025-03", 1)]


def test_paid_after_stop_until_started_again(tmp_path):
    rows = [paid(1, f"2025-{number:02d}") for number in range(3, 8)]
    # Stopped from April on, started again from June on: April (row 3) and May (row 4).
    changes = [change(1, "2025-04", "stop", "reason_other"), change(1, "2025-06", "start")]
    assert found(tmp_path, "paid_after_stop", rows, changes=changes) == [
        (3, "2025-04", 50, "2025-04", 1),
        (4, "2025-05", 50, "2025-04", 2),
    ]


def test_a_stop_for_death_holds_in_every_unit_one_for_moving_only_in_its_own(tmp_path):
    rows = [paid(1, "2025-05", unit="b"), paid(2, "2025-05", unit="b")]
    changes = [change(1, "2025-04", "stop", "reason_death"), change(2, "2025-04", "stop", "reason_moved")]
    assert found(tmp_path, "paid_after_stop", rows, changes=changes) == [(2, "2025-05", 50, "2025-04", 2)]


def test_a_change_of_tier_is_no_stop(tmp_path):
    assert found(tmp_path, "paid_after_stop", [paid(1, "2025-05")], changes=[change(1, "2025-04", "tier")]) == []


def test_paid_beside_another_allowance_while_it_lasts(tmp_path):
    rows = [paid(1, f"2025-{number:02d}") for number in range(2, 6)]
    # The other one from March to April: rows 3 and 4.
    lists = [listed(1, "other_allowance", "2025-03", until_month=date(2025, 4, 1))]
    assert found(tmp_path, "paid_beside_other_allowance", rows, lists=lists) == [
        (3, "2025-03", 50, "2025-03", 1),
        (4, "2025-04", 50, "2025-03", 1),
    ]


def test_paid_after_moving_by_the_unit_moved_from(tmp_path):
    rows = [paid(1, "2025-03"), paid(1, "2025-04"), paid(1, "2025-04", unit="b")]
    # Moved from a in March: March is still a's, April is not; b, where the person lives now, is right.
    lists = [listed(1, "moved_out", "2025-03", unit="a")]
    assert found(tmp_path, "paid_after_moving", rows, lists=lists) == [(3, "2025-04", 50, "2025-03", 1)]


@pytest.mark.parametrize(("years", "before", "after"), [(80, None, 50), (90, 50, 100), (100, 100, 300)])
def test_the_month_of_turning_80_90_and_100_opens_the_tier(tmp_path, years, before, after):
    """Born in June: in May the old tier is right, in June the new one; each of the other two is found."""
    born = date(2025 - years, 6, 1)
    tiers = {50: "age_80_89", 100: "age_90_99", 300: "age_100_plus"}
    new = {"tier_code": tiers[after], "amount_yuan": Decimal(after), "birth_month": born}
    rows = [paid(1, "2025-05", **new), paid(1, "2025-06", **new)]
    # The new tier in May: what it is more than the old one, all of it before 80.
    higher = [(2, "2025-05", after - (before or 0), f"{born:%Y-%m}", years * 12 - 1)]
    assert found(tmp_path / "new", "paid_in_higher_tier", rows) == higher
    assert found(tmp_path / "same", "paid_in_lower_tier", rows) == []
    if before:
        old = {"tier_code": tiers[before], "amount_yuan": Decimal(before), "birth_month": born}
        rows = [paid(1, "2025-05", **old), paid(1, "2025-06", **old)]
        lower = [(3, "2025-06", after - before, f"{born:%Y-%m}", years * 12)]
        assert found(tmp_path / "old", "paid_in_lower_tier", rows) == lower
        assert found(tmp_path / "too", "paid_in_higher_tier", rows) == []


def test_a_tier_too_high_counts_what_is_beyond_the_standard_of_that_month(tmp_path):
    # 80 and not yet 90; the standard of 80–89 is 50 until June and 60 from July on.
    born = {"tier_code": "age_90_99", "birth_month": date(1944, 1, 1)}
    rows = [
        paid(1, "2025-06", amount_yuan=Decimal(100), **born),
        paid(1, "2025-07", amount_yuan=Decimal(100), **born),
        paid(2, "2025-07", amount_yuan=Decimal(45), **born),
    ]
    made = inputs(tmp_path, rows)
    dated = [("a", "age_80_89", 50, month("2014-10"), month("2025-06")), ("a", "age_80_89", 60, month("2025-07"), None)]
    standard = pl.DataFrame(dated, schema=made.frames["standard"].schema, orient="row")
    judged = judge(replace(made, frames={**made.frames, "standard": standard}), rule_codes=["paid_in_higher_tier"])
    # 100 - 50, 100 - 60, and 45 that is less than what is due.
    told = judged.findings.sort("source_row").select("source_row", "money_yuan", "evidence_code").rows()
    assert told == [(2, 50, "age_80_89"), (3, 40, "age_80_89"), (4, 0, "age_80_89")]


def test_amounts_are_held_against_the_standard_of_their_day(tmp_path):
    rows = [
        paid(1, "2025-03", amount_yuan=Decimal("50.5")),
        paid(2, "2025-03", amount_yuan=Decimal(45)),
        paid(3, "2025-03"),
        arrears(3, "2025-03", "2025-01", "2025-02", 100),
    ]
    assert found(tmp_path / "above", "amount_above_standard", rows) == [(2, "2025-03", 0.5, "2014-10", 50)]
    assert found(tmp_path / "below", "amount_below_standard", rows) == [(3, "2025-03", 5, "2014-10", 50)]


def test_a_gap_without_arrears(tmp_path):
    rows = [paid(1, when) for when in ("2025-01", "2025-02", "2025-05", "2025-06")]
    others = [paid(9, f"2025-{number:02d}") for number in range(1, 7)]
    # March and April were not paid, and never later: 2 × 50, told at the payment of May (row 4).
    assert found(tmp_path / "gap", "gap_without_arrears", [*rows, *others]) == [(4, "2025-05", 100, "2025-03", 2)]
    # With arrears for March, April is left.
    later = [*rows, *others, arrears(1, "2025-06", "2025-03", "2025-03", 50)]
    assert found(tmp_path / "part", "gap_without_arrears", later) == [(4, "2025-05", 50, "2025-04", 1)]


def test_what_is_no_gap(tmp_path):
    rows = [paid(1, "2025-01"), paid(1, "2025-04"), paid(1, "2025-05")]
    others = [paid(9, f"2025-{number:02d}") for number in range(1, 6)]
    # Without files of February and March nobody was paid then.
    assert found(tmp_path / "held", "gap_without_arrears", rows) == []
    # Paid by another unit meanwhile.
    away = [paid(1, when, unit="b") for when in ("2025-02", "2025-03")]
    assert found(tmp_path / "away", "gap_without_arrears", [*rows, *others, *away]) == []
    # Stopped for another reason than a missed authentication; for that one arrears are due.
    moved = [change(1, "2025-02", "stop", "reason_moved")]
    assert found(tmp_path / "moved", "gap_without_arrears", [*rows, *others], changes=moved) == []
    unseen = [change(1, "2025-02", "stop", "reason_unverified")]
    seen = found(tmp_path / "unseen", "gap_without_arrears", [*rows, *others], changes=unseen)
    assert seen == [(3, "2025-04", 100, "2025-02", 2)]
    # The arrears may still come: the first payment after the gap is the latest month there is.
    early = [row for row in (*rows, *others) if row["month"] < date(2025, 5, 1)]
    assert found(tmp_path / "early", "gap_without_arrears", early) == []


def test_a_gap_of_one_month_is_told_once_at_the_first_payment_after_it(tmp_path):
    # March is left out. April is paid twice, and arrears of another time lie before: told at row 5, the amount of which counts.
    rows = [
        paid(1, "2025-01"), paid(1, "2025-02"),
        arrears(1, "2025-04", "2024-01", "2024-01", 70), paid(1, "2025-04", amount_yuan=Decimal(55)), paid(1, "2025-04"),
    ]  # fmt: skip
    held = [("a", f"2025-{number:02d}") for number in range(1, 6)]
    assert found(tmp_path, "gap_without_arrears", rows, held=held) == [(5, "2025-04", 55, "2025-03", 1)]


def test_a_stop_takes_the_months_from_its_own_on_out_of_a_gap(tmp_path):
    rows = [paid(1, "2025-01"), paid(1, "2025-04")]
    held = [("a", f"2025-{number:02d}") for number in range(1, 6)]
    # Stopped in January, when it was still paid, it is over; stopped in March, February alone is owed.
    for when, expected in (
        ("2025-01", (3, "2025-04", 100, "2025-02", 2)),
        ("2025-03", (3, "2025-04", 50, "2025-02", 1)),
    ):
        changes = [change(1, when, "stop", "reason_other")]
        assert found(tmp_path / when, "gap_without_arrears", rows, changes=changes, held=held) == [expected]


def test_arrears_for_more_than_twelve_months(tmp_path):
    rows = [
        arrears(1, "2025-06", "2024-06", "2025-05", 600),
        arrears(2, "2025-06", "2024-03", "2025-05", 750),
    ]
    # Twelve months may be; of fifteen three are too many: 750 × 3 / 15 = 150.
    assert found(tmp_path, "arrears_too_long", rows) == [(3, "2025-06", 150, "2024-03", 15)]


def test_nobody_has_seen_the_person_for_too_long(tmp_path):
    months = [f"{2024 + number // 12}-{number % 12 + 1:02d}" for number in range(14)]
    rows = [
        # Never: paid from January 2024 to February 2025, 13 months between; row 15 is the latest payment.
        *(paid(1, when, authenticated_month=None) for when in months),
        # Twelve months ago is still in time, thirteen are not.
        paid(2, "2025-02", authenticated_month=date(2024, 2, 1)),
        paid(3, "2025-02", authenticated_month=date(2024, 1, 1)),
        # New on the roster, seen then.
        paid(4, "2025-02", authenticated_month=None),
        # A unit whose files have no such column.
        *(paid(5, when, unit="b", authenticated_month=None) for when in months),
    ]
    assert found(tmp_path, "never_authenticated", rows) == [
        (15, "2025-02", 50, "2024-01", 13),
        (17, "2025-02", 50, "2024-01", 13),
    ]


def test_an_identity_that_cannot_be_counts_all_that_was_paid(tmp_path):
    wrong = {"birth_month": None, "id_fault_code": "checksum"}
    rows = [paid(1, "2025-03", **wrong), paid(1, "2025-04", **wrong), paid(2, "2025-04")]
    # Two payments of 50, told at the later one.
    assert found(tmp_path, "impossible_identity", rows) == [(3, "2025-04", 100, None, 2)]


def test_a_very_old_person_appears_from_nowhere(tmp_path):
    old = {"birth_month": date(1938, 3, 1)}
    rows = [
        *year(9),
        # 87 in March 2025, unknown before.
        paid(1, "2025-03", **old),
        paid(1, "2025-04", **old),
        # Known in another unit before: moved.
        paid(2, "2025-02", unit="b", **old),
        paid(2, "2025-03", **old),
        # There from the first month a has files for.
        paid(3, "2025-01", **old),
        # 84 and ten months.
        paid(4, "2025-03", birth_month=date(1940, 5, 1)),
    ]
    # (2025 - 1938) × 12 = 1044 months.
    assert found(tmp_path, "sudden_age", rows) == [(14, "2025-03", 50, "1938-03", 1044)]


def test_three_persons_paid_into_one_account(tmp_path):
    rows = [paid(person, when, account_key=5) for when in ("2025-03", "2025-04") for person in (1, 2, 3)]
    rows += [paid(person, "2025-04", account_key=6) for person in (4, 5)]
    # Told once a person, in the latest month: rows 5 to 7. Two persons may share.
    assert found(tmp_path, "account_cluster", rows) == [(row, "2025-04", 50, None, 3) for row in (5, 6, 7)]


def test_one_filler_with_far_more_persons_than_the_others(tmp_path):
    rows = [paid(person, "2025-04", filler_key=1) for person in range(100, 140)]
    rows += [paid(person, "2025-04", filler_key=person % 3 + 2) for person in range(12)]
    # Forty persons against 12 / 3 = 4 of the others on average; 40 > 5 × 4. 40 × 50 = 2,000 yuan.
    assert found(tmp_path, "filler_cluster", rows) == [(2, "2025-04", 2000, None, 40)]
    # With eight each it is 40 = 5 × 8, no more than five times.
    more = [paid(person, "2025-04", filler_key=person % 3 + 2) for person in range(24)]
    assert found(tmp_path / "more", "filler_cluster", [*rows[:40], *more]) == []
    # One fewer is 23 / 3 each, of which five times are 38 1/3. Told by the first payment of that filler's month: row 27,
    # behind arrears, a payment of another month and those of others.
    before = [arrears(98, "2025-04", "2025-03", "2025-03", 50, filler_key=1), paid(99, "2025-03", filler_key=1)]
    fewer = found(tmp_path / "fewer", "filler_cluster", [*before, *more[:23], *rows[:40]])
    assert fewer == [(27, "2025-04", 2000, None, 40)]


def test_parts_say_the_same_as_the_whole(tmp_path):
    rows = [*year(1), paid(1, "2025-03"), paid(-7, "2025-03"), paid(-7, "2025-03", unit="b"), *year(-9, unit="c")]
    rows += [paid(person, "2025-04", account_key=-5) for person in (21, 22, -23)]
    lists = [listed(-9, "death", "2025-06")]
    told = inputs(tmp_path, rows, lists=lists)
    whole = judge(told).findings
    parts = judge(told, part_rows=5).findings
    # Twice in March, two units (both rows), six months after death, three persons in one account; and 85 when they
    # first appear: those three, and -7 in unit a.
    assert dict(whole["rule_code"].value_counts().iter_rows()) == {
        "paid_after_death": 6,
        "sudden_age": 4,
        "account_cluster": 3,
        "paid_in_two_units": 2,
        "paid_twice_in_month": 1,
    }
    assert parts.sort(parts.columns).equals(whole.sort(whole.columns))


def evidence(folder, rule_code: str, rows: list[dict], **others) -> list[tuple]:
    """Row, money and the code of the evidence of what one rule finds."""
    findings = judge(inputs(folder, rows, **others), rule_codes=[rule_code]).findings.sort("source_row")
    return [
        (row, float(money), code)
        for row, money, code in findings.select("source_row", "money_yuan", "evidence_code").iter_rows()
    ]


def test_a_tier_is_due_from_the_month_of_the_birthday_on_or_so_late_as_is_declared(tmp_path, monkeypatch):
    rows = [
        # Row 2: 80 in this very month, paid as 90: 100 - 50. Row 3: 80 next month, nothing is due.
        paid(1, "2025-05", birth_month=date(1945, 5, 1), tier_code="age_90_99", amount_yuan=Decimal(100)),
        paid(2, "2025-05", birth_month=date(1945, 6, 1)),
        # Money in arrears says nothing of the tier of its own month.
        arrears(3, "2025-05", "2025-04", "2025-04", 100, tier_code="age_90_99"),
    ]
    higher = [(2, 50.0, "age_80_89"), (3, 50.0, "under_80")]
    assert evidence(tmp_path / "higher", "paid_in_higher_tier", rows) == higher
    # 90 in March: the lower tier is wrong from March on; where tiers begin two months later, from May on: 100 - 50.
    late = [paid(4, when, birth_month=date(1935, 3, 1)) for when in ("2025-02", "2025-03", "2025-04", "2025-05")]
    lower = [(row, 50.0, "age_90_99") for row in (3, 4, 5)]
    assert evidence(tmp_path / "lower", "paid_in_lower_tier", late) == lower
    held = declared.parameters()
    later = {**held, "tier_delay_months": replace(held["tier_delay_months"], number=2)}
    monkeypatch.setattr(declared, "parameters", lambda: later)
    assert evidence(tmp_path / "later", "paid_in_lower_tier", late) == lower[2:]


def test_of_several_stops_one_for_having_died_is_the_evidence(tmp_path):
    changes = [change(1, "2025-02", "stop", "reason_death"), change(1, "2025-03", "stop", "reason_other")]
    assert evidence(tmp_path, "paid_after_stop", [paid(1, "2025-04")], changes=changes) == [(2, 50.0, "stop_death")]


def test_a_gap_over_the_new_year_is_one_of_so_many_months(tmp_path):
    """Paid in November and again in February: December and January are owed, 2 x 50; of others the unit's files tell."""
    rows = [paid(1, when) for when in ("2024-10", "2024-11", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06")]
    held = [("a", when) for when in ("2024-12", "2025-01")]
    assert evidence(tmp_path, "gap_without_arrears", rows, held=held) == [(4, 100.0, "months")]


def test_money_that_came_back_undoes_the_newest_payments_of_its_months(tmp_path):
    rows = [
        # Row 2: arrears are undone as payments of the month are.
        arrears(1, "2025-05", "2025-01", "2025-02", 100),
        recovery(1, "2025-06", "2025-01", "2025-02", 100),
        # Rows 4, 5: March was paid in March and again in May; of 50 that came back, that of May is undone.
        paid(2, "2025-03"),
        arrears(2, "2025-05", "2025-03", "2025-03", 50),
        recovery(2, "2025-06", "2025-03", "2025-03", 50),
        # Rows 7, 8: twice in one month, the later file is undone, wherever its line stands.
        paid(3, "2025-03", submission_no=2),
        paid(3, "2025-03", submission_no=1),
        recovery(3, "2025-06", "2025-03", "2025-03", 50),
        # Rows 10, 11: twice in one file, the lower line is.
        paid(4, "2025-03"),
        paid(4, "2025-03"),
        recovery(4, "2025-06", "2025-03", "2025-03", 50),
        # Row 13: paid and taken back in one month.
        paid(5, "2025-05"),
        recovery(5, "2025-05", "2025-05", "2025-05", 50),
        # Rows 15, 17: taken back, paid again, taken back again; 100 came back of 50 + 50, the last of it in May.
        paid(6, "2025-02"),
        recovery(6, "2025-03", "2025-02", "2025-02", 50),
        arrears(6, "2025-04", "2025-02", "2025-02", 50),
        recovery(6, "2025-05", "2025-02", "2025-02", 50),
        # Row 19: what is paid after the money came back was not what came back.
        arrears(7, "2025-06", "2025-02", "2025-02", 50),
        recovery(7, "2025-05", "2025-02", "2025-02", 50),
    ]
    with opened(inputs(tmp_path, rows)) as connection:
        undone = connection.sql(declared.steps()["undone"]).pl()
    assert sorted(undone.iter_rows()) == [
        (1, 2, "arrears"), (1, 5, "arrears"), (1, 11, "current"), (1, 13, "current"), (1, 15, "current"),
        (1, 17, "arrears"), (2, 7, "current"),
    ]  # fmt: skip


def test_every_rule_gives_the_declared_columns(tmp_path):
    wanted = {name: kind.replace(", ", ",") for name, kind in declared.relations()["finding"].types.items()}
    with opened(inputs(tmp_path, [paid(1, "2025-03")])) as connection:
        for code, rule in declared.rules().items():
            made = connection.sql(rule.sql)
            assert dict(zip(made.columns, (str(kind).lower() for kind in made.types), strict=True)) == wanted, code


def test_figures_of_a_month(tmp_path):
    rows = [
        paid(1, "2025-03"),
        paid(1, "2025-03"),
        paid(2, "2025-03", tier_code="age_90_99", amount_yuan=Decimal(100), township_id="a2"),
        arrears(3, "2025-03", "2025-01", "2025-02", 100),
        recovery(4, "2025-03", "2024-11", "2024-12", 100, township_id="a2"),
    ]
    (total,) = [row for row in counted(tmp_path, rows) if (row["township_id"], row["tier_code"]) == ("total", "total")]
    # Two persons in three payments of 50 + 50 + 100; paid 200 + 100 - 100.
    assert (total["recipient_count"], total["payment_count"], total["current_yuan"]) == (2, 3, 200)
    assert (total["arrears_person_count"], total["arrears_yuan"]) == (1, 100)
    assert (total["recovered_person_count"], total["recovered_yuan"], total["paid_yuan"]) == (1, 100, 200)
    by_township = {
        (row["township_id"], row["tier_code"]): row["paid_yuan"] for row in counted(tmp_path / "again", rows)
    }
    # a1: 50 + 50 + 100 in arrears; a2: 100 in the higher tier, 100 recovered in the lower.
    assert by_township["a1", "age_80_89"] == 200
    assert by_township["a2", "age_90_99"] == 100
    assert by_township["a2", "age_80_89"] == -100


def test_several_arrears_and_recoveries_of_one_person_are_one_person_and_all_the_money(tmp_path):
    rows = [
        arrears(1, "2025-03", "2025-01", "2025-01", 50),
        arrears(1, "2025-03", "2025-02", "2025-02", 30),
        recovery(2, "2025-03", "2025-01", "2025-01", 20),
        recovery(2, "2025-03", "2025-02", "2025-02", 10),
    ]
    (total,) = [row for row in counted(tmp_path, rows) if (row["township_id"], row["tier_code"]) == ("total", "total")]
    assert (total["arrears_person_count"], total["arrears_yuan"]) == (1, 80)
    # 80 - 30.
    assert (total["recovered_person_count"], total["recovered_yuan"], total["paid_yuan"]) == (1, 30, 50)


def test_stops_by_reason_and_by_tier_add_up_to_one_total_and_leave_out_changes_of_tier(tmp_path):
    changes = [
        change(1, "2025-03", "stop", "reason_death"),
        change(2, "2025-03", "stop", "reason_moved", township_id=None),
        change(3, "2025-03", "tier"),
        # Listed again a line further down: stopped once, as that line says.
        change(1, "2025-03", "stop", "reason_other"),
        # Born in March 1935, last paid in February 2025, a month before 90; in April 1925, a month before 100.
        change(4, "2025-03", "stop", "reason_death", birth_month=date(1935, 3, 1)),
        change(5, "2025-04", "stop", "reason_death", birth_month=date(1925, 4, 1), tier_code="age_100_plus"),
        change(6, "2025-04", "stop", "reason_death", birth_month=date(1925, 3, 1)),
        change(7, "2025-04", "stop", "reason_death", birth_month=date(1935, 3, 1)),
        # No reason is one that nobody knows; of two files the later one counts, whatever stands further down.
        change(8, "2025-05", "stop", submission_no=3),
        change(8, "2025-05", "stop", "reason_death", submission_no=2),
    ]
    found_stops = counted(tmp_path, [paid(1, "2025-03")], "stop_month", changes=changes)
    told = {
        (f"{row['month']:%m}", row["township_id"], row["reason_code"], row["tier_code"]): row["stopped_count"]
        for row in found_stops
    }
    assert told == {
        ("03", "a1", "reason_other", "total"): 1,
        ("03", "a1", "reason_death", "total"): 1,
        ("03", "unknown", "reason_moved", "total"): 1,
        ("03", "total", "reason_other", "total"): 1,
        ("03", "total", "reason_death", "total"): 1,
        ("03", "total", "reason_moved", "total"): 1,
        ("03", "a1", "total", "unknown"): 1,
        ("03", "a1", "total", "age_80_89"): 1,
        ("03", "unknown", "total", "unknown"): 1,
        ("03", "total", "total", "unknown"): 2,
        ("03", "total", "total", "age_80_89"): 1,
        ("03", "total", "total", "total"): 3,
        # What the list says goes before the age; 100 in March and 90 in March are in their tiers from then on.
        ("04", "a1", "reason_death", "total"): 3,
        ("04", "total", "reason_death", "total"): 3,
        ("04", "a1", "total", "age_100_plus"): 2,
        ("04", "total", "total", "age_100_plus"): 2,
        ("04", "a1", "total", "age_90_99"): 1,
        ("04", "total", "total", "age_90_99"): 1,
        ("04", "total", "total", "total"): 3,
        ("05", "a1", "unknown", "total"): 1,
        ("05", "total", "unknown", "total"): 1,
        ("05", "a1", "total", "unknown"): 1,
        ("05", "total", "total", "unknown"): 1,
        ("05", "total", "total", "total"): 1,
    }


def test_where_tiers_begin_later_a_stop_is_of_the_tier_that_was_paid(tmp_path, monkeypatch):
    """Two months after the birthday: born in March 1935, 90 in March 2025, the higher tier is paid from May on.

    Stopped from May on, last paid in April, which was still the lower tier; from June on, last paid in May in the higher.
    """
    held = declared.parameters()
    late = {**held, "tier_delay_months": replace(held["tier_delay_months"], number=2)}
    monkeypatch.setattr(declared, "parameters", lambda: late)
    changes = [
        change(1, "2025-05", "stop", "reason_death", birth_month=date(1935, 3, 1)),
        change(2, "2025-06", "stop", "reason_death", birth_month=date(1935, 3, 1)),
    ]
    stops = counted(tmp_path, [paid(9, "2025-03")], "stop_month", changes=changes)
    of_units = [row for row in stops if row["township_id"] == "total" and row["tier_code"] != "total"]
    assert [(f"{row['month']:%m}", row["tier_code"], row["stopped_count"]) for row in of_units] == [
        ("05", "age_80_89", 1), ("06", "age_90_99", 1),
    ]  # fmt: skip
    # A payment that names no tier is of the same: 90 in March, in April 1 month over 90 less 2, in May 2 less 2.
    block = pl.DataFrame({"row": [2, 3]})
    born = pl.DataFrame({"birth_month": [date(1935, 3, 1)] * 2})
    months = pl.Series([date(2025, 4, 1), date(2025, 5, 1)])
    assert tier_column(block, born, months, Notes()).to_list() == ["age_80_89", "age_90_99"]


def _found(rule: str, person: int, row: int, yuan: float, *, when: str = "2025-03", file: int = 1) -> dict:
    return {
        "rule_code": rule, "unit": "a", "month": month(when), "person_key": person, "submission_no": file,
        "source_row": row, "money_yuan": Decimal(str(yuan)),
    }  # fmt: skip


FINDINGS = [
    # Row 2 is found by three rules, row 3 by two, row 4 by three; row 5 and a month later row 2's person again.
    _found("paid_after_death", 1, 2, 50),
    _found("paid_in_two_units", 1, 2, 30),
    _found("account_cluster", 1, 2, 50),
    _found("account_cluster", 2, 3, 40),
    _found("paid_in_lower_tier", 2, 3, 5),
    _found("paid_in_lower_tier", 1, 5, 3),
    _found("gap_without_arrears", 3, 4, 100),
    _found("paid_after_moving", 3, 4, 0.5),
    _found("account_cluster", 3, 4, 7),
    _found("paid_after_death", 1, 5, 20),
    _found("never_authenticated", 4, 6, 9),
    _found("paid_after_death", 1, 2, 50, when="2025-04", file=2),
]


def test_money_found_by_several_rules_is_counted_once_in_the_sum_of_all():
    march = [
        # rule: findings, persons, overpaid, unclear, owed
        ("account_cluster", 3, 3, 0, 97, 0),
        ("gap_without_arrears", 1, 1, 0, 0, 100),
        ("never_authenticated", 1, 1, 0, 9, 0),
        ("paid_after_death", 2, 1, 70, 0, 0),
        ("paid_after_moving", 1, 1, 0.5, 0, 0),
        ("paid_in_lower_tier", 2, 2, 0, 0, 8),
        ("paid_in_two_units", 1, 1, 30, 0, 0),
        # Five payments of four persons. Overpaid: 50 of row 2, 0.5 of row 4, 20 of row 5. Unclear: rows 3 and 6,
        # since rows 2 and 4 are overpaid. Owed: 5, 3 and 100.
        ("total", 5, 4, 70.5, 49, 108),
    ]
    april = [("paid_after_death", 1, 1, 50, 0, 0), ("total", 1, 1, 50, 0, 0)]
    assert figure("finding_month", finding=FINDINGS) == [
        *(("2025-03", "a", *row) for row in march),
        *(("2025-04", "a", *row) for row in april),
    ]
    # Both months: one more payment after death, six in all, of the same four persons.
    both = {row[0]: row for row in march} | {
        "paid_after_death": ("paid_after_death", 3, 1, 120, 0, 0),
        "total": ("total", 6, 4, 120.5, 49, 108),
    }
    assert figure("finding_total", finding=FINDINGS) == [("a", *both[rule]) for rule in sorted(both)]


def _paid_out(unit: str, when: str = "2025-03", **figures) -> dict:
    nothing = dict.fromkeys(
        ("recipient_count", "payment_count", "current_yuan", "arrears_person_count", "arrears_yuan"), 0
    ) | dict.fromkeys(("recovered_person_count", "recovered_yuan", "paid_yuan"), 0)
    return {"month": month(when), "unit": unit, "township_id": "total", "tier_code": "total"} | nothing | figures


def _form(unit: str, measure: str, value: float | None, **more) -> dict:
    told = {
        "month": month("2025-03"),
        "unit": unit,
        "breakdown_code": "total",
        "status_code": "reported",
        "value": value,
    }
    return told | {"indicator_code": f"allowance_{measure}"} | more


def test_the_likely_reason_of_a_difference_between_forms_and_payments():
    payments = [
        _paid_out("equal", recipient_count=10, payment_count=10, arrears_yuan=30, recovered_yuan=20, paid_yuan=500),
        # A township's row is no unit's.
        _paid_out("equal", township_id="t1", recipient_count=999, paid_yuan=999),
        _paid_out("forms_wan", paid_yuan=50000),
        _paid_out("forms_yuan", paid_yuan=5),
        _paid_out("twice", recipient_count=10, payment_count=12, arrears_person_count=3),
        _paid_out("with_arrears", recipient_count=10, payment_count=10, arrears_person_count=3),
        _paid_out("not_less", recovered_yuan=100, paid_yuan=400),
        _paid_out("not_more", arrears_yuan=100, paid_yuan=600),
        _paid_out("late", "2025-02", paid_yuan=450),
        _paid_out("late", paid_yuan=500),
        _paid_out("early", paid_yuan=500),
        _paid_out("early", "2025-04", paid_yuan=550),
        _paid_out("odd", paid_yuan=500),
        # Neither the persons in arrears nor the money recovered or in arrears is the difference.
        _paid_out("odd_people", recipient_count=10, payment_count=12, arrears_person_count=3),
        _paid_out("odd_money", arrears_yuan=30, recovered_yuan=100, paid_yuan=430),
        _paid_out("hidden", recipient_count=3),
    ]
    forms = [
        _form("equal", "recipient_count", 10),
        _form("equal", "paid_yuan", 500),
        _form("equal", "arrears_yuan", 30),
        _form("equal", "recovered_yuan", 20),
        _form("equal", "recipient_count", 7, breakdown_code="age_80_89"),
        _form("equal", "stopped_count", 4),
        _form("equal", "stopped_count", 3, breakdown_code="reason_death"),
        _form("equal", "stopped_count", 1, breakdown_code="reason_other"),
        _form("odd", "stopped_count", 2),
        _form("forms_wan", "paid_yuan", 5),
        _form("forms_yuan", "paid_yuan", 50000),
        _form("twice", "recipient_count", 12),
        _form("with_arrears", "recipient_count", 13),
        _form("not_less", "paid_yuan", 500),
        _form("not_more", "paid_yuan", 500),
        _form("late", "paid_yuan", 450),
        _form("early", "paid_yuan", 550),
        _form("odd", "paid_yuan", 123),
        _form("odd_people", "recipient_count", 17),
        _form("odd_money", "paid_yuan", 470),
        _form("hidden", "recipient_count", None, status_code="suppressed"),
    ]
    stops = [
        {"month": month("2025-03"), "unit": "equal", "township_id": town, "reason_code": reason, "tier_code": tier, "stopped_count": count}
        for town, reason, tier, count in (
            ("total", "total", "total", 4),
            ("total", "reason_death", "total", 4),
            # Forms have no stops by tier, and a township's row is no unit's.
            ("total", "total", "age_80_89", 4),
            ("t1", "reason_death", "total", 4),
        )
    ]  # fmt: skip
    rows = figure("reconciliation", payout_month=payments, stop_month=stops, form_figure=forms)
    told = [
        (unit, measure.removeprefix("allowance_"), part, difference, reason)
        for when, unit, part, measure, _, _, difference, reason in rows
        if when == "2025-03" and reason != "no_form"
    ]
    assert told == sorted([
        ("equal", "recipient_count", "total", 0, "equal"),
        ("equal", "paid_yuan", "total", 0, "equal"),
        ("equal", "arrears_yuan", "total", 0, "equal"),
        ("equal", "recovered_yuan", "total", 0, "equal"),
        # Paid out, but to nobody of this tier; stopped, but nobody for another reason; 3 deaths of 4.
        ("equal", "recipient_count", "age_80_89", 7, "unexplained"),
        ("equal", "stopped_count", "total", 0, "equal"),
        ("equal", "stopped_count", "reason_death", -1, "unexplained"),
        ("equal", "stopped_count", "reason_other", 1, "unexplained"),
        ("odd", "stopped_count", "total", None, "no_payments"),
        ("forms_wan", "paid_yuan", "total", 5 - 50000, "wrong_scale"),
        ("forms_yuan", "paid_yuan", "total", 50000 - 5, "wrong_scale"),
        ("twice", "recipient_count", "total", 2, "counted_twice"),
        ("with_arrears", "recipient_count", "total", 3, "arrears_counted"),
        ("not_less", "paid_yuan", "total", 100, "recoveries_left_out"),
        ("not_more", "paid_yuan", "total", -100, "arrears_left_out"),
        ("late", "paid_yuan", "total", -50, "month_before"),
        ("early", "paid_yuan", "total", 50, "month_after"),
        ("odd", "paid_yuan", "total", 123 - 500, "unexplained"),
        ("odd_people", "recipient_count", "total", 7, "unexplained"),
        ("odd_money", "paid_yuan", "total", 40, "unexplained"),
        ("hidden", "recipient_count", "total", None, "masked"),
    ], key=lambda row: (row[0], row[2], row[1]))  # fmt: skip
    # Fifteen months of units × four measures; sixteen of them have a form.
    assert len([1 for row in rows if row[-1] == "no_form"]) == 15 * 4 - 16
