"""A sheet seen as people see it: which label stands over a column, which rows hold figures, where a table begins."""

import re
from functools import cached_property, lru_cache

from etl.months.read.cells import SheetCells, address
from etl.months.read.labels import label_and_unit

LEAST_FIGURES, LEAST_IN_A_ROW = 6, 3
YEAR = re.compile(r"20\d\d|\d\d年|[二〇○零一]{3,4}.?年")
_FIGURE = re.compile(r"-?[\d,，]+(?:\.\d+)?%?")


Merge = tuple[int, int, int, str]
"""A merged range as a row meets it: how many rows above it begins, its first and last column, and its text."""
RowLook = tuple[tuple[tuple[int, str], ...], tuple[Merge, ...]]
"""What a row of a header looks like: its texts by column, and the merged ranges that touch it."""
Paths = dict[int, tuple[tuple[str, ...], str, tuple[int, int]]]
"""For each column, the header labels from top to bottom, the unit they carry, and the cell of the last one."""


class Grid:
    """A sheet seen as labels: merged and left-out labels filled in."""

    def __init__(self, sheet: SheetCells) -> None:
        self.sheet = sheet
        self.rows: dict[int, dict[int, str]] = {}
        number, line = -1, {}
        for (row, column), cell in sheet.cells.items():
            if row != number:
                number, line = row, self.rows.setdefault(row, {})
            line[column] = cell[0]
        self.row_numbers = sorted(self.rows)
        self.owner: dict[tuple[int, int], tuple[int, int]] = {}
        self._merges: dict[int, list[Merge]] = {}
        self._looks: dict[int, RowLook] = {}
        self._labels: dict[int, list[str]] = {}
        self._figures: dict[int, list[int]] = {}
        for top, left, bottom, right in sheet.merges or ():
            # A merge over whole columns or rows is formatting, not a header.
            if bottom - top > 200 or right - left > 200:
                continue
            text = self.rows.get(top, {}).get(left, "")
            for row in range(top, bottom + 1):
                self._merges.setdefault(row, []).append((row - top, left, right, text))
                for column in range(left, right + 1):
                    self.owner[row, column] = (top, left)

    def text(self, row: int, column: int) -> str:
        """Text of a cell, of its merged range when it is inside one."""
        line = self.rows.get(row)
        if line and column in line:
            return line[column]
        owner = self.owner.get((row, column))
        return self.rows.get(owner[0], {}).get(owner[1], "") if owner else ""

    def labels(self, row: int) -> list[str]:
        """What stands in a row, as labels are compared."""
        if row not in self._labels:
            self._labels[row] = [label_and_unit(text)[0] for text in self.rows.get(row, {}).values()]
        return self._labels[row]

    @cached_property
    def words(self) -> set[str]:
        """Every label that could stand in a header of this sheet."""
        merged = {label_and_unit(text)[0] for merges in self._merges.values() for *_, text in merges}
        return merged.union(*(self.labels(row) for row in self.row_numbers if not self.has_figures(row)))

    def has_figures(self, row: int) -> bool:
        """Whether a row holds figures and so cannot be part of a header."""
        count = len(self.figures(row))
        # A label that somebody renamed to a number stands among many that are none.
        return count >= 2 and 3 * count >= len(self.rows[row])

    def figures(self, row: int) -> list[int]:
        """The columns of a row in which there is nothing but a number."""
        found = self._figures.get(row)
        if found is None:
            line = self.rows.get(row, {})
            found = [column for column, text in line.items() if text.isdecimal() or is_figure(text)]
            self._figures[row] = found
        return found

    def first_text(self, row: int) -> str:
        """What stands first in a row that holds something."""
        line = self.rows[row]
        return line[min(line)]

    def looks(self, top: int, depth: int) -> tuple[RowLook, ...]:
        """What `depth` rows from `top` on look like, the same wherever on a sheet they stand."""
        for row in range(top, top + depth):
            if row not in self._looks:
                self._looks[row] = (tuple(self.rows.get(row, {}).items()), tuple(self._merges.get(row, ())))
        return tuple(self._looks[row] for row in range(top, top + depth))


