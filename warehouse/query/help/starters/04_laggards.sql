-- 标题：哪几个县区落后
-- 分组：回答问题
-- 需要：月报
-- 参数：city=puyang
-- 讲解：位次只在参加排名的单位里算，缺报和不适用的不参排，所以同时取出参排单位数。功能区另成一组。
select
    i.label_zh as 指标,
    a.short_name_zh as 单位,
    m.rank as 位次,
    m.ranked_count as 参排单位数,
    m.value as 数值,
    m.change_mom as 较上月
from mart.indicator_month as m
inner join core.dim_area as a using (area_id)
inner join meta.indicator as i using (indicator_code)
where a.parent_area_id = :city
    and m.month = (select max(month) from mart.indicator_month)
    and m.breakdown_code = 'total'
    and m.rank > m.ranked_count - 2
order by i.sort_order, m.rank desc;
