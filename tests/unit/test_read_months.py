"""Questions about months on a handful of rows, each expected number worked by hand."""

from datetime import date

import pytest

from tests.models import empty_release, insert
from warehouse.read import Release
from warehouse.read.month import months as ask

NOW, BEFORE = date(2026, 7, 1), date(2026, 6, 1)


@pytest.fixture
def release():
    connection = empty_release()
    insert(
        connection,
        "core.dim_area",
        [
            {"area_id": "city", "level_code": "city", "city_area_id": "city", "short_name_zh": "市", "sort_order": 0},
            *(
                {
                    "area_id": unit,
                    "level_code": "unit",
                    "city_area_id": "city",
                    "short_name_zh": unit,
                    "sort_order": place,
                }
                for place, unit in enumerate("abc", start=1)
            ),
        ],
    )
    insert(
        connection,
        "meta.indicator",
        [
            {"indicator_code": "bed", "kind_code": "count", "scale": 1, "sort_order": 1},
            {"indicator_code": "share", "kind_code": "ratio", "scale": 1, "sort_order": 2, "numerator": "bed"},
        ],
    )
    return Release(release_id="test", kind_code="demo", header={}, _connection=connection)


def _put(release, area, indicator, month, value, numerator=None, denominator=None, **others):
    insert(
        release._connection,
        "mart.indicator_month",
        [{
            "area_id": area, "indicator_code": indicator, "breakdown_code": "total", "month": month, "value": value,
            "status_code": "missing" if value is None else "reported", "numerator": numerator, "denominator": denominator,
            **others,
        }],
    )  # fmt: skip


def test_contributions_to_a_rate_sum_exactly_to_its_change(release):
    _put(release, "a", "share", BEFORE, 0.5, 50, 100)
    _put(release, "a", "share", NOW, 0.6, 66, 110)
    _put(release, "b", "share", BEFORE, 0.2, 40, 200)
    _put(release, "b", "share", NOW, 0.25, 50, 200)
    rows = ask.contributions(release, city_area_id="city", indicator_code="share", month=NOW, other_month=BEFORE).frame
    # then 90/300 = 0.30, now 116/310 = 0.374194: a change of 0.074194.
    # a: (66 - 0.3·110)/310 - (50 - 0.3·100)/300 = 0.106452 - 0.066667 = 0.039785
    # b: (50 - 0.3·200)/310 - (40 - 0.3·200)/300 = -0.032258 + 0.066667 = 0.034409
    assert dict(rows.select("area_id", "contribution").iter_rows()) == {
        "a": pytest.approx(0.039785, abs=1e-6),
        "b": pytest.approx(0.034409, abs=1e-6),
    }
    assert rows["contribution"].sum() == pytest.approx(116 / 310 - 90 / 300, abs=1e-12)


def test_what_a_unit_without_a_base_counts_is_its_part_of_the_rate_of_a_whole_city_alone(release):
    _put(release, "a", "share", BEFORE, 0.5, 50, 100)
    _put(release, "a", "share", NOW, 0.6, 60, 100)
    # A zone has beds and nobody the census counts apart: its beds stand in the city's sum, 60 of 100 then and 85 now.
    for month, beds in ((BEFORE, 10), (NOW, 25)):
        _put(release, "c", "bed", month, beds)
        _put(release, "c", "share", month, None, status_code="not_applicable")

    def parts():
        return ask.contributions(
            release, city_area_id="city", indicator_code="share", month=NOW, other_month=BEFORE
        ).frame

    # While another unit is missing the city is compared over the rates of both months: 60 / 100 less 50 / 100.
    assert parts().select("area_id", "contribution").rows() == [("a", pytest.approx(0.1))]
    _put(release, "city", "share", BEFORE, 0.6, 60, 100)
    _put(release, "city", "share", NOW, 0.85, 85, 100)
    # With R = 0.6: a (60 - 60)/100 - (50 - 60)/100 = 0.1; the zone 25/100 - 10/100 = 0.15; the city 0.25.
    assert parts().select("area_id", "contribution").rows() == [("c", pytest.approx(0.15)), ("a", pytest.approx(0.1))]


def test_contributions_to_a_count_leave_out_who_did_not_report_twice(release):
    for area, before, now in (("a", 10, 13), ("b", 20, 19), ("c", None, 30)):
        _put(release, area, "bed", BEFORE, before)
        _put(release, area, "bed", NOW, now)
    rows = ask.contributions(release, city_area_id="city", indicator_code="bed", month=NOW, other_month=BEFORE).frame
    assert rows.select("area_id", "contribution").rows() == [("a", 3.0), ("b", -1.0)]


def test_a_month_of_a_city_is_the_city_and_its_units_and_names_who_is_left_out(release):
    for area, value in (("city", None), ("a", 10), ("b", None), ("c", 30)):
        _put(release, area, "bed", NOW, value)
    frame = ask.month_of_city(release, city_area_id="city", month=NOW).frame
    assert frame["area_id"].to_list() == ["city", "a", "b", "c"]
    assert ask.exclusions(frame.filter(frame["area_id"] != "city")) == {"missing": ["b"]}


def test_a_change_over_fewer_units_than_the_city_has_is_marked_as_such(release):
    def put(month, value, **changes):
        insert(release._connection, "mart.indicator_month", [{
            "area_id": "city", "indicator_code": "bed", "breakdown_code": "total", "month": month, "value": value,
            "status_code": "missing" if value is None else "reported", "reported_count": 3 - (value is None),
            "expected_count": 3, **changes,
        }])  # fmt: skip

    # In June one of three is missing: the changes of June and July are those of the other two, that since last July is not.
    put(date(2025, 7, 1), 30)
    put(BEFORE, None, change_mom=2)
    put(NOW, 40, change_mom=5, change_yoy=10)
    _put(release, "a", "bed", NOW, 10)
    rows = ask.series(release, indicator_code="bed", area_ids=("city", "a")).frame
    assert rows["over_same_units"].to_list() == ["", "mom", "mom", ""]


def test_a_series_keeps_the_order_asked_for_and_the_months_without_a_value(release):
    for month, value in ((BEFORE, None), (NOW, 5)):
        _put(release, "a", "bed", month, value)
        _put(release, "b", "bed", month, 7)
    frame = ask.series(release, indicator_code="bed", area_ids=("b", "a")).frame
    assert frame.select("area_id", "month", "value").rows() == [
        ("b", BEFORE, 7.0),
        ("b", NOW, 7.0),
        ("a", BEFORE, None),
        ("a", NOW, 5.0),
    ]


def test_two_columns_of_one_name_are_numbered(release):
    frame = release.rows("select 1 as value, 2 as value").frame
    assert frame.columns == ["value", "value_1"] and frame.row(0) == (1, 2)
