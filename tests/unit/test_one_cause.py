"""One cause, one finding: the cells that only follow from it are folded under it, wherever a check is told."""

import copy
import json
import time

import pytest

from etl.checking import CheckedFiles
from etl.months.accepted.accept import judge
from etl.months.accepted.rows import told_rows
from etl.months.check import check_file
from etl.months.model import History
from etl.months.read.extract import extract
from etl.months.read.recognise import recognise
from etl.months.understood.understand import understand
from pages.workbench.submissions.desk_tools import told
from tests.broken_forms import JULY_2023, JULY_2025
from tests.clean_forms import LAYOUTS, clean, event_of, judged_months, to_cells
from tests.forms import draw, to_xlsx
from tests.pace import slowed
from tests.unit.test_intake_faults import FOLDER


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


def test_hundreds_of_findings_cost_little_more_than_none_and_a_dropped_form_far_less_than_half_a_second(context):
    history: History = {}
    judged_months("allowance", range(JULY_2025 - 14, JULY_2025), context, history)

    def seconds(data) -> float:
        """Processor time from the cells of a sheet to what is told of them; the least of a few."""
        sheet, spent = to_cells(draw(layout, data)), []
        for _ in range(5):
            began = time.process_time()
            found = understand(extract(sheet, recognise(sheet, LAYOUTS)), context)
            (one,) = judge([event_of(found)], context, history=copy.copy(history))
            told_rows(one, context)
            spent.append(time.process_time() - began)
        return min(spent)

    layout, data = clean("allowance", JULY_2025, context)
    none = seconds(data)
    data.rows = {key: {code: f"{value}（约）" for code, value in values.items()} for key, values in data.rows.items()}
    # 18 rows of four tiers with six figures, and five reasons of stopping.
    assert sum(len(values) for values in data.rows.values()) == 437
    many = seconds(data)
    assert max(none, many) < 0.5 * slowed(time.thread_time)
    assert many < 5 * none
