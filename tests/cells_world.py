"""Random small cities whose units report late, report again and take back: cells as the masking sees them."""

from dataclasses import dataclass, field
from datetime import date

import polars as pl
from hypothesis import strategies as st

from warehouse.release.attacker.stated import Places

MONTH = date(2026, 1, 1)
CITY = "c"
PEOPLE = "allowance_recipient_count"
STOPS = "allowance_stopped_count"
TIERS = ("age_80_89", "age_90_99", "age_100_plus")
SENSITIVE = [PEOPLE, "allowance_arrears_person_count", "allowance_recovered_person_count", STOPS]
SCHEMA = {
    "area_id": pl.String, "parent_area_id": pl.String, "city_area_id": pl.String, "level_code": pl.String,
    "indicator_code": pl.String, "breakdown_code": pl.String, "month": pl.Date, "value": pl.Float64,
    "smallest": pl.Float64, "revisions": pl.List(pl.Float64), "is_apart": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True)
class Report:
    """What one unit reports: people of each township by tier, stops by reason; and whether its total is withheld."""

    people: tuple[tuple[int, int, int], ...]
    stops: tuple[int, int]
    is_withheld: bool = False


@dataclass
class World:
    """Releases of one month: for each the reports in force, and all reports a unit ever gave."""

    townships: dict[str, int]
    steps: list[dict[str, Report]]
    places: Places = field(init=False)

    def __post_init__(self) -> None:
        levels, parents = {CITY: "city"}, {CITY: "province"}
        for unit, count in self.townships.items():
            levels[unit], parents[unit] = "unit", CITY
            for number in range(count):
                levels[f"{unit}-{number}"], parents[f"{unit}-{number}"] = "township", unit
        standards = {(CITY, tier, str(MONTH)): yuan for tier, yuan in zip(TIERS, (50.0, 100.0, 300.0), strict=True)}
        self.places = Places(levels, parents, standards)

    def cells(self, step: int) -> pl.DataFrame:
        """The cells of the release after this step, with every value a report so far had."""
        values: dict[tuple, float] = {}
        ever: dict[tuple, list[float]] = {}
        apart: set[tuple] = set()
        for number in range(step + 1):
            for unit, report in self.steps[number].items():
                for cell, value in _cells_of(unit, report, self.townships[unit]).items():
                    ever.setdefault(cell, []).append(value)
        for unit, report in self.steps[step].items():
            own = _cells_of(unit, report, self.townships[unit])
            values |= own
            if report.is_withheld:
                apart.add((unit, PEOPLE, "total"))
        for (area, indicator, breakdown), value in list(values.items()):
            if self.places.levels[area] == "unit" and (area, indicator, breakdown) not in apart:
                key = (CITY, indicator, breakdown)
                values[key] = values.get(key, 0.0) + value
        rows = []
        for cell, value in values.items():
            area, indicator, breakdown = cell
            level = self.places.levels[area]
            known = ever.get(cell, [value])
            parent = CITY if level == "city" else self.places.parents[area]
            smallest = min((each for each in known if each > 0), default=0.0)
            rows.append((area, parent, CITY, level, indicator, breakdown, MONTH, value, smallest, known, cell in apart))
        return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _cells_of(unit: str, report: Report, townships: int) -> dict[tuple, float]:
    found: dict[tuple, float] = {}
    sums = [sum(column) for column in zip(*report.people, strict=True)]
    for tier, value in zip(TIERS, sums, strict=True):
        found[unit, PEOPLE, tier] = float(value)
    found[unit, PEOPLE, "total"] = float(sum(sums))
    for number, people in enumerate(report.people[:townships]):
        area = f"{unit}-{number}"
        found[area, PEOPLE, "age_80_89"] = float(people[0])
        found[area, PEOPLE, "age_90_plus"] = float(people[1] + people[2])
        found[area, PEOPLE, "total"] = float(sum(people))
    found[unit, STOPS, "reason_death"], found[unit, STOPS, "reason_moved"] = map(float, report.stops)
    found[unit, STOPS, "total"] = float(sum(report.stops))
    return found


_small = st.one_of(st.integers(0, 6), st.integers(0, 40))


@st.composite
def _report(draw, rows: int) -> Report:
    people = tuple((draw(st.integers(0, 90)), draw(_small), draw(st.integers(0, 5))) for _ in range(rows))
    return Report(people, (draw(_small), draw(_small)), draw(st.integers(0, 9)) == 0)


@st.composite
def worlds(draw, longest: int = 6) -> World:
    """Cities of two to five units; each step a unit reports for the first time, again, or is taken back."""
    units = [f"u{number}" for number in range(draw(st.integers(2, 5)))]
    townships = {unit: draw(st.sampled_from([0, 1, 2, 4])) for unit in units}
    state: dict[str, Report] = {}
    steps = []
    for _ in range(draw(st.integers(1, longest))):
        for _ in range(draw(st.integers(1, 3))):
            unit = draw(st.sampled_from(units))
            kind = draw(st.sampled_from(["whole", "whole", "whole", "tier", "away"]))
            rows = max(townships[unit], 1)
            if kind == "away":
                state.pop(unit, None)
            elif kind == "tier" and unit in state:
                old = state[unit]
                number = draw(st.integers(0, rows - 1))
                changed = (draw(st.integers(0, 90)), *old.people[number][1:])
                people = (*old.people[:number], changed, *old.people[number + 1 :])
                state[unit] = Report(people, old.stops, False)
            else:
                state[unit] = draw(_report(rows))
        steps.append(dict(state))
    return World(townships, steps)
