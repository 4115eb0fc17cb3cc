-- one row per payment for months after the one in which a list says that the person died
with death as (
    select
        person_key,
        min(from_month) as death_month
    from comparison
    where ground_code = 'death'
    group by person_key
),

late as (
    select
        p.unit,
        p.township_id,
        p.month,
        p.person_key,
        p.submission_no,
        p.source_row,
        p.amount_yuan,
        d.death_month,
        (year(p.covers_to) * 12 + month(p.covers_to)) - (year(p.covers_from) * 12 + month(p.covers_from)) + 1 as month_count,
        (year(p.covers_to) * 12 + month(p.covers_to)) - (year(d.death_month) * 12 + month(d.death_month)) as late_count
    from payment as p
    inner join death as d on d.person_key = p.person_key
    where p.covers_to > d.death_month
)

select
    cast('paid_after_death' as varchar) as rule_code,
    cast(unit as varchar) as unit,
    cast(township_id as varchar) as township_id,
    cast(month as date) as month,
    cast(person_key as bigint) as person_key,
    cast(submission_no as integer) as submission_no,
    cast(source_row as integer) as source_row,
    cast(
        case
            when late_count >= month_count then amount_yuan
            -- The share of the months too late, in whole fen.
            else cast(floor(cast(amount_yuan * 100 as double) * late_count / month_count) as bigint)
                * cast(0.01 as decimal(3, 2))
        end as decimal(14, 2)
    ) as money_yuan,
    cast('death' as varchar) as evidence_code,
    cast(death_month as date) as evidence_month,
    cast(late_count as integer) as evidence_count
from late
