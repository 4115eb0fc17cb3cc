"""The one place that composes: the served app (`app`, made when it is asked for) and the `yanglao` command.

`uv run app.py` and `yanglao serve` serve; `streamlit run app.py` finds `app` in this module. Streamlit is imported
only to serve: the other commands answer without it.
"""

import gc
import importlib
import os
import pkgutil
import resource
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from etl.commands import demo, intake, refresh
from etl.operator import operator
from etl.payouts.commands import payouts
from etl.replies.commands import group as replies
from warehouse.command_line import keep_to_this_account
from warehouse.commands import readers
from warehouse.delivery.commands import group as delivery
from warehouse.editions.commands import group as editions
from warehouse.errors import YanglaoError
from warehouse.home import Home
from warehouse.people.commands import people
from warehouse.release.commands import releasing
from warehouse.settings import Settings, load_settings
from warehouse.terminal import print_json, say, shown_progress
from warehouse.usage import name_panels, usage_zh

if TYPE_CHECKING:
    from pages.server.first_paint import FirstPaint

ROOT = Path(__file__).resolve().parent
MANY_FILES = 65_536
FIRST_READER_SECONDS = 2.0
"""So long after the first page has been made its reader's browser has the server for itself."""
BETWEEN_QUESTIONS_SECONDS = 2.0
"""So often memory that questions needed for a moment is given back."""
LONGEST_PAUSE_SECONDS = 0.5
"""So long each part of a page waits to be loaded while pages are made."""

cli = typer.Typer(
    name="yanglao",
    help="养老服务领导简报：更新数据、管理批次、查询、启动网页。不带命令即启动网页。",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)


# ── serving ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def make_app(address: str = "", place: int | None = None) -> Any:
    """The served app: pages, HTTP routes, compression; builds the first release before it answers.

    Args:
        address: told on the terminal once the server listens; empty when somebody else tells.
        place: which of several processes this is; None when it is the only one. The first builds the demonstration.
    """
    from pages.server.spared import import_streamlit

    import_streamlit()
    import streamlit as st
    from starlette.middleware import Middleware

    from pages.registry import PAGES, SIGNED_IN_PAGES
    from pages.server.at_once import AtOnce
    from pages.server.door import Door
    from pages.server.first_paint import FirstPaint
    from pages.server.messages import OnlyOurMessages
    from pages.server.sign_in import Guard
    from pages.server.uploads import UploadLimit
    from pages.ui.frame.compression import CompressedAssets
    from pages.ui.frame.index_html import IndexHtml

    settings = load_settings()
    first_paint = FirstPaint(settings)
    known = PAGES if settings.sign_in == "off" else (*PAGES, *SIGNED_IN_PAGES)
    ours = [
        Middleware(Door, settings=settings, place=place),
        Middleware(Guard, settings=settings),
        Middleware(OnlyOurMessages),
        Middleware(UploadLimit),
        Middleware(CompressedAssets),
        Middleware(
            IndexHtml,
            pages=tuple(entry.url_path for entry in known),
            framed_by=settings.framed_by,
            first_paint=first_paint.of,
            at_once=AtOnce(settings).of,
        ),
    ]
    lifespan = partial(_living, settings=settings, first_paint=first_paint, address=address, place=place)
    # Streamlit looks for this very assignment, `app = st.App(…)`, in the text of this file.
    app = st.App(ROOT / "pages" / "main.py", lifespan=lifespan, routes=http_routes(), middleware=ours)
    return app  # noqa: RET504


