"""A raw form as a form: whose it is, for which month, and each figure in its stored unit."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from etl.months.findings import Finding
from etl.months.model import Context, Figure, Form, Key, PrintedShare
from etl.months.names import Place
from etl.months.periods import parse_day
from etl.months.read.extract import RawForm, RawRow
from etl.months.read.labels import plain
from etl.months.read.layouts import Block, Field, Layout
from etl.months.rules.notes import is_correction
from etl.months.rules.places import foreign_township, second_row, strange_row, unknown_place
from etl.months.understood.unit_and_month import months_of, old_version, unit_of
from etl.months.understood.values import CellReader, contradicted, decimals, factor_between, smallest_of
from warehouse.persons import NAME, looks_like_a_name, marked


@dataclass
class Understood:
    """What came of one sheet. `form` is None when unit or month are not known; the findings say why.

    `unit` and `month` are given as far as they are known, so that issues reach the right clerk.
    """

    layout: Layout
    sheet: str
    unit: Place | None
    month: dt.date | None
    form: Form | None
    findings: list[Finding] = field(default_factory=list)


def understand(raw: RawForm, context: Context) -> Understood:
    """The form a sheet holds. Nothing is guessed: what is not wholly understood is a finding and no figure."""
    layout = context.layouts[raw.layout_code]
    findings = list(raw.findings)
    unit = unit_of(raw, layout, context, findings)
    month, title_month, pay_month = months_of(raw, layout, findings)
    if unit is None or month is None:
        return Understood(layout, raw.sheet, unit, month, None, findings)
    form = Form(layout, raw.sheet, unit, month, title_month=title_month, pay_month=pay_month)
    reason = raw.meta.get("correction", [""])[0].strip()
    form.correction = reason if is_correction(reason) else ""
    form.filled_by = raw.meta.get("filled_by", [""])[0]
    form.reviewed_by = raw.meta.get("reviewed_by", [""])[0]
    if written := raw.meta.get("filled_on"):
        form.filled_on = parse_day(written[0], date_1904=raw.date_1904)
    reader = CellReader(raw.sheet, context.rules)
    for block in layout.blocks:
        rows = [row for row in raw.rows if row.block == block.block_code]
        factors = _factors(raw, block, context, reader)
        if block.orientation == "items":
            _items(form, block, rows, factors, reader, context)
        else:
            _rows(form, block, rows, factors, reader, context)
    _even_slack(form, context)
    findings += reader.findings
    if form.is_empty():
        findings.append(Finding(rule="L16", sheet=raw.sheet, words={"form": layout.label_zh}))
    elif _is_blank_block(form, layout.blocks[0]):
        at = next((row.label_cell for row in raw.rows), "")
        words = {"form": f"{layout.label_zh}的第一张表"}
        findings.append(Finding(rule="L16", sheet=raw.sheet, cell=at, words=words))
    if not layout.valid_in(month):
        findings.append(old_version(raw, layout, month, context))
    form.findings = findings
    return Understood(layout, raw.sheet, unit, month, form, findings)


def _is_blank_block(form: Form, block: Block) -> bool:
    """Whether a table has cells for the unit's figures, and nobody wrote into any."""
    if block.orientation != "items":
        return False
    keys = [(form.unit.area_id, one.indicator, one.breakdown) for one in block.fields]
    mine = [form.figures[key] for key in keys if key in form.figures]
    return bool(mine) and not any(figure.raw for figure in mine)


