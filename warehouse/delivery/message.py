"""The month in three sentences for one channel, of the edition that stands or of the newest month of the release."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from warehouse.delivery.sending import Attached
from warehouse.delivery.setup import RELEASED, Channel
from warehouse.editions import record, signing, states
from warehouse.editions.content import Content
from warehouse.editions.record import Edition
from warehouse.errors import DeliveryError, PaperError
from warehouse.home import Home
from warehouse.paper.facts import Facts, gather, names_of
from warehouse.paper.model import Briefing, Stamp
from warehouse.paper.text import OVERALL, PROBLEMS, city_briefing, unit_briefing
from warehouse.read import Release, Releases
from warehouse.read.place import areas
from warehouse.wording.desk import delivery as words

SUBJECT = "message:{}"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Whose month a channel hears of: a city, or one unit of it; with the units whose sheets go along."""

    city_area_id: str
    area_id: str
    units: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Message:
    """The month of one place as it would be sent. state: what makes it another message."""

    place: Place
    state: str
    title_zh: str
    sentences_zh: tuple[str, ...]
    release_id: str
    month: date
    stamp: Stamp
    address: str

    @property
    def subject(self) -> str:
        return SUBJECT.format(self.place.area_id)


def places(release: Release, channel: Channel) -> list[Place]:
    """The places of a channel: each city, or the city it names; a channel of one unit hears of that unit.

    Raises:
        DeliveryError: there is no such city or unit; says which there are.
    """
    cities = areas.cities(release).frame.to_dicts()
    found = []
    for city in cities if not channel.city else [_one(cities, channel.city, "城市", channel)]:
        units = areas.units(release, city_area_id=city["area_id"]).frame.to_dicts()
        own = [_one(units, name, "单位", channel)["area_id"] for name in channel.units]
        found.append(
            Place(
                city_area_id=city["area_id"],
                area_id=own[0] if len(own) == 1 else city["area_id"],
                units=tuple(own or [unit["area_id"] for unit in units]),
            )
        )
    return found


def _one(rows: Sequence[Mapping[str, Any]], text: str, what_zh: str, channel: Channel) -> Mapping[str, Any]:
    found = [row for row in rows if text in (row["area_id"], row["name_zh"], row["short_name_zh"])]
    if len(found) != 1:
        raise DeliveryError(
            f"渠道“{channel.name}”：没有“{text}”这个{what_zh}（要写全称或登记的简称）。可选：{names_of(rows)}"
        )
    return found[0]


def message_of(home: Home, releases: Releases, place: Place, *, when: str) -> Message | None:
    """What there is to send of a place: the newest signed edition, or (when is `released`) the newest month of the release.

    None where nothing is signed, or no month has figures.

    Raises:
        PaperError: the bytes of the edition are not what was signed.
    """
    edition = _standing(home, place)
    if when == RELEASED:
        with releases.acquire() as release:
            facts = _facts(release, place)
            if facts is not None and (edition is None or edition.identity.month < facts.month):
                month = facts.month
                text = _text(facts, place)
                return Message(
                    place=place,
                    state=f"{month:%Y-%m} released",
                    title_zh=words.message_title(text.area_zh, month, "未签发", is_demo=text.stamp.is_demo),
                    sentences_zh=tuple(_three(text)),
                    release_id=release.release_id,
                    month=month,
                    stamp=text.stamp,
                    address=f"/overview?data={release.kind_code}&city={place.city_area_id}",
                )
    if edition is None:
        return None
    content = signing.opened(home, edition)
    return _of_edition(place, edition, content)


def _standing(home: Home, place: Place) -> Edition | None:
    """The newest signed edition of the place, or of its city."""
    found = [
        one
        for area_id in dict.fromkeys((place.area_id, place.city_area_id))
        for one in record.editions(home, area_id=area_id)
        if one.state_code == states.SIGNED
    ]
    return max(found, key=lambda one: (one.identity.month, not one.identity.is_city), default=None)


def _of_edition(place: Place, edition: Edition, content: Content) -> Message:
    text = content.briefing
    if edition.identity.is_city and place.area_id != place.city_area_id:
        text = next((one for one in content.unit_texts if one.area_id == place.area_id), text)
    # A place of its own beside the city's own text, both as signed.
    stamp = content.briefing.stamp
    name = f"{edition.identity.name_zh}，已签发"
    if edition.settings.replaces:
        name += f"，更正 {content.replaces_zh}"
    return Message(
        place=place,
        state=f"{edition.key} {edition.sha256[:16]}",
        title_zh=words.message_title(text.area_zh, edition.identity.month, name, is_demo=content.is_demo),
        sentences_zh=tuple(_three(text)),
        release_id=content.release_id,
        month=content.data_month,
        stamp=stamp,
        # With the release it stands on, so that its numbers open their receipts.
        address=f"/editions?data={'demo' if content.is_demo else 'real'}&city={place.city_area_id}"
        f"&edition={edition.key}&release={content.release_id}",
    )


def _facts(release: Release, place: Place) -> Facts | None:
    try:
        return gather(release, city_area_id=place.city_area_id)
    except PaperError:
        # No month has figures yet.
        return None


def _text(facts: Facts, place: Place) -> Briefing:
    if place.area_id == place.city_area_id:
        return city_briefing(facts)
    return unit_briefing(facts, place.area_id)


def _three(text: Briefing) -> list[str]:
    by_code = {section.code: section for section in text.sections}
    whole = "".join(one.text for one in by_code[OVERALL].paragraphs) if OVERALL in by_code else ""
    if not whole:
        # An edition may leave the section out: then its first paragraphs stand for it.
        whole = "".join(one.text for one in text.paragraphs())
    first = by_code[PROBLEMS].paragraphs[0] if PROBLEMS in by_code and by_code[PROBLEMS].paragraphs else None
    if first is None:
        return words.three_sentences(whole, "", "")
    title = first.lead_zh.partition("）")[2].rstrip("。") if first.edited_zh is None else ""
    said = first.text.removeprefix(first.lead_zh) if first.edited_zh is None else first.text
    return words.three_sentences(whole, title, said)


def sheets(releases: Releases, message: Message) -> Attached:
    """The sheets of the units of a message in one PDF, with the state the message has.

    Raises:
        PaperError: a sheet cannot be made.
        ReleaseMissing: its release is not here.
    """
    from warehouse.paper.files import pdf
    from warehouse.paper.sheet import sheet_facts, unit_sheet

    with releases.acquire(message.release_id) as release:
        shared = sheet_facts(release, city_area_id=message.place.city_area_id, month=message.month)
        drawn = [unit_sheet(release, shared, area_id) for area_id in message.place.units]
    content = pdf.sheets([replace(sheet, stamp=message.stamp).data() for sheet in drawn])
    whose = message.place.units[0] if len(drawn) == 1 else f"{message.place.city_area_id}_units"
    # Apprise writes a name with Chinese signs so that mail programs find none at all.
    demo = "demo_" if message.stamp.is_demo else ""
    return Attached(name=f"{demo}{whose}_{message.month:%Y-%m}.pdf", content=content)
