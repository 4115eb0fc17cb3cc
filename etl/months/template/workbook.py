"""The workbook a unit fills in: its own name, month and townships, last month's figures, limits, locked headers."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from io import BytesIO

from etl.months.read.layouts import Layout
from etl.months.template.sheetwriter import FormContent, Grid, GridCell, add_note, lay_out
from warehouse.catalog import Catalog
from warehouse.catalog.model import Area, Indicator

BLANK_WORDS = ("未报", "不适用")
REASONS = ("新建投用", "关停并转", "集中办理", "口径调整", "补报以前月份", "上月误报，本月更正")
NOTES_SHEET = "填报说明"
A4 = 9
HOW_TO_FILL = (
    "1. 只填白色格子；灰色格子是表头、名称和自动计算的合计，已锁定。",
    "2. 没有发生填 0；本单位没有的事项填“不适用”；没有掌握的填“未报”。空着不填，按未报催报。",
    "3. 与上月相差 30% 以上（满 12 个月后按历史波动范围）的数，须在“说明”栏写明原因，否则暂缓采用。",
    "4. 只填确数，不填“余”“约”“近”“以上”，不填合并写法（如 1+6）。",
    "5. 不要改动表头、工作表名和行列次序；改动后系统按表头文字识别，认不出的会注明单元格退回。",
    "6. 更正已报过的数，须在表上方“更正说明：”后写明原因。",
)


def template(
    *,
    catalog: Catalog,
    layouts: Sequence[Layout],
    unit_id: str,
    month: date,
    townships: Mapping[str, str],
    previous: Mapping[tuple[str, str, str], float],
    mark: str = "",
) -> bytes:
    """An .xlsx for `unit_id` and `month`: a sheet of instructions, then one sheet a form.

    Args:
        layouts: the versions valid in `month`, one a form, in the order of their sheets.
        townships: area id → name, in the order of the rows; empty for a zone without codes.
        previous: (area id, indicator, breakdown) → figure of the month before; shown beside or as a hint.
        mark: of the demonstration: below each form, among the properties, at the head of every page; none when empty.

    Returns:
        Bytes of the workbook. Only figures and explanations can be edited; the sheets are protected without a
        password, so that an operator can still open them.
    """
    import xlsxwriter

    area = catalog.areas[unit_id]
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"keywords": mark})
    looks = _looks(book)
    _write_notes(book, looks, catalog, layouts, area, month)
    for layout in layouts:
        grid = lay_out(layout, blank_content(layout, catalog, unit_id, month, townships, previous))
        if mark:
            add_note(grid, f"注：{mark}")
        _write_sheet(book, looks, grid, catalog, unit_id, previous)
    book.close()
    return buffer.getvalue()


def blank_content(layout, catalog: Catalog, unit_id: str, month: date, townships, previous) -> FormContent:
    """What an empty form of that unit and month says before anybody writes into it."""
    area, name = catalog.areas[unit_id], catalog.name_on_forms(unit_id)
    office = "社会事业局" if area.kind_code == "functional_zone" else "民政局"
    paid = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    is_running = layout.period_kind == "year_to_date" and month.month > 1
    by_township = any(block.rows in ("township", "township_tier") for block in layout.blocks)
    return FormContent(
        unit_id=area.area_id,
        unit_name=name,
        month=month,
        rows={area.area_id: {}},
        names=dict(townships) if by_township else {},
        previous={
            (indicator, breakdown): value
            for (where, indicator, breakdown), value in previous.items()
            if where == area.area_id
        },
        meta={
            "unit": f"{name}{office}",
            "data_period": f"{month.year}年{'1—' if is_running else ''}{month.month}月",
            "pay_period": f"{paid.year}年{paid.month}月",
            "units": layout.units_zh,
            "correction": "无",
        },
    )


def _looks(book) -> dict:
    grey = {"border": 1, "bg_color": "#F2F3F5", "text_wrap": True, "align": "center", "valign": "vcenter"}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center"}),
        "meta": book.add_format({"locked": False}),
        "caption": book.add_format({"bold": True}),
        "foot": book.add_format({"locked": False, "font_color": "#5F6570"}),
        "locked": book.add_format(grey),
        "figure": book.add_format({"border": 1, "locked": False, "num_format": "#,##0.####"}),
        "formula": book.add_format({**grey, "num_format": "#,##0.####"}),
        "note": book.add_format({"border": 1, "locked": False, "text_wrap": True}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _write_sheet(book, looks, grid: Grid, catalog: Catalog, unit_id: str, previous) -> None:
    sheet = book.add_worksheet(grid.name)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    _set_page(sheet)
    _set_view(sheet, grid)
    for cell in grid.cells:
        look, value = _look_and_value(looks, grid, cell)
        if cell.is_merged:
            sheet.merge_range(cell.row, cell.column, cell.last_row, cell.last_column, "", look)
        if isinstance(value, str) and value.startswith("="):
            # An empty cached result: a reader that does not calculate sees a blank and not a zero.
            sheet.write_formula(cell.row, cell.column, value, look, "")
        else:
            sheet.write(cell.row, cell.column, "" if value is None else value, look)
        if cell.role == "value" and cell.code:
            sheet.data_validation(
                cell.row, cell.column, cell.row, cell.column, _limits(catalog, cell, previous, unit_id)
            )
        elif cell.role == "note":
            sheet.data_validation(
                cell.row, cell.column, cell.row, cell.column,
                {"validate": "list", "source": list(REASONS), "error_type": "information",
                 "error_title": "变动原因", "error_message": "可另写原因"},
            )  # fmt: skip
    first = min(cell.column for cell in grid.cells)
    sheet.set_column(first, first + 1, 18)
    sheet.set_column(first + 2, max(cell.last_column for cell in grid.cells), 13)


def _set_page(sheet) -> None:
    """A4, as wide as the paper, pages numbered."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C第&P页，共&N页")


