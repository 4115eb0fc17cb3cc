"""The way in: without a session nothing is served, with one everything is, and a session that ended ends what is open."""

import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from pages.server.sign_in import Guard
from tests.conftest import ROOT, free_port, served
from tests.editions.conftest import lent
from warehouse.desk import journal
from warehouse.errors import AccountError
from warehouse.home import Home
from warehouse.people import accounts, roles, sessions
from warehouse.settings import Settings

GOOD = "Sunny-river-7"


async def _page(request):
    return PlainTextResponse("inside")


async def _socket(socket):
    await socket.accept()
    await socket.send_text("inside")
    await socket.close()


@pytest.fixture(scope="module")
def one_person(tmp_path_factory):
    """A home with one account; a password is dear to hash. Only for copies."""
    made = Home(tmp_path_factory.mktemp("one-person") / "home")
    made.ensure()
    accounts.add(made, login="li", name_zh="李某", by="system:root", password="First-river-7")
    accounts.change_password(made, "li", old="First-river-7", new=GOOD)
    return made


@pytest.fixture
def home(one_person, tmp_path):
    shutil.copytree(one_person.root, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def client(home):
    with guarded(Settings(home=home.root, sign_in="local")) as client:
        yield client


@contextmanager
def guarded(settings):
    """A browser in front of the guard with these settings, and a plain app behind it."""
    inner = Starlette(
        routes=[
            WebSocketRoute("/_stcore/stream", _socket),
            Route("/api/health", _page),
            Route("/api/v1/values", _page),
            Route("/", _page),
            Mount("/", app=_page_app),
        ]
    )
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(Guard(inner, settings), port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def asked(client, secret=""):
    """What the socket says to whoever comes with that secret."""
    headers = {"cookie": f"{sessions.COOKIE}={secret}"} if secret else {}
    stream = str(client.base_url).replace("http", "ws").rstrip("/") + "/_stcore/stream"
    with connect(stream, additional_headers=headers, open_timeout=60) as socket:
        return socket.recv()


async def _page_app(scope, receive, send):
    await PlainTextResponse("inside")(scope, receive, send)


def signed_in(client, **fields):
    return client.post("/sign-in", data={"login": "li", "password": GOOD, **fields})


@pytest.mark.parametrize(
    "path", ["/", "/coverage", "/static/js/main.js", "/_stcore/host-config", "//sign-in", "/sign-in/"]
)
def test_a_stranger_gets_the_way_in_and_nothing_else(client, path):
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")
    assert "inside" not in answer.text


def test_a_stranger_gets_no_answer_over_http_and_no_socket(client):
    answer = client.get("/api/v1/values")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_signed_in")
    with pytest.raises(InvalidStatus):
        asked(client)
    assert client.get("/api/health").text == "inside"


def test_a_password_opens_the_page_asked_for_and_a_sign_out_closes_it(client):
    answer = signed_in(client, next="/coverage?city=fushun")
    assert (answer.status_code, answer.headers["location"]) == (303, "/coverage?city=fushun")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert client.get("/coverage").text == "inside"
    assert asked(client, client.cookies[sessions.COOKIE]) == "inside"
    assert client.get("/sign-out").status_code == 200
    assert client.get("/coverage").text == "inside"
    client.post("/sign-out")
    assert client.get("/coverage").status_code == 303


def test_behind_tls_the_cookie_is_for_tls_alone(client):
    answer = client.post("/sign-in", data={"login": "li", "password": GOOD}, headers={"x-forwarded-proto": "https"})
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "wanted", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "javascript:alert(1)", "/sign-out"]
)
def test_nobody_is_led_elsewhere_after_signing_in(client, wanted):
    assert signed_in(client, next=wanted).headers["location"] == "/"


def test_a_wrong_password_says_no_more_than_that_and_prints_no_markup_back(client):
    answer = signed_in(client, login="<script>alert(1)</script>", password="x")
    assert answer.status_code == 403
    assert accounts.REFUSED_ZH in answer.text
    assert "<script>" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "edit", [lambda text: text[:-1] + ("B" if text[-1] == "A" else "A"), lambda text: "", lambda text: text * 2]
)
def test_an_edited_cookie_is_nobody(client, edit):
    signed_in(client)
    secret = client.cookies[sessions.COOKIE]
    client.cookies.clear()
    assert client.get("/", headers={"cookie": f"{sessions.COOKIE}={edit(secret)}"}).status_code == 303
    assert client.get("/", headers={"cookie": f"{sessions.COOKIE}={secret}"}).text == "inside"


