"""The cities: one folder of `cities/` each, whose name is the city's area id, with everything the city brings.

    city.toml     [city] place among the cities, networks it has; [areas.<id>] itself, its units, its province if no
                  other has it; [[standard]] what its allowance pays
    documents/    its published documents, read by etl.documents

A city may lack networks, standards or documents; what follows from them is then empty, and `lacks` says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.catalog.model import AllowanceStandard, Area, City
from warehouse.catalog.problems import Problems
from warehouse.catalog.tables import read_record, read_toml

# Where the shipped declarations lie.
CATALOG = Path(__file__).resolve().parent
FILE = "city.toml"
DOCUMENTS = "documents"


@dataclass(frozen=True, kw_only=True)
class DeclaredCities:
    """Everything the folders say, in the order of the cities. `files` is the file an area stands in."""

    cities: dict[str, City]
    areas: dict[str, Area]
    standards: dict[str, AllowanceStandard]
    files: dict[str, str]


def city_folders(folder: Path | None = None) -> list[Path]:
    """The folders of the cities under a catalogue, the shipped one by default, by name."""
    return sorted(
        each
        for each in ((folder or CATALOG) / "cities").glob("*")
        if each.is_dir() and not each.name.startswith((".", "_"))
    )


def read_cities(folder: Path, problems: Problems) -> DeclaredCities:
    """All cities of a catalogue, every unknown, missing or ill-typed field noted."""
    found = DeclaredCities(cities={}, areas={}, standards={}, files={})
    files = {each.name: f"cities/{each.name}/{FILE}" for each in city_folders(folder)}
    read = [(name, file, dict(read_toml(folder, file, problems))) for name, file in files.items()]
    for name, file, tables in sorted(read, key=lambda one: _order(one[2])):
        city = read_record(
            City, tables.pop("city", {}), file=file, table_name="city", given={"area_id": name}, problems=problems
        )
        if city is not None:
            found.cities[name] = city
        for code, table in _tables(tables.pop("areas", {}), file, problems):
            if code in found.areas:
                fact = f"{found.files[code]} 已登记了它"
                problems.add(file, f"areas.{code}", "", fact, "一个区域只在一处登记，请删去一处")
            area = read_record(
                Area, table, file=file, table_name=f"areas.{code}", given={"area_id": code}, problems=problems
            )
            if area is not None:
                found.areas[code], found.files[code] = area, file
        _read_standards(tables.pop("standard", []), name, file, found, problems)
        for unknown in tables:
            problems.add(file, unknown, "", "没有这一节", "只有 [city]、[areas.…] 与 [[standard]]")
    return found


def _order(tables: dict[str, Any]) -> int:
    city = tables.get("city")
    order = city.get("order") if isinstance(city, dict) else None
    return order if isinstance(order, int) else 0


def _tables(tables: Any, file: str, problems: Problems) -> Iterator[tuple[str, Any]]:
    if isinstance(tables, dict):
        yield from tables.items()
    else:
        problems.add(file, "areas", "", "这里应是若干个区域", "请写成 [areas.<区域编号>]")


def _read_standards(rows: Any, city: str, file: str, found: DeclaredCities, problems: Problems) -> None:
    if not isinstance(rows, list):
        problems.add(file, "standard", "", "这里应是若干张表的列表", "请写成 [[standard]]")
        return
    for number, row in enumerate(rows, start=1):
        standard = read_record(
            AllowanceStandard,
            row,
            file=file,
            table_name=f"第{number}条 standard",
            given={"area_id": city},
            problems=problems,
        )
        if standard is None:
            continue
        if standard.key in found.standards:
            problems.add(file, standard.key, "valid_from_on", "同一区域、年龄档、生效日期写了两次", "请只留一条")
        found.standards[standard.key] = standard
