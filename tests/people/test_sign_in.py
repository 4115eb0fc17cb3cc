"""The way in: without a session nothing is served, with one everything is, and a session that ended ends what is open."""

import subprocess
import sys
import threading
import time
from contextlib import contextmanager

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


@pytest.fixture
def home(fresh_home):
    fresh_home.ensure()
    accounts.add(fresh_home, login="li", name_zh="李某", by="system:root", password="First-river-7")
    accounts.change_password(fresh_home, "li", old="First-river-7", new=GOOD)
    return fresh_home


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
    with connect(
        str(client.base_url).replace("http", "ws").rstrip("/") + "/_stcore/stream", additional_headers=headers
    ) as socket:
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
def test_the_served_app_asks_for_a_sign_in_and_then_serves(home):
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
