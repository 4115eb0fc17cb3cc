-- 标题：陷阱：缺报不是零
-- 分组：避开陷阱
-- 需要：月报
-- 参数：city=puyang, month=latest
-- 讲解：sum 会跳过空值，于是缺报的单位悄悄成了零。全市数有缺报时 value 为空，已报单位合计另列；缺谁，从单位行的状态里取。
select
    i.label_zh as 指标,
    m.value as 全市,
    m.status_code as 状态,
    m.reported_total as 已报单位合计,
    m.reported_count as 已报,
    m.expected_count as 应报,
    (
        select string_agg(a.short_name_zh, '、' order by a.sort_order)
        from mart.indicator_month as u
        inner join core.dim_area as a using (area_id)
        where a.parent_area_id = m.area_id and u.month = m.month and u.breakdown_code = 'total'
            and u.indicator_code = m.indicator_code and u.status_code in ('missing', 'returned', 'withheld')
    ) as 缺报单位
from mart.indicator_month as m
inner join meta.indicator as i using (indicator_code)
where m.area_id = :city and m.month = :month and m.breakdown_code = 'total' and i.kind_code <> 'ratio'
order by m.reported_count, i.sort_order;
