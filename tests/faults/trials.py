"""One kind of fault each, tried many times; what came of every trial is counted, and the three that must not happen.

lost: something received or entered is gone and nobody said so. wrong: other figures than the true ones would be
published or were read. traceback: anything but a refusal in words.
"""

import os
import random
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from etl.months import inbox
from etl.months.month_frames import frames, make_context
from etl.months.received import Incoming, receive, receive_inbox
from etl.reference import load_reference
from etl.refresh import STEPS
from tests.build.small import refresh_and_die_at, small_refresh
from tests.build.test_damage import refresh_with_little_room, refused_in_child
from tests.build.watching import marker_of, run_child
from tests.clean_forms import FORMS, clean
from tests.forms import Paper, draw, to_xlsx
from warehouse.backup.restoring import restore
from warehouse.backup.snapshot import back_up
from warehouse.catalog import load_catalog
from warehouse.desk.journal import Desk
from warehouse.desk.queries import QueryDesk, SavedQuery
from warehouse.desk.received import ReceivedLog
from warehouse.desk.whole import assured
from warehouse.editions import record
from warehouse.errors import YanglaoError
from warehouse.home import Home
from warehouse.people import form_drafts
from warehouse.read import Releases
from warehouse.release.publishing import publish
from warehouse.release.publishing.publish import ZONE, current_pointer, release_path

AS_OF = date(2025, 1, 15)
MONTHS = (19, 20)
DRAFT = ("qingfeng", "training", date(2024, 12, 1))
WRITTEN = tuple(text.encode() for text in ("日志：已发布", "自留的查询", "草稿：并入食堂", "评述：比上月多"))


@dataclass
class Tally:
    """What came of the trials of one kind."""

    name: str
    outcomes: Counter = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many trials."""
        return sum(self.outcomes.values())


class World:
    """Two homes that every trial copies: one with forms of one unit read and judged, one with two small releases."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalog = load_catalog()
        self.reference = load_reference(self.catalog)
        self.forms = Home(folder / "forms")
        self.forms.ensure()
        context = make_context(self.catalog, self.reference)
        for number in MONTHS:
            sent = [
                Incoming(name=f"{form}-{number}.xlsx", data=to_xlsx(draw(*clean(form, number, context))))
                for form in FORMS
            ]
            receive(self.forms, sent, who="清丰县")
        assured(self.forms, None)
        self.said = write_all(self.forms)
        self.truth = self.judged(self.forms)
        self.small = folder / "small"
        for marker in (1, 2):
            self.content = small_refresh(self.small, marker).content_sha256

    def judged(self, home: Home) -> dict:
        """The frames that a release of this home would be built from."""
        return frames(home, self.catalog, as_of=AS_OF, reference=self.reference)

    def copy(self, source: Path, number: int) -> Home:
        """A copy for one trial, with the dates of the files kept."""
        return Home(shutil.copytree(source, self.folder / f"trial-{number}", copy_function=shutil.copy2))


def write_all(home: Home) -> tuple:
    """One text of each kind that people leave on the desk; all of them as they are read."""
    Desk(home).enter("refresh", "日志：已发布", release_id="20250115-01", who="li")
    QueryDesk(home).save(SavedQuery(title_zh="自留的查询", sql="select 1 as 甲", owner="li"))
    form_drafts.keep(home, DRAFT, {"说明": "草稿：并入食堂"}, seen=0, who="clerk", name_zh="某")
    with record.turn(home) as connection:
        begun = "insert into main.edition_comment (edition_key, area_id, indicator_code, text_zh, who, name_zh, at)"
        connection.execute(f"{begun} values ('甲-A', 'qingfeng', 'x', '评述：比上月多', 'li', '李某', '2025-01-15')")
    return said(home)


def said(home: Home) -> tuple:
    """What people left on the desk, or for each part of it the refusal to show it."""
    return tuple(map(_or_words, (
        lambda: Desk(home).entries()[-1].sentence_zh,
        lambda: [(one.title_zh, one.sql) for one in QueryDesk(home).saved("li")],
        lambda: form_drafts.kept(home, DRAFT).given,
        lambda: _comments(home),
    )))  # fmt: skip


