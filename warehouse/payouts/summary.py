"""What audits found, added up for a page: by unit, by rule, by month. No person, no token; small counts are hidden here.

Counts of one to four persons are masked with the partners that would give them away, by the rule of releases
(`warehouse.release.masks.suppress`); where persons are masked, so is the money. What is new by fewer persons than that waits
(`warehouse.payouts.shown`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from warehouse.home import Home
from warehouse.payouts import declared
from warehouse.payouts.figures import Figures, held_figures
from warehouse.payouts.findings import audits, feedback
from warehouse.payouts.store import PayoutStore
from warehouse.release.masks.measures import SMALLEST_SHOWN, TOTAL
from warehouse.release.masks.suppress import find_masks

MONEY = ("at_risk_yuan", "unclear_yuan", "owed_yuan")
ALL = "all"
"""The area that stands for all units looked at."""

Cell = tuple[str, str]
"""Unit and rule; `all` and `total` for their sums."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What was found in one cell, and what came of it. A masked one has no numbers at all.

    finding_count: findings of a rule; of all rules together, payments found. person_count: of several units, persons of
    each unit. judged_count: findings looked into; right_low, right_high: at least and at most so many were right.
    Numbers of what people said are None where they are hidden. paid_yuan: all that was paid out, 0 for a rule.
    """

    is_masked: bool = False
    finding_count: int | None = None
    person_count: int | None = None
    at_risk_yuan: float | None = None
    unclear_yuan: float | None = None
    owed_yuan: float | None = None
    judged_count: int | None = 0
    right_low: int | None = 0
    right_high: int | None = 0
    recovered_yuan: float | None = 0.0
    paid_yuan: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The audits of some units. cells: by unit and rule with their sums; months: by month, oldest first.

    units: those with payments, in the order given. audited_at: of the newest audit, None before the first.
    waiting_count: files taken since. payment_count: in all months held, over all units of the home.
    """

    units: tuple[str, ...]
    cells: Mapping[Cell, Tally]
    months: Mapping[date, Tally]
    audit_number: int
    audited_at: datetime | None
    waiting_count: int

    @property
    def total(self) -> Tally:
        """All units and rules together."""
        return self.cells[ALL, TOTAL]

    def of_unit(self, unit: str) -> Tally:
        """All rules together in one unit."""
        return self.cells[unit, TOTAL]

    def of_rule(self, rule_code: str) -> Tally:
        """One rule in all units together."""
        return self.cells[ALL, rule_code]


def summarise(home: Home, units: Sequence[str]) -> Summary | None:
    """What was found in these units and nobody else's; None where none of them has payments.

    Raises:
        PayoutError: the store or the record of audits is damaged.
    """
    store = PayoutStore(home)
    figures = held_figures(home)
    if figures is None:
        return None
    paid = _paid(figures, units)
    mine = tuple(unit for unit in units if unit in paid)
    if not mine:
        return None
    held = audits(home)
    last = held[-1]["last_submission"] if held else 0
    return Summary(
        units=mine,
        cells=_cells(figures, mine, feedback(home), paid),
        months=_months(figures, mine),
        audit_number=held[-1]["number"] if held else 0,
        audited_at=datetime.fromisoformat(held[-1]["at"]) if held else None,
        waiting_count=sum(each.number > last for each in store.standing()),
    )


def _paid(figures: Figures, units: Sequence[str]) -> dict[str, float]:
    """What each unit paid out in all months together."""
    whole = (pl.col("township_id") == TOTAL) & (pl.col("tier_code") == TOTAL) & pl.col("unit").is_in(list(units))
    rows = figures.payout_month.filter(whole).group_by("unit").agg(pl.col("paid_yuan").sum().cast(pl.Float64))
    return dict(rows.iter_rows())


def _cells(figures: Figures, units: Sequence[str], said: pl.DataFrame, paid: Mapping[str, float]) -> dict[Cell, Tally]:
    rules = [*declared.rules(), TOTAL]
    found = figures.finding_total.filter(pl.col("unit").is_in(list(units)) & pl.col("rule_code").is_in(rules))
    numbers: dict[Cell, list[float]] = {(unit, rule): [0, 0, 0, 0, 0] for unit in (*units, ALL) for rule in rules}
    for unit, rule, *values in found.select("unit", "rule_code", "finding_count", "person_count", *MONEY).iter_rows():
        for area in (unit, ALL):
            numbers[area, rule] = [a + float(b) for a, b in zip(numbers[area, rule], values, strict=True)]
    hidden = _hidden({cell: values[1] for cell, values in numbers.items()}, units)
    hidden |= _waiting({cell: values[1] for cell, values in numbers.items()}, found.select("unit", "rule_code").rows())
    told = _told(said.filter(pl.col("unit").is_in(list(units))), units, rules)
    sums = {**paid, ALL: sum(paid[unit] for unit in units)}
    return {
        (unit, rule): _tally(values, is_masked=(unit, rule) in hidden, said=told[unit, rule])
        if rule != TOTAL
        else _tally(values, is_masked=(unit, rule) in hidden, said=told[unit, rule], paid=sums[unit])
        for (unit, rule), values in numbers.items()
    }


