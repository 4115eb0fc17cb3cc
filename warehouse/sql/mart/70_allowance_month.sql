-- one row per area, month and age tier: who is paid, how much, and whether the amount follows from the tiers
with figure as (
    select
        area_id,
        month,
        breakdown_code,
        max(case when indicator_code = 'allowance_recipient_count' then value end) as recipient_count,
        max(case when indicator_code = 'allowance_recipient_count' then status_code end) as status_code,
        max(case when indicator_code = 'allowance_paid_yuan' then value end) as paid_yuan,
        max(case when indicator_code = 'allowance_arrears_person_count' then value end) as arrears_person_count,
        max(case when indicator_code = 'allowance_arrears_yuan' then value end) as arrears_yuan,
        max(case when indicator_code = 'allowance_recovered_person_count' then value end) as recovered_person_count,
        max(case when indicator_code = 'allowance_recovered_yuan' then value end) as recovered_yuan,
        max(case when indicator_code = 'allowance_stopped_count' then value end) as stopped_count
    from mart.indicator_month
    where
        breakdown_code in ('total', 'age_80_89', 'age_90_99', 'age_90_plus', 'age_100_plus')
        and indicator_code in (
            'allowance_recipient_count', 'allowance_paid_yuan', 'allowance_arrears_person_count', 'allowance_arrears_yuan',
            'allowance_recovered_person_count', 'allowance_recovered_yuan', 'allowance_stopped_count'
        )
    group by area_id, month, breakdown_code
),

deaths as (
    select
        area_id,
        month,
        value as stopped_death_count
    from mart.indicator_month
    where indicator_code = 'allowance_stopped_count' and breakdown_code = 'reason_death'
),

tier as (
    select
        f.area_id,
        f.month,
        f.breakdown_code,
        s.yuan_per_month,
        f.recipient_count * s.yuan_per_month as expected_yuan
    from figure as f
    inner join core.dim_area as a on a.area_id = f.area_id
    inner join core.fct_allowance_standard as s
        on s.area_id = coalesce(a.city_area_id, a.area_id)
        and s.age_tier_code = f.breakdown_code
        and s.valid_from_on <= f.month
        and (s.valid_to_on is null or s.valid_to_on >= f.month)
),

-- Expected in all only where each of the three tiers has a count and a standard.
expected_total as (
    select
        area_id,
        month,
        sum(cast(floor(expected_yuan * 10000 + 0.5) as double)) / 10000 as expected_yuan
    from tier
    group by area_id, month
    having count(expected_yuan) = 3
)

select
    cast(f.area_id as varchar) as area_id,
    cast(f.month as date) as month,
    cast(f.breakdown_code as varchar) as age_tier_code,
    cast(f.recipient_count as double) as recipient_count,
    cast(t.yuan_per_month as double) as standard_yuan,
    cast(coalesce(t.expected_yuan, e.expected_yuan) as double) as expected_yuan,
    cast(f.paid_yuan as double) as paid_yuan,
    cast(f.arrears_person_count as double) as arrears_person_count,
    cast(f.arrears_yuan as double) as arrears_yuan,
    cast(f.recovered_person_count as double) as recovered_person_count,
    cast(f.recovered_yuan as double) as recovered_yuan,
    cast(f.stopped_count as double) as stopped_count,
    cast(d.stopped_death_count as double) as stopped_death_count,
    cast(case when f.recipient_count > 0 then f.paid_yuan / f.recipient_count end as double) as yuan_per_head,
    cast(
        case
            when f.breakdown_code = 'total'
                then f.paid_yuan - e.expected_yuan - coalesce(f.arrears_yuan, 0) + coalesce(f.recovered_yuan, 0)
        end as double
    ) as difference_yuan,
    cast(f.status_code as varchar) as status_code
from figure as f
left join deaths as d on d.area_id = f.area_id and d.month = f.month and f.breakdown_code = 'total'
left join tier as t on t.area_id = f.area_id and t.month = f.month and t.breakdown_code = f.breakdown_code
left join expected_total as e on e.area_id = f.area_id and e.month = f.month and f.breakdown_code = 'total'
where f.status_code is not null
