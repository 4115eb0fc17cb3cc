"""The parts of the page 趋势, in the order in which a leader asks: what is it now, is it real, who moved it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pages.ui import filters
from pages.ui import trend_rows as rows
from pages.ui.charts import figure
from pages.ui.errors import empty_state
from pages.ui.months_kit import (
    REPORTS_ZH,
    SPANS,
    controls,
    no_months,
)
from pages.ui.opening import opening
from pages.ui.parts import esc, source_line
from pages.ui.refs import links_of
from pages.ui.sheet import block
from pages.ui.trend_chart import drawn
from pages.ui.view import View
from warehouse.read import months, trend
from warehouse.wording import months as words
from warehouse.wording.dates import date_zh, month_zh, period_zh
from warehouse.xmr import FEWEST_FOR_A_VERDICT

Row = Mapping[str, Any]
# What the page opens on, the first of these that has months; without months the indicator with most printed figures.
PREFERRED = ("monthly_visit_rate", "service_person_times", "care_bed_count", "enrolled_count")
EARLIEST = date(2020, 1, 1)
HOW_ZH = (
    "怎么看：灰带是往月的正常波动（平均值±2.66×平均移动极差），带内的起伏不必解释；菱形是信号：超出控制限、连续8个月在中线一侧、"
    "连续靠近控制限，或连续7个月同向。不满12个点的控制限是试算，不满5个点不判断趋势。"
)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the reader looks at."""

    indicator: Row
    area_id: str
    area_zh: str
    places: Sequence[Row]
    basis: str
    first: date | None
    last: date | None

    @property
    def has_months(self) -> bool:
        """Whether this area has months of this indicator."""
        return self.last is not None


