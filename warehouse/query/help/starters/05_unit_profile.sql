-- 标题：我县各项指标第几，差在哪
-- 分组：回答问题
-- 需要：月报
-- 参数：unit=hualong
-- 讲解：把本单位与参排单位里的中位数放在一起。比率存小数，0.702就是70.2%；差用百分点说，不说百分之几。
with latest as (
    select m.*, a.parent_area_id
    from mart.indicator_month as m
    inner join core.dim_area as a using (area_id)
    where m.month = (select max(month) from mart.indicator_month) and m.breakdown_code = 'total'
),
middle as (
    select parent_area_id, indicator_code, median(value) as middle_value
    from latest
    where rank is not null
    group by all
)
select
    i.label_zh as 指标,
    l.value as 本单位,
    d.middle_value as 中位数,
    l.value - d.middle_value as 差,
    l.rank as 位次,
    l.ranked_count as 参排单位数,
    l.status_code as 状态
from latest as l
inner join meta.indicator as i using (indicator_code)
left join middle as d using (parent_area_id, indicator_code)
where l.area_id = :unit
order by i.sort_order;