def _factors(raw: RawForm, block: Block, context: Context, reader: CellReader) -> dict[str, Decimal]:
    """Stored units in one unit of the form, for each field; the unit written on the form goes before the declared."""
    said, said_at, *_ = raw.meta.get("units", ["", ""])
    on_line = list(dict.fromkeys(_units(said)))
    factors = {}
    for one in block.fields:
        stored = stored_unit(one, context)
        written, cell = raw.units.get(one.code, ["", ""])
        if not written:
            # Only money has units that differ by a factor unnoticed; the line above the table may name them.
            money = [unit for unit in on_line if stored == "元" and factor_between(unit, "元") is not None]
            written = money[0] if len(money) == 1 else one.unit
        if one.role != "share" and (other := contradicted(written, on_line)):
            words = {"label": "/".join(one.path), "unit": other, "right": written}
            lines = raw.meta.get("units_at", [""])[0].split("\n")
            at = next((line.partition(" ")[0] for line in lines if other in _units(line.partition(" ")[2])), said_at)
            reader.findings.append(Finding(rule="L11", sheet=raw.sheet, cell=at, words=words))
            on_line.remove(other)
        beside, beside_at = raw.units.get(f"{one.code}@label", ["", ""])
        if beside and beside != written and factor_between(beside, written) != 1:
            words = {"label": "/".join(one.path), "unit": beside, "right": written}
            reader.findings.append(Finding(rule="L11", sheet=raw.sheet, cell=beside_at, words=words))
        factor = factor_between(written, stored) if one.role != "share" else Decimal(1)
        if factor is None:
            words = {"label": "/".join(one.path), "unit": written, "right": one.unit}
            reader.findings.append(Finding(rule="L11", sheet=raw.sheet, cell=cell, words=words))
            factor = Decimal(1)
        factors[one.code] = factor
    return factors


def _units(said: str) -> list[str]:
    """The units one after the other that were said over a table."""
    return [unit.strip("()。.") for unit in re.split(r"[、,，/ ;；(]", plain(said)) if unit]


def stored_unit(one: Field, context: Context) -> str:
    """The unit a field is stored in: the catalogue's, for checks the form's own."""
    if one.role == "value":
        return context.catalog.indicators[one.indicator].unit_zh
    return smallest_of(one.unit)


def _items(form: Form, block: Block, rows: list[RawRow], factors, reader: CellReader, context: Context) -> None:
    area = form.unit.area_id
    fields = {one.code: one for one in block.fields}
    share_key = block.key("share")
    for row in rows:
        code = next(code for code in row.values if "@" not in code)
        one = fields[code]
        label = partial(_label, one, context)
        unit = stored_unit(one, context)
        if one.role == "share":
            _share(form, one, row.values[code], area)
            continue
        key = (area, one.indicator, one.breakdown)
        figure = reader.read(row.values[code], label=label, factor=factors[code], unit=unit)
        _note(figure, row.note)
        figure.is_check = one.role == "check"
        form.figures[key] = figure
        before = row.values.get(f"{code}@previous")
        if before and before[1] != "blank":
            form.previous[key] = reader.read(
                before, label=partial(_label, one, context, suffix="（上月数）"), factor=factors[code], unit=unit
            )
        task, share = row.values.get(f"{code}@task"), row.values.get(f"{code}@share")
        if task and task[1] != "blank":
            whole = reader.read(
                task, label=partial(_label, one, context, suffix="（年度任务）"), factor=factors[code], unit=unit
            )
            whole.is_check = True
            form.figures[area, f"{one.indicator}@task", one.breakdown] = whole
            if share_key and share and share[1] != "blank":
                of = (key, (area, f"{one.indicator}@task", one.breakdown))
                form.shares.append(PrintedShare(f"{label()}完成率", one.indicator, share[2], share[0], *of))


def _rows(form: Form, block: Block, rows: list[RawRow], factors, reader: CellReader, context: Context) -> None:
    """Figures of a table with a figure a column; which place each row is decides where they go."""
    summed = [row.is_total or _is_sum_of(form, row.label, context) for row in rows]
    totals = _totals(form, [row for row, is_sum in zip(rows, summed, strict=True) if is_sum], reader)
    parts = [row for row, is_sum in zip(rows, summed, strict=True) if not is_sum]
    places = _places(form, block, parts, context, reader)
    used: dict[tuple[str, str], str] = {}
    fields = [(one, factors[one.code], stored_unit(one, context)) for one in block.fields]
    for row in parts:
        area = places.get(row.label_cell + row.tier) if block.rows != "none" else form.unit.area_id
        if area is None:
            continue
        if words := second_row(row.label, used.get((area, row.tier), "")):
            reader.findings.append(_at(form, "C10", row.label_cell, **words))
            continue
        used[area, row.tier] = row.label_cell
        _row(form, block, row, area, fields, reader, context)
    for row in totals:
        _total(form, block, row, factors, reader, context)
    if not totals and block.rows in ("township", "township_tier") and form.unit.area_id not in places.values():
        _sums(form, block, reader)
    cell = next((row.label_cell for row in parts), "")
    reader.findings += _missing_rows(form, block, used, context, cell)


