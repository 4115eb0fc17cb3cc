"""Stops that lists of stops tell person by person: units by the age they were paid by, townships of one unit."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import badge, esc, num, source_line, table
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from warehouse.month import add_months
from warehouse.read.meta import catalog
from warehouse.read.month import allowance
from warehouse.wording import allowance_months as words
from warehouse.wording.grammar.dates import month_zh

Row = Mapping[str, Any]
OF_UNITS, OF_TOWNS = ("age_80_89", "age_90_99", "age_100_plus"), ("age_80_89", "age_90_plus")
SOURCE_ZH = "停止明细（去标识化）"
_DRAWN = dict(zip(OF_UNITS, ("persons", "soft-done", "done flat"), strict=True))
_RULE_ZH = "年龄档是停发前的档次；出处与月报不同，不相加，判断以月报为准"


def stopped_by_tier(view: View, month: date) -> None:
    """Stops of each unit with a list, by tier; nothing where no unit has a list of this month."""
    drawing = view.once(_figure, month)
    if drawing is not None:
        drawing.show("stopped-by-tier")


def _figure(view: View, month: date) -> Drawing | None:
    rows = view.ask(allowance.payment_stops, parent_area_id=view.city, month=month).frame.to_dicts()
    if not rows:
        return None
    tiers = _tiers_zh(view)
    top = max((value for row in rows for value in (row["total"], row["before"]) if value), default=1) * 1.05
    return Drawing(
        claim_zh=words.payment_stops_claim(rows, {tier: tiers[tier] for tier in OF_UNITS}),
        what_zh=f"停发人数，按停发前的年龄档，{month_zh(month)}；色块自左至右为{'、'.join(tiers[tier] for tier in OF_UNITS)}，虚框为没有分档的数，竖线为上月",
        drawn_html=f'<div class="progs">{"".join(_bar(row, top, month, tiers) for row in rows)}</div>',
        foot_html=source_line(SOURCE_ZH, month_zh(month), view.release_id) + f'<p class="how">{_RULE_ZH}。</p>',
        twin_html=_table(rows, month, tiers),
    )


def town_columns(view: View, unit: str, month: date) -> tuple[Sequence[str], Mapping[str, Sequence[str]]]:
    """Heads, and cells by township, of the stops of a unit's townships; none where no list says them of every township."""
    rows = view.ask(allowance.payment_stops, parent_area_id=unit, month=month).frame.to_dicts()
    if not rows:
        return (), {}
    tiers = _tiers_zh(view)
    heads = ("停发（明细）", *(f"停发的{tiers[part]}" for part in OF_TOWNS))
    return heads, {row["area_id"]: [_cell(row, part, month) for part in ("total", *OF_TOWNS)] for row in rows}


def _tiers_zh(view: View) -> Mapping[str, str]:
    return view.ask(catalog.code_labels, code_set="breakdown_code")


def _bar(row: Row, top: float, month: date, tiers: Mapping[str, str]) -> str:
    drawn, left = "", 0.0
    for tier in OF_UNITS:
        if value := row[tier]:
            drawn += (
                f'<i class="{_DRAWN[tier]}" style="left:{left / top * 100:.2f}%;width:{value / top * 100:.2f}%"></i>'
            )
            left += value
    rest = 100 if row["total"] is None else (row["total"] - left) / top * 100
    if rest:
        drawn += f'<i class="unknown" style="left:{left / top * 100:.2f}%;width:{rest:.2f}%"></i>'
    goal = "" if row["before"] is None else f'<i class="goal" style="left:{row["before"] / top * 100:.2f}%"></i>'
    told = "，".join(f'<span class="nowrap">{esc(tiers[tier])}{_cell(row, tier, month)}</span>' for tier in OF_UNITS)
    zone = f" {badge('功能区')}" if row["kind_code"] == "functional_zone" else ""
    return (
        f'<div class="prog"><div class="name">{esc(row["area_zh"])}{zone}</div>'
        f'<div class="bullet" aria-hidden="true"><i class="rail"></i>{drawn}{goal}</div>'
        f'<div class="val">{_cell(row, "total", month)}</div>'
        f'<div class="says"><span class="soft">{told}；上月{_before(row, month)}</span></div></div>'
    )


def _table(rows: Sequence[Row], month: date, tiers: Mapping[str, str]) -> str:
    body = [
        [esc(row["area_zh"]), *(_cell(row, part, month) for part in ("total", *OF_UNITS)), _before(row, month)]
        for row in rows
    ]
    heads = ["单位", "停发", *(f"其中{tiers[part]}" for part in OF_UNITS), "上月停发"]
    return table(heads, body, caption="按年龄档停发")


def _cell(row: Row, part: str, month: date) -> str:
    text = words.cell(row[part], "人", row[f"{part}_status"] or "missing")
    return num(text, _opens(row, part, month) if row[part] is not None else None)


def _before(row: Row, month: date) -> str:
    text = words.cell(row["before"], "人", row["before_status"] or "missing")
    return num(text, _opens(row, "total", add_months(month, -1)) if row["before"] is not None else None)


def _opens(row: Row, part: str, month: date):
    return ref("mart.indicator_month", f"{row['area_id']}|payout_stopped_count|{part}|{month.isoformat()}")
