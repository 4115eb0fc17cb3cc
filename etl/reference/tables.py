"""Reading the reference tables: bytes held against their SHA-256, columns against what is expected of them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from warehouse.catalog.fields import told
from warehouse.catalog.problems import Problems
from warehouse.catalog.tables import read_record, read_toml
from warehouse.errors import SourceError, first_line, reason_zh

HERE = Path(__file__).resolve().parent

_TEXT, _NUMBER = pl.String, pl.Int64
_CENSUS_TEXTS = ("adcode", "name", "level", "parent_adcode", "province", "prefecture", "source_title", "source_url")
_CENSUS_NUMBERS = (
    *("population", "male", "female", "pop_0_14", "pop_15_59", "pop_60_plus", "pop_65_plus"),
    *("pop_80_plus", "pop_85_plus", "pop_urban", "pop_rural", "households_with_65_plus", "source_row"),
)
_CENSUS_SHARES = (
    *("share_0_14", "share_15_59", "share_60_plus", "share_65_plus", "share_80_plus"),
    *("share_65_plus_published", "share_0_14_published"),
)

# The columns of each table; one more or one less means that the table is not the one these checks were written for.
COLUMNS: dict[str, dict[str, Any]] = {
    "census-2020-county": dict.fromkeys(_CENSUS_TEXTS, _TEXT)
    | dict.fromkeys(_CENSUS_NUMBERS, _NUMBER)
    | dict.fromkeys(_CENSUS_SHARES, pl.Float64),
    "census-2020-age-bands": dict.fromkeys(("adcode", "name", "sex", "age_band", "source_title", "source_url"), _TEXT)
    | {"population": _NUMBER},
    "census-2020-communique": dict.fromkeys(("adcode", "name", "level", "note", "source_title", "source_url"), _TEXT)
    | dict.fromkeys(("population", "pop_0_14", "pop_15_59", "pop_60_plus", "pop_65_plus"), _NUMBER)
    | dict.fromkeys(("share_0_14", "share_15_59", "share_60_plus", "share_65_plus"), pl.Float64),
    "population-projection-2026": dict.fromkeys(("adcode", "name", "level", "age_band", "as_of"), _TEXT)
    | {"persons": _NUMBER},
    "divisions-2023-county": dict.fromkeys(
        ("adcode", "name", "level", "parent_adcode", "parent_name", "province_adcode", "province_name"), _TEXT
    ),
    "divisions-2023-prefecture": dict.fromkeys(("adcode", "name", "level", "parent_adcode"), _TEXT),
    "divisions-2023-township": dict.fromkeys(("code", "name", "county_adcode", "parent_adcode"), _TEXT),
    "divisions-2021-county": dict.fromkeys(("adcode", "name", "source"), _TEXT)
    | dict.fromkeys(
        (
            *("townships_total", "streets", "towns", "rural_townships", "residents_committees"),
            *("residents_committee_like", "villagers_committees", "as_of"),
        ),
        _NUMBER,
    ),
    "divisions-2021-township": dict.fromkeys(("code", "name", "county_adcode", "source"), _TEXT)
    | dict.fromkeys(
        (
            *("residents_committees", "villagers_committees", "residents_committee_like"),
            *("villagers_committee_like", "as_of"),
        ),
        _NUMBER,
    ),
}


EXCEPTIONS = ("cities_without_counties", "rows_without_ages", "administrative_without_code", "communique_differs")


@dataclass(frozen=True, kw_only=True)
class Described:
    """What sources.toml says of one table."""

    title_zh: str = told("名称")
    issuer_zh: str = told("发布单位")
    period_zh: str = told("年份与口径")
    file: str = told("文件名")
    sha256: str = told("内容摘要")
    licence_zh: str = told("许可")
    notes_zh: str = told("用数时要知道的")
    order: int = told("次序")


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The reference tables as read: each with `line`, the line of the file a row stands on (the header is line 1)."""

    frames: dict[str, pl.DataFrame]
    sources: dict[str, dict[str, Any]]
    exceptions: dict[str, dict[str, str]]

    def place(self, source_id: str, line: int | None = None) -> str:
        """How a message names a row."""
        where = f"etl/reference/tables/{self.sources[source_id]['file']}"
        return f"{where} 第{line}行" if line else where


