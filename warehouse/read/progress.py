"""Targets as they stood at one month: each with its document, its line of progress, its pace, and its units."""

from datetime import date

from warehouse.read import Answer, Release

PROGRESS = "mart.target_progress"

# The linear pace is the bureau's rule; the seasonal one is ours and is printed with the years it was made of.
SEASONAL_RULE_ZH = "季节序时＝此前各完整年份同月累计占全年的平均比例；没有完整年份者不算"

_ROW_KEY = "l.target_id || '|' || l.area_id || '|' || cast(l.month as varchar) || '|' || l.origin_code"

_LINES = f"""
with scope as (
    -- where each target is held against: its own area, or every county
    select distinct p.target_id, p.area_id
    from mart.target_progress as p
    inner join core.dim_target as t on t.target_id = p.target_id
    where p.area_id = $area_id or t.area_id = $area_id
),
line as (
    select p.*
    from mart.target_progress as p
    inner join scope as s on s.target_id = p.target_id and s.area_id = p.area_id
    where
        p.origin_code <> 'none'
        and (cast($month as date) is null or p.as_of_on < cast($month as date) + interval '1' month)
    qualify row_number() over (
        partition by p.target_id, p.area_id
        order by case p.origin_code when 'month' then 0 else 1 end, p.month desc
    ) = 1
),
season as (
    -- what share of the year lay behind the same month, in the full years before
    select
        l.target_id,
        l.area_id,
        avg(i.value / d.value) as share,
        min(year(i.month)) as first_year,
        max(year(i.month)) as last_year
    from line as l
    inner join mart.indicator_month as i
        on i.area_id = l.area_id
        and i.indicator_code = l.actual_indicator_code
        and i.breakdown_code = 'total'
        and month(i.month) = month(l.month)
        and year(i.month) < year(l.month)
    inner join mart.indicator_month as d
        on d.area_id = i.area_id
        and d.indicator_code = i.indicator_code
        and d.breakdown_code = 'total'
        and month(d.month) = 12
        and year(d.month) = year(i.month)
    inner join meta.indicator as n on n.indicator_code = i.indicator_code
    where n.timing_code = 'year_to_date' and i.value is not null and d.value > 0
    group by l.target_id, l.area_id
)
select
    t.target_id,
    s.area_id,
    t.indicator_code,
    t.name_zh,
    t.comparator,
    t.value as printed_target,
    t.text_zh as target_as_written,
    t.unit_zh,
    t.period_start_on,
    t.deadline_on,
    t.binding_code,
    t.pace_code,
    t.base_zh,
    t.reading_zh,
    coalesce(t.chapter_zh, '') as chapter_zh,
    t.quote,
    t.source_id,
    t.valid_from_on,
    t.valid_to_on,
    t.caveat_zh as target_caveat_zh,
    year(t.deadline_on) - year(t.period_start_on) + 1 as period_years,
    t.deadline_on < coalesce(cast($month as date) + interval '1' month, current_date) as is_over,
    coalesce(
        t.valid_to_on < t.deadline_on
        and t.valid_to_on < coalesce(cast($month as date) + interval '1' month, current_date),
        false
    ) as is_replaced,
    case when l.target_id is not null then {_ROW_KEY} end as row_key,
    l.origin_code,
    l.month,
    l.as_of_on,
    l.actual,
    l.actual_as_written,
    l.actual_indicator_code,
    l.evidence_relation,
    l.evidence_row_key,
    coalesce(l.target_value, case when t.pace_code = 'per_year'
        then t.value / (year(t.deadline_on) - year(t.period_start_on) + 1) else t.value end) as target_value,
    l.completion,
    l.pace,
    l.gap_pp,
    l.remaining,
    l.monthly_needed,
    l.recent_monthly,
    coalesce(l.outlook_code, 'unknown') as outlook_code,
    coalesce(l.status_code, 'missing') as status_code,
    l.caveat_zh,
    l.timing_zh,
    case
        when t.pace_code = 'per_year' or year(t.deadline_on) = year(t.period_start_on) then e.share
        when t.pace_code = 'linear'
            then (year(l.month) - year(t.period_start_on) + e.share)
                / (year(t.deadline_on) - year(t.period_start_on) + 1)
    end as seasonal_pace,
    e.first_year as season_first_year,
    e.last_year as season_last_year,
    i.label_zh as indicator_label_zh,
    i.kind_code as indicator_kind_code,
    i.decimals,
    i.polarity_code,
    i.owner_zh,
    x.label_zh as actual_label_zh,
    x.unit_zh as actual_unit_zh,
    c.title_zh as source_title_zh,
    c.number_zh as source_number_zh,
    v.title_zh as actual_source_title_zh,
    b.label_zh as binding_label_zh,
    o.label_zh as outlook_label_zh,
    a.short_name_zh as area_short_name_zh,
    a.level_code
from core.dim_target as t
inner join scope as s on s.target_id = t.target_id
inner join core.dim_area as a on a.area_id = s.area_id
left join line as l on l.target_id = t.target_id and l.area_id = s.area_id
left join season as e on e.target_id = t.target_id and e.area_id = s.area_id
left join meta.indicator as i on i.indicator_code = t.indicator_code
left join meta.indicator as x on x.indicator_code = l.actual_indicator_code
left join meta.source as c on c.source_id = t.source_id
left join meta.source as v on v.source_id = l.actual_source_id
left join meta.code as b on b.code_set = 'binding_code' and b.code = t.binding_code
left join meta.code as o on o.code_set = 'outlook_code' and o.code = coalesce(l.outlook_code, 'unknown')
where cast($month as date) is null or t.period_start_on < cast($month as date) + interval '1' month
order by t.source_id, t.deadline_on, t.binding_code, t.target_id, a.sort_order
"""


