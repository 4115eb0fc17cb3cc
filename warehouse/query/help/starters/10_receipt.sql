-- 标题：这个数是怎么来的
-- 分组：回答问题
-- 需要：公开文件与参考表
-- 参数：city=puyang
-- 讲解：meta.receipt_input 记着每个派生数用了哪几行：分子、分母各来自哪张表的哪一行。主键各列用 | 相连。
select
    r.relation as 派生表,
    r.row_key as 派生行,
    c.label_zh as 作用,
    r.input_relation as 来源表,
    r.input_row_key as 来源行,
    f.value_as_written as 原文写法,
    f.quote as 原句
from meta.receipt_input as r
left join meta.code as c on c.code_set = 'role_code' and c.code = r.role_code
left join core.fct_document_figure as f
    on r.input_relation = 'core.fct_document_figure' and f.figure_id = r.input_row_key
where r.relation = 'mart.coverage' and r.row_key like :city || '|village_home|%'
order by r.row_key, r.role_code;
