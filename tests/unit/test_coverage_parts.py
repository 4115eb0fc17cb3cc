"""Coverage in its parts: what counts as built, on which places, as of when, and what is said where there is no rate."""

from datetime import date

import pytest

from tests.marts_world import area, figure, month_row, network, two_cities, villages
from tests.models import insert, run_model

pytestmark = pytest.mark.dear
DAY, END = date(2023, 7, 28), date(2023, 12, 31)
NOVEMBER, DECEMBER = date(2023, 11, 1), date(2023, 12, 1)


@pytest.fixture
def release():
    """An empty release with two small cities."""
    return two_cities()


def rows_of(release, **wanted):
    """The rows that have these values, in the order of place, base and day."""
    frame = run_model(release, "mart/80_coverage.sql").sort("area_id", "network_code", "base_code", "as_of_on")
    return [row for row in frame.iter_rows(named=True) if all(row[name] == value for name, value in wanted.items())]


def hall(**others):
    """A network of east besides the houses, of which nothing is printed."""
    return network("east") | {"network_code": "hall", "built_indicator": "hall_count", "sort_order": 31} | others


def test_a_base_of_two_kinds_of_places_is_their_sum_each_in_its_newest_year(release):
    for division in ("villagers_committee", "residents_committee"):
        insert(release, "meta.network", [network("east") | {"base_code": "place", "division_code": division, "is_usual_base": False}])  # fmt: skip
    streets = villages("east", 15) | {"division_code": "residents_committee", "year": 2022, "source_id": "later"}
    insert(release, "core.fct_division_count", [streets])
    insert(release, "core.fct_document_figure", [figure("f1", "east", 69, DAY)])
    (row,) = rows_of(release, area_id="east", base_code="place")
    # 100 villages in 2021 and 15 streets in 2022: 69 / 115 = 0.6.
    assert (row["base"], row["base_year"], row["base_source_id"], row["rate"]) == (115, 2022, "later", 0.6)
    assert row["note_zh"] is None


def test_a_printed_base_is_the_newest_and_stands_behind_the_usual_one(release):
    printed = {"network_code": "home", "base_code": "printed", "printed_indicator_code": "village_count"}
    others = [{"network_code": "hall", "base_code": "village", "over_100_zh": "厅"}, {"network_code": "home", "base_code": "other", "over_100_zh": "别"}]  # fmt: skip
    insert(release, "meta.base_note", [printed | {"label_zh": "文件所说的村"}, *others])
    counted = [figure(f"v{year}", "east", 60 + year - 2000, date(year, 7, 28), indicator_code="village_count", source_id=f"s{year}") for year in (2022, 2023)]  # fmt: skip
    insert(release, "core.fct_document_figure", [figure("f1", "east", 105, DAY), *counted])
    usual, other = sorted(rows_of(release, area_id="east"), key=lambda row: row["sort_order"])
    # 60 + 22 and 60 + 23.
    assert (other["base"], other["base_year"], other["base_source_id"]) == (83, 2023, "s2023")
    assert (usual["sort_order"], other["sort_order"], other["is_usual_base"]) == (11, 16, False)
    # What is said of another network, or of another base of this one, is not said here.
    assert usual["note_zh"] is None


