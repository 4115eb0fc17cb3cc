"""The slides of a month: a city's ten to twelve, or a unit's, and one slide a unit to jump to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from warehouse.errors import PaperError
from warehouse.month import add_months
from warehouse.paper import tables
from warehouse.paper.deck import of_goals, of_units
from warehouse.paper.deck.cards import bare, figure_card
from warehouse.paper.deck.model import MOST_COLUMNS, Cards, Deck, Slide, Texts
from warehouse.paper.facts import Facts, Row, names_of
from warehouse.paper.text import NEXT, PROBLEMS, city_briefing, headline, unit_briefing
from warehouse.read import Release
from warehouse.read.month import bulletin
from warehouse.read.place import profile
from warehouse.wording import bulletin as words
from warehouse.wording import deck as claims
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.overview_months import (
    behind_count,
    by_lag,
)

MOST_SLIDES = 12
MONTHS_DRAWN = 13
MOST_ASKED = 5


def deck_of(release: Release, facts: Facts, *, area_id: str = "", edition_id: str = "") -> Deck:
    """The slides of the facts' month.

    Args:
        area_id: a unit, whose own figures then stand first; the city when empty.
        edition_id: of the signed edition; a draft without.

    Raises:
        PaperError: the city has no such unit.
    """
    unit = next((one for one in facts.units if one["area_id"] == area_id), None)
    if area_id and unit is None and area_id != facts.city["area_id"]:
        raise PaperError(f"{facts.city['name_zh']}没有单位“{area_id}”。可选：{names_of(facts.units)}")
    drawn = tuple(add_months(facts.month, -back) for back in range(MONTHS_DRAWN - 1, -1, -1))
    whose = (facts.city["area_id"], *((unit["area_id"],) if unit else ()))
    past = {one: _past(release, one, drawn, facts.codes) for one in whose}
    networks = bulletin.networks(release, city_area_id=facts.city["area_id"], month=facts.month).frame.to_dicts()
    return assembled(facts, unit, networks, drawn, past, edition_id)


def assembled(
    facts: Facts,
    unit: Row | None,
    networks: Sequence[Row],
    drawn: tuple[date, ...],
    past: dict[str, dict[str, tuple[float | None, ...]]],
    edition_id: str = "",
) -> Deck:
    """The deck of facts and of what was read beside them; asks no release."""
    name = unit["short_name_zh"] if unit else facts.city["name_zh"]
    area_id = unit["area_id"] if unit else facts.city["area_id"]
    fixed = _fixed(facts, unit, networks)
    room = MOST_SLIDES - len(fixed)
    figures = _in_turn(facts, unit, drawn, past)[:room]
    # How targets stand, what is wrong and what is asked next close the talk.
    closing = [one for one in fixed if one.key in ("targets", "problems", "next")]
    slides = [*(one for one in fixed if one not in closing), *figures, *closing]
    sources = _sources(facts)
    return Deck(
        title_zh=f"{name}{month_zh(facts.month)}养老服务工作汇报",
        area_id=area_id,
        area_zh=name,
        month=facts.month,
        slides=tuple(replace(one, sources_zh=sources) for one in slides),
        units=tuple(replace(_unit_slide(facts, one), sources_zh=sources) for one in facts.units),
        stamp=facts.stamp(),
        edition_id=edition_id,
        names_zh=facts.names_zh(),
    )


def _past(
    release: Release, area_id: str, drawn: Sequence[date], codes: tuple[str, ...]
) -> dict[str, tuple[float | None, ...]]:
    scope = {"unit_area_id": area_id, "first_month": drawn[0], "last_month": drawn[-1], "indicator_codes": codes}
    rows = profile.histories(release, **scope).frame.to_dicts()
    found = {(row["indicator_code"], row["month"]): row["value"] for row in rows}
    return {code: tuple(found.get((code, month)) for month in drawn) for code in codes}


def _sources(facts: Facts) -> tuple[str, ...]:
    return tuple(city_briefing(facts, sections=(NEXT,)).sources_zh)


def _fixed(facts: Facts, unit: Row | None, networks: Sequence[Row]) -> list[Slide]:
    """What every deck has: cover, standing of all units, tasks, networks, targets, problems, what is asked next."""
    area_id = unit["area_id"] if unit else None
    made = [_cover(facts, unit)]
    made += [_unit_slide(facts, unit)] if unit else []
    made += [of_units.matrix_slide(facts)]
    made += [of_units.task_slide(facts, code, area_id) for code in facts.task_codes[:2]]
    made += [of_goals.networks_slide(facts, networks)] if networks else []
    made += [of_goals.targets_slide(facts)] if facts.wholes else []
    made += [_problems(facts, unit), _next(facts, unit)]
    return made


def _in_turn(facts: Facts, unit: Row | None, drawn: tuple[date, ...], past: dict) -> list[Slide]:
    """Rates by unit and the months of them in turn, in the declared order of indicators."""
    made = []
    for code in facts.rate_codes:
        made.append(of_units.rate_slide(facts, code, unit["area_id"] if unit else None))
        if sum(value is not None for value in past[facts.city["area_id"]][code]) > 1:
            made.append(of_units.months_slide(facts, code, unit, drawn, past))
    return made


def _cover(facts: Facts, unit: Row | None) -> Slide:
    own = facts.of(unit["area_id"] if unit else facts.city["area_id"])
    said = headline(facts, unit["area_id"] if unit else None)
    place = unit["short_name_zh"] if unit else facts.city["name_zh"]
    return Slide(
        key="cover",
        claim=bare(said),
        what_zh=f"{place} · {month_zh(facts.month)} · 主要指标",
        cards=Cards(
            cards=tuple(figure_card(cell, facts.indicators[cell["indicator_code"]]) for cell in own[:MOST_COLUMNS])
        ),
        area_id=unit["area_id"] if unit else "",
    )


def _problems(facts: Facts, unit: Row | None) -> Slide:
    text = unit_briefing(facts, unit["area_id"], sections=(PROBLEMS,)) if unit else city_briefing(facts, sections=(PROBLEMS,))  # fmt: skip
    own = [row for row in facts.reports if unit is None or row["area_id"] == unit["area_id"]]
    paragraphs = tuple(text.paragraphs())
    titles = [one.lead_zh.partition("）")[2].rstrip("。") for one in paragraphs if one.lead_zh]
    return Slide(
        key="problems",
        claim=claims.problems_claim(
            unit["short_name_zh"] if unit else "全市", titles, bare(paragraphs[0].sentences[0])
        ),
        what_zh=bare(words.reports(own, facts.month, facts.forms_zh)).text,
        texts=Texts(paragraphs=paragraphs[:MOST_ASKED]),
        area_id=unit["area_id"] if unit else "",
    )


def _next(facts: Facts, unit: Row | None) -> Slide:
    text = unit_briefing(facts, unit["area_id"], sections=(NEXT,)) if unit else city_briefing(facts, sections=(NEXT,))
    asked = tuple(text.paragraphs())
    behind = [cell["area_zh"] for rows in by_lag(of_units.by_unit(facts)) for cell in rows[:1] if behind_count(rows)]
    return Slide(
        key="next",
        claim=claims.doings_claim(len(asked), [unit["short_name_zh"]] if unit else behind),
        what_zh="下一步工作",
        texts=Texts(paragraphs=asked[:MOST_ASKED]),
        area_id=unit["area_id"] if unit else "",
    )


def _unit_slide(facts: Facts, unit: Row) -> Slide:
    """A unit's key figures beside the city's, under what lags most."""
    table = tables.of_unit(facts, unit["area_id"])
    return Slide(
        key=f"unit-{unit['area_id']}",
        claim=claims.unit_claim(facts.of(unit["area_id"]), facts.indicators),
        what_zh=f"{unit['name_zh']} · {month_zh(facts.month)} · 主要指标与全市比",
        table=replace(table, caption_zh=unit["short_name_zh"], notes_zh=()),
        note_zh="▼落后　▲领先；有任务的与序时进度比，其余与全市比；位次只在同组内排",
        area_id=unit["area_id"],
    )
