"""A clerk sends the own unit's forms and nobody else's; what is passed is in the next release, nothing else is."""

import hashlib
import shutil

import pytest

from etl.months.month_frames import frames
from etl.months.reporting import check_own, send, units_of
from etl.refresh import refresh
from tests.build.test_months import AS_OF, JULY, paper
from tests.clean_forms import UNIT, month_of
from tests.forms import to_xlsx
from warehouse.desk.received import ReceivedLog
from warehouse.errors import FormError
from warehouse.people import accounts, audit, flow, roles, sessions

MONTH = month_of(JULY)


@pytest.fixture
def home(fresh_home, monkeypatch):
    fresh_home.ensure()
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    monkeypatch.setenv("YANGLAO_HOME", str(fresh_home.root))
    return fresh_home


def person(home, login="clerk", role="clerk", area=UNIT):
    accounts.add(home, login=login, name_zh="<b>某</b>", by="system:root", password="First-river-7")
    roles.grant(home, login=login, role_code=role, area_id=area, by="system:root")
    secret = sessions.begin(home, login=login, name_zh="某", source_code=sessions.LOCAL, address="")
    return sessions.person(home, secret)


def facility(context, change=None):
    return to_xlsx(paper("facility", JULY, context, change))


def taken(home, context, catalog, reference):
    """States of 清丰县's reports of that month as a refresh would take them now."""
    found = frames(home, catalog, reference=reference, as_of=AS_OF, review=flow.review(home))
    return {
        row["form_code"]: row["state_code"]
        for row in found["meta.submission"].iter_rows(named=True)
        if (row["area_id"], row["month"]) == (UNIT, MONTH) and row["state_code"] != "not_reported"
    }


def test_what_a_clerk_sends_is_stored_receipted_and_on_record(home, context):
    clerk, data = person(home), facility(context)
    (receipt,) = send(home, data, "七月.xlsx", person=clerk, context=context)
    assert (receipt.area_id, receipt.form_code, receipt.month) == (UNIT, "facility", MONTH)
    assert receipt.sha256 == hashlib.sha256(data).hexdigest()
    assert (home.archive / receipt.sha256).read_bytes() == data
    assert [one.received_by for one in ReceivedLog(home).files()] == ["clerk"]
    assert flow.report(home, (UNIT, "facility", MONTH)).state_code == "sent"
    row = audit.rows(home)[0]
    assert (row.action_code, row.who, row.subject, row.details["sha256"]) == ("sent", "clerk", UNIT, receipt.sha256)


def test_another_units_file_is_refused_in_words_and_tells_nothing_of_that_unit(home, context):
    other = person(home, "other", area="nanle")
    checked = check_own(home, facility(context), "七月.xlsx", units=units_of(other), context=context)
    assert (checked.forms, checked.issues) == ([], [])
    assert "清丰县2025年7月的，不是本单位的" in checked.others_zh[0]
    with pytest.raises(FormError, match="不是本单位的"):
        send(home, facility(context), "七月.xlsx", person=other, context=context)
    assert ReceivedLog(home).files() == [] and list(home.archive.iterdir()) == []
    assert audit.rows(home)[0].action_code == "refused"


def test_a_clerk_who_changes_the_unit_on_his_own_form_sends_nothing(home, context):
    clerk = person(home)

    def change(data):
        data.unit = "南乐县"

    with pytest.raises(FormError, match="没有报送"):
        send(home, facility(context, change), "七月.xlsx", person=clerk, context=context)
    assert ReceivedLog(home).files() == []


def test_who_is_no_clerk_sends_nothing(home, context):
    with pytest.raises(FormError, match="没有填报的角色"):
        send(home, facility(context), "七月.xlsx", person=person(home, role="reviewer", area="puyang"), context=context)


def test_the_same_file_twice_is_one_report(home, context):
    clerk, data = person(home), facility(context)
    send(home, data, "七月.xlsx", person=clerk, context=context)
    with pytest.raises(FormError, match="已报过，现在是“已报”"):
        send(home, data, "又一次.xlsx", person=clerk, context=context)
    assert len(flow.report(home, (UNIT, "facility", MONTH)).steps) == 1


