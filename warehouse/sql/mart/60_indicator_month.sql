-- one row per area, indicator, breakdown and month: what was reported for it and what follows from that
with reported as (
    select
        o.area_id,
        a.level_code,
        a.kind_code as area_kind_code,
        a.city_area_id,
        a.is_reporting,
        o.indicator_code,
        o.breakdown_code,
        o.month,
        case when o.status_code = 'reported' then o.value end as value,
        o.status_code,
        o.quality_code,
        o.revision,
        o.note_zh,
        i.timing_code,
        i.kind_code,
        i.scale
    from core.fct_observation as o
    inner join core.dim_area as a on a.area_id = o.area_id
    inner join meta.indicator as i on i.indicator_code = o.indicator_code
    where o.is_current and i.kind_code <> 'ratio'
),

-- A city is the sum of its units; with one of them missing it is missing, and the sum of the others stands beside it.
city as (
    select
        city_area_id as area_id,
        indicator_code,
        breakdown_code,
        month,
        sum(value) as reported_total,
        count(value) as reported_count,
        sum(case when status_code <> 'not_applicable' then 1 else 0 end) as expected_count,
        max(case quality_code when 'doubtful' then 3 when 'provisional' then 2 when 'signed' then 1 else 0 end) as quality_rank,
        max(revision) as revision,
        max(timing_code) as timing_code,
        max(kind_code) as kind_code,
        max(scale) as scale
    from reported
    where is_reporting and level_code = 'unit'
    group by city_area_id, indicator_code, breakdown_code, month
),

quantity as (
    select
        area_id,
        level_code,
        area_kind_code,
        city_area_id,
        indicator_code,
        breakdown_code,
        month,
        value,
        status_code,
        quality_code,
        revision,
        note_zh,
        cast(null as integer) as reported_count,
        cast(null as integer) as expected_count,
        cast(null as double) as reported_total,
        timing_code,
        kind_code,
        scale
    from reported
    union all
    select
        c.area_id,
        a.level_code,
        a.kind_code as area_kind_code,
        a.city_area_id,
        c.indicator_code,
        c.breakdown_code,
        c.month,
        case when c.reported_count = c.expected_count and c.expected_count > 0 then c.reported_total end as value,
        case
            when c.expected_count = 0 then 'not_applicable'
            when c.reported_count = c.expected_count then 'reported'
            else 'missing'
        end as status_code,
        case c.quality_rank when 3 then 'doubtful' when 2 then 'provisional' when 1 then 'signed' end as quality_code,
        c.revision,
        cast(null as varchar) as note_zh,
        c.reported_count,
        c.expected_count,
        c.reported_total,
        c.timing_code,
        c.kind_code,
        c.scale
    from city as c
    inner join core.dim_area as a on a.area_id = c.area_id
),

ratio as (
    select
        indicator_code,
        numerator,
        denominator,
        scale,
        timing_code,
        kind_code
    from meta.indicator
    where kind_code = 'ratio'
),

numerators as (
    select
        q.area_id,
        q.level_code,
        q.area_kind_code,
        q.city_area_id,
        r.indicator_code,
        q.month,
        m.month_end_on,
        r.denominator as denominator_code,
        r.scale,
        r.timing_code,
        r.kind_code,
        q.value,
        q.status_code,
        q.quality_code,
        q.revision,
        q.reported_count,
        q.expected_count
    from ratio as r
    inner join quantity as q on q.indicator_code = r.numerator and q.breakdown_code = 'total'
    inner join core.dim_month as m on m.month = q.month
),

-- The latest base known at the end of the month; a base may be older than what it divides, and its year is printed.
bases as (
    select
        n.area_id,
        n.indicator_code,
        n.month,
        b.value,
        b.as_of_on,
        b.source_id
    from numerators as n
    inner join core.fct_base as b
        on b.area_id = n.area_id and b.indicator_code = n.denominator_code and b.as_of_on <= n.month_end_on
    qualify row_number() over (partition by n.area_id, n.indicator_code, n.month order by b.as_of_on desc) = 1
),

base_codes as (
    select distinct indicator_code from core.fct_base
),

