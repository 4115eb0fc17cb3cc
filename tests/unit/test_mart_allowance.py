"""The allowance of a month on a handful of rows: what should follow from the tiers, and what was paid beside it."""

from datetime import date

import pytest

from tests.models import empty_release, insert, run_model

JULY = date(2026, 7, 1)
MODEL = "mart/70_allowance_month.sql"
# Recipients and yuan paid a tier: 100 × 50, 20 × 100, 2 × 300.
TIERS = {"age_80_89": (100, 5000), "age_90_99": (20, 2000), "age_100_plus": (2, 600)}


def cell(indicator, breakdown, value, area="a", status="reported"):
    return {
        "area_id": area, "indicator_code": f"allowance_{indicator}", "breakdown_code": breakdown, "month": JULY,
        "value": value, "status_code": status,
    }  # fmt: skip


@pytest.fixture
def release():
    connection = empty_release()
    insert(
        connection,
        "core.dim_area",
        [{"area_id": "city", "city_area_id": "city"}, {"area_id": "a", "city_area_id": "city"}],
    )
    standards = [
        ("age_80_89", date(2014, 10, 1), None, 50),
        ("age_90_99", date(2014, 10, 1), None, 100),
        ("age_100_plus", date(2014, 10, 1), date(2018, 12, 31), 200),
        ("age_100_plus", date(2019, 1, 1), None, 300),
        ("age_80_89", date(2027, 1, 1), None, 60),
    ]
    insert(
        connection,
        "core.fct_allowance_standard",
        [
            {
                "area_id": "city",
                "age_tier_code": tier,
                "valid_from_on": start,
                "valid_to_on": end,
                "yuan_per_month": yuan,
            }
            for tier, start, end, yuan in standards
        ],
    )
    return connection


def report(connection, tiers=TIERS, paid=7600, **others):
    rows = [cell("recipient_count", tier, count) for tier, (count, _) in tiers.items()]
    rows += [cell("paid_yuan", tier, yuan) for tier, (_, yuan) in tiers.items()]
    rows += [
        cell("recipient_count", "total", sum(count for count, _ in tiers.values())),
        cell("paid_yuan", "total", paid),
    ]
    rows += [cell(name, "total", value) for name, value in others.items()]
    insert(connection, "mart.indicator_month", rows)
    return {row["age_tier_code"]: row for row in run_model(connection, MODEL).to_dicts()}


def test_what_is_due_is_heads_times_the_standard_in_force_in_that_month(release):
    rows = report(release)
    # 100 × 50, 20 × 100 and 2 × 300: the standards of 2014 and of 2027 for the same tiers are not in force.
    assert [rows[tier]["expected_yuan"] for tier in TIERS] == [5000, 2000, 600]
    assert [rows[tier]["standard_yuan"] for tier in TIERS] == [50, 100, 300]
    assert (rows["total"]["expected_yuan"], rows["total"]["difference_yuan"]) == (7600, 0)
    # 5000 / 100, and 7600 / 122 in all
    assert rows["age_80_89"]["yuan_per_head"] == 50
    assert rows["total"]["yuan_per_head"] == pytest.approx(7600 / 122)
    assert rows["age_80_89"]["difference_yuan"] is None


def test_arrears_paid_and_money_recovered_explain_a_difference(release):
    rows = report(
        release, paid=8000, arrears_yuan=500, arrears_person_count=3, recovered_yuan=100, recovered_person_count=1, stopped_count=4
    )  # fmt: skip
    # 8000 paid less 7600 due less 500 of arrears, and 100 that came back
    assert rows["total"]["difference_yuan"] == 0
    names = ("arrears_yuan", "arrears_person_count", "recovered_yuan", "recovered_person_count", "stopped_count")
    assert [rows["total"][name] for name in names] == [500, 3, 100, 1, 4]
    assert [rows["age_80_89"][name] for name in names] == [None] * 5


def test_without_all_three_tiers_nothing_is_due_in_all(release):
    rows = report(release, tiers={tier: TIERS[tier] for tier in ("age_80_89", "age_90_99")}, paid=7000)
    assert (rows["total"]["expected_yuan"], rows["total"]["difference_yuan"]) == (None, None)
    assert rows["age_80_89"]["expected_yuan"] == 5000


def test_the_dead_stand_beside_all_who_were_stopped_and_no_heads_give_no_amount_a_head(release):
    insert(
        release,
        "mart.indicator_month",
        [cell("stopped_count", "reason_death", 3), cell("stopped_count", "reason_moved", 1)],
    )
    rows = report(release, tiers={"age_80_89": (0, 0)}, paid=0, stopped_count=4)
    assert (rows["total"]["stopped_count"], rows["total"]["stopped_death_count"]) == (4, 3)
    assert (rows["age_80_89"]["stopped_death_count"], rows["age_80_89"]["yuan_per_head"]) == (None, None)
    # A reason is no tier.
    assert set(rows) == {"total", "age_80_89"}


def test_a_tier_nobody_reported_keeps_its_status_and_a_money_row_alone_is_none(release):
    insert(
        release,
        "mart.indicator_month",
        [cell("recipient_count", "total", None, status="missing"), cell("paid_yuan", "age_90_99", 10)],
    )
    rows = {row["age_tier_code"]: row for row in run_model(release, MODEL).to_dicts()}
    assert set(rows) == {"total"}
    assert (rows["total"]["status_code"], rows["total"]["recipient_count"], rows["total"]["yuan_per_head"]) == (
        "missing",
        None,
        None,
    )


@pytest.mark.parametrize(("last_day", "due"), [(date(2026, 7, 1), 5000), (date(2026, 6, 30), None)])
def test_a_standard_holds_through_its_last_day(release, last_day, due):
    release.execute(
        "update core.fct_allowance_standard set valid_to_on = ? where age_tier_code = 'age_80_89'", [last_day]
    )
    assert report(release)["age_80_89"]["expected_yuan"] == due


def test_a_standard_holds_from_its_first_month_on_and_of_one_recipient_the_amount_is_the_mean(release):
    insert(
        release,
        "core.dim_area",
        [{"area_id": "town", "city_area_id": "town"}, {"area_id": "b", "city_area_id": "town"}],
    )
    july = {"area_id": "town", "age_tier_code": "age_80_89", "valid_from_on": JULY, "yuan_per_month": 70}
    insert(release, "core.fct_allowance_standard", [july])
    rows = [cell(name, part, value, "b") for part in ("age_80_89", "total") for name, value in (("recipient_count", 1), ("paid_yuan", 70))]  # fmt: skip
    # Women are no tier; those of 90 and more are one, where nobody told the hundred-year-old apart.
    rows += [cell("recipient_count", part, 1, "b") for part in ("female", "age_90_plus")]
    insert(release, "mart.indicator_month", rows)
    report(release)
    told = release.sql(
        "select age_tier_code, expected_yuan, yuan_per_head from mart.allowance_month where area_id = 'b' order by all"
    ).fetchall()
    # Two tiers lack their count: in all nothing is due, whatever is due elsewhere.
    assert told == [("age_80_89", 70, 70), ("age_90_plus", None, None), ("total", None, 70)]