@pytest.mark.parametrize("other", ["x", "{secret}"])
@pytest.mark.parametrize("order", ["{good}; {bad}", "{bad}; {good}", "{good};{bad}", "{bad} ; {good}"])
def test_a_doubled_cookie_is_nobody(client, order, other):
    signed_in(client)
    secret = client.cookies[sessions.COOKIE]
    client.cookies.clear()
    good, bad = f"{sessions.COOKIE}={secret}", f"{sessions.COOKIE}={other.format(secret=secret)}"
    assert client.get("/", headers={"cookie": order.format(good=good, bad=bad)}).status_code == 303
    assert client.get("/", headers=[("cookie", good), ("cookie", bad)]).status_code == 303
    assert client.get("/", headers={"cookie": f"{sessions.COOKIE}={secret.replace('-', '%2d')}%20"}).status_code == 303
    assert client.get("/", headers={"cookie": f'a="b; c; {good}; d'}).text == "inside"


def test_a_stolen_cookie_ends_when_its_owner_signs_out_everywhere_or_changes_the_password(client):
    signed_in(client)
    stolen = {"cookie": f"{sessions.COOKIE}={client.cookies[sessions.COOKIE]}"}
    client.cookies.clear()
    assert client.get("/", headers=stolen).text == "inside"
    signed_in(client)
    assert "在所有地方退出" in client.get("/sign-out").text
    client.post("/sign-out", data={"everywhere": "1"})
    client.cookies.clear()
    assert client.get("/", headers=stolen).status_code == 303
    signed_in(client)
    stolen = {"cookie": f"{sessions.COOKIE}={client.cookies[sessions.COOKIE]}"}
    client.post("/password", data={"old": GOOD, "new": GOOD + "8", "again": GOOD + "8"})
    client.cookies.clear()
    assert client.get("/", headers=stolen).status_code == 303


@pytest.mark.parametrize(
    ("column", "seconds"), [("seen_at", sessions.IDLE_SECONDS), ("began_at", sessions.LONGEST_SECONDS)]
)
def test_a_session_kept_past_its_end_opens_nothing(client, home, column, seconds):
    signed_in(client)
    secret = client.cookies[sessions.COOKIE]
    with closing(sqlite3.connect(home.desk)) as connection:
        connection.execute(f"update session set {column} = {column} - ?", (seconds + 5,))
        connection.commit()
    assert client.get("/").status_code == 303
    assert client.get("/api/v1/values").status_code == 401
    with pytest.raises(InvalidStatus):
        asked(client, secret)


@pytest.mark.parametrize("fault", ["locked", "full"])
def test_a_desk_that_is_locked_or_full_lets_readers_read_and_nobody_in(client, home, fault, monkeypatch):
    roles.grant(home, login="li", role_code="leader", by="system:root")
    signed_in(client)
    with closing(sqlite3.connect(home.desk, isolation_level=None)) as connection:
        # The sign of life is due, and cannot be written.
        connection.execute("update session set seen_at = seen_at - 60")
        with unwritable(connection, fault, monkeypatch):
            assert client.get("/").text == "inside"
            refused = httpx.post(
                f"{client.base_url}/sign-in", data={"login": "li", "password": GOOD}, trust_env=False, timeout=60
            )
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
            assert "请过一分钟再试" in refused.text and str(home.root) not in refused.text
            assert "set-cookie" not in refused.headers
    assert signed_in(client).status_code == 303


