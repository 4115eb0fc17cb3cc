"""The units of one city on one rate: rank, place among the others, and distance to a benchmark the reader chooses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from pages.ui.kit import filters
from pages.ui.kit.block import block
from pages.ui.kit.html import esc, how, num, source_line, table, verdict_chip
from pages.ui.kit.months import REPORTS_ZH, controls, indicators_of, value_html
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from pages.ui.marks import contributions, quality_marks
from pages.ui.marks.box_plot import OWN, TARGET, cell_box_plot
from warehouse.read.meta import catalog
from warehouse.read.month import months, trend
from warehouse.read.place import areas, benchmarks
from warehouse.read.receipt import derived
from warehouse.wording import benchmarks as words
from warehouse.wording import months as month_words
from warehouse.wording.ageing import FULL_COUNT_ZH
from warehouse.wording.grammar.bases import base_source_zh
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.months import value_text

Row = Mapping[str, Any]
GROUPS_ZH = {"administrative": "县（区）", "functional_zone": "功能区"}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is held against what: codes only, so that what was made of a choice is found again."""

    city: str
    code: str
    month: date
    benchmark: str
    excludes_self: bool


def unit_board(view: View) -> None:
    """The whole section; nothing on a release into which no unit has reported."""
    if not view.has_months:
        return
    block('<div class="fig"><h2>一个市里，各单位和谁比</h2></div>', key="board-head")
    choice = _choose(view)
    if choice is None:
        st.html('<div class="block"><p class="soft">这个市还没有可以排名的比率：要有单位报来分子和分母。</p></div>')
        return
    block(view.once(_section, choice), key="unit-board")


def _choose(view: View) -> Choice | None:
    with controls("unit-board"):
        names = view.once(_cities)
        city = filters.choice("city", "哪个市", names, next(iter(names)), what_zh="城市")
        known = view.ask(benchmarks.months, city_area_id=city)
        if not known:
            return None
        month_names = {f"{month:%Y-%m}": month_zh(month) for month in known}
        month = date.fromisoformat(f"{filters.choice('month', '哪个月', month_names, next(iter(month_names)), what_zh='月份')}-01")  # fmt: skip
        labels = view.once(_rates, city, month)
        if not labels:
            return None
        code = filters.choice("indicator", "比什么", labels, next(iter(labels)), what_zh="指标")
        options = {
            key: name
            for key, name in words.BENCHMARKS_ZH.items()
            if key != words.OTHER or view.once(_other, city, code)
        }
        benchmark = filters.choice("bench", "和谁比", options, words.MEAN, what_zh="对照")
        alone = benchmark in words.OF_UNITS and st.toggle("除去本单位", key="alone", bind="query-params")
    return Choice(city=city, code=view.on_base(code), month=month, benchmark=benchmark, excludes_self=bool(alone))


def _cities(view: View) -> dict[str, str]:
    frame = view.ask(areas.cities).frame
    return dict(zip(frame["area_id"], frame["name_zh"], strict=True))


def _rates(view: View, city: str, month: date) -> dict[str, str]:
    """The rates of a month by code; one on projected population stands behind the one on the census."""
    frame = view.ask(benchmarks.rankable, city_area_id=city, month=month).frame
    twins = set(view.ask(catalog.projected_twins).values())
    rows = zip(frame["indicator_code"], frame["label_zh"], strict=True)
    return {code: label for code, label in rows if code not in twins}


def _other(view: View, city: str, code: str) -> Row | None:
    """The other city the gate lets this one be held against; None where there is none, or the gate refuses."""
    found = view.ask(benchmarks.other_cities, city_area_id=city, indicator_code=code).frame.to_dicts()
    return next((row for row in found if row["reason_zh"] is None), None)


def _section(view: View, choice: Choice) -> str:
    """The board and why the city moved, as HTML."""
    other = _other(view, choice.city, choice.code) if choice.benchmark == words.OTHER else None
    rows = view.ask(
        benchmarks.standings,
        city_area_id=choice.city,
        indicator_code=choice.code,
        month=choice.month,
        excludes_self=choice.excludes_self,
        other_city_id=other["area_id"] if other else None,
    ).frame.to_dicts()
    other_zh = other["name_zh"] if other else ""
    name = words.name_zh(choice.benchmark, other_zh=other_zh, excludes_self=choice.excludes_self)
    indicator = indicators_of(view)[choice.code]
    return _board(view, choice, rows, indicator, name) + _moved(view, choice, indicator)


