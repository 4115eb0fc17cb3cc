"""What a receipt says of a row that somebody printed, counted or reported: the end of the walk.

Each function words the rows of one relation of core or meta.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import Any, Protocol

from warehouse.wording.desk.quality import difference, printed
from warehouse.wording.grammar.dates import base_when_zh, date_zh, issued_zh, month_zh, period_zh
from warehouse.wording.grammar.numbers import full_value, plain, show_at_least, show_at_most, show_between, show_value

Row = Mapping[str, Any]


class Names(Protocol):
    """Labels of the release at hand; an unknown id is its own label."""

    def area(self, area_id: str) -> str: ...
    def code(self, code_set: str, code: str) -> str: ...
    def indicator(self, indicator_code: str) -> Row: ...
    def network(self, network_code: str) -> str: ...
    def base(self, network_code: str, base_code: str) -> str: ...
    def target(self, target_id: str) -> Row: ...


@dataclass(frozen=True, kw_only=True)
class Told:
    """One row in words. Empty texts have nothing to say; `source_id` and `submission_id` lead to who said it.

    `table` is what a number was made of where that is many rows: its head and its lines.
    """

    label_zh: str
    value_text: str
    full_text: str = ""
    when_zh: str = ""
    formula_zh: str = ""
    quote_zh: str = ""
    paragraph_no: int | None = None
    chapter_zh: str = ""
    cell_zh: str = ""
    note_zh: str = ""
    badge_zh: str = ""
    source_id: str | None = None
    submission_id: str | None = None
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Input:
    """An input of a row, already told: its role and its row."""

    role_code: str
    row: Row = field(repr=False)
    told: Told


def source_line(source: Row) -> str:
    """A source in one line: title, number, when it was issued, as far as printed."""
    if source["kind_code"] == "reference":
        return source["title_zh"]
    number = source["number_zh"] or "未印文号"
    return f"《{source['title_zh']}》（{number}），{issued_zh(source['issued_on'], source['issued_year'])}"


def tell_figure(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    return Told(
        label_zh=row["name_zh"],
        value_text=row["value_as_written"],
        full_text=_bounds(row),
        when_zh=period_zh(row["period_start_on"], row["period_end_on"]),
        quote_zh=row["quote"],
        paragraph_no=row["paragraph_no"],
        note_zh="；".join(text for text in (row["note_zh"], _again(row["also_at"])) if text),
        badge_zh="" if row["qualifier_code"] == "exact" else names.code("qualifier_code", row["qualifier_code"]),
        source_id=row["source_id"],
    )


def _again(also_at: Sequence[str]) -> str:
    """Where else its document prints a figure: the sentences that repeat it, "" when none does."""
    return f"同文另有{len(also_at)}处：{'；'.join(also_at)}" if also_at else ""


def _bounds(row: Row) -> str:
    """What the wording of a printed figure says of its value; a hedged one is never written out in digits."""
    unit, low, high = row["unit_zh"], row["value_low"], row["value_high"]
    if row["qualifier_code"] == "contradictory":
        return "上下界都不能取"
    if low is None and high is None:
        return "约数，没有上下界"
    if high is None:
        return f"不低于{show_at_least(low, unit)}"
    if low is None:
        return f"不超过{show_at_most(high, unit)}"
    value = full_value(row["value"], unit, decimals=0 if float(row["value"]).is_integer() else 2)
    if low == high:
        return value
    # In full digits, each end rounded outward.
    ends = show_between(low, high, unit, decimals=2) if unit == "%" else f"{plain(low, 0, ROUND_FLOOR)}—{plain(high, 0, ROUND_CEILING)}"  # fmt: skip
    return f"{value}，取整区间{ends}"


def tell_division_count(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    return Told(
        label_zh=f"{names.area(row['area_id'])}{names.code('division_code', row['division_code'])}",
        value_text=f"{plain(row['division_count'])}个",
        when_zh=f"{row['year']}年",
        source_id=row["source_id"],
    )


PROJECTION = "resident_projection"
PROJECTION_NOTE_ZH = "推算，非官方；推算点之间按月直线内插，误差约±5%，2026年约±7%"


def tell_population(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    band = names.code("age_band_code", row["age_band_code"])
    base = names.code("base_code", row["base_code"])
    is_projected = row["base_code"] == PROJECTION
    return Told(
        label_zh=f"{names.area(row['area_id'])}{base}人口（{band}）",
        value_text=full_value(row["persons"], "人"),
        when_zh=base_when_zh(row["as_of_on"], is_projected=True) if is_projected else date_zh(row["as_of_on"]),
        note_zh=PROJECTION_NOTE_ZH if is_projected else "",
        cell_zh=f"来源表第{row['source_row']}行" if row["source_row"] else "",
        source_id=row["source_id"],
    )


def tell_urban_population(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    return Told(
        label_zh=f"{names.area(row['area_id'])}城镇常住人口",
        value_text=full_value(row["urban_persons"], "人"),
        when_zh=date_zh(row["as_of_on"]),
        note_zh=f"乡村常住人口{full_value(row['rural_persons'], '人')}",
        cell_zh=f"来源表第{row['source_row']}行" if row["source_row"] else "",
        source_id=row["source_id"],
    )


def tell_base(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    indicator = names.indicator(row["indicator_code"])
    return Told(
        label_zh=f"{names.area(row['area_id'])}{indicator['label_zh']}",
        value_text=full_value(row["value"], indicator["unit_zh"]),
        when_zh=base_when_zh(row["as_of_on"], is_projected=bool(indicator["variant_of"])),
        note_zh=(indicator["caveat_zh"] or "") if indicator["variant_of"] else "",
        source_id=row["source_id"],
    )


def tell_standard(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    until = f"至{date_zh(row['valid_to_on'])}" if row["valid_to_on"] else "，现行"
    return Told(
        label_zh=f"高龄津贴标准（{names.code('age_tier_code', row['age_tier_code'])}）",
        value_text=show_value(row["yuan_per_month"], "元/人·月"),
        when_zh=f"自{date_zh(row['valid_from_on'])}起{until}",
        quote_zh=row["quote"],
        source_id=row["source_id"],
    )


def tell_target(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    notes = [
        row["reading_zh"] and f"读法：{row['reading_zh']}",
        row["base_zh"] and f"口径：{row['base_zh']}",
        row["caveat_zh"],
    ]
    return Told(
        label_zh=f"{row['name_zh']}（{names.code('binding_code', row['binding_code'])}）",
        value_text=row["text_zh"],
        when_zh=f"期限{date_zh(row['deadline_on'])}" if row["deadline_on"] else "文件未印期限",
        quote_zh=row["quote"],
        chapter_zh=row["chapter_zh"] or "",
        note_zh="；".join(note for note in notes if note),
        source_id=row["source_id"],
    )


def tell_observation(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    indicator = names.indicator(row["indicator_code"])
    part = "" if row["breakdown_code"] == "total" else f"（{names.code('breakdown_code', row['breakdown_code'])}）"
    cell = f"工作表“{row['sheet']}” {row['cell']}" if row["cell"] else ""
    raw = f"，原文“{row['raw_value']}”" if row["raw_value"] else ""
    return Told(
        label_zh=f"{names.area(row['area_id'])}{indicator['label_zh']}{part}",
        value_text=full_value(
            row["value"], indicator["unit_zh"], decimals=indicator["decimals"], status_code=row["status_code"]
        ),
        when_zh=month_zh(row["month"]),
        cell_zh=f"{cell}{raw}",
        note_zh=row["note_zh"] or "",
        submission_id=row["submission_id"],
    )


# Rules whose values are percentages, whatever the indicator counts.
SHARE_RULES = ("E5", "E6")


def tell_issue(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    """What was found wrong in a form: what stands there, what it was held against, where."""
    indicator = names.indicator(row["indicator_code"]) if row["indicator_code"] else {"label_zh": "填报问题", "unit_zh": "", "decimals": 0}  # fmt: skip
    known = row["reported_value"] is not None and row["computed_value"] is not None
    shown = {
        **row,
        "unit_zh": indicator["unit_zh"],
        "decimals": indicator["decimals"],
        "is_share": row["rule_code"] in SHARE_RULES,
        "difference": row["reported_value"] - row["computed_value"] if known else None,
    }
    parts = (printed(shown, "reported_value"), printed(shown, "computed_value"), difference(shown)) if known else ()
    return Told(
        label_zh=f"{names.area(row['area_id']) if row['area_id'] else ''}{indicator['label_zh']}",
        value_text=parts[0] if known else names.code("severity_code", row["severity_code"]),
        when_zh=month_zh(row["month"]) if row["month"] else "",
        formula_zh=row["sentence_zh"],
        note_zh=row["remedy_zh"],
        cell_zh=" ".join(part for part in (row["file_name"], row["sheet"], row["cell"]) if part),
        submission_id=row["submission_id"],
        table=(("填报", "复算", "相差"), parts) if known else (),
    )


def tell_reading(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    added = row["added_value"]
    sign = "加" if added > 0 else "减"
    return Told(
        label_zh=f"读法：{names.code('reading_code', row['reading_code'])}",
        value_text=f"{sign}{plain(abs(added))}" if added else "照原数",
        when_zh=f"按{date_zh(row['as_of_on'])}计" if row["as_of_on"] else "",
        note_zh=row["reason_zh"],
    )
