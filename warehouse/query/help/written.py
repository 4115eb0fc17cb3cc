"""Statements written for somebody: many indicators, units and months at once, and what an indicator can be joined with.

They are put into the editor like one's own, so that taking numbers without SQL is a way to learn it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Join:
    """One way to go on from an indicator. `needs_months`: it answers nothing before county months have come."""

    title_zh: str
    lesson_zh: str
    sql: str
    needs_months: bool = True


def bulk(
    indicators: Sequence[str], areas: Sequence[str], first: date, last: date, *, names: Mapping[str, str] | None = None
) -> str:
    """A statement for every value of these indicators and areas from one month to another, both included.

    Args:
        names: indicator code to its Chinese name for a wide answer, a column an indicator and a row an area and month;
            without, a row a value with its status and unit.
    """
    where = (
        f"where m.indicator_code in ({_list(indicators)})\n"
        f"    and m.area_id in ({_list(areas)})\n"
        f"    and m.breakdown_code = 'total'\n"
        f"    and m.month between date '{first:%Y-%m-%d}' and date '{last:%Y-%m-%d}'\n"
    )
    joins = "from mart.indicator_month as m\ninner join core.dim_area as a on a.area_id = m.area_id\n"
    if names is not None:
        columns = ",\n".join(
            f"    max(m.value) filter (where m.indicator_code = {_text(code)}) as {_name(names[code])}"
            for code in indicators
        )
        return f"select\n    a.name_zh as 单位,\n    m.month as 月份,\n{columns}\n{joins}{where}group by m.area_id, a.name_zh, a.sort_order, m.month\norder by a.sort_order, m.month;"
    return (
        "select\n    a.name_zh as 单位,\n    i.label_zh as 指标,\n    m.month as 月份,\n    m.value as 数值,\n    i.unit_zh as 计量单位,\n"
        "    s.label_zh as 状态,\n    m.quality_code as 质量\n"
        f"{joins}inner join meta.indicator as i on i.indicator_code = m.indicator_code\n"
        "inner join meta.code as s on s.code_set = 'status_code' and s.code = m.status_code\n"
        f"{where}order by i.sort_order, a.sort_order, m.month;"
    )


def joins(indicator: Mapping[str, Any]) -> list[Join]:
    """What this indicator's numbers can be joined with, the plainest first.

    Args:
        indicator: its row of `meta.indicator`.
    """
    code = _text(indicator["indicator_code"])
    label = indicator["label_zh"]
    found = [
        Join(
            title_zh=f"{label}：加上地名、状态",
            lesson_zh="数在 mart.indicator_month，地名在 core.dim_area，状态的中文在 meta.code：按编号连接，不按名称。",
            sql=f"""select a.name_zh as 地区, m.month as 月份, m.value as 数值, s.label_zh as 状态
from mart.indicator_month as m
inner join core.dim_area as a on a.area_id = m.area_id
inner join meta.code as s on s.code_set = 'status_code' and s.code = m.status_code
where m.indicator_code = {code} and m.breakdown_code = 'total'
order by m.month desc, a.sort_order;""",
        ),
        Join(
            title_zh=f"{label}：加上去年同月",
            lesson_zh="同比按月份连接，不用上一行：中间缺一个月，上12行就不是去年同月。left join 留下去年没有的月份。",
            sql=f"""select a.name_zh as 地区, m.month as 月份, m.value as 本月, y.value as 去年同月, m.value - y.value as 相差
from mart.indicator_month as m
inner join core.dim_area as a on a.area_id = m.area_id
left join mart.indicator_month as y
    on y.area_id = m.area_id and y.indicator_code = m.indicator_code
    and y.breakdown_code = m.breakdown_code and y.month = m.month - interval 1 year
where m.indicator_code = {code} and m.breakdown_code = 'total'
order by m.month desc, a.sort_order;""",
        ),
        Join(
            title_zh=f"{label}：加上目标",
            lesson_zh="一个指标可以有几个目标，各是一行；目标的读法不同，判断已在 mart.target_verdict 作过，不要再判一次。",
            sql=f"""select a.name_zh as 地区, t.name_zh as 目标, t.comparator as 比较, t.value as 目标值, t.deadline_on as 期限, p.actual as 实际, p.as_of_on as 时点
from core.dim_target as t
inner join core.dim_area as a on a.area_id = t.area_id
left join mart.target_progress as p on p.target_id = t.target_id and p.area_id = t.area_id and p.is_latest
where t.indicator_code = {code}
order by a.sort_order, t.deadline_on;""",
            needs_months=False,
        ),
        Join(
            title_zh=f"{label}：公开文件里印的数和出处",
            lesson_zh="文件数照原文（value_as_written），约数有上下界；来源的标题、文号在 meta.source。",
            sql=f"""select a.name_zh as 地区, f.value_as_written as 原文写法, f.value as 数值, f.period_end_on as 时点, s.title_zh as 文件, f.quote as 原句
from core.fct_document_figure as f
inner join meta.source as s on s.source_id = f.source_id
left join core.dim_area as a on a.area_id = f.area_id
where f.indicator_code = {code}
order by f.period_end_on, f.sort_order;""",
            needs_months=False,
        ),
    ]
    if indicator["numerator"] and indicator["denominator"]:
        found.insert(
            1,
            Join(
                title_zh=f"{label}：分子、分母和底数的来源",
                lesson_zh="比率不要平均：要合计，就把分子、分母各自加起来再除。分母的年份和来源在同一行。",
                sql=f"""select a.name_zh as 地区, m.month as 月份, m.numerator as 分子, m.denominator as 分母, m.value as 比率, m.denominator_as_of_on as 分母时点, s.title_zh as 分母来源
from mart.indicator_month as m
inner join core.dim_area as a on a.area_id = m.area_id
left join meta.source as s on s.source_id = m.denominator_source_id
where m.indicator_code = {code} and m.breakdown_code = 'total'
order by m.month desc, a.sort_order;""",
            ),
        )
    return found


def _list(codes: Sequence[str]) -> str:
    return ", ".join(map(_text, codes))


def _text(code: str) -> str:
    return "'" + code.replace("'", "''") + "'"


def _name(label: str) -> str:
    return '"' + label.replace('"', '""') + '"'
