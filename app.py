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

from etl.operator import add_commands
from etl.payouts.commands import add_commands as add_payout_commands
from etl.replies.commands import add_commands as add_reply_commands
from warehouse.delivery.commands import add_commands as add_delivery_commands
from warehouse.editions.commands import add_commands as add_edition_commands
from warehouse.errors import (
    CheckFailed,
    FormError,
    HomeError,
    NewlyRefused,
    PublishError,
    QueryRefused,
    ReleaseMissing,
    YanglaoError,
    reason_zh,
)
from warehouse.home import Home, account_name, keep_private
from warehouse.people.commands import add_commands as add_people_commands
from warehouse.settings import Settings, load_settings
from warehouse.terminal import print_json, print_table, say, shown_progress, status_lines, visible

ROOT = Path(__file__).resolve().parent
MANY_FILES = 65_536

cli = typer.Typer(
    name="yanglao",
    help="养老服务领导简报：更新数据、管理批次、查询、启动网页。不带命令即启动网页。",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Demo = Annotated[bool, typer.Option("--demo", help="针对演示数据")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")]


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
    from pages.server.sign_in import Guard
    from pages.server.uploads import UploadLimit
    from pages.ui.frame.compression import CompressedAssets
    from pages.ui.frame.index_html import IndexHtml
    from warehouse.release import embargo

    @asynccontextmanager
    async def lifespan(served: st.App):
        from anyio import to_thread

        await to_thread.run_sync(ensure_release, Home(settings.home))
        # While the first reader's browser still loads: what pages are made of.
        threading.Thread(target=load_pages, daemon=True, name="pages").start()
        over = threading.Event()
        if settings.sign_in != "off" and not place:
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
    # Scripts run when imported; Streamlit runs them.
    for name in sorted((name for name in names if not name.endswith((".page", ".main"))), key=place):
        importlib.import_module(name)


def http_routes() -> list:
    """Routes beside the pages."""
    from pages.api import routes
    from pages.ui.frame.kept_links import routes as kept_routes
    from pages.ui.frame.presenting import routes as presenting_routes

    return [*routes(), *kept_routes(), *presenting_routes()]


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
        outcome = run_refresh(chosen_home(False), progress=progress, publishes=publish or None)
    tell_outcome(outcome, as_json=as_json)
    if outcome.came and outcome.came.is_refused:
        sys.exit(NewlyRefused.exit_code)


@cli.command(help="生成演示数据：十六个单位 2023年1月至今的月报，读入、核对、发布到演示批次；不碰实际数据")
def demo(as_json: Json = False) -> None:
    """Build the demonstration in its own data home; again, it changes nothing."""
    from etl.demo.build import build_demo

    with shown_progress(silent=as_json) as progress:
        outcome = build_demo(chosen_home(False), progress)
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

            outcome = build_demo(chosen_home(False), progress, engine=chosen)
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


@cli.command(
    help="查凭证：简报上的编号是哪个数，如 yanglao receipt 4c0c6fde；核验报送回执：写 BS- 开头的编号，或回执文件"
)
def receipt(
    code: Annotated[str, typer.Argument(metavar="编号", help="简报注里的八位编号；报送回执的编号或文件")],
    file: Annotated[
        Path | None, typer.Option("--file", metavar="报表", help="回执：当时报送的文件，逐字节比对")
    ] = None,
    demo: Demo = False,
    as_json: Json = False,
    release_id: Annotated[str | None, typer.Option("--release", metavar="批次编号", help="查询指定批次")] = None,
) -> None:
    """Walk a printed code back to its sentence or cell; or verify the receipt of a sending."""
    if "BS-" in code or Path(code).is_file():
        verify_receipt(code, file, demo=demo, as_json=as_json)
        return
    from warehouse.read import Releases
    from warehouse.read.receipt_codes import lines_of, numbers_of

    with Releases(chosen_home(demo)).acquire(release_id) as release:
        found = numbers_of(release, code=code)
        told = [lines_of(release, full_id) for full_id in found]
    if as_json:
        print_json([{"id": full_id, "lines": lines} for full_id, lines in zip(found, told, strict=True)])
        return
    for lines in told:
        for line in lines:
            typer.echo(line)


def verify_receipt(given: str, file: Path | None, *, demo: bool, as_json: bool) -> None:
    """Whether a receipt of sending is what was entered; exit code of a form's error when a byte is not."""
    from warehouse.people import sent_receipts

    try:
        text = Path(given).read_bytes().decode("utf-8-sig", "replace") if Path(given).is_file() else given
        content = file.read_bytes() if file else None
    except OSError as error:
        raise FormError(f"文件 {error.filename}：读不出来（{reason_zh(error)}）。请核对路径和权限") from error
    found = sent_receipts.verify(chosen_home(demo), text, file=content)
    if as_json:
        print_json(
            {
                "code": found.receipt.code,
                "is_true": not found.faults,
                "state_zh": found.state_zh,
                "lines": dict(found.receipt.lines),
                "faults_zh": list(found.faults),
            }
        )
    else:
        for label, line in found.receipt.lines:
            say(f"{label}：{line}")
        say(f"现在：{found.state_zh}")
        for fault in found.faults:
            say(fault, err=True)
        say("回执属实" if not found.faults else "回执与登记不符")
    if found.faults:
        raise typer.Exit(FormError.exit_code)


Release = Annotated[str | None, typer.Option("--release", metavar="批次编号", help="查询指定批次")]
Parameters = Annotated[list[str] | None, typer.Option("--param", metavar="名称=值", help="语句里 :名称 的值，可写多次")]


@cli.command(help='查询现行批次，如 yanglao sql "select * from core.dim_month limit 3"；不写语句则从标准输入读')
def sql(
    query: Annotated[str, typer.Argument(metavar="[查询]", help="一条 select 语句")] = "-",
    demo: Demo = False,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="输出 CSV（UTF-8）")] = False,
    release_id: Release = None,
    param: Parameters = None,
    card: Annotated[str, typer.Option("--card", metavar="标题", help="把第一行的 value 存为汇报卡")] = "",
) -> None:
    """Rows of one select: a table for people, JSON or CSV for machines; through the same gate as the page."""
    from warehouse.export import marked, safe_csv
    from warehouse.query.answer_files import audited, given_parameters
    from warehouse.query.ask import run_query

    statement = sys.stdin.read() if query == "-" else query
    answer = run_query(
        chosen_home(demo),
        statement,
        parameters=given_parameters(param),
        release_id=release_id,
        limits=load_settings(),
        **audited(Home(load_settings().home)),
    )
    if card:
        keep_card(chosen_home(demo), answer, card)
    if as_json:
        print_json(
            {
                "release_id": answer.release_id,
                "kind_code": answer.kind_code,
                "truncated": answer.truncated,
                "row_count": answer.row_count,
                "hash": answer.hash,
                "warnings_zh": list(answer.warnings_zh),
                "rows": answer.frame.to_dicts(),
            }
        )
        return
    if as_csv:
        text = safe_csv(marked(answer.frame, answer.kind_code))
        print(visible(text) if sys.stdout.isatty() else text, end="")
    else:
        print_table(answer.frame)
    kind = "演示数据" if answer.kind_code == "demo" else "实际数据"
    say(f"{answer.size_zh} · 批次 {answer.release_id} · {kind}", err=True)
    for warning in answer.warnings_zh:
        say(warning, err=True)