@contextmanager
def unwritable(connection, fault, monkeypatch):
    """The desk held by another writer, or at the end of the room it has; real errors of SQLite either way."""
    with monkeypatch.context() as patch:
        if fault == "locked":
            patch.setattr(journal, "LONGEST_WAIT_SECONDS", 0.1)
            connection.execute("begin immediate")
            yield
            connection.execute("rollback")
            return
        opened = journal._connected

        def cramped(*arguments):
            made = opened(*arguments)
            made.execute("pragma max_page_count = 1")
            return made

        connection.execute("pragma max_page_count = 1")
        refused = 0
        while refused < 20:
            try:
                connection.execute("insert into session select hex(randomblob(32)), 'x', 'x', 'local', '', 9e12, 9e12")
            except sqlite3.OperationalError as error:
                assert "full" in str(error)
                refused += 1
        patch.setattr(journal, "_connected", cramped)
        yield
    connection.execute("pragma max_page_count = 1000000")
    connection.execute("delete from session where login = 'x'")


def test_a_crowd_that_signs_in_keeps_no_reader_waiting(client, monkeypatch):
    """More tries at once than the server has threads for everything else; each stands there until the reader is served."""
    signed_in(client)
    leave, begun = threading.Event(), threading.Event()

    def slow(*_, **__):
        begun.set()
        leave.wait(60)
        raise AccountError("不对")

    monkeypatch.setattr(accounts, "verify", slow)

    def try_once(_):
        data = {"login": "li", "password": GOOD}
        return httpx.post(
            f"{client.base_url}/sign-in", data=data, trust_env=False, verify=False, timeout=60
        ).status_code

    with ThreadPoolExecutor(45) as pool:
        tries = [pool.submit(try_once, number) for number in range(45)]
        assert begun.wait(60)
        answer = client.get("/", timeout=60)
        leave.set()
        assert (answer.status_code, answer.text) == (200, "inside")
        assert {each.result(60) for each in tries} == {403}


def test_an_account_closed_while_signed_in_is_out_with_the_next_request(client, home):
    signed_in(client)
    accounts.close(home, "li", by="admin")
    assert client.get("/").status_code == 303


def test_a_first_password_lets_in_to_nothing_but_its_change(client, home):
    first = accounts.reset(home, "li", by="admin")
    assert client.post("/sign-in", data={"login": "li", "password": first}).headers["location"] == "/password"
    assert client.get("/").headers["location"] == "/password"
    assert client.get("/api/v1/values").status_code == 303
    wrong = client.post("/password", data={"old": first, "new": "River-sunny-8", "again": "other"})
    assert "不一样" in wrong.text
    changed = client.post("/password", data={"old": first, "new": "River-sunny-8", "again": "River-sunny-8"})
    assert changed.headers["location"] == "/sign-in"
    assert signed_in(client, password="River-sunny-8").headers["location"] == "/"


def test_a_giant_form_is_not_read(client):
    assert signed_in(client, password="x" * 1_000_000).status_code == 403


def test_the_sign_in_page_runs_no_script_and_asks_nobody_else(client):
    answer = client.get("/sign-in")
    assert "<script" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"


def test_a_server_that_others_reach_does_not_start_without_sign_in(real_home, tmp_path):
    variables = {"YANGLAO_HOME": str(real_home.root), "YANGLAO_ADDRESS": "0.0.0.0", "YANGLAO_PORT": str(free_port())}
    done = subprocess.run(
        [sys.executable, str(ROOT / "app.py")], cwd=ROOT, env={**variables, "PATH": "/usr/bin"}, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "没有设置登录" in done.stderr and "YANGLAO_SIGN_IN=local" in done.stderr


@pytest.mark.bar("AC1")
def test_the_served_app_asks_for_a_sign_in_and_then_serves(home, real_home):
    lent(real_home, home.root)
    roles.grant(home, login="li", role_code="leader", area_id="puyang", by="system:root")
    with (
        served(home.root, YANGLAO_SIGN_IN="local") as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):
        assert client.get("/coverage").status_code == 303
        assert client.get("/api/v1/releases").status_code == 401
        foreign = client.post(
            "/sign-in", data={"login": "li", "password": GOOD}, headers={"origin": "http://x.example"}
        )
        assert foreign.status_code == 403 and "set-cookie" not in foreign.headers
        assert client.post("/sign-in", data={"login": "li", "password": GOOD}).status_code == 303
        assert "养老服务领导简报" in client.get("/coverage").text
        assert client.get("/api/v1/releases").status_code == 200
        accounts.close(Home(home.root), "li", by="admin")
        assert client.get("/api/v1/releases").status_code == 401
