"""Figures that stand in another one's place: rows or columns of townships that slid or changed places, and the unit's own.

Each figure is compared with itself a month ago and with its neighbours. One that is far from its own past and near
another's, whose figure is gone from its place as well, was typed into the wrong cell; two such are no accident. Far
and near are measured by what the figures do from month to month: a table that hardly moves shows an exchange of two
rows that differ by ten, a lively one does not.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum
from statistics import median

from etl.months.findings import Finding
from etl.months.model import Column, Context, Figure, Form, History, Key, MonthState, below, last_reported
from etl.months.read.layouts import Block
from etl.months.rules.past import before, increments, is_answered, past_values
from etl.months.rules.registry import rule

Table = Mapping[Column, Mapping[str, float]]
"""Values by column and township."""
Pairs = list[tuple[float, float]]
"""New values, each with the old one it is held against."""

# The median of the square of a standard normal figure; and what makes its mean deviation a standard one.
_MEDIAN_OF_SQUARES, _MEAN_TO_SIGMA = 0.4549, 1.2533
LEAST_SIGMA = 0.5
"""Nothing that is counted is known closer than that: one more or less is never strange."""


@rule("E19")
def moved_figures(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Rows of townships, whole columns, or figures of the unit, that are last month's of a neighbour."""
    if form.unit.level_code == "city":
        return
    state = before(form, history)
    if state is not None:
        yield from _moved_townships(form, context, state)
    yield from _exchanged_own(form, context, history)


def _said(form: Form, keys: Sequence[Key], fact: str) -> Finding:
    key = keys[0]
    return Finding(
        rule="E19", sheet=form.sheet, cell=form.figures[key].cell, area=key[0], indicator=key[1], breakdown=key[2],
        words={"fact": fact, "count": str(len(keys))}, also=tuple(keys[1:]),
    )  # fmt: skip


# ── Townships ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _table(rows: Mapping[Column, Mapping[str, Figure]]) -> dict[Column, dict[str, float]]:
    found = {
        column: {area: one.value for area, one in row.items() if one.value is not None and not one.is_check}
        for column, row in rows.items()
    }
    return {column: values for column, values in found.items() if values}


def _unrest(pairs: Pairs, least: float) -> float:
    """How much a column moves in a month, as variance over the count: by its middle step, so that strays matter little.

    Small counts mostly stand still and then leap, so that their middle step is none: a part of the mean counts as well.
    """
    steps = [(new - old) ** 2 / (new + old + 1) for new, old in pairs]
    return max(least, median(steps) / _MEDIAN_OF_SQUARES, fsum(steps) / len(steps) / 8) if steps else least


def _apart(new: float, old: float, unrest: float) -> float:
    """The squared distance of two counts in steps as usual in their column."""
    return (new - old) ** 2 / max(unrest * (new + old + 1), LEAST_SIGMA**2)


@dataclass(frozen=True)
class Townships:
    """A table of townships of this month and the last. `least`: the least a column is taken to move."""

    new: Table
    old: Table
    places: list[str]
    least: float

    def pairs(self, column: Column, other: Column, step: int = 0) -> Pairs:
        """A column of this month against one of the last, row by row or with a slip of `step` rows."""
        known = [
            (self.new[column].get(place), self.old[other].get(self.places[number + step]))
            for number, place in enumerate(self.places)
            if 0 <= number + step < len(self.places)
        ]
        return [(a, b) for a, b in known if a is not None and b is not None]

    def usual(self, *readings: Pairs) -> float:
        """How much a column moves: by the quieter of two readings, since one of them is not what happened."""
        return min(_unrest(pairs, self.least) for pairs in readings)


