"""Issues as a list: where, what is so, what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from pages.ui.kit.html import esc
from warehouse.wording.desk.submissions import folded, place
from warehouse.wording.grammar.dates import month_zh

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


# So many of one rule on one form are one warning that came again; they fold under its name.
REPEATED = 3


def issue_groups(rows: Sequence[Row], titles: Mapping[str, str]) -> str:
    """Issues with what one rule said again and again folded under its name: how often, of whom, from when to when.

    Args:
        titles: rule code to what the rule finds.
    """
    groups: dict[tuple, list[Row]] = {}
    for row in rows:
        groups.setdefault((row["severity_code"], row["rule_code"], row.get("form_zh")), []).append(row)
    parts = []
    for found in groups.values():
        listed = issue_list(found, with_month=True)
        parts.append(_folded(found, titles, listed) if len(found) >= REPEATED else listed)
    return "".join(parts)


def _folded(found: Sequence[Row], titles: Mapping[str, str], listed: str) -> str:
    first = found[0]
    units = list(dict.fromkeys(row["area_zh"] for row in found if row.get("area_zh")))
    months = sorted(row["month"] for row in found if row["month"])
    span = ""
    if months:
        span = month_zh(months[0]) if months[0] == months[-1] else f"{month_zh(months[0])}至{month_zh(months[-1])}"
    whose = f"{len(units)}个单位：{'、'.join(units)}" if len(units) > 1 else "".join(units)
    return (
        f'<details class="fold issue-group"><summary><span class="badge {esc(first["severity_code"])}">{esc(first["severity_zh"])}</span>'
        f" <b>{len(found)}处</b> {esc(titles.get(first['rule_code'], first['rule_code']))}"
        f'<span class="where">{esc("；".join(part for part in (first.get("form_zh") or "", whose, span) if part))}</span></summary>{listed}</details>'
    )


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
    under: Sequence[Row] = (),
) -> str:
    """One issue. `under`: further cells of the same cause, each with a sentence where there is one; folded."""
    cell = f' <span class="cell">{esc(place_zh)}</span>' if place_zh else ""
    more = _under(under) if under else ""
    source = f' <span class="src">{esc(file_zh)}</span>' if file_zh else ""
    return (
        f'<li><div class="where">{esc(head_zh)}{cell}{source}</div><div>'
        f'<div class="fact"><span class="badge {esc(severity_code)}">{esc(severity_zh)}</span> {esc(sentence_zh)}'
        f' <span class="rule">规则{esc(rule_code)}</span></div><div class="todo">{esc(remedy_zh)}</div>{more}</div></li>'
    )


def _under(under: Sequence[Row]) -> str:
    bare = "、".join(esc(one["cell"]) for one in under if not one["sentence_zh"])
    told = "".join(f"<li>{esc(one['cell'])}　{esc(one['sentence_zh'])}</li>" for one in under if one["sentence_zh"])
    return (
        f'<details class="fold"><summary>{esc(folded({"folded": under}))}</summary>'
        + (f"<p>{bare}</p>" if bare else "")
        + (f"<ul>{told}</ul>" if told else "")
        + "</details>"
    )
