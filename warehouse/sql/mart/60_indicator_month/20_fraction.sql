-- one row per area, ratio and month: what is divided by what, both empty where there is nothing to divide
with numerators as (
    select
        q.area_id,
        r.indicator_code,
        q.month,
        m.month_end_on,
        r.denominator as denominator_code,
        q.amount,
        q.status_code,
        q.quality_code,
        q.reported_count,
        q.expected_count
    from meta.indicator as r
    inner join quantity as q on q.indicator_code = r.numerator and q.breakdown_code = 'total'
    inner join core.dim_month as m on m.month = q.month
    where r.kind_code = 'ratio'
),

-- The latest base known at the end of the month; a base may be older than what it divides, and its year is printed.
bases as (
    select
        n.area_id,
        n.indicator_code,
        n.month,
        b.value,
        b.as_of_on,
        b.source_id
    from numerators as n
    inner join core.fct_base as b
        on b.area_id = n.area_id and b.indicator_code = n.denominator_code and b.as_of_on <= n.month_end_on
    qualify row_number() over (partition by n.area_id, n.indicator_code, n.month order by b.as_of_on desc) = 1
),

base_codes as (
    select distinct indicator_code from core.fct_base
),

judged as (
    select
        n.area_id,
        n.indicator_code,
        n.month,
        n.amount as numerator,
        coalesce(b.value, d.amount) as denominator,
        b.as_of_on,
        b.source_id,
        case
            when n.status_code <> 'reported' then n.status_code
            when c.indicator_code is not null and coalesce(b.value, 0) = 0 then 'not_applicable'
            when c.indicator_code is not null then 'reported'
            when d.status_code is null then 'missing'
            when d.status_code <> 'reported' then d.status_code
            when d.amount = 0 then 'not_applicable'
            else 'reported'
        end as status_code,
        n.quality_code,
        n.reported_count,
        n.expected_count
    from numerators as n
    left join bases as b on b.area_id = n.area_id and b.indicator_code = n.indicator_code and b.month = n.month
    left join base_codes as c on c.indicator_code = n.denominator_code
    left join quantity as d
        on d.area_id = n.area_id
        and d.indicator_code = n.denominator_code
        and d.breakdown_code = 'total'
        and d.month = n.month
)

select
    cast(area_id as varchar) as area_id,
    cast(indicator_code as varchar) as indicator_code,
    cast(month as date) as month,
    cast(case when status_code = 'reported' then numerator end as double) as numerator,
    cast(case when status_code = 'reported' then denominator end as double) as denominator,
    cast(as_of_on as date) as denominator_as_of_on,
    cast(source_id as varchar) as denominator_source_id,
    cast(status_code as varchar) as status_code,
    cast(quality_code as varchar) as quality_code,
    cast(reported_count as integer) as reported_count,
    cast(expected_count as integer) as expected_count
from judged
