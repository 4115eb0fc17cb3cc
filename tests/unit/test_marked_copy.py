"""The copy a clerk takes along: findings in their cells, the list in front, and mended it can be sent."""

import io
from dataclasses import replace

import openpyxl
import pytest

from etl.months.check import check_file
from etl.months.template.marked_copy import FILLS, LIST_SHEET, marked_copy
from tests.unit.test_intake_faults import FOLDER
from warehouse.settings import load_settings

# Only what a copy holds is asked here: a starved machine must not run out of time over it.
PATIENT = replace(load_settings(), file_seconds=240)


@pytest.fixture(scope="module")
def severities(catalog):
    return {code: one.label_zh for code, one in catalog.codes["severity_code"].items()}


def copied(name, context, severities, data=None):
    data = data or (FOLDER / name).read_bytes()
    found = check_file(data, name, context=context, settings=PATIENT)
    assert found.issues
    copy = marked_copy(data, found.issues, severities, PATIENT)
    return data, found, openpyxl.load_workbook(io.BytesIO(copy)), copy


# An own workbook of Excel, and a table of HTML named .xls that is written anew.
@pytest.mark.dear
@pytest.mark.parametrize("name", ["yuan-under-wan-70-findings.xlsx", "html-br-digits-joined.xls"])
def test_every_finding_with_a_cell_stands_in_it_and_in_the_list(name, context, severities):
    _, found, book, _ = copied(name, context, severities)
    sheet = book[LIST_SHEET]
    told = [
        tuple(cell.value for cell in row)
        for row in sheet.iter_rows(min_row=2)
        if not sheet.row_dimensions[row[0].row].hidden
    ]
    assert book.sheetnames[0] == LIST_SHEET
    assert len(told) == len(found.issues)
    for issue in found.issues:
        assert any(row[3] == issue["sentence_zh"] and row[5] == issue["rule_code"] for row in told)
        if not issue["cell"]:
            continue
        sheet = book[issue["sheet"]]
        first = issue["cell"].split("、")[0].split(":")[0]
        around = [area for area in sheet.merged_cells.ranges if first in area]
        place = around[0].start_cell.coordinate if around else first
        assert issue["sentence_zh"][:40] in sheet[place].comment.text
        assert sheet[place].fill.start_color.rgb[2:] in FILLS.values()


def test_further_cells_of_one_cause_are_folded_in_the_list_and_marked_in_the_sheet(context, severities):
    _, found, book, _ = copied("yuan-under-wan-70-findings.xlsx", context, severities)
    (issue,) = (one for one in found.issues if one["rule_code"] == "E1")
    # 17 townships and the unit, in three tiers and their sum; some had no recipients.
    assert len(issue["folded"]) >= 50
    front = book[LIST_SHEET]
    hidden = [row for row, look in front.row_dimensions.items() if look.hidden]
    assert len(hidden) == sum(len(one["folded"]) for one in found.issues)
    for one in issue["folded"]:
        cell = book[issue["sheet"]][one["cell"]]
        assert "同一原因" in cell.comment.text and cell.fill.start_color.rgb[2:] in FILLS.values()


@pytest.mark.dear
def test_the_figures_of_the_copy_are_those_of_the_file(context, severities):
    data, _, book, _ = copied("yuan-under-wan-70-findings.xlsx", context, severities)
    before = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in before:
        for row in sheet.iter_rows():
            for cell in row:
                assert book[sheet.title][cell.coordinate].value == cell.value


@pytest.mark.dear
def test_the_copy_checked_again_finds_the_same_and_nothing_of_its_own(context, severities):
    _, found, _, copy = copied("yuan-under-wan-70-findings.xlsx", context, severities)
    again = check_file(copy, "again.xlsx", context=context, settings=PATIENT)
    one, other = (
        sorted((row["rule_code"], row["sheet"] or "", row["cell"] or "") for row in each.issues)
        for each in (found, again)
    )
    assert one == other


def test_what_cannot_be_read_gives_the_list_alone(context, severities):
    _, found, book, _ = copied("cut.xlsx", context, severities, data=b"PK\x03\x04" + b"\x00" * 200)
    assert book.sheetnames == [LIST_SHEET]
    assert book[LIST_SHEET]["D2"].value == found.issues[0]["sentence_zh"]


def test_words_that_begin_like_a_formula_stay_words(context, severities):
    issue = {
        "severity_code": "soft", "sheet": "=1+1", "cell": "", "rule_code": "E1",
        "sentence_zh": '=HYPERLINK("http://x")', "remedy_zh": "+1",
    }  # fmt: skip
    for data in ((FOLDER / "one-cell-blank.xlsx").read_bytes(), "报送单位,1\n".encode()):
        book = openpyxl.load_workbook(io.BytesIO(marked_copy(data, [issue], severities, PATIENT)))
        assert [cell.data_type for cell in book[LIST_SHEET][2] if cell.value] == ["s"] * 5
