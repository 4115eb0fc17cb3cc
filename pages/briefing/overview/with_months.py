"""总览 of a city whose units report: who lags, what moved, what is new, who has not reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import streamlit as st

from pages.briefing.overview.news import news
from pages.ui.kit import filters
from pages.ui.kit.block import block
from pages.ui.kit.html import esc, how, source_line
from pages.ui.kit.months import REPORTS_ZH, controls, indicators_of, pick_month, quality_zh
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import figure_ref, links_of, ref
from pages.ui.kit.view import View
from pages.ui.marks import matrix, quality_marks
from pages.ui.marks.cards import MOST_CARDS, Headline, cards
from warehouse.month import add_months
from warehouse.read.meta import catalog
from warehouse.read.month import months, overview
from warehouse.read.target import targets
from warehouse.wording import months as month_words
from warehouse.wording import overview_cards as told
from warehouse.wording import overview_months as words
from warehouse.wording import targets as target_words
from warehouse.wording.ageing import FULL_COUNT_ZH
from warehouse.wording.grammar.bases import base_source_zh
from warehouse.wording.grammar.cited import Cited
from warehouse.wording.grammar.dates import CHINA, month_zh

Row = Mapping[str, Any]
# What one key, and one press, bring onto the screen whole.
UNITS = "units"
TO_UNITS = f'<button type="button" class="link to-units" data-goes="{UNITS}">看各单位 ↓ <kbd aria-hidden="true">空格</kbd></button>'


@dataclass(frozen=True, kw_only=True)
class Months:
    """The months of a city: the one looked at, and the newest one due where nothing of it has arrived.

    codes: the key indicators in their declared order, each on the population the reader chose.
    """

    codes: tuple[str, ...]
    known: tuple[date, ...]
    month: date | None
    awaited: date | None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The page of a month, made once: its opening, and its blocks as HTML."""

    said: Cited
    deck_zh: str
    cards_html: str
    claim_html: str
    matrix_foot_html: str
    news_html: str


def months_of(view: View) -> Months | None:
    """What the city has reported of the key indicators; None where no month was ever due."""
    codes = view.once(_key_codes)
    if not codes or not view.has_months:
        return None
    rows = view.ask(overview.months, city_area_id=view.city, indicator_codes=codes).frame
    if rows.is_empty():
        return None
    known = tuple(rows.filter(rows["has_data"])["month"].to_list())
    due = rows["month"][0]
    if not known:
        return Months(codes=codes, known=(), month=None, awaited=due)
    names = {f"{month:%Y-%m}": month_zh(month) for month in known}
    month = date.fromisoformat(f"{filters.wanted('month', names, next(iter(names)), what_zh='月份')}-01")
    # Of an older month that the reader asks for, changes are told as they were.
    is_stale = due > known[0] and month == known[0]
    return Months(codes=codes, known=known, month=month, awaited=due if is_stale else None)


def _key_codes(view: View) -> tuple[str, ...]:
    # A release of an older program declares none.
    key = [row for row in indicators_of(view).values() if row.get("key_order") is not None]
    return tuple(view.on_base(row["indicator_code"]) for row in sorted(key, key=lambda row: row["key_order"]))


def page(view: View, asked: Months) -> None:
    """The whole page but its onward links."""
    sheet = view.once(_sheet, asked)
    with st.container(key="lead"):
        opening(
            "总览",
            f"{view.city_name_zh} · {month_zh(asked.month)}",
            sheet.said.text,
            links_of(sheet.said),
            deck_zh=sheet.deck_zh,
        )
        with controls("to-units"):
            block(TO_UNITS, key="to-units", is_noted=False)
    block(sheet.cards_html, key="cards")
    block(sheet.claim_html, key="claim")
    _matrix(view, asked)
    block(sheet.matrix_foot_html, key="matrix-foot")
    block(sheet.news_html, key="news")


def _sheet(view: View, asked: Months) -> Sheet:
    month, cells, indicators = asked.month, _cells(view, asked), _indicators(view, asked)
    scope = {"city_area_id": view.city, "month": month, "indicator_codes": asked.codes}
    steps = [] if asked.awaited else view.ask(overview.steps, **scope)
    due = asked.awaited or month
    reports = view.ask(months.reporting, city_area_id=view.city, first_month=due, last_month=due).frame.to_dicts()
    since, until = _after(month), _after(add_months(month, 1)) if month != asked.known[0] else None
    restated = view.ask(overview.restated, city_area_id=view.city, since=since, until=until).frame.to_dicts()
    by_code = {row["indicator_code"]: row for row in indicators}
    foot = source_line(REPORTS_ZH, month_zh(month), view.release_id)
    told_news = news(view, indicators=indicators, cells=cells, steps=steps, restated=restated, reports=reports, due=due, awaited=asked.awaited)  # fmt: skip
    return Sheet(
        said=words.finding(
            view.city_name_zh, month, cells, by_code, steps, reports, len(restated), awaited=asked.awaited
        ),  # fmt: skip
        deck_zh=_deck(asked),
        cards_html=cards(_cards(view, asked, cells, steps), in_row=True),
        claim_html=_claim(view, asked, cells),
        matrix_foot_html=_matrix_foot(view, asked),
        news_html=told_news + foot,
    )