def months(release: Release, *, area_id: str) -> list[date]:
    """The months for which a target of the area has a line from month reports, newest first; none on documents alone."""
    rows = release.rows(
        """
        select distinct p.month
        from mart.target_progress as p
        inner join core.dim_target as t on t.target_id = p.target_id
        where p.origin_code = 'month' and t.area_id = $area_id
        order by p.month desc
        """,
        {"area_id": area_id},
    ).frame
    return rows["month"].to_list()


def standings(release: Release, *, area_id: str, month: date | None = None) -> Answer:
    """Every target of an area as it stood at the end of `month`: one row a target and area it is held against.

    Counted are figures up to that month only: month reports where there are any, then printed figures. A target
    without a figure has a row with `actual` null and outlook `unknown`. `is_over` says whether its deadline has
    passed, `is_replaced` whether it was given up before its deadline; `seasonal_pace` is null where no full year lies
    before.

    Args:
        month: the first day of a month; None takes everything known, and today for what is over.
    """
    return release.rows(_LINES, {"area_id": area_id, "month": month})


def units(release: Release, *, city_area_id: str, target_id: str, month: date) -> Answer:
    """How the units of a city stand against one target at one month, in declared order.

    Columns: area_id, short_name_zh, kind_code, value, status_code, row_key (of mart.indicator_month), target_value,
    completion, pace, basis_code: `unit` the unit has a target of its own; `city` a rate, held against the city's
    target for orientation only; `none` an amount nobody has divided among units, so there is no completion.
    """
    return release.rows(
        """
        with target as (select * from core.dim_target where target_id = $target_id),
        own as (
            select p.area_id, max(p.target_value) as target_value, max(p.pace) as pace
            from mart.target_progress as p
            inner join core.dim_target as t on t.target_id = p.target_id
            cross join target as g
            where
                t.indicator_code = g.indicator_code
                and t.deadline_on = g.deadline_on
                and (p.area_id <> g.area_id or t.area_id <> g.area_id)
                and (p.origin_code <> 'month' or p.month = $month)
            group by p.area_id
        )
        select
            a.area_id,
            a.short_name_zh,
            a.kind_code,
            i.value,
            coalesce(i.status_code, 'missing') as status_code,
            case when i.area_id is not null
                then i.area_id || '|' || i.indicator_code || '|total|' || cast(i.month as varchar) end as row_key,
            n.unit_zh,
            n.decimals,
            coalesce(o.target_value, case when n.kind_code = 'ratio' then g.value end) as target_value,
            case when i.status_code = 'reported' then i.value
                / nullif(coalesce(o.target_value, case when n.kind_code = 'ratio' then g.value end), 0) end as completion,
            o.pace,
            g.comparator,
            case when o.area_id is not null then 'unit' when n.kind_code = 'ratio' then 'city' else 'none' end
                as basis_code
        from target as g
        inner join core.dim_area as a
            on a.city_area_id = $city_area_id and a.level_code = 'unit' and a.is_reporting
        inner join meta.indicator as n on n.indicator_code = g.indicator_code
        left join mart.indicator_month as i
            on i.area_id = a.area_id
            and i.indicator_code = g.indicator_code
            and i.breakdown_code = 'total'
            and i.month = $month
        left join own as o on o.area_id = a.area_id
        order by a.sort_order, a.area_id
        """,
        {"city_area_id": city_area_id, "target_id": target_id, "month": month},
    )


