"""The declarations in the document files: one frozen record a row, an unknown or missing field refused by name."""

import re
import tomllib
import types
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from etl.documents.problems import Problem

Record = TypeVar("Record")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A document as it describes itself; issued_on is None where no full date is printed."""

    source_id: str
    kind_code: str
    title_zh: str
    number_zh: str
    issuer_zh: str
    area_id: str
    issued_on: date | None
    issued_year: int | None = None
    issued_note_zh: str
    period_zh: str
    file: str
    sha256: str
    licence_zh: str
    order: int
    private_lines: tuple[str, ...]
    broken_lines: tuple[str, ...]
    copy_sha256: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A printed figure. value in unit_zh, shares as fractions; low or high None where nothing is claimed."""

    id: str
    area_id: str
    indicator: str
    name_zh: str
    as_written: str
    unit_zh: str
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    qualifier: str
    kind: str
    period_start: date | None = None
    period_end: date | None = None
    quote: str
    also_at: tuple[str, ...]
    note_zh: str


@dataclass(frozen=True, kw_only=True)
class Programme:
    """A named system, programme, project, mechanism, honour or policy of a document."""

    id: str
    area_id: str
    name_zh: str
    kind: str
    status: str
    quote: str
    also_at: tuple[str, ...]
    figures: tuple[str, ...]
    year: int | None = None
    note_zh: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """A dated thing. `on` is 2014, 2014-10, 2014-10-01 or two of these with a stroke; an open end is empty."""

    id: str
    area_id: str
    on: str
    precision: str
    title_zh: str
    quote: str


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """A wording with a numeral that is no figure. source "*" means every document."""

    source: str
    text: str
    reason_zh: str


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A form of numeral that is never a figure in any document: years, document numbers."""

    regex: str
    reason_zh: str


@dataclass(frozen=True)
class Declared(Generic[Record]):
    """The rows of one file that could be read, each with the place a message names."""

    file: str
    rows: tuple[tuple[str, Record], ...]


def read_toml(path: Path, name: str, problems: list[Problem]) -> dict[str, Any]:
    """The tables of a TOML file, numbers as Decimal; {} and a problem when it is missing or malformed."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        problems.append(Problem(name, "没有这个文件", "请补上；没有内容也要留一个空文件"))
    except UnicodeDecodeError:
        problems.append(Problem(name, "不是UTF-8编码", "请另存为UTF-8"))
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(name, f"不是合格的TOML（{error}）", "请按提示的行列改正"))
    return {}


def read_rows(path: Path, name: str, heading: str, kind: type[Record], problems: list[Problem]) -> Declared[Record]:
    """The [[heading]] tables of a file as records; a row with a field fault is left out and reported."""
    tables = read_toml(path, name, problems)
    for other in tables.keys() - {heading}:
        problems.append(Problem(name, f"有不认识的表“{other}”", f"这个文件只放[[{heading}]]，请改名或移走"))
    rows = []
    for number, table in enumerate(tables.get(heading, []), start=1):
        place = f"{name} 第{number}条{' ' + str(table['id']) if 'id' in table else ''}"
        if record := to_record(kind, table, place, problems):
            rows.append((place, record))
    return Declared(name, tuple(rows))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def to_record(kind: type[Record], table: dict, place: str, problems: list[Problem]) -> Record | None:
    """The table as a record, or None after reporting every field that is unknown, missing or of another type."""
    hints = _hints(kind)
    required = {field.name for field in fields(kind) if field.default is MISSING}
    found = []
    for name in sorted(table.keys() - hints.keys()):
        found.append(Problem(place, f"有不认识的字段“{name}”", f"请删去或改名，可用字段：{'、'.join(hints)}"))
    for name in sorted(required - table.keys()):
        found.append(Problem(place, f"缺字段“{name}”", "请补上；没有内容的文字字段写空串"))
    values = {}
    for name in sorted(table.keys() & hints.keys()):
        try:
            values[name] = _converted(hints[name], table[name])
        except ValueError as error:
            found.append(Problem(place, f"字段“{name}”的值{table[name]!r}不合要求", str(error)))
    problems += found
    return None if found else kind(**values)


def _converted(hint: Any, raw: object) -> object:
    """The TOML value in the type its field declares; ValueError says what to write instead."""
    wanted = hint if not isinstance(hint, types.UnionType) else get_args(hint)[0]
    if wanted is str and isinstance(raw, str):
        if raw != raw.strip():
            raise ValueError("请去掉首尾的空白")
        return raw
    if wanted is int and type(raw) is int:
        return raw
    if wanted is Decimal and type(raw) in (int, Decimal):
        return Decimal(raw)
    if wanted is date and isinstance(raw, str):
        return _day(raw)
    if wanted == tuple[str, ...] and isinstance(raw, list) and all(isinstance(item, str) for item in raw):
        return tuple(raw)
    names = {str: "带引号的文字", int: "整数", Decimal: "不带引号的数", date: '"2025-07-09"样的日期'}
    raise ValueError(f"请写成{names.get(wanted, '文字列表')}")


def _day(raw: str) -> date | None:
    """The ISO date, None for ""."""
    if not raw:
        return None
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw):
        raise ValueError('请写成"2025-07-09"样的日期')
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise ValueError("日历上没有这一天，请核对") from None
