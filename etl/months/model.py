"""A form as understood: figures in stored units with status and cell, and what they are checked against."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from etl.months.findings import Finding, Rule
from etl.months.names import AreaBook, Place
from etl.months.read.layouts import Layout
from warehouse.catalog import Catalog
from warehouse.month import add_months

Key = tuple[str, str, str]
"""Area, indicator (or name of a check), breakdown."""
Column = tuple[str, str]
"""Indicator and breakdown."""


@dataclass(slots=True)
class Figure:
    """One figure. `slack` is half the last printed place in stored units (money in 万元), 0 for counts.

    status: reported, missing, not_applicable, suppressed; `value` is None unless reported.
    """

    value: float | None
    status: str
    cell: str
    raw: str
    note: str = ""
    low: float | None = None
    high: float | None = None
    slack: float = 0.0
    is_check: bool = False
    has_row_note: bool = False


@dataclass(slots=True)
class PrintedShare:
    """A percentage the unit worked out itself; `numerator` and `denominator` are what it should be made of."""

    label: str
    indicator: str
    cell: str
    raw: str
    numerator: Key
    denominator: Key


@dataclass
class Form:
    """One form of one unit for one month, understood.

    figures hold values and checks by key, and stay as they are once a rule has looked; previous is the column 上月数; rows
    are the row keys of the main table with the row each came from; totals the printed total row by (indicator, breakdown).
    """

    layout: Layout
    sheet: str
    unit: Place
    month: dt.date
    correction: str = ""
    title_month: dt.date | None = None
    pay_month: dt.date | None = None
    filled_by: str = ""
    reviewed_by: str = ""
    filled_on: dt.date | None = None
    figures: dict[Key, Figure] = field(default_factory=dict)
    totals: dict[tuple[str, str], Figure] = field(default_factory=dict)
    previous: dict[Key, Figure] = field(default_factory=dict)
    shares: list[PrintedShare] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @cached_property
    def own(self) -> list[tuple[Key, Figure]]:
        """Reported values of the unit itself, checks left out."""
        unit = self.unit.area_id
        return [
            (key, figure)
            for key, figure in self.figures.items()
            if key[0] == unit and figure.value is not None and not figure.is_check
        ]

    @cached_property
    def below(self) -> dict[Column, dict[str, Figure]]:
        """The figures of the rows of townships, by column and township."""
        return below(self.figures, self.unit.area_id)

    def value(self, indicator: str, breakdown: str = "total", area: str | None = None) -> float | None:
        """The reported value, None when there is none."""
        figure = self.figures.get((area or self.unit.area_id, indicator, breakdown))
        return figure.value if figure else None

    def figure(self, indicator: str, breakdown: str = "total", area: str | None = None) -> Figure | None:
        """The figure, None when the form has no such cell."""
        return self.figures.get((area or self.unit.area_id, indicator, breakdown))

    def is_empty(self) -> bool:
        """Whether nobody wrote a single figure or word into it, but for what does not apply: no submission. A form in which
        nothing applies is one."""
        every = (*self.figures.values(), *self.totals.values())
        written = [figure for figure in every if figure.raw]
        return len(written) < len(every) and all(figure.status == "not_applicable" for figure in written)

    def finding(
        self,
        rule: str,
        key: Key,
        words: Mapping[str, str],
        *,
        reported: float | None = None,
        computed: float | None = None,
    ) -> Finding:
        """A finding about one figure of this form."""
        figure = self.figures.get(key)
        return Finding(
            rule=rule,
            sheet=self.sheet,
            cell=figure.cell if figure else "",
            area=key[0],
            indicator=key[1],
            breakdown=key[2],
            reported=reported,
            computed=computed,
            words=words,
        )


def below(figures: Mapping[Key, Figure], unit_id: str) -> dict[Column, dict[str, Figure]]:
    """The figures of other areas than the unit itself, by column and area."""
    found: dict[Column, dict[str, Figure]] = {}
    for (area, indicator, breakdown), figure in figures.items():
        if area != unit_id:
            found.setdefault((indicator, breakdown), {})[area] = figure
    return found


@dataclass
class MonthState:
    """What stands accepted for one month of one form of one unit. values are None where nothing was reported."""

    month: dt.date
    revision: int
    submission_id: str
    figures: dict[Key, Figure]
    is_corrected: bool = False


History = dict[dt.date, MonthState]
"""Accepted months of one form of one unit."""


def last_reported(history: History, month: dt.date, key: Key, *, within: int = 3) -> tuple[dt.date, float] | None:
    """The last reported value before `month` and its month, none older than `within` months."""
    for back in range(1, within + 1):
        state = history.get(add_months(month, -back))
        figure = state.figures.get(key) if state else None
        if figure is not None and figure.value is not None:
            return state.month, figure.value
    return None


@dataclass(frozen=True)
class Context:
    """What rules may look at besides the form and its history.

    populations are (place, base_code, age_band_code) → (persons, year); divisions (place, division_code) → (count, year);
    explanations are words given afterwards for a held figure, by key and month. kind: `real`, or `demo`, where files of
    the demonstration are at home.
    """

    catalog: Catalog
    rules: Mapping[str, Rule]
    book: AreaBook
    layouts: Mapping[str, Layout]
    populations: Mapping[tuple[str, str, str], tuple[float, int]] = field(default_factory=dict)
    divisions: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    explanations: Mapping[tuple[Key, dt.date], str] = field(default_factory=dict)
    kind: str = "real"

    def about(self, rule: str, part: str) -> Any:
        """The figure, or figures, that play this part in a rule."""
        return self.rules[rule].about[part]

    def limit(self, rule: str, name: str) -> float:
        """A limit of a rule as declared."""
        return self.rules[rule].limits[name]

    def label(self, indicator: str, breakdown: str = "total") -> str:
        """How people call a figure."""
        if indicator.endswith("@task"):
            return f"{self.label(indicator.removesuffix('@task'), breakdown)}年度任务"
        known = self.catalog.indicators.get(indicator)
        label = known.label_zh if known else self._printed(indicator)
        if breakdown == "total":
            return label
        code = self.catalog.codes["breakdown_code"].get(breakdown)
        return f"{label}（{code.label_zh if code else breakdown}）"

    def _printed(self, indicator: str) -> str:
        """What a layout calls a figure that is only checked; the code where none has it."""
        return next(
            (
                one.label_zh
                for layout in self.layouts.values()
                for block in layout.blocks
                for one in block.fields
                if one.indicator == indicator
            ),
            indicator,
        )

    def timing(self, indicator: str) -> str:
        """Timing of an indicator; empty for checks."""
        known = self.catalog.indicators.get(indicator)
        return known.timing_code if known else ""


def text_of(value: float) -> str:
    """A number inside a sentence: 1,234 or 1,234.5."""
    rounded = round(value, 4)
    return f"{int(rounded):,}" if rounded == int(rounded) else f"{rounded:,.4f}".rstrip("0")
