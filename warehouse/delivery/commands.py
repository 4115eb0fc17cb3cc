"""`yanglao deliver …`: what is set up, what stands, alerts and the month's message shown or sent, alerts snoozed."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warehouse.command_line import Json, chosen_home
from warehouse.errors import DeliveryError, YanglaoError
from warehouse.home import Home, account_name
from warehouse.terminal import print_json, say
from warehouse.wording.grammar.dates import date_zh

if TYPE_CHECKING:
    from warehouse.delivery.outbox import Due, Told
    from warehouse.delivery.setup import Setup

Demo = Annotated[bool, typer.Option("--demo", help="针对演示数据（渠道写在 demo/delivery.toml）")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只显示会发什么，不发、不记")]


group = typer.Typer(
    help="发送：提醒与月度消息（企业微信、钉钉、飞书、邮件）；不设置渠道就什么也不发", no_args_is_help=True
)


@group.command(help="有变化的提醒：逾期未报、更新失败、必须更正、目标未完成、磁盘、备份；没有变化不重复")
def alerts(dry_run: DryRun = False, demo: Demo = False, as_json: Json = False) -> None:
    _run(chosen_home(demo), (_alerts,), dry_run=dry_run, as_json=as_json)


@group.command(help="月度消息：三句话、一个链接、县（区）一张纸；新签发的汇报版发一次，可设为有新月份即发")
def message(dry_run: DryRun = False, demo: Demo = False, as_json: Json = False) -> None:
    _run(chosen_home(demo), (_message,), dry_run=dry_run, as_json=as_json)


@group.command(help="两样都发，供定时器用；一样没有送达不耽误另一样")
def now(dry_run: DryRun = False, demo: Demo = False, as_json: Json = False) -> None:
    _run(chosen_home(demo), (_alerts, _message), dry_run=dry_run, as_json=as_json)


@group.command(help="列出渠道：收什么、能不能带附件；不显示地址")
def channels(demo: Demo = False, as_json: Json = False) -> None:
    from warehouse.delivery import outbox, sending

    setup = outbox.needed(chosen_home(demo))
    rows = [
        {
            "name": one.name,
            "kind_zh": one.kind_zh,
            "city": one.city,
            "units": list(one.units),
            "gets": list(one.gets),
            "message_when": one.message_when,
            "takes_files": sending.takes_files(one),
        }
        for one in setup.channels
    ]
    if as_json:
        print_json({"link": setup.link, "channels": rows})
        return
    for row in rows:
        whose = "、".join((*([row["city"]] if row["city"] else []), *row["units"])) or "全部"
        files = "带附件" if row["takes_files"] else "不带附件"
        say(f"{row['name']}　{row['kind_zh']}　{whose}　{'、'.join(row['gets'])}　{row['message_when']}　{files}")


@group.command("try", help="给一个渠道发一句试用消息，如 yanglao deliver try 局长办公室")
def attempt(name: Annotated[str, typer.Argument(metavar="渠道")], demo: Demo = False) -> None:
    from warehouse.delivery import outbox, sending

    channel = next((one for one in outbox.needed(chosen_home(demo)).channels if one.name == name), None)
    if channel is None:
        raise DeliveryError(f"渠道“{name[:60]}”：没有设置。请用 yanglao deliver channels 查看")
    sending.send(channel, title_zh="养老服务领导简报：试用", body_zh="这是一条试用消息，收到即说明渠道可用。")
    say(f"“{channel.name}”已收下试用消息")


@group.command(help="现在有哪些要提醒的，各自的编号、是否暂停；不发")
def standing(demo: Demo = False, as_json: Json = False) -> None:
    from warehouse.delivery import alerts as alerting
    from warehouse.delivery import outbox, record
    from warehouse.errors import ReleaseMissing
    from warehouse.read import Releases

    place, now = chosen_home(demo), datetime.now(UTC)
    try:
        with Releases(place).acquire() as release:
            found = alerting.standing(place, release, now=now)
    except ReleaseMissing:
        found = alerting.standing(place, None, now=now)
    quiet = record.snoozed(place, outbox.today(now))
    rows: list[dict[str, Any]] = [
        {**vars(one), "snoozed_until": quiet[one.subject].until_on if one.subject in quiet else None} for one in found
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        until = f"（暂停至{date_zh(row['snoozed_until'])}）" if row["snoozed_until"] else ""
        say(f"{row['subject']}　{row['text_zh']}{until}")
    if not rows:
        say("没有要提醒的")


@group.command(help="暂停一项提醒，如 yanglao deliver snooze overdue:qingfeng --until 2026-12-31 --reason 已约定补报")
def snooze(
    subject: Annotated[str, typer.Argument(metavar="编号", help="yanglao deliver standing 所列")],
    until: Annotated[str, typer.Option("--until", metavar="日期", help="含当天；不写即恢复提醒")] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="原因", help="暂停须写明")] = "",
    demo: Demo = False,
) -> None:
    from warehouse.delivery import outbox, record
    from warehouse.delivery.alerts import KINDS

    place, today = chosen_home(demo), outbox.today(datetime.now(UTC))
    try:
        last = date.fromisoformat(until) if until else None
    except ValueError:
        raise DeliveryError(f"日期“{until[:40]}”：不认识。请写成 2026-12-31") from None
    if subject.partition(":")[0] not in KINDS:
        raise DeliveryError(
            f"编号“{subject[:60]}”：不是提醒的编号（以 {'、'.join(KINDS)} 开头）。请用 yanglao deliver standing 查看"
        )
    who = f"system:{account_name()}"
    record.snooze(place, subject, until_on=last, reason_zh=reason, who=who, today=today)
    say(f"{subject} 已暂停至{date_zh(last)}" if last else f"{subject} 已恢复提醒")


def _run(place: Home, kinds: "Sequence[Callable[[Home, Setup, bool], Told]]", *, dry_run: bool, as_json: bool) -> None:
    """Each kind in its turn; what was refused is told after everything was tried."""
    from warehouse.delivery import outbox, record

    setup = outbox.needed(place)
    told: list[Told] = []
    refused: list[YanglaoError] = []
    with record.turn(place):
        for kind in kinds:
            try:
                told += kind(place, setup, dry_run)
            except YanglaoError as error:
                refused.append(error)
    if as_json:
        print_json({"sent": not dry_run, "messages": told})
    else:
        for one in told:
            say(_shown(one) if dry_run else f"已发给“{one['channel']}”（{one['kind_zh']}）：{one['title_zh']}")
        if dry_run and told:
            say(f"共{len(told)}条，没有发送")
        elif not told and not refused:
            say("没有要发的")
    if refused:
        raise refused[0] if len(refused) == 1 else DeliveryError("\n".join(str(error) for error in refused))


def _alerts(place: Home, setup: "Setup", dry_run: bool) -> "list[Told]":
    from warehouse.delivery import outbox
    from warehouse.desk import whole
    from warehouse.read import Releases

    now = datetime.now(UTC)
    if fault := whole.fault_zh(place):
        # The desk cannot say what was told, nor take what is.
        due = [] if outbox.is_told_of_desk(place, fault) else outbox.desk_alert(setup, fault, now=now)
        done = _done(place, due, dry_run, on_record=False)
        if due and not dry_run:
            outbox.mark_desk(place, fault)
        return done
    outbox.mark_desk(place, "")
    releases = Releases(place)
    try:
        return _done(place, outbox.due_alerts(place, setup, releases, now=now), dry_run)
    finally:
        releases.close()


def _message(place: Home, setup: "Setup", dry_run: bool) -> "list[Told]":
    from warehouse.delivery import outbox
    from warehouse.read import Releases

    releases = Releases(place)
    try:
        return _done(place, outbox.due_messages(place, setup, releases), dry_run)
    finally:
        releases.close()


def _done(place: Home, due: "list[Due]", dry_run: bool, *, on_record: bool = True) -> "list[Told]":
    from warehouse.delivery import outbox

    if dry_run:
        return [outbox.told(one, one.make_files()) for one in due]
    return outbox.deliver(place, due, on_record=on_record)


def _shown(told: "Told") -> str:
    files = "、".join(f"{file['name']}（{file['bytes'] / 1000:.0f} kB）" for file in told["files"])
    attached = f"\n附件：{files}" if files else ""
    return f"── 会发给“{told['channel']}”（{told['kind_zh']}）\n{told['title_zh']}\n{told['body_zh']}{attached}"
