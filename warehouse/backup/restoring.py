"""Putting back from a backup what a data home lacks or holds damaged; what is whole there and newer stays."""

import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from warehouse import kept
from warehouse.backup.snapshot import PIN, Progress, entries_of
from warehouse.backup.store import Key, Store, opened_store
from warehouse.desk import counted, pinned, proven
from warehouse.desk.archive import is_true, set_aside
from warehouse.desk.counted import Entry
from warehouse.desk.journal import Desk
from warehouse.desk.received import enter_again
from warehouse.desk.whole import desk_fault_zh
from warehouse.editions import frozen
from warehouse.errors import HomeError, PayoutError, reason_zh
from warehouse.home import Home, account_name
from warehouse.payouts import pinned as payouts_pinned
from warehouse.payouts.manifest import joined
from warehouse.payouts.parquet import is_sound
from warehouse.payouts.store import PayoutStore, is_before
from warehouse.people import audit
from warehouse.release.publishing.lock import lock


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore did. release: what the release of that moment was; empty when there was none."""

    number: int
    taken_at: datetime
    file_count: int
    notes_zh: tuple[str, ...]
    release: Mapping[str, object]


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
        had = len(entries_of(home.desk)) if home.desk.exists() else 0
        _extend_desk(home, log)
        lost = _accepted(home)
    return f"登记文件原有 {had} 号登记，已按登记簿补到第 {max(had, len(log))} 号{lost}；请运行 yanglao refresh"


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
    backed, log = entries_of(copy), counted.read_log(home)
    broken = counted.first_break(log)
    log = log if broken is None else log[: broken - 1]
    if not fault or is_older:
        mine = entries_of(home.desk)
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
    entries = entries_of(home.desk)
    if log[: len(entries)] != entries[: len(log)]:
        raise HomeError(f"数据目录 {home.root}：登记文件与登记簿不是同一份，不能补齐。请用 yanglao restore 备份目录")
    if len(log) > len(entries):
        enter_again(home, log)
    else:
        counted.rewrite(home, entries)
