"""One cause, one finding: the cells that only follow from it are folded under it, wherever a check is told."""

import json

import pytest

from etl.checking import CheckedFiles
from etl.months.check import check_file
from etl.months.month_frames import make_context
from pages.workbench.submissions.desk_tools import told
from tests.clean_forms import clean
from tests.forms import draw, to_xlsx
from tests.unit.test_intake_faults import FOLDER
from tests.unit.test_rules import JULY_2023


@pytest.fixture(scope="module")
def context(catalog):
    return make_context(catalog)


@pytest.fixture(scope="module")
def yuan(context):
    """The form with yuan under a header of 万元: once seventy findings."""
    path = FOLDER / "yuan-under-wan-70-findings.xlsx"
    return check_file(path.read_bytes(), path.name, context=context)


def labels(catalog, code_set):
    return {code: one.label_zh for code, one in catalog.codes[code_set].items()}


def test_a_unit_mixed_up_is_one_issue_on_terminal_page_and_for_machines(yuan, context, catalog):
    (issue,) = (one for one in yuan.issues if one["rule_code"] == "E1")
    count = len(issue["folded"])
    assert count >= 50
    lines = CheckedFiles([yuan], context).lines()
    assert len(lines) < 20 and sum("规则E1）" in line for line in lines) == 1
    assert any(f"同一原因或同一规则的还有{count}格：{issue['folded'][0]['cell']}、" in line for line in lines)
    page = told(yuan, labels(catalog, "form_code"), labels(catalog, "severity_code"))
    assert page.count("规则E1<") == 1
    assert f"<summary>同一原因或同一规则的还有{count}格</summary>" in page
    table = json.loads(json.dumps(CheckedFiles([yuan], context).table(), default=str))
    assert len(next(one for one in table[0]["issues"] if one["rule_code"] == "E1")["folded"]) == count


def checked(change, context):
    layout, data = clean("allowance", JULY_2023, context)
    change(data)
    return check_file(to_xlsx(draw(layout, data)), "津贴.xlsx", context=context)


def test_one_wrong_cell_is_one_issue_at_the_cell_and_not_one_of_its_row_and_one_of_its_column(context):
    found = checked(
        lambda data: data.rows["城关镇", ""].update(
            {
                "allowance_recipient_count:age_80_89": data.rows["城关镇", ""]["allowance_recipient_count:age_80_89"]
                + 100
            }
        ),
        context,
    )
    blocking = [one for one in found.issues if one["severity_code"] == "blocking"]
    assert [one["rule_code"] for one in blocking] == ["C8"]
    # The sum of the township and the total of the tier follow from it.
    assert len(blocking[0]["folded"]) == 2


def test_what_one_rule_says_of_many_rows_is_one_issue_with_the_rest_beneath(context):
    def change(data):
        for (label, _), values in data.rows.items():
            if label not in ("", "合计"):
                values["allowance_paid_yuan:age_80_89"] += 100

    found = checked(change, context)
    (issue,) = (one for one in found.issues if one["rule_code"] == "C8")
    # 17 townships: one and sixteen, each with its own numbers.
    assert len(issue["folded"]) == 16
    assert all("应为" in one["sentence_zh"] for one in issue["folded"])
