"""What pages conclude, held against values worked by hand on months, cities and documents other than the newest."""

import re
from datetime import date
from statistics import mean

import polars as pl
import pytest

from pages.briefing.coverage import rows as coverage_rows
from pages.briefing.trends import rows as trend_rows
from pages.registry import PAGES
from tests.walk import carried
from warehouse.catalog import load_catalog
from warehouse.read.month import allowance, months, overview
from warehouse.read.place import profile
from warehouse.read.target import targets
from warehouse.read.value.values import values
from warehouse.series.signals import series_signals

CITIES = ("puyang", "fushun")
OCTOBER = date(2026, 10, 1)


def script(name: str) -> str:
    return next(entry.script for entry in PAGES if entry.script == f"briefing/{name}/page.py")


@pytest.fixture
def show_demo(show, demo_root, monkeypatch):
    """Open a page of the demonstration: `show_demo("targets", city="fushun", month="2023-07")`."""
    monkeypatch.setenv("YANGLAO_HOME", str(demo_root.root))
    return lambda name, **parameters: show(script(name), data="demo", **parameters)


# ── targets ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def verdicts_on(page, target_id: str) -> set[str]:
    """The words by which a page judges a target as a whole."""
    found = re.findall(
        rf'data-receipt="mart.target_verdict:{target_id}\|all\|[^"]*"[^>]*>([^<]+(?:<span class="unseen">[^<]+)?)<',
        page.html,
    )
    found = [re.sub("<[^>]*>", "", word) for word in found]
    return {word.strip().lstrip("▲▼◆○■● ").removesuffix("†") for word in found if not re.search(r"\d|缺", word)}


@pytest.mark.parametrize(
    ("target_id", "names", "word"),
    [
        # 44 of 75 townships in December 2025 are 58.7 %, less than 60 %; 49 of 75 in October 2026 change nothing.
        ("puyang_plan_2025_regional_centre", ("targets", "coverage"), "未完成"),
        # “全覆盖” prints no number of places: no page concludes anything.
        ("puyang_plan_2022_village_home", ("targets", "coverage"), "口径待确认"),
    ],
)
def test_a_target_has_one_verdict_on_every_page_that_shows_it(show_demo, demo_release, target_id, names, word):
    for name in names:
        assert verdicts_on(show_demo(name, city="puyang"), target_id) == {word}, name
    code = demo_release.rows("select indicator_code from core.dim_target where target_id = $id", {"id": target_id}).frame.item()  # fmt: skip
    label = demo_release.rows("select label_zh from meta.indicator where indicator_code = $code", {"code": code}).frame.item()  # fmt: skip
    # The sheet of a unit quotes the same target; the card of the overview judges by the same value.
    sheet = show_demo("profile", city="puyang", unit="hualong").text
    assert word in sheet.partition(label)[2][:200] or word == "未完成"
    if word == "未完成":
        card = show_demo("overview", city="puyang").text.partition(label)[2][:160]
        assert "未完成" in card
        assert "58.7%" in card


def test_of_targets_under_way_each_is_counted_once_and_none_told_by_one_of_its_readings(show_demo):
    # July 2023, 抚顺: the task of 500 person-times has 247, 49.4 % after 58.3 % of the year: 8.9 points behind. The other
    # target has two readings (227 trained, 70 with certificates, of 500) and is 口径待确认.
    page = show_demo("targets", city="fushun", month="2023-07")
    assert page.finding == (
        "截至2023年7月底，抚顺市2个目标在进行中（其中1个口径待确认），2023年度培训任务滞后序时进度8.9个百分点；"
        "2个目标：1个能完成，1个口径待确认。"
    )
    # The board below lists as many: one under way, one to be confirmed.
    assert re.search(r"<h3>进行中 1<", page.html)
    assert re.search(r"<h3>口径待确认 1<", page.html)


def test_the_readings_of_a_target_stand_side_by_side_and_are_no_places(show_demo):
    board = show_demo("targets", city="fushun", month="2023-07").text
    assert "227人或70人／500人" in board
    assert "处／" not in board


def test_what_prints_no_deadline_is_not_said_to_have_ended(show_demo):
    page = show_demo("targets", city="puyang", month="2025-11")
    for part in re.split(r'<section class="plan-part', page.html)[1:]:
        head = re.search(r"<h3>([^<]*)", part)[1]
        if "未印期限" in part.partition("</section>")[0] and "已到期" in head:
            assert "或未印期限" in head
    # Nothing known of any part is no 0 of 6.
    assert "0/6项" not in page.text.partition("老年大学")[2][:60]


