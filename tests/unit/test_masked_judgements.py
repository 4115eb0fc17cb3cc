"""A target or a forecast of an indicator that counts persons does not tell the cell it rests on."""

from datetime import date

import duckdb
import pytest

from warehouse.release.masks.masking import JUDGED

OCTOBER = date(2026, 10, 1)
KEY = "qingfeng|allowance_on_time_rate|total|2026-10-01"
ROW = {"target_id": "t", "month": OCTOBER, "status_code": "reported"}
PROGRESS = ROW | {"origin_code": "month", "actual_indicator_code": "allowance_on_time_rate", "completion": 0.9, "recent_monthly": 1.0}  # fmt: skip
VERDICT = ROW | {"reading": "t", "gap": 0.1, "value": 0.75, "newest_value": 0.75, "target_state_code": "met"}


@pytest.fixture
def judged(catalog):
    """One cell is masked; its target and its forecast stand beside those of a unit that hides nothing."""
    with duckdb.connect() as connection:
        connection.execute("create schema mart")
        for name in ("mart.target_progress", "mart.target_verdict", "mart.year_outlook"):
            columns = ", ".join(f'"{each.name}" {each.type}' for each in catalog.relations[name].columns)
            connection.execute(f"create table {name} ({columns})")
        for unit in ("qingfeng", "nanle"):
            key = KEY.replace("qingfeng", unit)
            _add(
                connection,
                "mart.target_progress",
                PROGRESS | {"area_id": unit, "evidence_row_key": key, "actual": 0.75},
            )
            _add(
                connection,
                "mart.target_verdict",
                VERDICT | {"area_id": unit, "evidence_row_key": key, "newest_row_key": key},
            )
            for month in (9, 10):
                at = {"month": date(2026, month, 1), "projected": 4.0}
                _add(
                    connection, "mart.year_outlook", {"area_id": unit, "indicator_code": "allowance_on_time_rate", **at}
                )
        connection.execute(
            "create temp table mask as select 'qingfeng' as area_id, 'allowance_on_time_rate' as indicator_code,"
            " 'total' as breakdown_code, date '2026-10-01' as month"
        )
        for statement in JUDGED:
            connection.execute(statement)
        yield connection


def _add(connection, relation, row):
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(f"insert into {relation} ({names}) values ({marks})", list(row.values()))


def test_the_numbers_of_a_masked_cell_are_gone_from_targets_and_others_stay(judged):
    progress = judged.execute(
        "select actual, completion, recent_monthly, status_code from mart.target_progress order by area_id"
    ).fetchall()
    assert progress == [(0.75, 0.9, 1.0, "reported"), (None, None, None, "suppressed")]
    verdict = judged.execute(
        "select value, gap, newest_value, target_state_code, status_code from mart.target_verdict order by area_id"
    ).fetchall()
    assert verdict == [(0.75, 0.1, 0.75, "met", "reported"), (None, None, None, "met", "suppressed")]


def test_a_series_with_a_masked_month_is_not_foreseen(judged):
    assert judged.execute("select distinct area_id from mart.year_outlook").fetchall() == [("nanle",)]
