-- 标题：哪些数后来改过
-- 分组：回答问题
-- 需要：月报
-- 参数：city=puyang
-- 讲解：旧值、新值、理由都在；改动前的数用 obs_as_of 能再取出来（见“当时知道的数”）。
select
    r.month as 月份,
    a.short_name_zh as 单位,
    i.label_zh as 指标,
    r.old_value as 原值,
    r.new_value as 新值,
    r.new_value - r.old_value as 改动,
    r.reason_zh as 理由,
    r.restated_at as 修订时间
from meta.restatement as r
inner join core.dim_area as a using (area_id)
inner join meta.indicator as i using (indicator_code)
where a.parent_area_id = :city or a.area_id = :city
order by abs(r.new_value - r.old_value) desc;
