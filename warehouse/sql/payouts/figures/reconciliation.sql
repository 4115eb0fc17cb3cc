-- one row per month, unit, tier (of stops: reason) and measure: what the form says, what the payments say, and the likely reason
with counted as (
    select month, unit, tier_code as breakdown_code, 'allowance_recipient_count' as indicator_code, cast(recipient_count as decimal(16, 2)) as value
    from payout_month
    where township_id = 'total'
    union all
    select month, unit, tier_code as breakdown_code, 'allowance_paid_yuan' as indicator_code, paid_yuan as value
    from payout_month
    where township_id = 'total'
    union all
    select month, unit, tier_code as breakdown_code, 'allowance_arrears_yuan' as indicator_code, arrears_yuan as value
    from payout_month
    where township_id = 'total'
    union all
    select month, unit, tier_code as breakdown_code, 'allowance_recovered_yuan' as indicator_code, recovered_yuan as value
    from payout_month
    where township_id = 'total'
    union all
    select
        month, unit, reason_code as breakdown_code, 'allowance_stopped_count' as indicator_code, cast(stopped_count as decimal(16, 2)) as value
    from stop_month
    where township_id = 'total' and tier_code = 'total'
),

-- Of a unit and month with payments (with a list of stops), what is not named is none.
held as (
    select distinct month, unit, indicator_code
    from counted
),

form as (
    select month, unit, breakdown_code, indicator_code, status_code, cast(value as decimal(16, 2)) as value
    from form_figure
),

paired as (
    select
        coalesce(c.month, f.month) as month,
        coalesce(c.unit, f.unit) as unit,
        coalesce(c.breakdown_code, f.breakdown_code) as breakdown_code,
        coalesce(c.indicator_code, f.indicator_code) as indicator_code,
        f.value as form_value,
        f.status_code as form_status_code,
        case when c.value is null and h.unit is not null then 0 else c.value end as payout_value
    from counted as c
    full outer join form as f
        on f.month = c.month and f.unit = c.unit and f.breakdown_code = c.breakdown_code and f.indicator_code = c.indicator_code
    left join held as h on h.month = f.month and h.unit = f.unit and h.indicator_code = f.indicator_code
),

known as (
    select
        p.*,
        m.payment_count - m.recipient_count as again_count,
        m.arrears_person_count,
        case p.indicator_code when 'allowance_paid_yuan' then m.arrears_yuan end as arrears_yuan,
        case p.indicator_code when 'allowance_paid_yuan' then m.recovered_yuan end as recovered_yuan,
        b.payout_value as value_before,
        a.payout_value as value_after
    from paired as p
    left join payout_month as m
        on m.month = p.month and m.unit = p.unit and m.tier_code = p.breakdown_code and m.township_id = 'total'
    left join paired as b
        on b.unit = p.unit and b.breakdown_code = p.breakdown_code and b.indicator_code = p.indicator_code
        and b.month = cast(p.month - interval '1' month as date)
    left join paired as a
        on a.unit = p.unit and a.breakdown_code = p.breakdown_code and a.indicator_code = p.indicator_code
        and a.month = cast(p.month + interval '1' month as date)
)

select
    cast(month as date) as month,
    cast(unit as varchar) as unit,
    cast(breakdown_code as varchar) as breakdown_code,
    cast(indicator_code as varchar) as indicator_code,
    cast(form_value as decimal(16, 2)) as form_value,
    cast(payout_value as decimal(16, 2)) as payout_value,
    cast(form_value - payout_value as decimal(16, 2)) as difference,
    cast(
        case
            when form_status_code = 'suppressed' and form_value is null then 'masked'
            when payout_value is null then 'no_payments'
            when form_value is null then 'no_form'
            when form_value = payout_value then 'equal'
            when payout_value > 0 and form_value * 10000 = payout_value then 'wrong_scale'
            when form_value = payout_value * 10000 then 'wrong_scale'
            when indicator_code = 'allowance_recipient_count' and form_value - payout_value = again_count then 'counted_twice'
            when indicator_code = 'allowance_recipient_count' and form_value - payout_value = arrears_person_count
                then 'arrears_counted'
            when indicator_code = 'allowance_paid_yuan' and recovered_yuan > 0 and form_value - payout_value = recovered_yuan
                then 'recoveries_left_out'
            when indicator_code = 'allowance_paid_yuan' and arrears_yuan > 0 and payout_value - form_value = arrears_yuan
                then 'arrears_left_out'
            when form_value = value_before then 'month_before'
            when form_value = value_after then 'month_after'
            else 'unexplained'
        end as varchar
    ) as reason_code
from known
