"""`yanglao payouts …`: take payment files, count, audit, work off what was found."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from warehouse.command_line import Demo, Json, chosen_home
from warehouse.errors import PayoutError
from warehouse.home import account_name
from warehouse.terminal import print_json, print_table, say, shown_progress

NOTHING = "—"
READING = ("pyarrow.csv", "python_calamine")
"""What a worker that only reads payment files has loaded; Polars is not among it, since it begins threads."""
MOST_LISTED = 300
"""Lines of differences on a terminal: about a month of a city. Nobody reads more, and each costs more than its sum."""
Unit = Annotated[str, typer.Option("--unit", metavar="单位", help="全称、登记的简称或区域编号")]


payouts = typer.Typer(help="津贴稽核：收发放明细与比对名单、算月度数、查疑点、办清单", no_args_is_help=True)


@payouts.command("add", help="收发放明细、名册变动、比对名单；原地读取，不复制不存档，如 yanglao payouts add 7月/")
def add_files(
    files: Annotated[list[Path], typer.Argument(metavar="文件…", help="可写多个文件或文件夹")],
    unit: Unit = "",
    month: Annotated[str, typer.Option("--month", metavar="月份", help="文件里没写时，如 2025-07")] = "",
    corrects: Annotated[
        list[int] | None, typer.Option("--corrects", metavar="第几份", help="更正以前收的这一份")
    ] = None,
    part: Annotated[bool, typer.Option("--part", help="是同月的另一批，可有相同的人")] = False,
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    """Exit code 16 when a file was not taken; the others were."""
    from warehouse.worker.client import Worker

    # Nobody asks anything else of this process: its worker loads what reading needs and no more, and that while this
    # process loads what it needs itself.
    with shown_progress(silent=as_json) as progress, closing(Worker(preload=READING)) as worker:
        worker.warm()
        from etl.payouts.add import add
        from etl.payouts.values import month_of

        chosen = month_of(month) if month else None
        if month and chosen is None:
            raise PayoutError(f"月份“{month}”：请写如 2025-07")
        done = add(
            chosen_home(demo),
            files,
            unit=unit,
            month=chosen,
            corrects=corrects or (),
            is_part=part,
            progress=progress,
            worker=worker,
        )
    if as_json:
        print_json(
            {
                "sentence_zh": done.sentence_zh,
                "files": [{**vars(each), "path": str(each.path)} for each in done.files],
            }
        )
    else:
        for each in done.files:
            for line in _file_lines(each):
                say(line)
        say(done.sentence_zh)
    if not done.is_whole:
        raise typer.Exit(PayoutError.exit_code)


@payouts.command(help="密钥：--new 建立或加一把新的（旧数据仍能对上），--wrap 接着做完换钥；不写即显示编号")
def key(
    new: Annotated[bool, typer.Option("--new", help="建立密钥，或在旧钥之上加一把")] = False,
    wrap: Annotated[bool, typer.Option("--wrap", help="把明细库换到现行密钥之下")] = False,
    demo: Demo = False,
) -> None:
    from etl.payouts import trace
    from etl.payouts.keys import key_place, read_keys

    place = chosen_home(demo)
    if new:
        say(trace.new_key(place, who=account_name()))
    elif wrap:
        say(trace.wrap(place))
    else:
        keys = read_keys(place)
        where = key_place(place)
        say(
            f"密钥编号 {keys.key_id}，共 {len(keys.chain)} 把；{'由命令给出' if where.startswith('command:') else where}"
        )


@payouts.command(help="由发放明细算月度数，列出与月报的差异")
def figures(
    everything: Annotated[bool, typer.Option("--all", help="相符的也列出")] = False,
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    import polars as pl

    from warehouse.catalog import load_catalog
    from warehouse.payouts.figures import reconcile
    from warehouse.wording.desk.payouts import reconciliation_table

    catalog = load_catalog()
    table = reconcile(chosen_home(demo), catalog)
    if as_json:
        print_json(table.to_dicts())
        return
    has_form = (pl.col("reason_code") != "no_form").any().over("month", "unit")
    compared = table if everything else table.filter(has_form)
    shown = compared if everything else compared.filter(~pl.col("reason_code").is_in(["equal", "no_payments"]))
    if not shown.is_empty():
        names = {area_id: area.name_zh for area_id, area in catalog.areas.items()}
        newest = shown.sort("month", descending=True, maintain_order=True).head(MOST_LISTED)
        print_table(reconciliation_table(newest, names, catalog), empty=NOTHING)
        if left := shown.height - newest.height:
            say(f"另有 {left} 项没有列出（新的月份在前）；全部用 --json")
    elif not compared.is_empty():
        say(f"与月报逐项相符（{compared.height} 项）")
    if formless := table.join(compared, on=["month", "unit"], how="anti").select("month", "unit").n_unique():
        say(f"{formless} 个单位的月份没有月报，没有可比的；各项用 --all")


@payouts.command(
    help="按全部规则核查发放明细；比对名单用后即弃。历史放不进一台机器时加 --engine spark --master spark://10.1.2.3:7077"
)
def audit(
    engine: Annotated[str, typer.Option("--engine", metavar="引擎", help="duckdb（本机）或 spark（集群）")] = "duckdb",
    master: Annotated[str, typer.Option("--master", metavar="主节点", help="spark://主机:端口、yarn 或 local[2]")] = "",
    exchange: Annotated[
        Path | None, typer.Option("--exchange", metavar="目录", help="集群各机看到的同一目录；明细库也须在共享盘上")
    ] = None,
    conf: Annotated[list[str] | None, typer.Option("--conf", metavar="名称=值", help="Spark 的设置，可写多个")] = None,
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    from etl.payouts.audit import audit as run
    from warehouse.engines.marts import engine_named
    from warehouse.wording.desk.payouts import audit_lines

    place = chosen_home(demo)
    chosen = engine_named(engine, home=place, master=master, place=exchange, settings=conf or ())
    if chosen:
        from warehouse.engines.payouts import SparkPayouts

        chosen = SparkPayouts(master=chosen.master, place=chosen.place, settings=chosen.settings)
    with shown_progress(silent=as_json) as progress:
        done = run(place, progress=progress, engine=chosen)
    if as_json:
        print_json(vars(done))
    else:
        for line in audit_lines(done):
            say(line)


@payouts.command(help="疑点清单，重的、金额大的在前，如 yanglao payouts worklist --unit 清丰县 --out 清单.xlsx")
def worklist(
    unit: Unit = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="文件", help=".xlsx 或 .csv；不写即显示")] = None,
    closed: Annotated[bool, typer.Option("--closed", help="已办结的也列出")] = False,
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    from etl.payouts.audit import worklist_of

    place = chosen_home(demo)
    rows = worklist_of(place, unit=unit, with_closed=closed, out=out)
    if as_json:
        print_json(rows.to_dicts())
    elif out:
        say(f"{out}：{rows.height} 条。凭编号和原文件用 yanglao payouts trace 追到行")
    elif rows.is_empty():
        say("没有待办的疑点")
    else:
        print_table(rows, empty=NOTHING)


@payouts.command(help="凭疑点编号和原文件追到行，如 yanglao payouts trace ABCD-EFGH-JKMN-PQRS 清丰县7月.csv")
def trace(
    token: Annotated[str, typer.Argument(metavar="编号")],
    file: Annotated[Path, typer.Argument(metavar="原文件")],
    demo: Demo = False,
) -> None:
    from etl.payouts.trace import trace as run

    say(run(chosen_home(demo), token, file, who=account_name()).sentence_zh)


@payouts.command(help="登记核查结果：属实、误报、已追回（写 --yuan）；不写编号即列出各规则的准确率")
def feedback(
    token: Annotated[str, typer.Argument(metavar="[编号]")] = "",
    verdict: Annotated[str, typer.Argument(metavar="[结果]", help="属实、误报、已追回")] = "",
    yuan: Annotated[float, typer.Option("--yuan", metavar="元", min=0, help="追回金额")] = 0,
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    from warehouse.payouts.findings import VERDICTS, give_feedback, precision
    from warehouse.wording.desk.payouts import precision_table

    place = chosen_home(demo)
    if token:
        codes = {label: code for code, label in VERDICTS.items()}
        give_feedback(place, token.strip().upper(), codes.get(verdict, verdict), yuan=yuan, who=account_name())
        say(f"已登记：{token.strip().upper()} {verdict}" + (f"，追回 {yuan:,.2f} 元" if yuan else ""))
        return
    found = precision(place)
    if as_json:
        print_json(found.to_dicts())
    elif found.is_empty():
        say("还没有核查结果")
    else:
        print_table(precision_table(found))


@payouts.command(help="演示数据：生成三个单位半年的发放明细，收、稽核、核查一部分；之后运行 yanglao demo")
def invent() -> None:
    from etl.demo.payments import build_payments

    with shown_progress() as progress:
        told = build_payments(chosen_home(), progress=progress)
    say(told)


@payouts.command(help="各次收到的文件：第几份、何时、种类、月份、行数；只有摘要，没有文件名")
def received(demo: Demo = False, as_json: Json = False) -> None:
    from warehouse.payouts.store import PayoutStore
    from warehouse.wording.desk.payouts import submissions_table

    store = PayoutStore(chosen_home(demo))
    standing = {each.number for each in store.standing()}
    if as_json:
        print_json(
            [
                {"number": each.number, "at": each.at, "sha256": each.sha256, "labels_zh": each.labels_zh, "rows": each.rows, "stands": each.number in standing}
                for each in store.submissions()
            ]
        )  # fmt: skip
    elif store.submissions():
        print_table(submissions_table(store.submissions(), standing))
    else:
        say("还没有收过")


def _file_lines(each) -> list[str]:
    """What became of one file, for a terminal."""
    if each.again:
        return [f"{each.path}：{each.again:%Y-%m-%d %H:%M} UTC 收过逐字节相同的一份，不重复计入"]
    if not each.number:
        return [f"{each.path}：没有收", *(f"  - {problem}" for problem in each.problems_zh)]
    labels = "、".join(dict.fromkeys(each.labels_zh))
    return [
        f"{each.path}：第{each.number}份，{labels}，{each.rows:,}行",
        *(f"  · {remark}" for remark in each.remarks_zh),
    ]