divided as (
    select
        n.area_id,
        n.level_code,
        n.area_kind_code,
        n.city_area_id,
        n.indicator_code,
        n.month,
        n.timing_code,
        n.kind_code,
        n.scale,
        n.value as numerator,
        coalesce(b.value, d.value) as denominator,
        b.as_of_on as denominator_as_of_on,
        b.source_id as denominator_source_id,
        case
            when n.status_code <> 'reported' then n.status_code
            when c.indicator_code is not null and coalesce(b.value, 0) = 0 then 'not_applicable'
            when c.indicator_code is not null then 'reported'
            when d.status_code is null then 'missing'
            when d.status_code <> 'reported' then d.status_code
            when d.value = 0 then 'not_applicable'
            else 'reported'
        end as status_code,
        n.quality_code,
        greatest(n.revision, coalesce(d.revision, 1)) as revision,
        n.reported_count,
        n.expected_count
    from numerators as n
    left join bases as b on b.area_id = n.area_id and b.indicator_code = n.indicator_code and b.month = n.month
    left join base_codes as c on c.indicator_code = n.denominator_code
    left join quantity as d
        on d.area_id = n.area_id
        and d.indicator_code = n.denominator_code
        and d.breakdown_code = 'total'
        and d.month = n.month
),

-- The rate of those units that can be counted, for the line beside a missing city figure.
unit_sums as (
    select
        city_area_id as area_id,
        indicator_code,
        month,
        sum(numerator) / sum(denominator) * max(scale) as reported_total
    from divided
    where level_code = 'unit' and status_code = 'reported'
    group by city_area_id, indicator_code, month
),

every as (
    select
        area_id,
        level_code,
        area_kind_code,
        city_area_id,
        indicator_code,
        breakdown_code,
        month,
        value,
        status_code,
        quality_code,
        revision,
        note_zh,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        cast(null as date) as denominator_as_of_on,
        cast(null as varchar) as denominator_source_id,
        reported_count,
        expected_count,
        reported_total,
        timing_code,
        kind_code,
        scale
    from quantity
    union all
    select
        d.area_id,
        d.level_code,
        d.area_kind_code,
        d.city_area_id,
        d.indicator_code,
        'total' as breakdown_code,
        d.month,
        case when d.status_code = 'reported' then d.numerator / d.denominator * d.scale end as value,
        d.status_code,
        d.quality_code,
        d.revision,
        cast(null as varchar) as note_zh,
        case when d.status_code = 'reported' then d.numerator end as numerator,
        case when d.status_code = 'reported' then d.denominator end as denominator,
        d.denominator_as_of_on,
        d.denominator_source_id,
        d.reported_count,
        d.expected_count,
        u.reported_total,
        d.timing_code,
        d.kind_code,
        d.scale
    from divided as d
    left join unit_sums as u
        on u.area_id = d.area_id and u.indicator_code = d.indicator_code and u.month = d.month and d.level_code = 'city'
),

-- Around 春节 a flow of January or February alone says nothing: both months are compared together, as February.
dated as (
    select
        e.*,
        m.month_of_year,
        m.year,
        m.previous_month,
        m.year_ago_month,
        m.year_start_month,
        case
            when e.timing_code = 'during_month' and e.kind_code <> 'ratio' and m.month_of_year = 2 then e.value + j.value
            else e.value
        end as yoy_value
    from every as e
    inner join core.dim_month as m on m.month = e.month
    left join every as j
        on m.month_of_year = 2
        and j.area_id = e.area_id
        and j.indicator_code = e.indicator_code
        and j.breakdown_code = e.breakdown_code
        and j.month = m.previous_month
),

comparison as (
    select
        'mom' as comparison_code,
        month,
        previous_month as other_month
    from core.dim_month
    union all
    select
        'yoy' as comparison_code,
        month,
        year_ago_month as other_month
    from core.dim_month
    union all
    select
        'year_start' as comparison_code,
        month,
        year_start_month as other_month
    from core.dim_month
),

-- A comparison across a declared break would compare two different things; a break of a city holds for its units.
broken as (
    select distinct
        d.area_id,
        d.indicator_code,
        d.month,
        c.comparison_code
    from dated as d
    inner join comparison as c on c.month = d.month
    inner join meta.series_break as b
        on b.indicator_code = d.indicator_code
        and (b.area_id = d.area_id or b.area_id = d.city_area_id)
        and b.month <= d.month
        and b.month > c.other_month
),

