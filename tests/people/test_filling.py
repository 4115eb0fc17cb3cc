"""A form filled on the page goes the way of a file: same rules, a draft that stays, a receipt that verifies."""

import re
import shutil
from time import process_time, thread_time

import pytest

from etl.months import filling
from etl.months.check import Known, check_file
from etl.months.periods import month_zh
from etl.months.reporting import send
from tests.declared import forms
from tests.pace import slowed
from tests.pages.conftest import Shown, at_address
from tests.people.conftest import DUE as MONTH
from tests.people.test_desk_pages import as_person
from tests.people.test_reporting import UNIT, home, person  # noqa: F401
from warehouse.errors import FormError
from warehouse.home import Home
from warehouse.month import add_months
from warehouse.people import flow, form_drafts, sent_receipts

TRACK = (UNIT, "training", MONTH)


@pytest.fixture
def form(context, home):  # noqa: F811
    return filling.blank(context, home, unit_id=UNIT, form_code="training", month=MONTH)


def typed(form, text="10"):
    return {one.name: text for one in form.entries}


def test_a_figure_out_of_order_is_told_in_the_words_of_the_rules_and_mended_is_sent(form, context, home):  # noqa: F811
    wrong = filling.check(form, typed(form, "-5"), context=context, home=home)
    assert not wrong.is_sound and wrong.issues
    good = filling.check(form, typed(form), context=context, home=home)
    assert good.is_sound
    clerk, data = person(home), filling.workbook(form, typed(form), by_zh="某")
    assert data == filling.workbook(form, typed(form), by_zh="某")
    (receipt,) = send(home, data, filling.file_name(form), person=clerk, context=context)
    assert flow.report(home, TRACK).state_code == "sent"
    found = sent_receipts.verify(home, receipt.text, file=data)
    assert found.faults == () and found.state_zh == "已报"


@pytest.mark.bar("ET14")
def test_a_receipt_tells_every_changed_byte(form, context, home):  # noqa: F811
    data = filling.workbook(form, typed(form))
    (receipt,) = send(home, data, "a.xlsx", person=person(home), context=context)
    assert "不是当时报送的文件" in sent_receipts.verify(home, receipt.code, file=data + b" ").faults[0]
    altered = receipt.text.replace(f"{MONTH.year}年", "2001年")
    assert "回执上的月份" in sent_receipts.verify(home, altered).faults[0]
    with pytest.raises(FormError, match="没有这张回执"):
        sent_receipts.verify(home, receipt.code[:-1] + ("0" if receipt.code[-1] != "0" else "1"))
    place = home.archive / receipt.sha256
    place.chmod(0o600)
    place.write_bytes(b"x")
    assert "存档里的文件与报送时不同" in sent_receipts.verify(home, receipt.code).faults[0]


def test_a_draft_stays_and_two_clerks_do_not_overwrite_each_other(form, home):  # noqa: F811
    given = typed(form)
    first = form_drafts.keep(home, TRACK, given, seen=0, who="a", name_zh="甲")
    assert form_drafts.kept(home, TRACK).given == given
    assert flow.report(home, TRACK).state_code == "draft"
    form_drafts.keep(home, TRACK, given | {"x": "1"}, seen=first, who="b", name_zh="乙")
    with pytest.raises(FormError, match="乙在"):
        form_drafts.keep(home, TRACK, given, seen=first, who="a", name_zh="甲")
    with pytest.raises(FormError, match="还是草稿"):
        last = flow.report(home, TRACK).last.number
        flow.decide(home, TRACK, "pass", seen=last, who="r", name_zh="审")


def as_before(form):
    """Every cell as it was last month, the rest 1."""
    return {one.name: "1" if one.previous is None else f"{one.previous:.15g}" for one in form.entries}


@pytest.mark.parametrize("form_code", sorted(forms()))
def test_the_page_says_what_the_workbook_of_the_same_figures_is_told(months_home, context, form_code):
    form = filling.blank(context, months_home, unit_id=UNIT, form_code=form_code, month=MONTH)
    given = as_before(form)
    # A negative figure, a word, one ten times as large, one left blank.
    for name, text in zip(list(given), ("-5", "未报", "99999", ""), strict=False):
        given[name] = text
    given = filling.clean(given, form)
    told = filling.check(form, given, context=context, home=months_home)
    data = filling.workbook(form, given)
    file = check_file(data, "a.xlsx", context=context, known=Known.RECEIVED, home=months_home, is_here=True)
    said = [
        sorted((one["rule_code"], one["cell"], one["sentence_zh"]) for one in each)
        for each in (told.issues, file.issues)
    ]
    assert said[0] == said[1] and len(said[0]) >= 2
    assert [told.state_code] == [one.state_code for one in file.forms]


