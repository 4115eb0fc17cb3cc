"""Why a city figure moved: what each unit added, summing exactly to the change of the city."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pages.briefing.trends.parts import Choice, indicator_of, places_of, series_for
from pages.briefing.trends.waterfall import waterfall
from pages.ui.kit import filters
from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import source_line
from pages.ui.kit.months import REPORTS_ZH, controls, value_html
from pages.ui.kit.view import View
from pages.ui.marks import contributions
from warehouse.read.month import months, trend
from warehouse.wording import months as words
from warehouse.wording.grammar.dates import month_zh

Row = Mapping[str, Any]


def why_it_moved(view: View, choice: Choice) -> None:
    """One comparison of the newest month, split by unit; nothing for a unit or where no comparison can be made."""
    cities = {row["area_id"] for row in places_of(view, choice) if row["level_code"] == "city"}
    if not choice.has_months or choice.area_id not in cities:
        return
    options = view.once(_comparisons, choice)
    if not options:
        return
    with controls("against"):
        against = filters.choice(
            "against", "和哪个月比", options, "yoy" if "yoy" in options else next(iter(options)), what_zh="比较"
        )
    drawing = view.once(_figure, choice, against)
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
    other = contributions.other_month(month, against)
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
        what_zh=f"{indicator['label_zh']}，{month_zh(month)}与{month_zh(other)}相比；{how}，{words.adds_up_zh(absent)}",
        drawn_html=_falls(view, choice, found, indicator, month, other),
        foot_html=source_line(REPORTS_ZH, month_zh(month), view.release_id),
        twin_html=contributions.contribution_table(
            found, indicator, month_zh(other), month_zh(month), _whole(view, choice, indicator, month, other)
        ),
    )


def _whole(view: View, choice: Choice, indicator: Row, month: date, other: date) -> tuple[str, str]:
    """The city then and now, empty where it has no value."""
    series = view.ask(months.series, indicator_code=choice.code, area_ids=(choice.area_id,)).frame.to_dicts()
    of = {row["month"]: row for row in series if row["value"] is not None}
    then, now = (value_html(of[day], indicator) if day in of else "" for day in (other, month))
    return then, now


def _falls(view: View, choice: Choice, found: list[Row], indicator: Row, month: date, other: date) -> str:
    """The steps from the value then to the value now; bars from zero where the city has no value of its own then."""
    series = view.ask(months.series, indicator_code=choice.code, area_ids=(choice.area_id,)).frame.to_dicts()
    of = {row["month"]: row for row in series}
    then, now = of.get(other), of.get(month)
    if then is None or now is None or then["value"] is None or now["value"] is None:
        return contributions.bars(found, indicator)
    before = month_zh(other), value_html(then, indicator)
    falls = waterfall(found, indicator, before, (month_zh(month), value_html(now, indicator)), then["value"])
    return falls + contributions.rounding(found, indicator)
