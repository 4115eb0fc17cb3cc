"""Templates: what is written is what is read, cell for cell; a changed header is imported right or refused with a cell."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from etl.demo.catalogue import demo_catalog
from etl.demo.world import read_world
from etl.months.month_frames import make_context
from etl.months.read.extract import RawForm, extract
from etl.months.read.layouts import load_layouts
from etl.months.read.recognise import recognise
from etl.months.read.sheets import read_file
from etl.months.template.plain_workbook import to_xlsx
from etl.months.template.sheetwriter import lay_out
from etl.months.template.workbook import NOTES_SHEET, REASONS, template
from etl.months.understood.understand import understand
from etl.reference import load_reference
from tests import declared

MONTHS = (date(2024, 11, 1), date(2026, 11, 1))
# A county with seventeen townships, a zone with one and without villages, a zone without any township code.
UNITS = ("qingfeng", "puyang_industrial", "puyang_demo_zone")


@pytest.fixture(scope="module")
def world(catalog):
    reference = load_reference(catalog)
    demo = demo_catalog(catalog)
    return demo, read_world(demo, reference), make_context(demo, reference)


KEPT: dict[tuple[str, date], bytes] = {}


def made(world, unit: str, month: date, previous: dict | None = None) -> bytes:
    """The template of a unit's month; one without a month before it is made once, however many tests look at it."""
    if previous is None and (unit, month) in KEPT:
        return KEPT[unit, month]
    catalog, places, _ = world
    data = template(
        catalog=catalog,
        layouts=[one for one in load_layouts().values() if one.valid_in(month)],
        unit_id=unit,
        month=month,
        townships={area: places.township_names[area] for area in places.places[unit].townships},
        previous=previous or {},
    )
    if previous is None:
        KEPT[unit, month] = data
    return data


def open_cells(sheet) -> list:
    """The cells a clerk may fill with figures: those with a limit of their own."""
    places = [
        place
        for rule in sheet.data_validations.dataValidation
        if rule.type == "custom"
        for place in str(rule.sqref).split()
    ]
    return [sheet[place] for place in places]


