"""Numbers of coverage and of printed figures: shares of blanks, townships without, a figure as it is read."""

from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.read import Release
from warehouse.read.meta.names import ReleaseNames
from warehouse.read.place import profile
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import blank_zh, mark, percent, plain
from warehouse.wording.profile_months import of_whom_zh
from warehouse.wording.receipt.receipt_sources import Told

Row = Mapping[str, Any]


def share_of_blanks(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """A unit's blanks of a network as a share of the blanks of all units of its city."""
    month = row["as_of_on"].replace(day=1)
    found = profile.gap_shares(release, unit_area_id=row["area_id"], month=month).frame.to_dicts()
    own = next((one for one in found if one["network_code"] == row["network_code"]), None)
    value = mark("missing") if own is None or own["share"] is None else percent(own["share"])
    return Told(
        label_zh=f"{names.area(row['area_id'])}{names.network(row['network_code'])}：占{of_whom_zh(own or {})}已知空白",
        value_text=value,
        when_zh=month_zh(month),
        formula_zh="" if own is None else f"{blank_zh(own['blank'])}÷{blank_zh(own['city_blank'])}＝{value}",
        table=(
            ("网络", "本单位空白", "已报各单位空白", "占"),
            *(
                (one["network_zh"], blank_zh(one["blank"]), blank_zh(one["city_blank"]), percent(one["share"]))
                for one in found
                if one["share"] is not None
            ),
        ),
    )


def _places_without(release: Release, row: Row) -> list[Row]:
    """The townships of an area in the coverage of its network and day, most blanks first; surplus covers nobody's blank."""
    return release.rows(
        """
        select a.short_name_zh as area_zh, u.short_name_zh as unit_zh, c.built, c.base,
            greatest(c.base - c.built, 0) as blank
        from mart.coverage as c
        inner join core.dim_area as a on a.area_id = c.area_id and a.level_code = 'township'
        inner join core.dim_area as u on u.area_id = a.parent_area_id
        where (a.parent_area_id = $area or a.city_area_id = $area) and c.network_code = $network
            and c.as_of_on = $day and c.base_code = $base and c.origin_code = $origin and c.base > 0
        order by blank desc nulls last, u.sort_order, a.stat_code
        """,
        {
            "area": row["area_id"],
            "network": row["network_code"],
            "day": row["as_of_on"],
            "base": row["base_code"],
            "origin": row["origin_code"],
        },
    ).frame.to_dicts()


def blank_share(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """The share of places that have none, counted township by township where those make up the whole base."""
    found = _places_without(release, row)
    whole = sum(one["base"] for one in found) == row["base"]
    known = [one for one in found if one["built"] is not None] if whole else [{**row, "area_zh": names.area(row["area_id"]), "blank": max(row["base"] - row["built"], 0)}] if row["built"] is not None and row["base"] else []  # fmt: skip
    blank, places = sum(one["blank"] for one in known), sum(one["base"] for one in known)
    share = percent(blank / places, thresholds=()) if places else mark("missing")
    return Told(
        label_zh=f"{names.area(row['area_id'])}{names.network(row['network_code'])}：空着的占比",
        value_text=share,
        when_zh=month_zh(row["as_of_on"].replace(day=1)),
        formula_zh=f"空白{plain(blank)}个÷报来的底数{plain(places)}个＝{share}；一处多建的不抵别处的空白",
        table=_blank_table(known),
    )


def _blank_table(found: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    lines = ((one["area_zh"], plain(one["blank"]), plain(one["built"]), plain(one["base"])) for one in found)
    return (("地方", "空白", "建成", "底数"), *lines)


def blanks_from(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """The townships with so many blanks or more together, and what part of all blanks that is."""
    found = [one for one in _places_without(release, row) if one["blank"]]
    shown = [one for one in found if one["blank"] >= int(rest)]
    blank, whole = sum(one["blank"] for one in shown), sum(one["blank"] for one in found)
    share = percent(blank / whole, thresholds=()) if whole else mark("missing")
    return Told(
        label_zh=f"{names.area(row['area_id'])}{names.network(row['network_code'])}：各空{rest}个以上的乡镇",
        value_text=f"{plain(blank)}个",
        when_zh=month_zh(row["as_of_on"].replace(day=1)),
        formula_zh=f"{plain(blank)}÷{plain(whole)}＝占全市已知空白的{share}",
        table=_blank_table(shown),
    )


def read_value(release: Release, row: Row, rest: str, names: ReleaseNames) -> Told:
    """The number a printed figure stands for by a reading: what is printed and what the reading adds."""
    figure = release.rows(
        "select * from core.fct_document_figure where figure_id = $id", {"id": row["figure_id"]}
    ).frame.row(0, named=True)
    value = plain(figure["value"] + row["added_value"])
    sign = "＋" if row["added_value"] >= 0 else "－"
    return Told(
        label_zh=f"{figure['name_zh']}：{names.code('reading_code', row['reading_code'])}读法",
        value_text=value,
        formula_zh=f"{figure['value_as_written']}{sign}{plain(abs(row['added_value']))}＝{value}",
        note_zh=row["reason_zh"],
        quote_zh=figure["quote"],
        source_id=figure["source_id"],
    )