def cut_short(home, context, clerk, monkeypatch):
    """A sending that is killed between the archive and the desk."""
    whole = flow.send
    monkeypatch.setattr(flow, "send", lambda *arguments, **named: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        send(home, facility(context), "七月.xlsx", person=clerk, context=context)
    monkeypatch.setattr(flow, "send", whole)


def test_a_sending_cut_short_is_passed_by_nobody_and_found_by_a_reviewer(
    home, context, catalog, reference, monkeypatch
):
    clerk, track = person(home), (UNIT, "facility", MONTH)
    cut_short(home, context, clerk, monkeypatch)
    assert flow.report(home, track) is None
    assert taken(home, context, catalog, reference) == {}
    found = flow.report(home, track)
    assert (found.state_code, found.last.who) == ("sent", "clerk")
    flow.decide(home, track, "pass", seen=found.last.number, who="reviewer", name_zh="审某")
    assert taken(home, context, catalog, reference) == {"facility": "accepted"}


def test_a_sending_cut_short_may_be_repeated(home, context, monkeypatch):
    clerk = person(home)
    cut_short(home, context, clerk, monkeypatch)
    send(home, facility(context), "七月.xlsx", person=clerk, context=context)
    assert len(ReceivedLog(home).files()) == 1
    assert flow.report(home, (UNIT, "facility", MONTH)).state_code == "sent"


def test_a_refresh_says_what_it_left_out_for_want_of_a_reviewer(home, context):
    send(home, facility(context), "七月.xlsx", person=person(home), context=context)
    said = "1张报表还没有审核通过，没有采用：清丰县2025-07（已报）"
    assert any(said in note for note in refresh(home).notes_zh)
    assert any(said in note for note in refresh(home).notes_zh)


def test_without_sign_in_all_is_taken(monkeypatch):
    from warehouse.settings import load_settings

    assert not load_settings({}).takes_passed_only
    assert load_settings({"YANGLAO_SIGN_IN": "local"}).takes_passed_only
    assert not load_settings({"YANGLAO_SIGN_IN": "local", "YANGLAO_TAKES": "sound"}).takes_passed_only


def test_who_reviews_sees_what_was_sent_beside_last_month_with_every_issue_and_is_on_record(
    months_home, context, tmp_path
):
    from etl.months import filling
    from etl.months.reviewing import seen, sent_form
    from tests.people.conftest import DUE
    from warehouse.home import Home
    from warehouse.settings import load_settings

    here = Home(tmp_path / "home")
    shutil.copytree(months_home.root, here.root)
    form = filling.blank(context, here, unit_id=UNIT, form_code="training", month=DUE)
    given = {one.name: "1" if one.previous is None else f"{one.previous + 1:.15g}" for one in form.entries}
    workers = next(one for part in form.parts for one in part.lines if "社会工作者" in one.labels[0])
    given[workers.entries[0].name] = "300"
    (receipt,) = send(here, filling.workbook(form, given), "a.xlsx", person=person(here), context=context)
    found = sent_form(here, (UNIT, "training", DUE), receipt.sha256, context=context, settings=load_settings({}))
    told = {one.label_zh: (one.previous, one.written) for one in found.figures}
    assert told[workers.labels[0]] == (workers.entries[0].previous, "300") and len(told) == 6
    assert [one["rule_code"] for one in found.issues if one["severity_code"] == "hold"] == ["S4"]
    seen(here, (UNIT, "training", DUE), who="reviewer", address="10.0.0.7")
    row = audit.rows(here)[0]
    assert (row.action_code, row.who, row.subject, row.details["form"]) == ("viewed", "reviewer", UNIT, "training")
    (here.archive / receipt.sha256).unlink()
    with pytest.raises(FormError, match="存档里没有"):
        sent_form(here, (UNIT, "training", DUE), receipt.sha256, context=context, settings=load_settings({}))
