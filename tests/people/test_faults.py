"""A program killed before every single statement of a step leaves the step done or not begun; a full desk loses nothing."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from etl.months import filling
from etl.months.reporting import check_own
from tests.build.test_months import JULY
from tests.clean_forms import UNIT, month_of
from tests.pages.conftest import Shown, at_address
from tests.people.conftest import DUE
from tests.people.test_desk_pages import as_person
from tests.people.test_sign_in import unwritable
from warehouse.errors import HomeError
from warehouse.home import Home
from warehouse.people import accounts, audit, flow, form_drafts, roles, sessions
from warehouse.release.publishing import drafts
from warehouse.release.publishing.publish import current_pointer

TRACK, OTHER = ("qingfeng", "facility", date(2026, 10, 1)), ("qingfeng", "training", date(2026, 10, 1))
SHA = "a" * 64


def sent(home):
    flow.send(home, [TRACK, OTHER], sha256=SHA, who="clerk", name_zh="填报某")


def decided(step_code):
    def decide(home):
        seen = flow.report(home, TRACK).last.number
        flow.decide(home, TRACK, step_code, seen=seen, who="reviewer", name_zh="审某", reason_zh="请核对床位数")

    return decide


def published(home):
    flow.published(home, up_to=flow.mark(home), who="operator", name_zh="操作某")


def drafted(home):
    known = form_drafts.kept(home, TRACK)
    seen = known.number if known else 0
    form_drafts.keep(home, TRACK, {"a": "1"}, seen=seen, who="clerk", name_zh="填报某")


def granted(home):
    if not roles.grants(home, "li"):
        roles.grant(home, login="li", role_code="leader", area_id="puyang", by="admin")


STEPS: dict[str, tuple[list[Callable], Callable, str]] = {
    "send": ([], sent, "sent"),
    "return": ([sent], decided("return"), "returned"),
    "pass": ([sent], decided("pass"), "passed"),
    "sign": ([sent, decided("pass")], decided("sign"), "signed"),
    "publish": ([sent, decided("pass"), decided("sign")], published, "published"),
    "draft": ([sent, decided("return")], drafted, "draft"),
}


def dies(home, work, number) -> bool:
    """Do `work` in a child that is killed before its statement of that number; False when it ended before."""
    child = os.fork()
    if child == 0:
        passed, connect, pin = 0, sqlite3.connect, audit.pin

        def point(statement=""):
            nonlocal passed
            if statement.startswith(("create temp", "pragma", "-- ")):
                # Of this connection alone, or inside of the statement before.
                return
            if passed == number:
                os.kill(os.getpid(), signal.SIGKILL)
            passed += 1

        def watched(*arguments, **named):
            connection = connect(*arguments, **named)
            connection.set_trace_callback(point)
            return connection

        def pinned(*arguments):
            point()
            pin(*arguments)
            point()

        sqlite3.connect, audit.pin = watched, pinned
        try:
            work(home)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def stands(home):
    """State of the report and its neighbour, how many steps and rows of the trail there are."""
    states = {one.track: (one.state_code, len(one.steps)) for one in flow.reports(home)}
    return states, len(audit.rows(home))


@pytest.mark.parametrize("name", STEPS)
def test_a_program_killed_anywhere_in_a_step_has_done_it_or_not_begun_it(tmp_path, name, full):
    before, step, reached = STEPS[name]
    base = Home(tmp_path / "base")
    base.ensure()
    audit.record(base, "viewed", who="x")
    for each in before:
        each(base)
    done = Home(tmp_path / "done")
    shutil.copytree(base.root, done.root)
    step(done)
    allowed = [stands(base), stands(done)]
    number, deaths = 0, 0
    while True:
        home = Home(tmp_path / f"{number}")
        shutil.copytree(base.root, home.root)
        if not dies(home, step, number):
            break
        deaths += 1
        assert stands(home) in allowed, number
        assert audit.breaks(home) == [], number
        if stands(home) == allowed[0]:
            step(home)
        assert flow.report(home, TRACK).state_code == reached and audit.breaks(home) == []
        # Every statement by --full; else every fifth one.
        number += 1 if full else 5
    assert deaths >= 4


def linked(source, target):
    """A home like another; release files, which nobody writes, are the same files."""
    as_link = lambda one, other: (os.link if one.endswith(".duckdb") else shutil.copy2)(one, other)  # noqa: E731
    shutil.copytree(source.root, target, copy_function=as_link)
    return Home(target)


def test_a_publishing_killed_anywhere_is_finished_by_the_next_refresh_or_not_begun(drafted, tmp_path, full):
    source, draft = drafted
    before, asked = current_pointer(source), drafts.asked_zh(source, draft)
    track = (UNIT, "facility", month_of(JULY))

    def publish(home):
        drafts.publish_draft(home, draft, retyped=asked, who="operator", name_zh="操作某")

    number, reached = 0, set()
    while True:
        home = linked(source, tmp_path / f"{number}")
        if not dies(home, publish, number):
            break
        # What a refresh does first.
        drafts.settle(home)
        state = flow.report(home, track).state_code
        reached.add(state)
        if state == "signed":
            assert (current_pointer(home), drafts.draft_id(home)) == (before, draft), number
            assert drafts.published_by(home, draft) is None, number
            publish(home)
        # Whole, whenever it was killed: the file, the pointer, the release's step and the report's, all once.
        assert current_pointer(home).release_id == draft and drafts.draft_id(home) is None, number
        # Finished by the refresh, it is under the name of the account, or the login where there is none.
        assert drafts.published_by(home, draft)[0] in ("操作某", "operator"), number
        (step,) = [one for one in flow.report(home, track).steps if one.step_code == "publish"]
        assert step.who == "operator" and drafts.settle(home) == "" and audit.breaks(home) == [], number
        shutil.rmtree(home.root)
        # Every statement by --full; else every fifth one.
        number += 1 if full else 5
    assert reached == {"signed", "published"}


@pytest.mark.parametrize("fault", ["locked", "full"])
def test_what_a_locked_or_full_desk_cannot_take_is_told_in_words_and_not_half_done(fresh_home, fault, monkeypatch):
    home = fresh_home
    home.ensure()
    sent(home)
    drafted(home)
    sessions.begin(home, login="li", name_zh="李某", source_code=sessions.LOCAL, address="")
    granted(home)
    was, kept = stands(home), form_drafts.kept(home, TRACK)
    held = sqlite3.connect(home.desk, isolation_level=None)
    with unwritable(held, fault, monkeypatch):
        long = {"a": "9" * 20_000}
        for work in (
            lambda: form_drafts.keep(home, TRACK, long, seen=kept.number, who="clerk", name_zh="某"),
            lambda: flow.decide(
                home, TRACK, "pass", seen=flow.report(home, TRACK).last.number, who="r", name_zh="审" * 20_000
            ),
            lambda: flow.send(home, [OTHER], sha256="b" * 64, who="clerk" * 2000, name_zh="某"),
        ):  # fmt: skip
            with pytest.raises(HomeError, match="占用|已满"):
                work()
    held.close()
    assert stands(home) == was and form_drafts.kept(home, TRACK) == kept
    decided("pass")(home)
    assert flow.report(home, TRACK).state_code == "passed" and audit.breaks(home) == []


def test_a_person_removed_while_a_page_stands_open_sees_nothing_more(real_home, tmp_path, monkeypatch):
    home = Home(tmp_path / "home")
    home.ensure()
    for path in real_home.releases.iterdir():
        if path.is_file():
            (home.releases / path.name).write_bytes(path.read_bytes())
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    as_person(home, monkeypatch, "leader", "leader", "puyang")
    page = Shown(at_address()).run()
    assert "濮阳" in page.text and "&lt;b&gt;leader" in page.html
    accounts.close(home, "leader", by="admin")
    page.run()
    assert "登录已结束" in page.text and "濮阳" not in page.text and "leader" not in page.html


def test_a_form_with_another_units_townships_is_returned_and_brings_that_unit_nothing(context, months_home):
    form = filling.blank(context, months_home, unit_id="qingfeng", form_code="allowance", month=DUE)
    given = {one.name: "1" if one.previous is None else f"{one.previous:.15g}" for one in form.entries}
    grid = filling.filled(form, given)
    theirs = iter(context.book.townships["nanle"].values())
    for place, cell in enumerate(grid.cells):
        if (cell.role, cell.key) == ("label", "area") and cell.value != "合计":
            grid.cells[place] = replace(cell, value=next(theirs, cell.value))
    data = filling.to_xlsx([grid])
    checked = check_own(months_home, data, "a.xlsx", units=("qingfeng",), context=context)
    assert [one.state_code for one in checked.forms] == ["returned"]
    assert any(
        name in issue["sentence_zh"] for issue in checked.issues for name in context.book.townships["nanle"].values()
    )
