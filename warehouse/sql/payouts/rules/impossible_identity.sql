-- one row per person and unit whose identity number cannot be: the latest payment, with all that was paid
with paid as (
    select
        p.unit,
        p.township_id,
        p.month,
        p.person_key,
        p.submission_no,
        p.source_row,
        p.id_fault_code,
        row_number() over (
            partition by p.person_key, p.unit order by p.month desc, p.submission_no desc, p.source_row desc
        ) as number,
        sum(case when p.kind_code = 'recovery' then -p.amount_yuan else p.amount_yuan end) over (
            partition by p.person_key, p.unit
        ) as paid_yuan,
        count(*) over (partition by p.person_key, p.unit) as payment_count
    from payout as p
    where p.id_fault_code is not null
)

select
    cast('impossible_identity' as varchar) as rule_code,
    cast(unit as varchar) as unit,
    cast(township_id as varchar) as township_id,
    cast(month as date) as month,
    cast(person_key as bigint) as person_key,
    cast(submission_no as integer) as submission_no,
    cast(source_row as integer) as source_row,
    cast(case when paid_yuan > 0 then paid_yuan else 0 end as decimal(14, 2)) as money_yuan,
    cast(id_fault_code as varchar) as evidence_code,
    cast(null as date) as evidence_month,
    cast(payment_count as integer) as evidence_count
from paid
where number = 1
