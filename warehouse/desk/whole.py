"""Whether a data home still has everything it had: absence is not emptiness.

Three witnesses must agree on what counts (see `desk.counted`): the desk, the log beside it, and the newest release,
which says up to which entry it was made. What one of the first two lost and the other can prove is put right; anything
else stops the refresh with the names of what is missing, and the current release stands.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import quote

from warehouse.desk import counted, disclosed_proof, pinned, proven
from warehouse.desk.archive import lost
from warehouse.desk.counted import Entry, Reach
from warehouse.desk.journal import Desk, opened
from warehouse.desk.received import TABLES, count_what_came_before, received_files_of
from warehouse.errors import HomeError
from warehouse.home import Home

RESTORE_ZH = "请用 yanglao restore 备份目录 恢复；缺失的原文件也可以再放入收件箱"
CLOCK_SLACK = timedelta(minutes=2)
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, kw_only=True)
class Witness:
    """What the newest release says of the entries it was made from; it knows nothing when it is of an older make."""

    release_id: str
    reach: Reach


def assured(home: Home, witness: Witness | None, *, everything: bool = False) -> list[str]:
    """Hold desk, log, archive and release against each other; call it holding the lock.

    Returns:
        A sentence for each thing that was put right.

    Raises:
        HomeError: something that was received or entered is not here any more; nothing was changed.
    """
    log, pin = counted.read_log(home), pinned.read_pin(home.desk)
    _refuse_without_desk(home, log, witness)
    with opened(home, TABLES) as connection:
        _refuse_damage(home, connection)
        # In one transaction: an explanation given meanwhile would stand in one table and not yet in the other.
        connection.execute("begin immediate")
        count_what_came_before(connection)
        if not (entries := counted.entries_of(connection)):
            # Somebody may have written into a new file since the desk was lost.
            _refuse_empty(home, log, witness)
            counted.add(connection, counted.BEGUN, [])
            entries = counted.entries_of(connection)
        _refuse_altered(home, connection, entries)
        received_files = received_files_of(connection)
        connection.execute("commit")
        older = pinned.fault_zh(connection, pin)
        notes = [] if older else pinned.put_right(home.desk, connection)
    notes += _log_put_right(home, entries, log)
    _refuse_older(home, entries, witness)
    if older:
        raise HomeError(
            f"登记文件 {home.desk}：{older}。没有更新，现行批次没有改动。{RESTORE_ZH}；"
            "没有备份时运行 yanglao restore --log，按现有的登记继续"
        )
    problems = lost(home, received_files, everything=everything)
    if problems:
        raise HomeError(
            f"存档目录 {home.archive}：收到过的文件有缺失或损坏，没有更新，现行批次没有改动。{RESTORE_ZH}，"
            "或用 yanglao withdraw 撤销所在的收件批次。缺的是：",
            problems=problems,
        )
    return notes


def reach(home: Home) -> Reach:
    """How far the desk goes now; 0 when there is none."""
    if not home.desk.exists():
        return Reach()
    with opened(home, TABLES) as connection:
        return counted.last_of(connection)


def desk_fault_zh(desk: Path) -> str:
    """What is wrong with a desk file, in words that follow 登记文件; empty when it is as it was entered, and all of it."""
    pin = pinned.read_pin(desk)
    try:
        with closing(
            sqlite3.connect(f"file:{quote(str(desk.absolute()))}?mode=ro", uri=True, timeout=20)
        ) as connection:
            if connection.execute("pragma quick_check(1)").fetchall() != [("ok",)]:
                return "已损坏"
            if not disclosed_proof.is_whole(connection):
                return "已公布单元格的记录与登记时不符"
            if wrong := proven.fault_zh(connection):
                return wrong
            tables = {name for (name,) in connection.execute("select name from sqlite_master").fetchall()}
            if "counted_entry" not in tables:
                return pinned.fault_zh(connection, pin)
            entries = counted.entries_of(connection)
            broken = counted.first_break(entries)
            if broken is None and "received_file" in tables:
                broken = _first_difference(connection, entries)
            older = pinned.fault_zh(connection, pin)
    except (sqlite3.Error, ValueError, LookupError):
        return "已损坏"
    return older if broken is None else f"第 {broken} 号登记已损坏或被改动"


def fault_zh(home: Home) -> str:
    """What is wrong with the desk of a home that has had one, and what to do; empty when nothing is."""
    if not home.desk.exists() or not home.desk.stat().st_size:
        has_had = home.counted.exists() or (home.releases / "current").exists()
        return f"登记文件 {home.desk}：{'是空的' if home.desk.exists() else '不见了'}。{RESTORE_ZH}" if has_had else ""
    fault = desk_fault_zh(home.desk)
    return f"登记文件 {home.desk}：{fault}。{RESTORE_ZH}" if fault else ""


def fault_now_and_then_zh(home: Home) -> str:
    """As `fault_zh`, for who asks all the time."""
    return look_now_and_then([home.desk, *(home.root / name for name in _BESIDE_DESK)], lambda: fault_zh(home))


def look_now_and_then(paths: Sequence[Path], look: Callable[[], str]) -> str:
    """What `look` says of these files: asked again when they changed, and for a hundredth of the time at most."""
    now = time.monotonic()
    state = tuple(_state(path) for path in paths)
    with _LOOKING:
        seen = _looked.get(paths[0])
        if seen and (now < seen.rest_until or state == seen.state and now < seen.again_at):
            return seen.fault_zh
        fault = look()
        after = time.monotonic()
        _looked[paths[0]] = _Looked(state, fault, after + 100 * (after - now), after + LOOK_AGAIN_SECONDS)
        return fault


@dataclass(frozen=True, slots=True)
class _Looked:
    state: tuple
    fault_zh: str
    rest_until: float
    again_at: float


_looked: dict[Path, _Looked] = {}
_LOOKING = threading.Lock()
_BESIDE_DESK = ("desk.sqlite-wal", pinned.NAME)
# What turns a byte on a disk does not touch the file's date.
LOOK_AGAIN_SECONDS = 3600


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def clock_behind_zh(home: Home, now: datetime | None = None) -> str | None:
    """A sentence when the clock of this machine is before the last entry of the journal; None when it is not."""
    now = now or datetime.now(UTC)
    last = next(iter(Desk(home).entries(limit=1)), None)
    if last is None or last.at <= now + CLOCK_SLACK:
        return None
    return (
        f"本机时钟是 {now.astimezone(CHINA):%Y-%m-%d %H:%M}，早于最后一次登记的"
        f" {last.at.astimezone(CHINA):%Y-%m-%d %H:%M}，请校准时钟；"
        "收件、修订和批次按先后编号排列，不受影响"
    )


def _refuse_without_desk(home: Home, log: Sequence[Entry], witness: Witness | None) -> None:
    if not home.desk.exists() or home.desk.stat().st_size == 0:
        _refuse_empty(home, log, witness)


def _refuse_empty(home: Home, log: Sequence[Entry], witness: Witness | None) -> None:
    known = max(len(log), witness.reach.number if witness else 0)
    if known:
        raise HomeError(
            f"登记文件 {home.desk}：{'是空的' if home.desk.exists() else '不见了'}，而此前已登记到第 {known} 号"
            f"（{_counts_zh(log)}）。没有更新，现行批次没有改动。{RESTORE_ZH}。确实没有备份、要从头开始时，"
            f"请先把 {home.counted.name}、{pinned.NAME} 和 releases 文件夹移到别处再运行"
        )


def _counts_zh(log: Sequence[Entry]) -> str:
    count = sum(entry.kind_code == counted.RECEIVED for entry in log)
    return f"登记簿 counted.log 记有收件 {count} 个" if log else "登记簿 counted.log 也不见了，现行批次记着这个编号"


def _refuse_damage(home: Home, connection: sqlite3.Connection) -> None:
    with closing(connection.execute("pragma quick_check(1)")) as cursor:
        found = cursor.fetchall()
    if found != [("ok",)]:
        raise HomeError(f"登记文件 {home.desk}：文件损坏（{found[0][0]}）。没有更新，现行批次没有改动。{RESTORE_ZH}")


def _refuse_altered(home: Home, connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """The rows that are read are those that were entered."""
    broken = counted.first_break(entries)
    if broken is None:
        broken = _first_difference(connection, entries)
    if broken is not None:
        raise HomeError(
            f"登记文件 {home.desk}：第 {broken} 号登记与当时登记的不同，或其中少了登记，文件已损坏或被改动。"
            f"没有更新，现行批次没有改动。{RESTORE_ZH}"
        )


def _first_difference(connection: sqlite3.Connection, entries: Sequence[Entry]) -> int | None:
    """Number of the first entry whose rows say something else; None when all rows are entered and all entries have rows."""
    expected = states_of(entries)
    for kind_code, query in _ROWS.items():
        rows = {tuple(row[:size]): tuple(row) for size in (_KEYS[kind_code],) for row in connection.execute(query)}
        wanted = expected[kind_code]
        for key in wanted.keys() | rows.keys():
            if rows.get(key) != (wanted[key][1] if key in wanted else None):
                return wanted[key][0] if key in wanted else entries[-1].number
    return None


_KEYS = {counted.RECEIVED: 1, counted.WITHDRAWN: 1, counted.EXPLAINED: 4}
_ROWS = {
    counted.RECEIVED: "select f.receipt_id, f.batch_id, f.sha256, f.file_name, f.byte_count, f.received_at"
    " from received_file as f join received_batch as b using (batch_id)",
    counted.WITHDRAWN: "select batch_id, withdrawn_at, withdrawn_by, withdrawn_reason from received_batch"
    " where withdrawn_at is not null",
    counted.EXPLAINED: "select area_id, indicator_code, breakdown_code, month, text_zh, said_by, said_at"
    " from figure_explanation",
}
_FACTS = {
    counted.RECEIVED: ("receipt_id", "batch_id", "sha256", "file_name", "byte_count", "received_at"),
    counted.WITHDRAWN: ("batch_id", "at", "by", "reason"),
    counted.EXPLAINED: ("area_id", "indicator_code", "breakdown_code", "month", "text_zh", "by", "at"),
}


def states_of(entries: Sequence[Entry]) -> dict[str, dict[tuple, tuple[int, tuple]]]:
    """What stands after all entries: for each kind, key to the number of the entry and its row."""
    found: dict[str, dict[tuple, tuple[int, tuple]]] = {kind_code: {} for kind_code in _FACTS}
    for entry in entries:
        if entry.kind_code in _FACTS:
            facts = entry.facts
            row = tuple(facts[name] for name in _FACTS[entry.kind_code])
            found[entry.kind_code][row[: _KEYS[entry.kind_code]]] = (entry.number, row)
    return found


def _log_put_right(home: Home, entries: Sequence[Entry], log: Sequence[Entry]) -> list[str]:
    """The log is the desk's copy: what it lacks or spoilt is written again, unless it knows of more than the desk."""
    if list(log) == list(entries):
        # The desk's were held against their chain already.
        return []
    broken = counted.first_break(log)
    sound = log[: broken - 1] if broken is not None else log
    if broken is None and len(log) > len(entries) and list(log[: len(entries)]) == list(entries):
        added = log[len(entries) :]
        names = "、".join(f"“{entry.facts['file_name']}”" for entry in added if entry.kind_code == counted.RECEIVED)
        raise HomeError(
            f"登记文件 {home.desk}：只到第 {len(entries)} 号，登记簿 {home.counted.name} 已到第 {len(log)} 号，"
            f"像是换回了较早的登记文件；少了的收件是 {names or '无'}。没有更新，现行批次没有改动。"
            "请运行 yanglao restore --log，按登记簿补齐"
        )
    if list(sound) != list(entries[: len(sound)]):
        raise HomeError(
            f"登记文件 {home.desk}：与登记簿 {home.counted.name} 不是同一个数据目录的。"
            f"没有更新，现行批次没有改动。{RESTORE_ZH}"
        )
    if broken is not None:
        counted.rewrite(home, entries)
        return [f"登记簿 {home.counted.name} 从第 {broken} 号起损坏，已按登记文件重写"]
    if len(log) < len(entries):
        counted.write_out(home, entries)
    return []


def _refuse_older(home: Home, entries: Sequence[Entry], witness: Witness | None) -> None:
    if witness is None or not witness.reach.number:
        return
    number = witness.reach.number
    if number > len(entries):
        raise HomeError(
            f"登记文件 {home.desk}：只到第 {len(entries)} 号，而批次 {witness.release_id} 用到第 {number} 号，"
            f"登记文件比批次旧。没有更新，现行批次没有改动。{RESTORE_ZH}"
        )
    if entries[number - 1].chain != witness.reach.chain:
        raise HomeError(
            f"登记文件 {home.desk}：前 {number} 号登记与批次 {witness.release_id} 生成时的不同，"
            f"不是同一份登记。没有更新，现行批次没有改动。{RESTORE_ZH}"
        )
