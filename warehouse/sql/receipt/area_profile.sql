-- one row per area profile and census figure it shows or divides
select
    'mart.area_profile' as relation,
    f.area_id as row_key,
    case when p.age_band_code = 'total' then 'denominator' else 'numerator' end as role_code,
    'core.fct_population' as input_relation,
    p.area_id || '|' || cast(p.as_of_on as varchar) || '|' || p.base_code || '|' || p.age_band_code as input_row_key
from mart.area_profile as f
inner join core.fct_population as p on p.area_id = f.area_id and p.as_of_on = f.as_of_on
where p.base_code = 'resident' and p.age_band_code in ('total', '60_plus', '65_plus', '80_plus', '85_plus')
union all
select
    'mart.area_profile' as relation,
    f.area_id as row_key,
    'value' as role_code,
    'core.fct_urban_population' as input_relation,
    u.area_id || '|' || cast(u.as_of_on as varchar) as input_row_key
from mart.area_profile as f
inner join core.fct_urban_population as u on u.area_id = f.area_id and u.as_of_on = f.as_of_on
