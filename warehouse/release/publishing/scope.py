"""What one unit may see, as release files of its own: a hidden number is not in the file, so nothing can ask for it.

    scopes/<area>/releases/warehouse-<id>.duckdb    a subset of the masked release of the same id

Who reports for several units reads the scope of them all: scopes/<area>+<area>/…, in the order of the alphabet.

A scope is a data home whose releases are made when first asked for and may be deleted at any time. It holds every value
and rank of other units that a 通报 names, their months' totals, and nothing of their townships, breakdowns, cells, forms
and problems. City totals are unchanged. Two scopes subtracted give nothing: both are subsets of one masked release, and a
city's breakdown to which fewer than three other units add is left out, since two who put their files together would be
left with the third one's.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from warehouse.errors import HomeError, PublishError, reason_zh
from warehouse.home import Home
from warehouse.people.roles import scope_units
from warehouse.release.file import WITHOUT_FAULTY_STEP, end_writing, file_form, is_damaged, is_whole
from warehouse.release.publishing.lock import lock
from warehouse.release.publishing.publish import current_pointer, point_at, publish, release_ids, release_path

# Rows about other units that nobody but they and the city see.
OWN_ONLY = ("core.fct_observation", "meta.submission", "meta.issue", "meta.restatement", "meta.correction")
# What tells of a row that is not in the file by its size or its hash.
DROPPED = ("meta.part_digest",)
TOTALS = {"breakdown_code": "total", "age_tier_code": "total"}
# Relations with a city's breakdowns, and what names one of them.
_BREAKDOWNS = {
    "mart.indicator_month": ("indicator_code", "breakdown_code", "month"),
    "mart.allowance_month": ("age_tier_code", "month"),
}
LEAST_OTHERS = 3
PATIENCE_SECONDS = 60
# Files made by other rules than these are made again.
_RULES = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
# Of other units' rows, who handed them in and where; the figure itself stays.
_LINKED = ("meta.receipt_input",)


# It becomes the name of a folder.
LONGEST_NAME = 250
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}(\+[a-z0-9][a-z0-9_-]{0,60}){0,11}")


def scoped_home(home: Home, area_id: str) -> Home:
    """The data home of a unit's scope, its current release being the current one of `home`; made where it is missing.

    Raises:
        PublishError: there is no release, or no such unit in it.
        HomeError: the file cannot be written.
    """
    if not _NAME.fullmatch(area_id) or len(area_id) > LONGEST_NAME:
        raise PublishError(_no_unit(area_id))
    pointer = current_pointer(home)
    if pointer is None:
        raise PublishError("还没有发布批次，不能按单位查看。请先运行 yanglao refresh")
    scope = Home(home.root / "scopes" / area_id)
    made_of = current_pointer(scope)
    is_made = made_of is not None and made_of.release_id == pointer.release_id and _is_by_these_rules(scope)
    if not is_made or not is_whole(release_path(scope, pointer.release_id), pointer.release_id):
        make(home, area_id, pointer.release_id)
    return scope


def make(home: Home, area_id: str, release_id: str) -> Path:
    """Make one scope file of a release and let the scope's readers follow; the file. Made already, it is kept, and while
    somebody else makes it, it is waited for."""
    scope = Home(home.root / "scopes" / area_id)
    scope.ensure()
    path = release_path(scope, release_id)
    # A page and what is painted before its first run ask at the same moment; the later one finds it made.
    with lock(scope, doing_zh="按单位准备数据", patience_seconds=PATIENCE_SECONDS):
        if not _is_by_these_rules(scope):
            for made in release_ids(scope):
                release_path(scope, made).unlink(missing_ok=True)
            _rules_of(scope).write_text(_RULES, encoding="ascii")
        # Made again from the release: of a spoilt copy nothing is needed.
        if path.exists() and is_damaged(path, release_id):
            path.unlink()
        if not path.exists():
            building = path.with_suffix(".building")
            building.unlink(missing_ok=True)
            try:
                _copy(release_path(home, release_id), building, area_id)
            except PublishError:
                building.unlink(missing_ok=True)
                raise
            except OSError as error:
                building.unlink(missing_ok=True)
                raise HomeError(
                    f"数据目录 {scope.root}：不能写入按单位的数据（{reason_zh(error)}）。请检查磁盘空间"
                ) from error
            publish(scope, building, release_id)
        _forget_removed(home, scope)
        _follow(home, scope)
    return path


def _follow(home: Home, scope: Home) -> None:
    """Let the scope's current release be its home's, whichever was made last: an older one asked for, or one gone back to."""
    pointer, mine = current_pointer(home), current_pointer(scope)
    if pointer is None or mine is None or mine.release_id == pointer.release_id:
        return
    if release_path(scope, pointer.release_id).exists():
        point_at(scope, pointer.release_id)


def _rules_of(scope: Home) -> Path:
    return scope.root / "rules"


def _is_by_these_rules(scope: Home) -> bool:
    """Whether what lies in a scope was made by this program's rules."""
    try:
        return _rules_of(scope).read_text(encoding="ascii") == _RULES
    except FileNotFoundError:
        return False


