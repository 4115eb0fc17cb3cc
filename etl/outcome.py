"""What a refresh did, and the sentences it is told in."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from warehouse.home import Home
from warehouse.people import flow, proposals
from warehouse.release.publishing.publish import ZONE, Pointer, current_pointer, release_path
from warehouse.settings import load_settings
from warehouse.wording.desk.receiving import Came

if TYPE_CHECKING:
    from warehouse.release.building.describe import BuildResult


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a refresh did. `release_id` is the release that holds this content, new or not.

    `notes_zh` tells what was found broken or left over and how it was put right; empty when all was well. `came` tells
    what was made of the files that came since the newest release; None when none did.
    """

    published: bool
    release_id: str
    content_sha256: str
    sentence_zh: str
    notes_zh: tuple[str, ...] = ()
    came: Came | None = None


def left_out_zh(home: Home) -> list[str]:
    """What waits for a reviewer and is in no release, in one sentence; nothing where everything is taken."""
    if not load_settings().takes_passed_only:
        return []
    waiting = [one for one in flow.reports(home) if one.state_code in ("sent", "correcting", "returned")]
    if not waiting:
        return []
    from warehouse.catalog import load_catalog

    places = {area.area_id: area.short_name_zh for area in load_catalog().areas.values()}
    named = "、".join(
        f"{places.get(area_id, area_id)}{month:%Y-%m}（{flow.STATES[one.state_code]}）"
        for one in waiting[:5]
        for area_id, _, month in [one.track]
    )
    return [f"{len(waiting)}张报表还没有审核通过，没有采用：{named}{'等' if len(waiting) > 5 else ''}"]


def idle_zh(home: Home, outcome: Outcome) -> list[str]:
    """A sentence for each correction passed on the desk that found nothing to mend: it stops no refresh, but is told."""
    in_force = proposals.in_force(home, datetime.now(ZONE).date())
    if not any(one.kind_code == proposals.CORRECTION for one in in_force):
        return []
    from warehouse.read import Releases
    from warehouse.read.month import quality
    from warehouse.release.publishing.drafts import drafts_home

    held = drafts_home(home) if release_path(drafts_home(home), outcome.release_id).exists() else home
    releases = Releases(held)
    try:
        with releases.acquire(outcome.release_id) as release:
            rows = quality.corrections(release).frame.to_dicts()
    finally:
        releases.close()
    return [
        f"变更{row['correction_id'].removeprefix('desk-')}（{row['area_zh']}{row['month']:%Y-%m}{row['label_zh']}的更正）"
        f"已不起作用：原表里已不是“{row['expected_raw']}”，请在“口径变更”页停止采用"
        for row in rows
        if row["is_idle"]
    ]


def pinned_zh(home: Home, release_id: str) -> str:
    """Which release readers see, where it is not this one."""
    pointer = current_pointer(home)
    if pointer is None or pointer.release_id == release_id:
        return ""
    return (
        f"；但现行批次固定在 {pointer.release_id}，读者看到的是它。要启用 {release_id} 请运行 yanglao rollback --unpin"
    )


def published_zh(release_id: str, pointer: Pointer, built: "BuildResult", removed: list[str]) -> str:
    counts = built.row_counts
    contents = (
        f"公开文件数 {counts['core.fct_document_figure']} 个、人口数 {counts['core.fct_population']} 行、"
        f"月报观测值 {counts['core.fct_observation']} 个"
    )
    if pointer.release_id == release_id:
        sentence = f"批次 {release_id} 已发布并启用（{contents}）"
    else:
        sentence = (
            f"批次 {release_id} 已生成（{contents}），但现行批次固定在 {pointer.release_id}，没有启用；"
            "读者看到的仍是它。要启用请运行 yanglao rollback --unpin"
        )
    return sentence + (f"；按保留数清理了旧批次 {'、'.join(removed)}" if removed else "")
