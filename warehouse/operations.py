"""What the machine knows of a data home besides its releases: what was received last, room on the disk, the backup."""

import shutil
from datetime import UTC, datetime

from warehouse.desk.received import ReceivedLog
from warehouse.home import Home

BACKUP_MARK = "last-backup"
"""Touched in the data home by whatever backs it up, once the copy is whole; its time is that of the backup."""


def operations(home: Home) -> dict:
    """What stands around the releases; nothing is changed and nothing needs to exist.

    Returns:
        received_count, received_last_at (files of live batches; None when none came), waiting_count (files in the
        inbox), free_bytes, total_bytes of the disk, backup_at (None when no backup ever left its mark).
    """
    live = [receipt for receipt in ReceivedLog(home).receipts() if not receipt.is_withdrawn]
    existing = next(folder for folder in (home.root, *home.root.parents) if folder.exists())
    disk = shutil.disk_usage(existing)
    waiting = [path for path in home.inbox.rglob("*") if path.is_file()] if home.inbox.exists() else []
    return {
        "received_count": len(live),
        "received_last_at": max((receipt.received_at for receipt in live), default=None),
        "waiting_count": len(waiting),
        "free_bytes": disk.free,
        "total_bytes": disk.total,
        "backup_at": _backup_at(home),
    }


def _backup_at(home: Home) -> datetime | None:
    try:
        return datetime.fromtimestamp((home.root / BACKUP_MARK).stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
