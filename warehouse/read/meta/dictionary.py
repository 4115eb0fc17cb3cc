"""The data dictionary: every indicator and every column, with Chinese headings, as the release declares them."""

from warehouse.read import Answer, Release


def indicators(release: Release) -> Answer:
    """One row an indicator, headings in Chinese."""
    return release.rows(
        """
        select i.indicator_code as 代码, i.label_zh as 中文名, i.label_en as 英文名, t.label_zh as 主题,
            i.definition_zh as 定义, i.formula_zh as 算式, n.label_zh as 分子, d.label_zh as 分母, i.scale as 倍数,
            i.unit_zh as 单位, m.label_zh as 时间性质, l.label_zh as 最细层级, p.label_zh as 方向, i.decimals as 小数位,
            i.valid_min as 合理下限, i.valid_max as 合理上限, g.label_zh as 口径组, g.definition_zh as 口径,
            i.is_sensitive_persons as 小于5保密, i.over_100_zh as 大于100时, f.label_zh as 报表, i.owner_zh as 责任科室,
            i.next_review_on as 下次复核, i.caveat_zh as 注意
        from meta.indicator as i
        left join meta.indicator as n on n.indicator_code = i.numerator
        left join meta.indicator as d on d.indicator_code = i.denominator
        left join meta.group as g on g.group_code = i.group_code
        left join meta.code as t on t.code_set = 'topic_code' and t.code = i.topic_code
        left join meta.code as m on m.code_set = 'timing_code' and m.code = i.timing_code
        left join meta.code as l on l.code_set = 'level_code' and l.code = i.level_code
        left join meta.code as p on p.code_set = 'polarity_code' and p.code = i.polarity_code
        left join meta.code as f on f.code_set = 'form_code' and f.code = i.form_code
        order by i.sort_order
        """
    )


def columns(release: Release) -> Answer:
    """One row a column of every relation, headings in Chinese."""
    return release.rows(
        """
        select r.relation as 表, r.label_zh as 表名, r.grain_zh as 一行是什么, c.column_name as 列, c.data_type as 类型,
            c.comment_zh as 说明, list_contains(string_split(r.key_columns, ','), c.column_name) as 是否主键,
            r.row_count as 行数
        from meta.column as c
        inner join meta.relation as r using (relation)
        order by r.sort_order, c.position
        """
    )
