"""The parts of the page 高龄津贴: who is paid what, whether the sums hold, who reports no deaths, what it will cost."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go

from pages.ui import filters
from pages.ui.cards import Card, cards
from pages.ui.charts import Point, figure, framed, template
from pages.ui.errors import empty_state
from pages.ui.months_kit import REPORTS_ZH, controls, indicators_of, no_months, shown, units_of
from pages.ui.opening import opening
from pages.ui.parts import badge, esc, num, source_line, status, table
from pages.ui.refs import figure_ref, links_of, ref
from pages.ui.sheet import block
from pages.ui.style import FILL, FILL_SOFT, INK, SOFT
from pages.ui.trend_chart import month_ticks
from pages.ui.view import View
from warehouse.outlook import RULE_ZH, Outlook, outlook
from warehouse.read import allowance, catalog, months, trend
from warehouse.wording import allowance_months as words
from warehouse.wording import months as month_words
from warehouse.wording.dates import month_zh
from warehouse.wording.numbers import full_value, percent, plain

Row = Mapping[str, Any]
PAID, RECIPIENTS = "allowance_paid_yuan", "allowance_recipient_count"
CARDS = (
    (RECIPIENTS, "在享人数"),
    (PAID, "当月发放金额"),
    ("allowance_per_head_yuan", "人均额"),
    ("allowance_stopped_count", "停发人数"),
    ("allowance_arrears_person_count", "补发人数"),
    ("allowance_recovered_person_count", "追缴人数"),
)


def pick_month(view: View) -> date | None:
    """The month to look at; None where no allowance form was ever expected."""
    known = view.ask(allowance.months, city_area_id=view.city)
    if not known:
        return None
    options = {f"{month:%Y-%m}": month_zh(month) for month in known}
    with controls("month"):
        code = filters.choice("month", "看哪个月", options, next(iter(options)), what_zh="月份")
    return date.fromisoformat(f"{code}-01")


def without_months(view: View) -> None:
    """What a release without months knows: the standards in force, with their sentence."""
    found = view.ask(allowance.standards, area_id=view.city).frame.to_dicts()
    now = [row for row in found if row["valid_to_on"] is None]
    if now:
        told = "，".join(f"{row['tier_zh']}{plain(row['yuan_per_month'])}元" for row in now)
        links = [
            (f"{plain(row['yuan_per_month'])}元", ref("core.fct_allowance_standard", row["row_key"])) for row in now
        ]
        opening(
            "高龄津贴", view.city_name_zh, f"{view.city_name_zh}每人每月：{told}；发给了多少人，还没有月报。", links
        )
        block(_standards(found) + source_line(now[0]["source_title_zh"], "现行标准", view.release_id), key="standards")
    else:
        opening("高龄津贴", view.city_name_zh, f"{view.city_name_zh}没有找到公开的高龄津贴标准，也还没有月报。", [])
    no_months(
        view,
        f"{view.city_name_zh}还没有高龄津贴月报",
        "有月报后这里是各年龄档、各乡镇的人数与金额，人均额的算式，停发、补发、追缴，以及今后12个月的预算。",
    )


def _standards(found: Sequence[Row]) -> str:
    body = [
        [
            esc(row["tier_zh"]),
            num(f"{plain(row['yuan_per_month'])}元", ref("core.fct_allowance_standard", row["row_key"])),
            esc(month_zh(row["valid_from_on"])),
            esc(month_zh(row["valid_to_on"]) if row["valid_to_on"] else "现行"),
            esc(f"“{row['quote']}”"),
        ]
        for row in found
    ]
    return table(["年龄档", "每人每月", "起", "止", "原句"], body, text_columns=(2, 3, 4), caption="发放标准")


def head(view: View, month: date) -> tuple[list[Row], Row | None, list[Row]]:
    """Kicker, finding and arithmetic; returns tiers, their total, and the stops of the quarter."""
    tiers = view.ask(allowance.tiers, area_id=view.city, month=month).frame.to_dicts()
    stops = view.ask(allowance.stops, city_area_id=view.city, month=month).frame.to_dicts()
    total = next((row for row in tiers if row["age_tier_code"] == "total"), None)
    absent = view.ask(trend.absent_units, city_area_id=view.city, indicator_code=RECIPIENTS, month=month)
    said = words.finding(view.city_name_zh, total, stops, absent)
    deck = "；".join(part for part in (words.per_head_zh(total), words.arithmetic_zh(total, tiers)) if part) if total and total["recipient_count"] is not None else "缺报单位补报后再合计；下面各单位的数照列。"  # fmt: skip
    opening(
        "高龄津贴",
        f"{view.city_name_zh} · {month_zh(month)}",
        said.text,
        links_of(said),
        deck_zh=f"{deck.rstrip('。')}。",
    )
    return tiers, total, stops


def headline(view: View, month: date) -> None:
    """Six cards of the city, each with its change and quality."""
    indicators = indicators_of(view)
    rows = {row["indicator_code"]: row for row in view.ask(months.month_of_city, city_area_id=view.city, month=month, indicator_codes=tuple(code for code, _ in CARDS)).frame.to_dicts() if row["area_id"] == view.city}  # fmt: skip
    quality = view.ask(catalog.code_labels, code_set="quality_code")
    made = [_card(rows[code], indicators[code], name, quality) for code, name in CARDS if code in rows]
    if made:
        block(cards(made), key="cards")


def _card(row: Row, indicator: Row, name: str, quality: Mapping[str, str]) -> Card:
    value = month_words.value_figure(row, indicator)
    moves = month_words.changes(row, indicator)
    changed = "，".join(one.whole_zh for one in moves[:2])
    word = quality.get(row["quality_code"] or "", "")
    return Card(
        name_zh=name,
        value_text=value.wording,
        unit_zh=indicator["unit_zh"],
        as_of_zh=month_words.when_zh(row["month"], indicator["timing_code"]) + (f" · {word}" if word else ""),
        source_zh=REPORTS_ZH,
        receipt=figure_ref(value) if row["value"] is not None else None,
        change_zh=changed or "没有可比的月份",
        is_mark=row["value"] is None,
    )


def by_tier(view: View, month: date, tiers: Sequence[Row]) -> None:
    """Persons and money by age tier, with the standard and what should follow from it."""
    if not tiers:
        return
    block(
        f'<div class="fig"><h2>{esc(_tier_claim(tiers))}</h2><div class="what">各年龄档人数、标准、应发与实发，{esc(month_zh(month))}；应发＝人数×标准，实发含补发、已减追缴</div></div>'
        + tier_table(tiers)
        + source_line(REPORTS_ZH, month_zh(month), view.release_id),
        key="tiers",
    )


def _tier_claim(tiers: Sequence[Row]) -> str:
    known = [row for row in tiers if row["age_tier_code"] != "total" and row["recipient_count"] is not None]
    total = next((row for row in tiers if row["age_tier_code"] == "total"), None)
    if not known or total is None or not total["recipient_count"]:
        return "各年龄档的人数还不全"
    largest = max(known, key=lambda row: row["recipient_count"])
    share = largest["recipient_count"] / total["recipient_count"]
    money = f"，领走金额的{percent(largest['paid_yuan'] / total['paid_yuan'], thresholds=())}" if largest["paid_yuan"] is not None and total["paid_yuan"] else ""  # fmt: skip
    return f"{largest['tier_zh']}占人数的{percent(share, thresholds=())}{money}"


def tier_table(tiers: Sequence[Row]) -> str:
    """One row a tier and the total; a masked cell prints *."""
    body = [
        [
            f"<b>{esc(row['tier_zh'])}</b>" if row["age_tier_code"] == "total" else esc(row["tier_zh"]),
            shown(words.recipients(row)),
            esc(words.cell(row["standard_yuan"], "元")),
            esc(words.yuan(row["expected_yuan"])),
            esc(words.yuan(row["arrears_yuan"])),
            esc(words.yuan(row["recovered_yuan"])),
            shown(words.paid(row)),
            shown(words.per_head(row)) if row["yuan_per_head"] is not None else "—",
        ]
        for row in tiers
    ]
    heads = ["年龄档", "在享人数", "标准（每人每月）", "应发", "补发", "追缴", "实发", "人均"]
    return table(heads, body, caption="各年龄档")


def stops_against_deaths(view: View, month: date, stops: Sequence[Row]) -> None:
    """The quarter's death stops of each unit against those to be expected; silent units are named in the claim."""
    if not stops:
        return
    framed(
        lambda: block(_stop_bars(stops), key="stops"),
        claim_zh=_stops_claim(stops),
        what_zh=f"三个月（至{month_zh(month)}）去世停发人数，横条为实际，竖线为预期",
        foot_html=source_line(REPORTS_ZH, month_zh(month), view.release_id)
        + f'<p class="how">{esc(words.EXPECTED_RULE_ZH)}。</p>',
        twin_html=stops_table(stops),
        key="stops-figure",
    )


