-- one row per payment for a month in which the person stood stopped, in this unit or anywhere for having died
with stopped as (
    select
        p.submission_no,
        p.source_row,
        max(c.effective_month) as stop_month,
        max(case when c.reason_code = 'reason_death' then 'stop_death' else 'stop' end) as evidence_code
    from payment as p
    inner join roster_change as c
        on c.person_key = p.person_key
        and c.change_code = 'stop'
        and c.effective_month <= p.month
        and (c.unit = p.unit or c.reason_code = 'reason_death')
    where p.kind_code = 'current'
    group by p.submission_no, p.source_row
),

started as (
    select
        p.submission_no,
        p.source_row,
        max(c.effective_month) as start_month
    from payment as p
    inner join stopped as s on s.submission_no = p.submission_no and s.source_row = p.source_row
    inner join roster_change as c
        on c.person_key = p.person_key
        and c.unit = p.unit
        and c.change_code = 'start'
        and c.effective_month <= p.month
    where p.kind_code = 'current'
    group by p.submission_no, p.source_row
)

select
    cast('paid_after_stop' as varchar) as rule_code,
    cast(p.unit as varchar) as unit,
    cast(p.township_id as varchar) as township_id,
    cast(p.month as date) as month,
    cast(p.person_key as bigint) as person_key,
    cast(p.submission_no as integer) as submission_no,
    cast(p.source_row as integer) as source_row,
    cast(p.amount_yuan as decimal(14, 2)) as money_yuan,
    cast(s.evidence_code as varchar) as evidence_code,
    cast(s.stop_month as date) as evidence_month,
    cast(
        (year(p.month) * 12 + month(p.month)) - (year(s.stop_month) * 12 + month(s.stop_month)) + 1 as integer
    ) as evidence_count
from payment as p
inner join stopped as s on s.submission_no = p.submission_no and s.source_row = p.source_row
left join started as r on r.submission_no = p.submission_no and r.source_row = p.source_row
where p.kind_code = 'current' and (r.start_month is null or r.start_month < s.stop_month)