def _comments(home: Home) -> list[tuple]:
    with record.turn(home) as connection:
        return connection.execute("select text_zh, who from edition_comment").fetchall()


def _or_words(read: Callable[[], object]) -> object:
    try:
        return read()
    except YanglaoError:
        return "words"


def flips(world: World, dice: random.Random, count: int) -> Tally:
    """One bit of one file, in every kind of file of a home with forms: archive, cells, heads, series, desk, log."""
    tally = Tally("翻转一位：存档、缓存、登记")
    kinds = ("archive", "cells", "heads", "series", "proven", "desk", "log", "written")
    for number in range(count):
        home = world.copy(world.forms.root, number)
        kind = kinds[number % len(kinds)]
        path = dice.choice(_files(home, kind))
        _turn(path, dice, keep_date=dice.random() < 0.5, within=dice.choice(WRITTEN) if kind == "written" else b"")
        _judge(world, home, tally, kind)
        shutil.rmtree(home.root)
    return tally


def truncations(world: World, dice: random.Random, count: int) -> Tally:
    """A file cut at a random length, or gone, in every kind of file."""
    tally = Tally("截断或删除")
    kinds = ("archive", "cells", "heads", "series", "desk", "log")
    for number in range(count):
        home = world.copy(world.forms.root, number)
        kind = kinds[number % len(kinds)]
        path = dice.choice(_files(home, kind))
        if dice.random() < 0.3:
            path.unlink()
        else:
            os.truncate(path, dice.randrange(path.stat().st_size))
        _judge(world, home, tally, kind)
        shutil.rmtree(home.root)
    return tally


def _files(home: Home, kind: str) -> list[Path]:
    places = {
        "archive": home.archive.iterdir(),
        "cells": (home.cache / "cells").rglob("*.json"),
        "heads": (home.cache / "heads").rglob("*.json"),
        "series": (home.cache / "series").iterdir(),
        "proven": [home.cache / "proven.json"],
        "desk": [home.desk],
        "log": [home.counted],
        "written": [home.desk],
    }
    return sorted(places[kind])


def _turn(path: Path, dice: random.Random, *, keep_date: bool, within: bytes = b"") -> None:
    """Turn one bit of a file; where a text is given, of that text in it."""
    found = path.stat()
    path.chmod(0o600)
    start, size = (path.read_bytes().index(within), len(within)) if within else (0, found.st_size)
    with path.open("r+b") as file:
        at = start + dice.randrange(size)
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ (1 << dice.randrange(8))]))
    if keep_date:
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def _judge(world: World, home: Home, tally: Tally, kind: str) -> None:
    """Do what a refresh does up to the build: the same figures, or a refusal in words."""
    try:
        notes = assured(home, None)
        found = world.judged(home)
    except YanglaoError:
        tally.outcomes[f"{kind}：停下并说明"] += 1
        return
    except Exception as error:
        tally.outcomes[f"{kind}：出错"] += 1
        tally.bad.append(f"traceback: {kind} {type(error).__name__}: {error}")
        return
    if not all(now in (was, "words") for now, was in zip(said(home), world.said, strict=True)):
        tally.outcomes[f"{kind}：字变了"] += 1
        tally.bad.append(f"wrong: what people wrote, {kind}")
    if any(not found[name].equals(world.truth[name]) for name in world.truth):
        tally.outcomes[f"{kind}：数变了"] += 1
        tally.bad.append(f"wrong: {kind}")
    else:
        tally.outcomes[f"{kind}：{'修复并说明' if notes else '数不变'}"] += 1