def _stops_claim(stops: Sequence[Row]) -> str:
    found = words.silent(stops)
    known = [row for row in stops if row["death_stops"] is not None]
    if found:
        first = found[0]
        return f"{month_words.listed([row['area_zh'] for row in found])}一个季度没有一例去世停发，{first['area_zh']}按全市比例应约有{plain(first['expected_deaths'])}人"
    if not known:
        return "这个季度的去世停发缺数或保密，不能判断"
    total = sum(row["death_stops"] for row in known)
    due = sum(row["expected_deaths"] or 0 for row in known)
    return f"{len(known)}个单位一个季度去世停发{plain(total)}人，按比例预期约{plain(due)}人，没有一例也不报的单位"


def _stop_bars(stops: Sequence[Row]) -> str:
    top = (
        max([row["death_stops"] or 0 for row in stops] + [row["expected_deaths"] or 0 for row in stops] + [1.0]) * 1.05
    )
    return f'<div class="progs">{"".join(_stop_bar(row, top) for row in stops)}</div>'


def _stop_bar(row: Row, top: float) -> str:
    value, due = row["death_stops"], row["expected_deaths"]
    drawn = '<i class="unknown" style="width:100%"></i>' if value is None else f'<i class="done" style="width:{value / top * 100:.2f}%"></i>'  # fmt: skip
    goal = "" if due is None else f'<i class="goal" style="left:{due / top * 100:.2f}%"></i>'
    text = words.cell(value, "人", row["death_status"])
    opens = ref("mart.indicator_month", row["row_key"]) if value is not None else None
    return (
        f'<div class="prog"><div class="name">{esc(row["area_zh"])}{" " + badge("功能区") if row["kind_code"] == "functional_zone" else ""}</div>'
        f'<div class="bullet" aria-hidden="true"><i class="rail"></i>{drawn}{goal}</div>'
        f'<div class="val">{num(text, opens)}</div><div class="says">{_stop_said(row)}</div></div>'
    )


