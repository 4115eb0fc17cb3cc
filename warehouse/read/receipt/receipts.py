"""The walk from a shown number back to its sentence or cell.

`meta.receipt_input` says what each derived row was made of; here the rows are fetched, level by level and relation by
relation, and `warehouse.wording.receipt.receipts` tells each of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warehouse.read import Release
from warehouse.read.meta.names import ReleaseNames
from warehouse.read.receipt import derived, month_receipts
from warehouse.wording.receipt.receipt_sources import Input, Told
from warehouse.wording.receipt.receipts import column_of_input, is_relevant, order_of_input, tell

DEEPEST = 6
Reference = tuple[str, str]
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One row of the walk in words, with what it was made of, in the order of the arithmetic.

    `source_zh` is the document or table that says it, `submission_zh` the report of a unit; empty where neither is.
    """

    relation: str
    row_key: str
    role_code: str
    role_zh: str
    told: Told
    source_zh: str
    submission_zh: str
    inputs: tuple["Step", ...]

    def walk(self) -> Iterator["Step"]:
        """This step and every one below it, depth first."""
        yield self
        for below in self.inputs:
            yield from below.walk()


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The whole walk of one shown number, and the release it stands in."""

    release_id: str
    is_demo: bool
    step: Step

    @property
    def sources_zh(self) -> tuple[str, ...]:
        """Every source and report met on the walk, once, in order."""
        met = (text for step in self.step.walk() for text in (step.source_zh, step.submission_zh))
        return tuple(dict.fromkeys(text for text in met if text))


def receipt_id(relation: str, row_key: str, column: str | None = None) -> str:
    """One text that names a number, for links and buttons; `split_receipt_id` takes it apart."""
    return f"{relation}:{row_key}" + (f"#{column}" if column else "")


def split_receipt_id(text: str) -> dict[str, str | None]:
    """The arguments of `receipt` from a receipt id.

    Raises:
        ValueError: not a receipt id.
    """
    relation, colon, rest = text.partition(":")
    row_key, _, column = rest.partition("#")
    if not (colon and relation and row_key):
        raise ValueError(f"“{text}”不是数字凭证编号；应形如“表名:主键”，主键各列以 | 相连")
    return {"relation": relation, "row_key": row_key, "column": column or None}


def receipt(release: Release, *, relation: str, row_key: str, column: str | None = None) -> Receipt | None:
    """The receipt of one row: formula, inputs with value, year, sentence and source; None when there is no such row.

    Args:
        row_key: the key columns joined by `|`, dates as 2025-07-09.
        column: which derived column is asked about where a row has several (`mart.area_profile`).
    """
    return next(iter(_receipts(release, [(relation, row_key)], column).values()), None)


def receipts(release: Release, full_ids: Iterable[str]) -> dict[str, Receipt]:
    """The receipts of many numbers by their ids, read together: a hundred cost little more than one.

    Raises:
        ValueError: one is not a receipt id.
    """
    by_column: dict[str | None, dict[Reference, str]] = {}
    for full_id in full_ids:
        asked = split_receipt_id(full_id)
        root = (asked["relation"] or "", asked["row_key"] or "")
        by_column.setdefault(asked["column"], {})[root] = full_id
    found: dict[str, Receipt] = {}
    for column, roots in by_column.items():
        found |= {roots[root]: one for root, one in _receipts(release, list(roots), column).items()}
    return found


def _receipts(release: Release, roots: Sequence[Reference], column: str | None) -> dict[Reference, Receipt]:
    edges = _edges(release, roots, column)
    rows = _rows(release, {*roots, *(child for below in edges.values() for _, child in below)})
    walk = _Walk(release=release, rows=rows, edges=edges, names=ReleaseNames(release))
    found = {}
    for root in roots:
        if root in rows:
            step = walk.step(root, "value", column)
            is_demo = release.kind_code == "demo" and _is_made_up(release, step)
            found[root] = Receipt(release_id=release.release_id, is_demo=is_demo, step=step)
    return found


# What a demonstration makes up; everything else in it is a real document, census or table of codes.
MADE_UP = frozenset({"core.fct_observation", "mart.indicator_month", "mart.allowance_month"})


def _is_made_up(release: Release, step: Step) -> bool:
    """Whether anything on the walk was made up: a real document must not carry the stamp of the generator."""
    walked = list(step.walk())
    if any(one.relation in MADE_UP for one in walked):
        return True
    sources = [one.told.source_id for one in walked if one.told.source_id]
    found = release.rows(
        "select count(*) as n from meta.source where kind_code = 'demo' and list_contains($sources, source_id)",
        {"sources": sources},
    ).frame
    return bool(found["n"][0])


def _edges(
    release: Release, roots: Iterable[Reference], column: str | None
) -> dict[Reference, list[tuple[str, Reference]]]:
    """Row to (role, input row), for the roots and everything below them; `column` of the roots only."""
    edges: dict[Reference, list[tuple[str, Reference]]] = {}
    frontier = set(roots)
    for depth in range(DEEPEST):
        found = release.rows(
            """
            select r.relation, r.row_key, r.role_code, r.input_relation, r.input_row_key
            from meta.receipt_input as r
            inner join (select unnest($relations) as relation, unnest($row_keys) as row_key) as f
                on f.relation = r.relation and f.row_key = r.row_key
            order by all
            """,
            {"relations": [name for name, _ in frontier], "row_keys": [key for _, key in frontier]},
        ).frame
        listed = [*found.iter_rows(), *_month_edges(release, frontier, None if depth else column)]
        for relation, row_key, role, input_relation, input_row_key in listed:
            edges.setdefault((relation, row_key), []).append((role, (input_relation, input_row_key)))
        frontier = {child for below in edges.values() for _, child in below} - edges.keys()
        if not listed or not frontier:
            break
    return edges


def _month_edges(release: Release, frontier: Iterable[Reference], column: str | None) -> Iterator[tuple]:
    for relation in month_receipts.COMPUTED:
        row_keys = sorted(key for name, key in frontier if name == relation)
        if row_keys:
            yield from month_receipts.edges(release, relation, row_keys, column)


def _rows(release: Release, wanted: Iterable[Reference]) -> dict[Reference, Row]:
    """The rows themselves; a row that is not there, or a key of the wrong shape, is left out."""
    keys: dict[str, list[list[str]]] = {}
    for relation, row_key in wanted:
        keys.setdefault(relation, []).append(row_key.split("|"))
    shapes = _key_columns(release, list(keys))
    rows: dict[Reference, Row] = {}
    for relation, parts in keys.items():
        columns = shapes.get(relation, [])
        fitting = [part for part in parts if columns and len(part) == len(columns)]
        if not fitting:
            continue
        given = ", ".join(
            f'unnest($k{n})::varchar as k{n}' for n in range(len(columns))
        )  # fmt: skip
        same = " and ".join(f'r."{name}" = try_cast(f.k{n} as {kind})' for n, (name, kind) in enumerate(columns))
        frame = release.rows(
            f"select f.*, r.* from {relation} as r inner join (select {given}) as f on {same}",
            {f"k{n}": [part[n] for part in fitting] for n in range(len(columns))},
        ).frame
        for row in frame.iter_rows(named=True):
            rows[relation, "|".join(row[f"k{n}"] for n in range(len(columns)))] = row
    return rows


def _key_columns(release: Release, relations: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Relation to its key columns with their types, in key order; unknown relations are left out."""
    found = release.rows(
        """
        select r.relation, c.column_name, c.data_type
        from meta.relation as r
        inner join meta.column as c
            on c.relation = r.relation and list_contains(string_split(r.key_columns, ','), c.column_name)
        where list_contains($relations, r.relation)
        order by r.relation, list_position(string_split(r.key_columns, ','), c.column_name)
        """,
        {"relations": relations},
    ).frame
    shapes: dict[str, list[tuple[str, str]]] = {}
    for relation, name, kind in found.iter_rows():
        shapes.setdefault(relation, []).append((name, kind))
    return shapes


