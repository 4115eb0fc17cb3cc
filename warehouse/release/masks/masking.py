"""Taking masked cells out of the finished tables of a release, and whatever beside them would give them back."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import duckdb
import polars as pl

from warehouse.catalog.allowance import REPORTED
from warehouse.release.attacker.stated import places_of
from warehouse.release.masks import sentences
from warehouse.release.masks.inherit import masks_after, states_of
from warehouse.release.masks.measures import MONEY


@dataclass(frozen=True, kw_only=True)
class Decided:
    """Which cells are to be masked, among those that count persons and their money.

    masks and told, the cells of which any report told a number: area_id, indicator_code, breakdown_code, month. guarded:
    the indicators. states: what the release says of every cell that counts persons (for the record).
    """

    masks: pl.DataFrame
    told: pl.DataFrame
    guarded: pl.DataFrame
    states: pl.DataFrame


def decide(connection: duckdb.DuckDBPyConnection, history: pl.DataFrame) -> Decided:
    """Which cells of core.fct_observation and mart.indicator_month must be masked; nothing is changed.

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
    return Decided(
        masks=masks,
        told=cells.filter(pl.col("indicator_code").is_in(sensitive)).select(masks.columns).unique(),
        guarded=pl.DataFrame({"indicator_code": [*sensitive, *MONEY]}),
        states=states_of(cells, masks),
    )


def suppress(connection: duckdb.DuckDBPyConnection, decided: Decided) -> None:
    """Mask small counts in the finished tables of a scratch database.

    Works on core.fct_observation, mart.indicator_month, mart.allowance_month, what was judged of them, meta.restatement,
    meta.correction, meta.issue and names in meta.submission of `connection`, before they are copied into the release
    file (a changed page of a database file may keep its old bytes). Changes, running totals and ratios that contain a
    masked cell are masked too; sentences and notes about masked cells lose their figures.
    """
    if decided.states.is_empty():
        return
    connection.register("found", decided.masks)
    connection.register("told", decided.told)
    connection.register("guarded", decided.guarded)
    connection.execute(_MASK_TABLE)
    # The months on one core, everything else on the other: neither reads what the other writes.
    with closing(connection.cursor()) as cursor, ThreadPoolExecutor(1) as thread:
        months = thread.submit(mask_months, cursor)
        for statement in _MASKING:
            connection.execute(statement)
        months.result()
    sentences.take_figures_out(connection)
    connection.execute("drop table mask")
    for name in ("found", "told", "guarded"):
        connection.unregister(name)


def mask_months(connection: duckdb.DuckDBPyConnection) -> None:
    """Take the cells of the table `mask`, and whatever would give them away, out of mart.indicator_month."""
    for statement in (_YEAR_HIDDEN, _CITY_HIDDEN, _CITY_GONE, _MASK_MONTHS):
        connection.execute(statement)
    for name in ("year_hidden", "city_hidden", "city_gone"):
        connection.execute(f"drop table {name}")


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
    list(o.told) as revisions,
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
create table mask as
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


def _in(bits: str, month: str) -> str:
    """Whether a month of a year (1 to 12) is among the months of these bits."""
    return f"(({bits} >> cast({month} - 1 as integer)) & 1) = 1"