def _is_sum_of(form: Form, label: str, context: Context) -> bool:
    """Whether a row is called the sum of the unit: 清丰县合计."""
    return label.endswith(("合计", "总计")) and context.book.is_unit(form.unit.area_id, label[:-2])


def _totals(form: Form, rows: list[RawRow], reader: CellReader) -> list[RawRow]:
    """The rows of the total of the whole form: sums of some of its rows beside it only repeat them.

    A second row of totals that says something else is refused: which of them holds cannot be known.
    """
    whole = [row for row in rows if plain(row.label) != "小计"] or rows
    found: dict[str, RawRow] = {}
    for row in whole:
        first = found.setdefault(row.tier, row)
        texts = [{code: text for code, (text, *_) in one.values.items()} for one in (first, row)]
        if texts[0] != texts[1]:
            reader.findings.append(_at(form, "C10", row.label_cell, **second_row(row.label, first.label_cell)))
    return list(found.values())


def _places(form: Form, block: Block, rows: list[RawRow], context: Context, reader: CellReader) -> dict[str, str]:
    """The area of each row by the cell of its label; rows that are nobody's give a finding and no area."""
    found: dict[str, str] = {}
    said: set[str] = set()
    book, unit = context.book, form.unit
    for row in rows:
        if block.rows == "none":
            continue
        place = row.label_cell + row.tier
        if book.is_unit(unit.area_id, row.label):
            found[place] = unit.area_id
            continue
        if block.rows != "unit" and (township := book.township(unit.area_id, row.label)):
            found[place] = township
            continue
        # A heading among the rows (一、镇). A township lost by it is told as missing.
        if all(kind == "blank" for _, kind, _ in row.values.values()):
            continue
        # One wrong name is one finding, on however many rows of tiers it stands.
        if plain(row.label) not in said:
            said.add(plain(row.label))
            reader.findings.append(_stranger(form, row, context))
    return found


def _stranger(form: Form, row: RawRow, context: Context) -> Finding:
    """What to say of a row that belongs to no place of this unit."""
    for code, examine in (("E3", strange_row), ("E16", foreign_township), ("E12", unknown_place)):
        if words := examine(row.label, form.unit, context.book):
            # A row that is nobody's place may be somebody: a roster pasted into the form.
            if looks_like_a_name(plain(row.label)) and not context.book.is_part_of_a_name(plain(row.label)):
                words = {name: text.replace(row.label, marked(NAME)) for name, text in words.items()}
            return _at(form, code, row.label_cell, **words)
    raise AssertionError(row.label)


def _missing_rows(
    form: Form, block: Block, used: Iterable[tuple[str, str]], context: Context, cell: str
) -> list[Finding]:
    """Townships without a row: their figures would silently be missing from every sum. `cell`: of the first row."""
    if block.rows == "none" or form.unit.level_code == "city":
        return []
    areas = {area for area, _ in used}
    if not areas:
        return [_at(form, "L12", cell, label=f"没有{form.unit.name_zh}的数据行")]
    if block.rows == "unit":
        return []
    townships = context.book.townships.get(form.unit.area_id, {})
    if form.unit.area_id in areas:
        if len(areas) > 1:
            return [_at(form, "E3", cell, fact=f"{form.unit.name_zh}本身的一行与乡镇行混在一起，会重复计算")]
        if len(townships) > 1:
            return [
                _at(form, "L12", cell, label=f"只有{form.unit.name_zh}一行，应按{len(townships)}个乡镇（街道）逐行填报")
            ]
        return []
    absent = [name for area_id, name in townships.items() if area_id not in areas]
    if not absent:
        return []
    names = "、".join(absent[:6]) + ("等" if len(absent) > 6 else "")
    return [_at(form, "L12", cell, label=f"缺{len(absent)}个乡镇（街道）的行：{names}")]


