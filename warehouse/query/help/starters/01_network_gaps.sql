-- 标题：四级网络还有哪些空白
-- 分组：回答问题
-- 需要：公开文件与参考表
-- 参数：city=puyang
-- 讲解：每种网络一行一个底数：同一个建成数除以不同的底数，覆盖率不同，底数和年份要一起看。只取每种网络最新的一次（is_latest），免得把不同年份的数并在一起。
select
    n.label_zh as 网络,
    c.as_of_on as 时点,
    c.built_as_written as 原文写法,
    c.built as 建成数,
    c.base as 底数,
    c.base_code as 底数口径,
    c.base_year as 底数年份,
    c.rate as 覆盖率,
    c.blank as 空白数,
    s.label_zh as 状态
from mart.coverage as c
inner join (select distinct network_code, label_zh from meta.network) as n using (network_code)
inner join meta.code as s on s.code_set = 'status_code' and s.code = c.status_code
where c.area_id = :city and c.is_latest
order by c.sort_order, c.base_code;
