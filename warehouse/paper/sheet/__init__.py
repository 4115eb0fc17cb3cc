"""One unit on one sheet of paper: front its position and trend, back the plan and its townships.

Positions of marks are computed here from the same rows the pages draw (`overview.matrix`, `profile.standing`,
`profile.histories`), so that a test can hold both together; the template only places them.
"""

from collections.abc import Sequence
from datetime import date

from warehouse.catalog.sheet import sheet_indicators
from warehouse.errors import PaperError
from warehouse.month import add_months
from warehouse.paper.facts import Facts, Row, gather, names_of
from warehouse.paper.sheet import back, front
from warehouse.paper.sheet.model import Line, SheetFacts, UnitSheet
from warehouse.read import Release
from warehouse.read.place import profile
from warehouse.read.target import targets
from warehouse.wording.grammar.alike import ZONE
from warehouse.wording.months import MONTH, key_of

MONTHS_DRAWN = 13
GROUPS_ZH = {"administrative": "县（区）", ZONE: "功能区"}


def sheet_facts(release: Release, *, city_area_id: str, month: date | None) -> SheetFacts:
    """The facts of a city's sheets. Raises PaperError as `gather` does."""
    key = gather(release, city_area_id=city_area_id, month=month)
    codes = tuple(code for code in sheet_indicators() if code in key.indicators)
    facts = gather(release, city_area_id=city_area_id, month=key.month, codes=codes)
    drawn = tuple(add_months(facts.month, -back) for back in range(MONTHS_DRAWN - 1, -1, -1))
    rows = _goals(release, city_area_id, city_area_id, facts)
    return SheetFacts(
        facts=facts,
        key=key,
        months=drawn,
        city_months=_months(release, city_area_id, drawn, codes),
        targets=rows,
    )


def _goals(release: Release, city_area_id: str, area_id: str, facts: Facts) -> dict[str, Row]:
    """The city's targets on rates as they were judged for the city or one of its units, by indicator."""
    scope = {"city_area_id": city_area_id, "area_id": area_id, "month": facts.month, "indicator_codes": facts.codes}
    return {row["indicator_code"]: row for row in targets.of_rates(release, **scope).frame.to_dicts()}


def _months(
    release: Release, area_id: str, drawn: Sequence[date], codes: tuple[str, ...]
) -> dict[str, tuple[float | None, ...]]:
    scope = {"unit_area_id": area_id, "first_month": drawn[0], "last_month": drawn[-1], "indicator_codes": codes}
    found = {
        (row["indicator_code"], row["month"]): row["value"]
        for row in profile.histories(release, **scope).frame.to_dicts()
    }
    return {code: tuple(found.get((code, month)) for month in drawn) for code in codes}


def unit_sheet(release: Release, shared: SheetFacts, area_id: str) -> UnitSheet:
    """The sheet of one unit.

    Raises:
        PaperError: the city has no such unit.
    """
    facts = shared.facts
    unit = next((unit for unit in facts.units if unit["area_id"] == area_id), None)
    if unit is None:
        raise PaperError(f"{facts.city['name_zh']}没有单位“{area_id}”。可选：{names_of(facts.units)}")
    own_months = _months(release, area_id, shared.months, facts.codes)
    lines = tuple(front.line_of(shared, unit, code, own_months[code]) for code in facts.codes)
    townships, claim, note = back.townships_of(release, facts, unit)
    plan = tuple(back.plan_rows(shared, _goals(release, facts.city["area_id"], area_id, facts)))
    judged = [line.tone for line in lines if line.tone]
    return UnitSheet(
        unit_zh=unit["name_zh"],
        group_zh=GROUPS_ZH.get(unit["kind_code"], ""),
        month=facts.month,
        facts_zh=front.known(release, shared, unit),
        heads=front.heads(facts, unit, lines),
        claim_zh=(
            f"{len(lines)}项指标：{judged.count('good')}项领先，{judged.count('watch')}项落后，{judged.count('flat')}项相当"
            + (f"，{len(lines) - len(judged)}项不判断" if len(judged) < len(lines) else "")
        ),
        lines=lines,
        legend_zh=f"有任务的与序时进度比，其余与全市比；{facts.rule_zh}。位次只在{GROUPS_ZH.get(unit['kind_code'], '本组')}内排。",
        matters=tuple(front.matters(shared.key, area_id)),
        plan=plan,
        plan_note_zh="目标是全市的，本单位值仅供对照；结论是对全市的，按期限时的值判定。"
        if plan
        else "本市没有可对照的规划比率目标。",
        township_claim_zh=claim,
        townships=townships,
        township_note_zh=note,
        tiles=tuple(
            (
                one["tile_row"],
                one["tile_col"],
                "own" if one["area_id"] == area_id else one["kind_code"],
                one["short_name_zh"],
            )
            for one in facts.units
            if one["tile_row"] is not None and one["tile_col"] is not None
        ),
        stamp=facts.stamp(),
    )


def sheet_key(line: Line, unit_area_id: str, month: date) -> str:
    """The receipt of a line's value, by which a test and the list of receipts find it."""
    return f"{MONTH}:{key_of({'area_id': unit_area_id, 'indicator_code': line.indicator_code, 'breakdown_code': 'total', 'month': month})}"
