"""Who is named where not all are: whoever differs by less than what counts shares a place, and nobody of them stands alone.

The rule of the ranks in mart.indicator_month: in order, a new place begins where one is behind the last by a difference
that counts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from warehouse.wording.cited import listed

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
    rows: Iterable[T], value: Callable[[T], float], least: float, *, lowest_first: bool = False
) -> list[list[T]]:
    """The places of rows by a value of each, highest first; `least` is the smallest difference that counts."""
    ordered = sorted(rows, key=value, reverse=not lowest_first)
    return places(ordered, lambda one, other: abs(value(one) - value(other)) < max(least - _EQUAL, _EQUAL))


def foremost(found: Sequence[Sequence[T]], most: int) -> list[T]:
    """Those in front: as many whole places as fit into `most`, the first in any case."""
    taken: list[T] = []
    for place in found:
        if taken and len(taken) + len(place) > most:
            break
        taken += place
    return taken


def together(names: Iterable[str]) -> str:
    """Names that share a place: "甲", "甲、乙并列", "甲、乙、丙等5个并列"."""
    named = list(names)
    return listed(named) + ("并列" if len(named) > 1 else "")


def of_group(rows: Sequence[Row], *, kind: str = "kind_code") -> list[Row]:
    """The counties and districts among units, or the zones where there are no others: a first and last is of one group."""
    counties = [row for row in rows if row[kind] != ZONE]
    return counties or list(rows)
