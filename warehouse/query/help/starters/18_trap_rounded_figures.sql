-- 标题：陷阱：约数之间的增长只有下限
-- 分组：避开陷阱
-- 需要：公开文件与参考表
-- 参数：
-- 讲解：66.7万到70余万，不能说增长4.9%：前者是66.65万到66.75万，后者至少70万，所以增长不低于4.87%。用上下界算，向外取。
with enrolled as (
    select period_end_on, value_as_written, value, value_low, value_high
    from core.fct_document_figure
    where indicator_code = 'enrolled_count' and kind_code = 'actual' and area_id = 'puyang'
)
select
    earlier.value_as_written as 前,
    earlier.period_end_on as 前时点,
    later.value_as_written as 后,
    later.period_end_on as 后时点,
    later.value / earlier.value - 1 as 按印出的数算,
    later.value_low / earlier.value_high - 1 as 至少增长,
    later.value_high / earlier.value_low - 1 as 至多增长_空为无上限
from enrolled as earlier
inner join enrolled as later on later.period_end_on > earlier.period_end_on
order by 前时点, 后时点;
