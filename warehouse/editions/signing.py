"""The way of an edition: begun, changed, sent to be signed, signed and frozen, corrected, taken back.

Signing is whole or nothing: the files are made in a folder without a name, pushed to the disk and given their name, and
only then the desk says so, in one transaction with the release held and the edition that is replaced. Whatever dies on
the way leaves a draft and, at most, a folder nobody knows, which the next signing takes away.
"""

import hashlib
import re
import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from warehouse import watermark
from warehouse.desk.journal import Desk
from warehouse.editions import checklist, compose, files, frozen, grounds, record, sections, states
from warehouse.editions.content import Content
from warehouse.editions.files import Progress, Step
from warehouse.editions.identity import Identity
from warehouse.editions.record import Actor, Edition, Settings
from warehouse.errors import HomeError, PaperError, reason_zh
from warehouse.home import Home
from warehouse.paper.facts import names_of
from warehouse.paper.files.word import read_template
from warehouse.paper.requests import month_of
from warehouse.people import audit
from warehouse.read import Release, Releases
from warehouse.read.place import areas
from warehouse.wording.desk import editions as words
from warehouse.wording.grammar.dates import CHINA

CHECKING, SEALING, ENTERING = "核对签发前清单", "封存全部文件", "登记签发"
_HOLDER = "edition:{}"


def today() -> date:
    """The day in Beijing, by which deadlines pass."""
    return datetime.now(CHINA).date()


def place_of(release: Release, *, city: str, unit: str = "") -> tuple[str, str, str]:
    """area_id, name and city of a place by full name, registered short name or area_id.

    Raises:
        PaperError: there is no such place; says which there are.
    """
    cities = areas.cities(release).frame.to_dicts()
    chosen = _one(cities, city, "城市")
    if not unit:
        return chosen["area_id"], chosen["short_name_zh"], chosen["area_id"]
    found = _one(areas.units(release, city_area_id=chosen["area_id"]).frame.to_dicts(), unit, "单位")
    return found["area_id"], found["short_name_zh"], chosen["area_id"]


def _one(rows: Sequence[dict], text: str, what_zh: str) -> dict:
    found = [row for row in rows if text in (row["area_id"], row["name_zh"], row["short_name_zh"])]
    if len(found) != 1:
        raise PaperError(f"没有“{text}”这个{what_zh}（要写全称或登记的简称）。可选：{names_of(rows)}")
    return found[0]


def begin(
    home: Home,
    releases: Releases,
    *,
    city: str,
    unit: str = "",
    month: date,
    actor: Actor,
    release_id: str | None = None,
    chosen: Sequence[str] = (),
    template_name: str = "",
    replaces: str = "",
    note_zh: str = "",
) -> Edition:
    """Begin a draft of a place and month on a release (the current one); the release is held from now on.

    Raises:
        PaperError: no such place, month or section, or a draft or a signed edition stands already.
        ReleaseMissing: there is no such release.
    """
    with releases.acquire(release_id) as release:
        area_id, area_zh, city_area_id = place_of(release, city=city, unit=unit)
        identity = Identity(area_id=area_id, area_zh=area_zh, city_area_id=city_area_id, month=month, letter="A")
        settings = Settings(
            release_id=release.release_id,
            sections=wanted_sections(chosen),
            edits={},
            template_name=template_name,
            template_sha256=_template_hash(home, template_name),
            replaces=replaces,
            note_zh=note_zh,
        )
        first = record.Step(
            number=0, step_code="begin", who=actor.who, name_zh=actor.name_zh, at=datetime.now(UTC), reason_zh="",
            told=settings.plain(),
        )  # fmt: skip
        # A place without a single figure, or a month before its first, is told before anything is entered.
        grounds.ground_of(release, Edition(identity=identity, state_code=states.DRAFT, steps=(first,)))
        begun = record.begin(home, identity, settings, actor)
    Desk(home).hold(settings.release_id, holder=_HOLDER.format(begun.key))
    return begun