@cli.command(
    help="把一张表或一条查询存成文件，如 yanglao export mart.coverage 覆盖.xlsx；不写表名即生成当月简报，"
    "如 yanglao export --city 濮阳 --month 2026-10 --format pdf --format docx --out 简报"
)
def export(
    what: Annotated[
        str | None, typer.Argument(metavar="[表或查询]", help="如 mart.coverage，或一条 select 语句")
    ] = None,
    file: Annotated[Path | None, typer.Argument(metavar="[文件]", help="以 .csv .xlsx .parquet .arrow 结尾")] = None,
    demo: Demo = False,
    as_json: Json = False,
    release_id: Release = None,
    param: Parameters = None,
    month: Annotated[str, typer.Option("--month", metavar="月份", help="简报：如 2026-10；不写即最新")] = "",
    city: Annotated[str, typer.Option("--city", metavar="城市", help="简报：全称或登记的简称")] = "",
    unit: Annotated[
        list[str] | None, typer.Option("--unit", metavar="单位", help="简报：可写多次；“全部”即每个单位")
    ] = None,
    kind: Annotated[str, typer.Option("--kind", metavar="种类", help="简报：通报、一张纸、全套")] = "",
    section: Annotated[list[str] | None, typer.Option("--section", metavar="节", help="简报：只要这几节")] = None,
    form: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="格式",
            help="简报：pdf docx xlsx png svg pptx zip（网页文件夹）html（投影页），可写多次",
        ),
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--template", metavar="模板", help="简报：本单位带标记的 .docx")
    ] = None,
    edits: Annotated[
        Path | None, typer.Option("--edits", metavar="文件", help="简报：改写的段落（JSON：段落名到文字）")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="文件夹", help="简报：写到哪里；不写即当前目录")] = None,
) -> None:
    """Write a file of rows; or the month's briefing, whole files or none."""
    if what is None:
        wishes = {
            "city": city,
            "unit": unit or (),
            "month": month,
            "kind": kind,
            "sections": section or (),
            "formats": form or (),
        }
        export_briefing(
            wishes, demo=demo, as_json=as_json, release_id=release_id, template=template, edits=edits, out=out
        )
        return
    if file is None:
        raise QueryRefused("export：没有写文件名。如 yanglao export mart.coverage 覆盖.xlsx；要简报就不写表名")
    export_rows(what, file, demo=demo, as_json=as_json, release_id=release_id, param=param)


