-- one row per verdict and what it rests on: the target, the value that judges, and the lines of its parts and readings
with keyed as (
    select
        v.*,
        v.target_id || '|' || v.reading || '|' || v.area_id || '|' || cast(v.month as varchar) as row_key
    from mart.target_verdict as v
)
select
    'mart.target_verdict' as relation,
    k.row_key,
    'target' as role_code,
    'core.dim_target' as input_relation,
    case when k.reading = 'all' then k.target_id else k.reading end as input_row_key
from keyed as k
union all
select
    'mart.target_verdict' as relation,
    k.row_key,
    'value' as role_code,
    k.evidence_relation as input_relation,
    k.evidence_row_key as input_row_key
from keyed as k
where k.evidence_row_key is not null
union all
select
    'mart.target_verdict' as relation,
    w.row_key,
    'value' as role_code,
    'mart.target_verdict' as input_relation,
    p.row_key as input_row_key
from keyed as w
inner join keyed as p on p.target_id = w.target_id and p.month = w.month
where w.scope_code = 'whole' and w.parts_named > 1 and p.scope_code not in ('whole', 'reference')
