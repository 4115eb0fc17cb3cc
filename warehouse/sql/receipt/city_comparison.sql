-- one row per comparison line and value shown on either side, and the population a value per 10,000 divides by
select
    'mart.city_comparison' as relation,
    c.area_a || '|' || c.area_b || '|' || c.item_code as row_key,
    'value' as role_code,
    c.relation_a as input_relation,
    c.row_key_a as input_row_key
from mart.city_comparison as c
where c.row_key_a is not null
union all
select
    'mart.city_comparison' as relation,
    c.area_a || '|' || c.area_b || '|' || c.item_code as row_key,
    'value' as role_code,
    c.relation_b as input_relation,
    c.row_key_b as input_row_key
from mart.city_comparison as c
where c.row_key_b is not null
union all
select
    'mart.city_comparison' as relation,
    c.area_a || '|' || c.area_b || '|' || c.item_code as row_key,
    'denominator' as role_code,
    'mart.area_profile' as input_relation,
    f.area_id as input_row_key
from mart.city_comparison as c
inner join mart.area_profile as f on f.area_id = c.area_a or f.area_id = c.area_b
where
    c.basis_code = 'per_10000'
    and ((f.area_id = c.area_a and c.value_a is not null) or (f.area_id = c.area_b and c.value_b is not null))