def test_words_are_asked_for_exactly_where_a_jump_needs_them(months_home, context):
    form = filling.blank(context, months_home, unit_id=UNIT, form_code="training", month=MONTH)
    line = next(one for part in form.parts for one in part.lines if "社会工作者" in one.labels[0])
    # One more of each than last month: a table that repeats all of them is asked about, too.
    given = {one.name: "1" if one.previous is None else f"{one.previous + 1:.15g}" for one in form.entries}
    assert filling.check(form, given, context=context, home=months_home).asked == ()
    # 67 → 300 is more than 30 %.
    given[line.entries[0].name] = "300"
    assert filling.check(form, given, context=context, home=months_home).asked == (line.note,)
    given[line.note] = "社会工作者：新聘二百三十三人"
    answered = filling.check(form, given, context=context, home=months_home)
    assert answered.asked == (line.note,) and not [one for one in answered.issues if one["severity_code"] == "hold"]


def test_a_form_of_a_month_long_past_asks_once_whether_it_is_meant_and_is_sent(context, home):  # noqa: F811
    month = add_months(MONTH, -11)
    form = filling.blank(context, home, unit_id=UNIT, form_code="training", month=month)
    asked = filling.check(form, typed(form), context=context, home=home)
    assert not asked.is_sound and month_zh(month) in asked.why_zh
    given = typed(form) | {filling.CORRECTION: "补报以前月份"}
    assert filling.check(form, given, context=context, home=home).is_sound
    (receipt,) = send(home, filling.workbook(form, given), "a.xlsx", person=person(home), context=context)
    assert receipt.month == month


def opened(here, monkeypatch, login="clerk", **parameters):
    monkeypatch.setenv("YANGLAO_HOME", str(here.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    as_person(here, monkeypatch, login, "clerk", UNIT)
    return Shown(at_address("workbench/filling/page.py", **parameters)).run()


@pytest.mark.bar("ET13")
def test_a_form_is_filled_on_the_page_checked_at_each_change_kept_through_a_reload_and_sent(
    months_home,
    context,
    tmp_path,
    monkeypatch,
):
    here = Home(tmp_path / "home")
    shutil.copytree(months_home.root, here.root)
    flow.begin(here)
    # The largest form: 71 rows of townships and tiers.
    large = filling.blank(context, here, unit_id=UNIT, form_code="allowance", month=MONTH)
    given = filling.clean(as_before(large), large)
    assert len(given) > 300
    took = []
    for _ in range(3):
        began = process_time()
        form = filling.blank(context, here, unit_id=UNIT, form_code="allowance", month=MONTH)
        told = filling.check(form, given, context=context, home=here)
        took.append(process_time() - began)
    assert told.is_sound and min(took) < 0.150 * slowed(thread_time)
    # The address may name another unit; the form is the own one all the same.
    page = opened(here, monkeypatch, form="training", fill=f"{MONTH:%Y-%m}", **{"for": "nanle"})
    assert "清丰县" in page.finding and "未报" in page.finding and "还没有填" in page.text
    training = filling.blank(context, here, unit_id=UNIT, form_code="training", month=MONTH)
    wrong = as_before(training) | {next(training.entries).name: "-5"}
    form_drafts.keep(here, TRACK, filling.clean(wrong, training), seen=0, who="clerk", name_zh="某")
    # A browser that was closed and opened again: a new session finds what was typed, and what is wrong with it.
    page = opened(here, monkeypatch, form="training", fill=f"{MONTH:%Y-%m}")
    assert "草稿" in page.finding and "必须更正" in page.text
    assert page.app.button(key="send-form").disabled
    form_drafts.keep(here, TRACK, filling.clean(as_before(training), training), seen=1, who="clerk", name_zh="某")
    page = opened(here, monkeypatch, form="training", fill=f"{MONTH:%Y-%m}")
    page.app.button(key="send-form").click()
    page.run()
    assert "已报" in page.finding and "报送回执" in page.text
    (code,) = set(re.findall(r"BS-\d+-[0-9a-f]{20}", page.text))
    assert sent_receipts.verify(here, code).faults == ()