def test_a_reading_that_adds_to_documents_is_not_held_by_months_that_lack_it(demo_release):
    # Units report the 8 county platforms; the city's own stands in the reply of July 2025 alone: 8 + 1 = 9.
    found = targets.lines(demo_release, area_id="puyang", month=date(2025, 11, 1), indicator_code="smart_platform_count").frame  # fmt: skip
    values = {row["reading"]: (row["actual"], row["as_of_on"]) for row in found.to_dicts()}
    assert values["puyang_plan_2025_platform_with_city"] == (9.0, date(2025, 7, 9))
    assert values["puyang_plan_2025_platform_county_only"] == (8.0, date(2025, 11, 30))


@pytest.mark.parametrize("kind", ["real", "demo"])
def test_no_verdict_depends_on_the_day_it_is_looked_at(real_release, demo_release, kind):
    release = demo_release if kind == "demo" else real_release
    for city in CITIES:
        told = [
            targets.wholes(release, area_id=city, today=day).frame.select("target_id", "outlook_code", "actual").rows()
            for day in (date(2024, 2, 29), date(2031, 1, 1))
        ]
        assert told[0] == told[1]
        assert told[0]


def test_the_back_test_of_the_year_end_is_that_of_every_completed_year_and_month(demo_release):
    """Worked anew from the running totals alone: each year before is foreseen by the others, and held against the errors with
    which they foresee each other."""
    asked = "select year(month), month(month), value from mart.indicator_month where area_id = 'puyang' and indicator_code = 'training_person_times' and breakdown_code = 'total' and value is not null"  # fmt: skip
    totals = {(year, month): value for year, month, value in demo_release.rows(asked).frame.iter_rows()}
    for year in (2024, 2025, 2026):
        share = {key: value / totals[key[0], 12] for key, value in totals.items() if key[0] < year and key[1] < 12}
        cases = wrong = 0
        for month in range(1, 12):
            of = {one: part for (one, at), part in share.items() if at == month}
            for one, own in of.items():
                others = [part for other, part in of.items() if other != one]
                if len(others) == 2:
                    first, second = others
                    error = mean([(first / second - 1) ** 2, (second / first - 1) ** 2]) ** 0.5
                    cases += 1
                    wrong += mean(others) / own > 1 + 5.5 * error
        asked = "select case_count, wrong_count from mart.year_outlook where area_id = 'puyang' and indicator_code = 'training_person_times' and year(month) = $year limit 1"  # fmt: skip
        assert demo_release.rows(asked, {"year": year}).frame.row(0) == (cases, wrong), year
    # Only 2026 has three years before it: three of ten months. June 2025 nobody could sum, and two years try no third.
    assert cases == 3 * 10


# ── charts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_limits_and_verdict_of_a_page_are_those_of_the_first_months_whatever_the_zoom(show_demo, demo_release):
    said = set()
    for span in ("12", "24", "46"):
        page = show_demo("trends", city="puyang", indicator="dispatch_rate", span=span)
        verdict = page.finding.rpartition("；")[2]
        limits = re.findall(r'<em class="(?:upper|lower)">(.+?)</em>', page.html)
        assert len(limits) == 2
        said.add((verdict, *limits))
    assert len(said) == 1
    rows = months.series(demo_release, indicator_code="dispatch_rate", area_ids=("puyang",)).frame.to_dicts()
    indicator = demo_release.rows("select * from meta.indicator where indicator_code = 'dispatch_rate'").frame.row(0, named=True)  # fmt: skip
    # The centre is the mean of the first 24 months that have a figure, looked at over 10, 24 or 46 months.
    centre = mean([row["value"] for row in rows if row["value"] is not None][:24])
    for first in (date(2026, 1, 1), date(2024, 11, 1), date(2023, 1, 1)):
        shown = trend_rows.series_of(rows, indicator, trend_rows.LEVEL, (), first=first, last=OCTOBER)
        (segment,) = trend_rows.line_of(shown, (), ()).segments
        assert segment.centre == pytest.approx(centre)


