-- 标题：陷阱：累计数不是当月数
-- 分组：避开陷阱
-- 需要：月报
-- 参数：unit=hualong
-- 讲解：培训报的是本年累计，每年1月从头来过。当月数＝本月累计－上月累计，中间缺一个月就算不出，monthly_value 这时为空，不是0。
select
    m.month as 月份,
    m.value as 本年累计,
    m.monthly_value as 当月,
    m.value - lag(m.value) over (order by m.month) as 直接相减_跨年会错,
    m.status_code as 状态
from mart.indicator_month as m
where m.area_id = :unit and m.indicator_code = 'training_person_times' and m.breakdown_code = 'total'
order by m.month desc
limit 36;
