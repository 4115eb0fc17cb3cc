"""Files of strangers become text with addresses, or one sentence that says why not."""

import datetime as dt
import io
import random
import zipfile
from functools import cache

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.months.read.cells import address
from etl.months.read.containers import FileRefused
from etl.months.read.files import parse_read, read_one
from etl.months.read.sheets import read_file
from tests.forms import Paper, to_csv, to_html, to_ods, to_xls, to_xlsb, to_xlsx

TABLE = Paper(
    "表一",
    {(2, 2): "指标", (2, 3): "本月数", (3, 2): "床位", (3, 3): 1234, (4, 2): "占比", (4, 3): 12.5},
    merges=[(2, 3, 2, 4)],
)
WRITERS = {
    "xlsx": to_xlsx,
    "xls": to_xls,
    "et": to_xls,
    "ods": to_ods,
    "xlsb": to_xlsb,
    "csv utf-8": to_csv,
    "csv with mark": lambda paper: to_csv(paper, "utf-8-sig"),
    "csv gb18030": lambda paper: to_csv(paper, "gb18030"),
    "csv utf-16": lambda paper: to_csv(paper, "utf-16"),
    "html named xls": to_html,
}


def only_sheet(data: bytes):
    (sheet,) = read_file(data)
    return sheet


@pytest.mark.parametrize("kind", WRITERS)
def test_a_table_that_starts_at_c3_keeps_its_addresses_in_every_format(kind):
    cells = only_sheet(WRITERS[kind](TABLE)).cells
    found = {address(*place): cell.text for place, cell in cells.items()}
    assert found == {"C3": "指标", "D3": "本月数", "C4": "床位", "D4": "1234", "C5": "占比", "D5": "12.5"}


@pytest.mark.parametrize("kind", ["xlsx", "xls", "html named xls"])
def test_merged_ranges_are_told_where_the_format_tells_them(kind):
    assert only_sheet(WRITERS[kind](TABLE)).merges == [(2, 3, 2, 4)]


def test_excel_2003_xml_is_read_with_its_spans():
    data = (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="表"><Table>'
        '<Row ss:Index="3"><Cell ss:Index="3" ss:MergeAcross="1"><Data ss:Type="String">床位</Data></Cell>'
        '<Cell><Data ss:Type="Number">7</Data></Cell></Row></Table></Worksheet></Workbook>'
    ).encode()
    sheet = only_sheet(data)
    assert {address(*place): cell.text for place, cell in sheet.cells.items()} == {"C3": "床位", "E3": "7"}
    assert sheet.merges == [(2, 2, 2, 3)]


def test_a_number_an_exporting_program_wrote_as_a_formula_of_a_text_is_that_number():
    sheet = only_sheet('指标,本月数\n床位,"=""1234"""\n家,="05"\n说明,="甲\n'.encode())
    texts = {address(*place): cell.text for place, cell in sheet.cells.items()}
    assert (texts["B2"], texts["B3"], texts["B4"]) == ("1234", "05", '="甲')


def test_a_row_or_column_without_height_or_width_is_hidden():
    def flat(part: str) -> str:
        changed = part.replace('<row r="4"', '<row ht="0" customHeight="1" r="4"')
        return changed.replace("<sheetData>", '<cols><col min="5" max="5" width="0"/></cols><sheetData>')

    source = zipfile.ZipFile(io.BytesIO(to_xlsx(TABLE)))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name in source.namelist():
            data = source.read(name)
            made.writestr(name, flat(data.decode()) if name == "xl/worksheets/sheet1.xml" else data)
    sheet = only_sheet(content.getvalue())
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({3}, {4})


def workbook(fill, **options) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, options) as book:
        fill(book)
    return content.getvalue()


def test_error_cells_of_xlsx_are_errors_and_not_blanks():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write_formula("B2", "=1/0", None, "#DIV/0!")
        sheet.write("B3", 5)

    cells = only_sheet(workbook(fill)).cells
    assert cells[1, 1] == ("#DIV/0!", "error")
    assert cells[2, 1] == ("5", "number")


@pytest.mark.parametrize("origin", [(0, 0), (2, 2), (5, 1)])
def test_error_cells_of_xls_stand_at_their_own_address_wherever_the_table_starts(origin):
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    sheet.write(*origin, "名称")
    sheet.row(7).set_cell_error(4, "#REF!")
    content = io.BytesIO()
    book.save(content)
    cells = only_sheet(content.getvalue()).cells
    assert cells[7, 4] == ("#REF!", "error")
    assert cells[origin].text == "名称"


def test_a_formula_nobody_has_worked_out_is_told_apart_from_a_blank():
    content = io.BytesIO()
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    book.save(content)
    assert only_sheet(content.getvalue()).cells == {(0, 0): ("=1+1", "formula")}


def test_hidden_sheets_rows_and_columns_are_told():
    def fill(book):
        sheet = book.add_worksheet("明")
        sheet.write("A1", "数")
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.set_column("C:D", None, None, {"hidden": True})
        book.add_worksheet("暗").hide()

    seen, unseen = read_file(workbook(fill))
    assert (seen.hidden, seen.hidden_rows, seen.hidden_columns) == (False, {3}, {2, 3})
    assert unseen.hidden


@pytest.mark.parametrize("is_1904", [False, True])
def test_dates_are_right_in_both_calendars(is_1904):
    def fill(book):
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        book.add_worksheet().write_datetime("A1", dt.datetime(2025, 7, 31), day)

    sheet = only_sheet(workbook(fill, date_1904=is_1904))
    assert sheet.cells[0, 0] == ("2025-07-31", "date")
    assert sheet.date_1904 is is_1904


