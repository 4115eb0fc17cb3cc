"""A catalogue with cities nobody knows yet: an invented one with a document, all of it 测试数据, and one of the census.

Written from nothing into a copy of the shipped declarations, so that what a new city needs is what stands here.
"""

import csv
import hashlib
import shutil
from pathlib import Path

from etl.reference.tables import HERE as REFERENCE
from warehouse.catalog.cities import CATALOG

# Its id and its name begin with those of another city, and one of its units has the name of another city's.
INVENTED, CENSUS_CITY = "puyang_test", "anyang"
NAMESAKE, OWN = f"{INVENTED}_east", f"{INVENTED}_west"
INDICATOR = "tea_house_count"
SENTENCES = "濮阳测试市民政局\n关于养老服务的通报（测试数据）\n全市建成敬老院17所，日间照料中心42个，老年茶馆9个。\n"
FIGURES = (("township_home_count", "敬老院", 17, "所"), ("community_day_care_count", "日间照料中心", 42, "个"), (INDICATOR, "老年茶馆", 9, "个"))  # fmt: skip


def copied_catalogue(folder: Path) -> Path:
    """A copy of the declarations as shipped, without code."""
    return shutil.copytree(CATALOG, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))


def add_invented(catalogue: Path) -> None:
    """濮阳测试市: two units without any code, two networks, an indicator of its own and a document of three figures."""
    city = catalogue / "cities" / INVENTED
    for part in ("texts", "figures", "programmes", "timeline"):
        (city / "documents" / part).mkdir(parents=True)
    units = "".join(_area(code, name, "unit", INVENTED) for code, name in ((NAMESAKE, "范县"), (OWN, "测县")))
    (city / "city.toml").write_text(
        f'[city]\norder = 3\nnetworks = ["township_home", "community_day_care"]\n\n{_area(INVENTED, "濮阳测试市", "city", "henan")}{units}',
        encoding="utf-8",
    )
    source = f"{INVENTED}-report"
    documents = city / "documents"
    (documents / "texts" / f"{source}.txt").write_text(SENTENCES, encoding="utf-8")
    (documents / "sources.toml").write_text(
        f'[{source}]\nkind_code = "document"\ntitle_zh = "关于养老服务的通报（测试数据）"\nnumber_zh = ""\nissuer_zh = "濮阳测试市民政局"\n'
        f'area_id = "{INVENTED}"\nissued_on = "2025-03-01"\nissued_note_zh = "测试数据"\nperiod_zh = "2024年"\n'
        f'file = "{source}.txt"\nsha256 = "{hashlib.sha256(SENTENCES.encode()).hexdigest()}"\nlicence_zh = "测试数据"\n'
        "order = 6\nprivate_lines = []\nbroken_lines = []\n",
        encoding="utf-8",
    )
    (documents / "figures" / f"{source}.toml").write_text(
        "".join(
            f'[[figure]]\nid = "{source}:{number:03d}"\narea_id = "{INVENTED}"\nindicator = "{code}"\nname_zh = "{name}"\n'
            f'as_written = "{value}{unit}"\nunit_zh = "{unit}"\nvalue = {value}\nlow = {value}\nhigh = {value}\n'
            f'qualifier = "exact"\nkind = "actual"\nperiod_start = "2024-12-31"\nperiod_end = "2024-12-31"\n'
            f'quote = "{name}{value}{unit}"\nalso_at = []\nnote_zh = "测试数据"\n\n'
            for number, (code, name, value, unit) in enumerate(FIGURES, start=1)
        ),
        encoding="utf-8",
    )
    for part in ("programmes", "timeline"):
        (documents / part / f"{source}.toml").write_text("", encoding="utf-8")
    _add_indicator(catalogue)


def _add_indicator(catalogue: Path) -> None:
    """One new indicator: a table of indicators.toml and its group."""
    for file, text in (
        (
            "indicators.toml",
            f'[{INDICATOR}]\nlabel_zh = "老年茶馆数"\nlabel_en = "Tea houses"\ntopic_code = "other"\n'
            'definition_zh = "为老年人开的茶馆（测试数据）。"\nformula_zh = "直接报送或取自来源，不计算"\nkind_code = "count"\n'
            'unit_zh = "个"\ntiming_code = "end_of_month"\nlevel_code = "city"\npolarity_code = "neutral"\ndecimals = 0\n'
            'valid_min = 0\ngroup_code = "tea_house"\nis_sensitive_persons = false\nowner_zh = "测试科"\n'
            "next_review_on = 2027-06-30\n",
        ),
        ("groups.toml", '[tea_house]\nlabel_zh = "老年茶馆"\ndefinition_zh = "为老年人开的茶馆（测试数据）。"\n'),
    ):
        path = catalogue / file
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{text}", encoding="utf-8")


def add_of_census(catalogue: Path) -> None:
    """安阳市 with its counties as the census names them: no network, no standard, no document, no further table."""
    # A zone without a code keeps the name and the row the census has for it.
    rows = [row for row in census_rows() if row["adcode"]]
    areas = "".join(
        _area(
            CENSUS_CITY if row["level"] == "prefecture" else f"{CENSUS_CITY}_{row['adcode']}",
            row["name"],
            "city" if row["level"] == "prefecture" else "unit",
            "henan" if row["level"] == "prefecture" else CENSUS_CITY,
            f'adcode = "{row["adcode"]}"\nstat_code = "{row["adcode"]}"\n',
        )
        for row in rows
    )
    folder = catalogue / "cities" / CENSUS_CITY
    folder.mkdir()
    (folder / "city.toml").write_text(f"[city]\norder = 4\nnetworks = []\n\n{areas}", encoding="utf-8")


def census_rows() -> list[dict[str, str]]:
    """The rows of the census for 安阳市 and everything directly below it."""
    with (REFERENCE / "tables" / "china_county_2020.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if "410500" in (row["adcode"], row["parent_adcode"])]


def _area(code: str, name: str, level: str, parent: str, codes: str = "") -> str:
    villages = "has_villages = true\n" if level == "unit" else ""
    return (
        f'[areas.{code}]\nname_zh = "{name}"\nshort_name_zh = "{name.removesuffix("市")}"\nlevel_code = "{level}"\nparent = "{parent}"\n'
        f'kind_code = "administrative"\n{codes}is_reporting = {str(level == "unit").lower()}\n{villages}aliases = []\n\n'
    )
