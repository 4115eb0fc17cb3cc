"""What a what-if starts from: running totals with a target of this year, and how completed years went."""

from datetime import date

from warehouse.read import Answer, Release

# SQL: a declared break after the January of the year of `m`, up to the month looked at: what was counted then is another
# thing than now.
_BROKEN = """
    select 1
    from meta.series_break as b
    inner join core.dim_area as a on a.area_id = m.area_id and b.area_id in (a.area_id, a.city_area_id)
    where b.indicator_code = m.indicator_code and b.month > date_trunc('year', m.month) and b.month <= $month
"""


def starting_points(release: Release, *, area_id: str, month: date) -> Answer:
    """The running totals of an area that have a target ending in the year of `month`, as they stand then.

    One that began to count something else within the year is left out.

    indicator_code, label_zh, unit_zh, decimals, value, row_key (of mart.indicator_month), goal, goal_zh, deadline_on: of
    the first target to end. A total without a value in that month is left out.
    """
    return release.rows(
        f"""
        select
            m.indicator_code, i.label_zh, i.unit_zh, i.decimals, m.value,
            m.area_id || '|' || m.indicator_code || '|total|' || cast(m.month as varchar) as row_key,
            t.value as goal, t.text_zh as goal_zh, t.deadline_on
        from mart.indicator_month as m
        inner join meta.indicator as i on i.indicator_code = m.indicator_code
        inner join core.dim_target as t on t.area_id = m.area_id and t.indicator_code = m.indicator_code
        where m.area_id = $area_id and m.month = $month and m.breakdown_code = 'total' and m.value is not null
            and i.timing_code = 'year_to_date' and i.kind_code <> 'ratio'
            and t.value is not null and t.comparator = 'at_least'
            and year(t.deadline_on) = year(m.month) and t.deadline_on >= m.month
            and (t.period_start_on is null or year(t.period_start_on) = year(m.month))
            and not exists ({_BROKEN})
        qualify row_number() over (partition by m.indicator_code order by t.deadline_on, t.target_id) = 1
        order by m.indicator_code
        """,
        {"area_id": area_id, "month": month},
    )


def shares(release: Release, *, area_id: str, indicator_code: str, month: date) -> dict[int, dict[int, float]]:
    """Of each completed year before that of `month`: month of year → share of the year's total that lay behind it.

    A month without a value is missing; a year without a December, or with nothing in it, is not completed; one before
    which, or within which, something else was counted than now is left out.
    """
    rows = release.rows(
        f"""
        select year(m.month) as year, month(m.month) as month_of_year, m.value / d.value as share
        from mart.indicator_month as m
        inner join mart.indicator_month as d
            on d.area_id = m.area_id and d.indicator_code = m.indicator_code and d.breakdown_code = m.breakdown_code
            and year(d.month) = year(m.month) and month(d.month) = 12
        where m.area_id = $area_id and m.indicator_code = $indicator and m.breakdown_code = 'total'
            and m.value is not null and d.value > 0 and year(m.month) < year(cast($month as date))
            and not exists ({_BROKEN})
        order by m.month
        """,
        {"area_id": area_id, "indicator": indicator_code, "month": month},
    ).frame
    found: dict[int, dict[int, float]] = {}
    for year, month_of_year, share in rows.iter_rows():
        found.setdefault(year, {})[month_of_year] = share
    return found
