-- 标题：陷阱：超过100%先看底数
-- 分组：避开陷阱
-- 需要：公开文件与参考表
-- 参数：
-- 讲解：同一个313，除以312个居委会是100.3%，除以连同类似居委会的330个是94.8%。超过100%不截断，先看底数口径和年份。
select
    a.short_name_zh as 城市,
    c.network_code as 网络,
    c.built_as_written as 建成写法,
    c.base as 底数,
    c.base_code as 底数口径,
    c.base_year as 底数年份,
    c.rate as 覆盖率,
    c.note_zh as 说明
from mart.coverage as c
inner join core.dim_area as a using (area_id)
where c.built is not null and a.level_code = 'city'
    and exists (
        select 1
        from mart.coverage as o
        where o.area_id = c.area_id and o.network_code = c.network_code and o.as_of_on = c.as_of_on and o.rate > 1
    )
order by a.short_name_zh, c.network_code, c.rate desc;