allowed as (
    select
        d.area_id,
        d.level_code,
        d.city_area_id,
        d.indicator_code,
        d.breakdown_code,
        d.month,
        d.kind_code,
        d.scale,
        c.comparison_code,
        c.other_month,
        d.numerator,
        d.denominator,
        case when c.comparison_code = 'yoy' then d.yoy_value else d.value end as value
    from dated as d
    inner join comparison as c on c.month = d.month
    left join broken as b
        on b.area_id = d.area_id
        and b.indicator_code = d.indicator_code
        and b.month = d.month
        and b.comparison_code = c.comparison_code
    where
        b.area_id is null
        and (
            (c.comparison_code = 'mom' and d.timing_code <> 'year_to_date' and not (d.timing_code = 'during_month' and d.month_of_year <= 2))
            or (c.comparison_code = 'yoy' and not (d.timing_code = 'during_month' and d.kind_code <> 'ratio' and d.month_of_year = 1))
            or (c.comparison_code = 'year_start' and d.timing_code = 'end_of_month')
        )
),

paired as (
    select
        a.area_id,
        a.level_code,
        a.city_area_id,
        a.indicator_code,
        a.breakdown_code,
        a.month,
        a.comparison_code,
        a.kind_code,
        a.scale,
        a.value,
        a.numerator,
        a.denominator,
        case when a.comparison_code = 'yoy' then p.yoy_value else p.value end as other_value,
        p.numerator as other_numerator,
        p.denominator as other_denominator
    from allowed as a
    inner join dated as p
        on p.area_id = a.area_id
        and p.indicator_code = a.indicator_code
        and p.breakdown_code = a.breakdown_code
        and p.month = a.other_month
),

own_change as (
    select
        area_id,
        indicator_code,
        breakdown_code,
        month,
        comparison_code,
        value - other_value as change,
        other_value as base
    from paired
    where value is not null and other_value is not null
),

-- A city with a unit missing in either month is compared over the units that reported in both.
common_change as (
    select
        city_area_id as area_id,
        indicator_code,
        breakdown_code,
        month,
        comparison_code,
        case
            when max(kind_code) = 'ratio'
                then sum(numerator) / sum(denominator) * max(scale) - sum(other_numerator) / sum(other_denominator) * max(scale)
            else sum(value) - sum(other_value)
        end as change,
        case when max(kind_code) = 'ratio' then cast(null as double) else sum(other_value) end as base
    from paired
    where level_code = 'unit' and value is not null and other_value is not null
    group by city_area_id, indicator_code, breakdown_code, month, comparison_code
),

change as (
    select
        e.area_id,
        e.indicator_code,
        e.breakdown_code,
        e.month,
        max(case when k.comparison_code = 'mom' then coalesce(o.change, k.change) end) as change_mom,
        max(case when k.comparison_code = 'yoy' then coalesce(o.change, k.change) end) as change_yoy,
        max(case when k.comparison_code = 'year_start' then coalesce(o.change, k.change) end) as change_since_year_start,
        max(case when k.comparison_code = 'mom' then coalesce(o.base, k.base) end) as base_mom,
        max(case when k.comparison_code = 'yoy' then coalesce(o.base, k.base) end) as base_yoy
    from every as e
    inner join common_change as k
        on k.area_id = e.area_id
        and k.indicator_code = e.indicator_code
        and k.breakdown_code = e.breakdown_code
        and k.month = e.month
    left join own_change as o
        on o.area_id = k.area_id
        and o.indicator_code = k.indicator_code
        and o.breakdown_code = k.breakdown_code
        and o.month = k.month
        and o.comparison_code = k.comparison_code
    where e.level_code = 'city'
    group by e.area_id, e.indicator_code, e.breakdown_code, e.month
    union all
    select
        o.area_id,
        o.indicator_code,
        o.breakdown_code,
        o.month,
        max(case when o.comparison_code = 'mom' then o.change end) as change_mom,
        max(case when o.comparison_code = 'yoy' then o.change end) as change_yoy,
        max(case when o.comparison_code = 'year_start' then o.change end) as change_since_year_start,
        max(case when o.comparison_code = 'mom' then o.base end) as base_mom,
        max(case when o.comparison_code = 'yoy' then o.base end) as base_yoy
    from own_change as o
    inner join core.dim_area as a on a.area_id = o.area_id
    where a.level_code <> 'city'
    group by o.area_id, o.indicator_code, o.breakdown_code, o.month
),

