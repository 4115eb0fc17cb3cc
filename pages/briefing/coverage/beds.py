"""Beds on 四级网络覆盖: how many for a thousand elders, how many for nursing, and the several targets they are held against."""

from collections.abc import Mapping, Sequence
from typing import Any

from pages.ui.kit.block import block
from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import badge, esc, num, source_line, table
from pages.ui.kit.months import REPORTS_ZH, indicators_of, value_html
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from pages.ui.marks.target_groups import groups
from pages.ui.marks.verdicts import Pace, bullet, targets_table, verdict_card, without_figures
from warehouse.read.month import months
from warehouse.read.target import targets
from warehouse.wording import months as words
from warehouse.wording.grammar.alike import absent_of, among_zh, by_value, level_zh, of_group, together
from warehouse.wording.grammar.bases import base_source_zh, base_zh
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import rank_text

Row = Mapping[str, Any]
BEDS, NURSING = "care_beds_per_1000_aged_60_plus", "nursing_bed_share"
# The targets documents set for beds, whatever they count: all beds, nursing beds, private ones, those of the state.
TARGETS_ON = ("care_bed_count", "nursing_bed_share", "private_bed_share", "government_operated_bed_share")
NO_PACE = Pace(name_zh="", values={})


def show(view: View) -> None:
    """Beds per thousand elders unit by unit where units report, and every target set for beds."""
    per_thousand = view.once(_per_thousand)
    if per_thousand:
        per_thousand.show("beds")
    goals = view.once(_goals)
    if isinstance(goals, Drawing):
        goals.show("bed-targets")
    elif goals:
        block(goals, key="bed-targets")


def _per_thousand(view: View) -> Drawing | None:
    """Beds for a thousand elders in each unit, the city across; None on a release without months."""
    known = view.ask(months.months)
    if not known:
        return None
    code = view.on_base(BEDS)
    indicator = indicators_of(view)[code]
    found = view.ask(
        months.month_of_city, city_area_id=view.city, month=known[-1], indicator_codes=(code, NURSING)
    ).frame.to_dicts()
    of_code = [row for row in found if row["indicator_code"] == code]
    city = next((row for row in of_code if row["area_id"] == view.city), None)
    units = sorted(
        (row for row in of_code if row["area_id"] != view.city),
        key=lambda row: (row["value"] is None, -(row["value"] or 0)),
    )
    if city is None or not units:
        return None
    nursing = {row["area_id"]: row for row in found if row["indicator_code"] == NURSING}
    return Drawing(
        claim_zh=_claim(view, city, units, indicator),
        what_zh=f"每千名60岁及以上老年人的养老床位（张），{month_zh(known[-1])}底，竖线为全市；右侧为护理型床位占机构床位",
        drawn_html=_bars(view, city, units, nursing, indicator),
        twin_html=_table(view, [city, *units], nursing, indicator),
        foot_html=source_line(
            f"{REPORTS_ZH}；{base_source_zh(view.base)}",
            month_zh(known[-1]),
            view.release_id,
            more=base_zh(city, indicator),
        ),
    )


def _claim(view: View, city: Row, units: Sequence[Row], indicator: Row) -> str:
    known = [row for row in units if row["value"] is not None]
    if not known:
        return f"{view.city_name_zh}各单位的每千人床位都还不能算"
    groups = by_value(
        of_group(known, kind="rank_group_code"), lambda row: row["value"], indicator["smallest_difference"]
    )
    most, least = groups[0], groups[-1]
    among = among_zh(known, kind="rank_group_code")
    if len(groups) == 1:
        smallest = indicator["smallest_difference"]
        level = level_zh(most[0]["value"], most[-1]["value"], smallest, words.difference_text(smallest, indicator))
        ends = f"在{_text(most[-1], indicator)}至{_text(most[0], indicator)}之间"
        ends = (
            f"{among or '各单位'}{level}，{ends}"
            if len(most) > 1
            else f"{most[0]['area_zh']}{_text(most[0], indicator)}"
        )
    else:
        ends = (
            f"{among}{together(row['area_zh'] for row in most)}最多，{_text(most[0], indicator)}；"
            f"{together(row['area_zh'] for row in least)}最少，{_text(least[-1], indicator)}"
        )
    ends += absent_of(units, "value", kind="rank_group_code")
    if city["value"] is None:
        return f"{view.city_name_zh}有单位缺报，全市每千人床位不合计；{ends}"
    return f"{view.city_name_zh}每千名老年人有养老床位{_text(city, indicator)}；{ends}"


