-- one row per payment by the unit out of which a list says that the person had moved before that month
with moved as (
    select
        p.submission_no,
        p.source_row,
        min(c.from_month) as moved_month
    from payment as p
    inner join comparison as c
        on c.person_key = p.person_key
        and c.ground_code = 'moved_out'
        and (c.unit is null or c.unit = p.unit)
        and c.from_month < p.month
        and (c.until_month is null or c.until_month >= p.month)
    where p.kind_code = 'current'
    group by p.submission_no, p.source_row
)

select
    cast('paid_after_moving' as varchar) as rule_code,
    cast(p.unit as varchar) as unit,
    cast(p.township_id as varchar) as township_id,
    cast(p.month as date) as month,
    cast(p.person_key as bigint) as person_key,
    cast(p.submission_no as integer) as submission_no,
    cast(p.source_row as integer) as source_row,
    cast(p.amount_yuan as decimal(14, 2)) as money_yuan,
    cast('moved_out' as varchar) as evidence_code,
    cast(m.moved_month as date) as evidence_month,
    cast(
        (year(p.month) * 12 + month(p.month)) - (year(m.moved_month) * 12 + month(m.moved_month)) as integer
    ) as evidence_count
from payment as p
inner join moved as m on m.submission_no = p.submission_no and m.source_row = p.source_row
where p.kind_code = 'current'
