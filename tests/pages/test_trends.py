"""趋势: verbs by timing, limits and verdicts, breaks, provisional points, printed figures apart, contributions."""

import math
import re
from datetime import date

import polars as pl
import pytest

from pages.briefing.trends import rows as trend_rows
from pages.briefing.trends.chart import Line, Printed, drawn
from pages.briefing.trends.files import months_file
from pages.briefing.trends.line_plot import line_plot
from pages.briefing.trends.parts import provisional_zh
from pages.ui.kit.axes import month_ticks
from pages.ui.marks.sparks import Spark, scale_of, spark
from tests.declared import CITIES, units_of
from warehouse import export
from warehouse.catalog import load_catalog
from warehouse.read import Releases
from warehouse.read.month import months, trend
from warehouse.read.receipt import receipts
from warehouse.series.measured import measured
from warehouse.series.signals import MONTHS, series_signals

PAGE = "briefing/trends/page.py"
BEDS = {
    "indicator_code": "beds", "label_zh": "床位", "kind_code": "count", "smallest_difference": 1.0, "unit_zh": "张", "timing_code": "end_of_month",
    "polarity_code": "higher_is_better", "decimals": 0,
}  # fmt: skip
RATE = {**BEDS, "kind_code": "ratio", "unit_zh": "%", "decimals": 1}