def test_a_reading_adds_to_what_is_printed_and_says_so_of_the_months(release):
    readings = [
        {"figure_id": "f1", "reading_code": "strict", "added_value": 100.0},
        {"figure_id": "f1", "reading_code": "usual", "added_value": 1.0, "as_of_on": END, "reason_zh": "另加市级"},
        {"figure_id": "f2", "reading_code": "usual", "added_value": 0.0},
        {"figure_id": "f4", "reading_code": "strict", "added_value": 3.0},
    ]
    insert(release, "meta.figure_reading", readings)
    figures = [figure("f1", "east", 70, DAY, value_low=69.5, value_high=70.5), figure("f2", "west", 20, DAY)]
    figures += [figure("f3", "east", 9, DAY, indicator_code="else_count"), figure("f4", "east_1", 40, DAY)]
    insert(release, "core.fct_document_figure", figures)
    months = [month_row("east", DECEMBER, 60), month_row("east", NOVEMBER, 60, note_zh="自己的话"), month_row("west", DECEMBER, 20)]  # fmt: skip
    insert(release, "mart.indicator_month", [*months, month_row("east_1", DECEMBER, 45)])
    (row,) = rows_of(release, area_id="east", origin_code="document")
    # 70 + 1 of 100, 69.5 + 1 and 70.5 + 1; of the year, since the reading moved the day.
    assert (row["built"], row["rate"], row["rate_low"], row["rate_high"]) == (71, 0.71, 0.705, 0.715)
    assert (row["as_of_on"], row["as_of_precision"], row["note_zh"]) == (END, "year", "另加市级")
    notes = {(row["area_id"], row["as_of_on"].month): row["note_zh"] for row in rows_of(release, origin_code="month") if row["built"]}  # fmt: skip
    # Months lack what the reading adds; who adds nothing, or not by the usual reading, lacks nothing.
    less = "只计各单位所报，不含公开文件的通常读法另加的部分"
    assert notes == {("east", 11): "自己的话", ("east", 12): less, ("west", 12): None, ("east_1", 12): None}


def test_built_is_what_a_document_counted_with_its_day(release):
    undated = figure("f4", "east", 50, DAY) | {"period_end_on": None}
    figures = [figure("f1", "east", 70, DAY), figure("f2", "east", 95, date(2023, 8, 1), kind_code="plan"), undated]
    insert(release, "core.fct_document_figure", [*figures, figure("f3", "east", None, date(2023, 9, 1))])
    assert [(row["as_of_on"], row["built"]) for row in rows_of(release, area_id="east")] == [(DAY, 70)]


@pytest.mark.parametrize(
    ("start", "end", "precision"),
    [
        (date(2023, 7, 1), date(2023, 7, 31), "month"),
        (date(2022, 7, 1), date(2023, 7, 31), "year"),
        (date(2023, 6, 1), date(2023, 7, 31), "year"),
    ],
)
def test_a_figure_is_as_exact_as_its_period(release, start, end, precision):
    insert(release, "core.fct_document_figure", [figure("f1", "east", 70, start, end)])
    (row,) = rows_of(release, area_id="east")
    assert row["as_of_precision"] == precision


def test_what_nobody_printed_stands_at_the_last_dated_word_about_the_city(release):
    club = hall(network_code="club", built_indicator="club_count", named_like="%社%")
    insert(release, "meta.network", [hall(named_like="%厅%"), club])
    insert(release, "meta.programme", [{"programme_id": "p", "area_id": "east", "name_zh": "幸福厅", "status_code": "done"}])  # fmt: skip
    # A plan is no word about what is, nor is what is said of one unit; of one end the dated figure is the more exact.
    figures = [
        figure("f1", "east", 70, END),
        figure("f2", "east", 71, date(2023, 1, 1), END, indicator_code="else_count"),
    ]
    figures += [figure("f3", "east", 95, date(2030, 1, 1), kind_code="plan"), figure("f4", "east_1", 5, date(2024, 5, 5))]  # fmt: skip
    insert(release, "core.fct_document_figure", figures)
    rows = {(row["network_code"], row["area_id"]): row for row in rows_of(release) if row["network_code"] != "home"}
    assert {(row["as_of_on"], row["as_of_precision"], row["built"]) for row in rows.values()} == {(END, "day", None)}
    assert rows["hall", "east"]["note_zh"] == "文件写有“幸福厅”，没有印建成个数"
    assert rows["club", "east"]["note_zh"] == "公开文件未公布建成数"
    assert rows["hall", "east_1"]["note_zh"] == "文件未公布分县区数"


def test_a_network_on_no_base_is_counted_and_has_no_rate(release):
    insert(release, "meta.network", [hall(base_code="none", division_code=None)])
    insert(release, "core.fct_document_figure", [figure("f1", "east", 7, DAY, indicator_code="hall_count")])
    (row,) = rows_of(release, area_id="east", network_code="hall")
    assert (row["built"], row["base"], row["rate"], row["status_code"]) == (7, None, None, "not_applicable")
    # What is not even counted is missing.
    assert {row["status_code"] for row in rows_of(release, network_code="hall", area_id="east_1")} == {"missing"}


