"""Why a city figure moved: what each unit added, summing exactly to the change of the city."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pages.ui import filters
from pages.ui.drawing import Drawing
from pages.ui.months_kit import REPORTS_ZH, controls
from pages.ui.parts import esc, num, source_line, table
from pages.ui.refs import ref
from pages.ui.trend_parts import Choice, indicator_of, places_of, series_for
from pages.ui.view import View
from warehouse.read import months, trend
from warehouse.wording import months as words
from warehouse.wording.dates import month_zh
from warehouse.wording.numbers import PERCENT_DECIMALS

Row = Mapping[str, Any]


def why_it_moved(view: View, choice: Choice) -> None:
    """One comparison of the newest month, split by unit; nothing for a unit or where no comparison can be made."""
    cities = {row["area_id"] for row in places_of(view, choice) if row["level_code"] == "city"}
    if not choice.has_months or choice.area_id not in cities:
        return
    options = view.made(_comparisons, choice)
    if not options:
        return
    with controls("against"):
        against = filters.choice(
            "against", "和哪个月比", options, "yoy" if "yoy" in options else next(iter(options)), what_zh="比较"
        )
    drawing = view.made(_figure, choice, against)
    if drawing is not None:
        drawing.show("contributions")


def _comparisons(view: View, choice: Choice) -> dict[str, str]:
    """The comparisons that can be made of the newest month, with their words."""
    newest = series_for(view, choice, choice.area_id).rows[-1]
    return {one.code: one.word_zh for one in words.changes(newest, indicator_of(view, choice))}


def _figure(view: View, choice: Choice, against: str) -> Drawing | None:
    """The change split by unit; None where no unit reported in both months."""
    indicator = indicator_of(view, choice)
    month = series_for(view, choice, choice.area_id).rows[-1]["month"]
    other = other_month(month, against)
    asked = {"city_area_id": choice.area_id, "indicator_code": choice.code, "month": month, "other_month": other}
    found = view.ask(months.contributions, **asked).frame.to_dicts()
    if not found:
        return None
    absent = view.ask(trend.absent_units, **asked)
    word = _comparisons(view, choice)[against]
    said = words.contribution_sentence(found, indicator, city_zh=choice.area_zh, word_zh=word, absent=absent)
    ratio = indicator["kind_code"] == "ratio"
    how = "比率的贡献＝（分子－上期比率×分母）÷全市分母，本期减上期" if ratio else "各单位的贡献就是它自己的增减"
    return Drawing(
        claim_zh=said.text.removesuffix("。"),
        what_zh=f"{indicator['label_zh']}，{month_zh(month)}与{month_zh(other)}相比；{how}，各单位相加等于全市的变化",
        drawn_html=bars(found, indicator),
        foot_html=source_line(REPORTS_ZH, month_zh(month), view.release_id),
        twin_html=contribution_table(found, indicator, month_zh(other), month_zh(month)),
    )


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
    lines = "".join(_line(row["area_zh"], row["contribution"], zero, span, indicator) for row in rows)
    total = sum(row["contribution"] for row in rows)
    sum_line = f'<div class="piece sum"><div class="who">合计</div><div></div><div class="val">{_signed(total, indicator)}</div></div>'
    return f'<div class="pieces">{lines}{sum_line}</div>{_rounding(rows, indicator)}'


def _line(name: str, value: float, zero: float, span: float, indicator: Row) -> str:
    width = abs(value) / span * 100
    left = zero if value >= 0 else zero - width
    tone = words.tone_of(value, indicator)
    return (
        f'<div class="piece"><div class="who">{esc(name)}</div><div class="track" aria-hidden="true">'
        f'<i class="{tone}" style="left:{left:.2f}%;width:{width:.2f}%"></i><i class="zero" style="left:{zero:.2f}%"></i></div>'
        f'<div class="val">{_signed(value, indicator)}</div></div>'
    )


def _signed(value: float, indicator: Row) -> str:
    sign = "＋" if value > 0 else "－" if value < 0 else ""
    return f'<span class="nowrap">{sign}{esc(words.difference_text(value, indicator, more=1) if value else "0")}</span>'


def _rounding(rows: Sequence[Row], indicator: Row) -> str:
    """The note on rounded parts, only where the printed parts do not add up."""
    decimals = indicator["decimals"] or 0
    scale = 1
    if indicator["kind_code"] == "ratio":
        decimals, scale = (PERCENT_DECIMALS + 1, 100) if words.is_share(indicator) else (max(decimals, 1) + 1, 1)
    parts = [row["contribution"] * scale for row in rows]
    return f'<p class="note">{words.ROUNDING_ZH}。</p>' if words.rounded_apart(parts, sum(parts), decimals) else ""


def contribution_table(rows: Sequence[Row], indicator: Row, then_zh: str, now_zh: str) -> str:
    """Each unit then and now, its contribution, and the sum."""
    body = [
        [
            esc(row["area_zh"]),
            esc(words.value_text(row["other_value"], indicator)),
            num(words.value_text(row["value"], indicator), ref(words.MONTH, row["row_key"])),
            _signed(row["contribution"], indicator),
        ]
        for row in rows
    ]
    body.append(["<b>合计</b>", "", "", f"<b>{_signed(sum(row['contribution'] for row in rows), indicator)}</b>"])
    return table(["单位", then_zh, now_zh, "贡献"], body, caption="各单位的贡献")
