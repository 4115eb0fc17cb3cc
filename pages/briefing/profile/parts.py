"""The parts of the page 县区画像: one unit on one screen and one sheet of paper."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from pages.ui.kit import filters
from pages.ui.kit.base_switch import base_switch
from pages.ui.kit.block import block
from pages.ui.kit.errors import empty_state
from pages.ui.kit.html import badge, bar, esc, num, source_line, status, table, verdict_chip
from pages.ui.kit.months import (
    REPORTS_ZH,
    change_html,
    controls,
    indicators_of,
    known_months,
    no_months,
    pick_month,
    shown,
    units_of,
    value_html,
)
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import links_of, ref
from pages.ui.kit.view import View
from pages.ui.marks import quality_marks
from pages.ui.marks.sparks import Spark, scale_of, spark
from pages.ui.marks.verdicts import chip
from warehouse.catalog.sheet import sheet_indicators
from warehouse.month import add_months
from warehouse.read.meta import catalog
from warehouse.read.month import months
from warehouse.read.place import areas, peers, profile
from warehouse.read.receipt import derived
from warehouse.read.receipt.month_receipts import AGAINST_CITY
from warehouse.read.target import targets
from warehouse.wording import months as words
from warehouse.wording import profile_months as told
from warehouse.wording.ageing import FULL_COUNT_ZH
from warehouse.wording.grammar.bases import base_source_zh
from warehouse.wording.grammar.cited import Figure
from warehouse.wording.grammar.dates import date_zh, month_zh
from warehouse.wording.grammar.numbers import blank_zh, percent, plain, show_value
from warehouse.wording.overview_cards import judged_figure

Row = Mapping[str, Any]
MONTHS_DRAWN = 13
MOST_ISSUES, MOST_GAPS = 2, 3
SEVERITY_TONES = {"blocking": "watch", "hold": "watch", "soft": "flat", "info": "flat"}


def _codes(view: View) -> tuple[str, ...]:
    """The indicators of the sheet, each on the population the reader chose."""
    return tuple(view.on_base(code) for code in sheet_indicators())


def pick_unit(view: View) -> tuple[Row, list[Row]] | None:
    """The unit looked at and all of its city, with the way to the one before and after; None in a city without units."""
    units = units_of(view)
    if not units:
        empty_state(f"{view.city_name_zh}还没有登记报送单位", "请先在区域表里登记这个城市的县（区）和功能区。")
        return None
    names = {row["area_id"]: row["name_zh"] for row in units}
    code = filters.wanted("unit", names, units[0]["area_id"], what_zh="报送单位")
    return next(row for row in units if row["area_id"] == code), units


def walk(view: View, unit: Row, units: Sequence[Row]) -> None:
    """All units of the city in a row, the next and the previous one by key."""
    place = next(number for number, row in enumerate(units) if row["area_id"] == unit["area_id"])
    before, after = units[place - 1], units[(place + 1) % len(units)]
    links = "".join(
        _stop(row, row["short_name_zh"], current=row["area_id"] == unit["area_id"], about="") for row in units
    )
    arrows = _stop(before, "← 上一个", key="j", about="上一个：") + _stop(after, "下一个 →", key="k", about="下一个：")
    pressed = block(f'<nav class="walk" aria-label="单位">{arrows}<span class="rest">{links}</span></nav>', key="walk")
    if pressed in {row["area_id"] for row in units}:
        st.session_state["_chosen_unit"] = pressed
        filters.put("unit", None if pressed == units[0]["area_id"] else pressed)
        st.rerun()


def _stop(row: Row, text: str, *, about: str, key: str = "", current: bool = False) -> str:
    """A unit to go to: reached by Tab, and by Alt and its key where it has one."""
    extra = f' accesskey="{key}"' if key else ""
    extra += ' aria-current="page"' if current else ""
    return (
        f'<button type="button" class="stop{" here" if current else ""}"{extra} aria-label="{esc(about + row["name_zh"])}"'
        f' data-act="{esc(row["area_id"])}">{esc(text)}</button>'
    )


def sheet(view: View, unit: Row, units: Sequence[Row]) -> None:
    """Everything about the unit, from the finding to the sources; on a release without months what is known of it."""
    above = st.container()
    with controls("walk"):
        walk(view, unit, units)
        month = pick_month(known_months(view))
    if month is None:
        with above:
            _opened_without_months(view, unit)
        _known_without_months(view, unit)
        return
    rows = _measured(view, unit["area_id"], month)
    gaps = view.rows(profile.gap_shares, unit_area_id=unit["area_id"], month=month)
    said = told.finding(unit["name_zh"], unit["kind_code"], rows, indicators_of(view), gaps)
    with above:
        opening("县区画像", f"{unit['name_zh']} · {month_zh(month)}", said.text, links_of(said))
    if rows:
        block(view.once(_standing, unit["area_id"], month), key="standing")
    else:
        empty_state(
            f"{unit['short_name_zh']}{month_zh(month)}没有月报", "换一个月份或单位；是谁没有报、何时到期，见报送情况。"
        )
    issues = view.rows(months.issues, area_ids=(unit["area_id"],), is_open=True)
    block(
        f'<div class="three">{_gaps(gaps)}{_issues(view, unit, month, issues)}{_like(view, unit)}</div>'
        + source_line(
            f"{REPORTS_ZH}；{base_source_zh(view.base)}；2021年基层单位数",
            month_zh(month),
            view.release_id,
            more=FULL_COUNT_ZH,
        ),
        key="rest",
    )
    # Below what one screen holds: it changes one line of ten.
    base_switch(view)


def _measured(view: View, unit_area_id: str, month: date) -> list[Row]:
    """A row an indicator of the sheet that the unit reported."""
    return view.rows(profile.standing, unit_area_id=unit_area_id, month=month, indicator_codes=_codes(view))


def _standing(view: View, unit_area_id: str, month: date) -> str:
    """One row an indicator: value, rank with everyone it leaves out, thirteen months, change, city, target."""
    unit = next(row for row in units_of(view) if row["area_id"] == unit_area_id)
    rows, indicators = _measured(view, unit_area_id, month), indicators_of(view)
    first = month.replace(year=month.year - 1)
    found = view.ask(profile.histories, unit_area_id=unit["area_id"], first_month=first, last_month=month, indicator_codes=_codes(view)).frame  # fmt: skip
    # A unit that began to report later has its line at the end of thirteen months, not drawn out over all of them.
    values = {(code, at): value for code, at, value, _ in found.iter_rows()}
    drawn = [add_months(first, number) for number in range(MONTHS_DRAWN)]
    lines = {code: [values.get((code, at)) for at in drawn] for code in _codes(view)}
    scope = {"city_area_id": view.city, "area_id": unit["area_id"], "month": month, "indicator_codes": _codes(view)}
    goals = {row["indicator_code"]: row for row in view.rows(targets.of_rates, **scope)}
    usual = quality_marks.usual(rows)
    body = [_line(view, row, indicators[row["indicator_code"]], lines, goals, usual) for row in rows]
    head = [
        "指标",
        f"数值{quality_marks.head_zh(view, usual)}",
        f"{told.GROUPS_ZH[unit['kind_code']]}位次",
        "近13个月",
        "同比",
        "比全市",
        "市级目标（参照）",
    ]
    claim = (
        f"{len(rows)}项指标，{month_zh(month)}；位次只在{told.GROUPS_ZH[unit['kind_code']]}内排，功能区不与县（区）混排"
    )
    return (
        f'<div class="fig"><h2>{esc(_standing_claim(rows, indicators))}</h2><div class="what">{esc(claim)}</div></div>'
        f'<div class="unit-sheet">{table(head, body, text_columns=(2, 4, 5, 6), caption=unit["name_zh"])}</div>'
    )


def _standing_claim(rows: Sequence[Row], indicators: Mapping[str, Row]) -> str:
    rates = [row for row in rows if indicators[row["indicator_code"]]["kind_code"] == "ratio" and row["value"] is not None and row["city_value"] is not None and indicators[row["indicator_code"]]["polarity_code"] == "higher_is_better"]  # fmt: skip
    if not rates:
        return "各项指标"
    # The words of the lines below: what differs by less than counts is 相当 there and here.
    said = [told.against_city_zh(row, indicators[row["indicator_code"]])[:1] for row in rates]
    counts = ((said.count("高"), "高于全市"), (said.count("相"), "与全市相当"), (said.count("低"), "低于全市"))
    return f"{len(rates)}项越高越好的比率中，{'，'.join(f'{count}项{word}' for count, word in counts if count)}"


def _line(
    view: View,
    row: Row,
    indicator: Row,
    lines: Mapping[str, Sequence[float | None]],
    goals: Mapping[str, Row],
    usual: str | None,
) -> list[str]:
    values = lines.get(row["indicator_code"], [])
    said = told.against_city_zh(row, indicator)
    one = Spark(
        values=values,
        alt_zh=f"{indicator['label_zh']}近13个月，{words.value_text(row['value'], indicator, row['status_code'])}",
        hollow=row["quality_code"] == "provisional",
    )
    is_good = said.startswith("高") == (indicator["polarity_code"] == "higher_is_better")
    return [
        f'{esc(indicator["label_zh"])}<span class="where">{esc(words.short_when_zh(row["month"], indicator["timing_code"]))}</span>',
        f"<b>{value_html(row, indicator)}</b>{quality_marks.mark(view, row, usual)}",
        _rank(row, indicator),
        spark(one, scale_of([one], from_zero=False)),
        change_html(row, indicator, "yoy"),
        verdict_chip(said, "good" if is_good else "watch", ref(words.MONTH, words.key_of(row), AGAINST_CITY))
        if said and said != "相当" and indicator["polarity_code"] != "neutral"
        else num(said, ref(words.MONTH, words.key_of(row), AGAINST_CITY))
        if said and said != "相当"
        else esc(said or "—"),  # fmt: skip
        _target(indicator, goals.get(row["indicator_code"])),
    ]


def _rank(row: Row, indicator: Row) -> str:
    left_out = words.unranked_zh({"value": None, "rank": None, **one} for one in row["excluded"])
    opens = ref(words.MONTH, words.key_of(row), derived.RANK) if row["rank"] is not None else None
    text = num(told.rank_zh(row, indicator, left_out), opens, wrap=True)
    moved = told.movement_zh(row, indicator)
    place = f"<b>{text}</b>" if told.is_last(row) else text
    return f'{place}<span class="where">{num(moved, opens, wrap=True)}</span>' if moved else place


def _target(indicator: Row, target: Row | None) -> str:
    """The city's target held against the unit, as it was judged: the word, and the figure it was judged by where that is
    not the one of this month."""
    # A city's amount is nobody's share of it; only rates are held against the city's target.
    if target is None or indicator["kind_code"] != "ratio":
        return "—"
    goal = num(target["text_zh"], ref("core.dim_target", target["target_id"]))
    when = "未印期限" if target["deadline_on"] is None else f"{target['deadline_on'].year}年"
    if target["actual"] is not None and target["is_over"]:
        held = shown(judged_figure(indicator, target))
        when_html = f"{esc(when)}，{target['as_of_on'].year}年{target['as_of_on'].month}月底{held}"
    else:
        when_html = esc(when)
    return f'{goal} {chip(target)}<span class="where">{when_html}</span>'


def _gaps(gaps: Sequence[Row]) -> str:
    lines = "".join(_gap(row) for row in gaps[:MOST_GAPS] if row["share"] is not None)
    # Without any, nothing of it can be told: not reported, or no such places to cover.
    none = "报来的各级网络没有空白" if gaps else "没有可算空白的网络：没有报，或没有此类底数"
    return f'<div><h3>占全市已知空白多少</h3><ul class="plain">{lines or f"<li>{none}。</li>"}</ul></div>'


def _gap(row: Row) -> str:
    blank = Figure(wording=blank_zh(row["blank"]), relation=told.COVERAGE, row_key=row["row_key"])
    drawn = bar(row["share"], top=1.0)
    whole = ref(told.COVERAGE, row["row_key"], derived.SHARE_OF_BLANKS)
    city, share = num(blank_zh(row["city_blank"]), whole), num(percent(row["share"]), whole)
    return f"<li>{esc(row['network_zh'])}：空白{shown(blank)}，{told.of_whom_zh(row)}{city}，占已知空白的{share}{drawn}</li>"


def _issues(view: View, unit: Row, month: date, issues: Sequence[Row]) -> str:
    severities = view.ask(catalog.code_labels, code_set="severity_code")
    lines = "".join(
        f"<li>{status(severities[row['severity_code']], SEVERITY_TONES[row['severity_code']])} {esc(row['sentence_zh'])}"
        f'<span class="where">{esc(month_zh(row["month"]) if row["month"] else "")} · {esc(row["remedy_zh"])}</span></li>'
        for row in issues[:MOST_ISSUES]
    )
    sent = view.ask(profile.submissions, unit_area_id=unit["area_id"], month=month).frame.to_dicts()
    reported = f'<li class="soft">{esc(told.reported_zh(month, sent))}</li>' if sent else ""
    title = told.issues_zh(issues, shown=min(len(issues), MOST_ISSUES))
    return f'<div><h3>{esc(title)}</h3><ul class="plain">{lines}{reported}</ul></div>'


def _like(view: View, unit: Row) -> str:
    """The place by census, and the places in the country most like it."""
    found = view.ask(areas.profiles, area_ids=(unit["area_id"],)).frame.to_dicts()
    if not found:
        return f'<div><h3>底数</h3><ul class="plain"><li>{esc(unit["name_zh"])}没有普查数，人均与覆盖率不适用（—）。</li></ul></div>'
    own = found[0]
    alike = view.ask(peers.peers, area_id=unit["area_id"], count=3).frame.to_dicts()
    census = (
        f"60岁及以上{num(show_value(own['aged_60_plus'], '人'), ref('mart.area_profile', own['area_id'], 'aged_60_plus'))}，"
        f"占{num(percent(own['ageing_rate'], thresholds=()), ref('mart.area_profile', own['area_id'], 'ageing_rate'))}（{date_zh(own['as_of_on'])}，常住）"
    )
    rule = "按60岁以上人口、城镇化率、老龄化率，在全国同类县级单位中选"
    like = f"<li>最像的县（区）：{esc('、'.join(row['path_zh'] for row in alike))}<span class=\"where\">{rule}</span></li>" if alike else ""  # fmt: skip
    return f'<div><h3>底数与同类</h3><ul class="plain"><li>{census}</li>{like}</ul></div>'


def _opened_without_months(view: View, unit: Row) -> None:
    """The opening on a release without months: what the census knows of the unit."""
    found = view.ask(areas.profiles, area_ids=(unit["area_id"],)).frame.to_dicts()
    own = found[0] if found else None
    if own:
        people = Figure(wording=show_value(own["aged_60_plus"], "人"), relation="mart.area_profile", row_key=own["area_id"], column="aged_60_plus")  # fmt: skip
        share = Figure(wording=percent(own["ageing_rate"], thresholds=()), relation="mart.area_profile", row_key=own["area_id"], column="ageing_rate")  # fmt: skip
        said = words.cited(f"{unit['name_zh']}还没有月报；2020年普查60岁及以上", people, "，占常住人口", share, "。")
    else:
        said = words.cited(f"{unit['name_zh']}还没有月报，也没有普查数；只知道它是报送单位。")
    opening(
        "县区画像",
        unit["name_zh"],
        said.text,
        links_of(said),
        deck_zh="位次、趋势、目标、缺口都要月报；下面是现在就知道的。",
    )


def _known_without_months(view: View, unit: Row) -> None:
    """What a release without months knows of a unit: its census, what it has to cover, who is like it."""
    counts = view.ask(areas.division_counts, area_ids=(unit["area_id"],)).frame.to_dicts()
    to_cover = "".join(_to_cover(row) for row in counts)
    zone = badge("功能区") if unit["kind_code"] == "functional_zone" else ""
    block(
        f'<div class="three"><div><h3>要覆盖的单位</h3><ul class="plain">{to_cover or "<li>没有区划代码，不适用（—）。</li>"}</ul></div>{_like(view, unit)}'
        f'<div><h3>{zone} 报送</h3><ul class="plain"><li>本批次没有收到任何一张月报。</li></ul></div></div>'
        + source_line("2020年普查；2021年基层单位数", "2021年", view.release_id),
        key="known",
    )
    no_months(view, "一页纸：位次、近一年走势、目标、占全市空白的比重、待处理的填报问题。")


def _to_cover(row: Row) -> str:
    key = f"{row['area_id']}|{row['year']}|{row['division_code']}"
    count = num(f"{plain(row['division_count'])}个", ref("core.fct_division_count", key))
    return f"<li>{esc(row['division_label_zh'])}：{count}（{row['year']}年）</li>"
