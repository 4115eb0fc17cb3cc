"""Numbers of places: where a share of the census stands among all places, middles and ranges, two cities apart."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.read import Release
from warehouse.read.meta.names import ReleaseNames
from warehouse.read.place import ageing, areas, peers
from warehouse.wording import ageing as ageing_words
from warehouse.wording.grammar.dates import date_zh
from warehouse.wording.grammar.numbers import mark, percent, plain, points, show_value
from warehouse.wording.receipt.receipt_sources import Told

Row = Mapping[str, Any]
# Places shown on either side of one among three thousand.
BESIDE = 3


def _level_of(release: Release, area_id: str) -> str:
    return release.rows("select level_code from core.dim_area where area_id = $id", {"id": area_id}).frame[0, 0]


def place(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """Where a share stands among all places of its level, with its neighbours in that order."""
    level = _level_of(release, row["area_id"])
    found = release.rows(
        f"""
        with placed as (
            select a.area_id, a.name_zh, f.{_measure(rest)} as value,
                rank() over (order by f.{_measure(rest)} desc) as rank,
                row_number() over (order by f.{_measure(rest)} desc, a.area_id) as position,
                count(*) over () as ranked_count
            from mart.area_profile as f
            inner join core.dim_area as a on a.area_id = f.area_id
            where a.level_code = $level and f.{_measure(rest)} is not null
        )
        select p.* from placed as p
        inner join placed as o on o.area_id = $area
        where abs(p.position - o.position) <= $beside
        order by p.position
        """,
        {"level": level, "area": row["area_id"], "beside": BESIDE},
    ).frame.to_dicts()
    own = next((one for one in found if one["area_id"] == row["area_id"]), None)
    return Told(
        label_zh=f"{names.area(row['area_id'])}{ageing_words.MEASURE_ZH[rest]}：在全国同级中的位次",
        value_text=mark("missing") if own is None else ageing_words.rank_zh(own),
        when_zh=date_zh(row["as_of_on"]),
        source_id=row["source_id"],
        formula_zh="由高到低，数值相同的同一位次；全数统计，无抽样误差",
        table=(
            ("位次", "地方", "占比"),
            *((plain(one["rank"]), one["name_zh"], percent(one["value"], 2)) for one in found),
        ),
    )


def _measure(code: str) -> str:
    """The column of a measure.

    Raises:
        KeyError: no such measure.
    """
    return {each: each for each in ageing.MEASURES}[code]


def median(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """The middle of all places of the level of the row's area, between the quarters and the ends."""
    level = _level_of(release, row["area_id"])
    found = {one["measure"]: one for one in ageing.spread(release, level_code=level).frame.to_dicts()}[_measure(rest)]
    ends = (
        ("最低", "low"),
        ("四分之一处", "quarter"),
        ("中位数", "median"),
        ("四分之三处", "three_quarters"),
        ("最高", "high"),
    )
    return Told(
        label_zh=f"全国{found['area_count']}个同级地方{ageing_words.MEASURE_ZH[rest]}的中位数",
        value_text=percent(found["median"], thresholds=()),
        when_zh=date_zh(row["as_of_on"]),
        source_id=row["source_id"],
        formula_zh="由低到高排在正中的一个；偶数个取中间两个的平均",
        table=(("位置", "占比"), *((label, percent(found[name], 2, thresholds=())) for label, name in ends)),
    )


def peer_median(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """The middle of the places most like one, highest first."""
    alike = peers.peers(release, area_id=row["area_id"], count=peers.PEER_COUNT).frame["area_id"].to_list()
    found = _shares(release, alike, rest)
    middle = statistics.median([value for _, value in found]) if found else None
    return Told(
        label_zh=f"{names.area(row['area_id'])}的同类：{ageing_words.MEASURE_ZH[rest]}的中位数",
        value_text=mark("missing") if middle is None else percent(middle, thresholds=()),
        when_zh=date_zh(row["as_of_on"]),
        source_id=row["source_id"],
        formula_zh=peers.RULE_ZH,
        table=(("地方", "占比"), *((name, percent(value, 2)) for name, value in found)),
    )


def apart_in_city(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """From the lowest to the highest of a city's units."""
    units = areas.units(release, city_area_id=row["area_id"]).frame["area_id"].to_list()
    found = _shares(release, units, rest)
    apart = mark("missing") if len(found) < 2 else points(found[0][1] - found[-1][1])
    return Told(
        label_zh=f"{names.area(row['area_id'])}各单位{ageing_words.MEASURE_ZH[rest]}：最高与最低之差",
        value_text=apart,
        when_zh=date_zh(row["as_of_on"]),
        source_id=row["source_id"],
        formula_zh="" if len(found) < 2 else f"{percent(found[0][1], 2)}－{percent(found[-1][1], 2)}＝{apart}",
        table=(("单位", "占比"), *((name, percent(value, 2)) for name, value in found)),
    )


def _shares(release: Release, area_ids: Sequence[str], code: str) -> list[tuple[str, float]]:
    """Places with a share, highest first."""
    found = areas.profiles(release, area_ids=tuple(area_ids)).frame.to_dicts()
    known = [(one["short_name_zh"], one[_measure(code)]) for one in found if one[_measure(code)] is not None]
    return sorted(known, key=lambda one: -one[1])


def difference(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """One area's value less the other's."""
    unit, apart = (
        row["unit_zh"],
        row["value_a"] - row["value_b"] if None not in (row["value_a"], row["value_b"]) else None,
    )
    sides = [
        (names.area(row[f"area_{side}"]), show_value(row[f"value_{side}"], unit, decimals=row["decimals"], as_written=row[f"as_written_{side}"]))
        for side in ("a", "b")
    ]  # fmt: skip
    value = mark("missing") if apart is None else points(abs(apart)) if unit == "%" else f"{plain(abs(apart), 1)}{unit}"
    return Told(
        label_zh=f"{row['item_zh']}：两地之差",
        value_text=value,
        formula_zh="－".join(text for _, text in (sides if (apart or 0) >= 0 else sides[::-1])) + f"＝{value}",
        table=(("地区", "数值"), *sides),
    )
