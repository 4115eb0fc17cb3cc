"""What a receipt says of one row: label, value as shown, arithmetic, date, and what it was made of.

`warehouse.read.receipt.receipts` fetches the rows and puts the walk together; rows of core and meta are worded in
`receipt_sources`, those of county months in `receipt_months`, the others computed from them here.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR

from warehouse.wording.grammar.dates import as_of_zh, date_zh, period_zh
from warehouse.wording.grammar.numbers import (
    full_value,
    mark,
    percent,
    percent_at_least,
    percent_at_most,
    percent_range,
    plain,
    show_value,
)
from warehouse.wording.receipt import receipt_months as months
from warehouse.wording.receipt import receipt_sources as sources
from warehouse.wording.receipt.receipt_sources import Input, Names, Row, Told

_ORDER_OF_ROLES = ("numerator", "denominator", "base", "target", "standard", "value")
# Which census bands a column of the area profile is made of.
_BANDS = {
    "resident_population": ("total",),
    "aged_60_plus": ("60_plus",),
    "aged_65_plus": ("65_plus",),
    "aged_80_plus": ("80_plus",),
    "aged_85_plus": ("85_plus",),
    "ageing_rate": ("60_plus", "total"),
    "aged_65_plus_share": ("65_plus", "total"),
    "aged_80_plus_share": ("80_plus", "total"),
    "urban_share": (),
}
_PROFILE_COLUMNS = {
    "resident_population_aged_60_plus": "aged_60_plus",
    "resident_population_aged_65_plus": "aged_65_plus",
    "resident_population_aged_80_plus": "aged_80_plus",
}


def profile_column(indicator_or_item: str) -> str:
    """The column of `mart.area_profile` that an indicator or a comparison item stands for."""
    return _PROFILE_COLUMNS.get(indicator_or_item, indicator_or_item)


def order_of_input(relation: str, row: Row, role_code: str, reference: tuple[str, str]) -> tuple:
    """Where an input stands among the others: as in the arithmetic; the first area of a comparison before the second."""
    is_second = relation == "mart.city_comparison" and reference[1] != row["row_key_a"]
    return is_second, _ORDER_OF_ROLES.index(role_code), reference


def is_relevant(relation: str, column: str | None, input_relation: str, input_row: Row) -> bool:
    """Whether an input of a row belongs to the column asked about; only the area profile has several."""
    if relation != "mart.area_profile":
        return True
    column = column or "ageing_rate"
    if input_relation == "core.fct_urban_population":
        return column == "urban_share"
    return input_row["age_band_code"] in _BANDS.get(column, ())


def column_of_input(relation: str, row: Row, role_code: str, input_relation: str) -> str | None:
    """Which column of an input row its user took."""
    if input_relation != "mart.area_profile" or relation != "mart.city_comparison":
        return None
    if role_code == "denominator":
        return "aged_60_plus"
    return profile_column(row["indicator_a"] or row["indicator_b"] or row["item_code"])


def tell(relation: str, row: Row, names: Names, inputs: Sequence[Input], column: str | None = None) -> Told:
    """The row in words.

    Args:
        inputs: what the row was made of, told before it.
        column: which of several derived columns is asked about; the relation's main one by default.

    Raises:
        KeyError: nobody has worded this relation.
    """
    return _TELLERS[relation](row, names, inputs, column)


def _coverage(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    base_zh = names.base(row["network_code"], row["base_code"])
    label = f"{names.area(row['area_id'])}{names.network(row['network_code'])}"
    when = as_of_zh(row["as_of_on"], row["as_of_precision"])
    if row["base_code"] == "none":
        return _built_alone(row, label, when, inputs)
    if row["status_code"] == "reported":
        value = percent(row["rate"])
        formula = (
            f"覆盖率＝建成数÷{base_zh}数（{row['base_year']}年）＝{plain(row['built'])}÷{plain(row['base'])}＝{value}"
        )
    else:
        value = mark(row["status_code"])
        formula = f"覆盖率＝建成数÷{base_zh}数；{names.code('status_code', row['status_code'])}，不计算"
    parts = [part for part in inputs if part.role_code == "base"]
    if len(parts) > 1:
        sum_text = "＋".join(
            f"{names.code('division_code', part.row['division_code'])}{plain(part.row['division_count'])}"
            for part in parts
        )
        formula += f"；底数＝{sum_text}＝{plain(sum(part.row['division_count'] for part in parts))}个"
    return Told(
        label_zh=f"{label}覆盖率", value_text=value, when_zh=when, formula_zh=formula, note_zh=row["note_zh"] or ""
    )


def _built_alone(row: Row, label: str, when: str, inputs: Sequence[Input]) -> Told:
    """A network without a base: how many there are, with what the reading adds to the printed figure."""
    if row["built"] is None:
        value, formula = mark(row["status_code"]), ""
    else:
        value = f"{plain(row['built'])}个"
        added = [part for part in inputs if "added_value" in part.row and part.row["added_value"]]
        parts = [row["built_as_written"] or value, *(part.told.value_text for part in added)]
        formula = f"{'，'.join(parts)}，为{value}；底数未定，不算覆盖率"
    return Told(label_zh=label, value_text=value, when_zh=when, formula_zh=formula, note_zh=row["note_zh"] or "")


def _progress(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    target = names.target(row["target_id"])
    unit = target["unit_zh"]
    label = f"{names.area(row['area_id'])}{target['name_zh']}"
    when = _held(row, inputs)
    outlook = names.code("outlook_code", row["outlook_code"])
    if row["actual"] is None:
        return Told(label_zh=label, value_text=mark("missing"), when_zh=when, formula_zh=f"没有实际值，{outlook}", note_zh=row["caveat_zh"] or "", badge_zh=outlook)  # fmt: skip
    actual_unit = names.indicator(row["actual_indicator_code"])["unit_zh"] if row["actual_indicator_code"] else unit
    actual = show_value(row["actual"], actual_unit, thresholds=(row["target_value"] or 1,))
    goal = show_value(row["target_value"], unit)
    if row["completion"] is None:
        value, formula = actual, f"实际值{actual}，目标{target['text_zh']}"
    else:
        value = percent(row["completion"])
        formula = f"完成率＝实际值÷目标值＝{actual}÷{goal}＝{value}"
    if target["pace_code"] == "per_year":
        formula += f"；目标值＝{target['text_zh']}按年均摊＝{goal}"
    if row["pace"] is not None:
        formula += f"；序时进度{percent(row['pace'])}"
    return Told(label_zh=label, value_text=value, when_zh=when, formula_zh=formula, note_zh=row["caveat_zh"] or "", badge_zh=outlook)  # fmt: skip


def _held(row: Row, inputs: Sequence[Input]) -> str:
    """When the value behind a target held: a month's end, or the period its printed figure speaks of."""
    if row["as_of_on"] is None:
        return ""
    if row["origin_code"] == "month":
        return as_of_zh(row["as_of_on"], "month")
    for part in inputs:
        if part.row.get("period_end_on") == row["as_of_on"] and part.row.get("period_start_on"):
            return period_zh(part.row["period_start_on"], part.row["period_end_on"])
    return as_of_zh(row["as_of_on"])


