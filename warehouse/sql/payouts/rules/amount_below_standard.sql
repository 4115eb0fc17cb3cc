-- one row per payment of a month that is below the standard of its tier in that month
select
    cast('amount_below_standard' as varchar) as rule_code,
    cast(p.unit as varchar) as unit,
    cast(p.township_id as varchar) as township_id,
    cast(p.month as date) as month,
    cast(p.person_key as bigint) as person_key,
    cast(p.submission_no as integer) as submission_no,
    cast(p.source_row as integer) as source_row,
    cast(s.yuan_per_month - p.amount_yuan as decimal(14, 2)) as money_yuan,
    cast(p.tier_code as varchar) as evidence_code,
    cast(s.valid_from as date) as evidence_month,
    cast(s.yuan_per_month as integer) as evidence_count
from payment as p
inner join standard as s
    on s.unit = p.unit
    and s.tier_code = p.tier_code
    and s.valid_from <= p.month
    and (s.valid_to is null or s.valid_to >= p.month)
where p.kind_code = 'current' and p.amount_yuan < s.yuan_per_month
