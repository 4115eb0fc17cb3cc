-- one row per person whom a unit first pays years after the age at which the allowance begins, unknown anywhere before
with allowed as (
    select max(case when parameter_code = 'sudden_age_years' then number end) as years
    from parameter
),

since as (
    select
        unit,
        min(month) as first_month
    from unit_month
    group by unit
),

appeared as (
    select
        person_key,
        unit,
        max(birth_month) as birth_month,
        min(month) as month
    from payout
    where kind_code = 'current' and birth_month is not null
    group by person_key, unit
),

sudden as (
    select
        a.person_key,
        a.unit,
        a.month,
        a.birth_month,
        (year(a.month) * 12 + month(a.month)) - (year(a.birth_month) * 12 + month(a.birth_month)) as months_of_age
    from appeared as a
    inner join since as s on s.unit = a.unit
    cross join allowed as w
    where
        a.month > s.first_month
        and (year(a.month) * 12 + month(a.month)) - (year(a.birth_month) * 12 + month(a.birth_month)) >= w.years * 12
),

anchor as (
    select
        s.person_key,
        s.unit,
        s.month,
        s.birth_month,
        s.months_of_age,
        p.township_id,
        p.amount_yuan,
        p.submission_no,
        p.source_row,
        row_number() over (partition by s.person_key, s.unit order by p.submission_no, p.source_row) as number
    from sudden as s
    inner join payout as p
        on p.person_key = s.person_key and p.unit = s.unit and p.month = s.month and p.kind_code = 'current'
    where
        not exists (
            select 1
            from payout as e
            where e.person_key = s.person_key and e.month < s.month
        )
)

select
    cast('sudden_age' as varchar) as rule_code,
    cast(unit as varchar) as unit,
    cast(township_id as varchar) as township_id,
    cast(month as date) as month,
    cast(person_key as bigint) as person_key,
    cast(submission_no as integer) as submission_no,
    cast(source_row as integer) as source_row,
    cast(amount_yuan as decimal(14, 2)) as money_yuan,
    cast('age' as varchar) as evidence_code,
    cast(birth_month as date) as evidence_month,
    cast(months_of_age as integer) as evidence_count
from anchor
where number = 1
