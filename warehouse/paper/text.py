"""The text of the month: for a city (总体情况, 指标完成, 存在问题, 下一步) and for one unit, as bureaus write it."""

from collections.abc import Sequence

from warehouse.errors import PaperError
from warehouse.paper import tables
from warehouse.paper.facts import Facts, Row, names_of
from warehouse.paper.model import Briefing, Paragraph, Section
from warehouse.wording import bulletin as words
from warehouse.wording import bulletin_order
from warehouse.wording import targets as target_words
from warehouse.wording.grammar.alike import ZONE
from warehouse.wording.grammar.cited import Cited, cited
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.profile_months import finding as unit_finding

OVERALL, FIGURES, PROBLEMS, NEXT = "overall", "figures", "problems", "next"
SECTIONS_ZH = {OVERALL: "总体情况", FIGURES: "主要指标完成情况", PROBLEMS: "存在问题", NEXT: "下一步工作"}


def city_briefing(facts: Facts, *, sections: Sequence[str] = ()) -> Briefing:
    """The month's text of a city. `sections` chooses and keeps the usual order; all of them when empty."""
    made = {
        OVERALL: _city_overall(facts),
        FIGURES: _city_figures(facts),
        PROBLEMS: _city_problems(facts),
        NEXT: _city_next(facts),
    }
    return _briefing(facts, facts.city["area_id"], "city", "全市", made, tuple(tables.ranking(facts)), sections)


def unit_briefing(facts: Facts, area_id: str, *, sections: Sequence[str] = ()) -> Briefing:
    """The month's text of one unit of the city.

    Raises:
        PaperError: the city has no such unit.
    """
    unit = next((unit for unit in facts.units if unit["area_id"] == area_id), None)
    if unit is None:
        raise PaperError(f"{facts.city['name_zh']}没有单位“{area_id}”。可选：{names_of(facts.units)}")
    made = {
        OVERALL: _unit_overall(facts, unit),
        FIGURES: _unit_figures(facts, unit),
        PROBLEMS: _unit_problems(facts, unit),
        NEXT: _unit_next(facts, unit),
    }
    table = (tables.of_unit(facts, area_id),)
    return _briefing(facts, area_id, "unit", unit["short_name_zh"], made, table, sections)


def headline(facts: Facts, area_id: str | None = None) -> Cited:
    """The first line over a text: the task of the place, or its other key figures; every number opens its receipt."""
    own = facts.of(area_id or facts.city["area_id"])
    for cell in own:
        if cell["against_code"] == "pace":
            return words.task(cell, facts.indicators[cell["indicator_code"]])
    said = words.levels(own, facts.indicators)
    if said:
        return said[0]
    for cell in own:
        if cell["level_code"] == "city" and cell["reported_count"]:
            # Some units gave it: then it is not said that nothing came.
            code = cell["indicator_code"]
            return words.unknown(cell, facts.indicators[code], facts.absent(code))
    return cited(f"{words.whole_zh(own[0])}这个月没有可采用的数。" if own else "这个月没有可采用的数。")


def wanted_sections(names: Sequence[str]) -> tuple[str, ...]:
    """Codes of the sections asked for, by code or Chinese title, in the usual order; all when nothing is asked.

    Raises:
        PaperError: no such section.
    """
    by_name = {code: code for code in SECTIONS_ZH} | {title: code for code, title in SECTIONS_ZH.items()}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise PaperError(f"没有“{unknown[0]}”这一节。可选：{'、'.join(SECTIONS_ZH.values())}")
    asked = {by_name[name] for name in names}
    return tuple(code for code in SECTIONS_ZH if code in asked or not asked)


def _briefing(
    facts: Facts,
    area_id: str,
    kind_code: str,
    area_zh: str,
    made: dict[str, list[tuple[str, list[Cited]]]],
    shown: tuple,
    sections: Sequence[str],
) -> Briefing:
    kept = []
    for code in wanted_sections(sections):
        paragraphs = tuple(
            Paragraph(key=f"{code}-{place}", lead_zh=lead, sentences=tuple(said))
            for place, (lead, said) in enumerate(made[code], start=1)
        )
        title = f"{words.ordinal_zh(len(kept) + 1)}、{SECTIONS_ZH[code]}"
        kept.append(Section(code=code, title_zh=title, paragraphs=paragraphs, tables=shown if code == FIGURES else ()))
    name = facts.city["name_zh"] if kind_code == "city" else area_zh
    return Briefing(
        kind_code=kind_code,
        area_id=area_id,
        area_zh=name,
        month=facts.month,
        title_zh=f"关于{month_zh(facts.month)}{area_zh}养老服务重点工作进展情况的通报",
        addressee_zh=f"{_addressees(facts)}：" if kind_code == "city" else f"{area_zh}：",
        sections=tuple(kept),
        stamp=facts.stamp(),
        definitions=facts.definitions(),
        sources_zh=tuple(_sources(facts)),
        names_zh=facts.names_zh(),
        made_of_zh=tables.made_of_rates(facts),
    )


