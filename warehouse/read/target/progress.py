"""What lies behind a target: its units, its versions, its months, and the sentences that bear on one without a number."""

from datetime import date

from warehouse.read import Answer, Release

_ROW_KEY = "l.target_id || '|' || l.area_id || '|' || cast(l.month as varchar) || '|' || l.origin_code"

_UNITS = """
with target as (select * from core.dim_target where target_id = $target_id),
own as (
    -- tasks that units have of their own, for the same quantity and the same last day
    select
        v.*,
        p.completion,
        p.pace,
        p.smallest_gap_pp,
        p.target_id || '|' || p.area_id || '|' || cast(p.month as varchar) || '|' || p.origin_code as progress_key
    from mart.target_verdict as v
    inner join core.dim_target as t on t.target_id = v.target_id
    cross join target as g
    left join mart.target_progress as p
        on p.target_id = v.target_id
        and p.area_id = v.area_id
        and p.origin_code = v.origin_code
        and p.month = cast(date_trunc('month', v.as_of_on) as date)
    where
        v.reading = 'all'
        and v.month = $month
        and t.indicator_code = g.indicator_code
        and t.deadline_on is not distinct from g.deadline_on
        and t.area_id <> g.area_id
),
held as (
    -- the city's target held against each of them, or each of them by itself
    select v.*
    from mart.target_verdict as v
    where v.reading = $target_id and v.month = $month and v.scope_code in ('reference', 'each_unit')
)
select
    a.area_id,
    a.short_name_zh,
    a.kind_code,
    case when o.area_id is not null then o.value when h.area_id is not null then h.value else i.value end as value,
    case when o.area_id is not null then o.as_of_on when h.area_id is not null then h.as_of_on else d.month_end_on end
        as as_of_on,
    coalesce(case when o.area_id is not null then o.status_code when h.area_id is not null then h.status_code
        else i.status_code end, 'missing') as status_code,
    case when o.area_id is not null then o.evidence_row_key when h.area_id is not null then h.evidence_row_key
        when i.area_id is not null
            then i.area_id || '|' || i.indicator_code || '|total|' || cast(i.month as varchar) end as row_key,
    n.unit_zh,
    n.decimals,
    coalesce(o.target_value, h.target_value) as target_value,
    coalesce(o.completion, case when h.value is not null then h.value / nullif(h.target_value, 0) end) as completion,
    o.pace,
    o.smallest_gap_pp,
    o.progress_key,
    g.comparator,
    coalesce(o.target_state_code, h.target_state_code) as outlook_code,
    k.label_zh as outlook_label_zh,
    coalesce(o.is_marked, h.is_marked, false) as is_marked,
    g.binding_code,
    coalesce(o.target_id || '|' || o.reading || '|' || o.area_id || '|' || cast(o.month as varchar),
        h.target_id || '|' || h.reading || '|' || h.area_id || '|' || cast(h.month as varchar)) as verdict_key,
    case when o.area_id is not null then 'unit' when h.area_id is not null then 'city' else 'none' end as basis_code
from target as g
inner join core.dim_area as a on a.city_area_id = $city_area_id and a.level_code = 'unit' and a.is_reporting
inner join meta.indicator as n on n.indicator_code = g.indicator_code
inner join core.dim_month as d on d.month = $month
left join mart.indicator_month as i
    on i.area_id = a.area_id
    and i.indicator_code = g.indicator_code
    and i.breakdown_code = 'total'
    and i.month = $month
left join own as o on o.area_id = a.area_id
left join held as h on h.area_id = a.area_id
left join meta.code as k
    on k.code_set = 'target_state_code' and k.code = coalesce(o.target_state_code, h.target_state_code)
order by a.sort_order, a.area_id
"""


def units(release: Release, *, city_area_id: str, target_id: str, month: date) -> Answer:
    """How the units of a city stand against one target, looked at from one month, in declared order.

    Columns: area_id, short_name_zh, kind_code, value, as_of_on, status_code, row_key (of mart.indicator_month),
    target_value, completion, pace, outlook_code and outlook_label_zh (the verdict, null where there is none), is_marked,
    verdict_key, progress_key (of mart.target_progress, null without a task of its own), basis_code: `unit` the unit has a target of its own; `city` a rate, held against the city's target for
    orientation only; `none` an amount nobody has divided among units, so there is no verdict.
    """
    return release.rows(_UNITS, {"city_area_id": city_area_id, "target_id": target_id, "month": month})


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

    The sentence that sets the target is no evidence of it: a measure named in its paragraph line is left out.

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
            and not exists (
                select 1
                from core.dim_target as t
                where
                    t.indicator_code = $indicator_code
                    and t.source_id = p.source_id
                    and (contains(p.quote, t.quote) or contains(t.quote, p.quote) or contains(p.quote, t.name_zh))
            )
        order by s.sort_order, p.sort_order
        """,
        {"area_id": area_id, "words": words, "indicator_code": indicator_code},
    )