def keep_card(home: Home, answer: Any, title: str) -> None:
    """Promote the first row of an answer; said on the terminal."""
    from warehouse.query import cards
    from warehouse.read import Releases

    name = account_name()
    with Releases(home).acquire(answer.release_id) as release:
        made = cards.candidate(release, answer, row=0, column="value", title_zh=title, who=name, name_zh=name)
    number = cards.keep(home, made)
    say(f"已存为汇报卡 {number}：{made.label_zh} {made.wording} · 批次 {made.release_id}", err=True)


def export_briefing(
    wishes: dict[str, Any],
    *,
    demo: bool,
    as_json: bool,
    release_id: str | None,
    template: Path | None,
    edits: Path | None,
    out: Path | None,
) -> None:
    """Make and write the files of a briefing; what was edited and does not stand in the release is told."""
    from warehouse.paper.command import make_briefing
    from warehouse.read import Releases

    with shown_progress(silent=as_json) as progress, Releases(chosen_home(demo)).acquire(release_id) as release:
        made = make_briefing(release, wishes, template=template, edits=edits, folder=out or Path(), progress=progress)
    if as_json:
        print_json(made.told())
        return
    for path in made.paths:
        typer.echo(str(path))
    for doubt in made.doubts_zh:
        typer.echo(doubt, err=True)
    typer.echo(f"共{len(made.paths)}个文件 · 批次 {made.release_id} · {'、'.join(made.states_zh)}", err=True)


def export_rows(
    what: str, file: Path, *, demo: bool, as_json: bool, release_id: str | None, param: list[str] | None
) -> None:
    """Write a file; a relation whole, a statement within the limits of the page."""
    from warehouse.query.answer_files import audited, form_of, given_parameters, make_file

    made = make_file(
        chosen_home(demo),
        what,
        form_of(file),
        parameters=given_parameters(param),
        release_id=release_id,
        limits=load_settings(),
        **audited(Home(load_settings().home)),
    )
    try:
        file.write_bytes(made.content)
        hand_over(file)
    except OSError as error:
        raise QueryRefused(f"文件 {file}：写不进去（{reason_zh(error)}）。请检查目录与权限，或另选位置") from error
    if as_json:
        print_json(
            {
                "file": str(file),
                "bytes": len(made.content),
                "release_id": made.notes.release_id,
                "kind_code": made.notes.kind_code,
                "truncated": made.truncated,
            }
        )
    else:
        kind = "演示数据" if made.notes.is_demo else "实际数据"
        say(f"已写 {file}（{made.notes.size_zh}）· 批次 {made.notes.release_id} · {kind}")


# ── what the commands share ──────────────────────────────────────────────────────────────────────────────────────────


add_commands(cli, lambda: chosen_home(False))
add_people_commands(cli, lambda: chosen_home(False))
add_edition_commands(cli, lambda: chosen_home(False))
add_payout_commands(cli, lambda: chosen_home(False))
add_delivery_commands(cli, lambda: chosen_home(False))
add_reply_commands(cli, lambda: chosen_home(False))


def chosen_home(demo: bool) -> Home:
    """The data home of the settings, or the demonstration's inside it."""
    home = Home(load_settings().home)
    return home.demo() if demo else home


_for_the_caller: list[int] = []
"""The umask this command was called with: a file somebody asked for is theirs to share, the data home's are not."""


def hand_over(file: Path) -> None:
    """Give a file that was asked for the rights the caller gives to new files."""
    if _for_the_caller:
        file.chmod(0o666 & ~_for_the_caller[-1])


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
    _for_the_caller.append(keep_private())
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
