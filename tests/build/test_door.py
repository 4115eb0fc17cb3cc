"""Who is let in and what is said with every answer: the outermost layer, and the whole server as a scanner meets it."""

import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing

import httpx
import pytest
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from pages.server import patience, uploads
from pages.server.door import Door, page_policy
from pages.ui.frame.identity import ADDRESS_HEADER
from tests.conftest import ROOT, free_port, run_async, wait_until_healthy
from warehouse.settings import Settings

SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def seen(request):
    """What the layers inside are told of a request."""
    return JSONResponse(request.headers.items())


def broken(request):
    raise RuntimeError("/home/operator/secret")


ROUTES = [
    Route("/seen", seen, methods=["GET", "PUT"]),
    Route("/broken", broken),
    Route("/loud", lambda request: PlainTextResponse("", headers={"Server": "x", "Access-Control-Allow-Origin": "*"})),
    *(Route(f"/_stcore/{name}", seen) for name in ("health", "metrics", "agent/mcp", "script-health-check")),
]


def asked(path="/seen", *, method="GET", peer="127.0.0.1", reached="127.0.0.1", headers=(), **settings):
    """The answer to one request that came from `peer` to the address `reached`."""
    door = Starlette(routes=ROUTES, middleware=[Middleware(Door, settings=Settings(**settings))])

    async def at(scope, receive, send):
        await door({**scope, "server": (reached, 8501)}, receive, send)

    async def ask():
        transport = httpx.ASGITransport(at, client=(peer, 40000), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8501") as client:
            return await client.request(method, path, headers=list(headers))

    return run_async(ask())


def told(answer) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for name, value in answer.json():
        names.setdefault(name, []).append(value)
    return names


@pytest.mark.parametrize(
    ("settings", "reached", "host", "is_let_in"),
    [
        ({}, "127.0.0.1", "127.0.0.1:8501", True),
        ({}, "127.0.0.1", "localhost:8501", True),
        # A name that somebody made point to this machine.
        ({}, "127.0.0.1", "rebound.example.com", False),
        ({}, "127.0.0.1", "127.0.0.1.example.com", False),
        ({}, "127.0.0.1", "user@127.0.0.1", False),
        ({}, "127.0.0.1", "127.0.0.1:notaport", False),
        ({"address": "0.0.0.0"}, "10.0.0.5", "10.0.0.5:8501", True),
        ({"address": "0.0.0.0"}, "10.0.0.5", "localhost:8501", False),
        ({"address": "10.0.0.5"}, "10.0.0.5", "10.0.0.5", True),
        ({"hosts": ("yanglao.gov.cn",)}, "127.0.0.1", "YANGLAO.gov.cn.", True),
        ({"hosts": ("yanglao.gov.cn",)}, "127.0.0.1", "evil.yanglao.gov.cn", False),
        ({"hosts": ("yanglao.gov.cn",), "address": "0.0.0.0"}, "10.0.0.5", "10.0.0.5", False),
    ],
)
def test_only_the_address_served_and_listed_names_are_answered(settings, reached, host, is_let_in):
    answer = asked(reached=reached, headers=[("host", host)], **settings)
    assert answer.status_code == (200 if is_let_in else 421)
    if not is_let_in:
        assert "YANGLAO_HOSTS" in answer.json()["error"]["message_zh"]


def test_a_change_from_another_site_is_refused_and_its_origin_never_reaches_streamlit():
    foreign = [("origin", "https://evil.example.com")]
    assert asked(method="PUT", headers=foreign).json()["error"]["code"] == "foreign_origin"
    assert asked(method="PUT", headers=[("origin", "null")]).status_code == 403
    assert "origin" not in told(asked(headers=foreign))
    assert asked(method="PUT", headers=[("origin", "http://127.0.0.1:8501")]).status_code == 200
    # Behind a gateway that writes another host: the name is listed, and to Streamlit both are one.
    listed = told(
        asked(method="PUT", headers=[("origin", "https://yanglao.gov.cn")], hosts=("yanglao.gov.cn", "127.0.0.1"))
    )
    assert (listed["origin"], listed["host"]) == (["https://yanglao.gov.cn"], ["yanglao.gov.cn"])


def test_what_nobody_here_uses_is_not_there():
    assert asked("/_stcore/health").status_code == 200
    for path in (
        "/_stcore/metrics",
        "/_stcore/agent/mcp",
        "/_stcore/script-health-check",
        "/component/x",
        "/a/_stcore/metrics",
    ):
        assert asked(path).status_code == 404, path


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "address"),
    [
        ("10.0.0.9", "1.2.3.4", (), "10.0.0.9"),
        ("127.0.0.1", "1.2.3.4", (), "127.0.0.1"),
        ("10.0.0.1", "1.2.3.4", ("10.0.0.1",), "1.2.3.4"),
        # What the reader wrote himself stands to the left of what the proxy added.
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", ("10.0.0.1",), "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4, 10.0.0.2", ("10.0.0.0/29",), "1.2.3.4"),
        ("10.0.0.1", "<script>", ("10.0.0.1",), "10.0.0.1"),
        ("10.0.0.9", "1.2.3.4", ("10.0.0.1",), "10.0.0.9"),
    ],
)
def test_an_address_is_believed_only_from_listed_proxies(peer, forwarded, proxies, address):
    headers = told(
        asked(peer=peer, headers=[("x-forwarded-for", forwarded), (ADDRESS_HEADER, "7.7.7.7")], proxies=proxies)
    )
    assert headers[ADDRESS_HEADER] == [address]
    assert "x-forwarded-for" not in headers


