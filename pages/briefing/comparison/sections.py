"""The sections of a comparison: services and population as dot plots, refusals as a short list, the rest folded."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pages.briefing.comparison.dot_plot import BINS, Country, Dot, DotRow, axis, dot_rows
from pages.briefing.comparison.items import Compared, value_ref, value_text
from pages.ui.kit.html import badge, esc, num, table
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from pages.ui.marks.box_plot import SIGNS
from warehouse.read.place import ageing
from warehouse.read.receipt import derived
from warehouse.wording.grammar.dates import as_of_zh
from warehouse.wording.grammar.numbers import percent, plain, points
from warehouse.wording.grammar.sentences import against

NO_COUNTRY_ZH = "没有全国同口径的数，不画灰点"

Names = Mapping[str, str]


def areas_line(places: Sequence[Mapping[str, Any]]) -> str:
    """The areas with the shape and colour each has in every section, and where it lies."""
    names = "".join(
        f'<span class="area-name area-{position}"><i aria-hidden="true">{SIGNS[position]}</i>{esc(place["name_zh"])}'
        f"<small>{esc(place['path_zh'].removesuffix(place['name_zh']))}</small></span>"
        for position, place in enumerate(places)
    )
    return f'<div class="areas-line">{names}</div>'


def services(items: Sequence[Compared], names: Names) -> str:
    """The service figures that may stand on one axis; nothing where there are none."""
    rows = _service_rows(items, names)
    days = {row.when_zh for row in rows}
    if len(days) == 1 and (day := days.pop()):
        # One day for all is said once, over them.
        rows = [replace(row, when_zh="") for row in rows]
        return _section("养老服务", len(rows), f"{day}；{NO_COUNTRY_ZH}", dot_rows(rows))
    return _section("养老服务", len(rows), NO_COUNTRY_ZH, dot_rows(rows)) if rows else ""


def _service_rows(items: Sequence[Compared], names: Names) -> list[DotRow]:
    drawn = [item for item in items if item.is_drawn]
    return [_row(item, names, None, {}, "") for item in drawn]


def told(items: Sequence[Compared], names: Names, view: View, level_code: str, level_zh: str) -> dict[str, str]:
    """What stands in words beside each drawn item, as HTML, for the table of the same numbers."""
    rows = [*_service_rows(items, names), *_population_rows(items, names, view, level_code, level_zh)]
    return {
        row.name_zh: "；".join(
            part
            for part in (row.said_html, *row.notes_html, *row.more_html, esc(row.when_zh), *map(esc, row.cautions))
            if part
        )
        for row in rows
    }


def _population_rows(
    items: Sequence[Compared], names: Names, view: View, level_code: str, level_zh: str
) -> list[DotRow]:
    spreads = {row["measure"]: row for row in view.rows(ageing.spread, level_code=level_code)}
    ranks = {
        (row["area_id"], row["measure"]): row
        for row in view.rows(ageing.standing, area_ids=tuple(names), level_code=level_code)
    }
    rows = []
    for item in items:
        spread = spreads.get(item.item_code)
        if spread is not None and item.is_comparable and item.basis_code == "context":
            country = _country(view, item, spread, level_code, names)
            placed = {area_id: ranks.get((area_id, item.item_code)) for area_id in names}
            rows.append(_row(item, names, country, placed, level_zh))
    return rows


def population(items: Sequence[Compared], names: Names, view: View, level_code: str, level_zh: str) -> str:
    """The census shares, each before the country's distribution, with the ranks of the areas in it."""
    rows = _population_rows(items, names, view, level_code, level_zh)
    if not rows:
        return ""
    count = rows[0].country.count
    note = f"灰柱是全国{count}个{level_zh}，深色是居中的一半，竖线是中位数；位次由高到低，不分好坏"
    return _section("人口", len(rows), note, dot_rows(rows))


def refused(items: Sequence[Compared], names: Names) -> str:
    """What the gate refuses: both values, the reason in a box, one sentence; no ratio, no rank, no axis."""
    cells = [_refusal(item, names) for item in items if not item.is_comparable]
    if not cells:
        return ""
    return _section(
        "不作比较",
        len(cells),
        "只列各自公布的数，不算差、不排名、不同轴",
        f'<div class="refusals">{"".join(cells)}</div>',
    )


def background(items: Sequence[Compared], names: Names) -> str:
    """Counts of places of unequal size, folded: listed, not drawn."""
    kept = [
        item for item in items if item.is_comparable and not item.is_drawn and item.item_code not in ageing.MEASURES
    ]
    if not kept:
        return ""
    body = [
        [
            esc(item.item_zh),
            *(num(value_text(item, item.sides[area]), value_ref(item, item.sides[area])) for area in names),
        ]
        for item in kept
    ]
    listed = table(["项目", *names.values()], body, caption="背景与个数")
    return (
        f'<details class="more-rows"><summary><b>背景与个数</b> {len(kept)}项 '
        f'<span class="soft">各地大小不同，只列不比</span></summary>{listed}</details>'
    )


def _section(title_zh: str, count: int, note_zh: str, html: str) -> str:
    return (
        f'<section class="compare-part"><h3>{esc(title_zh)} {count}项<small>{esc(note_zh)}</small></h3>{html}</section>'
    )


