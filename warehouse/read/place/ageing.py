"""How old the population is, and where a place stands among all places of its level in the census."""

from collections.abc import Sequence

from warehouse.read import Answer, Release

# Shares of mart.area_profile that a page may lay out, with what they count; the labels are those of the columns.
MEASURES = ("ageing_rate", "aged_65_plus_share", "aged_80_plus_share", "urban_share")
PERSONS = {"ageing_rate": "aged_60_plus", "aged_65_plus_share": "aged_65_plus", "aged_80_plus_share": "aged_80_plus"}

_LONG = """
select
    a.area_id,
    a.level_code,
    m.measure,
    case m.measure
        when 'ageing_rate' then f.ageing_rate
        when 'aged_65_plus_share' then f.aged_65_plus_share
        when 'aged_80_plus_share' then f.aged_80_plus_share
        when 'urban_share' then f.urban_share
    end as value
from mart.area_profile as f
inner join core.dim_area as a on a.area_id = f.area_id
cross join (select unnest($measures) as measure) as m
where a.level_code = $level_code
"""


def standing(release: Release, *, area_ids: Sequence[str], level_code: str = "unit") -> Answer:
    """Where these areas stand among all of their level: area_id, measure, value (fraction), rank, ranked_count.

    Rank 1 is the highest share; equal shares have equal ranks. Areas whose source lists no ages are not ranked and
    have no row.
    """
    return release.rows(
        f"""
        with long as ({_LONG})
        select * from (
            select
                area_id,
                measure,
                value,
                rank() over (partition by measure order by value desc) as rank,
                count(*) over (partition by measure) as ranked_count
            from long
            where value is not null
        )
        where list_contains($area_ids, area_id)
        order by list_position($area_ids, area_id), list_position($measures, measure)
        """,
        {"area_ids": list(area_ids), "measures": list(MEASURES), "level_code": level_code},
    )


def spread(release: Release, *, level_code: str = "unit") -> Answer:
    """The distribution of each measure over all areas of a level: low, quarter, median, three_quarters, high, count."""
    return release.rows(
        f"""
        with long as ({_LONG})
        select
            measure,
            min(value) as low,
            quantile_cont(value, 0.25) as quarter,
            quantile_cont(value, 0.5) as median,
            quantile_cont(value, 0.75) as three_quarters,
            max(value) as high,
            count(*) as area_count
        from long
        where value is not null
        group by measure
        order by list_position($measures, measure)
        """,
        {"measures": list(MEASURES), "level_code": level_code},
    )


def histogram(release: Release, *, measure: str, width: float, level_code: str = "unit") -> Answer:
    """How many areas of a level fall into each step of `width`: low (the step's lower end), area_count.

    Steps without an area have no row. A share on the border counts in the step that begins there.
    """
    return release.rows(
        f"""
        with long as ({_LONG})
        select cast(floor(value / $width + 1e-9) as integer) * $width as low, count(*) as area_count
        from long
        where value is not null
        group by low
        order by low
        """,
        {"measures": [measure], "level_code": level_code, "width": width},
    )


def places(release: Release) -> Answer:
    """Every county-level unit with a census table, to search in: area_id, name_zh, short_name_zh, path_zh, is_ours."""
    return release.rows(
        """
        select
            a.area_id,
            a.name_zh,
            a.short_name_zh,
            case
                -- a municipality is its own city: 天津市（市辖区）, not 天津市天津市
                when starts_with(p.name_zh, g.name_zh) then p.name_zh
                when p.level_code = 'city' then coalesce(g.name_zh, '') || p.name_zh
                else coalesce(p.name_zh, '')
            end as where_zh,
            a.city_area_id,
            a.is_reporting as is_ours
        from mart.area_profile as f
        inner join core.dim_area as a on a.area_id = f.area_id
        left join core.dim_area as p on p.area_id = a.parent_area_id
        left join core.dim_area as g on g.area_id = p.parent_area_id
        where a.level_code = 'unit'
        order by a.is_reporting desc, a.adcode nulls last, a.area_id
        """
    )
