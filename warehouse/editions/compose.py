"""From a draft to its content: the month's text with what people wrote, what changed, what was asked, and its receipts."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from warehouse.editions import changes, grounds, questions, record, sections, written
from warehouse.editions.content import Acknowledged, Comment, Content, Question, Since
from warehouse.editions.record import Edition
from warehouse.errors import ReleaseMissing
from warehouse.home import Home
from warehouse.month import add_months
from warehouse.paper.deck.pack import figures_of, full_id_of, walks
from warehouse.paper.facts import Facts
from warehouse.paper.model import DRAFT_ZH, Briefing, Section, Stamp
from warehouse.paper.numbers import doubts
from warehouse.paper.produce import edited
from warehouse.paper.text import SECTIONS_ZH, city_briefing, unit_briefing
from warehouse.query import cards as query_cards
from warehouse.read import Release, Releases
from warehouse.read.receipt.receipt_codes import told_lines
from warehouse.read.receipt.receipts import receipts, split_receipt_id
from warehouse.wording.desk import editions as words
from warehouse.wording.grammar.cited import Figure
from warehouse.wording.grammar.dates import CHINA
from warehouse.wording.months import value_figure


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who signs, and when."""

    name_zh: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Composed:
    """The content of a draft and the facts it is made of.

    original: the text before anybody rewrote it, for an editor. doubts_zh: numbers people wrote that no release gives, a
    sentence each. stale: keys of rewritten paragraphs the text no longer has.
    """

    content: Content
    facts: Facts
    original: Briefing
    doubts_zh: tuple[str, ...]
    stale: tuple[str, ...]


def compose(
    home: Home,
    releases: Releases,
    edition: Edition,
    *,
    today: date,
    template: bytes | None = None,
) -> Composed:
    """The content of a draft.

    Raises:
        PaperError: the release has not this place or month.
        ReleaseMissing: the release is not there.
    """
    settings = edition.settings
    with releases.acquire(settings.release_id) as release:
        ground = grounds.ground_of(release, edition)
        facts = ground.facts
        original = _text(facts, edition)
        keys = {paragraph.key for paragraph in original.paragraphs()}
        edits = dict(settings.edits or {})
        changed = edited(original, {key: text for key, text in edits.items() if key in keys})
        commented, loose = _comments(home, release, edition, facts, original)
        last = record.last_signed(home, edition.identity.area_id, before=edition.identity.month)
        since = _since(releases, release, edition, facts, last)
        asked = _questions(home, edition, today)
        before = record.edition(home, settings.replaces) if settings.replaces else None
        corrected = _since(releases, release, edition, facts, before)
        promoted, outdated = _cards(home, release, edition, facts)
        briefing = sections.assembled(changed, _more(edition, before, commented, (since, corrected), asked, promoted))
        if facts.month != edition.identity.month:
            said = words.without_news(edition.identity.month, facts.month)
            briefing = sections.opening_without_news(briefing, said)
        briefing = replace(briefing, stamp=_stamp(facts.stamp(), words.draft_state(edition.identity.name_zh)))
        content = Content(
            edition=edition.identity,
            release_id=release.release_id,
            release_sha256=str(release.header["content_sha256"]),
            is_demo=facts.is_demo,
            data_month=facts.month,
            briefing=briefing,
            comments=tuple(commented),
            since=since,
            questions=tuple(asked),
            acknowledged=_acknowledged(home, edition),
            replaces_zh=before.identity.name_zh if before else "",
            note_zh=settings.note_zh,
            corrected=corrected,
            template_name=settings.template_name,
            template_base64=base64.b64encode(template).decode() if template else "",
            cells=ground.cells,
            series=ground.series,
            indicators=ground.indicators,
            units=ground.units,
            batches=ground.batches,
            deck=replace(ground.deck, edition_id=edition.identity.name_zh),
            unit_texts=ground.unit_texts,
        )
    return Composed(
        content=content,
        facts=facts,
        original=original,
        doubts_zh=(*doubts(changed), *loose, *outdated),
        stale=tuple(key for key in edits if key not in keys),
    )


