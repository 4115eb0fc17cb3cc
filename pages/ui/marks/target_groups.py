"""Which targets belong on one card: judged by the same figure, or set for one indicator at overlapping times."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

Row = Mapping[str, Any]


def groups(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows in groups that belong together, in the order of their first row; single ones too.

    This year's task and last year's do not belong together; a plan of five years belongs to the tasks within it.
    """
    parent = list(range(len(rows)))

    def top(position: int) -> int:
        while parent[position] != position:
            position = parent[position]
        return position

    for position, row in enumerate(rows):
        for earlier in range(position):
            if _belong_together(rows[earlier], row):
                parent[top(position)] = top(earlier)
    found: dict[int, list[Row]] = {}
    for position, row in enumerate(rows):
        found.setdefault(top(position), []).append(row)
    return sorted(found.values(), key=lambda group: rows.index(group[0]))


def _belong_together(one: Row, other: Row) -> bool:
    if one["evidence_row_key"] is not None and one["evidence_row_key"] == other["evidence_row_key"]:
        return True
    if one["target_id"] == other["target_id"]:
        return True
    last, other_last = (row["deadline_on"] or date.max for row in (one, other))
    return (
        one["indicator_code"] == other["indicator_code"]
        and one["period_start_on"] <= other_last
        and other["period_start_on"] <= last
    )
