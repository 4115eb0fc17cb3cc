"""The definition sheet of one indicator: where it comes from, what it is held against, what uses it, what to mind."""

from warehouse.read import Answer, Release


def targets(release: Release, *, indicator_code: str) -> Answer:
    """Targets set for it: name, value as written, comparator, deadline, binding, place, document, sentence, reading."""
    return release.rows(
        """
        select t.*, a.name_zh as area_zh, s.title_zh as source_zh, b.label_zh as binding_zh
        from core.dim_target as t
        left join core.dim_area as a using (area_id)
        left join meta.source as s using (source_id)
        left join meta.code as b on b.code_set = 'binding_code' and b.code = t.binding_code
        where t.indicator_code = $indicator_code
        order by t.deadline_on, t.target_id
        """,
        {"indicator_code": indicator_code},
    )


def figures(release: Release, *, indicator_code: str) -> Answer:
    """What documents print of it: as written, kind, place, period, sentence, document; newest first."""
    return release.rows(
        """
        select f.figure_id, f.value_as_written, f.name_zh, f.kind_code, k.label_zh as kind_zh, a.name_zh as area_zh,
            f.period_start_on, f.period_end_on, f.quote, s.title_zh as source_zh, s.source_id
        from core.fct_document_figure as f
        left join core.dim_area as a using (area_id)
        left join meta.source as s using (source_id)
        left join meta.code as k on k.code_set = 'figure_kind_code' and k.code = f.kind_code
        where f.indicator_code = $indicator_code
        order by f.period_end_on desc nulls last, f.figure_id
        """,
        {"indicator_code": indicator_code},
    )


def reported(release: Release, *, indicator_code: str) -> Answer:
    """How it is filled in this release, one row: months, first_month, last_month, areas, and cells by status.

    All null or zero when no unit has reported it.
    """
    return release.rows(
        """
        select count(distinct month) as months, min(month) as first_month, max(month) as last_month,
            count(distinct area_id) as areas, count(*) as cells,
            count(*) filter (where status_code = 'reported') as reported,
            count(*) filter (where status_code = 'missing') as missing,
            count(*) filter (where status_code = 'suppressed') as suppressed,
            count(*) filter (where status_code in ('returned', 'withheld')) as held,
            count(*) filter (where quality_code = 'doubtful') as doubtful
        from mart.indicator_month
        where indicator_code = $indicator_code
        """,
        {"indicator_code": indicator_code},
    )


def used_by(release: Release, *, indicator_code: str) -> Answer:
    """What is made of it or held against it: what_zh, code, label_zh."""
    return release.rows(
        """
        select '分子' as what_zh, indicator_code as code, label_zh from meta.indicator where numerator = $indicator_code
        union all
        select '分母', indicator_code, label_zh from meta.indicator where denominator = $indicator_code
        union all
        select distinct '服务网络', network_code, label_zh from meta.network
        where $indicator_code in (built_indicator, operating_indicator, rate_indicator)
        union all
        select '城市对比', item_code, item_zh from mart.city_comparison where $indicator_code in (indicator_a, indicator_b)
        union all
        select '勾稽核对', c.check_id, c.title_zh
        from mart.cross_check as c
        where exists (
            select 1
            from meta.cross_check_operand as o
            inner join core.fct_document_figure as f on f.figure_id = o.figure_id
            where o.check_id = c.check_id and f.indicator_code = $indicator_code
        )
        order by what_zh, code
        """,
        {"indicator_code": indicator_code},
    )


def confusable(release: Release, *, indicator_code: str) -> Answer:
    """Comparability groups it is easily mistaken for: other_group_zh, reason_zh."""
    return release.rows(
        """
        select g.label_zh as other_group_zh, d.reason_zh
        from meta.indicator as i
        inner join meta.group_distinction as d on d.group_code = i.group_code
        inner join meta.group as g on g.group_code = d.other_group_code
        where i.indicator_code = $indicator_code
        order by g.label_zh
        """,
        {"indicator_code": indicator_code},
    )


def problems(release: Release, *, indicator_code: str) -> Answer:
    """What the checks found in its months: rule_code, severity_zh, count, an example; most first."""
    return release.rows(
        """
        select i.rule_code, c.label_zh as severity_zh, count(*) as found, any_value(i.sentence_zh) as example_zh,
            count(*) filter (where i.is_open) as still_open
        from meta.issue as i
        left join meta.code as c on c.code_set = 'severity_code' and c.code = i.severity_code
        where i.indicator_code = $indicator_code
        group by i.rule_code, c.label_zh
        order by found desc, i.rule_code
        """,
        {"indicator_code": indicator_code},
    )


def base_tables(release: Release, *, indicator_code: str) -> Answer:
    """Reference tables it is read from: source_zh, first and last as_of_on, areas."""
    return release.rows(
        """
        select s.title_zh as source_zh, min(b.as_of_on) as first_on, max(b.as_of_on) as last_on,
            count(distinct b.area_id) as areas
        from core.fct_base as b
        left join meta.source as s using (source_id)
        where b.indicator_code = $indicator_code
        group by s.title_zh
        order by last_on desc
        """,
        {"indicator_code": indicator_code},
    )
