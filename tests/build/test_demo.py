"""The demonstration as built: published totals, every planted fault found, nothing else refused, and never mixed."""

from collections import Counter
from datetime import date

import pytest

from etl.demo.build import Extent, build_demo
from etl.demo.catalogue import demo_catalog
from etl.demo.dirt import read_dirt
from etl.demo.dynamics import read_parameters
from etl.demo.generate import MANIFEST, SENDER, generate
from etl.demo.schedule import plan
from etl.demo.workbooks import write_parcels
from etl.demo.world import read_world
from etl.months.received import Incoming, receive
from tests.declared import forms
from warehouse.desk.received import ReceivedLog
from warehouse.errors import BusyError
from warehouse.home import Home
from warehouse.month import months_between
from warehouse.progress import read_progress
from warehouse.release.publishing.lock import lock

NOT_RULES = ("late", "missing", "restated", "not_applicable", "explained", "corrected")
DIRT = read_dirt()
SMALL = Extent(
    first_month=date(2026, 8, 1), last_month=date(2026, 9, 1), as_of=date(2026, 10, 20), units=("fushunxian",)
)


def rows(release, sql: str, **parameters) -> list[dict]:
    return release.rows(sql, parameters).frame.to_dicts()


def value(release, area: str, indicator: str, month: str):
    found = rows(
        release,
        "select value, status_code from mart.indicator_month where area_id = $area and indicator_code = $indicator"
        " and breakdown_code = 'total' and month = cast($month as date)",
        area=area, indicator=indicator, month=month,
    )  # fmt: skip
    return found[0]["value"] if found and found[0]["status_code"] == "reported" else None


# -- published totals


@pytest.mark.parametrize(
    ("area", "indicator", "month", "total"),
    [
        # 濮阳 reply of 2023-07-28
        ("puyang", "street_centre_count", "2023-07-01", 20),
        ("puyang", "community_day_care_count", "2023-07-01", 313),
        ("puyang", "village_home_count", "2023-07-01", 2016),
        # county platforms in the replies of 2023, 2024 and 2025
        ("puyang", "smart_platform_count", "2023-07-01", 6),
        ("puyang", "smart_platform_count", "2024-06-01", 7),
        ("puyang", "smart_platform_count", "2025-07-01", 8),
        # 2024: 2631 trained
        ("puyang", "training_people", "2024-12-01", 2631),
        # 抚顺 reply of 2023
        ("fushun", "township_home_count", "2023-12-01", 39),
        ("fushun", "village_home_count", "2023-12-01", 82),
        ("fushun", "community_home_care_centre_count", "2023-12-01", 26),
    ],
)
def test_city_totals_are_those_of_the_documents_at_their_dates(demo_release, area, indicator, month, total):
    assert value(demo_release, area, indicator, month) == total


def test_enrolment_and_services_stand_where_the_documents_say(demo_release):
    # 66.7万: 666,500 ≤ n < 667,500; 70余万: at least 700,000; 10万余人次: at least 100,000
    assert 666_500 <= value(demo_release, "puyang", "enrolled_count", "2023-07-01") < 667_500
    assert value(demo_release, "puyang", "enrolled_count", "2024-06-01") >= 700_000
    assert value(demo_release, "puyang", "service_person_times_total", "2023-07-01") >= 100_000


def test_the_tiers_of_puyang_are_paid_50_100_and_300_yuan(demo_release):
    found = rows(
        demo_release,
        "select age_tier_code, standard_yuan, count(distinct area_id) as areas from mart.allowance_month"
        " where area_id = 'puyang' and standard_yuan is not null group by 1, 2 order by 2",
    )
    assert [row["standard_yuan"] for row in found] == [50, 100, 300]


# -- faults


def found_by(issues: list[dict], dirt) -> list[dict]:
    """Issues of the rule at the unit, month and form of a fault; of a file that nobody could read, by its name."""
    wanted = dirt.found_month or dirt.month
    named = f"{wanted.year}年{wanted.month}月"
    return [
        issue
        for issue in issues
        if issue["rule_code"] == dirt.rule
        and (issue["month"] == wanted or (issue["month"] is None and named in issue["file_name"]))
        and (issue["form_code"] in (dirt.form, None) or not dirt.form)
        and (issue["unit"] in (dirt.unit, None))
    ]


@pytest.fixture(scope="module")
def issues(demo_release):
    return rows(
        demo_release,
        "select i.*, case when a.level_code = 'township' then a.parent_area_id else i.area_id end as unit"
        " from meta.issue as i left join core.dim_area as a on a.area_id = i.area_id",
    )


