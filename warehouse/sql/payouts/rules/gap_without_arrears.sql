-- one row per first payment after months that were neither paid in their time nor in arrears
with allowed as (
    select max(case when parameter_code = 'gap_wait_months' then number end) as wait_months
    from parameter
),

latest as (
    select
        unit,
        max(year(month) * 12 + month(month)) as latest_number
    from unit_month
    group by unit
),

paid as (
    select person_key, unit, month
    from payout
    where kind_code = 'current'
    group by person_key, unit, month
),

step as (
    select
        person_key,
        unit,
        month,
        lag(month) over (partition by person_key, unit order by month) as month_before
    from paid
),

gap as (
    select
        s.person_key,
        s.unit,
        s.month,
        s.month_before
    from step as s
    inner join latest as l on l.unit = s.unit
    cross join allowed as a
    where
        (year(s.month) * 12 + month(s.month)) - (year(s.month_before) * 12 + month(s.month_before)) > 1
        -- Arrears may come a little later than the first payment.
        and l.latest_number - (year(s.month) * 12 + month(s.month)) >= a.wait_months
),

-- A month without any file of the unit is no gap of a person.
unpaid as (
    select
        g.person_key,
        g.unit,
        g.month,
        g.month_before,
        u.month as unpaid_month
    from gap as g
    inner join unit_month as u on u.unit = g.unit and u.month > g.month_before and u.month < g.month
),

open as (
    select
        u.person_key,
        u.unit,
        u.month,
        min(u.unpaid_month) as first_unpaid_month,
        count(*) as unpaid_count
    from unpaid as u
    where
        not exists (
            select 1
            from payout as a
            where
                a.kind_code = 'arrears'
                and a.person_key = u.person_key
                and a.covers_from <= u.unpaid_month
                and a.covers_to >= u.unpaid_month
        )
        and not exists (
            select 1
            from payout as e
            where e.kind_code = 'current' and e.person_key = u.person_key and e.month = u.unpaid_month
        )
        -- Whoever was stopped for another reason than a missed authentication is owed nothing for that time.
        and not exists (
            select 1
            from roster_change as c
            where
                c.change_code = 'stop'
                and c.reason_code <> 'reason_unverified'
                and c.person_key = u.person_key
                and c.unit = u.unit
                and c.effective_month > u.month_before
                and c.effective_month <= u.unpaid_month
        )
    group by u.person_key, u.unit, u.month
),

anchor as (
    select
        o.person_key,
        o.unit,
        o.month,
        o.first_unpaid_month,
        o.unpaid_count,
        p.township_id,
        p.amount_yuan,
        p.submission_no,
        p.source_row,
        row_number() over (partition by o.person_key, o.unit, o.month order by p.submission_no, p.source_row) as number
    from open as o
    inner join payout as p
        on p.person_key = o.person_key and p.unit = o.unit and p.month = o.month and p.kind_code = 'current'
)

select
    cast('gap_without_arrears' as varchar) as rule_code,
    cast(unit as varchar) as unit,
    cast(township_id as varchar) as township_id,
    cast(month as date) as month,
    cast(person_key as bigint) as person_key,
    cast(submission_no as integer) as submission_no,
    cast(source_row as integer) as source_row,
    cast(amount_yuan * unpaid_count as decimal(14, 2)) as money_yuan,
    cast('months' as varchar) as evidence_code,
    cast(first_unpaid_month as date) as evidence_month,
    cast(unpaid_count as integer) as evidence_count
from anchor
where number = 1