def test_a_place_whose_places_nobody_counted_is_missing_and_one_without_a_code_has_none(release):
    township = area("town", "township", "east") | {"parent_area_id": "east_1"}
    insert(release, "core.dim_area", [area("east_3", "unit", "east"), area("coded", "unit", "east", stat_code=None), township])  # fmt: skip
    insert(release, "core.fct_division_count", [villages("coded", 10), villages("town", 1)])
    built = {"east": 100, "east_1": 45, "east_3": 5, "east_zone": 5, "coded": 5, "town": 1, "west_2": 3}
    insert(release, "mart.indicator_month", [month_row(place, DECEMBER, value) for place, value in built.items()])
    rows = {row["area_id"]: row for row in rows_of(release, origin_code="month") if row["built"]}
    assert {place: (row["status_code"], row["base"], row["base_year"], row["rate"], row["blank"]) for place, row in rows.items()} == {
        # A hundred on a hundred, and yet 15 of the one unit and 5 of the other are blank: what is beyond stands elsewhere.
        "east": ("reported", 100, 2021, 1, 20),
        "east_1": ("reported", 60, 2021, 0.75, 15),
        "east_3": ("missing", None, None, None, None),
        "east_zone": ("not_applicable", None, None, None, None),
        "coded": ("reported", 10, 2021, 0.5, 5),
        "town": ("reported", 1, 2021, 1, 0),
        "west_2": ("not_applicable", None, None, None, None),
    }  # fmt: skip
    assert {row["as_of_precision"] for row in rows.values()} == {"month"}
    assert rows["east_zone"]["note_zh"] == "没有统计用区划代码，无从计底数"
    assert rows["west_2"]["note_zh"] == "辖区内没有此类底数"
    assert [rows[place]["note_zh"] for place in ("east", "east_3", "town")] == [None] * 3


def test_each_network_has_its_own_newest_month(release):
    insert(release, "meta.network", [hall()])
    months = [month_row("east", NOVEMBER, 60), month_row("east", DECEMBER, None), month_row("east", DECEMBER, 9, code="hall_count")]  # fmt: skip
    # Of the west nobody reported anything: its newest month is the last that was due.
    insert(release, "mart.indicator_month", [*months, month_row("west", NOVEMBER, None), month_row("west", DECEMBER, None)])  # fmt: skip
    rows = rows_of(release, origin_code="month", is_latest=True)
    newest = {(row["network_code"], row["area_id"]): row["as_of_on"] for row in rows if row["area_id"] in ("east", "west")}  # fmt: skip
    assert newest == {("home", "east"): date(2023, 11, 30), ("hall", "east"): END, ("home", "west"): END}
    # Units of which no form has the figure stand in that month.
    assert {(row["as_of_on"], row["as_of_precision"]) for row in rows if row["area_id"] == "east_1"} == {
        (date(2023, 11, 30), "month"), (END, "month"),
    }  # fmt: skip


def test_units_of_which_nothing_is_printed_stand_at_the_newest_day_of_their_city(release):
    insert(
        release,
        "core.fct_document_figure",
        [figure("f1", "east", 60, date(2022, 7, 28)), figure("f2", "east", 70, DAY)],
    )
    assert {row["as_of_on"] for row in rows_of(release, area_id="east_1")} == {DAY}


@pytest.mark.parametrize(("built", "note"), [(99, "另加市级。"), (100, "另加市级；一村多处")])
def test_more_than_all_is_explained_behind_what_else_is_said(release, built, note):
    # With the city's own one 99 are exactly all hundred, and 100 one more.
    insert(release, "meta.base_note", [{"network_code": "home", "base_code": "village", "over_100_zh": "一村多处"}])
    insert(release, "meta.figure_reading", [{"figure_id": "f1", "reading_code": "usual", "added_value": 1.0, "reason_zh": "另加市级。"}])  # fmt: skip
    insert(release, "core.fct_document_figure", [figure("f1", "east", built, DAY)])
    (row,) = rows_of(release, area_id="east")
    assert row["note_zh"] == note
