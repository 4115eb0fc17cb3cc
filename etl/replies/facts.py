"""What is known beside a draft: figures of published documents, the newest months, the newest signed editions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from etl.replies.numerals import COUNTED, PERSONS, clause_before, clause_behind
from warehouse.editions import record, signing, states
from warehouse.home import Home
from warehouse.month import last_day_of
from warehouse.read import Release
from warehouse.read.document import documents
from warehouse.read.meta import catalog
from warehouse.read.month import bulletin, overview
from warehouse.read.place import areas
from warehouse.read.receipt.receipts import receipt_id
from warehouse.wording.documents import short_title
from warehouse.wording.grammar.dates import as_of_zh, month_zh
from warehouse.wording.months import key_of, value_text

Row = Mapping[str, Any]
MONTH, DOCUMENT, EDITION = "month", "document", "edition"
DOCUMENT_FIGURE, INDICATOR_MONTH = "core.fct_document_figure", "mart.indicator_month"
_LABEL = re.compile(r"^(?:“[^”]*”(?:期间|以来)?|\d{4}年(?:底|末)?|全市|已建成|每个)+|（[^）]*）|(?:上限|下限)$")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One figure that is known. value in the stored unit; wording as printed; ref its receipt.

    series: what other figures are of the same thing. name_zh, before, behind: by which a draft is recognised.
    kind_code: actual, target, standard, plan. area_zh: the unit it is of, empty for the city.
    """

    origin: str
    source_id: str
    source_zh: str
    wording: str
    value: float | None
    qualifier: str
    unit_zh: str
    kind_code: str
    name_zh: str
    area_zh: str
    before: str
    behind: str
    quote: str
    as_of_on: date | None
    when_zh: str
    ref: str
    series: str


def known(home: Home | None, release: Release, *, city_area_id: str) -> list[Fact]:
    """Everything a draft of this city is held against, documents first.

    Args:
        home: whose editions count; None for a reader who may not see those of the city.
    """
    return [
        *_of_documents(release, city_area_id),
        *_of_months(release, city_area_id),
        *(_of_editions(home, release, city_area_id) if home else ()),
    ]


def unit_class(unit_zh: str) -> str:
    """Units that count the same: 个, 家, 所 are one, 人, 名, 位 another."""
    first = unit_zh.split("/")[0]
    return COUNTED[0] if first in COUNTED else PERSONS[0] if first in PERSONS else first


def label_of(name_zh: str) -> str:
    """A name without what dates or bounds it, by which a draft is recognised."""
    before = None
    while before != name_zh:
        before, name_zh = name_zh, _LABEL.sub("", name_zh)
    return name_zh


def _of_documents(release: Release, city_area_id: str) -> list[Fact]:
    own = {city_area_id: "", **{row["area_id"]: row["short_name_zh"] for row in _units(release, city_area_id)}}
    sources = {row["source_id"]: short_title(row) for row in documents.sources(release).frame.to_dicts()}
    found = []
    for row in documents.figures(release).frame.to_dicts():
        if row["area_id"] not in own:
            continue
        at = row["quote"].find(row["value_as_written"])
        kind = "actual" if row["kind_code"] == "actual" else "set"
        thing = row["indicator_code"] or label_of(row["name_zh"])
        found.append(
            Fact(
                origin=DOCUMENT,
                source_id=row["source_id"],
                source_zh=sources[row["source_id"]],
                wording=row["value_as_written"],
                value=row["value"],
                qualifier=row["qualifier_code"],
                unit_zh=row["unit_zh"],
                kind_code=row["kind_code"],
                name_zh=row["name_zh"],
                area_zh=own[row["area_id"]],
                before=clause_before(row["quote"], at) if at >= 0 else "",
                behind=clause_behind(row["quote"], at + len(row["value_as_written"])) if at >= 0 else "",
                quote=row["quote"],
                as_of_on=row["period_end_on"],
                when_zh=_when(row),
                ref=receipt_id(DOCUMENT_FIGURE, row["figure_id"], None),
                series=f"{row['area_id']}|{thing}|{unit_class(row['unit_zh'])}|{kind}",
            )
        )
    return found


def _when(row: Row) -> str:
    start, end = row["period_start_on"], row["period_end_on"]
    if end is None:
        return "时点未注明"
    if start is not None and (end - start).days > 31:
        return f"{end.year}年"
    return as_of_zh(end)


def _units(release: Release, city_area_id: str) -> list[Row]:
    return areas.units(release, city_area_id=city_area_id).frame.to_dicts()


def _of_months(release: Release, city_area_id: str) -> list[Fact]:
    codes = bulletin.key_codes(release)
    months = overview.months(release, city_area_id=city_area_id, indicator_codes=codes).frame
    with_data = months.filter(months["has_data"])["month"].to_list() if months.height else []
    if not with_data:
        return []
    cells = overview.matrix(release, city_area_id=city_area_id, month=with_data[0], indicator_codes=codes).frame
    demo = "演示数据 " if release.kind_code == "demo" else ""
    return _of_cells(
        cells.to_dicts(), catalog_of(release), city_area_id, MONTH, f"{demo}批次 {release.release_id}", with_data[0]
    )


def catalog_of(release: Release) -> dict[str, Row]:
    """Indicators by code."""
    return {row["indicator_code"]: row for row in catalog.indicators(release).frame.to_dicts()}


def _of_cells(
    cells: Sequence[Row], indicators: Mapping[str, Row], city: str, origin: str, source_zh: str, month: date
) -> list[Fact]:
    found = []
    for cell in cells:
        indicator = indicators.get(cell["indicator_code"])
        if indicator is None or cell["value"] is None:
            continue
        own = cell["month"] or month
        found.append(
            Fact(
                origin=origin,
                source_id=origin,
                source_zh=source_zh,
                wording=value_text(cell["value"], indicator, "reported"),
                value=float(cell["value"]),
                qualifier="exact",
                unit_zh=indicator["unit_zh"],
                kind_code="actual",
                name_zh=indicator["label_zh"],
                area_zh="" if cell["area_id"] == city else cell["area_zh"],
                before="",
                behind="",
                quote="",
                as_of_on=last_day_of(own),
                when_zh=month_zh(own),
                ref=receipt_id(INDICATOR_MONTH, key_of({**cell, "month": own}), None) if origin == MONTH else "",
                series=f"{cell['area_id']}|{cell['indicator_code']}|{unit_class(indicator['unit_zh'])}|actual",
            )
        )
    return found


def _of_editions(home: Home, release: Release, city_area_id: str) -> list[Fact]:
    """What the newest signed editions of the city and of its units say."""
    places = [city_area_id, *(row["area_id"] for row in _units(release, city_area_id))]
    return [fact for area_id in places for fact in _of_edition(home, area_id, city_area_id)]


def _of_edition(home: Home, area_id: str, city_area_id: str) -> list[Fact]:
    """What the newest signed edition of a place says of it; none where none is signed."""
    signed = [one for one in record.editions(home, area_id=area_id) if one.state_code == states.SIGNED]
    if not signed:
        return []
    held = signing.opened(home, signed[0], is_for_reading=True)
    # An edition of a unit holds its neighbours to compare with; an edition of the city speaks of all.
    cells = [cell for cell in held.thawed_cells() if area_id in (city_area_id, cell["area_id"])]
    source = f"汇报版 {signed[0].identity.name_zh}"
    return _of_cells(cells, held.indicators, city_area_id, EDITION, source, held.data_month)
