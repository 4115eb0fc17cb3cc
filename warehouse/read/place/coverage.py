"""Coverage of the service networks, from county to village."""

from warehouse.read import Answer, Release
from warehouse.read.meta.formulas import is_small_to_rank

ROW_KEY = "c.area_id || '|' || c.network_code || '|' || cast(c.as_of_on as varchar) || '|' || c.base_code || '|' || c.origin_code"

_COVERAGE = f"""
with base_label as (
    select network_code, base_code, min(base_label_zh) as base_label_zh
    from meta.network
    group by network_code, base_code
    union
    select network_code, base_code, label_zh as base_label_zh
    from meta.base_note
    where printed_indicator_code is not null
),
network as (
    select network_code, min(label_zh) as network_zh, min(tier_zh) as tier_zh
    from meta.network
    group by network_code
)
select
    c.*,
    {ROW_KEY} as row_key,
    {is_small_to_rank("c.base")} as is_small_base,
    n.network_zh,
    n.tier_zh,
    b.base_label_zh,
    a.name_zh,
    a.short_name_zh,
    a.kind_code as area_kind_code,
    p.area_id as parent_area_id,
    p.short_name_zh as parent_zh,
    i.unit_zh,
    s.title_zh as built_source_title_zh,
    s.number_zh as built_source_number_zh,
    t.title_zh as base_source_title_zh,
    f.name_zh as figure_name_zh,
    f.value as printed_value
from mart.coverage as c
inner join core.dim_area as a on a.area_id = c.area_id
left join core.dim_area as p on p.area_id = a.parent_area_id
inner join network as n on n.network_code = c.network_code
left join base_label as b on b.network_code = c.network_code and b.base_code = c.base_code
left join meta.indicator as i on i.indicator_code = c.indicator_code
left join meta.source as s on s.source_id = c.built_source_id
left join meta.source as t on t.source_id = c.base_source_id
left join core.fct_document_figure as f on f.figure_id = c.figure_id
"""

# A network of which some place of the city ever gave a month's figure is told by its months, in all places of the city;
# printed figures then stand beside them as points of their own. Months in which nobody gave one hide no printed figure.
_NEWEST_ORIGIN = """
window same_network as (partition by c.area_id, c.network_code)
qualify c.origin_code = case
    when bool_and(c.origin_code = 'month') over same_network then 'month'
    when bool_or(c.origin_code = 'month') over same_network
        and (coalesce(a.city_area_id, a.area_id), c.network_code) in (
            select (coalesce(x.city_area_id, x.area_id), m.network_code)
            from mart.coverage as m
            inner join core.dim_area as x on x.area_id = m.area_id
            where m.origin_code = 'month' and m.built is not null
        ) then 'month'
    else 'document'
end
"""


def ladder(release: Release, *, area_id: str, origin_code: str | None = None) -> Answer:
    """The networks of a city or unit at their newest as-of, from county to village, one row a base.

    Each row: built, operating, base with year, rate (may exceed 1), blank, status, note, labels, sources, `row_key`.
    Null `built` with status `missing` prints 缺; status `not_applicable` prints —.

    Args:
        origin_code: `document` or `month`; by default months where a network has them, printed figures otherwise.
    """
    chosen = "" if origin_code else _NEWEST_ORIGIN
    return release.rows(
        f"""
        {_COVERAGE}
        where c.area_id = $area_id and c.is_latest
            and (cast($origin_code as varchar) is null or c.origin_code = $origin_code)
        {chosen}
        order by c.sort_order
        """,
        {"area_id": area_id, "origin_code": origin_code},
    )


def last_whole(release: Release, *, city_area_id: str) -> Answer:
    """Of networks of which some unit gives no figure for the newest month: the last month all gave one, on the usual base.

    Columns of `ladder`; nothing of a network that is whole in its newest month, or never was.
    """
    return release.rows(
        f"""
        {_COVERAGE}
        where c.area_id = $city_area_id and c.is_usual_base and c.origin_code = 'month' and c.built is not null
        qualify row_number() over (partition by c.network_code order by c.as_of_on desc) = 1 and not c.is_latest
        order by c.sort_order
        """,
        {"city_area_id": city_area_id},
    )


def silent_units(release: Release, *, city_area_id: str) -> dict[str, str]:
    """Names of the units without a figure for the newest month of a network the city therefore has none of, to their status.

    In declared order; a unit to which the indicator does not apply is not silent.
    """
    rows = release.rows(
        """
        select a.short_name_zh, min(m.status_code) as status_code
        from mart.coverage as c
        inner join mart.indicator_month as m
            on m.indicator_code = c.indicator_code and m.breakdown_code = 'total' and m.month = date_trunc('month', c.as_of_on)
        inner join core.dim_area as a on a.area_id = m.area_id and a.city_area_id = c.area_id and a.level_code = 'unit'
        where
            c.area_id = $city_area_id
            and c.is_latest
            and c.origin_code = 'month'
            and c.status_code = 'missing'
            and m.status_code not in ('reported', 'not_applicable')
        group by a.short_name_zh, a.sort_order
        order by a.sort_order
        """,
        {"city_area_id": city_area_id},
    ).frame
    return dict(rows.iter_rows())


def by_unit(release: Release, *, city_area_id: str, network_code: str, origin_code: str | None = None) -> Answer:
    """One network in all units of a city at its newest as-of, on its usual base, in declared order of units.

    Units a document prints nothing for are there with status `missing`; those without such places, `not_applicable`.
    """
    chosen = "" if origin_code else _NEWEST_ORIGIN
    return release.rows(
        f"""
        {_COVERAGE}
        where a.city_area_id = $city_area_id and a.level_code = 'unit' and c.network_code = $network_code
            and c.is_latest and c.is_usual_base
            and (cast($origin_code as varchar) is null or c.origin_code = $origin_code)
        {chosen}
        order by a.sort_order, c.area_id
        """,
        {"city_area_id": city_area_id, "network_code": network_code, "origin_code": origin_code},
    )


def townships(release: Release, *, city_area_id: str, network_code: str) -> Answer:
    """One network in all townships of a city at its newest as-of on its usual base, by unit and code.

    Columns of `by_unit`; parent_zh is the unit. A township without such places has no base and status
    not_applicable. Empty where no form tells townships apart: nobody publishes which of them have none.
    """
    return release.rows(
        f"""
        {_COVERAGE}
        where a.city_area_id = $city_area_id and a.level_code = 'township' and c.network_code = $network_code
            and c.is_latest and c.is_usual_base and c.origin_code = 'month'
        order by p.sort_order, a.stat_code
        """,
        {"city_area_id": city_area_id, "network_code": network_code},
    )


def history(release: Release, *, area_id: str, network_code: str, base_code: str | None = None) -> Answer:
    """Every as-of of one network in one area, oldest first; printed figures and months are told apart by origin."""
    return release.rows(
        f"""
        {_COVERAGE}
        where c.area_id = $area_id and c.network_code = $network_code
            and (cast($base_code as varchar) is null and c.is_usual_base or c.base_code = $base_code)
        order by c.as_of_on, c.origin_code
        """,
        {"area_id": area_id, "network_code": network_code, "base_code": base_code},
    )


def points(release: Release, *, area_id: str) -> Answer:
    """How exactly the as-of of each point of coverage of an area is known: row_key, as_of_precision (day, month, year)."""
    return release.rows(
        f"select {ROW_KEY} as row_key, c.as_of_precision from mart.coverage as c where c.area_id = $area_id",
        {"area_id": area_id},
    )
