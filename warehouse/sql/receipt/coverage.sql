-- one row per coverage row and figure or count it is made of
with latest_division as (
    select
        area_id,
        division_code,
        max(year) as year
    from core.fct_division_count
    group by area_id, division_code
),
keyed as (
    select
        c.area_id,
        c.network_code,
        c.base_code,
        c.origin_code,
        c.figure_id,
        c.built,
        c.base,
        c.indicator_code,
        cast(date_trunc('month', c.as_of_on) as date) as month,
        c.area_id || '|' || c.network_code || '|' || cast(c.as_of_on as varchar) || '|' || c.base_code || '|'
        || c.origin_code as row_key
    from mart.coverage as c
)
select
    'mart.coverage' as relation,
    k.row_key,
    'numerator' as role_code,
    'core.fct_document_figure' as input_relation,
    k.figure_id as input_row_key
from keyed as k
where k.figure_id is not null
union all
select
    'mart.coverage' as relation,
    k.row_key,
    'value' as role_code,
    'meta.figure_reading' as input_relation,
    r.figure_id || '|' || r.reading_code as input_row_key
from keyed as k
inner join meta.figure_reading as r on r.figure_id = k.figure_id and r.reading_code = 'usual'
union all
select
    'mart.coverage' as relation,
    k.row_key,
    'numerator' as role_code,
    'mart.indicator_month' as input_relation,
    k.area_id || '|' || k.indicator_code || '|total|' || cast(k.month as varchar) as input_row_key
from keyed as k
where k.origin_code = 'month' and k.built is not null
union all
select
    'mart.coverage' as relation,
    k.row_key,
    'base' as role_code,
    'core.fct_division_count' as input_relation,
    l.area_id || '|' || cast(l.year as varchar) || '|' || l.division_code as input_row_key
from keyed as k
inner join (
    select network_code, base_code, division_code
    from meta.network
    group by network_code, base_code, division_code
) as n on n.network_code = k.network_code and n.base_code = k.base_code
inner join latest_division as l on l.area_id = k.area_id and l.division_code = n.division_code
union all
select
    'mart.coverage' as relation,
    k.row_key,
    'base' as role_code,
    'core.fct_document_figure' as input_relation,
    f.figure_id as input_row_key
from keyed as k
inner join meta.base_note as b on b.network_code = k.network_code and b.base_code = k.base_code
inner join core.fct_document_figure as f
    on f.area_id = k.area_id and f.indicator_code = b.printed_indicator_code and f.kind_code = 'actual'
