-- one row per payment in arrears that stands: the months it covers, what was paid for them in their time, what was due
with allowed as (
    select max(case when parameter_code = 'tier_delay_months' then number end) as delay_months
    from parameter
),

covering as (
    select
        p.unit,
        p.township_id,
        p.month,
        p.person_key,
        p.submission_no,
        p.source_row,
        p.amount_yuan,
        p.covers_from,
        p.covers_to,
        year(p.covers_from) * 12 + month(p.covers_from) as first_number,
        year(p.covers_to) * 12 + month(p.covers_to) as last_number,
        year(p.birth_month) * 12 + month(p.birth_month) + a.delay_months as born_number
    from payment as p
    cross join allowed as a
    where p.kind_code = 'arrears'
),

in_time as (
    select
        c.submission_no,
        c.source_row,
        min(p.month) as paid_from,
        count(distinct p.month) as paid_month_count,
        sum(p.amount_yuan) as paid_yuan
    from covering as c
    inner join payment as p
        on p.person_key = c.person_key
        and p.kind_code = 'current'
        and p.month >= c.covers_from
        and p.month <= c.covers_to
    group by c.submission_no, c.source_row
),

-- Each standard in the months of its tier, from the birthday on, as far as they are covered.
standing as (
    select
        c.submission_no,
        c.source_row,
        s.yuan_per_month,
        greatest(
            c.first_number,
            year(s.valid_from) * 12 + month(s.valid_from),
            c.born_number + case s.tier_code when 'age_80_89' then 960 when 'age_90_99' then 1080 else 1200 end
        ) as from_number,
        least(
            c.last_number,
            coalesce(year(s.valid_to) * 12 + month(s.valid_to), c.last_number),
            case s.tier_code
                when 'age_80_89' then c.born_number + 1079
                when 'age_90_99' then c.born_number + 1199
                else c.last_number
            end
        ) as to_number
    from covering as c
    inner join standard as s on s.unit = c.unit
    where c.born_number is not null
),

due as (
    select
        submission_no,
        source_row,
        sum(case when to_number >= from_number then to_number - from_number + 1 else 0 end) as told_count,
        sum(case when to_number >= from_number then yuan_per_month * (to_number - from_number + 1) else 0 end) as due_yuan
    from standing
    group by submission_no, source_row
)

select
    cast(c.unit as varchar) as unit,
    cast(c.township_id as varchar) as township_id,
    cast(c.month as date) as month,
    cast(c.person_key as bigint) as person_key,
    cast(c.amount_yuan as decimal(12, 2)) as amount_yuan,
    cast(c.covers_from as date) as covers_from,
    cast(c.covers_to as date) as covers_to,
    cast(c.first_number as integer) as first_number,
    cast(c.last_number as integer) as last_number,
    cast(t.paid_from as date) as paid_from,
    cast(coalesce(t.paid_month_count, 0) as integer) as paid_month_count,
    cast(coalesce(t.paid_yuan, 0) as decimal(14, 2)) as paid_yuan,
    cast(
        -- Known where a standard is known for every month from the eightieth birthday on.
        case when d.told_count = greatest(c.last_number - greatest(c.first_number, c.born_number + 960) + 1, 0) then d.due_yuan end
        as decimal(14, 2)
    ) as due_yuan,
    cast(c.submission_no as integer) as submission_no,
    cast(c.source_row as integer) as source_row
from covering as c
left join in_time as t on t.submission_no = c.submission_no and t.source_row = c.source_row
left join due as d on d.submission_no = c.submission_no and d.source_row = c.source_row
