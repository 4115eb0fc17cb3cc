"""What somebody asks to have on paper, checked against the release: month, city or unit, sections, formats."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from warehouse.errors import PaperError
from warehouse.paper.facts import names_of
from warehouse.paper.text import wanted_sections
from warehouse.read import Release
from warehouse.read.place import areas

FORMATS_ZH = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel", "png": "图片PNG", "svg": "图片SVG"}
PACKS_ZH = {"pptx": "幻灯片", "zip": "网页文件夹", "html": "投影页"}
"""Files of a month that need its slides and receipts as well as its text."""
TEXT, SHEET, WHOLE = "text", "sheet", "whole"
KINDS_ZH = {TEXT: "通报", SHEET: "一张纸", WHOLE: "全套"}
_MONTH = re.compile(r"^\s*(\d{4})\s*[-年./]\s*(\d{1,2})\s*月?\s*$")


@dataclass(frozen=True, kw_only=True)
class Request:
    """One order. unit_area_ids empty: the city; all of them for a sheet. sections empty: all.

    sign_offs: area id and texts of a row each, under `sign_off_heads`: who sent, passed and signed the reports, as the
    one who orders knows it; they stand in no release.
    """

    city_area_id: str
    month: date | None = None
    kind: str = TEXT
    unit_area_ids: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("pdf", "docx", "xlsx")
    edited: dict[str, str] = field(default_factory=dict)
    template: bytes | None = None
    template_name: str = "模板"
    sign_off_heads: tuple[str, ...] = ()
    sign_offs: tuple[tuple[str, tuple[str, ...]], ...] = ()


def wanted(
    release: Release,
    *,
    city: str = "",
    unit: Sequence[str] = (),
    month: str = "",
    kind: str = "",
    sections: Sequence[str] = (),
    formats: Sequence[str] = (),
) -> Request:
    """The order as checked words: a place by full name, registered short name or area_id, never by part of a name.

    Raises:
        PaperError: no such city, unit, month, section, kind or format; says which there are.
    """
    cities = areas.cities(release).frame.to_dicts()
    if not cities:
        raise PaperError(f"批次 {release.release_id}：没有登记报送城市，写不出简报")
    chosen = _one(cities, city, "城市") if city else cities[0]
    if unit and not city:
        chosen = _city_of(release, cities, unit[0])
    units = areas.units(release, city_area_id=chosen["area_id"]).frame.to_dicts()
    own = (
        tuple(row["area_id"] for row in units)
        if "全部" in unit
        else tuple(_one(units, one, "单位")["area_id"] for one in unit)
    )
    asked = tuple(dict.fromkeys(one.lower().removeprefix(".") for one in formats)) or ("pdf", "docx", "xlsx")
    for one in asked:
        if one not in FORMATS_ZH | PACKS_ZH:
            raise PaperError(f"不知道“{one}”这种格式。可选：{'、'.join(FORMATS_ZH | PACKS_ZH)}")
    return Request(
        city_area_id=chosen["area_id"],
        month=month_of(month),
        kind=_kind(kind),
        unit_area_ids=own,
        sections=wanted_sections(sections),
        formats=asked,
    )


def month_of(text: str) -> date | None:
    """The month somebody wrote (2026-10, 2026年10月); None for nothing. Raises PaperError for anything else."""
    if not text:
        return None
    found = _MONTH.match(text)
    if not found or not 1 <= int(found[2]) <= 12:
        raise PaperError(f"月份“{text}”：不认识。请写成 2026-10")
    return date(int(found[1]), int(found[2]), 1)


def _kind(text: str) -> str:
    by_name = {code: code for code in KINDS_ZH} | {name: code for code, name in KINDS_ZH.items()} | {"": TEXT}
    if text not in by_name:
        raise PaperError(f"不知道“{text}”。可选：{'、'.join(KINDS_ZH.values())}")
    return by_name[text]


def _one(rows: Sequence[dict], text: str, what_zh: str) -> dict:
    found = [row for row in rows if text in (row["area_id"], row["name_zh"], row["short_name_zh"])]
    if len(found) != 1:
        raise PaperError(f"没有“{text}”这个{what_zh}（要写全称或登记的简称）。可选：{names_of(rows)}")
    return found[0]


def _city_of(release: Release, cities: Sequence[dict], unit: str) -> dict:
    """The city that has the unit; the first one where none has, which then says what there is."""
    found = []
    for city in cities:
        rows = areas.units(release, city_area_id=city["area_id"]).frame.to_dicts()
        if any(unit in (row["area_id"], row["name_zh"], row["short_name_zh"]) for row in rows):
            found.append(city)
    if len(found) > 1:
        raise PaperError(f"{names_of(found)}都有“{unit}”，请加 --city 写明是哪个城市的")
    return found[0] if found else cities[0]
