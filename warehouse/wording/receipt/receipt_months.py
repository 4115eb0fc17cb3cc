"""What a receipt says of a row of county months: a value, its change, its distance from the city, a quarter, the year's end."""

from collections.abc import Sequence

from warehouse.wording.grammar.dates import base_when_zh, month_zh
from warehouse.wording.grammar.numbers import full_value, mark, percent, plain, points, show_value, telling_decimals
from warehouse.wording.months import difference_text
from warehouse.wording.receipt.receipt_sources import Input, Names, Row, Told
from warehouse.wording.year_end import backtest_zh, interval_zh

_CHANGES_ZH = {"change_mom": "较上月", "change_yoy": "较上年同月", "change_since_year_start": "较年初"}


def _month_change(row: Row, names: Names, inputs: Sequence[Input], column: str) -> Told:
    """A change between two months: both of them, and the difference as the mart has it.

    With a city figure missing in either, the difference is that of the units in both, and no difference of city figures.
    """
    indicator = names.indicator(row["indicator_code"])
    unit, decimals = indicator["unit_zh"], indicator["decimals"]
    difference, word = row[column], _CHANGES_ZH[column]
    formula = note = ""
    if difference is None:
        value = mark("missing")
    else:
        sign = "－" if difference < 0 else ""
        if indicator["kind_code"] == "ratio" and unit != "%":
            # As on the page: a difference too small for the usual decimals gets more, and so have both of what it is made.
            decimals = telling_decimals(difference, max(decimals or 0, 1))
        value = sign + (points(difference) if unit == "%" else full_value(abs(difference), unit, decimals=decimals))
        is_flow = indicator["timing_code"] == "during_month" and indicator["kind_code"] != "ratio"
        others = (one.row for one in inputs if one.row.get("area_id") == row["area_id"] and "reported_total" in one.row)
        if row["value"] is None or any(one["value"] is None for one in others):
            note = "有单位缺报，只按两个月都报的单位相比"
        elif is_flow and column == "change_yoy" and row["month"].month == 2:
            note = "1月与2月合并，和上年1—2月合计相比"
        else:
            now, then = (
                full_value(each, unit, decimals=decimals) for each in (row["value"], row["value"] - difference)
            )
            formula = f"{word}＝{now}－{then}＝{value}"
    return Told(
        label_zh=f"{names.area(row['area_id'])}{indicator['label_zh']}{word}",
        value_text=value,
        when_zh=month_zh(row["month"]),
        formula_zh=formula,
        note_zh=note,
    )


