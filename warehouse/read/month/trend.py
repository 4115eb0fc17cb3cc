"""Questions of the page 趋势: what can be drawn, what happened meanwhile, where a series starts anew."""

from datetime import date

from warehouse.read import Answer, Release

# Words by which a dated event of the documents bears on a topic; an event dated to the day always stands.
TOPIC_WORDS = {
    "facility": ("敬老院", "幸福院", "日间照料", "街道", "社区", "供养", "设施", "村"),
    "bed": ("床位", "护理型", "敬老院", "机构"),
    "visit": ("探访", "留守", "帮扶"),
    "training": ("培训", "技能", "认定", "人才", "证书"),
    "platform": ("智慧", "平台", "信息"),
    "allowance": ("津贴",),
}


def drawable(release: Release, *, city_area_id: str) -> Answer:
    """Indicators with months or printed figures of a city, in catalogue order.

    Columns of meta.indicator with topic_label_zh, month_count (months of the city with any unit reporting) and
    figure_count (actual values printed for the city). Base populations and division counts are left out, and so are
    the twins on projected population: those are another base of the same indicator.
    """
    return release.rows(
        """
        with months as (
            select indicator_code, count(*) as month_count
            from mart.indicator_month
            where area_id = $city and breakdown_code = 'total' and reported_count > 0
            group by indicator_code
        ),
        figures as (
            select indicator_code, count(*) as figure_count
            from core.fct_document_figure
            where area_id = $city and kind_code = 'actual' and indicator_code is not null
            group by indicator_code
        )
        select
            i.*,
            t.label_zh as topic_label_zh,
            coalesce(m.month_count, 0) as month_count,
            coalesce(f.figure_count, 0) as figure_count
        from meta.indicator as i
        left join months as m on m.indicator_code = i.indicator_code
        left join figures as f on f.indicator_code = i.indicator_code
        left join meta.code as t on t.code_set = 'topic_code' and t.code = i.topic_code
        where
            i.topic_code not in ('population', 'division')
            and i.variant_of is null
            and (m.month_count is not null or f.figure_count is not null)
        order by i.sort_order
        """,
        {"city": city_area_id},
    )


def reporting_areas(release: Release, *, indicator_code: str, city_area_id: str) -> Answer:
    """Where months of an indicator exist: the city asked for and its units first, then other cities with theirs.

    area_id, area_zh (short name), kind_code, level_code, city_area_id, city_zh.
    """
    return release.rows(
        """
        select a.area_id, a.short_name_zh as area_zh, a.kind_code, a.level_code, a.city_area_id,
            c.short_name_zh as city_zh
        from core.dim_area as a
        inner join (
            select distinct area_id from mart.indicator_month where indicator_code = $indicator
        ) as m on m.area_id = a.area_id
        left join core.dim_area as c on c.area_id = coalesce(a.city_area_id, a.area_id)
        where a.level_code in ('city', 'unit')
        order by coalesce(a.city_area_id, a.area_id) <> $city, c.sort_order, a.level_code <> 'city', a.sort_order
        """,
        {"indicator": indicator_code, "city": city_area_id},
    )


def breaks(release: Release, *, indicator_code: str, area_id: str) -> Answer:
    """Months from which the series of an area is another thing than before, oldest first; of its city too.

    month, break_kind_code, kind_label_zh, title_zh, source_id, source_title_zh, source_number_zh, quote.
    """
    return release.rows(
        """
        select b.month, b.break_kind_code, k.label_zh as kind_label_zh, b.title_zh, b.source_id, b.quote,
            s.title_zh as source_title_zh, s.number_zh as source_number_zh
        from meta.series_break as b
        inner join core.dim_area as a on a.area_id = $area
        left join meta.source as s on s.source_id = b.source_id
        left join meta.code as k on k.code_set = 'break_kind_code' and k.code = b.break_kind_code
        where b.indicator_code = $indicator and (b.area_id = a.area_id or b.area_id = a.city_area_id)
        order by b.month
        """,
        {"indicator": indicator_code, "area": area_id},
    )


