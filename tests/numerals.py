"""Numbers in sentences: every one of them, what it stands for, and whether a frozen value prints like it."""

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

# Dates, ages and the names of documents are not measurements.
_NOT_MEASURED = re.compile(
    r"\d{4}—\d{4}年|\d{4}年度?(\d{1,2}(—\d{1,2})?月(\d{1,2}日|底)?)?|\d{1,2}—\d{1,2}月|\d{1,2}月(底|当月)?|\d+(—\d+)?岁|第\d+号|近\d+个月"
)
_NUMBER = re.compile(r"(\d[\d,]*)(?:\.(\d+))?(万|亿)?")
_SCALES = {None: Decimal(1), "万": Decimal(10_000), "亿": Decimal(100_000_000)}


def measured(text: str) -> str:
    """The text without dates and ages."""
    return _NOT_MEASURED.sub("", text)


def numerals(text: str) -> list[str]:
    """Every printed measurement of a text, in order: "2016", "70.2", "66.7万"."""
    return [found.group(0) for found in _NUMBER.finditer(measured(text))]


def prints_like(printed: str, value: float) -> bool:
    """Whether `value`, rounded half-up to the digits of `printed`, is what stands there; a share may stand as percent.

    A difference is told without its sign, since its direction is a word.
    """
    whole, fraction, scale = _NUMBER.fullmatch(printed).groups()
    number = Decimal(f"{whole.replace(',', '')}.{fraction or '0'}")
    step = Decimal(1).scaleb(-len(fraction or ""))
    exact = abs(Decimal(repr(float(value)))) / _SCALES[scale]
    # A double of a ratio may lie a hair below the half that its decimal form has.
    forms = (exact, exact * 100) if scale is None else (exact,)
    return any(abs(form.quantize(step, rounding=ROUND_HALF_UP) - number) == 0 for form in forms)


def is_among(printed: str, values: Iterable[object]) -> bool:
    """Whether one of the values prints like it; what is no number is passed over."""
    return any(prints_like(printed, value) for value in values if isinstance(value, int | float) and value is not True)


def last_places(row: Mapping[str, object]) -> list[int]:
    """The last of the places that a unit shares with others, of which text tells the first and the last: 2 and 4 of three."""
    rank, tied = row.get("rank"), row.get("tied_count")
    return [rank + tied - 1] if isinstance(rank, int) and isinstance(tied, int) else []