def versions(release: Release, *, area_id: str) -> Answer:
    """Targets of an area that replaced one another, oldest first within a series; none where nothing changed.

    One series: the same indicator, area and period, one version valid until the next begins. Columns: series
    (indicator and period), version (from 1), the target's own columns, source title.
    """
    return release.rows(
        """
        with chained as (
            select
                t.*,
                t.indicator_code || '|' || cast(t.period_start_on as varchar) || '|' || cast(t.deadline_on as varchar)
                    || '|' || t.pace_code as series
            from core.dim_target as t
            where t.area_id = $area_id and t.value is not null
        ),
        changed as (
            select distinct o.series
            from chained as o
            inner join chained as n on n.series = o.series and n.valid_from_on > o.valid_from_on
            where o.valid_to_on is not null and o.valid_to_on <= n.valid_from_on
        )
        select
            c.*,
            row_number() over (partition by c.series order by c.valid_from_on, c.target_id) as version,
            s.title_zh as source_title_zh,
            s.number_zh as source_number_zh
        from chained as c
        inner join changed as d on d.series = c.series
        left join meta.source as s on s.source_id = c.source_id
        order by c.series, c.valid_from_on, c.target_id
        """,
        {"area_id": area_id},
    )


def actuals(release: Release, *, area_id: str, target_id: str) -> Answer:
    """The actual value of one target month by month: month, actual, row_key; only months that were reported."""
    return release.rows(
        f"""
        select l.month, l.actual, l.as_of_on, {_ROW_KEY} as row_key
        from mart.target_progress as l
        where l.target_id = $target_id and l.area_id = $area_id and l.origin_code = 'month' and l.actual is not null
        order by l.month
        """,
        {"area_id": area_id, "target_id": target_id},
    )


# Words by which sentences of the documents bear on an indicator that is judged and not counted.
EVIDENCE_WORDS = {"enrolment_scale_of_care_majors": ("招生", "相关专业", "涉老专业", "职业院校", "高等院校")}


def evidence(release: Release, *, area_id: str, indicator_code: str) -> Answer:
    """What the documents of an area say that bears on a qualitative target, in the order of the documents.

    One row a named measure: name_zh, status_code, quote, paragraph, source, and `figures_zh` (null where the
    document publishes no figure for it). Empty for an indicator whose words nobody has declared.
    """
    words = list(EVIDENCE_WORDS.get(indicator_code, ()))
    return release.rows(
        """
        select
            p.programme_id,
            p.name_zh,
            p.status_code,
            k.label_zh as status_label_zh,
            p.quote,
            p.source_id,
            p.paragraph_no,
            s.title_zh as source_title_zh,
            (
                select string_agg(f.name_zh || '：' || f.value_as_written, '；' order by f.sort_order)
                from core.fct_document_figure as f
                where list_contains(p.figure_ids, f.figure_id)
            ) as figures_zh
        from meta.programme as p
        inner join meta.source as s on s.source_id = p.source_id
        left join meta.code as k on k.code_set = 'programme_status_code' and k.code = p.status_code
        where
            s.area_id = $area_id
            and len(list_filter($words, lambda word: contains(p.quote, word))) > 0
        order by s.sort_order, p.sort_order
        """,
        {"area_id": area_id, "words": words},
    )
