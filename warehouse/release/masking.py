"""Taking masked cells out of the finished tables of a release, and whatever beside them would give them back."""

from dataclasses import dataclass

import duckdb
import polars as pl

from warehouse.release import sentences
from warehouse.release.inherit import masks_after, states_of
from warehouse.release.stated import places_of
from warehouse.release.suppress import MONEY


@dataclass(frozen=True)
class Masked:
    """How many cells were masked, and what the release says of every cell that counts persons (for the record)."""

    count: int
    states: pl.DataFrame


def suppress(connection: duckdb.DuckDBPyConnection, history: pl.DataFrame) -> Masked:
    """Mask small counts in the finished tables of a scratch database.

    Works on core.fct_observation, mart.indicator_month, mart.allowance_month, meta.restatement, meta.correction and
    meta.issue of `connection`, before they are copied into the release file (a changed page of a database file may keep
    its old bytes). Changes, running totals and ratios that contain a masked cell are masked too; sentences and notes
    about masked cells lose their figures.

    Args:
        history: what releases said before (`Disclosed.history`).
    """
    sensitive = [
        code
        for (code,) in connection.execute(
            "select indicator_code from meta.indicator where is_sensitive_persons"
        ).fetchall()
    ]
    cells = connection.sql(_CELLS, params={"sensitive": sensitive, "money": list(MONEY)}).pl()
    masks = masks_after(cells, history, sensitive=sensitive, places=places_of(connection))
    states = states_of(cells, masks)
    if cells.is_empty():
        return Masked(0, states)
    connection.register("found", masks)
    told = cells.filter(pl.col("indicator_code").is_in(sensitive)).select(masks.columns).unique()
    connection.register("told", told)
    connection.register("guarded", pl.DataFrame({"indicator_code": [*sensitive, *MONEY]}))
    connection.execute(_MASK_TABLE)
    for statement in _MASKING:
        connection.execute(statement)
    sentences.take_figures_out(connection)
    connection.execute("drop table mask")
    for name in ("found", "told", "guarded"):
        connection.unregister(name)
    return Masked(masks.height, states)


# A cell is what was last told of it; it is small when any report of it was, since all of them are printed. A figure
# withheld until it is explained is told by its raw text; it is in no total of its city, and neither is one whose later
# report was returned.
_CELLS = """
with told as (
    select
        o.*,
        case
            when o.status_code = 'reported' then o.value
            when o.status_code = 'withheld' and list_contains($sensitive, o.indicator_code)
                then try_cast(replace(o.raw_value, ',', '') as double)
        end as told
    from core.fct_observation as o
    where list_contains($sensitive, o.indicator_code) or list_contains($money, o.indicator_code)
)
select
    o.area_id,
    any_value(a.parent_area_id) as parent_area_id,
    any_value(a.city_area_id) as city_area_id,
    any_value(a.level_code) as level_code,
    o.indicator_code,
    o.breakdown_code,
    o.month,
    arg_max(o.told, o.revision) as value,
    coalesce(min(o.told) filter (where o.told > 0), 0) as smallest,
    list(distinct o.told) as revisions,
    not coalesce(bool_or(o.is_current and o.status_code = 'reported'), false) as is_apart
from told as o
inner join core.dim_area as a on a.area_id = o.area_id
where o.told is not null
group by all
union all
select
    m.area_id,
    m.area_id,
    m.area_id,
    a.level_code,
    m.indicator_code,
    m.breakdown_code,
    m.month,
    coalesce(m.value, m.reported_total),
    coalesce(m.value, m.reported_total),
    [coalesce(m.value, m.reported_total)],
    false
from mart.indicator_month as m
inner join core.dim_area as a on a.area_id = m.area_id
where
    a.level_code = 'city'
    and coalesce(m.value, m.reported_total) is not null
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


_SAME_AREA = "t.area_id = mask.area_id and t.indicator_code = mask.indicator_code"
_SAME_SERIES = f"{_SAME_AREA} and t.breakdown_code = mask.breakdown_code"
_SAME_CELL = f"{_SAME_SERIES} and t.month = mask.month"
_SAME_MONTH = "t.area_id = mask.area_id and t.month = mask.month"


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
    # Written anew: updating sixty thousand rows strewn over the table takes ten times as long. Whatever the status and
    # the revision, a masked cell has no number, and neither has the text of one that cannot be read as a number.
    f"""create or replace table core.fct_observation as
        select t.* replace (
            if(mask.month is null, t.value, null) as value,
            if(mask.month is null, t.value_low, null) as value_low,
            if(mask.month is null, t.value_high, null) as value_high,
            if(
                mask.month is null and (
                    t.status_code = 'reported'
                    or guarded.indicator_code is null
                    or not regexp_matches(t.raw_value, '[0-9０-９]')
                    or (told.month is not null and try_cast(replace(t.raw_value, ',', '') as double) is not null)
                ),
                t.raw_value,
                null
            ) as raw_value,
            if(mask.month is not null and t.status_code = 'reported', 'suppressed', t.status_code) as status_code
        )
        from core.fct_observation as t
        left join guarded on guarded.indicator_code = t.indicator_code
        left join mask on {_SAME_CELL}
        left join told on {_SAME_CELL.replace("mask", "told")} and t.status_code = 'withheld'""",
    f"""update mart.indicator_month as t
        set value = null, numerator = null, denominator = null, reported_total = null, change_mom = null,
            change_yoy = null, change_since_year_start = null, change_pct_mom = null, change_pct_yoy = null,
            monthly_value = null, rank = null, tied_count = null,
            status_code = if(t.status_code = 'reported', 'suppressed', t.status_code)
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
    f"""update mart.allowance_month as t set status_code = if(t.status_code = 'reported', 'suppressed', t.status_code)
        from mask where {_SAME_MONTH} and t.age_tier_code = mask.breakdown_code
            and mask.indicator_code = 'allowance_recipient_count'""",
    f"delete from meta.restatement as t using mask where {_SAME_CELL}",
    """update meta.correction as t set expected_raw = null, corrected_value = null
        from mask where t.area_id = mask.area_id and t.indicator_code = mask.indicator_code and t.month = mask.month""",
)
