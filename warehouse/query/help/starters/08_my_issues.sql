-- 标题：我的报表哪里不对，怎么改
-- 分组：回答问题
-- 需要：月报
-- 参数：unit=hualong
-- 讲解：问题带着文件、工作表和单元格；blocking 不改不收，hold 等说明，soft 请解释，info 只提示。
select
    month as 月份,
    form_code as 报表,
    sheet as 工作表,
    cell as 单元格,
    rule_code as 规则,
    severity_code as 程度,
    sentence_zh as 事实,
    remedy_zh as 怎么办
from meta.issue
where area_id = :unit and is_open
order by month desc, severity_code, form_code, cell;
