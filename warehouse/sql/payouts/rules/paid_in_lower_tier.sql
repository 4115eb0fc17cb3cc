-- one row per payment of a month in a tier lower than the one the month of birth gives
with wrong as (
    -- Known before the standard is looked up: few rows are left.
    select *
    from aged
    where tier_number < due_number
)

select
    cast('paid_in_lower_tier' as varchar) as rule_code,
    cast(w.unit as varchar) as unit,
    cast(w.township_id as varchar) as township_id,
    cast(w.month as date) as month,
    cast(w.person_key as bigint) as person_key,
    cast(w.submission_no as integer) as submission_no,
    cast(w.source_row as integer) as source_row,
    cast(case when s.yuan_per_month > w.amount_yuan then s.yuan_per_month - w.amount_yuan else 0 end as decimal(14, 2)) as money_yuan,
    cast(w.due_code as varchar) as evidence_code,
    cast(w.birth_month as date) as evidence_month,
    cast(w.months_of_age as integer) as evidence_count
from wrong as w
left join standard as s
    on s.unit = w.unit
    and s.tier_code = w.due_code
    and s.valid_from <= w.month
    and (s.valid_to is null or s.valid_to >= w.month)
