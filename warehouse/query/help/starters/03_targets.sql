-- 标题：年底能完成吗，还差多少
-- 分组：回答问题
-- 需要：公开文件与参考表
-- 参数：city=puyang
-- 讲解：一个指标可以有几个目标，各有各的结论：2024年培训2631人对省定1670人是超额，对规划五年25000人次却不足一年的均摊。同一行里的单位（人、人次）不同时，看注意事项。
select
    t.name_zh as 目标,
    t.text_zh as 目标值,
    t.deadline_on as 期限,
    p.actual_as_written as 实际写法,
    p.actual as 实际,
    p.target_value as 比较用的目标值,
    p.completion as 完成率,
    p.remaining as 还差,
    o.label_zh as 判断,
    p.caveat_zh as 注意
from mart.target_progress as p
inner join core.dim_target as t using (target_id)
inner join meta.code as o on o.code_set = 'outlook_code' and o.code = p.outlook_code
where p.area_id = :city and p.is_latest
order by t.deadline_on, t.name_zh;