def change(home: Home, key: str, actor: Actor, *, seen: int, **changed: object) -> Edition:
    """Change the settings of a draft: release_id, sections, edits, template_name, note_zh.

    Raises:
        PaperError: it is no draft any more, or somebody changed it since it was looked at.
    """
    before = record.edition(home, key)
    held = {**before.settings.plain(), **changed}
    held["sections"] = wanted_sections(held["sections"])
    if "template_name" in changed:
        held["template_sha256"] = _template_hash(home, str(held["template_name"]))
    settings = Settings(**held)
    if settings.replaces and len(settings.note_zh) < 4:
        raise PaperError("更正版须写明更正说明（改了什么、为什么）。请补写")
    Desk(home).hold(settings.release_id, holder=_HOLDER.format(key))
    return record.take(home, key, "change", actor, seen=seen, told=settings.plain())


def amend(
    home: Home, releases: Releases, name: str, *, note_zh: str, actor: Actor, release_id: str | None = None
) -> Edition:
    """Begin the 更正版 of a signed edition, with its sections and comments and a note that says what was wrong.

    Raises:
        PaperError: it is not the one that stands, the note is missing, or its correction is being written already.
    """
    old = record.edition(home, name)
    if old.state_code != states.SIGNED:
        by = f"（{record.edition(home, old.replaced_by).identity.name_zh}）" if old.replaced_by else ""
        raise PaperError(
            f"汇报版 {old.identity.name_zh} 现在是“{states.STATES[old.state_code]}”{by}，不能再起草它的更正版。请更正现行的那一版"
        )
    own, settings = old.identity, old.settings
    return begin(
        home, releases, city=own.city_area_id, unit="" if own.is_city else own.area_id, month=own.month, actor=actor,
        release_id=release_id, chosen=settings.sections, template_name=settings.template_name, replaces=old.key,
        note_zh=note_zh.strip(),
    )  # fmt: skip


def discard(home: Home, key: str, actor: Actor, *, seen: int) -> None:
    """Throw a draft away; its release is let go."""
    before = record.edition(home, key)
    record.take(home, key, "discard", actor, seen=seen)
    Desk(home).let_go(before.settings.release_id, holder=_HOLDER.format(key))


def sign(
    home: Home,
    releases: Releases,
    name: str,
    *,
    retyped: str,
    actor: Actor,
    seen: int,
    progress: Progress | None = None,
) -> Edition:
    """Sign an edition: check it again, make and freeze every file, enter it; whole or nothing.

    Args:
        retyped: city (or unit) and month, as the signer typed them: "濮阳 2026-10".
        seen: number of the last step the signer saw.

    Raises:
        PaperError: not retyped as it is, an error or a warning nobody took note of, somebody else was first, or the
            signer sent it himself.
        BusyError: somebody else is signing.
        HomeError: the disk is full or cannot be written; nothing is left behind.
    """
    found = record.edition(home, name)
    _may_sign(found, actor, seen, retyped)
    tell = progress or (lambda step_zh, done, total: None)
    with frozen.signing(home) as place:
        frozen.sweep(home, {one.sha256 for one in record.editions(home)})
        tell(CHECKING, 0, 1)
        Desk(home).hold(found.settings.release_id, holder=_HOLDER.format(found.key))
        listed = checklist.check(home, releases, found, today=today())
        _must_be_well(found, listed)
        signature = compose.Signature(name_zh=actor.name_zh, at=datetime.now(UTC).replace(microsecond=0))
        content = compose.signed(releases, listed.composed.content, signature)
        sha = ""
        try:
            files.prepare(content, place, progress)
            tell(SEALING, 0, 1)
            sha = frozen.seal(home, place, content)
            tell(ENTERING, 0, 1)
            return _entered(home, found, content, sha, actor, seen, listed)
        except OSError as error:
            _undo(home, found.key, sha)
            raise HomeError(
                f"签发 {found.identity.name_zh}：写不进 {home.editions}（{reason_zh(error)}），没有签发，一个文件也没有留下。"
                "请腾出空间或检查权限后再签"
            ) from error
        except BaseException:
            _undo(home, found.key, sha)
            raise


