"""What stands around the product on a server: units, a proxy with TLS, a container; checked by the programs they are for."""

import http.client
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from etl.deploy import NAMES, write_all, written
from tests.conftest import free_port, run_async, served
from warehouse.errors import HomeError

ROOT = Path(__file__).resolve().parents[2]
HOST = "briefing.test"


def test_existing_files_are_never_overwritten(tmp_path):
    assert [path.name for path in write_all(tmp_path / "deploy")] == list(NAMES)
    with pytest.raises(HomeError, match="没有覆盖"):
        write_all(tmp_path / "deploy")


def test_the_units_are_what_systemd_reads_and_shut_off_from_the_machine(tmp_path):
    command = tmp_path / "yanglao"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    made = write_all(
        tmp_path, {"command": str(command), "user": "daemon", "home": "/var/lib", "backup": "/var/backups"}
    )
    units = [str(path) for path in made if path.suffix in (".service", ".timer", ".path")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "yanglao" in line]
    assert (done.returncode, ours) == (0, [])
    for name in ("yanglao.service", "yanglao-refresh.service", "yanglao-deliver.service"):
        lines = written(name).splitlines()
        for hardening in ("NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "CapabilityBoundingSet="):
            assert hardening in lines, name
    # A refresh asks no network; what is sent is sent by a service that does nothing until channels are set up.
    assert "PrivateNetwork=yes" in written("yanglao-refresh.service")
    assert "ConditionPathExists=/var/lib/yanglao/delivery.toml" in written("yanglao-deliver.service").splitlines()
    for name in ("OnSuccess", "OnFailure"):
        assert f"{name}=yanglao-deliver.service" in written("yanglao-refresh.service").splitlines()


@pytest.fixture(scope="module")
def gate(tmp_path_factory, real_home):
    """Address of nginx with TLS in front of the app, and of its plain port."""
    folder = tmp_path_factory.mktemp("nginx")
    certificate, key = folder / "c.crt", folder / "c.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
        + ["-addext", f"subjectAltName=DNS:{HOST}", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    plain, secure = free_port(), free_port()
    home = shutil.copytree(real_home.root, folder / "home", ignore=shutil.ignore_patterns("demo"))
    with served(home, YANGLAO_HOSTS=HOST, YANGLAO_PROXIES="127.0.0.1") as address:
        facts = {
            "host": HOST,
            "upstream": address.removeprefix("http://"),
            "http_port": f"127.0.0.1:{plain}",
            "https_port": f"127.0.0.1:{secure}",
            "certificate": str(certificate),
            "certificate_key": str(key),
        }
        (folder / "site.conf").write_text(written("yanglao.nginx.conf", facts), encoding="utf-8")
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
            f"http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;"
            f" fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;"
            f" include {folder}/site.conf; }}\n"
        )
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        subprocess.run([program, "-t", "-c", f"{folder}/nginx.conf"], check=True, capture_output=True)
        process = subprocess.Popen([program, "-c", f"{folder}/nginx.conf"], stderr=subprocess.DEVNULL)
        try:
            yield secure, plain, certificate
        finally:
            process.terminate()
            process.wait(60)


def context_for(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def asked(port: int, path: str, certificate: Path) -> tuple[int, dict, bytes]:
    """Status, headers and body of a request over TLS, the certificate checked against the name."""
    connection = http.client.HTTPSConnection(HOST, port, context=context_for(certificate), timeout=60)
    raw = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sock = connection._context.wrap_socket(raw, server_hostname=HOST)
    with closing(connection):
        connection.request("GET", path, headers={"Host": HOST})
        with connection.getresponse() as answer:
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def test_through_nginx_the_pages_come_over_tls_with_their_headers(gate):
    secure, plain, certificate = gate
    deadline = time.monotonic() + 60
    while True:
        try:
            status, headers, body = asked(secure, "/", certificate)
            break
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert status == 200
    assert "养老服务领导简报" in body.decode()
    assert headers["strict-transport-security"].startswith("max-age=")
    assert "nginx/" not in headers.get("server", "")
    assert asked(secure, "/api/health", certificate)[0] == 200
    request = urllib.request.Request(f"http://127.0.0.1:{plain}/targets?city=puyang", headers={"Host": HOST})

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    with pytest.raises(urllib.error.HTTPError) as moved:
        urllib.request.build_opener(Stay).open(request, timeout=60)
    moved.value.close()
    assert (moved.value.code, moved.value.headers["Location"]) == (301, f"https://{HOST}/targets?city=puyang")


def test_through_nginx_the_websocket_of_a_page_opens(gate):
    secure, _, certificate = gate
    from websockets.asyncio.client import connect

    async def opened() -> str:
        async with connect(
            f"wss://{HOST}/_stcore/stream",
            host="127.0.0.1",
            port=secure,
            ssl=context_for(certificate),
            origin=f"https://{HOST}",
            subprotocols=["streamlit"],
            open_timeout=60,
        ) as opened_socket:
            return str(opened_socket.subprotocol)

    assert run_async(opened()) == "streamlit"


def test_the_container_is_small_about_itself():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    said = {line.split()[0] for line in lines if line and not line.startswith(("#", " "))}
    assert {"USER", "VOLUME", "HEALTHCHECK"} <= said
    # Everything it copies is let in.
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = {word for line in lines if line.startswith("COPY") and "--from" not in line for word in line.split()[1:-1]}
    assert {f"!{name}" for name in copied} <= set(let_in)
    assert all((ROOT / name).exists() for name in copied)
