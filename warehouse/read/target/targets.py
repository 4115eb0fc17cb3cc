"""Targets: what documents set, what is known of it, and what was concluded (mart.target_verdict, judged once).

A target is counted once, whatever its readings and parts: ask `wholes`. Its readings and parts are `lines`.
"""

from datetime import date

from warehouse.read import Answer, Release
from warehouse.read.meta.formulas import is_small

# The linear pace is the bureau's rule; the seasonal one is ours and is printed with the years it was made of.
SEASONAL_RULE_ZH = "季节序时＝此前各完整年份同月累计占全年的平均比例；没有完整年份者不算"

_SEEN = """
seen as (
    -- from one month, or with everything known
    select v.*
    from mart.target_verdict as v
    inner join core.dim_target as g on g.target_id = v.target_id
    where
        g.area_id = $area_id
        and case
            when cast($month as date) is null or v.is_over is null then v.is_latest
            else v.month = cast($month as date)
        end
)
"""

# What a row of either kind says beside the verdict itself.
_NAMED = """
    v.target_id,
    v.reading,
    v.area_id,
    v.target_id || '|' || v.reading || '|' || v.area_id || '|' || cast(v.month as varchar) as verdict_key,
    v.month as seen_month,
    v.scope_code,
    v.part_zh,
    v.target_state_code as outlook_code,
    o.label_zh as outlook_label_zh,
    v.target_reason_code,
    v.reason_zh,
    v.is_marked,
    coalesce(v.is_over, t.deadline_on < cast($today as date), false) as is_over,
    v.is_replaced,
    v.reading_count,
    v.parts_named,
    v.parts_measured,
    v.parts_met,
    v.origin_code,
    v.value as actual,
    v.value_as_written as actual_as_written,
    v.actual_source_id,
    v.actual_indicator_code,
    v.as_of_on,
    case
        when v.origin_code = 'month' then 'month'
        when g.period_start_on = g.period_end_on then 'day'
        when date_trunc('month', g.period_start_on) = date_trunc('month', g.period_end_on) then 'month'
        when g.figure_id is not null then 'year'
        else 'day'
    end as as_of_precision,
    v.evidence_relation,
    v.evidence_row_key,
    v.gap,
    v.status_code,
    v.newest_value,
    v.newest_as_of_on,
    v.newest_relation,
    v.newest_row_key,
    t.indicator_code,
    t.name_zh,
    t.comparator,
    t.value as printed_target,
    t.text_zh as target_as_written,
    t.unit_zh,
    t.period_start_on,
    t.deadline_on,
    t.deadline_quote,
    t.binding_code,
    t.pace_code,
    t.base_zh,
    t.reading_zh,
    coalesce(t.chapter_zh, '') as chapter_zh,
    t.quote,
    t.source_id,
    t.figure_id as target_figure_id,
    t.valid_from_on,
    t.valid_to_on,
    t.caveat_zh as target_caveat_zh,
    year(t.deadline_on) - year(t.period_start_on) + 1 as period_years,
    i.label_zh as indicator_label_zh,
    i.kind_code as indicator_kind_code,
    i.decimals,
    i.polarity_code,
    i.owner_zh,
    x.label_zh as actual_label_zh,
    x.unit_zh as actual_unit_zh,
    c.title_zh as source_title_zh,
    c.number_zh as source_number_zh,
    c.issued_on,
    c.issued_year,
    w.title_zh as actual_source_title_zh,
    w.number_zh as actual_source_number_zh,
    b.label_zh as binding_label_zh,
    q.label_zh as comparator_label_zh,
    a.short_name_zh as area_short_name_zh,
    a.level_code
"""
_JOINED = """
inner join core.dim_target as t on t.target_id = case when v.reading = 'all' then v.target_id else v.reading end
inner join core.dim_area as a on a.area_id = v.area_id
left join meta.indicator as i on i.indicator_code = t.indicator_code
left join meta.indicator as x on x.indicator_code = v.actual_indicator_code
left join meta.source as c on c.source_id = t.source_id
left join meta.source as w on w.source_id = v.actual_source_id
left join core.fct_document_figure as g
    on v.evidence_relation = 'core.fct_document_figure' and g.figure_id = v.evidence_row_key
left join meta.code as b on b.code_set = 'binding_code' and b.code = t.binding_code
left join meta.code as q on q.code_set = 'comparator' and q.code = t.comparator
left join meta.code as o on o.code_set = 'target_state_code' and o.code = v.target_state_code
"""
# What is to be reached within one period; a target by the year has its share of each.
_TARGET_VALUE = (
    "coalesce(v.target_value, case when t.pace_code = 'per_year' "
    "then t.value / (year(t.deadline_on) - year(t.period_start_on) + 1) else t.value end)"
)
_WHOLES = f"""
with {_SEEN}
select
    {_NAMED},
    v.target_value
from seen as v
{_JOINED}
where v.scope_code = 'whole'
order by t.source_id, t.deadline_on nulls last, t.binding_code, v.target_id
"""
_LINES = f"""
with {_SEEN},
line as (
    select
        v.*,
        p.target_id || '|' || p.area_id || '|' || cast(p.month as varchar) || '|' || p.origin_code as row_key,
        p.completion,
        p.pace,
        p.gap_pp,
        p.smallest_gap_pp,
        p.remaining,
        p.monthly_needed,
        p.recent_monthly,
        p.caveat_zh,
        p.timing_zh,
        p.month as value_month
    from seen as v
    left join mart.target_progress as p
        on p.target_id = v.reading
        and p.area_id = v.area_id
        and p.origin_code = v.origin_code
        and (v.as_of_on is null or p.month = cast(date_trunc('month', v.as_of_on) as date))
    where v.scope_code in ('area', 'each_unit')
),
season as (
    -- what share of the year lay behind the same month, in the full years before
    select
        l.reading,
        l.area_id,
        avg(i.value / d.value) as share,
        min(year(i.month)) as first_year,
        max(year(i.month)) as last_year
    from line as l
    inner join mart.indicator_month as i
        on i.area_id = l.area_id
        and i.indicator_code = l.actual_indicator_code
        and i.breakdown_code = 'total'
        and month(i.month) = month(l.as_of_on)
        and year(i.month) < year(l.as_of_on)
    inner join mart.indicator_month as d
        on d.area_id = i.area_id
        and d.indicator_code = i.indicator_code
        and d.breakdown_code = 'total'
        and month(d.month) = 12
        and year(d.month) = year(i.month)
    inner join meta.indicator as n on n.indicator_code = i.indicator_code
    where n.timing_code = 'year_to_date' and i.value is not null and d.value > 0
    group by l.reading, l.area_id
)
select
    {_NAMED},
    v.row_key,
    v.value_month as month,
    {_TARGET_VALUE} as target_value,
    {is_small(_TARGET_VALUE)} as is_small_task,
    v.completion,
    v.pace,
    v.gap_pp,
    v.smallest_gap_pp,
    v.remaining,
    v.monthly_needed,
    v.recent_monthly,
    v.caveat_zh,
    v.timing_zh,
    case
        when t.pace_code = 'per_year' or year(t.deadline_on) = year(t.period_start_on) then e.share
        when t.pace_code = 'linear'
            then (year(v.as_of_on) - year(t.period_start_on) + e.share)
                / (year(t.deadline_on) - year(t.period_start_on) + 1)
    end as seasonal_pace,
    e.first_year as season_first_year,
    e.last_year as season_last_year
from line as v
{_JOINED}
left join season as e on e.reading = v.reading and e.area_id = v.area_id
where
    (cast($indicator_code as varchar) is null
        or t.indicator_code = $indicator_code or v.actual_indicator_code = $indicator_code)
    and (cast($evidence_row_key as varchar) is null or v.evidence_row_key = $evidence_row_key)
order by t.source_id, t.deadline_on nulls last, t.binding_code, v.target_id, v.reading, a.sort_order
"""


