"""Questions of the page 平台与培训: registered, active, served; orders stage by stage; trainings, persons, certificates."""

import itertools
from dataclasses import dataclass
from datetime import date

from warehouse.read import Answer, Release

USE = ("enrolled_count", "active_person_count", "active_rate", "service_person_times")
TRAINING = ("training_person_times", "training_people", "certificate_count")


def months(release: Release, *, city_area_id: str) -> list[date]:
    """Months for which platform or training forms of the city's units were expected, newest first."""
    rows = release.rows(
        """
        select distinct month
        from mart.indicator_month
        where area_id = $city and indicator_code in ('order_placed_count', 'enrolled_count', 'training_person_times')
        order by month desc
        """,
        {"city": city_area_id},
    )
    return rows.frame["month"].to_list()


@dataclass(frozen=True)
class Stage:
    """One stage of an order: its indicator, what it is called, and the rate that leads to it ("" for the first)."""

    code: str
    label_zh: str
    rate_code: str


def stages(release: Release) -> list[Stage]:
    """The stages of an order as the release declares them: counts of orders in catalogue order, each with its rate.

    The rate of a stage is the ratio declared of it and the stage before.
    """
    rows = release.rows(
        """
        with stage as (
            select indicator_code, label_zh, sort_order, lag(indicator_code) over (order by sort_order) as before_code
            from meta.indicator
            where group_code = 'platform_order' and kind_code = 'count'
        )
        select s.indicator_code, s.label_zh, coalesce(r.indicator_code, '') as rate_code
        from stage as s
        left join meta.indicator as r
            on r.kind_code = 'ratio' and r.numerator = s.indicator_code and r.denominator = s.before_code
        order by s.sort_order
        """
    )
    return [Stage(code, label_zh, rate_code) for code, label_zh, rate_code in rows.frame.iter_rows()]


def funnel(release: Release, *, area_id: str, last_month: date, count: int = 12) -> Answer:
    """The stages of the orders of each month, newest month first: month, one column a stage and a rate, whole.

    The stages of one row are of one cohort, the orders reported for that month. A stage that was not reported is null;
    `is_falling` says that no known stage exceeds the one before it.
    """
    declared = stages(release)
    codes = [*(one.code for one in declared), *(one.rate_code for one in declared if one.rate_code)]
    columns = ", ".join(f"max(case when indicator_code = '{code}' then value end) as {code}" for code in codes)
    falling = " and ".join(
        f"coalesce({after.code} <= {before.code}, true)" for before, after in itertools.pairwise(declared)
    )
    return release.rows(
        f"""
        with wide as (
            select month, {columns},
                max(case when indicator_code = 'order_placed_count' then reported_count end) as reported_count,
                max(case when indicator_code = 'order_placed_count' then expected_count end) as expected_count,
                max(case when indicator_code = 'order_placed_count' then quality_code end) as quality_code
            from mart.indicator_month
            where area_id = $area and breakdown_code = 'total' and month <= $last
                and list_contains($codes, indicator_code)
            group by month
        )
        select *, {falling} as is_falling from wide order by month desc limit $count
        """,
        {"area": area_id, "last": last_month, "codes": codes, "count": count},
    )


def unit_rates(release: Release, *, city_area_id: str, month: date) -> Answer:
    """The city's units in one month: rating and satisfaction side by side with the counts they are made of, declared order.

    completed, rated, satisfied, rating_rate, satisfaction_rate, status_code; null where a unit did not report.
    """
    return release.rows(
        """
        select
            a.area_id,
            a.short_name_zh as area_zh,
            a.kind_code,
            max(case when m.indicator_code = 'order_completed_count' then m.value end) as completed,
            max(case when m.indicator_code = 'order_rated_count' then m.value end) as rated,
            max(case when m.indicator_code = 'order_satisfied_count' then m.value end) as satisfied,
            max(case when m.indicator_code = 'rating_rate' then m.value end) as rating_rate,
            max(case when m.indicator_code = 'satisfaction_rate' then m.value end) as satisfaction_rate,
            max(case when m.indicator_code = 'satisfaction_rate' then m.status_code end) as status_code,
            max(case when m.indicator_code = 'satisfaction_rate' then m.quality_code end) as quality_code,
            $month as month
        from core.dim_area as a
        left join mart.indicator_month as m
            on m.area_id = a.area_id
            and m.month = $month
            and m.breakdown_code = 'total'
            and m.indicator_code in (
                'order_completed_count', 'order_rated_count', 'order_satisfied_count', 'rating_rate', 'satisfaction_rate'
            )
        where a.city_area_id = $city and a.level_code = 'unit' and a.is_reporting
        group by a.area_id, a.short_name_zh, a.kind_code, a.sort_order
        order by a.sort_order
        """,
        {"city": city_area_id, "month": month},
    )


def training(release: Release, *, city_area_id: str, month: date) -> Answer:
    """Trainings since January in a city and its units: person-times, persons, certificates, and the pace of last year.

    One row an area, the city first. *_yoy is the change against the same months of last year, is_over_same_units whether it
    is of the units in both alone; last_year_share what
    share of last year's person-times lay behind at the same month (null where December is missing); status_code and
    quality_code of the person-times.
    """
    return release.rows(
        """
        with figure as (
            select
                m.area_id,
                m.month,
                max(case when m.indicator_code = 'training_person_times' then m.value end) as person_times,
                max(case when m.indicator_code = 'training_person_times' then m.change_yoy end) as person_times_yoy,
                max(case when m.indicator_code = 'training_person_times' then m.monthly_value end) as person_times_month,
                max(case when m.indicator_code = 'training_person_times' then m.status_code end) as status_code,
                max(case when m.indicator_code = 'training_person_times' then m.quality_code end) as quality_code,
                max(case when m.indicator_code = 'training_people' then m.value end) as people,
                max(case when m.indicator_code = 'certificate_count' then m.value end) as certificates
            from mart.indicator_month as m
            where m.breakdown_code = 'total'
                and m.indicator_code in ('training_person_times', 'training_people', 'certificate_count')
            group by m.area_id, m.month
        )
        select
            a.area_id,
            a.short_name_zh as area_zh,
            a.kind_code,
            a.level_code,
            f.month,
            f.person_times,
            f.person_times_yoy,
            a.level_code = 'city' and (f.person_times is null or p.person_times is null) as is_over_same_units,
            f.person_times_month,
            f.people,
            f.certificates,
            coalesce(f.status_code, 'missing') as status_code,
            f.quality_code,
            p.person_times / nullif(d.person_times, 0) as last_year_share,
            d.person_times as last_year_total
        from core.dim_area as a
        left join figure as f on f.area_id = a.area_id and f.month = $month
        left join core.dim_month as m on m.month = $month
        left join figure as p on p.area_id = a.area_id and p.month = m.year_ago_month
        left join figure as d on d.area_id = a.area_id and d.month = m.year_start_month
        where (a.city_area_id = $city and a.level_code = 'unit' and a.is_reporting) or a.area_id = $city
        order by a.level_code, a.sort_order
        """,
        {"city": city_area_id, "month": month},
    )