def _board(view: View, choice: Choice, rows: Sequence[Row], indicator: Row, name: str) -> str:
    claim = words.claim(rows, indicator, choice.benchmark, name=name)
    against = words.against_zh(rows, indicator, choice.benchmark, name=name)
    target, usual = rows[0]["target_value"], quality_marks.usual(rows)
    signs = f"{OWN}本单位，短线是同组其他单位，长线是中位数" + (f"，{TARGET}计划目标" if target is not None else "")
    what = f"{_cities(view)[choice.city]}，{month_words.when_zh(choice.month, indicator['timing_code'])}{quality_marks.head_zh(view, usual)}；对照：{against}。{signs}"
    body = ""
    for kind, group_zh in GROUPS_ZH.items():
        group = [row for row in rows if row["kind_code"] == kind]
        if group:
            body += f'<tr class="group"><td colspan="5">{group_zh}</td></tr>' + "".join(_line(view, row, choice, indicator, usual) for row in group)  # fmt: skip
    rule = view.ask(catalog.rule_text, parameter_code="smallest_rank_base")
    against_zh = words.HOW_ZH[choice.benchmark] + (words.ALONE_ZH if choice.excludes_self else "")
    head = [
        "单位",
        "数值",
        "在同组中",
        f"比{name}",
        f"位次（{words.direction_zh(indicator)}）",
    ]
    drawn = table(head, [], text_columns=(2, 3, 4), caption=claim).replace("<tbody></tbody>", f"<tbody>{body}</tbody>")
    return (
        f'<h2 class="claim">{esc(claim)}</h2><div class="small soft">{esc(what)}</div><div class="board">{drawn}</div>'
        + source_line(
            f"{REPORTS_ZH}；{base_source_zh(view.base)}", month_zh(choice.month), view.release_id, more=FULL_COUNT_ZH
        )
        + how(against_zh, rule)
    )


def _line(view: View, row: Row, choice: Choice, indicator: Row, usual: str | None) -> str:
    said, tone = words.gap_zh(row, indicator, choice.benchmark)
    text = value_text(row["value"], indicator, row["status_code"])
    rank = words.rank_zh(row)
    spine = cell_box_plot(
        [one["value"] for one in row["peers"] if one["area_id"] != row["area_id"]],
        row["value"],
        median=row["median"],
        target=row["target_value"],
        alt_zh=f"{row['area_zh']}{text}，{rank}，中位数{value_text(row['median'], indicator)}",
    )
    key = month_words.key_of(row)
    against = ref(
        month_words.MONTH, key, f"{derived.AGAINST}{choice.benchmark}{'-alone' if choice.excludes_self else ''}"
    )
    place = ref(month_words.MONTH, key, derived.RANK) if row["rank"] is not None else None
    cells = (
        f"<td>{esc(row['area_zh'])}</td><td><b>{value_html(row, indicator)}</b>{quality_marks.mark(view, row, usual)}</td>"
        f'<td class="text">{spine}</td><td class="text">{verdict_chip(said, tone, against) if said else "—"}</td>'
        f'<td class="text">{num(rank, place, wrap=True)}</td>'
    )
    return f"<tr>{cells}</tr>"


def _moved(view: View, choice: Choice, indicator: Row) -> str:
    """Why the city's rate moved since last year, or since last month: what each unit added, summing to the change."""
    code, city = choice.code, choice.city
    newest = view.ask(months.series, indicator_code=code, area_ids=(city,), first_month=choice.month, last_month=choice.month)  # fmt: skip
    if newest.frame.is_empty():
        return ""
    made = {one.code: one for one in month_words.changes(newest.frame.row(0, named=True), indicator)}
    against = next((one for one in ("yoy", "mom") if one in made), None)
    if against is None:
        return ""
    other = contributions.other_month(choice.month, against)
    found = view.ask(months.contributions, city_area_id=city, indicator_code=code, month=choice.month, other_month=other).frame.to_dicts()  # fmt: skip
    if not found:
        return ""
    absent = view.ask(trend.absent_units, city_area_id=city, indicator_code=code, month=choice.month, other_month=other)
    said = month_words.contribution_sentence(
        found, indicator, city_zh=_cities(view)[city], word_zh=made[against].word_zh, absent=absent
    )
    change = num(
        "看两个月的全市数",
        ref(month_words.MONTH, f"{city}|{code}|total|{choice.month}", month_words.CHANGE_COLUMNS[against]),
    )
    # The same parts are drawn on 趋势: here they wait behind their sentence.
    return (
        f'<details class="more-rows"><summary><b>{esc(said.text.removesuffix("。"))}</b></summary>'
        f'<div class="small soft">{month_words.adds_up_zh(absent)}；{change}</div>{contributions.bars(found, indicator)}</details>'
    )
