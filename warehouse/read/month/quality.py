"""Questions about how far the figures can be trusted: issues, printed against computed, held, restated, denominators."""

from datetime import date

from warehouse.read import Answer, Release

PRINTED_RULES = ("E4", "E5", "E6", "C1", "C8", "S10")
"""Rules that hold a printed total, amount or percentage against the one worked out from its parts."""

_ISSUE = """
    select
        i.*,
        a.short_name_zh as area_zh,
        a.sort_order as area_order,
        f.label_zh as form_zh,
        s.label_zh as severity_zh,
        s.sort_order as severity_order
    from meta.issue as i
    inner join core.dim_area as a on a.area_id = i.area_id
    left join meta.code as f on f.code_set = 'form_code' and f.code = i.form_code
    inner join meta.code as s on s.code_set = 'severity_code' and s.code = i.severity_code
    where a.city_area_id = $city
"""


def open_issues(release: Release, *, city_area_id: str) -> Answer:
    """Every open issue of a city, most severe first, then newest month first.

    Columns of meta.issue with area_zh, form_zh, severity_zh; issues of files nobody could be told of are not here,
    see `submissions.unplaced`.
    """
    return release.rows(
        f"""
        with issue as ({_ISSUE})
        select * exclude (area_order, severity_order)
        from issue
        where is_open
        order by severity_order, month desc, area_order, issue_id
        """,
        {"city": city_area_id},
    )


def against_computed(release: Release, *, city_area_id: str) -> Answer:
    """Printed totals, amounts and percentages that differ from ours: one row each, newest month first.

    Columns of meta.issue with area_zh, form_zh, severity_zh, label_zh, unit_zh, decimals and difference (printed less
    computed, in the stored unit; of a percentage the difference of the fractions). is_share tells the two apart.
    """
    return release.rows(
        f"""
        with issue as ({_ISSUE})
        select
            i.* exclude (area_order, severity_order),
            v.label_zh,
            v.unit_zh,
            v.decimals,
            i.rule_code in ('E5', 'E6') as is_share,
            i.reported_value - i.computed_value as difference
        from issue as i
        left join meta.indicator as v on v.indicator_code = i.indicator_code
        where list_contains($rules, i.rule_code)
            and i.reported_value is not null
            and i.computed_value is not null
        order by i.month desc, i.area_order, i.issue_id
        """,
        {"city": city_area_id, "rules": list(PRINTED_RULES)},
    )


def held(release: Release, *, city_area_id: str) -> Answer:
    """Figures kept back until somebody explains them: one row each, newest month first.

    area_zh, month, label_zh, unit_zh, decimals, breakdown_zh, form_zh, sheet, cell, raw_value, reported_value and
    before_value (what the unit wrote, and what stood the month it was compared with; stored units), sentence_zh,
    remedy_zh, note_zh. before_value is null where the rule compares with something else.
    """
    return release.rows(
        """
        select
            a.short_name_zh as area_zh,
            o.area_id,
            o.indicator_code,
            o.breakdown_code,
            o.month,
            o.revision,
            v.label_zh,
            v.unit_zh,
            v.decimals,
            b.label_zh as breakdown_zh,
            f.label_zh as form_zh,
            o.sheet,
            o.cell,
            o.raw_value,
            o.note_zh,
            i.reported_value,
            i.computed_value as before_value,
            i.sentence_zh,
            i.remedy_zh,
            i.rule_code
        from core.fct_observation as o
        inner join core.dim_area as a on a.area_id = o.area_id
        inner join meta.indicator as v on v.indicator_code = o.indicator_code
        left join meta.code as b on b.code_set = 'breakdown_code' and b.code = o.breakdown_code
        left join meta.code as f on f.code_set = 'form_code' and f.code = v.form_code
        left join meta.issue as i
            on i.submission_id = o.submission_id
            and i.cell = o.cell
            and i.sheet = o.sheet
            and i.severity_code = 'hold'
        where a.city_area_id = $city and o.is_current and o.status_code = 'withheld'
        order by o.month desc, a.sort_order, v.sort_order, b.sort_order
        """,
        {"city": city_area_id},
    )


