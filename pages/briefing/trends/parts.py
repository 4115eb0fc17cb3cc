"""The parts of the page 趋势, in the order in which a leader asks: what is it now, is it real, who moved it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from pages.briefing.trends import rows, tables
from pages.briefing.trends.chart import drawn
from pages.briefing.trends.files import months_file
from pages.briefing.trends.line_plot import line_plot
from pages.briefing.trends.newest_point import ahead_of, latest_of
from pages.ui.kit import filters
from pages.ui.kit.base_switch import base_choice, base_note
from pages.ui.kit.block import block
from pages.ui.kit.errors import empty_state
from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import esc, folded, source_line
from pages.ui.kit.months import REPORTS_ZH, SPANS, controls, no_months, quality_zh
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import links_of
from pages.ui.kit.view import View
from pages.ui.takeaway.downloads import offer
from warehouse.month import add_months
from warehouse.read.meta import catalog
from warehouse.read.month import months, trend
from warehouse.series.chart import FEWEST_FOR_A_VERDICT, chart_of
from warehouse.series.measured import measured
from warehouse.wording import months as words
from warehouse.wording.grammar.bases import base_zh
from warehouse.wording.grammar.dates import month_zh, period_zh
from warehouse.wording.grammar.numbers import percent_at_least, percent_at_most

Row = Mapping[str, Any]
# What the page opens on, the first of these that has months; without months the indicator with most printed figures.
PREFERRED = ("monthly_visit_rate", "service_person_times", "care_bed_count", "enrolled_count")
EARLIEST = date(2020, 1, 1)
# What of the declared rules a reader of the line needs, in this order.
RULES_OF_LIMITS = (
    "signal_rule",
    "signal_longest",
    "signal_way_growth",
    "signal_near",
    "signal_run",
    "signal_sustained",
    "signal_new_months",
    "signal_fewest",
)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the reader looks at. `code` is the indicator on the population chosen; `last` is None without months."""

    code: str
    area_id: str
    area_zh: str
    basis: str
    first: date | None
    last: date | None

    @property
    def has_months(self) -> bool:
        """Whether this area has months of this indicator."""
        return self.last is not None


def indicator_of(view: View, choice: Choice) -> Row:
    """The indicator looked at."""
    return view.once(_indicator, choice.code)


def places_of(view: View, choice: Choice) -> Sequence[Row]:
    """Where it is reported: the city and its units first."""
    return view.once(_places, choice.code)


def _indicator(view: View, code: str) -> Row:
    return view.ask(catalog.indicators, indicator_code=code).frame.row(0, named=True)


def _places(view: View, code: str) -> Sequence[Row]:
    return view.ask(trend.reporting_areas, indicator_code=code, city_area_id=view.city).frame.to_dicts()


def _drawable(view: View) -> Sequence[Row]:
    return view.ask(trend.drawable, city_area_id=view.city).frame.to_dicts()


def choose(view: View) -> Choice | None:
    """Indicator, area, span and reading from the address; None where the city has nothing to draw."""
    found = view.once(_drawable)
    if not found:
        return None
    options = {row["indicator_code"]: f"{row['topic_label_zh']} · {row['label_zh']}" for row in found}
    with controls("trend"):
        code = view.on_base(filters.choice("indicator", "指标", options, _opens_on(found), what_zh="指标"))
        places = view.once(_places, code)
        names = {row["area_id"]: place_zh(row, view) for row in places} or {view.city: view.city_name_zh}
        area_id = filters.choice(
            "area", "地区", names, view.city if view.city in names else next(iter(names)), what_zh="地区"
        )
        last = view.once(_last_month, code, area_id) if places else None
        span = filters.choice("span", "看多长", SPANS, "24", what_zh="时长") if last else "24"
        indicator = view.once(_indicator, code)
        basis = rows.LEVEL
        if last and words.accumulates(indicator):
            level_zh = "月末数" if indicator["timing_code"] == words.STOCK else "累计数"
            bases = {rows.LEVEL: level_zh, rows.MONTHLY: words.part_zh(indicator)}
            basis = filters.choice("basis", "怎么看", bases, rows.LEVEL, what_zh="读法")
        if last and view.has_two_bases(code):
            base_choice()
            base_note(view)
    return Choice(
        code=code,
        area_id=area_id,
        area_zh=names[area_id].rpartition(" · ")[2],
        basis=basis,
        first=add_months(last, 1 - int(span)) if last else None,
        last=last,
    )


