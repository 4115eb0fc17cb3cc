"""Questions of the page 高龄津贴: who is paid what, by tier, unit and township; stops against expected deaths."""

from datetime import date

from warehouse.read import Answer, Release

STOP_PARTS = ("total", "age_80_89", "age_90_99", "age_100_plus", "age_90_plus")
_ROW_KEY = "m.area_id || '|' || cast(m.month as varchar) || '|' || m.age_tier_code"


def months(release: Release, *, city_area_id: str) -> list[date]:
    """Months for which the city's allowance forms were expected, newest first."""
    rows = release.rows(
        "select distinct month from mart.allowance_month where area_id = $city order by month desc",
        {"city": city_area_id},
    )
    return rows.frame["month"].to_list()


def tiers(release: Release, *, area_id: str, month: date) -> Answer:
    """One row an age tier of an area and the total, in the order of the tiers: columns of mart.allowance_month, tier_zh, row_key."""
    return release.rows(
        f"""
        select m.*, k.label_zh as tier_zh, {_ROW_KEY} as row_key
        from mart.allowance_month as m
        left join meta.code as k on k.code_set = 'age_tier_code' and k.code = m.age_tier_code
        where m.area_id = $area and m.month = $month
        order by m.age_tier_code = 'total', k.sort_order
        """,
        {"area": area_id, "month": month},
    )


def units(release: Release, *, city_area_id: str, month: date) -> Answer:
    """The city's units in one month, declared order: total row of mart.allowance_month with names, on-time rate aside."""
    return release.rows(
        f"""
        select m.*, a.short_name_zh as area_zh, a.kind_code, {_ROW_KEY} as row_key
        from mart.allowance_month as m
        inner join core.dim_area as a on a.area_id = m.area_id
        where a.city_area_id = $city and a.level_code = 'unit' and m.month = $month and m.age_tier_code = 'total'
        order by a.sort_order
        """,
        {"city": city_area_id, "month": month},
    )


def townships(release: Release, *, unit_area_id: str, month: date) -> Answer:
    """The townships of a unit in one month by their code: persons with the status of each cell.

    area_zh, and for total, age_80_89 and age_90_plus: recipients_*, recipients_*_status. A masked cell has status
    suppressed and no value; no amount of a township is printed. Empty for a zone without township codes.
    """
    return release.rows(
        """
        select
            a.area_id,
            a.short_name_zh as area_zh,
            max(case when m.indicator_code = 'allowance_recipient_count' and m.breakdown_code = 'total' then m.value end)
                as recipients_total,
            max(case when m.indicator_code = 'allowance_recipient_count' and m.breakdown_code = 'total' then m.status_code end)
                as recipients_total_status,
            max(case when m.indicator_code = 'allowance_recipient_count' and m.breakdown_code = 'age_80_89' then m.value end)
                as recipients_age_80_89,
            max(case when m.indicator_code = 'allowance_recipient_count' and m.breakdown_code = 'age_80_89' then m.status_code end)
                as recipients_age_80_89_status,
            max(case when m.indicator_code = 'allowance_recipient_count' and m.breakdown_code = 'age_90_plus' then m.value end)
                as recipients_age_90_plus,
            max(case when m.indicator_code = 'allowance_recipient_count' and m.breakdown_code = 'age_90_plus' then m.status_code end)
                as recipients_age_90_plus_status
        from mart.indicator_month as m
        inner join core.dim_area as a on a.area_id = m.area_id
        where
            a.parent_area_id = $unit
            and a.level_code = 'township'
            and m.month = $month
            and m.indicator_code = 'allowance_recipient_count'
        group by a.area_id, a.short_name_zh, a.stat_code
        order by a.stat_code
        """,
        {"unit": unit_area_id, "month": month},
    )


