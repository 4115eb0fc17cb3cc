-- one row per payment beyond the first that a unit makes to one person for one month
with paid as (
    select person_key, unit, month
    from payment
    where kind_code = 'current'
    group by person_key, unit, month
    having count(*) > 1
),

ordered as (
    select
        p.unit,
        p.township_id,
        p.month,
        p.person_key,
        p.submission_no,
        p.source_row,
        p.amount_yuan,
        row_number() over (
            partition by p.person_key, p.unit, p.month order by p.amount_yuan desc, p.submission_no, p.source_row
        ) as number,
        count(*) over (partition by p.person_key, p.unit, p.month) as payment_count
    from payment as p
    inner join paid as d on d.person_key = p.person_key and d.unit = p.unit and d.month = p.month
    where p.kind_code = 'current'
)

select
    cast('paid_twice_in_month' as varchar) as rule_code,
    cast(unit as varchar) as unit,
    cast(township_id as varchar) as township_id,
    cast(month as date) as month,
    cast(person_key as bigint) as person_key,
    cast(submission_no as integer) as submission_no,
    cast(source_row as integer) as source_row,
    cast(amount_yuan as decimal(14, 2)) as money_yuan,
    cast('payments' as varchar) as evidence_code,
    cast(null as date) as evidence_month,
    cast(payment_count as integer) as evidence_count
from ordered
where number > 1
