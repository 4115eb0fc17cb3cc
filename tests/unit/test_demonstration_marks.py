"""Every file of the demonstration says so three times, and the real data take it by none of its names."""

import io
import zipfile
from datetime import date

import pytest

from etl.checking import judging_context
from etl.demo.schedule import plan
from etl.demo.workbooks import write_parcels
from etl.demo.world import read_world
from etl.months.check import check_file
from etl.months.read.demonstration import MARK_ZH, NAME_MARK_ZH
from etl.months.read.sheets import read_file
from tests.clean_forms import clean
from tests.forms import draw, to_xlsx

MONTH = date(2026, 9, 1)
# A unit of each format, as parameters.toml declares them.
UNITS = {"xlsx": "nanle", "xls": "taiqian", "html": "dongzhou", "csv": "qingyuan"}


@pytest.fixture(scope="module")
def files(catalog):
    """The first file each of those units sends: format → (name, bytes)."""
    world = read_world(catalog)
    parcels = plan(world, [MONTH], [], until=date(2026, 10, 31))
    first = {form: next(one for one in parcels if one.unit == unit) for form, unit in UNITS.items()}
    written = write_parcels(world, list(first.values()))
    return {form: (parcel.file_name, data) for (form, parcel), data in zip(first.items(), written, strict=True)}


@pytest.fixture(scope="module")
def real():
    return judging_context(is_demo=False)


@pytest.fixture(scope="module")
def demo():
    return judging_context(is_demo=True)


@pytest.mark.dear
@pytest.mark.parametrize("form", UNITS)
def test_a_file_of_the_demonstration_says_so_and_only_the_demonstration_takes_it(files, real, demo, form):
    name, data = files[form]
    assert NAME_MARK_ZH in name
    sheets = read_file(data)
    assert all(any(MARK_ZH in cell.text for cell in sheet.cells.values()) for sheet in sheets)
    # Under another name it is refused all the same.
    refused = check_file(data, "月报", context=real)
    assert [row["rule_code"] for row in refused.issues] == ["F9"]
    assert refused.forms == [] and not refused.is_acceptable
    assert MARK_ZH in refused.issues[0]["sentence_zh"] and refused.issues[0]["remedy_zh"]
    taken = check_file(data, name, context=demo)
    assert taken.is_acceptable, taken.issues
    assert len(taken.forms) == len(sheets) and all(one.figure_count for one in taken.forms)


@pytest.mark.parametrize("form", ["xlsx", "xls", "html"])
def test_without_the_line_the_property_still_says_so(files, real, form):
    _, data = files[form]
    note = f"注：{MARK_ZH}"
    if form == "xlsx":
        # The text stands once among the shared texts of the workbook.
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            content = {name: parts.read(name) for name in parts.namelist()}
        content["xl/sharedStrings.xml"] = content["xl/sharedStrings.xml"].replace(note.encode(), "注：".encode())
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as parts:
            for name, part in content.items():
                parts.writestr(name, part)
        data = out.getvalue()
    else:
        encoding = "utf-16-le" if form == "xls" else "gb18030"
        data = data.replace(note.encode(encoding), f"注：{'一' * len(MARK_ZH)}".encode(encoding))
    assert not any(MARK_ZH in cell.text for sheet in read_file(data) for cell in sheet.cells.values())
    assert [row["rule_code"] for row in check_file(data, "月报", context=real).issues] == ["F9"]


def test_the_name_alone_is_enough_and_a_plain_form_is_not_taken_for_one(real):
    data = to_xlsx(draw(*clean("platform", 20, real)))
    assert check_file(data, "清丰县9月.xlsx", context=real).is_acceptable
    refused = check_file(data, f"清丰县9月（{NAME_MARK_ZH}）.xlsx", context=real)
    assert [row["rule_code"] for row in refused.issues] == ["F9"]
    assert "文件名" in refused.issues[0]["sentence_zh"]
