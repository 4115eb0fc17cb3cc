-- one row per unit, ratio with a direction and month: its rank among those units of its city and kind whose base is not too small to rank
with placed as (
    select
        r.area_id,
        r.indicator_code,
        r.month,
        a.city_area_id,
        a.kind_code,
        case when i.polarity_code = 'lower_is_better' then r.value else -r.value end as place,
        i.smallest_difference,
        f.denominator,
        -- By how much one of what is counted moves the rate: one of two townships is half of it.
        i.scale / f.denominator as one_more
    from ratio as r
    inner join fraction as f on f.area_id = r.area_id and f.indicator_code = r.indicator_code and f.month = r.month
    inner join core.dim_area as a on a.area_id = r.area_id
    inner join meta.indicator as i on i.indicator_code = r.indicator_code
    left join meta.parameter as p on p.parameter_code = 'smallest_rank_base'
    where
        r.basis_code = 'own'
        and a.level_code = 'unit'
        and i.polarity_code <> 'neutral'
        and f.denominator >= coalesce(p.value, 0)
),

-- What a distance must reach to count: as declared, and never less than one of what is counted. Of equal rates the one of
-- the smallest base decides, whichever of them stands first.
counting as (
    select
        p.*,
        greatest(
            coalesce(p.smallest_difference, 0),
            max(p.one_more) over (partition by p.city_area_id, p.kind_code, p.indicator_code, p.month, p.place)
        ) as least
    from placed as p
),

-- A new place begins where the next better one is better by a difference that counts for both; whoever is nearer shares its
-- place, so that no two ranks ever differ by less than the indicator declares, and none of neighbours by less than one. A
-- hair is left for doubles.
apart as (
    select
        p.*,
        case
            when p.place - lag(p.place) over (
                partition by p.city_area_id, p.kind_code, p.indicator_code, p.month order by p.place
            ) < greatest(
                p.least,
                lag(p.least) over (partition by p.city_area_id, p.kind_code, p.indicator_code, p.month order by p.place),
                0.000000001
            ) - 0.000000000001 then 0
            else 1
        end as is_apart
    from counting as p
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
