"""A form filled on the page goes the way of a file: same rules, a draft that stays, a receipt that verifies."""

from datetime import UTC, datetime

import pytest

from etl.months import filling
from etl.months.reporting import send
from tests.people.test_reporting import UNIT, context, home, person, reference  # noqa: F401
from warehouse.errors import FormError
from warehouse.month import add_months
from warehouse.people import flow, form_drafts, sent_receipts

# The month that is due: of an older one the rules ask whether its month is not mistaken.
MONTH = add_months(datetime.now(UTC).date().replace(day=1), -1)
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
