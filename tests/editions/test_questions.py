"""追问: a leader's question is on the cover of the next edition until it is closed, and its answer has receipts."""

import re
from datetime import timedelta

import pytest

from tests.editions.conftest import AUTHOR, OCTOBER, SEPTEMBER, SIGNER, note_all, sign, signed, waiting
from warehouse.editions import compose, grounds, questions, record, signing, written
from warehouse.errors import PaperError
from warehouse.people import audit
from warehouse.wording.grammar.cited import Figure
from warehouse.wording.months import value_figure


def ask(home, *, edition, days=10, **more):
    asked = {
        "city_area_id": "fushun", "area": ("xinfu", "新抚区"), "indicator": ("active_rate", "活跃率"),
        "asked_in": edition.key, "text_zh": "活跃率为什么不到一半？", "owner": ("xinfu", "新抚区"),
        "due_on": signing.today() + timedelta(days=days), "today": signing.today(), "actor": SIGNER,
    }  # fmt: skip
    return questions.ask(home, **{**asked, **more})


def cover(home, releases, edition):
    first = compose.compose(home, releases, edition, today=signing.today()).content.briefing.sections[0]
    return first.title_zh, [paragraph.text for paragraph in first.paragraphs], first


@pytest.mark.bar("BR8")
def test_a_question_stands_first_in_the_next_edition_until_it_is_closed(home, releases, small):
    last = signed(home, releases, month=SEPTEMBER)
    number = ask(home, edition=last)
    draft = waiting(home, releases)
    title, said, _ = cover(home, releases, draft)
    assert title == "一、上期追问落实情况"
    assert said[0] == "上期追问未销号1件：1件未答复。" and "活跃率为什么不到一半？责任单位：新抚区" in said[1]
    assert said[1].endswith("尚未答复。")
    with releases.acquire() as release:
        code = next(
            iter(compose.compose(home, releases, draft, today=signing.today()).content.briefing.receipts().values())
        ).code
        figure = questions.figure_of_code(release, code)
    with pytest.raises(PaperError, match="999人没有凭证"):
        questions.take(home, number, "answer", AUTHOR, text_zh=f"现为{figure.wording}，另有999人", figures=[figure])
    answer = f"2026年10月为{figure.wording}，正在抓"
    questions.take(home, number, "answer", AUTHOR, text_zh=answer, figures=[figure], release_id="r")
    _, said, section = cover(home, releases, draft)
    assert said[0] == "上期追问未销号1件：1件已答复待销号。" and answer in said[1]
    # Its number opens the receipt it was answered with.
    assert section.paragraphs[1].figures == (figure,)
    held = signing.opened(home, sign(home, releases, draft))
    assert held.open_count == 1 and held.briefing.sections[0].title_zh == "一、上期追问落实情况"
    questions.take(home, number, "close", SIGNER)
    # Closed: the next edition has no such section, and what was signed still shows what stood then.
    begun = signing.amend(home, releases, "新抚区 2026-10-A", note_zh="另行说明活跃率", actor=AUTHOR)
    composed = compose.compose(home, releases, begun, today=signing.today()).content
    assert composed.open_count == 0
    assert "上期追问落实情况" not in "".join(one.title_zh for one in composed.briefing.sections)
    assert signing.opened(home, record.edition(home, "新抚区 2026-10-A")).open_count == 1
    assert {row.action_code for row in audit.rows(home) if row.subject == f"追问{number}"} == {
        "question_asked", "question_answered", "question_closed",
    }  # fmt: skip


def test_an_overdue_question_is_said_and_steps_out_of_turn_are_refused(home, releases, small):
    number = ask(home, edition=signed(home, releases, month=SEPTEMBER), days=0)
    draft = waiting(home, releases)
    tomorrow = signing.today() + timedelta(days=1)
    section = compose.compose(home, releases, draft, today=tomorrow).content.briefing.sections[0]
    assert section.paragraphs[0].text.endswith("其中1件逾期。") and section.paragraphs[1].text.endswith("逾期未答复。")
    with pytest.raises(PaperError, match="现在是“未答复”，不能“销号”"):
        questions.take(home, number, "close", SIGNER)
    questions.take(home, number, "answer", AUTHOR, text_zh="已部署")
    assert questions.question(home, number).told(tomorrow).is_overdue is False
    questions.take(home, number, "reopen", SIGNER, text_zh="说清原因")
    assert questions.question(home, number).is_overdue(tomorrow)
    with pytest.raises(PaperError, match="没有这一条"):
        questions.take(home, 99, "close", SIGNER)


