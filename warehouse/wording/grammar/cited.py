"""Sentences whose numbers remember the row they came from, so that a page can open each of them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number as printed, with the row of the release it was made from; `column` where a row shows several."""

    wording: str
    relation: str
    row_key: str
    column: str = ""


@dataclass(frozen=True, kw_only=True)
class Cited:
    """A sentence and its numbers in the order in which they stand in it."""

    text: str
    figures: tuple[Figure, ...] = ()


def cited(*parts: str | Figure | Cited | None) -> Cited:
    """The parts joined into one sentence; None is nothing."""
    text: list[str] = []
    figures: list[Figure] = []
    for part in parts:
        if part is None:
            continue
        if isinstance(part, Figure):
            text.append(part.wording)
            figures.append(part)
        elif isinstance(part, Cited):
            text.append(part.text)
            figures.extend(part.figures)
        else:
            text.append(part)
    return Cited(text="".join(text), figures=tuple(figures))


def listed(names: Iterable[str], *, most: int = 3) -> str:
    """Names in a row: "甲、乙、丙", "甲、乙、丙等5个" where there are more than `most`."""
    named = list(names)
    shown = "、".join(named[:most])
    return f"{shown}等{len(named)}个" if len(named) > most else shown
