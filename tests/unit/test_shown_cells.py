"""Cells as people see them: crossed out, raised, unseen, hidden, under a number format, with a comment, in each format."""

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt

from etl.months.read.cells import OUR_COMMENTS_ZH, Cell, SheetCells
from etl.months.read.sheets import read_file
from etl.months.read.shown import as_displayed, shown
from tests.broken_forms import JULY_2025, Case, found_by, place
from tests.forms import Paper
from tests.paper.opened import as_office_saves

STRUCK, PART, RAISED, WHITE, WORDS, SCALED, PERCENT, EMPTY, ON_BLUE, NOTED = ((row, 0) for row in range(10))
"""Places on the sheets below, one under the other; row 11 and column C are hidden, long texts follow in column D."""
LONG = [letter * 9000 + "末" for letter in "甲a乙b"]
"""Longer than a record of an .xls holds, in letters of one byte and of two."""


def xlsx() -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("表")
        struck = book.add_format({"font_strikeout": True})
        sheet.write_number(*STRUCK, 85, struck)
        sheet.write_rich_string(*PART, struck, "79", "81")
        sheet.write_rich_string(*RAISED, "85", book.add_format({"font_script": 1}), "2")
        sheet.write_number(*WHITE, 84, book.add_format({"font_color": "#FFFFFF"}))
        for at, value, code in ((WORDS, 84, '0"万"'), (SCALED, 84000, "0,"), (PERCENT, 0.5, "0%"), (EMPTY, 84, ";;;")):
            sheet.write_number(*at, value, book.add_format({"num_format": code}))
        sheet.write_number(*ON_BLUE, 84, book.add_format({"font_color": "#FFFFFF", "bg_color": "#1F4E79"}))
        sheet.write_number(*NOTED, 84)
        sheet.write_comment(*NOTED, "应为169", {"author": "张"})
        sheet.write_comment(*WORDS, "【必须更正】……", {"author": OUR_COMMENTS_ZH})
        sheet.set_row(11, None, None, {"hidden": True})
        sheet.set_column(2, 2, None, None, {"hidden": True})
        sheet.write_column(0, 3, LONG)
    return content.getvalue()


def xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    struck, raised = xlwt.Font(), xlwt.Font()
    struck.struck_out, raised.escapement = True, xlwt.Font.ESCAPEMENT_SUPERSCRIPT
    sheet.write(*STRUCK, 85, xlwt.easyxf("font: struck_out on"))
    sheet.write_rich_text(*PART, [("79", struck), ("81", xlwt.Font())])
    sheet.write_rich_text(*RAISED, [("85", xlwt.Font()), ("2", raised)])
    sheet.write(*WHITE, 84, xlwt.easyxf("font: colour white"))
    for at, value, code in ((WORDS, 84, '0"万"'), (SCALED, 84000, "0,"), (PERCENT, 0.5, "0%"), (EMPTY, 84, ";;;")):
        sheet.write(*at, value, xlwt.easyxf(num_format_str=code))
    sheet.write(*ON_BLUE, 84, xlwt.easyxf("font: colour white; pattern: pattern solid, fore_colour dark_blue"))
    sheet.row(11).hidden = True
    sheet.col(2).hidden = True
    for row, text in enumerate(LONG):
        sheet.write(row, 3, text)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def ods() -> bytes:
    from odf.dc import Creator
    from odf.office import Annotation
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.style import Style, TableCellProperties, TextProperties
    from odf.table import Table, TableCell, TableColumn, TableRow
    from odf.text import P, Span

    book = OpenDocumentSpreadsheet()

    def style(name: str, family: str, *parts):
        made = Style(name=name, family=family)
        for part in parts:
            made.addElement(part)
        book.automaticstyles.addElement(made)
        return made

    struck = style("struck", "table-cell", TextProperties(textlinethroughstyle="solid"))
    white = style("white", "table-cell", TextProperties(color="#ffffff"))
    blue = style("blue", "table-cell", TextProperties(color="#ffffff"), TableCellProperties(backgroundcolor="#1f4e79"))
    gone = style("gone", "text", TextProperties(textlinethroughstyle="solid"))
    raised = style("raised", "text", TextProperties(textposition="super 58%"))
    table = Table(name="表")
    table.addElement(TableColumn(numbercolumnsrepeated=2))
    table.addElement(TableColumn(visibility="collapse"))

    def line(cell=None, **attributes) -> None:
        row = TableRow(**attributes)
        if cell is not None:
            row.addElement(cell)
        table.addElement(row)

    def number(value: float, displayed: str, kind: str = "float", **attributes):
        cell = TableCell(valuetype=kind, value=value, **attributes)
        cell.addElement(P(text=displayed))
        return cell

    def words(*pieces):
        cell, paragraph = TableCell(valuetype="string"), P()
        for text, look in pieces:
            paragraph.addElement(Span(text=text, stylename=look)) if look else paragraph.addText(text)
        cell.addElement(paragraph)
        return cell

    def comment(cell, who: str, text: str):
        note = Annotation()
        note.addElement(Creator(text=who))
        note.addElement(P(text=text))
        cell.insertBefore(note, cell.firstChild)
        return cell

    line(number(85, "85", stylename=struck))
    line(words(("79", gone), ("81", None)))
    line(words(("85", None), ("2", raised)))
    line(number(84, "84", stylename=white))
    line(comment(number(84, "84万"), OUR_COMMENTS_ZH, "【必须更正】……"))
    line(number(84000, "84"))
    line(number(0.5, "50%", "percentage"))
    line(number(84, ""))
    line(number(84, "84", stylename=blue))
    line(comment(number(84, "84"), "张", "应为169"))
    line()
    line(visibility="collapse")
    book.spreadsheet.addElement(table)
    content = io.BytesIO()
    book.write(content)
    return content.getvalue()


