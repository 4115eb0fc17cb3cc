"""Fixtures every test may use: releases built once a run, a served app, a real browser."""

import asyncio
import fcntl
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests import homes
from tests.open_page import PATIENCE_MS, OpenPage
from tests.run import browser as program

pytest_plugins = ["tests.bars"]
# A starved machine is slow and not wrong: an example that takes long is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

ROOT = Path(__file__).resolve().parent.parent
APP = (str(ROOT / "app.py"),)


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="run the costly programs whole instead of a sample of them")
    parser.addoption("--few", action="store_true", help="run three of a test's many cases, and nothing that is dear")


# A process of its own is busy with each of these for minutes.
DEAREST = (
    "tests/spark/test_cluster.py",
    "tests/browser/test_every_page.py",
    # Copies itself before every statement of a step, which takes a process that has grown three times as long.
    "tests/people/test_faults.py",
    # These need no demonstration, which the first that asks for it builds while the others would wait.
    "tests/build/test_offline.py",
    "tests/build/test_inbox.py",
    "tests/payouts/test_road.py",
    "tests/pages/test_fifth_form.py",
    "tests/faults/test_trials.py",
    "tests/build/test_backup.py",
    "tests/build/test_masks_everywhere.py",
    "tests/build/test_months.py",
    "tests/payouts/test_beside_forms.py",
)


def pytest_collection_modifyitems(config, items):
    """The dearest modules first, so that no process is left with one of them when the others have ended; without those
    that only `--full` runs, and with `--few` without most."""
    left_out = set()
    if not config.getoption("--full"):
        left_out |= {item for item in items if item.get_closest_marker("whole")}
    if config.getoption("--few"):
        left_out |= {item for item in items if item.get_closest_marker("dear")} | _beyond_three(items)
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]
    place = {name: number for number, name in enumerate(DEAREST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))


def pytest_collection_finish() -> None:
    """What was imported and collected lives to the end: no collection of garbage looks through it again, as in a server."""
    gc.collect()
    gc.freeze()


def _beyond_three(items) -> set:
    """All cases of a test but its first, middle and last."""
    cases: dict[str, list] = {}
    for item in items:
        cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return {
        item
        for many in cases.values()
        for number, item in enumerate(many)
        if number not in (0, len(many) // 2, len(many) - 1)
    }


@pytest.fixture(scope="session")
def full(pytestconfig) -> bool:
    """Whether costly programs (mutants, faults, simulations, attacks, walks) run whole; otherwise a sample of each."""
    return pytestconfig.getoption("--full")


@pytest.fixture(scope="session")
def some(full) -> Callable[..., list]:
    """Of many alike, each so many-th in their order, all with `--full`: `some(items, one_in=3)`."""
    return lambda items, *, one_in: sorted(items)[:: 1 if full else one_in]


_MAIN = sys.modules["__main__"]


@pytest.fixture(autouse=True)
def _own_main() -> Iterator[None]:
    """Give `__main__` back around each test: a page that was run, also by what a whole module shares, takes its place,
    and child processes would run it."""
    sys.modules["__main__"] = _MAIN
    yield
    sys.modules["__main__"] = _MAIN


@pytest.fixture(scope="session")
def catalog():
    """The catalogue as shipped."""
    from warehouse.catalog import load_catalog

    return load_catalog()


@pytest.fixture(scope="session")
def reference(catalog):
    """The reference tables as shipped."""
    from etl.reference import load_reference

    return load_reference(catalog)


@pytest.fixture(scope="session")
def context(catalog, reference):
    """What forms are judged by, on the catalogue and the reference tables as shipped."""
    from etl.months.month_frames import make_context

    return make_context(catalog, reference)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory) -> Path:
    """One folder for the whole run, the same for all worker processes."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def shared_folder(run_folder) -> Path:
    """One folder for the whole run, the same for all worker processes, and for the next run of the same sources."""
    return homes.kept_folder() or run_folder


@pytest.fixture(scope="session")
def real_home(shared_folder):
    """A data home with one real release, built once a run. Only for reading."""
    return homes.real_home(shared_folder)


@pytest.fixture(scope="session")
def real_release(real_home):
    """The real release, open for reading."""
    from warehouse.read import Releases

    with Releases(real_home).acquire() as release:
        yield release


@pytest.fixture(scope="session")
def demo_root(shared_folder):
    """A data home with the whole demonstration inside, built once a run. Only for reading."""
    return homes.demo_root(shared_folder)


@pytest.fixture(scope="session")
def demo_home(demo_root):
    """The demonstration's own data home, with one release. Only for reading."""
    return demo_root.demo()