def wholes(release: Release, *, area_id: str, month: date | None = None, today: date | None = None) -> Answer:
    """Every target of an area as one verdict, whatever its readings and parts: what is counted anywhere is these rows.

    outlook_code and outlook_label_zh are the verdict (target_state_code of meta.code), reason_zh why, parts_named,
    parts_measured and parts_met what it rests on; actual and as_of_on the value that judged (null where there are
    several), newest_value the newest one known, which changes no verdict.

    Args:
        month: the month to look from; None takes everything known.
        today: for a city without months, the day on which it is looked at: only `is_over` depends on it, no verdict.
    """
    return release.rows(_WHOLES, {"area_id": area_id, "month": month, "today": today})


def lines(
    release: Release,
    *,
    area_id: str,
    month: date | None = None,
    today: date | None = None,
    indicator_code: str | None = None,
    evidence_row_key: str | None = None,
) -> Answer:
    """The readings and parts of every target of an area, a row each with its own verdict and its line of progress.

    Columns of `wholes` and completion, pace, gap_pp, remaining, monthly_needed, recent_monthly, seasonal_pace (null where
    no full year lies before), row_key (of mart.target_progress, null where there is no such line).
    Several targets may stand on one figure: ask by `evidence_row_key` (a figure's id) for all verdicts on it.
    """
    return release.rows(
        _LINES,
        {
            "area_id": area_id,
            "month": month,
            "today": today,
            "indicator_code": indicator_code,
            "evidence_row_key": evidence_row_key,
        },
    )


