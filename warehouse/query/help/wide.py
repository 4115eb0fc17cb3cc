"""Chinese punctuation where SQL wants its own, as a text brings it along from a chat or a Word file."""

import re
from collections.abc import Iterator

from warehouse.query.help.lexer import tokens

_WIDE = "，（）；＝＜＞＋－＊／％．！：‘’“”\u3000"
_SQL_OWN = ",();=<>+-*/%.!:'''' "
HALF = dict(zip(_WIDE, _SQL_OWN, strict=True))
"""Each sign with the one SQL knows."""

_SIGN = re.compile("“[^“”]*”|‘[^‘’]*’|[{}]".format("".join(sign for sign in HALF if sign != "\u3000")))


def half_width(sql: str) -> str:
    """The statement with such signs made its own; texts, names in quotes and comments stay as they are.

    What stands between Chinese quotes becomes a text.
    """
    places = set(_places(sql))

    def half(found: re.Match) -> str:
        sign = found.group()
        if found.start() not in places:
            return sign
        return HALF[sign] if len(sign) == 1 else "'" + sign[1:-1].replace("'", "''") + "'"

    mended = _SIGN.sub(half, sql)
    # A quote inside a Chinese text hid what stands behind it.
    return mended if mended == sql else half_width(mended)


def wide_signs(sql: str) -> list[int]:
    """Where such signs stand outside texts, names in quotes and comments, in order."""
    return [at for at in _places(sql) if sql[at] in HALF]


def _places(sql: str) -> Iterator[int]:
    """The places where a sign is SQL's; a word after `as` names something, in whatever signs."""
    names_it = False
    for token in tokens(sql):
        if token.kind in ("word", "other") and not (names_it and token.kind == "word"):
            yield from range(token.start, token.end)
        names_it = token.is_word("as")
