"""Releases of a data home: which there are, which is current, and how a new one becomes current.

    releases/warehouse-<id>.duckdb            a whole release; never written again
    releases/warehouse-<id>.duckdb.sha256     what its bytes were when it was published
    releases/warehouse-<id>.duckdb.building   a release in the making; a dead refresh leaves it behind
    releases/warehouse-<id>.duckdb.damaged    a release that was found broken; kept aside, read by nobody
    releases/current                          {"release_id", "file", "pinned"}, replaced as a whole
    releases/lock                             held by the one refresh at work; says who

Releases are ordered by their ids, and an id is always later than every id before it, whatever the clock says.

A reader needs no lock: it follows `current`, or takes the newest whole release when that leads nowhere.
"""

import json
import os
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from warehouse.errors import HomeError, PublishError, ReleaseMissing, reason_zh
from warehouse.home import Home, brought_to_disk
from warehouse.release import shape
from warehouse.release.file import is_damaged, is_whole
from warehouse.release.proof import is_sound, seal, seal_of
from warehouse.release.publishing.lock import ZONE, lock

KEPT_RELEASES = 24
STEPS = ("批次文件改名", "写指针", "启用新批次", "清理旧批次")
_FILE = re.compile(r"warehouse-(\d{8})-(\d{2,})\.duckdb(\.building|\.damaged)?(\..+)?")


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """What `releases/current` says. A pinned pointer is not moved by a refresh."""

    release_id: str
    pinned: bool = False


@dataclass(frozen=True, kw_only=True)
class ListedRelease:
    """A release that is kept. `is_current` is what readers get."""

    release_id: str
    path: Path
    is_current: bool
    is_pinned: bool
    bytes: int


def release_path(home: Home, release_id: str) -> Path:
    """Where the release lies or would lie; a malformed id leads to no file.

    Raises:
        ReleaseMissing: the id is not of the form 20261123-01.
    """
    if not re.fullmatch(r"\d{8}-\d{2,}", release_id):
        raise ReleaseMissing(f"批次编号“{release_id}”：写法不对，应如 20261123-01。用 yanglao releases 查看现有批次")
    return home.releases / f"warehouse-{release_id}.duckdb"


def remade_path(home: Home, release_id: str) -> Path:
    """Where a release of an older shape lies when it was made again in this program's; a cache."""
    return home.cache / f"remade-{shape.SCHEMA_VERSION}" / release_path(home, release_id).name


def is_of_older_shape(header: Mapping[str, object]) -> bool:
    """Whether a release is of another shape than this program makes."""
    return header.get("schema_version") != shape.SCHEMA_VERSION


def building_path(home: Home, release_id: str) -> Path:
    """Where the release is built before it gets its name."""
    return home.releases / f"warehouse-{release_id}.duckdb.building"


def new_release_id(home: Home, *, now: datetime | None = None) -> str:
    """The next id of the day, such as 20261123-02, later than every id that left a trace.

    Where the clock is behind the last release, the new one gets the next number of that one's day: ids are the order of
    releases, and a correction must not count as older than what it corrects.
    """
    used = [(day, int(number)) for day, number in _names(home)]
    drafts = Home(home.root / "drafts")
    used += [(day, int(number)) for day, number in _names(drafts)]
    # A rejected draft leaves its pointer behind, and its number is not given again.
    for pointer in filter(None, (current_pointer(home), current_pointer(drafts))):
        day, _, number = pointer.release_id.partition("-")
        used.append((day, int(number)))
    today = (now or datetime.now(ZONE)).strftime("%Y%m%d")
    day, number = max([*used, (today, 0)])
    return f"{day}-{number + 1:02d}"


def id_ahead_zh(release_id: str, *, now: datetime | None = None) -> str | None:
    """A sentence when a new id had to be of a later day than today; None when it is of today."""
    now = now or datetime.now(ZONE)
    if release_id[:8] <= now.astimezone(ZONE).strftime("%Y%m%d"):
        return None
    return (
        f"本机日期 {now.astimezone(ZONE):%Y-%m-%d} 早于上一批次的日期，新批次编号 {release_id} 沿用该日，以保持先后；"
        "请核对时钟"
    )


def current_pointer(home: Home) -> Pointer | None:
    """What `releases/current` says; None when it is missing, damaged or no file."""
    pointer = home.releases / "current"
    try:
        # Reading a pipe of this name would never end.
        if not pointer.is_file():
            return None
        found = json.loads(pointer.read_text(encoding="utf-8"))
        # It names the release twice: a turned digit would lead to another one that is there.
        if found["file"] != release_path(home, found["release_id"]).name:
            return None
        return Pointer(release_id=found["release_id"], pinned=bool(found["pinned"]))
    except (OSError, ValueError, KeyError, TypeError, ReleaseMissing):
        return None


def release_ids(home: Home) -> list[str]:
    """Ids of all finished release files, newest first; whole or not."""
    found = []
    for entry in _entries(home):
        match = _FILE.fullmatch(entry)
        if match and not match[3] and not match[4]:
            found.append((match[1], int(match[2]), f"{match[1]}-{match[2]}"))
    return [release_id for *_, release_id in sorted(found, reverse=True)]


