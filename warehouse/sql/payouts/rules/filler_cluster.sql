-- one row per filler and unit who handles far more persons than the others there, in the unit's latest month
with allowed as (
    select
        max(case when parameter_code = 'filler_persons_min' then number end) as persons_min,
        max(case when parameter_code = 'filler_times_max' then number end) as times_max
    from parameter
),

latest as (
    select
        unit,
        max(month) as latest_month
    from unit_month
    group by unit
),

handled as (
    select
        p.unit,
        p.month,
        p.filler_key,
        count(distinct p.person_key) as person_count,
        sum(p.amount_yuan) as paid_yuan
    from payout as p
    inner join latest as l on l.unit = p.unit and l.latest_month = p.month
    where p.kind_code = 'current' and p.filler_key is not null
    group by p.unit, p.month, p.filler_key
),

among as (
    select
        h.unit,
        h.month,
        h.filler_key,
        h.person_count,
        h.paid_yuan,
        count(*) over (partition by h.unit) as filler_count,
        sum(h.person_count) over (partition by h.unit) as unit_persons
    from handled as h
),

-- Against the average of all the others, and only where there are enough of them to say what is usual.
crowded as (
    select
        g.unit,
        g.month,
        g.filler_key,
        g.person_count,
        g.paid_yuan
    from among as g
    cross join allowed as a
    where
        g.filler_count >= 4
        and g.person_count >= a.persons_min
        and g.person_count * (g.filler_count - 1) > a.times_max * (g.unit_persons - g.person_count)
),

anchor as (
    select
        c.unit,
        c.month,
        c.person_count,
        c.paid_yuan,
        p.township_id,
        p.person_key,
        p.submission_no,
        p.source_row,
        row_number() over (partition by c.unit, c.filler_key order by p.submission_no, p.source_row) as number
    from crowded as c
    inner join payout as p
        on p.unit = c.unit and p.month = c.month and p.filler_key = c.filler_key and p.kind_code = 'current'
)

select
    cast('filler_cluster' as varchar) as rule_code,
    cast(unit as varchar) as unit,
    cast(township_id as varchar) as township_id,
    cast(month as date) as month,
    cast(person_key as bigint) as person_key,
    cast(submission_no as integer) as submission_no,
    cast(source_row as integer) as source_row,
    cast(paid_yuan as decimal(14, 2)) as money_yuan,
    cast('persons' as varchar) as evidence_code,
    cast(null as date) as evidence_month,
    cast(person_count as integer) as evidence_count
from anchor
where number = 1
