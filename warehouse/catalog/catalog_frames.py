"""The catalogue as frames in the shape of relations.toml: what a release carries of it."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from warehouse.catalog.judgements import judgement_rows
from warehouse.catalog.model import Catalog


def catalog_frames(catalog: Catalog) -> dict[str, pl.DataFrame]:
    """One frame for each relation the catalogue fills, columns and types as declared, in declared order of rows.

    meta.indicator, meta.group, meta.group_distinction, meta.network, meta.code,
    core.dim_target, core.fct_allowance_standard, and what `judgements` declares. Optional fields left out are null.
    """
    rows: dict[str, Iterable[dict[str, Any]]] = {
        "meta.indicator": _indicators(catalog),
        "meta.group": map(vars, catalog.groups.values()),
        "meta.group_distinction": _distinctions(catalog),
        "meta.network": _networks(catalog),
        "meta.code": _codes(catalog),
        "core.dim_target": map(vars, catalog.targets.values()),
        "core.fct_allowance_standard": map(vars, catalog.allowance_standards.values()),
        **judgement_rows(catalog.judgements),
    }
    return {name: frame_of(catalog, name, part) for name, part in rows.items()}


def frame_of(catalog: Catalog, relation: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as a frame with exactly the columns and types of a relation; fields the relation has not are left out.

    Raises:
        KeyError: a row lacks a column of the relation.
    """
    schema = catalog.relations[relation].polars_schema
    return pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema, orient="row")


def _ordered(records: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for number, record in enumerate(records.values(), start=1):
        yield {**vars(record), "sort_order": number}


def _indicators(catalog: Catalog) -> Iterable[dict[str, Any]]:
    """The indicators in order, each with the difference that counts for it."""
    for row, indicator in zip(_ordered(catalog.indicators), catalog.indicators.values(), strict=True):
        yield {**row, "smallest_difference": indicator.counting_difference}


def _distinctions(catalog: Catalog) -> Iterable[dict[str, Any]]:
    """Both directions of each declared pair, so that a reader joins without asking which was named first."""
    for code, group in catalog.groups.items():
        for other in group.not_with:
            reason = {"reason_code": other.reason_code, "reason_zh": other.reason_zh}
            yield {"group_code": code, "other_group_code": other.group_code, **reason}
            yield {"group_code": other.group_code, "other_group_code": code, **reason}


def _networks(catalog: Catalog) -> Iterable[dict[str, Any]]:
    """One row per network, city, base and kind of division; the first base of a network is its usual one."""
    for order, network in enumerate(catalog.networks.values(), start=1):
        for base_order, base in enumerate((catalog.bases[code] for code in network.base_codes), start=1):
            shared = {
                **vars(network),
                "base_code": base.base_code,
                "base_label_zh": base.label_zh,
                "is_usual_base": base_order == 1,
                "group_code": catalog.indicators[network.built_indicator].group_code,
                "note_zh": "；".join(note for note in (network.note_zh, base.note_zh) if note) or None,
                "sort_order": order * 10 + base_order,
            }
            for area_id in catalog.cities_with(network.network_code):
                yield from ({**shared, "area_id": area_id, "division_code": code} for code in base.division_codes)


def _codes(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for codes in catalog.codes.values():
        for number, code in enumerate(codes.values(), start=1):
            yield {**vars(code), "sort_order": number}
