-- 标题：年底能完成吗，还差多少
-- 分组：回答问题
-- 需要：公开文件与参考表
-- 参数：city=puyang
-- 讲解：一个指标可以有几个目标，各有各的结论：2024年培训2631人对省定1670人是超额，对规划五年25000人次却不足一年的均摊。同一行里的单位（人、人次）不同时，看“为什么”一列。
select
    t.name_zh as 目标,
    t.text_zh as 目标值,
    t.deadline_on as 期限,
    t.reading_zh as 读法,
    v.value_as_written as 实际写法,
    v.value as 实际,
    v.as_of_on as 时点,
    v.target_value as 比较用的目标值,
    v.gap as 与目标之差,
    k.label_zh as 判断,
    v.reason_zh as 为什么
from mart.target_verdict as v
inner join core.dim_target as t on t.target_id = v.reading
inner join meta.code as k on k.code_set = 'target_state_code' and k.code = v.target_state_code
where t.area_id = :city and v.is_latest and v.scope_code in ('area', 'each_unit')
order by t.deadline_on, t.name_zh, v.area_id;