def test_a_question_needs_words_an_owner_and_a_day_to_come(home, releases, small):
    last = signed(home, releases, month=SEPTEMBER)
    for more, said in (({"text_zh": " "}, "问什么"), ({"owner": ("", "")}, "由谁"), ({"days": -1}, "已经过去")):
        with pytest.raises(PaperError, match=said):
            ask(home, edition=last, **more)
    number = ask(home, edition=last, text_zh="<script>\n活跃率\x00为何", owner=("", "养老服务科"))
    (asked,) = questions.questions(home)
    assert (asked.number, asked.text_zh, asked.owner_zh) == (number, "<script> 活跃率 为何", "养老服务科")
    assert questions.of_place(home, city_area_id="puyang", area_id="puyang") == []
    assert len(questions.of_place(home, city_area_id="fushun", area_id="fushun")) == 1


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("2026年10月30日前报，第3季度末再看", []),
        ("现为31.5%，上月29.0%", ["29.0%"]),
        ("比上月多１２张", ["12张"]),
        ("三项措施", []),
    ],
)
def test_numbers_of_an_answer_that_are_of_no_figure_are_found(text, loose):
    figure = Figure(wording="31.5%", relation="mart.indicator_month", row_key="k")
    assert questions.loose_numbers(text, [figure]) == loose


@pytest.mark.bar("BR7")
def test_a_comment_stands_by_place_and_indicator_with_its_author_and_an_old_edition_keeps_its_own(
    home, releases, small
):
    def write(edition, text, actor=AUTHOR, indicator="active_rate", area="xinfu"):
        written.comment(home, edition.key, area_id=area, indicator_code=indicator, text_zh=text, actor=actor)

    first = signing.begin(home, releases, city="抚顺", unit="新抚区", month=OCTOBER, actor=AUTHOR)
    write(first, "活跃率偏低，正在上门登记")
    write(first, "请街道配合", actor=SIGNER)
    write(first, "总体平稳", indicator="")
    write(first, "写错了", indicator="occupancy_rate")
    write(first, "", indicator="occupancy_rate")
    edition = signed_of(home, releases, first)
    told = [(one.indicator_code, one.author_zh, one.text_zh) for one in signing.opened(home, edition).comments]
    assert told == [
        ("active_rate", "起草人甲", "活跃率偏低，正在上门登记"),
        ("active_rate", "签发人乙", "请街道配合"),
        ("", "起草人甲", "总体平稳"),
    ]
    assert all(one.at for one in signing.opened(home, edition).comments)
    with pytest.raises(PaperError, match="不能再写"):
        write(edition, "事后补一句")
    second = signing.amend(home, releases, edition.key, note_zh="改正活跃率的说法", actor=AUTHOR)
    write(second, "活跃率回升")
    new = signed_of(home, releases, second)
    told_now = {one.text_zh for one in signing.opened(home, new).comments}
    assert told_now == {"活跃率回升", "请街道配合", "总体平稳"}
    old = signing.opened(home, record.edition(home, edition.key))
    assert [one.text_zh for one in old.comments] == [text for *_, text in told]
    (section,) = [one for one in old.briefing.sections if one.code == "comments"]
    assert re.fullmatch(
        r"新抚区活跃率（起草人甲，\d{4}年\d+月\d+日）：活跃率偏低，正在上门登记", section.paragraphs[0].text
    )


def signed_of(home, releases, draft):
    note_all(home, releases, draft)
    sent = record.take(home, draft.key, "submit", AUTHOR, seen=record.edition(home, draft.key).last.number)
    return sign(home, releases, sent)


def test_a_number_in_a_comment_opens_the_receipt_of_the_value_it_tells(home, releases, small):
    draft = signing.begin(home, releases, city="抚顺", unit="新抚区", month=OCTOBER, actor=AUTHOR)
    with releases.acquire() as release:
        facts = grounds.facts_of(release, draft)
        row = next(
            row for row in facts.rows.values() if row["area_id"] == "xinfu" and row["indicator_code"] == "active_rate"
        )
        wording = value_figure(row, facts.indicators["active_rate"]).wording
    written.comment(
        home, draft.key, area_id="xinfu", indicator_code="active_rate", text_zh=f"本月{wording}，偏低", actor=AUTHOR
    )
    (comment,) = compose.compose(home, releases, draft, today=signing.today()).content.comments
    (figure,) = comment.figures
    assert (figure.wording, figure.row_key) == (wording, "xinfu|active_rate|total|2026-10-01")
