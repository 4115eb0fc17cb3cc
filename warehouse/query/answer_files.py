"""An answer as a file, of a whole relation or of one statement; and what the command line hands to a query."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse import export
from warehouse.desk.queries import QueryDesk
from warehouse.errors import QueryRefused
from warehouse.home import Home, account_name
from warehouse.query.ask import run_query
from warehouse.read import Release, Releases
from warehouse.read.receipt.provenance import meanings, sources_behind
from warehouse.settings import Settings

_RELATION = re.compile(r"^(core|mart|meta)\.\w+$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class MadeFile:
    """A file's bytes and what it says about itself. `truncated`: rows beyond the limit were left out."""

    content: bytes
    notes: export.Notes
    truncated: bool


def form_of(path: Path) -> str:
    """The format a file name asks for. Raises QueryRefused for an ending nobody writes."""
    form = path.suffix.lower().removeprefix(".")
    if form not in export.FORMATS:
        raise QueryRefused(
            f"文件 {path.name}：不知道这种格式。文件名请以 {'、'.join('.' + name for name in export.FORMATS)} 结尾"
        )
    return form


def make_file(
    home: Home,
    what: str,
    form: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    release_id: str | None = None,
    limits: Settings | None = None,
    **audit: Any,
) -> MadeFile:
    """The rows of a relation (`mart.coverage`, all of them) or of one statement, in one of `export.FORMATS`.

    Args:
        audit: where the run of a statement is entered, from `audited`.

    Raises:
        QueryRefused: no such relation, or the statement is refused or wrong.
        JobStopped: the statement took too long or too much.
        ReleaseMissing: there is no such release.
    """
    releases = Releases(home)
    try:
        with releases.acquire(release_id) as release:
            if _RELATION.match(what.strip()):
                return _whole(release, what.strip().lower(), form)
            answer = run_query(home, what, parameters=parameters, release=release, limits=limits, **audit)
            notes = export.Notes(
                title_zh="查询结果",
                release_id=answer.release_id,
                kind_code=answer.kind_code,
                built_at=release.header["built_at"],
                size_zh=answer.size_zh,
                sql=answer.sql,
                parameters=answer.parameters,
                hash=answer.hash,
                **_about(release, answer.relations, answer.columns, remarks=answer.warnings_zh),
            )
            return MadeFile(content=export.write(answer.frame, form, notes), notes=notes, truncated=answer.truncated)
    finally:
        releases.close()


def given_parameters(written: Sequence[str] | None) -> dict[str, str]:
    """`name=value`, as written on the command line, as a mapping. Raises QueryRefused for one without an equals sign."""
    for each in written or ():
        if "=" not in each:
            raise QueryRefused(f"--param {each}：缺少等号。请写成 --param month=2025-07")
    return dict(each.split("=", 1) for each in written or ())


def audited(home: Home) -> dict[str, Any]:
    """For `start_query`: where this account's run is entered.

    Nothing where the desk cannot be written, so that a reader of somebody else's data home is not kept from reading.
    """
    desk = QueryDesk(home)
    return {"desk": desk, "who": account_name(), "session": "command"} if desk.can_be_written() else {}


def _whole(release: Release, relation: str, form: str) -> MadeFile:
    about = release.rows(
        "select label_zh, grain_zh from meta.relation where relation = $name", {"name": relation}
    ).frame
    if about.is_empty():
        raise QueryRefused(f'没有表 {relation}。有哪些表请查 meta.relation，或写 yanglao sql "show tables"')
    schema, _, name = relation.partition(".")
    frame = release.rows(f'select * from "{schema}"."{name}"').frame
    label, grain = about.row(0)
    kinds = release.rows(
        "select column_name, data_type from meta.column where relation = $name order by position", {"name": relation}
    ).frame
    notes = export.Notes(
        title_zh=label,
        release_id=release.release_id,
        kind_code=release.kind_code,
        built_at=release.header["built_at"],
        size_zh=f"共{frame.height:,}行，{grain}",
        sql=f"select * from {relation}",
        **_about(release, (relation,), tuple(kinds.iter_rows())),
    )
    return MadeFile(content=export.write(frame, form, notes), notes=notes, truncated=False)


def _about(
    release: Release,
    relations: tuple[str, ...],
    columns: tuple[tuple[str, str], ...],
    *,
    remarks: tuple[str, ...] = (),
) -> dict:
    said = meanings(release, relations=relations) if relations else {}
    return {
        "sources": sources_behind(release, relations=relations) if relations else [],
        "columns": {name: (kind, said.get(name, "")) for name, kind in columns},
        "remarks": ("比率是小数，乘100为%", *remarks),
    }