def _may_sign(found: Edition, actor: Actor, seen: int, retyped: str) -> None:
    if found.last.number != seen:
        other = found.last
        raise PaperError(
            f"没有签发：{other.name_zh}已先一步“{states.STEPS[other.step_code]}”（{other.at:%Y-%m-%d %H:%M} UTC）。请刷新后再看"
        )
    if found.state_code != states.WAITING:
        raise PaperError(
            f"汇报版 {found.identity.name_zh} 现在是“{states.STATES[found.state_code]}”，不能签发。请先送审"
        )
    sent = found.by("submit")
    if sent is not None and sent.who == actor.who and not actor.is_operator:
        raise PaperError("这份汇报版是您自己送审的，不能自己签发。请由另一位签发人办理")
    if not is_retyped(found.identity, retyped):
        raise PaperError(
            f"输入的“{retyped[:40]}”与“{asked_zh(found.identity)}”不同，没有签发。请照样重新输入城市（单位）和月份"
        )


def asked_zh(identity: Identity) -> str:
    """What a signer retypes."""
    return f"{identity.area_zh} {identity.month:%Y-%m}"


def is_retyped(identity: Identity, text: str) -> bool:
    """Whether a text is the place and the month: "濮阳 2026-10", "濮阳市 2026年10月"."""
    found = re.fullmatch(r"\s*(\S+?)\s*(\d{4}\s*[-年./]\s*\d{1,2}\s*月?)\s*", text)
    if not found:
        return False
    name, month = found.groups()
    known = {identity.area_zh, f"{identity.area_zh}市"} if identity.is_city else {identity.area_zh}
    try:
        return name in known and month_of(month) == identity.month
    except PaperError:
        return False


def _must_be_well(found: Edition, listed: checklist.Checklist) -> None:
    if listed.errors or listed.composed is None:
        raise PaperError(
            f"汇报版 {found.identity.name_zh}：有{len(listed.errors)}处必须先改，没有签发",
            problems=[f"{one.text_zh}。{one.remedy_zh}".rstrip("。") for one in listed.errors],
        )
    if listed.waiting:
        raise PaperError(
            f"汇报版 {found.identity.name_zh}：有{len(listed.waiting)}条提醒还没有逐条确认，没有签发",
            problems=[f"{one.text_zh}（{one.key}）" for one in listed.waiting],
        )


def _entered(
    home: Home, found: Edition, content: Content, sha: str, actor: Actor, seen: int, listed: checklist.Checklist
) -> Edition:
    """The entry on the desk, with the edition that is replaced, in one transaction."""
    told = {
        "sha256": sha, "release_id": content.release_id, "data_month": content.data_month.isoformat(),
        "warnings": [one.key for one in listed.warnings],
    }  # fmt: skip
    with record.turn(home) as connection:
        pinned = record.take_within(connection, found.key, "sign", actor, seen=seen, told=told)
        if found.settings.replaces:
            pinned = _replace(connection, home, found, actor)
    audit.pin(home, *pinned)
    return record.edition(home, found.key)


def _replace(connection: sqlite3.Connection, home: Home, found: Edition, actor: Actor) -> tuple[int, str]:
    return record.enter(
        connection, found.settings.replaces, "replace", actor, told={"by": found.key}, reason_zh=found.settings.note_zh
    )


def _undo(home: Home, key: str, sha: str) -> None:
    """Take the named folder away again, unless the desk has it after all."""
    if sha and record.edition(home, key).sha256 != sha:
        frozen.drop(home, sha)