def _opens_on(found: Sequence[Row]) -> str:
    with_months = {row["indicator_code"] for row in found if row["month_count"]}
    for code in PREFERRED:
        if code in with_months:
            return code
    return max(found, key=lambda row: (row["month_count"] > 0, row["figure_count"]))["indicator_code"]


def place_zh(row: Row, view: View) -> str:
    if row["level_code"] == "city":
        return f"{row['city_zh']}市" if not row["city_zh"].endswith("市") else row["city_zh"]
    own = row["city_area_id"] == view.city
    return row["area_zh"] if own else f"{row['city_zh']} · {row['area_zh']}"


def _last_month(view: View, code: str, area_id: str) -> date | None:
    found = view.ask(months.series, indicator_code=code, area_ids=(area_id,)).frame
    return found["month"].max() if found.height else None


def series_for(view: View, choice: Choice, area_id: str) -> rows.Series:
    """The series of one area in the window chosen, with the year before it for its ghost."""
    return view.once(_series, choice, area_id)


def _series(view: View, choice: Choice, area_id: str) -> rows.Series:
    found = view.ask(months.series, indicator_code=choice.code, area_ids=(area_id,)).frame.to_dicts()
    broken = view.ask(trend.breaks, indicator_code=choice.code, area_id=area_id).frame.to_dicts()
    return rows.series_of(found, indicator_of(view, choice), choice.basis, broken, first=choice.first, last=choice.last)


def opened(view: View, choice: Choice) -> None:
    """Kicker, finding and deck."""
    kicker, finding, links, deck = view.once(_opening, choice)
    opening("趋势", kicker, finding, links, deck_zh=deck)


def _opening(view: View, choice: Choice) -> tuple[str, str, list, str]:
    indicator = indicator_of(view, choice)
    figures = _figures(view, choice)
    kicker = f"{choice.area_zh} · {indicator['label_zh']}"
    if not choice.has_months:
        dated = [period_zh(row["period_start_on"], row["period_end_on"]) for row in figures]
        said = words.figures_finding(choice.area_zh, indicator, figures, dated)
        return kicker, said.text, links_of(said), "各单位还没有报送月报；方框是公开文件印出的数，只画点，不连线。"
    series = series_for(view, choice, choice.area_id)
    newest = series.rows[-1]
    absent = _absent(view, choice, newest["month"]) if newest["value"] is None else {}
    said = words.finding(newest, indicator, area_zh=choice.area_zh, verdict_code=series.chart.verdict_code, subject_zh=series.subject_zh, absent=absent, signal=series.chart.newest)  # fmt: skip
    return kicker, said.text, links_of(said), ""


def _figures(view: View, choice: Choice) -> list[Row]:
    return view.ask(trend.printed, area_id=choice.area_id, indicator_code=choice.code).frame.to_dicts()


def _absent(view: View, choice: Choice, month: date, other: date | None = None) -> dict[str, str]:
    if choice.area_id not in {row["area_id"] for row in places_of(view, choice) if row["level_code"] == "city"}:
        return {}
    return view.ask(
        trend.absent_units,
        city_area_id=choice.area_id,
        indicator_code=choice.code,
        month=month,
        other_month=other,
    )


def is_city(view: View, choice: Choice) -> bool:
    """Whether a city with months is looked at: its change can be split among its units."""
    return choice.has_months and choice.area_id in {
        row["area_id"] for row in places_of(view, choice) if row["level_code"] == "city"
    }


def main_figure(view: View, choice: Choice) -> None:
    """The line with everything that bears on it, its events, and its table, which is offered as a file."""
    if not choice.has_months:
        _points_only(view, choice)
        return
    plot = view.once(_line_figure, choice)
    if plot is None:
        empty_state("这段时间一个数也没有", _all_missing_zh(series_for(view, choice, choice.area_id)))
        return
    plot.show("trend")
    indicator = indicator_of(view, choice)
    offer(
        view,
        lambda: _table_of(view, choice),
        title_zh=f"{choice.area_zh}{indicator['label_zh']}{month_zh(choice.first)}至{month_zh(choice.last)}",
        as_of_zh=month_zh(choice.last),
        sources=[REPORTS_ZH, *(f"《{row['source_title_zh']}》" for row in _figures(view, choice))],
        remarks=[f"口径：{indicator['definition_zh']}", f"算式：{indicator['formula_zh']}", how_zh(view)],
        key="trend-files",
    )