def month(number: int) -> date:
    return date(2024 + (number - 1) // 12, (number - 1) % 12 + 1, 1)


def month_row(number, value, **others):
    row = {
        "area_id": "a", "area_zh": "甲县", "indicator_code": "beds", "breakdown_code": "total", "month": month(number),
        "value": value, "status_code": "missing" if value is None else "reported", "quality_code": "signed",
        "change_mom": None, "change_yoy": None, "change_since_year_start": None, "change_pct_mom": None,
        "change_pct_yoy": None, "monthly_value": None, "note_zh": None, "reported_count": None, "expected_count": None,
        "reported_total": None,
    }  # fmt: skip
    return row | others


def judged(rows, code):
    """The rows with what mart.series_signal says of them."""
    frame = pl.DataFrame(
        [{"denominator": None, **row, "indicator_code": code, "city_area_id": "city"} for row in rows],
        infer_schema_length=None,
    ).cast(dict.fromkeys(("value", "change_mom", "monthly_value", "reported_total", "denominator"), pl.Float64))
    told = {row["month"]: row for row in series_signals(frame, load_catalog()).to_dicts()}
    names = {"way_code": "signal_way_code", "verdict_code": "series_verdict_code"}
    quoted = {at: row | {name: row[column] for name, column in names.items()} for at, row in told.items()}
    return [quoted[row["month"]] | row for row in rows]


def series(values, indicator=RATE, breaks=(), basis=trend_rows.LEVEL, **others):
    rows = [month_row(number, value, **others) for number, value in enumerate(values, 1)]
    # A rate of the month, whose level is judged, or a stock, whose net change is.
    rows = judged(rows, "dispatch_rate" if indicator is RATE else "institution_resident_count")
    return trend_rows.series_of(rows, indicator, basis, breaks, first=month(1), last=month(len(values)))


def break_at(number, kind="口径改变", title="统计范围改了"):
    return {
        "month": month(number), "break_kind_code": "definition", "kind_label_zh": kind, "title_zh": title,
        "source_title_zh": None, "source_number_zh": None,
    }  # fmt: skip


def file_notes():
    return export.Notes(title_zh="趋势", release_id="20261127-01", kind_code="demo", size_zh="")


@pytest.mark.bar("TR1")
def test_the_page_opens_with_a_change_and_its_verdict_before_the_value_and_its_numbers_open_receipts(show_truth):
    page = show_truth(PAGE)
    assert not page.app.exception
    assert re.match(r"2026年10月，濮阳市特殊困难老年人月探访率环比(提高|降低)[^；]*，[^；]*；为\d+\.\d%", page.finding)
    assert any(
        key.startswith("mart.indicator_month:puyang|monthly_visit_rate|total|2026-10-01") for key in page.receipts
    )


@pytest.mark.bar("TR1")
def test_a_stock_is_told_against_last_month_and_last_year_with_its_own_verbs(show_truth):
    page = show_truth(PAGE, indicator="care_bed_count")
    # 2026-10 the units report 28,150 beds (anchor of the parameters), 27,483 a year before.
    assert page.finding.startswith("截至2026年10月底，濮阳市养老服务床位总量较上月增加")
    assert page.finding.endswith("；为2.8万张，同比增加667张（增长2.4%）。")


@pytest.mark.bar("TR1")
def test_a_running_total_is_told_by_its_period_and_compared_with_the_same_period(show_truth):
    page = show_truth(PAGE, indicator="training_person_times")
    assert page.finding.startswith("2026年1—10月，濮阳市养老服务人才培训人次")
    assert "累计同比" in page.finding
    assert "环比" not in page.finding


def test_a_missing_city_month_names_who_did_not_report(show_truth, truth_release):
    rows = months.series(truth_release, indicator_code="care_bed_count", area_ids=("puyang",)).frame
    gap = rows.filter(rows["month"] == date(2026, 8, 1)).row(0, named=True)
    assert gap["value"] is None
    absent = trend.absent_units(truth_release, city_area_id="puyang", indicator_code="care_bed_count", month=date(2026, 8, 1))  # fmt: skip
    assert absent == {"工业园区": "missing"}


@pytest.mark.bar("TR3")
def test_under_five_points_there_is_no_verdict_and_under_twelve_a_trial():
    assert series([0.5, 0.6, 0.7, 0.8]).chart.verdict_code == "too_few"
    assert trend_rows.words.verdict_zh("too_few") == "点数不足，不判断趋势"
    assert series([0.5, 0.6] * 4).chart.verdict_code == "trial"
    assert series([0.5, 0.6] * 9).chart.verdict_code == "steady"


def test_one_month_alone_says_so_and_draws_one_point(show, one_month_home, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(one_month_home.root))
    page = show(PAGE, data="demo")
    assert not page.app.exception
    assert "点数不足，不判断趋势；为" in page.finding
    assert "只有2026年10月一个月的数" in page.text


def test_when_nobody_reported_the_page_says_so(show, nothing_home, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(nothing_home.root))
    page = show(PAGE, data="demo")
    assert not page.app.exception
    assert "错误编号" not in page.text


def test_limits_are_drawn_on_flows_and_rates_and_only_on_the_own_part_of_what_accumulates():
    assert trend_rows.line_of(series([0.5, 0.6] * 6), (), ()).segments
    grown = [100.0 + n + n * n % 3 for n in range(1, 14)]
    steps = [
        month_row(n, value, change_mom=None if n == 1 else value - grown[n - 2]) for n, value in enumerate(grown, 1)
    ]
    rows = judged(steps, "institution_resident_count")
    asked = {"first": month(1), "last": month(13)}
    assert not trend_rows.line_of(trend_rows.series_of(rows, BEDS, trend_rows.LEVEL, (), **asked), (), ()).segments
    own = trend_rows.series_of(rows, BEDS, trend_rows.MONTHLY, (), **asked)
    assert trend_rows.line_of(own, (), ()).segments
    assert own.subject_zh == "当月净增"


def test_limits_are_the_same_whatever_stretch_is_looked_at(truth_release):
    rows = months.series(truth_release, indicator_code="dispatch_rate", area_ids=("puyang",)).frame.to_dicts()
    drawn_limits = set()
    for first in (date(2023, 1, 1), date(2025, 1, 1), date(2026, 3, 1)):
        shown = trend_rows.series_of(rows, RATE, trend_rows.LEVEL, (), first=first, last=date(2026, 10, 1))
        (segment,) = trend_rows.line_of(shown, (), ()).segments
        drawn_limits.add((segment.lower, segment.centre, segment.upper, shown.chart.verdict_code))
    assert len(drawn_limits) == 1


@pytest.mark.bar("TR2")
def test_the_page_prints_how_often_its_signals_are_wrong(show_truth):
    page = show_truth(PAGE, indicator="dispatch_rate")
    found = measured()
    assert f"最新一月被误当成信号的不超过{found.most_false:.1%}" in page.text
    assert f"四个月内看出的不低于{found.least_found:.0%}" in page.text


def test_few_series_of_the_demonstration_speak_in_a_month_and_every_planted_shift_does(truth_release):
    found = truth_release.rows(MONTHS).frame
    catalog = load_catalog()
    cities = found.filter(pl.col("area_id") == pl.col("city_area_id").fill_null(pl.col("area_id")))
    told = series_signals(cities, catalog)
    spoken = told.group_by("month").agg(pl.col("is_new").mean().alias("share"))
    assert spoken["share"].max() <= 0.10
    # A month five limits away from its centre, and so far that it counts whatever the months before, in every third series
    # that is judged, speaks, whatever its way.
    newest = told.filter(
        (pl.col("month") == date(2026, 10, 1))
        & pl.col("series_verdict_code").is_in(["steady", "slight", "signal_up", "signal_down"])
    ).sort("indicator_code", "area_id")[::3]
    assert set(newest["signal_way_code"]) == {"level", "change", "season"}
    counts = pl.col("indicator_code").map_elements(
        lambda code: catalog.indicators[code].counting_difference, return_dtype=pl.Float64
    )
    far = pl.max_horizontal((pl.col("upper") - pl.col("centre")) * 5, counts * 2)
    planted = newest.select("area_id", "indicator_code", "month", far.alias("added"))
    soiled = cities.join(planted, on=["area_id", "indicator_code", "month"], how="left").with_columns(
        (pl.col(name) + pl.col("added").fill_null(0)).alias(name) for name in ("value", "change_mom", "monthly_value")
    )
    keys = ["area_id", "indicator_code", "month"]
    heard = series_signals(soiled.select(cities.columns), catalog).join(planted, on=keys)
    quiet = heard.filter(~pl.col("is_new") | (pl.col("side") < 1))
    assert quiet.is_empty(), quiet.select("area_id", "indicator_code", "signal_way_code", "series_verdict_code").rows()


def test_no_verdict_stands_beside_an_arrow(show_truth):
    page = show_truth(PAGE, indicator="enrolled_count")
    assert not re.search(r"[▲▼] [^<]*(基线|波动|信号)", page.html)


def test_a_break_parts_the_line_and_its_ghost():
    broken = series([0.5] * 6 + [0.9] * 8, breaks=[break_at(7)])
    line = trend_rows.line_of(broken, (), ())
    fig = drawn(line)
    lines = [trace for trace in fig.data if trace.mode == "lines+markers"]
    assert [len(trace.x) for trace in lines] == [6, 8]
    assert any("断点：口径改变" in (note.text or "") for note in fig.layout.annotations)
    # The ghost of month 13 is month 1, before the break: it is not drawn.
    assert not line.year_ago


@pytest.mark.bar("TR5")
def test_a_change_of_definition_breaks_the_line_gives_no_comparison_across_it_and_is_told(
    show, real_home, broken_home, monkeypatch
):
    with Releases(broken_home.demo()).acquire() as release:
        rows = months.series(release, indicator_code="nursing_bed_share", area_ids=("puyang", "hualong")).frame
        changed = {(row["area_id"], row["month"]): row for row in rows.to_dicts()}
    for area in ("puyang", "hualong"):
        # The new count starts in March 2026: nothing before may be compared with anything from it on.
        march, april, before = (changed[area, date(2026, at, 1)] for at in (3, 4, 2))
        assert march["change_mom"] is None
        assert march["change_since_year_start"] is None
        assert april["change_mom"] is not None
        assert changed[area, date(2026, 10, 1)]["change_yoy"] is None
        assert before["change_mom"] is not None
    monkeypatch.setenv("YANGLAO_HOME", str(broken_home.root))
    page = show(PAGE, data="demo", indicator="nursing_bed_share")
    assert "护理型床位改按新国标认定" in page.text
    assert "前后不连线，不算跨断点的同比" in page.text
    assert "同比" not in page.finding
    # What documents tell of 抚顺: 46 became 39 by merging, so it is no fall.
    monkeypatch.setenv("YANGLAO_HOME", str(real_home.root))
    merged = show(PAGE, city="fushun", indicator="township_home_count")
    assert "46个乡镇的敬老院整合为39家，是撤并，不是减少" in merged.text
    assert "减少" not in merged.finding
    assert "下降" not in merged.finding
    traces = list(drawn(trend_rows.line_of(series([0.5] * 6 + [0.9] * 8, breaks=[break_at(7)]), (), ())).data)  # fmt: skip
    assert [len(trace.x) for trace in traces if trace.mode == "lines+markers"] == [6, 8]


def test_the_merger_of_homes_is_told_as_a_merger_and_not_as_a_fall(show):
    page = show(PAGE, city="fushun", indicator="township_home_count")
    assert "46个乡镇的敬老院整合为39家，是撤并，不是减少" in page.text
    assert "撤并整合" in page.text
    assert "减少" not in page.finding
    assert "下降" not in page.finding


@pytest.mark.bar("TR6")
def test_a_provisional_month_is_hollow_and_its_cell_says_so_on_the_page_and_in_the_file(show_truth, truth_release):
    page = show_truth(PAGE)
    newest = re.search(r"<td>2026年10月</td>.*?</td>", page.html, re.DOTALL)[0]
    assert "初步" in newest
    assert "最新一月为初步数，画成空心点" in page.text
    line = trend_rows.line_of(series([0.5, 0.6, 0.7], quality_code="provisional"), (), ())
    colours = drawn(line).data[0].marker.color
    assert set(colours) == {"#fdfcfa"}
    # In a series signed but for its newest month, that one alone is hollow.
    mixed = months.series(truth_release, indicator_code="care_bed_count", area_ids=("puyang",)).frame.to_dicts()
    whole = trend_rows.series_of(mixed, BEDS, trend_rows.LEVEL, (), first=date(2026, 5, 1), last=date(2026, 10, 1))
    months_drawn = next(one for one in drawn(trend_rows.line_of(whole, (), ())).data if one.mode == "lines+markers")
    assert [colour == "#fdfcfa" for colour in months_drawn.marker.color] == [False] * 5 + [True]
    assert provisional_zh(whole) == "最新一月为初步数，画成空心点"
    assert provisional_zh(series([0.5, None, 0.7], quality_code="provisional")) == "各月都是初步数，画成空心点"
    assert provisional_zh(series([0.5, 0.6, 0.7], quality_code="signed")) == ""
    filed = months_file(whole, (), {"provisional": "初步", "signed": "已签发"})
    assert filed["月份"][-1] == "2026年10月"
    assert filed["数值"][-1] == "2.8万张（初步）"
    assert filed["全数"][-1] == 28_150
    assert not any("初步" in text for text in filed["数值"][:-1])
    written = export.write(filed, "csv", file_notes()).decode("utf-8-sig")
    assert "2.8万张（初步）" in written
    assert "演示数据" in written


def test_the_picture_draws_what_its_legend_says_and_names_who_did_not_report(show_truth, truth_release):
    page = show_truth(PAGE)
    rows = months.series(truth_release, indicator_code="monthly_visit_rate", area_ids=("puyang",)).frame
    shown = rows.filter(pl.col("month").is_between(date(2024, 11, 1), date(2026, 10, 1)))
    gaps = shown.filter(pl.col("value").is_null())["month"].to_list()
    assert page.html.count('class="gap-column"') == len(gaps) > 0
    for gap in gaps:
        absent = trend.absent_units(truth_release, city_area_id="puyang", indicator_code="monthly_visit_rate", month=gap)  # fmt: skip
        assert f"<b>缺</b>{'、'.join(list(absent)[:3])}" in page.html
    legend = re.search(r'class="key line-key">(.*?)</div>', page.html)[1]
    assert "初步数" in legend
    assert ("已签发" in legend) == bool(re.search(r'class="month(?! hollow)', page.html))
    assert ("信号" in legend) == (" signal " in page.html.partition("months-line")[0])
    # The newest value stands at its point and opens its receipt.
    newest = re.search(r'class="latest" style="[^"]*"><b><span role="button"[^>]*data-receipt="([^"]+)"', page.html)[1]
    assert newest.startswith("mart.indicator_month:puyang|monthly_visit_rate|total|2026-10-01")


def test_a_running_total_shows_where_the_year_ends_with_its_interval_and_how_often_that_failed(
    show_truth, truth_release
):
    (row,) = trend.outlook(
        truth_release, area_id="puyang", indicator_code="training_person_times", month=date(2026, 10, 1)
    ).frame.to_dicts()
    page = show_truth(PAGE, indicator="training_person_times")
    said = re.search(r'class="outlook">(.*?)</small>', page.html)[1]
    assert f"{row['projected']:.0f}人次" in said
    # A lower bound is rounded down and an upper one up.
    assert f"区间{math.floor(row['projected_low'])}—{math.ceil(row['projected_high'])}人次" in said
    assert f"回测{row['case_count']}例，{row['wrong_count']}例超过上限" in said
    # A stock has no end of the year to come.
    assert 'class="outlook"' not in show_truth(PAGE, indicator="care_bed_count").html


def test_small_lines_stand_in_the_order_of_their_change_and_zones_apart(show_truth, truth_release):
    page = show_truth(PAGE)
    part = page.html.partition('small-lines">')[2].partition("</section>")[0]
    names = re.findall(r'aria-label="放大(.+?)"', part)
    zones = {"工业园区", "经开区", "示范区"}
    assert set(names[6:]) == zones
    found = months.month_of_city(
        truth_release, city_area_id="puyang", month=date(2026, 10, 1), indicator_codes=("monthly_visit_rate",)
    ).frame.filter(~pl.col("area_zh").is_in([*zones, "濮阳"]))
    # Who has a new signal stands first, then who changed most against last year.
    told = {row["area_zh"]: (not row["is_new"], -abs(row["change_yoy"])) for row in found.to_dicts()}
    assert names[:6] == sorted(names[:6], key=told.get)


def test_a_running_total_starts_anew_each_january():
    rows = [month_row(number, float(number if number <= 12 else number - 12)) for number in range(1, 16)]
    total = {**BEDS, "timing_code": "year_to_date"}
    shown = trend_rows.series_of(rows, total, trend_rows.LEVEL, (), first=month(1), last=month(15))
    own = re.findall(r'<polyline class="own" points="([^"]*)"', line_plot(trend_rows.line_of(shown, (), ())))
    # Twelve months of 2024, then three of 2025, with no line between.
    assert [len(points.split()) for points in own] == [12, 3]


def test_the_waterfall_begins_with_the_value_before_and_ends_with_this_one(show_truth):
    page = show_truth(PAGE, indicator="care_bed_count")
    fall = page.html.partition('<div class="fall">')[2]
    ends = re.findall(r'class="step end"><div>(.*?)</div>.*?<i style="left:([\d.]+)%', fall)
    steps = re.findall(r'<i class="[^"]*" style="left:([\d.]+)%;width:([\d.]+)%"', fall)
    assert [name for name, _ in ends] == ["2025年10月", "2026年10月"]
    # Each step begins where the one before ended; the last one ends where this month's value stands.
    edges = [{round(float(left), 1), round(float(left) + float(width), 1)} for left, width in steps]
    assert round(float(ends[0][1]), 1) in edges[0]
    assert round(float(ends[1][1]), 1) in edges[-1]


def test_last_years_months_stand_beside_but_not_across_a_break():
    # Months 13—15 beside months 1—3, whose values are a hundredth each; the break at month 15 parts it from month 3.
    rows = [month_row(number, number / 100) for number in range(1, 16)]
    shown = trend_rows.series_of(rows, RATE, trend_rows.LEVEL, [break_at(15)], first=month(13), last=month(15))
    assert [point.text for point in trend_rows.line_of(shown, (), ()).year_ago] == ["1.0%", "2.0%", ""]
    assert months_file(shown, (), {})["上年同月"].to_list() == ["1.0%", "2.0%", "—"]


def test_a_gap_stays_a_gap():
    fig = drawn(trend_rows.line_of(series([0.5, None, 0.7]), (), ()))
    assert fig.data[0].y == (0.5, None, 0.7)
    assert fig.data[0].connectgaps is False


@pytest.mark.bar("TR4")
def test_an_event_stands_on_the_chart_in_the_table_and_in_the_file_with_its_document_number(show_truth, truth_release):
    page = show_truth(PAGE, indicator="training_person_times", span="46")
    assert re.search(r'class="event[^"]*"[^>]*><b>[①-⑳]</b> 7月9日 濮民文〔2025〕33号', page.html)
    july = re.search(r"<tr><td>2025年7月</td>.*?</tr>", page.html, re.DOTALL)[0]
    assert "濮民文〔2025〕33号" in july
    events = trend.markers(
        truth_release,
        city_area_id="puyang",
        topic_code="training",
        first_on=date(2025, 6, 1),
        last_on=date(2025, 8, 31),
    ).frame.to_dicts()
    rows = months.series(truth_release, indicator_code="training_person_times", area_ids=("puyang",)).frame.to_dicts()
    indicator = {**BEDS, "timing_code": "year_to_date", "unit_zh": "人次"}
    whole = trend_rows.series_of(rows, indicator, trend_rows.LEVEL, (), first=date(2025, 6, 1), last=date(2025, 8, 1))
    filed = months_file(whole, events, {})
    assert "濮民文〔2025〕33号" in filed.filter(filed["月份"] == "2025年7月")["这个月"][0]
    assert "濮民文〔2025〕33号" in export.write(filed, "csv", file_notes()).decode("utf-8-sig")
    assert [button.label for button in page.app.get("download_button")] == ["下载CSV", "下载Excel"]


def test_printed_figures_are_squares_apart_from_the_line():
    fig = drawn(
        Line(points=(), printed=[Printed(day=date(2023, 7, 28), value=667_000.0, text="66.7万人", hover_zh="h")])
    )
    assert fig.data[0].mode == "markers"
    assert fig.data[0].marker.symbol == "square-open"


def test_a_figure_of_a_year_stands_for_the_whole_of_it_and_for_no_day():
    year = Printed(day=date(2023, 12, 31), since=date(2023, 1, 1), value=39.0, text="39家", hover_zh="h")
    line = Line(points=(), printed=[year])
    fig = drawn(line)
    # 364 days lie between them: the middle is 182 days after the first.
    assert fig.data[0].x[0] == date(2023, 7, 2)
    assert (fig.layout.shapes[0].x0, fig.layout.shapes[0].x1) == (year.since, year.day)
    # From the first of 31 days of the first of twelve months to the last of the last.
    html = line_plot(line)
    assert 'class="printed-span" style="left:0.27%;' in html and "width:99.73%" in html
    assert "未印到日" in html


def test_the_real_release_draws_two_or_three_points_and_points_to_the_demonstration(show):
    page = show(PAGE, indicator="enrolled_count")
    assert page.finding == (
        "濮阳市入网老年人数只有2个公开文件数：66.7万人（2023年7月28日）、70余万人（2024年6月4日）；点数不足，不判断趋势。"
    )
    assert "看演示数据里的这一页" in page.text


def test_county_platforms_are_drawn_with_the_citys_own_as_the_usual_reading_says(show, real_release):
    # 6 (of “1+6”), 7 and 8 as printed; all leave out the city's own platform, so the points stand at 7, 8 and 9.
    rows = trend.printed(real_release, area_id="puyang", indicator_code="smart_platform_count").frame
    assert rows["value_as_written"].to_list() == ["6", "7个", "8个"]
    assert rows["read_value"].to_list() == [7.0, 8.0, 9.0]


@pytest.mark.parametrize(
    "parameters", [{"indicator": "moon_phase"}, {"area": "atlantis"}, {"span": "7"}, {"basis": "x"}]
)
def test_a_stale_link_is_answered_with_the_usual_page(show_truth, parameters):
    page = show_truth(PAGE, **parameters)
    assert not page.app.exception
    assert "在本批次里没有" in page.text or page.finding


def test_an_indicator_without_figures_of_the_other_city_falls_back(show):
    page = show(PAGE, city="fushun", indicator="enrolled_count")
    assert not page.app.exception
    assert "抚顺" in page.finding


@pytest.mark.bar("TR8")
def test_nine_rows_stand_on_one_scale_and_each_on_its_own_when_asked(show_truth):
    page = show_truth(PAGE)
    assert page.html.count('class="multiple"') == len(units_of("puyang"))
    assert "同一刻度" in page.text
    year = show_truth(PAGE, span="12")
    assert "2025年11月至2026年10月；同一刻度" in year.text
    assert year.html.count('class="multiple"') == len(units_of("puyang"))
    own = show_truth(PAGE, scale="own")
    assert "各自刻度，只看形状，高低不能互比" in own.text
    low, high = Spark(values=[1.0, 2.0], alt_zh="低"), Spark(values=[8.0, 9.0], alt_zh="高")
    common = scale_of([low, high], from_zero=False)
    assert common == (1.0, 9.0)
    assert spark(low, common) != spark(Spark(values=[8.0, 9.0], alt_zh="低"), common)
    # On their own scales both have the same shape.
    assert spark(low, scale_of([low], from_zero=False)) == spark(
        Spark(values=[8.0, 9.0], alt_zh="低"), scale_of([high], from_zero=False)
    )


COUNT, MONEY, SHARE = (
    {"unit_zh": unit, "decimals": decimals, "kind_code": kind}
    for unit, decimals, kind in (("张", 0, "count"), ("元", 2, "count"), ("%", 1, "ratio"))
)


@pytest.mark.parametrize(
    ("indicator", "step", "levels", "labels"),
    [
        (COUNT, 2_000, (20_000, 22_000, 24_000), ["2万", "2.2万", "2.4万"]),
        # A month of 26,460 beds and ten of 90 more: steps of 500 and of 5 are told apart, too.
        (COUNT, 500, (26_000, 26_500, 27_000), ["2.60万", "2.65万", "2.70万"]),
        (COUNT, 5, (37_990, 37_995, 38_000), ["37,990", "37,995", "38,000"]),
        (COUNT, 5_000, (0, 5_000, 10_000), ["0", "5000", "1万"]),
        (MONEY, 5_000_000, (220_000_000, 225_000_000), ["2.20亿", "2.25亿"]),
        (SHARE, 0.00005, (0.59990, 0.59995, 0.6), ["59.990%", "59.995%", "60.000%"]),
    ],
)
def test_no_two_levels_of_an_axis_read_alike(indicator, step, levels, labels):
    assert [trend_rows.axis_text(level, step, indicator) for level in levels] == labels


@pytest.mark.bar("CM9")
def test_contributions_sum_exactly_and_one_sentence_names_the_two_largest(show_truth, truth_release):
    asked = {"city_area_id": "puyang", "indicator_code": "care_bed_count", "month": date(2026, 10, 1), "other_month": date(2025, 10, 1)}  # fmt: skip
    rows = months.contributions(truth_release, **asked).frame
    city = months.series(truth_release, indicator_code="care_bed_count", area_ids=("puyang",)).frame
    change = city.filter(city["month"] == date(2026, 10, 1))["change_yoy"][0]
    assert rows["contribution"].sum() == change
    first, second = rows["area_zh"][0], rows["area_zh"][1]
    page = show_truth(PAGE, indicator="care_bed_count")
    said = re.search(r"养老服务床位总量同比增加667张：主要是(.+?)增加.+?、(.+?)增加", page.text)
    assert said.groups() == (first, second)


# 示范区 has beds and enrols elders, and nobody the census counts apart: its numbers stand in the city's rates all the same.
@pytest.mark.parametrize("code", ["nursing_bed_share", "care_beds_per_1000_aged_60_plus", "enrolment_rate"])
def test_contributions_to_a_rate_sum_to_its_change(truth_release, code):
    asked = {"city_area_id": "puyang", "indicator_code": code, "month": date(2026, 10, 1), "other_month": date(2025, 10, 1)}  # fmt: skip
    rows = months.contributions(truth_release, **asked).frame
    city = months.series(truth_release, indicator_code=code, area_ids=("puyang",)).frame
    change = city.filter(city["month"] == date(2026, 10, 1))["change_yoy"][0]
    assert "示范区" in rows["area_zh"].to_list()
    assert rows["contribution"].sum() == pytest.approx(change, abs=1e-12)


def test_a_city_month_walks_to_the_cell_of_every_unit(truth_release):
    found = receipts.receipt(truth_release, relation="mart.indicator_month", row_key="puyang|care_bed_count|total|2026-10-01")  # fmt: skip
    cells = [step for step in found.step.walk() if step.relation == "core.fct_observation"]
    assert len(cells) == len(units_of("puyang"))
    assert all("表一" in step.told.cell_zh and "C7" in step.told.cell_zh for step in cells)
    assert all("月报《" in step.submission_zh for step in cells)
    assert found.is_demo


def test_a_rate_walks_to_numerator_and_denominator_and_a_change_to_the_month_before(truth_release):
    rate = receipts.receipt(truth_release, relation="mart.indicator_month", row_key="hualong|nursing_bed_share|total|2026-10-01")  # fmt: skip
    assert {step.role_code for step in rate.step.inputs} == {"numerator", "denominator"}
    change = receipts.receipt(truth_release, relation="mart.indicator_month", row_key="puyang|care_bed_count|total|2026-10-01", column="change_yoy")  # fmt: skip
    assert change.step.told.formula_zh == "较上年同月＝28,150张－27,483张＝667张"
    assert "puyang|care_bed_count|total|2025-10-01" in {step.row_key for step in change.step.inputs}


def test_ticks_are_few_and_the_first_carries_its_year():
    ticks = month_ticks(date(2023, 1, 1), date(2026, 10, 1))
    assert len(ticks) <= 8
    assert "2023年" in next(iter(ticks.values()))


@pytest.mark.parametrize("city", CITIES)
def test_every_drawable_indicator_opens(show_truth, truth_release, city, some):
    codes = trend.drawable(truth_release, city_area_id=city).frame["indicator_code"].to_list()
    for code in some(codes, one_in=max(1, len(codes) // 5)):
        page = show_truth(PAGE, city=city, indicator=code, basis="month")
        assert not page.app.exception
        assert "错误编号" not in page.text, code


@pytest.mark.parametrize("count", [5, 12, 23, 24, 46])
def test_the_axis_names_the_newest_month_and_each_year_once(count):
    # The series begins in January 2024: month 24 is December 2025.
    html = line_plot(trend_rows.line_of(series([90.0 + number % 3 for number in range(count)]), (), ()))
    axis = html.partition('class="months-line"')[2].partition("</div>")[0]
    assert re.findall(r"<span [^>]*>(\d+)月</span>", axis)[-1] == str((count - 1) % 12 + 1)
    assert re.findall(r"<b [^>]*>(\d+)年</b>", axis) == [str(2024 + year) for year in range((count + 11) // 12)]


def test_neighbouring_months_without_a_number_for_one_reason_are_one_gap():
    gaps = [(month(2), "甲县未报"), (month(3), "甲县未报"), (month(4), "乙县未报"), (month(8), "乙县未报")]
    shown = series([90.0, None, None, None, 91.0, 92.0, 93.0, None, 94.0])
    html = line_plot(trend_rows.line_of(shown, (), (), gaps=gaps))
    # Two of nine months, then one of nine twice.
    widths = re.findall(r'class="gap-column" style="left:[\d.]+%;width:([\d.]+)%"', html)
    assert widths == ["22.22", "11.11", "11.11"]


@pytest.mark.parametrize("city", CITIES)
def test_what_small_pictures_share_is_said_once_over_them(show, demo_root, monkeypatch, city):
    monkeypatch.setenv("YANGLAO_HOME", str(demo_root.root))
    page = show(PAGE, data="demo", city=city)
    lines = page.html.partition('small-lines">')[2].partition('class="foot"')[0]
    assert lines.count('class="multiple"') >= 2
    shared = re.search(r"未另写判断的，最新一月([^；]+(?:；[^；]+)*?)；有新信号的在前", page.text)
    assert shared
    drawn_words = re.sub(r'aria-label="[^"]*"', "", lines.partition('role="tabpanel"')[0])
    assert shared[1] not in drawn_words