@pytest.mark.parametrize(
    ("peer", "headers", "is_named"),
    [
        ("10.0.0.1", [("X-User", "zhang")], True),
        ("10.0.0.9", [("X-User", "zhang")], False),
        ("10.0.0.1", [("X-User", "zhang"), ("x-user", "admin")], False),
        ("10.0.0.1", [("X-User", "zhang, admin")], False),
    ],
)
def test_one_identity_from_a_listed_peer_is_one_and_two_are_none(peer, headers, is_named):
    settings = {"identity_header": "X-User", "identity_from": ("10.0.0.1",)}
    assert ("x-user" in told(asked(peer=peer, headers=headers, **settings))) == is_named


def test_every_answer_is_dressed_and_names_no_server():
    for path in ("/seen", "/loud", "/nowhere", "/_stcore/metrics", "/broken"):
        answer = asked(path)
        assert {name: answer.headers.get(name) for name in SAFE} == SAFE, path
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert not {"server", "x-powered-by", "access-control-allow-origin"} & set(answer.headers)
    failed = asked("/broken")
    assert (failed.status_code, failed.json()["error"]["code"]) == (500, "failed") and "secret" not in failed.text


def test_who_may_frame_the_pages_is_set():
    answer = asked(framed_by=("https://portal.gov.cn",))
    assert "frame-ancestors https://portal.gov.cn" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers


def test_a_script_that_was_put_into_a_page_is_not_in_its_policy():
    """The digest of alert(1), worked with openssl: only what stands in the page as served may run."""
    html = "<head><script>alert(1)</script><script type=module src='./a.js'></script></head>"
    policy = page_policy(html, "h", ())
    assert "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='" in policy
    assert policy.count("sha256-") == 1
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts and "http" not in scripts and "*" not in policy


