"""The parts of the page 目标与进度, in the order in which a leader asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from pages.briefing.targets import board
from pages.ui.kit import filters, shown
from pages.ui.kit.block import block, figure_block
from pages.ui.kit.html import badge, esc, source_line, status, table
from pages.ui.kit.view import View
from pages.ui.marks import verdicts
from pages.ui.marks.original import open_original, quote_button
from pages.ui.marks.target_groups import groups
from pages.ui.marks.verdicts import Pace
from warehouse.read.meta import catalog
from warehouse.read.target import progress, targets
from warehouse.wording import targets as words
from warehouse.wording import year_end
from warehouse.wording.grammar.alike import MOST_NAMED
from warehouse.wording.grammar.dates import month_zh

Row = Mapping[str, Any]
# What `figure_block` shows, by its arguments; empty for nothing to show.
Drawn = dict[str, str]
# Sorts targets without a pace behind all that have one: no completion lies this far ahead.
NO_PACE = float("inf")
LINEAR, SEASONAL = "linear", "seasonal"
PACE_NAMES = {LINEAR: "序时进度", SEASONAL: "季节序时"}
PACES = {LINEAR: "按月均摊", SEASONAL: "季节（往年各月占比）"}


def pick_pace(view: View, month: date | None) -> str:
    """The code of the rule by which targets are paced; said where the chosen one says nothing."""
    rows = view.rows(targets.lines, area_id=view.city, month=month, today=view.today)
    paced = [row for row in rows if row["pace"] is not None and not row["is_over"]]
    if not paced:
        return LINEAR
    code = filters.choice("pace", "序时进度怎么算", PACES, LINEAR, what_zh="序时算法")
    if code == SEASONAL and all(row["seasonal_pace"] is None for row in paced):
        said = "季节序时要用往年各月的数；本批次没有完整的往年月报，仍按月均摊。"
        st.html(f'<div class="block"><div class="notice" role="status">{esc(said)}</div></div>')
        code = LINEAR
    return code


@dataclass(frozen=True)
class Asked:
    """What is looked at: a month (None where none was ever reported), paced by a rule, on a day."""

    month: date | None
    pace_code: str
    today: date


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How the targets stand: each whole, its readings and parts, their pace by the chosen rule, and who shares a card."""

    wholes: Sequence[Row]
    rows: Sequence[Row]
    pace: Pace
    cards: Sequence[Sequence[Row]]


def standing(view: View, asked: Asked) -> Standing:
    """What every part of the page is made of."""
    scope = {"area_id": view.city, "month": asked.month, "today": asked.today}
    rows = view.rows(targets.lines, **scope)
    column = "seasonal_pace" if asked.pace_code == SEASONAL else "pace"
    pace = Pace(name_zh=PACE_NAMES[asked.pace_code], values={verdicts.words_key(row): row[column] for row in rows})
    return Standing(wholes=view.rows(targets.wholes, **scope), rows=rows, pace=pace, cards=on_cards(rows))


def by_pace(rows: Sequence[Row], pace: Pace) -> list[Row]:
    """The rows with pace and gap by the chosen rule, so that the headline says what the lines say."""
    return [
        {
            **row,
            "pace": pace.of(row),
            "gap_pp": None if pace.of(row) is None or row["completion"] is None else row["completion"] - pace.of(row),
        }
        for row in rows
    ]


def whole_city(rows: Sequence[Row]) -> list[Row]:
    """Numeric targets held against the city as a whole, not part by part."""
    return [
        row
        for row in rows
        if row["level_code"] != "unit" and row["part_zh"] is None and row["comparator"] != words.QUALITATIVE
    ]


def on_cards(rows: Sequence[Row]) -> list[list[Row]]:
    """The groups of targets that share a card: at least two of them and a figure; running ones first."""
    found = (group for group in groups(whole_city(rows)) if len(group) > 1)
    return sorted((group for group in found if any(row["actual"] is not None for row in group)), key=_card_order)


