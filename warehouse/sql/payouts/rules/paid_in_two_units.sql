-- one row per payment of a month to a person whom another unit pays for the same month
with paid as (
    select person_key, month
    from payment
    where kind_code = 'current'
    group by person_key, month
    having min(unit) <> max(unit)
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
        row_number() over (partition by p.person_key, p.month, p.unit order by p.submission_no, p.source_row) as number_in_unit
    from payment as p
    inner join paid as d on d.person_key = p.person_key and d.month = p.month
    where p.kind_code = 'current'
),

-- One of the units is right, and nobody can tell which: the highest amount is taken to be due, the others are at risk.
ranked as (
    select
        *,
        row_number() over (partition by person_key, month order by amount_yuan desc, unit) as number_of_units,
        count(*) over (partition by person_key, month) as unit_count
    from ordered
    where number_in_unit = 1
)

select
    cast('paid_in_two_units' as varchar) as rule_code,
    cast(unit as varchar) as unit,
    cast(township_id as varchar) as township_id,
    cast(month as date) as month,
    cast(person_key as bigint) as person_key,
    cast(submission_no as integer) as submission_no,
    cast(source_row as integer) as source_row,
    cast(case when number_of_units > 1 then amount_yuan else 0 end as decimal(14, 2)) as money_yuan,
    cast('units' as varchar) as evidence_code,
    cast(null as date) as evidence_month,
    cast(unit_count as integer) as evidence_count
from ranked