def _cells(view: View, asked: Months) -> list[Row]:
    scope = {"city_area_id": view.city, "month": asked.month, "indicator_codes": asked.codes}
    return view.ask(overview.matrix, **scope).frame.to_dicts()


def _indicators(view: View, asked: Months) -> list[Row]:
    known = indicators_of(view)
    return [known[code] for code in asked.codes]


def _deck(asked: Months) -> str:
    if asked.awaited is None:
        return ""
    return f"{month_zh(asked.awaited)}的月报已过应报日期，还没有收到可采用的数；以下都是{month_zh(asked.month)}的，不作环比。"


def _after(month: date) -> datetime:
    """The moment a month is over, by the clock of China."""
    following = add_months(month, 1)
    return datetime(following.year, following.month, 1, tzinfo=CHINA)


# ── cards ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _cards(view: View, asked: Months, cells: Sequence[Row], steps: Sequence[Row]) -> list[Headline]:
    """The first six key indicators of the city."""
    own = {cell["indicator_code"]: cell for cell in cells if cell["level_code"] == "city"}
    scope = {"city_area_id": view.city, "area_id": view.city, "month": asked.month, "indicator_codes": asked.codes}
    goals = {row["indicator_code"]: row for row in view.ask(targets.of_rates, **scope).frame.to_dicts()}
    moved = {step["indicator_code"]: step for step in steps if step["level_code"] == "city"}
    qualities = quality_zh(view)
    made = []
    for indicator in _indicators(view, asked)[:MOST_CARDS]:
        code = indicator["indicator_code"]
        cell, target = own[code], goals.get(code)
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
                standing=(standing := told.standing_word(cell, indicator, target, moved.get(code))),
                standing_receipt=_verdict_ref(target, standing),
                is_mark=cell["value"] is None,
            )
        )
    return made


def _verdict_ref(target: Row | None, standing: tuple[str, str]) -> str | None:
    """What the status word of a card rests on, where it is the verdict on a target."""
    is_verdict = target is not None and standing[0] == target_words.outlook_word(target)
    return ref(target_words.VERDICT, target["verdict_key"]) if is_verdict else None


def _badges(view: View, cell: Row, qualities: Mapping[str, str]) -> list[tuple[str, str]]:
    code = cell["quality_code"] if cell["value"] is not None else None
    word = qualities.get(code or "")
    own = [(word, month_words.QUALITY_TONES.get(code, ""))] if word else []
    return own + ([("演示", "watch")] if view.is_demo else [])


# ── matrix ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _by_unit(view: View, cells: Sequence[Row]) -> tuple[list[Row], list[list[Row]]]:
    """The cells of the city, and those of each unit."""
    by_area: dict[str, list[Row]] = {}
    for cell in cells:
        by_area.setdefault(cell["area_id"], []).append(cell)
    city = by_area.pop(view.city, [])
    return city, list(by_area.values())


def _claim(view: View, asked: Months, cells: Sequence[Row]) -> str:
    about = words.against_zh(cells, _indicators(view, asked))
    quality = quality_marks.head_zh(view, quality_marks.usual(cells))
    what = f"{month_zh(asked.month)}{quality}{f'；{about}' if about else ''}。功能区自成一组，不与县（区）混排"
    claim = words.matrix_claim(_by_unit(view, cells)[1])
    return f'<div class="fig" data-stop="{UNITS}"><h2>{esc(claim)}</h2><div class="what">{esc(what)}</div></div>'


def _matrix(view: View, asked: Months) -> None:
    """The matrix with its choices: the month, and by which column its rows are sorted."""
    options = view.once(_orders, asked.codes)
    by = filters.wanted("sort", options, matrix.BY_COUNT, what_zh="排序")
    with controls("month"):
        block(matrix.key(), key="matrix-key")
        pick_month(asked.known)
    pressed = matrix.sort_pressed(block(view.once(_drawn, asked, by), key="matrix"))
    if pressed in options and pressed != by:
        st.session_state["_chosen_sort"] = pressed
        filters.put("sort", None if pressed == matrix.BY_COUNT else pressed)
        st.rerun()


def _orders(view: View, codes: tuple[str, ...]) -> dict[str, str]:
    known = indicators_of(view)
    return {matrix.BY_COUNT: "落后项数", **{code: known[code]["label_zh"] for code in codes}}


def _drawn(view: View, asked: Months, by: str) -> str:
    cells = _cells(view, asked)
    city, units = _by_unit(view, cells)
    usual = quality_marks.usual(cells)
    return matrix.matrix(
        city,
        units,
        _indicators(view, asked),
        asked.month,
        by=by,
        mark=lambda cell: quality_marks.mark(view, cell, usual),
    )


def _matrix_foot(view: View, asked: Months) -> str:
    rule = view.ask(catalog.rule_text, parameter_code="level_with_city_share")
    sources = f"{REPORTS_ZH}；{base_source_zh(view.base)}；目标见“目标与进度”"
    return source_line(sources, month_zh(asked.month), view.release_id, more=FULL_COUNT_ZH) + how(rule)