# ── noise ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_centre_of_twelve_is_no_news(demo_release):
    built = [9.0] * 20 + [10.0] * 16 + [11.0]
    series = pl.DataFrame(
        {
            "area_id": "fanxian",
            "city_area_id": "puyang",
            "indicator_code": "regional_centre_coverage_rate",
            "month": [date(2023 + at // 12, at % 12 + 1, 1) for at in range(len(built))],
            "value": [count / 12 for count in built],
            "change_mom": [None, *((now - before) / 12 for before, now in zip(built, built[1:], strict=False))],
            "monthly_value": None,
            "reported_total": None,
            "denominator": 12.0,
        },
        schema_overrides={"monthly_value": pl.Float64, "reported_total": pl.Float64},
    )
    told = series_signals(series, load_catalog())
    assert not told["is_new"].any()
    # Nor does any month of the demonstration speak where a rate of fewer than thirty places moved by one of them.
    spoken = demo_release.rows(
        """
        select count(*) from mart.series_signal as s
        inner join mart.indicator_month as m using (area_id, indicator_code, month)
        where s.is_new and m.breakdown_code = 'total' and m.denominator < 30
            and abs(m.change_mom) * m.denominator < 1.5
        """
    ).frame.item()
    assert spoken == 0


def test_one_of_two_townships_is_neither_last_nor_behind(show_demo, demo_release):
    # 华龙区 has 2 townships, one with a centre: 50 %, the lowest of six, 15 points below the city's 49 of 75 — and with
    # one more the highest of all. A rate of so few is listed and has no rank.
    code = "regional_centre_coverage_rate"
    row = profile.standing(demo_release, unit_area_id="hualong", month=OCTOBER, indicator_codes=(code,)).frame.row(0, named=True)  # fmt: skip
    assert (row["value"], row["denominator"], row["rank"]) == (0.5, 2, None)
    cells = overview.matrix(demo_release, city_area_id="puyang", month=OCTOBER, indicator_codes=(code,)).frame
    assert cells.filter(pl.col("area_id") == "hualong")["standing_code"].item() == "level"
    sheet = show_demo("profile", city="puyang", unit="hualong")
    assert "居末位：乡镇" not in sheet.finding
    assert "基数太小，不排名" in sheet.text
    # 8/12, 8/12, 6/9, 13/20 and 11/17: two points from end to end, where a township is five or more.
    claim = show_demo("coverage", city="puyang", network="regional_centre").text
    assert "5个县（区）相当，在64.7%至66.7%之间；华龙区50.0%（2个中1个），基数太小，不分高低" in claim
    told = show_demo("bulletin", city="puyang").text
    assert (
        "华龙区第" not in told[told.index("各项比率") :].partition("乡镇区域性养老服务中心覆盖率")[2].partition("；")[0]
    )


def test_places_nobody_reported_are_missing_and_not_none_blank(show_demo):
    # No form of 抚顺 asks for day-care centres: 新抚区 has 61 communities, and nobody says how many of them lack one.
    text = show_demo("coverage", city="fushun").text
    assert "缺/61个" in text and "0个/61个" not in text


def test_a_unit_that_was_silent_stands_on_no_page_of_the_month_with_a_figure(show_demo, demo_release):
    """濮阳县 sent nothing of July 2026 and 抚顺县 nothing of May 2025: nothing of them is counted, ranked or told, nor called hidden."""
    own = re.compile(r":puyangxian\|[^:]*2026-07-01|:puyangxian\|2026-07-01\|")
    for page in ("overview", "bulletin", "allowance", "platform", "profile"):
        shown = show_demo(page, city="puyang", month="2026-07", **({"unit": "puyangxian"} if page == "profile" else {}))
        told = [one for one in carried(page, shown.html) if own.search(one.receipt)]
        assert {one.wording for one in told} <= {"缺", "—", ""}, page
    assert "没有可算空白的网络：没有报，或没有此类底数" in shown.text
    named = "；濮阳县没有数，未列入"
    assert f"39.2%的单有人评{named}" in show_demo("platform", city="puyang", month="2026-07").text
    assert f"最低的是华龙区57.08元{named}" in show_demo("allowance", city="puyang", month="2026-07").text
    # All six counties had one each, 濮阳县 as of June.
    assert "时点：截至2026年6月底至2026年7月底" in show_demo("targets", city="puyang", month="2026-07").text
    rows = values(demo_release, areas=["puyangxian"], series=["month"], first_on=date(2026, 7, 1), last_on=date(2026, 7, 31), limit=1000)  # fmt: skip
    assert rows.frame.height > 50
    assert set(rows.frame["status_code"]) <= {"missing", "not_applicable"}
    assert rows.frame["value"].null_count() == rows.frame.height
    stops = allowance.stops(demo_release, city_area_id="fushun", month=date(2025, 5, 1)).frame
    assert dict(stops.select("area_zh", "death_status").iter_rows())["抚顺县"] == "missing"


def test_four_that_tie_are_named_together_in_a_headline():
    def claim(*units):
        frame = pl.DataFrame(
            [
                {"short_name_zh": name, "built": built, "base": base, "rate": built / base, "area_kind_code": "administrative"}
                | {"rate_low": built / base, "rate_high": built / base, "status_code": "reported", "is_small_base": base < 5}
                for name, built, base in units
            ]
        )  # fmt: skip
        return coverage_rows.unit_claim(frame, "乡 · 中心", 0.01)

    # Two of three are 66.7 %, in four places of thirty; the fifth has 15 of 30.
    four = [(f"{name}县", 20, 30) for name in "甲乙丙丁"]
    assert (
        claim(*four, ("戊县", 15, 30))
        == "中心：甲县、乙县、丙县等4个并列最高，66.7%（30个中20个）；戊县最低，50.0%（30个中15个）"
    )
    # One of two is lowest of nothing, and 13 of 20 lie 1.7 points behind 20 of 30: less than one of the twenty.
    assert claim(*four, ("戊县", 1, 2)) == "中心：4个单位都是66.7%；戊县50.0%（2个中1个），基数太小，不分高低"
    assert claim(four[0], ("己县", 13, 20)) == "中心：2个可比的单位相当，在65.0%至66.7%之间"
    assert (
        claim(("甲县", 1, 1), ("乙县", 1, 2))
        == "中心：2个可比的单位基数都太小，不分高低：甲县100.0%（1个中1个）、乙县50.0%（2个中1个）"
    )


def test_the_text_of_a_month_says_at_least_where_blanks_are_a_lower_bound(show_demo):
    text = show_demo("bulletin", city="fushun", month="2023-03").text
    # 82 homes for 611 villages: at least 529 have none, in all and unit by unit.
    assert "农村幸福院至少529个（各数同为至少）：" in text
    assert "农村幸福院529个" not in text
    # Six of seven share the first place; only the seventh is told, with 2 of 60 after a quarter of the year.
    assert "县（区）按完成率，清原县第7位，滞后21.7个百分点（共7个参排）。" in text


# ── periods and seasons ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["real", "demo"])
def test_what_stands_side_by_side_covers_periods_as_long(real_release, demo_release, kind):
    release = demo_release if kind == "demo" else real_release
    pairs = release.rows(
        """
        select c.item_code, c.as_of_a, c.as_of_b, c.precision_a, c.precision_b, i.timing_code
        from mart.city_comparison as c
        left join meta.indicator as i on i.indicator_code = c.indicator_a
        where c.comparable
        """
    ).frame.to_dicts()
    assert pairs
    for row in pairs:
        first, second = row["as_of_a"], row["as_of_b"]
        apart = abs((first.year - second.year) * 12 + first.month - second.month)
        assert apart <= (3 if row["precision_a"] == row["precision_b"] else 12), row
        if row["timing_code"] == "year_to_date":
            assert apart == 0, row


def test_no_season_puts_all_units_on_one_side_of_the_deaths_to_be_expected(demo_release):
    # By the mean of a year the quarter to September would expect a tenth too many (0.9, 0.9 and 0.9 of a month against
    # 1.0), and the one to January a sixth too few (1.25, 1.25 and 1.05): by the season each is met within 6 of 100.
    for month in (1, 4, 7, 10):
        found = [
            row
            for year in (2025, 2026)
            for row in allowance.stops(demo_release, city_area_id="puyang", month=date(year, month, 1)).frame.to_dicts()
            if row["death_stops"] and row["expected_deaths"]
        ]
        came, due = (sum(row[name] for row in found) for name in ("death_stops", "expected_deaths"))
        assert came / due == pytest.approx(1, abs=0.06), month


# ── the month ────────────────────────────────────────────────────────────────────────────────────────────────────────

# What these show has no month, or each thing on them its own, which is printed with it.
WITHOUT_A_MONTH = {"汇报版", "老龄化底数", "政策与任务", "公开文件", "查询"}


@pytest.mark.parametrize(
    "entry", [one for one in PAGES if one.title_zh not in WITHOUT_A_MONTH], ids=lambda one: one.url_path
)
def test_a_page_follows_the_month_chosen_or_says_which_stands_and_why(show, demo_root, monkeypatch, entry):
    monkeypatch.setenv("YANGLAO_HOME", str(demo_root.root))
    page = show(entry.script, data="demo", city="puyang", month="2024-01")
    asks = "pick_month" in page.app.session_state
    assert bool(entry.month_zh) == ("所选的2024年1月不改变本页：" in page.text) and (asks or entry.month_zh)
    # The newest is no choice, and nothing is said of it.
    if entry.month_zh:
        assert "2026年10月" in page.text
        assert "不改变本页" not in show(entry.script, data="demo", city="puyang", month="2026-10").text
