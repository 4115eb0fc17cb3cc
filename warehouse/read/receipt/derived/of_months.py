"""Numbers of a month: ranks, benchmarks, contributions, shares of a whole, what twelve months ahead may need."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from warehouse.month import add_months
from warehouse.read import Release
from warehouse.read.meta.names import ReleaseNames
from warehouse.read.month import allowance, months, trend
from warehouse.read.place import benchmarks, profile
from warehouse.read.receipt.derived.columns import ALONE
from warehouse.series.outlook import RULE_ZH, YEAR, outlook, since_break
from warehouse.wording import allowance_months
from warehouse.wording import benchmarks as benchmark_words
from warehouse.wording import months as words
from warehouse.wording import profile_months as profile_words
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import mark, percent, percent_at_least, place_span, plain, show_value
from warehouse.wording.receipt.receipt_sources import Told

Row = Mapping[str, Any]


def _label(row: Row, names: ReleaseNames, more_zh: str) -> str:
    return f"{names.area(row['area_id'])}{names.indicator(row['indicator_code'])['label_zh']}{more_zh}"


def _indicator(release: Release, code: str) -> Row:
    return release.rows("select * from meta.indicator where indicator_code = $code", {"code": code}).frame.row(
        0, named=True
    )


def rank(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """The units of the group in the order of their ranks."""
    indicator = _indicator(release, row["indicator_code"])
    found = benchmarks.standings(
        release,
        city_area_id=_city_of(release, row["area_id"]),
        indicator_code=row["indicator_code"],
        month=row["month"],
    ).frame.to_dicts()
    own = next(one for one in found if one["area_id"] == row["area_id"])
    group = [one for one in found if one["kind_code"] == own["kind_code"]]
    ordered = sorted(group, key=lambda one: (one["rank"] is None, one["rank"] or 0, -(one["value"] or 0)))
    least = words.difference_text(indicator["smallest_difference"], indicator, more=1)
    is_counted = any(one["smallest_gap"] > indicator["smallest_difference"] for one in group if one["rank"] is not None)
    return Told(
        label_zh=_label(row, names, "：位次"),
        value_text=benchmark_words.rank_zh(own),
        when_zh=month_zh(row["month"]),
        formula_zh=f"{benchmark_words.direction_zh(indicator)}，只在同组内排；与前一位相差不到{least}{'、或不到所数的一个' if is_counted else ''}的并列",
        note_zh=_movement_zh(release, row, indicator),
        table=(
            ("位次", "单位", "数值"),
            *(
                (
                    "—" if one["rank"] is None else place_span(one["rank"], one["tied_count"]),
                    one["area_zh"],
                    words.value_text(one["value"], indicator, one["status_code"]),
                )
                for one in ordered
            ),
        ),
    )


def _movement_zh(release: Release, row: Row, indicator: Row) -> str:
    """How the rank moved since the month before, and how far the next unit above is, as the sheet of the unit says it."""
    found = profile.standing(
        release, unit_area_id=row["area_id"], month=row["month"], indicator_codes=(row["indicator_code"],)
    )
    return profile_words.movement_zh(found.frame.row(0, named=True), indicator)


def against(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """Every unit's value, what it is held against, and how far it lies from it; `rest` is the benchmark, `-alone` after it."""
    indicator = _indicator(release, row["indicator_code"])
    benchmark, is_alone = rest.removesuffix(ALONE), rest.endswith(ALONE)
    city = _city_of(release, row["area_id"])
    asked = {"city_area_id": city, "indicator_code": row["indicator_code"]}
    others = benchmarks.other_cities(release, **asked).frame.to_dicts() if benchmark == benchmark_words.OTHER else []
    other = next((one for one in others if one["reason_zh"] is None), None)
    found = benchmarks.standings(
        release, **asked, month=row["month"], excludes_self=is_alone, other_city_id=other["area_id"] if other else None
    ).frame.to_dicts()
    own = next(one for one in found if one["area_id"] == row["area_id"])
    name = benchmark_words.name_zh(benchmark, other_zh=other["name_zh"] if other else "", excludes_self=is_alone)

    def held(one: Row) -> str:
        against = benchmark_words.value_of(one, benchmark)
        return mark("missing") if against is None else words.value_text(against, indicator)

    return Told(
        label_zh=_label(row, names, f"：比{name}"),
        value_text=benchmark_words.gap_zh(own, indicator, benchmark)[0] or mark("missing"),
        when_zh=month_zh(row["month"]),
        formula_zh=benchmark_words.HOW_ZH[benchmark] + (benchmark_words.ALONE_ZH if is_alone else ""),
        table=(
            ("单位", "数值", name, "相差"),
            *(
                (
                    one["area_zh"],
                    words.value_text(one["value"], indicator, one["status_code"]),
                    held(one),
                    benchmark_words.gap_zh(one, indicator, benchmark)[0] or "—",
                )
                for one in found
            ),
        ),
    )


