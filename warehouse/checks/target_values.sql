-- offenders: a target whose value is not the one its document prints
select
    '目标 ' || t.target_id as place_zh,
    '目标值 ' || coalesce(cast(t.value as varchar), '空') || ' 与公开文件数 ' || t.figure_id || ' 的 '
    || coalesce(cast(f.value as varchar), '空') || ' 不同' as fact_zh,
    '请照文件原文改正 targets.toml 或台账' as remedy_zh,
from core.dim_target as t
inner join core.fct_document_figure as f on f.figure_id = t.figure_id
where t.value is distinct from f.value
