"""What the tests of editions share: a data home of their own with months, people who act, editions on the way."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from warehouse.editions import checklist, files, record, signing, written
from warehouse.editions.record import Actor
from warehouse.home import Home
from warehouse.read import Releases

CITY, UNIT = "fushun", "xinfu"
OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)
AUTHOR = Actor(who="author", name_zh="起草人甲")
SIGNER = Actor(who="signer", name_zh="签发人乙")
OPERATOR = Actor(who="system:test", name_zh="本机操作员", is_operator=True)


def copied(source: Home, root: Path) -> Home:
    """A home with the releases and the desk of another, to write in."""
    home = lent(source, root)
    shutil.copyfile(source.desk, home.desk)
    return home


def lent(source: Home, root: Path) -> Home:
    """A home with the releases of another: a server has something to show and builds no first release."""
    home = Home(root)
    home.ensure()
    for path in source.releases.iterdir():
        if path.suffix == ".duckdb":
            # Nobody writes a release.
            (home.releases / path.name).symlink_to(path)
        elif path.is_file() and path.name != "lock":
            shutil.copyfile(path, home.releases / path.name)
    return home


@pytest.fixture
def home(small_demo_home, tmp_path) -> Home:
    """The small demonstration in a home of the test's own: three units of 抚顺, months to 2026-10, nothing to stop a unit."""
    return copied(small_demo_home, tmp_path / "home")


@pytest.fixture
def root(home, tmp_path):
    """The folder of a home of which `home` is the demonstration."""
    place = tmp_path / "outer"
    place.mkdir()
    (place / "demo").symlink_to(home.root)
    return place


def one_text(content):
    """A maker of one plain file, for tests that are not about what the files look like."""
    said = "\n".join(paragraph.text for paragraph in content.briefing.paragraphs())
    yield content.file_name("正文", "txt"), lambda: f"{said}\n{content.briefing.stamp.line_zh}\n".encode()


@pytest.fixture
def small(monkeypatch):
    """Editions of one plain file: what is signed, held and marked does not depend on how many there are."""
    monkeypatch.setattr(files, "MAKERS", ("tests.editions.conftest:one_text",))


@pytest.fixture
def releases(home):
    opened = Releases(home)
    yield opened
    opened.close()


def note_all(home, releases, edition, actor=SIGNER):
    """Take note of every warning, as a signer does one by one; the checklist before."""
    listed = checklist.check(home, releases, edition, today=signing.today())
    for one in listed.warnings:
        written.note(home, edition.key, warning_key=one.key, text_zh=one.text_zh, actor=actor)
    return listed


def waiting(home, releases, *, month=OCTOBER, unit="新抚区", **more):
    """A draft of a unit, every warning noted, sent to be signed."""
    begun = signing.begin(home, releases, city="抚顺", unit=unit, month=month, actor=AUTHOR, **more)
    note_all(home, releases, begun)
    return record.take(home, begun.key, "submit", AUTHOR, seen=record.edition(home, begun.key).last.number)


def sign(home, releases, edition, **more):
    """Sign it as the signer would."""
    asked = {"retyped": signing.asked_zh(edition.identity), "actor": SIGNER, "seen": edition.last.number}
    return signing.sign(home, releases, edition.key, **{**asked, **more})


def signed(home, releases, **more):
    """An edition of a unit, signed."""
    return sign(home, releases, waiting(home, releases, **more))


def given_back(home, edition):
    """A waiting edition as a draft again."""
    return record.take(home, edition.key, "return", SIGNER, seen=edition.last.number, reason_zh="请再核对")


def redrafted(home, edition, **changed):
    """A waiting edition given back and changed."""
    draft = given_back(home, edition)
    return signing.change(home, draft.key, AUTHOR, seen=draft.last.number, **changed)