@pytest.fixture(scope="session")
def demo_release(demo_home):
    """The release of the demonstration, open for reading."""
    from warehouse.read import Releases

    with Releases(demo_home).acquire() as release:
        yield release


@pytest.fixture(scope="session")
def small_demo_home(shared_folder):
    """The data home of a small demonstration: three units of 抚顺 from 2025-09 on, built once a run. Only for reading."""
    return homes.small_demo_root(shared_folder).demo()


@pytest.fixture(scope="module")
def settled_soon() -> Iterator[None]:
    """Files of an inbox are at rest after a fifth of a second, where a test is about other things than the wait."""
    from etl.months import inbox

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "SETTLED_SECONDS", 0.2)
        yield


@pytest.fixture
def fresh_home(tmp_path):
    """An empty data home of the test's own."""
    from warehouse.home import Home

    return Home(tmp_path / "home")


def run_async(work: Coroutine) -> Any:
    """What the coroutine answers; in a thread of its own, since a browser's fixture may keep a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


_HELD: list[socket.socket] = []
"""Each keeps a port: let go of, it might be given to another before the server meant for it has come so far as to listen."""


def free_port() -> int:
    """A port on which only what this process starts may listen, to its end; nobody listens yet."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _HELD.append(holder)
    return holder.getsockname()[1]


@contextmanager
def served(home: Path, *, port: int | None = None, program: Sequence[str] = APP, **environment: str) -> Iterator[str]:
    """The address of the app, served by a process of its own on `home`, as `uv run app.py` serves it.

    Args:
        program: what Python runs instead, which listens on `port`.
    """
    process, address = _started(home, port=port, program=program, **environment)
    try:
        yield address
    finally:
        process.terminate()
        process.wait(timeout=180)


def _started(
    home: Path, *, port: int | None = None, program: Sequence[str] = APP, **environment: str
) -> tuple[subprocess.Popen, str]:
    """A process that serves the app on `home`, once it answers, and its address."""
    port = port or free_port()
    # Without the minute of building a demonstration beside every server.
    variables = {
        "YANGLAO_DEMO": "off",
        **os.environ,
        "YANGLAO_HOME": str(home),
        "YANGLAO_PORT": str(port),
        **environment,
    }
    log = home.parent / f"serve-{port}.log"
    with log.open("w") as output:
        process = subprocess.Popen([sys.executable, *program], cwd=ROOT, env=variables, stdout=output, stderr=output)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(address, process, log)
    except BaseException:
        process.kill()
        raise
    return process, address


