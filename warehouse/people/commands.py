"""Commands about people: `yanglao account …` for accounts and roles, `yanglao trail` for the audit trail."""

from datetime import date, datetime
from typing import Annotated

import typer

from warehouse.command_line import Json, chosen_home
from warehouse.errors import AccountError
from warehouse.home import account_name
from warehouse.people import accounts, audit, roles, sessions
from warehouse.terminal import print_json, print_rows, say

Login = Annotated[str, typer.Argument(metavar="登录名")]
Area = Annotated[str, typer.Option("--area", metavar="地区", help="地区代码或名称，如 puyang、清丰县；不写即全部")]


ROLES_ZH = "、".join(f"{code} {role.label_zh}" for code, role in roles.ROLES.items())

account = typer.Typer(help="账户与角色：建立、授权、停用、重置密码", no_args_is_help=True)
people = typer.Typer()
people.add_typer(account, name="account")


@account.command(help="建立账户并打印首次密码，如 yanglao account add li --name 李某 --role clerk --area qingfeng")
def add(
    login: Login,
    name: Annotated[str, typer.Option("--name", metavar="姓名")],
    role: Annotated[str | None, typer.Option("--role", metavar="角色", help=ROLES_ZH)] = None,
    area: Area = "",
    external: Annotated[bool, typer.Option("--external", help="由单位统一身份或网关登录的人，没有密码")] = False,
) -> None:
    """The first administrator is made here too, by whoever runs the machine, before anything else is there."""
    chosen_home().ensure()
    if role:
        # Before the account is there: its first password is printed once, and only when all is done.
        roles.checked(role, area)
    if external:
        accounts.add_external(chosen_home(), login=login, name_zh=name, by=_operator())
        if role:
            roles.grant(chosen_home(), login=login.lower(), role_code=role, area_id=area, by=_operator())
        say(f"{name}（{login}）已登记，由单位统一身份登录，本系统没有其密码")
        return
    first = accounts.add(chosen_home(), login=login, name_zh=name, by=_operator())
    if role:
        roles.grant(chosen_home(), login=login.lower(), role_code=role, area_id=area, by=_operator())
    say(f"账户 {login} 已建立，首次密码：{first}（只显示这一次，首次登录须修改）")


@account.command("list", help="列出账户和各自的角色")
def show(as_json: Json = False) -> None:
    held = roles.grants(chosen_home())
    rows = [
        {
            "login": each.login,
            "name_zh": each.name_zh,
            "is_closed": each.is_closed,
            "grants": [_told(one) for one in held if one.login == each.login],
        }
        for each in accounts.listed(chosen_home())
    ]
    if as_json:
        print_json(rows)
        return
    print_rows(
        ["登录名", "姓名", "状态", "角色（授权编号）"],
        [
            [
                row["login"],
                row["name_zh"],
                "已停用" if row["is_closed"] else "在用",
                "；".join(row["grants"]) or "无",
            ]
            for row in rows
        ],
    )


@account.command(help="授予角色，如 yanglao account grant wang --role reviewer --area puyang")
def grant(
    login: Login,
    role: Annotated[str, typer.Option("--role", metavar="角色", help=ROLES_ZH)],
    area: Area = "",
    until: Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], metavar="日期")] = None,
) -> None:
    if accounts.find(chosen_home(), login) is None:
        raise AccountError(f"登录名“{login}”：没有这个账户。请先用 yanglao account add 建立")
    last: date | None = until.date() if until else None
    number = roles.grant(chosen_home(), login=login, role_code=role, area_id=area, by=_operator(), until_on=last)
    say(f"已授予，授权编号 {number}")


@account.command(help="按授权编号收回角色")
def revoke(grant_id: Annotated[int, typer.Argument(metavar="授权编号")]) -> None:
    roles.revoke(chosen_home(), grant_id, by=_operator())
    say("已收回")


@account.command(help="停用账户；打开着的页面随即结束")
def close(login: Login) -> None:
    accounts.close(chosen_home(), login, by=_operator())
    sessions.end_all(chosen_home(), login, by=_operator())
    say(f"账户 {login} 已停用")


@account.command(help="重置密码，打印新的首次密码")
def reset(login: Login) -> None:
    first = accounts.reset(chosen_home(), login, by=_operator())
    sessions.end_all(chosen_home(), login, by=_operator())
    say(f"账户 {login} 的首次密码：{first}（只显示这一次，登录后须修改）")


@people.command(help="审计记录：最近的操作；--verify 逐条核对有没有被改、被删")
def trail(
    verify: Annotated[bool, typer.Option("--verify", help="逐条核对校验链，发现问题退出码为14")] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="条数")] = 50,
    as_json: Json = False,
) -> None:
    if verify:
        broken = audit.breaks(chosen_home())
        if broken:
            raise AccountError("审计记录有问题：", problems=broken)
        say("审计记录完整，没有改动或缺失")
        return
    found = audit.rows(chosen_home(), limit=limit)
    if as_json:
        print_json([{**_fields(row), "details": dict(row.details)} for row in found])
        return
    print_rows(
        ["序号", "时间（UTC）", "谁", "地址", "操作", "对象"],
        [
            [
                str(row.number),
                row.at[:19],
                row.who or "—",
                row.address or "—",
                audit.ACTIONS[row.action_code],
                row.subject,
            ]
            for row in found
        ],
    )


def _operator() -> str:
    """Whoever runs the machine: not an account of ours, so that nobody grants to himself."""
    return f"system:{account_name()}"


def _told(one: roles.Grant) -> str:
    until = f"，至{one.until_on}" if one.until_on else ""
    return f"{roles.ROLES[one.role_code].label_zh}（{one.area_id or roles.EVERYWHERE_ZH}{until}）#{one.grant_id}"


def _fields(row: audit.AuditRow) -> dict:
    return {name: getattr(row, name) for name in ("number", "at", "who", "address", "action_code", "subject", "chain")}
