-- one row per payment of a month in a tier lower than the one the month of birth gives
with allowed as (
    select max(case when parameter_code = 'tier_delay_months' then number end) as delay_months
    from parameter
),

aged as (
    select
        p.unit,
        p.township_id,
        p.month,
        p.person_key,
        p.submission_no,
        p.source_row,
        p.amount_yuan,
        p.tier_code,
        p.birth_month,
        case p.tier_code when 'age_80_89' then 1 when 'age_90_99' then 2 when 'age_100_plus' then 3 end as tier_number,
        (year(p.month) * 12 + month(p.month)) - (year(p.birth_month) * 12 + month(p.birth_month)) - a.delay_months
            as months_of_age
    from payment as p
    cross join allowed as a
    where p.kind_code = 'current' and p.birth_month is not null and p.tier_code is not null
),

due as (
    select
        *,
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
        end as due_code
    from aged
),

-- Known before the standard is looked up: few rows are left.
wrong as (
    select *
    from due
    where tier_number < due_number
)

select
    cast('paid_in_lower_tier' as varchar) as rule_code,
    cast(d.unit as varchar) as unit,
    cast(d.township_id as varchar) as township_id,
    cast(d.month as date) as month,
    cast(d.person_key as bigint) as person_key,
    cast(d.submission_no as integer) as submission_no,
    cast(d.source_row as integer) as source_row,
    cast(case when s.yuan_per_month > d.amount_yuan then s.yuan_per_month - d.amount_yuan else 0 end as decimal(14, 2)) as money_yuan,
    cast(d.due_code as varchar) as evidence_code,
    cast(d.birth_month as date) as evidence_month,
    cast(d.months_of_age as integer) as evidence_count
from wrong as d
left join standard as s
    on s.unit = d.unit
    and s.tier_code = d.due_code
    and s.valid_from <= d.month
    and (s.valid_to is null or s.valid_to >= d.month)
