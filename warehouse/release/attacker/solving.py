"""Linear equations over counts: which unknowns they determine, exactly and because nobody is a negative person."""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field

PRIME = (1 << 61) - 1
Unknown = Hashable


@dataclass
class Equations:
    """Sums of coefficient × unknown = constant."""

    rows: list[tuple[dict[Unknown, int], float]] = field(default_factory=list)

    def add(self, terms: dict[Unknown, int], constant: float) -> None:
        """Add one; terms that cancel out are left away, and an equation without any says nothing."""
        terms = {cell: factor for cell, factor in terms.items() if factor}
        if terms:
            self.rows.append((terms, constant))


def determined(told: Equations) -> set[Unknown]:
    """Unknowns whose value every solution of the equations has in common."""
    pivots: dict[Unknown, dict[Unknown, int]] = {}
    uses: dict[Unknown, set[Unknown]] = defaultdict(set)  # where a cell stands in the row of another pivot
    for terms, _ in sorted(told.rows, key=lambda row: len(row[0])):
        row = {cell: factor % PRIME for cell, factor in terms.items()}
        for cell in [cell for cell in row if cell in pivots]:
            _subtract(row, pivots[cell], row[cell])
        if not row:
            continue
        pivot = min(row, key=lambda cell: len(uses[cell]))
        inverse = pow(row[pivot], -1, PRIME)
        row = {cell: factor * inverse % PRIME for cell, factor in row.items()}
        for other in list(uses[pivot]):
            before = set(pivots[other])
            _subtract(pivots[other], row, pivots[other][pivot])
            for cell in before ^ set(pivots[other]):
                (uses[cell].add if cell in pivots[other] else uses[cell].discard)(other)
        pivots[pivot] = row
        for cell in row:
            if cell != pivot:
                uses[cell].add(pivot)
    return {pivot for pivot, row in pivots.items() if len(row) == 1}


def _subtract(row: dict[Unknown, int], other: dict[Unknown, int], factor: int) -> None:
    for cell, each in other.items():
        value = (row.get(cell, 0) - factor * each) % PRIME
        if value:
            row[cell] = value
        else:
            row.pop(cell, None)


def bounded(told: Equations) -> dict[Unknown, float]:
    """Unknowns that can only be one number because no count is negative: cell to that number."""
    low: dict[Unknown, float] = defaultdict(float)
    high: dict[Unknown, float] = {}
    rows_of: dict[Unknown, list[int]] = defaultdict(list)
    for number, (terms, _) in enumerate(told.rows):
        for cell in terms:
            rows_of[cell].append(number)
    waiting = dict.fromkeys(range(len(told.rows)))
    while waiting:
        number = next(iter(waiting))
        del waiting[number]
        for cell in _tightened(*told.rows[number], low, high):
            waiting |= dict.fromkeys(each for each in rows_of[cell] if each != number)
    return {cell: low[cell] for cell in high if high[cell] - low[cell] < 0.5}


def _tightened(terms: dict[Unknown, int], constant: float, low: dict, high: dict) -> list[Unknown]:
    """Narrow what each cell of one equation can be, given the others; the cells that became narrower."""
    least = most = 0.0
    open_least, open_most = [], []  # cells without an upper bound, on the side they leave open
    for cell, factor in terms.items():
        top = high.get(cell)
        least += factor * (low[cell] if factor > 0 else top or 0.0)
        most += factor * ((top or 0.0) if factor > 0 else low[cell])
        if top is None:
            (open_most if factor > 0 else open_least).append(cell)
    narrower = []
    for cell, factor in terms.items():
        top = high.get(cell)
        rest_least = least - factor * (low[cell] if factor > 0 else top or 0.0)
        rest_most = most - factor * ((top or 0.0) if factor > 0 else low[cell])
        down = None if [each for each in open_most if each != cell] else (constant - rest_most) / factor
        up = None if [each for each in open_least if each != cell] else (constant - rest_least) / factor
        if factor < 0:
            down, up = up, down
        if down is not None and down > low[cell] + 0.01:
            low[cell] = down
            narrower.append(cell)
        if up is not None and (top is None or up < top - 0.01):
            high[cell] = max(up, 0.0)
            narrower.append(cell)
    return narrower
