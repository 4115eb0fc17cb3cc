"""Partners: cells hidden beside a small one, so that no sum that is printed gives it away.

Areas with their parent are the rows, breakdowns with their total the columns of a table; every row and every column
adds up. Rows and columns are the nodes of a graph and masked cells its edges: a masked cell can be worked out exactly
when its edge is a bridge. So every masked small cell gets the cheapest cycle it lies on.
"""

import heapq
from collections import defaultdict

from warehouse.release.masks.measures import TOTAL
from warehouse.release.masks.tables import Cells, Table

Node = tuple[str, str]


_FREE: Node = ("free", "")


def protect(
    rows: dict[tuple[str, str], float], small: Cells, *, already: Cells = frozenset(), table: Table | None = None
) -> Cells:
    """Small cells and the partners that put each of them on a cycle of masked cells; what is known is no partner."""
    masked = set(small) | set(already)
    if not small:
        return masked
    table = table or Table()
    divided = {area for area, breakdown in rows if breakdown != TOTAL}
    # An area without a breakdown adds up to nothing but its column.
    ends = {
        cell: (("row", cell[0]) if cell[0] in divided else _FREE, _column(cell, table))
        for cell in rows
        if cell not in table.known
    }
    neighbours: dict[Node, list] = defaultdict(list)
    for cell, (one, other) in ends.items():
        neighbours[one].append((other, cell))
        neighbours[other].append((one, cell))
    for cell in sorted(small & ends.keys()):
        path = _cheapest_path(rows, neighbours, masked, ends[cell], without=cell)
        if path is None:
            # No partner exists (a table of one row or one column): nothing of it may be printed.
            return set(rows)
        masked |= path
    return masked


def _column(cell: tuple[str, str], table: Table) -> Node:
    """The sum a cell is in besides its row's: that of the units in the same published totals as this one."""
    area, breakdown = cell
    if cell in table.apart:
        return _FREE
    signature = "".join(
        str(int(area in units))
        for (_, part), totals in sorted(table.summed.items())
        if part == breakdown
        for units in totals
    )
    return ("column", breakdown + signature)


def _cheapest_path(rows, neighbours, masked, ends, *, without) -> frozenset | None:
    """Cells of the cheapest way between both `ends` of `without` that does not use it; None when there is none."""
    start, goal = ends
    best, queue = {start: 0.0}, [(0.0, 0, start, frozenset())]
    counter = 0
    while queue:
        spent, _, node, path = heapq.heappop(queue)
        if node == goal:
            return path
        for following, cell in neighbours[node]:
            if cell == without:
                continue
            # A zero tells an attacker that the partner cannot be smaller, so it is the partner of last resort.
            total = spent + (0 if cell in masked else 1 + rows[cell] if rows[cell] else 1e9)
            if total < best.get(following, float("inf")):
                best[following] = total
                counter += 1
                heapq.heappush(queue, (total, counter, following, path | {cell}))
    return None