# What units reported up to a month, the quarter that ends with it marked.
_FIGURE = """
figure as (
    select
        m.area_id,
        m.month,
        m.month > cast($month as date) - interval '3' month as is_quarter,
        max(case when m.indicator_code = 'allowance_recipient_count' and m.breakdown_code = 'total' then m.value end)
            as recipients,
        max(case when m.indicator_code = 'allowance_stopped_count' and m.breakdown_code = 'reason_death' then m.value end)
            as deaths,
        max(case when m.indicator_code = 'allowance_stopped_count' and m.breakdown_code = 'reason_death' then m.status_code end)
            as death_status,
        max(case when m.indicator_code = 'allowance_stopped_count' and m.breakdown_code = 'total' then m.value end)
            as stopped
    from mart.indicator_month as m
    inner join core.dim_area as a on a.area_id = m.area_id
    where a.city_area_id = $city and a.level_code = 'unit'
        and m.indicator_code in ('allowance_recipient_count', 'allowance_stopped_count')
        and m.breakdown_code in ('total', 'reason_death')
        and m.month <= $month
    group by m.area_id, m.month
)"""
# The three months of the quarter together, and how many of them are known.
_QUARTER = """
quarter as (
    select
        area_id,
        count(deaths) as death_months,
        sum(deaths) as deaths,
        -- A month nobody reported is missing whatever the others hide.
        count(*) filter (death_status in ('reported', 'suppressed')) as told_months,
        count(stopped) as stopped_months,
        sum(stopped) as stopped,
        count(recipients) as recipient_month_count,
        sum(recipients) as recipients
    from figure
    where is_quarter
    group by area_id
)"""
# Deaths a recipient month, in the same three months of earlier years, or else in the year before, times the season.
_SHARE_BEFORE = """
known as (
    select f.*, month(f.month) in (select month(month) from figure where is_quarter) as is_season
    from figure as f
    where not f.is_quarter and f.deaths is not null and f.recipients is not null
),
factor as (
    select avg(case
        when month(q.month) in (12, 1, 2) then w.value when month(q.month) in (6, 7, 8) then s.value else 1 end) as factor
    from (select distinct month from figure where is_quarter) as q
    left join meta.parameter as w on w.parameter_code = 'deaths_winter_factor'
    left join meta.parameter as s on s.parameter_code = 'deaths_summer_factor'
),
shares as (
    select
        sum(deaths) filter (where is_season) / nullif(sum(recipients) filter (where is_season), 0) as season,
        sum(deaths) filter (where month > cast($month as date) - interval '15' month)
            / nullif(sum(recipients) filter (where month > cast($month as date) - interval '15' month), 0) as year
    from known
),
before as (
    select
        coalesce(s.season, s.year * f.factor) as share,
        case when s.season is not null then 'season' when s.year is not null then 'year' end as basis_code
    from shares as s
    cross join factor as f
)"""


def stops(release: Release, *, city_area_id: str, month: date) -> Answer:
    """The quarter that ends with `month`: stops of each unit against the deaths to be expected, declared order.

    death_stops (three months together; null where one of them is missing or masked), death_status (reported, missing,
    suppressed), all_stops, recipient_months, expected_deaths, city_death_share, basis_code. More people die in winter, so
    the share expected is that of the whole city in the same three months of earlier years (basis `season`): death stops
    over recipient months, over unit-months in which both are known. Without earlier years it is that of the twelve
    months before the quarter, times the declared factors of winter and summer (basis `year`); null where none are known.
    """
    return release.rows(
        f"""
        with {_FIGURE},
        {_QUARTER},
        {_SHARE_BEFORE}
        select
            a.area_id, a.short_name_zh as area_zh, a.kind_code,
            case when q.death_months = 3 then q.deaths end as death_stops,
            case
                when q.death_months = 3 then 'reported'
                when q.told_months = 3 then 'suppressed'
                else 'missing'
            end as death_status,
            case when q.stopped_months = 3 then q.stopped end as all_stops,
            case when q.recipient_month_count = 3 then q.recipients end as recipient_months,
            case when q.recipient_month_count = 3 then q.recipients * b.share end as expected_deaths,
            b.share as city_death_share,
            b.basis_code,
            a.area_id || '|allowance_stopped_count|reason_death|' || cast($month as varchar) as row_key
        from core.dim_area as a
        left join quarter as q on q.area_id = a.area_id
        cross join before as b
        where a.city_area_id = $city and a.level_code = 'unit' and a.is_reporting
        order by a.sort_order
        """,
        {"city": city_area_id, "month": month},
    )


def reasons(release: Release, *, area_id: str, month: date) -> Answer:
    """Stops of one month by reason, in the order of the reasons: breakdown_code, reason_zh, value, status_code, row_key."""
    return release.rows(
        """
        select m.breakdown_code, k.label_zh as reason_zh, m.value, m.status_code,
            m.area_id || '|' || m.indicator_code || '|' || m.breakdown_code || '|' || cast(m.month as varchar) as row_key
        from mart.indicator_month as m
        left join meta.code as k on k.code_set = 'breakdown_code' and k.code = m.breakdown_code
        where m.area_id = $area and m.month = $month and m.indicator_code = 'allowance_stopped_count'
        order by m.breakdown_code = 'total', k.sort_order
        """,
        {"area": area_id, "month": month},
    )


def payment_stops(release: Release, *, parent_area_id: str, month: date) -> Answer:
    """What lists of stops say of the areas right below one (units of a city, townships of a unit), declared order.

    area_id, area_zh, kind_code; for total and each tier <part> and <part>_status (units have age_90_99 and age_100_plus,
    townships age_90_plus; null where an area has no such part); before, before_status: the total of the month before, null
    where there was no list. An area without a list in this month is not listed.
    """
    parts = ",\n            ".join(
        f"max(case when t.breakdown_code = '{part}' then t.{column} end) as {name}"
        for part in STOP_PARTS
        for column, name in (("value", part), ("status_code", f"{part}_status"))
    )
    return release.rows(
        f"""
        with told as (
            select area_id, month, breakdown_code, value, status_code
            from mart.indicator_month
            where
                indicator_code = 'payout_stopped_count'
                and status_code <> 'missing'
                and month between cast($month as date) - interval '1' month and cast($month as date)
        )
        select
            a.area_id,
            a.short_name_zh as area_zh,
            a.kind_code,
            {parts},
            max(b.value) as before,
            max(b.status_code) as before_status
        from told as t
        inner join core.dim_area as a on a.area_id = t.area_id
        left join told as b on b.area_id = t.area_id and b.month < t.month and b.breakdown_code = 'total'
        where a.parent_area_id = $parent and t.month = cast($month as date)
        group by a.area_id, a.short_name_zh, a.kind_code, a.sort_order
        order by a.sort_order
        """,
        {"parent": parent_area_id, "month": month},
    )


