-- one row per area, ratio, basis, month and month of the value: the ratio of sums over the area itself ('own'), over those units of a city that can be counted ('units'), or over those that can be in both months of a comparison
with parts as (
    select
        area_id,
        indicator_code,
        'own' as basis_code,
        month,
        month as value_month,
        numerator,
        denominator
    from fraction
    union all
    select a.city_area_id, f.indicator_code, 'units', f.month, f.month, f.numerator, f.denominator
    from fraction as f
    inner join core.dim_area as a on a.area_id = f.area_id and a.level_code = 'unit'
    union all
    select a.city_area_id, c.indicator_code, c.comparison_code, c.month, f.month, f.numerator, f.denominator
    from comparison as c
    inner join core.dim_area as a on a.area_id = c.area_id and a.level_code = 'unit'
    inner join fraction as f
        on f.area_id = c.area_id and f.indicator_code = c.indicator_code and f.month in (c.month, c.other_month)
)

select
    cast(p.area_id as varchar) as area_id,
    cast(p.indicator_code as varchar) as indicator_code,
    cast(p.basis_code as varchar) as basis_code,
    cast(p.month as date) as month,
    cast(p.value_month as date) as value_month,
    -- Both in whole ten-thousandths, which add up to the same in any order.
    cast(
        sum(cast(floor(p.numerator * 10000 + 0.5) as double)) / sum(cast(floor(p.denominator * 10000 + 0.5) as double)) * max(i.scale) as double
    ) as value
from parts as p
inner join meta.indicator as i on i.indicator_code = p.indicator_code
where p.numerator is not null and p.denominator is not null
group by p.area_id, p.indicator_code, p.basis_code, p.month, p.value_month
