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
        q.quality_code
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
            when n.status_code <> 'reported' or c.indicator_code is not null then n.status_code
            else coalesce(d.status_code, 'missing')
        end as part_status_code,
        -- As good as the worse of its parts.
        case
            when 'doubtful' in (n.quality_code, d.quality_code) then 'doubtful'
            when 'provisional' in (n.quality_code, d.quality_code) then 'provisional'
            else n.quality_code
        end as quality_code
    from numerators as n
    left join bases as b on b.area_id = n.area_id and b.indicator_code = n.indicator_code and b.month = n.month
    left join base_codes as c on c.indicator_code = n.denominator_code
    left join quantity as d
        on d.area_id = n.area_id
        and d.indicator_code = n.denominator_code
        and d.breakdown_code = 'total'
        and d.month = n.month
),

-- A unit counts for its city once both parts are there, whatever they are: also where there is nothing to divide by.
counted as (
    select
        a.city_area_id,
        j.indicator_code,
        j.month,
        sum(case when j.part_status_code = 'reported' then 1 else 0 end) as reported_count,
        sum(case when j.part_status_code <> 'not_applicable' then 1 else 0 end) as expected_count
    from judged as j
    inner join core.dim_area as a on a.area_id = j.area_id and a.is_reporting and a.level_code = 'unit'
    group by a.city_area_id, j.indicator_code, j.month
),

divided as (
    select
        *,
        case when part_status_code = 'reported' and coalesce(denominator, 0) = 0 then 'not_applicable' else part_status_code end as status_code
    from judged
)

select
    cast(d.area_id as varchar) as area_id,
    cast(d.indicator_code as varchar) as indicator_code,
    cast(d.month as date) as month,
    cast(case when d.status_code = 'reported' then d.numerator end as double) as numerator,
    cast(case when d.status_code = 'reported' then d.denominator end as double) as denominator,
    cast(d.as_of_on as date) as denominator_as_of_on,
    cast(d.source_id as varchar) as denominator_source_id,
    cast(d.status_code as varchar) as status_code,
    cast(d.quality_code as varchar) as quality_code,
    cast(c.reported_count as integer) as reported_count,
    cast(c.expected_count as integer) as expected_count
from divided as d
left join counted as c
    on c.city_area_id = d.area_id and c.indicator_code = d.indicator_code and c.month = d.month
