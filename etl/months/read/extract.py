"""A recognised sheet as a raw form: the text of each figure with its cell, nothing converted, names reduced."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from etl.months.findings import Finding
from etl.months.read.beside import correcting, disowning, entries, told_on_paper
from etl.months.read.cells import SheetCells, address, letters_of
from etl.months.read.grid import Grid
from etl.months.read.labels import is_foot, is_total, item_label, label_and_unit, plain
from etl.months.read.layouts import Block, Layout
from etl.months.read.recognise import BlockAnchor, Recognised, repeating_head
from warehouse.persons import hide, kinds_hidden

_OF_AGE = re.compile(r"周?岁|老年?人|\(含\)$")


@dataclass
class RawRow:
    """One row of data. `values` are (text, kind, cell) by field; blank cells are kept with kind "blank".

    For items a row is one figure; "<field>@previous", "@task" and "@share" hold what stands beside it.
    """

    block: str
    label: str
    label_cell: str
    tier: str = ""
    is_total: bool = False
    note: str = ""
    note_cell: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class RawForm:
    """One form as read. meta: (text, cell, kind) by entry; units: (unit, cell) by field; findings of header and rows."""

    layout_code: str
    sheet: str
    title: str
    title_cell: str
    date_1904: bool = False
    meta: dict[str, list[str]] = field(default_factory=dict)
    units: dict[str, list[str]] = field(default_factory=dict)
    rows: list[RawRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def to_lines(self) -> tuple[dict, dict]:
        """The form as JSON can hold it, in two parts: whose it is with what was found, and its rows with their units."""
        head = {name: value for name, value in vars(self).items() if name not in ("rows", "units", "findings")}
        head["findings"] = [{**vars(finding), "words": dict(finding.words)} for finding in self.findings]
        return head, {"units": self.units, "rows": [vars(row) for row in self.rows]}

    @classmethod
    def from_lines(cls, head: dict, body: dict | None = None) -> "RawForm":
        """The form of the parts `to_lines` made; without its second part, a form without rows."""
        rows = [RawRow(**row) for row in body["rows"]] if body else []
        findings = [Finding(**finding) for finding in head["findings"]]
        return cls(**{**head, "findings": findings, "rows": rows, "units": body["units"] if body else {}})


def extract(sheet: SheetCells, found: Recognised) -> RawForm:
    """Every figure of the form with its cell. Names of people are cut to the surname, numbers of persons masked."""
    form = RawForm(
        layout_code=found.layout.layout_code,
        sheet=sheet.name,
        title=plain(found.title),
        title_cell=address(*found.title_at) if found.title_at else "",
        date_1904=sheet.date_1904,
        findings=list(found.findings),
    )
    grid = found.grid
    if found.anchors:
        form.meta = entries(found)
    rows = [_data_rows(grid, anchor) for anchor in found.anchors]
    for anchor, its_rows in zip(found.anchors, rows, strict=True):
        for code, unit in anchor.units.items():
            form.units[code] = [unit, address(*anchor.headers[code])]
        if anchor.block.orientation == "items":
            _items(grid, found.layout, anchor, its_rows, form)
        else:
            _columns(grid, anchor, its_rows, form)
        _hidden(sheet, anchor, form)
    form.findings += _unread(grid, found, rows, form)
    form.findings += _struck_out(sheet, found, form)
    form.findings += _corrected_outside(found, form)
    form.findings += _drawn(sheet, form)
    form.findings += _on_paper(found, form)
    form.findings += _disowned(found, form)
    _mask_persons(form)
    return form


def _columns(grid: Grid, anchor: BlockAnchor, rows: list[int], form: RawForm) -> None:
    block = anchor.block
    by_code = {code: column for column, code in anchor.columns.items()}
    tiers = _tier_labels(block)
    fields = [(code, column, letters_of(column)) for code, column in by_code.items() if not code.startswith("@")]
    label_column = by_code.get("@area", by_code.get("@label"))
    previous_label = ("", "")
    cells = grid.sheet.cells
    for row in rows:
        label, label_cell = "", ""
        if label_column is not None:
            label, label_cell = grid.text(row, label_column).strip(), address(row, label_column)
        number, is_empty, values = str(row + 1), True, {}
        for code, column, letters in fields:
            cell = cells.get((row, column))
            if cell:
                values[code] = [cell[0], cell[1], letters + number]
                is_empty = False
            else:
                values[code] = value = _no_value(grid, row, column)
                is_empty = is_empty and value[1] == "blank"
        raw = RawRow(block.block_code, label, label_cell, values=values)
        if "@note" in by_code:
            raw.note, raw.note_cell = grid.text(row, by_code["@note"]).strip(), address(row, by_code["@note"])
        if block.rows == "township_tier":
            tier_text = grid.text(row, by_code["@tier"]).strip() if "@tier" in by_code else ""
            if not label:
                raw.label, raw.label_cell = previous_label
            previous_label = (raw.label, raw.label_cell)
            raw.tier = tiers.get(_tier(tier_text), "")
            if not raw.tier:
                if not is_empty:
                    at = address(row, by_code.get("@tier", label_column or 0))
                    form.findings.append(_finding("L9", form, at, label=tier_text or "（空白）"))
                continue
        if is_empty and (not raw.label or block.rows == "none"):
            continue
        if not raw.label and block.rows != "none":
            form.findings.append(_finding("L10", form, label_cell or address(row, 0), label=""))
            continue
        raw.is_total = is_total(raw.label)
        form.rows.append(raw)
        if block.rows == "none":
            break


def _items(grid: Grid, layout: Layout, anchor: BlockAnchor, rows: list[int], form: RawForm) -> None:
    block = anchor.block
    known = layout.items[block.block_code]
    by_code = {code: column for column, code in anchor.columns.items()}
    if "@item" not in by_code:
        # Without names the rows mean nothing; the header's own finding says that the column is missing.
        return
    seen: dict[str, str] = {}
    for row in rows:
        label = grid.text(row, by_code["@item"]).strip()
        at = address(row, by_code["@item"])
        value = _value(grid, row, by_code["@value"]) if "@value" in by_code else ["", "blank", at]
        if not label:
            if value[1] != "blank":
                form.findings.append(_finding("L10", form, at, label=""))
            continue
        one = known.get(item_label(label))
        if one is None:
            if value[1] != "blank":
                form.findings.append(_finding("L3", form, at, label=label))
            continue
        if one.code in seen:
            form.findings.append(_finding("L2", form, at, label=label, first=seen[one.code]))
            continue
        seen[one.code] = at
        raw = RawRow(block.block_code, label, at, values={one.code: value})
        for beside in ("previous", "task", "share"):
            if f"@{beside}" in by_code:
                raw.values[f"{one.code}@{beside}"] = _value(grid, row, by_code[f"@{beside}"])
        if "@note" in by_code:
            raw.note, raw.note_cell = grid.text(row, by_code["@note"]).strip(), address(row, by_code["@note"])
        unit = label_and_unit(label)[1]
        if "@unit" in by_code and (text := plain(grid.text(row, by_code["@unit"]))):
            form.units[one.code] = [text, address(row, by_code["@unit"])]
            if unit:
                form.units[f"{one.code}@label"] = [unit, at]
        elif unit:
            form.units[one.code] = [unit, at]
        form.rows.append(raw)
    for one in block.fields:
        if one.code not in seen:
            rule = "L4" if one.role == "share" else "L1"
            place = address(anchor.top, by_code["@item"])
            words = {"label": one.path[-1], "form": layout.label_zh, "near": ""}
            form.findings.append(Finding(rule=rule, sheet=form.sheet, cell=place, words=words))


def _data_rows(grid: Grid, anchor: BlockAnchor) -> list[int]:
    """Rows of data, without blank rows and without title and header printed again on the next page."""
    labels = {
        column: {label_and_unit(grid.text(anchor.top + level, column))[0] for level in range(anchor.depth)} - {""}
        for column in anchor.columns
    }
    # Most cells are numbers, and hardly ever is a label one.
    numbered = {column for column, known in labels.items() if any(label.isdecimal() for label in known)}
    rows = [
        row
        for row in grid.row_numbers
        if anchor.first_row <= row < anchor.end_row and not is_foot(grid.first_text(row))
    ]
    repeated = repeating_head(grid, anchor, rows)
    found = []
    for row in rows:
        if row in repeated:
            continue
        line = [(column, text) for column, text in grid.rows[row].items() if column in labels]
        again = sum(
            [
                label_and_unit(text)[0] in labels[column]
                for column, text in line
                if not text.isdecimal() or column in numbered
            ]
        )
        if line and again < max(2, len(line) / 2):
            found.append(row)
    return found


def _unread(grid: Grid, found: Recognised, rows: list[list[int]], form: RawForm) -> list[Finding]:
    """Figures that belong to no column and no table: nobody should believe that they were taken."""
    said: list[Finding] = []
    for anchor, its_rows in zip(found.anchors, rows, strict=True):
        named = {*anchor.columns, *(column for _, column, _ in (*anchor.unknown, *anchor.doubled))}
        stray: dict[int, int] = {}
        for row in its_rows:
            for column in grid.figures(row):
                if column not in named:
                    stray.setdefault(column, row)
        said += [
            _finding("L13", form, address(row, column), fact="这一列没有表头") for column, row in sorted(stray.items())
        ]
    if not found.anchors or any(finding.rule == "L5" for finding in found.findings):
        return said
    first, last = found.anchors[0].top, found.anchors[-1].end_row
    for row in grid.row_numbers:
        if not first <= row < last and len(figures := grid.figures(row)) >= 3:
            said.append(_finding("L13", form, address(row, min(figures)), fact="不在认得出的表内"))
            break
    return said


def _value(grid: Grid, row: int, column: int) -> list[str]:
    cell = grid.sheet.cells.get((row, column))
    return [*cell, address(row, column)] if cell else _no_value(grid, row, column)


def _no_value(grid: Grid, row: int, column: int) -> list[str]:
    at = address(row, column)
    owner = grid.owner.get((row, column))
    # One number over two figures: which of them it means cannot be known.
    if owner and owner != (row, column) and owner in grid.sheet.cells:
        return [grid.sheet.cells[owner].text, "merged", at]
    return ["", "blank", at]


def _tier_labels(block: Block) -> dict[str, str]:
    return {_tier(text): tier.breakdown for tier in block.tiers for text in (tier.label, *tier.also)}


@lru_cache(maxsize=1024)
def _tier(text: str) -> str:
    """A tier of age as compared: 80周岁—89周岁 and 80-89岁老人 are one."""
    return _OF_AGE.sub("", label_and_unit(text)[0])


def _struck_out(sheet: SheetCells, found: Recognised, form: RawForm) -> list[Finding]:
    """Text that was crossed out inside the tables: not read, and said so."""
    said = []
    for (row, column), text in sorted(sheet.struck.items()):
        for anchor in found.anchors:
            if anchor.first_row <= row < anchor.end_row and column in anchor.columns:
                said.append(_finding("V6", form, address(row, column), text=_cut(text, "")))
    return said


def _corrected_outside(found: Recognised, form: RawForm) -> list[Finding]:
    """A sentence beside the tables that says a figure should be another: nobody should believe that it was taken."""
    if (at := correcting(found)) is None:
        return []
    fact = f"{address(*at)}在表外说到数该怎样改或怎样算，没有读取"
    return [_finding("E11", form, address(*at), fact=fact, ask="要改的数请改在格里，说明请写到说明栏")]


def _drawn(sheet: SheetCells, form: RawForm) -> list[Finding]:
    """Words in shapes over the cells, or that nobody knows what is crossed out: nobody should believe it was looked at."""
    if not sheet.looks_known:
        fact = "这种格式（.xlsb或很早的Excel）里读不出划掉的、隐藏的、看不见的数和批注，数按原样照取"
        return [_finding("E11", form, "", fact=fact, ask="表里有这些的，请另存为.xlsx改好后重报")]
    if not sheet.drawn:
        return []
    fact = f"表上有文本框，写着{_quoted(sheet.drawn)}，除单位外没有读取"
    ask = "文本框里是更正的数、月份，请写到格里；是说明，请写到说明栏"
    return [_finding("E11", form, "", fact=fact, ask=ask)]


def _cut(text: str, more: str = "…") -> str:
    """The beginning of a text, persons hidden before it is cut: half a number of theirs is not known for one any more."""
    text = hide(text)
    return text[:20] + (more if len(text) > 20 else "")


def _quoted(texts: Sequence[str]) -> str:
    shown = "、".join(f"“{_cut(text)}”" for text in texts[:3])
    return shown + ("等" if len(texts) > 3 else "")


def _on_paper(found: Recognised, form: RawForm) -> list[Finding]:
    """Words of header and footer that are no title and no unit, but speak of the figures."""
    if not (told := told_on_paper(found)):
        return []
    fact = f"页眉页脚写着{_quoted(told)}，没有读取"
    return [_finding("E11", form, "", fact=fact, ask="要改的数、截止的日期请改在格里，说明请写到说明栏")]


def _disowned(found: Recognised, form: RawForm) -> list[Finding]:
    """A form that says of itself that it is void or a trial."""
    if (said := disowning(found)) is None:
        return []
    words, place = said
    return [_finding("L17", form, address(*place) if place else "", words=words)]


def _hidden(sheet: SheetCells, anchor: BlockAnchor, form: RawForm) -> None:
    """What nobody sees inside the table: its figures count, and the clerk is told. Comments do not, and are told too."""
    rows = sorted(row + 1 for row in sheet.hidden_rows if anchor.first_row <= row < anchor.end_row)
    columns = sorted(column for column in sheet.hidden_columns if column in anchor.columns)
    if rows or columns:
        places = [f"第{row}行" for row in rows[:5]] + [f"{address(0, column)[:-1]}列" for column in columns[:5]]
        cell = address(rows[0] - 1, min(anchor.columns)) if rows else address(anchor.top, columns[0])
        fact = f"表内有隐藏的{'、'.join(places)}，其中的数照样计入"
        form.findings.append(_finding("E11", form, cell, fact=fact, ask="请取消隐藏，核对后再报"))
    for places, what, ask in (
        (sheet.unseen, "有数，但字的颜色与底色相同或格式设成不显示，看不见；看不见的数照样计入", "请让它显示出来，核对后再报"),
        (sheet.noted, "有批注，批注没有读取", "批注里是更正的数，请写到格里；是说明，请写到说明栏"),
    ):  # fmt: skip
        inside = sorted(
            place for place in places if anchor.first_row <= place[0] < anchor.end_row and place[1] in anchor.columns
        )
        if inside:
            shown = "、".join(address(*place) for place in inside[:5]) + ("等" if len(inside) > 5 else "")
            form.findings.append(_finding("E11", form, address(*inside[0]), fact=f"{shown}{what}", ask=ask))


def _mask_persons(form: RawForm) -> None:
    """Persons have no place in a form of totals: hidden here, before anything is kept, and said to be."""
    form.title = _without_persons(form, form.title, form.title_cell, "表题")
    for key, (text, at, kind) in form.meta.items():
        form.meta[key] = [_without_persons(form, text, at, "表头栏目"), at, kind]
    for row in form.rows:
        if row.note:
            row.note = _without_persons(form, row.note, row.note_cell, "说明栏")
        row.label = _without_persons(form, row.label, row.label_cell, "行名")
        for value in row.values.values():
            # Nothing personal is as short as the number in nearly every cell.
            if len(text := value[0]) > 2 and not (len(text) < 7 and text.isdecimal()):
                value[0] = _without_persons(form, text, value[2], "数据格")
    form.sheet = _without_persons(form, form.sheet, "", "工作表名")
    form.findings = [
        replace(finding, sheet=hide(finding.sheet), words={name: hide(text) for name, text in finding.words.items()})
        for finding in form.findings
    ]


def _without_persons(form: RawForm, text: str, cell: str, where: str) -> str:
    """The text with personal data hidden; a finding says what it was and where."""
    hidden = hide(text)
    if hidden != text:
        form.findings.append(_finding("P1", form, cell, label=where, what="、".join(kinds_hidden(hidden))))
    return hidden


def _finding(rule: str, form: RawForm, cell: str, **words: str) -> Finding:
    return Finding(rule=rule, sheet=form.sheet, cell=cell, words=words)
