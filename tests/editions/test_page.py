"""汇报版 as a reader, a drafter and a signer meet it: from draft to signature on the page, and the old one says it was replaced."""

import re
import time
from datetime import timedelta

import pytest
from streamlit.runtime.context import ContextProxy

from tests.editions.conftest import AUTHOR, SEPTEMBER, note_all, redrafted, sign, signed, waiting
from tests.editions.test_changes import RESTATED, again
from tests.editions.test_frozen import amended
from tests.pace import slowed
from tests.pages.conftest import SECONDS, Shown, at_address
from warehouse.editions import questions, record, signing, written
from warehouse.home import Home
from warehouse.people import accounts, roles, sessions

PAGE = "briefing/editions/page.py"


@pytest.fixture
def root(home, tmp_path, monkeypatch):
    """A home whose demonstration is the home with months; nobody signs in."""
    place = tmp_path / "outer"
    place.mkdir()
    (place / "demo").symlink_to(home.root)
    monkeypatch.setenv("YANGLAO_HOME", str(place))
    # The real data of the outer home: the same releases, so that the frame has something to open.
    (place / "releases").symlink_to(home.releases)
    return Home(place)


def opened(**parameters) -> Shown:
    page = Shown(at_address(PAGE, **{"data": "demo", "city": "fushun", **parameters})).run()
    assert not page.app.exception
    return page


def sit_down(root, monkeypatch, login, role):
    """Sit down as a person: the browser sends the cookie of a true session."""
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    if accounts.find(root, login) is None:
        accounts.add(root, login=login, name_zh=f"<b>{login}</b>", by="system:root", password="First-river-7")
        accounts.change_password(root, login, old="First-river-7", new="Sunny-river-7")
        roles.grant(root, login=login, role_code=role, area_id="fushun", by="system:root")
    secret = sessions.begin(root, login=login, name_zh=login, source_code=sessions.LOCAL, address="")
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda self: {sessions.COOKIE: secret}))


def test_without_editions_the_page_says_so_and_how_to_begin(root):
    page = opened()
    assert page.finding == "抚顺市还没有签发过汇报版，也没有草稿，没有未销号的追问。"
    assert "怎样起草和签发" in page.text and "由本机操作员在命令行起草" in page.text and not page.app.button


def test_an_opened_edition_shows_its_own_numbers_and_comments_and_opens_within_300_ms(home, releases, root, small):
    draft = signing.begin(home, releases, city="抚顺", unit="新抚区", month=SEPTEMBER, actor=AUTHOR)
    written.comment(home, draft.key, area_id="xinfu", indicator_code="", text_zh="<b>总体</b>平稳", actor=AUTHOR)
    note_all(home, releases, draft)
    sent = record.take(home, draft.key, "submit", AUTHOR, seen=record.edition(home, draft.key).last.number)
    edition = sign(home, releases, sent)
    again(home, "update mart.indicator_month set value = value * 1.5 where area_id = 'xinfu'")
    page = opened(edition=edition.key, release=edition.settings.release_id)
    content = signing.opened(home, edition)
    for paragraph in content.briefing.paragraphs():
        assert paragraph.text in page.text
    assert "<b>总体</b>" not in page.html and "<b>总体</b>平稳" in page.text
    assert edition.sha256 in page.text and "已签发" in page.text
    assert any(one.startswith("mart.indicator_month:xinfu|") for one in page.receipts)
    # On another release its numbers are the same, and open no receipt of that one.
    other = opened(edition=edition.key)
    assert all(paragraph.text in other.text for paragraph in content.briefing.paragraphs()) and not other.receipts
    spent = []
    for _ in range(3):
        start = time.perf_counter()
        signing.opened(home, edition, is_for_reading=True)
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.3 * slowed()


@pytest.mark.bar("BR12")
def test_a_replaced_edition_says_so_on_its_page_and_both_stay_readable(home, releases, root, small):
    old = signed(home, releases)
    new = amended(home, releases, old)
    page = opened(edition=old.key)
    assert "已被更正版 新抚区 2026-10-B 替代" in page.text and "床位数把停用的也算上了" in page.text
    assert page.finding == "新抚区 2026-10-A 被更正版替代，以下是当时签发的原文。"
    assert f"edition={new.key}" in page.html and f"{old.sha256[:16]} --frozen" in page.text
    later = opened(edition=new.key)
    assert "一、更正说明" in later.text and f"edition={old.key}" in later.html
    listed = opened()
    assert listed.finding.startswith("抚顺市现行汇报版1份") and "被更正版替代" in listed.text


