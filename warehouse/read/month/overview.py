"""The month of a city at a glance: units by key indicators, steps out of the ordinary, figures taken back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from warehouse.month import add_months
from warehouse.read import Answer, Release
from warehouse.read.meta.formulas import SMALLEST_BASE, counting_gap, is_small, over_same_units

WINDOW_MONTHS = 24

_COUNTING = counting_gap("k.smallest_difference", "k.scale", "m.denominator")
# Indicators are bound one by one: only so can the engine pass over the parts of a long table that hold others.
_MATRIX = """
with place as (
    select area_id, short_name_zh, kind_code, level_code, sort_order
    from core.dim_area
    where area_id = $city or (city_area_id = $city and level_code = 'unit' and is_reporting)
),
key as (
    select *, list_position($indicators, indicator_code) as position
    from meta.indicator
    where list_contains($indicators, indicator_code)
),
month_row as (
    select m.*
    from mart.indicator_month as m
    where
        m.month = $month
        and m.breakdown_code = 'total'
        and m.indicator_code in ({codes})
        and m.area_id in (select area_id from place)
),
task as (
    -- what a place has to do within a period that still runs: its own amount, not the city's
    select
        p.area_id,
        t.indicator_code,
        p.target_value,
        p.completion,
        p.pace,
        p.gap_pp,
        p.smallest_gap_pp,
        v.target_state_code as outlook_code,
        p.target_id || '|' || p.area_id || '|' || cast(p.month as varchar) || '|' || p.origin_code as row_key
    from mart.target_progress as p
    inner join core.dim_target as t on t.target_id = p.target_id
    inner join mart.target_verdict as v
        on v.reading = p.target_id and v.area_id = p.area_id and v.month = p.month and v.scope_code = 'area'
    where
        p.month = $month
        and p.origin_code = 'month'
        and p.pace is not null
        and p.actual_indicator_code = t.indicator_code
        and t.deadline_on >= $month
        and (t.valid_to_on is null or t.valid_to_on >= $month)
        and list_contains($indicators, t.indicator_code)
    qualify row_number() over (
        partition by p.area_id, t.indicator_code
        order by t.pace_code <> 'linear', t.deadline_on, t.valid_from_on desc, t.target_id
    ) = 1
),
held as (
    select
        u.area_id,
        u.short_name_zh as area_zh,
        u.kind_code,
        u.level_code,
        u.sort_order,
        k.indicator_code,
        k.position,
        k.polarity_code,
        {counting} as smallest_gap,
        m.breakdown_code,
        m.month,
        m.value,
        coalesce(m.status_code, 'missing') as status_code,
        m.quality_code,
        m.reported_count,
        m.expected_count,
        m.reported_total,
        m.change_mom,
        m.change_yoy,
        m.change_since_year_start,
        m.change_pct_mom,
        m.change_pct_yoy,
        {over} as over_same_units,
        s.series_verdict_code as verdict_code,
        t.target_value,
        {is_small} as is_small_task,
        {smallest} as smallest_base,
        t.completion,
        t.pace,
        t.outlook_code,
        t.row_key as task_row_key,
        case
            when m.value is null then null
            when t.completion is not null then 'pace'
            when u.level_code = 'city' or k.kind_code <> 'ratio' or k.polarity_code = 'neutral' then null
            -- Who reported alone is the whole of those who did, and as good as itself.
            when c.reported_count < 2 then null
            when c.value is not null then 'city'
            when c.reported_total is not null then 'partial'
        end as against_code,
        coalesce(c.value, c.reported_total) as city_value,
        t.gap_pp,
        t.smallest_gap_pp
    from place as u
    cross join key as k
    left join month_row as m on m.area_id = u.area_id and m.indicator_code = k.indicator_code
    left join month_row as c on c.area_id = $city and c.indicator_code = k.indicator_code
    left join task as t on t.area_id = u.area_id and t.indicator_code = k.indicator_code
    left join mart.series_signal as s
        on s.area_id = u.area_id and s.indicator_code = k.indicator_code and s.month = $month
),
gap as (
    select
        h.* exclude (gap_pp),
        h.gap_pp as pace_gap,
        case h.against_code when 'pace' then h.gap_pp when 'city' then h.value - h.city_value
            when 'partial' then h.value - h.city_value end as gap,
        case h.polarity_code when 'lower_is_better' then -1 else 1 end as direction
    from held as h
)
select
    g.* exclude (direction, sort_order, position, pace_gap),
    case
        when g.gap is null then null
        when g.against_code = 'pace' and abs(g.pace_gap) < coalesce(g.smallest_gap_pp, 0) then 'level'
        when g.against_code = 'pace' then case when g.gap < 0 then 'behind' when g.gap > 0 then 'ahead' else 'level' end
        when abs(g.gap) < g.smallest_gap or g.gap = 0 then 'level'
        when g.gap * g.direction > 0 then 'ahead'
        else 'behind'
    end as standing_code
