"""Everything the text of one city and month is made of, read from one release in one go."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from warehouse.errors import PaperError
from warehouse.month import last_day_of
from warehouse.paper.model import DEMO_ZH, DRAFT_ZH, PROVISIONAL_ZH, Definition, Stamp
from warehouse.read import Release
from warehouse.read.meta import catalog
from warehouse.read.month import bulletin, months, overview
from warehouse.read.place import areas
from warehouse.read.target import targets
from warehouse.wording.grammar.dates import date_zh, month_zh
from warehouse.wording.months import key_of, tone_of

Row = Mapping[str, Any]
SOURCE_ZH = "各单位月报；目标见公开文件；人口为2020年普查，基层单位数为2021年"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One month of one city.

    cells: of `overview.matrix`, city and units × key indicators. rows: of mart.indicator_month by receipt key, with
    rank, numerator and denominator. speeds: of `bulletin.tasks` by row key of mart.target_progress. signals: the new ones
    of the month, of `overview.steps`.
    """

    release_id: str
    is_demo: bool
    content_sha256: str
    city: Row
    units: tuple[Row, ...]
    month: date
    newest: date
    indicators: Mapping[str, Row]
    codes: tuple[str, ...]
    cells: tuple[Row, ...]
    rows: Mapping[str, Row]
    speeds: Mapping[str, Row]
    blanks: tuple[Row, ...]
    reports: tuple[Row, ...]
    issues: tuple[Row, ...]
    standings: tuple[Row, ...]
    wholes: tuple[Row, ...]
    signals: tuple[Row, ...]
    forms_zh: Mapping[str, str]
    rule_zh: str

    def of(self, area_id: str) -> list[Row]:
        """The cells of one place, key indicators in order."""
        return [cell for cell in self.cells if cell["area_id"] == area_id]

    def by(self, indicator_code: str, *, level: str = "unit") -> list[Row]:
        """The cells of one indicator, units (or the city) in declared order."""
        return [cell for cell in self.cells if cell["indicator_code"] == indicator_code and cell["level_code"] == level]

    def row(self, cell: Row) -> Row | None:
        """The month's row of a cell, with rank and numerator; None where nothing was ever expected."""
        return self.rows.get(key_of(cell)) if cell["month"] is not None else None

    def ranked_rows(self) -> list[Row]:
        """The month's rows of units with their kind, in order of indicators."""
        kinds = {unit["area_id"]: unit["kind_code"] for unit in self.units}
        found = [row for row in self.rows.values() if row["area_id"] in kinds]
        found = [{**row, "kind_code": kinds[row["area_id"]]} for row in found]
        return sorted(found, key=lambda row: self.codes.index(row["indicator_code"]))

    def absent(self, indicator_code: str) -> dict[str, str]:
        """Units without a figure for an indicator that was expected of them and applies, to the status of the cell."""
        return {
            cell["area_zh"]: cell["status_code"]
            for cell in self.by(indicator_code)
            if cell["value"] is None and cell["month"] is not None and cell["status_code"] != "not_applicable"
        }

    @property
    def task_codes(self) -> list[str]:
        """Key indicators of which some place has a running task."""
        return [
            code
            for code in self.codes
            if any(c["against_code"] == "pace" for c in self.cells if c["indicator_code"] == code)
        ]

    @property
    def rate_codes(self) -> list[str]:
        """The other key indicators that are rates."""
        tasks = self.task_codes
        return [code for code in self.codes if code not in tasks and self.indicators[code]["kind_code"] == "ratio"]

    def signals_of(self, area_ids: Collection[str], *, is_worse: bool) -> list[Row]:
        """The month's new signals of these places: those for the worse, or all others."""
        return [
            row
            for row in self.signals
            if row["area_id"] in area_ids
            and (tone_of(row["side"], self.indicators[row["indicator_code"]]) == "watch") is is_worse
        ]

    @property
    def as_of_zh(self) -> str:
        """The last day the figures speak of."""
        return date_zh(last_day_of(self.month))

    def stamp(self) -> Stamp:
        """The line at the foot of whatever is made of these facts."""
        is_provisional = any(cell["quality_code"] in ("provisional", "doubtful") for cell in self.cells)
        states = ((DEMO_ZH,) if self.is_demo else ()) + ((PROVISIONAL_ZH,) if is_provisional else ()) + (DRAFT_ZH,)
        return Stamp(
            source_zh=SOURCE_ZH,
            as_of_zh=self.as_of_zh,
            release_id=self.release_id,
            content_sha256=self.content_sha256,
            states_zh=states,
        )

    def names_zh(self) -> dict[str, str]:
        """Codes that stand in row keys to what readers call them."""
        named = {self.city["area_id"]: "全市", **{unit["area_id"]: unit["short_name_zh"] for unit in self.units}}
        named |= {code: row["label_zh"] for code, row in self.indicators.items()}
        named |= {row["network_code"]: f"{row['network_zh']}空白" for row in self.blanks}
        return named | {row["target_id"]: row["name_zh"] for row in self.standings}

    def definitions(self) -> tuple[Definition, ...]:
        """How the key indicators are made."""
        return tuple(
            Definition(
                indicator_code=code,
                label_zh=one["label_zh"],
                unit_zh=one["unit_zh"],
                definition_zh=one["definition_zh"],
                formula_zh=one["formula_zh"],
                owner_zh=one["owner_zh"],
            )
            for code in self.codes
            for one in (self.indicators[code],)
        )


