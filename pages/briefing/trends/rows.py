"""The series of 趋势 from rows of the release: points, limits and marks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from pages.briefing.trends.chart import Ahead, Latest, Line, Mark, Printed
from pages.ui.kit.axes import nice
from pages.ui.kit.charts import Point
from pages.ui.kit.html import esc
from pages.ui.kit.refs import ref
from warehouse.series.chart import Chart, chart_of
from warehouse.wording import months as words
from warehouse.wording.grammar.dates import date_zh, month_zh, period_zh
from warehouse.wording.months import accumulates

Row = Mapping[str, Any]
LEVEL, MONTHLY = "level", "month"
# Letters of an event that have room on the axis.
LONGEST_NAME = 16
SIGNS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_NUMBER = re.compile(r"（([^（）]*[〔\[]\d{4}[〕\]][^（）]*号)）")


@dataclass(frozen=True, kw_only=True)
class Series:
    """One series as it is shown: its rows in the window, the values of the chosen reading, and what they say.

    chart: limits, signals and verdict as the release has them, the same whatever stretch is looked at.
    """

    rows: Sequence[Row]
    year_ago: Sequence[Row]
    indicator: Row
    basis: str
    chart: Chart
    breaks: Sequence[Row]

    @property
    def accumulates(self) -> bool:
        """Whether months build on each other, so that limits belong to the month's own part only."""
        return accumulates(self.indicator)

    @property
    def subject_zh(self) -> str:
        """What the verdict speaks of, where it is not the value itself."""
        return words.judged_zh(self.chart.way_code, self.indicator)


def value_of(row: Row, indicator: Row, basis: str) -> float | None:
    """The value drawn: the level, or the month's own part."""
    if basis == LEVEL or not accumulates(indicator):
        return row["value"]
    return row["change_mom"] if indicator["timing_code"] == words.STOCK else row["monthly_value"]


def series_of(
    rows: Sequence[Row], indicator: Row, basis: str, breaks: Sequence[Row], *, first: date, last: date
) -> Series:
    """The part of `rows` from `first` to `last` with the reading of its limits, and the year before it."""
    window = [row for row in rows if first <= row["month"] <= last]
    earlier = {row["month"]: row for row in rows}
    # A January's running total is its month's own number too; the limits are those of the months all the same.
    is_judged = basis != LEVEL or not accumulates(indicator)
    ghost = [earlier.get(row["month"].replace(year=row["month"].year - 1)) for row in window]
    return Series(
        rows=window,
        year_ago=ghost,
        indicator=indicator,
        basis=basis,
        chart=chart_of(window, [value_of(row, indicator, basis) if is_judged else None for row in window]),
        breaks=breaks,
    )


def text_of(value: float | None, series: Series, status: str = "reported") -> str:
    """A value of the chosen reading as printed."""
    if series.accumulates and series.basis == MONTHLY and value is not None:
        if series.indicator["timing_code"] == words.STOCK:
            return words.moved(value, series.indicator)
        return words.value_text(value, series.indicator)
    return words.value_text(value, series.indicator, status)


def line_of(
    series: Series,
    figures: Sequence[Row],
    marks: Sequence[Mark],
    *,
    gaps: Sequence[tuple[date, str]] = (),
    latest: Latest | None = None,
    ahead: Ahead | None = None,
) -> Line:
    """What is drawn of a series."""
    points = [_point(row, series) for row in series.rows]
    year_ago = [
        Point(
            month=row["month"],
            value=None if old is None or crosses(old, row, series) else value_of(old, series.indicator, series.basis),
            text=text_of(value_of(old, series.indicator, series.basis), series)
            if old and not crosses(old, row, series)
            else "",
        )
        for row, old in zip(series.rows, series.year_ago, strict=True)
    ]
    printed = printed_of(figures) if series.basis == LEVEL else []
    levels = [point.value for point in (*points, *year_ago)] + [one.value for one in printed]
    levels += [limit for one in series.chart.segments for limit in (one.lower, one.upper)]
    levels += [ahead.value, ahead.low, ahead.high] if ahead else []
    tone = [words.tone_of(1.0, series.indicator), words.tone_of(-1.0, series.indicator)]
    return Line(
        points=points,
        year_ago=year_ago if any(point.value is not None for point in year_ago) else (),
        segments=series.chart.segments,
        signals=[
            tone[0 if row["side"] > 0 else 1] if code else ""
            for row, code in zip(series.rows, series.chart.signals, strict=True)
        ],
        breaks=[(one["month"], one["kind_label_zh"]) for one in series.breaks if _inside(one["month"], series)],
        marks=marks,
        printed=printed,
        axis=axis_of([level for level in levels if level is not None], series),
        limit_names=_limit_names(series),
        gaps=gaps,
        told=_told(series),
        latest=latest,
        ahead=ahead,
        starts_anew=series.indicator["timing_code"] == words.YEAR_TO_DATE and series.basis == LEVEL,
    )


