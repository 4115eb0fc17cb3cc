"""Numbers worked out when a page is drawn: ranks, contributions, shares of a whole, what twelve months ahead may need.

Each belongs to a row and is named by a column that row does not keep as its main value. The receipt tells the value in
the words of the page, its arithmetic, and the rows it was made of as a table. What is told here comes from the very
question the page asked.
"""

import statistics
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from warehouse.month import add_months
from warehouse.read import Release, ageing, allowance, areas, benchmarks, months, peers, profile
from warehouse.read.names import ReleaseNames
from warehouse.series.outlook import RULE_ZH, YEAR, outlook
from warehouse.wording import ageing as ageing_words
from warehouse.wording import allowance_months
from warehouse.wording import benchmarks as benchmark_words
from warehouse.wording import months as words
from warehouse.wording import profile_months as profile_words
from warehouse.wording.dates import date_zh, month_zh
from warehouse.wording.numbers import blank_zh, mark, percent, plain, points, show_value
from warehouse.wording.receipt_sources import Told

MONTH, PROFILE, COVERAGE, PAIR = "mart.indicator_month", "mart.area_profile", "mart.coverage", "mart.city_comparison"
# The columns; those that end in a colon take a code or a number after it.
RANK = "standing"
CONTRIBUTION = "contribution:"
OF_TOTAL = "of_total"
OF_LAST_YEAR, OF_LAST_YEAR_THEN = "of_last_year", "of_last_year_then"
OVER = "over:"
EXPECTED_DEATHS = "expected_deaths"
AHEAD = "ahead:"
PLACE, MEDIAN, PEER_MEDIAN, RANGE = "place:", "median:", "peer_median:", "range:"
DIFFERENCE = "difference"
AGAINST, ALONE = "against:", "-alone"
SHARE_OF_BLANKS = "share_of_blanks"
BLANK_SHARE, BLANKS_FROM = "blank_share", "blanks_from:"
READ_VALUE = "read_value"
# What amounts are divided by where a page divides two of one month; what is drawn on for a year.
OVER_CODES = ("order_completed_count", "training_people")
BUDGETED = "allowance_paid_yuan"
READING = "meta.figure_reading"

Row = Mapping[str, Any]
# Places shown on either side of one among three thousand.
BESIDE = 3


def named_in_sql() -> tuple[tuple[str, str, str], ...]:
    """Every number worked out when asked as relation, the name of its column in SQL, and which rows have it."""
    total = "breakdown_code = 'total' and value is not null"
    before = ("month - interval 1 month", "month - interval 12 month", "date_trunc('year', month) - interval 1 month")
    benchmarks = [f"{AGAINST}{name}" for name in (*benchmark_words.COLUMNS, *(f"{one}{ALONE}" for one in benchmark_words.OF_UNITS))]  # fmt: skip
    of_month = [
        (f"'{RANK}'", "rank is not null"),
        *((f"'{name}'", total) for name in (*benchmarks, OF_LAST_YEAR, OF_LAST_YEAR_THEN)),
        *((f"'{CONTRIBUTION}' || cast(cast({other} as date) as varchar)", total) for other in before),
        *((f"'{OVER}{code}'", total) for code in OVER_CODES),
        *((f"'{AHEAD}{step}'", f"{total} and indicator_code = '{BUDGETED}'") for step in ("all", *range(1, YEAR + 1))),
        (f"'{OF_TOTAL}'", "breakdown_code <> 'total'"),
        (f"'{EXPECTED_DEATHS}'", "breakdown_code = 'reason_death'"),
    ]
    of_profile = [(f"'{head}{measure}'", "true") for head in (PLACE, MEDIAN, PEER_MEDIAN, RANGE) for measure in ageing.MEASURES]  # fmt: skip
    of_coverage = [(f"'{SHARE_OF_BLANKS}'", "true"), (f"'{BLANK_SHARE}'", "true")]
    of_coverage += [(f"'{BLANKS_FROM}{least}'", "true") for least in range(10, 101, 10)]
    groups = ((MONTH, of_month), (PROFILE, of_profile), (COVERAGE, of_coverage), (PAIR, [(f"'{DIFFERENCE}'", "true")]), (READING, [(f"'{READ_VALUE}'", "true")]))  # fmt: skip
    return tuple((relation, column, where) for relation, found in groups for column, where in found)


