-- one row per cross check and figure, population or standard it uses
select
    'mart.cross_check' as relation,
    o.check_id as row_key,
    o.role_code,
    'core.fct_document_figure' as input_relation,
    o.figure_id as input_row_key
from mart.cross_check as c
inner join meta.cross_check_operand as o on o.check_id = c.check_id
where o.kind_code = 'figure'
union all
select
    'mart.cross_check' as relation,
    o.check_id as row_key,
    'value' as role_code,
    'meta.figure_reading' as input_relation,
    r.figure_id || '|' || r.reading_code as input_row_key
from mart.cross_check as c
inner join meta.cross_check_operand as o on o.check_id = c.check_id
inner join meta.figure_reading as r on r.figure_id = o.figure_id and r.reading_code = 'usual'
union all
select
    'mart.cross_check' as relation,
    o.check_id as row_key,
    o.role_code,
    'core.fct_population' as input_relation,
    o.area_id || '|' || cast(o.as_of_on as varchar) || '|' || o.base_code || '|' || o.age_band_code as input_row_key
from mart.cross_check as c
inner join meta.cross_check_operand as o on o.check_id = c.check_id
where o.kind_code = 'population'
union all
select
    'mart.cross_check' as relation,
    o.check_id as row_key,
    o.role_code,
    'core.fct_allowance_standard' as input_relation,
    s.area_id || '|' || s.age_tier_code || '|' || cast(s.valid_from_on as varchar) as input_row_key
from mart.cross_check as c
inner join meta.cross_check_operand as o on o.check_id = c.check_id
inner join core.fct_allowance_standard as s on s.area_id = o.area_id
where o.kind_code = 'allowance'