def markers(release: Release, *, city_area_id: str, topic_code: str, first_on: date, last_on: date) -> Answer:
    """Dated events of a city's documents that bear on a topic, oldest first, within these days.

    marked_on is the day an event is drawn at: its first, for a deadline its last. Columns: event_id, marked_on,
    precision_code, start_on, end_on, title_zh, quote, source_id, source_title_zh, source_number_zh. Spans of several
    years are left out: they have no place on a line of months.
    """
    return release.rows(
        """
        with placed as (
            select
                e.*,
                case when starts_with(e.title_zh, '目标期限') then e.end_on else e.start_on end as marked_on
            from meta.timeline_event as e
            where e.precision_code <> 'period'
        )
        select p.event_id, p.marked_on, p.precision_code, p.start_on, p.end_on, p.title_zh, p.quote, p.source_id,
            s.title_zh as source_title_zh, s.number_zh as source_number_zh
        from placed as p
        inner join meta.source as s on s.source_id = p.source_id
        where
            s.area_id = $city
            and p.marked_on between $first and $last
            and (
                p.precision_code = 'day'
                or len(list_filter($words, lambda word: contains(p.title_zh, word) or contains(p.quote, word))) > 0
            )
        order by p.marked_on, p.event_id
        """,
        {"city": city_area_id, "first": first_on, "last": last_on, "words": list(TOPIC_WORDS.get(topic_code, ()))},
    )


def printed(release: Release, *, area_id: str, indicator_code: str) -> Answer:
    """Actual values documents print of an indicator, oldest first, undated ones last.

    Columns of core.fct_document_figure with read_value and read_on, the number and day by the usual reading (a count of
    county platforms plus the city's own), added_value and reading_reason_zh (null where printed figures need none),
    qualifier_label_zh, source_title_zh, source_number_zh. read_on is null where no date is printed or declared.
    """
    return release.rows(
        """
        select
            f.*,
            f.value + coalesce(r.added_value, 0) as read_value,
            coalesce(f.period_end_on, r.as_of_on) as read_on,
            r.added_value,
            r.reason_zh as reading_reason_zh,
            q.label_zh as qualifier_label_zh,
            s.title_zh as source_title_zh,
            s.number_zh as source_number_zh
        from core.fct_document_figure as f
        inner join meta.source as s on s.source_id = f.source_id
        left join meta.figure_reading as r on r.figure_id = f.figure_id and r.reading_code = 'usual'
        left join meta.code as q on q.code_set = 'qualifier_code' and q.code = f.qualifier_code
        where f.area_id = $area and f.indicator_code = $indicator and f.kind_code = 'actual'
        order by read_on nulls last, s.sort_order, f.sort_order
        """,
        {"area": area_id, "indicator": indicator_code},
    )


def absent_units(
    release: Release, *, city_area_id: str, indicator_code: str, month: date, other_month: date | None = None
) -> dict[str, str]:
    """Names of the units without a value in that month, or in either of both, in declared order, to their status.

    A unit to which the indicator does not apply is not absent.
    """
    rows = release.rows(
        """
        select a.short_name_zh, min(m.status_code) as status_code
        from mart.indicator_month as m
        inner join core.dim_area as a on a.area_id = m.area_id
        where
            a.city_area_id = $city
            and a.level_code = 'unit'
            and m.indicator_code = $indicator
            and m.breakdown_code = 'total'
            and (m.month = $month or m.month = $other)
            and m.status_code not in ('reported', 'not_applicable')
        group by a.short_name_zh, a.sort_order
        order by a.sort_order
        """,
        {"city": city_area_id, "indicator": indicator_code, "month": month, "other": other_month or month},
    ).frame
    return dict(rows.iter_rows())


def outlook(release: Release, *, area_id: str, indicator_code: str, month: date) -> Answer:
    """Where the year of a running total is likely to end, seen from a month: at most one row of mart.year_outlook.

    Empty in December, for what is no running total, and while no year is complete.
    """
    return release.rows(
        """
        select o.*
        from mart.year_outlook as o
        where o.area_id = $area and o.indicator_code = $indicator and o.month = $month
        """,
        {"area": area_id, "indicator": indicator_code, "month": month},
    )
