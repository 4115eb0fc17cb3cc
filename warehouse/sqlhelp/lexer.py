"""Reading SQL text as far as it takes to find words outside strings and comments, with their places.

Only conveniences rest on this (`:name` parameters, the statement inside EXPLAIN, places in messages). What may run is
decided on the tree of DuckDB's own parser, see `warehouse.gate`.
"""

import collections
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>--[^\n]*|/\*(?:[^*]|\*(?!/))*(?P<comment_end>\*/)?)
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
_ENDS = {
    "comment": ("comment_end", "注释 /* 没有结束的 */"),
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
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup if match.lastgroup in ("space", "word", "number", "cast", "other") else _kind(match)
        if kind != "space":
            yield Token(kind=kind, text=match.group(), start=match.start())


def _kind(match: re.Match) -> str:
    for kind in ("comment", "string", "quoted", "dollar", "parameter"):
        if match[kind] is not None:
            return "string" if kind == "dollar" else kind
    return match.lastgroup or "other"


def unclosed(sql: str) -> tuple[int, str] | None:
    """Where a string, name or comment begins that never ends, and what is missing; None when all are closed."""
    ending = collections.deque(_TOKEN.finditer(sql), maxlen=1)
    if not ending:
        return None
    last = ending[0]
    for kind, (end, missing) in _ENDS.items():
        if last[kind] is None or last[end] is not None:
            continue
        if kind == "comment" and last[kind].startswith("--"):
            continue
        if last["escape_end"] is not None or last["tick_end"] is not None:
            continue
        return last.start(), missing
    return None


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