def _text(row: Row, indicator: Row) -> str:
    return words.value_text(row["value"], indicator, row["status_code"]).replace("/千人", "")


def _bars(view: View, city: Row, units: Sequence[Row], nursing: Mapping[str, Row], indicator: Row) -> str:
    top = max([row["value"] or 0 for row in (*units, city)] + [1e-9]) * 1.04
    share = indicators_of(view)[NURSING]
    goal = None if city["value"] is None else city["value"] / top
    return f'<div class="progs">{"".join(_bar(view, row, top, goal, nursing.get(row["area_id"]), indicator, share, units) for row in units)}</div>'


def _bar(view, row, top, goal, nursing, indicator, share, units) -> str:
    done = None if row["value"] is None else row["value"] / top
    drawn = bullet(done, goal=goal if goal is not None else 1.0, top=1.0)
    zone = f" {badge('功能区')}" if row["rank_group_code"] == "functional_zone" else ""
    group = [one for one in units if one["rank_group_code"] == row["rank_group_code"]]
    place = (
        rank_text(row["rank"], row["ranked_count"] or 0, words.unranked_zh(group), tied_count=row["tied_count"] or 1)
        if row["value"] is not None
        else "不参排"
    )
    beside = f"护理型{value_html(nursing, share)}" if nursing else ""
    return (
        f'<div class="prog"><div class="name">{esc(row["area_zh"])}{zone}</div>{drawn}'
        f'<div class="val">{value_html(row, indicator, with_unit=False)}</div>'
        f'<div class="says"><div class="note">每千人床位{esc(place)}</div>{beside}</div></div>'
    )


def _table(view: View, rows: Sequence[Row], nursing: Mapping[str, Row], indicator: Row) -> str:
    share = indicators_of(view)[NURSING]
    body = [
        [
            esc(row["area_zh"]),
            value_html(row, indicator),
            num(base_zh(row, indicator) or "—", _base_ref(row, indicator), wrap=True),
            value_html(nursing[row["area_id"]], share) if row["area_id"] in nursing else "缺",
        ]
        for row in rows
    ]
    return table(["单位", "每千人床位", "底数", "护理型占比"], body, caption=indicator["label_zh"])


def _base_ref(row: Row, indicator: Row) -> str | None:
    if not row["denominator_as_of_on"]:
        return None
    return ref(
        "core.fct_base", f"{row['area_id']}|{indicator['denominator']}|{row['denominator_as_of_on'].isoformat()}"
    )


def _goals(view: View) -> Drawing | str | None:
    """The targets set for beds: verdicts where a figure is known, a list of what was promised where none is."""
    asked = {"area_id": view.city, "today": view.today}
    found = view.ask(targets.lines, **asked).frame.to_dicts()
    wanted = [row for row in found if row["indicator_code"] in TARGETS_ON and row["level_code"] != "unit"]
    if not wanted:
        return None
    known = [group for group in groups(wanted) if any(row["actual"] is not None for row in group)]
    silent = [row for row in wanted if not any(row in group for group in known)]
    head = f"{view.city_name_zh}的文件为床位定了{len({row['target_id'] for row in wanted})}个目标"
    titles = "；".join(dict.fromkeys(f"《{row['source_title_zh']}》" for row in wanted))
    if not known:
        return (
            f'<div class="fig"><h2>{esc(head)}，实际床位数一个也没有公布</h2>'
            '<div class="what">目标值与期限；公布或报送实际数后才能判断</div></div>'
            + without_figures(silent)
            + source_line(titles, "文件所印期限", view.release_id)
        )
    rest = f'<div class="note">另有{len(silent)}个没有实际数</div>{without_figures(silent)}' if silent else ""
    wholes = [row for row in view.ask(targets.wholes, **asked).frame.to_dicts() if row["indicator_code"] in TARGETS_ON]
    met = sum(row["outlook_code"] == "met" for row in wholes)
    judged = sum(row["outlook_code"] in ("met", "missed") for row in wholes)
    newest = max(row["as_of_on"] for group in known for row in group if row["as_of_on"])
    return Drawing(
        claim_zh=f"{head}，{judged}个有数可判，其中{met}个已完成",
        what_zh="一个数对几个目标，各判各的；横条为实际，竖线为目标",
        drawn_html="".join(verdict_card(group, NO_PACE) for group in known) + rest,
        twin_html=targets_table(wanted, NO_PACE),
        foot_html=source_line(f"{REPORTS_ZH}；{titles}", f"{newest.year}年{newest.month}月", view.release_id),
    )
