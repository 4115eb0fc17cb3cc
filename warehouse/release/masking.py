"""Taking masked cells out of the finished tables of a release, and whatever beside them would give them back."""

import re
from collections import defaultdict

import duckdb
import polars as pl

from warehouse.release.suppress import MONEY, find_masks

_NUMBER = re.compile(r"(?<![A-Za-z0-9.×—])\d[\d,]*(?:\.\d+)?(?![\d.%—岁档月年]|个月)")
"""A number of a sentence; not an age, a month, the address of a cell, or a standard that is multiplied with."""


def suppress(connection: duckdb.DuckDBPyConnection) -> int:
    """Mask small counts in the finished tables of a scratch database; how many cells were masked.

    Works on core.fct_observation, mart.indicator_month, mart.allowance_month, meta.restatement and meta.issue of
    `connection`, before they are copied into the release file (a changed page of a database file may keep its old
    bytes). Changes, running totals and ratios that contain a masked cell are masked too.
    """
    sensitive = [
        code
        for (code,) in connection.execute(
            "select indicator_code from meta.indicator where is_sensitive_persons"
        ).fetchall()
    ]
    cells = connection.sql(_CELLS, params={"sensitive": sensitive, "money": list(MONEY)}).pl()
    masks = find_masks(cells, sensitive=sensitive)
    if masks.is_empty():
        return 0
    telling = _telling_issues(connection, cells, masks)
    for name, frame in (("found", masks), ("telling", telling)):
        connection.register(name, frame)
    connection.execute(_MASK_TABLE)
    for statement in _MASKING:
        connection.execute(statement)
    connection.execute("drop table mask")
    for name in ("found", "telling"):
        connection.unregister(name)
    return masks.height


# A cell is what was last reported for it; it is small when any revision of it was, since all of them are printed.
_CELLS = """
select
    o.area_id,
    any_value(a.parent_area_id) as parent_area_id,
    any_value(a.level_code) as level_code,
    o.indicator_code,
    o.breakdown_code,
    o.month,
    arg_max(o.value, o.revision) as value,
    coalesce(min(o.value) filter (where o.value > 0), 0) as smallest
from core.fct_observation as o
inner join core.dim_area as a on a.area_id = o.area_id
where o.status_code = 'reported' and (list_contains($sensitive, o.indicator_code) or list_contains($money, o.indicator_code))
group by all
union all
select m.area_id, m.area_id, a.level_code, m.indicator_code, m.breakdown_code, m.month, m.value, m.value
from mart.indicator_month as m
inner join core.dim_area as a on a.area_id = m.area_id
where
    a.level_code = 'city'
    and m.value is not null
    and (list_contains($sensitive, m.indicator_code) or list_contains($money, m.indicator_code))
"""

# A ratio gives its parts away, so it goes with either of them.
_MASK_TABLE = """
create temp table mask as
select area_id, indicator_code, breakdown_code, month from found
union
select found.area_id, i.indicator_code, 'total', found.month
from found
inner join meta.indicator as i
    on i.kind_code = 'ratio' and found.indicator_code in (i.numerator, i.denominator)
where found.breakdown_code = 'total'
"""


def _telling_issues(connection: duckdb.DuckDBPyConnection, cells: pl.DataFrame, masks: pl.DataFrame) -> pl.DataFrame:
    """Issues whose sentence repeats what is masked, with * in its place: issue_id, sentence_zh.

    Of a township every number of the allowance form is starred, since sentences speak of the two tiers that are never
    printed apart there; of a unit the numbers of its masked cells.
    """
    masked = cells.join(masks, on=["area_id", "indicator_code", "breakdown_code", "month"], how="semi")
    numbers: dict[tuple, set[str]] = defaultdict(set)
    for area, month, value in masked.select("area_id", "month", "value").iter_rows():
        numbers[area, month] |= {f"{value:.10g}", f"{value / 10_000:.10g}"}
    townships: dict[str, list[str]] = defaultdict(list)
    for area, parent, *names in connection.execute(
        "select area_id, parent_area_id, name_zh, short_name_zh from core.dim_area where level_code = 'township'"
    ).fetchall():
        townships[area] += names
        townships[parent] += names
    told = []
    for issue, area, month, sentence in connection.execute(
        "select issue_id, area_id, month, sentence_zh from meta.issue where form_code = 'allowance'"
    ).fetchall():
        everything = any(name in sentence for name in townships[area])
        hidden = None if everything else numbers[area, month]
        starred = _NUMBER.sub(lambda found, hidden=hidden: _starred(found.group(), hidden), sentence)
        if starred != sentence:
            told.append((issue, starred))
    return pl.DataFrame(told, schema={"issue_id": pl.String, "sentence_zh": pl.String}, orient="row")


def _starred(number: str, hidden: set[str] | None) -> str:
    """`*` for a number that is hidden (all of them when None), the number itself otherwise."""
    return "*" if hidden is None or f"{float(number.replace(',', '')):.10g}" in hidden else number


_SAME_AREA = "t.area_id = mask.area_id and t.indicator_code = mask.indicator_code"
_SAME_SERIES = f"{_SAME_AREA} and t.breakdown_code = mask.breakdown_code"
_SAME_CELL = f"{_SAME_SERIES} and t.month = mask.month"
_SAME_MONTH = "t.area_id = mask.area_id and t.month = mask.month"
_HIDDEN_SENTENCE = "涉及人数少于5人的保密单元格，数值不予显示"


