"""Units by indicators on one screen: value, sign and word for the gap, and a tint where a unit lags.

Without colour it reads the same: ▼ and a word stand in every lagging cell, and its tint is a grey on grey paper.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from pages.ui.kit.html import STATUS_SIGNS, esc, num
from pages.ui.kit.refs import figure_ref, ref
from warehouse.read.receipt.month_receipts import AGAINST_CITY
from warehouse.wording import overview_months as words
from warehouse.wording.months import MONTH, key_of

Row = Mapping[str, Any]
Mark = Callable[[Row], str]
BY_COUNT = "behind"
GROUPS_ZH = {"administrative": "县（区）", "functional_zone": "功能区"}
ACT = "sort:"


def sorted_units(units: Sequence[Sequence[Row]], by: str) -> list[Sequence[Row]]:
    """The units of one group, the furthest behind first: in all indicators together, or in the one named.

    A unit that cannot be judged stands last; equals keep their declared order.
    """

    if by == BY_COUNT:
        return words.by_lag(units)

    def place(cells: Sequence[Row]) -> tuple[bool, float]:
        cell = next((one for one in cells if one["indicator_code"] == by), None)
        if cell is None or cell["gap"] is None:
            return True, 0.0
        return False, -cell["gap"] if cell["polarity_code"] == "lower_is_better" else cell["gap"]

    return sorted(units, key=place)


def sort_pressed(act: str | None) -> str | None:
    """The indicator (or all together) whose head was pressed; None when something else was."""
    return act.removeprefix(ACT) if act and act.startswith(ACT) else None


def matrix(
    city: Sequence[Row],
    units: Sequence[Sequence[Row]],
    indicators: Sequence[Row],
    month: date,
    *,
    by: str,
    mark: Mark,
) -> str:
    """The table as HTML: the city, counties and districts, then functional zones in a group of their own.

    Args:
        city: the cells of the city; units: the cells of each unit, in the order of `indicators`.
        by: what the rows are sorted by: an indicator or `BY_COUNT`.
        mark: the badge of a cell, empty for most.
    """
    flat = [cell for cells in units for cell in cells]
    heads = "".join(
        _head(
            one["indicator_code"],
            one["label_zh"],
            words.column_zh([cell for cell in flat if cell["indicator_code"] == one["indicator_code"]], one, month),
            by=by,
        )
        for one in indicators
    )
    body = f'<tbody class="city">{_row("全市", city, indicators, mark)}</tbody>' if city else ""
    for kind, name in GROUPS_ZH.items():
        group = [cells for cells in units if cells[0]["kind_code"] == kind]
        if group:
            rows = "".join(_row(cells[0]["area_zh"], cells, indicators, mark) for cells in sorted_units(group, by))
            width = len(indicators) + 2
            body += (
                f'<tbody><tr class="group"><th colspan="{width}" scope="rowgroup">{name}</th></tr></tbody>'
                f"<tbody>{rows}</tbody>"
            )
    count = _head(BY_COUNT, "落后项", "共判断几项", by=by)
    return (
        '<div class="rug"><table><caption class="unseen">各单位主要指标</caption>'
        f'<thead><tr><th scope="col" class="who">单位</th>{heads}{count}</tr></thead>{body}</table></div>'
    )


def key() -> str:
    """What the signs of the matrix mean."""
    return (
        '<div class="key"><span><i class="tint"></i>▼ 落后</span><span>▲ 领先</span><span>● 相当</span>'
        "<span>点列名，按这一列从最落后排起</span></div>"
    )


def _head(code: str, label_zh: str, about_zh: str, *, by: str) -> str:
    chosen = code == by
    order = ' aria-sort="ascending"' if chosen else ""
    return (
        f'<th scope="col"{order}><button type="button" class="sort{" on" if chosen else ""}" data-act="{ACT}{esc(code)}"'
        f' aria-label="按{esc(label_zh)}排">{esc(label_zh)}<span class="arrow" aria-hidden="true">{"↓" if chosen else ""}</span></button>'
        f'<span class="where">{esc(about_zh)}</span></th>'
    )


def _row(name_zh: str, cells: Sequence[Row], indicators: Sequence[Row], mark: Mark) -> str:
    found = {cell["indicator_code"]: cell for cell in cells}
    drawn = "".join(_cell(found[one["indicator_code"]], one, mark) for one in indicators)
    is_city = cells[0]["level_code"] == "city"
    judged = words.judged_count(cells)
    count = "" if is_city or not judged else f"<span><b>{words.behind_count(cells)}</b>/{judged}</span>"
    shown = count or ("" if is_city else '<span class="soft">—</span>')
    return f'<tr><th scope="row" class="who">{esc(name_zh)}</th>{drawn}<td class="count" data-of="落后项">{shown}</td></tr>'


def _cell(cell: Row, indicator: Row, mark: Mark) -> str:
    figure = words.main_figure(cell, indicator)
    opens = figure_ref(figure) if figure.row_key else None
    standing = cell["standing_code"] or ""
    gap = words.gap_zh(cell, indicator)
    tone = words.SIGN_TONES.get(standing, "")
    # In a narrow cell the number goes below its word, never the word in two.
    apart = re.sub(r"(?=\d)", "<wbr>", esc(gap), count=1)
    said = f'<span class="gap {tone}"{_gap_opens(cell, gap)}>{STATUS_SIGNS[tone]} {apart}</span>' if gap else ""
    blank = " mark" if cell["value"] is None else ""
    return (
        f'<td class="{standing}{blank}" data-of="{esc(indicator["label_zh"])}">'
        f'<span class="v">{num(figure.wording, opens)}{mark(cell)}</span>{said}</td>'
    )


def _gap_opens(cell: Row, gap: str) -> str:
    """What makes a gap a number that opens its receipt; nothing for a word alone."""
    if not re.search(r"\d", gap):
        return ""
    is_pace = cell["against_code"] == "pace"
    opens = ref(words.PROGRESS, cell["task_row_key"]) if is_pace else ref(MONTH, key_of(cell), AGAINST_CITY)
    return f' role="button" tabindex="0" aria-haspopup="dialog" data-receipt="{esc(opens)}"'
