"""Reading TOML tables into the classes of `model`, noting every field that is unknown, missing or of a wrong kind."""

import dataclasses
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from warehouse.catalog.problems import Problems

Declared = TypeVar("Declared")

KINDS_ZH = {
    str: "文字", int: "整数", float: "数", bool: "true 或 false", date: "日期（如 2025-12-31）", tuple: "列表", Mapping: "一张表",
}  # fmt: skip


def read_toml(folder: Path, file: str, problems: Problems) -> dict[str, Any]:
    """The tables of one file; empty, with a problem noted, when the file is missing or is not TOML."""
    try:
        return tomllib.loads((folder / file).read_text(encoding="utf-8"))
    except FileNotFoundError:
        problems.add(file, "文件", "", f"{folder} 中没有这个文件", "请从程序包中恢复它")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.add(file, "文件", "", f"不是合格的 TOML（{error}）", "请按提示的行列改正；同名的表或字段只能写一次")
    problems.unreadable = True
    return {}


def read_all(folder: Path, file: str, kind: type[Declared], key_field: str, problems: Problems) -> dict[str, Declared]:
    """Every table of a file as one declaration, by its code and in the order of the file."""
    declared = {}
    for code, table in read_toml(folder, file, problems).items():
        record = read_record(kind, table, file=file, table_name=code, given={key_field: code}, problems=problems)
        if record is not None:
            declared[code] = record
    return declared


def read_record(
    kind: type[Declared],
    table: Any,
    *,
    file: str,
    table_name: str,
    problems: Problems,
    given: Mapping[str, Any] | None = None,
) -> Declared | None:
    """One declaration, or None with every problem of the table noted.

    `given` holds what the place of the table says (its code); such fields may not be written again inside.
    """
    if not isinstance(table, dict):
        problems.add(file, table_name, "", "这里应是一张表", "请写成 [代码] 下面逐行的字段")
        return None
    before = len(problems.found)
    values = dict(given or {})
    types = _hints(kind)
    expected = {_name(field): field for field in dataclasses.fields(kind) if field.name not in values}
    for unknown in [name for name in table if name not in expected]:
        problems.add(file, table_name, unknown, "没有这个字段", f"可用的字段：{'、'.join(expected)}；请改名或删去")
    for name, field in expected.items():
        meaning = field.metadata.get("meaning_zh", name)
        if name not in table:
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                problems.add(file, table_name, name, f"缺少字段（{meaning}）", "请补写")
            continue
        value = _converted(table[name], types[field.name])
        if value is _WRONG:
            wanted = _wanted_zh(types[field.name])
            problems.add(file, table_name, name, f"{meaning}应是{wanted}，现为 {table[name]!r}", f"请改写为{wanted}")
        else:
            values[field.name] = value
    if len(problems.found) == before:
        return kind(**values)
    problems.broken.update(value for value in (given or {}).values() if isinstance(value, str))
    return None


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


_WRONG = object()


def _name(field: dataclasses.Field) -> str:
    return field.metadata.get("name") or field.name


def _plain(hint: Any) -> tuple[Any, bool]:
    """The type without `| None`, and whether None was allowed."""
    if isinstance(hint, UnionType):
        return next(part for part in get_args(hint) if part is not NoneType), True
    return hint, False


def _converted(value: Any, hint: Any) -> Any:
    wanted, may_be_absent = _plain(hint)
    if wanted is str:
        # A blank text says nothing: where something must be said it is as bad as a missing field.
        if not isinstance(value, str) or (not value.strip() and not may_be_absent):
            return _WRONG
        return value if value.strip() else None
    if wanted is float:
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else _WRONG
    if wanted is int:
        return value if isinstance(value, int) and not isinstance(value, bool) else _WRONG
    if wanted is date:
        return value if isinstance(value, date) and not isinstance(value, datetime) else _WRONG
    if get_origin(wanted) is tuple:
        texts = isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)
        return tuple(value) if texts else _WRONG
    return value if isinstance(value, get_origin(wanted) or wanted) else _WRONG


def _wanted_zh(hint: Any) -> str:
    wanted, _ = _plain(hint)
    if wanted is str:
        return "非空的文字"
    return KINDS_ZH[get_origin(wanted) or wanted]