def explained(release: Release, *, city_area_id: str) -> Answer:
    """Figures that stand with the words their unit gave: unit × indicator × month, newest month first.

    area_zh, month, label_zh, unit_zh, decimals, value, note_zh, sheet, cell and the row's key. Townships are left
    out: their notes stand at the unit's figure too.
    """
    return release.rows(
        """
        select
            a.short_name_zh as area_zh,
            o.area_id,
            o.indicator_code,
            o.breakdown_code,
            o.month,
            o.revision,
            v.label_zh,
            v.unit_zh,
            v.decimals,
            o.value,
            o.status_code,
            o.note_zh,
            o.sheet,
            o.cell
        from core.fct_observation as o
        inner join core.dim_area as a on a.area_id = o.area_id
        inner join meta.indicator as v on v.indicator_code = o.indicator_code
        where a.city_area_id = $city
            and a.level_code = 'unit'
            and o.is_current
            and o.breakdown_code = 'total'
            and o.note_zh is not null
            and o.status_code = 'reported'
        order by o.month desc, a.sort_order, v.sort_order
        """,
        {"city": city_area_id},
    )


def restated(release: Release, *, city_area_id: str) -> Answer:
    """Every figure that was changed after it was accepted: one row a changed cell, newest change first.

    Columns of meta.restatement with area_zh, unit_area_zh (the reporting unit), label_zh, unit_zh, decimals,
    breakdown_zh, sheet and cell of the new report. A masked figure is not here.
    """
    return release.rows(
        """
        select
            r.*,
            a.short_name_zh as area_zh,
            u.short_name_zh as unit_area_zh,
            v.label_zh,
            v.unit_zh,
            v.decimals,
            b.label_zh as breakdown_zh,
            o.sheet,
            o.cell
        from meta.restatement as r
        inner join core.dim_area as a on a.area_id = r.area_id
        inner join core.dim_area as u on u.area_id = case when a.level_code = 'township' then a.parent_area_id else a.area_id end
        inner join meta.indicator as v on v.indicator_code = r.indicator_code
        left join meta.code as b on b.code_set = 'breakdown_code' and b.code = r.breakdown_code
        left join core.fct_observation as o
            on o.area_id = r.area_id
            and o.indicator_code = r.indicator_code
            and o.breakdown_code = r.breakdown_code
            and o.month = r.month
            and o.revision = r.revision
        where a.city_area_id = $city
        order by r.restated_at desc, u.sort_order, a.level_code desc, a.sort_order, v.sort_order, b.sort_order
        """,
        {"city": city_area_id},
    )


def corrections(release: Release, *, city_area_id: str | None = None) -> Answer:
    """The register of corrections: columns of meta.correction with area_zh, label_zh, unit_zh, decimals, is_idle.

    One passed on the desk is idle where the form that came does not say any more what it was to mend; one of our files
    stops the refresh then. Of masked figures nothing is told.

    Args:
        city_area_id: of the units of one city; of all when None.
    """
    return release.rows(
        """
        select c.*, a.short_name_zh as area_zh, v.label_zh, v.unit_zh, v.decimals,
            c.correction_id like 'desk-%' and c.expected_raw is not null and o.area_id is not null
                and o.raw_value is distinct from c.expected_raw as is_idle
        from meta.correction as c
        left join (
            select f.area_id, f.indicator_code, f.month, f.raw_value
            from core.fct_observation as f
            inner join meta.submission as s on s.submission_id = f.submission_id
            where f.is_current and f.breakdown_code = 'total' and f.status_code in ('reported', 'missing')
                and s.state_code in ('accepted', 'corrected')
        ) as o on o.area_id = c.area_id and o.indicator_code = c.indicator_code and o.month = c.month
        inner join core.dim_area as a on a.area_id = c.area_id
        inner join meta.indicator as v on v.indicator_code = c.indicator_code
        where $city is null or a.city_area_id = $city
        order by c.declared_on desc, c.correction_id
        """,
        {"city": city_area_id},
    )


