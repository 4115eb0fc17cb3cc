-- one row per line of target progress and what it was held together from: the target, the actual value, its reading
with keyed as (
    select
        p.target_id,
        p.evidence_relation,
        p.evidence_row_key,
        p.target_id || '|' || p.area_id || '|' || cast(p.month as varchar) || '|' || p.origin_code as row_key
    from mart.target_progress as p
)
select
    'mart.target_progress' as relation,
    k.row_key,
    'target' as role_code,
    'core.dim_target' as input_relation,
    k.target_id as input_row_key
from keyed as k
union all
select
    'mart.target_progress' as relation,
    k.row_key,
    'numerator' as role_code,
    k.evidence_relation as input_relation,
    k.evidence_row_key as input_row_key
from keyed as k
where k.evidence_row_key is not null
union all
select
    'mart.target_progress' as relation,
    k.row_key,
    'value' as role_code,
    'meta.figure_reading' as input_relation,
    r.figure_id || '|' || r.reading_code as input_row_key
from keyed as k
inner join core.dim_target as t on t.target_id = k.target_id
left join meta.target_evidence as e on e.target_id = t.target_id and e.indicator_code = t.indicator_code
inner join meta.figure_reading as r
    on r.figure_id = k.evidence_row_key and r.reading_code = coalesce(e.reading_code, 'usual')
where k.evidence_relation = 'core.fct_document_figure'