@contextmanager
def served_to_all(folder: Path, home: Path) -> Iterator[str]:
    """The address of one app on `home` for all worker processes of a run, which meet in `folder`: whoever comes first starts
    it, and whoever leaves last ends it."""
    folder.mkdir(parents=True, exist_ok=True)
    told, mine = folder / "address", None
    with (folder / "readers").open("w") as reader, (folder / "door").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        if not told.exists():
            mine, address = _started(home)
            told.write_text(f"{address} {mine.pid}", encoding="utf-8")
        address, pid = told.read_text(encoding="utf-8").split()
        fcntl.flock(reader, fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        try:
            yield address
        finally:
            fcntl.flock(door, fcntl.LOCK_EX)
            with suppress(BlockingIOError):
                fcntl.flock(reader, fcntl.LOCK_EX | fcntl.LOCK_NB)
                told.unlink()
                os.kill(int(pid), signal.SIGTERM)
                if mine is not None:
                    mine.wait(timeout=60)
            if mine is not None and mine.returncode is None:
                _LEFT_TO_OTHERS.append(mine)


_LEFT_TO_OTHERS: list[subprocess.Popen] = []
"""Servers this process started and another one ends: let go of, Python would complain of them as of lost ones."""


def wait_until_healthy(address: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the app did not start: {log.read_text(encoding='utf-8')[-3000:]}")


@pytest.fixture(scope="session")
def demo_url(demo_root, run_folder) -> Iterator[str]:
    """Address of the app serving a real release and the demonstration, one for all worker processes."""
    with served_to_all(run_folder / "served", demo_root.root) as address:
        yield address


@pytest.fixture(scope="session")
def real_url(demo_url) -> str:
    """Address of the app serving the real release; the demonstration beside it is shown to whoever asks for it."""
    return demo_url


def profile_in(chromium, **settings):
    """A new profile of the browser whose pages wait with patience."""
    context = chromium.new_context(**{"locale": "zh-CN", **settings})
    context.set_default_timeout(PATIENCE_MS)
    return context


def launched(playwright, *more: str):
    """Debian's Chromium, headless and asking nobody on its own; `more` are arguments of its command."""
    quiet = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
    return playwright.chromium.launch(executable_path=program(), args=[*quiet, *more])


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium of Debian's package."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        # A page that lives for seconds is read sooner than its scripts are made fast: a tenth of the work less. Where a
        # browser is measured (`tests.bench`), it is as readers have it.
        browser = launched(playwright, "--js-flags=--no-opt --no-maglev")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context_of(chromium) -> Callable[[str], object]:
    """The browser's profile for a language: shared by all tests, so that Streamlit's scripts are fetched once a run."""
    contexts = {}

    def context(locale: str):
        if locale not in contexts:
            contexts[locale] = profile_in(chromium, locale=locale)
        return contexts[locale]

    return context


def opened(context, url: str, *, width: int = 1440, height: int = 900) -> OpenPage:
    """A new page at that address, its run finished, its errors and requests to others noted."""
    return _shown(OpenPage(context.new_page()), url, width=width, height=height)


def _shown(found: OpenPage, url: str, *, width: int = 1440, height: int = 900) -> OpenPage:
    found.page.set_viewport_size({"width": width, "height": height})
    found.go(url)
    return found


@pytest.fixture(scope="session")
def idle_tabs(chromium) -> dict[tuple[str, str], OpenPage]:
    """By language and server a tab that no test has at the moment: another document in it costs half of another tab."""
    return {}


@pytest.fixture
def open_page(context_of, idle_tabs) -> Iterator[Callable[..., OpenPage]]:
    """Open an address of the app: `open_page(url, width=1440, height=900)`."""
    lent: list[tuple[tuple[str, str], OpenPage]] = []

    def opener(url: str, *, locale: str = "zh-CN", **size: int) -> OpenPage:
        key = (locale, url.split("/")[2])
        found = idle_tabs.pop(key, None) or OpenPage(context_of(locale).new_page())
        lent.append((key, found))
        return _shown(found, url, **size)

    yield opener
    for key, found in lent:
        # One that met an error, or a second one, is of no use to the next test.
        if found.console_errors or key in idle_tabs:
            found.page.close()
        else:
            idle_tabs[key] = found


def run_command(*arguments: str, home: Path, timeout: float = 180, **environment: str) -> subprocess.CompletedProcess:
    """Run `yanglao …` as an operator would, on `home`."""
    variables = {**os.environ, "YANGLAO_HOME": str(home), **environment}
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py"), *arguments],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def run_json(*arguments: str, home: Path) -> dict | list:
    """What a command answers to a machine."""
    done = run_command(*arguments, "--json", home=home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code and what it printed."""

    returncode: int
    stdout: str
    stderr: str

    def json(self) -> dict | list:
        assert self.returncode == 0, self.stderr
        return json.loads(self.stdout)


@pytest.fixture
def yanglao(monkeypatch, capsys) -> Callable[..., Done]:
    """Run a command in this process, which spares the start of Python; `run_command` is the real thing."""

    def run(*arguments: str, home: Path, **environment: str) -> Done:
        with monkeypatch.context() as changed:
            for name, value in {"YANGLAO_HOME": str(home), **environment}.items():
                changed.setenv(name, value)
            changed.setattr(sys, "argv", ["yanglao", *arguments])
            capsys.readouterr()
            try:
                import app

                app.main()
                code = 0
            except SystemExit as left:
                code = left.code or 0
        return Done(code, *capsys.readouterr())

    return run