def signed(releases: Releases, content: Content, signature: Signature) -> Content:
    """The content of a draft as it is frozen: with who signs and the whole walk of every number.

    Raises:
        ReleaseMissing: the release is not there.
    """
    stamp = _stamp(content.briefing.stamp, words.signed_state(content.edition.name_zh))
    briefing = replace(content.briefing, stamp=stamp)
    with releases.acquire(content.release_id) as release:
        of_text = {one.code: one.full_id for one in briefing.receipts().values()}
        figures = figures_of(content.deck, (briefing, *content.unit_texts)) if content.deck else []
        found = grounds.walked(release, [*of_text.values(), *map(full_id_of, figures)])
    return replace(
        content,
        briefing=briefing,
        signed_by_zh=signature.name_zh,
        signed_at=signature.at,
        receipts_zh={code: tuple(told_lines(found[full_id])) for code, full_id in of_text.items() if full_id in found},
        walks=walks(figures, found),
    )


def _text(facts: Facts, edition: Edition) -> Briefing:
    wanted = edition.settings.sections or tuple(SECTIONS_ZH)
    paper = tuple(code for code in SECTIONS_ZH if code in wanted)
    own = edition.identity
    made = city_briefing(facts, sections=paper) if own.is_city else unit_briefing(facts, own.area_id, sections=paper)
    # Asked for no section, the text would have all of them.
    return made if paper else replace(made, sections=())


def _more(
    edition: Edition,
    before: Edition | None,
    written: Sequence[Comment],
    moved: tuple[Since, Since],
    asked: Sequence[Question],
    promoted: Sequence[Mapping[str, Any]],
) -> dict[str, Section]:
    wanted = edition.settings.sections or sections.CHOSEN
    since, corrected = moved
    found: dict[str, Section | None] = {
        sections.FOLLOW_UPS: sections.follow_ups(asked),
        sections.COMMENTS: sections.comments(written),
        sections.CARDS: sections.cards(promoted) if sections.CARDS in wanted else None,
        sections.CHANGES: sections.changes(since) if sections.CHANGES in wanted else None,
    }
    if before is not None:
        signed = before.by("sign")
        on = signed.at.astimezone(CHINA).date() if signed else before.identity.month
        found[sections.CORRECTION] = sections.correction(
            words.correction(before.identity.name_zh, on, edition.settings.note_zh), corrected
        )
    if sections.COMMENTS in edition.settings.sections and found[sections.COMMENTS] is None:
        # Asked for and nobody wrote any: it stands empty, which the checklist does not let pass.
        found[sections.COMMENTS] = Section(code=sections.COMMENTS, title_zh=sections.TITLES[sections.COMMENTS])
    return {code: section for code, section in found.items() if section is not None}


def _cards(home: Home, release: Release, edition: Edition, facts: Facts) -> tuple[list[dict[str, Any]], list[str]]:
    """The cards of the edition's place and month as this release says them; and those it says otherwise, a sentence each."""
    own, told, outdated = edition.identity, [], []
    for card in query_cards.cards(home, city_area_id=own.city_area_id, month=facts.month, kind_code=release.kind_code):
        if not own.is_city and card.area_id != own.area_id:
            continue
        found = receipts(release, [card.receipt]).get(card.receipt)
        if found is None or found.step.told.value_text != card.wording:
            now = f"本批次为{found.step.told.value_text}" if found else "本批次没有这个数"
            outdated.append(f"汇报卡“{card.title_zh}”：存卡时为{card.wording}，{now}；请在“查询”页重新存卡并撤下旧卡")
            continue
        asked = split_receipt_id(card.receipt)
        figure = Figure(
            wording=card.wording,
            relation=asked["relation"] or "",
            row_key=asked["row_key"] or "",
            column=asked["column"] or "",
        )
        told.append(
            {
                "title_zh": card.title_zh,
                "label_zh": found.step.told.label_zh,
                "when_zh": found.step.told.when_zh,
                "name_zh": card.name_zh or card.who,
                "figure": figure,
            }
        )
    return told, outdated


def _questions(home: Home, edition: Edition, today: date) -> list[Question]:
    own = edition.identity
    found = questions.of_place(home, city_area_id=own.city_area_id, area_id=own.area_id)
    return [one.told(today) for one in found if one.state_code != questions.CLOSED]