def _change_gone(column: str, *, when: str) -> str:
    percent = "" if column == "change_since_year_start" else f", {column.replace('change', 'change_pct')} = null"
    return f"update mart.indicator_month as t set {column} = null{percent} from mask where {_SAME_SERIES} and {when}"


def _city_change_gone(column: str, other: str) -> str:
    """A city that is not whole is compared over the units of both months, which singles out those of one."""
    percent = "" if column == "change_since_year_start" else f", {column.replace('change', 'change_pct')} = null"
    return f"""
    update mart.indicator_month as t set {column} = null{percent}
    from (
        select distinct a.city_area_id as area_id, mask.indicator_code, mask.breakdown_code, mask.month
        from mask inner join core.dim_area as a on a.area_id = mask.area_id and a.level_code = 'unit'
    ) as hidden
    where
        t.area_id = hidden.area_id and t.indicator_code = hidden.indicator_code and t.breakdown_code = hidden.breakdown_code
        and (hidden.month = t.month or hidden.month = {other} or (month(t.month) = 2 and hidden.month >= {other} - interval 1 month and hidden.month <= t.month))
        and (
            t.value is null
            or not exists (
                select 1 from mart.indicator_month as p
                where
                    p.area_id = t.area_id and p.indicator_code = t.indicator_code and p.breakdown_code = t.breakdown_code
                    and p.month = {other} and p.value is not null
            )
        )
    """


def _column_gone(columns: str, indicator: str, *, breakdown: str = "mask.breakdown_code", tier: str = "") -> str:
    """Columns of mart.allowance_month for one indicator; its tiers are the breakdowns."""
    gone = ", ".join(f"{column} = null" for column in columns.split())
    where = f"{_SAME_MONTH} and mask.indicator_code = '{indicator}'"
    return f"update mart.allowance_month as t set {gone} from mask where {where} and {tier or f't.age_tier_code = {breakdown}'}"


# The order does not matter but for the cities: each statement only takes values away.
_MASKING = (
    *(
        _city_change_gone(column, other)
        for column, other in (
            ("change_mom", "t.month - interval 1 month"),
            ("change_yoy", "t.month - interval 12 month"),
            ("change_since_year_start", "make_date(year(t.month) - 1, 12, 1)"),
        )
    ),
    # Written anew: updating sixty thousand rows strewn over the table takes ten times as long.
    f"""create or replace table core.fct_observation as
        select t.* replace (
            if(mask.month is null, t.value, null) as value,
            if(mask.month is null, t.value_low, null) as value_low,
            if(mask.month is null, t.value_high, null) as value_high,
            if(mask.month is null, t.raw_value, null) as raw_value,
            if(mask.month is null, t.status_code, 'suppressed') as status_code
        )
        from core.fct_observation as t
        left join mask on {_SAME_CELL} and t.status_code = 'reported'""",
    f"""update mart.indicator_month as t
        set value = null, numerator = null, denominator = null, reported_total = null, change_mom = null,
            change_yoy = null, change_since_year_start = null, change_pct_mom = null, change_pct_yoy = null,
            monthly_value = null, rank = null, status_code = 'suppressed'
        from mask where {_SAME_CELL}""",
    _change_gone("change_mom", when="t.month = mask.month + interval 1 month"),
    f"""update mart.indicator_month as t set monthly_value = null
        from mask where {_SAME_SERIES} and t.month = mask.month + interval 1 month""",
    _change_gone("change_yoy", when="t.month = mask.month + interval 12 month"),
    # January and February are compared together, as February.
    _change_gone(
        "change_yoy",
        when="month(mask.month) = 1 and t.month in (mask.month + interval 1 month, mask.month + interval 13 month)",
    ),
    _change_gone("change_since_year_start", when="month(mask.month) = 12 and year(t.month) = year(mask.month) + 1"),
    # A running total that contains a masked month, beside the other months, gives it away.
    f"""update mart.indicator_month as t set ytd = null
        from mask where {_SAME_SERIES} and year(t.month) = year(mask.month) and t.month >= mask.month""",
    _column_gone("recipient_count expected_yuan yuan_per_head", "allowance_recipient_count"),
    _column_gone("expected_yuan difference_yuan", "allowance_recipient_count", tier="t.age_tier_code = 'total'"),
    _column_gone("paid_yuan yuan_per_head difference_yuan", "allowance_paid_yuan"),
    _column_gone("arrears_person_count", "allowance_arrears_person_count"),
    _column_gone("arrears_yuan", "allowance_arrears_yuan"),
    _column_gone("recovered_person_count", "allowance_recovered_person_count"),
    _column_gone("recovered_yuan", "allowance_recovered_yuan"),
    _column_gone("stopped_count", "allowance_stopped_count"),
    _column_gone(
        "stopped_death_count",
        "allowance_stopped_count",
        tier="mask.breakdown_code = 'reason_death' and t.age_tier_code = 'total'",
    ),
    f"""update mart.allowance_month as t set status_code = 'suppressed'
        from mask where {_SAME_MONTH} and t.age_tier_code = mask.breakdown_code
            and mask.indicator_code = 'allowance_recipient_count'""",
    f"delete from meta.restatement as t using mask where {_SAME_CELL}",
    """update meta.issue as t set sentence_zh = telling.sentence_zh, reported_value = null, computed_value = null
        from telling where t.issue_id = telling.issue_id""",
    f"""update meta.issue as t set sentence_zh = '{_HIDDEN_SENTENCE}', reported_value = null, computed_value = null
        from mask where {_SAME_AREA} and t.month = mask.month""",
)