def _moved_townships(form: Form, context: Context, state: MonthState) -> Iterator[Finding]:
    new, old = _table(form.below), _table(below(state.figures, form.unit.area_id))
    rare = context.about("S4", "jump_by_nature")
    # What comes in rounds is near nothing, neither itself nor another.
    columns = [column for column in new if column in old and column[0] not in rare]
    names = context.book.townships.get(form.unit.area_id, {})
    places = [area for area in names if any(area in new[column] for column in columns)]
    townships = Townships(new, old, places, context.limit("E19", "least_unrest"))
    for table, block in _blocks(columns, form):
        if rows := _strangers(townships, block, context):
            pairs = "、".join(f"“{names[row]}”像上月的“{names[other]}”" for row, other in list(rows.items())[:3])
            mine = {one.indicator for one in table.fields if one.role == "value"}
            keys = [key for key in form.figures if key[0] in rows and key[1] in mine]
            fact = f"{len(rows)}个乡镇（街道）的数与上月别的乡镇几乎相同，与自己上月的相差很大（{pairs}等），疑为错行"
            yield _said(form, keys, fact)
        else:
            # Amounts by themselves are held against persons and standard.
            stocks = [column for column in block if context.timing(column[0]) == "end_of_month"]
            yield from _moved_columns(form, context, townships, stocks)


def _blocks(columns: list[Column], form: Form) -> Iterator[tuple[Block, list[Column]]]:
    for block in form.layout.blocks:
        if block.rows in ("township", "township_tier"):
            indicators = {one.indicator for one in block.fields if one.role == "value"}
            if mine := [column for column in columns if column[0] in indicators]:
                yield block, mine


def _strangers(townships: Townships, columns: list[Column], context: Context) -> dict[str, str]:
    """Townships whose row is another one's of last month, and whose."""
    limits, new, old = context.rules["E19"].limits, townships.new, townships.old
    strange = limits["strange"] * len(columns)
    known = [place for place in townships.places if any(place in old[column] for column in columns)]
    unrest = {
        column: townships.usual(*(townships.pairs(column, column, step) for step in (0, 1, -1))) for column in columns
    }

    def apart(row: str, other: str) -> float:
        pairs = [(column, new[column].get(row), old[column].get(other)) for column in columns]
        return sum(_apart(a, b, unrest[column]) for column, a, b in pairs if a is not None and b is not None)

    # A row that is another's counts only where that other one's is gone from its own place too.
    far = [row for row in known if apart(row, row) > strange]
    found: dict[str, str] = {}
    for row in far:
        best = min((other for other in far if other != row), key=lambda other: apart(row, other), default=row)
        if best != row and apart(row, best) <= limits["share"] * apart(row, row):
            found[row] = best
    return found if len(set(found.values())) >= 2 else {}


def _moved_columns(form: Form, context: Context, townships: Townships, columns: list[Column]) -> Iterator[Finding]:
    """Columns that slid by a row or changed places with another, each pair said once."""
    limits, pairs, places = context.rules["E19"].limits, townships.pairs, townships.places

    def distance(found: Pairs, unrest: float) -> float:
        return sum(_apart(a, b, unrest) for a, b in found)

    said: set[Key] = set()

    def say(mine: Sequence[Column], words: str) -> Iterator[Finding]:
        keys = [
            (place, *column) for column in mine for place in places
            if (place, *column) in form.figures and (place, *column) not in said
        ]  # fmt: skip
        said.update(keys)
        if keys:
            yield _said(form, keys, words)

    lively = []
    for column in columns:
        own = pairs(column, column)
        # By the least unrest a column is farthest from itself: what is near by that has not moved.
        if distance(own, townships.least) < limits["gain"]:
            continue
        for step in (1, -1):
            slid = pairs(column, column, step)
            unrest = townships.usual(own, slid)
            far, near = distance(own, unrest), distance(slid, unrest)
            if len(slid) >= 3 and far >= max(limits["gain"], 2 * len(slid)) and near <= limits["share"] * far:
                yield from say([column], f"“{context.label(*column)}”整列与上月错了一行，疑为错行")
                break
        if len(own) >= 2:
            lively.append(column)
    for number, first in enumerate(lively):
        for second in lively[number + 1 :]:
            crossed, own = pairs(first, second) + pairs(second, first), pairs(first, first) + pairs(second, second)
            unrest = townships.usual(own, crossed)
            far, near = distance(own, unrest), distance(crossed, unrest)
            if len(crossed) >= 2 and far >= limits["gain"] and near <= limits["share"] * far:
                names = f"“{context.label(*first)}”与“{context.label(*second)}”"
                yield from say([first, second], f"{names}两列与上月对调了，疑为错列")


