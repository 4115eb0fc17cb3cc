-- one row per payment that was recovered since: submission, row of the file, kind
with recovered as (
    select
        person_key,
        unit,
        covers_from,
        covers_to,
        max(month) as month,
        sum(amount_yuan) as amount_yuan
    from payout
    where kind_code = 'recovery'
    group by person_key, unit, covers_from, covers_to
),

-- The newest payments of the span first, as far as the money goes: of two for one month, one recovered leaves one.
covered as (
    select
        p.submission_no,
        p.source_row,
        p.kind_code,
        r.amount_yuan as recovered_yuan,
        sum(p.amount_yuan) over (
            partition by r.person_key, r.unit, r.covers_from, r.covers_to
            order by p.month desc, p.submission_no desc, p.source_row desc, p.kind_code
            rows between unbounded preceding and current row
        ) as paid_yuan
    from payout as p
    inner join recovered as r
        on r.person_key = p.person_key
        and r.unit = p.unit
        and r.covers_from <= p.covers_from
        and r.covers_to >= p.covers_to
        -- What is paid after the money came back was not what came back.
        and r.month >= p.month
    where p.kind_code in ('current', 'arrears')
)

select submission_no, source_row, kind_code
from covered
where paid_yuan <= recovered_yuan
group by submission_no, source_row, kind_code
