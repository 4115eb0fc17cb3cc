-- one row per year-end outlook and what it was made of: the running total, and both ends of each completed year's profile
with keyed as (
    select
        o.area_id,
        o.indicator_code,
        o.month,
        o.area_id || '|' || o.indicator_code || '|' || cast(o.month as varchar) as row_key
    from mart.year_outlook as o
),
broken as (
    -- what was counted before such a month is no part of the profile
    select distinct
        a.area_id,
        b.indicator_code,
        b.month
    from meta.series_break as b
    inner join core.dim_area as a on a.area_id = b.area_id or a.city_area_id = b.area_id
),
total as (
    select
        m.area_id,
        m.indicator_code,
        m.month,
        m.area_id || '|' || m.indicator_code || '|total|' || cast(m.month as varchar) as row_key
    from mart.indicator_month as m
    where m.breakdown_code = 'total' and m.value > 0
)
select
    'mart.year_outlook' as relation,
    k.row_key,
    'numerator' as role_code,
    'mart.indicator_month' as input_relation,
    k.area_id || '|' || k.indicator_code || '|total|' || cast(k.month as varchar) as input_row_key
from keyed as k
union all
select
    'mart.year_outlook' as relation,
    k.row_key,
    'denominator' as role_code,
    'mart.indicator_month' as input_relation,
    case when e.is_end then d.row_key else s.row_key end as input_row_key
from keyed as k
inner join total as s
    on s.area_id = k.area_id
    and s.indicator_code = k.indicator_code
    and month(s.month) = month(k.month)
    and year(s.month) < year(k.month)
inner join total as d
    on d.area_id = s.area_id
    and d.indicator_code = s.indicator_code
    and year(d.month) = year(s.month)
    and month(d.month) = 12
left join broken as b
    on b.area_id = k.area_id
    and b.indicator_code = k.indicator_code
    and b.month > cast(date_trunc('year', s.month) as date)
    and b.month <= k.month
cross join (select true as is_end union all select false as is_end) as e
where b.area_id is null
