"""Questions about county months: series, one month of a city, who has reported, why a city figure moved."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from warehouse.read import Answer, Release
from warehouse.read.meta.formulas import HAS_STANDING, IS_LATE, over_same_units, ratio

_SERIES = f"""
select
    v.area_id,
    a.short_name_zh as area_zh,
    v.indicator_code,
    v.breakdown_code,
    v.month,
    v.value,
    v.status_code,
    v.quality_code,
    v.numerator,
    v.denominator,
    v.denominator_as_of_on,
    v.denominator_source_id,
    v.reported_count,
    v.expected_count,
    v.reported_total,
    v.change_mom,
    v.change_yoy,
    v.change_since_year_start,
    v.change_pct_mom,
    v.change_pct_yoy,
    {over_same_units("v")} as over_same_units,
    v.ytd,
    v.monthly_value,
    v.rank,
    v.tied_count,
    v.ranked_count,
    v.rank_group_code,
    v.group_code,
    v.note_zh,
    s.signal_way_code as way_code,
    s.judged_value,
    s.centre,
    s.lower,
    s.upper,
    s.is_baseline,
    s.baseline_first_month,
    s.baseline_last_month,
    s.is_rebased,
    s.point_count,
    s.signal_code,
    s.side,
    s.run_length,
    s.is_bridged,
    s.series_verdict_code as verdict_code,
    s.is_new
from mart.indicator_month as v
inner join core.dim_area as a on a.area_id = v.area_id
left join mart.series_signal as s
    on v.breakdown_code = 'total'
    and s.area_id = v.area_id
    and s.indicator_code = v.indicator_code
    and s.month = v.month
