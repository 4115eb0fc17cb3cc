"""The one at work in a data home: who it is, since when and at what."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import FileIO
from zoneinfo import ZoneInfo

from warehouse.errors import BusyError, HomeError, reason_zh
from warehouse.home import Home, plain, took_lock

ZONE = ZoneInfo("Asia/Shanghai")


@contextmanager
def lock(home: Home, *, doing_zh: str = "更新数据", patience_seconds: float = 0) -> Iterator[None]:
    """Hold the data home: one refresh or rollback at a time. The system lets go when the process dies.

    Args:
        patience_seconds: how long whoever holds it is waited for.

    Raises:
        BusyError: another process holds it; names its id, its start and what it does.
    """
    home.ensure()
    with _lock_file(home) as file:
        if not took_lock(file, patience_seconds=patience_seconds):
            raise BusyError(_busy(home))
        started = datetime.now(ZONE).isoformat(sep=" ", timespec="seconds")
        holder = {"pid": os.getpid(), "started_at": started, "doing_zh": doing_zh}
        try:
            file.truncate(0)
            file.write(json.dumps(holder, ensure_ascii=False).encode())
        except OSError as error:
            raise HomeError(f"数据目录 {home.root}：无法写入（{reason_zh(error)}）。请检查磁盘空间后重试") from error
        try:
            yield
        finally:
            file.truncate(0)


def _lock_file(home: Home) -> FileIO:
    path = home.releases / "lock"
    try:
        # Unbuffered, so that a full disk is met when writing and not when closing.
        return plain(path).open("a+b", buffering=0)
    except OSError as error:
        raise HomeError(f"锁文件 {path}：打不开（{reason_zh(error)}）。请检查它的权限，或删去它后重试") from error


def holder_zh(home: Home) -> str | None:
    """Who is at work in this data home, since when and at what; None when nobody is.

    Reads what the holder wrote instead of trying the lock, which would get in the way of a refresh about to start.
    """
    try:
        holder = json.loads((home.releases / "lock").read_text(encoding="utf-8"))
        os.kill(holder["pid"], 0)
    except PermissionError:
        pass
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return f"进程 {holder['pid']} 自 {holder['started_at']} 起正在{holder['doing_zh']}"


def _busy(home: Home) -> str:
    who = holder_zh(home) or "另一进程正在更新数据"
    return f"数据目录 {home.root}：{who}，一次只能有一个。请等它结束后再运行，本次没有改动任何文件"
