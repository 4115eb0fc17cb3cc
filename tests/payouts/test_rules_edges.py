"""Audit rules at their edges: the first and last day of a standard, the fewest persons, and by what a finding is evident."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from tests.payouts.world import arrears, found, inputs, listed, month, paid, recovery
from warehouse.payouts.engine import judge

NINETY = {"tier_code": "age_90_99", "birth_month": date(1930, 1, 1), "amount_yuan": Decimal(100)}
EIGHTY = {"tier_code": "age_80_89", "birth_month": date(1940, 1, 1)}


def dated(folder: Path, rule_code: str, rows: list[dict], standards: list[tuple]) -> list[tuple]:
    """Row and money of what one rule finds under other standards: unit, tier, yuan, first day, last day."""
    made = inputs(folder, rows)
    standard = pl.DataFrame(standards, schema=made.frames["standard"].schema, orient="row")
    findings = judge(replace(made, frames={**made.frames, "standard": standard}), rule_codes=[rule_code]).findings
    return [(row, float(money)) for row, money in findings.sort("source_row").select("source_row", "money_yuan").rows()]


@pytest.mark.parametrize(
    ("rule_code", "yuan", "told"),
    # In March 50 were due, in April 60, and in May nothing is declared any more.
    [
        ("amount_above_standard", 70, [(2, 20), (3, 10)]),
        ("amount_below_standard", 40, [(2, 10), (3, 20)]),
    ],
)
def test_a_standard_holds_from_its_first_day_through_its_last(tmp_path, rule_code, yuan, told):
    rows = [paid(1, when, amount_yuan=Decimal(yuan)) for when in ("2025-03", "2025-04", "2025-05")]
    standards = [
        ("a", "age_80_89", 50, month("2014-10"), month("2025-03")),
        ("a", "age_80_89", 60, month("2025-04"), month("2025-04")),
        # Another unit's, another tier's, and one that was over long ago.
        ("b", "age_80_89", 10, month("2014-10"), None),
        ("a", "age_90_99", 90, month("2014-10"), None),
        ("a", "age_80_89", 30, month("2010-10"), month("2014-09")),
    ]
    assert dated(tmp_path, rule_code, rows, standards) == told


def test_what_each_tier_is_due_is_neither_too_much_nor_too_little(tmp_path):
    rows = [paid(1, "2025-03"), paid(2, "2025-03", **NINETY)]
    assert [found(tmp_path / code, code, rows) for code in ("amount_above_standard", "amount_below_standard")] == [
        [],
        [],
    ]


def test_a_lower_tier_costs_what_is_due_beyond_it_and_nothing_where_no_more_is_due(tmp_path):
    # At 90 paid as at 80: 100 − 50 until March, 110 − 50 in April; 120 is more than is due; in May nothing is declared.
    rows = [paid(1, when, birth_month=date(1930, 1, 1)) for when in ("2025-03", "2025-04", "2025-05")]
    rows.append(paid(2, "2025-03", birth_month=date(1930, 1, 1), amount_yuan=Decimal(120)))
    standards = [
        ("a", "age_90_99", 100, month("2014-10"), month("2025-03")),
        ("a", "age_90_99", 110, month("2025-04"), month("2025-04")),
    ]
    assert dated(tmp_path, "paid_in_lower_tier", rows, standards) == [(2, 50), (3, 60), (4, 0), (5, 0)]


def test_an_account_is_of_persons_and_not_of_payments(tmp_path):
    # Two persons of whom one is paid twice share an account; the account without a number is nobody's.
    rows = [paid(person, "2025-04", account_key=6) for person in (4, 5, 5)]
    rows += [paid(person, "2025-04", account_key=None) for person in (7, 8, 9)]
    assert found(tmp_path, "account_cluster", rows) == []


@pytest.mark.parametrize(("persons", "is_found"), [(30, True), (29, False)])
def test_a_filler_of_thirty_persons_is_one_of_many(tmp_path, persons, is_found):
    rows = [paid(person, "2025-04", filler_key=1) for person in range(100, 100 + persons)]
    # The last of them twice: thirty persons are not made of payments. Three others with two each: 30 > 5 × 2.
    rows.append(paid(99 + persons, "2025-04", filler_key=1))
    rows += [paid(person, "2025-04", filler_key=person % 3 + 2) for person in range(6)]
    # Months before, and those of another unit, tell nothing of this one.
    rows += [paid(person, "2025-03", filler_key=2) for person in range(200, 220)]
    rows += [paid(person, "2025-04", filler_key=2, unit="b") for person in range(300, 320)]
    rows.append(paid(400, "2025-05", unit="b", filler_key=9))
    told = [(2, "2025-04", 50 * (persons + 1), None, persons)] if is_found else []
    assert found(tmp_path, "filler_cluster", rows) == told


def test_an_impossible_identity_is_told_at_the_last_line_with_what_was_not_taken_back(tmp_path):
    wrong = {"birth_month": None, "id_fault_code": "checksum"}
    rows = [paid(1, "2025-03", **wrong), paid(1, "2025-04", submission_no=2, **wrong), paid(1, "2025-04", **wrong)]
    rows.append(paid(1, "2025-04", submission_no=2, **wrong))
    rows.append(recovery(1, "2025-04", "2025-03", "2025-03", 30, **wrong))
    # Four payments of 50 less 30; of April the newest file, and of that the last line: row 5.
    assert found(tmp_path, "impossible_identity", rows) == [(5, "2025-04", 170, None, 5)]
    # Where all of it came back nothing is at risk, and never less than nothing.
    back = [paid(1, "2025-03", **wrong), recovery(1, "2025-04", "2025-03", "2025-03", 60, **wrong)]
    assert found(tmp_path / "back", "impossible_identity", back) == [(3, "2025-04", 0, None, 2)]


def test_of_several_lists_the_first_month_counts_while_any_of_them_lasts(tmp_path):
    rows = [paid(1, when) for when in ("2025-03", "2025-04", "2025-05")]
    moved = [listed(1, "moved_out", since, unit="a", until_month=month("2025-04")) for since in ("2025-02", "2025-01")]
    # April is the last month of both, three after January.
    assert found(tmp_path / "moved", "paid_after_moving", rows, lists=moved) == [
        (2, "2025-03", 50, "2025-01", 2),
        (3, "2025-04", 50, "2025-01", 3),
    ]
    other = [listed(1, "other_allowance", since, source_code=source) for since, source in (("2025-04", "b_list"), ("2025-03", "a_list"))]  # fmt: skip
    told = judge(inputs(tmp_path / "other", rows, lists=other), rule_codes=["paid_beside_other_allowance"]).findings
    assert told.sort("source_row").select("evidence_month", "evidence_code").rows() == [
        (month("2025-03"), "a_list"), (month("2025-03"), "a_list"), (month("2025-03"), "a_list"),
    ]  # fmt: skip


def test_of_arrears_the_months_after_death_are_a_share(tmp_path):
    # Dead in February; of January to April two months, 200 × 2 / 4.
    rows = [arrears(1, "2025-05", "2025-01", "2025-04", 200)]
    death = [listed(1, "death", "2025-02")]
    assert found(tmp_path, "paid_after_death", rows, lists=death) == [(2, "2025-05", 100, "2025-02", 2)]


def test_one_month_paid_before_is_paid_again_and_none_is_not(tmp_path):
    # 50 for March, and 50 in arrears for it; of person 2, whose age nobody knows, nothing was paid before.
    rows = [paid(1, "2025-03"), arrears(1, "2025-06", "2025-03", "2025-03", 50)]
    rows.append(arrears(2, "2025-06", "2025-03", "2025-03", 50, birth_month=None))
    assert found(tmp_path, "paid_again_in_arrears", rows) == [(3, "2025-06", 50, "2025-03", 1)]


def test_of_two_payments_the_smaller_is_the_one_too_many(tmp_path):
    rows = [paid(1, "2025-03"), paid(1, "2025-03", amount_yuan=Decimal(60)), paid(1, "2025-04"), paid(2, "2025-04")]
    rows += [paid(2, "2025-04"), paid(1, "2025-03", unit="b")]
    assert found(tmp_path, "paid_twice_in_month", rows) == [(2, "2025-03", 50, None, 2), (6, "2025-04", 50, None, 2)]


DEATH, MOVED = [listed(1, "death", "2025-01")], [listed(1, "moved_out", "2025-01")]
TWICE = [arrears(1, "2025-05", "2025-01", "2025-01", 50), arrears(1, "2025-06", "2025-01", "2025-01", 50)]


@pytest.mark.parametrize(
    ("rule_code", "rows", "lists", "code"),
    [
        ("account_cluster", [paid(person, "2025-04", account_key=5) for person in (1, 2, 3)], [], "persons"),
        ("arrears_paid_twice", TWICE, [], "months"),
        ("arrears_too_long", [arrears(1, "2025-06", "2024-03", "2025-05", 750)], [], "months"),
        ("arrears_above_standard", [arrears(1, "2025-06", "2025-05", "2025-05", 90)], [], "months"),
        ("paid_again_in_arrears", [paid(1, "2025-03"), arrears(1, "2025-06", "2025-03", "2025-03", 50)], [], "months"),
        ("paid_after_death", [paid(1, "2025-04")], DEATH, "death"),
        ("paid_after_moving", [paid(1, "2025-04")], MOVED, "moved_out"),
        ("paid_in_two_units", [paid(1, "2025-03"), paid(1, "2025-03", unit="b")], [], "units"),
        ("paid_twice_in_month", [paid(1, "2025-03"), paid(1, "2025-03")], [], "payments"),
        (
            "filler_cluster",
            [paid(person, "2025-04", filler_key=max(1, person - 38)) for person in range(1, 43)],
            [],
            "persons",
        ),
    ],
)
def test_a_finding_names_the_kind_of_its_evidence(tmp_path, rule_code, rows, lists, code):
    findings = judge(inputs(tmp_path, rows, lists=lists), rule_codes=[rule_code]).findings
    assert set(findings["evidence_code"]) == {code}