def _addressees(facts: Facts) -> str:
    counties = "各县（区）" if any(unit["kind_code"] != ZONE for unit in facts.units) else ""
    zones = [unit["short_name_zh"] for unit in facts.units if unit["kind_code"] == ZONE]
    return "，".join(part for part in (counties, "、".join(zones)) if part)


def _sources(facts: Facts) -> list[str]:
    documents = dict.fromkeys(
        row["source_title_zh"] for row in facts.standings if row["source_title_zh"] and row["actual"] is not None
    )
    return [
        f"各单位{month_zh(facts.month)}月报",
        *documents,
        "第七次全国人口普查（2020年）",
        "统计用区划代码（2021年）",
    ]


def _lead(place: int, title: str) -> str:
    return f"（{words.ordinal_zh(place)}）{title}。"


def _told(found: Sequence[tuple[str, Cited | None]]) -> list[tuple[str, list[Cited]]]:
    """The items that have something to say, numbered."""
    kept = [(title, said) for title, said in found if said is not None]
    return [(_lead(place, title), [said]) for place, (title, said) in enumerate(kept, start=1)]


def _asked(found: Sequence[Cited | None]) -> list[tuple[str, list[Cited]]]:
    kept = [said for said in found if said is not None]
    return [(f"（{words.ordinal_zh(place)}）", [said]) for place, said in enumerate(kept, start=1)]


# ── the city ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _city_overall(facts: Facts) -> list[tuple[str, list[Cited]]]:
    city = facts.of(facts.city["area_id"])
    tasks = set(facts.task_codes)
    said = [words.reports(facts.reports, facts.month, facts.forms_zh)]
    for cell in city:
        if cell["indicator_code"] in tasks or (cell["value"] is None and cell["month"] is not None):
            indicator = facts.indicators[cell["indicator_code"]]
            said.append(words.task(cell, indicator, facts.absent(cell["indicator_code"])))
    said += words.levels([cell for cell in city if cell["indicator_code"] not in tasks], facts.indicators)
    said.append(target_words.finding("全市", facts.wholes, facts.standings, facts.month))
    return [("", [*said, *_turns(facts, [facts.city["area_id"]])])]


def _turns(facts: Facts, area_ids: Sequence[str]) -> list[Cited]:
    """What newly leaves its course there and is no problem."""
    found = words.signals(facts.signals_of(area_ids, is_worse=False), facts.indicators)
    return [cited("走势新变化：", found)] if found else []


def _worsened(facts: Facts, area_ids: Sequence[str]) -> tuple[str, Cited | None]:
    """What newly leaves its course there for the worse, with its title."""
    return "走势变差", words.signals(facts.signals_of(area_ids, is_worse=True), facts.indicators)


def _city_figures(facts: Facts) -> list[tuple[str, list[Cited]]]:
    found: list[tuple[str, Cited | None]] = []
    for code in facts.task_codes:
        found.append(
            (words.noun_zh(facts.indicators[code]), bulletin_order.task_order(facts.by(code), facts.indicators))
        )
    rates = [row for row in facts.ranked_rows() if row["indicator_code"] in facts.rate_codes]
    found.append(("各项比率", bulletin_order.rate_order(rates, facts.indicators)))
    return _told(found)


def _city_problems(facts: Facts) -> list[tuple[str, list[Cited]]]:
    found: list[tuple[str, Cited | None]] = []
    for code in facts.task_codes:
        label = words.noun_zh(facts.indicators[code])
        found.append((f"{label}滞后", words.behind_task(facts.by(code), facts.indicators, facts.speeds)))
    found.append(("服务网络有空白", words.clauses([words.blanks(rows) for rows in _by_network(facts.blanks)])))
    behind = [words.behind_city(code, facts.by(code), facts.indicators) for code in facts.rate_codes]
    found.append(("低于全市水平", words.clauses(behind)))
    found.append(_worsened(facts, [facts.city["area_id"], *(unit["area_id"] for unit in facts.units)]))
    if facts.issues:
        found.append(("数据待说明", cited(*(words.issue(row) for row in facts.issues))))
    units = [cell for cell in facts.cells if cell["level_code"] == "unit"]
    return _told(found) or [("", [words.nothing_behind(units)])]


def _by_network(rows: Sequence[Row]) -> list[list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["network_code"], []).append(row)
    return list(groups.values())


