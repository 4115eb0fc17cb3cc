-- 标题：陷阱：比率不能相加再平均
-- 分组：避开陷阱
-- 需要：公开文件与参考表
-- 参数：city=puyang
-- 讲解：各县老龄化率直接平均，把3万人的园区和97万人的大县看得一样重。全市的比率＝分子合计÷分母合计。两列对照，差别一目了然。
select
    avg(p.ageing_rate) as 各单位比率的平均_错,
    sum(p.aged_60_plus) / sum(p.resident_population) as 合计之比_对,
    avg(p.ageing_rate) - sum(p.aged_60_plus) / sum(p.resident_population) as 相差,
    count(*) as 单位数
from mart.area_profile as p
inner join core.dim_area as a using (area_id)
where a.parent_area_id = :city;