def test_numbers_typed_as_text_stay_text_and_numbers_show_fifteen_digits():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write_string("A1", "００12")
        sheet.write_number("A2", 0.1 + 0.2)
        sheet.write_number("A3", 31000.0)

    cells = only_sheet(workbook(fill)).cells
    assert [cells[row, 0] for row in range(3)] == [("００12", "text"), ("0.3", "number"), ("31000", "number")]


def test_a_million_formatted_rows_without_content_cost_nothing():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write("A1", "数")
        look = book.add_format({"bold": True})
        for row in range(0, 1_000_000, 500):
            sheet.write_blank(row, 3, None, look)

    assert only_sheet(workbook(fill)).cells == {(0, 0): ("数", "text")}


def zipped(parts: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return content.getvalue()


def compound(*streams: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + b"".join(name.encode("utf-16-le") for name in streams)


def far_cell() -> bytes:
    return workbook(lambda book: [sheet := book.add_worksheet(), sheet.write("A1", 1), sheet.write("CV100000", 1)])


def many_sheets() -> bytes:
    return workbook(lambda book: [book.add_worksheet().write("A1", 1) for _ in range(61)])


def many_parts() -> bytes:
    return zipped({f"xl/worksheets/sheet{n}.xml": b"" for n in range(2001)})


@cache
def bomb() -> bytes:
    return zipped({"xl/workbook.xml": b"0" * (201 << 20)})


# What takes long to make is made by the test that wants it.
REFUSED = {
    "empty": (b"", "F4"),
    "only blanks": (b" \r\n\t\n", "F4"),
    "only a mark": (b"\xef\xbb\xbf", "F4"),
    "picture named xlsx": (b"\x89PNG\r\n\x1a\n" + bytes(500), "F3"),
    "photograph": (b"\xff\xd8\xff\xe0" + bytes(500), "F3"),
    "pdf": (b"%PDF-1.7 ...", "F3"),
    "program": (b"MZ\x90\x00" + bytes(500), "F3"),
    "rar": (b"Rar!\x1a\x07", "F3"),
    "word document": (zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), "F3"),
    "plain archive": (zipped({"a.txt": b"a"}), "F3"),
    "old word document": (compound("WordDocument"), "F3"),
    "protected workbook": (compound("EncryptedPackage", "EncryptionInfo"), "F2"),
    "protected ods": (
        zipped({"content.xml": b"?", "META-INF/manifest.xml": b"<manifest:encryption-data/>"}),
        "F2",
    ),
    "macro workbook": (zipped({"xl/workbook.xml": b"<x/>", "xl/vbaProject.bin": b"x"}), "F5"),
    "old macro workbook": (compound("Workbook", "_VBA_PROJECT_CUR"), "F5"),
    "bomb": (bomb, "F6"),
    "ten thousand parts": (many_parts, "F6"),
    "sixty-one sheets": (many_sheets, "F6"),
    "a cell far outside": (far_cell, "F6"),
    "broken archive": (b"PK\x03\x04" + bytes(300), "F1"),
    "broken compound file": (compound("Workbook"), "F1"),
    "half a workbook": (to_xlsx(TABLE)[:3000], "F1"),
    "web page without a table": ("<html><body><p>通知</p></body></html>".encode(), "F3"),
    "single-file web page": (b"MIME-Version: 1.0\nContent-Type: multipart/related", "F3"),
    "other xml": (b"<?xml version='1.0'?><orders/>", "F3"),
    "damaged characters": ("单位,床位\n清丰县,锟斤拷".encode(), "F7"),
    "no encoding fits": (b"\xa1\xff\xff,1\n" * 5, "F7"),
    "bytes without sense": (bytes(range(256)) * 20, "F3"),
}


def made(name: str) -> tuple[bytes, str]:
    """The bytes of that file and the rule that refuses it."""
    data, rule = REFUSED[name]
    return (data() if callable(data) else data), rule


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_a_reason_and_a_remedy(name):
    data, rule = made(name)
    with pytest.raises(FileRefused) as refused:
        read_file(data)
    assert refused.value.rule == rule
    assert str(refused.value) and refused.value.remedy_zh
    assert "Error" not in str(refused.value)


def test_a_refused_file_is_exactly_one_finding(tmp_path):
    for name in REFUSED:
        data, rule = made(name)
        path = tmp_path / "file.xlsx"
        path.write_bytes(data)
        read = parse_read(read_one(str(path)))
        assert ([finding.rule for finding in read.findings], read.forms) == ([rule], []), name


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["xlsx", "xls", "ods", "xlsb", "csv utf-8", "html named xls"]),
    st.integers(0, 2**32),
    st.integers(1, 40),
)
def test_a_damaged_file_is_read_or_refused_and_never_ends_otherwise(kind, seed, blows):
    data = bytearray(WRITERS[kind](TABLE))
    luck = random.Random(seed)
    for _ in range(blows):
        data[luck.randrange(len(data))] = luck.randrange(256)
    if luck.random() < 0.3:
        data = data[: luck.randrange(1, len(data))]
    try:
        sheets = read_file(bytes(data))
    except FileRefused as refused:
        assert refused.remedy_zh
    else:
        assert all(isinstance(cell.text, str) for sheet in sheets for cell in sheet.cells.values())


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=3000))
def test_any_bytes_whatever_are_read_or_refused(data):
    try:
        read_file(data)
    except FileRefused as refused:
        assert refused.rule.startswith("F")
