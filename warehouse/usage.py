"""What is wrong with a command as typed, in Chinese: the parser of arguments says it in English."""

import re
from collections.abc import Callable, Sequence

Said = Callable[[Sequence[str]], str]


def usage_zh(message: str, command: str) -> str:
    """The fault the parser found, and where it is told how the command is written.

    Args:
        message: what the parser says.
        command: the command as far as it was understood, `yanglao export`.
    """
    told = _translated(message, _FAULTS) or f"写法不对（{message}）"
    return f"{command}：{told}。写法见 {command} --help"


def _translated(message: str, sayings: Sequence[tuple[str, Said]]) -> str:
    if found := re.fullmatch(r"Invalid value(?: for (.+?))?: (.+)", message.strip(), re.DOTALL):
        what = _named(found[1] or "")
        return f"{what} {_translated(found[2], _VALUES) or f'的值不对（{found[2]}）'}".strip()
    for pattern, said in sayings:
        if found := re.fullmatch(pattern, message.strip(), re.DOTALL):
            return said([_named(part or "") for part in found.groups()])
    return ""


def _named(parts: str) -> str:
    """Names the parser puts in quotation marks, joined as in a sentence."""
    return "、".join(one.strip("'\" ") for one in re.split(r" / |, |,\s*\n\s*", parts) if one.strip("'\" "))


def _perhaps(names: str) -> str:
    return f"，是不是 {names}" if names else ""


_VALUES: tuple[tuple[str, Said], ...] = (
    (r"'(.*)' is not one of (.+)\.", lambda parts: f"“{parts[0]}”不在可选的 {parts[1]} 之内"),
    (r"(?:File|Path|Directory) '(.*)' does not exist\.", lambda parts: f"没有文件或文件夹“{parts[0]}”"),
    (r"(?:File|Path|Directory) '(.*)' is a directory\.", lambda parts: f"“{parts[0]}”是文件夹，要的是文件"),
    (r"(?:File|Path|Directory) '(.*)' is a file\.", lambda parts: f"“{parts[0]}”是文件，要的是文件夹"),
    (r"(?:File|Path|Directory) '(.*)' is not (?:read|writ)able\.", lambda parts: f"“{parts[0]}”没有读写的权限"),
    (r"Input should be greater than or equal to (\S+)", lambda parts: f"不能小于{parts[0]}"),
    (r"Input should be less than or equal to (\S+)", lambda parts: f"不能大于{parts[0]}"),
    (r"Input should be a valid (?:integer|number).*", lambda parts: "要写一个数字"),
)
_FAULTS: tuple[tuple[str, Said], ...] = (
    (
        r"No such command '(.*?)'\.?(?: Did you mean (.+)\?)?",
        lambda parts: f"没有命令“{parts[0]}”{_perhaps(parts[1])}",
    ),
    (
        r"No such option: (\S+)(?: \(Possible options: (.+)\))?",
        lambda parts: f"没有选项 {parts[0]}{_perhaps(parts[1])}",
    ),
    (r"Missing command\.", lambda parts: "没有写命令"),
    (r"Missing option (.+?)\.(?: .*)?", lambda parts: f"缺少选项 {parts[0]}"),
    (r"Missing argument (.+?)\.(?: .*)?", lambda parts: f"缺少 {parts[0]}"),
    (r"Option '(.+)' requires an argument\.", lambda parts: f"选项 {parts[0]} 后面要写内容"),
    (r"Option '(.+)' does not take a value\.", lambda parts: f"选项 {parts[0]} 后面不写内容"),
    (r"Got unexpected extra argument\(s\) \((.+)\)", lambda parts: f"多出了“{parts[0]}”，有空格的内容请加引号"),
)


def name_panels() -> None:
    """Give the parts of a help text their names; loading what draws them takes longer than most commands."""
    from typer import rich_utils

    rich_utils.OPTIONS_PANEL_TITLE, rich_utils.ARGUMENTS_PANEL_TITLE = "选项", "参数"
    rich_utils.COMMANDS_PANEL_TITLE = "命令"
    rich_utils.REQUIRED_LONG_STRING, rich_utils.DEFAULT_STRING = "[必写]", "[不写即 {}]"
