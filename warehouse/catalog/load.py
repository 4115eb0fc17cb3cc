"""Loading the declarations of this folder, all files and all rules, before anybody may use one of them."""

import dataclasses
import hashlib
from pathlib import Path
from types import MappingProxyType
from typing import Any

from warehouse.catalog import cities, rules
from warehouse.catalog.judgements import load_judgements
from warehouse.catalog.model import (
    Area,
    Base,
    Catalog,
    Code,
    Column,
    Distinction,
    Group,
    Indicator,
    Network,
    Relation,
    Target,
)
from warehouse.catalog.problems import Problems
from warehouse.catalog.sheet import check_sheet
from warehouse.catalog.tables import read_all, read_record, read_toml

KEPT = 4
_known: dict[str, Catalog] = {}


def load_catalog(folder: Path | None = None) -> Catalog:
    """The catalogue, every declaration checked against every other; read once for as long as the files stay the same.

    Args:
        folder: where the TOML files lie; the shipped ones by default.

    Raises:
        CatalogError: a field is unknown, missing or of a wrong kind, a reference leads nowhere, numerators and
            denominators go in a circle … All problems at once, each with file, table, field and remedy.
    """
    folder = folder or cities.CATALOG
    key = _key(folder)
    if key not in _known:
        found = _read(folder)
        while len(_known) >= KEPT:
            _known.pop(next(iter(_known)))
        _known[key] = found
    return _known[key]


def _key(folder: Path) -> str:
    """Changes with every byte of a declaration, and with the place it is told to stand in."""
    digest = hashlib.sha256(f"{folder}\n".encode())
    for path in sorted(folder.rglob("*")):
        # Documents are no part of the catalogue, and whether a city has any is told by its folders.
        if path.is_dir() or (path.suffix == ".toml" and cities.DOCUMENTS not in path.relative_to(folder).parts):
            digest.update(f"{path.relative_to(folder)}\n".encode())
            digest.update(b"" if path.is_dir() else path.read_bytes())
    return digest.hexdigest()


def _read(folder: Path) -> Catalog:
    problems = Problems()
    shared = read_all(folder, "areas.toml", Area, "area_id", problems)
    found = cities.read_cities(folder, problems)
    for code in shared.keys() & found.areas.keys():
        problems.add(
            found.files[code], f"areas.{code}", "", "areas.toml 已登记了它", "一个区域只在一处登记，请删去一处"
        )
    catalog = Catalog(
        indicators=MappingProxyType(read_all(folder, "indicators.toml", Indicator, "indicator_code", problems)),
        groups=MappingProxyType(_groups(folder, problems)),
        areas=MappingProxyType({**shared, **found.areas}),
        city_declarations=MappingProxyType(found.cities),
        area_files=MappingProxyType(found.files),
        codes=MappingProxyType(_codes(folder, problems)),
        targets=MappingProxyType(read_all(folder, "targets.toml", Target, "target_id", problems)),
        allowance_standards=MappingProxyType(found.standards),
        **_networks(folder, problems),
        relations=MappingProxyType(_relations(folder, problems)),
        judgements=load_judgements(folder, problems),
    )
    if not problems.unreadable:
        rules.check(catalog, problems)
        check_sheet(folder, catalog, problems)
    problems.raise_if_any()
    return catalog


def _groups(folder: Path, problems: Problems) -> dict[str, Group]:
    file = "groups.toml"
    groups = {}
    for code, table in read_toml(folder, file, problems).items():
        table = dict(table)
        rows = _listed(table, "not_with", file, code, problems)
        distinctions = [
            read_record(Distinction, row, file=file, table_name=f"{code}.not_with", problems=problems) for row in rows
        ]
        group = read_record(Group, table, file=file, table_name=code, given={"group_code": code}, problems=problems)
        if group is not None:
            groups[code] = dataclasses.replace(group, not_with=tuple(item for item in distinctions if item))
    return groups


def _codes(folder: Path, problems: Problems) -> dict[str, dict[str, Code]]:
    file = "codes.toml"
    sets = {}
    for code_set, table in read_toml(folder, file, problems).items():
        found = {}
        for code, value in table.items():
            fields = {"label_zh": value} if isinstance(value, str) else value
            given = {"code_set": code_set, "code": code}
            record = read_record(
                Code, fields, file=file, table_name=f"{code_set}.{code}", given=given, problems=problems
            )
            if record is not None:
                found[code] = record
        sets[code_set] = MappingProxyType(found)
    return sets


def _networks(folder: Path, problems: Problems) -> dict[str, Any]:
    file = "networks.toml"
    tables = read_toml(folder, file, problems)
    found: dict[str, dict] = {"bases": {}, "networks": {}}
    for section, kind, key_field in (("bases", Base, "base_code"), ("networks", Network, "network_code")):
        for code, table in tables.pop(section, {}).items():
            given = {key_field: code}
            record = read_record(kind, table, file=file, table_name=f"{section}.{code}", given=given, problems=problems)
            if record is not None:
                found[section][code] = record
    for unknown in tables:
        problems.add(file, unknown, "", "没有这一节", "只有 [bases.…] 与 [networks.…] 两节")
    return {section: MappingProxyType(records) for section, records in found.items()}


def _relations(folder: Path, problems: Problems) -> dict[str, Relation]:
    file = "relations.toml"
    relations = {}
    for layer, tables in read_toml(folder, file, problems).items():
        for name, table in tables.items():
            relation_name = f"{layer}.{name}"
            table = dict(table)
            columns = table.pop("columns", [])
            shaped = isinstance(columns, list) and all(
                isinstance(column, list) and len(column) == 3 and all(isinstance(part, str) for part in column)
                for column in columns
            )
            if not shaped or not columns:
                problems.add(file, relation_name, "columns", "列应逐行写成 [列名, 类型, 说明]", "请按此格式改正")
                continue
            given = {
                "relation": relation_name,
                "columns": tuple(Column(name=n, type=t, comment_zh=c) for n, t, c in columns),
            }
            record = read_record(Relation, table, file=file, table_name=relation_name, given=given, problems=problems)
            if record is not None:
                relations[relation_name] = record
    return relations


def _listed(table: dict, name: str, file: str, table_name: str, problems: Problems) -> list:
    """The rows under `name`, taken out of the table; empty with a problem noted when they are not a list."""
    rows = table.pop(name, [])
    if isinstance(rows, list):
        return rows
    problems.add(file, table_name, name, "这里应是若干张表的列表", f"请写成 [[{name}]]")
    return []
