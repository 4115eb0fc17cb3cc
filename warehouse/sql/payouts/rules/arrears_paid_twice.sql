-- one row per payment in arrears for months that an earlier one had covered already, beyond what was due
with overlap as (
    select
        a.submission_no,
        a.source_row,
        greatest(a.first_number, e.first_number) as from_number,
        least(a.last_number, e.last_number) as to_number,
        greatest(a.covers_from, e.covers_from) as from_month,
        -- The share of the earlier one, in whole fen.
        cast(
            floor(
                cast(e.amount_yuan * 100 as double)
                * (least(a.last_number, e.last_number) - greatest(a.first_number, e.first_number) + 1)
                / (e.last_number - e.first_number + 1)
            ) as bigint
        ) as earlier_fen
    from arrears as a
    inner join arrears as e
        on e.person_key = a.person_key
        and e.first_number <= a.last_number
        and e.last_number >= a.first_number
    where
        e.month < a.month
        or (e.month = a.month and e.submission_no < a.submission_no)
        or (e.month = a.month and e.submission_no = a.submission_no and e.source_row < a.source_row)
),

-- A month that two earlier ones covered is one month: what lies behind all spans that begin before is new.
ordered as (
    select
        *,
        coalesce(
            max(to_number) over (
                partition by submission_no, source_row order by from_number, to_number
                rows between unbounded preceding and 1 preceding
            ),
            from_number - 1
        ) as told_to
    from overlap
),

again as (
    select
        submission_no,
        source_row,
        min(from_month) as first_month,
        cast(sum(greatest(to_number - greatest(told_to, from_number - 1), 0)) as integer) as month_count,
        cast(sum(earlier_fen) as bigint) as earlier_fen
    from ordered
    group by submission_no, source_row
),

weighed as (
    select
        a.*,
        g.first_month,
        g.month_count,
        case
            when g.month_count >= a.last_number - a.first_number + 1 then cast(a.amount_yuan * 100 as bigint)
            else cast(
                floor(cast(a.amount_yuan * 100 as double) * g.month_count / (a.last_number - a.first_number + 1)) as bigint
            )
        end as again_fen,
        cast((a.amount_yuan + a.paid_yuan - a.due_yuan) * 100 as bigint) + g.earlier_fen as beyond_fen
    from arrears as a
    inner join again as g on g.submission_no = a.submission_no and g.source_row = a.source_row
)

select
    cast('arrears_paid_twice' as varchar) as rule_code,
    cast(unit as varchar) as unit,
    cast(township_id as varchar) as township_id,
    cast(month as date) as month,
    cast(person_key as bigint) as person_key,
    cast(submission_no as integer) as submission_no,
    cast(source_row as integer) as source_row,
    cast(
        case when beyond_fen < again_fen then beyond_fen else again_fen end * cast(0.01 as decimal(3, 2))
        as decimal(14, 2)
    ) as money_yuan,
    cast('months' as varchar) as evidence_code,
    cast(first_month as date) as evidence_month,
    cast(month_count as integer) as evidence_count
from weighed
where beyond_fen is null or beyond_fen > 0
