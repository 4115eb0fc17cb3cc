"""What the demonstration declares beside the catalogue: yearly training tasks, and allowance standards for 抚顺.

None of it is from a document. Its sources are of the kind `demo`, and their text stands in the release, so that a
receipt ends at a sentence which says that it was made up.
"""

import dataclasses
from datetime import date

import polars as pl

from etl.demo.dynamics import TIERS, read_parameters, tasks_of
from warehouse.catalog import Catalog, frame_of
from warehouse.catalog.model import AllowanceStandard, Target

TASKS = "demo-tasks"
STANDARDS = "demo-standards"
LICENCE_ZH = "演示数据"
TIER_ZH = {"age_80_89": "80—89周岁", "age_90_99": "90—99周岁", "age_100_plus": "100周岁及以上"}


def demo_catalog(catalog: Catalog) -> Catalog:
    """The catalogue with the tasks and standards of the demonstration; nothing of the catalogue is replaced."""
    parameters = read_parameters()
    targets = {one.target_id: one for one in _tasks(catalog, parameters)}
    standards = {one.key: one for one in _standards(catalog, parameters)}
    return dataclasses.replace(
        catalog,
        targets={**catalog.targets, **targets},
        allowance_standards={**catalog.allowance_standards, **standards},
    )


def demo_sources(catalog: Catalog) -> dict[str, pl.DataFrame]:
    """meta.source and meta.document_paragraph of what `demo_catalog` adds: one paragraph a sentence.

    catalog: the one `demo_catalog` made.
    """
    texts = {
        TASKS: [one.quote for one in catalog.targets.values() if one.source_id == TASKS],
        STANDARDS: [one.quote for one in catalog.allowance_standards.values() if one.source_id == STANDARDS],
    }
    titles = {TASKS: "演示数据：年度培训任务", STANDARDS: "演示数据：高龄津贴发放标准（抚顺，假定）"}
    sources = [
        {
            **dict.fromkeys(catalog.relations["meta.source"].polars_schema),
            "source_id": source_id,
            "kind_code": "demo",
            "title_zh": titles[source_id],
            "issued_note_zh": "随程序生成，没有发文日期",
            "licence_zh": LICENCE_ZH,
            "sort_order": 900 + number,
        }
        for number, source_id in enumerate(texts)
    ]
    paragraphs = [
        {"source_id": source_id, "paragraph_no": number, "chapter_zh": None, "text_zh": text}
        for source_id, lines in texts.items()
        for number, text in enumerate(lines, start=1)
    ]
    return {
        "meta.source": frame_of(catalog, "meta.source", sources),
        "meta.document_paragraph": frame_of(catalog, "meta.document_paragraph", paragraphs),
    }


def _tasks(catalog: Catalog, parameters: dict) -> list[Target]:
    """A task for each unit and year, and for each city where no document sets one for that year."""
    targets = []
    for city in parameters["training"]:
        if city not in catalog.areas:
            continue
        for text in parameters["training"][city]["task"]:
            year = int(text)
            shares = tasks_of(parameters, city, year)
            if not _has_task(catalog, city, year):
                shares = {city: sum(shares.values()), **shares}
            targets += [_task(catalog, area_id, year, persons) for area_id, persons in shares.items()]
    return targets


def _has_task(catalog: Catalog, city: str, year: int) -> bool:
    return any(
        target.indicator_code == "training_person_times"
        and target.area_id == city
        and target.period_start_on == date(year, 1, 1)
        and target.deadline_on == date(year, 12, 31)
        for target in catalog.targets.values()
    )


def _task(catalog: Catalog, area_id: str, year: int, persons: int) -> Target:
    area = catalog.areas[area_id]
    return Target(
        target_id=f"demo_training_{area_id}_{year}",
        indicator_code="training_person_times",
        area_id=area_id,
        name_zh=f"{year}年度培训任务",
        comparator="at_least",
        value=float(persons),
        text_zh=f"{persons}人次",
        unit_zh="人次",
        period_start_on=date(year, 1, 1),
        deadline_on=date(year, 12, 31),
        binding_code="not_printed",
        pace_code="linear",
        base_zh="当年累计人次",
        valid_from_on=date(year, 1, 1),
        valid_to_on=date(year, 12, 31),
        source_id=TASKS,
        quote=f"演示数据：{year}年{area.name_zh}养老服务人才培训任务{persons}人次。",
        caveat_zh="演示数据，不是文件下达的任务",
    )


def _standards(catalog: Catalog, parameters: dict) -> list[AllowanceStandard]:
    """For cities with assumed amounts and none declared from a document."""
    declared = {standard.area_id for standard in catalog.allowance_standards.values()}
    return [
        AllowanceStandard(
            area_id=city,
            age_tier_code=tier,
            valid_from_on=parameters["first_month"],
            yuan_per_month=float(yuan),
            source_id=STANDARDS,
            quote=f"演示数据：假定{catalog.areas[city].name_zh}{TIER_ZH[tier]}每人每月{yuan}元。",
        )
        for city, amounts in parameters["allowance"]["standard_yuan"].items()
        if city in catalog.areas and city not in declared
        for tier, yuan in zip(TIERS, amounts, strict=True)
    ]