def damaged_releases(world: World, dice: random.Random, count: int) -> Tally:
    """One bit of the current release, of what lies beside it or in the cache: readers get a true one, a refresh mends it."""
    tally = Tally("翻转一位：批次、摘要、指针、缓存")
    for number in range(count):
        home = world.copy(world.small, number)
        current = release_path(home, current_pointer(home).release_id)
        places = (
            current, home.cache / "digests.parquet", home.releases / "current",
            home.cache / "headers" / f"{current.name}.json", current.with_name(f"{current.name}.sha256"),
            current, home.root / "desk.pin",
        )  # fmt: skip
        path = places[number % len(places)]
        readers = Releases(home)
        if dice.random() < 0.5:
            marker_of(readers)
        _turn(path, dice, keep_date=dice.random() < 0.3)
        try:
            seen = {_marker_or_words(readers), _marker_or_words(Releases(home))} - {"words"}
            outcome = small_refresh(home.root, 2)
            after = marker_of(Releases(home))
            if not seen <= {1, 2} or after != 2 or outcome.content_sha256 != world.content:
                tally.bad.append(f"wrong: {path.name} {seen} {after}")
            tally.outcomes["修复并说明" if outcome.notes_zh else "数不变"] += 1
        except YanglaoError as refusal:
            tally.outcomes["停下并说明"] += 1
            if current_pointer(home) is None:
                tally.bad.append(f"lost: {refusal}")
        except Exception as error:
            tally.bad.append(f"traceback: {path.name} {type(error).__name__}: {error}")
            tally.outcomes["出错"] += 1
        finally:
            readers.close()
        shutil.rmtree(home.root)
    return tally


def _marker_or_words(releases: Releases) -> object:
    """What a reader gets; a block that cannot be read is told once in words, and then the release before is read."""
    try:
        return marker_of(releases)
    except YanglaoError:
        return marker_of(releases)


def kills(world: World, dice: random.Random, count: int) -> Tally:
    """A refresh killed at a step: readers keep a whole release, the next refresh goes through."""
    tally = Tally("更新中途被杀")
    for number in range(count):
        home, step = world.copy(world.small, number), STEPS[number % len(STEPS)]
        child = run_child(refresh_and_die_at, str(home.root), 3, step)
        try:
            if child.exitcode != -signal.SIGKILL:
                tally.bad.append(f"not killed at {step}")
            before = marker_of(Releases(home))
            small_refresh(home.root, 3)
            if before not in (2, 3) or marker_of(Releases(home)) != 3:
                tally.bad.append(f"wrong: killed at {step}")
            tally.outcomes["之后更新成功"] += 1
        except Exception as error:
            tally.bad.append(f"traceback: killed at {step} {type(error).__name__}: {error}")
        shutil.rmtree(home.root)
    return tally


def clocks(world: World, dice: random.Random, count: int) -> Tally:
    """Refreshes with clocks up to ten years wrong, each way: the last one is always current."""
    tally = Tally("时钟忽前忽后")
    home, really = world.copy(world.small, 0), publish.new_release_id
    import etl.make_release as running

    try:
        for number in range(count):
            moment = datetime.now(ZONE) + timedelta(days=dice.randrange(-3650, 3650))
            running.new_release_id = lambda home, moment=moment: really(home, now=moment)
            small_refresh(home.root, 100 + number)
            if marker_of(Releases(home)) != 100 + number:
                tally.bad.append(f"wrong: clock {moment}")
            receive(
                home, [Incoming(name=f"{number}.csv", data=b"%d" % number)], who="x", received_at=moment.astimezone(UTC)
            )
            tally.outcomes["最后的总是现行"] += 1
        names = [receipt.file_name for receipt in ReceivedLog(home).files()]
        if names != [f"{number}.csv" for number in range(count)]:
            tally.bad.append("lost: order of receipts")
    finally:
        running.new_release_id = really
        shutil.rmtree(home.root)
    return tally


def disks(world: World, dice: random.Random, count: int) -> Tally:
    """A disk with room for a random number of bytes: words, and the current release stands."""
    tally = Tally("磁盘写满")
    for number in range(count):
        home = world.copy(world.small, number)
        kind, message = refused_in_child(refresh_with_little_room, str(home.root), dice.randrange(4_000_000))
        if kind is not None and "磁盘" not in message:
            tally.bad.append(f"traceback: {message}")
        if marker_of(Releases(home)) != 2:
            tally.bad.append("wrong: full disk")
        small_refresh(home.root, 3)
        if marker_of(Releases(home)) != 3:
            tally.bad.append("wrong: after a full disk")
        tally.outcomes["停下并说明，之后成功" if kind else "写得下"] += 1
        shutil.rmtree(home.root)
    return tally