def _verdict(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    """A verdict on a target: the word, the value that judged with its date, and by which rule."""
    target = names.target(row["target_id"] if row["reading"] == "all" else row["reading"])
    part = f"（{row['part_zh']}）" if row["part_zh"] else ""
    label = f"{names.area(row['area_id'])}{target['name_zh']}{part}"
    word = names.code("target_state_code", row["target_state_code"]) + ("†" if row["is_marked"] else "")
    if row["reading_count"] > 1:
        formula = f"{row['reading_count']}种读法各有判断，说法一致才作判断"
    elif row["parts_named"] > 1:
        formula = f"要分别达到的{row['parts_named']}项，有数可看的{row['parts_measured']}项，达到的{row['parts_met']}项"
    elif row["value"] is None:
        formula = f"目标{target['text_zh']}，没有可以判断的数"
    else:
        unit = (
            names.indicator(row["actual_indicator_code"])["unit_zh"]
            if row["actual_indicator_code"]
            else target["unit_zh"]
        )
        value = show_value(row["value"], unit, thresholds=(row["target_value"] or 1,))
        formula = f"判断所据的数{value}，目标{target['text_zh']}"
    return Told(
        label_zh=f"{label}：目标判断",
        value_text=word,
        when_zh=_held(row, inputs),
        formula_zh=formula,
        note_zh=row["reason_zh"] or "",
        badge_zh="参照" if row["scope_code"] == "reference" else "",
    )


def _comparison(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    decimals, unit = row["decimals"], row["unit_zh"]
    sides = [
        f"{names.area(row[f'area_{side}'])}"
        + show_value(row[f"value_{side}"], unit, decimals=decimals, as_written=row[f"as_written_{side}"])
        + (f"（{row[f'note_{side}_zh']}）" if row[f"note_{side}_zh"] else "")
        for side in ("a", "b")
    ]
    dates = [as_of_zh(row[f"as_of_{side}"], row[f"precision_{side}"]) for side in ("a", "b") if row[f"as_of_{side}"]]
    verdict = "可并列" if row["comparable"] else "不可比，不作比值、排名"
    return Told(
        label_zh=row["item_zh"],
        value_text=verdict,
        when_zh="；".join(dict.fromkeys(dates)),
        formula_zh="；".join(sides),
        note_zh=row["reason_zh"] or "",
        badge_zh=row["badge_zh"] or "",
    )


def check_result(row: Row) -> str:
    """The result of a cross check as printed: "69.8%", "不低于4.8%", "约55.97元/人次"; nothing where none is computed.

    A result bounded on one side only prints its bound, rounded outward; one made of a figure without any bound is 约.
    One whose rounding interval holds 100 % prints the interval, since it does not tell on which side it lies.
    """
    if row["result"] is None or row["kind_code"] == "wording":
        return ""
    low, high = row["result_low"], row["result_high"]
    one_sided = (low is None) != (high is None)
    if row["unit_zh"] == "%":
        if one_sided:
            return percent_range(low, high)
        if low is not None and low < 1 < high:
            ends = f"{percent_at_least(low, 2)}—{percent_at_most(high, 2)}"
            return f"{percent(row['result'])}（因取整，在{ends}之间，不能断定{'超过' if row['result'] > 1 else '不足'}100%）"
        return percent(row["result"])
    if row["kind_code"] == "series":
        return f"{plain(row['result'], 0)}{row['unit_zh']}"
    if one_sided:
        word, bound, way = ("不低于", low, ROUND_FLOOR) if high is None else ("不高于", high, ROUND_CEILING)
        return f"{word}{plain(bound, 2, way)}{row['unit_zh']}"
    return f"{'约' if low is None else ''}{plain(row['result'], 2)}{row['unit_zh']}"


def _digits(row: Row) -> str:
    """The division in digits, only where neither wording is hedged: 70余万 is never written 700,000."""
    if row["result_low"] is None or row["result_high"] is None:
        return ""
    return f"{plain(row['numerator'])}÷{plain(row['denominator'])}＝"


def _cross_check(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    result = check_result(row)
    if row["kind_code"] == "growth":
        formula = f"{row['numerator_zh']}÷{row['denominator_zh']}－1，按取整区间向外：{result}"
    elif row["denominator_zh"] is None or row["kind_code"] == "series":
        formula = row["numerator_zh"]
    else:
        formula = f"{row['numerator_zh']}÷{row['denominator_zh']}＝{_digits(row)}{result}"
    return Told(
        label_zh=row["title_zh"],
        value_text=result or "不计算",
        when_zh=as_of_zh(row["as_of_on"]),
        formula_zh=formula,
        note_zh=row["sentence_zh"],
        badge_zh=row["badge_zh"] or names.code("verdict_code", row["verdict_code"]),
    )


_PROFILE_SHARES = {
    "ageing_rate": ("60岁及以上人口占比", "aged_60_plus"),
    "aged_65_plus_share": ("65岁及以上人口占比", "aged_65_plus"),
    "aged_80_plus_share": ("80岁及以上人口占比", "aged_80_plus"),
}
_PROFILE_COUNTS = {
    "resident_population": "常住人口",
    "aged_60_plus": "60岁及以上常住人口",
    "aged_65_plus": "65岁及以上常住人口",
    "aged_80_plus": "80岁及以上常住人口",
    "aged_85_plus": "85岁及以上常住人口",
}


def _profile(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    column = column or "ageing_rate"
    area, when = names.area(row["area_id"]), date_zh(row["as_of_on"])
    if column in _PROFILE_COUNTS:
        value = full_value(row[column], "人")
        return Told(label_zh=f"{area}{_PROFILE_COUNTS[column]}", value_text=value, when_zh=when)
    if row[column] is None:
        return Told(label_zh=area, value_text=mark("missing"), when_zh=when, note_zh="来源未列年龄")
    value = percent(row[column], 2)
    if column == "urban_share":
        formula = f"城镇人口占比＝城镇常住人口÷（城镇＋乡村常住人口）＝{value}"
        return Told(label_zh=f"{area}城镇人口占比", value_text=value, when_zh=when, formula_zh=formula)
    label, part = _PROFILE_SHARES[column]
    formula = f"{label}＝{plain(row[part])}÷{plain(row['resident_population'])}＝{value}"
    return Told(label_zh=f"{area}{label}", value_text=value, when_zh=when, formula_zh=formula)


_TELLERS: Mapping[str, Callable[[Row, Names, Sequence[Input], str | None], Told]] = {
    "core.fct_document_figure": sources.tell_figure,
    "core.fct_division_count": sources.tell_division_count,
    "core.fct_population": sources.tell_population,
    "core.fct_urban_population": sources.tell_urban_population,
    "core.fct_base": sources.tell_base,
    "core.fct_allowance_standard": sources.tell_standard,
    "core.dim_target": sources.tell_target,
    "mart.year_outlook": months.tell_year_outlook,
    "core.fct_observation": sources.tell_observation,
    "meta.figure_reading": sources.tell_reading,
    "meta.issue": sources.tell_issue,
    "mart.coverage": _coverage,
    "mart.target_progress": _progress,
    "mart.target_verdict": _verdict,
    "mart.city_comparison": _comparison,
    "mart.cross_check": _cross_check,
    "mart.area_profile": _profile,
    "mart.indicator_month": months.tell_indicator_month,
    "mart.allowance_month": months.tell_allowance_month,
}
