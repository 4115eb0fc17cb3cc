"""What the commands print: tables and lines for people, JSON for machines, progress on standard error."""

import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.home import Home
from warehouse.wording.grammar.running import running_lines

if TYPE_CHECKING:
    import polars as pl

Progress = Callable[[str, int, int], None]

# Signs that move the cursor, change colours or turn the direction of writing: a terminal obeys them, whoever wrote them.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """The text with every sign a terminal would obey written out, as in \\x1b; line ends and tabs stay."""
    return _COMMANDS.sub(lambda found: _written_out(found[0]), text)


def _written_out(sign: str) -> str:
    return f"\\x{ord(sign):02x}" if ord(sign) < 256 else f"\\u{ord(sign):04x}"


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """One line for people, on standard output or standard error, with nothing in it a terminal would obey."""
    print(visible(text), end="\n" if nl else "", file=sys.stderr if err else sys.stdout, flush=True)


def print_json(value: object) -> None:
    """One JSON document on standard output.

    Dates and instants in ISO form, decimals as text so that no digit is lost, and what JSON has no number for
    (Infinity, NaN) as text too.
    """
    text = json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)
    print(_COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def print_table(frame: "pl.DataFrame", *, empty: str = "NULL") -> None:
    """The frame as a table on standard output; a field without a value is shown faintly as `empty`."""
    columns = [(name, kind.is_numeric()) for name, kind in frame.schema.items()]
    _printed(columns, frame.iter_rows(), empty)


def print_rows(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows of text as a table on standard output."""
    _printed([(head, False) for head in heads], rows, "")


def _printed(columns: Sequence[tuple[str, bool]], rows: Iterable[Sequence[Any]], empty: str) -> None:
    """A table of columns (name, whether its values stand right)."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table()
    for name, is_right in columns:
        table.add_column(escape(visible(name)), justify="right" if is_right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(f"[dim]{empty}[/]" if value is None else escape(visible(str(value))) for value in row))
    # Into a file or a pipe the table goes as wide as it is; a terminal folds it.
    (Console() if sys.stdout.isatty() else Console(width=10_000)).print(table)


def status_lines(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answer of `home_status` as label and text."""
    release = found["release"]
    lines = [("数据目录", found["home"])]
    if release:
        pinned = "（已固定，更新不会改动；解除用 yanglao rollback --unpin）" if found["is_pinned"] else ""
        lines += [
            ("现行批次", f"{release['release_id']}{pinned}"),
            ("性质", "演示数据" if release["kind_code"] == "demo" else "实际数据"),
            ("生成时间", f"{release['built_at']:%Y-%m-%d %H:%M:%S}"),
            ("内容摘要", release["content_sha256"]),
            ("最新月报", f"{release['latest_month']:%Y年%-m月}" if release["latest_month"] else "没有月报"),
            ("最新公开文件", f"{release['latest_document_on']}" if release["latest_document_on"] else "没有注明日期的"),
        ]
    else:
        lines.append(("现行批次", f"没有；请运行 {Home(Path(found['home'])).refresh_command}"))
    lines += [
        ("保留批次", f"{found['release_count']} 个"),
        ("批次占用", f"{found['release_bytes'] / 1e6:.1f} MB"),
        ("正在更新", found["busy_zh"] or "否"),
        ("隔离进程", found["confinement_zh"]),
    ]
    lines += [(label, text) for label, text, _ in running_lines(found, found["load"], datetime.now(UTC))]
    return lines + [("注意", problem) for problem in found["problems_zh"]]


@contextmanager
def shown_progress(*, silent: bool = False) -> Iterator[Progress]:
    """A progress bar on a terminal, one line a step elsewhere, both on standard error."""
    if silent:
        yield lambda step_zh, done, total: None
    elif sys.stderr.isatty():
        with _bar() as bar:
            task = bar.add_task("准备", total=None)
            yield lambda step_zh, done, total: bar.update(
                task, description=visible(step_zh), completed=done, total=total
            )
    else:
        told: set[int] = set()

        def line(step_zh: str, done: int, total: int) -> None:
            # A log wants the steps, not every workbook of one.
            if done not in told:
                told.add(done)
                say(f"[{done}/{total}] {step_zh}", err=True)

        yield line


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    # Without markup: names of files come in it, brackets and all.
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