def payments(release: Release, *, city_area_id: str, month: date) -> Answer:
    """What forms and payments say of the same units in one month, declared order; empty where no unit has payments.

    area_id, area_zh, measure_code (recipient_count, paid_yuan), form_value, form_status, form_key, payout_value,
    payout_status, payout_key, difference (form less payments, null where either is), reason_code: the likely reason of
    a difference, null where there is none or it cannot be told. A unit without payments is not listed.
    """
    return release.rows(
        """
        with told as (
            select
                m.area_id,
                m.month,
                split_part(m.indicator_code, '_', 1) as origin_code,
                substr(m.indicator_code, strpos(m.indicator_code, '_') + 1) as measure_code,
                m.value,
                m.status_code,
                m.area_id || '|' || m.indicator_code || '|total|' || cast(m.month as varchar) as row_key
            from mart.indicator_month as m
            inner join core.dim_area as a on a.area_id = m.area_id
            where
                a.city_area_id = $city
                and a.level_code = 'unit'
                and m.breakdown_code = 'total'
                and m.indicator_code similar to '(allowance|payout)_(recipient_count|paid_yuan|arrears_person_count|arrears_yuan|recovered_yuan)'
                and m.month between cast($month as date) - interval '1' month and cast($month as date) + interval '1' month
        ),
        payment as (
            select * from told where origin_code = 'payout'
        )
        select
            a.area_id,
            a.short_name_zh as area_zh,
            p.measure_code,
            f.value as form_value,
            coalesce(f.status_code, 'missing') as form_status,
            f.row_key as form_key,
            p.value as payout_value,
            p.status_code as payout_status,
            p.row_key as payout_key,
            f.value - p.value as difference,
            case
                when f.value - p.value = 0 then null
                when f.value * 10000 = p.value or f.value = p.value * 10000 then 'wrong_scale'
                when p.measure_code = 'recipient_count' and f.value - p.value = n.value then 'arrears_counted'
                when p.measure_code = 'paid_yuan' and r.value > 0 and f.value - p.value = r.value then 'recoveries_left_out'
                when p.measure_code = 'paid_yuan' and s.value > 0 and p.value - f.value = s.value then 'arrears_left_out'
                when f.value = b.value then 'month_before'
                when f.value = t.value then 'month_after'
                when f.value - p.value is not null then 'unexplained'
            end as reason_code
        from payment as p
        inner join core.dim_area as a on a.area_id = p.area_id
        left join told as f
            on f.origin_code = 'allowance' and f.area_id = p.area_id and f.measure_code = p.measure_code and f.month = p.month
        left join payment as n on n.area_id = p.area_id and n.month = p.month and n.measure_code = 'arrears_person_count'
        left join payment as s on s.area_id = p.area_id and s.month = p.month and s.measure_code = 'arrears_yuan'
        left join payment as r on r.area_id = p.area_id and r.month = p.month and r.measure_code = 'recovered_yuan'
        left join payment as b
            on b.area_id = p.area_id and b.measure_code = p.measure_code and b.month = p.month - interval '1' month
        left join payment as t
            on t.area_id = p.area_id and t.measure_code = p.measure_code and t.month = p.month + interval '1' month
        where p.month = $month and p.measure_code in ('recipient_count', 'paid_yuan') and p.status_code <> 'missing'
        order by a.sort_order, p.measure_code desc
        """,
        {"city": city_area_id, "month": month},
    )


def standards(release: Release, *, area_id: str) -> Answer:
    """What is paid a month to whom since when: tier_zh, yuan_per_month, valid_from_on, valid_to_on, quote, source, row_key.

    Youngest tier first, oldest standard first. Empty for a city whose standards nobody has published.
    """
    return release.rows(
        """
        select s.*, k.label_zh as tier_zh, t.title_zh as source_title_zh,
            s.area_id || '|' || s.age_tier_code || '|' || cast(s.valid_from_on as varchar) as row_key
        from core.fct_allowance_standard as s
        left join meta.code as k on k.code_set = 'age_tier_code' and k.code = s.age_tier_code
        left join meta.source as t on t.source_id = s.source_id
        where s.area_id = $area
        order by k.sort_order, s.valid_from_on
        """,
        {"area": area_id},
    )