def filled(data: bytes) -> tuple[bytes, dict[tuple[str, str], int]]:
    """The workbook as an office program saves it, every open cell with a number of its own; and those numbers."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    numbers = {}
    for sheet in book:
        if sheet.title == NOTES_SHEET:
            continue
        for cell in open_cells(sheet):
            cell.value = 1000 + len(numbers)
            numbers[sheet.title, cell.coordinate] = cell.value
        calculate(sheet)
    return saved(book), numbers


def calculate(sheet) -> None:
    """Totals are sums of named cells; openpyxl keeps no results, so they are put in as an office program would."""
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("=SUM("):
                cell.value = sum(sheet[place].value for place in cell.value[5:-1].split(","))


def saved(book) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(data: bytes) -> dict[str, RawForm]:
    """Forms by form code, through the readers a received file goes through."""
    layouts = load_layouts()
    forms = {}
    for sheet in read_file(data):
        if found := recognise(sheet, layouts):
            forms[found.layout.form_code] = extract(sheet, found)
    return forms


@pytest.mark.parametrize("month", MONTHS, ids=str)
@pytest.mark.parametrize("unit", UNITS)
def test_a_filled_template_is_read_cell_for_cell(world, unit, month):
    data, numbers = filled(made(world, unit, month))
    forms = read(data)
    assert set(forms) == declared.forms()
    seen = {}
    for form in forms.values():
        assert form.findings == []
        for row in form.rows:
            for code, (text, kind, cell) in row.values.items():
                if (form.sheet, cell) in numbers and "@" not in code:
                    assert (kind, text) == ("number", str(numbers[form.sheet, cell]))
                    seen[form.sheet, cell] = code
    assert set(seen) == set(numbers)


@pytest.mark.parametrize("month", (date(2024, 11, 1), date(2026, 9, 1)), ids=str)
@pytest.mark.parametrize("unit", UNITS)
def test_each_figure_of_a_template_reaches_its_own_indicator_and_place(world, unit, month):
    """The reader finds by labels what the writer put by position: both must name the same figure."""
    _, places, context = world
    forms = read(filled(made(world, unit, month))[0])
    for layout in (one for one in load_layouts().values() if one.valid_in(month)):
        figures = understand(forms[layout.form_code], context).form.figures
        got = {figure.cell: key for key, figure in figures.items() if figure.raw}
        wanted = {
            f"{get_column_letter(cell.column + 1)}{cell.row + 1}": (cell.area or unit, cell.code)
            for cell in lay_out(layout, places.forms().content(layout, unit, month)).cells
            if cell.role in ("value", "total")
        }
        for place, (area, indicator, breakdown) in got.items():
            assert wanted[place] in ((area, indicator), (area, f"{indicator}:{breakdown}"))
        assert len(got) > 3


def test_a_template_names_unit_month_and_townships_and_repeats_last_month(world):
    previous = {("qingfeng", "care_bed_count", "total"): 3210.0}
    book = openpyxl.load_workbook(io.BytesIO(made(world, "qingfeng", MONTHS[1], previous)))
    facility, allowance = book["表一 设施床位"], book["表四 高龄津贴"]
    texts = [cell.value for row in facility.iter_rows() for cell in row if cell.value is not None]
    assert "清丰县养老服务设施与床位月报表（2026年11月）" in texts
    assert any("数据期：2026年11月" in str(text) for text in texts)
    # 上月数 stands in a locked cell beside the open one.
    assert 3210 in texts
    names = [cell.value for row in allowance.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert len([name for name in names if name.endswith(("镇", "乡"))]) == 17


def test_only_figures_and_words_can_be_edited_and_limits_are_told(world):
    book = openpyxl.load_workbook(io.BytesIO(made(world, "qingfeng", MONTHS[1])))
    for sheet in book:
        assert sheet.protection.sheet
    sheet = book["表一 设施床位"]
    cells = open_cells(sheet)
    # One a row of the first table; below it six facilities in each of the 17 townships.
    assert len(cells) == 24 + 17 * 6
    assert all(not cell.protection.locked for cell in cells)
    locked = [
        cell for row in sheet.iter_rows() for cell in row if cell.value in ("指标名称", "护理型床位占机构床位比例")
    ]
    assert locked
    assert all(cell.protection.locked for cell in locked)
    rules = sheet.data_validations.dataValidation
    assert all(rule.error and rule.showErrorMessage for rule in rules if rule.type == "custom")
    # Reasons are offered in a list beside the figures.
    assert any(rule.type == "list" and REASONS[0] in rule.formula1 for rule in rules)


def test_an_untouched_template_is_all_blanks_and_no_zero(world):
    _, _, context = world
    for form in read(made(world, "puyang_demo_zone", MONTHS[1])).values():
        understood = understand(form, context)
        assert all(figure.value is None for figure in understood.form.figures.values())


def test_a_cancelled_total_formula_is_refused_and_never_taken_for_a_number(world):
    """openpyxl saves formulas without results, as scripts do: there is no number to read."""
    _, _, context = world
    book = openpyxl.load_workbook(io.BytesIO(made(world, "qingfeng", MONTHS[0])))
    for cell in open_cells(book["高龄津贴"]):
        cell.value = 1
    understood = understand(read(saved(book))["allowance"], context)
    unit_figures = [figure for (area, *_), figure in understood.form.figures.items() if area == "qingfeng"]
    assert all(figure.value != 0 for figure in unit_figures)


# -- changed headers


def clean(world, month: date):
    """Clean forms of one unit as grids, by layout."""
    _, places, _ = world
    forms = places.forms()
    return {
        layout.layout_code: (layout, lay_out(layout, forms.content(layout, "puyang_etdz", month)))
        for layout in load_layouts().values()
        if layout.valid_in(month)
    }


def figures_of(world, data: bytes) -> tuple[dict, list]:
    """Values by key and findings of the one form in a workbook; a sheet that is no form is the finding None."""
    context = world[2]
    layouts, values, findings = load_layouts(), {}, []
    for sheet in read_file(data):
        found = recognise(sheet, layouts)
        if found is None:
            findings.append(None)
            continue
        understood = understand(extract(sheet, found), context)
        findings += understood.findings
        if understood.form:
            values = {key: (one.value, one.status) for key, one in understood.form.figures.items() if one.raw}
    return values, findings


CLEAN_MONTHS = (date(2024, 11, 1), date(2026, 9, 1))


@pytest.mark.dear
@pytest.mark.bar("ET1")
@pytest.mark.parametrize("month", CLEAN_MONTHS, ids=str)
def test_a_renamed_header_gives_a_right_import_or_an_error_with_its_cell(world, month, full):
    """Every header cell of every form is renamed in turn: no figure may land under another indicator.

    Every second one in each of the two months, between them all; in each month all with `--full`.
    """
    tried = refused = 0
    for layout, grid in clean(world, month).values():
        right, none = figures_of(world, to_xlsx([grid]))
        assert not none
        headers = [cell for cell in grid.cells if cell.role == "header" and cell.value]
        # Townships stand under each other and are all alike.
        labels = [cell for cell in grid.cells if cell.role == "label" and cell.column < 4][: 30 if full else 10]
        cells = headers + labels
        for cell in cells if full else cells[CLEAN_MONTHS.index(month) :: 2]:
            changed = [replace(one, value="自拟名称") if one is cell else one for one in grid.cells]
            values, findings = figures_of(world, to_xlsx([type(grid)(grid.name, changed)]))
            tried += 1
            assert all(right.get(key) == value for key, value in values.items()), (layout.layout_code, cell.value)
            if set(values) != set(right):
                refused += 1
                assert any(one.cell for one in findings if one), (layout.layout_code, cell.value)
    print(f"{tried} labels renamed, {refused} refused with a cell, {tried - refused} imported right")
    assert refused > 0


@pytest.mark.bar("ET1")
@pytest.mark.parametrize("month", CLEAN_MONTHS, ids=str)
def test_a_moved_table_is_imported_right(world, month):
    for _, grid in clean(world, month).values():
        right, _ = figures_of(world, to_xlsx([grid]))
        for rows, columns in ((3, 0), (0, 2), (5, 4)):
            moved = type(grid)(grid.name)
            for cell in grid.cells:
                to = (cell.last_row + rows, cell.last_column + columns)
                moved.put(cell.row + rows, cell.column + columns, cell.value, cell.role, to=to)
            values, findings = figures_of(world, to_xlsx([moved]))
            assert values == right
            assert not findings


@pytest.mark.dear
@pytest.mark.bar("ET1")
@pytest.mark.parametrize("month", CLEAN_MONTHS, ids=str)
def test_exchanged_columns_are_imported_by_their_headers(world, month):
    """Two neighbouring columns under the same parent change places, header and data: the figures go with the header."""
    compared = 0
    for layout, grid in clean(world, month).values():
        right, _ = figures_of(world, to_xlsx([grid]))
        columns = sorted({cell.column for cell in grid.cells if cell.role == "value"})
        pairs = [
            (one, other) for one, other in zip(columns, columns[1:], strict=False) if under_one_parent(grid, one, other)
        ]
        for one, other in pairs:
            place = {one: other, other: one}
            moved = type(grid)(grid.name)
            for cell in grid.cells:
                column = place.get(cell.column, cell.column) if cell.column == cell.last_column else cell.column
                last = (
                    place.get(cell.last_column, cell.last_column)
                    if cell.column == cell.last_column
                    else cell.last_column
                )
                moved.put(cell.row, column, cell.value, cell.role, to=(cell.last_row, last))
            values, findings = figures_of(world, to_xlsx([moved]))
            assert values == right, (layout.layout_code, one)
            assert not findings
            compared += 1
    assert compared > 10


def under_one_parent(grid, one: int, other: int) -> bool:
    """Whether no merged cell holds just one of two neighbouring columns, and both are of one table."""
    wide = [cell for cell in grid.cells if cell.last_column > cell.column]
    holds = [(cell.column <= one <= cell.last_column, cell.column <= other <= cell.last_column) for cell in wide]
    return other == one + 1 and all(left == right for left, right in holds)


# -- as a clerk wants it


@pytest.mark.parametrize("unit", UNITS)
def test_instructions_come_first_without_codes_and_forms_in_their_order(world, catalog, unit):
    book = openpyxl.load_workbook(io.BytesIO(made(world, unit, MONTHS[1])))
    assert book.active.title == NOTES_SHEET == book.sheetnames[0]
    words = {str(cell.value) for row in book[NOTES_SHEET].iter_rows() for cell in row if cell.value}
    assert not words & set(catalog.indicators)
    assert {catalog.indicators["care_bed_count"].label_zh, "表一 设施床位"} <= words


@pytest.mark.parametrize("month", MONTHS, ids=str)
@pytest.mark.parametrize("unit", UNITS)
def test_heads_stay_in_sight_the_cursor_stands_at_the_first_cell_to_fill_and_pages_are_a4(world, unit, month):
    for sheet in openpyxl.load_workbook(io.BytesIO(made(world, unit, month))).worksheets[1:]:
        cells = open_cells(sheet)
        first = min(cells, key=lambda cell: (cell.row, cell.column))
        corner = sheet[sheet.freeze_panes]
        # Nothing above or left of the corner can be filled in; the cells beside it can, but for a total above them.
        assert corner.row <= first.row
        between = sheet.iter_rows(corner.row, first.row - 1, corner.column, corner.column)
        assert all(cell.protection.locked for row in between for cell in row)
        assert corner.column == first.column
        assert sheet.views.sheetView[0].selection[-1].activeCell == first.coordinate
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == f"$1:${corner.row - 1}"


@pytest.mark.dear
def test_townships_are_numbered_from_one_whether_or_not_a_total_stands_above_them(world):
    seen = 0
    for month in MONTHS:
        for sheet in openpyxl.load_workbook(io.BytesIO(made(world, "qingfeng", month))).worksheets[1:]:
            head = next((cell for row in sheet.iter_rows() for cell in row if cell.value == "序号"), None)
            if head is None:
                continue
            below = [sheet.cell(row, head.column).value for row in range(head.row + 1, sheet.max_row + 1)]
            numbers = [value for value in below if isinstance(value, int)]
            # Each table of a sheet is numbered by itself.
            assert numbers[:1] in ([], [1])
            assert all(then in (now + 1, 1) for now, then in zip(numbers, numbers[1:], strict=False))
            seen += bool(numbers)
    assert seen >= 2
