"""Ad-hoc queries: one statement against one release, through the gate, in the worker, with an honest answer.

    answer = run_query(home, "select * from core.dim_area where city_area_id = :city", parameters={"city": "puyang"})

The page, the command line and tests use this one way.
"""

import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from warehouse.desk.queries import QueryDesk
from warehouse.errors import HomeError, QueryRefused
from warehouse.home import Home
from warehouse.query.help.explain import QueryMistaken
from warehouse.read import Release, Releases
from warehouse.release.proof import signature_of
from warehouse.release.publishing.publish import release_path
from warehouse.settings import Settings
from warehouse.worker.answers import JobFailed
from warehouse.worker.client import Job, JobStopped, Worker, shared_worker

LEAST_MEMORY_MB = 192
SCRATCH_MB = 4096
"""Of the largest file a statement may write, in a folder of its own, where its memory is not enough."""
LOG = logging.getLogger("yanglao.query")
_MONTH = re.compile(r"^(\d{4})[-年.](\d{1,2})月?$")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_MOMENT = re.compile(r"\bobs_as_of\s*\(\s*[:$](\w+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class QueryResult:
    """The answer to one statement.

    frame: at most the row limit. columns: name and DuckDB type. row_count: rows of the whole answer; None when there
    were more than could be counted in time. hash: SHA-256 over what `frame` holds, in its order: the same statement
    on the same release gives the same one, unless `is_volatile` or worked on by several `threads`. relations: what of the
    release it read. cautions: sentences about what may mislead in statement or values.
    """

    frame: pl.DataFrame
    columns: tuple[tuple[str, str], ...]
    row_count: int | None
    truncated: bool
    seconds: float
    release_id: str
    kind_code: str
    hash: str
    sql: str
    parameters: Mapping[str, Any]
    relations: tuple[str, ...]
    is_volatile: bool
    threads: int
    statement_kind: str
    cautions: tuple[str, ...]

    @property
    def size_zh(self) -> str:
        """How many rows, and whether some are left out: 共7行, 结果已截断，共12345行，只取前1000行."""
        if not self.truncated:
            return f"共{self.frame.height:,}行"
        if self.row_count is None:
            return f"结果已截断，共有多少行未数完，只取前{self.frame.height:,}行"
        return f"结果已截断，共{self.row_count:,}行，只取前{self.frame.height:,}行"

    @property
    def warnings_zh(self) -> tuple[str, ...]:
        """What must be known before the rows are used, a sentence each; empty for most answers."""
        cut = f"{self.size_zh}。合计、排序请写在语句里算，不要在截断的行上算；可加 where 或 group by 缩小范围。"
        changing = "语句用到当前时间、随机数或抽样，再运行一次结果可能不同。"
        return (*([cut] if self.truncated else []), *([changing] if self.is_volatile else []), *self.cautions)


@dataclass(frozen=True, kw_only=True)
class RunningQuery:
    """A statement under way. `cancel()` may be called from any thread."""

    sql: str
    parameters: Mapping[str, Any]
    release_id: str
    kind_code: str
    limits: Settings
    job: Job
    desk: QueryDesk | None = None
    run_id: int = 0

    def cancel(self) -> None:
        """Stop it; `result()` raises JobStopped within a fraction of a second."""
        self.job.cancel()

    def result(self) -> QueryResult:
        """Wait for the answer.

        Raises:
            QueryRefused: the gate refused it, or it is wrong (QueryMistaken, with its place).
            JobStopped: time, memory, or somebody cancelled.
        """
        try:
            result = self._answer()
        except JobStopped as stopped:
            self._log("cancelled" if stopped.reason == "cancelled" else "stopped", message_zh=str(stopped))
            raise
        except QueryRefused as refused:
            wrong = isinstance(refused, QueryMistaken)
            self._log("mistaken" if wrong else "refused", message_zh=str(refused))
            raise
        self._log(
            "answered",
            seconds=result.seconds,
            row_count=result.row_count,
            is_truncated=result.truncated,
            hash=result.hash,
        )
        return result

    def _answer(self) -> QueryResult:
        try:
            answer = self.job.result()
        except JobStopped as stopped:
            raise self._stopped(stopped.reason, str(stopped)) from None
        except JobFailed as failed:
            raise QueryRefused("这条语句不能处理。请简化后重试，如用 with 分步写") from failed
        if "stopped" in answer:
            raise self._stopped(answer["stopped"])
        if "mistaken" in answer:
            raise QueryMistaken(**answer["mistaken"])
        return QueryResult(
            frame=pl.read_ipc_stream(answer.pop("ipc")),
            columns=tuple(answer["columns"]),
            row_count=answer["row_count"],
            truncated=answer["truncated"],
            seconds=answer["seconds"],
            release_id=self.release_id,
            kind_code=self.kind_code,
            hash=answer["hash"],
            sql=self.sql,
            parameters=self.parameters,
            relations=tuple(answer["relations"]),
            is_volatile=answer["is_volatile"],
            threads=answer["threads"],
            statement_kind=answer["kind"],
            cautions=tuple(answer["cautions"]),
        )

    def _stopped(self, reason: str, text: str = "") -> JobStopped:
        """A stop in the words of the limits, whether the engine kept them or the kill did, and what to do."""
        if reason == "deadline":
            text = f"运行超过{self.limits.query_seconds}秒，已停止。"
        if reason == "memory":
            text = f"所需内存超过{self.job.memory_mb}MB，已停止。"
            if self.job.memory_mb < self.limits.query_memory_mb:
                text = f"{text}同时运行的查询较多，这次分到的比上限{self.limits.query_memory_mb}MB少。"
        return JobStopped(reason, f"{text}{_REMEDIES.get(reason, '')}")

    def _log(self, outcome_code: str, **told: Any) -> None:
        if self.desk:
            try:
                self.desk.finish(self.run_id, outcome_code, **told)
            except HomeError as error:
                LOG.warning("the end of a query could not be entered on the desk: %s", error)


def run_query(home: Home, sql: str, **options: Any) -> QueryResult:
    """The answer to one statement; arguments and errors as for `start_query` and `RunningQuery.result`."""
    return start_query(home, sql, **options).result()


def start_query(
    home: Home,
    sql: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    release: Release | None = None,
    release_id: str | None = None,
    limits: Settings | None = None,
    rows: int | None = None,
    worker: Worker | None = None,
    desk: QueryDesk | None = None,
    who: str = "",
    session: str = "",
) -> RunningQuery:
    """Begin one statement and return without waiting.

    Args:
        parameters: values for `:name`; text that looks like a month (2025-07) or a day becomes a date, but for the
            moment of `obs_as_of(:name)`, where 2025-07 means the end of that month.
        release: the release to ask, as acquired by the caller; spares opening it here.
        release_id: the release to ask by its number; the current one when neither is given.
        limits: seconds, rows and memory; the defaults when not given.
        rows: at most so many rows, never more than the limits allow.
        desk: where the run is entered before it starts and when it ends; `who` and `session` are whose it is.

    Raises:
        ReleaseMissing: there is no such release.
        JobStopped: too many queries run already.
    """
    limits = limits or Settings()
    if release is None:
        release = _whole_release(home, release_id)
    moments = set(_MOMENT.findall(sql))
    bound = {
        name: value if name in moments else parameter_value(name, value) for name, value in (parameters or {}).items()
    }
    run_id, desk = _entered(
        desk,
        sql,
        parameters=bound,
        kind_code=release.kind_code,
        release_id=release.release_id,
        who=who,
        session=session,
    )
    path = str(release_path(home, release.release_id))
    try:
        job = _submit(
            worker or shared_worker(), path, sql, bound, limits=limits, rows=rows, scratch=home.cache / "scratch"
        )
    except JobStopped as stopped:
        with suppress(HomeError):
            if desk:
                desk.finish(run_id, "stopped", message_zh=str(stopped))
        raise
    return RunningQuery(
        sql=sql,
        parameters=bound,
        release_id=release.release_id,
        kind_code=release.kind_code,
        limits=limits,
        job=job,
        desk=desk,
        run_id=run_id,
    )


def _entered(desk: QueryDesk | None, sql: str, **about: Any) -> tuple[int, QueryDesk | None]:
    """The number of the run on the desk, and the desk; a desk without room keeps nobody from asking, and the log says so."""
    if desk is None:
        return 0, None
    try:
        return desk.begin(sql, **about), desk
    except HomeError as error:
        LOG.warning("a query could not be entered on the desk: %s", error)
        return 0, None


def _submit(
    worker: Worker, path: str, sql: str, bound: dict, *, limits: Settings, rows: int | None, scratch: Path
) -> Job:
    """The statement as a job of the worker. The engine's own limit comes first; the kill is for what ignores it."""
    # The name alone does not do: a unit's file is made again under its own when the rules of scopes change.
    file = (path, "-".join(map(str, signature_of(Path(path)) or ())))
    return worker.start(
        "warehouse.query.in_worker:run",
        path,
        sql,
        bound,
        rows=min(rows or limits.query_rows, limits.query_rows),
        seconds=float(limits.query_seconds),
        deadline=limits.query_seconds + 0.5,
        memory_mb=limits.query_memory_mb,
        least_mb=min(LEAST_MEMORY_MB, limits.query_memory_mb),
        ready=("warehouse.query.in_worker:make_ready", *file),
        rehearsal=("warehouse.query.in_worker:rehearse", *file),
        leaves_places=True,
        file_mb=SCRATCH_MB,
        scratch=scratch,
    )


def _whole_release(home: Home, release_id: str | None) -> Release:
    """The named or current release, proven whole; only its name and kind may be used afterwards."""
    releases = Releases(home)
    try:
        with releases.acquire(release_id) as release:
            return release
    finally:
        releases.close()


def parameter_value(name: str, value: Any) -> Any:
    """The value to bind: 2025-07 and 2025年7月 become the first of that month, 2025-07-09 that day; the rest stays."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    month = _MONTH.match(text)
    try:
        if month:
            return date(int(month[1]), int(month[2]), 1)
        return date.fromisoformat(text) if _DAY.match(text) else value
    except ValueError:
        raise QueryRefused(f"参数 :{name} 的值“{value}”不是日期。请写成 2025-07 或 2025-07-01") from None


_REMEDIES = {
    "deadline": "请缩小范围：加 where 条件，查清 join 的条件是否写全，或先汇总再连接",
    "memory": "请缩小范围：少选列、加 where 条件，或先汇总再排序",
    "too_large": "",
    "busy": "",
    "cancelled": "",
    "killed": "请稍后重试；常发生时请让管理员查看本机内存",
    "crashed": "请用 with 分步写，或先汇总再连接",
}
