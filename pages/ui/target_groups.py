"""Which targets belong on one card: those judged by the same figure, or set for the same indicator."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def groups(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows in groups that share a figure or an indicator, in the order of their first row; single ones too."""
    parent = list(range(len(rows)))

    def top(position: int) -> int:
        while parent[position] != position:
            position = parent[position]
        return position

    first: dict[tuple[str, Any], int] = {}
    for position, row in enumerate(rows):
        for name in ("evidence_row_key", "indicator_code"):
            if row[name] is not None:
                known = first.setdefault((name, row[name]), position)
                parent[top(position)] = top(known)
    found: dict[int, list[Row]] = {}
    for position, row in enumerate(rows):
        found.setdefault(top(position), []).append(row)
    return sorted(found.values(), key=lambda group: rows.index(group[0]))