def _forget_removed(home: Home, scope: Home) -> None:
    """A scope keeps no release that its home has removed: withdrawn figures must not live on in a copy."""
    kept = set(release_ids(home))
    for release_id in release_ids(scope):
        if release_id not in kept:
            release_path(scope, release_id).unlink(missing_ok=True)


def _copy(source: Path, target: Path, area_id: str) -> None:
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(f"set {WITHOUT_FAULTY_STEP}")
        connection.execute(f"attach '{source}' as whole (read_only)")
        own = list(scope_units(area_id))
        for unit in own:
            if not connection.execute(
                "select 1 from whole.core.dim_area where area_id = ? and level_code = 'unit' and is_reporting", [unit]
            ).fetchall():
                raise PublishError(_no_unit(unit))
        ((rows,),) = connection.execute("select sum(row_count) from whole.meta.relation").fetchall()
        connection.execute(f"attach '{target}' as scope ({file_form(rows)})")
        connection.execute(
            "create temp table hidden as select t.area_id, t.level_code from whole.core.dim_area t"
            " where (t.level_code = 'township' and not coalesce(list_contains($own, t.parent_area_id), false))"
            " or (t.level_code = 'unit' and t.is_reporting and not list_contains($own, t.area_id))",
            {"own": own},
        )
        for name in _BREAKDOWNS:
            connection.execute(_thin(name))
        connection.execute("begin")
        for statement in _statements(connection):
            connection.execute(statement)
        connection.execute("commit")
        connection.execute("checkpoint scope")
        connection.execute("detach scope")
    end_writing(target)


def _statements(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    tables = connection.execute(
        "select schema_name, table_name, sql, comment from duckdb_tables() where database_name = 'whole'"
    ).fetchall()
    columns: dict[str, list[str]] = {}
    comments = []
    for schema, table, column, comment in connection.execute(
        "select schema_name, table_name, column_name, comment from duckdb_columns() where database_name = 'whole'"
        " order by schema_name, table_name, column_index"
    ).fetchall():
        columns.setdefault(f"{schema}.{table}", []).append(column)
        if comment:
            comments.append(f'comment on column scope.{schema}.{table}."{column}" is {_literal(comment)}')
    for schema in sorted({schema for schema, *_ in tables}):
        yield f"create schema if not exists scope.{schema}"
    for schema, table, sql, comment in tables:
        name = f"{schema}.{table}"
        yield sql.replace("CREATE TABLE ", "CREATE TABLE scope.", 1).replace("scope.whole.", "scope.", 1)
        yield f"insert into scope.{name} select * from whole.{name} where {_seen(name, columns[name])}"
        if comment:
            comments.append(f"comment on table scope.{name} is {_literal(comment)}")
    yield from comments


def _seen(name: str, columns: list[str]) -> str:
    """The condition on rows of a relation that a unit may see."""
    if name in DROPPED:
        return "false"
    if name in _LINKED:
        hidden = "(select area_id from hidden where level_code = 'township')"
        others = "(select area_id from hidden where level_code = 'unit')"
        own_only = ", ".join(_literal(each) for each in OWN_ONLY)
        return (
            f"split_part(row_key, '|', 1) not in {hidden} and split_part(input_row_key, '|', 1) not in {hidden}"
            f" and not (input_relation in ({own_only}) and split_part(input_row_key, '|', 1) in {others})"
        )
    if "area_id" not in columns or name.startswith("core.dim_"):
        return "true"
    if name in OWN_ONLY:
        # What could not be placed may be anybody's.
        return "area_id is not null and area_id not in (select area_id from hidden)"
    conditions = ["(area_id is null or area_id not in (select area_id from hidden where level_code = 'township'))"]
    for column, total in TOTALS.items():
        if column in columns:
            conditions.append(f"({column} = '{total}' or area_id not in (select area_id from hidden))")
    if name in _BREAKDOWNS:
        conditions.append(f"(area_id, {', '.join(_BREAKDOWNS[name])}) not in (from {_thin_name(name)})")
    return " and ".join(conditions)


def _thin(name: str) -> str:
    """A statement that lists the breakdowns of cities to which too few other units add."""
    keys = _BREAKDOWNS[name]
    columns = ", ".join(keys)
    code = next(key for key in keys if key in TOTALS)
    return (
        f"create temp table {_thin_name(name)} as select c.area_id, {', '.join(f'c.{key}' for key in keys)}"
        f" from whole.{name} c join whole.core.dim_area a on a.area_id = c.area_id and a.level_code = 'city'"
        f" left join (select d.parent_area_id, {columns}, count(*) as others from whole.{name} o"
        "   join hidden h on h.area_id = o.area_id and h.level_code = 'unit'"
        f"   join whole.core.dim_area d on d.area_id = o.area_id"
        "   where o.status_code in ('reported', 'suppressed') group by all) o"
        f"  on o.parent_area_id = c.area_id and {' and '.join(f'o.{key} = c.{key}' for key in keys)}"
        f" where c.{code} <> '{TOTALS[code]}' and coalesce(o.others, 0) < {LEAST_OTHERS}"
    )


def _thin_name(name: str) -> str:
    return f"thin_{name.partition('.')[2]}"


def _no_unit(area_id: str) -> str:
    return f"单位“{area_id[:40]}”：本批次里没有这个报送单位，不能按单位查看。请管理员核对授权的地区"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
