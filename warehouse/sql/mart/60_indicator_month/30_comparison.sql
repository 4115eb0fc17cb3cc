-- one row per area, indicator, breakdown, month and comparison that may be made: the month it is held against, and of a count or amount both amounts
with comparisons as (
    select 'mom' as comparison_code, month, previous_month as other_month from core.dim_month
    union all
    select 'yoy' as comparison_code, month, year_ago_month as other_month from core.dim_month
    union all
    select 'year_start' as comparison_code, month, year_start_month as other_month from core.dim_month
),

-- What can be compared at all. Around 春节 a flow of January or February alone says nothing: both months are compared
-- together, as February. Persons of both months are no sum where the same one is counted in each.
known as (
    select
        q.area_id,
        q.indicator_code,
        q.breakdown_code,
        q.month,
        q.amount,
        case
            when i.timing_code = 'during_month' and m.month_of_year = 2
                then case when not i.is_counted_anew then q.amount + j.amount end
            else q.amount
        end as season_amount
    from quantity as q
    inner join meta.indicator as i on i.indicator_code = q.indicator_code
    inner join core.dim_month as m on m.month = q.month
    left join quantity as j
        on i.timing_code = 'during_month'
        and m.month_of_year = 2
        and j.area_id = q.area_id
        and j.indicator_code = q.indicator_code
        and j.breakdown_code = q.breakdown_code
        and j.month = m.previous_month
    where q.amount is not null
    union all
    select area_id, indicator_code, 'total', month, cast(null as double), cast(null as double)
    from fraction
    where numerator is not null and denominator is not null
),

-- A comparison across a declared break would compare two different things; a break of a city holds for its units.
broken as (
    select distinct
        a.area_id,
        b.indicator_code,
        c.month,
        c.comparison_code
    from meta.series_break as b
    inner join core.dim_area as a on a.area_id = b.area_id or a.city_area_id = b.area_id
    inner join comparisons as c on b.month <= c.month and b.month > c.other_month
),

with_break as (
    select distinct indicator_code from meta.series_break
),

allowed as (
    select
        i.indicator_code,
        c.comparison_code,
        c.month,
        c.other_month,
        i.kind_code,
        w.indicator_code is not null as has_break
    from meta.indicator as i
    cross join comparisons as c
    inner join core.dim_month as m on m.month = c.month
    left join with_break as w on w.indicator_code = i.indicator_code
    where
        (c.comparison_code = 'mom' and i.timing_code <> 'year_to_date' and not (i.timing_code = 'during_month' and m.month_of_year <= 2))
        or (c.comparison_code = 'yoy' and not (i.timing_code = 'during_month' and i.kind_code <> 'ratio' and m.month_of_year = 1))
        or (c.comparison_code = 'year_start' and i.timing_code = 'end_of_month')
),

paired as (
    select
        n.area_id,
        n.indicator_code,
        n.breakdown_code,
        n.month,
        c.comparison_code,
        c.other_month,
        c.kind_code,
        c.has_break,
        case when c.comparison_code = 'yoy' then n.season_amount else n.amount end as amount,
        case when c.comparison_code = 'yoy' then o.season_amount else o.amount end as other_amount
    from known as n
    inner join allowed as c on c.indicator_code = n.indicator_code and c.month = n.month
    inner join known as o
        on o.area_id = n.area_id
        and o.indicator_code = n.indicator_code
        and o.breakdown_code = n.breakdown_code
        and o.month = c.other_month
),

-- Hardly any indicator has a break; only theirs are held against it.
unbroken as (
    select * from paired
    where not has_break
    union all
    select p.*
    from paired as p
    left join broken as b
        on b.area_id = p.area_id
        and b.indicator_code = p.indicator_code
        and b.month = p.month
        and b.comparison_code = p.comparison_code
    where p.has_break and b.area_id is null
)

select
    cast(area_id as varchar) as area_id,
    cast(indicator_code as varchar) as indicator_code,
    cast(breakdown_code as varchar) as breakdown_code,
    cast(month as date) as month,
    cast(comparison_code as varchar) as comparison_code,
    cast(other_month as date) as other_month,
    cast(amount as double) as amount,
    cast(other_amount as double) as other_amount
from unbroken
where kind_code = 'ratio' or (amount is not null and other_amount is not null)