def has_key_figures(release: Release, *, city_area_id: str) -> bool:
    """Whether any month of a city holds a figure a briefing could tell."""
    known = overview.months(release, city_area_id=city_area_id, indicator_codes=bulletin.key_codes(release)).frame
    return bool(known.height and known["has_data"].any())


def gather(release: Release, *, city_area_id: str, month: date | None = None, codes: tuple[str, ...] = ()) -> Facts:
    """The facts of a city and month; the newest month with figures where none is named.

    Args:
        codes: the indicators told; the key indicators when empty.

    Raises:
        PaperError: no such city, no months in the release, or not this one.
    """
    city = _city(release, city_area_id)
    codes = codes or bulletin.key_codes(release)
    known = overview.months(release, city_area_id=city_area_id, indicator_codes=codes).frame
    with_data = known.filter(known["has_data"])["month"].to_list() if known.height else []
    if not with_data:
        more = "" if release.kind_code == "demo" else "；要看样子可用演示数据（命令加 --demo）"
        without = "重点指标还没有收到一个可采用的数" if known.height else "还没有收到月报"
        raise PaperError(f"批次 {release.release_id} {city['name_zh']}：{without}，写不出简报。请先报送并更新{more}")
    chosen = month or with_data[0]
    if chosen not in known["month"].to_list():
        raise PaperError(
            f"批次 {release.release_id} {city['name_zh']}：没有{month_zh(chosen)}。有数的是{month_zh(with_data[-1])}至{month_zh(with_data[0])}"
        )
    scope = {"city_area_id": city_area_id, "month": chosen, "indicator_codes": codes}
    cells = overview.matrix(release, **scope).frame.to_dicts()
    rows = months.month_of_city(release, **scope).frame.to_dicts()
    keys = [cell["task_row_key"] for cell in cells if cell["task_row_key"]]
    speeds = bulletin.tasks(release, row_keys=keys).frame.to_dicts()
    units = areas.units(release, city_area_id=city_area_id).frame.to_dicts()
    own = [unit["area_id"] for unit in units]
    reports = months.reporting(release, city_area_id=city_area_id, first_month=chosen, last_month=chosen).frame
    return Facts(
        release_id=release.release_id,
        is_demo=release.kind_code == "demo",
        content_sha256=str(release.header["content_sha256"]),
        city=city,
        units=tuple(units),
        month=chosen,
        newest=with_data[0],
        indicators={row["indicator_code"]: row for row in catalog.indicators(release).frame.to_dicts()},
        codes=codes,
        cells=tuple(cells),
        rows={key_of(row): row for row in rows},
        speeds={row["row_key"]: row for row in speeds},
        blanks=tuple(bulletin.blanks(release, city_area_id=city_area_id, month=chosen).frame.to_dicts()),
        reports=tuple(reports.to_dicts()),
        issues=tuple(months.issues(release, area_ids=own, month=chosen, is_open=True).frame.to_dicts()),
        standings=tuple(targets.lines(release, area_id=city_area_id, month=chosen).frame.to_dicts()),
        wholes=tuple(targets.wholes(release, area_id=city_area_id, month=chosen).frame.to_dicts()),
        signals=tuple(overview.steps(release, **scope)),
        forms_zh=catalog.code_labels(release, code_set="form_code"),
        rule_zh=catalog.rule_text(release, parameter_code="level_with_city_share"),
    )


def _city(release: Release, city_area_id: str) -> Row:
    found = {row["area_id"]: row for row in areas.cities(release).frame.to_dicts()}
    if city_area_id not in found:
        raise PaperError(f"没有“{city_area_id}”这个城市。可选：{names_of(found.values())}")
    return found[city_area_id]


def names_of(rows: Sequence[Row]) -> str:
    """Places to choose from, in a row."""
    return "、".join(row["short_name_zh"] for row in rows)
