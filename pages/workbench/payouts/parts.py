"""The parts of 津贴稽核. All numbers come masked from `warehouse.payouts.summary`; nothing here knows a person."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import plotly.graph_objects as go
import streamlit as st

from pages.ui.kit import reads
from pages.ui.kit.axes import month_ticks
from pages.ui.kit.block import block
from pages.ui.kit.charts import template
from pages.ui.kit.errors import empty_state
from pages.ui.kit.figures import Drawing, Plot
from pages.ui.kit.html import badge, esc, folded, source_line, table
from pages.ui.kit.months import units_of
from pages.ui.kit.opening import opening
from pages.ui.kit.style import FILL, FILL_SOFT, PAPER
from pages.ui.kit.view import View
from pages.ui.marks.cards import Card, cards
from pages.ui.takeaway import alone
from warehouse.payouts import declared
from warehouse.payouts.summary import Summary, Tally, summarise
from warehouse.people.sessions import Person
from warehouse.progress import AUDITING, read_progress
from warehouse.wording.desk import payout_audit as words
from warehouse.wording.grammar.dates import month_zh

RIGHT = "audit_payouts"
LOOK_AGAIN_SECONDS = 2


def units_within_reach(view: View, person: Person | None) -> dict[str, str]:
    """Units of the city whose audits this person may see, with their names; invented ones are everybody's."""
    units = {row["area_id"]: row["short_name_zh"] for row in units_of(view)}
    reach = frozenset({""}) if view.is_demo else person.areas(RIGHT) if person else frozenset()
    return {unit: name for unit, name in units.items() if reach & {"", view.city, unit}}


def found_in(view: View, units: Mapping[str, str]) -> Summary | None:
    """What audits found there; None without payments, and for who may see none."""
    return summarise(reads.whole_home(view.kind), list(units)) if units else None


def without_payments(view: View, *, is_seen: bool) -> None:
    """Nothing to show: because there is nothing, or because it is not this person's."""
    if not is_seen:
        opening("津贴稽核", view.city_name_zh, f"{view.city_name_zh}的稽核结果不在您的授权之内。", [])
        empty_state("没有可看的单位", "授权写明城市或单位，只看其中的。请联系管理员。")
        return
    opening("津贴稽核", view.city_name_zh, f"{view.city_name_zh}还没有收过高龄津贴发放明细。", [])
    empty_state(
        "收了发放明细，这里才有数",
        "有明细后，这里是疑似多发的金额：按单位、按规则、按月，已追回多少，每条规则准不准；从不列出任何人。\n"
        "发放明细由操作员在服务器上收：yanglao payouts add 文件夹，再运行 yanglao payouts audit。文件不进收件箱。",
    )


def head(view: View, found: Summary, names: Mapping[str, str]) -> None:
    """Kicker, finding, what was judged and when; and that some files were not judged yet."""
    place = view.city_name_zh if len(names) > 1 else next(iter(names.values()))
    opening(
        "津贴稽核",
        f"{place} · {words.span_zh(found.months)}",
        words.finding(place, found, names),
        [],
        deck_zh=words.deck(found),
    )
    if told := words.waiting_zh(found):
        block(f'<div class="notice" role="status">{esc(told)}</div>', key="waiting")


def under_way(view: View) -> None:
    """How far an audit that is running now has come; nothing where none is."""
    progress = read_progress(reads.whole_home(view.kind), AUDITING)
    if progress is not None and not progress.is_silent(datetime.now(UTC)):
        _watch(view.kind)


@alone.fragment(run_every=LOOK_AGAIN_SECONDS)
def _watch(kind: str) -> None:
    progress = read_progress(reads.whole_home(kind), AUDITING)
    if progress is None:
        st.rerun()
    st.progress(progress.share, text=words.under_way_zh(progress))


