-- one row per payment for a month in which a list says that the person drew an allowance that excludes this one
with other as (
    select
        p.submission_no,
        p.source_row,
        min(c.from_month) as from_month,
        min(c.source_code) as source_code
    from payment as p
    inner join comparison as c
        on c.person_key = p.person_key
        and c.ground_code = 'other_allowance'
        and c.from_month <= p.month
        and (c.until_month is null or c.until_month >= p.month)
    where p.kind_code = 'current'
    group by p.submission_no, p.source_row
)

select
    cast('paid_beside_other_allowance' as varchar) as rule_code,
    cast(p.unit as varchar) as unit,
    cast(p.township_id as varchar) as township_id,
    cast(p.month as date) as month,
    cast(p.person_key as bigint) as person_key,
    cast(p.submission_no as integer) as submission_no,
    cast(p.source_row as integer) as source_row,
    cast(p.amount_yuan as decimal(14, 2)) as money_yuan,
    cast(o.source_code as varchar) as evidence_code,
    cast(o.from_month as date) as evidence_month,
    cast(1 as integer) as evidence_count
from payment as p
inner join other as o on o.submission_no = p.submission_no and o.source_row = p.source_row
where p.kind_code = 'current'
