"""A DuckDB select as steps of Spark SQL: the files of `sql/` are written once and run on both.

Spark writes out a part of a select again at every place that reads it: ten steps that each read the one before twice
would read the first a thousand times. Parts that are read more than once are therefore steps of their own, which the
cluster writes down.

What SQLGlot translates wrongly, or what the two engines do differently, is not mended here but kept out of the files:
`AVOIDED` names it, and a test holds the files to it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

# A part read several times is written down once it reads so many tables; below that, reading again costs less.
WRITTEN_FROM = 2
# And at the latest when it has become as large as this: planning a select of a hundred tables takes longer than running it.
WRITTEN_AT = 12
SEPARATOR = "__"
KEPT = "is_kept"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One select in Spark's dialect, read by later steps under `name`; `reads` names the tables it reads."""

    name: str
    sql: str
    reads: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Avoided:
    """Something the files must not say: how it is recognised, why, and what is written instead."""

    pattern: re.Pattern[str]
    why: str
    instead: str


def _avoided(pattern: str, why: str, instead: str) -> Avoided:
    return Avoided(pattern=re.compile(pattern, re.IGNORECASE), why=why, instead=instead)


AVOIDED = (
    _avoided(
        r"\bdate_diff\s*\(\s*'(?!day')",
        "DuckDB counts the firsts of months between two dates, Spark whole months",
        "(year(b) - year(a)) * 12 + month(b) - month(a)",
    ),
    _avoided(
        r"(?<!cast\()\bdate_trunc\s*\(",
        "Spark answers an instant, DuckDB a date",
        "cast(date_trunc('month', d) as date)",
    ),
    _avoided(
        r"\bcast\(\s*cast\((?!\s*(floor|year|month))[^()]*\bas bigint\)",
        "a double becomes the nearest whole number in DuckDB and loses its fraction in Spark",
        "cast(floor(x + 0.5) as bigint)",
    ),
    _avoided(
        r"\b(avg|stddev\w*|var\w*|median|quantile\w*|mode|first|last|any_value|arg_m\w+|string_agg|list)\s*\(",
        "the answer depends on the order in which rows come, and each engine has its own",
        "a sum of whole numbers: sum(cast(floor(x * 10000 + 0.5) as double)) / 10000; max, min, or a row number",
    ),
)
"""Kept out of every file that a cluster runs, see `tests/spark/test_dialect.py`."""


def found_in(sql: str) -> list[Avoided]:
    """What a select says that the two engines would read differently; empty for all files of ours."""
    code = re.sub(r"--[^\n]*", "", sql)
    return [each for each in AVOIDED if each.pattern.search(code)]


def steps(name: str, sql: str) -> list[Step]:
    """A select as steps in the order in which they run; the last one is called `name` and answers it.

    Tables of a schema are read as `schema__table`: views have no schema on a cluster.
    """
    parts = _flattened(name, _without_qualify(sqlglot.parse_one(sql, read="duckdb")), {})
    uses: dict[str, int] = {}
    for part, select in parts.items():
        for read in _tables(select):
            uses[read] = uses.get(read, 0) + 1
        uses.setdefault(part, 0)
    sizes: dict[str, int] = {}
    written: set[str] = {name}
    # A last part that only hands on the one before it.
    handed_on = set(_tables(parts[name])) if len(_tables(parts[name])) == 1 else set()
    for part, select in parts.items():
        sizes[part] = sum(1 if read in written else sizes.get(read, 1) for read in _tables(select))
        is_large = sizes[part] >= WRITTEN_AT and part not in handed_on
        if (uses[part] > 1 and sizes[part] >= WRITTEN_FROM) or is_large:
            written.add(part)
    return [_step(part, parts, written) for part in parts if part in written]


def _step(name: str, parts: Mapping[str, exp.Expression], written: set[str]) -> Step:
    inlined = _needed(name, parts, written)
    query = parts[name].copy()
    for part in inlined:
        query = query.with_(part, as_=parts[part].copy(), copy=False)
    reads = {read for part in (name, *inlined) for read in _tables(parts[part])} - set(inlined)
    return Step(name=name, sql=query.sql(dialect="spark", comments=False), reads=tuple(sorted(reads)))


def _needed(name: str, parts: Mapping[str, exp.Expression], written: set[str]) -> list[str]:
    """The parts a step has to carry with it, in order: those it reads, directly or not, that no step writes down."""
    wanted: set[str] = set()
    open_names = [name]
    while open_names:
        for read in _tables(parts[open_names.pop()]):
            if read in parts and read not in written and read not in wanted:
                wanted.add(read)
                open_names.append(read)
    return [part for part in parts if part in wanted]


def _flattened(name: str, query: exp.Expression, scope: Mapping[str, str]) -> dict[str, exp.Expression]:
    """Every part of the query by a name of its own, the query itself last; tables renamed to what they now are."""
    known, parts = dict(scope), {}
    carried = query.args.get("with_")
    query.set("with_", None)
    for part in carried.expressions if carried else ():
        parts |= _flattened(f"{name}{SEPARATOR}{part.alias}", part.this, known)
        known[part.alias] = f"{name}{SEPARATOR}{part.alias}"
    for table in _table_nodes(query):
        wanted = f"{table.db}{SEPARATOR}{table.name}" if table.db else known.get(table.name, table.name)
        if wanted != table.name and not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
        table.set("db", None)
        table.set("this", exp.to_identifier(wanted))
    return parts | {name: query}


def _without_qualify(query: exp.Expression) -> exp.Expression:
    """The query with every `qualify` as a filter around its select.

    SQLGlot's own way names again what a star already brought, and leaves its helper column in the answer.
    """
    # The innermost first: what is around it copies it.
    for select in reversed(list(query.find_all(exp.Select))):
        if (qualify := select.args.get("qualify")) is None:
            continue
        outer = sqlglot.parse_one(f"select * exclude ({KEPT}) from asked where {KEPT}", read="duckdb")
        carried = select.args.get("with_")
        select.set("with_", None)
        outer.set("with_", carried)
        select.replace(outer)
        select.set("qualify", None)
        select.select(exp.alias_(qualify.this, KEPT), copy=False)
        outer.find(exp.Table).replace(select.subquery("asked"))
        query = query if select is not query else outer
    return query


def _table_nodes(query: exp.Expression) -> Iterable[exp.Table]:
    return list(query.find_all(exp.Table))


def _tables(query: exp.Expression) -> list[str]:
    """The tables a part reads, once for each place."""
    return [table.name for table in _table_nodes(query)]