def _waiting(persons: Mapping[Cell, float], found: Sequence[Cell]) -> set[Cell]:
    """Cells in which something was found that may not be shown yet, and nothing else."""
    return {cell for unit, rule in found for cell in ((unit, rule), (ALL, rule)) if not persons[cell]}


def _tally(values: Sequence[float], *, is_masked: bool, said: Mapping, paid: float = 0.0) -> Tally:
    if is_masked:
        return Tally(is_masked=True, paid_yuan=paid, **said)
    findings, persons, *money = values
    named = dict(zip(MONEY, money, strict=True))
    return Tally(finding_count=int(findings), person_count=int(persons), paid_yuan=paid, **named, **said)


def _told(said: pl.DataFrame, units: Sequence[str], rules: Sequence[str]) -> dict[Cell, dict]:
    """What people said of the findings of each cell. One finding is one person, so small counts of them are hidden too."""
    judged = dict.fromkeys([(unit, rule) for unit in (*units, ALL) for rule in rules], 0)
    right, back, money = dict(judged), dict(judged), dict.fromkeys(judged, 0.0)
    for row in said.iter_rows(named=True):
        for cell in [(unit, rule) for unit in (row["unit"], ALL) for rule in (row["rule_code"], TOTAL)]:
            if cell not in judged:
                continue
            judged[cell] += 1
            right[cell] += row["verdict_code"] != "mistaken"
            back[cell] += row["recovered_yuan"] > 0
            money[cell] += row["recovered_yuan"]
    no_count, no_money = _hidden(judged, units), _hidden(back, units)
    found = {}
    for cell, count in judged.items():
        low, high = _bounds(right[cell], count)
        found[cell] = {
            "judged_count": None if cell in no_count else count,
            "right_low": None if cell in no_count else low,
            "right_high": None if cell in no_count else high,
            "recovered_yuan": None if cell in no_money else money[cell],
        }
    return found


def _bounds(right: int, count: int) -> tuple[int, int]:
    """Between which numbers `right` lies, so that neither it nor what is left of `count` is told when it is small."""
    most = SMALLEST_SHOWN - 1
    if 0 < right <= most:
        return 1, min(most, count)
    if 0 < count - right <= most:
        return max(count - most, 0), count - 1
    return right, right


def _months(figures: Figures, units: Sequence[str]) -> dict[date, Tally]:
    whole = (pl.col("rule_code") == TOTAL) & pl.col("unit").is_in(list(units))
    found = (
        figures.finding_month.filter(whole)
        .group_by("month")
        .agg(pl.col("finding_count", "person_count", *MONEY).sum().cast(pl.Float64))
    )
    held = figures.payout_month.filter(pl.col("unit").is_in(list(units)))["month"].unique()
    numbers = dict.fromkeys(sorted({*held, *found["month"]}), [0.0] * 5)
    numbers |= {month: values for month, *values in found.iter_rows()}
    hidden = _hidden_in_line({str(month): values[1] for month, values in numbers.items()})
    hidden |= {str(month) for month in found["month"] if not numbers[month][1]}
    nothing = {"judged_count": 0, "right_low": 0, "right_high": 0, "recovered_yuan": 0.0}
    return {month: _tally(values, is_masked=str(month) in hidden, said=nothing) for month, values in numbers.items()}


def _hidden(persons: Mapping[Cell, float], units: Sequence[str]) -> set[Cell]:
    """Cells that must not be shown. One unit alone is no column: its rules are parts of its total."""
    if len(units) > 1:
        return _masked(persons)
    (unit,) = units
    line = _hidden_in_line({rule: count for (area, rule), count in persons.items() if area == unit and rule != TOTAL})
    small = {TOTAL} if 0 < persons[unit, TOTAL] < SMALLEST_SHOWN else set()
    return {(area, rule) for area in (unit, ALL) for rule in line | small}


def _hidden_in_line(persons: Mapping[str, float]) -> set[str]:
    """Parts of one sum that must not be shown."""
    whole = {(part, TOTAL): count for part, count in persons.items()} | {(ALL, TOTAL): sum(persons.values())}
    return {part for part, _ in _masked(whole) if part != ALL}


def _masked(persons: Mapping[Cell, float]) -> set[Cell]:
    """By the masker of releases: areas and their sum as rows, breakdowns and their total as columns."""
    cells = pl.DataFrame(
        [(area, ALL, "unit", "persons", breakdown, date.min, float(count)) for (area, breakdown), count in persons.items()],
        schema=["area_id", "parent_area_id", "level_code", "indicator_code", "breakdown_code", "month", "value"],
        orient="row",
    )  # fmt: skip
    return set(find_masks(cells, sensitive=["persons"]).select("area_id", "breakdown_code").iter_rows())
