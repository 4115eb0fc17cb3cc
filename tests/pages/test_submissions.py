"""报送工作台: who owes what, the text that reminds, what a check tells; on reports written out by hand."""

from datetime import UTC, date, datetime

import pytest

from pages.ui.marks import report_grid
from warehouse.month import add_months
from warehouse.wording.desk import submissions as words

SUBMISSIONS = "workbench/submissions/page.py"
AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)
FORM_ZH = {"facility": "设施与床位", "training": "培训"}
NAMES = {"qingfeng": "清丰县", "nanle": "南乐县"}


def report(unit: str, form: str, month: date, state: str, *, is_late: bool = False, place: str | None = None) -> dict:
    """A row of `read.submissions.outstanding`; due on the fifth of the month after."""
    return {
        "area_id": unit,
        "area_zh": NAMES[unit],
        "area_name_zh": NAMES[unit],
        "form_code": form,
        "form_zh": FORM_ZH[form],
        "month": month,
        "state_code": state,
        "is_late": is_late,
        "due_on": add_months(month, 1).replace(day=5),
        "received_at": None if state == "not_reported" else datetime(2026, 9, 3, tzinfo=UTC),
        "place_zh": place,
    }


ROWS = [
    report("qingfeng", "facility", AUGUST, "accepted"),
    report("qingfeng", "training", AUGUST, "accepted", is_late=True),
    report("nanle", "facility", AUGUST, "not_reported", is_late=True),
    report("nanle", "training", AUGUST, "not_reported", is_late=True),
    report("qingfeng", "facility", SEPTEMBER, "corrected", is_late=True),
    report("qingfeng", "training", SEPTEMBER, "returned", place="表二!D5、表二!G5"),
    report("nanle", "facility", SEPTEMBER, "accepted"),
    report("nanle", "training", SEPTEMBER, "not_reported"),
]
STATES = ("accepted", "late", "overdue", "overdue", "corrected", "returned", "accepted", "not_due")
OWED = [row for row in ROWS if words.state_of(row).is_owed]


@pytest.mark.parametrize(
    ("row", "state"), list(zip(ROWS, STATES, strict=True))
)  # fmt: skip
def test_every_report_has_one_state_and_what_is_not_yet_due_is_not_owed(row, state):
    assert words.state_of(row).code == state
    assert words.state_of(row).is_owed == (state in ("overdue", "returned"))


def test_the_finding_counts_the_newest_month_and_names_what_older_months_owe():
    # September: one corrected and one accepted are taken, one returned, one not due. August: two overdue.
    assert words.finding("濮阳市", ROWS) == (
        "濮阳市2026年9月应报4张报表，收2张，退回待重报1张，未到报送期1张；此前各月还有2张逾期未报。"
    )


def test_the_reminder_names_units_forms_and_dates_and_no_person():
    text = words.reminder("濮阳市", OWED, as_of=date(2026, 10, 9), release_id="20261009-01", is_demo=False)
    assert text.splitlines()[:9] == [
        "关于催报濮阳市养老服务工作进展报表的提示",
        "",
        "截至2026年10月9日，下列报表尚未收到，或退回后尚未重报：",
        "",
        "1．南乐县（2张）",
        "　（1）2026年8月《设施与床位》《培训》，应于2026年9月5日前报送，尚未收到。",
        "",
        "2．清丰县（1张）",
        "　（1）2026年9月《培训》，应于2026年10月5日前报送，已退回（须更正 表二!D5、表二!G5），尚未重报。",
    ]
    assert "填报人" not in text
    assert "联系" not in text


def test_a_reminder_of_invented_reports_says_so_first_and_nothing_owed_gives_no_text():
    arguments = {"as_of": date(2026, 10, 9), "release_id": "20261009-01"}
    assert words.reminder("濮阳市", OWED, is_demo=True, **arguments).startswith("【演示数据，请勿转发】")
    assert words.reminder("濮阳市", [], is_demo=False, **arguments) == ""


def test_the_board_tells_states_apart_by_shape_and_in_words():
    html = report_grid.grid(ROWS, [AUGUST, SEPTEMBER], chosen=("nanle", AUGUST))
    assert 'aria-label="南乐县2026年8月：设施与床位逾期未报；培训逾期未报"' in html
    assert html.count('<i class="m overdue"') == 2 + 1  # two reports and the legend
    assert html.count('class="rep chosen"') == 1
    # August: two of four taken; September: two of four.
    assert html.count("<b>2</b><span>/4</span>") == 2


def test_a_pressed_cell_is_a_unit_and_a_month_and_anything_else_is_nothing():
    assert report_grid.pressed("cell:nanle:2026-08") == ("nanle", "2026-08")
    assert report_grid.pressed("family:x") is None
    assert report_grid.pressed(None) is None


def test_before_the_first_report_the_page_points_to_the_demonstration_and_still_serves_clerks(show):
    page = show(SUBMISSIONS)
    assert not page.app.exception
    assert page.finding == "现行批次里还没有濮阳市的月报，谁也谈不上欠报。"
    assert "看演示数据里的这一页" in page.text
    assert "仅检查，不入库" in page.text
    assert page.app.get("download_button")
    assert "错误编号" not in page.text
