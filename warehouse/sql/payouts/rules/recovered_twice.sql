-- one row per person and span of months for which more was taken back than was paid, in several times: the last of them
with taken as (
    select
        person_key,
        unit,
        covers_from,
        covers_to,
        count(*) as times,
        sum(amount_yuan) as taken_yuan
    from payout
    where kind_code = 'recovery'
    group by person_key, unit, covers_from, covers_to
    -- Taken once, more than we know of may have been paid; in parts, it adds up to what was paid.
    having count(*) > 1
),

paid as (
    select
        t.person_key,
        t.unit,
        t.covers_from,
        t.covers_to,
        max(t.times) as times,
        max(t.taken_yuan) as taken_yuan,
        sum(p.amount_yuan) as paid_yuan
    from taken as t
    inner join payout as p
        on p.person_key = t.person_key
        and p.unit = t.unit
        and p.kind_code in ('current', 'arrears')
        and p.covers_from <= t.covers_to
        and p.covers_to >= t.covers_from
    group by t.person_key, t.unit, t.covers_from, t.covers_to
),

last_taken as (
    select
        r.unit,
        r.township_id,
        r.month,
        r.person_key,
        r.submission_no,
        r.source_row,
        t.times,
        t.covers_from,
        t.taken_yuan - t.paid_yuan as beyond_yuan,
        row_number() over (
            partition by r.person_key, r.unit, r.covers_from, r.covers_to
            order by r.month desc, r.submission_no desc, r.source_row desc
        ) as number
    from payout as r
    inner join paid as t
        on t.person_key = r.person_key
        and t.unit = r.unit
        and t.covers_from = r.covers_from
        and t.covers_to = r.covers_to
    where r.kind_code = 'recovery' and t.taken_yuan > t.paid_yuan
)

select
    cast('recovered_twice' as varchar) as rule_code,
    cast(unit as varchar) as unit,
    cast(township_id as varchar) as township_id,
    cast(month as date) as month,
    cast(person_key as bigint) as person_key,
    cast(submission_no as integer) as submission_no,
    cast(source_row as integer) as source_row,
    cast(beyond_yuan as decimal(14, 2)) as money_yuan,
    cast('times' as varchar) as evidence_code,
    cast(covers_from as date) as evidence_month,
    cast(times as integer) as evidence_count
from last_taken
where number = 1