def plan_and_year_ends(view: View, asked: Asked) -> None:
    """The whole plan, and where this year's running totals are likely to end, with interval and back-test; that is nothing
    without a full year before. One block, so that a page with it is made of the same pieces as one without."""
    plan_html = view.once(_plan, asked)
    ends_html = "" if asked.month is None else view.once(_year_ends, asked.month)
    for html in filter(None, (plan_html, ends_html)):
        shown.note(shown.Piece(html=html))
    block(plan_html + (ends_html and f'<div class="year-ends">{ends_html}</div>'), key="plan", is_noted=False)


def _plan(view: View, asked: Asked) -> str:
    at = view.once(standing, asked)
    return board.plan(at.wholes, at.rows, at.pace) + board.plan_foot(at.wholes, view.release_id)


def several_verdicts(view: View, asked: Asked) -> None:
    """Cards on which one figure meets several targets; nothing for no groups."""
    if figure := view.once(_several_verdicts, asked):
        figure_block(**figure, key="verdicts")


def _several_verdicts(view: View, asked: Asked) -> Drawn:
    at = view.once(standing, asked)
    cards, pace = at.cards, at.pace
    if not cards:
        return {}
    shown = [row for group in cards for row in group]
    return {
        "drawn_html": verdicts.key(shown, pace) + "".join(verdicts.verdict_card(group, pace) for group in cards),
        "claim_zh": _cards_claim(cards),
        "what_zh": "一个指标有几个目标或几种读法，就有几个判断，分别对照、不相抵；横条为完成，竖线为目标值",
        "foot_html": source_line(_sources(shown), _as_of(shown), view.release_id),
        "twin_html": verdicts.targets_table(shown, pace),
    }


def _card_order(group: Sequence[Row]) -> tuple[bool, bool]:
    """Running targets before ended ones, and those that can be judged before those that cannot."""
    return all(row["is_over"] or row["actual"] is None for row in group), all(
        row["outlook_code"] in ("to_confirm", "unknown") for row in group
    )


def _cards_claim(cards: Sequence[Sequence[Row]]) -> str:
    """How many indicators have more than one target, and how the first of them came out."""
    first = cards[0]
    name = next(row["actual_label_zh"] or row["indicator_label_zh"] for row in first if row["actual"] is not None)
    return f"{len(cards)}个指标{'各' if len(cards) > 1 else ''}有不止一个目标或读法；{name}的{len(first)}个：{words.outcomes(first)}"


def _alone(rows: Sequence[Row], cards: Sequence[Sequence[Row]], *, is_over: bool) -> list[Row]:
    """Targets with a figure that stand on no card."""
    shown = {row["target_id"] for group in cards for row in group}
    known = (row for row in whole_city(rows) if row["actual"] is not None and row["target_id"] not in shown)
    return [row for row in known if row["is_over"] == is_over]


def still_running(view: View, asked: Asked) -> None:
    """Running targets with a figure of their own, the furthest behind first."""
    if figure := view.once(_still_running, asked):
        figure_block(**figure, key="running")


def _still_running(view: View, asked: Asked) -> Drawn:
    at = view.once(standing, asked)
    running = sorted(_alone(at.rows, at.cards, is_over=False), key=lambda row: _gap(row, at.pace))
    if not running:
        return {}
    what = "未到期或未印期限而只有一种读法的目标，离序时最远的在前；方块为序时进度"
    return _board(view, running, at.pace, _running_claim(running, at.pace), what)


def _year_ends(view: View, month: date) -> str:
    found = view.rows(targets.year_ends, area_id=view.city, month=month)
    if not found:
        return ""
    body = [
        [
            esc(row["label_zh"]),
            verdicts.shown(year_end.projected_figure(row)),
            esc(year_end.interval_zh(row, row["unit_zh"])),
            esc(year_end.backtest_zh(row)),
        ]
        for row in found
    ]
    claim = year_end.claim(found)
    return (
        f'<div class="fig"><h2>{esc(claim.text)}</h2><div class="what">当月累计÷此前各完整年份同月累计占全年的平均比例；'
        "区间为上下各回测误差的几倍，使二十年里约一年高于上限</div></div>"
        + table(["指标", "年末预计", "区间", "回测"], body, text_columns=(0, 2, 3), caption="年末预计")
        + source_line("各单位月报", month_zh(month), view.release_id)
    )


