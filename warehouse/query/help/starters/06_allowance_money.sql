-- 标题：津贴发了多少，人均对不对
-- 分组：回答问题
-- 需要：月报
-- 参数：city=puyang
-- 讲解：人均额＝金额合计÷人数合计，不是各档人均的平均。80—89岁每月50元，所以全体人均应在56元上下；偏出很多多半是单位写错或有补发。
select
    month as 月份,
    sum(recipient_count) as 在享人数,
    sum(paid_yuan) as 实发金额,
    sum(paid_yuan) / nullif(sum(recipient_count), 0) as 人均额,
    sum(arrears_yuan) as 补发,
    sum(recovered_yuan) as 追缴,
    sum(stopped_count) as 停发人数
from mart.allowance_month
where area_id = :city and age_tier_code = 'total' and status_code = 'reported'
group by month
order by month desc
limit 24;