def _city_next(facts: Facts) -> list[tuple[str, list[Cited]]]:
    asked = [words.ask_for_task(facts.by(code), facts.indicators, facts.speeds) for code in facts.task_codes]
    asked += [words.ask_for_blanks(rows) for rows in _by_network(facts.blanks)[:2]]
    asked.append(words.ask_for_words(facts.issues) if facts.issues else None)
    return _asked(asked) or [("", [cited("请各单位按期报送下月月报。")])]


# ── one unit ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _unit_overall(facts: Facts, unit: Row) -> list[tuple[str, list[Cited]]]:
    own = facts.of(unit["area_id"])
    tasks = set(facts.task_codes)
    said = [
        words.reports([row for row in facts.reports if row["area_id"] == unit["area_id"]], facts.month, facts.forms_zh)
    ]
    for cell in own:
        if cell["indicator_code"] in tasks:
            said.append(words.task(cell, facts.indicators[cell["indicator_code"]]))
    said += words.levels([cell for cell in own if cell["indicator_code"] not in tasks], facts.indicators)
    return [("", [*said, *_turns(facts, [unit["area_id"]])])]


def _unit_figures(facts: Facts, unit: Row) -> list[tuple[str, list[Cited]]]:
    ranked = facts.ranked_rows()
    is_zone = {each["area_id"]: each["kind_code"] == ZONE for each in facts.units}
    rows = [
        # With the others of its rank group, by whose values a last place is judged, those nothing is known of, and what one more
        # would change.
        {
            **row,
            "one_more": _one_more(row, facts.indicators[row["indicator_code"]]),
            "direction": -1 if facts.indicators[row["indicator_code"]]["polarity_code"] == "lower_is_better" else 1,
            "peers": [
                other
                for other in ranked
                if other["indicator_code"] == row["indicator_code"]
                and is_zone.get(other["area_id"]) == is_zone[unit["area_id"]]
                and other["rank"] is not None
            ],
            "excluded": [
                {"status_code": cell["status_code"]}
                for cell in facts.by(row["indicator_code"])
                if cell["kind_code"] == unit["kind_code"] and cell["area_zh"] in facts.absent(row["indicator_code"])
            ],
        }
        for row in ranked
        if row["area_id"] == unit["area_id"]
    ]
    gaps = [
        {**row, "share": row["blank"] / row["city_blank"]} for row in facts.blanks if row["area_id"] == unit["area_id"]
    ]
    gaps.sort(key=lambda row: -row["share"])
    return [("", [unit_finding(unit["short_name_zh"], unit["kind_code"], rows, facts.indicators, gaps)])]


def _one_more(row: Row, indicator: Row) -> float:
    """By how much one more of what is counted changes a ratio; 0 where there is nothing to divide by."""
    return float(indicator["scale"] or 1) / float(row["denominator"]) if row["denominator"] else 0.0


def _unit_problems(facts: Facts, unit: Row) -> list[tuple[str, list[Cited]]]:
    own, indicators = facts.of(unit["area_id"]), facts.indicators
    found: list[tuple[str, Cited | None]] = [
        (
            f"{words.noun_zh(indicators[cell['indicator_code']])}滞后",
            words.behind_task([cell], indicators, facts.speeds),
        )
        for cell in own
        if cell["against_code"] == "pace"
    ]
    behind = [words.behind_city(cell["indicator_code"], [cell], indicators) for cell in own]
    found.append(("低于全市水平", words.clauses(behind)))
    blank = [row for row in facts.blanks if row["area_id"] == unit["area_id"]]
    found.append(("服务网络有空白", words.own_blanks(blank) if blank else None))
    found.append(_worsened(facts, [unit["area_id"]]))
    issues = [row for row in facts.issues if row["area_id"] == unit["area_id"]]
    if issues:
        found.append(("数据待说明", cited(*(words.issue(row) for row in issues))))
    return _told(found) or [("", [words.nothing_behind(own)])]


def _unit_next(facts: Facts, unit: Row) -> list[tuple[str, list[Cited]]]:
    own = facts.of(unit["area_id"])
    tasks = [cell for cell in own if cell["against_code"] == "pace"]
    blanks = [row for row in facts.blanks if row["area_id"] == unit["area_id"]]
    issues = [row for row in facts.issues if row["area_id"] == unit["area_id"]]
    asked = [words.ask_for_task(tasks, facts.indicators, facts.speeds)]
    asked += [words.ask_for_blanks(rows) for rows in _by_network(blanks)[:2]]
    asked.append(words.ask_for_words(issues) if issues else None)
    return _asked(asked) or [("", [cited("请按期报送下月月报。")])]
