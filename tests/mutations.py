"""The changes of a mutation run (`tests.mutants`): one small thing in a select or a module, each a mutant."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Mutant:
    """One change: characters `start` to `end` of a file become `text`."""

    file: Path
    start: int
    end: int
    text: str

    @property
    def source(self) -> str:
        """The file with the change made."""
        whole = self.file.read_text(encoding="utf-8")
        return whole[: self.start] + self.text + whole[self.end :]

    def __str__(self) -> str:
        whole = self.file.read_text(encoding="utf-8")
        line = whole.count("\n", 0, self.start) + 1
        column = self.start - whole.rfind("\n", 0, self.start)
        shown = whole.splitlines()[line - 1].strip()
        change = f"{whole[self.start : self.end]!r} → {self.text!r}"
        return f"{self.file.relative_to(ROOT)}:{line}:{column}: {change}    {shown}"


# ── SQL ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

_SQL_SWAPS = {
    "=": "<>", "<>": "=", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "+": "-", "-": "+", "*": "/", "/": "*",
    "and": "or", "or": "and", "is null": "is not null", "is not null": "is null", "sum": "max", "max": "min",
    "min": "max", "count": "sum", "greatest": "least", "least": "greatest", "left join": "inner join",
    "inner join": "left join", "desc": "asc", "union all": "union", "not": "", "distinct": "", "abs": "",
    "nulls last": "nulls first",
}  # fmt: skip
_SQL_TOKEN = re.compile(
    r"--[^\n]*|'[^']*'|\b(?:is not null|is null|left join|inner join|union all|nulls last|greatest|least|count|sum|max|min|"
    r"and|or|desc|not|distinct|abs)\b|<>|<=|>=|[=<>+\-*/]|\b\d+(?:\.\d+)?\b"
)


def sql_mutants(file: Path) -> Iterator[Mutant]:
    """Operators, joins, aggregates, numbers and codes of a select, each changed once."""
    text = file.read_text(encoding="utf-8")
    for found in _SQL_TOKEN.finditer(text):
        token = found.group()
        if token.startswith("--") or text[max(0, found.start() - 2) : found.start()].endswith(("count(", ".")):
            continue  # a comment; the star of count(*) and of t.*
        if token == "*" and re.search(r"select\s+$", text[: found.start()]):
            continue
        if token.startswith("'"):
            changed = "'mutant'"
        elif token[0].isdigit():
            changed = str(float(token) + 1) if "." in token else str(int(token) + 1)
        else:
            changed = _SQL_SWAPS[token]
        yield Mutant(file, found.start(), found.end(), changed)


# ── Python ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_COMPARE = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==", ast.Is: "is not",
    ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
_ARITHMETIC = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*"}


def python_mutants(file: Path) -> Iterator[Mutant]:
    """Comparisons, arithmetic, and/or, not, numbers and conditional expressions of a module, each changed once."""
    text = file.read_text(encoding="utf-8")
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    raw = text.encode()

    def at(line: int, column: int) -> int:
        return len(raw[: starts[line - 1] + column].decode())

    def span(node: ast.expr) -> tuple[int, int]:
        return at(node.lineno, node.col_offset), at(node.end_lineno, node.end_col_offset)

    def between(left: ast.expr, right: ast.expr, written: str) -> Mutant | None:
        start, end = span(left)[1], span(right)[0]
        operator = re.search(r"(is not|not in|[<>=!]=|//|\b(?:is|in|and|or)\b|[<>+\-*/])", text[start:end])
        return operator and Mutant(file, start + operator.start(), start + operator.end(), written)

    for node in ast.walk(ast.parse(text)):
        found: Mutant | None = None
        match node:
            case ast.Compare(ops=[operator], comparators=[right]) if type(operator) in _COMPARE:
                found = between(node.left, right, _COMPARE[type(operator)])
            case ast.BinOp(op=operator) if type(operator) in _ARITHMETIC and not isinstance(node.left, ast.JoinedStr):
                found = between(node.left, node.right, _ARITHMETIC[type(operator)])
            case ast.BoolOp(values=[left, right, *_]):
                found = between(left, right, "or" if isinstance(node.op, ast.And) else "and")
            case ast.UnaryOp(op=ast.Not()):
                start, _ = span(node)
                found = Mutant(file, start, start + len("not"), "")
            case ast.IfExp():
                found = Mutant(file, *span(node.test), f"not ({text[slice(*span(node.test))]})")
            case ast.Constant(value=bool()):
                found = Mutant(file, *span(node), str(not node.value))
            case ast.Constant(value=int() | float()):
                found = Mutant(file, *span(node), str(node.value + 1))
        if found:
            yield found
