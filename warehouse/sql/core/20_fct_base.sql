-- one row per area, base indicator and as-of date: populations and grass-roots units under the codes ratios divide by
with population as (
    select
        area_id,
        case
            when base_code = 'resident' and age_band_code = 'total' then 'resident_population'
            when base_code = 'resident' and age_band_code = '60_plus' then 'resident_population_aged_60_plus'
            when base_code = 'resident' and age_band_code = '65_plus' then 'resident_population_aged_65_plus'
            when base_code = 'resident' and age_band_code = '80_plus' then 'resident_population_aged_80_plus'
            when base_code = 'registered' and age_band_code = '60_plus' then 'registered_population_aged_60_plus'
            when base_code = 'registered' and age_band_code = '80_plus' then 'registered_population_aged_80_plus'
            when base_code = 'resident_projection' and age_band_code = '60_plus'
                then 'projected_population_aged_60_plus'
            when base_code = 'resident_projection' and age_band_code = '80_plus'
                then 'projected_population_aged_80_plus'
        end as indicator_code,
        as_of_on,
        persons as value,
        source_id
    from core.fct_population
),

division as (
    select
        area_id,
        year,
        sum(case when division_code = 'county_unit' then division_count end) as county_unit_count,
        sum(case when division_code = 'villagers_committee' then division_count end) as administrative_village_count,
        sum(case when division_code = 'residents_committee' then division_count end) as residents_committee_count,
        sum(case when division_code in ('residents_committee', 'residents_committee_like') then division_count end) as residents_committee_with_like_count,
        sum(case when division_code = 'street' then division_count end) as street_count,
        sum(case when division_code in ('street', 'county_seat') then division_count end) as street_and_county_seat_count,
        sum(case when division_code in ('town', 'rural_township') then division_count end) as township_count,
        sum(case when division_code = 'township_level' then division_count end) as township_and_street_count,
        max(source_id) as source_id
    from core.fct_division_count
    group by area_id, year
),

unpivoted as (
    select area_id, year, 'county_unit_count' as indicator_code, county_unit_count as value, source_id from division
    union all
    select area_id, year, 'administrative_village_count' as indicator_code, administrative_village_count as value, source_id from division
    union all
    select area_id, year, 'residents_committee_count' as indicator_code, residents_committee_count as value, source_id from division
    union all
    select area_id, year, 'residents_committee_with_like_count' as indicator_code, residents_committee_with_like_count as value, source_id from division
    union all
    select area_id, year, 'street_count' as indicator_code, street_count as value, source_id from division
    union all
    select area_id, year, 'street_and_county_seat_count' as indicator_code, street_and_county_seat_count as value, source_id from division
    union all
    select area_id, year, 'township_count' as indicator_code, township_count as value, source_id from division
    union all
    select area_id, year, 'township_and_street_count' as indicator_code, township_and_street_count as value, source_id from division
)

select
    cast(area_id as varchar) as area_id,
    cast(indicator_code as varchar) as indicator_code,
    cast(as_of_on as date) as as_of_on,
    cast(value as double) as value,
    cast(source_id as varchar) as source_id
from population
where indicator_code is not null
union all
select
    cast(area_id as varchar) as area_id,
    cast(indicator_code as varchar) as indicator_code,
    cast(make_date(year, 12, 31) as date) as as_of_on,
    cast(value as double) as value,
    cast(source_id as varchar) as source_id
from unpivoted
where value is not null