def told(release: Release, relation: str, row: Row, column: str | None, names: ReleaseNames) -> Told | None:
    """The number in words with its table; None where the column is none of these, so that the row tells itself."""
    if not column:
        return None
    head, colon, rest = column.partition(":")
    teller = _TELLERS.get((relation, head + colon))
    return teller(release, row, rest, names) if teller else None


def _label(row: Row, names: ReleaseNames, more_zh: str) -> str:
    return f"{names.area(row['area_id'])}{names.indicator(row['indicator_code'])['label_zh']}{more_zh}"


def _indicator(release: Release, code: str) -> Row:
    return release.rows("select * from meta.indicator where indicator_code = $code", {"code": code}).frame.row(
        0, named=True
    )


def _rank(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
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
    return Told(
        label_zh=_label(row, names, "：位次"),
        value_text=benchmark_words.rank_zh(own),
        when_zh=month_zh(row["month"]),
        formula_zh=f"{benchmark_words.direction_zh(indicator)}，只在同组内排；与前一位相差不到{least}的并列",
        note_zh=_movement_zh(release, row, indicator),
        table=(
            ("位次", "单位", "数值"),
            *(
                (
                    "—" if one["rank"] is None else f"{'并列' if one['tied_count'] > 1 else ''}{one['rank']}",
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


def _against(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
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


def _contribution(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """What every unit added to the change of the city, largest first."""
    indicator = _indicator(release, row["indicator_code"])
    city = _city_of(release, row["area_id"])
    other = date.fromisoformat(rest)
    found = months.contributions(
        release, city_area_id=city, indicator_code=row["indicator_code"], month=row["month"], other_month=other
    ).frame.to_dicts()
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
        formula_zh=f"{how}；各单位相加等于全市的变化",
        table=(
            ("单位", month_zh(other), month_zh(row["month"]), "贡献"),
            *(
                (
                    one["area_zh"],
                    words.value_text(one["other_value"], indicator),
                    words.value_text(one["value"], indicator),
                    words.signed_zh(one["contribution"], indicator),
                )
                for one in found
            ),
            ("合计", "", "", words.signed_zh(parts[city], indicator)),
        ),
    )


def _of_total(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
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


def _of_last_year(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    return _share_of_last_year(release, row, names, is_then=False)


def _of_last_year_then(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
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


def _over(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
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
    value = mark("missing") if quotient is None else percent(quotient, thresholds=()) if is_part else plain(quotient, 2)
    parts = [(upper, row["value"]), (lower, below)]
    return Told(
        label_zh=f"{names.area(row['area_id'])}{upper['label_zh']}÷{lower['label_zh']}",
        value_text=value,
        when_zh=month_zh(row["month"]),
        formula_zh=f"{'÷'.join(show_value(each, one['unit_zh']) for one, each in parts)}＝{value}",
        table=(("指标", "数值"), *((one["label_zh"], show_value(each, one["unit_zh"])) for one, each in parts)),
    )


def _expected_deaths(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """Every unit's quarter: stops for death, those to be expected, and the person-months they follow from."""
    city = _city_of(release, row["area_id"])
    found = allowance.stops(release, city_area_id=city, month=row["month"]).frame.to_dicts()
    own = next((one for one in found if one["area_id"] == row["area_id"]), None)
    known = [one for one in found if one["death_stops"] is not None]
    due = own["expected_deaths"] if own else sum(one["expected_deaths"] or 0 for one in known)
    share = own["city_death_share"] if own else known[0]["city_death_share"] if known else None
    formula = "没有在享人数，不算预期"
    if own and due is not None:
        formula = f"{plain(own['recipient_months'])}人月×{plain(share * 1000, 3)}‰（全市往年同季去世停发÷在享人月）＝约{plain(due)}人"
    elif not own:
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
                f"{plain(sum(one['death_stops'] for one in known))}人",
                f"约{plain(sum(one['expected_deaths'] or 0 for one in known))}人",
                "",
            ),
        ),
    )


def _ahead(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """One month ahead, or all twelve (`ahead:all`): the month of last year times the growth."""
    found = months.series(
        release, indicator_code=row["indicator_code"], area_ids=(row["area_id"],), last_month=row["month"]
    ).frame
    made = outlook(found["value"].to_list())
    unit = names.indicator(row["indicator_code"])["unit_zh"]
    label = _label(row, names, "：今后12个月的推算" if rest == "all" else "：推算")
    if made is None:
        return Told(label_zh=label, value_text=mark("missing"), when_zh=month_zh(row["month"]), formula_zh=RULE_ZH)
    is_all = rest == "all"
    coming = [add_months(row["month"], step + 1) for step in range(YEAR)]
    value = show_value(made.total if is_all else made.months[int(rest) - 1], unit)
    before = dict(found.select("month", "value").iter_rows())
    tested = (
        f"回测：一年前用同一方法，{'多' if made.backtest_error >= 0 else '少'}算了"
        f"{percent(abs(made.backtest_error), decimals=2, thresholds=())}"
        if made.backtest_error is not None
        else "不足36个月，没有回测"
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


def _level_of(release: Release, area_id: str) -> str:
    return release.rows("select level_code from core.dim_area where area_id = $id", {"id": area_id}).frame[0, 0]


def _place(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """Where a share stands among all places of its level, with its neighbours in that order."""
    level = _level_of(release, row["area_id"])
    found = release.rows(
        f"""
        with placed as (
            select a.area_id, a.name_zh, f.{_measure(rest)} as value,
                rank() over (order by f.{_measure(rest)} desc) as rank,
                row_number() over (order by f.{_measure(rest)} desc, a.area_id) as position,
                count(*) over () as ranked_count
            from mart.area_profile as f
            inner join core.dim_area as a on a.area_id = f.area_id
            where a.level_code = $level and f.{_measure(rest)} is not null
        )
        select p.* from placed as p
        inner join placed as o on o.area_id = $area
        where abs(p.position - o.position) <= $beside
        order by p.position
        """,
        {"level": level, "area": row["area_id"], "beside": BESIDE},
    ).frame.to_dicts()
    own = next((one for one in found if one["area_id"] == row["area_id"]), None)
    return Told(
        label_zh=f"{names.area(row['area_id'])}{ageing_words.MEASURE_ZH[rest]}：在全国同级中的位次",
        value_text=mark("missing") if own is None else ageing_words.rank_zh(own),
        when_zh=date_zh(row["as_of_on"]),
        source_id=row["source_id"],
        formula_zh="由高到低，数值相同的同一位次；全数统计，无抽样误差",
        table=(
            ("位次", "地方", "占比"),
            *((plain(one["rank"]), one["name_zh"], percent(one["value"], 2)) for one in found),
        ),
    )


def _measure(code: str) -> str:
    """The column of a measure.

    Raises:
        KeyError: no such measure.
    """
    return {each: each for each in ageing.MEASURES}[code]


def _median(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """The middle of all places of the level of the row's area, between the quarters and the ends."""
    level = _level_of(release, row["area_id"])
    found = {one["measure"]: one for one in ageing.spread(release, level_code=level).frame.to_dicts()}[_measure(rest)]
    ends = (
        ("最低", "low"),
        ("四分之一处", "quarter"),
        ("中位数", "median"),
        ("四分之三处", "three_quarters"),
        ("最高", "high"),
    )
    return Told(
        label_zh=f"全国{found['area_count']}个同级地方{ageing_words.MEASURE_ZH[rest]}的中位数",
        value_text=percent(found["median"], thresholds=()),
        when_zh=date_zh(row["as_of_on"]),
        source_id=row["source_id"],
        formula_zh="由低到高排在正中的一个；偶数个取中间两个的平均",
        table=(("位置", "占比"), *((label, percent(found[name], 2, thresholds=())) for label, name in ends)),
    )


def _peer_median(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """The middle of the places most like one, highest first."""
    alike = peers.peers(release, area_id=row["area_id"], count=peers.PEER_COUNT).frame["area_id"].to_list()
    found = _shares(release, alike, rest)
    middle = statistics.median([value for _, value in found]) if found else None
    return Told(
        label_zh=f"{names.area(row['area_id'])}的同类：{ageing_words.MEASURE_ZH[rest]}的中位数",
        value_text=mark("missing") if middle is None else percent(middle, thresholds=()),
        when_zh=date_zh(row["as_of_on"]),
        source_id=row["source_id"],
        formula_zh=peers.RULE_ZH,
        table=(("地方", "占比"), *((name, percent(value, 2)) for name, value in found)),
    )


def _range(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """From the lowest to the highest of a city's units."""
    units = areas.units(release, city_area_id=row["area_id"]).frame["area_id"].to_list()
    found = _shares(release, units, rest)
    apart = mark("missing") if len(found) < 2 else points(found[0][1] - found[-1][1])
    return Told(
        label_zh=f"{names.area(row['area_id'])}各单位{ageing_words.MEASURE_ZH[rest]}：最高与最低之差",
        value_text=apart,
        when_zh=date_zh(row["as_of_on"]),
        source_id=row["source_id"],
        formula_zh="" if len(found) < 2 else f"{percent(found[0][1], 2)}－{percent(found[-1][1], 2)}＝{apart}",
        table=(("单位", "占比"), *((name, percent(value, 2)) for name, value in found)),
    )


def _shares(release: Release, area_ids: Sequence[str], code: str) -> list[tuple[str, float]]:
    """Places with a share, highest first."""
    found = areas.profiles(release, area_ids=tuple(area_ids)).frame.to_dicts()
    known = [(one["short_name_zh"], one[_measure(code)]) for one in found if one[_measure(code)] is not None]
    return sorted(known, key=lambda one: -one[1])


def _difference(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """One area's value less the other's."""
    unit, apart = (
        row["unit_zh"],
        row["value_a"] - row["value_b"] if None not in (row["value_a"], row["value_b"]) else None,
    )
    sides = [
        (names.area(row[f"area_{side}"]), show_value(row[f"value_{side}"], unit, decimals=row["decimals"], as_written=row[f"as_written_{side}"]))
        for side in ("a", "b")
    ]  # fmt: skip
    value = mark("missing") if apart is None else points(abs(apart)) if unit == "%" else f"{plain(abs(apart), 1)}{unit}"
    return Told(
        label_zh=f"{row['item_zh']}：两地之差",
        value_text=value,
        formula_zh="－".join(text for _, text in (sides if (apart or 0) >= 0 else sides[::-1])) + f"＝{value}",
        table=(("地区", "数值"), *sides),
    )


def _share_of_blanks(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """A unit's blanks of a network as a share of the blanks of all units of its city."""
    month = row["as_of_on"].replace(day=1)
    found = profile.gap_shares(release, unit_area_id=row["area_id"], month=month).frame.to_dicts()
    own = next((one for one in found if one["network_code"] == row["network_code"]), None)
    value = mark("missing") if own is None or own["share"] is None else percent(own["share"])
    return Told(
        label_zh=f"{names.area(row['area_id'])}{names.network(row['network_code'])}：占全市空白",
        value_text=value,
        when_zh=month_zh(month),
        formula_zh="" if own is None else f"{blank_zh(own['blank'])}÷{blank_zh(own['city_blank'])}＝{value}",
        table=(
            ("网络", "本单位空白", "全市空白", "占"),
            *(
                (one["network_zh"], blank_zh(one["blank"]), blank_zh(one["city_blank"]), percent(one["share"]))
                for one in found
                if one["share"] is not None
            ),
        ),
    )


def _places_without(release: Release, row: Row) -> list[Row]:
    """The townships of an area in the coverage of its network and day, most blanks first; surplus covers nobody's blank."""
    return release.rows(
        """
        select a.short_name_zh as area_zh, u.short_name_zh as unit_zh, c.built, c.base,
            greatest(c.base - c.built, 0) as blank
        from mart.coverage as c
        inner join core.dim_area as a on a.area_id = c.area_id and a.level_code = 'township'
        inner join core.dim_area as u on u.area_id = a.parent_area_id
        where (a.parent_area_id = $area or a.city_area_id = $area) and c.network_code = $network
            and c.as_of_on = $day and c.base_code = $base and c.origin_code = $origin and c.base > 0
        order by blank desc nulls last, u.sort_order, a.stat_code
        """,
        {
            "area": row["area_id"],
            "network": row["network_code"],
            "day": row["as_of_on"],
            "base": row["base_code"],
            "origin": row["origin_code"],
        },
    ).frame.to_dicts()


def _blank_share(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """The share of places that have none, counted township by township where those make up the whole base."""
    found = _places_without(release, row)
    whole = sum(one["base"] for one in found) == row["base"]
    known = [one for one in found if one["built"] is not None] if whole else [{**row, "area_zh": names.area(row["area_id"]), "blank": max(row["base"] - row["built"], 0)}] if row["built"] is not None and row["base"] else []  # fmt: skip
    blank, places = sum(one["blank"] for one in known), sum(one["base"] for one in known)
    share = percent(blank / places, thresholds=()) if places else mark("missing")
    return Told(
        label_zh=f"{names.area(row['area_id'])}{names.network(row['network_code'])}：空着的占比",
        value_text=share,
        when_zh=month_zh(row["as_of_on"].replace(day=1)),
        formula_zh=f"空白{plain(blank)}个÷报来的底数{plain(places)}个＝{share}；一处多建的不抵别处的空白",
        table=_blank_table(known),
    )


def _blank_table(found: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    lines = ((one["area_zh"], plain(one["blank"]), plain(one["built"]), plain(one["base"])) for one in found)
    return (("地方", "空白", "建成", "底数"), *lines)


def _blanks_from(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """The townships with so many blanks or more together, and what part of all blanks that is."""
    found = [one for one in _places_without(release, row) if one["blank"]]
    shown = [one for one in found if one["blank"] >= int(rest)]
    blank, whole = sum(one["blank"] for one in shown), sum(one["blank"] for one in found)
    share = percent(blank / whole, thresholds=()) if whole else mark("missing")
    return Told(
        label_zh=f"{names.area(row['area_id'])}{names.network(row['network_code'])}：各空{rest}个以上的乡镇",
        value_text=f"{plain(blank)}个",
        when_zh=month_zh(row["as_of_on"].replace(day=1)),
        formula_zh=f"{plain(blank)}÷{plain(whole)}＝占全市空白的{share}",
        table=_blank_table(shown),
    )


def _read_value(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """The number a printed figure stands for by a reading: what is printed and what the reading adds."""
    figure = release.rows(
        "select * from core.fct_document_figure where figure_id = $id", {"id": row["figure_id"]}
    ).frame.row(0, named=True)
    value = plain(figure["value"] + row["added_value"])
    sign = "＋" if row["added_value"] >= 0 else "－"
    return Told(
        label_zh=f"{figure['name_zh']}：{names.code('reading_code', row['reading_code'])}读法",
        value_text=value,
        formula_zh=f"{figure['value_as_written']}{sign}{plain(abs(row['added_value']))}＝{value}",
        note_zh=row["reason_zh"],
        quote_zh=figure["quote"],
        source_id=figure["source_id"],
    )


_TELLERS: Mapping[tuple[str, str], Callable[[Release, Row, str, ReleaseNames], Told]] = {
    (MONTH, RANK): _rank,
    (MONTH, AGAINST): _against,
    (MONTH, CONTRIBUTION): _contribution,
    (MONTH, OF_TOTAL): _of_total,
    (MONTH, OF_LAST_YEAR): _of_last_year,
    (MONTH, OF_LAST_YEAR_THEN): _of_last_year_then,
    (MONTH, OVER): _over,
    (MONTH, EXPECTED_DEATHS): _expected_deaths,
    (MONTH, AHEAD): _ahead,
    (PROFILE, PLACE): _place,
    (PROFILE, MEDIAN): _median,
    (PROFILE, PEER_MEDIAN): _peer_median,
    (PROFILE, RANGE): _range,
    (PAIR, DIFFERENCE): _difference,
    (COVERAGE, SHARE_OF_BLANKS): _share_of_blanks,
    (COVERAGE, BLANK_SHARE): _blank_share,
    (COVERAGE, BLANKS_FROM): _blanks_from,
    (READING, READ_VALUE): _read_value,
}