running as (
    select
        d.area_id,
        d.indicator_code,
        d.breakdown_code,
        d.month,
        case
            when d.kind_code = 'ratio' then cast(null as double)
            when d.timing_code = 'year_to_date' then d.value
            when d.timing_code = 'during_month'
                and count(d.value) over year_so_far = d.month_of_year
                then sum(d.value) over year_so_far
        end as ytd,
        -- A difference of running totals is a month only when neither of them was missing or restated.
        case
            when d.kind_code = 'ratio' then cast(null as double)
            when d.timing_code = 'during_month' then d.value
            when d.timing_code = 'year_to_date' and d.month_of_year = 1 then d.value
            when d.timing_code in ('year_to_date', 'since_start') and d.revision = 1 and p.revision = 1 then d.value - p.value
        end as monthly_value
    from dated as d
    left join every as p
        on p.area_id = d.area_id
        and p.indicator_code = d.indicator_code
        and p.breakdown_code = d.breakdown_code
        and p.month = d.previous_month
    window year_so_far as (
        partition by d.area_id, d.indicator_code, d.breakdown_code, d.year
        order by d.month
        rows between unbounded preceding and current row
    )
),

ranked as (
    select
        e.area_id,
        e.indicator_code,
        e.month,
        rank() over (
            partition by e.city_area_id, e.area_kind_code, e.indicator_code, e.month
            order by case when i.polarity_code = 'lower_is_better' then e.value else -e.value end
        ) as rank,
        count(*) over (partition by e.city_area_id, e.area_kind_code, e.indicator_code, e.month) as ranked_count
    from every as e
    inner join meta.indicator as i on i.indicator_code = e.indicator_code
    where
        e.level_code = 'unit'
        and e.status_code = 'reported'
        and i.kind_code = 'ratio'
        and i.polarity_code <> 'neutral'
)

select
    cast(e.area_id as varchar) as area_id,
    cast(e.indicator_code as varchar) as indicator_code,
    cast(e.breakdown_code as varchar) as breakdown_code,
    cast(e.month as date) as month,
    cast(e.value as double) as value,
    cast(e.status_code as varchar) as status_code,
    cast(e.quality_code as varchar) as quality_code,
    cast(e.numerator as double) as numerator,
    cast(e.denominator as double) as denominator,
    cast(e.denominator_as_of_on as date) as denominator_as_of_on,
    cast(e.denominator_source_id as varchar) as denominator_source_id,
    cast(e.reported_count as integer) as reported_count,
    cast(e.expected_count as integer) as expected_count,
    cast(e.reported_total as double) as reported_total,
    cast(c.change_mom as double) as change_mom,
    cast(c.change_yoy as double) as change_yoy,
    cast(c.change_since_year_start as double) as change_since_year_start,
    cast(case when e.kind_code <> 'ratio' and abs(c.base_mom) >= 30 then c.change_mom / c.base_mom end as double) as change_pct_mom,
    cast(case when e.kind_code <> 'ratio' and abs(c.base_yoy) >= 30 then c.change_yoy / c.base_yoy end as double) as change_pct_yoy,
    cast(r.ytd as double) as ytd,
    cast(r.monthly_value as double) as monthly_value,
    cast(k.rank as integer) as rank,
    cast(k.ranked_count as integer) as ranked_count,
    cast(case when e.level_code = 'unit' then e.area_kind_code end as varchar) as rank_group_code,
    cast(i.group_code as varchar) as group_code,
    cast(e.note_zh as varchar) as note_zh
from every as e
inner join meta.indicator as i on i.indicator_code = e.indicator_code
inner join running as r
    on r.area_id = e.area_id
    and r.indicator_code = e.indicator_code
    and r.breakdown_code = e.breakdown_code
    and r.month = e.month
left join change as c
    on c.area_id = e.area_id
    and c.indicator_code = e.indicator_code
    and c.breakdown_code = e.breakdown_code
    and c.month = e.month
left join ranked as k
    on k.area_id = e.area_id and k.indicator_code = e.indicator_code and k.month = e.month and e.breakdown_code = 'total'
