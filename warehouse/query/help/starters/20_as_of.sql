-- 标题：当时知道的数
-- 分组：看历史
-- 需要：月报
-- 参数：known=2026-08
-- 讲解：obs 是现行值；obs_as_of('2024-06') 是2024年6月底时已经收到的值，后来的更正不在内。写旧材料时核对用它。:known 可以写到日。
select
    n.area_id as 单位,
    n.indicator_code as 指标,
    n.month as 月份,
    t.value as 当时的值,
    n.value as 现在的值,
    n.value - t.value as 后来改了多少,
    n.revision as 修订号
from obs as n
inner join obs_as_of(:known) as t using (area_id, indicator_code, breakdown_code, month)
where n.value is distinct from t.value
order by abs(n.value - t.value) desc nulls last;