@dataclass(frozen=True, kw_only=True)
class _Walk:
    release: Release
    rows: Mapping[Reference, Row]
    edges: Mapping[Reference, list[tuple[str, Reference]]]
    names: ReleaseNames

    def step(self, reference: Reference, role_code: str, column: str | None, depth: int = 0) -> Step:
        relation, row_key = reference
        row = self.rows[reference]
        below = [] if depth == DEEPEST else self._below(reference, row, column, depth)
        inputs = [
            Input(role_code=step.role_code, row=self.rows[step.relation, step.row_key], told=step.told)
            for step in below
        ]
        told = derived.told(self.release, relation, row, column, self.names) or tell(
            relation, row, self.names, inputs, column
        )
        return Step(
            relation=relation,
            row_key=row_key,
            role_code=role_code,
            role_zh=self.names.code("role_code", role_code),
            told=told,
            source_zh=self.names.source(told.source_id) if told.source_id else "",
            submission_zh=self.names.submission(told.submission_id) if told.submission_id else "",
            inputs=tuple(below),
        )

    def _below(self, reference: Reference, row: Row, column: str | None, depth: int) -> list[Step]:
        relation, _ = reference
        wanted = [
            (role, child)
            for role, child in self.edges.get(reference, [])
            if child in self.rows and is_relevant(relation, column, child[0], self.rows[child])
        ]
        wanted.sort(key=lambda each: order_of_input(relation, row, *each))
        return [
            self.step(child, role, column_of_input(relation, row, role, child[0]), depth + 1) for role, child in wanted
        ]