# ── what readers get ─────────────────────────────────────────────────────────────────────────────────────────────────


def notice_zh(home: Home, found: Edition) -> str:
    """What every page and file of an edition says beside its own words now; empty while it stands as signed."""
    if found.state_code == states.REPLACED:
        new = record.edition(home, found.replaced_by)
        signed = new.by("sign")
        on = (signed.at if signed else found.last.at).astimezone(CHINA).date()
        return words.replaced_notice(found.identity.name_zh, new.identity.name_zh, on, new.settings.note_zh)
    if found.state_code == states.WITHDRAWN:
        on = found.last.at.astimezone(CHINA).date()
        return words.withdrawn_notice(found.identity.name_zh, on, found.last.reason_zh)
    return ""


def opened(home: Home, found: Edition, *, is_for_reading: bool = False) -> Content:
    """The content of a signed edition as frozen, and marked where it was replaced or taken back since.

    Args:
        is_for_reading: without what only files are made of.

    Raises:
        PaperError: it was never signed, or its bytes are not what was signed.
    """
    if not found.sha256:
        raise PaperError(f"汇报版 {found.identity.name_zh}：还没有签发，没有冻结的内容")
    held = frozen.content(home, found.sha256, is_for_reading=is_for_reading)
    said = notice_zh(home, found)
    return held.marked(said) if said else held


def downloads(home: Home, found: Edition) -> list[Step]:
    """The files a reader may take: the frozen bytes while the edition stands, marked copies once it does not.

    Copies too where files carry name and time (`watermark.marked_with`), which is asked when one is made.

    Raises:
        PaperError: it was never signed, or its bytes are not what was signed.
    """
    if not notice_zh(home, found):
        listed = frozen.files(home, found.sha256) if found.sha256 else []
        if not listed:
            raise PaperError(f"汇报版 {found.identity.name_zh}：还没有签发，没有文件")
        return [(one.name, partial(_handed_out, home, found, one.name)) for one in listed if one.name != frozen.CONTENT]
    return files.steps(opened(home, found))


def _handed_out(home: Home, found: Edition, name: str) -> bytes:
    """The frozen bytes; for whoever's files carry a mark, the same file made again from the frozen content with it."""
    if not watermark.mark_zh():
        return frozen.read(home, found.sha256, name)
    return dict(files.steps(opened(home, found)))[name]()


def write_out(steps: Sequence[Step], folder: Path) -> list[Path]:
    """The files in a folder of somebody's, all of them or none.

    Raises:
        PaperError: the folder cannot be written, or a file of that name is there.
    """
    made: list[Path] = []
    try:
        for name, make in steps:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            content = make()
            with target.open("xb") as file:
                made.append(target)
                file.write(content)
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        what = "已有同名文件" if isinstance(error, FileExistsError) else reason_zh(error)
        raise PaperError(f"文件夹 {folder}：写不进去（{what}），一个文件也没有留下。请另选一个文件夹") from error
    return made


def wanted_sections(names: Sequence[str]) -> tuple[str, ...]:
    """Codes of sections by code or title, in order; empty when nothing is asked, which means all.

    Raises:
        PaperError: no such section.
    """
    known = {code: code for code in sections.CHOSEN} | {sections.TITLES[code]: code for code in sections.CHOSEN}
    unknown = [name for name in names if name not in known]
    if unknown:
        listed = "、".join(sections.TITLES[code] for code in sections.CHOSEN)
        raise PaperError(f"没有“{unknown[0]}”这一节。可选：{listed}")
    asked = {known[name] for name in names}
    return tuple(code for code in sections.CHOSEN if code in asked)


def _template_hash(home: Home, name: str) -> str:
    if not name:
        return ""
    if "/" in name or name.startswith("."):
        raise PaperError(f"模板“{name}”：只写文件名，文件放在 {home.templates}")
    return hashlib.sha256(read_template(home.templates / name)).hexdigest()
