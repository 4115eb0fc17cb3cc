"""Platform and training in words: how far orders get, how many answer, how many persons stand behind the person-times."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from warehouse.wording.grammar.alike import absent_of, among_zh, by_value, level_zh, of_group, together
from warehouse.wording.grammar.cited import Cited, Figure, cited
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import compact, percent, percent_at_least, plain, points, rounded, show_value
from warehouse.wording.months import SAME_UNITS_ZH, absent_zh, moved

MONTH = "mart.indicator_month"
NOT_GIVEN_ZH = "未提供活跃数"
SILENT_MAJORITY = 0.5

Row = Mapping[str, Any]


def satisfaction_claim(units: Sequence[Row], smallest_difference: float) -> str:
    """How low satisfaction goes, and which county has fewest orders rated; zones are a group of their own.

    Args:
        units: all units with satisfaction_rate and rating_rate; where nobody rated there is a rate of answers, 0, and none
            of satisfaction. A county without a figure is named, as nobody knows where it would stand.
        smallest_difference: by which two rating rates must differ to count.
    """
    content = _satisfied_zh([row["satisfaction_rate"] for row in units if row["satisfaction_rate"] is not None])
    absent = absent_of(units, "rating_rate")
    units = [row for row in units if row["rating_rate"] is not None]
    if not units:
        return content
    groups = by_value(of_group(units), lambda row: row["rating_rate"], smallest_difference, lowest_first=True)
    if len(units) == 1:
        return f"{content}；只有{units[0]['area_zh']}有评价率，{percent(units[0]['rating_rate'])}的单有人评"
    least, lowest, highest = groups[0], groups[0][0]["rating_rate"], groups[-1][-1]["rating_rate"]
    low, high, among = percent(lowest), percent(highest), among_zh(units)
    if len(groups) == 1 and len(least) > 1:
        level = level_zh(highest, lowest, smallest_difference, points(smallest_difference))
        return (
            f"{content}；{among or '各单位'}评价率{level}，{low}{'' if low == high else f'至{high}'}的单有人评{absent}"
        )
    return f"{content}；{among}评价率最低的是{together(row['area_zh'] for row in least)}，{low}的单有人评{absent}"


def _satisfied_zh(rates: Sequence[float]) -> str:
    if not rates:
        return "各单位都没有满意率"
    low, high = percent(min(rates)), percent(max(rates))
    return f"满意率{low}" if low == high else f"满意率在{low}至{high}之间"


def not_given_zh(row: Row | None) -> str:
    """Why a city has no number of active persons: nobody gave it, or not every unit did."""
    if row is None or not row["reported_count"]:
        return NOT_GIVEN_ZH
    return f"活跃数只有{row['reported_count']}/{row['expected_count']}个单位报来，不合计"


def figure_of(area_id: str, indicator_code: str, month: date, wording: str) -> Figure:
    """A number of one month of the marts."""
    return Figure(wording=wording, relation=MONTH, row_key=f"{area_id}|{indicator_code}|total|{month.isoformat()}")


def stage_zh(label_zh: str) -> str:
    """What a stage of an order is called, from the label of its count: "评单数" is 评单."""
    return label_zh.removesuffix("数")


def finding(city_zh: str, area_id: str, row: Row | None, absent: Mapping[str, str]) -> Cited:
    """The first line of 平台与培训: how few of the orders done in a month were rated and how well, then how many there were."""
    if row is None:
        return cited(f"{city_zh}这个月没有智慧平台月报。")
    month = row["month"]
    placed, done = row["order_placed_count"], row["order_completed_count"]
    if placed is None or done is None:
        names = f"（{absent_zh(absent)}）" if absent else ""
        return cited(f"{month_zh(month)}，{city_zh}工单全市数缺{names}，不合计。")
    orders: list[str | Figure] = [
        "点单",
        figure_of(area_id, "order_placed_count", month, f"{compact(placed)}单"),
        "，完成",
        figure_of(area_id, "order_completed_count", month, f"{compact(done)}单"),
    ]
    head = f"{month_zh(month)}，{city_zh}"
    if row["satisfaction_rate"] is None or row["rating_rate"] is None:
        return cited(head, *orders, "。")
    told = "超过一半没有评价：评价率只有" if row["rating_rate"] < SILENT_MAJORITY else "一半以上有评价：评价率"
    return cited(
        f"{head}完成的单{told}",
        figure_of(area_id, "rating_rate", month, percent(row["rating_rate"], thresholds=(SILENT_MAJORITY, 1))),
        "，评过的单里满意率",
        figure_of(area_id, "satisfaction_rate", month, percent(row["satisfaction_rate"])),
        "；",
        *orders,
        "。",
    )


def training_claim(city_zh: str, city: Row | None, month: date) -> str:
    """Person-times against persons and certificates, since January: three numbers that are not one another."""
    if city is None or city["person_times"] is None:
        return f"{city_zh}培训全市数缺，不合计"
    span = f"{month.year}年1月" if month.month == 1 else f"{month.year}年1—{month.month}月"
    people = f"，去重{plain(city['people'])}人" if city["people"] is not None else "，没有去重人数"
    certificates = f"，取证{plain(city['certificates'])}人" if city["certificates"] is not None else ""
    return f"{span}，{city_zh}培训{plain(city['person_times'])}人次{people}{certificates}"


def yoy_zh(row: Row, indicator: Row) -> str:
    """The change of the running total: "累计同比减少49人次"; why not where there is none."""
    if row["person_times_yoy"] is None:
        return "没有上年同期"
    return f"累计同比{SAME_UNITS_ZH if row['is_over_same_units'] else ''}{moved(row['person_times_yoy'], indicator)}"


def pace_zh(row: Row) -> str:
    """How the year runs against last year's rhythm: "为上年全年的78.3%；上年同期为80.8%"; empty without last year."""
    if row["person_times"] is None or not row["last_year_total"]:
        return ""
    done = row["person_times"] / row["last_year_total"]
    text = f"为上年全年的{percent(done)}"
    return f"{text}；上年同期为{percent(row['last_year_share'])}" if row["last_year_share"] is not None else text


def per_person_zh(row: Row) -> str:
    """Person-times for one person: "人均1.09次"; empty where either is missing."""
    if not row["people"] or row["person_times"] is None:
        return ""
    return f"人均{rounded(row['person_times'] / row['people'], 2)}次"


def use_claim(enrolled: float | None, active: float | None, rate: float | None, absent_zh: str = NOT_GIVEN_ZH) -> str:
    """Registered never stands alone: with the active ones, or with why there is no number of them (`not_given_zh`)."""
    if enrolled is None:
        return "入网（登记）数缺"
    head = f"登记{show_value(enrolled, '人')}"
    if active is None or rate is None:
        return f"{head}，{absent_zh}：登记不是使用"
    return f"{head}，当月活跃{show_value(active, '人')}，活跃率{percent(rate)}：登记不是使用"


def known_satisfied_zh(row: Row) -> str:
    """What is known for certain: satisfied orders over all completed ones; the rest did not say."""
    if row["satisfied"] is None or not row["completed"]:
        return ""
    return f"完成单中明确满意的至少{percent_at_least(row['satisfied'] / row['completed'])}"
