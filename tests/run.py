"""The second command of the README: make a browser available, then check and test everything.

    python3 -m uv run tests/run.py [--fast] [--full] [pytest arguments]

`--fast` checks what a small change breaks most often, in a minute or two: form, imports, contracts and units, three of a
test's many cases and nothing that is dear. `--full` runs the costly programs (mutants, faults, simulations, attacks, walks) whole
instead of a sample of each.

Installs Debian's Chromium, Chinese fonts, LibreOffice, poppler and Java where they are missing and this user may; otherwise prints
the one line that does; and the extra `spark`, for the tests that hold a cluster against the embedded engine. Then formatting, lint and all tests. The exit code is the first one that is not zero.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTHING_COLLECTED = 5
FAST = ("tests/contract", "tests/unit", "--few")
# Chromium without windows and menus opens a page at half the cost; the whole one does as well.
BROWSERS = ("chromium-headless-shell", "chromium")
# What the files of the briefing are opened with: an office without windows, and the readers of PDF.
OPENERS = ("soffice", "pdftotext")
# What the files for a server are checked with.
CHECKERS = ("nginx", "openssl", "systemd-analyze", "java")
PACKAGES = (
    BROWSERS[0],
    "fonts-noto-cjk",
    "fontconfig",
    "libreoffice-writer-nogui",
    "libreoffice-calc-nogui",
    "libreoffice-impress-nogui",
    "poppler-utils",
    "nginx-light",
    "openssl",
    "systemd",
    "libfaketime",
    "default-jre-headless",
)
INSTALL = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(PACKAGES)}"


def browser() -> str:
    """Path of Debian's Chromium, the lighter one first; "chromium" where there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), BROWSERS[-1])


def has_openers() -> bool:
    """Whether files can be opened as readers open them, slides among them: an office may be there without that part."""
    office = shutil.which("soffice")
    return all(map(shutil.which, OPENERS)) and (Path(office or "").resolve().parent / "libsdlo.so").exists()


def has_font() -> bool:
    """Whether at least one Chinese font is installed."""
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout.strip())


def provide_browser() -> None:
    """Install Chromium and fonts where allowed; otherwise say how."""
    if shutil.which(BROWSERS[0]) and has_font() and has_openers() and all(map(shutil.which, CHECKERS)):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("正在安装 Chromium、中文字体、LibreOffice、poppler、nginx、Java 等（测试用）……", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["sh", "-c", INSTALL], env=environment, stdout=subprocess.DEVNULL, check=False)
    if not (shutil.which(browser()) and has_font() and has_openers() and all(map(shutil.which, CHECKERS))):
        print(
            f"缺少 Chromium、中文字体、LibreOffice、poppler、nginx 或 Java，有的测试将失败。请由管理员执行：\n    {INSTALL}",
            flush=True,
        )


def provide_extra() -> None:
    """Install the extra `spark` beside what is there; `uv run` leaves it, since it removes nothing."""
    if find_spec("pyspark") is not None:
        return
    # uv tells its own path to what it runs.
    uv = [os.environ["UV"]] if os.environ.get("UV") else [shutil.which("python3") or sys.executable, "-m", "uv"]
    print("正在安装扩展 spark（测试用）……", flush=True)
    done = subprocess.run([*uv, "sync", "--quiet", "--inexact", "--extra", "spark"], cwd=ROOT, check=False)
    if done.returncode:
        print(
            "没有装上扩展 spark，有的测试将失败。请执行：\n    python3 -m uv sync --inexact --extra spark", flush=True
        )


def chosen(arguments: list[str]) -> bool:
    """Whether the arguments choose some of the tests."""
    return any(not argument.startswith("-") for argument in arguments)


def timed(arguments: list[str]) -> list[str]:
    """The files with tests that measure time, so that no other is read for them; none where the arguments choose."""
    if chosen(arguments):
        return []
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(file.relative_to(ROOT)) for file in files if "mark.alone" in file.read_text(encoding="utf-8")]


def checked(environment: dict[str, str]) -> int:
    """Exit code of formatting and lint, the first that is not zero."""
    for step in (["format", "--check", "."], ["check", "."]):
        command = [sys.executable, "-m", "ruff", *step]
        if code := subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
            return code
    return 0


def compile_tests(environment: dict[str, str]) -> None:
    """Leave the byte code of the tests where a new clone has none: each process would compile them all by itself."""
    if next((ROOT / "tests").rglob("*-pytest-*.pyc"), None) is None:
        command = [sys.executable, "-m", "pytest", "--collect-only", "--quiet"]
        subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False)


@contextmanager
def homes_begun(environment: dict[str, str]) -> Iterator[None]:
    """The homes that most tests read are made from now on, beside what is installed and the first tests."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.homes"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def processes(is_fast: bool) -> int:
    """How many test: two compute, and the others fill their waits for browsers, disks and servers, which units have not.
    Each takes two gigabytes with its browser, and reads all tests once more."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return 2 if is_fast else 4 if memory >= 12 << 30 else 3


def main(arguments: list[str]) -> int:
    """Exit code of the first failing step; 0 when everything passed."""
    is_fast = "--fast" in arguments
    arguments = [argument for argument in arguments if argument != "--fast"] + list(FAST if is_fast else ())
    with tempfile.TemporaryDirectory() as folder, ExitStack() as beside:
        # Hundreds of tests start the command or the app: each would compile every library anew without its byte code.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        # Both parts read the same homes; where a machine keeps none between runs, they are kept for this one.
        if "CI" in environment:
            environment.setdefault("TEST_HOMES", str(Path(folder) / "homes"))
        if code := checked(environment):
            return code
        if not is_fast:
            steps = [provide_browser, provide_extra]
            if not chosen(arguments):
                beside.enter_context(homes_begun(environment))
                steps.append(partial(compile_tests, environment))
            # The network, the disk and a processor are waited for in turn.
            with ThreadPoolExecutor() as pool:
                list(pool.map(lambda step: step(), steps))
        # One word: as two, pytest takes a file that exists for a place of tests and never loads our plugin.
        pytest = [sys.executable, "-m", "pytest", f"--bars-file={Path(folder) / 'bars.json'}", *arguments]
        parts = (
            # In our own order, the dearest first (tests/conftest.py): reordered, a few dear tests would end alone.
            [
                *pytest,
                "-n",
                str(processes(is_fast)),
                "--dist",
                "loadscope",
                "--no-loadscope-reorder",
                "-m",
                "not alone",
            ],
            # Those that measure time against a limit, one after the other with nothing beside them.
            *(() if is_fast else ([*pytest, "-m", "alone", *timed(arguments)],)),
        )
        codes = [subprocess.run(step, cwd=ROOT, env=environment, check=False).returncode for step in parts]
    # Arguments may select no test of one part; pytest then answers 5.
    failed = [code for code in codes if code not in (0, NOTHING_COLLECTED)]
    return failed[0] if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
