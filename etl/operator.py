"""Commands of the operator who keeps a data home: back up, restore, drill, verify, deploy, remake."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from warehouse.command_line import Demo, Json, chosen_home
from warehouse.errors import HomeError
from warehouse.terminal import print_json, shown_progress

KeyFile = Annotated[Path | None, typer.Option("--key", metavar="密钥文件", help="加密备份用；age 格式")]


operator = typer.Typer()


@operator.command(
    help="备份数据目录（存档、登记、汇报版等），运行中也可；只存新增的，逐个核对，如 yanglao backup /mnt/备份"
)
def backup(
    folder: Annotated[Path, typer.Argument(metavar="备份目录", help="最好在另一块磁盘上")],
    key: KeyFile = None,
    new_key: Annotated[
        Path | None, typer.Option("--new-key", metavar="密钥文件", help="先生成密钥写到这里，再用它加密")
    ] = None,
    as_json: Json = False,
) -> None:
    """One more snapshot; exit code 7 when it could not be taken whole."""
    from warehouse.backup.snapshot import back_up
    from warehouse.backup.store import make_key, read_key

    if new_key:
        make_key(new_key)
    chosen = new_key or key
    with shown_progress(silent=as_json) as progress:
        taken = back_up(chosen_home(), folder, key=read_key(chosen) if chosen else None, progress=progress)
    if as_json:
        print_json(vars(taken))
    else:
        typer.echo(taken.sentence_zh)


@operator.command(help="从备份恢复缺失或损坏的部分，完好的不动；空机器上恢复后运行 yanglao refresh")
def restore(
    folder: Annotated[Path | None, typer.Argument(metavar="[备份目录]")] = None,
    key: KeyFile = None,
    number: Annotated[int | None, typer.Option("--number", metavar="第几次", help="不写即最近一次备份")] = None,
    from_log: Annotated[bool, typer.Option("--log", help="没有备份也可：按登记簿补齐较旧的登记文件")] = False,
    as_json: Json = False,
) -> None:
    """Put back what is missing or damaged."""
    from warehouse.backup.restoring import enter_from_log
    from warehouse.backup.restoring import restore as put_back
    from warehouse.backup.store import read_key

    if from_log == (folder is not None):
        raise HomeError("恢复：请写备份目录，或只写 --log 按登记簿补齐，二者之一")
    if from_log:
        lines, facts = [enter_from_log(chosen_home())], {}
    else:
        with shown_progress(silent=as_json) as progress:
            done = put_back(chosen_home(), folder, key=read_key(key) if key else None, number=number, progress=progress)
        first = f"已恢复第 {done.number} 次备份（{done.taken_at:%Y-%m-%d %H:%M} UTC，{done.file_count} 个文件）"
        lines, facts = [first, *done.notes_zh, "请运行 yanglao refresh 重新生成批次"], {"number": done.number}
    if as_json:
        print_json({**facts, "notes_zh": lines})
    else:
        typer.echo("\n".join(lines))


@operator.command(help="恢复演练：把最近一次备份恢复到临时空目录并重建批次，核对内容摘要相同，并记下日期")
def drill(
    folder: Annotated[Path, typer.Argument(metavar="备份目录")], key: KeyFile = None, as_json: Json = False
) -> None:
    """Prove that the backup gives the same content; the data home stays as it is."""
    from etl.drill import drill as run_drill
    from warehouse.backup.store import read_key

    with shown_progress(silent=as_json) as progress:
        found = run_drill(chosen_home(), folder, key=read_key(key) if key else None, progress=progress)
    if as_json:
        print_json(vars(found))
    else:
        typer.echo(found.sentence_zh)


@operator.command(help="写出 systemd 单元与 nginx 示例，填好本机的路径；不覆盖已有文件，如 yanglao deploy ./部署")
def deploy(
    folder: Annotated[Path, typer.Argument(metavar="目录")],
    host: Annotated[str, typer.Option("--host", metavar="域名", help="读者访问的名字")] = "briefing.example.gov.cn",
    user: Annotated[str, typer.Option("--user", metavar="账户", help="运行服务的系统账户")] = "yanglao",
    backup_to: Annotated[Path, typer.Option("--backup", metavar="目录", help="每日备份到哪里")] = Path(
        "/var/backups/yanglao"
    ),
) -> None:
    """Files for an administrator to look through and put in place."""
    from etl.deploy import write_all
    from warehouse.settings import load_settings

    settings = load_settings()
    facts = {
        "host": host,
        "user": user,
        "backup": str(backup_to.absolute()),
        "home": str(settings.home),
        "command": str(Path(sys.executable).parent / "yanglao"),
        "upstream": f"{settings.address}:{settings.port}",
    }
    for path in write_all(folder, facts):
        typer.echo(str(path))


@operator.command(help="把结构较旧的批次按现行程序从存档重建，供网页显示；原批次不变，如 yanglao remake 20261123-01")
def remake(
    release_id: Annotated[str, typer.Argument(metavar="批次编号")],
    demo: Demo = False,
) -> None:
    """Make a release of an older shape again; the next reader gets it."""
    from etl.rebuild import remake as make_again

    with shown_progress() as progress:
        typer.echo(str(make_again(chosen_home(demo), release_id, progress)))


@operator.command(help="逐字节核对数据目录：存档、登记、各批次、汇报版；有损坏的逐个列出，什么也不改")
def verify(demo: Demo = False, as_json: Json = False) -> None:
    """Look at every byte; exit code 7 when something is damaged or missing."""
    from etl.verify import verify as look

    found = look(chosen_home(demo))
    if as_json:
        print_json(vars(found))
    else:
        typer.echo(
            f"已核对存档 {found.archived_count} 个文件、登记 {found.entry_count} 号、批次 {found.release_count} 个、汇报版 {found.edition_count} 个"
            + (f"、津贴明细 {found.payout_count} 个文件：" if found.payout_count else "：")
            + ("全部完好" if not found.problems_zh else f"有 {len(found.problems_zh)} 处问题")
        )
        for problem in found.problems_zh:
            typer.echo(f"  - {problem}")
    if found.problems_zh:
        raise typer.Exit(HomeError.exit_code)
