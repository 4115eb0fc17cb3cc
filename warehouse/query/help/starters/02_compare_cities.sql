-- 标题：两个城市能比什么，不能比什么
-- 分组：回答问题
-- 需要：公开文件与参考表
-- 参数：
-- 讲解：能不能比由口径和时点决定，理由写在 reason_zh 里。不可比的行只能分开看，不能相除，也不能排名。
select
    item_zh as 比较项,
    basis_code as 层次,
    value_a as 濮阳,
    as_of_a as 濮阳时点,
    value_b as 抚顺,
    as_of_b as 抚顺时点,
    comparable as 可比,
    reason_zh as 理由或注意
from mart.city_comparison
where area_a = 'puyang' and area_b = 'fushun'
order by comparable desc, sort_order;