def settled(view: View, asked: Asked) -> None:
    """Targets that have ended, with the figure that judged: of the deadline, or nearest to it and marked."""
    if figure := view.once(_settled, asked):
        figure_block(**figure, key="ended")


def _settled(view: View, asked: Asked) -> Drawn:
    at = view.once(standing, asked)
    ended = _alone(at.rows, at.cards, is_over=True)
    if not ended:
        return {}
    what = f"到期的目标，按期限当月的数判断；{words.MARK_RULE_ZH}"
    return _board(view, ended, at.pace, _ended_claim(ended, more="另" if at.cards else ""), what)


def _gap(row: Row, pace: Pace) -> float:
    due = pace.of(row)
    return NO_PACE if due is None or row["completion"] is None else row["completion"] - due


def _board(view: View, rows: Sequence[Row], pace: Pace, claim: str, what: str) -> Drawn:
    return {
        "drawn_html": verdicts.key(rows, pace) + verdicts.progress_rows(rows, pace),
        "claim_zh": claim,
        "what_zh": what,
        "foot_html": source_line(_sources(rows), _as_of(rows), view.release_id),
        "twin_html": verdicts.targets_table(rows, pace),
    }


def _running_claim(rows: Sequence[Row], pace: Pace) -> str:
    paced = [row for row in rows if _gap(row, pace) != NO_PACE]
    behind = [row for row in paced if _gap(row, pace) < 0 and not words.is_level(row, pace.of(row))]
    if not paced:
        return f"这{len(rows)}个目标未到期或未印期限，不算序时"
    if not behind:
        return f"只有一种读法而算序时的{len(paced)}个目标都不落后于序时"
    worst = words.furthest_behind(behind, lambda row: _gap(row, pace))
    most = "最多的是" if len(worst) < len(behind) else ""
    named = "、".join(f"{row['name_zh']}{pace.said(row)}" for row in worst[:MOST_NAMED])
    more = f"等{len(worst)}个" if len(worst) > MOST_NAMED else ""
    return f"只有一种读法的{len(paced)}个目标中{len(behind)}个滞后，{most}{named}{more}"


def _ended_claim(rows: Sequence[Row], *, more: str) -> str:
    met = sum(row["outlook_code"] == "met" for row in rows)
    missed = sum(row["outlook_code"] == "missed" for row in rows)
    unsure = len(rows) - met - missed
    parts = [
        f"{met}个完成" if met else "",
        f"{missed}个未完成" if missed else "",
        f"{unsure}个只列数、不判断" if unsure else "",
    ]
    return f"到期而有数的{more}有{len(rows)}个目标：{'，'.join(part for part in parts if part)}"


def each_part(view: View, asked: Asked) -> None:
    """Targets whose parts must all be reached by themselves (every county, counties and townships): who does, who not."""
    if html := view.once(_each_part, asked):
        block(html, key="each-county")


def _each_part(view: View, asked: Asked) -> str:
    at = view.once(standing, asked)
    several = [row for row in words.counted(at.wholes) if row["reading_count"] == 1 and row["parts_named"] > 1]
    if not several:
        return ""
    parts = {row["target_id"]: [one for one in at.rows if one["target_id"] == row["target_id"]] for row in several}
    items = "".join(_parts_of(row, parts[row["target_id"]]) for row in several)
    shown = [one for each in parts.values() for one in each]
    return (
        f'<div class="fig"><h2>{len(several)}个目标要逐项达到，不以全市合计相抵</h2></div>'
        f'<ul class="plain">{items}</ul>' + source_line(_sources(shown), _as_of(shown), view.release_id)
    )


