-- one row per area, indicator, breakdown, month and comparison: how far it moved, and the percentage of a count or amount
with own as (
    select
        c.area_id,
        c.indicator_code,
        c.breakdown_code,
        c.month,
        c.comparison_code,
        coalesce(c.amount, n.value) as value,
        coalesce(c.other_amount, o.value) as base
    from comparison as c
    left join ratio as n
        on n.area_id = c.area_id and n.indicator_code = c.indicator_code and n.basis_code = 'own' and n.month = c.month
    left join ratio as o
        on o.area_id = c.area_id and o.indicator_code = c.indicator_code and o.basis_code = 'own' and o.month = c.other_month
),

-- A city with a unit missing in either month is compared over the units that reported in both.
units as (
    select
        a.city_area_id as area_id,
        c.indicator_code,
        c.breakdown_code,
        c.month,
        c.comparison_code,
        max(c.other_month) as other_month,
        sum(cast(floor(c.amount * 10000 + 0.5) as double)) / 10000 as amount,
        sum(cast(floor(c.other_amount * 10000 + 0.5) as double)) / 10000 as other_amount
    from comparison as c
    inner join core.dim_area as a on a.area_id = c.area_id and a.level_code = 'unit'
    group by a.city_area_id, c.indicator_code, c.breakdown_code, c.month, c.comparison_code
),

common as (
    select
        u.area_id,
        u.indicator_code,
        u.breakdown_code,
        u.month,
        u.comparison_code,
        coalesce(u.amount, n.value) as value,
        coalesce(u.other_amount, o.value) as base
    from units as u
    left join ratio as n
        on n.area_id = u.area_id
        and n.indicator_code = u.indicator_code
        and n.basis_code = u.comparison_code
        and n.month = u.month
        and n.value_month = u.month
    left join ratio as o
        on o.area_id = u.area_id
        and o.indicator_code = u.indicator_code
        and o.basis_code = u.comparison_code
        and o.month = u.month
        and o.value_month = u.other_month
),

chosen as (
    select o.*
    from own as o
    inner join core.dim_area as a on a.area_id = o.area_id
    where a.level_code <> 'city'
    union all
    select
        c.area_id,
        c.indicator_code,
        c.breakdown_code,
        c.month,
        c.comparison_code,
        coalesce(o.value, c.value),
        coalesce(o.base, c.base)
    from common as c
    left join own as o
        on o.area_id = c.area_id
        and o.indicator_code = c.indicator_code
        and o.breakdown_code = c.breakdown_code
        and o.month = c.month
        and o.comparison_code = c.comparison_code
)

select
    cast(c.area_id as varchar) as area_id,
    cast(c.indicator_code as varchar) as indicator_code,
    cast(c.breakdown_code as varchar) as breakdown_code,
    cast(c.month as date) as month,
    cast(c.comparison_code as varchar) as comparison_code,
    cast(c.value - c.base as double) as change,
    -- A base below nothing, as after a correction, has no percentage either: its sign would turn.
    cast(case when i.kind_code <> 'ratio' and c.base >= p.value then (c.value - c.base) / c.base end as double) as change_pct
from chosen as c
inner join meta.indicator as i on i.indicator_code = c.indicator_code
left join meta.parameter as p on p.parameter_code = 'smallest_percent_base'
