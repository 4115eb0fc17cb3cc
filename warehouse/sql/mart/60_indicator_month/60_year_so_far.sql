-- one row per area, count or amount, breakdown and month: the sum since January, and what the month alone brought
with dated as (
    select
        q.*,
        i.timing_code,
        i.is_counted_anew,
        m.year,
        m.month_of_year,
        m.previous_month
    from quantity as q
    inner join meta.indicator as i on i.indicator_code = q.indicator_code
    inner join core.dim_month as m on m.month = q.month
)

select
    cast(d.area_id as varchar) as area_id,
    cast(d.indicator_code as varchar) as indicator_code,
    cast(d.breakdown_code as varchar) as breakdown_code,
    cast(d.month as date) as month,
    cast(case
        when d.timing_code = 'year_to_date' then d.amount
        when d.timing_code = 'during_month' and not d.is_counted_anew and count(d.amount) over year_so_far = d.month_of_year
            then sum(cast(floor(d.amount * 10000 + 0.5) as double)) over year_so_far / 10000
    end as double) as ytd,
    -- A difference of running totals is a month only when neither of them was missing or restated.
    cast(case
        when d.timing_code = 'during_month' then d.amount
        when d.timing_code = 'year_to_date' and d.month_of_year = 1 then d.amount
        when d.timing_code in ('year_to_date', 'since_start') and d.revision = 1 and p.revision = 1 then d.amount - p.amount
    end as double) as monthly_amount
from dated as d
left join quantity as p
    on p.area_id = d.area_id
    and p.indicator_code = d.indicator_code
    and p.breakdown_code = d.breakdown_code
    and p.month = d.previous_month
window year_so_far as (
    partition by d.area_id, d.indicator_code, d.breakdown_code, d.year
    order by d.month
    rows between unbounded preceding and current row
)
