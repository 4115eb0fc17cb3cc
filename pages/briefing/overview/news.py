"""What is new in the month of 总览: steps out of the ordinary, figures taken back, who has not reported."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pages.ui.kit.html import esc, how, linked, num, status
from pages.ui.kit.refs import figure_ref, links_of
from pages.ui.kit.view import View
from pages.ui.marks.sparks import Spark, scale_of, spark
from warehouse.read.meta import catalog
from warehouse.read.month import submissions
from warehouse.wording import months as month_words
from warehouse.wording import overview_cards as told
from warehouse.wording import overview_months as words
from warehouse.wording.desk.submissions import LATE, OVERDUE, REFUSED, beside_taken, state_of
from warehouse.wording.grammar.dates import date_zh, month_zh

Row = Mapping[str, Any]
MOST_STEPS, MOST_RESTATED, MOST_OWED = 5, 4, 6


def news(
    view: View,
    *,
    indicators: Sequence[Row],
    cells: Sequence[Row],
    steps: Sequence[Row],
    restated: Sequence[Row],
    reports: Sequence[Row],
    due: date,
    awaited: date | None,
) -> str:
    """Two columns: what changed, and who owes what; figures taken back stand where there is more room.

    Args:
        due: the month `reports` are of; awaited: the same where nothing of it arrived.
    """
    left = _nothing(awaited) if awaited else _changes(view, indicators, cells, steps)
    right = _owed(view, due, reports)
    if len(steps) > sum(state_of(row).is_owed for row in reports):
        right += _restated(restated)
    else:
        left += _restated(restated)
    return f'<div class="pair"><div>{left}</div><div>{right}</div></div>'


def _nothing(awaited: date) -> str:
    text = f"{month_zh(awaited)}一个数也没有收到，没有变化可说。"
    return f'<h3>本月无新数据</h3><p class="soft small">{esc(text)}</p>'


def _changes(view: View, indicators: Sequence[Row], cells: Sequence[Row], steps: Sequence[Row]) -> str:
    by_code = {row["indicator_code"]: row for row in indicators}
    lines = "".join(_step(step, by_code) for step in steps[:MOST_STEPS])
    more = f'<li class="soft">另有{len(steps) - MOST_STEPS}处。</li>' if len(steps) > MOST_STEPS else ""
    rule = view.ask(catalog.rule_text, parameter_code="unusual_step")
    return (
        f'<h3>{esc(told.steps_claim(steps, cells, by_code))}</h3><ul class="plain moves">{lines}{more}</ul>{how(rule)}'
    )


def _restated(rows: Sequence[Row]) -> str:
    shown = "".join(
        f"<li>{linked(line.text, links_of(line))}</li>" for line in map(told.restated_line, rows[:MOST_RESTATED])
    )
    rest = len(rows) - MOST_RESTATED
    more = f'<li class="soft">另有{rest}个，见数据质量。</li>' if rest > 0 else ""
    return f'<h3>{esc(told.restated_claim(rows))}</h3><ul class="plain small">{shown}{more}</ul>'


def _step(step: Row, indicators: Mapping[str, Row]) -> str:
    indicator = indicators[step["indicator_code"]]
    figure = words.step_figure(step, indicators)
    value = month_words.value_figure(step, indicator)
    tone = month_words.tone_of(step["side"], indicator)
    drawn = Spark(
        values=step["values"],
        alt_zh=f"{words.place_zh(step)}{indicator['label_zh']}近{len(step['values'])}个月，{value.wording}",
        hollow=step["quality_code"] == "provisional",
        signals=[*[""] * (len(step["values"]) - 1), tone],
    )
    # Where the monthly change is judged, it is the change that is out of bounds.
    told_zh = f"◆ {month_words.judged_zh(step['way_code'], indicator)}{month_words.signal_zh(step)}"
    return (
        f'<li class="move"><span><b>{esc(words.place_zh(step))}</b>　{esc(indicator["label_zh"])}'
        f'<span class="where">{num(value.wording, figure_ref(value))}，较上月{num(figure.wording, figure_ref(figure))}'
        f' <span class="status {tone}">{esc(told_zh)}</span></span></span>{spark(drawn, scale_of([drawn], from_zero=False))}</li>'
    )


def _owed(view: View, month: date, reports: Sequence[Row]) -> str:
    """Who has not reported for the month, by unit, and how much is owed of the months before."""
    older = [
        row
        for row in view.ask(submissions.outstanding, city_area_id=view.city).frame.to_dicts()
        if row["month"] < month and state_of(row).is_owed
    ]
    forms = view.ask(catalog.code_labels, code_set="form_code")
    groups: dict[tuple[str, Any], list[Row]] = {}
    for row in reports:
        if state_of(row).is_owed or state_of(row) is REFUSED:
            groups.setdefault((row["area_zh"], state_of(row)), []).append(row)
    lines = "".join(_owed_line(name, state, rows, forms) for (name, state), rows in list(groups.items())[:MOST_OWED])
    if len(groups) > MOST_OWED:
        lines += f'<li class="soft">另有{len(groups) - MOST_OWED}个单位，见报送工作台。</li>'
    late = [row["area_zh"] for row in reports if state_of(row) is LATE]
    if late:
        lines += f'<li class="soft">迟报：{esc(month_words.listed(dict.fromkeys(late)))}</li>'
    if older:
        units = dict.fromkeys(row["area_zh"] for row in older)
        lines += f'<li class="soft">此前各月还欠{len(older)}张：{esc(month_words.listed(units, most=4))}</li>'
    _, others = beside_taken([state_of(row) for row in reports])
    if others:
        lines += f'<li class="soft">另有{"，".join(others)}</li>'
    empty = '<li class="soft">这个月应报的都收到了。</li>'
    claim = told.reports_claim(reports, older)
    return f'<h3>{esc(month_zh(month))}：{esc(claim)}</h3><ul class="plain small">{lines or empty}</ul>'


def _owed_line(name_zh: str, state: Any, rows: Sequence[Row], forms: Mapping[str, str]) -> str:
    names = "、".join(forms[row["form_code"]] for row in rows)
    tone = "miss" if state is OVERDUE else "watch"
    due = f"应于{date_zh(rows[0]['due_on'])}前报" if rows[0]["due_on"] else ""
    return f'<li>{status(state.label_zh, tone)} <b>{esc(name_zh)}</b>　{esc(names)}<span class="where">{esc(due)}</span></li>'