def headline(view: View, found: Summary) -> None:
    """At most six numbers of all units together."""
    total = found.total
    told = {"as_of_zh": words.audited_zh(found.audited_at), "source_zh": words.SOURCE_ZH}
    made = [
        Card(name_zh="疑似多发", value_text=words.yuan(total.at_risk_yuan), unit_zh="元", change_zh=words.shares_zh(total), is_mark=total.is_masked, **told),
        Card(name_zh="方向未定、待查", value_text=words.yuan(total.unclear_yuan), unit_zh="元", is_mark=total.is_masked, **told),
        Card(name_zh="疑似少发", value_text=words.yuan(total.owed_yuan), unit_zh="元", is_mark=total.is_masked, **told),
        Card(name_zh="涉及的发放", value_text=words.count(total.finding_count, "笔"), unit_zh="笔", change_zh=f"涉及{words.count(total.person_count, '人')}（按单位相加）", is_mark=total.is_masked, **told),
        Card(name_zh="已核查的疑点", value_text=words.count(total.judged_count, "个"), unit_zh="个", change_zh=f"属实（含已追回）{words.right_zh(total)}", is_mark=total.judged_count is None, **told),
        Card(name_zh="已追回", value_text=words.yuan(total.recovered_yuan), unit_zh="元", is_mark=total.recovered_yuan is None, **told),
    ]  # fmt: skip
    block(cards(made), key="cards")


def by_rule(view: View, found: Summary) -> None:
    """Each rule: how much it found, and how often it was right of what was looked into."""
    tallies = {code: found.of_rule(code) for code in declared.rules()}
    hit = {code: tally for code, tally in tallies.items() if tally.finding_count != 0}
    rules = declared.rules()
    ordered = sorted(hit, key=lambda code: -_amount(hit[code]))
    top = max((_amount(tally) for tally in hit.values()), default=0.0)
    rows = "".join(
        _bar(
            f"{esc(rules[code].label_zh)} {badge(declared.SEVERITIES[rules[code].severity])}",
            tallies[code],
            top,
            f"{declared.DIRECTIONS[rules[code].direction]}；{words.count_zh(tallies[code])}；核查属实 {words.right_zh(tallies[code])}",
        )
        for code in ordered
    )
    silent = "、".join(rules[code].label_zh for code in tallies if code not in hit)
    heads = ["规则", "轻重", "依据", "疑点", "人数", "疑似多发", "待查", "疑似少发", "已核查", "属实", "已追回"]
    body = [
        [
            esc(rules[code].label_zh),
            declared.SEVERITIES[rules[code].severity],
            declared.KINDS[rules[code].kind],
            *_cells(tally),
            esc(words.count(tally.judged_count, "个")),
            esc(words.right_zh(tally)),
            esc(words.yuan(tally.recovered_yuan)),
        ]
        for code, tally in tallies.items()
    ]
    Drawing(
        claim_zh=words.rule_claim(found),
        what_zh="各规则涉及的金额，元，多发、少发、待定写在各行；属实率只算已核查的",
        drawn_html=f'<div class="progs">{rows}</div>'
        + (f'<p class="foot">没有查出：{esc(silent)}。</p>' if silent else ""),
        foot_html=_foot(view, found),
        twin_html=table(heads, body, text_columns=(1, 2), caption="各规则"),
    ).show("rules")


def by_unit(view: View, found: Summary, names: Mapping[str, str]) -> None:
    """Each unit: how much is at risk, what part of what it paid, what came back. Nobody is ranked by it."""
    tallies = {unit: found.of_unit(unit) for unit in found.units}
    top = max((tally.at_risk_yuan or 0.0 for tally in tallies.values()), default=0.0)
    rows = "".join(
        _bar(
            esc(names[unit]),
            replace(tally, unclear_yuan=0.0, owed_yuan=0.0),
            top,
            "；".join(part for part in (words.shares_zh(tally), f"已追回{words.yuan(tally.recovered_yuan)}") if part),
        )
        for unit, tally in tallies.items()
    )
    lacking = [name for unit, name in names.items() if unit not in tallies]
    heads = ["单位", "发放", "涉及的发放", "人数", "疑似多发", "待查", "疑似少发", "已追回"]
    body = [
        [
            esc(names[unit]),
            esc(words.yuan(tally.paid_yuan)),
            *_cells(tally, "笔"),
            esc(words.yuan(tally.recovered_yuan)),
        ]
        for unit, tally in tallies.items()
    ]
    missing = f'<p class="foot">没有发放明细：{esc("、".join(lacking))}。</p>' if lacking else ""
    Drawing(
        claim_zh=words.unit_claim(found, names),
        what_zh=f"各单位疑似多发，元；{words.BARS_ZH}；单位大小不同，不排名",
        drawn_html=f'<div class="progs">{rows}</div>{missing}',
        foot_html=_foot(view, found),
        twin_html=table(heads, body, caption="各单位") + missing,
    ).show("units")