def xml() -> bytes:
    looks = {
        "struck": '<Font ss:StrikeThrough="1"/>', "white": '<Font ss:Color="#FFFFFF"/>',
        "blue": '<Font ss:Color="#FFFFFF"/><Interior ss:Color="#1F4E79" ss:Pattern="Solid"/>',
        "words": '<NumberFormat ss:Format="0&quot;万&quot;"/>', "scaled": '<NumberFormat ss:Format="0,"/>',
        "percent": '<NumberFormat ss:Format="0%"/>', "empty": '<NumberFormat ss:Format=";;;"/>',
    }  # fmt: skip
    styles = "".join(f'<Style ss:ID="{name}">{look}</Style>' for name, look in looks.items())

    def number(value: float, look: str = "Default", more: str = "") -> str:
        return f'<Cell ss:StyleID="{look}"><Data ss:Type="Number">{value}</Data>{more}</Cell>'

    def words(runs: str) -> str:
        return f'<Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40">{runs}</ss:Data></Cell>'

    comment = "<Comment><ss:Data>应为169</ss:Data></Comment>"
    lines = [
        number(85, "struck"), words("<S>79</S>81"), words("85<Sup>2</Sup>"), number(84, "white"), number(84, "words"),
        number(84000, "scaled"), number(0.5, "percent"), number(84, "empty"), number(84, "blue"), number(84, more=comment),
    ]  # fmt: skip
    spaces = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{spaces}" xmlns:ss="{spaces}"><Styles>{styles}</Styles>'
        '<Worksheet ss:Name="表"><Table><Column ss:Index="3" ss:Hidden="1"/>'
        + "".join(f"<Row>{line}</Row>" for line in lines)
        + '<Row ss:Index="12" ss:Hidden="1"><Cell><Data ss:Type="String">末</Data></Cell></Row>'
        "</Table></Worksheet></Workbook>"
    ).encode()


@pytest.fixture(scope="module", params=[xlsx, xls, ods, xml])
def sheet(request) -> SheetCells:
    (found,) = read_file(request.param())
    return found


def test_what_is_crossed_out_is_not_read_in_any_format(sheet):
    assert STRUCK not in sheet.cells
    assert sheet.cells[PART] == Cell("81", "text")
    assert sheet.struck[PART] == "79" and STRUCK in sheet.struck


def test_raised_digits_stay_raised_in_every_format(sheet):
    assert sheet.cells[RAISED] == Cell("85²", "text")


def test_a_number_is_read_as_its_format_shows_it(sheet):
    assert sheet.cells[WORDS] == Cell("84万", "text")
    assert sheet.cells[SCALED] == Cell("84000", "scaled")
    assert sheet.cells[PERCENT] == Cell("50%", "text")


def test_what_cannot_be_seen_is_told_and_read(sheet):
    # White letters on white and a format that shows nothing; white on blue is a heading.
    assert sheet.unseen == {WHITE, EMPTY}
    assert sheet.cells[WHITE].text == sheet.cells[EMPTY].text == "84"


def test_hidden_rows_and_columns_are_told(sheet):
    assert 11 in sheet.hidden_rows and 2 in sheet.hidden_columns
    assert not {0, 9} & sheet.hidden_rows and 0 not in sheet.hidden_columns


@pytest.mark.parametrize("made", [xlsx, ods, xml])
def test_comments_are_told_except_our_own(made):
    (found,) = read_file(made())
    assert found.noted == {NOTED}


def other_program() -> bytes:
    """The workbook as another program saves it, which names the part of the comments in its own way."""
    content = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(xlsx()), rich_text=True).save(content)
    assert "xl/comments/comment1.xml" in zipfile.ZipFile(content).namelist()
    return content.getvalue()


