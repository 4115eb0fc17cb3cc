"""Who is named where not all are: whoever differs by less than what counts shares a place, and nobody of them stands alone.

The one rule of places, that of the ranks in mart.indicator_month: in order, a new place begins where one is behind the
last by a difference that counts. Of 10.0, 10.3 and 10.6 with 0.5 that counts all share a place: a place that began at
10.6, because it lies 0.6 behind the first, would put it behind 10.3, from which it differs by less than counts. What a
place spans may then exceed what counts, and such a place is not called 相当 (`level_zh`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from warehouse.wording.grammar.cited import listed

Row = Mapping[str, Any]
T = TypeVar("T")
# Functional zones are a group of their own, and never first or last of the counties.
ZONE = "functional_zone"
# More names than these are not read in a sentence.
MOST_NAMED = 3
# Two equal quotients may differ in their last bit.
_EQUAL = 1e-9


def places(ordered: Iterable[T], is_level: Callable[[T, T], bool]) -> list[list[T]]:
    """Neighbours in their order, those together that are level with the one before."""
    found: list[list[T]] = []
    for one in ordered:
        if found and is_level(found[-1][-1], one):
            found[-1].append(one)
        else:
            found.append([one])
    return found


def by_value(
    rows: Iterable[T],
    value: Callable[[T], float],
    least: float | Callable[[T], float],
    *,
    lowest_first: bool = False,
) -> list[list[T]]:
    """The places of rows by a value of each, highest first.

    Args:
        least: the smallest difference that counts, for all or for each row; of two rows it has to count for both.
    """
    ordered = sorted(rows, key=value, reverse=not lowest_first)
    if not callable(least):
        return places(ordered, lambda one, other: abs(value(one) - value(other)) < max(least - _EQUAL, _EQUAL))
    # Of equal values the one for which most is needed decides, whichever of them stands first.
    needed: dict[float, float] = {}
    for row in ordered:
        needed[value(row)] = max(needed.get(value(row), 0.0), least(row))

    def is_level(one: T, other: T) -> bool:
        counts = max(needed[value(one)], needed[value(other)])
        return abs(value(one) - value(other)) < max(counts - _EQUAL, _EQUAL)

    return places(ordered, is_level)


def counting(least: float, base: float | None) -> float:
    """From what distance on a share of so many things is higher or lower: as declared, and never by less than one of them.

    The same as `counting_gap` of the reads.
    """
    return max(least, 1 / base) if base else least


def foremost(found: Sequence[Sequence[T]], most: int) -> list[T]:
    """Those in front: as many whole places as fit into `most`, the first in any case."""
    taken: list[T] = []
    for place in found:
        if taken and len(taken) + len(place) > most:
            break
        taken += place
    return taken


def each_of(names: Sequence[str], said_zh: str) -> str:
    """What is said of all of them: "7个单位都不落后", and of one by its name "新区不落后"."""
    return f"{names[0]}{said_zh}" if len(names) == 1 else f"{len(names)}个单位都{said_zh}"


def together(names: Iterable[str]) -> str:
    """Names that share a place: "甲", "甲、乙并列", "甲、乙、丙等5个并列"."""
    named = list(names)
    return listed(named) + ("并列" if len(named) > 1 else "")


def level_zh(high: float, low: float, least: float, least_zh: str) -> str:
    """How those who share one place stand to each other: 相当, or that only neighbours do.

    Args:
        least: the smallest difference that counts; least_zh in words.
    """
    return "相当" if high - low < max(least - _EQUAL, _EQUAL) else f"依次相差都不到{least_zh}，不分先后"


def among_zh(rows: Iterable[Row], *, kind: str = "kind_code") -> str:
    """ "县（区）中" before a first or last of the counties where zones stand beside them, empty where all are one group."""
    return "县（区）中" if len({row[kind] == ZONE for row in rows}) > 1 else ""


def absent_of(rows: Sequence[Row], value: str, *, kind: str = "kind_code") -> str:
    """Who of the group that a first and last is told of has no figure: "；濮阳县没有数，未列入"; empty where all have one."""
    absent = [row["area_zh"] for row in of_group(rows, kind=kind) if row[value] is None]
    return f"；{listed(absent)}没有数，未列入" if absent else ""


def of_group(rows: Sequence[Row], *, kind: str = "kind_code") -> list[Row]:
    """The counties and districts among units, or the zones where there are no others: a first and last is of one group."""
    counties = [row for row in rows if row[kind] != ZONE]
    return counties or list(rows)
