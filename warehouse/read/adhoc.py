"""Statements that people type."""

import duckdb

from warehouse.errors import QueryRefused
from warehouse.read import Answer, Release


def ask(release: Release, statement: str, *, limit: int) -> Answer:
    """The first `limit` rows of one select that somebody typed, and whether there were more.

    Raises:
        QueryRefused: not exactly one select, or the engine cannot run it; says where and why.
    """
    try:
        statements = duckdb.extract_statements(statement)
    except duckdb.ParserException as error:
        raise QueryRefused(f"查询：语法不对（{_detail(error)}）。请改正后重试") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise QueryRefused("查询：只能是一条 select 语句。批次文件只读，不能改动；多条语句请分开查询")
    try:
        return release.rows(statement, limit=limit)
    except duckdb.Error as error:
        raise QueryRefused(f"查询：不能执行（{_detail(error)}）。表与列见 meta.relation 和 meta.column") from error


def _detail(error: duckdb.Error) -> str:
    return str(error).strip().replace("\n\n", "\n")