def test_every_planted_fault_is_found_by_its_rule_where_it_was_planted(issues):
    planted = [one for one in DIRT if one.rule not in NOT_RULES]
    unfound = [f"{one.dirt_id}: {one.rule}" for one in planted if not found_by(issues, one)]
    assert unfound == []
    # One case at least of every common error; E17 is also tried with a wrong encoding.
    assert {one.rule for one in planted} >= {f"E{number}" for number in range(1, 19)}
    assert {one.rule for one in planted} >= {f"C{number}" for number in range(1, 11)}


def test_every_fault_says_where_it_is_and_why_a_clerk_makes_it():
    assert len({one.dirt_id for one in DIRT}) == len(DIRT)
    for one in DIRT:
        assert one.why_zh
        assert one.month.day == 1


@pytest.mark.bar("DQ8")
def test_no_clean_form_is_refused_and_false_alarms_are_few(demo_release, issues):
    """Forty-six months of clean forms: none is returned; holds and questions are counted and printed."""
    dirty = {(one.unit, month, one.form) for one in DIRT for month in (*one.months, one.found_month)}
    dirty |= {(one.unit, month, form) for one in DIRT if not one.form for month in one.months for form in forms()}  # fmt: skip
    # A form whose unit nobody could tell has none: it is known by the fault that was planted in its file.
    planted = {issue["issue_id"] for one in DIRT for issue in found_by(issues, one)}
    clean = [
        one
        for one in issues
        if one["issue_id"] not in planted and (one["unit"], one["month"], one["form_code"]) not in dirty
    ]
    assert [one for one in clean if one["severity_code"] == "blocking"] == []
    form_count = rows(demo_release, "select count(*) as n from meta.submission where state_code <> 'not_reported'")[0][
        "n"
    ]
    for severity in ("hold", "soft"):
        alarmed = {(one["unit"], one["month"], one["form_code"]) for one in clean if one["severity_code"] == severity}
        kinds = Counter(one["rule_code"] for one in clean if one["severity_code"] == severity)
        print(
            f"{severity}: {len(alarmed)} of {form_count} forms = {len(alarmed) / form_count:.2%}; by rule {dict(kinds)}"
        )
        assert len(alarmed) / form_count < (0.01 if severity == "hold" else 0.05)


def test_a_returned_form_that_came_again_stands_accepted(demo_release):
    states = {
        (row["area_id"], row["form_code"], row["month"]): row["state_code"]
        for row in rows(
            demo_release,
            "select area_id, form_code, month, arg_max(state_code, revision) as state_code"
            " from meta.submission group by all",
        )
    }
    again = [one for one in DIRT if one.again_after_days and one.form]
    wrong = [one.dirt_id for one in again if states[one.unit, one.form, one.month] not in ("accepted", "corrected")]
    assert wrong == []
    assert states["qingyuan", "training", date(2026, 10, 1)] == "returned"


# -- jumps, corrections, blanks


def test_an_unexplained_jump_is_withheld_and_an_explained_one_is_taken_with_its_words(demo_release):
    query = (
        "select value, status_code, note_zh from core.fct_observation where is_current and area_id = $unit"
        " and indicator_code = $indicator and month = cast($month as date)"
    )
    held = rows(demo_release, query, unit="nanle", indicator="meal_site_count", month="2026-10-01")[0]
    assert (held["value"], held["status_code"]) == (None, "withheld")
    taken = rows(demo_release, query, unit="hualong", indicator="visit_due_count", month="2024-09-01")[0]
    assert taken["status_code"] == "reported"
    assert "敬老月集中核查" in taken["note_zh"]


def test_a_figure_that_cannot_be_sent_again_is_corrected_by_a_registered_correction(demo_release):
    # 28 dining places, typed as 280 and never sent again; what was typed stays on record.
    (figure,) = rows(
        demo_release,
        "select value, raw_value, note_zh from core.fct_observation where is_current and area_id = 'taiqian'"
        " and indicator_code = 'meal_site_count' and month = date '2024-08-01'",
    )
    assert (figure["value"], figure["raw_value"]) == (28, "280")
    assert "已按更正登记改正：台前县来函" in figure["note_zh"]
    assert len(rows(demo_release, "select correction_id from meta.correction")) == 1


def test_every_restatement_has_its_reason(demo_release):
    found = rows(demo_release, "select reason_zh, area_id, month from meta.restatement")
    assert found
    assert [row for row in found if not row["reason_zh"]] == []
    assert [row for row in found if row["area_id"] == "qingfeng" and row["month"] == date(2026, 6, 1)]


