-- one row per month, unit, township and reason, and one per month, unit, township and tier: persons stopped
-- Total rows of a unit have no township. A change from one tier to the next is no stop. Whoever is listed twice in a month
-- of a unit is stopped once, as the last line says: reasons, tiers and townships add up to one total.
with allowed as (
    select max(case when parameter_code = 'tier_delay_months' then number end) as delay_months
    from parameter
),

listed as (
    select
        c.month,
        c.unit,
        c.township_id,
        c.reason_code,
        c.tier_code,
        year(c.effective_month) * 12 + month(c.effective_month) - year(c.birth_month) * 12 - month(c.birth_month)
            - a.delay_months - 1 as months_of_age,
        row_number() over (
            partition by c.month, c.unit, c.person_key order by c.submission_no desc, c.source_row desc
        ) as turn
    from roster_change as c
    cross join allowed as a
    where c.change_code = 'stop'
),

-- Where the list says no tier, it is that of the last month that was paid, as late after a birthday as tiers begin there.
stop as (
    select
        month,
        unit,
        township_id,
        reason_code,
        case
            when tier_code is not null then tier_code
            when months_of_age >= 1200 then 'age_100_plus'
            when months_of_age >= 1080 then 'age_90_99'
            when months_of_age is not null then 'age_80_89'
        end as tier_code
    from listed
    where turn = 1
)

select
    cast(month as date) as month,
    cast(unit as varchar) as unit,
    cast(case when grouping(township_id) = 1 then 'total' else coalesce(township_id, 'unknown') end as varchar) as township_id,
    cast(case when grouping(reason_code) = 1 then 'total' else coalesce(reason_code, 'unknown') end as varchar) as reason_code,
    cast(case when grouping(tier_code) = 1 then 'total' else coalesce(tier_code, 'unknown') end as varchar) as tier_code,
    cast(count(*) as bigint) as stopped_count
from stop
group by grouping sets (
    (month, unit, township_id, reason_code),
    (month, unit, township_id, tier_code),
    (month, unit, reason_code),
    (month, unit, tier_code),
    (month, unit)
)
