"""What stands on the sheet of a unit, ready for its template, and what the sheets of a city share."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from warehouse.paper.facts import Facts, Row
from warehouse.paper.model import Stamp
from warehouse.wording.grammar.dates import month_zh


@dataclass(frozen=True, kw_only=True)
class Strip:
    """Where units of a group lie on one line, each position from 0 (worst shown) to 1 (best): better is right."""

    own: float | None
    others: tuple[float, ...]
    city: float | None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One indicator on the front; `place` is its place where no other shares it."""

    indicator_code: str
    name_zh: str
    note_zh: str
    value_text: str
    value: float | None
    place: int | None
    strip: Strip
    gap_text: str
    tone: str
    own_months: tuple[float | None, ...]
    city_months: tuple[float | None, ...]
    breaks: tuple[int, ...]
    target_zh: str
    target_note_zh: str


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """One planned rate on the back: the unit's and the city's value as parts of the target."""

    name_zh: str
    binding_zh: str
    target_text: str
    own_text: str
    city_text: str
    own_part: float | None
    city_part: float | None
    outcome_zh: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Township:
    """One township on the back."""

    name_zh: str
    built: float | None
    base: float | None
    bar_text: str
    rate_text: str
    boxes: tuple[str, ...]
    amount_text: str


@dataclass(frozen=True, kw_only=True)
class UnitSheet:
    """The whole sheet, ready for `sheet.typ`."""

    unit_zh: str
    group_zh: str
    month: date
    facts_zh: tuple[str, ...]
    heads: tuple[tuple[str, str, str], ...]
    claim_zh: str
    lines: tuple[Line, ...]
    legend_zh: str
    matters: tuple[tuple[str, str], ...]
    plan: tuple[PlanRow, ...]
    plan_note_zh: str
    township_claim_zh: str
    townships: tuple[Township, ...]
    township_note_zh: str
    tiles: tuple[tuple[int, int, str, str], ...]
    stamp: Stamp

    def data(self) -> dict[str, Any]:
        """As plain data, for the template."""
        told = asdict(self)
        told["month"] = month_zh(self.month)
        told["foot"], told["states"], told["is_demo"] = (
            self.stamp.line_zh,
            list(self.stamp.states_zh),
            self.stamp.is_demo,
        )
        return told


@dataclass(frozen=True, kw_only=True)
class SheetFacts:
    """What the sheets of all units of a city and month share, read once. `key` are the facts of the text."""

    facts: Facts
    key: Facts
    months: tuple[date, ...]
    city_months: Mapping[str, tuple[float | None, ...]]
    targets: Mapping[str, Row]
