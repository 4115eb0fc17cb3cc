-- one row per area, running total and month before December: where the year is likely to end, and how often that was wrong
with broken as (
    -- from which month on a total counts something else; a break of a city holds for its units
    select distinct
        a.area_id,
        b.indicator_code,
        b.month
    from meta.series_break as b
    inner join core.dim_area as a on a.area_id = b.area_id or a.city_area_id = b.area_id
),

-- A total that began to count something else within its year is no part of that year: neither its end nor its beginning.
ytd as (
    select
        m.area_id,
        m.indicator_code,
        m.month,
        year(m.month) as year,
        month(m.month) as month_of_year,
        m.value,
        count(b.month) as era
    from mart.indicator_month as m
    inner join meta.indicator as i on i.indicator_code = m.indicator_code
    left join broken as b on b.area_id = m.area_id and b.indicator_code = m.indicator_code and b.month <= m.month
    where
        i.timing_code = 'year_to_date' and i.kind_code <> 'ratio' and m.breakdown_code = 'total' and m.value is not null
    group by m.area_id, m.indicator_code, m.month, m.value
    having count(b.month) = count(case when b.month <= cast(date_trunc('year', m.month) as date) then 1 end)
),

-- What share of a completed year lay behind each month. Totals since January need no month between: one missing is no gap.
completed as (
    select
        y.area_id,
        y.indicator_code,
        y.year,
        y.month_of_year,
        y.era,
        y.value / d.value as share
    from ytd as y
    inner join ytd as d
        on d.area_id = y.area_id and d.indicator_code = y.indicator_code and d.year = y.year and d.month_of_year = 12
    where y.month_of_year < 12 and y.value > 0 and d.value > 0
),

-- Seen from a year, only the years before it are known: a back-test that knew the year itself would be none.
seen as (
    select distinct
        y.area_id,
        y.indicator_code,
        y.year as seen_year,
        y.era
    from ytd as y
),

known as (
    select
        s.seen_year,
        c.*
    from completed as c
    inner join seen as s
        on s.area_id = c.area_id and s.indicator_code = c.indicator_code and s.seen_year > c.year and s.era = c.era
),

-- The shares as whole billionths, which add up to the same in any order, with what they add up to over the years known.
summed as (
    select
        k.*,
        cast(floor(k.share * 1e9 + 0.5) as double) as part,
        sum(cast(floor(k.share * 1e9 + 0.5) as double)) over (
            partition by k.seen_year, k.area_id, k.indicator_code, k.month_of_year
        ) as whole,
        count(*) over (partition by k.seen_year, k.area_id, k.indicator_code, k.month_of_year) as years
    from known as k
),

-- Each completed year foreseen from the profile of the others: what came, over what was foreseen. What came a
-- thousandfold was not foreseen.
foreseen as (
    select
        s.*,
        least((s.whole - s.part) / (s.years - 1) / 1e9 / s.share, 1000) as outcome
    from summed as s
    where s.years > 1
),

-- How many errors lie between the end foreseen and each bound, so that one year in twenty ends above: the fewer years
-- the errors are of, the less they tell (Student's t of n - 1 times the root of n² - 1 over n).
width as (
    select 2 as years, cast(5.5 as double) as factor
    union all
    select 3 as years, cast(2.8 as double) as factor
    union all
    select 4 as years, cast(2.3 as double) as factor
    union all
    select 5 as years, cast(2.1 as double) as factor
),

-- A year that nothing of the rule knows: the others foresee it and each other without it. Had it been called out of reach
-- beyond the upper end, and came? Errors to which the year itself had lent its share would always reach as far as it.
without as (
    select
        f.seen_year,
        f.area_id,
        f.indicator_code,
        f.year,
        f.month_of_year,
        f.outcome,
        f.years - 1 as years,
        least((f.whole - f.part - o.part) / (f.years - 2) / 1e9 / o.share, 1000) - 1 as missed
    from foreseen as f
    inner join foreseen as o
        on o.seen_year = f.seen_year
        and o.area_id = f.area_id
        and o.indicator_code = f.indicator_code
        and o.month_of_year = f.month_of_year
        and o.year <> f.year
    where f.years > 2
),

tried as (
    select
        o.seen_year,
        o.area_id,
        o.indicator_code,
        -- A ten-thousandth above lies within what was rounded away of shares and errors.
        case
            when o.outcome > 1.0001 + w.factor * sqrt(sum(cast(floor(o.missed * o.missed * 1e9 + 0.5) as double)) / 1e9 / count(*)) then 1
            else 0
        end as is_wrong
    from without as o
    inner join width as w on w.years = least(o.years, 5)
    group by o.seen_year, o.area_id, o.indicator_code, o.year, o.month_of_year, o.outcome, w.factor
),

record as (
    select
        seen_year,
        area_id,
        indicator_code,
        count(*) as case_count,
        sum(is_wrong) as wrong_count
    from tried
    group by seen_year, area_id, indicator_code
),

-- For each year the profile of the completed years before it, and the errors of those.
profile as (
    select
        y.area_id,
        y.indicator_code,
        y.month,
        y.year,
        y.value,
        count(distinct c.year) as year_count,
        sum(cast(floor(c.share * 1e9 + 0.5) as double)) / 1e9 / count(*) as share,
        sqrt(sum(cast(floor((f.outcome - 1) * (f.outcome - 1) * 1e9 + 0.5) as double)) / 1e9 / count(f.outcome)) as error,
        least(count(f.outcome), 5) as years
    from ytd as y
    inner join known as c
        on c.area_id = y.area_id
        and c.indicator_code = y.indicator_code
        and c.month_of_year = y.month_of_year
        and c.seen_year = y.year
    left join foreseen as f
        on f.seen_year = c.seen_year
        and f.area_id = c.area_id
        and f.indicator_code = c.indicator_code
        and f.month_of_year = c.month_of_year
        and f.year = c.year
    -- Of nothing yet nothing can be foreseen: no completed year was ever tried from 0.
    where y.month_of_year < 12 and y.value > 0
    group by y.area_id, y.indicator_code, y.month, y.year, y.value
)

select
    cast(p.area_id as varchar) as area_id,
    cast(p.indicator_code as varchar) as indicator_code,
    cast(p.month as date) as month,
    cast(p.year_count as integer) as year_count,
    cast(p.share as double) as share,
    -- To the ten-thousandth, as shares are told no finer: what is foreseen to end at 2160 may not end above 2160.
    cast(floor(p.value / p.share * 10000 + 0.5) / 10000 as double) as projected,
    -- One year before says where, not how far off: greatest() alone would pass over the unknown error.
    cast(case when p.error is not null then floor(greatest(p.value, p.value / p.share * (1 - w.factor * p.error)) * 10000 + 0.5) / 10000 end as double)
        as projected_low,
    cast(case when p.error is not null then floor(greatest(p.value, p.value / p.share * (1 + w.factor * p.error)) * 10000 + 0.5) / 10000 end as double)
        as projected_high,
    cast(coalesce(r.case_count, 0) as integer) as case_count,
    cast(coalesce(r.wrong_count, 0) as integer) as wrong_count
from profile as p
left join width as w on w.years = p.years
left join record as r
    on r.area_id = p.area_id and r.indicator_code = p.indicator_code and r.seen_year = p.year
