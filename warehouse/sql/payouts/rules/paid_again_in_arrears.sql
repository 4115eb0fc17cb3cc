-- one row per payment in arrears for months of which at least one had been paid in its time, beyond what was due
select
    cast('paid_again_in_arrears' as varchar) as rule_code,
    cast(unit as varchar) as unit,
    cast(township_id as varchar) as township_id,
    cast(month as date) as month,
    cast(person_key as bigint) as person_key,
    cast(submission_no as integer) as submission_no,
    cast(source_row as integer) as source_row,
    cast(least(paid_yuan, amount_yuan, paid_yuan + amount_yuan - coalesce(due_yuan, 0)) as decimal(14, 2)) as money_yuan,
    cast('months' as varchar) as evidence_code,
    cast(paid_from as date) as evidence_month,
    cast(paid_month_count as integer) as evidence_count
from arrears
-- Who was paid too little may be paid the rest for the same months.
where paid_month_count > 0 and (due_yuan is null or paid_yuan + amount_yuan > due_yuan)
