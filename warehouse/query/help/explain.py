"""What DuckDB objects to, said in Chinese with its place in the statement and what to write instead."""

import difflib
import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import QueryRefused
from warehouse.query.help.hints import syntax_hint
from warehouse.query.help.lexer import place, tokens
from warehouse.query.help.refusals import LONGEST_NAME, shortened
from warehouse.query.help.wide import HALF, wide_signs

_MISTAKES = Path(__file__).resolve().parent / "mistakes.toml"
_LITERALS = {"STRING": "VARCHAR", "INTEGER": "INTEGER", "DECIMAL": "DECIMAL"}


class QueryMistaken(QueryRefused):
    """The statement is allowed but wrong. `original` is what DuckDB said; `line`, `column` count from 1 or are None."""

    def __init__(
        self, message_zh: str, *, original: str = "", line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message_zh)
        self.original = original
        self.line = line
        self.column = column


@dataclass(frozen=True, kw_only=True)
class _Mistake:
    pattern: re.Pattern
    says_zh: str
    do_zh: str


@functools.cache
def _mistakes() -> tuple[_Mistake, ...]:
    declared = tomllib.loads(_MISTAKES.read_text(encoding="utf-8"))["mistake"]
    return tuple(
        _Mistake(pattern=re.compile(each["pattern"]), says_zh=each["says_zh"], do_zh=each["do_zh"]) for each in declared
    )


def explain(sql: str, *, message: str, position: int | None, candidates: str = "", meant: str = "") -> QueryMistaken:
    """DuckDB's words about `sql` as an error for people.

    Args:
        message: what DuckDB said, in English.
        position: where, in bytes from the beginning; None when it does not say.
        candidates: names it would have known, separated by commas.
        meant: what a Chinese name in the message stands for, when somebody knows better than the engine.
    """
    says, does, name = _matched(message, candidates, meant)
    offset = _offset(sql, position, name)
    where = "" if offset is None else f"{place(sql, offset)}："
    wide = _full_width(sql)
    if wide:
        # Once it is mended, a word that holds such a sign is no word any more.
        is_whole = name and not any(sign in HALF for sign in name) and "syntax error" not in message
        says, does = (says, f"{wide}。{does}") if is_whole else ("", wide)
    elif offset is not None and "syntax error" in message:
        if sql[offset : offset + 1] == ":":  # a parameter reaches the engine with its own sign
            says = says.replace("“$”", "“:”")
        does = syntax_hint(sql, offset) or does
    line = column = None
    if offset is not None:
        line = sql.count("\n", 0, offset) + 1
        column = offset - (sql.rfind("\n", 0, offset) + 1) + 1
    told = f"{where}{says}。{does}" if says else does
    return QueryMistaken(told, original=message, line=line, column=column)


def _matched(message: str, candidates: str, meant: str) -> tuple[str, str, str]:
    """The sentence, the remedy, and the name the message is about."""
    for mistake in _mistakes():
        found = mistake.pattern.search(message)
        if not found:
            continue
        words = {key: value or "" for key, value in found.groupdict().items()}
        groups = {key: shortened(value) for key, value in words.items()}
        if "call" in groups:
            groups["call"] = _readable_call(groups["call"])
        groups["use"] = "、".join(re.findall(r"\w+\.\w+", words.get("use", "")))
        name = words.get("name") or words.get("word") or words.get("value") or ""
        near = meant or "、".join(each for each in re.findall(r"\w+", candidates) if _is_like(each, name))
        groups["near"] = f"是不是 {near}？" if near else ""
        return _filled(mistake.says_zh, groups), _filled(mistake.do_zh, groups), name
    first = message.strip().split("\n")[0]
    return (
        f"不能执行（{shortened(first, 160)}）",
        "请对照表和列的说明检查这一处；表与列见 meta.relation 和 meta.column",
        "",
    )


def _is_like(candidate: str, name: str) -> bool:
    """Whether a name the engine offers is worth repeating: it offers the nearest of all, however far."""
    whole = difflib.SequenceMatcher(None, candidate.lower(), name[:LONGEST_NAME].lower()).ratio() >= 0.5
    return whole or name.lower() in candidate.lower()


def _readable_call(call: str) -> str:
    """A call as people write it: `~~` is like, and a literal has the type it is of."""
    call = re.sub(r"(STRING|INTEGER|DECIMAL)_LITERAL", lambda found: _LITERALS[found[1]], call)
    return re.sub(r"^(!?~~\*?)", "like", call)


def _filled(text: str, groups: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: groups.get(found.group(1), ""), text)


def _offset(sql: str, position: int | None, name: str) -> int | None:
    """The place in characters; without one from the engine, where the name stands if it stands only once."""
    if position is not None:
        return len(sql.encode()[:position].decode(errors="ignore"))
    if not name:
        return None
    places = [token.start for token in tokens(sql) if token.text.strip("\"'`").lower() == name.lower()]
    return places[0] if len(places) == 1 else None


def _full_width(sql: str) -> str:
    """A hint when Chinese punctuation stands where SQL wants its own; empty when none does."""
    found = wide_signs(sql)
    if not found:
        return ""
    half = HALF[sql[found[0]]].replace(" ", "空格")
    more = f"（这样的全角标点共{len(found)}个）" if len(found) > 1 else ""
    return f"{place(sql, found[0])}是全角的“{sql[found[0]]}”，请改成半角的 {half}{more}"