# What is hidden of a series in a year and in the year before, a bit a month: no column looks further back.
_BITS = """
    select area_id, indicator_code, breakdown_code, year, bit_or(bits) as bits, bit_or(bits_before) as bits_before
    from (
        select {area} as area_id, indicator_code, breakdown_code, year(month) + back as year,
            if(back = 0, 1 << (month(month) - 1), 0) as bits, if(back = 1, 1 << (month(month) - 1), 0) as bits_before
        from mask {joined} cross join (values (0), (1)) as years(back)
    )
    group by all
"""
_YEAR_HIDDEN = f"create temp table year_hidden as {_BITS.format(area='area_id', joined='')}"
# A city that is not whole is compared over the units of both months, which singles out those of one.
_CITY_HIDDEN = f"""
create temp table city_hidden as {
    _BITS.format(
        area="a.city_area_id",
        joined="inner join core.dim_area as a on a.area_id = mask.area_id and a.level_code = 'unit'",
    )
}
"""
_SAME_YEAR = (
    "h.area_id = t.area_id and h.indicator_code = t.indicator_code and h.breakdown_code = t.breakdown_code"
    " and h.year = year(t.month)"
)
_CITY_GONE = f"""
create temp table city_gone as
with line as (
    select m.area_id, m.indicator_code, m.breakdown_code, m.month, m.value is not null as is_whole
    from mart.indicator_month as m
    semi join city_hidden as h using (area_id, indicator_code, breakdown_code)
)
select
    t.area_id,
    t.indicator_code,
    t.breakdown_code,
    t.month,
    not (t.is_whole and coalesce(l.is_whole, false)) and (
        {_in("h.bits", "month(t.month)")}
        or {_in("if(month(t.month) = 1, h.bits_before, h.bits)", "month(l_month)")}
        or (month(t.month) = 2 and ((h.bits & 3) > 0 or {_in("h.bits_before", "12")}))
    ) as mom,
    not (t.is_whole and coalesce(y.is_whole, false)) and (
        {_in("h.bits", "month(t.month)")}
        or {_in("h.bits_before", "month(t.month)")}
        or (month(t.month) = 2 and ((h.bits & 3) > 0 or h.bits_before > 0))
    ) as yoy,
    not (t.is_whole and coalesce(d.is_whole, false)) and (
        {_in("h.bits", "month(t.month)")}
        or {_in("h.bits_before", "12")}
        or (month(t.month) = 2 and ((h.bits & 3) > 0 or (h.bits_before >> 10) > 0))
    ) as since_year_start
from (select *, cast(month - interval 1 month as date) as l_month from line) as t
inner join city_hidden as h on {_SAME_YEAR}
left join line as l
    on l.area_id = t.area_id and l.indicator_code = t.indicator_code and l.breakdown_code = t.breakdown_code
    and l.month = t.l_month
left join line as y
    on y.area_id = t.area_id and y.indicator_code = t.indicator_code and y.breakdown_code = t.breakdown_code
    and y.month = cast(t.month - interval 12 month as date)
left join line as d
    on d.area_id = t.area_id and d.indicator_code = t.indicator_code and d.breakdown_code = t.breakdown_code
    and d.month = make_date(year(t.month) - 1, 12, 1)
"""
_HERE = _in("bits", "month(month)")
_MONTH_BEFORE = _in("if(month(month) = 1, bits_before, bits)", "month(month - interval 1 month)")
# January and February are compared together, as February.
_YEAR_BEFORE = f"({_in('bits_before', 'month(month)')} or (month(month) = 2 and ((bits | bits_before) & 1) = 1))"
_LAST_DECEMBER = _in("bits_before", "12")
_GONE_WHEN = {
    "value numerator denominator reported_total rank tied_count": _HERE,
    "monthly_value": f"{_HERE} or {_MONTH_BEFORE}",
    "change_mom change_pct_mom": f"city_mom or {_HERE} or {_MONTH_BEFORE}",
    "change_yoy change_pct_yoy": f"city_yoy or {_HERE} or {_YEAR_BEFORE}",
    "change_since_year_start": f"city_since_year_start or {_HERE} or {_LAST_DECEMBER}",
    # A running total that contains a masked month, beside the other months, gives it away.
    "ytd": "(bits & ((1 << month(month)) - 1)) > 0",
}
"""Columns of mart.indicator_month, and when they would give a masked cell away."""
# One pass that writes the table anew: updating rows strewn over it, column by column, takes five times as long.
_MASK_MONTHS = f"""
create or replace table mart.indicator_month as
select * exclude (bits, bits_before, city_mom, city_yoy, city_since_year_start) replace (
    {", ".join(f"if({when}, null, {column}) as {column}" for columns, when in _GONE_WHEN.items() for column in columns.split())},
    if({_HERE} and status_code = 'reported', 'suppressed', status_code) as status_code
)
from (
    select
        t.*,
        coalesce(h.bits, 0) as bits,
        coalesce(h.bits_before, 0) as bits_before,
        coalesce(c.mom, false) as city_mom,
        coalesce(c.yoy, false) as city_yoy,
        coalesce(c.since_year_start, false) as city_since_year_start
    from mart.indicator_month as t
    left join year_hidden as h on {_SAME_YEAR}
    left join city_gone as c
        on c.area_id = t.area_id and c.indicator_code = t.indicator_code and c.breakdown_code = t.breakdown_code
        and c.month = t.month
)
"""


