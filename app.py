"""The one place that composes: the served app (`app`, made when it is asked for) and the `yanglao` command.

`uv run app.py` and `yanglao serve` serve; `streamlit run app.py` finds `app` in this module. Streamlit is imported
only to serve: the other commands answer without it.
"""

import importlib
import os
import pkgutil
import resource
import sys
import threading
from contextlib import asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from etl.operator import operator
from etl.payouts.commands import payouts
from etl.replies.commands import group as replies
from warehouse.command_line import Demo, Json, chosen_home, hand_over, keep_to_this_account
from warehouse.commands import readers
from warehouse.delivery.commands import group as delivery
from warehouse.editions.commands import group as editions
from warehouse.errors import (
    CheckFailed,
    FormError,
    HomeError,
    NewlyRefused,
    PublishError,
    ReleaseMissing,
    YanglaoError,
    reason_zh,
)
from warehouse.home import Home, account_name
from warehouse.people.commands import people
from warehouse.settings import Settings, load_settings
from warehouse.terminal import print_json, say, shown_progress, status_lines

ROOT = Path(__file__).resolve().parent
MANY_FILES = 65_536

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
    import streamlit as st
    from starlette.middleware import Middleware

    from etl.demo.background import demonstration_beside
    from etl.first_release import ensure_release
    from pages.registry import PAGES, SIGNED_IN_PAGES
    from pages.server.door import Door
    from pages.server.first_paint import FirstPaint
    from pages.server.messages import OnlyOurMessages
    from pages.server.sign_in import Guard
    from pages.server.uploads import UploadLimit
    from pages.ui.frame.compression import CompressedAssets
    from pages.ui.frame.index_html import IndexHtml

    @asynccontextmanager
    async def lifespan(served: st.App):
        import asyncio
        from concurrent.futures import ThreadPoolExecutor

        from anyio import to_thread

        from pages.ui.kit.exporting import FILE_THREADS

        # In these Streamlit has a file made that somebody presses for; six waiting for one reader must not be all there are.
        files = ThreadPoolExecutor(FILE_THREADS, thread_name_prefix="files")
        asyncio.get_running_loop().set_default_executor(files)
        await to_thread.run_sync(ensure_release, Home(settings.home))
        # While the first reader's browser still loads: what pages are made of.
        threading.Thread(target=load_pages, daemon=True, name="pages").start()
        over = threading.Event()
        if settings.sign_in != "off" and not place:
            from warehouse.release import embargo

            due = threading.Thread(
                target=embargo.watched, args=(Home(settings.home), over), daemon=True, name="embargo"
            )
            due.start()
        with nullcontext() if place else demonstration_beside(settings):
            if address:
                say(f"养老服务领导简报：{address} （按 Ctrl+C 结束）", err=True)
            yield {}
        over.set()

    # Streamlit looks for this very assignment, `app = st.App(…)`, in the text of this file.
    settings = load_settings()
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
            first_paint=FirstPaint(settings).of,
        ),
    ]
    app = st.App(ROOT / "pages" / "main.py", lifespan=lifespan, routes=http_routes(), middleware=ours)
    return app  # noqa: RET504


def load_pages() -> None:
    """Import every part of the pages, so that the first run of one does not have to: in the order of the menu."""
    import pages
    from pages.registry import PAGES

    folders = [f"pages.{entry.script.rpartition('/')[0].replace('/', '.')}." for entry in PAGES]

    def place(name: str) -> int:
        """What all pages share comes first, then the pages as they stand in the menu, then those outside it."""
        of_no_page = len(folders) if name.startswith(("pages.briefing.", "pages.workbench.")) else -1
        return next((number for number, folder in enumerate(folders) if f"{name}.".startswith(folder)), of_no_page)

    names = [part.name for part in pkgutil.walk_packages(pages.__path__, "pages.")]
    # Scripts run when imported; Streamlit runs them. Dictionaries last: no page is opened with them.
    parts = sorted((name for name in names if not name.endswith((".page", ".main"))), key=place)
    for name in (*parts, "sqlglot.optimizer.qualify", "pypinyin"):
        importlib.import_module(name)


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

    settings = load_settings()
    if member:
        sys.exit(run_member(settings, member))
    with shown_progress() as progress:
        ensure_release(Home(settings.home), progress)
    code = run_server(settings, processes=processes)
    if code:
        sys.exit(code)


