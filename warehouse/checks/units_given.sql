-- offenders: a number that would be shown without a unit
select
    '指标 ' || indicator_code as place_zh,
    '没有单位' as fact_zh,
    '请在 indicators.toml 中写明 unit_zh' as remedy_zh,
from meta.indicator
where coalesce(trim(unit_zh), '') = ''
union all
select
    '公开文件数 ' || figure_id as place_zh,
    '数值“' || value_as_written || '”没有单位' as fact_zh,
    '请在台账中写明单位' as remedy_zh,
from core.fct_document_figure
where coalesce(trim(unit_zh), '') = ''
union all
select
    '目标 ' || target_id as place_zh,
    '目标值没有单位' as fact_zh,
    '请在 targets.toml 中写明 unit_zh' as remedy_zh,
from core.dim_target
where value is not null and coalesce(trim(unit_zh), '') = ''
union all
select
    '城市对比 ' || area_a || ' 与 ' || area_b || ' ' || item_code as place_zh,
    '比较项没有单位' as fact_zh,
    '请在 comparison.toml 中写明单位' as remedy_zh,
from mart.city_comparison
where (value_a is not null or value_b is not null) and coalesce(trim(unit_zh), '') = ''
union all
select
    '核对 ' || check_id as place_zh,
    '结果没有单位' as fact_zh,
    '请在 cross_checks.toml 中写明单位' as remedy_zh,
from mart.cross_check
where result is not null and coalesce(trim(unit_zh), '') = ''
