"""Native charts: bars and lines whose data a reader opens with a double click; every axis begins at zero."""

from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.text import PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt

from warehouse.paper.deck.model import Bar, Bars, Lines, ticks
from warehouse.paper.files.slides import fonts, frame

# Where the bars themselves lie within the chart: names stand left of it, numbers beside the bars right of it.
_PLOT_LEFT, _PLOT_WIDTH = 0.19, 0.60
_HEAD = 0.32
_SIZE = 15


def bars(page: Any, part: Bars, area: tuple[float, float, float, float], alt_zh: str) -> None:
    """Bars lying, first row on top; the goal as a line across, drawn where its value lies on the axis."""
    left, top, width, height = area
    rows = _with_heads(part)
    plot_top, plot_height = top + _HEAD, height - _HEAD
    data = CategoryChartData(number_format="0.0%" if part.is_share else "General")
    data.categories = [row.name for row in rows]
    data.add_series(part.value_zh or "数", [row.value for row in rows])
    has_rest = any(row.rest for row in rows)
    if has_rest:
        data.add_series(part.rest_zh, [row.rest for row in rows])
    kind = XL_CHART_TYPE.BAR_STACKED if has_rest else XL_CHART_TYPE.BAR_CLUSTERED
    made = page.shapes.add_chart(kind, *(Inches(one) for one in (left, plot_top, width, plot_height)), data)
    _describe(made, alt_zh)
    chart = made.chart
    _plain(chart)
    top_value = part.top * 1.14
    _axes(chart, top_value, part.is_share)
    chart.category_axis.reverse_order = True
    _place(chart, _PLOT_LEFT, 0.0, _PLOT_WIDTH, 1.0)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 45, 100
    _bars_of(plot.series[0], rows, part)
    if has_rest:
        _rests_of(plot.series[1], rows)
    fonts.chart_text(chart._chartSpace)
    x0, x1 = left + width * _PLOT_LEFT, left + width * (_PLOT_LEFT + _PLOT_WIDTH)
    _heads(page, part, (left, top, width), x0, x1)
    if part.goal is not None:
        at = x0 + (x1 - x0) * part.goal / top_value
        frame.line(page, at, plot_top, at, plot_top + plot_height, weight=2.5).name = "参照线"
    _beside(page, rows, (x1 + 0.1, plot_top, left + width - x1 - 0.1, plot_height))


def _with_heads(part: Bars) -> list[Bar]:
    """The bars with a row of its own for the name of each group."""
    rows: list[Bar] = []
    for name, group in part.groups:
        if name:
            rows.append(Bar(name=name, value=None, text=""))
        rows.extend(group)
    return rows


def _bars_of(series: Any, rows: list[Bar], part: Bars) -> None:
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = fonts.colour(fonts.BLUE)
    series.invert_if_negative = False
    for place, row in enumerate(rows):
        if row.value is None:
            continue
        point = series.points[place]
        point.format.fill.solid()
        point.format.fill.fore_color.rgb = fonts.colour(fonts.TONES.get(row.tone, fonts.BLUE))
        label = point.data_label
        inside = row.value > 0.14 * part.top or row.rest is not None
        label.position = XL_LABEL_POSITION.INSIDE_BASE if inside else XL_LABEL_POSITION.OUTSIDE_END
        words = label.text_frame
        sign = fonts.SIGNS.get(row.tone, "") if row.tone in ("watch", "good", "miss") else ""
        fonts.write(words.paragraphs[0], f"{sign}{row.text}", size=_SIZE, tone="FFFFFF" if inside else fonts.INK, is_bold=True)  # fmt: skip


def _rests_of(series: Any, rows: list[Bar]) -> None:
    series.format.fill.patterned()
    from pptx.enum.dml import MSO_PATTERN

    series.format.fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
    series.format.fill.fore_color.rgb = fonts.colour(fonts.ORANGE)
    series.format.fill.back_color.rgb = fonts.colour(fonts.PAPER)
    series.format.line.color.rgb = fonts.colour(fonts.ORANGE)
    for place, row in enumerate(rows):
        if row.rest:
            label = series.points[place].data_label
            label.position = XL_LABEL_POSITION.CENTER
            fonts.write(label.text_frame.paragraphs[0], f"▼{row.rest_text}", size=_SIZE, tone=fonts.INK, is_bold=True)
            _ground(label)


def _ground(label: Any) -> None:
    """Paper under a label, so that it is read on hatching."""
    element = label._dLbl
    shape = parse_xml(
        f'<c:spPr {nsdecls("c", "a")}><a:solidFill><a:srgbClr val="{fonts.PAPER}"/></a:solidFill></c:spPr>'
    )
    text = element.find(qn("c:tx"))
    text.addnext(shape)


def _heads(page: Any, part: Bars, area: tuple[float, float, float], x0: float, x1: float) -> None:
    left, top, width = area
    said = part.value_zh + (f"（{part.unit_zh}）" if part.unit_zh else "")
    if part.goal_zh:
        said += f"　｜{part.goal_zh}"
    if part.rest_zh:
        said += f"　斜线为{part.rest_zh}"
    frame.text(page, said, (x0, top, x1 - x0, _HEAD - 0.04), size=14, tone=fonts.SOFT)
    if any(row.beside for row in part.rows):
        beside = (x1 + 0.1, top, left + width - x1 - 0.1, _HEAD - 0.04)
        frame.text(page, part.beside_zh, beside, size=14, tone=fonts.SOFT, align=PP_ALIGN.RIGHT)
    frame.line(page, left, top + _HEAD, left + width, top + _HEAD, weight=1.25)