def renamed(spell) -> bytes:
    """The workbook with its parts spelt otherwise, as some programs zip them."""
    content, parts = io.BytesIO(), zipfile.ZipFile(io.BytesIO(xlsx()))
    with zipfile.ZipFile(content, "w") as made:
        for name in parts.namelist():
            made.writestr(spell(name), parts.read(name))
    return content.getvalue()


@pytest.mark.parametrize(
    "made",
    [
        other_program,
        lambda: renamed(str.upper),
        lambda: renamed(lambda name: name.replace("/", "\\")),
        lambda: renamed(lambda name: name.replace("styles", "Styles").replace("comments", "Comments")),
    ],
    ids=["other program", "capitals", "other slashes", "some capitals"],
)
def test_what_is_seen_does_not_depend_on_the_names_of_parts(made):
    assert read_file(made()) == read_file(xlsx())


def test_of_two_parts_of_one_name_the_rightly_spelt_one_is_read_as_the_reader_of_workbooks_does():
    content = io.BytesIO(xlsx())
    with zipfile.ZipFile(content, "a") as made:
        made.writestr("xl/Styles.xml", "<styleSheet/>")
    assert read_file(content.getvalue()) == read_file(xlsx())


def saved_as(kind: str, workbook: bytes, folder: Path) -> bytes:
    """The workbook as an office program saves it in that format."""
    return workbook if kind == "xlsx" else as_office_saves({"xlsx": workbook}, kind, folder)["xlsx"]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_words_in_text_boxes_are_told_in_every_format(kind, tmp_path):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        page = book.add_worksheet("表")
        page.write("A1", 1)
        page.insert_textbox("C2", "单位：元")
        page.insert_textbox("C9", "第一行\n第二行")
        page.write_comment("A1", "批注不是文本框")
        book.add_worksheet("另一张").write("A1", 1)
    first, second = read_file(saved_as(kind, content.getvalue(), tmp_path))
    assert [re.sub(r"\s", "", text) for text in first.drawn] == ["单位：元", "第一行第二行"]
    assert second.drawn == ()


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_words_of_header_and_footer_are_read_in_every_format(kind, tmp_path):
    """What a program fills in, pages, day and names, is no word of the unit's."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        page = book.add_worksheet("表")
        page.write("A1", 1)
        page.set_header('&L&"宋体,Bold"&14草稿&C&K00FF00单位：万元&R第&P页 共&N页')
        page.set_footer("&L&A&C甲&&乙&R&D")
        another = book.add_worksheet("另一张")
        another.write("A1", 1)
        another.set_footer("&CPage &P of &N")
    first, second = read_file(saved_as(kind, content.getvalue(), tmp_path))
    assert sorted(first.printed) == ["单位：万元", "甲&乙", "草稿"]
    assert second.printed == ()


def test_words_of_header_and_footer_are_read_in_excel_xml():
    spaces = "urn:schemas-microsoft-com:office:"
    (found,) = read_file(
        f"""<?xml version="1.0"?><Workbook xmlns="{spaces}spreadsheet" xmlns:ss="{spaces}spreadsheet">
        <Worksheet ss:Name="表"><Table><Row><Cell><Data ss:Type="Number">1</Data></Cell></Row></Table>
        <WorksheetOptions xmlns="{spaces}excel" xmlns:x="{spaces}excel"><PageSetup><Header x:Margin="0.3"
        x:Data="&amp;L草稿&amp;R第&amp;P页"/></PageSetup></WorksheetOptions></Worksheet></Workbook>""".encode()
    )
    assert found.printed == ("草稿",)


@pytest.mark.parametrize("made", [xlsx, xls])
def test_long_texts_are_whole(made):
    (found,) = read_file(made())
    assert [found.cells[row, 3].text for row in range(len(LONG))] == LONG


def test_what_is_entered_or_chosen_on_a_web_page_is_what_it_shows():
    cells = [
        '<input value="84">', '<input type="hidden" value="9">85',
        "<select><option>1</option><option selected>86</option></select>",
    ]  # fmt: skip
    lines = "".join(f"<tr><td>{cell}</td><td>个</td></tr>" for cell in cells)
    (found,) = read_file(f"<html><table>{lines}</table></html>".encode())
    assert [found.cells[row, 0].text for row in range(3)] == ["84", "85", "86"]


def test_a_web_page_is_read_as_it_is_shown():
    rules = ".x1{text-decoration:line-through} .x2{color:white} .x3{display:none} .x4{vertical-align:super}"
    cells = [
        '<td class="x1">85', '<td><font class="x1">79</font>81', '<td>85<span class="x4">2</span>', '<td class="x2">84',
        '<td sdval="84">84万', '<td x:num="84000">84', '<td sdval="0.5">50%', "<td>85<sub>1</sub>",
        '<td class="x2" bgcolor="#1F4E79">84',
    ]  # fmt: skip
    lines = "".join(f"<tr>{cell}</td><td>个</td></tr>" for cell in cells)
    page = f"<html><style>{rules}</style><table>{lines}<tr class='x3'><td>84</td></tr></table></html>"
    (found,) = read_file(page.encode())
    assert STRUCK not in found.cells and found.struck[PART] == "79" and found.cells[PART].text == "81"
    assert [found.cells[row, 0].text for row in (2, 4, 6, 7)] == ["85²", "84万", "50%", "85¹"]
    assert found.cells[SCALED] == Cell("84000", "scaled")
    assert (found.unseen, found.hidden_rows) == ({WHITE}, {9})


@pytest.mark.parametrize("code", [
    "General", "0.00", "#,##0", '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ;_ @_ ', '"￥"#,##0.00', "[$¥-804]#,##0.00",
    "#,##0.00_);[Red]\\(#,##0.00\\)", "0.00_ ;[Red]\\-0.00\\ ", "000", "@", "",
])  # fmt: skip
def test_decimals_separators_colours_and_signs_of_money_change_nothing(code):
    assert shown("84", code) == (None, True)
    assert shown("0", code) == (None, True)


@pytest.mark.parametrize(
    ("text", "code", "seen"),
    [
        ("84", '0"张"', "84张"), ("84", "G/通用格式人", "84人"), ("84", '"约"0', "约84"), ("84", '"(约"0")"', "约84"),
        ("84", '"未报"', "未报"), ("0", '0;-0;"未报"', "未报"), ("0.5536", "0.00%", "55.36%"), ("-3", "0\\%", "-3%"),
        ("12.34", '0.00"万元"', "12.34万元"), ("5", '[<10]"少于"0;0', "少于5"),
        ("84", '0"+"', "84+"),
    ],
)  # fmt: skip
def test_words_of_a_format_are_words_of_the_cell(text, code, seen):
    assert shown(text, code) == (Cell(seen, "text"), True)


@pytest.mark.parametrize(
    ("text", "code"),
    [("84000", "0,"), ("840000", "0!.0,"), ("12345", '[>=10000]0!.0,"万";0'), ("8.5", '0"5"'), ("84", "0‰")],
)
def test_a_format_that_shows_other_digits_is_no_number(text, code):
    assert shown(text, code) == (Cell(text, "scaled"), True)


def test_a_dash_in_place_of_zero_is_zero_and_nothing_in_place_of_a_number_is_unseen():
    assert shown("0", '0;-0;"—"') == (None, True)
    assert shown("0", "0;-0;;@") == (None, True)
    assert shown("84", ";;;") == (None, False)


@pytest.mark.parametrize(
    ("text", "displayed", "seen"),
    [
        ("84", "84", None), ("1234.5", "1,234.5", None), ("83.6", "84", None), ("0", "-", None), ("1234", "￥1,234.00", None),
        ("83.6", "83", Cell("83.6", "scaled")), ("12.3456", "12.3万元", Cell("12.3456万元", "text")),
        ("84", "未报", Cell("未报", "text")), ("84", "84+", Cell("84+", "text")), ("-84", "-84人", Cell("-84人", "text")),
    ],
)  # fmt: skip
def test_a_displayed_text_is_held_against_its_number(text, displayed, seen):
    assert as_displayed(text, displayed) == (seen, True)


@pytest.mark.parametrize("attribute", ["unseen", "noted"])
def test_a_clerk_is_told_of_figures_nobody_sees_and_of_comments(attribute, context):
    def change(sheet: SheetCells, paper: Paper) -> None:
        setattr(sheet, attribute, frozenset([place(paper, "meal_site_count"), (0, 0)]))

    judged = found_by(Case("facility", JULY_2025, cells=change), context)
    (said,) = (one for one in judged.findings if one.rule == "E11")
    assert said.words["fact"].startswith(said.cell)
    assert {"unseen": "看不见", "noted": "批注没有读取"}[attribute] in said.words["fact"]


def test_a_number_shown_as_another_is_refused_with_what_is_stored(context):
    def change(sheet: SheetCells, paper: Paper) -> None:
        sheet.cells[place(paper, "meal_site_count")] = Cell("84000", "scaled")

    judged = found_by(Case("facility", JULY_2025, cells=change), context)
    assert judged.state_code == "returned"
    (said,) = (one for one in judged.findings if one.rule == "E9")
    assert "存的是 84000" in said.words["fact"]
