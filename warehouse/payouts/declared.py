"""What `payouts.toml` and `payout_rules.toml` declare: relations with their columns, rules, parameters; and the SQL."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import polars as pl

from warehouse import FOLDER
from warehouse.catalog.problems import Problems
from warehouse.catalog.tables import read_record
from warehouse.errors import CatalogError

SQL = FOLDER / "sql" / "payouts"
RELATIONS_FILE, RULES_FILE = "payouts.toml", "payout_rules.toml"
SEVERITIES = {"high": "重", "medium": "中", "low": "轻"}
KINDS = {"deterministic": "据实", "heuristic": "可疑"}
DIRECTIONS = {"overpaid": "疑似多发", "owed": "疑似少发", "unclear": "金额待定"}
_POLARS = {
    "varchar": pl.String(),
    "bigint": pl.Int64(),
    "integer": pl.Int32(),
    "double": pl.Float64(),
    "date": pl.Date(),
}
Record = TypeVar("Record")
_DECIMAL = re.compile(r"decimal\((\d+), (\d+)\)")


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A relation the payout SQL reads or makes. `made_by` is the file or files under `sql/payouts`; empty when stored."""

    name: str
    label_zh: str
    grain_zh: str
    columns: tuple[tuple[str, str, str], ...]
    made_by: str = ""

    @property
    def types(self) -> Mapping[str, str]:
        """Column to DuckDB type."""
        return {name: kind for name, kind, _ in self.columns}

    @property
    def polars_schema(self) -> dict[str, pl.DataType]:
        """Column to Polars type, in order."""
        return {name: polars_type(kind) for name, kind, _ in self.columns}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One audit rule; `bucket` is the key that may split payments into parts judged apart, empty when none may.

    `ground` is the comparison list it goes by, empty for most.
    """

    rule_code: str
    label_zh: str
    severity: str
    kind: str
    direction: str
    bucket: str = ""
    sentence_zh: str
    remedy_zh: str
    ground: str = ""

    @property
    def sql(self) -> str:
        """Its select: one row a finding, columns of relation `finding`."""
        return (SQL / "rules" / f"{self.rule_code}.sql").read_text(encoding="utf-8")

    @property
    def reads_steps(self) -> bool:
        """Whether it reads payments that stand, or anything else that steps make."""
        return re.search(rf"\b(from|join) ({'|'.join(steps())})\b", self.sql) is not None


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A number the rules go by."""

    parameter_code: str
    number: int
    label_zh: str
    note_zh: str = ""


def polars_type(kind: str) -> pl.DataType:
    """The Polars type of a declared column type."""
    if found := _DECIMAL.fullmatch(kind):
        return pl.Decimal(int(found[1]), int(found[2]))
    return _POLARS[kind]


@cache
def relations() -> Mapping[str, Relation]:
    """Every declared relation by its name, in the order of the file.

    Raises:
        CatalogError: the file cannot be read or declares something else.
    """
    declared = {}
    for name, table in _read(RELATIONS_FILE).items():
        columns = tuple((column, kind, comment) for column, kind, comment in table["columns"])
        for column, kind, _ in columns:
            if kind not in _POLARS and not _DECIMAL.fullmatch(kind):
                raise CatalogError(f"{RELATIONS_FILE} ［{name}］ {column}：没有“{kind}”这种类型")
        declared[name] = Relation(
            name=name,
            label_zh=table["label_zh"],
            grain_zh=table["grain_zh"],
            columns=columns,
            made_by=table.get("made_by", ""),
        )
    return MappingProxyType(declared)


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its code, in the order of the file.

    Raises:
        CatalogError: a field is missing, unknown or of no known kind, or a rule has no SQL, or SQL has no rule.
    """
    declared = _records(Rule, "rules", "rule_code", _rule_faults)
    files = {path.stem for path in (SQL / "rules").glob("*.sql")}
    if files != declared.keys():
        raise CatalogError(
            f"{RULES_FILE}：规则与 warehouse/sql/payouts/rules 不一致：{'、'.join(sorted(files ^ declared.keys()))}"
        )
    return MappingProxyType(declared)


@cache
def parameters() -> Mapping[str, Parameter]:
    """Every parameter by its code.

    Raises:
        CatalogError: a field is missing, unknown or of no known kind, or a number cannot be meant.
    """
    return MappingProxyType(_records(Parameter, "parameters", "parameter_code", _parameter_faults))


def parameter_frame() -> pl.DataFrame:
    """Relation `parameter` as rows."""
    return pl.DataFrame(
        [(each.parameter_code, each.number) for each in parameters().values()],
        schema=relations()["parameter"].polars_schema,
        orient="row",
    )


def rule_frame() -> pl.DataFrame:
    """Relation `rule` as rows."""
    return pl.DataFrame(
        [(each.rule_code, each.severity, each.kind, each.direction) for each in rules().values()],
        schema=relations()["rule"].polars_schema,
        orient="row",
    )


WRITTEN_STEPS = frozenset({"undone", "arrears"})
"""Steps that are worked out once and written down, because several rules read them; the others are views."""


def steps() -> Mapping[str, str]:
    """What is to be made before rules run, in order: name to select."""
    return {_name(path): path.read_text(encoding="utf-8") for path in sorted((SQL / "steps").glob("*.sql"))}


def figure_sql(name: str) -> str:
    """The select of one figure: payout_month, stop_month, finding_month, finding_total, reconciliation."""
    return (SQL / "figures" / f"{name}.sql").read_text(encoding="utf-8")


def _records(
    kind: type[Record], part: str, key: str, faults: Callable[[Record], Iterator[tuple[str, str]]]
) -> dict[str, Record]:
    """The declarations of one part of the file of rules, by their codes; all that is wrong with any is raised at once."""
    problems, found = Problems(), _Asked(RULES_FILE, part)
    tables = _read(RULES_FILE).get(part)
    if not isinstance(tables, dict):
        raise CatalogError(f"{RULES_FILE}：没有 [{part}] 一节。请从程序包中恢复它")
    for code, table in tables.items():
        name = f"{part}.{code}"
        if one := read_record(kind, table, file=RULES_FILE, table_name=name, given={key: code}, problems=problems):
            found[code] = one
            for field, fact in faults(one):
                problems.add(RULES_FILE, name, field, fact, "请改正")
    if problems.found:
        raise CatalogError("津贴稽核的规则声明有误：", problems=[str(problem) for problem in problems.found])
    return found


class _Asked(dict):
    """Declarations by code; one that the program asks for and nobody declares is said to be missing."""

    def __init__(self, file: str, part: str) -> None:
        super().__init__()
        self.place = f"{file} ［{part}］"

    def __missing__(self, code: str) -> object:
        raise CatalogError(f"{self.place}：没有 {code}，程序要用。请从程序包中恢复它")


def _rule_faults(rule: Rule) -> Iterator[tuple[str, str]]:
    for field, known in (("severity", SEVERITIES), ("kind", KINDS), ("direction", DIRECTIONS)):
        if getattr(rule, field) not in known:
            yield field, f"不认识“{getattr(rule, field)}”；可用的有 {'、'.join(known)}"


def _parameter_faults(parameter: Parameter) -> Iterator[tuple[str, str]]:
    if parameter.number < 0:
        yield "number", f"{parameter.number} 小于0"


def _name(path: Path) -> str:
    return path.stem.partition("_")[2]


def _read(file: str) -> dict:
    try:
        return tomllib.loads((FOLDER / "catalog" / file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"{file}：读不出（{type(error).__name__}）。请从程序包中恢复它") from error