def denominators(release: Release, *, city_area_id: str) -> Answer:
    """What the rates of a city are divided by: rate × denominator, with its as-of and source.

    label_zh (the rate), base_zh, value, unit_zh, decimals, as_of_on, as_of_precision (month of a reported one, day of
    a census, year of a count), source_zh, source_id, and relation, row_key, column_name of the number. From the
    newest month where units report; bases of coverage from the published documents otherwise.
    """
    return release.rows(
        """
        with newest as (
            select max(m.month) as month
            from mart.indicator_month as m
            where m.area_id = $city
        ),
        monthly as (
            select
                1 as part,
                v.sort_order,
                v.label_zh,
                coalesce(d.label_zh, v.denominator) as base_zh,
                m.denominator as value,
                coalesce(d.unit_zh, '') as unit_zh,
                coalesce(d.decimals, 0) as decimals,
                coalesce(m.denominator_as_of_on, last_day(m.month)) as as_of_on,
                case
                    when m.denominator_source_id is null then 'month'
                    when month(m.denominator_as_of_on) = 12 and day(m.denominator_as_of_on) = 31 then 'year'
                    else 'day'
                end as as_of_precision,
                m.denominator_source_id as source_id,
                'mart.indicator_month' as relation,
                concat_ws('|', m.area_id, m.indicator_code, m.breakdown_code, cast(m.month as varchar)) as row_key,
                'denominator' as column_name
            from mart.indicator_month as m
            inner join newest as n on n.month = m.month
            inner join meta.indicator as v on v.indicator_code = m.indicator_code
            left join meta.indicator as d on d.indicator_code = v.denominator
            where m.area_id = $city and m.breakdown_code = 'total' and m.denominator is not null
        ),
        printed as (
            select
                2 as part,
                c.sort_order,
                w.label_zh || '覆盖率' as label_zh,
                w.base_label_zh as base_zh,
                c.base as value,
                '个' as unit_zh,
                0 as decimals,
                make_date(c.base_year, 12, 31) as as_of_on,
                'year' as as_of_precision,
                c.base_source_id as source_id,
                'mart.coverage' as relation,
                concat_ws('|', c.area_id, c.network_code, cast(c.as_of_on as varchar), c.base_code, c.origin_code) as row_key,
                'base' as column_name
            from mart.coverage as c
            inner join (
                select network_code, area_id, base_code, min(label_zh) as label_zh, min(base_label_zh) as base_label_zh
                from meta.network
                group by all
            ) as w on w.network_code = c.network_code and w.area_id = c.area_id and w.base_code = c.base_code
            where c.area_id = $city and c.is_latest and c.base is not null and c.origin_code = 'document'
        )
        select u.* exclude (part, sort_order), s.title_zh as source_zh
        from (select * from monthly union all select * from printed where not exists (select 1 from monthly)) as u
        left join meta.source as s on s.source_id = u.source_id
        order by u.part, u.sort_order
        """,
        {"city": city_area_id},
    )


def blanks(release: Release, *, city_area_id: str, month: date) -> Answer:
    """Why figures of a month are blank: reason_code, label_zh, mark_zh, what_zh, count; every declared reason has a row.

    Counted are the figures of the city, its units and townships in mart.indicator_month; each blank has exactly one
    reason. A figure that stands but is not compared across a declared break counts under series_break.
    """
    return release.rows(
        """
        with blank as (
            select
                case
                    when v.status_code = 'missing' and s.state_code = 'not_reported' and not s.is_late then 'not_due'
                    when v.status_code = 'missing' then 'not_reported'
                    when v.value is null then v.status_code
                    else 'series_break'
                end as reason_code
            from mart.indicator_month as v
            inner join core.dim_area as a on a.area_id = v.area_id
            inner join meta.indicator as i on i.indicator_code = v.indicator_code
            left join meta.submission as s
                on s.area_id = case when a.level_code = 'township' then a.parent_area_id else a.area_id end
                and s.form_code = i.form_code
                and s.month = v.month
                and s.revision = 0
            left join meta.series_break as b
                on b.indicator_code = v.indicator_code
                and b.area_id in (v.area_id, a.city_area_id)
                and b.month = v.month
            where a.city_area_id = $city and v.month = $month and (v.value is null or b.month is not null)
        )
        select
            c.code as reason_code,
            c.label_zh,
            c.mark_zh,
            count(k.reason_code) as count
        from meta.code as c
        left join blank as k on k.reason_code = c.code
        where c.code_set = 'blank_reason_code'
        group by c.code, c.label_zh, c.mark_zh, c.sort_order
        order by c.sort_order
        """,
        {"city": city_area_id, "month": month},
    )
