"""A release that is built and not yet anybody's: what it would change, and how it is published or rejected by a person.

    drafts/releases/warehouse-<id>.duckdb    the one draft; a data home of its own, so that no reader's release list holds it

Decisions stand in the audit trail and on the desk; the file moves to the releases only when somebody published it.
"""

from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from zoneinfo import ZoneInfo

from warehouse.desk.journal import opened
from warehouse.errors import PublishError
from warehouse.home import Home
from warehouse.people import accounts, audit, flow
from warehouse.release.file import header_of, is_damaged
from warehouse.release.proof import seal_of
from warehouse.release.publishing.lock import lock
from warehouse.release.publishing.publish import (
    Pointer,
    current_pointer,
    publish,
    release_ids,
    release_path,
    rollback,
    unpin,
)

_TABLES = """
create table if not exists release_step (
    number integer primary key,
    release_id text not null,
    step_code text not null,
    who text not null,
    name_zh text not null,
    at text not null,
    reason_zh text not null,
    flow_mark integer not null
);
"""
CHINA = ZoneInfo("Asia/Shanghai")


def drafts_home(home: Home) -> Home:
    """The data home in which the draft lies."""
    return Home(home.root / "drafts")


def draft_id(home: Home) -> str | None:
    """The release that waits for a decision; None when none does."""
    return next(iter(release_ids(drafts_home(home))), None)


def keep(home: Home, building: Path, release_id: str) -> None:
    """Keep a built release as the draft in place of an older one; hold the lock."""
    drafts = drafts_home(home)
    drafts.releases.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = release_ids(drafts)
    publish(drafts, building, release_id)
    _enter(home, release_id, "draft", "", "", "")
    for old in before:
        _remove(drafts, old)


def forget(home: Home) -> None:
    """Remove the draft: something newer was published without it; hold the lock."""
    for old in release_ids(drafts_home(home)):
        _remove(drafts_home(home), old)


def asked_zh(home: Home, release_id: str) -> str:
    """What whoever publishes this draft retypes: its newest month, or its id where it has no months.

    Raises:
        PublishError: it is no longer the draft, or its file is damaged.
    """
    month = header_of(sound_draft(home, release_id)).get("latest_month")
    return f"{month:%Y-%m}" if month else release_id


def publish_draft(
    home: Home, release_id: str, *, retyped: str, who: str, name_zh: str, address: str = "", reason_zh: str = ""
) -> Pointer:
    """Make the draft the current release; the pointer afterwards.

    Raises:
        PublishError: it is no longer the draft, its file is damaged, the month was not retyped as it is, or it cannot
            be written.
        BusyError: a refresh is at work.
    """
    with lock(home, doing_zh="发布批次"):
        assure_retyped(home, release_id, retyped)
        path = sound_draft(home, release_id)
        header = header_of(path)
        told = {"release": release_id, "content": str(header["content_sha256"]), "reason": reason_zh}
        # First on record, then done: what cannot be recorded does not happen.
        audit.record(home, "published", who=who, address=address, subject=release_id, details=told)
        pointer = publish(home, path, release_id)
        _settled(home, release_id, who=who, name_zh=name_zh, reason_zh=reason_zh)
    # Whoever publishes means readers to see it, even where an earlier rollback pinned another.
    return unpin(home) if pointer.pinned else pointer


def assure_retyped(home: Home, release_id: str, retyped: str) -> None:
    """Raise PublishError unless this is the draft, whole, and its month was retyped as it is."""
    _same(retyped, asked_zh(home, release_id))


def settle(home: Home) -> str:
    """Finish what a publishing that was cut short left undone; what was done, empty when all was well.

    The file moves before the desk says so: a release that came from a draft, is among the releases and has its row of
    the trail was published, whatever the desk's steps say.
    """
    if not home.desk.exists():
        return ""
    with opened(home, _TABLES) as connection:
        open_steps = connection.execute(
            "select release_id from release_step group by release_id"
            " having count(*) filter (where step_code in ('published', 'rejected')) = 0"
        ).fetchall()
    there = set(release_ids(home))
    for (release_id,) in open_steps:
        row = audit.newest(home, "published", subject=release_id) if release_id in there else None
        if row is None:
            continue
        with lock(home, doing_zh="补记发布"):
            account = accounts.find(home, row.who)
            name_zh = account.name_zh if account else row.who
            _settled(home, release_id, who=row.who, name_zh=name_zh, reason_zh=str(row.details.get("reason") or ""))
        pointer = current_pointer(home)
        if pointer is not None and not pointer.pinned:
            unpin(home)
        return f"批次 {release_id} 发布后没有登记完（程序中断），已补记"
    return ""


