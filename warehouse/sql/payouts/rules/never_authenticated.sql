-- one row per person whom a unit still pays in its latest month though nobody has seen the person alive for too long
with allowed as (
    select max(case when parameter_code = 'authentication_months_max' then number end) as months_max
    from parameter
),

latest as (
    select
        unit,
        max(month) as latest_month
    from unit_month
    group by unit
),

current_payment as (
    select
        p.unit,
        p.township_id,
        p.month,
        p.person_key,
        p.submission_no,
        p.source_row,
        p.amount_yuan,
        p.authenticated_month
    from payout as p
    inner join latest as l on l.unit = p.unit and l.latest_month = p.month
    where p.kind_code = 'current'
),

-- Files without that column say nothing of anybody.
told as (
    select unit
    from current_payment
    where authenticated_month is not null
    group by unit
),

overdue as (
    select
        c.unit,
        c.township_id,
        c.month,
        c.person_key,
        c.submission_no,
        c.source_row,
        c.amount_yuan,
        c.authenticated_month,
        a.months_max
    from current_payment as c
    inner join told as t on t.unit = c.unit
    cross join allowed as a
    where
        c.authenticated_month is null
        or (year(c.month) * 12 + month(c.month)) - (year(c.authenticated_month) * 12 + month(c.authenticated_month))
        > a.months_max
),

-- Whoever came on the roster lately was seen then.
known as (
    select
        p.person_key,
        p.unit,
        min(p.month) as first_month
    from payout as p
    inner join overdue as o on o.person_key = p.person_key and o.unit = p.unit
    where p.kind_code = 'current'
    group by p.person_key, p.unit
)

select
    cast('never_authenticated' as varchar) as rule_code,
    cast(o.unit as varchar) as unit,
    cast(o.township_id as varchar) as township_id,
    cast(o.month as date) as month,
    cast(o.person_key as bigint) as person_key,
    cast(o.submission_no as integer) as submission_no,
    cast(o.source_row as integer) as source_row,
    cast(o.amount_yuan as decimal(14, 2)) as money_yuan,
    cast(case when o.authenticated_month is null then 'never' else 'overdue' end as varchar) as evidence_code,
    cast(coalesce(o.authenticated_month, k.first_month) as date) as evidence_month,
    cast(
        (year(o.month) * 12 + month(o.month))
        - (
            year(coalesce(o.authenticated_month, k.first_month)) * 12
            + month(coalesce(o.authenticated_month, k.first_month))
        ) as integer
    ) as evidence_count
from overdue as o
inner join known as k on k.person_key = o.person_key and k.unit = o.unit
where
    o.authenticated_month is not null
    or (year(o.month) * 12 + month(o.month)) - (year(k.first_month) * 12 + month(k.first_month)) > o.months_max