# ── releases ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@cli.command(help="读入全部资料，生成并启用新批次；内容没有变化则沿用现行批次")
def refresh(
    as_json: Json = False,
    publish: Annotated[bool, typer.Option("--publish", help="启用登录时也直接发布，不留作草稿")] = False,
) -> None:
    """Build and publish; silent about the demonstration, which has a command of its own.

    Exit code 15 when all went well but a form that is new was returned, or a file that is new could not be read.
    """
    from etl.refresh import refresh as run_refresh

    with shown_progress(silent=as_json) as progress:
        outcome = run_refresh(chosen_home(), progress=progress, publishes=publish or None)
    tell_outcome(outcome, as_json=as_json)
    if outcome.came and outcome.came.is_refused:
        sys.exit(NewlyRefused.exit_code)


@cli.command(help="生成演示数据：十六个单位 2023年1月至今的月报，读入、核对、发布到演示批次；不碰实际数据")
def demo(as_json: Json = False) -> None:
    """Build the demonstration in its own data home; again, it changes nothing."""
    from etl.demo.build import build_demo

    with shown_progress(silent=as_json) as progress:
        outcome = build_demo(chosen_home(), progress)
    tell_outcome(outcome, as_json=as_json)


@cli.command(
    help="同 refresh，可指定由谁计算主题表，结果逐行相同，如 yanglao build --engine spark --master spark://10.1.2.3:7077"
)
def build(
    engine: Annotated[str, typer.Option("--engine", metavar="引擎", help="duckdb（本机）或 spark（集群）")] = "duckdb",
    master: Annotated[str, typer.Option("--master", metavar="主节点", help="spark://主机:端口、yarn 或 local[2]")] = "",
    exchange: Annotated[
        Path | None,
        typer.Option("--exchange", metavar="目录", help="与集群各机共用的目录；用后即删，不写即数据目录的缓存"),
    ] = None,
    conf: Annotated[list[str] | None, typer.Option("--conf", metavar="设置=值", help="Spark 的设置，可写多次")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="启用登录时也直接发布，不留作草稿")] = False,
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    """Build and publish, the marts computed by the engine named; always computed anew on a cluster."""
    from warehouse.engines.marts import engine_named

    home = chosen_home(demo)
    chosen = engine_named(engine, home=home, master=master, place=exchange, settings=conf or ())
    with shown_progress(silent=as_json) as progress:
        if demo:
            from etl.demo.build import build_demo

            outcome = build_demo(chosen_home(), progress, engine=chosen)
        else:
            from etl.refresh import refresh as run_refresh

            outcome = run_refresh(home, progress=progress, publishes=publish or None, engine=chosen)
    tell_outcome(outcome, as_json=as_json)


def tell_outcome(outcome: Any, *, as_json: bool) -> None:
    """What a refresh did, for people or machines; what it took and whom to ring stands last."""
    from warehouse.wording.receiving import came_lines, came_table

    if as_json:
        print_json(
            {
                "published": outcome.published,
                "release_id": outcome.release_id,
                "content_sha256": outcome.content_sha256,
                "sentence_zh": outcome.sentence_zh,
                "notes_zh": list(outcome.notes_zh),
                "came": came_table(outcome.came) if outcome.came else None,
            }
        )
        return
    for sentence in (*outcome.notes_zh, outcome.sentence_zh, *(came_lines(outcome.came) if outcome.came else ())):
        say(sentence)


@cli.command(help="生成某单位某月的填报表样，带乡镇名和上月数，如 yanglao template --unit 清丰县 --month 2026-11")
def template(
    unit: Annotated[str, typer.Option("--unit", metavar="单位", help="全称或登记的简称，不作模糊匹配")],
    month: Annotated[str, typer.Option("--month", metavar="月份", help="如 2026-11")],
    form: Annotated[list[str] | None, typer.Option("--form", metavar="报表", help="只要这张表；可写多次")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="文件", help="写到哪里；不写即当前目录")] = None,
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    """Write the workbook a unit fills in; an existing file is never overwritten."""
    from etl.months.template.of_unit import unit_template
    from warehouse.read import Releases

    with Releases(chosen_home(demo)).acquire() as release:
        made = unit_template(release, unit=unit, month=month, forms=form or ())
    target = out or Path(made.file_name)
    try:
        with target.open("xb") as file:
            file.write(made.data)
        hand_over(target)
    except FileExistsError:
        raise FormError(
            f"表样 {target}：已有同名文件，可能已经填了数，没有覆盖。请改名、移走，或用 --out 另写"
        ) from None
    except OSError as error:
        raise FormError(f"表样 {target}：写不进去（{reason_zh(error)}）。请检查目录，或用 --out 另写") from error
    if as_json:
        print_json({"path": str(target), "unit_id": made.unit_id, "month": made.month})
    else:
        say(str(target))