def _stop_said(row: Row) -> str:
    due = row["expected_deaths"]
    expected = f"预期约{plain(due)}人" if due is not None else "没有在享人数，不算预期"
    if row["death_status"] != "reported":
        return f'<span class="soft">{esc(month_words.LEFT_OUT_ZH.get(row["death_status"], ""))}，不判断；{esc(expected)}</span>'
    if row["death_stops"] == 0 and (due or 0) >= words.FEWEST_EXPECTED:
        return f"{status('一例也没有', 'watch')} {esc(expected)}"
    return f'<span class="soft">{esc(expected)}</span>'


def stops_table(stops: Sequence[Row]) -> str:
    """The same as a table, with all stops."""
    body = [
        [
            esc(row["area_zh"]),
            num(
                words.cell(row["death_stops"], "人", row["death_status"]),
                ref("mart.indicator_month", row["row_key"]) if row["death_stops"] is not None else None,
            ),
            esc("—" if row["expected_deaths"] is None else f"约{plain(row['expected_deaths'], 1)}人"),
            esc(words.cell(row["all_stops"], "人", "missing" if row["all_stops"] is None else "reported")),
            esc("—" if row["recipient_months"] is None else full_value(row["recipient_months"], "人月")),
        ]
        for row in stops
    ]
    return table(["单位", "去世停发（季）", "预期", "全部停发（季）", "在享人月"], body, caption="停发与预期去世")


def by_unit(view: View, month: date) -> None:
    """The units side by side: persons, money, per head, stops, arrears, recoveries."""
    rows = view.ask(allowance.units, city_area_id=view.city, month=month).frame.to_dicts()
    if not rows:
        return
    known = [row for row in rows if row["yuan_per_head"] is not None]
    claim = "各单位人均额还不能算"
    if known:
        high, low = max(known, key=lambda row: row["yuan_per_head"]), min(known, key=lambda row: row["yuan_per_head"])
        claim = f"人均额最高的是{high['area_zh']}{words.per_head(high).wording}，最低的是{low['area_zh']}{words.per_head(low).wording}"
    body = [
        [
            esc(row["area_zh"]),
            shown(words.recipients(row)),
            shown(words.paid(row)),
            shown(words.per_head(row)) if row["yuan_per_head"] is not None else "—",
            esc(_part(row["stopped_count"], "人", row)),
            esc(_part(row["stopped_death_count"], "人", row)),
            esc(f"{_part(row['arrears_person_count'], '人', row)} {_part(row['arrears_yuan'], '元', row)}"),
            esc(f"{_part(row['recovered_person_count'], '人', row)} {_part(row['recovered_yuan'], '元', row)}"),
            esc(_difference(row)),
        ]
        for row in rows
    ]
    heads = ["单位", "在享人数", "发放金额", "人均", "停发", "其中去世", "补发", "追缴", "与算出额之差"]
    block(
        f'<div class="fig"><h2>{esc(claim)}</h2><div class="what">各单位，{esc(month_zh(month))}；人均额只随年龄档构成而变，不排名；*为人数少、保密</div></div>'
        + table(heads, body, caption="各单位高龄津贴")
        + source_line(REPORTS_ZH, month_zh(month), view.release_id),
        key="units",
    )


