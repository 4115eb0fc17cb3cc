"""The parts of the page 高龄津贴: who is paid what, whether the sums hold, who reports no deaths, what it will cost."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from pages.briefing.allowance.stopped import SOURCE_ZH, town_columns
from pages.ui.kit import filters
from pages.ui.kit.block import block
from pages.ui.kit.errors import empty_state
from pages.ui.kit.html import esc, num, source_line, table
from pages.ui.kit.months import REPORTS_ZH, controls, indicators_of, moves_html, no_months, shown, units_of
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import figure_ref, links_of, ref
from pages.ui.kit.view import View
from pages.ui.marks.cards import Card, cards
from warehouse.read.document import documents
from warehouse.read.meta import catalog
from warehouse.read.month import allowance, months, trend
from warehouse.read.receipt import derived
from warehouse.wording import allowance_months as words
from warehouse.wording import months as month_words
from warehouse.wording.grammar.alike import by_value, together
from warehouse.wording.grammar.cited import Cited
from warehouse.wording.grammar.dates import month_zh, period_zh
from warehouse.wording.grammar.numbers import percent, plain

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
    since_start(view)
    no_months(view, "各年龄档、各乡镇的人数与金额，人均额的算式，停发、补发、追缴，以及今后12个月的预算。")


def since_start(view: View) -> None:
    """What documents print of the scheme since it began: money and person-times, in their words; nothing where none does."""
    codes = ("allowance_paid_total_yuan", "allowance_person_times_total")
    found = [row for code in codes for row in view.ask(documents.figures, area_id=view.city, indicator_code=code, kind_code="actual").frame.to_dicts()]  # fmt: skip
    if not found:
        return
    body = [
        [
            esc(row["name_zh"]),
            num(row["value_as_written"], ref("core.fct_document_figure", row["figure_id"])),
            esc(period_zh(row["period_start_on"], row["period_end_on"])),
            esc(f"“{row['quote']}”"),
        ]
        for row in found
    ]
    titles = "、".join(dict.fromkeys(f"《{row['source_title_zh']}》" for row in found))
    block(
        '<div class="fig"><h2>制度实施以来，文件所印的累计数</h2><div class="what">文件没有写截止时间，不与月报累加</div></div>'
        + table(["指标", "公开文件数", "期间", "原句"], body, text_columns=(0, 2, 3), caption="制度实施以来")
        + source_line(titles, "期间见各行", view.release_id),
        key="since-start",
    )


def _standards(found: Sequence[Row]) -> str:
    body = [
        [
            f'<span class="nowrap">{esc(row["tier_zh"])}</span>',
            num(f"{plain(row['yuan_per_month'])}元", ref("core.fct_allowance_standard", row["row_key"])),
            f'<span class="nowrap">{esc(month_zh(row["valid_from_on"]))}</span>',
            f'<span class="nowrap">{esc(month_zh(row["valid_to_on"]) if row["valid_to_on"] else "现行")}</span>',
            esc(f"“{row['quote']}”"),
        ]
        for row in found
    ]
    return table(["年龄档", "每人每月", "起", "止", "原句"], body, text_columns=(2, 3, 4), caption="发放标准")


def head(view: View, month: date) -> None:
    """Kicker, finding and the arithmetic of the amount."""
    said, deck = view.once(_head, month)
    opening("高龄津贴", f"{view.city_name_zh} · {month_zh(month)}", said.text, links_of(said), deck_zh=deck)


def _head(view: View, month: date) -> tuple[Cited, str]:
    tiers = _tiers(view, month)
    stops = view.ask(allowance.stops, city_area_id=view.city, month=month).frame.to_dicts()
    total = next((row for row in tiers if row["age_tier_code"] == "total"), None)
    absent = view.ask(trend.absent_units, city_area_id=view.city, indicator_code=RECIPIENTS, month=month)
    said = words.finding(view.city_name_zh, total, stops, absent)
    deck = "；".join(part for part in (words.per_head_zh(total), words.arithmetic_zh(total, tiers)) if part) if total and total["recipient_count"] is not None else "缺报单位补报后再合计；下面各单位的数照列。"  # fmt: skip
    return said, f"{deck.rstrip('。')}。"


def _tiers(view: View, month: date) -> list[Row]:
    """The city's age tiers and their total."""
    return view.ask(allowance.tiers, area_id=view.city, month=month).frame.to_dicts()


def headline(view: View, month: date) -> None:
    """Six cards of the city, each with its change and quality."""
    html = view.once(_headline, month)
    if html:
        block(html, key="cards")


