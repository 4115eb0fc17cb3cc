"""The way of a report as a state machine: what may follow what, who wins of two, and that nothing is half done."""

import os
import signal
import threading
from datetime import date
from itertools import product

import pytest

from warehouse.desk.journal import opened
from warehouse.errors import FormError
from warehouse.people import audit, flow, form_drafts

TRACK = ("qingfeng", "facility", date(2026, 10, 1))
OTHER = ("qingfeng", "training", date(2026, 10, 1))
SHA, NEWER = "a" * 64, "b" * 64


@pytest.fixture
def home(fresh_home):
    fresh_home.ensure()
    return fresh_home


def sent(home, *tracks, sha256=SHA, who="clerk"):
    flow.send(home, tracks or (TRACK,), sha256=sha256, who=who, name_zh="填报某")


def decided(home, step, *, track=TRACK, who="reviewer", reason=""):
    seen = flow.report(home, track).last.number
    flow.decide(home, track, step, seen=seen, who=who, name_zh="某人", reason_zh=reason)


def state(home, track=TRACK):
    return flow.report(home, track).state_code


@pytest.mark.bar("ET4")
def test_every_pair_of_state_and_step_leads_somewhere_declared_or_is_refused(home):
    reached = {state for (_, _), state in flow.NEXT.items()}
    assert reached | {""} == set(flow.STATES)
    assert {step for _, step in flow.NEXT} == set(flow.STEPS)
    ways = {"": []}
    while len(ways) < len(flow.STATES):
        ways |= {
            after: [*ways[was], step] for (was, step), after in flow.NEXT.items() if was in ways and after not in ways
        }
    for number, (was, step) in enumerate(product(ways, flow.STEPS)):
        track = ("qingfeng", f"form{number}", date(2026, 10, 1))
        with opened(home, flow.TABLES) as connection:
            for each in ways[was]:
                flow._enter(connection, track, each, SHA, "x", "某", "原因", "")
            if (was, step) in flow.NEXT:
                flow._enter(connection, track, step, SHA, "x", "某", "原因", "")
            else:
                with pytest.raises(FormError, match="不能"):
                    flow._enter(connection, track, step, SHA, "x", "某", "原因", "")
        expected = flow.NEXT.get((was, step), was)
        found = flow.report(home, track)
        assert (found.state_code if found else "") == expected


def test_the_whole_way_from_sending_to_a_correction_of_what_was_published(home):
    sent(home)
    assert state(home) == "sent"
    decided(home, "return", reason="床位数比上月少一半，请核对")
    assert (state(home), flow.report(home, TRACK).last.reason_zh) == ("returned", "床位数比上月少一半，请核对")
    sent(home, sha256=NEWER)
    decided(home, "pass")
    decided(home, "sign", who="signer")
    assert flow.published(home, up_to=flow.mark(home), who="operator", name_zh="操作某") == 1
    assert state(home) == "published"
    sent(home, sha256="c" * 64)
    assert state(home) == "correcting"
    assert [row.action_code for row in reversed(audit.rows(home))] == [
        "sent", "returned", "sent", "passed", "signed", "sent",
    ]  # fmt: skip
    assert audit.breaks(home) == []


def test_only_what_was_signed_and_in_the_release_is_entered_as_published(home):
    """Signed after the release was built from it, it is out; passed after that, or not signed yet, it is not."""
    later, unsigned = (("qingfeng", form, date(2026, 10, 1)) for form in ("platform", "allowance"))
    sent(home, TRACK, OTHER, later, unsigned)
    for track in (TRACK, OTHER, unsigned):
        decided(home, "pass", track=track)
    built_at = flow.mark(home)
    decided(home, "pass", track=later)
    for track in (TRACK, OTHER, later):
        decided(home, "sign", track=track, who="signer")
    assert flow.published(home, up_to=built_at, who="operator", name_zh="操作某") == 2
    assert [state(home, track) for track in (TRACK, OTHER, later, unsigned)] == [
        "published", "published", "signed", "passed",
    ]  # fmt: skip
    assert flow.published(home, up_to=flow.mark(home), who="operator", name_zh="操作某") == 1


