-- one row per person paid into an account of too many persons, in the latest month in which it was so
with allowed as (
    select max(case when parameter_code = 'account_persons_max' then number end) as persons_max
    from parameter
),

-- Most accounts have one person; only the others are looked at month by month.
shared as (
    select account_key
    from payout
    where kind_code = 'current' and account_key is not null
    group by account_key
    having min(person_key) <> max(person_key)
),

crowded as (
    select
        p.account_key,
        p.month,
        count(distinct p.person_key) as person_count
    from payout as p
    inner join shared as s on s.account_key = p.account_key
    where p.kind_code = 'current'
    group by p.account_key, p.month
),

latest as (
    select
        c.account_key,
        max(c.month) as month
    from crowded as c
    cross join allowed as a
    where c.person_count > a.persons_max
    group by c.account_key
),

anchor as (
    select
        p.unit,
        p.township_id,
        p.month,
        p.person_key,
        p.submission_no,
        p.source_row,
        p.amount_yuan,
        c.person_count,
        row_number() over (partition by p.account_key, p.person_key order by p.submission_no, p.source_row) as number
    from payout as p
    inner join latest as l on l.account_key = p.account_key and l.month = p.month
    inner join crowded as c on c.account_key = p.account_key and c.month = p.month
    where p.kind_code = 'current'
)

select
    cast('account_cluster' as varchar) as rule_code,
    cast(unit as varchar) as unit,
    cast(township_id as varchar) as township_id,
    cast(month as date) as month,
    cast(person_key as bigint) as person_key,
    cast(submission_no as integer) as submission_no,
    cast(source_row as integer) as source_row,
    cast(amount_yuan as decimal(14, 2)) as money_yuan,
    cast('persons' as varchar) as evidence_code,
    cast(null as date) as evidence_month,
    cast(person_count as integer) as evidence_count
from anchor
where number = 1