@asynccontextmanager
async def _living(
    served: Any, *, settings: Settings, first_paint: "FirstPaint", address: str, place: int | None
) -> AsyncIterator[dict]:
    """The life of the served app: the first release before it answers, and beside it what pages are made of, releases that
    are due, and the demonstration. The arguments are those of `make_app`."""
    import asyncio
    from concurrent.futures import CancelledError, ThreadPoolExecutor

    from anyio import to_thread

    from etl.demo.background import demonstration_beside
    from etl.first_release import ensure_release
    from pages.ui.takeaway.exporting import FILE_THREADS

    # In these Streamlit has a file made that somebody presses for; six waiting for one reader must not be all there are.
    files = ThreadPoolExecutor(FILE_THREADS, thread_name_prefix="files")
    asyncio.get_running_loop().set_default_executor(files)
    await to_thread.run_sync(ensure_release, Home(settings.home))
    # While the first reader's browser still loads: what pages are made of.
    loop = asyncio.get_running_loop()

    def begin_painting() -> None:
        # Who stops the server in its first second stops this as well.
        with suppress(CancelledError):
            asyncio.run_coroutine_threadsafe(first_paint.begin(), loop).result()

    threading.Thread(target=load_pages, args=(begin_painting,), daemon=True, name="pages").start()
    over = threading.Event()
    if settings.sign_in != "off" and not place:
        from warehouse.release.publishing import embargo

        due = threading.Thread(target=embargo.watched, args=(Home(settings.home), over), daemon=True, name="embargo")
        due.start()
    with nullcontext() if place else demonstration_beside(settings):
        if address:
            say(f"养老服务领导简报：{address} （按 Ctrl+C 结束）", err=True)
        yield {}
    over.set()


def load_pages(make_first: Callable[[], None]) -> None:
    """Import what all pages share and make the first page; a little later every part of the others, so that the first run
    of one does not have to: in the order of the menu, and no reader's page waits for parts of another one. Then give back
    memory from time to time, as long as the process lives.

    Args:
        make_first: makes the first page.
    """
    from pages.ui.frame.frame import RUNS
    from warehouse.read.memory import give_back_memory

    try:
        make_first()
    finally:
        # Switched off by `run_server`: so far next to nothing was let go of.
        gc.enable()
    give_back_memory()
    time.sleep(FIRST_READER_SECONDS)
    for name in _parts_of_pages():
        RUNS.wait_until_idle(LONGEST_PAUSE_SECONDS)
        importlib.import_module(name)
    from warehouse.spelling import syllables

    syllables("")
    RUNS.wait_until_idle(LONGEST_PAUSE_SECONDS)
    # What was imported lives to the end: no collection of garbage looks through it again.
    gc.collect()
    gc.freeze()
    while True:
        time.sleep(BETWEEN_QUESTIONS_SECONDS)
        RUNS.wait_until_idle(LONGEST_PAUSE_SECONDS)
        give_back_memory()


def _parts_of_pages() -> list[str]:
    """The modules of all pages in the order of the menu, dictionaries last: no page is opened with them."""
    import pages
    from pages.registry import PAGES

    folders = [f"pages.{entry.script.rpartition('/')[0].replace('/', '.')}." for entry in PAGES]

    def place(name: str) -> int:
        """What all pages share comes first, then the pages as they stand in the menu, then those outside it."""
        of_no_page = len(folders) if name.startswith(("pages.briefing.", "pages.workbench.")) else -1
        return next((number for number, folder in enumerate(folders) if f"{name}.".startswith(folder)), of_no_page)

    names = [part.name for part in pkgutil.walk_packages(pages.__path__, "pages.")]
    # Scripts run when imported; Streamlit runs them.
    parts = sorted((name for name in names if not name.endswith((".page", ".main"))), key=place)
    return [*parts, "sqlglot.optimizer.qualify"]


def http_routes() -> list:
    """Routes beside the pages; made when the first of them is asked for, or after the pages are loaded."""
    from pages.server.late import Late

    return [
        Late("pages.api", "/api"),
        Late("pages.ui.frame.kept_links", "/kept"),
        Late("pages.ui.frame.presenting", "/present", "/card"),
        Late("pages.ui.frame.short_links", "/s"),
    ]