from gap as g
order by g.level_code, g.sort_order, g.area_id, g.position
"""


def months(release: Release, *, city_area_id: str, indicator_codes: tuple[str, ...]) -> Answer:
    """The months a city has to report, newest first: month, has_data (whether any unit gave any of these figures)."""
    return release.rows(
        """
        select month, max(coalesce(reported_count, 0)) > 0 as has_data
        from mart.indicator_month
        where area_id = $city and breakdown_code = 'total' and list_contains($indicators, indicator_code)
        group by month
        order by month desc
        """,
        {"city": city_area_id, "indicators": list(indicator_codes)},
    )


def matrix(release: Release, *, city_area_id: str, month: date, indicator_codes: tuple[str, ...]) -> Answer:
    """The city and each of its units × indicators in one month, in declared order of units and as asked of indicators.

    Every pair has a row, one that was never expected is `missing`. Columns of mart.indicator_month, and what a value is
    held against: against_code `pace` (completion of the place's own running task less the share of time gone by),
    `city` (the city's figure), `partial` (that of the units which reported, where the city is missing) or null (no
    direction, nothing to hold it against but its own figure); gap in the unit of the indicator, for `pace` a fraction; standing_code
    `ahead`, `level`, `behind` by the declared direction and the rule `level_with_city_share`, null without a gap.
    over_same_units: see `months.series`; verdict_code: of the series (mart.series_signal).
    target_value, is_small_task (too small for a percentage: under smallest_base), completion, pace, outlook_code and task_row_key (mart.target_progress) where there is a task.
    """
    codes, bound = _bound(indicator_codes)
    asked = {"city": city_area_id, "month": month, "indicators": list(indicator_codes), **bound}
    return release.rows(
        _MATRIX.format(
            codes=codes,
            is_small=is_small("t.target_value"),
            smallest=SMALLEST_BASE,
            counting=_COUNTING,
            over=over_same_units("m"),
        ),
        asked,
    )


def _bound(indicator_codes: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The codes as names of parameters, and what they are bound to."""
    bound = {f"code_{place}": code for place, code in enumerate(indicator_codes)}
    return ", ".join(f"${name}" for name in bound), bound


def steps(
    release: Release, *, city_area_id: str, month: date, indicator_codes: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The new signals of a month as mart.series_signal has them, farthest from its limits first.

    One entry a place and indicator: the columns of its month in mart.indicator_month and of its signal, area_zh,
    level_code, kind_code, values (the 24 months up to this one, oldest first, null where missing) and size (1 is the
    limit). Running totals take no part, since they have no month before to be told against.
    """
    first = add_months(month, 1 - WINDOW_MONTHS)
    codes, bound = _bound(indicator_codes)
    asked = {"city": city_area_id, "first": first, "last": month, "indicators": list(indicator_codes)}
    return release.rows(
        f"""
        with signal as (
            select s.* exclude (point_count, resemblance)
            from mart.series_signal as s
            inner join meta.indicator as i on i.indicator_code = s.indicator_code
            where
                s.month = $last
                and s.is_new
                and s.indicator_code in ({codes})
                and i.timing_code in ('end_of_month', 'during_month')
        ),
        drawn as (
            select m.area_id, m.indicator_code, list(m.value order by m.month) as values
            from mart.indicator_month as m
            inner join signal as s on s.area_id = m.area_id and s.indicator_code = m.indicator_code
            where m.month between $first and $last and m.breakdown_code = 'total'
            group by m.area_id, m.indicator_code
        )
        select
            m.*,
            {over_same_units("m")} as over_same_units,
            s.* exclude (area_id, indicator_code, month),
            s.signal_way_code as way_code,
            a.short_name_zh as area_zh,
            a.level_code,
            a.kind_code,
            d.values,
            abs(s.judged_value - s.centre)
                / nullif(case when s.side > 0 then s.upper - s.centre else s.centre - s.lower end, 0) as size
        from signal as s
        inner join mart.indicator_month as m
            on m.area_id = s.area_id
            and m.indicator_code = s.indicator_code
            and m.month = s.month
            and m.breakdown_code = 'total'
        inner join core.dim_area as a on a.area_id = m.area_id
        inner join drawn as d on d.area_id = m.area_id and d.indicator_code = m.indicator_code
        where
            m.change_mom is not null
            and (a.area_id = $city or (a.city_area_id = $city and a.level_code = 'unit' and a.is_reporting))
        order by size desc nulls last, a.level_code, a.sort_order, list_position($indicators, m.indicator_code)
        """,
        {**asked, **bound},
    ).frame.to_dicts()


def restated(release: Release, *, city_area_id: str, since: datetime, until: datetime | None = None) -> Answer:
    """Figures of a city's units changed after they were accepted, between two instants; whole ones first, then by size.

    Columns of meta.restatement with area_zh, form_zh, label_zh, unit_zh, decimals, breakdown_zh. Townships are left out:
    what they change stands at their unit too.
    """
    return release.rows(
        """
        select r.*, a.short_name_zh as area_zh, f.label_zh as form_zh, i.label_zh, i.unit_zh, i.decimals,
            b.label_zh as breakdown_zh
        from meta.restatement as r
        inner join core.dim_area as a on a.area_id = r.area_id
        inner join meta.indicator as i on i.indicator_code = r.indicator_code
        left join meta.code as f on f.code_set = 'form_code' and f.code = i.form_code
        left join meta.code as b on b.code_set = 'breakdown_code' and b.code = r.breakdown_code
        where
            a.city_area_id = $city
            and a.level_code = 'unit'
            and r.restated_at >= $since
            and ($until is null or r.restated_at < $until)
        order by
            r.breakdown_code <> 'total',
            abs(coalesce(r.new_value, 0) - coalesce(r.old_value, 0)) / greatest(abs(coalesce(r.old_value, 0)), 1) desc,
            a.sort_order, i.sort_order, r.breakdown_code, r.month
        """,
        {"city": city_area_id, "since": since, "until": until},
    )
