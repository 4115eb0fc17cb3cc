"""A draft is nobody's until a person retypes its month: what it shows, what it asks, and that nothing moves before."""

import shutil

import duckdb
import pytest

from etl.refresh import refresh
from tests.build.test_months import JULY
from tests.clean_forms import UNIT, month_of
from warehouse.errors import PublishError
from warehouse.home import Home
from warehouse.people import audit, flow
from warehouse.release.publishing import draft_changes, drafts
from warehouse.release.publishing.publish import (
    Pointer,
    current_pointer,
    list_releases,
    release_ids,
    release_path,
    rollback,
)

TRACK = (UNIT, "facility", month_of(JULY))


@pytest.fixture
def home(drafted, tmp_path):
    shutil.copytree(drafted[0].root, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


@pytest.fixture
def draft(drafted):
    return drafted[1]


def published(home, draft, retyped):
    return drafts.publish_draft(home, draft, retyped=retyped, who="operator", name_zh="操作某")


def test_no_reader_finds_a_draft(home, draft):
    assert draft not in release_ids(home)
    assert [one.release_id for one in list_releases(home)] == [current_pointer(home).release_id]


def test_the_operator_sees_how_much_comes_and_what_is_missing(home, draft):
    found = draft_changes.changes(home, draft)
    with duckdb.connect(str(drafts.drafts_home(home).releases / f"warehouse-{draft}.duckdb"), read_only=True) as opened:
        reported = "select count(*) from core.fct_observation where status_code = 'reported'"
        ((count,),) = opened.execute(reported).fetchall()
    # The current release has no months: every reported value is new, none is changed, none goes.
    assert (found.new_count, found.changed_count, found.gone_count) == (count, 0, 0)
    assert found.month is not None and drafts.asked_zh(home, draft) == f"{found.month:%Y-%m}"
    # Nobody but 清丰县 sent anything, and it sent one month: the newest month lacks every unit's forms but those.
    assert {unit for unit, _ in found.missing} >= {"南乐县", "华龙区"}
    assert found.bytes > found.bytes_before > 0


@pytest.mark.bar("ET8")
def test_a_month_that_is_not_retyped_as_it_is_publishes_nothing_and_the_right_one_does(home, draft):
    before, asked = current_pointer(home), drafts.asked_zh(home, draft)
    for wrong in ("", "2020-01", asked + "1", "发布"):
        with pytest.raises(PublishError, match="请照样重新输入"):
            published(home, draft, wrong)
    assert current_pointer(home) == before and audit.rows(home)[0].action_code != "published"
    # Whoever publishes means readers to see it, also after somebody pinned another.
    assert rollback(home, before.release_id).pinned
    assert published(home, draft, f" {asked} ").release_id == draft
    assert current_pointer(home) == Pointer(release_id=draft) and drafts.draft_id(home) is None
    row = audit.rows(home)[0]
    assert (row.action_code, row.who, row.subject) == ("published", "operator", draft)
    assert flow.report(home, TRACK).state_code == "published"
    assert drafts.published_by(home, draft)[0] == "操作某"
    with pytest.raises(PublishError, match="已不在"):
        published(home, draft, asked)


def test_a_damaged_draft_is_neither_compared_nor_published_and_the_next_refresh_makes_it_again(
    home, draft, monkeypatch
):
    """Publishing would seal whatever the file is by then."""
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    before, asked = current_pointer(home), drafts.asked_zh(home, draft)
    path = release_path(drafts.drafts_home(home), draft)
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :])
    for attempt in (lambda: draft_changes.changes(home, draft), lambda: published(home, draft, asked)):
        with pytest.raises(PublishError, match="文件已损坏，不能发布.*yanglao refresh"):
            attempt()
    assert current_pointer(home) == before and audit.rows(home)[0].action_code != "published"
    outcome = refresh(home)
    assert outcome.release_id != draft and published(home, outcome.release_id, asked).release_id == outcome.release_id


def test_a_rejected_draft_is_gone_with_its_reason_on_record(home, draft):
    before = current_pointer(home)
    with pytest.raises(PublishError, match="须写明原因"):
        drafts.reject(home, draft, reason_zh=" ", who="operator", name_zh="操作某")
    drafts.reject(home, draft, reason_zh="南乐县缺报", who="operator", name_zh="操作某")
    assert (drafts.draft_id(home), current_pointer(home)) == (None, before)
    assert audit.rows(home)[0].details == {"reason": "南乐县缺报"}
    assert flow.report(home, TRACK).state_code == "signed"


def test_going_back_asks_for_the_id_and_a_reason(home, draft):
    old = current_pointer(home).release_id
    published(home, draft, drafts.asked_zh(home, draft))
    for retyped, reason in (("", "有误"), (old, ""), (draft, "有误")):
        with pytest.raises(PublishError):
            drafts.roll_back(home, old, retyped=retyped, reason_zh=reason, who="operator")
    assert current_pointer(home).release_id == draft
    assert drafts.roll_back(home, old, retyped=old, reason_zh="有误", who="operator").release_id == old
    assert audit.rows(home)[0].action_code == "rolled_back"


def test_what_cannot_be_recorded_is_not_published(home, draft, monkeypatch):
    before, asked = current_pointer(home), drafts.asked_zh(home, draft)

    def full(*arguments, **named):
        raise PublishError("磁盘已满")

    monkeypatch.setattr(drafts.audit, "record", full)
    with pytest.raises(PublishError, match="磁盘已满"):
        published(home, draft, asked)
    assert current_pointer(home) == before and drafts.draft_id(home) == draft
