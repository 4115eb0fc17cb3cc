"""The workbench as clerk, reviewer and signer see it: a month from dropped file to signature on the page."""

from dataclasses import replace
from datetime import date

import pytest
from streamlit.runtime.context import ContextProxy

from pages.ui.kit.view import View
from pages.workbench.submissions.explaining import may_explain
from tests.pages.conftest import Shown, at_address
from warehouse.people import accounts, flow, roles, sessions

TRACK = ("qingfeng", "facility", date(2025, 7, 1))


@pytest.fixture
def home(real_home, tmp_path, monkeypatch):
    """The real release in a home of its own, with sign-in."""
    home = type(real_home)(tmp_path / "home")
    home.ensure()
    for path in real_home.releases.iterdir():
        if path.is_file():
            (home.releases / path.name).write_bytes(path.read_bytes())
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    return home


def as_person(home, monkeypatch, login, role, area):
    """Sit down as a person: the browser sends the cookie of a true session."""
    if accounts.find(home, login) is None:
        accounts.add(home, login=login, name_zh=f"<b>{login}</b>", by="system:root", password="First-river-7")
        accounts.change_password(home, login, old="First-river-7", new="Sunny-river-7")
        roles.grant(home, login=login, role_code=role, area_id=area, by="system:root")
    secret = sessions.begin(home, login=login, name_zh=login, source_code=sessions.LOCAL, address="")
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda self: {sessions.COOKIE: secret}))


def sent(home, sha256="a" * 64):
    flow.send(home, [TRACK], sha256=sha256, who="clerk", name_zh="<i>填报某</i>")


SUBMISSIONS = "workbench/submissions/page.py"


def opened(home):
    return Shown(at_address(SUBMISSIONS)).run()


def test_a_report_goes_from_reviewer_to_signer_on_the_page_and_words_are_never_markup(home, monkeypatch):
    sent(home)
    as_person(home, monkeypatch, "reviewer", "reviewer", "puyang")
    page = opened(home)
    assert "待审核 1张" in page.text and "<i>" not in page.html
    # What waits for the person is what the page opens on.
    assert page.app.tabs[0].label == "审核与回执"
    number = flow.report(home, TRACK).last.number
    page.app.button(key=f"return-{number}").click()
    assert "须写明原因" in page.run().text
    page.app.text_input(key=f"reason-{number}").input("<script>alert(1)</script>床位数请核对")
    page.app.button(key=f"return-{number}").click()
    page.run()
    assert "已退回" in page.text and "<script>" not in page.html
    assert flow.report(home, TRACK).last.reason_zh == "<script>alert(1)</script>床位数请核对"
    sent(home, "b" * 64)
    page.run()
    number = flow.report(home, TRACK).last.number
    flow.decide(home, TRACK, "pass", seen=number, who="second", name_zh="审核乙")
    page.app.button(key=f"pass-{number}").click()
    assert "审核乙已先一步“审核通过”" in page.run().text
    as_person(home, monkeypatch, "signer", "signer", "puyang")
    page = opened(home)
    assert "待签发 1张" in page.text and "待审核" not in page.text
    page.app.button(key=f"sign-{flow.report(home, TRACK).last.number}").click()
    page.run()
    assert flow.report(home, TRACK).state_code == "signed"


def test_a_held_figure_is_explained_by_who_reports_or_reviews_that_unit_and_by_nobody_else(home, monkeypatch):
    view = View(
        kind="real", root="", release_id="x", header={}, city="puyang", city_name_zh="濮阳市", is_large=False, base="census"
    )  # fmt: skip
    own, both, elsewhere = {"qingfeng"}, {"qingfeng", "nanle"}, replace(view, city="fushun")

    def may(login, role, area):
        as_person(home, monkeypatch, login, role, area)
        return (may_explain(view, own), may_explain(view, both), may_explain(elsewhere, {"xinfu"}))

    assert may("clerk", "clerk", "qingfeng") == (True, False, False)
    assert may("other", "clerk", "nanle") == (False, False, False)
    assert may("reviewer", "reviewer", "puyang") == (True, True, False)
    for role, area in (("leader", "qingfeng"), ("analyst", "qingfeng"), ("signer", "puyang"), ("operator", ""),
                       ("administrator", "")):  # fmt: skip
        assert may(role, role, area) == (False, False, False), role
    # Looked up at the press: with the role goes the right, and with the session.
    as_person(home, monkeypatch, "clerk", "clerk", "qingfeng")
    roles.revoke(home, roles.grants(home, "clerk")[0].grant_id, by="system:root")
    assert not may_explain(view, own)
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda self: {}))
    assert not may_explain(view, own)


def test_a_role_taken_back_while_the_page_stands_open_decides_nothing(home, monkeypatch):
    sent(home)
    as_person(home, monkeypatch, "reviewer", "reviewer", "puyang")
    page = opened(home)
    number = flow.report(home, TRACK).last.number
    roles.revoke(home, roles.grants(home, "reviewer")[0].grant_id, by="system:root")
    page.app.button(key=f"pass-{number}").click()
    page.run()
    assert flow.report(home, TRACK).state_code == "sent"