def _row(form: Form, block: Block, row: RawRow, area: str, fields, reader: CellReader, context: Context) -> None:
    name = row.label if block.rows not in ("unit", "none") else ""
    values, tier, note, figures = row.values, row.tier, row.note, form.figures
    for one, factor, unit in fields:
        raw = values.get(one.code)
        if raw is None:
            continue
        if one.role == "share":
            _share(form, one, raw, area)
            continue
        figure = reader.read(raw, label=partial(_label, one, context, name), factor=factor, unit=unit)
        if note:
            _note(figure, note)
            figure.has_row_note = True
        figure.is_check = one.role == "check"
        # A unit without townships repeats in its one row what stands in the table above: that table goes first.
        figures.setdefault((area, one.indicator, tier or one.breakdown), figure)


def _total(form: Form, block: Block, row: RawRow, factors, reader: CellReader, context: Context) -> None:
    """The printed total: kept apart, and the unit's own figures where the rows are townships."""
    area = form.unit.area_id
    for one in block.fields:
        raw = row.values.get(one.code)
        if raw is None or one.role == "share":
            continue
        # A total nobody worked out is no error of the figures: the sum of the rows stands in for it.
        if raw[1] == "formula":
            raw = ["", "blank", raw[2]]
        label = partial(_label, one, context, "合计")
        figure = reader.read(raw, label=label, factor=factors[one.code], unit=stored_unit(one, context))
        _note(figure, row.note)
        figure.is_check = one.role == "check"
        breakdown = row.tier or one.breakdown
        form.totals[one.indicator, breakdown] = figure
        key = (area, one.indicator, breakdown)
        if key not in form.figures:
            form.figures[key] = figure if figure.raw else _sum_of_rows(form, key, figure)


def _sums(form: Form, block: Block, reader: CellReader) -> None:
    """The unit's own figures where the form has no row of totals."""
    words = {"form": form.layout.label_zh, "label": "合计", "near": ""}
    reader.findings.append(Finding(rule="L4", sheet=form.sheet, words=words))
    area = form.unit.area_id
    indicators = {one.indicator for one in block.fields if one.role == "value"}
    for _, indicator, breakdown in list(form.figures):
        key = (area, indicator, breakdown)
        if indicator in indicators and key not in form.figures:
            form.figures[key] = _sum_of_rows(form, key, Figure(None, "missing", "", ""))


def _sum_of_rows(form: Form, key: Key, blank: Figure) -> Figure:
    parts = [figure for (area, *rest), figure in form.figures.items() if tuple(rest) == key[1:] and area != key[0]]
    if not parts or any(part.value is None for part in parts):
        return blank
    return Figure(sum(part.value for part in parts), "reported", blank.cell, "", "合计未填，按各行相加")


def _share(form: Form, one: Field, raw: list[str], area: str) -> None:
    if raw[1] == "blank" or one.of is None:
        return
    keys = []
    for code in one.of:
        indicator, _, breakdown = code.partition(":")
        keys.append((area, indicator, breakdown or "total"))
    form.shares.append(PrintedShare(one.path[-1], one.indicator, raw[2], raw[0], *keys))


def _note(figure: Figure, note: str) -> None:
    if not note:
        return
    said = note if plain(note) not in ("", "-", "/", "无") else ""
    figure.note = "；".join(part for part in (figure.note, said) if part)


def _label(one: Field, context: Context, row: str = "", suffix: str = "") -> str:
    label = context.label(one.indicator, one.breakdown) if one.role == "value" else one.label_zh
    return f"{row} {label}{suffix}".strip()


def _even_slack(form: Form, context: Context) -> None:
    """Money in 万元 is as exact as the most exact cell of the form: 12.30 beside 4.5050 is exact to the yuan."""
    indicators = {indicator for _, indicator, _ in form.figures}
    in_yuan = {name for name in indicators if (known := context.catalog.indicators.get(name)) and known.unit_zh == "元"}
    if not in_yuan:
        return
    money = [figure for key, figure in form.figures.items() if key[1] in in_yuan and figure.value is not None]
    in_ten_thousands = any(one.unit == "万元" for block in form.layout.blocks for one in block.fields)
    places = max((decimals(figure) for figure in money), default=0)
    slack = 0.5 * 10_000 / 10**places if in_ten_thousands and places < 3 else 0.005
    for figure in money:
        figure.slack = max(slack, (figure.high - figure.low) / 2 if figure.high and figure.low else 0)


def _at(form: Form, rule: str, cell: str, **words: str) -> Finding:
    return Finding(rule=rule, sheet=form.sheet, cell=cell, words=words)
