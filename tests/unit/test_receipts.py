"""The walk down to the cell of a workbook, on a handful of rows."""

from datetime import UTC, date, datetime

import pytest

from tests.marts_world import area, indicator, month_row
from tests.models import empty_release, insert
from warehouse.read import Release
from warehouse.read.receipt.receipts import receipt

JULY = date(2025, 7, 1)


@pytest.fixture
def release():
    """One city of two units: one reported 45 homes in cell C7, the other has not reported."""
    connection = empty_release()
    insert(connection, "core.dim_area", [area("east", "city"), area("fan", "unit", "east", short_name_zh="范县")])
    insert(
        connection,
        "meta.indicator",
        [indicator("home_count", label_zh="幸福院数", formula_zh="各单位之和", decimals=0)],
    )
    insert(
        connection,
        "mart.indicator_month",
        [
            month_row("east", JULY, None, reported_count=1, expected_count=2, reported_total=45),
            month_row("fan", JULY, 45),
        ],
    )
    insert(
        connection,
        "core.fct_observation",
        [
            {
                "area_id": "fan",
                "indicator_code": "home_count",
                "breakdown_code": "total",
                "month": JULY,
                "revision": 2,
                "value": 45,
                "status_code": "reported",
                "submission_id": "s1",
                "sheet": "表一",
                "cell": "C7",
                "raw_value": "四十五",
                "note_zh": "本月新建2个",
            }
        ],
    )
    insert(
        connection,
        "meta.submission",
        [
            {
                "submission_id": "s1",
                "file_name": "范县7月.xlsx",
                "revision": 2,
                "received_at": datetime(2025, 8, 3, 1, 30, tzinfo=UTC),
                "filled_by_zh": "王",
                "reviewed_by_zh": "李",
            }
        ],
    )
    city, unit = "east|home_count|total|2025-07-01", "fan|home_count|total|2025-07-01"
    insert(
        connection,
        "meta.receipt_input",
        [
            made_of("mart.indicator_month", city, "mart.indicator_month", unit),
            made_of("mart.indicator_month", unit, "core.fct_observation", f"{unit}|2"),
        ],
    )
    for relation, key in (
        ("mart.indicator_month", "area_id,indicator_code,breakdown_code,month"),
        ("core.fct_observation", "area_id,indicator_code,breakdown_code,month,revision"),
    ):
        insert(connection, "meta.relation", [{"relation": relation, "key_columns": key}])
        columns = connection.execute(f"describe {relation}").fetchall()
        insert(
            connection,
            "meta.column",
            [{"relation": relation, "column_name": name, "data_type": kind} for name, kind, *_ in columns],
        )
    insert(connection, "meta.code", [{"code_set": "status_code", "code": "missing", "label_zh": "缺报或未公布"}])
    return Release(release_id="20250810-01", kind_code="demo", header={}, _connection=connection)


def made_of(relation, row_key, input_relation, input_row_key):
    return {
        "relation": relation,
        "row_key": row_key,
        "role_code": "value",
        "input_relation": input_relation,
        "input_row_key": input_row_key,
    }


def test_a_city_month_walks_down_to_the_cell_and_the_report(release):
    walk = receipt(release, relation="mart.indicator_month", row_key="east|home_count|total|2025-07-01")
    city, unit, cell = walk.step.walk()
    assert walk.is_demo
    assert (city.told.value_text, city.told.formula_zh) == ("缺", "全市数＝各单位之和，已报1/2个单位")
    assert (unit.told.label_zh, unit.told.value_text) == ("范县幸福院数", "45个")
    assert cell.told.cell_zh == "工作表“表一” C7，原文“四十五”"
    assert cell.told.note_zh == "本月新建2个"
    # 01:30 UTC is 09:30 in China; only surnames are kept.
    assert cell.submission_zh == "月报《范县7月.xlsx》第2次报送，2025年8月3日 09:30收到，填报王，审核李"
    assert walk.sources_zh == (cell.submission_zh,)
