"""The twelve months of allowance ahead: the rule, what it would have missed a year ago, and the line drawn on."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go
import polars as pl

from pages.ui.kit.axes import month_ticks, nice
from pages.ui.kit.charts import Point, template
from pages.ui.kit.errors import empty_state
from pages.ui.kit.figures import Plot
from pages.ui.kit.html import esc, num, source_line, table
from pages.ui.kit.months import REPORTS_ZH
from pages.ui.kit.refs import ref
from pages.ui.kit.style import FILL, FILL_SOFT, INK, PAPER, SOFT
from pages.ui.kit.view import View
from warehouse.month import add_months
from warehouse.read.month import months, trend
from warehouse.read.receipt import derived
from warehouse.series.outlook import RULE_ZH, Outlook, outlook, since_break
from warehouse.wording import allowance_months as words
from warehouse.wording import months as month_words
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import percent, plain

PAST_MONTHS = 36

Row = Mapping[str, Any]


def budget(view: View, month: date) -> None:
    """The twelve months ahead, with method and back-test; where too little is known, what is lacking."""
    made = view.once(_budget, month)
    if isinstance(made, Plot):
        made.show("budget")
    else:
        empty_state("还不能推算今后12个月的预算", made)


def _budget(view: View, month: date) -> Plot | str:
    """The figure, or in words what is lacking for it."""
    found = view.ask(months.series, indicator_code=derived.BUDGETED, area_ids=(view.city,), last_month=month).frame
    breaks = view.ask(trend.breaks, indicator_code=derived.BUDGETED, area_id=view.city).frame
    values, broken = since_break(found["month"].to_list(), found["value"].to_list(), breaks["month"].to_list())
    ahead = outlook(values)
    if ahead is None and broken and broken > add_months(month, -24):
        (why,) = breaks.filter(pl.col("month") == broken).head(1)["title_zh"]
        return f"{month_zh(broken)}起{why}，与此前不是一回事，还不足24个月。方法是：{RULE_ZH}。"
    if ahead is None:
        gaps = values[-24:].count(None)
        lacking = f"只有{len(values)}个月，不足24个月" if len(values) < 24 else f"近24个月里有{gaps}个月全市数缺，太多"
        return f"{lacking}。方法是：{RULE_ZH}，一年里至多容许3个月缺数。"
    paid = found.to_dicts()[-PAST_MONTHS:]
    known = [Point(month=row["month"], value=row["value"], text=f"{month_zh(row['month'])} {words.yuan(row['value'])}" if row["value"] is not None else "") for row in paid]  # fmt: skip
    coming = [add_months(month, step + 1) for step in range(12)]
    return Plot(
        fig=_budget_chart(known, coming, ahead, is_large=view.is_large),
        claim_zh=words.outlook_claim(
            view.city_name_zh, ahead.total, ahead.last_year, ahead.backtest_error, filled=ahead.filled
        ),
        what_zh="每月发放金额：实线为已发，虚线为推算，不是承诺数；纵轴从0起",
        foot_html=source_line(REPORTS_ZH, month_zh(month), view.release_id)
        + f'<p class="how">{esc(_method(ahead))}</p>',
        twin_html=_twin(coming, ahead, paid, month),
    )


def _twin(coming: Sequence[date], ahead: Outlook, paid: Sequence[Row], month: date) -> str:
    """The months ahead with their sum, and after them the months paid that the line is drawn on from, newest first."""
    key = f"{paid[-1]['area_id']}|{derived.BUDGETED}|total|{month}"

    def opened(value: float, step: str) -> str:
        return num(words.yuan(value), ref(month_words.MONTH, key, f"{derived.AHEAD}{step}"))

    to_come = [
        [esc(month_zh(at)), opened(value, str(step))]
        for step, (at, value) in enumerate(zip(coming, ahead.months, strict=True), start=1)
    ]
    to_come.append(["<b>合计</b>", f"<b>{opened(ahead.total, 'all')}</b>"])
    whole = ref(month_words.MONTH, key, f"{derived.AHEAD}all")
    change = words.against_last_year(ahead.total, ahead.last_year)
    to_come.append([f"比近12个月{words.filled_zh(ahead.filled)}", num(change, whole)])
    if ahead.backtest_error is not None:
        to_come.append(["一年前用同一方法", num(words.missed_zh(ahead.backtest_error), whole)])
    behind = [
        [
            esc(month_zh(row["month"])),
            num(
                words.yuan(row["value"], row["status_code"]),
                ref(month_words.MONTH, month_words.key_of(row)) if row["value"] is not None else None,
            ),
        ]
        for row in reversed(paid)
    ]
    return table(["月份", "推算"], to_come, caption=f"今后{len(coming)}个月") + table(
        ["月份", "已发"], behind, caption=f"近{len(behind)}个月"
    )


def _method(ahead: Outlook) -> str:
    tested = (
        f"回测：站在12个月前用同一方法，合计误差{percent(ahead.backtest_error, decimals=2, thresholds=())}，逐月平均绝对误差{percent(ahead.backtest_month_error, decimals=2, thresholds=())}。"
        if ahead.backtest_error is not None
        else f"{words.UNTRIED_ZH}。"
    )
    filled = f"近12个月有{ahead.filled}个月全市数缺，以其余月份的平均数代。" if ahead.filled else ""
    return f"方法：{RULE_ZH}，比值{plain(ahead.growth, 4)}。{filled}{tested}标准调整、集中补发不在推算之内。"


def _budget_chart(known: Sequence[Point], coming: Sequence[date], ahead: Outlook, *, is_large: bool) -> "go.Figure":
    last = next(point for point in reversed(known) if point.value is not None)
    days = [point.month for point in known] + list(coming)
    ticks = month_ticks(days[0], days[-1])
    levels = [point.value for point in known if point.value is not None] + list(ahead.months)
    steps = money_steps(max(levels))
    return go.Figure(
        data=[
            {
                "type": "scatter",
                "x": [point.month for point in known],
                "y": [point.value for point in known],
                "mode": "lines",
                "line": {"color": FILL, "width": 2.25},
                "hovertext": [point.text for point in known],
                "hoverinfo": "text",
            },
            {
                "type": "scatter",
                "x": [last.month, *coming],
                "y": [last.value, *ahead.months],
                "mode": "lines+markers",
                "line": {"color": FILL, "width": 1.75, "dash": "dot"},
                "marker": {"size": 5, "color": PAPER, "line": {"color": FILL, "width": 1.5}},
                "hovertext": [
                    "",
                    *(
                        f"{month_zh(at)} 推算{words.yuan(value)}"
                        for at, value in zip(coming, ahead.months, strict=True)
                    ),
                ],
                "hoverinfo": "text",
            },
        ],
        layout={
            "template": template(is_large=is_large),
            "height": 320,
            "margin": {"t": 20, "r": 12},
            "xaxis": {"tickvals": list(ticks), "ticktext": list(ticks.values()), "ticks": "outside", "showline": True},
            "yaxis": {
                "range": [0, max(levels) * 1.15],
                "showgrid": True,
                "gridcolor": "#e9ebed",
                "tickvals": steps,
                "ticktext": [words.yuan(step) if step else "0" for step in steps],
                "showline": False,
                "ticks": "",
            },
            "annotations": [
                # Below its line, so that on a phone it does not run into the label of the last month.
                _note(last.month, last.value, words.yuan(last.value), INK, "right") | {"yshift": -18},
                _note(coming[-1], ahead.months[-1], words.yuan(ahead.months[-1]), SOFT, "right"),
            ],
            "shapes": [
                {
                    "type": "line",
                    "x0": last.month,
                    "x1": last.month,
                    "yref": "paper",
                    "y0": 0,
                    "y1": 1,
                    "line": {"color": FILL_SOFT, "width": 1},
                }
            ],
        },
    )


def money_steps(high: float) -> list[float]:
    """Three to five round amounts from 0 up to the highest, for the axis."""
    step = nice(high / 3)
    return [float(step * place) for place in range(int(high / float(step)) + 1)]


def _note(at: date, value: float, text: str, colour: str, side: str) -> dict:
    return {
        "x": at,
        "y": value,
        "text": f"<b>{esc(text)}</b>",
        "showarrow": False,
        "yshift": 16,
        "xanchor": side,
        "font": {"color": colour},
    }
