-- one row per payment of a month: the tier it was paid in, the tier that the month of birth gives
with allowed as (
    select max(case when parameter_code = 'tier_delay_months' then number end) as delay_months
    from parameter
),

counted as (
    select
        p.unit,
        p.township_id,
        p.month,
        p.person_key,
        p.amount_yuan,
        p.tier_code,
        p.birth_month,
        (year(p.month) * 12 + month(p.month)) - (year(p.birth_month) * 12 + month(p.birth_month)) - a.delay_months
            as months_of_age,
        p.submission_no,
        p.source_row
    from payment as p
    cross join allowed as a
    where p.kind_code = 'current' and p.birth_month is not null and p.tier_code is not null
)

select
    unit,
    township_id,
    month,
    person_key,
    amount_yuan,
    tier_code,
    birth_month,
    cast(months_of_age as integer) as months_of_age,
    case tier_code when 'age_80_89' then 1 when 'age_90_99' then 2 when 'age_100_plus' then 3 end as tier_number,
    case
        when months_of_age >= 1200 then 3
        when months_of_age >= 1080 then 2
        when months_of_age >= 960 then 1
        else 0
    end as due_number,
    case
        when months_of_age >= 1200 then 'age_100_plus'
        when months_of_age >= 1080 then 'age_90_99'
        when months_of_age >= 960 then 'age_80_89'
        else 'under_80'
    end as due_code,
    submission_no,
    source_row
from counted
