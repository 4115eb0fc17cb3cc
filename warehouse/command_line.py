"""What all commands share: their common options, which data home is meant, and whose a file is that was asked for."""

from pathlib import Path
from typing import Annotated

import typer

from warehouse.home import Home, keep_private
from warehouse.settings import load_settings

Demo = Annotated[bool, typer.Option("--demo", help="针对演示数据")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")]


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