def year_ends(release: Release, *, area_id: str, month: date) -> Answer:
    """Where the running totals with a target that ends this year are likely to end, as seen from a month.

    Columns of `mart.year_outlook` and row_key, label_zh, unit_zh, decimals, value (the total so far). Empty in December
    and where no full year lies before.
    """
    return release.rows(
        """
        select o.*, o.area_id || '|' || o.indicator_code || '|' || cast(o.month as varchar) as row_key,
            i.label_zh, i.unit_zh, i.decimals, m.value
        from mart.year_outlook as o
        inner join meta.indicator as i on i.indicator_code = o.indicator_code
        inner join mart.indicator_month as m
            on m.area_id = o.area_id and m.indicator_code = o.indicator_code and m.breakdown_code = 'total'
            and m.month = o.month
        where o.area_id = $area_id and o.month = $month
            and exists (
                from core.dim_target as t
                where t.area_id = o.area_id and t.indicator_code = o.indicator_code
                    and year(t.deadline_on) = year(o.month) and t.deadline_on >= o.month
            )
        order by o.indicator_code
        """,
        {"area_id": area_id, "month": month},
    )


def months(release: Release, *, area_id: str) -> list[date]:
    """The months from which targets of the area can be looked at, newest first; none on documents alone."""
    rows = release.rows(
        """
        select distinct v.month
        from mart.target_verdict as v
        inner join core.dim_target as t on t.target_id = v.target_id
        where t.area_id = $area_id and v.is_over is not null
        order by v.month desc
        """,
        {"area_id": area_id},
    ).frame
    return rows["month"].to_list()


def of_rates(
    release: Release, *, city_area_id: str, area_id: str, month: date, indicator_codes: tuple[str, ...]
) -> Answer:
    """For each of these rates the city's newest target, with the verdict on `area_id` (the city or one of its units).

    Columns: indicator_code, target_id, verdict_key, outlook_code, outlook_label_zh, is_over, is_marked, actual, as_of_on,
    status_code, evidence_relation, evidence_row_key, newest_value, target_value, text_zh, comparator, deadline_on, quote,
    deadline_quote, binding_code, binding_label_zh, scope_code (`reference`: the city's target was never divided among units).
    """
    return release.rows(
        """
        select
            t.indicator_code,
            v.target_id,
            v.target_id || '|' || v.reading || '|' || v.area_id || '|' || cast(v.month as varchar) as verdict_key,
            v.target_state_code as outlook_code,
            o.label_zh as outlook_label_zh,
            coalesce(v.is_over, false) as is_over,
            v.is_marked,
            v.value as actual,
            v.as_of_on,
            v.status_code,
            v.evidence_relation,
            v.evidence_row_key,
            v.newest_value,
            v.target_value,
            t.text_zh,
            t.comparator,
            t.deadline_on,
            t.quote,
            t.deadline_quote,
            t.binding_code,
            b.label_zh as binding_label_zh,
            v.scope_code
        from mart.target_verdict as v
        inner join core.dim_target as t on t.target_id = v.reading
        left join meta.code as o on o.code_set = 'target_state_code' and o.code = v.target_state_code
        left join meta.code as b on b.code_set = 'binding_code' and b.code = t.binding_code
        where
            t.area_id = $city
            and v.area_id = $area
            and v.month = $month
            and v.scope_code in ('area', 'reference')
            and not v.is_replaced
            and t.value is not null
            and list_contains($indicators, t.indicator_code)
        qualify row_number() over (
            partition by t.indicator_code order by t.deadline_on desc nulls last, t.binding_code, t.target_id
        ) = 1
        """,
        {"city": city_area_id, "area": area_id, "month": month, "indicators": list(indicator_codes)},
    )