def __getattr__(name: str) -> Any:
    """`app`, made on first use: `streamlit run app.py` asks for it, the commands never do."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()["app"] = make_app()
    return globals()["app"]


def run_server(settings: Settings, *, processes: int = 1) -> int:
    """Serve until stopped, in this process or in several behind the same address; the exit code.

    Raises:
        SettingsError: the address or the port cannot be used.
    """
    from pages.server import serving

    launcher, address = ROOT / "app.py", serving.address_of(settings)
    with serving.listening_socket(settings) as listening:
        if processes == 1:
            # Until the first page is made: what is imported stays, and to look through it again and again takes a
            # twelfth of a start.
            gc.disable()
            return serving.run(make_app(address=address), settings, [listening], launcher=launcher)
        import asyncio

        from pages.server.processes import Supervisor

        async def supervise() -> int:
            told = (
                f"养老服务领导简报：{address} ，{processes} 个进程（按 Ctrl+C 结束；kill -HUP {os.getpid()} 逐个换新）"
            )
            return await Supervisor(listening, processes, launcher=launcher).run(told)

        return asyncio.run(supervise())


def run_member(settings: Settings, member: str) -> int:
    """Serve as one of several processes; `member` is the descriptor and the place, as the supervisor writes them."""
    import socket

    from pages.server import member as serving_member

    gc.disable()
    descriptor, _, place = member.partition(":")
    with socket.socket(fileno=int(descriptor)) as control:
        app = make_app(place=int(place))
        return serving_member.run_member(app, settings, control, launcher=ROOT / "app.py")


@cli.callback(invoke_without_command=True)
def without_command(context: typer.Context) -> None:
    """Without a command the app is served."""
    if context.invoked_subcommand is None:
        serve()


@cli.command(help="启动网页；还没有批次时先生成。人多时用 --processes 2 起多个进程，共用一个地址")
def serve(
    processes: Annotated[int, typer.Option("--processes", metavar="个数", min=1, max=64, help="服务进程数")] = 1,
    member: Annotated[str, typer.Option("--member", hidden=True)] = "",
) -> None:
    """Serve the pages on the address and port of the settings."""
    from etl.first_release import ensure_release
    from pages.server.spared import spare_heaps

    settings = load_settings()
    spare_heaps()
    if member:
        sys.exit(run_member(settings, member))
    with shown_progress() as progress:
        ensure_release(Home(settings.home), progress)
    code = run_server(settings, processes=processes)
    if code:
        sys.exit(code)


cli.add_typer(intake)
cli.add_typer(releasing)
cli.add_typer(readers)
cli.add_typer(operator)
cli.add_typer(people)
cli.add_typer(editions, name="edition")
cli.add_typer(payouts, name="payouts")
cli.add_typer(delivery, name="deliver")
cli.add_typer(replies, name="reply")


def allow_many_files() -> None:
    """Raise the number of files this process may have open as far as it may: each reader's browser is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if hard == resource.RLIM_INFINITY else min(MANY_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main() -> None:
    """The `yanglao` command. Exit code 0 when it did what it says; otherwise one for each kind of failure."""
    as_json = "--json" in sys.argv
    keep_to_this_account()
    allow_many_files()
    # What timers start, and serving: the parser of arguments alone takes as long as finding nothing new.
    plain = {(): serve, ("serve",): serve, ("refresh",): refresh, ("demo",): demo}.get(tuple(sys.argv[1:]), cli)
    if sys.argv[1:3] == ["serve", "--member"]:
        plain = partial(serve, member=sys.argv[3])
    # A group without a command shows its help too.
    if sys.argv[-1] == "--help" or sys.argv[1:] in [[group.name] for group in cli.registered_groups]:
        name_panels()
    try:
        if plain is not cli:
            plain()
        elif code := cli(prog_name="yanglao", standalone_mode=False):
            sys.exit(code)
    except typer.TyperException as error:
        _refuse(_fault_zh(error), type(error).__name__, error.exit_code, as_json=as_json)
    except typer.Abort:
        _refuse("已取消，没有办理", "Abort", 1, as_json=as_json)
    except YanglaoError as error:
        _refuse(str(error), type(error).__name__, error.exit_code, as_json=as_json)


def _fault_zh(error: typer.TyperException) -> str:
    """What is wrong with the command as typed; of a group without a command, nothing: its help is printed already."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return ""
    if context := getattr(error, "ctx", None):
        return usage_zh(error.format_message(), context.command_path)
    groups = [group.name for group in cli.registered_groups if group.name]
    typed = sys.argv[1 : 3 if sys.argv[1] in groups else 2]
    return usage_zh(error.format_message(), " ".join(["yanglao", *(word for word in typed if word[:1] != "-")]))


def _refuse(text_zh: str, kind: str, code: int, *, as_json: bool) -> NoReturn:
    """Say why nothing was done, and end with the code."""
    if as_json:
        print_json({"error_zh": text_zh, "kind": kind, "exit_code": code})
    elif text_zh:
        say(text_zh, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