def newest_whole(home: Home, *, besides: Container[str] = (), proven: bool = False) -> str | None:
    """Id of the newest release that is whole; None when there is none.

    Args:
        proven: look at every byte of it, not only at its header.
    """
    for each in release_ids(home):
        path = release_path(home, each)
        if each not in besides and is_whole(path, each) and (not proven or is_sound(path)):
            return each
    return None


def list_releases(home: Home) -> list[ListedRelease]:
    """All kept whole releases, newest first; the one readers get is marked."""
    pointer = current_pointer(home)
    whole = [each for each in release_ids(home) if is_whole(release_path(home, each), each)]
    shown = pointer.release_id if pointer and pointer.release_id in whole else next(iter(whole), None)
    return [
        ListedRelease(
            release_id=each,
            path=release_path(home, each),
            is_current=each == shown,
            is_pinned=bool(pointer and pointer.pinned and each == pointer.release_id),
            bytes=release_path(home, each).stat().st_size,
        )
        for each in whole
    ]


def repair(home: Home) -> list[str]:
    """Put right what a dead refresh or a damaged disk left; call it holding the lock.

    Removes unfinished files, sets damaged releases aside, and makes the pointer lead to a whole release: its own,
    if it is pinned and whole, otherwise the newest (a release gets its name only after every check).

    Returns:
        One Chinese sentence for each thing done; empty when all was well.
    """
    done = [*_remove_unfinished(home), *_set_damaged_aside(home)]
    pointer, newest = current_pointer(home), newest_whole(home)
    exists = (home.releases / "current").exists()
    if newest is None:
        if exists:
            (home.releases / "current").unlink()
            done.append("没有完整的批次可用，已去掉指针；本次将从头生成")
        return done
    if pointer and (pointer.release_id == newest or (pointer.pinned and pointer.release_id in release_ids(home))):
        return done
    _write_pointer(home, Pointer(release_id=newest))
    if pointer is None:
        what = "损坏" if exists else "缺失"
        done.append(f"批次指针{what}，已改指最新的完整批次 {newest}")
    elif pointer.release_id in release_ids(home):
        done.append(f"上次更新在启用新批次前中断；批次 {newest} 完整，现已启用")
    else:
        done.append(f"批次指针所指的 {pointer.release_id} 已不可用，改指最新的完整批次 {newest}")
    return done


def unfinished(home: Home) -> list[str]:
    """Names of files of a release in the making: at work now, or left by a dead refresh."""
    return [entry for entry in _entries(home) if (match := _FILE.fullmatch(entry)) and match[3] == ".building"]


def _remove_unfinished(home: Home) -> list[str]:
    left = unfinished(home)
    seals = [
        entry
        for entry in _entries(home)
        if entry.endswith(".duckdb.sha256") and not (home.releases / entry.removesuffix(".sha256")).exists()
    ]
    for entry in [*left, *seals, "current.tmp"]:
        (home.releases / entry).unlink(missing_ok=True)
    ids = sorted({_release_of(entry) for entry in left})
    return [f"上次更新没有做完（{'、'.join(ids)}），已清除它留下的文件"] if ids else []


def _set_damaged_aside(home: Home) -> list[str]:
    """Looks at the newest releases down to the first whole one and at the pinned one: those a reader may be led to."""
    pointer, looked_at = current_pointer(home), []
    for release_id in release_ids(home):
        looked_at.append(release_id)
        path = release_path(home, release_id)
        if is_whole(path, release_id) and is_sound(path):
            break
    if pointer and pointer.release_id not in looked_at and release_path(home, pointer.release_id).exists():
        looked_at.append(pointer.release_id)
    done = []
    for release_id in looked_at:
        path = release_path(home, release_id)
        if is_damaged(path, release_id):
            path.rename(path.with_name(path.name + ".damaged"))
            seal_of(path).unlink(missing_ok=True)
            done.append(f"批次 {release_id} 的文件损坏或不完整，已移到 {path.name}.damaged，不再使用")
    return done


def publish(
    home: Home, building: Path, release_id: str, *, progress: Callable[[str], None] = lambda step: None
) -> Pointer:
    """Give the built file its name and make it current, unless an operator pinned another; hold the lock.

    Returns:
        The pointer as it stands afterwards.

    Raises:
        PublishError: the file or the pointer cannot be written; the current release stands.
    """
    try:
        progress(STEPS[0])
        # Nobody writes a served file: a client that forgets to open it read-only would lock all readers out.
        building.chmod(0o400)
        seal(building, release_path(home, release_id))
        building.rename(release_path(home, release_id))
        brought_to_disk(home.releases)
        pointer = current_pointer(home)
        if pointer is None or not pointer.pinned:
            pointer = Pointer(release_id=release_id)
            _write_pointer(home, pointer, progress=progress)
    except OSError as error:
        raise PublishError(
            f"批次目录 {home.releases}：批次 {release_id} 未能启用（{reason_zh(error)}）。"
            f"请检查磁盘空间与权限后重新运行 {home.refresh_command}；现行批次没有改动"
        ) from error
    return pointer