def tell_indicator_month(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    """A value of a month: its arithmetic, its base's year, how many units it is of; or the derived column asked about."""
    if column in _CHANGES_ZH:
        return _month_change(row, names, inputs, column)
    if column == "sum_3":
        return _quarter(row, names, inputs)
    if column == "against_city":
        return _against_city(row, names, inputs)
    indicator = names.indicator(row["indicator_code"])
    unit, decimals = indicator["unit_zh"], indicator["decimals"]
    value = show_value(row["value"], unit, decimals=decimals, status_code=row["status_code"])
    formula = indicator["formula_zh"] or ""
    if row["numerator"] is not None and row["denominator"]:
        year = ""
        if row["denominator_as_of_on"]:
            year = f"（{base_when_zh(row['denominator_as_of_on'], is_projected=bool(indicator['variant_of']))}）"
        formula += f"＝{plain(row['numerator'])}÷{plain(row['denominator'])}{year}＝{value}"
    elif row["expected_count"]:
        made_of = formula if indicator["kind_code"] == "ratio" else "全市数＝各单位之和"
        formula = f"{made_of}，已报{row['reported_count']}/{row['expected_count']}个单位"
    return Told(
        label_zh=f"{names.area(row['area_id'])}{indicator['label_zh']}",
        value_text=value,
        full_text=full_value(row["value"], unit, decimals=decimals, status_code=row["status_code"]),
        when_zh=month_zh(row["month"]),
        formula_zh=formula,
        note_zh="；".join(
            part for part in (row["note_zh"], indicator["caveat_zh"] if indicator["variant_of"] else "") if part
        ),
        source_id=row["denominator_source_id"],
    )


def _against_city(row: Row, names: Names, inputs: Sequence[Input]) -> Told:
    """How far a unit lies from its city, or from those of its units that reported."""
    indicator = names.indicator(row["indicator_code"])
    shown = {"unit_zh": indicator["unit_zh"], "decimals": indicator["decimals"]}
    city = next((one.row for one in inputs if one.role_code == "base" and "reported_total" in one.row), None)
    whole = None if city is None else city["value"] if city["value"] is not None else city["reported_total"]
    if row["value"] is None or whole is None:
        value, formula = mark("missing"), "全市或本单位没有数，不相比"
    else:
        difference = row["value"] - whole
        value = difference_text(difference, indicator)
        own, other = (show_value(each, shown["unit_zh"], decimals=shown["decimals"]) for each in (row["value"], whole))
        against = "全市" if city["value"] is not None else "已报单位合计"
        formula = f"本单位{own}，{against}{other}，{'高' if difference > 0 else '低'}{value}"
    return Told(
        label_zh=f"{names.area(row['area_id'])}{indicator['label_zh']}与全市之差",
        value_text=value,
        when_zh=month_zh(row["month"]),
        formula_zh=formula,
    )


def _quarter(row: Row, names: Names, inputs: Sequence[Input]) -> Told:
    """Three months together, with what each of them was."""
    indicator = names.indicator(row["indicator_code"])
    months = sorted(
        (one.row for one in inputs if one.row.get("indicator_code") == row["indicator_code"]),
        key=lambda one: one["month"],
    )
    values = [one["value"] for one in months]
    total = None if len(values) < 3 or None in values else sum(values)
    value = show_value(total, indicator["unit_zh"], decimals=indicator["decimals"])
    parts = "＋".join(f"{month_zh(one['month'])}{show_value(one['value'], indicator['unit_zh'], status_code=one['status_code'])}" for one in months)  # fmt: skip
    return Told(
        label_zh=f"{names.area(row['area_id'])}{indicator['label_zh']}，三个月合计",
        value_text=value,
        full_text=full_value(total, indicator["unit_zh"], decimals=indicator["decimals"]),
        when_zh=f"{month_zh(months[0]['month'])}至{month_zh(row['month'])}" if months else month_zh(row["month"]),
        formula_zh=f"{parts}＝{value}",
    )


def tell_allowance_month(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    """What a tier was paid per head in a month."""
    status, tier = row["status_code"], names.code("age_tier_code", row["age_tier_code"])
    value = show_value(row["yuan_per_head"], "元/人", decimals=2, status_code=status)
    formula = ""
    if status == "reported" and row["yuan_per_head"] is not None:
        formula = f"人均额＝实发金额÷在享人数＝{plain(row['paid_yuan'], 2)}÷{plain(row['recipient_count'])}＝{value}"
    return Told(
        label_zh=f"{names.area(row['area_id'])}高龄津贴（{tier}）",
        value_text=value,
        when_zh=month_zh(row["month"]),
        formula_zh=formula,
    )


def tell_year_outlook(row: Row, names: Names, inputs: Sequence[Input], column: str | None) -> Told:
    """Where a running total is likely to end: total, profile, interval, and how often the rule was wrong."""
    indicator = names.indicator(row["indicator_code"])
    unit = indicator["unit_zh"]
    value = show_value(row["projected"], unit)
    so_far = show_value(row["projected"] * row["share"], unit)
    return Told(
        label_zh=f"{names.area(row['area_id'])}{indicator['label_zh']}：年末预计",
        value_text=value,
        when_zh=f"按{month_zh(row['month'])}的累计",
        formula_zh=f"累计{so_far}÷此前{row['year_count']}个完整年份同月累计占全年的平均比例{percent(row['share'])}＝{value}",
        note_zh=f"{interval_zh(row, unit)}；{backtest_zh(row)}",
    )