def _settled(home: Home, release_id: str, *, who: str, name_zh: str, reason_zh: str) -> None:
    """What follows once the file is among the releases."""
    seal_of(release_path(drafts_home(home), release_id)).unlink(missing_ok=True)
    rmtree(drafts_home(home).root / "scopes", ignore_errors=True)
    # The release's own step last: while it is missing, `settle` does all of this again, and a report is published once.
    flow.published(home, up_to=_mark(home, release_id), who=who, name_zh=name_zh)
    _enter(home, release_id, "published", who, name_zh, reason_zh)


def reject(home: Home, release_id: str, *, reason_zh: str, who: str, name_zh: str, address: str = "") -> None:
    """Throw the draft away; the current release stands.

    Raises:
        PublishError: it is no longer the draft, or no reason was given.
    """
    reason = flow.plain_reason(reason_zh)
    if len(reason) < 2:
        raise PublishError("不予发布须写明原因。请补写后再办")
    with lock(home, doing_zh="不予发布"):
        _draft_path(home, release_id)
        audit.record(home, "rejected", who=who, address=address, subject=release_id, details={"reason": reason})
        _enter(home, release_id, "rejected", who, name_zh, reason)
        _remove(drafts_home(home), release_id)


def roll_back(home: Home, release_id: str, *, retyped: str, reason_zh: str, who: str, address: str = "") -> Pointer:
    """Go back to an older release, as `publish.rollback`, for a person who retyped its id and gave a reason.

    Raises:
        PublishError: the id was not retyped as it is, or no reason was given.
        ReleaseMissing: there is no such whole release.
    """
    reason = flow.plain_reason(reason_zh)
    if len(reason) < 2:
        raise PublishError("回退须写明原因。请补写后再办")
    _same(retyped, release_id)
    if release_id not in release_ids(home):
        rollback(home, release_id)
    audit.record(home, "rolled_back", who=who, address=address, subject=release_id, details={"reason": reason})
    return rollback(home, release_id)


def published_by(home: Home, release_id: str) -> tuple[str, datetime] | None:
    """Name and time of whoever published a release as a draft; None when nobody did."""
    if not home.desk.exists():
        return None
    with opened(home, _TABLES) as connection:
        found = connection.execute(
            "select name_zh, at from release_step where release_id = ? and step_code = 'published' order by number desc",
            (release_id,),
        ).fetchall()
    return (found[0][0], datetime.fromisoformat(found[0][1])) if found else None


def _same(retyped: str, asked: str) -> None:
    if retyped.strip() != asked:
        raise PublishError(f"输入的“{retyped[:40]}”与“{asked}”不同，没有办理。请照样重新输入")


def _draft_path(home: Home, release_id: str) -> Path:
    if draft_id(home) != release_id:
        raise PublishError(f"草稿批次 {release_id} 已不在：已被发布、否决，或有更新的草稿。请刷新后再看")
    return release_path(drafts_home(home), release_id)


def sound_draft(home: Home, release_id: str) -> Path:
    """The file of the draft, as it was built: publishing gives it a new digest, which would cover whatever it is by then."""
    path = _draft_path(home, release_id)
    if is_damaged(path, release_id):
        raise PublishError(
            f"草稿批次 {release_id}：文件已损坏，不能发布；现行批次没有改动。请运行 {home.refresh_command} 重新生成草稿"
        )
    return path


def _remove(drafts: Home, release_id: str) -> None:
    # With what was made of it for units that were shown a preview.
    rmtree(drafts.root / "scopes", ignore_errors=True)
    release_path(drafts, release_id).unlink(missing_ok=True)
    seal_of(release_path(drafts, release_id)).unlink(missing_ok=True)


def _mark(home: Home, release_id: str) -> int:
    """The last step of reports that was in the draft; the last of all of a release that was no draft yet."""
    with opened(home, _TABLES) as connection:
        drafted = connection.execute(
            "select flow_mark from release_step where release_id = ? and step_code = 'draft' order by number desc",
            (release_id,),
        ).fetchall()
    return drafted[0][0] if drafted else flow.mark(home)


def _enter(home: Home, release_id: str, step_code: str, who: str, name_zh: str, reason_zh: str) -> None:
    """Add a step of a release."""
    mark = _mark(home, release_id)
    with opened(home, _TABLES) as connection:
        connection.execute(
            "insert into main.release_step (release_id, step_code, who, name_zh, at, reason_zh, flow_mark)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (release_id, step_code, who, name_zh, datetime.now(UTC).isoformat(), reason_zh, mark),
        )
