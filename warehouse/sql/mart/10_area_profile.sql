-- one row per area with a resident census: its latest population by age and its urban share
with latest as (
    select
        area_id,
        max(as_of_on) as as_of_on,
    from core.fct_population
    where base_code = 'resident' and age_band_code = 'total'
    group by area_id
),
persons as (
    select
        p.area_id,
        p.as_of_on,
        max(case when p.age_band_code = 'total' then p.persons end) as total_persons,
        max(case when p.age_band_code = '60_plus' then p.persons end) as aged_60_plus,
        max(case when p.age_band_code = '65_plus' then p.persons end) as aged_65_plus,
        max(case when p.age_band_code = '80_plus' then p.persons end) as aged_80_plus,
        max(case when p.age_band_code = '85_plus' then p.persons end) as aged_85_plus,
        max(case when p.age_band_code = 'total' then p.source_id end) as source_id,
    from core.fct_population as p
    inner join latest as l on l.area_id = p.area_id and l.as_of_on = p.as_of_on
    where p.base_code = 'resident'
    group by p.area_id, p.as_of_on
)
select
    cast(p.area_id as varchar) as area_id,
    cast(p.as_of_on as date) as as_of_on,
    cast(p.total_persons as double) as resident_population,
    cast(p.aged_60_plus as double) as aged_60_plus,
    cast(p.aged_65_plus as double) as aged_65_plus,
    cast(p.aged_80_plus as double) as aged_80_plus,
    cast(p.aged_85_plus as double) as aged_85_plus,
    cast(cast(p.aged_60_plus as double) / nullif(p.total_persons, 0) as double) as ageing_rate,
    cast(cast(p.aged_65_plus as double) / nullif(p.total_persons, 0) as double) as aged_65_plus_share,
    cast(cast(p.aged_80_plus as double) / nullif(p.total_persons, 0) as double) as aged_80_plus_share,
    cast(
        cast(u.urban_persons as double) / nullif(u.urban_persons + u.rural_persons, 0) as double
    ) as urban_share,
    cast(p.source_id as varchar) as source_id
from persons as p
left join core.fct_urban_population as u on u.area_id = p.area_id and u.as_of_on = p.as_of_on