def _part(value: float | None, unit: str, row: Row) -> str:
    """A part of a unit's row: where the unit reported and a part has no value, the part is masked."""
    return words.cell(
        value, unit, "suppressed" if row["status_code"] == "reported" and value is None else row["status_code"]
    )


def _difference(row: Row) -> str:
    if row["difference_yuan"] is None:
        return "—"
    return "相符" if abs(row["difference_yuan"]) < 0.005 else f"{plain(row['difference_yuan'], 2)}元"


def by_township(view: View, month: date) -> None:
    """The townships of one unit, chosen in the address."""
    units = units_of(view)
    names = {row["area_id"]: row["short_name_zh"] for row in units}
    if not names:
        return
    with controls("townships"):
        unit = filters.choice("unit", "看哪个单位的乡镇", names, next(iter(names)), what_zh="单位")
    rows = view.ask(allowance.townships, unit_area_id=unit, month=month).frame.to_dicts()
    if not rows:
        empty_state(f"{names[unit]}没有分乡镇的数", "功能区没有乡级代码，高龄津贴表只有单位一行；或这个月没有报送。")
        return
    masked = sum(
        1
        for row in rows
        if "suppressed" in (row["recipients_age_90_plus_status"], row["paid_status"], row["recipients_total_status"])
    )
    known = [row for row in rows if row["recipients_total"] is not None]
    most = max(known, key=lambda row: row["recipients_total"]) if known else None
    claim = f"{names[unit]}{len(rows)}个乡级单位中，{most['area_zh']}人数最多，{plain(most['recipients_total'])}人" if most else f"{names[unit]}{len(rows)}个乡级单位，人数都缺或保密"  # fmt: skip
    note = f"；{masked}个乡级单位有保密格（*）：人数少于5，及推得出它的伙伴格" if masked else ""
    block(
        f'<div class="fig"><h2>{esc(claim)}</h2><div class="what">分乡镇（街道），{esc(month_zh(month))}；90岁及以上各档已合并{esc(note)}</div></div>'
        + table(
            ["乡镇（街道）", "在享人数", "80—89岁", "90岁及以上", "发放金额", "人均"],
            [_township(row, month) for row in rows],
            caption="分乡镇",
        )
        + source_line(REPORTS_ZH, month_zh(month), view.release_id),
        key="townships",
    )


def _township(row: Row, month: date) -> list[str]:
    def opened(text: str, value: float | None, indicator: str, tier: str) -> str:
        key = f"{row['area_id']}|{indicator}|{tier}|{month.isoformat()}"
        return num(text, ref("mart.indicator_month", key) if value is not None else None)

    counts = [
        opened(
            words.cell(row[f"recipients_{tier}"], "人", row[f"recipients_{tier}_status"] or "missing"),
            row[f"recipients_{tier}"],
            RECIPIENTS,
            tier,
        )
        for tier in ("total", "age_80_89", "age_90_plus")
    ]
    money = opened(words.yuan(row["paid"], row["paid_status"] or "missing"), row["paid"], PAID, "total")
    head_text = words.cell(row["per_head"], "元", row["per_head_status"] or "missing", decimals=2)
    return [esc(row["area_zh"]), *counts, money, opened(head_text, row["per_head"], "allowance_per_head_yuan", "total")]