def _headline(view: View, month: date) -> str:
    indicators = indicators_of(view)
    rows = {row["indicator_code"]: row for row in view.ask(months.month_of_city, city_area_id=view.city, month=month, indicator_codes=tuple(code for code, _ in CARDS)).frame.to_dicts() if row["area_id"] == view.city}  # fmt: skip
    quality = view.ask(catalog.code_labels, code_set="quality_code")
    made = [_card(rows[code], indicators[code], name, quality) for code, name in CARDS if code in rows]
    return cards(made, in_row=True) if made else ""


def _card(row: Row, indicator: Row, name: str, quality: Mapping[str, str]) -> Card:
    value = month_words.value_figure(row, indicator)
    word = quality.get(row["quality_code"] or "", "")
    return Card(
        name_zh=name,
        value_text=value.wording,
        unit_zh=indicator["unit_zh"],
        as_of_zh=month_words.when_zh(row["month"], indicator["timing_code"]) + (f" · {word}" if word else ""),
        source_zh=REPORTS_ZH,
        receipt=figure_ref(value) if row["value"] is not None else None,
        change_html=moves_html(row, indicator) or "没有可比的月份",
        is_mark=row["value"] is None,
    )


def by_tier(view: View, month: date) -> None:
    """Persons and money by age tier, with the standard and what should follow from it."""
    html = view.once(_by_tier, month)
    if html:
        block(html, key="tiers")


def _by_tier(view: View, month: date) -> str:
    tiers = _tiers(view, month)
    if not tiers:
        return ""
    return (
        f'<div class="fig"><h2>{_tier_claim(tiers)}</h2><div class="what">各年龄档人数、标准、应发与实发，{esc(month_zh(month))}；应发＝人数×标准，实发含补发、已减追缴</div></div>'
        + tier_table(tiers)
        + source_line(REPORTS_ZH, month_zh(month), view.release_id)
    )


def _tier_claim(tiers: Sequence[Row]) -> str:
    known = [row for row in tiers if row["age_tier_code"] != "total" and row["recipient_count"] is not None]
    total = next((row for row in tiers if row["age_tier_code"] == "total"), None)
    if not known or total is None or not total["recipient_count"]:
        return "各年龄档的人数还不全"
    largest = max(known, key=lambda row: row["recipient_count"])
    persons = _share_of(largest, total, "recipient_count", RECIPIENTS)
    money = _share_of(largest, total, "paid_yuan", PAID)
    return f"{esc(largest['tier_zh'])}占人数的{persons}" + (f"，占金额的{money}" if money else "")


def _share_of(tier: Row, total: Row, column: str, indicator_code: str) -> str:
    """A tier's share of the total, opening all tiers; nothing where either is missing."""
    if tier[column] is None or not total[column]:
        return ""
    figure = words.month_figure(tier, indicator_code, percent(tier[column] / total[column], thresholds=()))
    return num(figure.wording, ref(figure.relation, figure.row_key, derived.OF_TOTAL))


def tier_table(tiers: Sequence[Row]) -> str:
    """One row a tier and the total; a masked cell prints *."""
    body = [
        [
            f"<b>{esc(row['tier_zh'])}</b>" if row["age_tier_code"] == "total" else esc(row["tier_zh"]),
            shown(words.recipients(row)),
            _in_row(row, words.cell(row["standard_yuan"], "元"), row["standard_yuan"]),
            _in_row(row, words.yuan(row["expected_yuan"]), row["expected_yuan"]),
            _in_row(row, words.yuan(row["arrears_yuan"]), row["arrears_yuan"]),
            _in_row(row, words.yuan(row["recovered_yuan"]), row["recovered_yuan"]),
            shown(words.paid(row)),
            shown(words.per_head(row)) if row["yuan_per_head"] is not None else "—",
        ]
        for row in tiers
    ]
    heads = ["年龄档", "在享人数", "标准（每人每月）", "应发", "补发", "追缴", "实发", "人均"]
    return table(heads, body, caption="各年龄档")


def _in_row(row: Row, text: str, value: float | None) -> str:
    """An amount that stands in a row of mart.allowance_month, opening that row."""
    return num(text, ref(words.ALLOWANCE, row["row_key"]) if value is not None else None)


def by_unit(view: View, month: date) -> None:
    """The units side by side: persons, money, per head, stops, arrears, recoveries."""
    html = view.once(_units, month)
    if html:
        block(html, key="units")


