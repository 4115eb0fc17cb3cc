"""What goes with a masked cell out of the monthly mart: held against the rules read one by one, over drawn masks."""

import random
from datetime import date

import duckdb
import pytest

from warehouse.month import add_months
from warehouse.release.masks.masking import mask_months

FIRST, MONTHS = date(2023, 11, 1), 30
UNITS = ("north", "south")
COLUMNS = (
    "value", "numerator", "denominator", "reported_total", "change_mom", "change_pct_mom", "change_yoy",
    "change_pct_yoy", "change_since_year_start", "ytd", "monthly_value", "rank", "tied_count",
)  # fmt: skip


@pytest.fixture
def connection():
    """A city of two units: every column holds 1, but the city's value in the months it is not whole."""
    with duckdb.connect() as connection:
        connection.execute("create schema core; create schema mart")
        connection.execute("create table core.dim_area (area_id varchar, city_area_id varchar, level_code varchar)")
        areas = [("city", "city", "city"), *((unit, "city", "unit") for unit in UNITS), ("town", "city", "township")]
        connection.executemany("insert into core.dim_area values (?, ?, ?)", areas)
        connection.execute(
            "create table mask (area_id varchar, indicator_code varchar, breakdown_code varchar, month date)"
        )
        yield connection


def fill(connection, gaps: set[date]) -> None:
    columns = ", ".join(f"1.0 as {name}" for name in COLUMNS)
    connection.execute(
        f"create or replace table mart.indicator_month as select area_id, indicator_code, breakdown_code, month,"
        f" 'reported' as status_code, {columns} from core.dim_area cross join unnest(['a', 'b']) as i(indicator_code)"
        f" cross join unnest(['total', 'age_80']) as b(breakdown_code) cross join unnest($months) as m(month)",
        {"months": [add_months(FIRST, number) for number in range(MONTHS)]},
    )
    connection.execute(
        "update mart.indicator_month set value = null, status_code = 'missing'"
        " where area_id = 'city' and list_contains($gaps, month)",
        {"gaps": sorted(gaps)},
    )


def gone(area: str, series: tuple, month: date, mask: set, gaps: set[date]) -> set[str]:
    """The columns of a row that must be empty."""
    found: set[str] = set()
    last, year_ago, december = add_months(month, -1), add_months(month, -12), date(month.year - 1, 12, 1)

    def hidden(when: date) -> bool:
        return (area, *series, when) in mask

    if hidden(month):
        found |= set(COLUMNS) - {"ytd"}
    if hidden(last):
        found |= {"change_mom", "change_pct_mom", "monthly_value"}
    # January and February are compared with those of the year before, together.
    if hidden(year_ago) or (month.month == 2 and (hidden(last) or hidden(add_months(month, -13)))):
        found |= {"change_yoy", "change_pct_yoy"}
    if hidden(december):
        found.add("change_since_year_start")
    if any(hidden(date(month.year, number, 1)) for number in range(1, month.month + 1)):
        found.add("ytd")
    if area == "city":
        # Where the city is not whole in one of both months, what is hidden of a unit in either hides the comparison.
        for other, columns in (
            (last, {"change_mom", "change_pct_mom"}),
            (year_ago, {"change_yoy", "change_pct_yoy"}),
            (december, {"change_since_year_start"}),
        ):
            between = {month, other}
            if month.month == 2:
                between = {add_months(month, -back) for back in range(40)} & {
                    add_months(other, back) for back in range(-1, 40)
                }
            is_whole = month not in gaps and other not in gaps and other >= FIRST
            if not is_whole and any((unit, *series, when) in mask for unit in UNITS for when in between):
                found |= columns
    return found


def test_every_column_that_would_give_a_masked_cell_away_is_gone_and_no_other(connection, full):
    drawn = random.Random(5)
    months = [add_months(FIRST, number) for number in range(MONTHS)]
    emptied = 0
    for _ in range(60 if full else 6):
        gaps = set(drawn.sample(months, drawn.choice((0, 3, 10))))
        fill(connection, gaps)
        mask = {
            (drawn.choice(("city", *UNITS, "town")), drawn.choice("ab"), drawn.choice(("total", "age_80")), drawn.choice(months))
            for _ in range(drawn.choice((1, 12, 40)))
        }  # fmt: skip
        connection.execute("delete from mask")
        connection.executemany("insert into mask values (?, ?, ?, ?)", sorted(mask))
        mask_months(connection)
        rows = connection.execute(
            "select area_id, indicator_code, breakdown_code, month, status_code, "
            + ", ".join(f"{name} is null" for name in COLUMNS)
            + " from mart.indicator_month"
        ).fetchall()
        assert len(rows) == 4 * 4 * MONTHS
        for area, *series, month, status, (*empty,) in ((*row[:5], row[5:]) for row in rows):
            is_gap = area == "city" and month in gaps
            expected = gone(area, tuple(series), month, mask, gaps) | ({"value"} if is_gap else set())
            found = {name for name, is_empty in zip(COLUMNS, empty, strict=True) if is_empty}
            assert found == expected, (area, series, month)
            is_masked = (area, *series, month) in mask
            assert status == ("missing" if is_gap else "suppressed" if is_masked else "reported")
            emptied += len(found)
    assert emptied > 1000