def budget(view: View, month: date) -> None:
    """The twelve months ahead, with method and back-test; where too little is known, what is lacking."""
    found = view.ask(months.series, indicator_code=PAID, area_ids=(view.city,), last_month=month).frame
    values = found["value"].to_list()
    ahead = outlook(values)
    if ahead is None:
        lacking = sum(value is None for value in values[-24:])
        why = (
            f"近24个月里有{lacking}个月全市数缺"
            if lacking and len(values) >= 24
            else f"只有{len(values)}个月，不足24个月"
        )
        empty_state("还不能推算今后12个月的预算", f"{why}。{RULE_ZH}，任何一个月缺数都不用别的数顶替。")
        return
    known = [Point(month=at, value=value, text=f"{month_zh(at)} {words.yuan(value)}" if value is not None else "") for at, value in zip(found["month"], values, strict=True)][-36:]  # fmt: skip
    coming = [_after(month, step + 1) for step in range(12)]
    figure(
        _budget_chart(known, coming, ahead, is_large=view.is_large),
        claim_zh=words.outlook_claim(view.city_name_zh, ahead.total, ahead.last_year, ahead.backtest_error),
        what_zh="每月发放金额：实线为已发，虚线为推算，不是承诺数；纵轴从0起",
        foot_html=source_line(REPORTS_ZH, month_zh(month), view.release_id)
        + f'<p class="how">{esc(_method(ahead))}</p>',
        twin_html=table(
            ["月份", "推算"],
            [[esc(month_zh(at)), esc(words.yuan(value))] for at, value in zip(coming, ahead.months, strict=True)]
            + [["<b>合计</b>", f"<b>{esc(words.yuan(ahead.total))}</b>"]],
            caption="今后12个月",
        ),
        key="budget",
    )


def _method(ahead: Outlook) -> str:
    tested = "不足36个月，没有回测。"
    if ahead.backtest_error is not None:
        tested = f"回测：站在12个月前用同一方法，合计误差{percent(ahead.backtest_error, decimals=2, thresholds=())}，逐月平均绝对误差{percent(ahead.backtest_month_error, decimals=2, thresholds=())}。"
    return f"方法：{RULE_ZH}，本次比值{plain(ahead.growth, 4)}。{tested}标准调整、集中补发不在推算之内。"


def _after(month: date, step: int) -> date:
    number = month.year * 12 + month.month - 1 + step
    return date(number // 12, number % 12 + 1, 1)


def _budget_chart(known: Sequence[Point], coming: Sequence[date], ahead: Outlook, *, is_large: bool) -> go.Figure:
    last = next(point for point in reversed(known) if point.value is not None)
    days = [point.month for point in known] + list(coming)
    ticks = month_ticks(days[0], days[-1])
    levels = [point.value for point in known if point.value is not None] + list(ahead.months)
    return go.Figure(
        data=[
            {
                "type": "scatter",
                "x": [point.month for point in known],
                "y": [point.value for point in known],
                "mode": "lines",
                "line": {"color": FILL, "width": 2.25},
                "hovertext": [point.text for point in known],
                "hoverinfo": "text",
            },
            {
                "type": "scatter",
                "x": [last.month, *coming],
                "y": [last.value, *ahead.months],
                "mode": "lines+markers",
                "line": {"color": FILL, "width": 1.75, "dash": "dot"},
                "marker": {"size": 5, "color": "#fdfcfa", "line": {"color": FILL, "width": 1.5}},
                "hovertext": [
                    "",
                    *(
                        f"{month_zh(at)} 推算{words.yuan(value)}"
                        for at, value in zip(coming, ahead.months, strict=True)
                    ),
                ],
                "hoverinfo": "text",
            },
        ],
        layout={
            "template": template(is_large=is_large),
            "height": 320,
            "margin": {"t": 20, "r": 12},
            "xaxis": {"tickvals": list(ticks), "ticktext": list(ticks.values()), "ticks": "outside", "showline": True},
            "yaxis": {
                "range": [0, max(levels) * 1.15],
                "showgrid": True,
                "gridcolor": "#e9ebed",
                "nticks": 4,
                "showticklabels": False,
            },
            "annotations": [
                _note(last.month, last.value, words.yuan(last.value), INK, "right"),
                _note(coming[-1], ahead.months[-1], words.yuan(ahead.months[-1]), SOFT, "right"),
            ],
            "shapes": [
                {
                    "type": "line",
                    "x0": last.month,
                    "x1": last.month,
                    "yref": "paper",
                    "y0": 0,
                    "y1": 1,
                    "line": {"color": FILL_SOFT, "width": 1},
                }
            ],
        },
    )


def _note(at: date, value: float, text: str, colour: str, side: str) -> dict:
    return {
        "x": at,
        "y": value,
        "text": f"<b>{esc(text)}</b>",
        "showarrow": False,
        "yshift": 16,
        "xanchor": side,
        "font": {"color": colour},
    }