def _set_view(sheet, grid: Grid) -> None:
    """Heads and names stay in sight and are repeated on each page; the cursor stands where filling begins."""
    figures = [cell for cell in grid.cells if cell.role in ("value", "total") and cell.code]
    top = min(cell.row for cell in figures)
    left = min(cell.column for cell in figures if cell.row == top)
    sheet.freeze_panes(top, left)
    sheet.repeat_rows(0, top - 1)
    first = next(cell for cell in figures if cell.role == "value")
    sheet.set_selection(first.row, first.column, first.row, first.column)


def _look_and_value(looks, grid: Grid, cell: GridCell) -> tuple:
    if cell.role in ("title", "meta", "caption", "foot"):
        return looks[cell.role], cell.value
    if cell.role == "note":
        return looks["note"], cell.value
    if cell.role == "total" and cell.code:
        return looks["formula"], _sum_of(grid, cell)
    if cell.role == "value":
        return looks["figure"], cell.value
    return looks["locked"], cell.value


def _sum_of(grid: Grid, total: GridCell) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    parts = [
        xl_rowcol_to_cell(cell.row, cell.column)
        for cell in grid.cells
        if cell.role == "value" and cell.code == total.code and cell.column == total.column
    ]
    return f"=SUM({','.join(parts)})" if parts else ""


def _limits(catalog: Catalog, cell: GridCell, previous, unit_id: str) -> dict:
    """A number within the declared range or one of the words for a blank; the hint names both and last month's."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    indicator, _, breakdown = cell.code.partition(":")
    declared = catalog.indicators.get(indicator)
    place = xl_rowcol_to_cell(cell.row, cell.column)
    low = declared.valid_min if declared and declared.valid_min is not None else 0
    bounds = [f"{place}>={low:g}"]
    limits_zh = f"不小于{low:g}"
    if declared and declared.valid_max is not None:
        bounds.append(f"{place}<={declared.valid_max:g}")
        limits_zh = f"{low:g}至{declared.valid_max:g}"
    before = previous.get((unit_id, indicator, breakdown or "total"))
    hint = f"合理范围：{limits_zh}。没有的事项填“不适用”。"
    if before is not None:
        hint = f"上月：{before:g}。{hint}"
    words = ",".join(f'{place}="{word}"' for word in BLANK_WORDS)
    return {
        "validate": "custom",
        "value": f"=OR(AND(ISNUMBER({place}),{','.join(bounds)}),{words})",
        "input_title": (declared.label_zh if declared else "")[:32],
        "input_message": hint[:255],
        "error_title": "请更正",
        "error_message": f"请填{limits_zh}的数，或填“不适用”“未报”。"[:255],
    }


def _write_notes(book, looks, catalog: Catalog, layouts: Sequence[Layout], area: Area, month: date) -> None:
    sheet = book.add_worksheet(NOTES_SHEET)
    sheet.protect("")
    _set_page(sheet)
    sheet.activate()
    for column, width in enumerate((22, 26, 10, 80)):
        sheet.set_column(column, column, width)
    sheet.write(0, 0, f"{area.name_zh} {month.year}年{month.month}月 填报说明", looks["title"])
    row = 1
    for line in HOW_TO_FILL:
        row += 1
        sheet.write(row, 0, line)
    row += 2
    for column, text in enumerate(("表", "指标名称", "单位", "口径")):
        sheet.write(row, column, text, looks["locked"])
    for layout in layouts:
        for indicator in _indicators(catalog, layout):
            row += 1
            told = (layout.sheet, indicator.label_zh, indicator.unit_zh, indicator.definition_zh)
            for column, text in enumerate(told):
                sheet.write(row, column, text, looks["text"])


def _indicators(catalog: Catalog, layout: Layout) -> list[Indicator]:
    codes = dict.fromkeys(one.indicator for block in layout.blocks for one in block.fields if one.role == "value")
    return [catalog.indicators[code] for code in codes]
