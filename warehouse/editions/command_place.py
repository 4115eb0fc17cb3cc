"""What the commands of editions share: which data home, whose releases, and in whose name something is done.

Without sign-in whoever runs the machine acts as its operator, as with `rollback` and `withdraw`; where people sign in, a
step that is written needs an account with the right, named by `--as`, whose password is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warehouse.command_line import chosen_home
from warehouse.editions.record import Actor, Edition, edition
from warehouse.errors import AccountError
from warehouse.home import Home, account_name
from warehouse.people import accounts
from warehouse.people.roles import RIGHTS, grants, rights_of, today
from warehouse.settings import load_settings

if TYPE_CHECKING:
    from warehouse.read import Releases

Name = Annotated[str, typer.Argument(metavar="编号", help="如 濮阳 2026-10-A 或 puyang-2026-10-A")]
As = Annotated[str, typer.Option("--as", metavar="登录名", help="启用登录时：以谁的名义办理，会问密码")]
City = Annotated[str, typer.Option("--city", metavar="城市", help="全称或登记的简称")]
Unit = Annotated[str, typer.Option("--unit", metavar="单位", help="单位自己的汇报版；不写即全市")]
Sections = Annotated[list[str] | None, typer.Option("--section", metavar="节", help="可写多次；起草时不写即全部")]
ReleaseId = Annotated[str | None, typer.Option("--release", metavar="批次编号", help="起草时不写即现行批次")]
Template = Annotated[str | None, typer.Option("--template", metavar="文件名", help="数据目录 templates 里的 .docx")]
Edits = Annotated[Path | None, typer.Option("--edits", metavar="文件", help="改写的段落（JSON）")]
Reason = Annotated[str, typer.Option("--reason", metavar="原因")]


@contextmanager
def opened_releases(place: Home) -> Iterator[Releases]:
    from warehouse.read import Releases

    opened = Releases(place)
    try:
        yield opened
    finally:
        opened.close()


def where(releases: Releases, city: str, unit: str, release_id: str | None) -> tuple[str, str, str]:
    from warehouse.editions import signing

    with releases.acquire(release_id) as release:
        return signing.place_of(release, city=city, unit=unit)


def asked_for(name: str, right: str, login: str, is_demo: bool) -> tuple[Home, Edition, Actor]:
    """The data home and the edition a command names, and in whose name the step is taken.

    Raises:
        AccountError: as `actor_here`.
        PaperError: there is no such edition.
    """
    place = chosen_home(is_demo)
    found = edition(place, name)
    return place, found, actor_for(chosen_home(), right, login, found)


def actor_for(home: Home, right: str, login: str, found: Edition) -> Actor:
    return actor_here(home, right, login, found.identity.area_id, found.identity.city_area_id)


def actor_here(home: Home, right: str, login: str, *area_path: str) -> Actor:
    """Who does it: the operator of the machine, or the account named, whose password and right are looked at.

    Raises:
        AccountError: people sign in here and none was named, the password is wrong or the right is missing.
    """
    if load_settings().sign_in == "off":
        name = account_name()
        return Actor(who=f"system:{name}", name_zh=f"本机操作员（{name}）", is_operator=True)
    if not login:
        raise AccountError("启用了登录：请用 --as 登录名 写明以谁的名义办理，或在网页上办理")
    password = typer.prompt("密码", hide_input=True, err=True)
    account = accounts.verify(home, login=login, password=password, address="command line")
    if right not in rights_of(grants(home, account.login), today(), area_path=area_path):
        raise AccountError(f"{account.login}：没有“{RIGHTS[right]}”的权限，没有办理。请联系管理员授予角色")
    return Actor(who=account.login, name_zh=account.name_zh, address="command line")
