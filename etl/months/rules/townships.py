"""Rules over two months of a table of townships: rows or columns that moved, single figures that leap.

Each township and tier is compared with itself a month ago. A row that is nearly another township's row of last month,
and far from its own, was typed into the wrong line; two such rows are no accident.
"""

from collections.abc import Iterator, Mapping

from etl.months.findings import Finding
from etl.months.model import Context, Form, History, Key, text_of
from etl.months.periods import month_zh
from etl.months.read.layouts import Block
from etl.months.rules.notes import explains
from etl.months.rules.registry import rule
from warehouse.month import add_months

Column = tuple[str, str]
"""Indicator and breakdown."""
Table = Mapping[Column, Mapping[str, float]]
"""Values by column and township."""


def _table(figures: Mapping, unit_id: str) -> dict[Column, dict[str, float]]:
    found: dict[Column, dict[str, float]] = {}
    for (area, indicator, breakdown), figure in figures.items():
        if area != unit_id and figure.value is not None and not figure.is_check:
            found.setdefault((indicator, breakdown), {})[area] = figure.value
    return found


def _apart(new: float, old: float) -> float:
    """How far two counts are apart, in units of what chance does to counts: 497 and 495 are near, 1019 and 495 far."""
    return (new - old) ** 2 / (new + old + 1)


