-- 标题：公开的数里哪些要存疑
-- 分组：回答问题
-- 需要：公开文件与参考表
-- 参数：
-- 讲解：用两个印出的数互相核对。上下界按取整区间向外推：66.7万可能是66.65万到66.75万之间的任何数。
select
    title_zh as 核对内容,
    numerator_zh as 分子,
    denominator_zh as 分母,
    result as 结果,
    result_low as 下界,
    result_high as 上界,
    verdict_code as 结论,
    badge_zh as 徽标,
    sentence_zh as 说明
from mart.cross_check
order by case verdict_code when 'doubtful' then 0 when 'explain' then 1 else 2 end, sort_order;
