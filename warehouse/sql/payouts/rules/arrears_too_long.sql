-- one row per payment in arrears for more months than may be paid back
with allowed as (
    select max(case when parameter_code = 'arrears_months_max' then number end) as months_max
    from parameter
),

long as (
    select
        p.unit,
        p.township_id,
        p.month,
        p.person_key,
        p.submission_no,
        p.source_row,
        p.amount_yuan,
        p.covers_from,
        (year(p.covers_to) * 12 + month(p.covers_to)) - (year(p.covers_from) * 12 + month(p.covers_from)) + 1 as month_count
    from payment as p
    where p.kind_code = 'arrears'
)

select
    cast('arrears_too_long' as varchar) as rule_code,
    cast(l.unit as varchar) as unit,
    cast(l.township_id as varchar) as township_id,
    cast(l.month as date) as month,
    cast(l.person_key as bigint) as person_key,
    cast(l.submission_no as integer) as submission_no,
    cast(l.source_row as integer) as source_row,
    cast(
        -- The share of the months too many, in whole fen.
        cast(floor(cast(l.amount_yuan * 100 as double) * (l.month_count - a.months_max) / l.month_count) as bigint)
        * cast(0.01 as decimal(3, 2))
        as decimal(14, 2)
    ) as money_yuan,
    cast('months' as varchar) as evidence_code,
    cast(l.covers_from as date) as evidence_month,
    cast(l.month_count as integer) as evidence_count
from long as l
cross join allowed as a
where l.month_count > a.months_max
