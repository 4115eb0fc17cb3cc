-- 标题：这个月谁没报、谁迟报
-- 分组：回答问题
-- 需要：月报
-- 参数：city=puyang, month=latest
-- 讲解：未报也是一行，不是没有行；这样才数得出缺了几家。
select
    a.short_name_zh as 单位,
    f.label_zh as 报表,
    s.due_on as 应报日期,
    t.label_zh as 状态,
    s.is_late as 迟报,
    s.received_at as 收到时间,
    s.blocking_count as 必须更正,
    s.soft_count as 需说明
from meta.submission as s
inner join core.dim_area as a using (area_id)
inner join meta.code as t on t.code_set = 'state_code' and t.code = s.state_code
left join meta.code as f on f.code_set = 'form_code' and f.code = s.form_code
where a.parent_area_id = :city and s.month = :month
order by a.sort_order, f.sort_order, s.revision;