@rule("E19")
def moved_rows_or_columns(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Rows of townships, or whole columns, that are last month's of a neighbour."""
    state = history.get(add_months(form.month, -1))
    if state is None or form.unit.level_code == "city":
        return
    new, old = _table(form.figures, form.unit.area_id), _table(state.figures, form.unit.area_id)
    # Stocks stay near themselves from month to month; payments come and go, and are yuan and not counts.
    columns = [column for column in new if column in old and context.timing(column[0]) == "end_of_month"]
    if not columns:
        return
    places = [area for area in context.book.townships.get(form.unit.area_id, {}) if area in new[columns[0]]]
    said: set[Key] = set()
    for table, block in _blocks(columns, form):
        if rows := _strangers(new, old, block, places, context):
            names = context.book.townships[form.unit.area_id]
            pairs = "、".join(f"“{names[row]}”像上月的“{names[other]}”" for row, other in list(rows.items())[:3])
            mine = {one.indicator for one in table.fields if one.role == "value"}
            keys = [key for key in form.figures if key[0] in rows and key[1] in mine]
            said.update(keys)
            fact = f"{len(rows)}个乡镇（街道）的数与上月别的乡镇几乎相同，与自己上月的相差很大（{pairs}等），疑为错行"
            yield _moved(form, keys, fact)
        if not rows:
            for columns_zh, keys, fact in _moved_columns(form, context, new, old, block, places):
                fresh = [key for key in keys if key not in said]
                said.update(fresh)
                if fresh:
                    yield _moved(form, fresh, f"“{columns_zh}”{fact}")


def _moved(form: Form, keys: list[Key], fact: str) -> Finding:
    key = keys[0]
    return Finding(
        rule="E19", sheet=form.sheet, cell=form.figures[key].cell, area=key[0], indicator=key[1], breakdown=key[2],
        words={"fact": fact, "count": str(len(keys))}, also=tuple(keys[1:]),
    )  # fmt: skip


def _blocks(columns: list[Column], form: Form) -> Iterator[tuple[Block, list[Column]]]:
    for block in form.layout.blocks:
        if block.rows in ("township", "township_tier"):
            indicators = {one.indicator for one in block.fields if one.role == "value"}
            if mine := [column for column in columns if column[0] in indicators]:
                yield block, mine


def _strangers(new: Table, old: Table, columns: list[Column], places: list[str], context: Context) -> dict[str, str]:
    """Townships whose row is another one's of last month, and whose."""
    limits = context.rules["E19"].limits

    def apart(row: str, other: str) -> float:
        pairs = [(new[c].get(row), old[c].get(other)) for c in columns]
        return sum(_apart(a, b) for a, b in pairs if a is not None and b is not None)

    known = [place for place in places if any(place in old[column] for column in columns)]
    found: dict[str, str] = {}
    gained = 0.0
    for row in known:
        own = apart(row, row)
        if own <= limits["own_at_least"]:
            continue
        best = min((other for other in known if other != row), key=lambda other: apart(row, other), default=row)
        other = apart(row, best)
        if best != row and other <= limits["share"] * own:
            found[row] = best
            gained += own - other
    # One row alone may have changed; rows that took each other's place did not.
    return found if len(found) >= 2 and gained >= limits["gain"] and len(set(found.values())) >= 2 else {}


def _moved_columns(form, context, new: Table, old: Table, columns: list[Column], places: list[str]):
    """Columns that slid by a row or changed places with another: label, keys and what is so."""
    limits = context.rules["E19"].limits

    def total(column: Column, other: Column, step: int = 0) -> float | None:
        pairs = [
            (new[column].get(place), old[other].get(places[number + step]))
            for number, place in enumerate(places)
            if 0 <= number + step < len(places)
        ]
        known = [(a, b) for a, b in pairs if a is not None and b is not None]
        return sum(_apart(a, b) for a, b in known) if len(known) >= 3 else None

    def keys_of(*mine: Column) -> list[Key]:
        return [(place, *column) for column in mine for place in places if (place, *column) in form.figures]

    own = {column: total(column, column) for column in columns}
    lively = [column for column, value in own.items() if value is not None and value >= limits["gain"]]
    for column in lively:
        for step in (1, -1, 2, -2):
            slid = total(column, column, step)
            if slid is not None and slid <= limits["share"] * own[column]:
                yield context.label(*column), keys_of(column), f"整列与上月错了{abs(step)}行，疑为错行"
                break
    for number, first in enumerate(lively):
        for second in lively[number + 1 :]:
            crossed = (total(first, second) or 0) + (total(second, first) or 0)
            if crossed <= limits["share"] * (own[first] + own[second]):
                names = f"{context.label(*first)}”与“{context.label(*second)}"
                yield names, keys_of(first, second), "两列与上月对调了，疑为错列"


@rule("S13")
def leap_of_a_township(form: Form, context: Context, history: History) -> Iterator[Finding]:
    """Single townships far from their own last month, beyond the ratio and beyond what chance does to counts."""
    state = history.get(add_months(form.month, -1))
    if state is None or form.unit.level_code == "city":
        return
    limits = context.rules["S13"].limits
    names = context.book.townships.get(form.unit.area_id, {})
    found = []
    for key, figure in form.figures.items():
        old = state.figures.get(key)
        if key[0] not in names or figure.value is None or old is None or old.value is None or figure.is_check:
            continue
        known = context.catalog.indicators.get(key[1])
        if known is None or known.timing_code != "end_of_month" or explains(figure.note):
            continue
        if (key, form.month) in context.explanations:
            continue
        larger, smaller = max(figure.value, old.value), min(figure.value, old.value)
        is_far = _apart(figure.value, old.value) >= limits["apart"]
        if is_far and larger - smaller > limits["share"] * max(smaller, 1):
            found.append((key, figure.value, old.value))
    if not found:
        return
    shown = "、".join(
        f"{form.figures[key].cell} {names[key[0]]}{context.label(*key[1:])} {text_of(old)}→{text_of(new)}"
        for key, new, old in found[:3]
    )
    key, new, old = found[0]
    words = {
        "count": str(len(found)),
        "places": shown + ("等" if len(found) > 3 else ""),
        "previous": month_zh(state.month),
    }
    yield Finding(
        rule="S13", sheet=form.sheet, cell=form.figures[key].cell, area=key[0], indicator=key[1], breakdown=key[2],
        reported=new, computed=old, words=words, also=tuple(one for one, *_ in found[1:]),
    )  # fmt: skip