def test_typing_makes_a_draft_once_and_of_a_report_that_stands_never(home):
    def typed(text):
        seen = kept.number if (kept := form_drafts.kept(home, TRACK)) else 0
        form_drafts.keep(home, TRACK, {"床位数": text}, seen=seen, who="clerk", name_zh="填报某")
        return [one.step_code for one in flow.report(home, TRACK).steps]

    assert typed("1") == typed("12") == ["save"]
    sent(home)
    assert typed("123") == ["save", "send"] and flow.mark(home) == 2
    decided(home, "return", reason="床位数有误")
    assert typed("124") == typed("125") == ["save", "send", "return", "save"] and state(home) == "draft"
    # What a refresh takes is what was decided, not what is being typed.
    assert flow.mark(home) == 3


@pytest.mark.bar("ET4")
@pytest.mark.parametrize("reason", ["", "  ", "\n\t", "改"])
def test_a_return_without_a_reason_is_refused_and_changes_nothing(home, reason):
    sent(home)
    with pytest.raises(FormError, match="须写明原因"):
        decided(home, "return", reason=reason)
    assert state(home) == "sent"
    decided(home, "return", reason="请核对床位数")
    assert state(home) == "returned"


def test_nobody_passes_what_he_sent_himself(home):
    sent(home, who="reviewer")
    with pytest.raises(FormError, match="不能自己审核"):
        decided(home, "pass")


def test_of_two_reviewers_at_once_one_wins_and_the_other_is_told_by_whom(home):
    sent(home)
    seen = flow.report(home, TRACK).last.number
    outcomes, ready = [], threading.Barrier(2)

    def review(step, who):
        ready.wait()
        try:
            flow.decide(home, TRACK, step, seen=seen, who=who, name_zh=who, reason_zh="请核对床位数")
            outcomes.append("done")
        except FormError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=review, args=each) for each in (("pass", "甲"), ("return", "乙"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("done") == 1
    (told,) = [one for one in outcomes if one != "done"]
    assert "已先一步" in told and flow.report(home, TRACK).last.name_zh in told
    assert len(flow.report(home, TRACK).steps) == 2


def test_a_refresh_takes_what_was_passed_and_a_correction_changes_nothing_until_it_is_passed_too(home):
    flow.begin(home)
    old, new = (SHA, *TRACK), (NEWER, *TRACK)
    sent(home)
    assert not flow.review(home).takes(1, old)
    decided(home, "pass")
    sent(home, sha256=NEWER)
    review = flow.review(home)
    assert review.takes(1, old) and not review.takes(2, new)
    decided(home, "return", reason="请核对床位数")
    review = flow.review(home)
    assert review.takes(1, old) and not review.takes(2, new)


def test_what_lay_there_before_reviewing_began_stands(home):
    from datetime import UTC, datetime

    from warehouse.desk.received import ReceivedLog

    ReceivedLog(home).add("first", [(SHA, "旧.xlsx", 1, datetime.now(UTC))], who="收件箱")
    flow.begin(home)
    ReceivedLog(home).add("second", [(NEWER, "新.xlsx", 1, datetime.now(UTC))], who="收件箱")
    flow.begin(home)
    review = flow.review(home)
    assert review.takes(1, (SHA, *TRACK)) and not review.takes(2, (NEWER, *TRACK))


@pytest.mark.parametrize("at", range(5))
def test_a_program_killed_at_any_point_of_a_sending_leaves_all_forms_sent_or_none(home, at):
    """Points of death: before and after each of two forms is entered (0 to 3), and after the commit (4)."""
    flow.begin(home)
    audit.record(home, "viewed", who="x")
    child = os.fork()
    if child == 0:
        enter, passed = flow._enter, 0

        def point():
            nonlocal passed
            if passed == at:
                os.kill(os.getpid(), signal.SIGKILL)
            passed += 1

        def dying(*arguments):
            point()
            done = enter(*arguments)
            point()
            return done

        flow._enter = dying
        flow.audit.pin = lambda *arguments: point()
        sent(home, TRACK, OTHER)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    found = flow.reports(home)
    assert len(found) == (2 if at == 4 else 0)
    assert len(audit.rows(home)) == 1 + len(found)
    assert audit.breaks(home) == []
    if not found:
        sent(home, TRACK, OTHER)
    assert {one.state_code for one in flow.reports(home)} == {"sent"}


def test_a_reason_is_one_line_of_plain_signs_and_has_an_end(home):
    sent(home)
    decided(home, "return", reason="<script>alert(1)</script>\r\n\x00请核对\u202e床位")
    assert flow.report(home, TRACK).last.reason_zh == "<script>alert(1)</script> 请核对 床位"
    sent(home, sha256=NEWER)
    with pytest.raises(FormError, match="最长"):
        decided(home, "return", reason="长" * 501)
