"""Pages held for a press are shown to nobody who would not be shown them by a run: by whose eyes, of which release, when."""

import time
from datetime import timedelta

import httpx
import pytest

from pages.server import at_once
from tests.build.small import publish_again
from tests.conftest import served
from tests.open_page import PATIENCE_MS
from tests.people.test_scope import THIRD, TOWNSHIP, browsing, demo, sited  # noqa: F401
from warehouse.people import accounts, roles, sessions
from warehouse.release.publishing.publish import current_pointer, release_path, rollback, unpin

ASKED = "x-yanglao-at-once"
PAGE = "/coverage?city=fushun"


@pytest.fixture(scope="module")
def address(sited):  # noqa: F811
    with served(sited.root, YANGLAO_SIGN_IN="local") as address:
        yield address


def asked(client, what: str, url: str = PAGE):
    """What the server answers to the script of an open page."""
    return client.get(url, headers={ASKED: what}).json()


def held(client, url: str = PAGE) -> dict:
    """The pages for that reader; made once nobody waits for one, which the first run of a server takes a while to be."""
    until = time.monotonic() + PATIENCE_MS / 1_000
    while not (told := asked(client, "pages", url)):
        assert time.monotonic() < until, f"nothing is held of {url}"
    return told


def words(told: dict) -> str:
    return "".join(piece[3] for page in told["pages"].values() for piece in page["pieces"])


def test_each_is_held_what_he_may_see_under_a_mark_that_is_nobody_elses(address):
    marks = {}
    for login in ("clerk", "both", "reviewer"):
        with browsing(address, login) as client:
            told = held(client)
            marks[login] = told["mark"]
            # As on the page itself: another unit's townships stand there for who reads the whole city, and for nobody else.
            assert (TOWNSHIP in words(told)) == (login == "reviewer"), login
            assert set(told["pages"]) == {"濮阳市", "抚顺市"}
    assert len(set(marks.values())) == 3
    for login, mark in marks.items():
        with browsing(address, login) as client:
            assert [asked(client, each) for each in marks.values()] == [each == mark for each in marks.values()]
    with browsing(address, "nobody") as client:
        assert asked(client, "pages") is None
        assert [asked(client, mark) for mark in (*marks.values(), "x", "0")] == [False] * 5
    # Nobody signed in is shown the way in, and no answer.
    for what in ("pages", *marks.values()):
        answer = httpx.get(address + PAGE, headers={ASKED: what}, trust_env=False, timeout=60)
        assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")


def test_what_is_shown_to_one_session_or_of_another_release_or_changes_with_the_desk_is_not_held(address, sited):  # noqa: F811
    older = current_pointer(sited).release_id
    with browsing(address, "reviewer") as client:
        held(client)
        for url in (
            "/coverage?draft=1", "/coverage?preview=abc", f"/coverage?release={older}", "/submissions", "/query", "/documents",
            "/editions", "/coverage?data=demo",
        ):  # fmt: skip
            assert asked(client, "pages", url) is None, url


def test_a_mark_ends_with_the_session_the_rights_and_the_release_it_was_given_for(address, sited, demo):  # noqa: F811
    with browsing(address, "analyst") as client:
        mark = held(client)["mark"]
        assert asked(client, mark) is True
        # A right more, and the same one less: another scope, and the first one again.
        roles.grant(sited, login="analyst", role_code="analyst", area_id=THIRD, by="system:root")
        assert asked(client, mark) is False
        given = max(one.grant_id for one in roles.grants(sited, "analyst"))
        roles.revoke(sited, given, by="system:root")
        assert asked(client, mark) is True
        first, second = sorted(path.stem.removeprefix("warehouse-") for path in sited.releases.glob("*.duckdb"))[-2:]
        # Back to the release before: what was held of the newer one is shown to nobody.
        rollback(sited, first)
        assert asked(client, mark) is False
        of_first = held(client)
        assert f"版本：{first}" in words(of_first) and f"版本：{second}" not in words(of_first)
        unpin(sited)
        third = publish_again(sited, release_path(sited, second))
        assert asked(client, mark) is False and asked(client, of_first["mark"]) is False
        assert f"版本：{third}" in words(held(client))
        mark = held(client)["mark"]
        assert asked(client, mark) is True
        # Signed out elsewhere: the way in, and no answer.
        sessions.end_all(sited, "analyst", by="system:root")
        assert client.get(PAGE, headers={ASKED: mark}).status_code == 303
    with browsing(address, "clerk") as client:
        mark = held(client)["mark"]
        accounts.close(sited, "clerk", by="system:root")
        assert client.get(PAGE, headers={ASKED: mark}).status_code == 303


def test_a_mark_ends_with_its_day(monkeypatch):
    current = {"real": ("/home", "20260101-01")}
    mark = at_once._mark(None, current)
    assert at_once._mark(None, dict(current)) == mark
    tomorrow = at_once.today() + timedelta(days=1)
    monkeypatch.setattr(at_once, "today", lambda: tomorrow)
    assert at_once._mark(None, current) != mark