"""


def months(release: Release) -> list[date]:
    """The months for which anything was expected, oldest first; empty on a release without county months."""
    return release.rows("select distinct month from mart.indicator_month order by month").frame["month"].to_list()


def calendar(release: Release) -> list[date]:
    """The months of the calendar until this release was made, oldest first."""
    return (
        release.rows(
            "select month from core.dim_month where month <= (select built_at from meta.release) order by month"
        )
        .frame["month"]
        .to_list()
    )


def series(
    release: Release,
    *,
    indicator_code: str,
    area_ids: tuple[str, ...],
    breakdown_code: str = "total",
    first_month: date | None = None,
    last_month: date | None = None,
) -> Answer:
    """The months of one indicator for several areas: area × month, area in the order asked for, oldest month first.

    Columns of mart.indicator_month with `area_zh` and over_same_units (which changes of a city are those of the units in
    both months alone, `mom yoy year_start`). A month that was not reported is a row with its status and no
    value; months before the first expected one have no row.
    """
    return release.rows(
        _SERIES
        + """
        where v.indicator_code = $indicator
            and v.breakdown_code = $breakdown
            and list_contains($areas, v.area_id)
            and ($first is null or v.month >= $first)
            and ($last is null or v.month <= $last)
        order by list_position($areas, v.area_id), v.month
        """,
        {
            "indicator": indicator_code,
            "breakdown": breakdown_code,
            "areas": list(area_ids),
            "first": first_month,
            "last": last_month,
        },
    )


def month_of_city(
    release: Release, *, city_area_id: str, month: date, indicator_codes: tuple[str, ...] = (), level: str = "unit"
) -> Answer:
    """One month: the city and its reporting units × indicators (breakdown total), in the order of areas and indicators.

    Args:
        indicator_codes: all indicators with months when empty.
        level: `unit` for the city and its units, `township` for its townships only.
    """
    return release.rows(
        _SERIES
        + """
        inner join meta.indicator as i on i.indicator_code = v.indicator_code
        where v.month = $month
            and v.breakdown_code = 'total'
            and a.city_area_id = $city
            and case when $level = 'township' then a.level_code = 'township' else a.level_code in ('city', 'unit') end
            and (len($indicators) = 0 or list_contains($indicators, v.indicator_code))
        order by a.level_code, a.sort_order, i.sort_order
        """,
        {"month": month, "city": city_area_id, "level": level, "indicators": list(indicator_codes)},
    )


def reporting(release: Release, *, city_area_id: str, first_month: date, last_month: date) -> Answer:
    """Who reported what: unit × form × month with the state of its newest submission.

    area_id, area_zh, form_code, month, state_code, revision, due_on, received_at, is_late, has_standing, blocking_count,
    soft_count, submission_id; ordered by unit, form, month. A form that never came is a row not_reported.
    """
    return release.rows(
        f"""
        select
            s.area_id,
            a.short_name_zh as area_zh,
            s.form_code,
            s.month,
            s.state_code,
            s.revision,
            s.due_on,
            s.received_at,
            {IS_LATE} as is_late,
            {HAS_STANDING} as has_standing,
            s.blocking_count,
            s.soft_count,
            s.submission_id
        from meta.submission as s
        inner join core.dim_area as a on a.area_id = s.area_id
        where a.city_area_id = $city and s.month between $first and $last
        qualify row_number() over (partition by s.area_id, s.form_code, s.month order by s.revision desc) = 1
        order by a.sort_order, s.form_code, s.month
        """,
        {"city": city_area_id, "first": first_month, "last": last_month},
    )


def contributions(
    release: Release, *, city_area_id: str, indicator_code: str, month: date, other_month: date
) -> Answer:
    """Why a city figure moved between two months: one row a unit that reported in both, largest share first.

    area_id, area_zh, row_key, city_row_key, other_row_key, other_month, value, other_value (null where a unit has nothing
    to divide by), contribution. Contributions sum to the change of those units together: of a count the difference, of a
    rate (its unit times the scale) the part of the difference of the ratios of sums that the unit makes: (n − R·d)/D now
    less (n − R·d)/D then, with R the earlier rate. What a unit without a base counts stands in the city's sum: it adds its
    n, with d 0. Empty when no unit reported twice.
    """
    return release.rows(
        f"""
        with city as (
            select count(value) = 2 as is_whole
            from mart.indicator_month
            where area_id = $city and indicator_code = $indicator and breakdown_code = 'total'
                and month in ($month, $other_month)
        ),
        told as (
            select
                m.area_id,
                m.month,
                m.value,
                coalesce(m.numerator, counted.value) as numerator,
                coalesce(m.denominator, 0) as denominator,
                i.kind_code,
                i.scale
            from mart.indicator_month as m
            cross join city as c
            inner join meta.indicator as i on i.indicator_code = m.indicator_code
            -- What a unit without a base counts is in the sum of a city that is whole, and in no other.
            left join mart.indicator_month as counted
                on counted.area_id = m.area_id
                and counted.indicator_code = i.numerator
                and counted.breakdown_code = m.breakdown_code
                and counted.month = m.month
                and m.status_code = 'not_applicable'
                and c.is_whole
            where m.indicator_code = $indicator
                and m.breakdown_code = 'total'
                and (m.value is not null or counted.value is not null)
        ),
        pair as (
            select
                now.*,
                a.short_name_zh as area_zh,
                a.sort_order,
                before.value as other_value,
                before.numerator as other_numerator,
                before.denominator as other_denominator
            from told as now
            inner join told as before on before.area_id = now.area_id and before.month = $other_month
            inner join core.dim_area as a on a.area_id = now.area_id
            where now.month = $month and a.city_area_id = $city and a.level_code = 'unit'
        ),
        whole as (
            select
                sum(denominator) as denominator,
                sum(other_denominator) as other_denominator,
                {ratio("sum(other_numerator)", "sum(other_denominator)")} as other_rate
            from pair
        )
        select
            p.area_id,
            p.area_zh,
            p.area_id || '|' || $indicator || '|total|' || cast($month as varchar) as row_key,
            $city || '|' || $indicator || '|total|' || cast($month as varchar) as city_row_key,
            p.area_id || '|' || $indicator || '|total|' || cast($other_month as varchar) as other_row_key,
            cast($other_month as date) as other_month,
            p.value,
            p.other_value,
            case
                when p.kind_code = 'ratio'
                    then p.scale * (
                        (p.numerator - w.other_rate * p.denominator) / w.denominator
                        - (p.other_numerator - w.other_rate * p.other_denominator) / w.other_denominator
                    )
                else p.value - p.other_value
            end as contribution
        from pair as p
        cross join whole as w
        order by abs(contribution) desc, p.sort_order
        """,
        {"city": city_area_id, "indicator": indicator_code, "month": month, "other_month": other_month},
    )


def issues(
    release: Release, *, area_ids: Sequence[str] | None = None, month: date | None = None, is_open: bool | None = None
) -> Answer:
    """Issues of submissions, newest month first, most severe first; columns of meta.issue with `area_zh`."""
    return release.rows(
        """
        select i.*, a.short_name_zh as area_zh
        from meta.issue as i
        left join core.dim_area as a on a.area_id = i.area_id
        where ($areas is null or list_contains($areas, i.area_id))
            and ($month is null or i.month = $month)
            and ($open is null or i.is_open = $open)
        order by
            i.month desc,
            case i.severity_code when 'blocking' then 1 when 'hold' then 2 when 'soft' then 3 else 4 end,
            a.sort_order,
            i.issue_id
        """,
        {"areas": None if area_ids is None else list(area_ids), "month": month, "open": is_open},
    )


def restatements(release: Release, *, city_area_id: str | None = None) -> Answer:
    """Every changed figure, newest first: columns of meta.restatement with `area_zh` and the indicator's label."""
    return release.rows(
        """
        select r.*, a.short_name_zh as area_zh, i.label_zh, i.unit_zh, i.decimals
        from meta.restatement as r
        inner join core.dim_area as a on a.area_id = r.area_id
        inner join meta.indicator as i on i.indicator_code = r.indicator_code
        where $city is null or a.city_area_id = $city
        order by r.restated_at desc, a.sort_order, i.sort_order
        """,
        {"city": city_area_id},
    )


def exclusions(frame: pl.DataFrame) -> dict[str, list[str]]:
    """Units of `month_of_city` left out of a rank, by status: status code → names, in the order of the frame."""
    left_out: dict[str, list[str]] = {}
    for name, status in frame.filter(pl.col("value").is_null()).select("area_zh", "status_code").iter_rows():
        left_out.setdefault(status, []).append(name)
    return left_out