def _city_of(release: Release, area_id: str) -> str:
    """The city of a unit; a city is its own."""
    found = release.rows(
        "select coalesce(city_area_id, area_id) as city from core.dim_area where area_id = $id", {"id": area_id}
    )
    return found.frame["city"][0]


def contribution(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """What every unit added to the change of the city, largest first."""
    indicator = _indicator(release, row["indicator_code"])
    city = _city_of(release, row["area_id"])
    other = date.fromisoformat(rest)
    asked = {"city_area_id": city, "indicator_code": row["indicator_code"], "month": row["month"], "other_month": other}
    found = months.contributions(release, **asked).frame.to_dicts()
    absent = list(trend.absent_units(release, **asked))
    parts = {one["area_id"]: one["contribution"] for one in found} | {city: sum(one["contribution"] for one in found)}
    how = (
        "比率的贡献＝（分子－上期比率×分母）÷全市分母，本期减上期"
        if indicator["kind_code"] == "ratio"
        else "各单位的贡献就是它自己的增减"
    )
    return Told(
        label_zh=_label(row, names, "：对全市变化的贡献"),
        value_text=words.signed_zh(parts[row["area_id"]], indicator) if row["area_id"] in parts else mark("missing"),
        when_zh=f"{month_zh(other)}至{month_zh(row['month'])}",
        formula_zh=f"{how}；{words.adds_up_zh(absent)}",
        table=(
            ("单位", month_zh(other), month_zh(row["month"]), "贡献"),
            *(
                (
                    one["area_zh"],
                    words.paired_text(one["other_value"], indicator),
                    words.paired_text(one["value"], indicator),
                    words.signed_zh(one["contribution"], indicator),
                )
                for one in found
            ),
            ("合计", "", "", words.signed_zh(parts[city], indicator)),
        ),
    )


def of_total(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """A breakdown as a share of the total of its area and month, beside the other breakdowns."""
    found = release.rows(
        """
        select m.breakdown_code, coalesce(k.label_zh, m.breakdown_code) as label_zh, m.value, m.status_code
        from mart.indicator_month as m
        left join meta.code as k on k.code_set in ('age_tier_code', 'breakdown_code') and k.code = m.breakdown_code
        where m.area_id = $area and m.indicator_code = $code and m.month = $month
        qualify row_number() over (partition by m.breakdown_code order by k.code_set) = 1
        order by m.breakdown_code = 'total', m.breakdown_code
        """,
        {"area": row["area_id"], "code": row["indicator_code"], "month": row["month"]},
    ).frame.to_dicts()
    whole = next((one["value"] for one in found if one["breakdown_code"] == "total"), None)
    unit = names.indicator(row["indicator_code"])["unit_zh"]
    share = percent(row["value"] / whole, thresholds=()) if whole and row["value"] is not None else mark("missing")
    return Told(
        label_zh=_label(row, names, "：占合计"),
        value_text=share,
        when_zh=month_zh(row["month"]),
        formula_zh=f"{show_value(row['value'], unit)}÷{show_value(whole, unit)}＝{share}",
        table=(
            ("分项", "数值"),
            *((one["label_zh"], show_value(one["value"], unit, status_code=one["status_code"])) for one in found),
        ),
    )


def of_last_year(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    return _share_of_last_year(release, row, names, is_then=False)


def of_last_year_then(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    return _share_of_last_year(release, row, names, is_then=True)


def _share_of_last_year(release: Release, row: Row, names: ReleaseNames, *, is_then: bool) -> Told:
    """A running total, now or a year ago, as a share of what last year had come to by December."""
    series = months.series(release, indicator_code=row["indicator_code"], area_ids=(row["area_id"],)).frame.to_dicts()
    of = {one["month"]: one["value"] for one in series}
    at = add_months(row["month"], -YEAR) if is_then else row["month"]
    end = date(row["month"].year - 1, 12, 1)
    part, whole = of.get(at), of.get(end)
    unit = names.indicator(row["indicator_code"])["unit_zh"]
    share = percent(part / whole) if part is not None and whole else mark("missing")
    return Told(
        label_zh=_label(row, names, "：占上年全年"),
        value_text=share,
        when_zh=month_zh(at),
        formula_zh=f"{show_value(part, unit)}÷{show_value(whole, unit)}＝{share}",
        table=(("累计至", "数值"), (month_zh(at), show_value(part, unit)), (month_zh(end), show_value(whole, unit))),
    )


def over(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """One reported amount divided by another of the same place and month."""
    found = release.rows(
        "select value from mart.indicator_month where area_id = $area and indicator_code = $code and month = $month"
        " and breakdown_code = 'total'",
        {"area": row["area_id"], "code": rest, "month": row["month"]},
    ).frame
    below = found["value"][0] if found.height else None
    upper, lower = names.indicator(row["indicator_code"]), names.indicator(rest)
    is_part = upper["unit_zh"] == lower["unit_zh"]
    quotient = None if row["value"] is None or not below else row["value"] / below
    value = mark("missing") if quotient is None else percent(quotient, 2, ()) if is_part else plain(quotient, 2)
    parts = [(upper, row["value"]), (lower, below)]
    return Told(
        label_zh=f"{names.area(row['area_id'])}{upper['label_zh']}÷{lower['label_zh']}",
        # A part of a whole is told on its page as a lower bound, rounded down; the formula has it nearer.
        value_text=value if quotient is None or not is_part else percent_at_least(quotient),
        when_zh=month_zh(row["month"]),
        formula_zh=f"{'÷'.join(show_value(each, one['unit_zh']) for one, each in parts)}＝{value}",
        table=(("指标", "数值"), *((one["label_zh"], show_value(each, one["unit_zh"])) for one, each in parts)),
    )


def expected_deaths(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """Every unit's quarter: stops for death, those to be expected, and the person-months they follow from."""
    city = _city_of(release, row["area_id"])
    found = allowance.stops(release, city_area_id=city, month=row["month"]).frame.to_dicts()
    own = next((one for one in found if one["area_id"] == row["area_id"]), None)
    # The sums of the page: those of the units of which both are known.
    known, summed = allowance_months.with_both(found), allowance_months.summed(found)
    due = own["expected_deaths"] if own else sum(one["expected_deaths"] for one in known) if known else None
    formula = f"没有{'在享人数' if own and own['recipient_months'] is None else '以前的数'}，不算预期"
    if own and due is not None:
        formula = f"{plain(own['recipient_months'])}人月×{plain(own['city_death_share'] * 1000, 3)}‰（{allowance_months.BASES_ZH[own['basis_code']]}去世停发÷在享人月）＝约{plain(due)}人"
    elif not own and known:
        formula = "有数的各单位之和"
    return Told(
        label_zh=f"{names.area(row['area_id'])}：一个季度去世停发与预期",
        value_text=mark("missing") if due is None else f"约{plain(due)}人",
        when_zh=f"{month_zh(add_months(row['month'], -2))}至{month_zh(row['month'])}",
        formula_zh=formula,
        note_zh=allowance_months.EXPECTED_RULE_ZH,
        table=(
            ("单位", "去世停发", "预期", "在享人月"),
            *(
                (
                    one["area_zh"],
                    allowance_months.cell(one["death_stops"], "人", one["death_status"]),
                    "—" if one["expected_deaths"] is None else f"约{plain(one['expected_deaths'])}人",
                    "—" if one["recipient_months"] is None else plain(one["recipient_months"]),
                )
                for one in found
            ),
            (
                "有数的合计",
                f"{plain(sum(one['death_stops'] for one in summed))}人" if summed else mark("missing"),
                allowance_months.due_zh(summed),
                "",
            ),
        ),
    )


def ahead(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """One month ahead, or all twelve (`ahead:all`): the month of last year times the growth."""
    found = months.series(
        release, indicator_code=row["indicator_code"], area_ids=(row["area_id"],), last_month=row["month"]
    ).frame
    breaks = trend.breaks(release, indicator_code=row["indicator_code"], area_id=row["area_id"]).frame
    made = outlook(since_break(found["month"].to_list(), found["value"].to_list(), breaks["month"].to_list())[0])
    unit = names.indicator(row["indicator_code"])["unit_zh"]
    label = _label(row, names, "：今后12个月的推算" if rest == "all" else "：推算")
    if made is None:
        return Told(label_zh=label, value_text=mark("missing"), when_zh=month_zh(row["month"]), formula_zh=RULE_ZH)
    is_all = rest == "all"
    coming = [add_months(row["month"], step + 1) for step in range(YEAR)]
    value = show_value(made.total if is_all else made.months[int(rest) - 1], unit)
    before = dict(found.select("month", "value").iter_rows())
    tested = (
        f"回测：一年前用同一方法，{allowance_months.missed_zh(made.backtest_error)}"
        if made.backtest_error is not None
        else allowance_months.UNTRIED_ZH
    )
    change = allowance_months.against_last_year(made.total, made.last_year)
    return Told(
        label_zh=label,
        value_text=value,
        when_zh=f"{month_zh(coming[0])}至{month_zh(coming[-1])}" if is_all else month_zh(coming[int(rest) - 1]),
        formula_zh=f"{RULE_ZH}，比值{plain(made.growth, 4)}；合计{show_value(made.total, unit)}，近12个月"
        f"{allowance_months.filled_zh(made.filled)}{show_value(made.last_year, unit)}，{change}",
        note_zh=f"{tested}。是推算，不是承诺数。",
        badge_zh="推算",
        table=(
            ("月份", "上年同月已发", "推算"),
            *(
                (month_zh(at), show_value(before.get(add_months(at, -YEAR)), unit), show_value(value_, unit))
                for at, value_ in zip(coming, made.months, strict=True)
            ),
            ("合计", show_value(made.last_year, unit), show_value(made.total, unit)),
        ),
    )
