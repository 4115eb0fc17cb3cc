"""What all commands share: their common options, which data home is meant, whose a file is that was asked for, and
whether an operator means what cannot be taken back."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from warehouse.errors import PublishError
from warehouse.home import Home, keep_private
from warehouse.settings import load_settings

Demo = Annotated[bool, typer.Option("--demo", help="针对演示数据")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")]
Unattended = Annotated[
    bool, typer.Option("--unattended", help="启用登录时不再要求重新输入编号，供脚本使用；照样记入审计")
]


def chosen_home(demo: bool = False) -> Home:
    """The data home of the settings, or the demonstration's inside it."""
    home = Home(load_settings().home)
    return home.demo() if demo else home


_for_the_caller: list[int] = []
"""The umask this command was called with: a file somebody asked for is theirs to share, the data home's are not."""


def keep_to_this_account() -> None:
    """From now on what is written is closed to others; the rights the caller gives are remembered."""
    _for_the_caller.append(keep_private())


def hand_over(file: Path) -> None:
    """Give a file that was asked for the rights the caller gives to new files."""
    if _for_the_caller:
        file.chmod(0o666 & ~_for_the_caller[-1])


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
