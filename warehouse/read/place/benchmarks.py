"""The units of a city held against a benchmark: the weighted mean, the median, a target, or another city."""

from datetime import date

from warehouse.read import Answer, Release
from warehouse.read.meta.formulas import counting_gap, ratio

_UNITS = f"""
with here as (
    select m.*, a.short_name_zh as area_zh, a.kind_code, a.sort_order
    from mart.indicator_month as m
    inner join core.dim_area as a on a.area_id = m.area_id
    where
        a.city_area_id = $city
        and a.level_code = 'unit'
        and a.is_reporting
        and m.indicator_code = $indicator
        and m.breakdown_code = 'total'
        and m.month = $month
),
whole as (
    select
        sum(numerator) filter (value is not null) as numerator,
        sum(denominator) filter (value is not null) as denominator,
        count(value) as count
    from here
),
grouped as (
    select
        kind_code,
        coalesce(list({{'value': value, 'area_id': area_id, 'area_zh': area_zh}} order by value, sort_order)
            filter (value is not null), []) as peers,
        coalesce(list(case when value is null then status_code else 'small_base' end order by sort_order)
            filter (rank is null), []) as left_out
    from here
    group by kind_code
),
target as (
    select value, text_zh, target_id, comparator
    from core.dim_target
    where area_id = $city and indicator_code = $indicator and value is not null
    order by deadline_on desc, binding_code, target_id
    limit 1
),
other as (
    select m.value
    from mart.indicator_month as m
    where m.area_id = $other and m.indicator_code = $indicator and m.breakdown_code = 'total' and m.month = $month
)
select
    h.area_id,
    h.area_zh,
    h.kind_code,
    h.indicator_code,
    h.breakdown_code,
    h.month,
    h.value,
    h.status_code,
    h.quality_code,
    h.rank,
    h.ranked_count,
    h.tied_count,
    {counting_gap("i.smallest_difference", "i.scale", "h.denominator")} as smallest_gap,
    g.peers,
    g.left_out,
    -- One alone is no mean of several, and no middle of them.
    case when w.count < 2 then null when $alone and h.value is not null
        then {ratio("w.numerator - h.numerator", "w.denominator - h.denominator", "i.scale")}
        else {ratio("w.numerator", "w.denominator", "i.scale")} end as city_mean,
    w.count - case when $alone and h.value is not null then 1 else 0 end as mean_count,
    case when len(g.peers) > 1 then list_aggregate(
        list_transform(list_filter(g.peers, lambda one: not ($alone and one.area_id = h.area_id)), lambda one: one.value),
        'median'
    ) end as median,
    t.value as target_value,
    t.text_zh as target_zh,
    t.target_id,
    t.comparator,
    o.value as other_value
from here as h
cross join whole as w
inner join grouped as g on g.kind_code = h.kind_code
inner join meta.indicator as i on i.indicator_code = h.indicator_code
left join target as t on true
left join other as o on true
order by h.kind_code, h.rank nulls last, h.sort_order
"""


def standings(
    release: Release,
    *,
    city_area_id: str,
    indicator_code: str,
    month: date,
    excludes_self: bool = False,
    other_city_id: str | None = None,
) -> Answer:
    """Every unit of a city in one month of a rate, best rank first within counties and within zones.

    Columns of mart.indicator_month with area_zh and kind_code; smallest_gap (what a distance must reach to count); tied_count (units of its group that share its rank, itself
    among them); peers (list of {value, area_id, area_zh} of everyone of its group who reported, lowest first); left_out (statuses of
    the others of its group, `small_base` of who has too few things for a rank); and the benchmarks: city_mean (ratio of the sums of the mean_count units that reported, never
    the mean of their ratios), median (of its group), target_value with target_zh, target_id and comparator (the city's
    newest), other_value (of `other_city_id`, null where it did not report).

    Args:
        excludes_self: mean and median are those of the other units. Both are null where only one has a figure.
    """
    return release.rows(
        _UNITS,
        {
            "city": city_area_id,
            "indicator": indicator_code,
            "month": month,
            "alone": excludes_self,
            "other": other_city_id,
        },
    )


def rankable(release: Release, *, city_area_id: str, month: date) -> Answer:
    """The rates with a direction that a unit of the city reported in that month: key indicators first, then as declared.

    Columns of meta.indicator.
    """
    return release.rows(
        """
        select i.*
        from meta.indicator as i
        where
            i.kind_code = 'ratio'
            and i.polarity_code <> 'neutral'
            and exists (
                select 1
                from mart.indicator_month as m
                inner join core.dim_area as a on a.area_id = m.area_id
                where
                    m.indicator_code = i.indicator_code
                    and m.breakdown_code = 'total'
                    and m.month = $month
                    and m.value is not null
                    and a.city_area_id = $city
                    and a.level_code = 'unit'
            )
        order by i.key_order nulls last, i.sort_order
        """,
        {"city": city_area_id, "month": month},
    )


def other_cities(release: Release, *, city_area_id: str, indicator_code: str) -> Answer:
    """The cities whose figures may be held against this city's: area_id, name_zh, reason_zh.

    reason_zh is null where they may, else the sentence of the gate why figures of two cities are not compared in this
    group of indicators.
    """
    return release.rows(
        """
        select c.area_id, c.name_zh, g.city_reason_zh as reason_zh
        from core.dim_area as c
        inner join meta.indicator as i on i.indicator_code = $indicator
        left join meta.group as g on g.group_code = i.group_code
        where
            c.level_code = 'city'
            and c.area_id <> $city
            and exists (
                select 1 from core.dim_area as u where u.city_area_id = c.area_id and u.level_code = 'unit' and u.is_reporting
            )
        order by c.sort_order
        """,
        {"city": city_area_id, "indicator": indicator_code},
    )


def months(release: Release, *, city_area_id: str) -> list[date]:
    """The months in which any unit of a city reported anything, newest first."""
    rows = release.rows(
        """
        select distinct s.month
        from meta.indicator as i
        inner join mart.indicator_month as s on s.indicator_code = i.indicator_code
        where
            i.key_order is not null
            and s.area_id = $city
            and s.breakdown_code = 'total'
            and s.reported_count > 0
        order by s.month desc
        """,
        {"city": city_area_id},
    ).frame
    return rows["month"].to_list()
