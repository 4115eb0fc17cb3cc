-- one row per area, count or amount, breakdown and month: what was reported, and of a city the sum of its units
with reported as (
    select
        o.area_id,
        o.indicator_code,
        o.breakdown_code,
        o.month,
        case when o.status_code = 'reported' then o.value end as value,
        o.status_code,
        o.quality_code,
        o.revision,
        o.note_zh,
        case when a.is_reporting and a.level_code = 'unit' then a.city_area_id end as city_area_id
    from core.fct_observation as o
    inner join core.dim_area as a on a.area_id = o.area_id
    inner join meta.indicator as i on i.indicator_code = o.indicator_code
    where o.is_current and i.kind_code <> 'ratio'
),

-- A city is the sum of its units; with one of them missing it is missing, and the sum of the others stands beside it.
city as (
    select
        r.city_area_id,
        r.indicator_code,
        r.breakdown_code,
        r.month,
        -- In whole ten-thousandths, which add up to the same in any order; doubles do not.
        sum(cast(floor(r.value * 10000 + 0.5) as double)) / 10000 as reported_total,
        count(r.value) as reported_count,
        sum(case when r.status_code <> 'not_applicable' then 1 else 0 end) as expected_count,
        max(case r.quality_code when 'doubtful' then 3 when 'provisional' then 2 when 'signed' then 1 else 0 end) as worst_quality,
        max(r.revision) as revision
    from reported as r
    inner join core.dim_area as a on a.area_id = r.city_area_id
    group by r.city_area_id, r.indicator_code, r.breakdown_code, r.month
)

select
    cast(area_id as varchar) as area_id,
    cast(indicator_code as varchar) as indicator_code,
    cast(breakdown_code as varchar) as breakdown_code,
    cast(month as date) as month,
    cast(value as double) as amount,
    cast(status_code as varchar) as status_code,
    cast(quality_code as varchar) as quality_code,
    cast(revision as integer) as revision,
    cast(note_zh as varchar) as note_zh,
    cast(null as integer) as reported_count,
    cast(null as integer) as expected_count,
    cast(null as double) as reported_total
from reported
union all
select
    city_area_id,
    indicator_code,
    breakdown_code,
    month,
    case when reported_count = expected_count and expected_count > 0 then reported_total end,
    case
        when expected_count = 0 then 'not_applicable'
        when reported_count = expected_count then 'reported'
        else 'missing'
    end,
    case worst_quality when 3 then 'doubtful' when 2 then 'provisional' when 1 then 'signed' end,
    revision,
    cast(null as varchar),
    reported_count,
    expected_count,
    reported_total
from city