# ── the whole server ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def watched_server(real_home, tmp_path_factory):
    """The app as served, with a note of every connection it makes and every name it looks up."""
    folder = tmp_path_factory.mktemp("watched")
    code = (
        "import runpy, sys\n"
        f"note = open({str(folder / 'out')!r}, 'a', buffering=1)\n"
        "calls = ('socket.connect', 'socket.getaddrinfo', 'socket.sendto', 'socket.gethostbyname')\n"
        "sys.addaudithook(lambda event, given: event in calls and print(event, given[1:], file=note))\n"
        f"sys.argv = [{str(ROOT / 'app.py')!r}]\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    port = free_port()
    variables = {**os.environ, "YANGLAO_HOME": str(real_home.root), "YANGLAO_PORT": str(port), "YANGLAO_DEMO": "off"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=variables, stdout=log, stderr=log)
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", process, folder / "log")
            yield f"http://127.0.0.1:{port}", folder / "out"
        finally:
            process.terminate()
            process.wait(timeout=60)


def test_a_scanner_finds_the_headers_on_every_path(watched_server):
    address, _ = watched_server
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        page = client.get("/")
        script = page.text.partition('type="module" crossorigin src="./')[2].partition('"')[0]
        for path in (
            "/",
            "/coverage",
            "/api/health",
            "/api/v1/values?limit=1",
            "/_stcore/health",
            f"/{script}",
            "/media/x",
            "/x.y",
        ):
            answer = client.get(path)
            assert {name: answer.headers.get(name) for name in SAFE} == SAFE, path
            assert "server" not in answer.headers and "content-security-policy" in answer.headers, path
    scripts = next(
        part for part in page.headers["content-security-policy"].split("; ") if part.startswith("script-src")
    )
    assert "unsafe" not in scripts and scripts.count("sha256-") == page.text.count("<script>")


def test_a_foreign_origin_gets_no_session_and_the_server_asks_nobody(watched_server):
    address, out = watched_server
    stream = f"{address.replace('http', 'ws')}/_stcore/stream"

    async def knock(**options) -> int:
        try:
            async with websockets.connect(stream, subprotocols=["streamlit"], open_timeout=60, **options):
                return 101
        except websockets.InvalidStatus as refused:
            return refused.response.status_code

    assert run_async(knock(origin="https://evil.example.com")) == 403
    assert run_async(knock(origin="null")) == 403
    assert (
        httpx.get(
            f"{address}/", headers={"Host": "rebound.example.com"}, trust_env=False, verify=False, timeout=60
        ).status_code
        == 421
    )
    assert run_async(knock(origin=address)) == 101
    for path in ("/_stcore/health", "/_stcore/host-config", "/media/x"):
        foreign = {"Origin": "https://evil.example.com"}
        httpx.get(address + path, headers=foreign, trust_env=False, verify=False, timeout=60)
    # Names of the worker's own sockets in this machine are texts or pairs of this machine; nothing else was reached for.
    reached = [line for line in out.read_text().splitlines() if "127.0.0.1" not in line and "::1" not in line]
    assert reached == []


def test_who_sends_nothing_or_reads_nothing_is_cut(monkeypatch):
    """The limits shortened to a second, which a busy machine keeps; the server itself, over a real socket."""
    for name in ("HEAD_SECONDS", "BODY_PAUSE_SECONDS", "UNREAD_SECONDS"):
        monkeypatch.setattr(patience, name, 1.0)

    async def app(scope, receive, send):
        if scope["path"] == "/read":
            while (await receive()).get("more_body"):
                pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x" * (64 << 20 if scope["path"] == "/large" else 2)})

    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, http=patience.PatientH11, log_level="critical", lifespan="off", ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)

    def ends(first: bytes, *, then: bytes = b"", every: float = 0.05) -> float:
        """Seconds until the server ends a connection on which this is sent, and `then` again and again."""
        with closing(socket.create_connection(("127.0.0.1", port))) as line:
            started = time.monotonic()
            line.sendall(first)
            line.settimeout(every)
            while time.monotonic() - started < 20:
                try:
                    if then:
                        line.sendall(then)
                    if not line.recv(65536):
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
            return time.monotonic() - started

    try:
        assert ends(b"") < 15
        # A letter of the head every twentieth of a second: the time runs from the first.
        assert ends(b"GET / HTTP/1.1\r\nHost: h\r\nX: ", then=b"a") < 15
        assert ends(b"PUT /read HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nab") < 15
        with closing(socket.create_connection(("127.0.0.1", port))) as line:
            # Too little for 64 MB, and enough that what was sent before it was given up is fetched at once.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 17)
            line.sendall(b"GET /large HTTP/1.1\r\nHost: h\r\n\r\n")
            # Nothing is read until the server has given it up, however late a busy machine lets it.
            until = time.monotonic() + 20
            for is_held in (True, False):
                while bool(server.server_state.connections) is not is_held and time.monotonic() < until:
                    time.sleep(0.01)
            got = 0
            with pytest.raises(OSError):
                line.settimeout(20)
                while part := line.recv(1 << 20):
                    got += len(part)
                raise ConnectionError("closed")
            assert got < 64 << 20
        # A patient reader is served on the same connection again and again.
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
            for _ in range(2):
                assert client.put("/read", content=b"x" * 100_000).content == b"xx"
                time.sleep(1.5)
    finally:
        server.should_exit = True
        thread.join()


def test_a_session_uploads_no_more_than_its_share(monkeypatch):
    monkeypatch.setattr(uploads, "held_bytes", lambda session: {"full": 59 << 20}.get(session, 0))
    limited = uploads.UploadLimit(Starlette(routes=ROUTES))

    async def put(session: str, size: int | None) -> httpx.Response:
        transport = httpx.ASGITransport(limited)
        async with httpx.AsyncClient(transport=transport, base_url="http://h") as client:
            headers = {} if size is None else {"content-length": str(size)}
            content = (part async for part in parts()) if size is None else b""
            return await client.put(f"/_stcore/upload_file/{session}/f", content=content, headers=headers)

    async def parts():
        yield b"x"

    full = run_async(put("full", 2 << 20))
    assert full.status_code == 413 and "60MB" in full.json()["error"]["message_zh"]
    assert run_async(put("full", None)).status_code == 411
    # 59 + 1 = 60 MB; and a session with nothing yet. Both pass to the layer inside, which has no such path.
    assert run_async(put("full", 1 << 20)).status_code == 404
    assert run_async(put("other", 30 << 20)).status_code == 404
    assert limited._coming == {}
