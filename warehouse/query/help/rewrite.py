"""Forms of a statement whose tree DuckDB shows: it has none of EXPLAIN, nor of PIVOT without a list of values."""

import re

from warehouse.errors import QueryRefused
from warehouse.query.help.lexer import Token, tokens
from warehouse.query.help.refusals import shortened

_QUERY_STARTS = ("select", "from", "with", "values", "pivot", "unpivot", "table", "describe", "summarize", "show")


_PIVOT_WORDS = ("using", "group", "order", "limit", "union", "except", "intersect")


def explained(sql: str) -> tuple[str, str]:
    """The options of an EXPLAIN, and the statement after them on its own, padded so that places stay."""
    pieces = [token for token in tokens(sql) if token.kind != "comment"]
    first = index = next(i for i, token in enumerate(pieces) if token.is_word("explain")) + 1
    while index < len(pieces) and pieces[index].is_word("analyze", "verbose"):
        index += 1
    if index + 1 < len(pieces) and pieces[index].text == "(" and not pieces[index + 1].is_word("(", *_QUERY_STARTS):
        index = _closing(pieces, index) + 1
    if index >= len(pieces):
        raise QueryRefused("explain 后面没有语句。请写 explain select …")
    options = " ".join(token.text for token in pieces[first:index])
    if not re.fullmatch(r"(analyze)?|\( (analyze|format \w+)( , (analyze|format \w+))* \)", options, re.IGNORECASE):
        raise QueryRefused(f"explain 的选项 {shortened(options)} 不能用。请只写 explain 或 explain analyze")
    start = pieces[index].start
    return options, re.sub(r"[^\n]", " ", sql[:start]) + sql[start:]


def explaining(options: str, inner: str) -> str:
    """EXPLAIN put together anew around a checked statement, in the blanks `explained` left so that places stay."""
    front = f"explain {options}".rstrip()
    blanks, rest = inner[: len(front)], inner[len(front) :]
    fits = not blanks.strip() and (rest[0].isspace() or rest[0] == "(")
    return front + rest if fits else f"{front} {inner}"


def _closing(pieces: list[Token], index: int) -> int:
    """Where the bracket opened at `index` closes; the last token when it never does."""
    depth = 0
    for position in range(index, len(pieces)):
        depth += {"(": 1, ")": -1}.get(pieces[position].text, 0) if pieces[position].kind == "other" else 0
        if depth == 0:
            return position
    return len(pieces) - 1


def with_pivot_values(sql: str) -> str:
    """The same statement with a value list put after each `PIVOT … ON expression`, for checking only.

    Without one DuckDB makes two statements of it, whose tree it does not show; with one it is a plain select holding
    every relation and function of the original.
    """
    pieces = [token for token in tokens(sql) if token.kind != "comment"]
    expressions = []
    for index, token in enumerate(pieces):
        if token.is_word("pivot", "pivot_wider"):
            expressions += _pivot_expressions(pieces, index)
    for start, end in sorted(expressions, reverse=True):
        expression = sql[start:end]
        bare = re.fullmatch(r'[\w."]+|\(.*\)', expression, re.DOTALL)
        sql = f"{sql[:start]}{expression if bare else f'({expression})'} in (1) {sql[end:]}"
    return sql


def _pivot_expressions(pieces: list[Token], index: int) -> list[tuple[int, int]]:
    """Begin and end of the expressions after ON that have no IN of their own."""
    found: list[tuple[int, int]] = []
    depth, begin, end, has_values = 0, None, 0, False
    for token in pieces[index + 1 :]:
        if token.kind == "other" and token.text in ")]}":
            depth -= 1
        ends = depth < 0 or (depth == 0 and (token.is_word(*_PIVOT_WORDS) or token.text in ",;"))
        if begin is not None and ends:
            found += [] if has_values or begin < 0 else [(begin, end)]
            has_values = False
            begin = -1 if token.text == "," else None
        elif begin is None and depth == 0 and token.is_word("on"):
            begin = -1
        elif begin is not None:
            begin = token.start if begin < 0 else begin
            has_values = has_values or (depth == 0 and token.is_word("in"))
        if depth < 0 or (begin is None and token.is_word("using", "group")):
            return found
        if token.kind == "other" and token.text in "([{":
            depth += 1
        end = token.end
    return found + ([(begin, end)] if begin is not None and begin >= 0 and not has_values else [])