def prune(home: Home, *, keep: int = KEPT_RELEASES, held: Container[str] = ()) -> list[str]:
    """Remove all but the newest `keep` releases; the current one and those in `held` stay. Ids removed.

    Readers that still have a removed file open go on reading it.
    """
    pointer = current_pointer(home)
    ids = release_ids(home)
    removed = [each for each in ids[keep:] if each not in held and not (pointer and pointer.release_id == each)]
    for release_id in removed:
        release_path(home, release_id).unlink()
        seal_of(release_path(home, release_id)).unlink(missing_ok=True)
    oldest = ids[keep - 1] if len(ids) >= keep else ""
    for entry in _entries(home):
        # Damaged files are kept as long as their neighbours, so that their ids are not used again.
        if entry.endswith(".damaged") and _release_of(entry) < oldest:
            (home.releases / entry).unlink()
    return removed


def point_at(home: Home, release_id: str) -> None:
    """Make a release that lies there current, as its source says; hold the lock. For copies that follow another home."""
    _write_pointer(home, Pointer(release_id=release_id))


def rollback_target(home: Home, *, unpin: bool = False) -> str:
    """The release a rollback without a name would go to, or an unpinning; for whoever is to confirm it.

    Raises:
        ReleaseMissing: there is none.
    """
    if unpin:
        newest = newest_whole(home, proven=True)
        if newest is None:
            raise ReleaseMissing(f"数据目录 {home.root}：没有完整的批次。请运行 {home.refresh_command}")
        return newest
    kept = list_releases(home)
    position = next((number for number, each in enumerate(kept) if each.is_current), len(kept))
    if position + 1 >= len(kept):
        raise ReleaseMissing("批次回退：没有更早的批次可回退。用 yanglao releases 查看现有批次")
    return kept[position + 1].release_id


def rollback(home: Home, release_id: str | None = None) -> Pointer:
    """Make an older release current and pin it there, so that the next refresh does not move it.

    Args:
        release_id: the release to go to; without it the one before the current.

    Raises:
        ReleaseMissing: there is no such whole release; names those there are.
        BusyError: a refresh is at work.
    """
    with lock(home, doing_zh="回退批次"):
        kept = list_releases(home)
        ids = [each.release_id for each in kept]
        if release_id is None:
            release_id = rollback_target(home)
        release_path(home, release_id)
        if release_id not in ids or not is_sound(release_path(home, release_id)):
            raise ReleaseMissing(f"批次回退：没有完整的批次 {release_id}。现有：{'、'.join(ids) or '无'}")
        pointer = Pointer(release_id=release_id, pinned=True)
        _move_pointer(home, pointer)
    return pointer


def unpin(home: Home) -> Pointer:
    """Let refreshes move the pointer again; it goes to the newest whole release at once.

    Raises:
        ReleaseMissing: there is no whole release.
        BusyError: a refresh is at work.
    """
    with lock(home, doing_zh="解除批次固定"):
        newest = newest_whole(home, proven=True)
        if newest is None:
            raise ReleaseMissing(f"数据目录 {home.root}：没有完整的批次。请运行 {home.refresh_command}")
        pointer = Pointer(release_id=newest)
        _move_pointer(home, pointer)
    return pointer


def _move_pointer(home: Home, pointer: Pointer) -> None:
    """As `_write_pointer`, for an operator.

    Raises:
        PublishError: it cannot be written; readers see what they saw.
    """
    try:
        _write_pointer(home, pointer)
    except OSError as error:
        raise PublishError(
            f"批次指针 {home.releases / 'current'}：不能改写（{reason_zh(error)}）。"
            "请检查磁盘空间与权限，是文件夹的请移走，然后重试；现行批次没有改动"
        ) from error


def _write_pointer(home: Home, pointer: Pointer, *, progress: Callable[[str], None] = lambda step: None) -> None:
    """Replace the pointer as a whole: readers see the old one or the new one, never half of one."""
    progress(STEPS[1])
    text = json.dumps(
        {
            "release_id": pointer.release_id,
            "file": release_path(home, pointer.release_id).name,
            "pinned": pointer.pinned,
        }
    )
    draft = home.releases / "current.tmp"
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    progress(STEPS[2])
    draft.replace(home.releases / "current")
    brought_to_disk(home.releases)


def _entries(home: Home) -> list[str]:
    try:
        return sorted(entry.name for entry in home.releases.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise HomeError(
            f"批次目录 {home.releases}：读不出（{reason_zh(error)}）。请检查它的权限，或从备份恢复"
        ) from error


def _names(home: Home) -> list[tuple[str, str]]:
    return [(match[1], match[2]) for entry in _entries(home) if (match := _FILE.fullmatch(entry))]


def _release_of(entry: str) -> str:
    match = _FILE.fullmatch(entry)
    return f"{match[1]}-{match[2]}" if match else entry