def test_about_two_in_a_hundred_figures_of_units_are_corrected(demo_release):
    counted = rows(
        demo_release,
        "select count(*) filter (where revision > 1 and changed) as corrected, count(*) filter (where revision = 1) as n"
        " from (select o.*, exists (select 1 from meta.restatement as r where r.area_id = o.area_id"
        " and r.indicator_code = o.indicator_code and r.breakdown_code = o.breakdown_code and r.month = o.month"
        " and r.revision = o.revision) as changed from core.fct_observation as o"
        " inner join core.dim_area as a on a.area_id = o.area_id and a.level_code = 'unit'"
        " where o.status_code in ('reported', 'withheld'))",
    )[0]
    share = counted["corrected"] / counted["n"]
    print(f"corrected: {share:.2%} of {counted['n']} figures of units")
    assert 0.008 <= share <= 0.03


def test_the_zone_without_villages_is_not_applicable_and_not_zero(demo_release):
    found = rows(
        demo_release,
        "select value, status_code from core.fct_observation where area_id = 'puyang_industrial' and is_current"
        " and indicator_code = 'village_home_count' and month = date '2026-08-01'",
    )
    assert found == [{"value": None, "status_code": "not_applicable"}]


def test_late_and_missing_reports_are_as_often_as_declared_and_zones_worse(demo_release, catalog):
    found = rows(
        demo_release,
        "select s.area_id, s.month, a.kind_code, bool_and(s.state_code = 'not_reported') as missing,"
        " bool_or(s.is_late and s.revision = 1 and s.state_code <> 'not_reported') as late"
        " from meta.submission as s inner join core.dim_area as a on a.area_id = s.area_id group by all",
    )
    dynamics = read_world(catalog).forms().dynamics
    assert len(found) == len(dynamics.places) * len(dynamics.months)
    missing, late = ([row for row in found if row[what]] for what in ("missing", "late"))
    print(f"missing {len(missing) / len(found):.2%}, late {len(late) / len(found):.2%} of unit-months")
    assert 0.008 <= len(missing) / len(found) <= 0.022
    assert 0.03 <= len(late) / len(found) <= 0.05

    def rate(chosen, kind):
        return sum(row["kind_code"] == kind for row in chosen) / sum(row["kind_code"] == kind for row in found)

    assert rate(missing + late, "functional_zone") > 2 * rate(missing + late, "administrative")
    assert any(row["area_id"] == "puyang_demo_zone" and row["month"] == date(2026, 7, 1) for row in late)
    assert any(row["area_id"] == "puyang_demo_zone" and row["month"] == date(2026, 2, 1) for row in missing)


def test_two_units_heap_at_round_figures(demo_release):
    def round_share(units: tuple[str, ...]) -> float:
        found = rows(
            demo_release,
            "select avg(cast(cast(value as bigint) % 5 = 0 as integer)) as share from core.fct_observation"
            " where list_contains($units, area_id) and indicator_code = 'visit_due_count' and value is not null",
            units=list(units),
        )
        return found[0]["share"]

    assert round_share(("taiqian", "dongzhou")) > 0.95
    assert round_share(("qingfeng", "shuncheng")) < 0.4


# -- what it says of itself


def test_everything_made_up_says_so(demo_release):
    assert demo_release.kind_code == "demo"
    sources = rows(demo_release, "select * from meta.source where kind_code = 'demo'")
    assert {row["source_id"] for row in sources} == {"demo-tasks", "demo-standards"}
    assert all(row["licence_zh"] == "演示数据" and row["title_zh"].startswith("演示数据") for row in sources)
    quotes = rows(demo_release, "select quote from core.dim_target where source_id = 'demo-tasks'")
    assert quotes
    assert all(row["quote"].startswith("演示数据") for row in quotes)


def test_tasks_of_the_units_sum_to_the_task_of_their_city(catalog):
    targets = [one for one in demo_catalog(catalog).targets.values() if one.source_id == "demo-tasks"]
    for year in (2023, 2025, 2026):
        of_year = {one.area_id: one.value for one in targets if one.period_start_on.year == year}
        units = [area.area_id for area in catalog.units("puyang")]
        # 2023: 1500, 2025: 1800, 2026: 1900, as declared in parameters.toml
        assert of_year["puyang"] == sum(of_year[unit] for unit in units)
        assert of_year["puyang"] == {2023: 1500, 2025: 1800, 2026: 1900}[year]


# -- files and runs


