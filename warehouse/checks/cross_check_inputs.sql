-- offenders: a cross check, a reading or a target whose printed figure is in no document
select
    '核对 ' || o.check_id as place_zh,
    '所用的公开文件数 ' || o.figure_id || ' 不在台账中' as fact_zh,
    '请在 cross_checks.toml 中改正编号' as remedy_zh
from meta.cross_check_operand as o
left join core.fct_document_figure as f on f.figure_id = o.figure_id
where o.figure_id is not null and f.figure_id is null and exists (select 1 from core.fct_document_figure)
union all
select
    '读法 ' || r.figure_id || ' ' || r.reading_code as place_zh,
    '公开文件数 ' || r.figure_id || ' 不在台账中' as fact_zh,
    '请在 readings.toml 中改正编号' as remedy_zh
from meta.figure_reading as r
left join core.fct_document_figure as f on f.figure_id = r.figure_id
where f.figure_id is null and exists (select 1 from core.fct_document_figure)
union all
select
    '目标 ' || t.target_id as place_zh,
    '对应的公开文件数 ' || t.figure_id || ' 不在台账中' as fact_zh,
    '请在 targets.toml 中改正编号' as remedy_zh
from core.dim_target as t
left join core.fct_document_figure as f on f.figure_id = t.figure_id
where t.figure_id is not null and f.figure_id is null and exists (select 1 from core.fct_document_figure)
