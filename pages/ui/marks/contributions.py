"""What each unit added to the change of its city, as bars and as a table; the parts add up to the whole."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pages.ui.kit.html import esc, num, table
from pages.ui.kit.refs import ref
from warehouse.read.receipt import derived
from warehouse.wording import months as words
from warehouse.wording.grammar.numbers import PERCENT_DECIMALS

Row = Mapping[str, Any]


def other_month(month: date, code: str) -> date:
    """The month a comparison goes back to: `mom` the one before, `yoy` the same of last year, else last December."""
    if code == "mom":
        return (
            month.replace(year=month.year - 1, month=12) if month.month == 1 else month.replace(month=month.month - 1)
        )
    return month.replace(year=month.year - 1) if code == "yoy" else month.replace(year=month.year - 1, month=12)


def bars(rows: Sequence[Row], indicator: Row) -> str:
    """Bars from a common zero line, to the right what adds, to the left what takes away; the sum in the last row."""
    high = max(max(row["contribution"] for row in rows), 0.0)
    low = min(min(row["contribution"] for row in rows), 0.0)
    span = (high - low) or 1.0
    zero = -low / span * 100
    lines = "".join(_line(row, zero, span, indicator) for row in rows)
    sum_line = f'<div class="piece sum"><div class="who">合计</div><div></div><div class="val">{_sum(rows, indicator)}</div></div>'
    return f'<div class="pieces">{lines}{sum_line}</div>{rounding(rows, indicator)}'


def _line(row: Row, zero: float, span: float, indicator: Row) -> str:
    value = row["contribution"]
    width = abs(value) / span * 100
    left = zero if value >= 0 else zero - width
    tone = words.tone_of(value, indicator)
    return (
        f'<div class="piece"><div class="who">{esc(row["area_zh"])}</div><div class="track" aria-hidden="true">'
        f'<i class="{tone}" style="left:{left:.2f}%;width:{width:.2f}%"></i><i class="zero" style="left:{zero:.2f}%"></i></div>'
        f'<div class="val">{part(row, indicator)}</div></div>'
    )


def part(row: Row, indicator: Row) -> str:
    """What a unit added, with its sign; opens what all units added."""
    opens = ref(words.MONTH, row["row_key"], f"{derived.CONTRIBUTION}{row['other_month']}")
    return num(words.signed_zh(row["contribution"], indicator), opens)


def _sum(rows: Sequence[Row], indicator: Row) -> str:
    total = sum(row["contribution"] for row in rows)
    opens = ref(words.MONTH, rows[0]["city_row_key"], f"{derived.CONTRIBUTION}{rows[0]['other_month']}")
    return num(words.signed_zh(total, indicator), opens)


def rounding(rows: Sequence[Row], indicator: Row) -> str:
    """The note on rounded parts, only where the printed parts do not add up."""
    decimals = indicator["decimals"] or 0
    scale = 1
    if indicator["kind_code"] == "ratio":
        decimals, scale = (PERCENT_DECIMALS + 1, 100) if words.is_share(indicator) else (max(decimals, 1) + 1, 1)
    parts = [row["contribution"] * scale for row in rows]
    return f'<p class="note">{words.ROUNDING_ZH}。</p>' if words.rounded_apart(parts, sum(parts), decimals) else ""


def contribution_table(
    rows: Sequence[Row], indicator: Row, then_zh: str, now_zh: str, whole: tuple[str, str] = ("", "")
) -> str:
    """Each unit then and now, its contribution, and the sum; `whole` is the city then and now, as HTML."""
    body = [
        [
            esc(row["area_zh"]),
            num(words.paired_text(row["other_value"], indicator), ref(words.MONTH, row["other_row_key"])),
            num(words.paired_text(row["value"], indicator), ref(words.MONTH, row["row_key"])),
            part(row, indicator),
        ]
        for row in rows
    ]
    body.append(["<b>合计</b>", *whole, f"<b>{_sum(rows, indicator)}</b>"])
    return table(["单位", then_zh, now_zh, "贡献"], body, caption="各单位的贡献")