def _limit_names(series: Series) -> list[tuple[str, str]]:
    """The values of the limits of each stretch; only the newest stretch is named, the others have no room."""
    segments = series.chart.segments
    names = [("", "")] * max(len(segments) - 1, 0)
    if segments:
        trial = "（试算）" if segments[-1].is_trial else ""
        upper, lower = (text_of(value, series) for value in (segments[-1].upper, segments[-1].lower))
        names.append((f"上限{upper}{trial}，平常起伏到此为止", f"下限{lower}"))
    return names


def _told(series: Series) -> dict[date, str]:
    """The newest signal in the window in words; the earlier ones are drawn, and told in the table."""
    found = [row for row, code in zip(series.rows, series.chart.signals, strict=True) if code]
    return {found[-1]["month"]: f"{month_zh(found[-1]['month'])}：{words.signal_zh(found[-1])}"} if found else {}


def _inside(month: date, series: Series) -> bool:
    return bool(series.rows) and series.rows[0]["month"] < month <= series.rows[-1]["month"]


def crosses(old: Row, row: Row, series: Series) -> bool:
    """Whether a break stands between a month and the one a year before it, so that they are not compared."""
    return any(old["month"] < one["month"] <= row["month"] for one in series.breaks)


def _point(row: Row, series: Series) -> Point:
    value = value_of(row, series.indicator, series.basis)
    note = "（初步）" if row["quality_code"] == "provisional" and value is not None else ""
    text = text_of(value, series, row["status_code"])
    return Point(
        month=row["month"],
        value=value,
        text=f"{month_zh(row['month'])}{note} {text}",
        is_provisional=row["quality_code"] == "provisional",
        receipt=_receipt(row, series) if value is not None else None,
    )


def _receipt(row: Row, series: Series) -> str | None:
    """What a point of the chosen reading opens: the value, or the change it is."""
    column = None
    if series.accumulates and series.basis == MONTHLY:
        column = "change_mom" if series.indicator["timing_code"] == words.STOCK else "monthly_value"
    return ref(words.MONTH, words.key_of(row), column)


def printed_of(figures: Sequence[Row]) -> list[Printed]:
    """Printed figures with a date, as points of their own, each at the height of its usual reading."""
    return [
        Printed(
            day=row["read_on"],
            since=_since(row),
            value=row["read_value"],
            text=_as_read(row),
            hover_zh=f"公开文件数 {row['value_as_written']}，{period_zh(row['period_start_on'], row['period_end_on'])}，"
            f"《{row['source_title_zh']}》" + (f"；{row['reading_reason_zh']}" if row["reading_reason_zh"] else ""),
        )
        for row in figures
        if row["read_on"] is not None
    ]


def _since(row: Row) -> date | None:
    """The first day of the year, or the part of one, that is all a document prints of when; None for a day or more years."""
    start, end = row["period_start_on"], row["period_end_on"]
    return start if start and end and start < end and start.year == end.year else None


def newest_zh(figures: Sequence[Row]) -> str:
    """The period of the newest printed figure, as exactly as its document prints it."""
    dated = [row for row in figures if row["period_end_on"] is not None]
    newest = max(dated, key=lambda row: row["period_end_on"], default=None)
    return "文件没有印时点" if newest is None else period_zh(newest["period_start_on"], newest["period_end_on"])


def _as_read(row: Row) -> str:
    """The wording, and beside it the number it stands for where its usual reading adds to it."""
    if not row["added_value"]:
        return row["value_as_written"]
    return f"{row['value_as_written']}（{read_zh(row)}）"


def read_zh(row: Row) -> str:
    """The number a wording stands for by its usual reading."""
    return f"按通常读法{words.plain(row['read_value'])}"


_UNITS = ((100_000_000, "亿"), (10_000, "万"))


def axis_of(levels: Sequence[float], series: Series) -> list[tuple[float, str]]:
    """Three to six round levels with their labels; from 0 on unless all values lie far above it."""
    if not levels:
        return []
    low, high = min(levels), max(levels)
    is_amount = series.indicator["kind_code"] != "ratio"
    # Points alone are no line whose shape is to be read: their heights are, from 0 on.
    if low >= 0 and (low < high * 0.5 or low == high or (is_amount and not series.rows)):
        low = 0.0
    step = nice((high - low) / 4 or abs(high) or 1.0)
    if is_amount and not series.indicator["decimals"]:
        step = max(step, Decimal(1))
    first = (Decimal(str(low)) / step).to_integral_value(ROUND_FLOOR) * step
    last = (Decimal(str(high)) / step).to_integral_value(ROUND_CEILING) * step
    if last == first:
        last = first + step
    count = int((last - first) / step) + 1
    return [
        (float(first + step * place), axis_text(float(first + step * place), float(step), series.indicator))
        for place in range(count)
    ]


