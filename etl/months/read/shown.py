"""What a cell shows where its number format makes words, or another number, of the one it stores.

People answer for what they see: 84 under the format 0"万" is 84万, under 约0 it is about 84, under 0% it is 8400%, and
under 0, it is a thousandth. Decimals, separators, colours and signs of money change nothing and are left alone.
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from etl.months.read.cells import Cell

_TOKEN = re.compile(r'"([^"]*)"?|[\\!](.)|[_*].|\[([^\]]*)\]|(General|G/通用格式|[0#?.,]+)|([^0#?])', re.DOTALL)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_DISPLAYED = re.compile(r"\d+(?:\.\d+)?")
_NO_WORDS = re.compile(r"[\s()\-+￥¥$€]+")
# 0"+" is more than the number.
_NO_WORDS_BEHIND = re.compile(r"[\s()\-￥¥$€]+")
_HOLDS = {
    "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b, "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b, ">": lambda a, b: a > b, "=": lambda a, b: a == b,
}  # fmt: skip


class _Section(NamedTuple):
    """A section of a format: words before and behind the number, whether there is one, and what becomes of it."""

    before: str
    behind: str
    has_number: bool
    is_percent: bool
    is_other: bool
    condition: tuple[str, str] | None


def shown(text: str, code: str) -> tuple[Cell | None, bool]:
    """The cell a number looks like under a format, and whether it can be seen at all.

    Args:
        text: the stored number.
        code: the number format, e.g. 0"万".

    Returns:
        None where it is the number that is stored. A cell of kind "scaled" shows digits that are not the stored ones.
    """
    if not code or not may_change(code):
        return None, True
    value = Decimal(text)
    section = _section_for(value, _sections(code))
    words = section.before + section.behind
    # A dash or nothing in place of zero is how accounts write 0.
    if not section.has_number:
        if value == 0 and not re.search(r"\w", words):
            return None, True
        return (Cell(words, "text"), True) if words.strip() else (None, False)
    before, behind = _words(section.before, section.behind)
    if section.is_other or re.search(r"\d", before + behind):
        return Cell(text, "scaled"), True
    number = f"{value * 100:f}" if section.is_percent else text
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    if not (before or behind or section.is_percent):
        return None, True
    return Cell(before + number + ("%" if section.is_percent else "") + behind, "text"), True


def _words(before: str, behind: str) -> tuple[str, str]:
    """What stands before and behind a number without what changes nothing about it."""
    return _NO_WORDS.sub("", before), _NO_WORDS_BEHIND.sub("", behind)


@lru_cache(maxsize=512)
def may_change(code: str) -> bool:
    """Whether a format ever shows other than the stored number."""
    return any(
        not one.has_number or one.is_percent or one.is_other or any(_words(one.before, one.behind))
        for one in _sections(code)
    )


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[_Section, ...]:
    parts = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)
    return tuple(_section(part) for part in parts if part.strip() != "@")


def _section(part: str) -> _Section:
    before, behind, digits = "", "", ""
    is_percent = is_inside = False
    condition = None
    for found in _TOKEN.finditer(part):
        quoted, escaped, bracket, number, other = found.groups()
        if bracket is not None:
            if compared := _CONDITION.fullmatch(bracket):
                condition = (compared[1], compared[2])
            continue
        if number is not None and (digits or number != ","):
            # Words between the digits: 0!.0 sets a point where none is.
            is_inside = is_inside or bool(digits and behind.strip())
            digits += number
            continue
        words = next((each for each in (quoted, escaped, other) if each is not None), "")
        if other == "%":
            is_percent = True
        elif digits:
            behind += words
        else:
            before += words
    is_scaled = bool(re.search(r",(?:\.|$)", digits))
    return _Section(before, behind, bool(digits), is_percent, is_inside or is_scaled or "‰" in behind, condition)


def _section_for(value: Decimal, sections: tuple[_Section, ...]) -> _Section:
    """The section a value is shown by: by its sign, or the first whose condition holds."""
    if any(one.condition for one in sections):
        for one in sections:
            if one.condition is None or _HOLDS[one.condition[0]](value, Decimal(one.condition[1])):
                return one
        return sections[-1]
    number = 0 if value > 0 else 1 if value < 0 else 2
    return sections[number] if number < len(sections) else sections[0]


def as_displayed(text: str, displayed: str) -> tuple[Cell | None, bool]:
    """The same as `shown` where the file keeps what a cell displays, and not how: 84万 beside the number 84."""
    value = Decimal(text)
    if not displayed.strip():
        return None, value == 0
    found = _DISPLAYED.search(displayed.replace(",", ""))
    if not found or re.search(r"[eE][+-]?\d", displayed):
        is_plain = bool(found) or (value == 0 and not re.search(r"\w", displayed))
        return (None if is_plain else Cell(displayed, "text")), True
    before, behind = displayed.replace(",", "")[: found.start()], displayed.replace(",", "")[found.end() :]
    is_percent = behind.lstrip().startswith("%")
    exact = abs(value) * (100 if is_percent else 1)
    half = Decimal("0.5").scaleb(-len(found[0].partition(".")[2]))
    words = _words(before, behind)
    if abs(Decimal(found[0]) - exact) > half or re.search(r"\d", "".join(words)):
        return Cell(text, "scaled"), True
    if not any(words):
        return None, True
    sign = "-" if value < 0 else ""
    return Cell(f"{words[0]}{sign}{exact.normalize():f}{words[1]}", "text"), True