def _beside(page: Any, rows: list[Bar], area: tuple[float, float, float, float]) -> None:
    """What stands right of each bar, and what stands in place of a bar."""
    left, top, width, height = area
    step = height / len(rows)
    for place, row in enumerate(rows):
        if row.beside:
            frame.text(page, row.beside, (left, top + place * step, width, step), size=14, align=PP_ALIGN.RIGHT)
        if row.value is None and row.text:
            start = left - 0.1 - _PLOT_WIDTH * frame.WIDTH + 0.1
            frame.text(page, row.text, (start, top + place * step, 4, step), size=_SIZE, tone=fonts.SOFT)


def lines(page: Any, part: Lines, area: tuple[float, float, float, float], alt_zh: str) -> None:
    """Lines over months, gaps left open, the newest value named at its end."""
    left, top, width, height = area
    data = CategoryChartData(number_format="0.0%" if part.is_share else "0.0")
    data.categories = [f"{month.year % 100}年\n{month.month}月" if place == 0 or month.month == 1 else f"{month.month}月" for place, month in enumerate(part.months)]  # fmt: skip
    for series in part.series:
        data.add_series(series.name, series.values)
    kind = XL_CHART_TYPE.LINE_MARKERS
    made = page.shapes.add_chart(kind, *(Inches(one) for one in (left, top, width, height)), data)
    _describe(made, alt_zh)
    chart = made.chart
    _plain(chart)
    # Never beyond the whole: a share has no months above 100 %.
    marks = ticks(part.top, is_share=part.is_share)
    end = marks[-1]
    _axes(chart, end, part.is_share)
    axis = chart.value_axis
    axis.major_unit = marks[1]
    axis.visible, axis.has_major_gridlines = True, True
    axis.major_gridlines.format.line.color.rgb = fonts.colour(fonts.HAIR)
    axis.tick_labels.font.size = Pt(14)
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = ("0%" if part.is_share else "0.##"), False  # fmt: skip
    axis.format.line.fill.background()
    if len(part.series) > 1:
        chart.has_legend = True
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
        chart.legend.font.size = Pt(14)
    for series, told, tone in zip(chart.plots[0].series, part.series, (fonts.BLUE, fonts.ORANGE), strict=False):
        _line_of(series, told, tone, end)
    _leave_gaps(chart)
    fonts.chart_text(chart._chartSpace)


def _line_of(series: Any, told: Any, tone: str, end: float) -> None:
    from pptx.enum.chart import XL_MARKER_STYLE

    series.smooth = False
    series.format.line.color.rgb, series.format.line.width = fonts.colour(tone), Pt(2.75)
    series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 8
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = fonts.colour(tone)
    series.marker.format.line.color.rgb = fonts.colour(tone)
    known = [place for place, value in enumerate(told.values) if value is not None]
    for place in {known[0], known[-1]} if known else ():
        label = series.points[place].data_label
        is_at_end = told.values[place] > 0.9 * end
        label.position = XL_LABEL_POSITION.BELOW if is_at_end else XL_LABEL_POSITION.ABOVE
        fonts.write(label.text_frame.paragraphs[0], told.texts[place], size=_SIZE, tone=tone, is_bold=True)


def _leave_gaps(chart: Any) -> None:
    """A month without a figure is a gap, neither zero nor a line across."""
    inner = chart._chartSpace.chart
    for old in inner.findall(qn("c:dispBlanksAs")):
        inner.remove(old)
    shown = inner.find(qn("c:plotVisOnly"))
    made = parse_xml(f'<c:dispBlanksAs {nsdecls("c")} val="gap"/>')
    if shown is not None:
        shown.addnext(made)
    else:
        inner.append(made)


def _plain(chart: Any) -> None:
    chart.has_legend = chart.has_title = False
    chart.font.size = Pt(14)
    chart.font.name = fonts.FONT_ZH
    chart.font.color.rgb = fonts.colour(fonts.INK)


def _axes(chart: Any, top: float, is_share: bool) -> None:
    value, names = chart.value_axis, chart.category_axis
    value.minimum_scale, value.maximum_scale = 0, top
    value.has_major_gridlines = value.has_minor_gridlines = False
    value.visible = False
    names.tick_labels.font.size = Pt(_SIZE)
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.major_tick_mark = names.minor_tick_mark = XL_TICK_MARK.NONE
    names.format.line.color.rgb = fonts.colour(fonts.INK)
    names.has_major_gridlines = False


def _place(chart: Any, x: float, y: float, width: float, height: float) -> None:
    """The inner plot at fixed parts of the chart, so that what is drawn over it lies where it should."""
    area = chart._chartSpace.chart.plotArea
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    area.insert(
        0,
        parse_xml(
            f'<c:layout {nsdecls("c")}><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
            f'<c:x val="{x}"/><c:y val="{y}"/><c:w val="{width}"/><c:h val="{height}"/></c:manualLayout></c:layout>'
        ),
    )


def _describe(shape: Any, alt_zh: str) -> None:
    """What a reader of screens says of the chart."""
    shape.name = "图"
    shape._element.nvGraphicFramePr.cNvPr.set("descr", alt_zh)
