-- one row per month, January 2019 to December 2030
with digits as (
    select cast(number as integer) as digit
    from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)) as listed (number)
),
years as (
    select 2019 + digit as year_number
    from digits
),
months as (
    select
        years.year_number,
        digits.digit + 1 as month_number,
        make_date(years.year_number, digits.digit + 1, 1) as first_day,
    from years
    cross join digits
)
select
    cast(first_day as date) as month,
    cast(year_number as integer) as year,
    cast(month_number as integer) as month_of_year,
    cast(cast(year_number as varchar) || '年' || cast(month_number as varchar) || '月' as varchar) as month_zh,
    cast(last_day(first_day) as date) as month_end_on,
    cast(month_number / cast(12 as double) as double) as elapsed_share,
    cast(first_day - interval '1' month as date) as previous_month,
    cast(first_day - interval '12' month as date) as year_ago_month,
    cast(make_date(year_number - 1, 12, 1) as date) as year_start_month,
from months
