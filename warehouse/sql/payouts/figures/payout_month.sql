-- one row per month, unit, township and tier: persons and money by kind; total rows of a unit have no township
select
    cast(month as date) as month,
    cast(unit as varchar) as unit,
    cast(case when grouping(township_id) = 1 then 'total' else coalesce(township_id, 'unknown') end as varchar) as township_id,
    cast(case when grouping(tier_code) = 1 then 'total' else coalesce(tier_code, 'unknown') end as varchar) as tier_code,
    cast(count(distinct case when kind_code = 'current' then person_key end) as bigint) as recipient_count,
    cast(sum(case when kind_code = 'current' then 1 else 0 end) as bigint) as payment_count,
    cast(sum(case when kind_code = 'current' then amount_yuan else 0 end) as decimal(16, 2)) as current_yuan,
    cast(count(distinct case when kind_code = 'arrears' then person_key end) as bigint) as arrears_person_count,
    cast(sum(case when kind_code = 'arrears' then amount_yuan else 0 end) as decimal(16, 2)) as arrears_yuan,
    cast(count(distinct case when kind_code = 'recovery' then person_key end) as bigint) as recovered_person_count,
    cast(sum(case when kind_code = 'recovery' then amount_yuan else 0 end) as decimal(16, 2)) as recovered_yuan,
    cast(sum(case when kind_code = 'recovery' then -amount_yuan else amount_yuan end) as decimal(16, 2)) as paid_yuan
from payout
group by grouping sets ((month, unit, township_id, tier_code), (month, unit, tier_code), (month, unit))
