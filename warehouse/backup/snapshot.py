"""Taking a snapshot of a data home while everything runs, and putting one back.

A snapshot holds the desk as of one moment, the archived files that desk knows, and what people froze (`editions`,
`kept`, `payouts`). People come along with their accounts and their trail, but nobody's session does. Releases and caches are made again from these; the snapshot says what hashes they must have.
"""

import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from warehouse import kept
from warehouse.backup.store import Key, Store, opened_store
from warehouse.desk import counted, pinned, proven
from warehouse.desk.archive import is_true, set_aside
from warehouse.desk.counted import Entry
from warehouse.desk.journal import Desk
from warehouse.desk.received import enter_again, received_files_of
from warehouse.desk.whole import desk_fault_zh
from warehouse.editions import frozen
from warehouse.errors import HomeError, PayoutError, ReleaseMissing, reason_zh
from warehouse.home import Home, account_name
from warehouse.payouts import pinned as payouts_pinned
from warehouse.payouts.manifest import joined
from warehouse.payouts.parquet import is_sound
from warehouse.payouts.store import WAIT_SECONDS, PayoutStore, is_before
from warehouse.people import audit
from warehouse.read import Releases
from warehouse.release.publishing.lock import lock
from warehouse.release.publishing.publish import ZONE

FROZEN = ("editions", "kept", "payouts")
NEVER = ("payouts/lists/", "payouts/lock")
"""Comparison lists are let go after their audit; a backup would keep them for years."""
NOT_CARRIED = ("session", "sign_in_failure")
"""Tables of the desk that are of this machine and this hour."""
PIN = "audit.pin"
BACKUP_MARK = "last-backup"
KEPT_SNAPSHOTS = 60
"""So many snapshots are kept; files of older ones that no other needs are removed."""
RELEASE_FACTS = (
    "release_id", "kind_code", "schema_version", "app_version", "content_sha256", "release_sha256", "hash_version",
    "received_number", "received_chain",
)  # fmt: skip
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a backup did. Counts are of files; `number` is the snapshot's."""

    number: int
    file_count: int
    new_count: int
    new_bytes: int
    sentence_zh: str


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore did. release: what the release of that moment was; empty when there was none."""

    number: int
    taken_at: datetime
    file_count: int
    notes_zh: tuple[str, ...]
    release: Mapping[str, object]


def back_up(home: Home, folder: Path, *, key: Key | None = None, progress: Progress | None = None) -> Taken:
    """Add a snapshot of `home` to the backup in `folder`; every file in it is read back and proven.

    Raises:
        HomeError: the home has nothing to back up, its desk is damaged, an archived file is damaged and in no
            earlier snapshot either, or the folder cannot be used. No snapshot is entered then.
        BusyError: payments are being taken, and it does not end.
    """
    if not home.desk.exists() or not home.desk.stat().st_size:
        raise HomeError(
            f"数据目录 {home.root}：登记文件不见了或是空的，没有什么可备份。已有备份的请用 yanglao restore 恢复"
        )
    if folder.resolve().is_relative_to(home.root.resolve()):
        raise HomeError(f"备份目录 {folder}：在数据目录里面，一起坏了就没有备份了。请另指目录，最好是另一块磁盘")
    with tempfile.TemporaryDirectory() as place:
        desk = Path(place) / "desk.sqlite"
        entries = _copied_desk(home, desk)
        with opened_store(folder, key=key, owner=entries[0].chain) as store:
            files, new, new_bytes = [], 0, 0
            with _payments_at_rest(home):
                wanted = {"desk.sqlite": desk, **_pin_of(desk), **_files_of(home, desk)}
                for done, (name, path) in enumerate(sorted(wanted.items())):
                    if progress:
                        progress(f"备份 {name[:24]}", done, len(wanted))
                    row, size = _put(store, name, path)
                    files.append(row)
                    new, new_bytes = new + (size is not None), new_bytes + (size or 0)
            unsound = [row["name"] for row in files if not store.is_sound(row["blob"])]
            if unsound:
                store.remove([row["blob"] for row in files if row["name"] in unsound])
                raise HomeError(
                    f"备份目录 {folder}：以前备份的 {len(unsound)} 个文件已损坏，已清出。请再运行一次 yanglao backup"
                )
            number = max(store.snapshots(), default=0) + 1
            told = {"number": number, "at": datetime.now(UTC).isoformat(), "files": files, "release": _release(home)}
            store.put(f"snapshots/{number:06d}", json.dumps(told, ensure_ascii=False).encode())
            _thin_out(store)
    sentence = (
        f"已备份到 {folder}（第 {number} 次）：共 {len(files)} 个文件，新增 {new} 个、{new_bytes / 1e6:.1f} MB，"
        f"逐个读回核对无误{'，已加密' if key else ''}"
    )
    (home.root / BACKUP_MARK).write_text(json.dumps({"number": number, "folder": str(folder)}), encoding="utf-8")
    Desk(home).enter("backup", sentence, who=account_name())
    return Taken(number=number, file_count=len(files), new_count=new, new_bytes=new_bytes, sentence_zh=sentence)


def restore(
    home: Home, folder: Path, *, key: Key | None = None, number: int | None = None, progress: Progress | None = None
) -> Restored:
    """Put back what `home` lacks or holds damaged; what is whole there and newer than the backup stays.

    Args:
        number: of the snapshot; the newest when not given.

    Raises:
        HomeError: the backup cannot be read or is damaged, or the home is another one's. The home is then as it was,
            but for files that were put back already.
        BusyError: a refresh is at work.
    """
    with opened_store(folder, key=key) as store:
        numbers = store.snapshots()
        if not numbers or (number is not None and number not in numbers):
            raise HomeError(
                f"备份目录 {folder}：没有{'' if number is None else f'第 {number} 次'}备份。现有：{numbers or '无'}"
            )
        if number is None and (unlisted := store.unlisted()):
            raise HomeError(
                f"备份目录 {folder}：第 {unlisted[-1]} 次备份的文件在，SHA256SUMS 里却没有它的一行："
                "清单末尾被截去，或那次备份没有做完。请改用另一份备份，或再备份一次，"
                f"或用 --number {numbers[-1]} 恢复清单里最近的一次"
            )
        told = json.loads(store.get(f"snapshots/{number or numbers[-1]:06d}"))
        with lock(home, doing_zh="恢复备份"), tempfile.TemporaryDirectory(dir=home.root) as place:
            files, notes = _without_foreign_payments(home, store, told["files"])
            for done, row in enumerate(files):
                if progress:
                    progress(f"恢复 {row['name'][:24]}", done, len(files))
                if row["name"] != "desk.sqlite" and (note := _put_back(home, store, row)):
                    notes.append(note)
            (desk,) = [row for row in told["files"] if row["name"] == "desk.sqlite"]
            copy = Path(place) / "desk.sqlite"
            copy.write_bytes(_proven(store, desk))
            notes += [f"{_desk_put_back(home, copy)}{_accepted(home)}"]
            notes += PayoutStore(home).accept()
    Desk(home).enter("restore", f"已从 {folder} 第 {told['number']} 次备份恢复", who=account_name())
    return Restored(
        number=told["number"],
        taken_at=datetime.fromisoformat(told["at"]),
        file_count=len(told["files"]),
        notes_zh=tuple(notes),
        release=told["release"] or {},
    )


def enter_from_log(home: Home) -> str:
    """Enter again on the desk what only the log beside it knows; a sentence of what was done.

    Raises:
        HomeError: the desk is not the beginning of the log, or one of them is damaged.
    """
    with lock(home, doing_zh="按登记簿补齐"):
        log = counted.read_log(home)
        broken = counted.first_break(log)
        if broken is not None:
            log = log[: broken - 1]
        had = len(_entries_of(home.desk)) if home.desk.exists() else 0
        _extend_desk(home, log)
        lost = _accepted(home)
    return f"登记文件原有 {had} 号登记，已按登记簿补到第 {max(had, len(log))} 号{lost}；请运行 yanglao refresh"


def _payments_at_rest(home: Home) -> AbstractContextManager:
    """Nobody takes payments while they are copied: lines, pin and files are of one moment."""
    store = PayoutStore(home)
    return store.held(seconds=WAIT_SECONDS) if store.root.exists() else nullcontext()


def _copied_desk(home: Home, target: Path) -> list[Entry]:
    """A copy of the desk as of one moment, proven to be what was entered, and all of it; its entries."""
    pin = pinned.read_pin(home.desk)
    try:
        with closing(sqlite3.connect(home.desk, timeout=20)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("pragma journal_mode = delete")
    except sqlite3.Error as error:
        raise HomeError(f"登记文件 {home.desk}：复制不出（{error}），没有备份。请用 yanglao restore 恢复它") from error
    fault = desk_fault_zh(target) or pinned.older_zh(target, pin)
    if fault:
        raise HomeError(f"登记文件 {home.desk}：{fault}，没有备份，以免坏的盖住好的。请用 yanglao restore 恢复它")
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        copy.execute("pragma secure_delete = on")
        there = {name for (name,) in copy.execute("select name from sqlite_master where type = 'table'").fetchall()}
        for name in NOT_CARRIED:
            if name in there:
                copy.execute(f"delete from {name}")
    entries = _entries_of(target)
    if not entries:
        raise HomeError(f"数据目录 {home.root}：还没有更新过。请先运行 yanglao refresh 再备份")
    return entries


def _pin_of(desk: Path) -> dict[str, Path]:
    """The pin of the trail as far as the copied desk tells it; none where nobody did anything yet."""
    with closing(sqlite3.connect(desk)) as connection:
        has_trail = connection.execute("select 1 from sqlite_master where name = 'audit_row'").fetchall()
        last = (
            connection.execute("select number, chain from audit_row order by number desc limit 1").fetchall()
            if has_trail
            else []
        )
    if not last:
        return {}
    pin = desk.with_name(PIN)
    pin.write_text(f"{last[0][0]} {last[0][1]}\n", encoding="ascii")
    return {PIN: pin}


def _entries_of(desk: Path) -> list[Entry]:
    try:
        with closing(sqlite3.connect(desk, timeout=20)) as connection:
            return counted.entries_of(connection)
    except sqlite3.Error:
        return []


def _files_of(home: Home, desk: Path) -> dict[str, Path]:
    with closing(sqlite3.connect(desk)) as connection:
        received_files = received_files_of(connection)
    files = {f"archive/{received_file.sha256}": home.archive / received_file.sha256 for received_file in received_files}
    for top in FROZEN:
        for path in sorted((home.root / top).rglob("*")) if (home.root / top).is_dir() else []:
            name = PurePosixPath(path.relative_to(home.root))
            # What is still in the making (a folder being signed) is nobody's yet.
            is_whole = path.is_file() and not any(part.startswith(".") for part in name.parts)
            if is_whole and not str(name).startswith(NEVER):
                files[str(name)] = path
    return files


def _put(store: Store, name: str, path: Path) -> tuple[dict, int | None]:
    """The row of a file in the snapshot, and its size when it had to be written."""
    is_archived = name.startswith("archive/")
    if is_archived and store.has(blob := store.blob_name(path.name)):
        # Its name is its digest, so the home's copy need not be read to know what the backup holds.
        return {"name": name, "sha256": path.name, "blob": blob}, None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise HomeError(
            f"备份：{path} 读不出（{reason_zh(error)}），没有备份。请用 yanglao verify 查看缺了什么"
        ) from error
    sha256 = hashlib.sha256(content).hexdigest()
    if is_archived and sha256 != path.name:
        raise HomeError(f"备份：存档 {path} 已损坏，没有备份。请运行 yanglao refresh，它会说明怎样恢复")
    blob = store.blob_name(sha256)
    if store.has(blob):
        return {"name": name, "sha256": sha256, "blob": blob}, None
    store.put(blob, content)
    return {"name": name, "sha256": sha256, "blob": blob}, len(content)


def _release(home: Home) -> dict[str, object] | None:
    """What the release of this moment is, and the day it was made for; None when there is none."""
    releases = Releases(home)
    try:
        with releases.acquire() as release:
            header = release.header
    except ReleaseMissing:
        return None
    finally:
        releases.close()
    told = {name: header.get(name) for name in RELEASE_FACTS}
    return told | {"as_of_on": header["built_at"].astimezone(ZONE).date().isoformat()}


def _thin_out(store: Store) -> None:
    """Let go of the oldest snapshots and of the files only they needed."""
    old = store.snapshots()[:-KEPT_SNAPSHOTS]
    if not old or (store.key and not store.key.identities):
        # Without the secret key nobody can tell what the older ones hold.
        return
    needed = set()
    for number in store.snapshots()[-KEPT_SNAPSHOTS:]:
        needed |= {row["blob"] for row in json.loads(store.get(f"snapshots/{number:06d}"))["files"]}
    blobs = [name for name in store.names() if name.startswith("blobs/") and name not in needed]
    store.remove([*(f"snapshots/{number:06d}" for number in old), *blobs])


def _proven(store: Store, row: Mapping[str, str]) -> bytes:
    content = store.get(row["blob"])
    if hashlib.sha256(content).hexdigest() != row["sha256"]:
        raise HomeError(f"备份目录 {store.folder}：{row['name']} 的内容与备份时不同。请用 --number 指定较早的一次")
    return content


def _without_foreign_payments(home: Home, store: Store, rows: list[dict]) -> tuple[list[dict], list[str]]:
    """The files of a snapshot that may be put back, and a note on those that may not.

    Payments under other keys would make two persons of one; those of months the home let go stay gone.
    """
    told = {row["name"].removeprefix("payouts/"): row for row in rows if row["name"].startswith("payouts/")}
    if not told:
        return rows, []
    pin = payouts_pinned.parsed(_proven(store, told[payouts_pinned.NAME])) if payouts_pinned.NAME in told else None
    # A snapshot of before there were pins.
    mark = _proven(store, told["key-id"]).decode().strip() if "key-id" in told else ""
    key_id = pin.key_id if pin else mark
    home_pin = payouts_pinned.Pin()
    with suppress(PayoutError):
        home_pin = PayoutStore(home).pin
    if home_pin.key_id and key_id and key_id != home_pin.key_id:
        kept = [row for row in rows if not row["name"].startswith("payouts/")]
        return kept, ["津贴明细：备份时用的是另一把密钥，没有恢复明细。请用 --number 指定换钥之后的一次"]
    kept_from = max(home_pin.kept_from, pin.kept_from if pin else "")
    # What is known of the home's own payments is newer than what the backup knows.
    own = {payouts_pinned.NAME, "key-id", "kept-from"} if home_pin.step else set()
    gone = {f"payouts/{name}" for name in told if name in own or is_before(name, kept_from)}
    return [row for row in rows if row["name"] not in gone], []


def _put_back(home: Home, store: Store, row: Mapping[str, str]) -> str:
    """Put back one file where it is missing or damaged; what was done, empty when nothing was needed."""
    path, content = home.root / row["name"], None
    if not path.resolve().is_relative_to(home.root.resolve()):
        raise HomeError(f"备份目录 {store.folder}：其中的 {row['name']} 指向数据目录之外，没有恢复")
    what = ""
    if path.exists():
        if row["name"] == PIN and audit.is_pinned(home):
            # It tells how far the trail went here; a lost end must be noticed.
            return ""
        is_right = _is_as_named(home, path)
        if row["name"].startswith("payouts/") and path.suffix == ".jsonl":
            # Lines of the home go on where the backup's end, and the other way round.
            mine = path.read_bytes()
            content = joined(mine, _proven(store, row))
            is_right &= content == mine or not content.startswith(mine)
        elif row["sha256"] in _pinned_of(home, row["name"]):
            # Whole, and yet not the one written last.
            is_right &= hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
        if not is_right:
            if row["name"].startswith("archive/"):
                set_aside(home, path.name)
            what = f"{row['name']} 已损坏，已换回备份里的"
        elif row["name"].startswith("archive/") or hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]:
            return ""
        else:
            return f"{row['name']} 与备份里的不同，没有动"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(_proven(store, row) if content is None else content)
    draft.replace(path)
    return what


def _pinned_of(home: Home, name: str) -> list[str]:
    """What the pin of the payments says a file is; nothing of files it does not name."""
    with suppress(PayoutError):
        return PayoutStore(home).pin.files.get(name.removeprefix("payouts/"), "").split()
    return []


def _is_as_named(home: Home, path: Path) -> bool:
    """Whether a file of the home is what its name says, or what it carries itself; others are not judged."""
    top, *below = path.relative_to(home.root).parts
    if top == "archive":
        return is_true(path)
    if top == "payouts":
        return is_sound(path)
    if path.relative_to(home.root) == Path(PIN):
        return False
    if top == "kept":
        return kept.is_as_named(path)
    if top == "editions" and len(below) > 1:
        return frozen.is_as_signed(home, below[0], "/".join(below[1:]))
    return True


def _desk_put_back(home: Home, copy: Path) -> str:
    """The backup's desk where the home's is gone, damaged or older; then what the log knows beyond it. What was done."""
    fault = desk_fault_zh(home.desk) if home.desk.exists() and home.desk.stat().st_size else "不见了"
    is_older = bool(fault) and pinned.older_zh(home.desk) == fault
    backed, log = _entries_of(copy), counted.read_log(home)
    broken = counted.first_break(log)
    log = log if broken is None else log[: broken - 1]
    if not fault or is_older:
        mine = _entries_of(home.desk)
        shared = min(len(mine), len(backed))
        if mine[:shared] != backed[:shared] and len(mine) > 1:
            raise HomeError(f"数据目录 {home.root}：登记文件完好，但不是这份备份的。请另指 YANGLAO_HOME 恢复")
        if is_older and not pinned.is_before(home.desk, copy):
            return "登记文件比旁边的标记旧，备份里的更旧，没有换"
        if not is_older and len(mine) >= len(backed):
            return "登记文件完好，没有动"
        fault = fault or f"只到第 {len(mine)} 号，比备份旧"
    elif fault != "不见了" and _is_mended(home, copy):
        return f"登记文件{fault}，已按备份里的逐行补好，备份之后写下的都在"
    for path in sorted(home.root.glob("desk.sqlite*")):
        home.quarantine.mkdir(exist_ok=True)
        number = 1
        while (aside := home.quarantine / f"{path.name}.{number}").exists():
            number += 1
        path.rename(aside)
    shutil.move(copy, home.desk)
    done = f"登记文件{fault}，已换回备份里的（到第 {len(backed)} 号）"
    if log[: len(backed)] != backed:
        # The log is of another make or lost; the backup's own entries begin it anew.
        counted.rewrite(home, backed)
        return done
    _extend_desk(home, log)
    more = f"，又按登记簿补到第 {len(log)} 号" if len(log) > len(backed) else ""
    return f"{done}{more}"


def _is_mended(home: Home, copy: Path) -> bool:
    """Whether the home's desk is whole again by rows of the backup's."""
    with suppress(sqlite3.Error):
        return proven.mend(home.desk, copy) and not desk_fault_zh(home.desk)
    return False


def _accepted(home: Home) -> str:
    """From now on the desk is what there is; what it lacks of what the pin beside it knew, in words."""
    try:
        lacks = pinned.accept(home.desk)
    except OSError as error:
        raise HomeError(f"登记文件 {home.desk}：标记写不进（{reason_zh(error)}）。请检查磁盘空间与权限") from error
    return f"；之后的 {lacks} 次改动（日志、评述、查询、签发等）找不回来" if lacks else ""


def _extend_desk(home: Home, log: list[Entry]) -> None:
    """Enter on the desk what the log holds beyond it, and write the log out when it lacks something."""
    entries = _entries_of(home.desk)
    if log[: len(entries)] != entries[: len(log)]:
        raise HomeError(f"数据目录 {home.root}：登记文件与登记簿不是同一份，不能补齐。请用 yanglao restore 备份目录")
    if len(log) > len(entries):
        enter_again(home, log)
    else:
        counted.rewrite(home, entries)
