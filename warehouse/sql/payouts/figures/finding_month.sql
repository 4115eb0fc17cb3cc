-- one row per month, unit and rule, and of all rules together: findings, persons, and the money in them
with directed as (
    select
        f.month,
        f.unit,
        f.rule_code,
        f.person_key,
        f.submission_no,
        f.source_row,
        case when r.direction_code = 'overpaid' then f.money_yuan else 0 end as at_risk_yuan,
        case when r.direction_code = 'unclear' then f.money_yuan else 0 end as unclear_yuan,
        case when r.direction_code = 'owed' then f.money_yuan else 0 end as owed_yuan
    from finding as f
    inner join rule as r on r.rule_code = f.rule_code
),

-- One payment found by several rules is one amount: the largest of them. What is at risk is unclear no more.
payment_at_risk as (
    select
        month,
        unit,
        submission_no,
        source_row,
        max(person_key) as person_key,
        max(at_risk_yuan) as at_risk_yuan,
        case when max(at_risk_yuan) > 0 then 0 else max(unclear_yuan) end as unclear_yuan,
        max(owed_yuan) as owed_yuan
    from directed
    group by month, unit, submission_no, source_row
)

select
    cast(month as date) as month,
    cast(unit as varchar) as unit,
    cast(rule_code as varchar) as rule_code,
    cast(count(*) as bigint) as finding_count,
    cast(count(distinct person_key) as bigint) as person_count,
    cast(sum(at_risk_yuan) as decimal(16, 2)) as at_risk_yuan,
    cast(sum(unclear_yuan) as decimal(16, 2)) as unclear_yuan,
    cast(sum(owed_yuan) as decimal(16, 2)) as owed_yuan
from directed
group by month, unit, rule_code
union all
select
    cast(month as date) as month,
    cast(unit as varchar) as unit,
    cast('total' as varchar) as rule_code,
    cast(count(*) as bigint) as finding_count,
    cast(count(distinct person_key) as bigint) as person_count,
    cast(sum(at_risk_yuan) as decimal(16, 2)) as at_risk_yuan,
    cast(sum(unclear_yuan) as decimal(16, 2)) as unclear_yuan,
    cast(sum(owed_yuan) as decimal(16, 2)) as owed_yuan
from payment_at_risk
group by month, unit
