-- one row per payment in arrears for months of which at least one had been paid in its time
with again as (
    select
        a.submission_no,
        a.source_row,
        min(p.month) as first_month,
        count(distinct p.month) as month_count,
        sum(p.amount_yuan) as paid_yuan
    from payment as a
    inner join payment as p
        on p.person_key = a.person_key
        and p.kind_code = 'current'
        and p.month >= a.covers_from
        and p.month <= a.covers_to
    where a.kind_code = 'arrears'
    group by a.submission_no, a.source_row
)

select
    cast('paid_again_in_arrears' as varchar) as rule_code,
    cast(a.unit as varchar) as unit,
    cast(a.township_id as varchar) as township_id,
    cast(a.month as date) as month,
    cast(a.person_key as bigint) as person_key,
    cast(a.submission_no as integer) as submission_no,
    cast(a.source_row as integer) as source_row,
    cast(case when g.paid_yuan < a.amount_yuan then g.paid_yuan else a.amount_yuan end as decimal(14, 2)) as money_yuan,
    cast('months' as varchar) as evidence_code,
    cast(g.first_month as date) as evidence_month,
    cast(g.month_count as integer) as evidence_count
from payment as a
inner join again as g on g.submission_no = a.submission_no and g.source_row = a.source_row
where a.kind_code = 'arrears'
