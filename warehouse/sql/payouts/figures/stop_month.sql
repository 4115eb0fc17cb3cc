-- one row per month, unit, township and reason: persons stopped; total rows of a unit have no township
-- A change from one tier to the next is no stop.
select
    cast(month as date) as month,
    cast(unit as varchar) as unit,
    cast(case when grouping(township_id) = 1 then 'total' else coalesce(township_id, 'unknown') end as varchar) as township_id,
    cast(case when grouping(reason_code) = 1 then 'total' else coalesce(reason_code, 'unknown') end as varchar) as reason_code,
    cast(count(distinct person_key) as bigint) as stopped_count
from roster_change
where change_code = 'stop'
group by grouping sets ((month, unit, township_id, reason_code), (month, unit, reason_code), (month, unit))
