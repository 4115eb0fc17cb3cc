"""The checklist before signing: what blocks, what must be taken note of one by one, and a server that refuses the rest."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.build.small import publish_again
from tests.editions.conftest import AUTHOR, OCTOBER, SEPTEMBER, SIGNER, given_back, note_all, sign, signed, waiting
from tests.editions.test_changes import RESTATED, again
from warehouse.editions import checklist, questions, record, signing, written
from warehouse.errors import PaperError
from warehouse.people import flow
from warehouse.release.publishing.publish import current_pointer, release_path


def kinds(listed):
    return {one.kind_code for one in listed.errors}, {one.kind_code for one in listed.warnings}


def check(home, releases, edition, today=None):
    return checklist.check(home, releases, edition, today=today or signing.today())


def begun(home, releases, **more):
    asked = {"city": "抚顺", "unit": "新抚区", "month": OCTOBER, "actor": AUTHOR}
    return signing.begin(home, releases, **{**asked, **more})


def question(home, due_on):
    return questions.ask(
        home, city_area_id="fushun", area=("xinfu", "新抚区"), indicator=("occupancy_rate", "入住率"), asked_in="20260101-01",
        text_zh="入住率为什么低", owner=("xinfu", "新抚区"), due_on=due_on, today=due_on, actor=SIGNER,
    )  # fmt: skip


@pytest.mark.bar("BR11")
def test_what_blocks_blocks_and_what_warns_is_taken_note_of_one_by_one(home, releases, small):
    month = "month = '2026-10-01' and area_id = 'xinfu'"
    bad = again(
        home,
        f"""
        update mart.indicator_month set value = null, status_code = 'withheld'
            where {month} and indicator_code = 'monthly_visit_rate';
        insert into meta.issue by name select 'x' as issue_id, 'xinfu' as area_id, 'facility' as form_code,
            date '2026-10-01' as month, 'E4' as rule_code, 'blocking' as severity_code, '合计与各项之和不符' as sentence_zh,
            '请核对合计' as remedy_zh, true as is_open
        """,
    )
    flow.send(home, [("xinfu", "training", OCTOBER)], sha256="a" * 64, who="clerk", name_zh="填报丙")
    draft = begun(home, releases, release_id=bad, chosen=("总体情况", "评述"))
    past = signing.today() - timedelta(days=1)
    question(home, past)
    errors, warnings = kinds(check(home, releases, draft))
    # Held, not signed, an empty section, a failed check, a question past due.
    assert {"held", "unsigned", "empty", "failed", "question"} <= errors
    assert "provisional" in warnings
    note_all(home, releases, draft)
    sent = record.take(home, draft.key, "submit", AUTHOR, seen=record.edition(home, draft.key).last.number)
    with pytest.raises(PaperError, match="必须先改") as refused:
        sign(home, releases, sent)
    assert len(refused.value.problems) == len(check(home, releases, sent).errors)
    assert record.edition(home, draft.key).state_code == "waiting" and not list(home.editions.glob("[0-9a-f]*"))


@pytest.mark.bar("BR11")
def test_provisional_missing_restated_and_changed_definitions_each_have_to_be_noted(home, releases, small):
    signed(home, releases, month=SEPTEMBER)
    then = again(
        home,
        RESTATED
        + """;
        update meta.indicator set definition_zh = '新的定义' where indicator_code = 'care_bed_count';
        update meta.submission set state_code = 'not_reported', received_at = null
            where area_id = 'xinfu' and form_code = 'training' and month = '2026-10-01'
        """,
    )
    # Without the section that lists them, a restated value goes unmentioned.
    draft = begun(home, releases, release_id=then, chosen=("总体情况", "主要指标完成情况"))
    listed = check(home, releases, draft)
    assert listed.errors == ()
    assert {"provisional", "missing", "restated", "definition"} <= kinds(listed)[1]
    with_changes = signing.change(home, draft.key, AUTHOR, seen=draft.last.number, sections=("overall", "changes"))
    assert "restated" not in kinds(check(home, releases, with_changes))[1]
    sent = record.take(home, draft.key, "submit", AUTHOR, seen=with_changes.last.number)
    last = len(listed.warnings) - 2
    for place, one in enumerate(check(home, releases, sent).warnings):
        # None noted, and all but the last: each of them counts.
        if place in (0, last):
            with pytest.raises(PaperError, match=f"有{last + 1 - place}条提醒还没有逐条确认"):
                sign(home, releases, sent)
        written.note(home, sent.key, warning_key=one.key, text_zh=one.text_zh, actor=SIGNER)
    held = signing.opened(home, sign(home, releases, sent))
    assert [one.who_zh for one in held.acknowledged] == ["签发人乙"] * (len(listed.warnings) - 1)


def test_a_warning_that_says_something_else_has_to_be_noted_again(home, releases, small):
    draft = begun(home, releases)
    note_all(home, releases, draft)
    assert check(home, releases, draft).may_be_signed
    then = publish_again(
        home,
        release_path(home, current_pointer(home).release_id),
        "update mart.indicator_month set quality_code = 'doubtful' where area_id = 'xinfu'"
        " and indicator_code = 'active_rate' and month = '2026-10-01'",
    )
    moved = signing.change(home, draft.key, AUTHOR, seen=draft.last.number, release_id=then)
    listed = check(home, releases, moved)
    assert [one.kind_code for one in listed.waiting] == ["doubtful"] and not listed.may_be_signed


def test_who_sent_it_cannot_sign_it_and_city_and_month_are_retyped(home, releases, small):
    edition = waiting(home, releases)
    for retyped in ("", "新抚区", "2026-10", "新抚区 2026-09", "抚顺 2026-10", "新抚 2026-10"):
        with pytest.raises(PaperError, match="没有签发"):
            sign(home, releases, edition, retyped=retyped)
    with pytest.raises(PaperError, match="不能自己签发"):
        sign(home, releases, edition, actor=AUTHOR)
    assert sign(home, releases, edition, retyped="新抚区2026年10月").state_code == "signed"


def test_a_number_nobody_gave_does_not_go_out(home, releases, small):
    draft = begun(home, releases)
    written.comment(home, draft.key, area_id="xinfu", indicator_code="", text_zh="比去年多了987张", actor=AUTHOR)
    text = check(home, releases, draft).composed.original.sections[0].paragraphs[0].text
    edited = signing.change(
        home, draft.key, AUTHOR, seen=draft.last.number, edits={"overall-1": text + "另有31.4万人。"}
    )
    said = [one.text_zh for one in check(home, releases, edited).errors if one.kind_code == "doubt"]
    assert len(said) == 2 and "31.4万人" in said[0] and "987张" in said[1]
    written.comment(
        home, draft.key, area_id="xinfu", indicator_code="", text_zh="2026年10月比去年多，请做好三项工作", actor=AUTHOR
    )
    fine = signing.change(home, draft.key, AUTHOR, seen=edited.last.number, edits={"overall-1": text + "请抓紧。"})
    assert check(home, releases, fine).errors == ()


def test_a_month_without_figures_is_told_as_the_month_before_and_nothing_is_compared_with_its_month_before(
    home, releases, small
):
    draft = begun(home, releases, month=date(2026, 11, 1))
    listed = check(home, releases, draft)
    content = listed.composed.content
    first = content.briefing.sections[0].paragraphs[0].text
    assert first.startswith("2026年11月无新数据，沿用10月") and content.is_without_news
    assert "no_news" in kinds(listed)[1]
    assert "环比" not in first.replace("不作环比", "") + "".join(text for text, _ in list(content.sentences())[1:])
    assert all(cell["change_mom"] is None for cell in content.cells)
    with pytest.raises(PaperError, match="没有2019年1月"):
        begun(home, releases, month=date(2019, 1, 1))


def test_one_draft_at_a_time_and_a_draft_given_back_can_be_thrown_away(home, releases, small):
    edition = waiting(home, releases)
    with pytest.raises(PaperError, match="起草人甲已经起草"):
        begun(home, releases, actor=replace(AUTHOR, who="other"))
    draft = given_back(home, edition)
    signing.discard(home, draft.key, AUTHOR, seen=draft.last.number)
    assert record.editions(home) == [] and signing.Desk(home).held_releases() == frozenset()
    assert begun(home, releases).identity.name_zh == "新抚区 2026-10-A"
