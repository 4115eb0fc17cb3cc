-- 标题：全国哪些县的老龄化与我相近
-- 分组：回答问题
-- 需要：公开文件与参考表
-- 参数：unit=hualong
-- 讲解：先按60岁及以上占比找相近的，再看城镇化：两者都近才像。2020年普查，常住口径。
with me as (
    select * from mart.area_profile where area_id = :unit
)
select
    a.name_zh as 县区,
    c.name_zh as 所属市,
    p.aged_60_plus as 六十岁及以上,
    p.ageing_rate as 占比,
    p.urban_share as 城镇占比,
    abs(p.ageing_rate - me.ageing_rate) + 0.3 * abs(p.urban_share - me.urban_share)
    + 0.1 * abs(ln(p.aged_60_plus / me.aged_60_plus)) as 差异
from mart.area_profile as p
cross join me
inner join core.dim_area as a on a.area_id = p.area_id
left join core.dim_area as c on c.area_id = a.city_area_id
where a.level_code = 'unit' and p.area_id <> :unit and p.aged_60_plus > 0
order by 差异
limit 15;
