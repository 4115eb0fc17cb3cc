"""The gate for ad-hoc SQL: exactly one statement that only reads the release.

DuckDB's own parser decides what a statement is; its tree, written as JSON, is walked as a whole. Whatever is not known
here is refused: kinds of nodes, functions, relations. The engine's own locks (read-only, external access off,
configuration locked) and the worker's limits stand behind this gate, see `warehouse.query.in_worker`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from warehouse.errors import QueryRefused
from warehouse.query.help.lexer import bind_colons, place, tokens, unclosed
from warehouse.query.help.refusals import (
    SYSTEM_NAME,
    allowed_functions,
    refused_statement,
    shortened,
    unknown_function,
    unknown_relation,
)
from warehouse.query.help.rewrite import explained, explaining, with_pivot_values

SCHEMAS = ("core", "mart", "meta")
SESSION_RELATIONS = ("obs",)
"""Relations every query connection has besides those of the release, see `warehouse/query/help/session.sql`."""

MAX_BYTES = 200_000
MAX_DEPTH = 120
MAX_PARAMETERS = 30
_QUERY_NODES = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}
_PLAIN_NODES = {
    *("SUBQUERY", "JOIN", "EXPRESSION_LIST", "EMPTY", "EMPTY_FROM", "PIVOT", "COLUMN_DATA"),
    *("ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER"),
    *("ORDER_DEFAULT", "ASCENDING", "DESCENDING"),
}
_EXPRESSIONS = {
    *("FUNCTION", "WINDOW", "OPERATOR", "COMPARISON", "CONJUNCTION", "BETWEEN", "CASE", "CAST", "TYPE", "COLLATE"),
    *("CONSTANT", "PARAMETER", "COLUMN_REF", "STAR", "POSITIONAL_REFERENCE", "LAMBDA", "SUBQUERY"),
}
_NAMING_AGGREGATES = {"list_aggregate", "list_aggr", "array_aggregate", "array_aggr", "aggregate"}
_MOMENT = re.compile(r"^\d{4}-(0[1-9]|1[0-2])(-\d{2})?$")
_SHOWN = {'"tables"', "__show_tables_expanded"}
# Signs that reorder or hide text on the screen: what is shown would not be what runs.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """A statement that may run.

    sql: the text to run, parameters written as `$name`. kind: select, pivot, explain, describe, summarize or show.
    parameters: names to bind. relations: those of the release it reads, `schema.name`. is_volatile: the answer may
    differ from run to run (random numbers, today's date, samples).
    """

    sql: str
    kind: str
    parameters: tuple[str, ...]
    relations: tuple[str, ...]
    is_volatile: bool


def check_statement(
    sql: str, *, relations: Mapping[str, str] | None = None, connection: duckdb.DuckDBPyConnection | None = None
) -> Allowed:
    """The statement as it may run.

    Parsing takes time and stack in proportion to the text, so this belongs inside the worker.

    Args:
        relations: `schema.name` of all relations of the release with their Chinese names; those of the catalogue when
            not given.
        connection: the one that will run it; else a passing one that only parses.

    Raises:
        QueryRefused: says where, what, and what to write instead.
        duckdb.ParserException: it is not SQL.
    """
    _check_text(sql)
    known = relations if relations is not None else _catalogue_relations()
    parser = connection or duckdb.connect(":memory:")
    try:
        bound = bind_colons(sql)
        statement, kind = _single(parser, bound)
        body, query = _readable(parser, statement.query, kind)
        tree = _tree(parser, body, bound)
    finally:
        if connection is None:
            parser.close()
    walk = _Walk(bound, offset=_offset(bound, body), body=body, known=known)
    walk.query(tree)
    parameters = tuple(sorted(statement.named_parameters))
    if any(name.isdigit() for name in parameters):
        raise QueryRefused("参数没有名称（? 或 $1）。请写成 :名称，如 where area_id = :unit")
    if len(parameters) > MAX_PARAMETERS:
        raise QueryRefused(f"参数有{len(parameters)}个，超过上限{MAX_PARAMETERS}个。请把固定的值直接写进语句")
    return Allowed(
        sql=query,
        kind=kind if kind == "explain" else walk.kind or kind,
        parameters=parameters,
        relations=tuple(sorted(walk.relations)),
        is_volatile=walk.is_volatile,
    )


def _catalogue_relations() -> dict[str, str]:
    from warehouse.catalog import load_catalog

    return {name: relation.label_zh for name, relation in load_catalog().relations.items()}


def _check_text(sql: str) -> None:
    size = len(sql.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise QueryRefused(
            f"语句有{size:,}字节，超过上限{MAX_BYTES:,}字节。请缩短；长名单请改用 in (select …) 或条件范围"
        )
    hidden = _HIDDEN.search(sql)
    if hidden:
        raise QueryRefused(
            f"{place(sql, hidden.start())}有看不见的控制字符（U+{ord(hidden.group()):04X}），"
            "它会使看到的语句与运行的不同。请删去后重新输入这一处"
        )
    if any("\ud800" <= sign <= "\udfff" or sign == "\ufffd" for sign in sql):
        raise QueryRefused("语句里有残缺的字符，不能识别。请重新输入")
    depth = 0
    for token in tokens(sql):
        if token.kind == "other" and token.text in "([{":
            depth += 1
            if depth > MAX_DEPTH:
                raise QueryRefused(f"{place(sql, token.start)}：括号套了{MAX_DEPTH}层以上。请用 with 分步写")
        elif token.kind == "other" and token.text in ")]}":
            depth -= 1


def _single(parser: duckdb.DuckDBPyConnection, sql: str) -> tuple[duckdb.Statement, str]:
    """The only statement of the text and its kind."""
    try:
        statements = parser.extract_statements(sql)
    except duckdb.ParserException:
        missing = unclosed(sql)
        if missing:
            raise QueryRefused(f"{place(sql, missing[0])}：{missing[1]}，语句到结尾仍未完。请补上") from None
        raise
    if not statements:
        raise QueryRefused("没有语句。请写一条 select，如 select * from core.dim_area")
    if len(statements) > 1:
        raise QueryRefused(f"一次只能运行一条语句，这里有{len(statements)}条。请只留一条，或选中要运行的那一条")
    statement = statements[0]
    name = statement.type.name
    if name in ("SELECT", "EXPLAIN", "MULTI"):
        # An EXPLAIN of a PIVOT counts as MULTI too.
        first = next(token for token in tokens(statement.query) if token.kind != "comment")
        return statement, "explain" if first.is_word("explain") else "pivot" if name == "MULTI" else "select"
    raise QueryRefused(refused_statement(name))


def _readable(parser: duckdb.DuckDBPyConnection, sql: str, kind: str) -> tuple[str, str]:
    """The reading statement whose tree is checked, and the statement to run.

    They are the same but for PIVOT, checked with values put in, and EXPLAIN, put together anew around what was checked.
    """
    if kind == "pivot":
        _read_alike(sql)
        return with_pivot_values(sql), sql
    if kind != "explain":
        return sql, sql
    options, inner = explained(sql)
    _, inner_kind = _single(parser, inner)
    if inner_kind == "explain":
        raise QueryRefused("explain 不能套 explain。请只留一个")
    body, inner = _readable(parser, inner, inner_kind)
    return body, explaining(options, inner)


def _read_alike(sql: str) -> None:
    """Refuse a text that our reader cuts into other pieces than the engine's: what is checked would not be what runs."""
    ours, before, size = set(), 0, 0
    for token in tokens(sql):
        size += len(sql[before : token.start].encode())
        before = token.start
        ours.add(size)
    if any(start not in ours for start, _ in duckdb.tokenize(sql)):
        raise QueryRefused("这条 PIVOT 的写法不能核对。请去掉注释和特殊的数字写法后重试")


def _offset(bound: str, body: str) -> int | None:
    """Where the checked text begins in the analyst's; None when values were put in and places would be wrong."""
    start = bound.find(body.strip())
    return None if start < 0 else start - (len(body) - len(body.lstrip()))


def _tree(parser: duckdb.DuckDBPyConnection, sql: str, shown: str) -> dict:
    with parser.cursor() as cursor:
        try:
            text = cursor.execute("select json_serialize_sql($1)", [sql]).fetchone()[0]
        except duckdb.Error as error:
            raise QueryRefused("这条语句的写法不能核对。请用 with 分步写，或改成普通的 select") from error
    try:
        tree = json.loads(text)
    except RecursionError:
        raise QueryRefused("语句套得太深，不能核对。请用 with 分步写") from None
    if tree["error"] or len(tree["statements"]) != 1:
        what = "PIVOT" if "pivot" in shown.lower() else "这条语句"
        raise QueryRefused(
            f"{what}的写法不能核对。请写成 pivot 表 on 列 in (值, …) using sum(列)，或改用 filter (where …)"
        )
    return tree["statements"][0]["node"]


class _Walk:
    """One pass over the tree of a statement, refusing the first thing that may not be there."""

    def __init__(self, sql: str, *, offset: int | None, body: str, known: Mapping[str, str]) -> None:
        self._sql = sql
        self._offset = offset
        self._body = body.encode()
        self._known = known
        self.relations: set[str] = set()
        self.kind = ""
        self.is_volatile = False

    def query(self, tree: dict) -> None:
        source = tree.get("from_table") or {}
        if source.get("type") == "SHOW_REF":
            self.kind = {"DESCRIBE": "describe", "SUMMARY": "summarize"}.get(source.get("show_type"), "show")
        elif source.get("type") == "PIVOT":
            self.kind = "pivot"
        try:
            self._visit(tree, frozenset())
        except RecursionError:
            raise QueryRefused("语句套得太深，不能核对。请用 with 分步写") from None

    def _visit(self, node: object, names: frozenset[str]) -> None:
        if isinstance(node, list):
            for each in node:
                self._visit(each, names)
            return
        if not isinstance(node, dict):
            return
        if "cte_map" in node:
            names = self._ctes(node, names)
        if "type" in node and "class" not in node:
            self._table_or_query(node, names)
        if node.get("class", "FUNCTION") not in _EXPRESSIONS:
            raise self._refusal(node, f"不支持这种写法（{node['class']}）", "请改成普通的 select、join、with")
        if "function_name" in node:
            self._function(node, "scalar")
            self._named_aggregate(node)
        if node.get("class") == "COLUMN_REF" and node["column_names"][-1].lower() in allowed_functions()["volatile"]:
            self.is_volatile = True
        if node.get("sample"):
            self.is_volatile = True
        for key, value in node.items():
            if key == "cte_map":
                continue
            if node.get("type") == "TABLE_FUNCTION" and key == "function":
                self._function(value | {"query_location": node.get("query_location")}, "table")
                self._visit({k: v for k, v in value.items() if k != "function_name"}, names)
                continue
            self._visit(value, names)

    def _ctes(self, node: dict, names: frozenset[str]) -> frozenset[str]:
        """Names visible in this query: each common table sees those before it, and itself when it recurs."""
        for entry in node["cte_map"].get("map", []):
            name = entry["key"].lower()
            if SYSTEM_NAME.search(name):
                raise self._refusal(node, f"with 里的名称 {shortened(entry['key'])} 与系统表同名", "请换一个名称")
            body = entry["value"]
            recursive = (body.get("query_node") or (body.get("query") or {}).get("node") or {}).get("type")
            self._visit(body, names | {name} if recursive == "RECURSIVE_CTE_NODE" else names)
            names = names | {name}
        if node.get("type") == "RECURSIVE_CTE_NODE" and node.get("cte_name"):
            names = names | {node["cte_name"].lower()}
        return names

    def _table_or_query(self, node: dict, names: frozenset[str]) -> None:
        kind = node["type"]
        if not isinstance(kind, str):  # a column's type, not a node's kind
            return
        if kind == "BASE_TABLE":
            self._relation(node, names)
        elif kind == "SHOW_REF":
            self._show(node)
        elif kind.endswith("_NODE"):
            if kind not in _QUERY_NODES:
                raise self._refusal(node, "with 里不能写入、修改或删除", "请只写 select")
        elif kind != "TABLE_FUNCTION" and kind not in _PLAIN_NODES:
            raise self._refusal(node, f"不支持这种写法（{kind}）", "请改成普通的 select、join、with")

    def _show(self, node: dict) -> None:
        """SHOW of a name shows a setting when there is one of that name, so only tables of the release pass, not
        names from WITH.
        """
        kind = node.get("show_type")
        if kind in ("DESCRIBE", "SUMMARY") and node.get("query"):
            return
        if kind == "SHOW" and node.get("table_name"):
            self._relation(node, frozenset())
            return
        if kind == "SHOW_FROM" and not node.get("catalog_name") and node.get("schema_name") in SCHEMAS:
            return
        if kind == "SHOW_SPECIAL" and node.get("table_name") in _SHOWN:
            return
        shown = shortened(str(node.get("table_name") or node.get("schema_name") or "").strip('"'))
        raise self._refusal(node, f"不能用 show {shown}".rstrip(), "看有哪些表请写 show tables，看列请写 describe 表名")

    def _relation(self, node: dict, names: frozenset[str]) -> None:
        path = [part for part in (node.get("catalog_name"), node.get("schema_name"), node.get("table_name")) if part]
        if path != [part for part in node.get("qualified_name", {}).get("path", path) if part]:
            raise self._refusal(node, "表名的写法不能核对", "请写成 core.表名、mart.表名 或 meta.表名")
        shown = ".".join(path)
        if node.get("at_clause"):
            raise self._refusal(node, "不支持 at (version …)", "要看以往批次，请在页面上方选择批次")
        if len(path) == 1:
            name = path[0].lower()
            if name in names or name in SESSION_RELATIONS:
                self.relations |= {"core.fct_observation"} if name not in names else set()
                return
            homes = [f"{schema}.{name}" for schema in SCHEMAS if f"{schema}.{name}" in self._known]
            if homes:
                self.relations.add(homes[0])
                return
        elif len(path) == 2 and shown.lower() in self._known:
            self.relations.add(shown.lower())
            return
        raise self._refusal(node, *unknown_relation(shown, self._known))

    def _function(self, node: dict, kind: str) -> None:
        name = node["function_name"].lower()
        allowed = allowed_functions()
        if name in allowed["volatile"]:
            self.is_volatile = True
        if kind == "table":
            if name in allowed["table"]:
                if name == "obs_as_of":
                    self._moment(node)
                    self.relations.add("core.fct_observation")
                return
        elif not re.search(r"[a-z0-9_]", name) or any(name in allowed[k] for k in ("scalar", "aggregate", "window")):
            return
        raise self._refusal(node, *unknown_function(name, kind))

    def _moment(self, node: dict) -> None:
        """A moment written out is a month or a day; another text would find nothing and say nothing."""
        for argument in node.get("arguments", ()):
            literal = argument.get("expression", {}).get("literal")
            if literal and not (literal["kind"] == "STRING" and _MOMENT.match(literal["text"])):
                what = f"obs_as_of 的时刻“{shortened(literal['text'])}”不是月份或日期"
                raise self._refusal(node, what, "请写 obs_as_of('2024-06') 或 obs_as_of('2024-06-15')，引号不能省")

    def _named_aggregate(self, node: dict) -> None:
        """`list_aggregate(list, 'name')` calls the aggregate it names."""
        if node["function_name"].lower() not in _NAMING_AGGREGATES or len(node.get("arguments", ())) < 2:
            return
        literal = node["arguments"][1].get("expression", {}).get("literal") or {}
        name = literal.get("text", "")
        if literal.get("kind") != "STRING":
            raise self._refusal(node, "要用的汇总函数不是写明的文字", "请直接写出名称，如 list_aggregate(列, 'sum')")
        if name.lower() not in allowed_functions()["aggregate"]:
            raise self._refusal(node, *unknown_function(name, "scalar"))
        self.is_volatile = self.is_volatile or name.lower() in allowed_functions()["volatile"]

    def _refusal(self, node: dict, what: str, instead: str) -> QueryRefused:
        location = node.get("query_location")
        where = ""
        if self._offset is not None and isinstance(location, int) and location < len(self._body):
            characters = len(self._body[:location].decode(errors="ignore"))
            where = place(self._sql, self._offset + characters) + "："
        return QueryRefused(f"{where}{what}。{instead}")
