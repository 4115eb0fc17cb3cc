"""What each city lacks, in one list: nothing of it stops a release, and each line says what stays empty for it."""

from collections.abc import Callable, Iterator
from pathlib import Path

from etl.demo.dynamics import read_parameters
from etl.documents import read_documents
from etl.reference.checks import covers
from etl.reference.tables import HERE, Tables, read_tables
from warehouse.catalog import Area, Catalog

# Table of etl/reference, its name, and what is empty without its rows.
TABLES = (
    ("divisions-2021-county", "基层单位数（etl/reference/tables/grassroots_2021.csv）", "服务网络没有底数，覆盖率缺"),
    ("divisions-2023-township", "乡级代码（townships_stats_2023.csv）", "没有乡镇街道，高龄津贴表只到县区"),
    ("population-projection-2026", "老年人口推算（population_projection.csv）", "“推算人口”为底数的比率缺"),
)


def lacks(catalog: Catalog, reference: Path | None = None) -> dict[str, list[str]]:
    """City → what is not declared for it and what follows, in declared order; an empty list where nothing lacks.

    Raises:
        SourceError: a reference table cannot be read.
    """
    tables = read_tables(reference or HERE, [])
    documented = {document.source.area_id for document in read_documents().documents}
    shown = set(read_parameters()["units"])
    return {
        city.area_id: [
            *_undeclared(catalog, city),
            *_unlisted(catalog, city, tables),
            *_if(
                city.area_id not in documented, "公开文件（documents/）：没有，“公开文件”“政策与任务”两页没有这个城市"
            ),
            *_if(
                not shown & {unit.area_id for unit in catalog.units(city.area_id)},
                "演示参数（etl/demo/parameters.toml）：没有，演示数据中没有这个城市",
            ),
        ]
        for city in catalog.cities()
    }


def _if(holds: bool, sentence: str) -> Iterator[str]:
    if holds:
        yield sentence


def _undeclared(catalog: Catalog, city: Area) -> Iterator[str]:
    """What its own file and the targets leave out."""
    mine = {city.area_id}
    checks: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: bool(catalog.city_declarations[city.area_id].network_codes), "服务网络（networks）：没有登记，“服务覆盖”没有这个城市"),
        (lambda: any(one.area_id in mine for one in catalog.allowance_standards.values()), "高龄津贴标准（[[standard]]）：没有登记，不核对发放金额"),
        (lambda: any(one.area_id in mine for one in catalog.targets.values()), "目标（targets.toml）：没有登记，“目标进度”没有这个城市"),
    )  # fmt: skip
    for is_there, sentence in checks:
        yield from _if(not is_there(), sentence)
    uncoded = [unit.short_name_zh for unit in catalog.units(city.area_id) if not unit.stat_code]
    yield from _if(
        bool(uncoded), f"统计用区划代码（stat_code）：{'、'.join(uncoded)}没有，普查人口与以它为底数的比率不适用"
    )


def _unlisted(catalog: Catalog, city: Area, tables: Tables) -> Iterator[str]:
    for source_id, name, follows in TABLES:
        yield from _if(not covers(tables, source_id, catalog, city.area_id), f"{name}：没有本市的行，{follows}")
