"""Labels of one release, looked up when first needed."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from warehouse.read import Release
from warehouse.wording.grammar.dates import instant_zh
from warehouse.wording.receipt.receipt_sources import source_line

Row = Mapping[str, Any]


class ReleaseNames:
    """Chinese names of ids and codes as the release has them; an unknown one is its own name."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._areas: dict[str, str] = {}
        self._targets: dict[str, Row] = {}
        self._submissions: dict[str, str] = {}

    def area(self, area_id: str) -> str:
        """The short name of an area."""
        if area_id not in self._areas:
            found = self._one("select short_name_zh from core.dim_area where area_id = $id", area_id)
            self._areas[area_id] = found["short_name_zh"] if found else area_id
        return self._areas[area_id]

    def code(self, code_set: str, code: str) -> str:
        """The meaning of a code."""
        return self._codes.get((code_set, code), code)

    def indicator(self, indicator_code: str) -> Row:
        """Label, unit, decimals, formula, kind, timing and caveat of an indicator, and whose projected twin it is."""
        unknown = {"label_zh": indicator_code, "unit_zh": "", "decimals": 0, "formula_zh": ""}
        unknown |= {"kind_code": "", "timing_code": "", "caveat_zh": None, "variant_of": None}
        return self._indicators.get(indicator_code, unknown)

    def network(self, network_code: str) -> str:
        """The name of a service network."""
        return next((label for (code, _), (label, _) in self._bases.items() if code == network_code), network_code)

    def base(self, network_code: str, base_code: str) -> str:
        """The name of what a network is measured against."""
        return self._bases.get((network_code, base_code), ("", base_code))[1]

    def target(self, target_id: str) -> Row:
        """The row of a target.

        Raises:
            KeyError: the release has no such target.
        """
        if target_id not in self._targets:
            found = self._one("select * from core.dim_target where target_id = $id", target_id)
            if found is None:
                raise KeyError(target_id)
            self._targets[target_id] = found
        return self._targets[target_id]

    def source(self, source_id: str) -> str:
        """A source in one line: title, number, date."""
        return self._sources.get(source_id, source_id)

    def submission(self, submission_id: str) -> str:
        """A report in one line: file, which time, when received, by whom filled in and reviewed (surnames only)."""
        if submission_id not in self._submissions:
            found = self._one("select * from meta.submission where submission_id = $id", submission_id)
            self._submissions[submission_id] = _submission_line(found) if found else submission_id
        return self._submissions[submission_id]

    @cached_property
    def _codes(self) -> dict[tuple[str, str], str]:
        rows = self._release.rows("select code_set, code, label_zh from meta.code").frame
        return {(code_set, code): label for code_set, code, label in rows.iter_rows()}

    @cached_property
    def _indicators(self) -> dict[str, Row]:
        rows = self._release.rows(
            """
            select indicator_code, label_zh, unit_zh, decimals, formula_zh, kind_code, timing_code, caveat_zh, variant_of
            from meta.indicator
            """
        )
        return {row["indicator_code"]: row for row in rows.frame.iter_rows(named=True)}

    @cached_property
    def _sources(self) -> dict[str, str]:
        rows = self._release.rows("select * from meta.source").frame
        return {row["source_id"]: source_line(row) for row in rows.iter_rows(named=True)}

    @cached_property
    def _bases(self) -> dict[tuple[str, str], tuple[str, str]]:
        rows = self._release.rows(
            """
            select network_code, base_code, min(label_zh), min(base_label_zh) from meta.network group by all
            union all
            select b.network_code, b.base_code, min(n.label_zh), min(b.label_zh)
            from meta.base_note as b inner join meta.network as n on n.network_code = b.network_code
            where b.printed_indicator_code is not null
            group by all
            """
        ).frame
        return {(network, base): (label, base_label) for network, base, label, base_label in rows.iter_rows()}

    def _one(self, sql: str, wanted: str) -> Row | None:
        rows = self._release.rows(sql, {"id": wanted}, limit=1).frame
        return rows.row(0, named=True) if rows.height else None


def _submission_line(row: Row) -> str:
    people = [
        f"{word}{row[name]}" for word, name in (("填报", "filled_by_zh"), ("审核", "reviewed_by_zh")) if row[name]
    ]
    received = f"{instant_zh(row['received_at'])}收到" if row["received_at"] else "收到时间不详"
    return "，".join([f"月报《{row['file_name']}》第{row['revision']}次报送", received, *people])