def _line_figure(view: View, choice: Choice) -> Drawing | None:
    """The line of the area; None where nothing is known in this window."""
    series, figures = series_for(view, choice, choice.area_id), _figures(view, choice)
    events = _events(view, choice, series.rows[0]["month"], series.rows[-1]["month"])
    shown = [row for row in figures if row["read_on"] and row["read_on"] >= series.rows[0]["month"]]
    line = rows.line_of(
        series,
        shown,
        rows.marks_of(events),
        gaps=_gaps(view, choice, series),
        latest=latest_of(series),
        ahead=ahead_of(view, choice, series),
    )
    if all(point.value is None for point in line.points) and not line.printed:
        return None
    return Drawing(
        fig=partial(drawn, line, is_large=view.is_large),
        drawn_html=line_plot(line),
        claim_zh=_claim(series),
        what_zh=_what(choice, series, line),
        foot_html=source_line(
            _sources(figures),
            month_zh(series.rows[-1]["month"]),
            view.release_id,
            more=base_zh(series.rows[-1], series.indicator),
        )
        + folded(
            "怎么看、大事出处",
            rows.events_list(events, series.breaks)
            + f'<p class="how">{esc(how_zh(view))}{esc(_limits_note(series))}</p>',
        ),
        twin_html=tables.months_table(view, series, events) + (tables.figures_table(figures) if figures else ""),
    )


def _gaps(view: View, choice: Choice, series: rows.Series) -> list[tuple[date, str]]:
    """The months of the window without a number, with who did not report (in a city) or why (in a unit)."""
    told = []
    for row in series.rows:
        if row["value"] is None:
            absent = _absent(view, choice, row["month"])
            why = words.absent_zh(absent) if absent else words.LEFT_OUT_ZH.get(row["status_code"], "")
            told.append((row["month"], why))
    return told


def _table_of(view: View, choice: Choice) -> Any:
    series = series_for(view, choice, choice.area_id)
    events = _events(view, choice, series.rows[0]["month"], series.rows[-1]["month"])
    return months_file(series, events, quality_zh(view))


def _points_only(view: View, choice: Choice) -> None:
    figures = _figures(view, choice)
    plot = view.once(_points_figure, choice)
    if plot is not None:
        plot.show("trend")
    elif figures:
        block(
            tables.figures_table(figures)
            + source_line(_sources(figures, has_months=False), "文件未注明截止时间", view.release_id),
            key="undated",
        )
    no_months(view, "12—46个月的线、上年同月、控制限与信号、口径断点和文件时点。")


def _points_figure(view: View, choice: Choice) -> Drawing | None:
    """The printed figures as points; None where none of them is dated."""
    figures, indicator = _figures(view, choice), indicator_of(view, choice)
    printed = rows.printed_of(figures)
    if not printed:
        return None
    breaks = view.ask(trend.breaks, indicator_code=choice.code, area_id=choice.area_id).frame.to_dicts()
    alone = rows.Series(
        rows=(), year_ago=(), indicator=indicator, basis=rows.LEVEL, chart=chart_of((), ()), breaks=breaks
    )
    first = min(one.day for one in printed)
    events = _events(view, choice, min(first, date(first.year, 1, 1)), max(one.day for one in printed))
    line = rows.line_of(alone, figures, rows.marks_of(events))
    is_few = len(printed) < FEWEST_FOR_A_VERDICT
    return Drawing(
        fig=partial(drawn, line, is_large=view.is_large),
        drawn_html=line_plot(line),
        claim_zh=f"{len(printed)}个公开文件数，{words.TOO_FEW_ZH}" if is_few else "只有公开文件数",
        what_zh=f"{indicator['label_zh']}，{indicator['unit_zh']}；方框为公开文件数，按原文写法，不连线"
        + ("" if rows.starts_at_zero(line) else "；纵轴不从0起"),
        foot_html=source_line(_sources(figures, has_months=False), rows.newest_zh(figures), view.release_id)
        + rows.events_list(events, breaks),
        twin_html=tables.figures_table(figures),
    )


def _events(view: View, choice: Choice, first: date, last: date) -> list[Row]:
    end = date(last.year, 12, 31) if last.month == 12 else add_months(last, 1)
    return view.ask(
        trend.markers,
        city_area_id=next(
            (
                row["city_area_id"] or row["area_id"]
                for row in places_of(view, choice)
                if row["area_id"] == choice.area_id
            ),
            view.city,
        ),
        topic_code=indicator_of(view, choice)["topic_code"],
        first_on=first,
        last_on=end,
    ).frame.to_dicts()


