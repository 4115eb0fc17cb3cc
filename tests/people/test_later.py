"""A draft for a later time, and shown to named people: never early, never to others, and on record."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.people.test_drafts import draft, home  # noqa: F401
from warehouse.errors import PublishError
from warehouse.people import audit, previews
from warehouse.release.publishing import drafts, embargo
from warehouse.release.publishing.publish import current_pointer

SOON = datetime.now(UTC) + timedelta(hours=2)


def test_a_draft_waits_for_its_time_and_is_out_then(home, draft):  # noqa: F811
    before, asked = current_pointer(home), drafts.asked_zh(home, draft)
    with pytest.raises(PublishError, match="照样重新输入"):
        embargo.put(home, draft, until=SOON, retyped="2020-01", who="op", name_zh="操作某")
    embargo.put(home, draft, until=SOON, retyped=asked, who="op", name_zh="操作某")
    assert embargo.put_out_due(home) is None and current_pointer(home) == before
    assert embargo.put_out_due(home, now=SOON + timedelta(seconds=1)).release_id == draft
    assert current_pointer(home).release_id == draft and embargo.standing(home) is None
    assert audit.newest(home, "embargoed", subject=draft).who == "op"


def test_a_rejected_draft_is_not_put_out_at_its_time(home, draft):  # noqa: F811
    before = current_pointer(home)
    embargo.put(home, draft, until=SOON, retyped=drafts.asked_zh(home, draft), who="op", name_zh="操作某")
    drafts.reject(home, draft, reason_zh="有误", who="op", name_zh="操作某")
    assert embargo.put_out_due(home, now=SOON + timedelta(days=1)) is None and current_pointer(home) == before


def test_a_preview_opens_for_whom_it_names_until_its_end(home, draft):  # noqa: F811
    secret = previews.give(home, draft, logins=["li"], until=SOON, by="op")
    assert previews.opened_by(home, secret, login="li").release_id == draft
    assert previews.opened_by(home, secret, login="wang") is None
    assert previews.opened_by(home, secret + "x", login="li") is None
    assert previews.opened_by(home, secret, login="li", now=SOON) is None
    previews.end(home, previews.given(home, draft)[0].key, by="op")
    assert previews.opened_by(home, secret, login="li") is None


def test_a_publishing_cut_short_after_the_file_moved_is_finished(home, draft, monkeypatch):  # noqa: F811
    asked = drafts.asked_zh(home, draft)
    with monkeypatch.context() as patch:
        patch.setattr(drafts, "_settled", lambda *given, **named: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            drafts.publish_draft(home, draft, retyped=asked, who="op", name_zh="操作某")
    assert drafts.published_by(home, draft) is None
    assert "已补记" in drafts.settle(home) and drafts.settle(home) == ""
    assert drafts.published_by(home, draft) is not None and current_pointer(home).release_id == draft


def test_a_publishing_cut_short_before_the_file_moved_leaves_the_draft_to_be_published(home, draft, monkeypatch):  # noqa: F811
    before, asked = current_pointer(home), drafts.asked_zh(home, draft)
    with monkeypatch.context() as patch:
        patch.setattr(drafts, "publish", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            drafts.publish_draft(home, draft, retyped=asked, who="op", name_zh="操作某")
    assert drafts.settle(home) == "" and current_pointer(home) == before and drafts.draft_id(home) == draft
    drafts.publish_draft(home, draft, retyped=asked, who="op", name_zh="操作某")
    assert current_pointer(home).release_id == draft