def _column_gone(columns: str, indicator: str, *, breakdown: str = "mask.breakdown_code", tier: str = "") -> str:
    """Columns of mart.allowance_month for one indicator; its tiers are the breakdowns."""
    gone = ", ".join(f"{column} = null" for column in columns.split())
    where = f"{_SAME_MONTH} and mask.indicator_code = '{indicator}'"
    return f"update mart.allowance_month as t set {gone} from mask where {where} and {tier or f't.age_tier_code = {breakdown}'}"


_WORKED_OUT = {"recipient_count": "expected_yuan yuan_per_head", "paid_yuan": "yuan_per_head difference_yuan"}
"""Columns of mart.allowance_month that go with the one they are worked out from."""
_KEY = "mask.area_id || '|' || mask.indicator_code || '|' || mask.breakdown_code || '|' || mask.month::varchar"
JUDGED = (
    f"""update mart.target_progress as t
        set actual = null, completion = null, gap_pp = null, remaining = null, monthly_needed = null,
            status_code = if(t.status_code = 'reported', 'suppressed', t.status_code)
        from mask where t.evidence_row_key = {_KEY}""",
    """update mart.target_progress as t set recent_monthly = null, monthly_needed = null
        from mask where t.area_id = mask.area_id and t.actual_indicator_code = mask.indicator_code""",
    f"""update mart.target_verdict as t
        set value = null, gap = null, status_code = if(t.status_code = 'reported', 'suppressed', t.status_code)
        from mask where t.evidence_row_key = {_KEY}""",
    f"update mart.target_verdict as t set newest_value = null from mask where t.newest_row_key = {_KEY}",
    """delete from mart.year_outlook as t using mask
        where t.area_id = mask.area_id and t.indicator_code = mask.indicator_code""",
)
"""What was judged and foreseen before masking quotes a cell by its key, or follows from its whole series; that a target
was met or missed stays."""

_MASKING = (
    *JUDGED,
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
        left join (
            from told semi join (from core.fct_observation where status_code = 'withheld')
            using (area_id, indicator_code, breakdown_code, month)
        ) as told on {_SAME_CELL.replace("mask", "told")} and t.status_code = 'withheld'""",
    *(_column_gone(f"{column} {_WORKED_OUT.get(column, '')}", indicator) for column, indicator in REPORTED.items()),
    _column_gone("expected_yuan difference_yuan", REPORTED["recipient_count"], tier="t.age_tier_code = 'total'"),
    _column_gone(
        "stopped_death_count",
        REPORTED["stopped_count"],
        tier="mask.breakdown_code = 'reason_death' and t.age_tier_code = 'total'",
    ),
    f"""update mart.allowance_month as t set status_code = if(t.status_code = 'reported', 'suppressed', t.status_code)
        from mask where {_SAME_MONTH} and t.age_tier_code = mask.breakdown_code
            and mask.indicator_code = '{REPORTED["recipient_count"]}'""",
    f"delete from meta.restatement as t using mask where {_SAME_CELL}",
    """update meta.correction as t set expected_raw = null, corrected_value = null
        from mask where t.area_id = mask.area_id and t.indicator_code = mask.indicator_code and t.month = mask.month""",
)
