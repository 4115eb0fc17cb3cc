-- one row per unit, ratio with a direction and month: its rank among those units of its city and kind that can be counted
select
    cast(r.area_id as varchar) as area_id,
    cast(r.indicator_code as varchar) as indicator_code,
    cast(r.month as date) as month,
    cast(rank() over (
        partition by a.city_area_id, a.kind_code, r.indicator_code, r.month
        order by case when i.polarity_code = 'lower_is_better' then r.value else -r.value end
    ) as integer) as rank,
    cast(count(*) over (partition by a.city_area_id, a.kind_code, r.indicator_code, r.month) as integer) as ranked_count
from ratio as r
inner join core.dim_area as a on a.area_id = r.area_id
inner join meta.indicator as i on i.indicator_code = r.indicator_code
where
    r.basis_code = 'own'
    and a.level_code = 'unit'
    and i.polarity_code <> 'neutral'