def _row(
    item: Compared,
    names: Names,
    country: Country | None,
    placed: Mapping[str, Mapping[str, Any] | None],
    level_zh: str,
) -> DotRow:
    dots = [
        Dot(
            position=position,
            name_zh=name,
            value=float(side["value"]),
            text=value_text(item, side),
            receipt=value_ref(item, side),
        )
        for position, (area, name) in enumerate(names.items())
        if (side := item.sides[area])["value"] is not None
    ]
    is_share = item.unit_zh == "%"
    top, ticks = _axis(item, max(dot.value for dot in dots), country, is_share=is_share)
    made, day = _made_of(item, names)
    return DotRow(
        name_zh=item.item_zh,
        notes_html=[f"中位数{num(percent(country.median), _opens(item, next(iter(names)), derived.MEDIAN))}"]
        if country
        else [],
        dots=dots,
        top=top,
        ticks=ticks,
        said_html="" if item.badges else _difference(item, names, is_share=is_share),
        more_html=[_ranks(item, placed, names, level_zh, country)] if country else [esc(one) for one in made],
        when_zh="" if country else day,
        cautions=() if country else _clauses(item),
        badge_zh=item.badges[0] if item.badges else "",
        country=country,
    )


def _axis(item: Compared, highest: float, country: Country | None, *, is_share: bool):
    if country is not None:
        # Its end was chosen with its steps, so that no place of the country lies beyond it.
        highest = max(highest, country.steps_top)

    def text(value: float, *, is_last: bool) -> str:
        if is_share:
            return percent(value, decimals=0) if is_last else plain(value * 100)
        return f"{plain(value)}{item.unit_zh.partition('/')[0]}" if is_last else plain(value)

    whole = 1.0 if is_share and (country is None or highest > 0.5) else None
    return axis(highest, text, whole=whole)


def _country(view: View, item: Compared, spread: Mapping[str, Any], level_code: str, names: Names) -> Country:
    top, _ = axis(spread["high"], lambda value, *, is_last: "", whole=1.0 if spread["high"] > 0.5 else None)
    steps = view.rows(ageing.histogram, measure=item.item_code, width=top / BINS, level_code=level_code)
    return Country(
        # A share of exactly the axis's end belongs to the last step.
        steps=_joined((min(round(row["low"] / (top / BINS)), BINS - 1), row["area_count"]) for row in steps),
        steps_top=top,
        quarter=spread["quarter"],
        median=spread["median"],
        three_quarters=spread["three_quarters"],
        count=spread["area_count"],
    )


def _joined(pairs) -> dict[int, int]:
    found: dict[int, int] = {}
    for step, count in pairs:
        found[step] = found.get(step, 0) + count
    return found


def _made_of(item: Compared, names: Names) -> tuple[list[str], str]:
    """What each value was made of, with its day where the days differ; and the day they share, else nothing."""
    sides = {name: side for area, name in names.items() if (side := item.sides[area])["value"] is not None}
    days = {name: as_of_zh(side["as_of"], side["precision"] or "day") for name, side in sides.items()}
    if len(set(days.values())) > 1:
        made = {name: " · ".join(part for part in (side["note"], days[name]) if part) for name, side in sides.items()}
        return [f"{name}：{told}" for name, told in made.items()], ""
    return [f"{name}：{side['note']}" for name, side in sides.items() if side["note"]], next(iter(days.values()), "")


def _clauses(item: Compared) -> list[str]:
    """What to bear in mind, clause by clause: several items share some of them."""
    return list(dict.fromkeys(clause for told in item.cautions for clause in told.strip("。").split("；")))


def _difference(item: Compared, names: Names, *, is_share: bool) -> str:
    """By how much the higher of two lies above; nothing for more than two or where one has no value."""
    known = [(names[area], side) for area, side in item.sides.items() if side["value"] is not None]
    if len(names) != 2 or len(known) != 2:
        return ""
    (high_zh, high), (_, low) = sorted(known, key=lambda one: -one[1]["value"])
    if value_text(item, high) == value_text(item, low):
        return "两地相同"
    told = against(high, low, item.smallest_difference)
    if told is not None:
        return told
    gap = high["value"] - low["value"]
    apart = points(gap) if is_share else f"{plain(gap, 1)}{item.unit_zh}"
    return f"{esc(high_zh)}高{num(apart, ref(derived.PAIR, item.pair_key, derived.DIFFERENCE))}"


def _opens(item: Compared, area_id: str, column: str) -> str | None:
    """The receipt of what an item says of one area among all of its level."""
    return ref(derived.PROFILE, area_id, f"{column}{item.item_code}")


def _ranks(
    item: Compared, placed: Mapping[str, Mapping[str, Any] | None], names: Names, level_zh: str, country: Country | None
) -> str:
    found = [(area, row) for area, row in placed.items() if row is not None]
    if not found or country is None:
        return ""
    ordered = sorted(found, key=lambda one: one[1]["rank"])
    return f"{country.count}个{esc(level_zh)}中" + "，".join(
        esc(names[area]) + num(f"第{row['rank']}", _opens(item, area, derived.PLACE)) for area, row in ordered
    )


def _refusal(item: Compared, names: Names) -> str:
    values = "".join(
        f'<span class="area-{position}"><i aria-hidden="true">{SIGNS[position]}</i>{esc(name)} '
        f"{num(value_text(item, side), value_ref(item, side))} <small>{esc(_when(side))}</small></span>"
        for position, (area, name) in enumerate(names.items())
        if (side := item.sides[area]) is not None
    )
    reason = badge(item.badges[0] if item.badges else "口径不同，不作排名", "watch")
    return (
        f'<div class="row refused"><h4>{esc(item.item_zh)}{reason}</h4><p class="values">{values}</p>'
        f'<p class="why">{esc("；".join(item.reasons))}</p></div>'
    )


def _when(side: Mapping[str, Any]) -> str:
    return "" if side["value"] is None else as_of_zh(side["as_of"], side["precision"] or "day")
