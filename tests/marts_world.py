"""Two small cities for tests of the marts: a few units, villages to count, rows made with the columns that matter."""

import duckdb

from tests.models import empty_release, insert


def two_cities() -> duckdb.DuckDBPyConnection:
    """Two cities, each with two units of its own; villages and communities of all; one network measured on villages."""
    connection = empty_release()
    insert(
        connection,
        "core.dim_area",
        [
            area("east", "city"),
            area("west", "city"),
            *(area(f"{city}_{n}", "unit", city) for city in ("east", "west") for n in (1, 2)),
            area("east_zone", "unit", "east", kind_code="functional_zone", stat_code=None),
        ],
    )
    insert(
        connection,
        "core.fct_division_count",
        [
            villages("east", 100),
            villages("east_1", 60),
            villages("east_2", 40),
            villages("west", 50),
            villages("west_1", 50),
            villages("west_2", 0),
        ],
    )
    insert(connection, "meta.network", [network("east"), network("west")])
    insert(connection, "meta.indicator", [indicator("home_count"), indicator("trained", timing_code="year_to_date")])
    insert(connection, "meta.group", [{"group_code": "home", "note_zh": "可并列，不作倍数"}])
    return connection


def area(area_id, level_code, city=None, **others):
    row = {
        "area_id": area_id,
        "name_zh": area_id,
        "short_name_zh": area_id,
        "level_code": level_code,
        "parent_area_id": city,
        "city_area_id": city,
        "kind_code": "administrative",
        "stat_code": area_id,
        "is_reporting": level_code == "unit",
    }
    return row | others


def villages(area_id, count):
    return {
        "area_id": area_id,
        "year": 2021,
        "division_code": "villagers_committee",
        "division_count": count,
        "source_id": "codes",
    }


def network(city):
    return {
        "network_code": "home",
        "area_id": city,
        "base_code": "village",
        "division_code": "villagers_committee",
        "label_zh": "幸福院",
        "tier_zh": "村",
        "base_label_zh": "行政村",
        "is_usual_base": True,
        "built_indicator": "home_count",
        "operating_indicator": "home_operating_count",
        "rate_indicator": "home_rate",
        "group_code": "home",
        "sort_order": 11,
    }


def indicator(code, **others):
    row = {
        "indicator_code": code,
        "label_zh": code,
        "kind_code": "count",
        "timing_code": "end_of_month",
        "unit_zh": "个",
        "group_code": "home",
        "is_counted_anew": False,
    }
    return row | others


def figure(figure_id, area_id, value, start, end=None, **others):
    row = {
        "figure_id": figure_id,
        "source_id": "paper",
        "area_id": area_id,
        "indicator_code": "home_count",
        "name_zh": "幸福院",
        "value": value,
        "value_low": value,
        "value_high": value,
        "qualifier_code": "exact",
        "value_as_written": f"{value}个",
        "unit_zh": "个",
        "kind_code": "actual",
        "period_start_on": start,
        "period_end_on": end or start,
    }
    return row | others


def month_row(area_id, month, value, code="home_count", **others):
    row = {
        "area_id": area_id,
        "indicator_code": code,
        "breakdown_code": "total",
        "month": month,
        "value": value,
        "status_code": "missing" if value is None else "reported",
        "group_code": "home",
    }
    return row | others
