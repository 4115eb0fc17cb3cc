"""Twenty queries worth learning from: answers to what leaders ask, and traps to step around."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "starters"
_HEADER = re.compile(r"^-- (标题|分组|需要|参数|讲解)：(.*)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Starter:
    """One query. `parameters` are values to begin with, `latest` meaning the newest month of the release.

    needs_months: it answers nothing before county months have been published. lesson_zh: what it teaches.
    """

    code: str
    title_zh: str
    folder_zh: str
    needs_months: bool
    parameters: Mapping[str, str]
    lesson_zh: str
    sql: str


@functools.cache
def starters() -> tuple[Starter, ...]:
    """All of them, in the order of learning."""
    return tuple(_read(file) for file in sorted(_FOLDER.glob("*.sql")))


def _read(file: Path) -> Starter:
    text = file.read_text(encoding="utf-8")
    header = dict(_HEADER.findall(text))
    given = (part.partition("=") for part in header["参数"].split(",") if part.strip())
    return Starter(
        code=file.stem,
        title_zh=header["标题"],
        folder_zh=header["分组"],
        needs_months=header["需要"] == "月报",
        parameters={name.strip(): value.strip() for name, _, value in given},
        lesson_zh=header["讲解"],
        sql=_HEADER.sub("", text).strip(),
    )
