"""What a month of the marts was made of, worked out when a receipt is opened.

Edges of county months are not kept in `meta.receipt_input`: there would be several for each of a country's ten million
months, and every one of them follows from the catalogue. The answer has the same shape.
"""

from collections.abc import Sequence

from warehouse.read import Release

INDICATOR_MONTH, ALLOWANCE_MONTH = "mart.indicator_month", "mart.allowance_month"
COMPUTED = (INDICATOR_MONTH, ALLOWANCE_MONTH)
# Amounts an allowance row is made of, in the order of its arithmetic.
_ALLOWANCE_PARTS = (
    ("numerator", "allowance_paid_yuan"),
    ("denominator", "allowance_recipient_count"),
    ("value", "allowance_arrears_yuan"),
    ("value", "allowance_recovered_yuan"),
)
Edge = tuple[str, str, str, str, str]

_OBSERVED = """
with asked as (
    select string_split(unnest($keys), '|') as part
),
row_asked as (
    select part[1] as area_id, part[2] as indicator_code, part[3] as breakdown_code, try_cast(part[4] as date) as month
    from asked
    where len(part) = 4
),
operand as (
    -- a count is its own cells; a ratio is those of numerator and denominator
    select r.*, r.indicator_code as input_code, 'value' as role_code
    from row_asked as r
    inner join meta.indicator as i on i.indicator_code = r.indicator_code and i.kind_code <> 'ratio'
    union all
    select r.*, i.numerator as input_code, 'numerator' as role_code
    from row_asked as r
    inner join meta.indicator as i on i.indicator_code = r.indicator_code and i.kind_code = 'ratio'
    union all
    select r.*, i.denominator as input_code, 'denominator' as role_code
    from row_asked as r
    inner join meta.indicator as i on i.indicator_code = r.indicator_code and i.kind_code = 'ratio'
)
select
    p.area_id || '|' || p.indicator_code || '|' || p.breakdown_code || '|' || cast(p.month as varchar) as row_key,
    p.role_code,
    'core.fct_observation' as input_relation,
    concat_ws('|', o.area_id, o.indicator_code, o.breakdown_code, cast(o.month as varchar), cast(o.revision as varchar))
        as input_row_key
from operand as p
inner join core.dim_area as a on a.area_id = p.area_id
inner join core.fct_observation as o
    on o.indicator_code = p.input_code
    and o.breakdown_code = p.breakdown_code
    and o.month = p.month
    and o.is_current
inner join core.dim_area as w
    on w.area_id = o.area_id
    and (w.area_id = p.area_id or (a.level_code = 'city' and w.city_area_id = a.area_id and w.level_code = 'unit'))
union all
select
    p.area_id || '|' || p.indicator_code || '|' || p.breakdown_code || '|' || cast(p.month as varchar) as row_key,
    p.role_code,
    'core.fct_base' as input_relation,
    concat_ws('|', b.area_id, b.indicator_code, cast(b.as_of_on as varchar)) as input_row_key
from operand as p
inner join mart.indicator_month as m
    on m.area_id = p.area_id
    and m.indicator_code = p.indicator_code
    and m.breakdown_code = p.breakdown_code
    and m.month = p.month
inner join core.fct_base as b
    on b.area_id = p.area_id and b.indicator_code = p.input_code and b.as_of_on = m.denominator_as_of_on
where p.role_code = 'denominator'
order by all
"""

_EARLIER = """
with asked as (
    select string_split(unnest($keys), '|') as part
)
select
    array_to_string(k.part, '|') as row_key,
    'value' as role_code,
    'mart.indicator_month' as input_relation,
    concat_ws('|', k.part[1], k.part[2], k.part[3], cast(d.month as varchar)) as input_row_key
from asked as k
inner join core.dim_month as m on m.month = try_cast(k.part[4] as date)
cross join lateral (
    select case $column
        when 'change_mom' then m.previous_month when 'change_yoy' then m.year_ago_month else m.year_start_month end as month
) as d
order by all
"""


# How far a unit lies from its city: its own cells and the city's month.
AGAINST_CITY = "against_city"
_CITY = """
with asked as (
    select string_split(unnest($keys), '|') as part
)
select
    array_to_string(k.part, '|') as row_key,
    'base' as role_code,
    'mart.indicator_month' as input_relation,
    concat_ws('|', i.area_id, i.indicator_code, i.breakdown_code, cast(i.month as varchar)) as input_row_key
from asked as k
inner join core.dim_area as a on a.area_id = k.part[1]
inner join mart.indicator_month as i
    on i.area_id = a.city_area_id
    and i.indicator_code = k.part[2]
    and i.breakdown_code = k.part[3]
    and i.month = try_cast(k.part[4] as date)
order by all
"""
# Three months together: what a quarter's amount was summed from.
QUARTER = "sum_3"
_QUARTER = """
with asked as (
    select string_split(unnest($keys), '|') as part
)
select
    array_to_string(k.part, '|') as row_key,
    'value' as role_code,
    'mart.indicator_month' as input_relation,
    concat_ws('|', i.area_id, i.indicator_code, i.breakdown_code, cast(i.month as varchar)) as input_row_key
from asked as k
inner join mart.indicator_month as i
    on i.area_id = k.part[1]
    and i.indicator_code = k.part[2]
    and i.breakdown_code = k.part[3]
    and i.month <= try_cast(k.part[4] as date)
    and i.month > try_cast(k.part[4] as date) - interval '3' month
order by all
"""


def edges(release: Release, relation: str, row_keys: Sequence[str], column: str | None) -> list[Edge]:
    """The inputs of these rows: (relation, row key, role, input relation, input row key); none for an unknown row.

    Args:
        column: a change leads to the month it was taken from as well, `sum_3` to the three months that end with this
            one, `against_city` to the city's month, anything else to cells and bases only.
    """
    if relation == ALLOWANCE_MONTH:
        return [edge for key in row_keys for edge in _allowance(key)]
    if column == QUARTER:
        return [(relation, *row) for row in release.rows(_QUARTER, {"keys": list(row_keys)}).frame.iter_rows()]
    found = [*release.rows(_OBSERVED, {"keys": list(row_keys)}).frame.iter_rows()]
    if column == AGAINST_CITY:
        found += release.rows(_CITY, {"keys": list(row_keys)}).frame.iter_rows()
    if column and column.startswith("change_"):
        found += release.rows(_EARLIER, {"keys": list(row_keys), "column": column}).frame.iter_rows()
    return [(relation, *row) for row in found]


def _allowance(key: str) -> list[Edge]:
    parts = key.split("|")
    if len(parts) != 3:
        return []
    area_id, month, tier = parts
    return [
        (ALLOWANCE_MONTH, key, role, INDICATOR_MONTH, f"{area_id}|{indicator}|{tier}|{month}")
        for role, indicator in _ALLOWANCE_PARTS
    ]
