"""One reporting unit: its months, where it stands in its group, what it adds to the city's gap, what is open."""

from datetime import date

from warehouse.read import Answer, Release
from warehouse.read.meta.formulas import HAS_STANDING, IS_LATE, counting_gap, one_more


def standing(release: Release, *, unit_area_id: str, month: date, indicator_codes: tuple[str, ...]) -> Answer:
    """One month of a unit beside its city and the units of its own group: a row an indicator, in the order asked for.

    Columns of the unit's row of mart.indicator_month, with city_value and city_status, and of the group (counties with
    counties, functional zones with zones): peers (list of {area_zh, value, rank} of everyone ranked, declared order),
    excluded (list of {area_zh, status_code} of the others, `small_base` of who has a figure and no rank); rank_before and ranked_before are those of the month before,
    null where other units were ranked then;
    one_more (by how much one more of what is counted changes the ratio), smallest_gap (what a distance from the city must
    reach to count) and direction (1, or -1 where lower is better). An indicator without any row is left out.
    """
    return release.rows(
        f"""
        with unit as (select * from core.dim_area where area_id = $unit),
        grouped as (
            select
                m.indicator_code,
                m.month,
                list(m.area_id order by m.area_id) filter (m.rank is not null) as members,
                list({{'area_zh': a.short_name_zh, 'value': m.value, 'rank': m.rank}} order by a.sort_order)
                    filter (m.rank is not null) as peers,
                list({{
                    'area_zh': a.short_name_zh,
                    'status_code': case when m.value is null then m.status_code else 'small_base' end
                }} order by a.sort_order) filter (m.rank is null) as excluded
            from mart.indicator_month as m
            inner join core.dim_area as a on a.area_id = m.area_id
            inner join unit as u on u.city_area_id = a.city_area_id and u.kind_code = a.kind_code
            where a.level_code = 'unit' and m.breakdown_code = 'total'
                and m.month between cast($month - interval '1' month as date) and $month
                and list_contains($indicators, m.indicator_code)
            group by m.indicator_code, m.month
        )
        select
            m.*,
            c.value as city_value,
            c.status_code as city_status,
            case when p.members = g.members then b.rank end as rank_before,
            case when p.members = g.members then b.ranked_count end as ranked_before,
            {one_more("i.scale", "m.denominator")} as one_more,
            {counting_gap("i.smallest_difference", "i.scale", "m.denominator")} as smallest_gap,
            case i.polarity_code when 'lower_is_better' then -1 else 1 end as direction,
            coalesce(g.peers, []) as peers,
            coalesce(g.excluded, []) as excluded
        from mart.indicator_month as m
        inner join unit as u on u.area_id = m.area_id
        inner join meta.indicator as i on i.indicator_code = m.indicator_code
        left join mart.indicator_month as c
            on c.area_id = u.city_area_id
            and c.indicator_code = m.indicator_code
            and c.breakdown_code = 'total'
            and c.month = m.month
        left join mart.indicator_month as b
            on b.area_id = m.area_id
            and b.indicator_code = m.indicator_code
            and b.breakdown_code = m.breakdown_code
            and b.month = cast(m.month - interval '1' month as date)
        left join grouped as g on g.indicator_code = m.indicator_code and g.month = m.month
        left join grouped as p
            on p.indicator_code = m.indicator_code and p.month = cast(m.month - interval '1' month as date)
        where m.month = $month and m.breakdown_code = 'total' and list_contains($indicators, m.indicator_code)
        order by list_position($indicators, m.indicator_code)
        """,
        {"unit": unit_area_id, "month": month, "indicators": list(indicator_codes)},
    )


def histories(
    release: Release, *, unit_area_id: str, first_month: date, last_month: date, indicator_codes: tuple[str, ...]
) -> Answer:
    """The months of a unit for several indicators: indicator_code, month, value, quality_code; oldest first."""
    return release.rows(
        """
        select indicator_code, month, value, quality_code
        from mart.indicator_month
        where area_id = $unit and breakdown_code = 'total' and month between $first and $last
            and list_contains($indicators, indicator_code)
        order by indicator_code, month
        """,
        {"unit": unit_area_id, "first": first_month, "last": last_month, "indicators": list(indicator_codes)},
    )


def gap_shares(release: Release, *, unit_area_id: str, month: date) -> Answer:
    """What of the city's blanks lies in a unit, a row a network in which both report, largest share first.

    network_code, network_zh, base_label_zh, blank, city_blank, share (null where the city has no blank), is_partial
    (whether units with such places did not report), row_key (of mart.coverage, the unit's). A city's blank here is the sum of its units' blanks, so that shares add to one.
    """
    return release.rows(
        """
        with here as (select * from core.dim_area where area_id = $unit),
        network as (
            select network_code, base_code, min(label_zh) as network_zh, min(base_label_zh) as base_label_zh,
                min(sort_order) as sort_order
            from meta.network
            group by network_code, base_code
        ),
        every as (
            select c.*, a.area_id = $unit as is_own
            from mart.coverage as c
            inner join core.dim_area as a on a.area_id = c.area_id and a.level_code = 'unit'
            inner join here as h on h.city_area_id = a.city_area_id
            where c.origin_code = 'month' and c.is_usual_base and date_trunc('month', c.as_of_on) = $month
        ),
        own as (
            select * from every where blank is not null
        )
        select
            o.network_code,
            n.network_zh,
            n.base_label_zh,
            max(case when o.is_own then o.blank end) as blank,
            sum(o.blank) as city_blank,
            max(case when o.is_own then o.blank end) / nullif(sum(o.blank), 0) as share,
            o.network_code in (
                select network_code from every where built is null and status_code <> 'not_applicable' and base is not null
            ) as is_partial,
            max(case when o.is_own then o.area_id || '|' || o.network_code || '|' || cast(o.as_of_on as varchar) || '|'
                || o.base_code || '|' || o.origin_code end) as row_key
        from own as o
        inner join network as n on n.network_code = o.network_code and n.base_code = o.base_code
        group by o.network_code, n.network_zh, n.base_label_zh, n.sort_order
        having max(case when o.is_own then o.blank end) is not null
        order by share desc nulls last, n.sort_order
        """,
        {"unit": unit_area_id, "month": month},
    )


def submissions(release: Release, *, unit_area_id: str, month: date) -> Answer:
    """The newest submission of each form of a unit for a month: form_code, form_zh, state_code, state_zh, is_late, has_standing, due_on."""
    return release.rows(
        f"""
        select s.form_code, f.label_zh as form_zh, s.state_code, k.label_zh as state_zh, {IS_LATE} as is_late,
            {HAS_STANDING} as has_standing, s.due_on, s.received_at, s.filled_by_zh, s.reviewed_by_zh
        from meta.submission as s
        left join meta.code as f on f.code_set = 'form_code' and f.code = s.form_code
        left join meta.code as k on k.code_set = 'state_code' and k.code = s.state_code
        where s.area_id = $unit and s.month = $month
        qualify row_number() over (partition by s.form_code order by s.revision desc) = 1
        order by f.sort_order
        """,
        {"unit": unit_area_id, "month": month},
    )