@lru_cache(maxsize=1024)
def header_paths(looks: tuple[RowLook, ...]) -> Paths:
    """The labels over each column of a header, its unit, the place of its lowest label, and another unit said above it; rows
    count from its first one."""
    depth = len(looks)
    lines = [dict(line) for line, _ in looks]
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    texts: dict[tuple[int, int], str] = {}
    for row, (_, merges) in enumerate(looks):
        for above, left, right, text in merges:
            for column in range(left, right + 1):
                owner[row, column] = (row - above, left)
                texts[row, column] = text
    for row, line in enumerate(lines):
        texts.update({(row, column): text for column, text in line.items()})
    columns = sorted({column for _, column in (*owner, *texts)})
    filled: dict[tuple[int, int], str] = {}
    for column in columns:
        for row in range(depth):
            own = texts.get((row, column), "")
            filled[row, column] = own or _left(filled, lines, texts, owner, row, column)
    found = {}
    for column in columns:
        labels: list[str] = []
        unit, last, other = "", (0, column), ""
        for row in range(depth):
            text = filled[row, column]
            if not text:
                continue
            label, carried = label_and_unit(text)
            other = unit if unit and carried and carried != unit else other
            unit = carried or unit
            if label and (not labels or labels[-1] != label):
                labels.append(label)
                last = (row, column)
        if labels:
            found[column] = (tuple(labels), unit, owner.get(last, last), other)
    return found


def _left(filled: dict, lines: list[dict], texts: dict, owner: dict, row: int, column: int) -> str:
    """The left neighbour's label where a merged header came without its merge (CSV, ods, a cancelled merge)."""
    left = filled.get((row, column - 1), "")
    if not left or row == len(lines) - 1 or (row, column) in owner or (row, column - 1) in owner:
        return ""
    same_parents = all(filled.get((r, column - 1)) == filled.get((r, column)) for r in range(row))
    has_own_label = any(line.get(column) for line in lines[row + 1 :])
    left_has_label = any(texts.get((r, column - 1)) for r in range(row + 1, len(lines)))
    return left if same_parents and has_own_label and left_has_label else ""


def table_of_figures(sheet: SheetCells) -> str:
    """The cell where a table of figures begins on a sheet no layout reads; empty when there is none.

    Figures of a table stand in rows or columns of several; the numbering of a list and the years of a text do not.
    """
    rows: dict[int, list[int]] = {}
    columns: dict[int, list[int]] = {}
    for (row, column), cell in sheet.cells.items():
        is_count = cell.kind in ("number", "text") and is_figure(cell.text) and not YEAR.fullmatch(cell.text)
        if is_count:
            rows.setdefault(row, []).append(column)
            columns.setdefault(column, []).append(row)
    # 1, 2, 3, … is the numbering of a list, in whichever column it stands.
    for column, places in columns.items():
        texts = [sheet.cells[row, column].text for row in sorted(places)]
        if texts == [str(number) for number in range(1, len(texts) + 1)]:
            for row in places:
                rows[row].remove(column)
    full = {row: found for row, found in rows.items() if len(found) >= LEAST_IN_A_ROW}
    tall = sum(len(found) for found in rows.values()) >= LEAST_FIGURES
    if full and sum(map(len, full.values())) >= LEAST_FIGURES:
        first = min(full)
        return address(first, min(full[first]))
    if (
        tall
        and max((sum(column in found for found in rows.values()) for column in columns), default=0) >= LEAST_FIGURES
    ):
        first = min(row for row, found in rows.items() if found)
        return address(first, min(rows[first]))
    return ""


@lru_cache(maxsize=8192)
def is_figure(text: str) -> bool:
    """Whether a text is nothing but a number."""
    return text.isdecimal() or _FIGURE.fullmatch(text.strip()) is not None
