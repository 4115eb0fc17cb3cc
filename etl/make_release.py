"""Collected rows become a release: published, kept as a draft, or found to be what the newest release is already."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from etl.collected import Frames, Tell, has_payments
from etl.outcome import Outcome, pinned_zh, published_zh
from warehouse.desk.journal import Desk
from warehouse.desk.whole import reach
from warehouse.errors import HomeError, reason_zh
from warehouse.home import Home
from warehouse.release import shape
from warehouse.release.file import header_of
from warehouse.release.publishing.publish import (
    building_path,
    id_ahead_zh,
    new_release_id,
    newest_whole,
    prune,
    publish,
    release_path,
)

if TYPE_CHECKING:
    from warehouse.catalog import Catalog
    from warehouse.release.building.build import Engine
    from warehouse.release.building.describe import BuildResult


def make_release(
    home: Home,
    catalog: "Catalog",
    frames: Frames,
    *,
    kind: str,
    rules: Path,
    tell: Tell,
    is_draft: bool,
    engine: "Engine | None",
) -> Outcome:
    """Build a release of the frames and make it current, or a draft; nothing where the newest one holds the same."""
    from warehouse.desk.disclosed import Disclosed
    from warehouse.release.building.build import build

    release_id = new_release_id(home)
    ahead = id_ahead_zh(release_id)
    path = building_path(home, release_id)
    record = Disclosed(home)
    try:
        built = build(
            path,
            catalog=catalog,
            frames=frames,
            kind=kind,
            release_id=release_id,
            received=reach(home),
            progress=lambda step_zh, done, total: tell(step_zh),
            rules=rules,
            history=record.history(),
            known_at=home.cache / "digests.parquet",
            engine=engine,
        )
        if same := _release_with(home, built):
            return _outcome(same, built, f"内容没有变化，沿用批次 {same}{pinned_zh(home, same)}")
        # Before anybody can read it: a release that is recorded and not published costs nothing but a mask too many.
        record.add(release_id, built.states)
        if has_payments(home):
            from etl.payouts.released import keep

            keep(home, release_id, frames)
        if is_draft:
            return _kept_as_draft(home, path, release_id, built, ahead)
        return _published(home, path, release_id, built, ahead, tell=tell)
    finally:
        for leftover in home.releases.glob(f"{path.name}*"):
            leftover.unlink(missing_ok=True)


def _kept_as_draft(home: Home, path: Path, release_id: str, built: "BuildResult", ahead_zh: str) -> Outcome:
    from warehouse.release.publishing import drafts

    drafts.keep(home, path, release_id)
    sentence_zh = f"草稿批次 {release_id} 已生成，还没有发布。请有发布权限的人在“发布”页核对后发布"
    return _outcome(release_id, built, sentence_zh, ahead_zh=ahead_zh)


def _published(home: Home, path: Path, release_id: str, built: "BuildResult", ahead_zh: str, *, tell: Tell) -> Outcome:
    from warehouse.release.publishing import drafts

    drafts.forget(home)
    pointer = publish(home, path, release_id, progress=tell)
    tell("清理旧批次")
    removed, note = _pruned(home)
    sentence_zh = published_zh(release_id, pointer, built, removed) + note
    return replace(_outcome(release_id, built, sentence_zh, ahead_zh=ahead_zh), published=True)


def _outcome(release_id: str, built: "BuildResult", sentence_zh: str, *, ahead_zh: str = "") -> Outcome:
    return Outcome(
        published=False,
        release_id=release_id,
        content_sha256=built.content_sha256,
        sentence_zh=sentence_zh,
        notes_zh=tuple(note for note in (ahead_zh, built.doubt_zh) if note),
    )


def _pruned(home: Home) -> tuple[list[str], str]:
    """Releases removed, and what is to be said when none may be, since it cannot be known which are held."""
    try:
        return prune(home, held=Desk(home).held_releases()), ""
    except HomeError as error:
        return [], f"；旧批次没有清理：{error}"
    except OSError as error:
        return [], f"；旧批次没有清理（{reason_zh(error)}），请检查 {home.releases} 的权限"


def _release_with(home: Home, built: "BuildResult") -> str | None:
    """The newest release, when it holds exactly this and comes from this version of the program."""
    newest = newest_whole(home)
    if newest is None:
        return None
    header = header_of(release_path(home, newest))
    same = {
        "release_sha256": built.release_sha256,
        "schema_version": shape.SCHEMA_VERSION,
        "app_version": shape.app_version(),
    }
    return newest if all(header.get(name) == value for name, value in same.items()) else None
