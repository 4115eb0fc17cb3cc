"""Taking a snapshot of a data home while everything runs; `restoring` puts one back.

A snapshot holds the desk as of one moment, the archived files that desk knows, and what people froze (`editions`,
`kept`, `payouts`). People come along with their accounts and their trail, but nobody's session does. Releases and caches are made again from these; the snapshot says what hashes they must have.
"""

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from warehouse.backup.store import Key, Store, opened_store
from warehouse.desk import counted, pinned
from warehouse.desk.counted import Entry
from warehouse.desk.journal import Desk
from warehouse.desk.received import received_files_of
from warehouse.desk.whole import desk_fault_zh
from warehouse.errors import HomeError, ReleaseMissing, reason_zh
from warehouse.home import Home, account_name
from warehouse.payouts.store import WAIT_SECONDS, PayoutStore
from warehouse.read import Releases
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
    entries = entries_of(target)
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


def entries_of(desk: Path) -> list[Entry]:
    """What counts of a desk, in order; nothing where it cannot be read."""
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