def test_files_come_in_every_format_units_really_use(catalog):
    world = read_world(catalog)
    month = [date(2026, 9, 1)]
    parcels = plan(world, month, DIRT, until=date(2026, 10, 8))
    files = dict(zip([one.file_name for one in parcels], write_parcels(world, parcels), strict=True))
    kinds = Counter()
    for name, data in files.items():
        if data.startswith(b"PK"):
            kinds["xlsx"] += 1
        elif data.startswith(b"\xd0\xcf\x11\xe0"):
            kinds["xls"] += 1
        elif data.startswith(b"<html"):
            assert name.endswith(".xls")
            kinds["html named .xls"] += 1
        else:
            assert "填报单位" in data.decode("gb18030")
            kinds["csv in GB18030"] += 1
    assert set(kinds) == {"xlsx", "xls", "html named .xls", "csv in GB18030"}
    assert kinds["xlsx"] == max(kinds.values())


def test_the_same_parcels_are_the_same_bytes(catalog):
    world = read_world(catalog)
    parcels = plan(world, [date(2026, 9, 1)], DIRT, until=date(2026, 10, 8))[::3]
    assert write_parcels(world, parcels) == write_parcels(read_world(catalog), parcels)


def test_a_fault_elsewhere_changes_no_other_parcel(catalog):
    world, months = read_world(catalog), months_between(date(2024, 1, 1), date(2024, 12, 1))
    until = read_parameters()["as_of"]
    places = {(one.unit, month) for one in DIRT for month in one.months}
    without = plan(world, months, [], until=until)
    with_faults = [one for one in plan(world, months, DIRT, until=until) if (one.unit, one.month) not in places]
    assert with_faults == [one for one in without if (one.unit, one.month) not in places]


def test_a_run_again_publishes_nothing_new_and_the_real_home_is_not_touched(tmp_path):
    home = Home(tmp_path / "home")
    said = []
    first = build_demo(home, lambda step_zh, done, total: said.append((step_zh, done, total)), extent=SMALL)
    assert first.published
    assert [path.name for path in home.root.iterdir()] == ["demo"]
    assert read_progress(home.demo()) is None
    # The bar never runs back, ends full, and names unit and month.
    assert [done for _, done, _ in said] == sorted(done for _, done, _ in said)
    assert said[-1][1] == said[-1][2]
    assert any("抚顺县 2026年9月" in step_zh for step_zh, _, _ in said)
    received = len(ReceivedLog(home.demo()).files())
    again = build_demo(home, extent=SMALL)
    assert not again.published
    assert again.release_id == first.release_id
    assert again.content_sha256 == first.content_sha256
    assert len(ReceivedLog(home.demo()).files()) == received


def test_a_further_month_adds_its_files_and_writes_no_other(catalog, tmp_path):
    demo = Home(tmp_path / "demo")
    demo.ensure()
    world = read_world(catalog)
    wider = Extent(first_month=SMALL.first_month, last_month=date(2026, 10, 1), as_of=date(2026, 11, 20),
                   units=SMALL.units)  # fmt: skip
    before = generate(demo, world, SMALL)
    added = generate(demo, world, wider)
    receipts = ReceivedLog(demo).files()
    assert before > 0
    assert added > 0
    assert len(receipts) == before + added
    assert all(receipt.received_by == SENDER for receipt in receipts)
    assert generate(demo, world, wider) == 0


def test_a_changed_generator_withdraws_what_it_sent_and_leaves_what_people_dropped(catalog, tmp_path):
    demo = Home(tmp_path / "demo")
    demo.ensure()
    world = read_world(catalog)
    sent = generate(demo, world, SMALL)
    receive(demo, [Incoming(name="自己放的.csv", data=b"1,2,3")], who="clerk")
    manifest = demo.root / MANIFEST
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"fingerprint": "', '"fingerprint": "older'))
    assert generate(demo, world, SMALL) == sent
    live = [one for one in ReceivedLog(demo).files() if not one.is_withdrawn]
    assert Counter(one.received_by for one in live) == {SENDER: sent, "clerk": 1}


def test_two_builds_at_once_are_refused_and_the_first_goes_on_telling_how_far_it_is(tmp_path):
    from warehouse.progress import write_progress

    home = Home(tmp_path / "home")
    with lock(home.demo(), doing_zh="生成演示数据"):
        write_progress(home.demo(), "生成 清丰县 2025年7月", 10, 100)
        with pytest.raises(BusyError, match="一次只能有一个"):
            build_demo(home, extent=SMALL)
        assert read_progress(home.demo()).step_zh == "生成 清丰县 2025年7月"