def choose(view: View) -> Choice | None:
    """Indicator, area, span and reading from the address; None where the city has nothing to draw."""
    found = view.ask(trend.drawable, city_area_id=view.city).frame.to_dicts()
    if not found:
        return None
    options = {row["indicator_code"]: f"{row['topic_label_zh']} · {row['label_zh']}" for row in found}
    with controls("trend"):
        code = filters.choice("indicator", "指标", options, _opens_on(found), what_zh="指标")
        indicator = next(row for row in found if row["indicator_code"] == code)
        places = view.ask(trend.reporting_areas, indicator_code=code, city_area_id=view.city).frame.to_dicts()
        names = {row["area_id"]: place_zh(row, view) for row in places} or {view.city: view.city_name_zh}
        area_id = filters.choice(
            "area", "地区", names, view.city if view.city in names else next(iter(names)), what_zh="地区"
        )
        last = _last_month(view, code, area_id) if places else None
        span = filters.choice("span", "看多长", SPANS, "24", what_zh="时长") if last else "24"
        basis = rows.LEVEL
        if last and rows.accumulates(indicator):
            level_zh = "月末数" if indicator["timing_code"] == words.STOCK else "累计数"
            bases = {rows.LEVEL: level_zh, rows.MONTHLY: rows.part_zh(indicator)}
            basis = filters.choice("basis", "怎么看", bases, rows.LEVEL, what_zh="读法")
    return Choice(
        indicator=indicator,
        area_id=area_id,
        area_zh=names[area_id].rpartition(" · ")[2],
        places=places,
        basis=basis,
        first=_months_back(last, int(span) - 1) if last else None,
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


def _months_back(month: date, count: int) -> date:
    number = month.year * 12 + month.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def series_for(view: View, choice: Choice, area_id: str) -> rows.Series:
    """The series of one area in the window chosen, with the year before it for its ghost."""
    found = view.ask(months.series, indicator_code=choice.indicator["indicator_code"], area_ids=(area_id,)).frame
    broken = view.ask(trend.breaks, indicator_code=choice.indicator["indicator_code"], area_id=area_id).frame.to_dicts()
    return rows.series_of(
        found.to_dicts(), choice.indicator, choice.basis, broken, first=choice.first, last=choice.last
    )


def opened(view: View, choice: Choice) -> tuple[rows.Series | None, list[Row]]:
    """Kicker and finding; returns the series (None on documents alone) and the printed figures, oldest first."""
    indicator = choice.indicator
    figures = _figures(view, choice)
    kicker = f"{choice.area_zh} · {indicator['label_zh']}"
    if not choice.has_months:
        dated = [period_zh(row["period_start_on"], row["period_end_on"]) for row in figures]
        said = words.figures_finding(choice.area_zh, indicator, figures, dated)
        deck = "各单位还没有报送月报；方框是公开文件印出的数，只画点，不连线。"
        opening("趋势", kicker, said.text, links_of(said), deck_zh=deck)
        return None, figures
    series = series_for(view, choice, choice.area_id)
    newest = series.rows[-1]
    absent = _absent(view, choice, newest["month"]) if newest["value"] is None else []
    said = words.finding(newest, indicator, area_zh=choice.area_zh, verdict_code=series.chart.verdict_code, subject_zh=series.subject_zh, absent=absent)  # fmt: skip
    opening("趋势", kicker, said.text, links_of(said), deck_zh=_deck(series, figures))
    return series, figures


def _figures(view: View, choice: Choice) -> list[Row]:
    code = choice.indicator["indicator_code"]
    return view.ask(trend.printed, area_id=choice.area_id, indicator_code=code).frame.to_dicts()


def _absent(view: View, choice: Choice, month: date, other: date | None = None) -> list[str]:
    if choice.area_id not in {row["area_id"] for row in choice.places if row["level_code"] == "city"}:
        return []
    return view.ask(
        trend.absent_units,
        city_area_id=choice.area_id,
        indicator_code=choice.indicator["indicator_code"],
        month=month,
        other_month=other,
    )


def _deck(series: rows.Series, figures: Sequence[Row]) -> str:
    parts = [series.indicator["caveat_zh"] or ""]
    if series.rows[-1]["quality_code"] == "provisional":
        parts.append("最新一月为初步数，画成空心点。")
    if figures:
        parts.append("方框是公开文件数，与月报分开，不连线。")
    return "".join(parts)


def main_figure(view: View, choice: Choice, series: rows.Series | None, figures: Sequence[Row]) -> None:
    """The line with everything that bears on it, its events, and its table."""
    if series is None:
        _points_only(view, choice, figures)
        return
    events = _events(view, choice, series.rows[0]["month"], series.rows[-1]["month"])
    shown = [row for row in figures if row["read_on"] and row["read_on"] >= series.rows[0]["month"]]
    line = rows.line_of(series, shown, rows.marks_of(events))
    if all(point.value is None for point in line.points) and not line.printed:
        empty_state("这段时间一个数也没有", _all_missing_zh(series))
        return
    figure(
        drawn(line, is_large=view.is_large),
        claim_zh=_claim(series),
        what_zh=_what(choice, series, line),
        foot_html=source_line(_sources(figures), month_zh(series.rows[-1]["month"]), view.release_id)
        + rows.events_list(events, series.breaks)
        + f'<p class="how">{esc(HOW_ZH)}{esc(_limits_note(series))}</p>',
        twin_html=rows.months_table(view, series, events) + (rows.figures_table(figures) if figures else ""),
        key="trend",
    )


def _points_only(view: View, choice: Choice, figures: Sequence[Row]) -> None:
    printed = rows.printed_of(figures)
    if printed:
        breaks = view.ask(trend.breaks, indicator_code=choice.indicator["indicator_code"], area_id=choice.area_id).frame.to_dicts()  # fmt: skip
        alone = rows.Series(rows=(), year_ago=(), indicator=choice.indicator, basis=rows.LEVEL, chart=rows.read_series(()), breaks=breaks)  # fmt: skip
        first = min([one.day for one in printed])
        events = _events(view, choice, min(first, date(first.year, 1, 1)), max(one.day for one in printed))
        line = rows.line_of(alone, figures, rows.marks_of(events))
        figure(
            drawn(line, is_large=view.is_large),
            claim_zh=f"{len(printed)}个公开文件数，{words.TOO_FEW_ZH}"
            if len(printed) < FEWEST_FOR_A_VERDICT
            else "只有公开文件数",
            what_zh=f"{choice.indicator['label_zh']}，{choice.indicator['unit_zh']}；方框为公开文件数，按原文写法，不连线"
            + ("" if rows.starts_at_zero(line) else "；纵轴不从0起"),
            foot_html=source_line(_sources(figures, has_months=False), date_zh(printed[-1].day), view.release_id)
            + rows.events_list(events, breaks),
            twin_html=rows.figures_table(figures),
            key="trend",
        )
    elif figures:
        block(
            rows.figures_table(figures)
            + source_line(_sources(figures, has_months=False), "文件未注明截止时间", view.release_id),
            key="undated",
        )
    no_months(
        view,
        f"{choice.area_zh}还没有月报，画不出趋势线",
        "有月报后这里是12—46个月的线、上年同月、控制限与信号、口径断点和文件时点。",
    )


def _events(view: View, choice: Choice, first: date, last: date) -> list[Row]:
    end = date(last.year, 12, 31) if last.month == 12 else _months_back(last, -1)
    return view.ask(
        trend.markers,
        city_area_id=next(
            (row["city_area_id"] or row["area_id"] for row in choice.places if row["area_id"] == choice.area_id),
            view.city,
        ),
        topic_code=choice.indicator["topic_code"],
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
    counted = f"{series.chart.point_count}个月的{series.subject_zh or '数'}里"
    told = f"{signals}个月有信号" if signals else "没有信号"
    return f"{counted}{told}；最新一月{words.verdict_zh(series.chart.verdict_code, subject_zh=series.subject_zh)}"


def _what(choice: Choice, series: rows.Series, line: Any) -> str:
    reading = f"（{rows.part_zh(series.indicator)}）" if series.basis == rows.MONTHLY and series.accumulates else ""
    parts = [
        f"{choice.area_zh}{series.indicator['label_zh']}{reading}，{series.indicator['unit_zh']}",
        f"{month_zh(series.rows[0]['month'])}至{month_zh(series.rows[-1]['month'])}",
        "点线为上年同月" if line.year_ago else "没有上年同月可比",
        "" if rows.starts_at_zero(line) else "纵轴不从0起",
    ]
    return "；".join(part for part in parts if part)


def _limits_note(series: rows.Series) -> str:
    if series.accumulates and series.basis == rows.LEVEL:
        return f"{'存量' if series.indicator['timing_code'] == words.STOCK else '累计数'}逐月累积，前后月不独立，控制限只画在“{rows.part_zh(series.indicator)}”上；上面的判断也按它作出。"
    return ""