def _units(view: View, month: date) -> str:
    rows = view.ask(allowance.units, city_area_id=view.city, month=month).frame.to_dicts()
    if not rows:
        return ""
    known = [row for row in rows if row["yuan_per_head"] is not None]
    claim = "各单位人均额还不能算"
    if known:
        claim = words.per_head_claim(rows, indicators_of(view)["allowance_per_head_yuan"]["smallest_difference"])
    body = [
        [
            esc(row["area_zh"]),
            shown(words.recipients(row)),
            shown(words.paid(row)),
            shown(words.per_head(row)) if row["yuan_per_head"] is not None else "—",
            *(
                _in_row(row, _part(row[name], "人", row), row[name])
                for name in ("stopped_count", "stopped_death_count")
            ),
            *(
                _persons_and_yuan(row, people, yuan)
                for people, yuan in (
                    ("arrears_person_count", "arrears_yuan"),
                    ("recovered_person_count", "recovered_yuan"),
                )
            ),
            _in_row(row, _difference(row), row["difference_yuan"]),
        ]
        for row in rows
    ]
    heads = ["单位", "在享人数", "发放金额", "人均", "停发", "其中去世", "补发", "追缴", "与算出额之差"]
    return (
        f'<div class="fig"><h2>{esc(claim)}</h2><div class="what">各单位，{esc(month_zh(month))}；人均额只随年龄档构成而变，不排名；*为人数少、保密</div></div>'
        + table(heads, body, caption="各单位高龄津贴")
        + source_line(REPORTS_ZH, month_zh(month), view.release_id)
    )


def _persons_and_yuan(row: Row, people: str, yuan: str) -> str:
    """Persons and money of a part; one sign where it holds for both."""
    persons, money = (
        _in_row(row, _part(row[name], unit, row), row[name]) for name, unit in ((people, "人"), (yuan, "元"))
    )
    return persons if persons == money else f"{persons} {money}"


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
    """The townships of one unit, chosen in the address; folded until one is asked for."""
    units = units_of(view)
    names = {row["area_id"]: row["short_name_zh"] for row in units}
    if not names:
        return
    with st.expander("分乡镇（街道）看一个单位的人数", key="townships-fold", expanded="unit" in st.query_params):
        with controls("townships"):
            unit = filters.choice("unit", "看哪个单位的乡镇", names, next(iter(names)), what_zh="单位")
        html = view.once(_townships, unit, names[unit], month)
        if html:
            block(html, key="townships")
        else:
            empty_state(
                f"{names[unit]}没有分乡镇的数", "功能区没有乡级代码，高龄津贴表只有单位一行；或这个月没有报送。"
            )


def _townships(view: View, unit: str, name: str, month: date) -> str:
    rows = view.ask(allowance.townships, unit_area_id=unit, month=month).frame.to_dicts()
    if not rows:
        return ""
    masked = sum("suppressed" in (row["recipients_age_90_plus_status"], row["recipients_total_status"]) for row in rows)
    known = [row for row in rows if row["recipients_total"] is not None]
    claim = f"{name}{len(rows)}个乡级单位，人数都缺或保密"
    if known:
        most = by_value(known, lambda row: row["recipients_total"], 1)[0]
        who = f"有数的{len(known)}个里" if len(known) < len(rows) else ""
        claim = f"{name}{len(rows)}个乡级单位中，{who}{together(row['area_zh'] for row in most)}人数最多，{plain(most[0]['recipients_total'])}人"
    heads, stopped = town_columns(view, unit, month)
    sources = f"{REPORTS_ZH}；{SOURCE_ZH}" if heads else REPORTS_ZH
    note = f"；{masked}个乡级单位有保密格（*）：人数少于5，及推得出它的伙伴格" if masked else ""
    return (
        f'<div class="fig"><h2>{esc(claim)}</h2><div class="what">分乡镇（街道），{esc(month_zh(month))}；90岁及以上各档已合并{esc(note)}</div>'
        '<p class="foot">金额只列到单位：乡镇的人数与金额放在一起，会算出百岁老人有几人。</p></div>'
        + table(
            ["乡镇（街道）", "在享人数", "80—89岁", "90岁及以上", *heads],
            [[*_township(row, month), *stopped.get(row["area_id"], ["—"] * len(heads))] for row in rows],
            caption="分乡镇",
        )
        + source_line(sources, month_zh(month), view.release_id)
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
    return [esc(row["area_zh"]), *counts]
