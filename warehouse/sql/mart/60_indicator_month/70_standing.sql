-- one row per unit, ratio with a direction and month: its rank among those units of its city and kind that can be counted
with placed as (
    select
        r.area_id,
        r.indicator_code,
        r.month,
        a.city_area_id,
        a.kind_code,
        case when i.polarity_code = 'lower_is_better' then r.value else -r.value end as place,
        i.smallest_difference
    from ratio as r
    inner join core.dim_area as a on a.area_id = r.area_id
    inner join meta.indicator as i on i.indicator_code = r.indicator_code
    where
        r.basis_code = 'own'
        and a.level_code = 'unit'
        and i.polarity_code <> 'neutral'
),

-- A new place begins where the next better one is better by a difference that counts; whoever is nearer shares its place,
-- so that no two ranks ever differ by less than the indicator declares. A hair is left for doubles.
apart as (
    select
        p.*,
        case
            when p.place - lag(p.place) over (
                partition by p.city_area_id, p.kind_code, p.indicator_code, p.month order by p.place
            ) < greatest(coalesce(p.smallest_difference, 0), 0.000000001) - 0.000000000001 then 0
            else 1
        end as is_apart
    from placed as p
),

grouped as (
    select
        a.*,
        sum(a.is_apart) over (
            partition by a.city_area_id, a.kind_code, a.indicator_code, a.month order by a.place
        ) as group_number,
        rank() over (
            partition by a.city_area_id, a.kind_code, a.indicator_code, a.month order by a.place
        ) as position
    from apart as a
)

select
    cast(area_id as varchar) as area_id,
    cast(indicator_code as varchar) as indicator_code,
    cast(month as date) as month,
    cast(min(position) over (
        partition by city_area_id, kind_code, indicator_code, month, group_number
    ) as integer) as rank,
    cast(count(*) over (
        partition by city_area_id, kind_code, indicator_code, month, group_number
    ) as integer) as tied_count,
    cast(count(*) over (partition by city_area_id, kind_code, indicator_code, month) as integer) as ranked_count
from grouped
