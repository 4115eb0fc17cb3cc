"""Several processes behind one address: who came keeps his own, a new release is in all, replacing them fails nobody."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.build.small import publish_again
from tests.conftest import ROOT, free_port, wait_until_healthy
from tests.pace import slowed
from warehouse.home import Home
from warehouse.release.publishing.publish import current_pointer, release_path


@pytest.fixture(scope="module")
def two(real_home, tmp_path_factory):
    """Two processes on a data home of their own: address, supervisor, home."""
    folder = tmp_path_factory.mktemp("two")
    home = Home(shutil.copytree(real_home.root, folder / "home"))
    port = free_port()
    variables = {**os.environ, "YANGLAO_HOME": str(home.root), "YANGLAO_PORT": str(port), "YANGLAO_DEMO": "off"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py"), "serve", "--processes", "2"],
            cwd=ROOT, env=variables, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", process, folder / "log")
            yield f"http://127.0.0.1:{port}", process, home
        finally:
            process.terminate()
            assert process.wait(timeout=90) == 0


def members(process: subprocess.Popen) -> dict[int, int]:
    """Process id of each member by its place; while one is replaced, the newer."""
    found = {}
    for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if b"--member" in words:
            found[int(words[words.index(b"--member") + 1].partition(b":")[2])] = int(pid)
    return found


def has_ended(pid: int) -> bool:
    """Whether nothing is left of a process but what its parent may still ask about: none of its threads, no open file."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state == "Z" and len(list(Path(f"/proc/{pid}/task").iterdir())) == 1
    except (FileNotFoundError, ProcessLookupError):
        return True


def place_of(answer: httpx.Response) -> str:
    return re.search(r"yanglao_place=(\d+)", answer.headers["set-cookie"])[1]


def ask(address: str, path: str, place: str | None = None) -> httpx.Response:
    """One request on a connection of its own, as a browser that has been given this place."""
    cookies = {} if place is None else {"yanglao_place": place}
    # The certificates it will not need take a client longer to read than the server to answer.
    return httpx.get(address + path, cookies=cookies, trust_env=False, verify=False, timeout=30)


def test_newcomers_are_spread_and_who_came_keeps_his_process(two):
    address, _, _ = two
    assert {place_of(ask(address, "/")) for _ in range(4)} == {"0", "1"}
    for place in ("0", "1", "1", "0"):
        assert place_of(ask(address, "/", place)) == place
    # A place that is not there is a newcomer's.
    assert place_of(ask(address, "/", "7")) in ("0", "1")


@pytest.mark.bar("OP10")
def test_a_new_release_is_in_both_within_two_seconds_and_replacing_them_fails_no_request(two):
    address, process, home = two
    before = ask(address, "/api/health", "0").json()["release_id"]
    made = publish_again(home, release_path(home, before))
    published = time.monotonic()
    assert made != before and current_pointer(home).release_id == made
    waiting, slow = {"0", "1"}, slowed()
    while waiting and time.monotonic() - published < 2 * slow:
        # A machine that was slow at any moment of the wait was slow for it.
        slow = max(slow, slowed())
        waiting = {place for place in waiting if ask(address, "/api/health", place).json()["release_id"] != made}
    assert waiting == set()

    first, stop, failed, answered = members(process), threading.Event(), [], []

    def read(place: str) -> None:
        # One connection kept as a browser keeps it, and one of its own for every second request.
        cookies = {"yanglao_place": place}
        with httpx.Client(base_url=address, cookies=cookies, trust_env=False, verify=False, timeout=30) as kept:
            while not stop.is_set():
                for get in (lambda: kept.get("/api/health"), lambda: ask(address, "/api/health", place)):
                    try:
                        answered.append(get().status_code)
                    except httpx.HTTPError as error:
                        failed.append(repr(error))
                time.sleep(0.02)

    readers = [threading.Thread(target=read, args=(place,)) for place in ("0", "1")]
    for reader in readers:
        reader.start()
    os.kill(process.pid, signal.SIGHUP)
    until = time.monotonic() + 240
    # Until both are others, and those before have left.
    while time.monotonic() < until and (
        set(members(process).values()) & set(first.values())
        or any(Path(f"/proc/{pid}").exists() for pid in first.values())
    ):
        time.sleep(0.2)
    stop.set()
    for reader in readers:
        reader.join()
    now = members(process)
    assert set(now) == {0, 1} and not set(now.values()) & set(first.values())
    assert failed == [] and set(answered) == {200} and len(answered) > 20


def test_a_member_that_was_killed_is_missed_by_nobody_new(two):
    address, process, _ = two
    gone = members(process)[0]
    os.kill(gone, signal.SIGKILL)
    # What is killed ends when it next has a turn; what is left of it then listens no more.
    until = time.monotonic() + 60
    while time.monotonic() < until and not has_ended(gone):
        time.sleep(0.02)
    for _ in range(4):
        assert ask(address, "/api/health", "0").status_code == 200
    until = time.monotonic() + 60
    while time.monotonic() < until and members(process).get(0, gone) == gone:
        time.sleep(0.2)
    assert members(process)[0] != gone