def _comments(
    home: Home, release: Release, edition: Edition, facts: Facts, original: Briefing
) -> tuple[list[Comment], list[str]]:
    """What people wrote, each number with its receipt; and the numbers no release gives, a sentence each."""
    made, loose = [], []
    names = facts.names_zh() | {edition.identity.area_id: edition.identity.area_zh}
    for one in written.comments(home, edition.key):
        known = [*_figures_of(original), *_figures_of_indicator(release, facts, one.area_id, one.indicator_code)]
        figures = [figure for figure in known if figure.wording and figure.wording in one.text_zh]
        unknown = questions.loose_numbers(one.text_zh, figures)
        about = names.get(one.indicator_code, "")
        place = "" if one.area_id == edition.identity.area_id else names.get(one.area_id, one.area_id)
        loose += [
            f"评述（{about or names.get(one.area_id, one.area_id)}）：“{number}”不在批次 {release.release_id} 给出的数里"
            for number in unknown
        ]
        made.append(
            Comment(
                area_id=one.area_id,
                area_zh=place or edition.identity.area_zh,
                indicator_code=one.indicator_code,
                indicator_zh=about,
                text_zh=one.text_zh,
                figures=tuple({figure.wording: figure for figure in reversed(figures)}.values())[::-1],
                author=one.who,
                author_zh=one.name_zh,
                at=one.at,
            )
        )
    return made, loose


def _figures_of(briefing: Briefing) -> Iterator[Figure]:
    for paragraph in briefing.paragraphs():
        yield from paragraph.figures
    for table in briefing.tables():
        for row in table.rows:
            yield from (cell.figure for cell in row if cell.figure)


def _figures_of_indicator(release: Release, facts: Facts, area_id: str, indicator_code: str) -> Iterator[Figure]:
    """The values of an indicator at a place in the year before, as they print."""
    if indicator_code not in facts.indicators:
        return
    frame = release.rows(
        "select * from mart.indicator_month where area_id = $area and indicator_code = $indicator"
        " and breakdown_code = 'total' and month between $first and $last order by month desc",
        {
            "area": area_id,
            "indicator": indicator_code,
            "first": add_months(facts.month, 1 - grounds.SERIES_MONTHS),
            "last": facts.month,
        },
    ).frame
    for row in frame.iter_rows(named=True):
        if row["value"] is not None:
            yield value_figure(row, facts.indicators[indicator_code])


def _since(releases: Releases, release: Release, edition: Edition, facts: Facts, before: Edition | None) -> Since:
    """What is new since another edition of the place."""
    own = edition.identity
    if before is None:
        return Since()
    signed = before.by("sign")
    data_month = date.fromisoformat(str(signed.told["data_month"])) if signed else before.identity.month
    named = {"edition_zh": before.identity.name_zh, "months": (data_month, facts.month)}
    try:
        with releases.acquire(before.settings.release_id) as old:
            found = grounds.compared(old, release, _areas(release, own.city_area_id, own.area_id))
            return changes.since(found, old, release, city_area_id=own.city_area_id, **named)
    except ReleaseMissing:
        return Since(edition_zh=before.identity.name_zh, release_id=before.settings.release_id, is_beyond=True)


def _areas(release: Release, city_area_id: str, area_id: str) -> list[str]:
    """The places an edition speaks of: all of the city, or the unit with its townships."""
    return release.rows(
        "select area_id from core.dim_area where ($city = $area and city_area_id = $city) or area_id = $area"
        " or parent_area_id = $area",
        {"city": city_area_id, "area": area_id},
    ).frame["area_id"].to_list()  # fmt: skip


def _stamp(plain: Stamp, own_zh: str) -> Stamp:
    """The foot with the state of the edition in place of that of a draft."""
    return replace(plain, states_zh=(*(one for one in plain.states_zh if not one.startswith(DRAFT_ZH)), own_zh))


def _acknowledged(home: Home, edition: Edition) -> tuple[Acknowledged, ...]:
    return tuple(
        Acknowledged(key=one.warning_key, text_zh=one.text_zh, who_zh=one.name_zh, at=one.at)
        for one in written.noted(home, edition.key)
    )