def _parts_of(whole: Row, each: Sequence[Row]) -> str:
    """One target of several parts: how many are reached, its one verdict, and the parts that are not."""
    short = [
        _part_zh(row)
        for row in each
        if row["outlook_code"] in ("missed", "hard", "possible", "likely", "running", "unjudged")
    ]
    unsure = [
        f"{_part_zh(row)}{words.actual_figure(row).wording}" for row in each if row["outlook_code"] == "to_confirm"
    ]
    unknown = [_part_zh(row) for row in each if row["outlook_code"] == "unknown"]
    tail = [
        f"未达到：{'、'.join(short)}" if short else "",
        f"口径待确认：{'、'.join(unsure)}" if unsure else "",
        f"没有数：{'、'.join(unknown)}" if unknown else "",
        f"时点：{words.when_of_parts_zh(each)}" if whole["as_of_on"] else "",
    ]
    return (
        f"<li><b>{esc(whole['name_zh'])}：{verdicts.shown(words.target_figure(whole))}</b>　"
        f"{esc(words.parts_zh(whole))} {verdicts.chip(whole)} {badge(whole['binding_label_zh'])}"
        f'<div class="note">{esc("；".join(part for part in tail if part))}</div></li>'
    )


def _part_zh(row: Row) -> str:
    """A part by its place, or by the words of the sentence where it is no single place."""
    return row["area_short_name_zh"] if row["level_code"] == "unit" else row["part_zh"] or row["area_short_name_zh"]


def city_units(view: View, asked: Asked) -> None:
    """Which unit lags on one target, chosen from those that units report; nothing without month reports."""
    options = {} if asked.month is None else view.once(_with_units, asked)
    if not options:
        return
    with st.container(key="screen-only-target"):
        target_id = filters.choice("target", "各单位看哪个目标", options, next(iter(options)), what_zh="目标")
    figure_block(**view.once(_city_units, asked, target_id), key="units")


def _reported(view: View, asked: Asked) -> list[Row]:
    rows = view.once(standing, asked).rows
    return [row for row in whole_city(rows) if row["origin_code"] == "month" and row["actual_indicator_code"] == row["indicator_code"]]  # fmt: skip


def _with_units(view: View, asked: Asked) -> dict[str, str]:
    """The targets that units report, by their reading: running ones first, then the latest to end."""
    current = sorted(
        _reported(view, asked),
        key=lambda row: (
            row["is_over"],
            row["is_replaced"],
            row["deadline_on"] is None,
            -(row["deadline_on"] or date.max).toordinal(),
        ),
    )
    return {
        row["reading"]: row["name_zh"] + (f"（{row['reading_zh']}）" if row["reading_zh"] else "") for row in current
    }


def _city_units(view: View, asked: Asked, target_id: str) -> Drawn:
    row = next(row for row in _reported(view, asked) if row["reading"] == target_id)
    units = view.rows(progress.units, city_area_id=view.city, target_id=target_id, month=asked.month)
    found = [{**unit, "pace": None} for unit in units] if row["is_over"] else units
    ordered = sorted(found, key=lambda unit: (unit["value"] is None, unit["completion"] if unit["completion"] is not None else -(unit["value"] or 0)))  # fmt: skip
    return {
        "drawn_html": verdicts.unit_rows(ordered),
        "claim_zh": words.units_claim(row["name_zh"], ordered),
        "what_zh": f"{row['indicator_label_zh']}，{_held_zh(ordered)}；{words.BASIS_ZH[ordered[0]['basis_code']]}",
        "foot_html": source_line("各单位月报", _held_zh(ordered), view.release_id),
        "twin_html": verdicts.units_table(ordered),
    }


