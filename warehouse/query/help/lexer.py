"""Reading SQL text as far as it takes to find words outside strings and comments, with their places.

Only conveniences rest on this (`:name` parameters, the statement inside EXPLAIN, places in messages). What may run is
decided on the tree of DuckDB's own parser, see `warehouse.query.gate`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>--[^\n]*|/\*)
  | (?P<string>[eE]'(?:[^'\\]|\\.|'')*(?P<escape_end>')?|'(?:[^']|'')*(?P<string_end>')?)
  | (?P<quoted>"(?:[^"]|"")*(?P<quoted_end>")?|`[^`]*(?P<tick_end>`)?)
  | (?P<dollar>\$(?P<tag>[A-Za-z_\x80-\U0010ffff]?[A-Za-z_0-9\x80-\U0010ffff]*)\$.*?(?P<dollar_end>\$(?P=tag)\$|\Z))
  | (?P<parameter>\$[A-Za-z_0-9\x80-\U0010ffff]+)
  | (?P<number>\d[\w.]*)
  | (?P<word>[A-Za-z_\x80-\U0010ffff][A-Za-z_0-9$\x80-\U0010ffff]*)
  | (?P<cast>::)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_MARK = re.compile(r"/\*|\*/")
_ENDS = {
    "string": ("string_end", "文字缺少结尾的单引号 '"),
    "quoted": ("quoted_end", '名称缺少结尾的双引号 "'),
}


@dataclass(frozen=True)
class Token:
    """A piece of SQL: kind is word, quoted, string, number, parameter, comment, cast or other."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def is_word(self, *words: str) -> bool:
        """Whether this is one of the (lower-case) words, unquoted."""
        return self.kind == "word" and self.text.lower() in words


def tokens(sql: str) -> Iterator[Token]:
    """The tokens of `sql` without white space, in order."""
    for match, start, end in _matches(sql):
        kind = match.lastgroup if match.lastgroup in ("space", "word", "number", "cast", "other") else _kind(match)
        if kind != "space":
            yield Token(kind=kind, text=sql[start:end], start=start)


def _matches(sql: str) -> Iterator[tuple[re.Match, int, int]]:
    """What the pattern finds from place to place, with begin and end; comments of /* nest, as DuckDB reads them."""
    start = 0
    while start < len(sql):
        match = _TOKEN.match(sql, start)
        end = _comment_end(sql, start) if match.group() == "/*" else match.end()
        yield match, start, end
        start = end


def _comment_end(sql: str, start: int) -> int:
    depth = 0
    for mark in _COMMENT_MARK.finditer(sql, start):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(sql)


def _kind(match: re.Match) -> str:
    for kind in ("comment", "string", "quoted", "dollar", "parameter"):
        if match[kind] is not None:
            return "string" if kind == "dollar" else kind
    return match.lastgroup or "other"


def unclosed(sql: str) -> tuple[int, str] | None:
    """Where a string, name or comment begins that never ends, and what is missing; None when all are closed."""
    last, start, end = None, 0, 0
    for last, start, end in _matches(sql):  # noqa: B007 (only the last one counts)
        pass
    if last is None:
        return None
    if last.group() == "/*":
        return None if _closes(sql[start:end]) else (start, "注释 /* 没有结束的 */")
    for kind, (ending, missing) in _ENDS.items():
        if last[kind] is not None and last[ending] is None and last["escape_end"] is None and last["tick_end"] is None:
            return start, missing
    return None


def _closes(comment: str) -> bool:
    marks = _COMMENT_MARK.findall(comment)
    return marks.count("/*") == marks.count("*/")


def place(sql: str, offset: int) -> str:
    """An offset as people count: 第2行第5列."""
    before = sql[: max(0, offset)]
    return f"第{before.count(chr(10)) + 1}行第{offset - (before.rfind(chr(10)) + 1) + 1}列"


def bind_colons(sql: str) -> str:
    """The statement with `:name` written as `$name`, DuckDB's own form of a named parameter.

    A colon is a parameter's only outside brackets and braces (slices, structs, maps) and after something that cannot
    end an expression; `::` is a cast. Length and places stay the same.
    """
    pieces = list(tokens(sql))
    changed = list(sql)
    depth = 0
    for index, token in enumerate(pieces):
        if token.kind != "other":
            continue
        if token.text in "[{":
            depth += 1
        elif token.text in "]}":
            depth -= 1
        elif token.text == ":" and depth <= 0 and index + 1 < len(pieces):
            following = pieces[index + 1]
            if following.kind == "word" and following.start == token.end and not _ends_a_name(pieces, index):
                changed[token.start] = "$"
    return "".join(changed)


def _ends_a_name(pieces: list[Token], index: int) -> bool:
    """Whether the token before `index` touches the colon as a name would in `label: expression`."""
    if index == 0:
        return False
    before = pieces[index - 1]
    return before.kind in ("word", "quoted") and before.end == pieces[index].start
