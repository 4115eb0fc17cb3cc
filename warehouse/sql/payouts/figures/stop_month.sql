-- one row per month, unit and reason: persons stopped; changes from one tier to the next are no stops
select
    cast(month as date) as month,
    cast(unit as varchar) as unit,
    cast(case when grouping(reason_code) = 1 then 'total' else coalesce(reason_code, 'unknown') end as varchar) as reason_code,
    cast(count(distinct person_key) as bigint) as stopped_count
from roster_change
where change_code = 'stop'
group by grouping sets ((month, unit, reason_code), (month, unit))
