"""What is due for each channel, shown or sent: nothing is repeated until its state changes."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from warehouse.delivery import alerts as alerting
from warehouse.delivery import message as messaging
from warehouse.delivery import record, sending
from warehouse.delivery.alerts import Alert
from warehouse.delivery.setup import ALERTS, FILE, MESSAGE, Channel, Setup, load_setup
from warehouse.errors import DeliveryError, ReleaseMissing
from warehouse.home import Home, account_name
from warehouse.people import audit
from warehouse.read import Release, Releases
from warehouse.read.place import areas
from warehouse.read.target import targets
from warehouse.wording.desk import delivery as words
from warehouse.wording.grammar.dates import CHINA, instant_zh

OVER = ""
Told = dict[str, Any]
"""A message as it is shown: channel, kind_zh, title_zh, body_zh, files (name, bytes)."""
_DESK_MARK = "desk-fault-told"


@dataclass(frozen=True, kw_only=True)
class Due:
    """One message for one channel. states: (subject, state) that count as told once it was taken.

    make_files: the files that go along, made when they are needed; none where the channel carries no files.
    """

    channel: Channel
    title_zh: str
    body_zh: str
    states: tuple[tuple[str, str], ...]
    release_id: str
    make_files: Callable[[], tuple[sending.Attached, ...]] = tuple


def due_alerts(home: Home, setup: Setup, releases: Releases, *, now: datetime) -> list[Due]:
    """A message for each channel whose alerts are new, changed or over.

    Raises:
        DeliveryError: a channel names a place there is not.
        HomeError: the desk is damaged or gone: then that is what there is to tell, see `desk_alert`.
    """
    channels = [one for one in setup.channels if ALERTS in one.gets]
    if not channels:
        return []
    with ExitStack() as stack:
        try:
            release = stack.enter_context(releases.acquire())
        except ReleaseMissing:
            # No reason to be silent about the rest.
            release = None
        standing = alerting.standing(home, release, now=now)
        names = _names(release) if release else {}
        quiet = record.snoozed(home, now.astimezone(CHINA).date())
        found = []
        for channel in channels:
            own = {one.subject: one for one in standing if _concerns(one, channel, release)}
            told = {
                subject: state
                for subject, state in record.told(home, channel.name).items()
                if not subject.startswith(messaging.SUBJECT.format(""))
            }
            new = [one for key, one in own.items() if told.get(key, OVER) != one.state and key not in quiet]
            over = [key for key, state in told.items() if state != OVER and key not in own and key not in quiet]
            if new or over:
                found.append(_alert_message(channel, new, over, names, setup.link, release, now))
        return found


def _alert_message(
    channel: Channel,
    new: list[Alert],
    over: list[str],
    names: dict[str, str],
    link: str,
    release: Release | None,
    now: datetime,
) -> Due:
    is_demo = release is not None and release.kind_code == "demo"
    release_id = release.release_id if release else ""
    foot = f"{'演示数据 · ' if is_demo else ''}批次 {release_id or '没有'} · {instant_zh(now)}"
    gone = [words.over(key, names.get(key.partition(":")[2], "")) for key in over]
    return Due(
        channel=channel,
        title_zh=words.alert_title(len(new) + len(over), is_demo=is_demo),
        body_zh=words.alert_body(
            [one.text_zh for one in new], gone, link=f"{link}/quality" if link else "", foot_zh=foot
        ),
        states=(*((one.subject, one.state) for one in new), *((key, OVER) for key in over)),
        release_id=release_id,
    )


def desk_alert(setup: Setup, fault_zh: str, *, now: datetime) -> list[Due]:
    """What there is to tell when the desk is gone or damaged and nothing can be looked up: that, to whoever gets alerts."""
    return [
        Due(
            channel=channel,
            title_zh=words.alert_title(1, is_demo=False),
            body_zh=words.alert_body([fault_zh], [], link="", foot_zh=instant_zh(now)),
            states=(),
            release_id="",
        )
        for channel in setup.channels
        if ALERTS in channel.gets and not channel.units
    ]


def due_messages(home: Home, setup: Setup, releases: Releases) -> list[Due]:
    """The month's message for each channel that was not told of it yet.

    Raises:
        DeliveryError: a channel names a place there is not.
        PaperError: the bytes of an edition are not what was signed.
    """
    found = []
    # Channels of one place share its message and its sheets.
    made: dict[tuple[messaging.Place, str], messaging.Message | None] = {}
    drawn: dict[tuple[str, tuple[str, ...]], tuple[sending.Attached, ...]] = {}
    for channel in setup.channels:
        if MESSAGE not in channel.gets:
            continue
        with releases.acquire() as release:
            places = messaging.places(release, channel)
        told = record.told(home, channel.name)
        for place in places:
            key = (place, channel.message_when)
            if key not in made:
                made[key] = messaging.message_of(home, releases, place, when=channel.message_when)
            message = made[key]
            if message is not None and told.get(message.subject) != message.state:
                found.append(_month_message(channel, message, setup.link, releases, drawn))
    return found


def _month_message(
    channel: Channel,
    message: messaging.Message,
    link: str,
    releases: Releases,
    drawn: dict[tuple[str, tuple[str, ...]], tuple[sending.Attached, ...]],
) -> Due:
    def sheets() -> tuple[sending.Attached, ...]:
        key = (message.state, message.place.units)
        if key not in drawn:
            drawn[key] = (messaging.sheets(releases, message),)
        return drawn[key]

    carries = sending.takes_files(channel)
    files_zh = "" if carries else "一张纸见“县区画像”页。"
    return Due(
        channel=channel,
        title_zh=message.title_zh,
        body_zh=words.message_body(
            message.sentences_zh,
            link=f"{link}{message.address}" if link else "",
            files_zh=files_zh,
            stamp_zh=message.stamp.line_zh,
        ),
        states=((message.subject, message.state),),
        release_id=message.release_id,
        make_files=sheets if carries else tuple,
    )


def deliver(home: Home, due: list[Due], *, on_record: bool = True) -> list[Told]:
    """Send what is due; what was taken. What one channel did not take does not keep the others waiting.

    Args:
        on_record: False only where the desk itself is what there is to tell.

    Raises:
        DeliveryError: something was not taken; it stays due. Names the channels, and how many were sent all the same.
    """
    done, failed = [], []
    for one in due:
        who = {"who": f"system:{account_name()}", "subject": one.channel.name}
        try:
            files = one.make_files()
            if on_record:
                # First on record, then done.
                audit.record(home, "delivered", details=_on_record(one, files), **who)
            sending.send(one.channel, title_zh=one.title_zh, body_zh=one.body_zh, files=files)
        except DeliveryError as error:
            failed.append(str(error))
            if on_record:
                audit.record(home, "delivered", details={"why": "没有送达", "reason": one.title_zh}, **who)
            continue
        if on_record:
            record.tell(home, one.channel.name, one.states, release_id=one.release_id)
        done.append(told(one, files))
    if failed:
        raise DeliveryError(
            f"有{len(failed)}条没有送达，下次再发{f'；另有{len(done)}条已送达' if done else ''}", problems=failed
        )
    return done


def told(one: Due, files: tuple[sending.Attached, ...]) -> Told:
    """A message as shown to whoever runs the command: without the address."""
    return {
        "channel": one.channel.name,
        "kind_zh": one.channel.kind_zh,
        "title_zh": one.title_zh,
        "body_zh": one.body_zh,
        "files": [{"name": file.name, "bytes": len(file.content)} for file in files],
    }


def _on_record(one: Due, files: tuple[sending.Attached, ...]) -> dict[str, object]:
    said: dict[str, object] = {"reason": one.title_zh, "rows": len(one.states)}
    if one.release_id:
        said["release"] = one.release_id
    if files:
        said["bytes"] = sum(len(file.content) for file in files)
    return said


def needed(home: Home) -> Setup:
    """The channels set up. Raises DeliveryError when there are none: says how to set one up."""
    setup = load_setup(home)
    if not setup.channels:
        raise DeliveryError(f"没有设置渠道，什么也没有发。要发就在 {home.root / FILE} 写明渠道（见“运维”一节）")
    return setup


def _concerns(one: Alert, channel: Channel, release: Release | None) -> bool:
    """Whether a channel hears of it: a channel of a city of that city, one of units of its own units and nothing else."""
    if release is None or not (channel.city or channel.units):
        return True
    places = messaging.places(release, channel)
    if channel.units:
        return any(one.area_id in place.units for place in places)
    return not one.city_area_id or any(one.city_area_id == place.city_area_id for place in places)


def _names(release: Release) -> dict[str, str]:
    """What subjects are of: units and targets by their ids."""
    named: dict[str, str] = {}
    for city in areas.cities(release).frame.to_dicts():
        units = areas.units(release, city_area_id=city["area_id"]).frame.to_dicts()
        named |= {row["area_id"]: row["short_name_zh"] for row in units}
        wholes = targets.wholes(release, area_id=city["area_id"]).frame.to_dicts()
        named |= {row["target_id"]: row["name_zh"] for row in wholes}
    return named


def is_told_of_desk(home: Home, fault_zh: str) -> bool:
    """Whether this fault of the desk was told already: kept beside it, since the desk itself cannot say."""
    mark = home.cache / _DESK_MARK
    return mark.exists() and mark.read_text(encoding="utf-8") == fault_zh


def mark_desk(home: Home, fault_zh: str) -> None:
    """Keep that this fault was told; an empty one ends it."""
    mark = home.cache / _DESK_MARK
    if fault_zh:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(fault_zh, encoding="utf-8")
    else:
        mark.unlink(missing_ok=True)


def today(now: datetime) -> date:
    """The day in Beijing."""
    return now.astimezone(CHINA).date()
