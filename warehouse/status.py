"""What stands in a data home, for the `status` command and the status page."""

import shutil
from datetime import UTC, datetime

from warehouse.desk.received import ReceivedLog
from warehouse.desk.whole import clock_behind_zh, fault_zh
from warehouse.errors import HomeError, ReleaseMissing
from warehouse.home import Home
from warehouse.payouts.store import PayoutStore
from warehouse.people import audit
from warehouse.read import Releases
from warehouse.read.meta.load_counts import load_counts
from warehouse.release.file import header_of
from warehouse.release.proof import is_sound
from warehouse.release.publishing.lock import holder_zh
from warehouse.release.publishing.publish import current_pointer, list_releases, release_ids, release_path, unfinished
from warehouse.worker.confine import confinement_zh

BACKUP_MARK = "last-backup"
"""Touched in the data home by whatever backs it up, once the copy is whole; its time is that of the backup."""
DRILL_MARK = "last-drill"
"""Touched likewise when a restore of the backup gave the same content."""


def home_status(home: Home) -> dict:
    """The data home at a glance; nothing is changed and nothing needs to exist.

    Returns:
        home, release (the row of meta.release readers get; None when there is none), is_pinned, release_count,
        release_bytes, busy_zh (who is refreshing; None when nobody), problems_zh (what the next refresh will put
        right), load (`read.running.load_counts` of that release; None without one), confinement_zh (what the kernel
        keeps the worker from), and everything of `operations`: what was received last, the disk, the age of the backup.
    """
    kept = list_releases(home)
    current = next((each for each in kept if each.is_current), None)
    return {
        "home": str(home.root),
        "release": header_of(current.path) if current else None,
        "is_pinned": bool(current and current.is_pinned),
        "release_count": len(kept),
        "release_bytes": sum(each.bytes for each in kept),
        "busy_zh": holder_zh(home),
        "problems_zh": _problems(home, [each.release_id for each in kept]),
        "load": _load(home) if current else None,
        "confinement_zh": confinement_zh(),
        **operations(home),
    }


def _load(home: Home) -> dict[str, int] | None:
    releases = Releases(home)
    try:
        with releases.acquire() as release:
            return load_counts(release)
    except ReleaseMissing:
        return None
    finally:
        releases.close()


def _problems(home: Home, whole: list[str]) -> list[str]:
    problems = [f"批次 {each} 的文件损坏或不完整" for each in release_ids(home) if each not in whole]
    pointer = current_pointer(home)
    if pointer and pointer.release_id in whole and not is_sound(release_path(home, pointer.release_id)):
        problems.append(f"批次 {pointer.release_id} 的文件与发布时不同（已损坏）")
    if whole and pointer is None:
        problems.append("批次指针缺失或损坏，暂用最新的完整批次")
    elif pointer and pointer.release_id not in whole:
        problems.append(f"批次指针所指的 {pointer.release_id} 不可用")
    elif pointer and not pointer.pinned and pointer.release_id != whole[0]:
        problems.append(f"批次指针停在 {pointer.release_id}，较新的完整批次 {whole[0]} 没有启用")
    if unfinished(home) and not holder_zh(home):
        problems.append("上次更新没有做完")
    told = [f"{problem}；请运行 {home.refresh_command} 修复" for problem in problems]
    return told + [
        each for each in (fault_zh(home) or audit.fault_zh(home) or _clock(home), PayoutStore(home).fault_zh()) if each
    ]


def _clock(home: Home) -> str | None:
    try:
        return clock_behind_zh(home)
    except HomeError as error:
        return str(error)


def operations(home: Home) -> dict:
    """What stands around the releases; nothing is changed and nothing needs to exist.

    Returns:
        received_count, received_last_at (files of live batches; None when none came), waiting_count (files in the
        inbox), free_bytes, total_bytes of the disk, backup_at, drill_at (None when none ever left its mark).
    """
    received_count, received_last_at = ReceivedLog(home).standing()
    existing = next(folder for folder in (home.root, *home.root.parents) if folder.exists())
    disk = shutil.disk_usage(existing)
    waiting = [path for path in home.inbox.rglob("*") if path.is_file()] if home.inbox.exists() else []
    return {
        "received_count": received_count,
        "received_last_at": received_last_at,
        "waiting_count": len(waiting),
        "free_bytes": disk.free,
        "total_bytes": disk.total,
        "backup_at": _marked_at(home, BACKUP_MARK),
        "drill_at": _marked_at(home, DRILL_MARK),
    }


def _marked_at(home: Home, name: str) -> datetime | None:
    try:
        return datetime.fromtimestamp((home.root / name).stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
