"""A release that is built and not yet anybody's: what it would change, and how it is published or rejected by a person.

    drafts/releases/warehouse-<id>.duckdb    the one draft; a data home of its own, so that no reader's release list holds it

Decisions stand in the audit trail and on the desk; the file moves to the releases only when somebody published it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from shutil import rmtree
from zoneinfo import ZoneInfo

import duckdb

from warehouse.desk.journal import opened
from warehouse.errors import PublishError
from warehouse.home import Home
from warehouse.people import accounts, audit, flow
from warehouse.release.file import WITHOUT_FAULTY_STEP, header_of, is_damaged
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
MOST_LISTED = 200
CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What a draft would change against the current release, and what is not well in it.

    asked_zh is what the publisher retypes: the newest month, or the draft's id where there are no months. Counts are of
    values of county months; come and gone: rows (area, month, form, count of values); restated: rows (area, indicator,
    breakdown, month, old, new); missing: (unit, form) of the newest month; held: (unit, indicator, month); failed:
    sentences of open blocking problems, new ones first.
    """

    release_id: str
    asked_zh: str
    month: date | None
    new_count: int
    changed_count: int
    gone_count: int
    come: list[tuple]
    gone: list[tuple]
    restated: list[tuple]
    missing: list[tuple]
    held: list[tuple]
    failed: list[tuple]
    month_count: int
    month_before_count: int
    bytes: int
    bytes_before: int


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


def changes(home: Home, release_id: str) -> Changes:
    """What this draft would change.

    Raises:
        PublishError: it is no longer the draft, its file is damaged, or there is no current release.
    """
    path, pointer = _sound_draft(home, release_id), current_pointer(home)
    if pointer is None:
        raise PublishError("还没有现行批次，不能比较。请运行 yanglao refresh --publish")
    now = release_path(home, pointer.release_id)
    month = header_of(path).get("latest_month")
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(f"set {WITHOUT_FAULTY_STEP}")
        connection.execute(f"attach '{path}' as draft (read_only)")
        connection.execute(f"attach '{now}' as now (read_only)")
        for name in ("draft", "now"):
            connection.execute(
                f"create temp view {name}_value as select area_id, indicator_code, breakdown_code, month, value, status_code"
                f" from {name}.core.fct_observation qualify row_number() over ("
                "partition by area_id, indicator_code, breakdown_code, month order by revision desc) = 1"
            )

        def rows(sql: str, **values: object) -> list[tuple]:
            return connection.execute(sql, values).fetchall() if values else connection.execute(sql).fetchall()

        ((new, changed, gone),) = rows(
            "select count(*) filter (d.status_code = 'reported' and n.status_code is distinct from 'reported'),"
            " count(*) filter (d.status_code = 'reported' and n.status_code = 'reported' and d.value <> n.value),"
            " count(*) filter (n.status_code = 'reported' and d.status_code is distinct from 'reported')"
            " from draft_value d full join now_value n using (area_id, indicator_code, breakdown_code, month)"
        )
        area = "inner join draft.core.dim_area a using (area_id)"

        def by_form(here: str, there: str) -> list[tuple]:
            """What is reported here and not there, counted by area, month and form."""
            return rows(
                f"select a.short_name_zh, h.month, coalesce(c.label_zh, '其他'), count(*) from {here}_value h"
                f" anti join (from {there}_value where status_code = 'reported') t"
                " using (area_id, indicator_code, breakdown_code, month)"
                f" inner join {here}.core.dim_area a using (area_id)"
                f" left join {here}.meta.indicator i using (indicator_code)"
                f" left join {here}.meta.code c on c.code_set = 'form_code' and c.code = i.form_code"
                " where h.status_code = 'reported'"
                " group by a.short_name_zh, a.sort_order, h.month, c.label_zh, c.sort_order"
                f" order by h.month desc, a.sort_order, c.sort_order limit {MOST_LISTED}"
            )

        return Changes(
            release_id=release_id,
            asked_zh=f"{month:%Y-%m}" if month else release_id,
            month=month,
            new_count=new,
            changed_count=changed,
            gone_count=gone,
            come=by_form("draft", "now"),
            gone=by_form("now", "draft"),
            restated=rows(
                "select a.short_name_zh, i.label_zh, coalesce(p.label_zh, '合计'), d.month, n.value, d.value from draft_value d"
                " inner join now_value n using (area_id, indicator_code, breakdown_code, month)"
                f" {area} inner join draft.meta.indicator i using (indicator_code)"
                " left join (select code, any_value(label_zh) as label_zh from draft.meta.code group by code) p"
                " on p.code = d.breakdown_code and d.breakdown_code <> 'total'"
                " where d.status_code = 'reported' and n.status_code = 'reported' and d.value <> n.value"
                f" order by d.month desc, a.sort_order, i.label_zh, d.breakdown_code limit {MOST_LISTED}"
            ),
            missing=rows(
                f"select a.short_name_zh, c.label_zh from draft.meta.submission s {area}"
                " inner join draft.meta.code c on c.code_set = 'form_code' and c.code = s.form_code"
                " where s.month = $month and s.state_code = 'not_reported' order by a.sort_order, c.sort_order",
                month=month,
            ),
            held=rows(
                f"select a.short_name_zh, i.label_zh, d.month from draft_value d {area}"
                " inner join draft.meta.indicator i using (indicator_code) where d.status_code = 'withheld'"
                f" order by d.month desc, a.sort_order, i.label_zh limit {MOST_LISTED}"
            ),
            failed=rows(
                "select issue_id not in (select issue_id from now.meta.issue) as is_new, sentence_zh"
                " from draft.meta.issue where is_open and severity_code = 'blocking'"
                f" order by is_new desc, month desc, issue_id limit {MOST_LISTED}"
            ),
            month_count=_reported(connection, month, 0),
            month_before_count=_reported(connection, month, 1),
            bytes=path.stat().st_size,
            bytes_before=now.stat().st_size,
        )


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
        path = _sound_draft(home, release_id)
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
    month = header_of(_sound_draft(home, release_id)).get("latest_month")
    _same(retyped, f"{month:%Y-%m}" if month else release_id)


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


def _sound_draft(home: Home, release_id: str) -> Path:
    """The file of the draft, as it was built: publishing gives it a new digest, which would cover whatever it is by then."""
    path = _draft_path(home, release_id)
    if is_damaged(path, release_id):
        raise PublishError(
            f"草稿批次 {release_id}：文件已损坏，不能发布；现行批次没有改动。请运行 {home.refresh_command} 重新生成草稿"
        )
    return path


def _reported(connection: duckdb.DuckDBPyConnection, month: date | None, months_before: int) -> int:
    ((count,),) = connection.execute(
        "select count(*) from draft_value where status_code = 'reported'"
        " and month = cast($month as date) - to_months(cast($before as integer))",
        {"month": month, "before": months_before},
    ).fetchall()
    return count


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