def read_tables(folder: Path, problems: list[str]) -> Tables:
    """Every table of sources.toml, with each changed file, column or cell that is no number noted in `problems`.

    Raises:
        SourceError: what tells of the tables cannot be read, or lacks something: all of it.
    """
    sources, exceptions = _described(folder)
    frames = {}
    for source_id, columns in COLUMNS.items():
        file = folder / "tables" / sources[source_id]["file"]
        frames[source_id] = _read(file, sources[source_id]["sha256"], columns, problems)
    return Tables(frames=frames, sources=sources, exceptions=exceptions)


def _described(folder: Path) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, str]]]:
    """What is said of each table, and the exceptions of each kind."""
    noted = Problems()
    sources = {
        source_id: vars(one)
        for source_id, table in read_toml(folder, "sources.toml", noted).items()
        if (one := read_record(Described, table, file="sources.toml", table_name=source_id, problems=noted))
    }
    exceptions = read_toml(folder, "exceptions.toml", noted)
    if not noted.found:
        for source_id in sorted(COLUMNS.keys() ^ sources.keys()):
            fact = "没有登记这张表" if source_id in COLUMNS else "没有这样的表，程序不读"
            noted.add("sources.toml", source_id, "", fact, "请从程序包中恢复，或删去多出的一节")
        for name in EXCEPTIONS:
            listed = exceptions.get(name)
            if not isinstance(listed, dict) or not all(
                key.isdigit() and isinstance(text, str) and text.strip() for key, text in listed.items()
            ):
                noted.add(
                    "exceptions.toml",
                    name,
                    "",
                    '不是“行号或代码 = "缘由"”的一张表',
                    "请照原样改正；没有例外也留下这一节",
                )
        for name in sorted(exceptions.keys() - set(EXCEPTIONS)):
            noted.add("exceptions.toml", name, "", "没有这种例外", f"可用的有 {'、'.join(EXCEPTIONS)}，请改名或删去")
    if noted.found:
        raise SourceError(
            "参考表的登记有误，未装载；现行批次没有改动：", problems=[f"etl/reference/{one}" for one in noted.found]
        )
    return sources, exceptions


def _read(file: Path, sha256: str, columns: dict[str, Any], problems: list[str]) -> pl.DataFrame:
    place = f"etl/reference/tables/{file.name}"
    empty = pl.DataFrame(schema={**columns, "line": pl.Int64})
    try:
        content = file.read_bytes()
    except OSError as error:
        problems.append(f"{place}：打不开（{reason_zh(error)}）；请从程序包中恢复这个文件")
        return empty
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        problems.append(
            f"{place}：内容与登记的摘要不同（登记 {sha256[:12]}…，实为 {found[:12]}…）；"
            "请恢复原文件，确要换表的，核对无误后改 etl/reference/sources.toml 的 sha256"
        )
    try:
        texts = pl.read_csv(content, infer_schema_length=0)
    except pl.exceptions.PolarsError as error:
        reason = first_line(error)
        problems.append(f"{place}：不是合格的 CSV（{reason}）；请恢复原文件")
        return empty
    wrong = [f"缺少列 {name}" for name in columns if name not in texts.columns]
    wrong += [f"多出列 {name}" for name in texts.columns if name not in columns]
    if wrong:
        problems.append(f"{place}：{'、'.join(wrong)}；请恢复原来的列")
        return empty
    lined = texts.with_row_index("line", offset=2).with_columns(pl.col("line").cast(pl.Int64))
    typed = lined.with_columns(pl.col(name).cast(kind, strict=False) for name, kind in columns.items())
    _note_broken_numbers(place, lined, typed, problems)
    return typed


def _note_broken_numbers(place: str, texts: pl.DataFrame, typed: pl.DataFrame, problems: list[str]) -> None:
    for name in (column for column in typed.columns if column != "line"):
        broken = texts.filter(typed[name].is_null() & texts[name].is_not_null())
        for line, value in broken.select("line", name).iter_rows():
            problems.append(f"{place} 第{line}行 {name}：“{value}”不是数字；请恢复原数")