def _sources(figures: Sequence[Row], *, has_months: bool = True) -> str:
    titles = [f"《{title}》" for title in dict.fromkeys(row["source_title_zh"] for row in figures)]
    return "；".join([REPORTS_ZH, *titles] if has_months else titles)


def _all_missing_zh(series: rows.Series) -> str:
    return f"{month_zh(series.rows[0]['month'])}至{month_zh(series.rows[-1]['month'])}，{series.indicator['label_zh']}各月都没有数。可换一个地区或指标，或看“报送”页是谁没有报。"


def _claim(series: rows.Series) -> str:
    known = [row for row in series.rows if row["value"] is not None]
    if len(known) == 1:
        return f"只有{month_zh(known[0]['month'])}一个月的数，没有可比的月份，{words.TOO_FEW_ZH}"
    if series.chart.verdict_code == "too_few":
        return f"{len(known)}个月有数，{words.TOO_FEW_ZH}"
    signals = sum(bool(code) for code in series.chart.signals)
    drawn_zh = f"；图中{signals}个月有信号" if signals else ""
    if words.is_spoken(series.chart.verdict_code, series.chart.newest):
        told = words.verdict_zh(series.chart.verdict_code, subject_zh=series.subject_zh, signal=series.chart.newest)
        return f"最新一月{told}{drawn_zh}"
    # What a quiet month means stands in the first line; over the picture stands what is seen in it.
    values = [rows.value_of(row, series.indicator, series.basis) for row in known]
    drawn_values = [value for value in values if value is not None]
    if not drawn_values:
        return f"{len(known)}个月有数"
    ends = min(drawn_values), max(drawn_values)
    low, high = (rows.text_of(end, series) for end in ends)
    # What moved by less than is printed was not the same every month.
    alike = f"都是{low}" if ends[0] == ends[1] else f"都在{low}上下"
    return f"{len(drawn_values)}个月有数，" + (alike if low == high else f"在{low}至{high}之间") + drawn_zh


def how_zh(view: View) -> str:
    """How the line is read: the declared rules, and how often they were measured to be wrong."""
    texts = [view.ask(catalog.rule_text, parameter_code=code) for code in RULES_OF_LIMITS]
    rules = "；".join(text for text in texts if text)
    found = measured()
    return (
        f"灰带内的起伏不必解释，菱形是信号。{rules}。"
        f"模拟各{found.series_per_cell:,}条纯属偶然的数列（24、36、60个月，前后月不同程度相似，有走势、季节、上限或缺数），"
        f"最新一月被误当成信号的不超过{percent_at_most(found.most_false)}，"
        f"存量按自身的一个比例增长的不超过{percent_at_most(found.most_false_growing)}；"
        f"水平或净变动移动两倍标准差的，四个月内看出的不低于{percent_at_least(found.least_found, decimals=0)}。"
    )


def _what(choice: Choice, series: rows.Series, line: Any) -> str:
    reading = f"（{words.part_zh(series.indicator)}）" if series.basis == rows.MONTHLY and series.accumulates else ""
    parts = [
        f"{choice.area_zh}{series.indicator['label_zh']}{reading}，{series.indicator['unit_zh']}",
        f"{month_zh(series.rows[0]['month'])}至{month_zh(series.rows[-1]['month'])}",
        "" if line.year_ago else "没有上年同月可比",
        provisional_zh(series),
        "" if rows.starts_at_zero(line) else "纵轴不从0起",
    ]
    return "；".join(part for part in parts if part)


def provisional_zh(series: rows.Series) -> str:
    """Which months have a figure nobody has signed."""
    known = [row for row in series.rows if row["value"] is not None]
    found = [row for row in known if row["quality_code"] == "provisional"]
    if not found:
        return ""
    if found == series.rows[-1:]:
        return "最新一月为初步数，画成空心点"
    return f"{'各月都' if found == known else f'{len(found)}个月'}是初步数，画成空心点"


def _limits_note(series: rows.Series) -> str:
    if series.accumulates and series.basis == rows.LEVEL:
        return f"{'存量' if series.indicator['timing_code'] == words.STOCK else '累计数'}逐月累积，前后月不独立，控制限只画在“{words.part_zh(series.indicator)}”上；上面的判断也按它作出。"
    if series.chart.way_code == "change" and not series.accumulates:
        return "这个比率按较上月的变动判断，控制限不画在比率本身上。"
    return ""
