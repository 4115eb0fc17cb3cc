"""The indicators on the sheet of a unit, declared in `sheet.toml`: what is printed there is no part of a release."""

import tomllib
from functools import cache
from pathlib import Path

from warehouse.catalog.cities import CATALOG
from warehouse.catalog.model import Catalog
from warehouse.catalog.problems import Problems
from warehouse.catalog.tables import read_toml

FILE = "sheet.toml"


@cache
def sheet_indicators() -> tuple[str, ...]:
    """Codes in the order in which they are printed; `load_catalog` holds them against the indicators."""
    return tuple(tomllib.loads((CATALOG / FILE).read_text(encoding="utf-8"))["indicators"])


def check_sheet(folder: Path, catalog: Catalog, problems: Problems) -> None:
    """Note what the sheet names and nobody has declared, or names twice."""
    named = read_toml(folder, FILE, problems).get("indicators", [])
    for code in dict.fromkeys(named):
        if code not in catalog.indicators:
            problems.add(FILE, "indicators", "", f"没有指标 {code}", "请改为 indicators.toml 中的代码")
        if named.count(code) > 1:
            problems.add(FILE, "indicators", "", f"{code} 写了不止一次", "请只写一次")
