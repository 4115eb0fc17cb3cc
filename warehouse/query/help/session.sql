-- What every query connection has besides the relations of the release.

-- one row per area, indicator, breakdown and month: the value in force
create temp view obs as
select *
from core.fct_observation
where is_current;

-- one row per area, indicator, breakdown and month: the value that was known at the end of a month ('2024-06') or of a
-- day ('2024-06-15'). Months nobody had reported by then have no row.
create temp macro obs_as_of(moment) as table
select *
from core.fct_observation
where received_at < case
        when length(moment::varchar) = 7 then ((moment::varchar || '-01')::date + interval 1 month)::timestamptz
        else (moment::varchar::date + interval 1 day)::timestamptz
    end
qualify row_number() over (
        partition by area_id, indicator_code, breakdown_code, month
        order by revision desc
    ) = 1;