# ── The unit's own figures ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Expected:
    """What a figure of the unit would be by its own past, and by how much it usually misses that."""

    key: Key
    cell: str
    value: float
    middle: float
    sigma: float

    def far(self) -> float:
        """How far the figure is from its own past, squared."""
        return ((self.value - self.middle) / self.sigma) ** 2

    def is_near(self, other: "Expected", share: float) -> bool:
        """Whether the figure is what another one was to be, and much more so than what it was to be itself."""
        off = abs(self.value - other.middle)
        return off <= max(3 * other.sigma, 0.01 * other.middle) and off <= share * abs(self.value - self.middle)


def _exchanged_own(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Two figures of the unit or more, each far from its own past and each what another of them was to be."""
    limits = context.rules["E19"].limits
    known = [*_expected(form, context, history), *_expected_before(form, history)]
    strange = [one for one in known if one.far() > limits["strange"]]
    taken = {
        one: next((other for other in strange if other is not one and one.is_near(other, limits["share"])), None)
        for one in strange
    }
    pairs = {one: other for one, other in taken.items() if other is not None and other.key != one.key}
    moved = [one for one in pairs if one in pairs.values() or pairs[one] in pairs]
    if len(moved) < 2 or sum(one.far() for one in moved) < limits["gain_own"]:
        return
    keys = list(dict.fromkeys(one.key for one in moved))
    keys = [key for key in keys if not is_answered(form, context, key, form.figures[key])]
    if keys:
        told = "、".join(
            f"{one.cell} {context.label(*one.key[1:])}填的像是{context.label(*pairs[one].key[1:])}的数"
            for one in moved[:3]
        )
        yield _said(form, keys, f"有{len(moved)}格与自己以前各月相差很大，与别的格几乎相同（{told}），疑为错行或错列")


def _expected(form: Form, context: Context, history: History) -> Iterator[Expected]:
    limits = context.rules["E19"].limits
    foresee: dict[str, Callable[[Key], tuple[float, float, int] | None]] = {
        "end_of_month": lambda key: _by_steps(past_values(form, history, key)),
        "during_month": lambda key: _by_steps(past_values(form, history, key)),
        "since_start": lambda key: _by_steps(past_values(form, history, key), is_drifting=True),
        "year_to_date": lambda key: _by_increments(form, history, key),
    }
    for key, figure in form.own:
        if key[2] != "total" or key[1] in context.about("S4", "jump_by_nature"):
            continue
        timing, last = context.timing(key[1]), last_reported(history, form.month, key)
        if last is None:
            continue
        # What does not drift was to be as it was last: a step too small to be strange asks nothing of the past.
        least = Expected(key, figure.cell, figure.value, last[1], LEAST_SIGMA)
        if timing in ("end_of_month", "during_month") and least.far() <= limits["strange"]:
            continue
        seen = foresee[timing](key)
        if seen is None or seen[2] < limits["months"]:
            continue
        middle, sigma, _ = seen
        yield Expected(key, figure.cell, figure.value, middle, sigma)


def _by_steps(past: list[float], *, is_drifting: bool = False) -> tuple[float, float, int] | None:
    steps = [new - old for old, new in pairwise(past[-13:])]
    if not steps:
        return None
    drift = median(steps) if is_drifting else 0.0
    return past[-1] + drift, _sigma([step - drift for step in steps]), len(steps)


def _by_increments(form: Form, history: History, key: Key) -> tuple[float, float, int] | None:
    added = increments(history, key, until=form.month)[-12:]
    last = last_reported(history, form.month, key, within=1)
    if not added or (last is None and form.month.month > 1):
        return None
    middle = median(added)
    return (0.0 if form.month.month == 1 else last[1]) + middle, _sigma([each - middle for each in added]), len(added)


def _sigma(misses: list[float]) -> float:
    return max(LEAST_SIGMA, fsum([abs(miss) for miss in misses]) / len(misses) * _MEAN_TO_SIGMA)


def _expected_before(form: Form, history: History) -> Iterator[Expected]:
    """The column 上月数: each is known to the digit."""
    state = before(form, history)
    for key, printed in form.previous.items():
        old = state.figures.get(key) if state else None
        if old is not None and None not in (old.value, printed.value):
            yield Expected(key, printed.cell, printed.value, old.value, LEAST_SIGMA)