def by_month(view: View, found: Summary) -> None:
    """Money at risk by the month it was paid in; nothing to see with one month."""
    if len(found.months) < 2:
        return
    tallies = found.months
    shown = {month: tally.at_risk_yuan for month, tally in tallies.items()}
    top = max((value or 0.0 for value in shown.values()), default=0.0) or 1.0
    ticks = month_ticks(min(shown), max(shown))
    texts = [f"{month_zh(month)} {words.yuan(value)}" for month, value in shown.items()]
    fig = go.Figure(
        data=[
            {
                "type": "bar",
                "x": list(shown),
                "y": [top * 0.04 if value is None else value for value in shown.values()],
                "marker": {
                    "color": [PAPER if value is None else FILL for value in shown.values()],
                    "line": {"color": [FILL_SOFT if value is None else FILL for value in shown.values()], "width": 1},
                },
                "text": [words.yuan(value).removesuffix("元") if len(shown) <= 14 else "" for value in shown.values()],
                "textposition": "outside",
                "cliponaxis": False,
                "hovertext": texts,
                "hoverinfo": "text",
            }
        ],
        layout={
            "template": template(is_large=view.is_large),
            "height": 280,
            "margin": {"t": 28, "r": 12},
            "xaxis": {"tickvals": list(ticks), "ticktext": list(ticks.values()), "ticks": "outside", "showline": True},
            "yaxis": {"range": [0, top * 1.15], "visible": False},
        },
    )
    body = [[esc(month_zh(month)), *_cells(tally, "笔")] for month, tally in reversed(tallies.items())]
    Plot(
        fig=fig,
        claim_zh=words.month_claim(found),
        what_zh="疑似多发，按发放所属月份，元；纵轴从0起；空框为人数少、保密",
        twin_html=table(
            ["月份", "涉及的发放", "人数（按单位相加）", "疑似多发", "待查", "疑似少发"], body, caption="各月"
        ),
        foot_html=_foot(view, found),
    ).show("months")


def by_rule_and_unit(view: View, found: Summary, names: Mapping[str, str]) -> None:
    """Where rules and units meet, folded: all money of a cell, whatever its direction."""
    if len(found.units) < 2:
        return
    rules = declared.rules()
    hit = [code for code in rules if found.of_rule(code).finding_count != 0]
    body = [
        [
            esc(rules[code].label_zh),
            declared.DIRECTIONS[rules[code].direction],
            *(esc(_money(found.cells[unit, code])) for unit in found.units),
        ]
        for code in hit
    ]
    heads = ["规则", "方向", *(names[unit] for unit in found.units)]
    grid = table(heads, body, text_columns=(1,), caption="规则×单位")
    block(folded("每条规则在每个单位的金额", grid + _foot(view, found)), key="grid")


def _bar(name_html: str, tally: Tally, top: float, says_zh: str) -> str:
    if tally.is_masked:
        drawn = '<i class="unknown" style="width:100%"></i>'
    else:
        drawn = f'<i class="done" style="width:{_amount(tally) / (top or 1.0) * 100:.2f}%"></i>'
    return (
        f'<div class="prog"><div class="name">{name_html}</div>'
        f'<div class="bullet" aria-hidden="true"><i class="rail"></i>{drawn}</div>'
        f'<div class="val">{esc(_money(tally))}</div>'
        f'<div class="says"><span class="soft">{esc(says_zh)}</span></div></div>'
    )


def _amount(tally: Tally) -> float:
    """All money of a cell, whatever its direction; 0 where it is hidden."""
    return (tally.at_risk_yuan or 0.0) + (tally.unclear_yuan or 0.0) + (tally.owed_yuan or 0.0)


def _money(tally: Tally) -> str:
    return words.yuan(None if tally.is_masked else _amount(tally))


def _cells(tally: Tally, unit_zh: str = "个") -> Sequence[str]:
    return [
        esc(words.count(tally.finding_count, unit_zh)),
        esc(words.count(tally.person_count, "人")),
        *(esc(words.yuan(value)) for value in (tally.at_risk_yuan, tally.unclear_yuan, tally.owed_yuan)),
    ]


def _foot(view: View, found: Summary) -> str:
    return source_line(
        words.SOURCE_ZH, words.audited_zh(found.audited_at), view.release_id, more="不在批次里，只给有权限的人看"
    )
