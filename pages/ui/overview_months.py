"""总览 of a city whose units report: who lags, what moved, what is new, who has not reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import streamlit as st

from pages.ui import filters, matrix, quality_marks
from pages.ui.cards import MOST_CARDS, Headline, cards
from pages.ui.months_kit import REPORTS_ZH, controls, indicators_of, quality_zh
from pages.ui.opening import opening
from pages.ui.parts import esc, num, source_line, status
from pages.ui.refs import figure_ref, links_of
from pages.ui.sheet import block
from pages.ui.sparks import Spark, scale_of, spark
from pages.ui.view import View
from warehouse.read import catalog, months, overview, profile, submissions
from warehouse.wording import months as month_words
from warehouse.wording import overview_cards as told
from warehouse.wording import overview_months as words
from warehouse.wording.ageing import FULL_COUNT_ZH
from warehouse.wording.dates import CHINA, date_zh, month_zh
from warehouse.wording.submissions import OVERDUE, state_of

Row = Mapping[str, Any]
MOST_STEPS, MOST_RESTATED, MOST_OWED = 5, 4, 6


@dataclass(frozen=True, kw_only=True)
class Months:
    """The months of a city: the one looked at, and the newest one due where nothing of it has arrived."""

    indicators: Sequence[Row]
    known: Sequence[date]
    month: date | None
    awaited: date | None

    @property
    def codes(self) -> tuple[str, ...]:
        """The key indicators, in their declared order."""
        return tuple(row["indicator_code"] for row in self.indicators)


def months_of(view: View) -> Months | None:
    """What the city has reported of the key indicators; None where no month was ever due."""
    key = sorted(
        (row for row in indicators_of(view).values() if row.get("key_order") is not None),
        key=lambda row: row["key_order"],
    )
    if not key or not view.has_months:
        return None
    codes = tuple(row["indicator_code"] for row in key)
    rows = view.ask(overview.months, city_area_id=view.city, indicator_codes=codes).frame
    if rows.is_empty():
        return None
    known = rows.filter(rows["has_data"])["month"].to_list()
    due = rows["month"][0]
    if not known:
        return Months(indicators=key, known=(), month=None, awaited=due)
    names = {f"{month:%Y-%m}": month_zh(month) for month in known}
    month = date.fromisoformat(f"{filters.wanted('month', names, next(iter(names)), what_zh='月份')}-01")
    # Of an older month that the reader asks for, changes are told as they were.
    is_stale = due > known[0] and month == known[0]
    return Months(indicators=key, known=known, month=month, awaited=due if is_stale else None)


def page(view: View, asked: Months) -> None:
    """The whole page but its onward links."""
    month = asked.month
    scope = {"city_area_id": view.city, "month": month, "indicator_codes": asked.codes}
    cells = view.ask(overview.matrix, **scope).frame.to_dicts()
    steps = [] if asked.awaited else view.ask(overview.steps, **scope)
    due = asked.awaited or month
    reports = view.ask(months.reporting, city_area_id=view.city, first_month=due, last_month=due).frame.to_dicts()
    since, until = _after(month), _after(_next(month)) if month != asked.known[0] else None
    restated = view.ask(overview.restated, city_area_id=view.city, since=since, until=until).frame.to_dicts()
    by_code = {row["indicator_code"]: row for row in asked.indicators}
    said = words.finding(view.city_name_zh, month, cells, by_code, steps, reports, len(restated), awaited=asked.awaited)
    opening("总览", f"{view.city_name_zh} · {month_zh(month)}", said.text, links_of(said), deck_zh=_deck(asked))
    block(cards(_cards(view, asked, cells, steps), in_row=True), key="cards")
    _matrix(view, asked, cells)
    left, right = _changes(view, asked, steps), _owed(view, due, reports)
    # What was taken back stands where there is more room.
    if len(steps) > sum(state_of(row).is_owed for row in reports):
        right += _restated(restated)
    else:
        left += _restated(restated)
    foot = source_line(REPORTS_ZH, month_zh(month), view.release_id)
    block(f'<div class="pair"><div>{left}</div><div>{right}</div></div>{foot}', key="news")


def _deck(asked: Months) -> str:
    if asked.awaited is None:
        return ""
    return f"{month_zh(asked.awaited)}的月报已过应报日期，还没有收到可采用的数；以下都是{month_zh(asked.month)}的，不作环比。"


def _after(month: date) -> datetime:
    """The moment a month is over, by the clock of China."""
    following = _next(month)
    return datetime(following.year, following.month, 1, tzinfo=CHINA)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


# ── cards ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _cards(view: View, asked: Months, cells: Sequence[Row], steps: Sequence[Row]) -> list[Headline]:
    """The first six key indicators of the city."""
    own = {cell["indicator_code"]: cell for cell in cells if cell["level_code"] == "city"}
    found = view.ask(
        profile.rate_targets, city_area_id=view.city, on=asked.month, indicator_codes=asked.codes
    ).frame.to_dicts()
    targets = {row["indicator_code"]: row for row in found}
    moved = {step["indicator_code"]: step for step in steps if step["level_code"] == "city"}
    qualities = quality_zh(view)
    made = []
    for indicator in asked.indicators[:MOST_CARDS]:
        code = indicator["indicator_code"]
        cell, target = own[code], targets.get(code)
        figure = month_words.value_figure(cell, indicator) if cell["month"] else words.main_figure(cell, indicator)
        made.append(
            Headline(
                name_zh=indicator["label_zh"],
                value_text=figure.wording,
                unit_zh=indicator["unit_zh"],
                as_of_zh=month_words.when_zh(asked.month, indicator["timing_code"]),
                source_zh=REPORTS_ZH,
                receipt=figure_ref(figure) if figure.row_key else None,
                badges=_badges(view, cell, qualities),
                change=told.change_line(cell, indicator, is_new=asked.awaited is None),
                pace=told.pace_line(cell, indicator, target),
                standing=told.standing_word(cell, indicator, target, moved.get(code)),
                is_mark=cell["value"] is None,
            )
        )
    return made


def _badges(view: View, cell: Row, qualities: Mapping[str, str]) -> list[tuple[str, str]]:
    code = cell["quality_code"] if cell["value"] is not None else None
    word = qualities.get(code or "")
    own = [(word, month_words.QUALITY_TONES.get(code, ""))] if word else []
    return own + ([("演示", "watch")] if view.is_demo else [])


# ── matrix ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _matrix(view: View, asked: Months, cells: Sequence[Row]) -> None:
    by_area: dict[str, list[Row]] = {}
    for cell in cells:
        by_area.setdefault(cell["area_id"], []).append(cell)
    city = by_area.pop(view.city, [])
    units = list(by_area.values())
    options = {matrix.BY_COUNT: "落后项数", **{row["indicator_code"]: row["label_zh"] for row in asked.indicators}}
    by = filters.wanted("sort", options, matrix.BY_COUNT, what_zh="排序")
    rule = view.ask(catalog.rule_text, parameter_code="level_with_city_share")
    about = words.against_zh(cells, asked.indicators)
    usual = quality_marks.usual(cells)
    what = f"{month_zh(asked.month)}{quality_marks.head_zh(view, usual)}；{about}。功能区自成一组，不与县（区）混排"
    block(
        f'<div class="fig"><h2>{esc(words.matrix_claim(units))}</h2><div class="what">{esc(what)}</div></div>',
        key="claim",
    )
    with controls("month"):
        block(matrix.key(), key="matrix-key")
        names = {f"{month:%Y-%m}": month_zh(month) for month in asked.known}
        filters.choice("month", "看哪个月", names, next(iter(names)), what_zh="月份")
    drawn = matrix.matrix(
        city, units, asked.indicators, asked.month, by=by, mark=lambda cell: quality_marks.mark(view, cell, usual)
    )
    pressed = matrix.sort_pressed(block(drawn, key="matrix"))
    if pressed in options and pressed != by:
        st.session_state["_chosen_sort"] = pressed
        filters.put("sort", None if pressed == matrix.BY_COUNT else pressed)
        st.rerun()
    block(
        source_line(f"{REPORTS_ZH}；目标见“目标与进度”", month_zh(asked.month), view.release_id, more=FULL_COUNT_ZH)
        + f'<p class="how">{esc(rule)}。</p>',
        key="matrix-foot",
    )


# ── what changed, who has not reported ───────────────────────────────────────────────────────────────────────────────


def _changes(view: View, asked: Months, steps: Sequence[Row]) -> str:
    by_code = {row["indicator_code"]: row for row in asked.indicators}
    if asked.awaited:
        moved = f'<h3>本月无新数据</h3><p class="soft small">{esc(month_zh(asked.awaited))}一个数也没有收到，没有变化可说。</p>'
    else:
        lines = "".join(_step(step, by_code) for step in steps[:MOST_STEPS])
        more = f'<li class="soft">另有{len(steps) - MOST_STEPS}处。</li>' if len(steps) > MOST_STEPS else ""
        rule = view.ask(catalog.rule_text, parameter_code="unusual_step")
        count = sum(row["timing_code"] != month_words.YEAR_TO_DATE for row in asked.indicators)
        moved = (
            f"<h3>{esc(told.steps_claim(steps, count))}</h3>"
            f'<ul class="plain moves">{lines}{more}</ul><p class="how">{esc(rule)}。</p>'
        )
    return moved


def _restated(rows: Sequence[Row]) -> str:
    shown = "".join(f"<li>{esc(told.restated_line(row))}</li>" for row in rows[:MOST_RESTATED])
    rest = len(rows) - MOST_RESTATED
    more = f'<li class="soft">另有{rest}个，见数据质量。</li>' if rest > 0 else ""
    return f'<h3>{esc(told.restated_claim(rows))}</h3><ul class="plain small">{shown}{more}</ul>'


def _step(step: Row, indicators: Mapping[str, Row]) -> str:
    indicator = indicators[step["indicator_code"]]
    figure = words.step_figure(step, indicators)
    value = month_words.value_figure(step, indicator)
    tone = month_words.tone_of(step["change_mom"], indicator)
    drawn = Spark(
        values=step["values"],
        alt_zh=f"{words.place_zh(step)}{indicator['label_zh']}近{len(step['values'])}个月，{value.wording}",
        hollow=step["quality_code"] == "provisional",
        signals=[*[""] * (len(step["values"]) - 1), tone],
    )
    word = {"good": "向好", "watch": "关注"}.get(tone, "异动")
    return (
        f'<li class="move"><span><b>{esc(words.place_zh(step))}</b>　{esc(indicator["label_zh"])}'
        f'<span class="where">{num(value.wording, figure_ref(value))}，较上月{num(figure.wording, figure_ref(figure))}'
        f" {status(word, tone)}</span></span>{spark(drawn, scale_of([drawn], from_zero=False))}</li>"
    )


def _owed(view: View, month: date, reports: Sequence[Row]) -> str:
    """Who has not reported for the month, by unit, and how much is owed of the months before."""
    older = [
        row
        for row in view.ask(submissions.outstanding, city_area_id=view.city).frame.to_dicts()
        if row["month"] < month
    ]
    forms = view.ask(catalog.code_labels, code_set="form_code")
    groups: dict[tuple[str, Any], list[Row]] = {}
    for row in reports:
        if state_of(row).is_owed:
            groups.setdefault((row["area_zh"], state_of(row)), []).append(row)
    lines = "".join(_owed_line(name, state, rows, forms) for (name, state), rows in list(groups.items())[:MOST_OWED])
    if len(groups) > MOST_OWED:
        lines += f'<li class="soft">另有{len(groups) - MOST_OWED}个单位，见报送工作台。</li>'
    late = [row["area_zh"] for row in reports if row["is_late"] and not state_of(row).is_owed]
    if late:
        lines += f'<li class="soft">迟报：{esc(month_words.listed(dict.fromkeys(late)))}</li>'
    if older:
        units = dict.fromkeys(row["area_zh"] for row in older)
        lines += f'<li class="soft">此前各月还欠{len(older)}张：{esc(month_words.listed(units, most=4))}</li>'
    empty = '<li class="soft">这个月应报的都收到了。</li>'
    claim = told.reports_claim(reports, older)
    return f'<h3>{esc(month_zh(month))}：{esc(claim)}</h3><ul class="plain small">{lines or empty}</ul>'


def _owed_line(name_zh: str, state: Any, rows: Sequence[Row], forms: Mapping[str, str]) -> str:
    names = "、".join(forms[row["form_code"]] for row in rows)
    tone = "miss" if state is OVERDUE else "watch"
    due = f"，应于{date_zh(rows[0]['due_on'])}前报" if rows[0]["due_on"] else ""
    return f'<li>{status(state.label_zh, tone)} <b>{esc(name_zh)}</b>　{esc(names)}<span class="where">{esc(due.lstrip("，"))}</span></li>'
