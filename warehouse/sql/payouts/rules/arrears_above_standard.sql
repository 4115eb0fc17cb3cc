-- one row per payment in arrears that is more than the standards of its months and the age in them give
select
    cast('arrears_above_standard' as varchar) as rule_code,
    cast(unit as varchar) as unit,
    cast(township_id as varchar) as township_id,
    cast(month as date) as month,
    cast(person_key as bigint) as person_key,
    cast(submission_no as integer) as submission_no,
    cast(source_row as integer) as source_row,
    cast(amount_yuan - due_yuan as decimal(14, 2)) as money_yuan,
    cast('months' as varchar) as evidence_code,
    cast(covers_from as date) as evidence_month,
    cast(last_number - first_number + 1 as integer) as evidence_count
from arrears
where amount_yuan > due_yuan