def _held_zh(units: Sequence[Row]) -> str:
    """The months of the figures the units are held by: one, or the first and the last where units are held by different ones."""
    dates = sorted({row["as_of_on"].replace(day=1) for row in units if row["as_of_on"] and row["value"] is not None})
    if not dates:
        return "没有数"
    return month_zh(dates[0]) if len(dates) == 1 else f"{month_zh(dates[0])}至{month_zh(dates[-1])}，各取最近的数"


def qualitative(view: View, asked: Asked) -> None:
    """Targets without a number: what is on record for each, and who judges; never a percentage."""
    for target_id, html in view.once(_qualitative, asked):
        open_original(view, block(html, key=f"qualitative-{target_id}"))


def _qualitative(view: View, asked: Asked) -> list[tuple[str, str]]:
    """Each target without a number with what is told of it."""
    told = []
    for row in (row for row in view.once(standing, asked).rows if row["comparator"] == words.QUALITATIVE):
        found = view.rows(progress.evidence, area_id=view.city, indicator_code=row["indicator_code"])
        items = "".join(
            f"<li>{quote_button(each['name_zh'], each['programme_id'])} {status(each['status_label_zh'], 'flat')}"
            f'{" " + esc(each["figures_zh"]) if each["figures_zh"] else ""}<div class="note">“{esc(each["quote"])}”</div></li>'
            for each in found
        )
        html = (
            f'<div class="fig"><h2>{esc(words.qualitative_claim(row, len(found)))}</h2>'
            f'<div class="what">{verdicts.shown(words.target_figure(row))} · {esc(row["binding_label_zh"])} · '
            f"{esc(words.deadline_zh(row))} · {esc(verdicts.short_source(row))} · 由{esc(row['owner_zh'])}判定，本批次没有登记判定意见</div></div>"
            f'<ul class="plain">{items}</ul>' + source_line(row["source_title_zh"], "公开文件", view.release_id)
        )
        told.append((row["target_id"], html))
    return told


def settled_without_figures(view: View, asked: Asked) -> None:
    """What was promised and has no figure: the rest of the settlement, complete, with document and chapter."""
    if html := view.once(_settled_without_figures, asked):
        block(html, key="silent")


def _settled_without_figures(view: View, asked: Asked) -> str:
    at = view.once(standing, asked)
    shown = {row["target_id"] for group in at.cards for row in group}
    quiet = [row for row in whole_city(at.rows) if row["actual"] is None and row["target_id"] not in shown]
    if not quiet:
        return ""
    by_target = {row["target_id"]: row for row in quiet}.values()
    binding = sum(row["binding_code"] == "binding" for row in by_target)
    lead = f"，其中{binding}个是约束性目标" if binding else ""
    return (
        f'<div class="fig"><h2>{len(by_target)}个目标没有可以对照的数，无数可判{lead}</h2>'
        '<div class="what">没有数不等于没有完成；点目标值看原句</div></div>'
        f"{verdicts.without_figures(quiet)}" + source_line(_sources(quiet), "公开文件", view.release_id)
    )


def rules(view: View) -> None:
    """The rules behind every verdict on the page, as the release keeps them."""
    codes = ("verdict_span_months", "pace_rule", "level_with_pace", "outlook_rule")
    texts = [view.ask(catalog.rule_text, parameter_code=code) for code in codes]
    lines = "".join(
        f"<p>{esc(text)}。</p>" for text in (*texts, targets.SEASONAL_RULE_ZH, words.COLOUR_RULE_ZH) if text
    )
    block(f'<div class="fig quiet"><h2>怎样判断</h2></div><div class="how">{lines}</div>', key="rules")


def _sources(rows: Sequence[Row]) -> str:
    titles = [row["source_title_zh"] for row in rows] + [row["actual_source_title_zh"] for row in rows]
    known = list(dict.fromkeys(title for title in titles if title))
    return "、".join(f"《{title}》" for title in known)


def _as_of(rows: Sequence[Row]) -> str:
    dates = [row["as_of_on"] for row in rows if row["as_of_on"]]
    return words.span_zh(min(dates), max(dates)) if dates else "没有实际值"
