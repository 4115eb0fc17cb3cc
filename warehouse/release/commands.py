"""Commands on releases: what stands, which are kept, which one readers get, and an attack on all of them."""

from typing import Annotated

import typer

from warehouse.command_line import Demo, Json, Unattended, assure_meant, chosen_home
from warehouse.errors import CheckFailed, HomeError, PublishError, ReleaseMissing
from warehouse.home import account_name
from warehouse.settings import load_settings
from warehouse.terminal import print_json, say, shown_progress, status_lines

releasing = typer.Typer()


@releasing.command(help="现状：现行批次、数据目录、磁盘、是否正在更新")
def status(demo: Demo = False, as_json: Json = False) -> None:
    """What stands, for a glance or a monitor."""
    from warehouse.status import home_status

    found = home_status(chosen_home(demo))
    if as_json:
        print_json(found)
        return
    for label_zh, text in status_lines(found):
        say(f"{label_zh}：{text}")


@releasing.command(help="以攻击者的办法核查保留的全部批次：相互加减、与文字对照，能否推出保密数")
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


@releasing.command(help="列出保留的批次，新的在前")
def releases(demo: Demo = False, as_json: Json = False) -> None:
    """All whole releases that are kept."""
    from warehouse.release.publishing.publish import list_releases

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


@releasing.command(help="回退到较早的批次并固定在那里；不写编号即上一个")
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
    from warehouse.release.publishing import publish

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
