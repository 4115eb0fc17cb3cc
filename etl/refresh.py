"""One refresh: everything this program knows, read, built, checked and published, or nothing changed.

What reads and builds is imported where it is first used: a refresh that finds nothing new needs none of it, and most of
its time would be imports.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from etl import unchanged
from etl.collected import Frames, Tell, collect_frames, refuse_lost_payments
from etl.garbage import sought_seldom
from etl.make_release import make_release
from etl.months.received import begin_reading, receive_inbox
from etl.outcome import Outcome, idle_zh, left_out_zh, pinned_zh
from warehouse.desk.counted import Reach
from warehouse.desk.journal import Desk
from warehouse.desk.whole import Witness, assured, clock_behind_zh, reach
from warehouse.errors import HomeError, PublishError, YanglaoError, reason_zh
from warehouse.home import Home, account_name
from warehouse.people import flow, proposals
from warehouse.release import shape
from warehouse.release.file import header_of, is_damaged, keep_header
from warehouse.release.publishing import publish as publishing
from warehouse.release.publishing.lock import lock
from warehouse.release.publishing.publish import ZONE, newest_whole, release_path, repair
from warehouse.settings import load_settings
from warehouse.wording.desk.receiving import came_lines

if TYPE_CHECKING:
    from warehouse.catalog import Catalog
    from warehouse.release.building.build import Engine

Progress = Callable[[str, int, int], None]

READING_STEPS = ("检查数据目录", "读入指标目录", "读入参考表", "读入公开文件", "读入月报")
# Every step a progress bar shows and a fault may strike, in order.
STEPS = (*READING_STEPS, *shape.STEPS, *publishing.STEPS)


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
        refuse_lost_payments(home)
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
            notes += left_out_zh(home) + idle_zh(home, outcome)
        outcome = replace(outcome, notes_zh=(*notes, *outcome.notes_zh))
        enter(outcome)
    if progress:
        progress("完成", len(STEPS), len(STEPS))
    return outcome


@sought_seldom()
def _anew(
    home: Home, collect: "Callable[[Home, Catalog, Tell], Frames] | None", *, tell: Tell, after: int, **how
) -> Outcome:
    """Everything read and built; `came` tells of what was received after that entry, `how` is for `make_release`."""
    tell("读入指标目录")
    with begin_reading(home):
        from etl.came import what_came
        from warehouse.catalog import load_catalog

        catalog = load_catalog()
        if collect is None:
            catalog = proposals.amended(catalog, proposals.in_force(home, datetime.now(ZONE).date()))
        frames = (collect or collect_frames)(home, catalog, tell)
    came = what_came(home, catalog, frames, after=after)
    return replace(make_release(home, catalog, frames, tell=tell, **how), came=came)


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
            if is_damaged(release_path(drafts.drafts_home(home), release_id), release_id):
                return None
            return _draft_stands(home, release_id)
    if release_id is None or release_id != newest_whole(home):
        return None
    return Outcome(
        published=False,
        release_id=release_id,
        content_sha256=str(header_of(release_path(home, release_id))["content_sha256"]),
        sentence_zh=f"内容没有变化，沿用批次 {release_id}{pinned_zh(home, release_id)}",
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
    """The name of the file an error is about, with a blank after it; empty where the system does not say.

    Of a file put in the place of another it is the other: what lies there is in the way.
    """
    named = error.filename2 or error.filename
    return f"{Path(named).name} " if named else ""


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