def inbox_races(world: World, dice: random.Random, count: int) -> Tally:
    """Files saved again and again, each way programs save, while they are taken: every version that stood still is kept."""
    tally = Tally("收件箱里同时保存")
    inbox.SETTLED_SECONDS, waited = 0.2, inbox.SETTLED_SECONDS
    try:
        for number in range(count):
            home = Home(world.folder / f"inbox-{number}")
            home.ensure()
            last = [b""]
            writer = threading.Thread(target=_save_again, args=(home.inbox / "月报.xlsx", dice.random(), last))
            writer.start()
            while writer.is_alive():
                receive_inbox(home, who="x")
            writer.join()
            for _ in range(2):
                time.sleep(0.25)
                receive_inbox(home, who="x")
            kept = [(home.archive / receipt.sha256).read_bytes() for receipt in ReceivedLog(home).files()]
            if last[0] not in kept:
                tally.bad.append("lost: the last version saved")
            if any(path.is_file() for path in home.inbox.rglob("*")):
                tally.bad.append("lost: something was left in the inbox")
            tally.outcomes["最后一版收到"] += 1
            shutil.rmtree(home.root)
    finally:
        inbox.SETTLED_SECONDS = waited
    return tally


def _save_again(path: Path, seed: float, last: list[bytes]) -> None:
    dice = random.Random(seed)
    for version in range(8):
        content = to_xlsx(Paper("表", {(0, 0): f"{seed} {version}"}))
        if dice.random() < 0.5:
            draft = path.with_name("新.tmp")
            draft.write_bytes(content)
            draft.replace(path)
        else:
            with path.open("wb") as file:
                file.write(content[: len(content) // 2])
                file.flush()
                time.sleep(dice.random() * 0.02)
                file.write(content[len(content) // 2 :])
        last[0] = content
        time.sleep(dice.random() * 0.03)


def backups(world: World, dice: random.Random, count: int) -> Tally:
    """One bit of a backup: restored whole, or refused in words."""
    tally = Tally("翻转一位：备份")
    source = world.copy(world.forms.root, 0)
    back_up(source, world.folder / "backup")
    kept = {receipt.sha256 for receipt in ReceivedLog(source).files()}
    files = sorted(path for path in (world.folder / "backup").rglob("*") if path.is_file() and path.stat().st_size)
    for number in range(count):
        path = dice.choice(files)
        before = path.read_bytes()
        _turn(path, dice, keep_date=True)
        home = Home(world.folder / f"restored-{number}")
        try:
            restore(home, world.folder / "backup")
            assured(home, None)
            if {receipt.sha256 for receipt in ReceivedLog(home).files()} != kept:
                tally.bad.append(f"lost: {path.name}")
            tally.outcomes["恢复完整"] += 1
        except YanglaoError:
            tally.outcomes["停下并说明"] += 1
        except Exception as error:
            tally.bad.append(f"traceback: {path.name} {type(error).__name__}: {error}")
            tally.outcomes["出错"] += 1
        path.write_bytes(before)
        shutil.rmtree(home.root, ignore_errors=True)
    shutil.rmtree(source.root)
    return tally


WHOLE: dict[Callable[[World, random.Random, int], Tally], int] = {
    flips: 240, truncations: 60, damaged_releases: 60, backups: 60, kills: 2 * len(STEPS), clocks: 20, disks: 20,
    inbox_races: 20,
}  # fmt: skip
SAMPLE = {flips: 10, truncations: 4, damaged_releases: 3, backups: 3, kills: 1, clocks: 2, disks: 1, inbox_races: 1}


def run(counts: dict, *, seed: int) -> list[Tally]:
    """All kinds, so many trials each; the seed makes them the same again."""
    with tempfile.TemporaryDirectory(prefix="yanglao-faults-") as folder:
        world = World(Path(folder))
        return [_tried(kind, world, count, seed) for kind, count in counts.items()]


def _tried(kind: Callable[[World, random.Random, int], Tally], world: World, count: int, seed: int) -> Tally:
    """One kind of trials; what breaks the program of trials itself says which and under which seed."""
    try:
        return kind(world, random.Random(f"{seed} {kind.__name__}"), count)
    except BaseException as error:
        error.add_note(f"python -m tests.faults --seed {seed}: in {kind.__name__}, {count} trials")
        raise