@pytest.mark.bar("BR5")
def test_a_restated_value_stands_on_the_page_exactly_once(home, releases, root, small):
    signed(home, releases, month=SEPTEMBER)
    draft = redrafted(home, waiting(home, releases), release_id=again(home, RESTATED))
    page = opened(edition=draft.key)
    (table,) = re.findall(r"<h4>对上期 新抚区 2026-09-A 的修订</h4>(.*?)</table>", page.html, re.DOTALL)
    (row,) = re.findall(r"<tr><td.*?</tr>", table, re.DOTALL)
    assert "漏报一所机构" in row and "增7张" in row and "新抚区（填报人李某）" in row


def test_a_name_nobody_gave_leads_to_the_list(root):
    page = opened(edition="../../desk.sqlite")
    assert "没有汇报版" in page.text and "还没有签发过" in page.finding


def test_from_draft_to_signature_on_the_page_by_two_people(home, root, releases, small, monkeypatch):
    sit_down(root, monkeypatch, "author", "analyst")
    page = opened()
    page.app.selectbox(key="edition-place").set_value("xinfu").run(timeout=SECONDS)
    page.app.button(key="edition-begin").click().run(timeout=SECONDS)
    assert "已起草 新抚区 2026-10-A" in page.text and "<b>author</b>" not in page.html
    page.app.text_input(key="comment-text").input("请街道配合")
    page.app.button(key="comment-now").click().run(timeout=SECONDS)
    assert "请街道配合" in page.text
    page.app.button(key="edition-submit").click().run(timeout=SECONDS)
    assert record.edition(home, "xinfu-2026-10-A").state_code == "waiting"
    assert not [one for one in page.app.button if one.key == "edition-sign"]
    sit_down(root, monkeypatch, "boss", "signer")
    page = opened(edition="xinfu-2026-10-A")
    assert page.app.button(key="edition-sign").disabled
    for key in [one.key for one in page.app.button if one.key.startswith("note-")]:
        page.app.button(key=key).click().run(timeout=SECONDS)
    page.app.text_input(key="edition-retyped").input("新抚区 2026-09").run(timeout=SECONDS)
    page.app.button(key="edition-sign").click().run(timeout=SECONDS)
    assert "照样重新输入" in page.text and record.edition(home, "xinfu-2026-10-A").state_code == "waiting"
    page.app.text_input(key="edition-retyped").input("新抚区 2026-10").run(timeout=SECONDS)
    page.app.button(key="edition-sign").click().run(timeout=SECONDS)
    assert "已签发并冻结" in page.text and record.edition(home, "xinfu-2026-10-A").state_code == "signed"
    # A question about a card of it, answered by a drafter, closed by whoever asked.
    page.app.text_input(key="ask-text").input("为何没有提到入住率")
    page.app.selectbox(key="ask-owner").set_value("xinfu").run(timeout=SECONDS)
    page.app.button(key="ask-now").click().run(timeout=SECONDS)
    (asked,) = questions.questions(home)
    assert (asked.owner_zh, asked.asked_in, asked.due_on) == (
        "新抚区",
        "xinfu-2026-10-A",
        signing.today() + timedelta(days=14),
    )
    sit_down(root, monkeypatch, "author", "analyst")
    page = opened()
    assert page.finding.endswith("追问1件没有销号。")
    page.app.text_input(key="answer-1").input("下月起列入")
    page.app.button(key="answer-now-1").click().run(timeout=SECONDS)
    assert questions.question(home, 1).state_code == "answered"
    sit_down(root, monkeypatch, "boss", "signer")
    page = opened()
    page.app.button(key="close-1").click().run(timeout=SECONDS)
    assert questions.question(home, 1).state_code == "closed"


def test_a_role_taken_back_while_the_page_stands_open_signs_nothing(home, root, releases, small, monkeypatch):
    edition = waiting(home, releases)
    sit_down(root, monkeypatch, "boss", "signer")
    page = opened(edition=edition.key)
    page.app.text_input(key="edition-why").input("再看看")
    roles.revoke(root, roles.grants(root, "boss")[0].grant_id, by="system:root")
    page.app.button(key="edition-return").click().run(timeout=SECONDS)
    assert record.edition(home, edition.key).state_code == "waiting"
