"""Clean forms damaged in every way a clerk damages them, and what comes of each: `python tests/mutate_forms.py [--full]`.

Every layout; rows, columns and cells deleted, inserted, shifted, swapped, exchanged, merged, blanked, bracketed, filled
down, mistyped; notes, other wordings of the month, last month copied, two damages at once. The truth is the clean
form's. A mutant is *silent* when a wrong figure is accepted and nothing is said of it; a harmless one is *refused* when
the form is returned or a figure held. What two truths cannot tell apart is listed with its reason: no month to compare
with, or a step no larger than the series itself makes, or than the bureau asks about.
Sampled to about forty mutants without `--full`. Ends with 1 when something was silent.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import pairwise

from etl.months.accepted.accept import judge
from etl.months.model import Context, Key
from etl.months.month_frames import make_context
from etl.months.read.extract import extract
from etl.months.read.layouts import Layout
from etl.months.read.recognise import recognise
from etl.months.understood.understand import understand
from etl.reference import load_reference
from tests.clean_forms import LAYOUTS, clean, event_of, layout_of, month_of, read_paper, to_cells
from tests.forms import FormData, Paper, draw
from tests.unit.test_township_facilities import spread
from warehouse.catalog import load_catalog

SAMPLED, FULL_EACH = 40, 14
MONTHS_BEFORE = 14
SPOKEN = ("blocking", "hold", "soft")
STATES = ("fine", "refused", "silent", "alike")


@dataclass
class Outcome:
    """Counts over all mutants; by name the silent ones, those like another truth, and the harmless ones refused."""

    count: int = 0
    harmless: int = 0
    silent: list[str] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    kinds: Counter = field(default_factory=Counter)


# ── ways of damage: each changes the paper or the data, and says whether the figures still are what they were ────────


def _figures(paper: Paper) -> list[tuple[int, int]]:
    return [place for place, value in paper.cells.items() if isinstance(value, int | float)]


def _table(paper: Paper) -> tuple[int, int]:
    rows = [row for row, _ in _figures(paper)]
    return min(rows), max(rows)


def _moved(paper: Paper, row_of: Callable[[int], int | None], column_of: Callable[[int], int | None]) -> None:
    cells = {}
    for (row, column), value in paper.cells.items():
        place = (row_of(row), column_of(column))
        if None not in place:
            cells[place] = value
    merges = []
    for top, left, bottom, right in paper.merges:
        edge = (row_of(top), column_of(left), row_of(bottom), column_of(right))
        if None not in edge:
            merges.append(edge)
    paper.cells, paper.merges = cells, merges


def insert_row(paper: Paper, luck: random.Random) -> None:
    at = luck.randint(0, _table(paper)[1])
    _moved(paper, lambda row: row + (row >= at), lambda column: column)


def insert_column(paper: Paper, luck: random.Random) -> None:
    at = luck.randint(0, max(column for _, column in paper.cells))
    _moved(paper, lambda row: row, lambda column: column + (column >= at))


def delete_row(paper: Paper, luck: random.Random) -> None:
    at = luck.randint(*_table(paper))
    _moved(paper, lambda row: None if row == at else row - (row > at), lambda column: column)


def delete_column(paper: Paper, luck: random.Random) -> None:
    at = luck.choice(_figures(paper))[1]
    _moved(paper, lambda row: row, lambda column: None if column == at else column - (column > at))


def shift_down(paper: Paper, luck: random.Random) -> None:
    """The figures of one column, one row lower: the cell of the first is the gap."""
    column = luck.choice(_figures(paper))[1]
    places = sorted(place for place in _figures(paper) if place[1] == column)
    values = [paper.cells[place] for place in places]
    for place, value in zip(places, [None, *values[:-1]], strict=True):
        paper.cells.pop(place)
        if value is not None:
            paper.cells[place] = value


def swap_cells(paper: Paper, luck: random.Random) -> None:
    one, other = luck.sample(_figures(paper), 2)
    paper.cells[one], paper.cells[other] = paper.cells[other], paper.cells[one]


def exchange_columns(paper: Paper, luck: random.Random) -> None:
    columns = sorted({column for _, column in _figures(paper)})
    if len(columns) < 2:
        swap_cells(paper, luck)
        return
    one, other = luck.sample(columns, 2)
    for row in {row for row, _ in _figures(paper)}:
        pair = {column: paper.cells.pop((row, column), None) for column in (one, other)}
        for column, value in ((one, pair[other]), (other, pair[one])):
            if value is not None:
                paper.cells[row, column] = value


def merge_cells(paper: Paper, luck: random.Random) -> None:
    """A figure merged over its right neighbour, which is lost."""
    row, column = luck.choice(_figures(paper))
    paper.cells.pop((row, column + 1), None)
    paper.merges.append((row, column, row, column + 1))


def blank(paper: Paper, luck: random.Random) -> None:
    paper.cells.pop(luck.choice(_figures(paper)))


def bracket(paper: Paper, luck: random.Random) -> None:
    """Words in brackets that make the figure another one than it looks."""
    place = luck.choice(_figures(paper))
    said = luck.choice(["约", "估", "计划", "9月数", "应为{}", "更正为{}", "万人"])
    value = paper.cells[place]
    paper.cells[place] = f"{value}（{said.format(value + 7)}）"


def note(paper: Paper, luck: random.Random) -> None:
    row = max(row for row, _ in paper.cells) + luck.randint(1, 4)
    left = min(column for _, column in paper.cells)
    paper.cells[row, left] = luck.choice(["注：数据来自业务台账。", "备注：无", "说明：本月正常报送。"])


def reword(paper: Paper, luck: random.Random, month) -> None:
    """The month in other words that mean the same."""
    year, number = month.year, month.month
    old = f"{year}年{number}月"
    new = luck.choice(
        [f"{year}年{number:02d}月", f"{year} 年 {number} 月", f"{year}年{number}月份", f"{year}．{number}"]
    )
    for place, value in list(paper.cells.items()):
        if isinstance(value, str) and f"数据期：{old}" in value:
            paper.cells[place] = value.replace(f"数据期：{old}", f"数据期：{new}")


def shift_part(paper: Paper, luck: random.Random) -> None:
    """From some row on, the figures of one column slide by a row, up or down; the last one falls off."""
    column = luck.choice(_figures(paper))[1]
    places = sorted(place for place in _figures(paper) if place[1] == column)
    places = places[luck.randrange(len(places)) :]
    values = [paper.cells.pop(place) for place in places]
    moved = [None, *values[:-1]] if luck.random() < 0.5 else [*values[1:], None]
    paper.cells.update((place, value) for place, value in zip(places, moved, strict=True) if value is not None)


def shift_row(paper: Paper, luck: random.Random) -> None:
    """The figures of one row slide by a column."""
    row = luck.choice(_figures(paper))[0]
    places = sorted(place for place in _figures(paper) if place[0] == row)
    values = [paper.cells.pop(place) for place in places]
    moved = [None, *values[:-1]] if luck.random() < 0.5 else [*values[1:], None]
    paper.cells.update((place, value) for place, value in zip(places, moved, strict=True) if value is not None)


def exchange_rows(paper: Paper, luck: random.Random) -> None:
    """Two rows change places, all but their names; where they stand in groups of tiers, the whole groups."""
    groups = _groups(paper)
    if len(groups) < 3:
        swap_cells(paper, luck)
        return
    one, other = luck.sample(groups[1:], 2)
    for first, second in zip(one, other, strict=False):
        for column in {column for row, column in _figures(paper) if row in (first, second)}:
            pair = [paper.cells.pop((row, column), None) for row in (first, second)]
            for row, value in zip((second, first), pair, strict=True):
                if value is not None:
                    paper.cells[row, column] = value


def _groups(paper: Paper) -> list[list[int]]:
    """Rows of figures of the largest table, those of one name together."""
    rows = sorted({row for row, _ in _figures(paper)})
    left = min(column for _, column in paper.cells)
    groups: list[list[int]] = []
    for row in rows:
        if (row, left) in paper.cells or not groups:
            groups.append([row])
        else:
            groups[-1].append(row)
    return groups


def fill_down(paper: Paper, luck: random.Random) -> None:
    """A figure dragged over the one below."""
    row, column = luck.choice(_figures(paper))
    below = [place for place in _figures(paper) if place[1] == column and place[0] > row]
    if below:
        paper.cells[min(below)] = paper.cells[row, column]


def wrong_digit(paper: Paper, luck: random.Random) -> None:
    """A digit lost, doubled or changed for its neighbour."""
    place = luck.choice(_figures(paper))
    digits = str(int(paper.cells[place]))
    at = luck.randrange(len(digits))
    ways = [
        digits[:at] + digits[at + 1 :],
        digits[:at] + digits[at] + digits[at:],
        digits[: at - 1] + digits[at : at + 1] + digits[at - 1 : at] + digits[at + 1 :],
    ]
    paper.cells[place] = int(luck.choice(ways) or 0)


HARMLESS = {"insert row": insert_row, "insert column": insert_column, "note": note, "wording": reword}
HARMFUL = {
    "delete row": delete_row,
    "delete column": delete_column,
    "shift": shift_down,
    "swap": swap_cells,
    "exchange columns": exchange_columns,
    "merge": merge_cells,
    "blank": blank,
    "bracket": bracket,
    "shift part": shift_part,
    "shift row": shift_row,
    "exchange rows": exchange_rows,
    "fill down": fill_down,
    "digit": wrong_digit,
}
COPY, TWO = "copy", "two at once"
WAYS = (*HARMLESS, *HARMFUL, COPY, TWO)


# ── one mutant ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Trial:
    """One layout: its clean form, the months before it, and what is true. `is_first`: of the first month it holds for."""

    def __init__(self, layout: Layout, context: Context, *, is_first: bool = False) -> None:
        self.layout, self.context = layout, context
        months = [number for number in range(MONTHS_BEFORE, 46) if layout.valid_in(month_of(number))]
        self.number = months[0] if is_first else months[min(len(months) - 1, 3)]
        self.history: dict = {}
        for number in range(self.number - MONTHS_BEFORE, self.number):
            self._accept(layout_of(layout.form_code, month_of(number)), number)
        self.data = self._data(layout, self.number)
        judged = self._judged(draw(layout, self.data))
        assert judged and judged.state_code == "accepted" and not judged.findings, (layout.layout_code, judged)
        self.truth = {key: figure.value for key, figure in judged.figures.items()}

    def _data(self, layout: Layout, number: int) -> FormData:
        if layout.form_code != "facility" or len(layout.blocks) == 1:
            return clean(layout.form_code, number, self.context)[1]
        _, data, names = spread(self.context, number)
        # Villages are in every township, and most have grown one.
        own = data.rows["合计", ""]["village_home_count"]
        shares = [10 + step * 7 % 23 for step in range(len(names))]
        built = [own * share // sum(shares) for share in shares]
        built[-1] += own - sum(built)
        for name, count in zip(names, built, strict=True):
            data.rows[name, ""]["village_home_count"] = count
        return data

    def _accept(self, layout: Layout, number: int) -> None:
        found = understand(read_paper(draw(layout, self._data(layout, number))), self.context)
        judge([event_of(found)], self.context, history=self.history)

    def _judged(self, paper: Paper):
        sheet = to_cells(paper)
        found = recognise(sheet, LAYOUTS)
        if found is None:
            return None
        known = understand(extract(sheet, found), self.context)
        if known.form is None:
            return None
        (judged,) = judge([event_of(known)], self.context, history=dict(self.history))
        return judged

    def run(self, way: str, luck: random.Random) -> tuple[str, list[Key]]:
        """`fine`, `refused`, or `silent` with the figures that are wrong and unspoken of."""
        data: FormData = deepcopy(self.data)
        if way == COPY:
            before = layout_of(self.layout.form_code, month_of(self.number - 1))
            data.rows |= deepcopy(self._data(before, self.number - 1).rows)
        paper = draw(self.layout, data)
        if way == "wording":
            reword(paper, luck, data.month)
        elif way != COPY:
            for each in luck.sample(list(HARMFUL), 2) if way == TWO else [way]:
                # The first of two may have left nothing to damage.
                if len(_figures(paper)) > 1:
                    (HARMLESS | HARMFUL)[each](paper, luck)
        judged = self.last = self._judged(paper)
        if judged is None or judged.state_code == "returned":
            return "refused", []
        spoken = {
            (one.area, one.indicator, one.breakdown)
            for one in judged.findings
            if self.context.rules[one.rule].severity in SPOKEN
        } | {key for one in judged.findings for key in one.also}
        wrong = [
            key
            for key, figure in judged.figures.items()
            # What is only checked reaches no release.
            if not figure.is_check and figure.value not in (None, self.truth.get(key)) and key not in spoken
        ]
        if wrong:
            return "silent", wrong
        held = any(
            self.truth[key] is not None and judged.figures[key].value is None
            for key in judged.figures
            if key in self.truth
        )
        return ("refused" if held else "fine"), []

    def alike(self, way: str, key: Key) -> str:
        """Why nobody could tell the wrong figure of the last run from a true one; empty when somebody could."""
        money = self.context.rules["C8"].about
        if key[1] == money["paid"]:
            # The standard makes it of the persons.
            key = (key[0], money["people"], key[2])
        wrong = self.last.figures[key].value or 0
        past = [figure.value for state in self.history.values() if (figure := state.figures.get(key))]
        known = [value for value in past if value is not None]
        if way == COPY:
            return ""
        if not known:
            return "no month before"
        step = abs(wrong - known[-1])
        if step <= max((abs(b - a) for a, b in pairwise(known)), default=0):
            return "a step as the series itself made"
        limits = self.context.rules["S4"].limits
        is_small = step < limits["least_change"] or step < limits["least_share"] * max(wrong, known[-1])
        return "a step below the least that is asked about" if is_small else ""


def mutate(*, is_full: bool, seed: int = 1) -> Outcome:
    """Run the mutants: every way on every layout, FULL_EACH times with `is_full`, else a sample of SAMPLED."""
    catalog = load_catalog()
    context = make_context(catalog, load_reference(catalog))
    jobs = [
        (layout, is_first, way, turn)
        for layout in LAYOUTS.values()
        # Only a table of townships has a first month: all other figures are older than their layout.
        for is_first in (False, *([True] if layout.form_code == "facility" and len(layout.blocks) > 1 else []))
        for way in WAYS
        for turn in range(FULL_EACH if is_full else 1)
    ]
    if not is_full:
        jobs = random.Random(seed).sample(jobs, SAMPLED)
    trials: dict[tuple[str, bool], Trial] = {}
    found = Outcome()
    for layout, is_first, way, turn in jobs:
        trial = trials.get((layout.layout_code, is_first))
        if trial is None:
            trial = trials[layout.layout_code, is_first] = Trial(layout, context, is_first=is_first)
        name = f"{layout.layout_code}{' first month' if is_first else ''} {way} {turn}"
        state, keys = trial.run(way, random.Random(f"{seed} {name}"))
        found.count += 1
        found.harmless += way in HARMLESS
        if state == "silent":
            reasons = [trial.alike(way, key) for key in keys]
            told = ", ".join(
                f"{'/'.join(key)}: {reason or '!'}" for key, reason in list(zip(keys, reasons, strict=True))[:4]
            )
            state = "alike" if all(reasons) else state
            (found.alike if all(reasons) else found.silent).append(f"{name}: {told}")
        elif state == "refused" and way in HARMLESS:
            found.refused.append(name)
        found.kinds[way, state] += 1
    return found


def main() -> None:
    """Print what came of the mutants."""
    began = time.monotonic()
    found = mutate(is_full="--full" in sys.argv)
    for way in WAYS:
        print(f"{way:18}", {state: found.kinds[way, state] for state in STATES})
    parts = {
        "silent wrong values": found.silent,
        "two truths alike": found.alike,
        "harmless refused": found.refused,
    }
    print("\n".join(line for title, lines in parts.items() for line in (f"{title}:", *lines)))
    print(
        f"{found.count} mutants in {time.monotonic() - began:.0f} s: {len(found.silent)} silent,"
        f" {len(found.alike)} like another truth, {len(found.refused)} of {found.harmless} harmless refused"
    )
    sys.exit(bool(found.silent))


if __name__ == "__main__":
    main()
