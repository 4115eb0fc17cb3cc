"""What sign-in costs: a page for a signed-in reader beside the open page, a scope file, two hundred sign-ins a minute."""

import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import duckdb
import httpx
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from tests.bench.homes import city_home
from tests.bench.pages import _environment
from tests.bench.rows import Row
from tests.conftest import ROOT, served
from warehouse.home import Home
from warehouse.people import accounts, roles, sessions
from warehouse.release.publishing.publish import current_pointer, release_path
from warehouse.release.publishing.scope import scoped_home

PASSWORD = "Sunny-river-7"
RUNS = 21
SIGN_INS_A_MINUTE, SECONDS = 200, 30


def rows() -> Iterator[Row]:
    with _signed_home() as (home, secret):
        yield from _pages(home, secret)
        yield _sign_ins(home)
    yield _scope_file()


def _pages(home: Home, secret: str) -> Iterator[Row]:
    """Open and signed in by turns, so that what else the machine does falls on both."""
    kinds = {"off": None, "local": secret}
    pages = {}
    for mode, cookie in kinds.items():
        with _reading(home, mode, cookie):
            pages[mode] = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=60).run()
            pages[mode].run()
    took: dict[str, list[float]] = {mode: [] for mode in kinds}
    for _ in range(RUNS):
        for mode, cookie in kinds.items():
            with _reading(home, mode, cookie):
                began = time.process_time()
                pages[mode].run()
                took[mode].append(time.process_time() - began)
    floor, measured = (1000 * statistics.median(took[mode]) for mode in kinds)
    yield Row(
        name="page script, signed in, beside the open page", measured=measured, unit="ms", budget=1.1 * floor,
        floor=floor, note="(processor time)",
    )  # fmt: skip


@contextmanager
def _reading(home: Home, mode: str, cookie: str | None) -> Iterator[None]:
    cookies = {sessions.COOKIE: cookie} if cookie else {}
    with (
        _environment(YANGLAO_HOME=str(home.root), YANGLAO_SIGN_IN=mode),
        patch.object(ContextProxy, "cookies", property(lambda self: cookies)),
    ):
        yield


@contextmanager
def _signed_home() -> Iterator[tuple[Home, str]]:
    """The real release with one leader, and the secret of the leader's session."""
    with tempfile.TemporaryDirectory(prefix="yanglao-bench-") as folder:
        home = Home(Path(folder) / "home")
        home.ensure()
        for path in city_home().releases.iterdir():
            if path.is_file():
                shutil.copy(path, home.releases / path.name)
        accounts.add(home, login="leader", name_zh="领导", by="system:bench", password="First-river-7")
        accounts.change_password(home, "leader", old="First-river-7", new=PASSWORD)
        roles.grant(home, login="leader", role_code="leader", by="system:bench")
        yield home, sessions.begin(home, login="leader", name_zh="领导", source_code=sessions.LOCAL, address="")


def _scope_file() -> Row:
    """The file of one unit at the scale of a city, beside a plain copy of the largest relation it takes from."""
    with tempfile.TemporaryDirectory(prefix="yanglao-bench-") as folder:
        home, demo = Home(Path(folder) / "home"), city_home().demo()
        home.ensure()
        release_id = current_pointer(demo).release_id
        for path in demo.releases.iterdir():
            if path.name == "current" or release_id in path.name:
                shutil.copy(path, home.releases / path.name)
        began = time.process_time()
        with duckdb.connect(str(Path(folder) / "plain.duckdb"), config={"threads": 2}) as connection:
            connection.execute(f"attach '{release_path(home, release_id)}' as whole (read_only)")
            connection.execute("create table plain as from whole.mart.indicator_month")
        floor = time.process_time() - began
        began = time.process_time()
        scoped_home(home, "qingfeng")
        measured = time.process_time() - began
    return Row(
        name="scope file of one unit", measured=measured, unit="s", budget=1.0, floor=floor,
        note="(processor time; floor: copy of mart.indicator_month alone)",
    )  # fmt: skip


def _sign_ins(home: Home) -> Row:
    """The longest wait for a page of a reader who is in, while others sign in; beside the median without them."""
    with (
        served(home.root, YANGLAO_SIGN_IN="local") as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as reader,
    ):
        assert reader.post("/sign-in", data={"login": "leader", "password": PASSWORD}).status_code == 303
        alone = [_page(reader) for _ in range(20)][5:]
        over, done = threading.Event(), []

        def others() -> None:
            with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
                began = time.monotonic()
                while not over.wait(max(0, began + 60 * len(done) / SIGN_INS_A_MINUTE - time.monotonic())):
                    done.append(client.post("/sign-in", data={"login": "leader", "password": PASSWORD}).status_code)

        thread = threading.Thread(target=others)
        thread.start()
        until, waited = time.monotonic() + SECONDS, []
        while time.monotonic() < until:
            waited.append(_page(reader))
            time.sleep(0.05)
        over.set()
        thread.join()
    assert set(done) == {303}
    return Row(
        name=f"longest wait for a page while {60 * len(done) / SECONDS:.0f} sign in a minute",
        measured=1000 * max(waited), unit="ms", budget=1000, floor=1000 * statistics.median(alone),
        note=f"(median {1000 * statistics.median(waited):.0f} ms; floor: nobody signs in)",
    )  # fmt: skip


def _page(reader: httpx.Client) -> float:
    began = time.perf_counter()
    assert reader.get("/coverage?city=fushun").status_code == 200
    return time.perf_counter() - began


if __name__ == "__main__":
    for row in rows():
        print(row.text())
