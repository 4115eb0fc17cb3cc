"""What payments say beside the form: recipients and money of the month, unit by unit, with the difference."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pages.ui.kit.block import block
from pages.ui.kit.html import esc, num, source_line, table
from pages.ui.kit.months import units_of
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from warehouse.read.month import allowance
from warehouse.wording import allowance_months as words
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import full_value

Row = Mapping[str, Any]
RECIPIENTS, PAID = "recipient_count", "paid_yuan"


def beside_payments(view: View, month: date) -> None:
    """Forms and payments side by side; nothing where no unit has payments in this month."""
    html = view.once(_beside, month)
    if html:
        block(html, key="payments")


def _beside(view: View, month: date) -> str:
    rows = view.ask(allowance.payments, city_area_id=view.city, month=month).frame.to_dicts()
    if not rows:
        return ""
    there = {row["area_id"] for row in rows}
    absent = [unit["short_name_zh"] for unit in units_of(view) if unit["area_id"] not in there]
    units: dict[str, dict[str, Row]] = {}
    for row in rows:
        units.setdefault(row["area_zh"], {})[row["measure_code"]] = row
    body = [
        [esc(name), *_cells(of_unit.get(RECIPIENTS), "人"), *_cells(of_unit.get(PAID), "元")]
        for name, of_unit in units.items()
    ]
    heads = ["单位", "月报人数", "明细人数", "月报比明细", "月报金额", "明细金额", "月报比明细"]
    lacking = f'<p class="foot">没有发放明细：{esc("、".join(absent))}。</p>' if absent else ""
    return (
        f'<div class="fig"><h2>{esc(words.payments_claim(rows, absent))}</h2>'
        f'<div class="what">月报所填与发放明细逐笔所算，{esc(month_zh(month))}；出处不同，并列不混，判断以月报为准；*为人数少、保密</div></div>'
        + table(heads, body, text_columns=(3, 6), caption="月报与发放明细")
        + lacking
        + source_line("各单位月报；发放明细（去标识化）", month_zh(month), view.release_id)
    )


def _cells(row: Row | None, unit_zh: str) -> Sequence[str]:
    """What the form says, what payments say, and the difference."""
    if row is None:
        return [esc(words.cell(None, unit_zh, "missing"))] * 2 + ["—"]
    told = [
        num(
            full_value(row[f"{origin}_value"], unit_zh, status_code=row[f"{origin}_status"]),
            ref("mart.indicator_month", row[f"{origin}_key"]) if row[f"{origin}_value"] is not None else None,
        )
        for origin in ("form", "payout")
    ]
    return [*told, esc(words.difference_zh(row))]
