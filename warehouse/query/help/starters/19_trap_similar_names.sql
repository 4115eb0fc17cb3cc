-- 标题：陷阱：名称不能用 like 找
-- 分组：避开陷阱
-- 需要：公开文件与参考表
-- 参数：
-- 讲解：濮阳市和濮阳县、抚顺市和抚顺县是不同的地方，like '%濮阳%' 会把它们混在一起。找地方用别名表作完全匹配。
select
    a.area_id as 区域编号,
    a.name_zh as 全称,
    a.level_code as 层级,
    a.name_zh like '%濮阳%' or a.name_zh like '%抚顺%' as like能找到_混,
    exists (
        select 1
        from core.dim_area_alias as b
        where b.area_id = a.area_id and b.alias_zh = '濮阳'
    ) as 别名完全等于濮阳
from core.dim_area as a
where a.name_zh like '%濮阳%' or a.name_zh like '%抚顺%' or a.city_area_id in ('puyang', 'fushun') and a.level_code = 'unit'
order by like能找到_混 desc, a.level_code, a.sort_order;
