"""What many pages ask at once is worked out once."""

import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.briefing.programmes import parts as programmes
from pages.ui.kit import reads
from pages.ui.kit.view import View
from tests.pages.test_speed import published_again
from warehouse.errors import ReleaseMissing
from warehouse.home import Home
from warehouse.release.publishing.publish import current_pointer

ASKERS = 12


def test_what_many_sessions_ask_at_once_is_worked_out_once_for_all(real_home):
    root, release_id = str(real_home.root), current_pointer(real_home).release_id
    together, worked_out = threading.Barrier(ASKERS), []

    def question(release):
        worked_out.append(release.release_id)
        time.sleep(0.2)
        return object()

    def ask(_):
        together.wait(60)
        return reads.ask_at(root, release_id, question)

    with ThreadPoolExecutor(ASKERS) as pool:
        answers = list(pool.map(ask, range(ASKERS)))
    assert worked_out == [release_id]
    assert len(set(map(id, answers))) == 1
    # Nothing is kept of those who waited.
    assert not reads._answer._turns


def drawing(view, number):
    """A piece as pages make them: a function of a module."""
    DRAWN.append(number)
    time.sleep(0.2)
    return object()


DRAWN: list[int] = []


def test_a_piece_that_many_sessions_show_at_once_is_made_once(real_home):
    release_id = current_pointer(real_home).release_id
    same = {"kind": "real", "root": str(real_home.root), "release_id": release_id, "city": "puyang"}
    together = threading.Barrier(ASKERS)

    def show(number):
        # Each session has a view of its own; equal ones are one.
        view = View(**same, header={}, city_name_zh="濮阳", is_large=False, base="census")
        together.wait(60)
        return view.once(drawing, number % 2)

    with ThreadPoolExecutor(ASKERS) as pool:
        made = list(pool.map(show, range(ASKERS)))
    assert sorted(DRAWN) == [0, 1]
    assert len(set(map(id, made))) == 2


def test_a_question_that_fails_is_asked_again_by_the_next(real_home):
    root, release_id = str(real_home.root), current_pointer(real_home).release_id
    tried = []

    def question(release):
        tried.append(release.release_id)
        if len(tried) == 1:
            raise ReleaseMissing("the file broke")
        return "whole"

    with pytest.raises(ReleaseMissing):
        reads.ask_at(root, release_id, question)
    assert reads.ask_at(root, release_id, question) == "whole"
    assert not reads._answer._turns


def test_what_is_kept_is_kept_for_the_folder_of_the_releases_a_reader_may_see(real_home, tmp_path):
    # Two readers look at releases of one id: the second one's file holds no system of 濮阳, as a scope holds less.
    told = []
    for name, less in (("whole", "select 1"), ("less", "delete from meta.programme where kind_code = 'system'")):
        home = Home(tmp_path / name)
        shutil.copytree(real_home.root, home.root)
        release_id = published_again(home, less=less)
        view = View(
            kind="real", root=str(home.root), release_id=release_id, header={}, city="puyang", city_name_zh="濮阳市",
            is_large=False, base="census",
        )  # fmt: skip
        told.append((release_id, programmes.city_register(view), view.once(programmes.finding)))
    (first_id, whole, said), (second_id, part, said_of_part) = told
    assert first_id == second_id
    systems = [row for row in whole if row["kind_code"] == "system"]
    assert systems and [row["name_zh"] for row in part] == [
        row["name_zh"] for row in whole if row["kind_code"] != "system"
    ]
    assert said != said_of_part
