"""The back of the sheet: the plan, and the townships."""

from collections.abc import Mapping, Sequence

from warehouse.paper.facts import Facts, Row
from warehouse.paper.sheet.model import PlanRow, SheetFacts, Township
from warehouse.read import Release
from warehouse.read.month import bulletin
from warehouse.read.place import areas
from warehouse.wording.grammar.numbers import mark, percent, plain
from warehouse.wording.months import value_text
from warehouse.wording.targets import deadline_zh, outlook_word
from warehouse.wording.targets import tone as tone_of

# The band of the plan's drawing: from 80 to 120 percent of each target.
PLAN_LOW, PLAN_HIGH = 0.8, 1.2
TOWNSHIP_AMOUNT = "allowance_recipient_count"
DOTS = ("village_home",)
BOXES = ("regional_centre", "township_home")


def plan_rows(shared: SheetFacts, held: Mapping[str, Row]) -> list[PlanRow]:
    """The planned rates: unit and city at the figure that judged, and the verdict on the city."""
    made = []
    facts = shared.facts
    for code, target in shared.targets.items():
        indicator = facts.indicators[code]
        if indicator["kind_code"] != "ratio" or not target["target_value"]:
            continue
        unit = held.get(code, {})
        own = unit.get("actual")
        made.append(
            PlanRow(
                name_zh=indicator["label_zh"],
                binding_zh=target["binding_label_zh"],
                target_text=f"{target['text_zh']}（{deadline_zh(target)}）",
                own_text=value_text(own, indicator, unit.get("status_code") or "missing"),
                city_text=value_text(target["actual"], indicator, target["status_code"]),
                own_part=_part(own, target["target_value"]),
                city_part=_part(target["actual"], target["target_value"]),
                outcome_zh=outlook_word(target),
                tone=tone_of(target),
            )
        )
    return made


def _part(value: float | None, target: float) -> float | None:
    """Where a value lies in the band around its target, 0 to 1; held at the edge beyond it."""
    if value is None:
        return None
    return min(max((value / target - PLAN_LOW) / (PLAN_HIGH - PLAN_LOW), 0.0), 1.0)


def townships_of(release: Release, facts: Facts, unit: Row) -> tuple[tuple[Township, ...], str, str]:
    scope = {"unit_area_id": unit["area_id"], "month": facts.month}
    rows = bulletin.township_blanks(release, **scope).frame.to_dicts()
    amounts = bulletin.township_amounts(release, indicator_code=TOWNSHIP_AMOUNT, **scope).frame.to_dicts()
    by_area = {row["area_id"]: row for row in amounts}
    names = {row["area_id"]: row["area_zh"] for row in rows}
    if not names:
        places = areas.townships(release, unit_area_id=unit["area_id"]).frame.to_dicts()
        names = {row["area_id"]: row["short_name_zh"] for row in places}
    if not names:
        return (), "没有登记乡镇", f"{unit['short_name_zh']}在统计用区划代码里没有单列的乡镇。"
    told = {(row["area_id"], row["network_code"]): row for row in rows}
    order = sorted(names, key=lambda area_id: -((told.get((area_id, DOTS[0])) or {}).get("blank") or 0))
    made = tuple(_township(area_id, names[area_id], told, by_area.get(area_id)) for area_id in order)
    if not rows:
        return made, f"{len(names)}个乡镇（街道）", "本月报表没有分乡镇的设施数；高龄津贴为当月在享人数。"
    return (
        made,
        village_claim(len(names), [row for row in rows if row["network_code"] == DOTS[0]]),
        "条长＝行政村数（2021年），实＝已建，斜线＝空白；■有，□空白，—不适用，缺＝未报，*＝人数少保密。高龄津贴为当月在享人数。",
    )


def village_claim(count: int, rows: Sequence[Row]) -> str:
    """How many villages of `count` townships have no home, at least, and of how many townships nobody can tell.

    Args:
        rows: blank and status_code of the townships that have villages to count.
    """
    known = [row["blank"] for row in rows if row["blank"] is not None]
    silent = sum(1 for row in rows if row["blank"] is None and row["status_code"] != "not_applicable")
    if sum(known):
        said = f"至少{plain(sum(known))}个村没有幸福院，分布在{sum(1 for blank in known if blank)}个乡镇"
    elif known:
        # Two homes may stand in one village: that there are as many as villages is all that is known.
        said = f"{'有数的' if silent else ''}{len(known)}个乡镇的幸福院都不少于村数"
    else:
        said = "幸福院没有分乡镇的数" if silent else "没有行政村，幸福院不适用"
    return f"{count}个乡镇（街道）：{said}" + (f"，{silent}个乡镇没有数" if silent and known else "")


def _township(area_id: str, name: str, told: Mapping[tuple[str, str], Row], amount: Row | None) -> Township:
    village = told.get((area_id, DOTS[0]))
    built = village["built"] if village else None
    base = village["base"] if village else None
    return Township(
        name_zh=name,
        built=built,
        base=base,
        bar_text=plain(built) if built is not None else mark(village["status_code"] if village else "missing"),
        rate_text=percent(village["rate"]) if village and village["rate"] is not None else mark("not_applicable"),
        boxes=tuple(_box(told.get((area_id, code))) for code in BOXES),
        amount_text=(plain(amount["value"]) if amount["value"] is not None else mark(amount["status_code"]))
        if amount
        else mark("missing"),
    )


def _box(row: Row | None) -> str:
    """`built`, `blank`, or the mark that stands where neither is known."""
    if row is None:
        return mark("missing")
    if row["built"] is None or row["base"] is None:
        return mark(row["status_code"]) if row["status_code"] != "reported" else mark("not_applicable")
    return "blank" if row["blank"] else "built"
