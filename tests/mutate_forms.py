"""Clean forms damaged in every way a clerk damages them, and what comes of each: `python tests/mutate_forms.py [--full]`.

Every layout; rows, columns and cells deleted, inserted, shifted, swapped, exchanged, merged, blanked, bracketed; notes,
other wordings of the month, last month copied. The truth is the clean form's. A mutant is *silent* when a wrong figure
is accepted and nothing is said of it; a harmless one is *refused* when the form is returned or a figure held.
Sampled to about forty mutants without `--full`. Ends with 1 when something was silent.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field

from etl.months.accepted.accept import judge
from etl.months.model import Context, Key
from etl.months.month_frames import make_context
from etl.months.read.extract import extract
from etl.months.read.layouts import Layout
from etl.months.read.recognise import recognise
from etl.months.understood.understand import understand
from etl.reference import load_reference
from tests.clean_forms import LAYOUTS, clean, event_of, judged_months, month_of, to_cells
from tests.forms import FormData, Paper, draw
from tests.unit.test_township_facilities import spread
from warehouse.catalog import load_catalog

SAMPLED, FULL_EACH = 40, 20
MONTHS_BEFORE = 14
SPOKEN = ("blocking", "hold", "soft")


@dataclass
class Outcome:
    """Counts over all mutants; the silent and the refused ones by name."""

    count: int = 0
    harmless: int = 0
    silent: list[str] = field(default_factory=list)
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
}
COPY = "copy"
WAYS = (*HARMLESS, *HARMFUL, COPY)


# ── one mutant ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Trial:
    """One layout: its clean form, the months before it, and what is true."""

    def __init__(self, layout: Layout, context: Context) -> None:
        self.layout, self.context = layout, context
        months = [number for number in range(MONTHS_BEFORE, 46) if layout.valid_in(month_of(number))]
        by_township = any(block.orientation == "columns" and block.caption_zh for block in layout.blocks[1:])
        is_spread = by_township and layout.form_code == "facility"
        self.number = months[0 if is_spread else min(len(months) - 1, 3)]
        self.history: dict = {}
        judged_months(layout.form_code, range(self.number - MONTHS_BEFORE, self.number), context, self.history)
        self.data = spread(context)[1] if is_spread else clean(layout.form_code, self.number, context)[1]
        judged = self._judged(draw(layout, self.data))
        assert judged and judged.state_code == "accepted", layout.layout_code
        self.truth = {key: figure.value for key, figure in judged.figures.items()}

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
            before = clean(self.layout.form_code, self.number - 1, self.context)[1]
            data.rows |= deepcopy(before.rows)
        paper = draw(self.layout, data)
        if way == "wording":
            reword(paper, luck, data.month)
        elif way != COPY:
            (HARMLESS | HARMFUL)[way](paper, luck)
        judged = self._judged(paper)
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


def mutate(*, is_full: bool, seed: int = 1) -> Outcome:
    """Run the mutants: every way on every layout, FULL_EACH times with `is_full`, else a sample of SAMPLED."""
    catalog = load_catalog()
    context = make_context(catalog, load_reference(catalog))
    jobs = [
        (layout, way, turn)
        for layout in LAYOUTS.values()
        for way in WAYS
        for turn in range(FULL_EACH if is_full else 1)
    ]
    if not is_full:
        jobs = random.Random(seed).sample(jobs, SAMPLED)
    trials: dict[str, Trial] = {}
    found = Outcome()
    for layout, way, turn in jobs:
        trial = trials.get(layout.layout_code) or trials.setdefault(layout.layout_code, Trial(layout, context))
        state, keys = trial.run(way, random.Random(f"{seed} {layout.layout_code} {way} {turn}"))
        name = f"{layout.layout_code} {way} {turn}"
        found.count += 1
        found.kinds[way, state] += 1
        found.harmless += way in HARMLESS
        if state == "silent":
            found.silent.append(f"{name}: {', '.join('/'.join(key) for key in keys[:4])}")
        elif state == "refused" and way in HARMLESS:
            found.refused.append(name)
    return found


def main() -> None:
    """Print what came of the mutants."""
    began = time.monotonic()
    found = mutate(is_full="--full" in sys.argv)
    for way in WAYS:
        print(f"{way:18}", {state: found.kinds[way, state] for state in ("fine", "refused", "silent")})
    print("\n".join(["silent wrong values:", *found.silent, "harmless refused:", *found.refused]))
    print(
        f"{found.count} mutants in {time.monotonic() - began:.0f} s: {len(found.silent)} silent,"
        f" {len(found.refused)} of {found.harmless} harmless refused"
    )
    sys.exit(bool(found.silent))


if __name__ == "__main__":
    main()
