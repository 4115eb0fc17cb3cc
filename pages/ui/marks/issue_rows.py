"""Issues as a list: where, what is so, what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from pages.ui.kit.html import esc
from warehouse.wording.dates import month_zh
from warehouse.wording.submissions import place

Row = Mapping[str, Any]


def issue_list(rows: Sequence[Row], *, with_unit: bool = True, with_month: bool = False) -> str:
    """Rows of meta.issue (with area_zh, form_zh, severity_zh), one below the other.

    Args:
        with_unit: name the unit of each; False where the head already does.
        with_month: name the month of each.
    """
    items = []
    for row in rows:
        about = [
            row.get("area_zh") if with_unit else None,
            month_zh(row["month"]) if with_month and row["month"] else None,
        ]
        head = " ".join(word for word in [*about, row.get("form_zh")] if word)
        items.append(
            entry(
                head_zh=head or row["file_name"],
                place_zh=place(row["sheet"], row["cell"]),
                file_zh=row["file_name"] if head else "",
                severity_code=row["severity_code"],
                severity_zh=row["severity_zh"],
                rule_code=row["rule_code"],
                sentence_zh=row["sentence_zh"],
                remedy_zh=row["remedy_zh"],
            )
        )
    return f'<ul class="issues">{"".join(items)}</ul>'


def entry(
    *,
    head_zh: str,
    place_zh: str,
    file_zh: str,
    severity_code: str,
    severity_zh: str,
    rule_code: str,
    sentence_zh: str,
    remedy_zh: str,
) -> str:
    """One issue."""
    cell = f' <span class="cell">{esc(place_zh)}</span>' if place_zh else ""
    source = f' <span class="src">{esc(file_zh)}</span>' if file_zh else ""
    return (
        f'<li><div class="where">{esc(head_zh)}{cell}{source}</div><div>'
        f'<div class="fact"><span class="badge {esc(severity_code)}">{esc(severity_zh)}</span> {esc(sentence_zh)}'
        f' <span class="rule">规则{esc(rule_code)}</span></div><div class="todo">{esc(remedy_zh)}</div></div></li>'
    )
