"""The age of the population as the release answers it, turned into strips, tables and spines."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pages.ui.kit.html import esc, num
from pages.ui.kit.refs import figure_ref, links_of, ref
from pages.ui.marks.box_plot import SIGNS, Spread, box_plot
from pages.ui.marks.place_histogram import Scale, Standing, Step, place_histogram
from pages.ui.marks.tiles import Tile
from warehouse.read.receipt import derived
from warehouse.wording.ageing import MEASURE_ZH, among_peers, persons, rank_zh, share
from warehouse.wording.grammar.cited import Figure
from warehouse.wording.grammar.numbers import mark, percent

Row = Mapping[str, Any]

# The step of the histogram and of the axis for each share, chosen so that an axis has four to six labels.
STEPS = {"ageing_rate": (0.01, 0.1), "aged_65_plus_share": (0.01, 0.1), "aged_80_plus_share": (0.0025, 0.02), "urban_share": (0.025, 0.25)}  # fmt: skip
AGES = ("ageing_rate", "aged_65_plus_share", "aged_80_plus_share")
NO_TABLE_ZH = "普查没有单列，人口计在相邻单位内"


def figure(shown: Figure) -> str:
    """A cited number as a button."""
    missing = shown.wording in (mark("missing"), mark("not_applicable"))
    return num(shown.wording, None if missing else figure_ref(shown))


def standings(
    places: Sequence[Row], profiles: Mapping[str, Row], ranks: Mapping[tuple[str, str], Row], measure: str, chosen: str
) -> list[Standing]:
    """One row a unit, the highest share first, those without a census table last and named."""
    rows = [_standing(place, profiles.get(place["area_id"]), ranks, measure, chosen) for place in places]
    return sorted(rows, key=lambda row: (row.value is None, -(row.value or 0)))


def _standing(
    place: Row, profile: Row | None, ranks: Mapping[tuple[str, str], Row], measure: str, chosen: str
) -> Standing:
    area_id = place["area_id"]
    if profile is None or profile[measure] is None:
        said = NO_TABLE_ZH if profile is None else "来源未列年龄"
        status = "not_applicable" if profile is None else "missing"
        return Standing(name_zh=place["short_name_zh"], value=None, text=mark(status), said_zh=said)
    shown = share(profile, measure)
    rank = ranks.get((area_id, measure))
    return Standing(
        name_zh=place["short_name_zh"],
        value=profile[measure],
        text=shown.wording,
        said_zh=f"全国县级{rank_zh(rank)}" if rank else "",
        said_receipt=_place(area_id, measure) if rank else None,
        receipt=figure_ref(shown),
        act=f"area:{area_id}",
        is_chosen=area_id == chosen,
    )


def _place(area_id: str, measure: str) -> str | None:
    """The receipt of a place among all of its level."""
    return ref(derived.PROFILE, area_id, f"{derived.PLACE}{measure}")


def whole_area(profile: Row | None, measure: str, kind: str) -> list[Standing]:
    """The row of the city or of the nation; none without a profile."""
    if profile is None or profile[measure] is None:
        return []
    shown = share(profile, measure)
    said = "全市合计" if kind == "city" else "全国合计"
    return [
        Standing(
            name_zh=profile["short_name_zh"],
            value=profile[measure],
            text=shown.wording,
            said_zh=said,
            receipt=figure_ref(shown),
            kind=kind,
        )
    ]


def board(bins: pl.DataFrame, spread: Row, rows: Sequence[Standing], measure: str) -> str:
    """The distribution of all county-level units with the rows on its scale."""
    width, tick = STEPS[measure]
    highest = max([spread["high"], *(row.value or 0 for row in rows)])
    count = int(highest / tick) + 1
    steps = [Step(low=low, count=areas) for low, areas in zip(bins["low"], bins["area_count"], strict=True)]
    scale = Scale(
        end=min(count * tick, 1.0) if measure == "urban_share" else highest * 1.02,
        width=width,
        quarter=spread["quarter"],
        median=spread["median"],
        three_quarters=spread["three_quarters"],
        tick=tick,
    )
    labels = [percent(position * tick, decimals=0, thresholds=()) for position in range(int(scale.end / tick) + 1)]
    return place_histogram(
        steps,
        rows,
        scale,
        head_zh=f"全国{spread['area_count']}个县级单位，柱高为个数",
        median_zh=f"中位数 {percent(spread['median'], thresholds=())}",
        ticks=labels,
    )


def tiles(places: Sequence[Row], lines: Sequence[Standing]) -> list[Tile]:
    """The units in their rough position, darker the higher their share; a unit the census does not list is framed."""
    by_name = {line.name_zh: line for line in lines if line.kind == "place"}
    highest = max((line.value or 0.0 for line in by_name.values()), default=0.0) or 1.0
    return [
        Tile(
            name_zh=place["short_name_zh"],
            row=place["tile_row"],
            column=place["tile_col"],
            weight=None if line.value is None else line.value / highest,
            text=line.text,
            receipt=line.receipt,
            is_zone=place["kind_code"] == "functional_zone",
        )
        for place in places
        if place["tile_row"] is not None and (line := by_name.get(place["short_name_zh"]))
    ]


def units_grid(
    places: Sequence[Row],
    profiles: Mapping[str, Row],
    city: Row,
    *,
    spreads: Mapping[str, Row],
    ranks: Mapping[tuple[str, str], Row],
    measure: str,
) -> str:
    """Persons and shares by age of the city and each of its units, and where the units stand by `measure`.

    The city first; the median of all county-level units and the nation, against which they are drawn, last.
    """
    head = ["单位", "常住人口", "60岁及以上", "占比", "65岁及以上", "占比", "80岁及以上", "占比", "城镇人口占比",
            f"全国县级位次（{MEASURE_ZH[measure]}）"]  # fmt: skip
    none = f'<td class="mark">{mark("not_applicable")}</td>'
    lines = [_grid_line(city["short_name_zh"] + "（全市）", city, none, kind="own")]
    for place in places:
        profile = profiles.get(place["area_id"])
        if profile is None:
            blanks = none * len(head[1:])
            lines.append(
                f'<tr><td>{esc(place["short_name_zh"])}<span class="where">{esc(NO_TABLE_ZH)}</span></td>{blanks}</tr>'
            )
        else:
            rank = ranks.get((place["area_id"], measure))
            lines.append(
                _grid_line(
                    place["short_name_zh"],
                    profile,
                    f"<td>{num(rank_zh(rank), _place(place['area_id'], measure))}</td>" if rank else none,
                )
            )
    anywhere = places[0]["area_id"]
    medians = [
        f"<td>{num(percent(spreads[one]['median'], thresholds=()), ref(derived.PROFILE, anywhere, f'{derived.MEDIAN}{one}'))}</td>"
        for one in (*AGES, "urban_share")
    ]
    lines.append(
        f"<tr><td>全国县级中位数</td>{none}{''.join(none + one for one in medians[:3])}{medians[3]}{none}</tr>"
    )
    if nation := profiles.get("nation"):
        lines.append(_grid_line(nation["short_name_zh"], nation, none))
    return _grid(head, lines, "各单位老年人口", "ages")


def peers_grid(own: Row, peers: Sequence[Row]) -> str:
    """The place and its peers, most alike first; two numbers a peer was chosen by stand in front."""
    head = ["地方", "60岁及以上", "占比", "65岁及以上占比", "80岁及以上占比", "城镇人口占比"]
    columns = ("aged_60_plus", "ageing_rate", "aged_65_plus_share", "aged_80_plus_share", "urban_share")
    lines = [_peer_line(own, "本地", columns, kind="own")]
    lines += [_peer_line(row, row["where_zh"], columns) for row in peers]
    return _grid(head, lines, "同类比较", "peers")


def stands(own: Row, peers: Sequence[Row], spreads: Mapping[str, Row], ranks: Mapping[tuple[str, str], Row]) -> str:
    """A spine a measure: the place ◆ and the median of its peers ● among all county-level units."""
    rows = []
    for measure in (*AGES, "urban_share"):
        spread = spreads[measure]
        known = sorted(row[measure] for row in peers if row[measure] is not None)
        middle = _median(known)
        rank = ranks.get((own["area_id"], measure))
        shown = share(own, measure)
        drawn = box_plot(
            Spread(
                low=spread["low"],
                quarter=spread["quarter"],
                median=spread["median"],
                three_quarters=spread["three_quarters"],
                high=spread["high"],
                count=spread["area_count"],
            ),
            [middle, own[measure]],
            low_text=f"最低 {percent(spread['low'], thresholds=())}",
            middle_text=f"中位数 {percent(spread['median'], thresholds=())}",
            high_text=f"最高 {percent(spread['high'], thresholds=())}",
            alt_zh=f"{own['short_name_zh']}{MEASURE_ZH[measure]}{shown.wording}，全国县级中位数{percent(spread['median'], thresholds=())}",
        )
        opens = ref(derived.PROFILE, own["area_id"], f"{derived.PEER_MEDIAN}{measure}")
        of_peers = f"{SIGNS[0]} 同类中位数 {num(percent(middle, thresholds=()), opens)}" if middle is not None else ""
        place = num(f"全国县级{rank_zh(rank)}", _place(own["area_id"], measure), wrap=True) if rank else "不排名"
        rows.append(
            f'<div class="what"><b>{esc(MEASURE_ZH[measure])}</b>{SIGNS[1]} {esc(own["short_name_zh"])} {figure(shown)}'
            f"<br>{of_peers}<br>{place}</div><div>{drawn}</div>"
        )
    return f'<div class="stands">{"".join(rows)}</div>'


def peer_sentence_links(own: Row, peers: Sequence[Row]) -> tuple[str, list[tuple[str, str | None]]]:
    """The sentence on the place among its peers, with the receipts of its numbers."""
    sentence = among_peers(own, peers)
    return sentence.text, links_of(sentence)


def found_list(found: Sequence[Any]) -> str:
    """The places a search found, each a button."""
    items = "".join(
        f'<li><button type="button" class="link" data-act="area:{esc(place.area_id)}">{esc(place.name_zh)}</button>'
        f'<span class="where">{esc(place.where_zh)}</span></li>'
        for place in found
    )
    return f'<ul class="found">{items}</ul>'


def _median(known: Sequence[float]) -> float | None:
    if not known:
        return None
    half = len(known) // 2
    return known[half] if len(known) % 2 else (known[half - 1] + known[half]) / 2


def _grid(head: Sequence[str], lines: Sequence[str], caption: str, kind: str) -> str:
    heads = "".join(f"<th>{esc(name)}</th>" for name in head)
    return (
        f'<div class="grid-wrap"><table class="grid {kind}"><caption class="unseen">{esc(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _grid_line(name: str, row: Row, rank_cell: str, kind: str = "") -> str:
    cells = [
        persons(row, "resident_population"), persons(row, "aged_60_plus"), share(row, "ageing_rate"),
        persons(row, "aged_65_plus"), share(row, "aged_65_plus_share"), persons(row, "aged_80_plus"),
        share(row, "aged_80_plus_share"), share(row, "urban_share"),
    ]  # fmt: skip
    shown = "".join(f"<td>{figure(cell)}</td>" for cell in cells)
    return f'<tr class="{kind}"><td>{esc(name)}</td>{shown}{rank_cell}</tr>'


def _peer_line(row: Row, where_zh: str, columns: Sequence[str], kind: str = "") -> str:
    shown = [persons(row, column) if column == "aged_60_plus" else share(row, column) for column in columns]
    name = f'{esc(row["name_zh"])}<span class="where">{esc(where_zh)}</span>'
    return f'<tr class="{kind}"><td>{name}</td>{"".join(f"<td>{figure(each)}</td>" for each in shown)}</tr>'
