"""One refresh: everything this program knows, read, built, checked and published, or nothing changed.

What reads and builds is imported where it is first used: a refresh that finds nothing new needs none of it, and most of
its time would be imports.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from etl import unchanged
from etl.months.received import receive_inbox
from warehouse.desk.counted import Reach
from warehouse.desk.journal import Desk
from warehouse.desk.whole import Witness, assured, clock_behind_zh, reach
from warehouse.errors import HomeError, PublishError, YanglaoError, reason_zh
from warehouse.home import Home, account_name
from warehouse.people import flow, proposals
from warehouse.release import shape
from warehouse.release.file import header_of, keep_header
from warehouse.release.publishing import publish as publishing
from warehouse.release.publishing.publish import (
    ZONE,
    building_path,
    current_pointer,
    id_ahead_zh,
    lock,
    new_release_id,
    newest_whole,
    prune,
    publish,
    release_path,
    repair,
)
from warehouse.settings import load_settings
from warehouse.wording.desk.receiving import Came, came_lines

if TYPE_CHECKING:
    import polars as pl

    from warehouse.catalog import Catalog
    from warehouse.release.building.build import BuildResult, Engine

Frames = dict[str, "pl.DataFrame"]
Progress = Callable[[str, int, int], None]
# Says that a step begins, or with a second text what is being done within it.
Tell = Callable[..., None]

READING_STEPS = ("检查数据目录", "读入指标目录", "读入参考表", "读入公开文件", "读入月报")
# Every step a progress bar shows and a fault may strike, in order.
STEPS = (*READING_STEPS, *shape.STEPS, *publishing.STEPS)


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


def refresh(
    home: Home,
    *,
    kind: str = "real",
    progress: Progress | None = None,
    collect: "Callable[[Home, Catalog, Tell], Frames] | None" = None,
    rules: Path = shape.RULES,
    inputs: str | None = None,
    publishes: bool | None = None,
    engine: "Engine | None" = None,
) -> Outcome:
    """Build and publish a release of all inputs in `home`; the same inputs and program publish nothing new.

    Args:
        kind: `real` or `demo`; a data home holds releases of one kind only.
        progress: called as (step, done, total) when a step begins, again within long steps with a detail after the
            step (读入月报：濮阳县 2025年7月), and once more at the end.
        collect, rules: where the rows come from, and the SQL computed from them; others only in tests.
        inputs: what `collect` depends on besides the data home and the program, where that is all; nothing new then
            costs nothing.
        publishes: whether the release becomes the current one or a draft that waits for a person; a draft by default
            where people sign in, a release is there already, and the data are real.
        engine: who computes the marts, see `build`; named, it computes them though nothing is new.

    Raises:
        YanglaoError: what stood in the way; the current release is as it was.
    """

    def tell(step_zh: str, detail_zh: str = "") -> None:
        if progress:
            progress(f"{step_zh}：{detail_zh}" if detail_zh else step_zh, STEPS.index(step_zh), len(STEPS))

    has_people = collect is None and load_settings().sign_in != "off"
    is_draft = has_people and not publishes
    finished = _finished(home) if has_people else []
    with lock(home), _journal(home) as enter:
        is_draft = is_draft and newest_whole(home) is not None
        tell("检查数据目录")
        late = clock_behind_zh(home)
        notes = [*finished, *([late] if late else [])]
        notes += _repaired(home, kind)
        witness = _witness(home)
        notes += assured(home, witness)
        if collect is None and load_settings().takes_passed_only:
            flow.begin(home)
        notes += _received(home)
        known = _mark(home, collect is None, inputs)
        outcome = _unchanged(home, known, is_draft) if known and engine is None else None
        if outcome is None:
            steps = flow.mark(home) if has_people else 0
            outcome = _anew(
                home, collect, kind=kind, rules=rules, tell=tell, is_draft=is_draft, engine=engine,
                after=witness.reach.number if witness else 0,
            )  # fmt: skip
            if has_people and outcome.published:
                _entered_as_published(home, outcome, up_to=steps)
            if known:
                # Asked again: a demonstration may have received what it generated.
                unchanged.remember(home, _mark(home, collect is None, inputs), outcome.release_id)
        if newest := newest_whole(home):
            keep_header(release_path(home, newest))
        if collect is None:
            notes += _left_out(home) + _idle(home, outcome)
        outcome = replace(outcome, notes_zh=(*notes, *outcome.notes_zh))
        enter(outcome)
    if progress:
        progress("完成", len(STEPS), len(STEPS))
    return outcome


def _anew(
    home: Home, collect: "Callable[[Home, Catalog, Tell], Frames] | None", *, tell: Tell, after: int, **how
) -> Outcome:
    """Everything read and built; `came` tells of what was received after that entry, `how` is for `_release`."""
    tell("读入指标目录")
    from etl.came import what_came
    from warehouse.catalog import load_catalog

    catalog = load_catalog()
    if collect is None:
        catalog = proposals.amended(catalog, proposals.in_force(home, datetime.now(ZONE).date()))
    frames = (collect or collect_frames)(home, catalog, tell)
    came = what_came(home, catalog, frames, after=after)
    return replace(_release(home, catalog, frames, tell=tell, **how), came=came)


def _finished(home: Home) -> list[str]:
    """What a publishing that was cut short left, and what was due by now, is done first; a sentence each."""
    from warehouse.release.publishing import drafts, embargo

    told = [settled] if (settled := drafts.settle(home)) else []
    pointer = embargo.put_out_due(home)
    return [*told, f"定时发布的批次 {pointer.release_id} 已到时间，已发布"] if pointer else told


def _entered_as_published(home: Home, outcome: Outcome, *, up_to: int) -> None:
    """The unattended way is on record as the other is: which release, by which account of the machine."""
    from warehouse.people import audit

    who = f"system:{account_name()}"
    told = {"release": outcome.release_id, "content": outcome.content_sha256, "reason": "yanglao refresh --publish"}
    audit.record(home, "published", who=who, subject=outcome.release_id, details=told)
    flow.published(home, up_to=up_to, who=who, name_zh=account_name())


def _mark(home: Home, is_real: bool, inputs: str | None) -> str:
    """The fingerprint of all inputs; empty where nobody says what they are."""
    if not is_real and inputs is None:
        return ""
    day = datetime.now(ZONE).date() if is_real else None
    if is_real and load_settings().takes_passed_only:
        inputs = f"passed up to step {flow.mark(home)}"
    if day and (changes := proposals.mark(home, day)):
        inputs = f"{inputs or 'real'}, changes {changes}"
    return unchanged.fingerprint(home, inputs=inputs or "real", reach=reach(home), day=day)


def _unchanged(home: Home, mark: str, is_draft: bool) -> Outcome | None:
    """What there is to say when these inputs led to the newest release already; None when they did not."""
    release_id = unchanged.release_of(home, mark)
    if release_id is not None and is_draft:
        from warehouse.release.publishing import drafts

        if release_id == drafts.draft_id(home):
            return _draft_stands(home, release_id)
    if release_id is None or release_id != newest_whole(home):
        return None
    return Outcome(
        published=False,
        release_id=release_id,
        content_sha256=str(header_of(release_path(home, release_id))["content_sha256"]),
        sentence_zh=f"内容没有变化，沿用批次 {release_id}{_pinned_zh(home, release_id)}",
    )


def _draft_stands(home: Home, release_id: str) -> Outcome:
    from warehouse.release.publishing import drafts

    header = header_of(release_path(drafts.drafts_home(home), release_id))
    return Outcome(
        published=False,
        release_id=release_id,
        content_sha256=str(header["content_sha256"]),
        sentence_zh=f"内容没有变化，草稿批次 {release_id} 仍在等待发布",
    )


@contextmanager
def _journal(home: Home) -> Iterator[Callable[[Outcome], None]]:
    """Enter what a refresh did, or why it did not, on the desk; a desk that cannot be written stops no release."""

    def enter(outcome: Outcome) -> None:
        told = came_lines(outcome.came) if outcome.came else []
        sentences = "；".join((*outcome.notes_zh, outcome.sentence_zh, *told))
        with suppress(HomeError):
            Desk(home).enter("refresh", sentences, release_id=outcome.release_id)

    try:
        yield enter
    except YanglaoError as error:
        # A desk that is gone must not be replaced by an empty one.
        if home.desk.exists() and home.desk.stat().st_size:
            with suppress(HomeError):
                Desk(home).enter("refresh", str(error), is_done=False)
        raise


def collect_frames(home: Home, catalog: "Catalog", tell: Tell) -> Frames:
    """Rows of every loaded relation: catalogue, reference tables, published documents, county months."""
    from etl.declared_frames import declared_frames
    from etl.months.month_frames import frames as month_frames
    from warehouse.catalog import catalog_frames

    reference, documents = declared_frames(home, catalog, tell)
    tell("读入月报")
    months = month_frames(
        home,
        catalog,
        lambda detail_zh, done, total: tell("读入月报", f"{detail_zh}（{done}/{total}）"),
        reference=reference,
        review=flow.review(home) if load_settings().takes_passed_only else None,
        proposed=proposals.in_force(home, datetime.now(ZONE).date()),
    )
    # A relation nobody reported into is empty in the release without being handed over.
    reported = {name: frame for name, frame in months.items() if frame.height}
    paid = payments(home, catalog, {**reference, **reported})
    return joined([catalog_frames(catalog), reference, documents, reported, paid])


def payments(home: Home, catalog: "Catalog", frames: Frames) -> Frames:
    """Figures of the payments of a home beside the forms in `frames`; empty where none were ever counted."""
    if not _has_payments(home):
        return {}
    from etl.payouts.released import observations

    return observations(home, catalog, frames)


def _has_payments(home: Home) -> bool:
    return (home.root / "payouts" / "figures").exists()


def joined(parts: "Iterable[Mapping[str, pl.DataFrame]]") -> Frames:
    """The frames of all parts; rows of one relation handed by several parts stand below each other."""
    import polars as pl

    found: dict[str, list[pl.DataFrame]] = {}
    for part in parts:
        for name, frame in part.items():
            found.setdefault(name, []).append(frame)
    return {
        name: frames[0] if len(frames) == 1 else pl.concat(frames, how="diagonal") for name, frames in found.items()
    }


def _repaired(home: Home, kind: str) -> list[str]:
    try:
        notes = repair(home)
    except OSError as error:
        raise PublishError(
            f"批次目录 {home.releases}：不能整理上次更新留下的文件（{_which(error)}{reason_zh(error)}）。"
            "请检查磁盘空间与权限，是文件夹的请移走，然后重试"
        ) from error
    newest = newest_whole(home)
    if newest and header_of(release_path(home, newest))["kind_code"] != kind:
        raise PublishError(
            f"数据目录 {home.root}：其中的批次是{'演示' if kind == 'real' else '实际'}数据，"
            f"不能与{'实际' if kind == 'real' else '演示'}数据混放。请用 YANGLAO_HOME 另指目录"
        )
    return notes


def _which(error: OSError) -> str:
    """The name of the file an error is about, with a blank after it; empty where the system does not say."""
    return f"{Path(error.filename).name} " if error.filename else ""


def _witness(home: Home) -> Witness | None:
    """What the newest release says of the entries it was made from; None without one."""
    newest = newest_whole(home)
    if newest is None:
        return None
    header = header_of(release_path(home, newest))
    reach = Reach(int(header.get("received_number") or 0), str(header.get("received_chain") or ""))
    return Witness(release_id=newest, reach=reach)


def _received(home: Home) -> list[str]:
    """Take what lies in the inbox; what came of it, in one sentence, when anything lay there."""
    reception = receive_inbox(home, who="收件箱")
    return [reception.sentence_zh] if reception.taken or reception.again or reception.ignored else []


def _left_out(home: Home) -> list[str]:
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


def _idle(home: Home, outcome: Outcome) -> list[str]:
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


def _release(
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
    from warehouse.desk.disclosed import Disclosed
    from warehouse.release.building.build import build
    from warehouse.release.publishing import drafts

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
        notes = tuple(note for note in (ahead, built.doubt_zh) if note)
        same = _release_with(home, built)
        if same:
            return Outcome(
                published=False,
                release_id=same,
                content_sha256=built.content_sha256,
                sentence_zh=f"内容没有变化，沿用批次 {same}{_pinned_zh(home, same)}",
                notes_zh=(built.doubt_zh,) if built.doubt_zh else (),
            )
        # Before anybody can read it: a release that is recorded and not published costs nothing but a mask too many.
        record.add(release_id, built.states)
        if _has_payments(home):
            from etl.payouts.released import keep

            keep(home, release_id, frames)
        if is_draft:
            drafts.keep(home, path, release_id)
            return Outcome(
                published=False,
                release_id=release_id,
                content_sha256=built.content_sha256,
                sentence_zh=f"草稿批次 {release_id} 已生成，还没有发布。请有发布权限的人在“发布”页核对后发布",
                notes_zh=notes,
            )
        drafts.forget(home)
        pointer = publish(home, path, release_id, progress=tell)
    finally:
        for leftover in home.releases.glob(f"{path.name}*"):
            leftover.unlink(missing_ok=True)
    tell("清理旧批次")
    removed, note = _pruned(home)
    return Outcome(
        published=True,
        release_id=release_id,
        content_sha256=built.content_sha256,
        sentence_zh=_sentence(release_id, pointer, built, removed) + note,
        notes_zh=notes,
    )


def _pinned_zh(home: Home, release_id: str) -> str:
    """Which release readers see, where it is not this one."""
    pointer = current_pointer(home)
    if pointer is None or pointer.release_id == release_id:
        return ""
    return (
        f"；但现行批次固定在 {pointer.release_id}，读者看到的是它。要启用 {release_id} 请运行 yanglao rollback --unpin"
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


def _sentence(release_id: str, pointer: publishing.Pointer, built: "BuildResult", removed: list[str]) -> str:
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
