"""总览 of a city without months: what documents and the census know of it, and what nobody has published."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from pages.registry import BRIEFING, PAGES
from pages.ui.kit.block import block
from pages.ui.kit.html import STATUS_SIGNS, badge, esc, linked, verdict_chip
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import links_of, ref
from pages.ui.kit.view import View
from pages.ui.marks.cards import MOST_CARDS, NO_CHANGE, NO_PACE, Headline, cards
from pages.ui.marks.coverage_texts import COVERAGE, base_text, built_text, rate_text
from warehouse.read.document import checks, documents
from warehouse.read.place import areas, coverage
from warehouse.read.target import targets
from warehouse.wording.documents import newest_zh
from warehouse.wording.grammar.cited import Cited
from warehouse.wording.grammar.dates import as_of_zh, date_zh, period_zh
from warehouse.wording.grammar.numbers import blank_zh, percent, show_value
from warehouse.wording.grammar.sentences import check_line, lowest_coverage, overview_finding, target_verdict
from warehouse.wording.overview_months import nothing_yet
from warehouse.wording.targets import STATES, VERDICT, counted, counts_zh, outlook_word, tone

FIGURE, PROFILE = "core.fct_document_figure", "mart.area_profile"
MOST_NETWORKS = 3
# A picture of fewer squares says no more than the sentence that counts them.
FEWEST_SQUARES = 5
# Figures of documents worth a card, in this order; the newest of each.
PREFERRED = ("enrolled_count", "training_people", "certificate_count", "allowance_paid_total_yuan", "investment_yuan")
REGISTERED = "enrolled_count"

Row = Mapping[str, Any]


def page(view: View, *, awaited: date | None) -> None:
    """The whole page but its onward links.

    Args:
        awaited: the newest month the units should have reported, where they never gave a figure.
    """
    said, cards_html, known_html = view.once(_made, view.today)
    if awaited:
        said = nothing_yet(view.city_name_zh, awaited)
    opening("总览", view.city_name_zh, said.text, links_of(said), deck_zh=_deck(view, awaited))
    block(cards_html, key="cards")
    block(known_html, key="known")


def _made(view: View, today: date) -> tuple[Cited, str, str]:
    """The finding, the cards, and what is known and unknown, as of a day of the reader."""
    ladder = view.rows(coverage.ladder, area_id=view.city)
    asked = {"area_id": view.city, "today": today}
    wholes, verdicts = view.rows(targets.wholes, **asked), view.rows(targets.lines, **asked)
    profiles = view.rows(areas.profiles, area_ids=(view.city,))
    figures = view.rows(documents.figures, area_id=view.city, kind_code="actual")
    doubts = view.rows(checks.cross_checks, area_id=view.city)
    return (
        overview_finding(ladder, wholes, name_zh=view.city_name_zh),
        cards(headline_cards(ladder, verdicts, profiles, figures), in_row=True),
        known_and_unknown(ladder, wholes, verdicts, doubts),
    )


def onward() -> None:
    """Where to go on: every other page for leaders, by its question."""
    with st.container(key="screen-only-further"):
        st.html('<div class="block"><div class="fig quiet"><h2>接着看</h2></div></div>')
    with st.container(key="screen-only-onward"):
        for entry in PAGES[1:]:
            if entry.group == BRIEFING:
                st.page_link(entry.script, label=f"**{entry.question_zh}**　{entry.title_zh}")


def _deck(view: View, awaited: date | None) -> str:
    """How far the numbers reach in time."""
    until = newest_zh(view.ask(documents.newest, area_id=view.city))
    known = f"以下都是公开文件和普查的数，公开文件{until}；月度变化与序时进度要等月报。"
    return known if awaited else f"各单位还没有报送月报，{known}"


def headline_cards(
    ladder: Sequence[Row], verdicts: Sequence[Row], profiles: Sequence[Row], figures: Sequence[Row]
) -> list[Headline]:
    """At most six: population, the networks with the lowest coverage, then the newest figures documents print."""
    chosen = [_population(row) for row in profiles]
    chosen += [_network(row) for row in _leading(ladder)[:MOST_NETWORKS]]
    newest: dict[str, Row] = {}
    for row in sorted(figures, key=lambda row: (row["period_end_on"] is not None, row["period_end_on"])):
        newest[row["indicator_code"]] = row
    chosen += [_figure(newest[code], verdicts) for code in PREFERRED if code in newest]
    return chosen[:MOST_CARDS]


def _leading(ladder: Sequence[Row]) -> list[Row]:
    """The networks with a rate: the one the finding names first, then the newest, then the lowest."""
    lowest = lowest_coverage(ladder)
    rated = [row for row in ladder if row["is_usual_base"] and row["rate"] is not None]
    return sorted(rated, key=lambda row: (row is not lowest, -row["as_of_on"].toordinal(), row["rate"]))


def _population(row: Row) -> Headline:
    return Headline(
        name_zh="60岁及以上常住人口",
        value_text=show_value(row["aged_60_plus"], "人"),
        unit_zh="人",
        as_of_zh=date_zh(row["as_of_on"]),
        source_zh=row["source_title_zh"],
        receipt=ref(PROFILE, row["area_id"], "aged_60_plus"),
        change_zh=f"占常住人口{percent(row['ageing_rate'], thresholds=())}",
        change=NO_CHANGE,
        pace=NO_PACE,
        standing=("底数，不评价", "flat"),
    )


def _network(row: Row) -> Headline:
    return Headline(
        name_zh=f"{row['network_zh']}覆盖率",
        value_text=rate_text(row),
        unit_zh="%",
        as_of_zh=as_of_zh(row["as_of_on"], row["as_of_precision"]),
        source_zh=row["built_source_title_zh"] or "各单位月报",
        receipt=ref(COVERAGE, row["row_key"]),
        change_zh=f"{built_text(row)}对{base_text(row)}",
        change=NO_CHANGE,
        pace=NO_PACE,
        standing=_network_standing(row),
    )


def _network_standing(row: Row) -> tuple[str, str]:
    if (row["rate_low"] or 0) > 1:
        return "高于100%，原因见四级网络覆盖", "flat"
    if row["blank"] is None:
        return "一所可服务几处，差额不是空白", "flat"
    return (f"空白{blank_zh(row['blank'])}", "watch") if row["blank"] else ("没有空白", "good")


def _figure(row: Row, verdicts: Sequence[Row]) -> Headline:
    registered = row["indicator_code"] == REGISTERED
    held = _against(verdicts, row)
    return Headline(
        name_zh=f"{row['name_zh']}（登记）" if registered else row["name_zh"],
        value_text=row["value_as_written"],
        unit_zh=row["unit_zh"],
        as_of_zh=period_zh(row["period_start_on"], row["period_end_on"]),
        source_zh=row["source_title_zh"],
        receipt=ref(FIGURE, row["figure_id"]),
        change_zh="登记不等于使用，活跃人数未公布" if registered else "",
        verdicts=held,
        change=NO_CHANGE,
        pace=NO_PACE,
        standing=held[0][1:3] if held else ("登记，不评价" if registered else "没有目标，不评价", "flat"),
    )


def _against(verdicts: Sequence[Row], row: Row) -> list[tuple[str, str, str, str | None]]:
    """Every verdict on this figure: one number, several targets, each with its own completion and word."""
    told = []
    for one in verdicts:
        if one["evidence_row_key"] == row["figure_id"] and one["completion"] is not None:
            yearly = one["pace_code"] == "per_year"
            goal = f"{show_value(one['target_value'], one['unit_zh'])}/年" if yearly else one["target_as_written"]
            doubtful = one["outlook_code"] == "to_confirm"
            note = f"（{one['caveat_zh'].partition('；期末')[0]}）" if doubtful and one["caveat_zh"] else ""
            text = f"目标{goal}的{percent(one['completion'])}{note}"
            told.append((doubtful, text, outlook_word(one), tone(one), ref(VERDICT, one["verdict_key"])))
    return [line for _, *line in sorted(told)]


def known_and_unknown(
    ladder: Sequence[Row], wholes: Sequence[Row], verdicts: Sequence[Row], doubts: Sequence[Row]
) -> str:
    """The targets as squares, then side by side: what can be said with a source, and what cannot be said and why."""
    held = _distinct(verdicts)
    known = [_known(one) for one in held]
    doubtful = [_doubt(row) for row in doubts if row["verdict_code"] == "doubtful"]
    unknown = _unknown(ladder, wholes)
    if not known:
        # Nothing to set beside what is not known: it takes both columns.
        return (
            f'{_squares(wholes)}<div class="fig quiet"><h2>不知道，或说不清：{len(unknown) + len(doubtful)}处</h2></div>'
            f'<ul class="plain small in-columns">{"".join(unknown)}{"".join(doubtful)}</ul>'
        )
    return (
        f"{_squares(wholes)}"
        f'<div class="pair"><div><h3>{esc(_held_zh(held))}</h3><ul class="plain small">{"".join(known)}</ul></div>'
        f"<div><h3>不知道，或说不清：{len(unknown) + len(doubtful)}处</h3>"
        f'<ul class="plain small">{"".join(unknown)}{"".join(doubtful)}</ul></div></div>'
    )


def _held_zh(held: Sequence[Row]) -> str:
    """How many figures are held against targets, and how many of the answers are conclusions."""
    open_count = sum(one["outlook_code"] == "to_confirm" for one in held)
    told = [f"{len(held) - open_count}处有结论"] if len(held) > open_count else []
    told += [f"{open_count}处口径待确认"] if open_count else []
    figures = len({one["evidence_row_key"] for one in held})
    return f"{figures}个数对得上目标，{len(held)}处对照：{'，'.join(told)}"


def _squares(wholes: Sequence[Row]) -> str:
    """A square a target, grouped by its verdict, with the sign and the word of each group; nothing where they are few."""
    targets = counted(wholes)
    if len(targets) < FEWEST_SQUARES:
        return ""
    groups = "".join(
        f'<div class="verdict-group"><div aria-hidden="true">{_square(shade) * len(found)}</div>'
        f'<span class="status {shade}">{STATUS_SIGNS[shade]} {esc(found[0]["outlook_label_zh"])}{len(found)}个</span></div>'
        for code in STATES
        if (found := [one for one in targets if one["outlook_code"] == code])
        for shade in [tone(found[0])]
    )
    return (
        f'<div class="fig quiet"><h2>{esc(counts_zh(wholes))}</h2><div class="what">一格＝1个目标；逐个见“目标与进度”</div></div>'
        f'<div class="verdict-squares">{groups}</div>'
    )


def _square(shade: str) -> str:
    return f'<i class="{shade}">{STATUS_SIGNS[shade]}</i>'


def _doubt(row: Row) -> str:
    """What does not fit about a number, in a line; how it was worked out is one press away."""
    said = check_line(row)
    return (
        f'<li><details class="doubt"><summary>{badge(row["badge_zh"], "watch")} {esc(row["title_zh"])}</summary>'
        f"{linked(said.text, links_of(said))}</details></li>"
    )


def _distinct(verdicts: Sequence[Row]) -> list[Row]:
    """The verdicts that have an actual value, decided ones first; two targets that say the same of one number once."""
    judged = [one for one in verdicts if one["actual"] is not None]
    judged.sort(key=lambda one: (one["outlook_code"] == "to_confirm", one["target_figure_id"] is None))
    once = {(one["evidence_row_key"], one["target_value"], one["completion"]): one for one in reversed(judged)}
    return [one for one in judged if one in once.values()]


def _known(one: Row) -> str:
    said = target_verdict(one)
    shade = tone(one)
    if one["outlook_label_zh"] in said.text:
        # The sentence says the word; the sign before it only leads the eye down the list.
        led = f'<span class="led {shade}" aria-hidden="true">{STATUS_SIGNS[shade]}</span>'
    else:
        led = verdict_chip(outlook_word(one), shade, ref(VERDICT, one["verdict_key"]))
    return f"<li>{led} {linked(said.text, links_of(said))}</li>"


def _unknown(ladder: Sequence[Row], wholes: Sequence[Row]) -> list[str]:
    usual = [row for row in ladder if row["is_usual_base"]]
    missing = [row["network_zh"] for row in usual if row["status_code"] == "missing"]
    idle = [row["network_zh"] for row in usual if row["built"] is not None and row["operating"] is None]
    unjudged = [one for one in counted(wholes) if one["outlook_code"] == "unknown"]
    lines = []
    if missing:
        lines.append(f"{'、'.join(missing)}：公开文件没有印建成个数。")
    if idle:
        lines.append(f"{'、'.join(idle)}：只公布建成，没有公布正常运营多少。")
    if not any(row["origin_code"] == "month" for row in ladder):
        lines.append("各县（区）的建成数、床位、探访、津贴：还没有月报，文件只有全市数。")
    if unjudged:
        names = dict.fromkeys(one["name_zh"] for one in unjudged)
        listed = "".join(f"<li>{esc(name)}</li>" for name in names)
        rest = f'<details class="more"><summary>列出这些目标</summary><ul>{listed}</ul></details>'
    else:
        rest = ""
    items = [f"<li>{esc(line)}</li>" for line in lines]
    if rest:
        items.append(f"<li>{len(unjudged)}个目标没有可以对照的数，无从判断。{rest}</li>")
    return items
