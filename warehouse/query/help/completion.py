"""Words an editor offers while SQL is typed, all from one release: what it holds, how it is called in Chinese."""

import functools
from collections.abc import Iterable

from warehouse.query.help.refusals import allowed_functions
from warehouse.read import Release
from warehouse.spelling import initials

KINDS_ZH = {"t": "表", "c": "列", "i": "指标", "a": "区域", "v": "代码", "f": "函数", "k": "语法"}
"""What a word is. i, a and v are values: they are written in quotes."""

FUNCTIONS_ZH = {
    "count": "行数；count(distinct 列) 不重复的个数",
    "sum": "合计（存量不要跨月相加）",
    "avg": "平均（比率不要直接平均）",
    "median": "中位数",
    "min": "最小",
    "max": "最大",
    "max_by": "某列最大时另一列的值",
    "min_by": "某列最小时另一列的值",
    "any_value": "任取一个值",
    "string_agg": "把文字连成一串",
    "quantile_cont": "分位数，如 quantile_cont(列, 0.25)",
    "stddev_samp": "标准差",
    "coalesce": "第一个不为空的值",
    "nullif": "相等则为空；除数用它避免除以零",
    "round": "四舍五入（只用于显示）",
    "year": "年",
    "month": "月（1—12）",
    "date_trunc": "取月初、年初，如 date_trunc('month', 列)",
    "date_diff": "相差几个月，如 date_diff('month', 起, 止)",
    "last_day": "月末日",
    "make_date": "由年月日得日期",
    "strftime": "日期写成文字，如 strftime(列, '%Y-%m')",
    "strptime": "文字读成日期",
    "row_number": "窗口：次序",
    "rank": "窗口：位次（并列同名次）",
    "lag": "窗口：上一行（不是上月；缺月要先补齐）",
    "lead": "窗口：下一行",
    "first_value": "窗口：第一行的值",
    "contains": "是否含有某段文字",
    "starts_with": "是否以某段文字开头",
    "split_part": "按分隔符取第几段",
    "string_split": "按分隔符拆成列表",
    "list_contains": "列表里有没有",
    "unnest": "把列表拆成多行",
    "regexp_matches": "是否符合正则表达式",
    "try_cast": "转换类型，转不了为空",
    "greatest": "几个值里最大的",
    "least": "几个值里最小的",
    "abs": "绝对值",
    "if": "if(条件, 真时, 假时)",
    "range": "一串整数",
    "generate_series": "一串整数（含末尾）",
    "obs_as_of": "当时知道的观测值，如 obs_as_of('2024-06')",
}
_SYNTAX = {
    "select": "取哪些列",
    "from": "从哪张表",
    "where": "条件",
    "group by": "分组",
    "group by all": "按所有未汇总的列分组",
    "having": "汇总后的条件",
    "qualify": "窗口函数的条件",
    "order by": "排序",
    "limit": "最多几行",
    "inner join": "两边都有的行",
    "left join": "左边的行都留下",
    "with": "先算一步，起个名",
    "union all": "上下拼接",
    "union all by name": "按列名拼接",
    "case when": "分情形取值",
    "distinct": "去重",
    "between": "在两值之间（含）",
    "is null": "为空",
    "is not null": "不为空",
    "is distinct from": "不相等（空与空相等）",
    "filter (where": "只汇总符合条件的行",
    "over (partition by": "窗口",
    "pivot": "行转列",
    "unpivot": "列转行",
    "describe": "看一张表的列",
    "summarize": "看每一列的概况",
    "explain": "看怎样执行",
    "show tables": "有哪些表",
    ":unit": "参数：单位",
    ":city": "参数：城市",
    ":month": "参数：月份",
    ":indicator": "参数：指标",
}


def words(release: Release) -> list[tuple[str, str, str, str, str]]:
    """Everything to offer: (kind, word, Chinese name, where it belongs, first letters in pinyin).

    For a column the third is its comment, the fourth its relations; for a code the set it is one of. Areas are the
    cities and units that report, and the provinces and nation above them.
    """
    return [
        *_relations(release),
        *_columns(release),
        *_values(release, "i", "select indicator_code, label_zh, unit_zh from meta.indicator order by sort_order"),
        *_values(release, "a", _AREAS),
        *_values(release, "v", "select code, label_zh, code_set from meta.code order by code_set, sort_order"),
        *_functions(),
        *(("k", word, meaning, "", "") for word, meaning in _SYNTAX.items()),
    ]


_AREAS = """
select area_id, name_zh, level_code
from core.dim_area
where is_reporting
    or area_id in (select parent_area_id from core.dim_area where is_reporting)
    or area_id in ('nation', 'henan', 'liaoning')
order by sort_order nulls first
"""


def _relations(release: Release) -> Iterable[tuple[str, str, str, str, str]]:
    rows = release.rows("select relation, label_zh, grain_zh from meta.relation order by sort_order").frame
    for relation, label, grain in rows.iter_rows():
        yield ("t", relation, label, grain, _initials(label))
    yield ("t", "obs", "观测值（现行）", "core.fct_observation 里现行的值", _initials("观测值"))


def _columns(release: Release) -> Iterable[tuple[str, str, str, str, str]]:
    rows = release.rows(
        """
        select column_name, mode(comment_zh), string_agg(relation, ' ' order by relation)
        from meta.column
        group by column_name
        order by count(*) desc, column_name
        """
    ).frame
    for name, comment, relations in rows.iter_rows():
        yield ("c", name, comment, relations, _initials(comment.partition("（")[0].partition("：")[0]))


def _values(release: Release, kind: str, sql: str) -> Iterable[tuple[str, str, str, str, str]]:
    for code, label, belongs in release.rows(sql).frame.iter_rows():
        yield (kind, code, label, belongs, _initials(label))


def _functions() -> Iterable[tuple[str, str, str, str, str]]:
    allowed = allowed_functions()
    names = allowed["scalar"] | allowed["aggregate"] | allowed["window"] | allowed["table"] | {"coalesce", "try_cast"}
    known = [name for name in FUNCTIONS_ZH if name in names]
    for name in [*known, *sorted(names - set(known))]:
        yield ("f", name, FUNCTIONS_ZH.get(name, ""), "", "")


@functools.lru_cache(maxsize=4096)
def _initials(text: str) -> str:
    """First letters of the beginning of a label."""
    return initials(text[:12])
