"""Commands by which months come in: refresh, demonstration, template, check, batches; and what each city lacks."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from warehouse.command_line import Demo, Json, Unattended, assure_meant, chosen_home, hand_over
from warehouse.errors import FormError, NewlyRefused, reason_zh
from warehouse.home import account_name
from warehouse.terminal import print_json, say, shown_progress

intake = typer.Typer()


@intake.command(help="读入全部资料，生成并启用新批次；内容没有变化则沿用现行批次")
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


@intake.command(help="生成演示数据：十六个单位 2023年1月至今的月报，读入、核对、发布到演示批次；不碰实际数据")
def demo(as_json: Json = False) -> None:
    """Build the demonstration in its own data home; again, it changes nothing."""
    from etl.demo.build import build_demo

    with shown_progress(silent=as_json) as progress:
        outcome = build_demo(chosen_home(), progress)
    tell_outcome(outcome, as_json=as_json)


@intake.command(
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
    from warehouse.wording.desk.receiving import came_lines, came_table

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


@intake.command(help="生成某单位某月的填报表样，带乡镇名和上月数，如 yanglao template --unit 清丰县 --month 2026-11")
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


@intake.command(help="检查报表文件：列出要更正的单元格和改法，不收、不存，如 yanglao check 清丰县11月.xlsx")
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


@intake.command(help="列出收件批次，新的在前；写批次编号即列出其中的文件")
def batches(
    batch_id: Annotated[str | None, typer.Argument(metavar="[批次编号]", help="如 20261105-01")] = None,
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    """What was received, in the batches in which it came."""
    from warehouse.desk.received import ReceivedLog
    from warehouse.wording.desk.receiving import batch_lines, file_lines

    log = ReceivedLog(chosen_home(demo))
    found = log.files_of(batch_id) if batch_id else log.batches()
    if as_json:
        print_json([vars(each) for each in found])
        return
    for line in file_lines(found) if batch_id else batch_lines(found):
        say(line)


@intake.command(help="撤销一个收件批次，下次更新不再计入，如 yanglao withdraw 20261105-01 --reason 误发他县的表")
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


@intake.command(help="每个城市还缺什么登记，缺了会怎样")
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