def axis_text(level: float, step: float, indicator: Row) -> str:
    """A level of the axis, as many decimals as the step needs: no two levels read alike."""
    if indicator["unit_zh"] == "%":
        return f"{words.plain(level * 100, _decimals_of(step * 100))}%"
    if not level:
        return "0"
    size, unit_zh = next(((size, zh) for size, zh in _UNITS if max(abs(level), step) >= size), (1, ""))
    decimals = _decimals_of(step / size)
    # In 万 with more than two decimals a number reads worse than written out.
    if size > 1 and decimals > 2:
        return words.plain(level, _decimals_of(step))
    digits = words.plain(level / size, decimals)
    return f"{digits.removesuffix('.' + '0' * decimals) if size > 1 else digits}{unit_zh}"


def _decimals_of(step: float) -> int:
    return min(max(0, -Decimal(str(step)).normalize().as_tuple().exponent), 6)


def starts_at_zero(line: Line) -> bool:
    """Whether the axis begins at 0; if not, the subtitle says so."""
    return not line.axis or line.axis[0][0] <= 0


def document_number(event: Row) -> str:
    """The number of the document an event names, else of the one that tells of it; empty where none is printed."""
    found = _NUMBER.search(event["title_zh"])
    return found[1] if found else event["source_number_zh"] or ""


def on_chart(events: Sequence[Row]) -> list[Row]:
    """The events that have a place on a line of months: those dated closer than a year, and documents with a number."""
    return [event for event in events if event["precision_code"] != "year" or _NUMBER.search(event["title_zh"])]


def short_name(event: Row) -> str:
    """What stands at an event on the axis: its day, and the number of its document, else the head of its name."""
    number = document_number(event)
    name = number or event["title_zh"].partition("（")[0].partition("：")[0]
    when = "" if event["precision_code"] == "year" else f"{event['marked_on'].month}月"
    if event["precision_code"] == "day":
        when += f"{event['marked_on'].day}日 "
    return f"{when}{name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + '…'}"


def marks_of(events: Sequence[Row]) -> list[Mark]:
    """Events as marks, numbered in order; one dated by its year only stands in the middle of it."""
    return [
        Mark(
            day=event["marked_on"].replace(month=7, day=1) if event["precision_code"] == "year" else event["marked_on"],
            sign=SIGNS[place % len(SIGNS)],
            label=document_number(event),
            hover_zh=event["title_zh"],
            is_whole_year=event["precision_code"] == "year",
            name_zh=short_name(event),
        )
        for place, event in enumerate(on_chart(events))
    ]


def events_list(events: Sequence[Row], breaks: Sequence[Row]) -> str:
    """What the numbers on the chart are: date, event, document; every break; and, folded, what only a year is known of."""
    drawn = on_chart(events)
    lines = [_event(event, f"{SIGNS[place % len(SIGNS)]} ") for place, event in enumerate(drawn)]
    lines += [
        f'<div class="date">断点 {esc(month_zh(one["month"]))}</div><div><b>{esc(one["kind_label_zh"])}</b>：{esc(one["title_zh"])}'
        f'<span class="where">{esc(_break_source(one))}前后不连线，不算跨断点的同比</span></div>'
        for one in breaks
    ]
    rest = [event for event in events if event not in drawn]
    folded = ""
    if rest:
        listed = "".join(_event(event, "") for event in rest)
        folded = f'<details class="more small"><summary>另有{len(rest)}件只注明年份的事</summary><div class="tl events">{listed}</div></details>'
    return (f'<div class="tl events">{"".join(lines)}</div>' if lines else "") + folded


def _event(event: Row, sign: str) -> str:
    return (
        f'<div class="date">{sign}{esc(_event_date(event))}</div><div>{esc(event["title_zh"])}'
        f'<span class="where">{esc(_document(event))}</span></div>'
    )


def _break_source(one: Row) -> str:
    return f"{one['source_title_zh']}（{one['source_number_zh'] or '未印文号'}）；" if one["source_title_zh"] else ""


def _event_date(event: Row) -> str:
    if event["precision_code"] == "year":
        return f"{event['marked_on'].year}年"
    return month_zh(event["marked_on"]) if event["precision_code"] == "month" else date_zh(event["marked_on"])


def _document(event: Row) -> str:
    number = document_number(event)
    return f"{event['source_title_zh']}" + (f" · {number}" if number else " · 未印文号")