@cli.command(help="检查报表文件：列出要更正的单元格和改法，不收、不存，如 yanglao check 清丰县11月.xlsx")
def check(
    files: Annotated[list[Path], typer.Argument(metavar="文件…", help="可以写多个")],
    unit: Annotated[str, typer.Option("--unit", metavar="单位", help="应是哪个单位的；不写即不核对")] = "",
    month: Annotated[str, typer.Option("--month", metavar="月份", help="应是哪个月的，如 2026-11；不写即不核对")] = "",
    copies: Annotated[
        Path | None, typer.Option("--copies", metavar="文件夹", help="有问题的文件各存一份标注的副本到这里")
    ] = None,
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    """Check files as the next refresh would and store nothing; exit code 12 when one of them would be returned."""
    from etl.checking import check_paths

    with shown_progress(silent=as_json) as progress:
        found = check_paths(chosen_home(demo), files, unit=unit, month=month, is_demo=demo, progress=progress)
    if copies is not None:
        written = found.write_copies(files, copies)
        for path in () if as_json else written:
            say(f"标注的副本：{path}")
    if as_json:
        print_json(found.table())
    else:
        for line in found.lines():
            say(line)
    if not found.is_acceptable:
        raise typer.Exit(FormError.exit_code)


@cli.command(help="列出收件批次，新的在前；写批次编号即列出其中的文件")
def batches(
    batch_id: Annotated[str | None, typer.Argument(metavar="[批次编号]", help="如 20261105-01")] = None,
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    """What was received, in the batches in which it came."""
    from warehouse.desk.received import ReceivedLog
    from warehouse.wording.receiving import batch_lines, file_lines

    log = ReceivedLog(chosen_home(demo))
    found = log.files_of(batch_id) if batch_id else log.batches()
    if as_json:
        print_json([vars(each) for each in found])
        return
    for line in file_lines(found) if batch_id else batch_lines(found):
        say(line)


Unattended = Annotated[
    bool, typer.Option("--unattended", help="启用登录时不再要求重新输入编号，供脚本使用；照样记入审计")
]


def assure_meant(what_zh: str, code: str, *, demo: bool, unattended: bool) -> None:
    """Where people sign in: have the operator retype the code before anything moves, as the page does.

    Raises:
        PublishError: it was not retyped as it is, or nobody is there to retype it and `unattended` was not said.
    """
    if demo or unattended or load_settings().sign_in == "off":
        return
    if not sys.stdin.isatty():
        raise PublishError(f"{what_zh}：启用登录后须在终端重新输入编号 {code} 确认；由脚本执行的请加 --unattended")
    if typer.prompt(f"{what_zh}：重新输入 {code} 以确认", default="", show_default=False, err=True).strip() != code:
        raise PublishError(f"{what_zh}：输入的编号与 {code} 不同，没有办理")


@cli.command(help="撤销一个收件批次，下次更新不再计入，如 yanglao withdraw 20261105-01 --reason 误发他县的表")
def withdraw(
    batch_id: Annotated[str, typer.Argument(metavar="批次编号", help="yanglao batches 所列")],
    reason: Annotated[str, typer.Option("--reason", metavar="原因", help="必须写明，记入登记文件")] = "",
    unattended: Unattended = False,
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    """Record that a batch must not be built again; the files stay in the archive, the release stays as it is."""
    from etl.months.received import withdraw as take_back
    from warehouse.people import audit as trail

    home = chosen_home(demo)
    assure_meant(f"撤销收件批次 {batch_id}", batch_id, demo=demo, unattended=unattended)
    batch = take_back(home, batch_id, who=account_name(), reason=reason)
    trail.record(
        home, "withdrawn", who=f"system:{account_name()}", subject=batch.batch_id,
        details={"reason": batch.withdrawn_reason, "rows": batch.file_count},
    )  # fmt: skip
    sentence = (
        f"收件批次 {batch.batch_id} 已撤销（{batch.file_count} 个文件，原因：{batch.withdrawn_reason}）；"
        f"现行批次还没有变，请运行 yanglao {'demo' if demo else 'refresh'}"
    )
    if as_json:
        print_json({**vars(batch), "sentence_zh": sentence})
    else:
        say(sentence)


@cli.command(help="现状：现行批次、数据目录、磁盘、是否正在更新")
def status(demo: Demo = False, as_json: Json = False) -> None:
    """What stands, for a glance or a monitor."""
    from warehouse.status import home_status

    found = home_status(chosen_home(demo))
    if as_json:
        print_json(found)
        return
    for label_zh, text in status_lines(found):
        say(f"{label_zh}：{text}")


@cli.command(help="每个城市还缺什么登记，缺了会怎样")
def cities(as_json: Json = False) -> None:
    """What each declared city lacks, in one list; nothing of it stops a release."""
    from etl.cities import lacks
    from warehouse.catalog import load_catalog

    catalog = load_catalog()
    found = lacks(catalog)
    if as_json:
        print_json(found)
        return
    for city, lines in found.items():
        typer.echo(f"{catalog.areas[city].name_zh}：{'还缺 ' + str(len(lines)) + ' 项' if lines else '都有'}")
        for line in lines:
            typer.echo(f"  {line}")


@cli.command(help="以攻击者的办法核查保留的全部批次：相互加减、与文字对照，能否推出保密数")
def audit(demo: Demo = False, as_json: Json = False) -> None:
    """Attack all kept releases together; exit code of a failed check when a masked cell follows from them."""
    from warehouse.release.audit import audit_releases

    with shown_progress(silent=as_json) as progress:
        found = audit_releases(chosen_home(demo), progress=progress)
    if as_json:
        print_json(found.table())
    else:
        for line in found.lines():
            typer.echo(line)
    if found.solved:
        raise typer.Exit(CheckFailed.exit_code)


@cli.command(help="列出保留的批次，新的在前")
def releases(demo: Demo = False, as_json: Json = False) -> None:
    """All whole releases that are kept."""
    from warehouse.release.publish import list_releases

    kept = list_releases(chosen_home(demo))
    if as_json:
        print_json(
            [
                {
                    "release_id": each.release_id,
                    "path": str(each.path),
                    "is_current": each.is_current,
                    "is_pinned": each.is_pinned,
                    "bytes": each.bytes,
                }
                for each in kept
            ]
        )
        return
    for each in kept:
        mark = "现行，已固定" if each.is_pinned else "现行" if each.is_current else ""
        say(f"{each.release_id}  {each.bytes / 1e6:8.1f} MB  {mark}".rstrip())
    if not kept:
        say(f"还没有批次。请运行 {chosen_home(demo).refresh_command}")


@cli.command(help="回退到较早的批次并固定在那里；不写编号即上一个")
def rollback(
    release_id: Annotated[str | None, typer.Argument(metavar="[批次编号]", help="如 20261123-01")] = None,
    unpin: Annotated[bool, typer.Option("--unpin", help="解除固定，改用最新批次")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="原因", help="启用登录时必须写明，记入审计")] = "",
    unattended: Unattended = False,
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    """Move the pointer; later refreshes leave it there until it is unpinned."""
    from warehouse.desk.journal import Desk
    from warehouse.people import audit as trail
    from warehouse.release import publish

    home = chosen_home(demo)
    if unpin and release_id:
        raise ReleaseMissing("rollback：--unpin 总是改用最新批次，不能再写批次编号。请去掉其中之一")
    if not demo and load_settings().sign_in != "off":
        wanted = release_id or publish.rollback_target(home, unpin=unpin)
        if not unpin and len(reason.strip()) < 2:
            raise PublishError("回退须写明原因，如 yanglao rollback 20261123-01 --reason 误用上月数")
        assure_meant("解除固定" if unpin else f"回退到批次 {wanted}", wanted, demo=demo, unattended=unattended)
        # First on record, then done.
        details = {"reason": reason.strip() or "解除固定"}
        trail.record(home, "rolled_back", who=f"system:{account_name()}", subject=wanted, details=details)
    pointer = publish.unpin(home) if unpin else publish.rollback(home, release_id)
    sentence = f"现行批次已回退到 {pointer.release_id} 并固定；解除用 yanglao rollback --unpin"
    if not pointer.pinned:
        sentence = f"已解除固定，现行批次是 {pointer.release_id}"
    try:
        Desk(home).enter("unpin" if unpin else "rollback", sentence, release_id=pointer.release_id, who=account_name())
    except HomeError as error:
        say(f"已执行，但没有记入登记文件：{error}", err=True)
    if as_json:
        print_json({"release_id": pointer.release_id, "is_pinned": pointer.pinned})
    else:
        say(sentence)


@cli.command(help="现行批次的文件路径，可用任何 DuckDB 客户端只读打开")
def where(demo: Demo = False, as_json: Json = False) -> None:
    """The path of the file readers get."""
    from warehouse.read import Releases
    from warehouse.release.publish import release_path

    home = chosen_home(demo)
    with Releases(home).acquire() as release:
        path = release_path(home, release.release_id)
    if as_json:
        print_json({"release_id": release.release_id, "path": str(path)})
    else:
        say(str(path))


# ── what the commands share ──────────────────────────────────────────────────────────────────────────────────────────


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
    # What timers start: the parser of arguments alone takes as long as finding nothing new.
    plain = {("refresh",): refresh, ("demo",): demo}.get(tuple(sys.argv[1:]), cli)
    try:
        plain()
    except YanglaoError as error:
        if as_json:
            print_json({"error_zh": str(error), "kind": type(error).__name__, "exit_code": error.exit_code})
        else:
            say(str(error), err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
