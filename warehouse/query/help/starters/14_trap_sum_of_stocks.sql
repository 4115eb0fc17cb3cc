-- 标题：陷阱：存量不能逐月相加
-- 分组：避开陷阱
-- 需要：月报
-- 参数：city=puyang
-- 讲解：床位、人数是月末存量，一年十二个月加起来没有意义；要么取年末，要么取平均。流量（当月办了多少）才能相加。timing_code 说明是哪一种。
select
    year(m.month) as 年,
    i.label_zh as 指标,
    i.timing_code as 时间性质,
    sum(m.value) as 逐月相加_错,
    max_by(m.value, m.month) filter (where m.value is not null) as 年内最后一个月_对,
    avg(m.value) as 月平均_也可,
    count(m.value) as 有数月份
from mart.indicator_month as m
inner join meta.indicator as i using (indicator_code)
where m.area_id = :city and m.breakdown_code = 'total' and i.timing_code = 'end_of_month' and i.kind_code = 'count'
group by all
order by 指标, 年;
