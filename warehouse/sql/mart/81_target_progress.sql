-- one row per target, area, month and origin of the actual value; one row at its deadline for a target without any
with borrowed as (
    select
        e.target_id,
        e.indicator_code,
        e.reading_code,
        e.scope_code,
        e.is_to_confirm,
        e.part_zh,
        e.part_value,
        e.caveat_zh
    from meta.target_evidence as e
),
accepted as (
    -- what may stand for a target: its parts where it has parts; else its own indicator, and those declared for it
    select
        t.target_id,
        t.indicator_code,
        true as is_own,
        coalesce(b.reading_code, 'usual') as reading_code,
        coalesce(b.scope_code, 'area') as scope_code,
        coalesce(b.is_to_confirm, false) as is_to_confirm,
        cast(null as double) as part_value,
        b.caveat_zh
    from core.dim_target as t
    left join borrowed as b on b.target_id = t.target_id and b.indicator_code = t.indicator_code
    left join borrowed as p on p.target_id = t.target_id and p.part_zh is not null
    where p.target_id is null
    union all
    select
        b.target_id,
        b.indicator_code,
        b.part_zh is not null as is_own,
        b.reading_code,
        b.scope_code,
        b.is_to_confirm,
        b.part_value,
        b.caveat_zh
    from borrowed as b
    inner join core.dim_target as t on t.target_id = b.target_id
    where t.indicator_code <> b.indicator_code or b.part_zh is not null
),
placed as (
    -- a target that each county has to meet is held against each of them, never against their sum
    select
        a.*,
        t.area_id
    from accepted as a
    inner join core.dim_target as t on t.target_id = a.target_id
    where a.scope_code = 'area'
    union all
    select
        a.*,
        u.area_id
    from accepted as a
    inner join core.dim_target as t on t.target_id = a.target_id
    inner join core.dim_area as u
        on u.city_area_id = t.area_id and u.level_code = 'unit' and u.kind_code = 'administrative'
    where a.scope_code = 'each_unit'
),
target as (
    select distinct
        t.target_id,
        s.area_id,
        t.indicator_code,
        t.comparator,
        t.pace_code,
        t.period_start_on,
        t.deadline_on,
        t.caveat_zh,
        (year(t.deadline_on) - year(t.period_start_on)) * 12 + month(t.deadline_on) - month(t.period_start_on) + 1
            as period_months,
        case
            when t.pace_code = 'per_year' then t.value / (year(t.deadline_on) - year(t.period_start_on) + 1)
            else coalesce(s.part_value, t.value)
        end as target_value
    from core.dim_target as t
    inner join placed as s on s.target_id = t.target_id
),
added_to as (
    -- what a reading adds to the figures of documents nobody adds to those of months: 8 county platforms and the city's
    select
        f.area_id,
        f.indicator_code,
        r.reading_code
    from meta.figure_reading as r
    inner join core.fct_document_figure as f on f.figure_id = r.figure_id
    where r.added_value <> 0
    group by f.area_id, f.indicator_code, r.reading_code
),
coverage_rate as (
    select
        c.area_id,
        n.rate_indicator as indicator_code,
        c.as_of_on,
        c.rate,
        c.built_source_id as source_id,
        c.area_id || '|' || c.network_code || '|' || cast(c.as_of_on as varchar) || '|' || c.base_code || '|'
        || c.origin_code as row_key
    from mart.coverage as c
    inner join meta.network as n on n.network_code = c.network_code and n.base_code = c.base_code
    where c.origin_code = 'document' and c.is_usual_base and c.rate is not null and n.rate_indicator is not null
    group by
        c.area_id, n.rate_indicator, c.as_of_on, c.rate, c.built_source_id, c.network_code, c.base_code, c.origin_code
),
running_total as (
    -- a running total starts anew each January: over several years the Decembers before are added
    select
        i.area_id,
        i.indicator_code,
        i.month,
        t.target_id,
        sum(cast(floor(e.value * 10000 + 0.5) as double)) / 10000 as earlier,
        count(e.value) as earlier_years
    from mart.indicator_month as i
    inner join accepted as a on a.indicator_code = i.indicator_code
    inner join target as t on t.target_id = a.target_id and t.area_id = i.area_id
    inner join mart.indicator_month as e
        on e.area_id = i.area_id
        and e.indicator_code = i.indicator_code
        and e.breakdown_code = i.breakdown_code
        and month(e.month) = 12
        and year(e.month) < year(i.month)
        and e.month >= t.period_start_on
    where i.breakdown_code = 'total' and t.pace_code = 'linear'
    group by i.area_id, i.indicator_code, i.month, t.target_id
),
evidence as (
    select
        t.target_id,
        t.area_id,
        a.indicator_code,
        a.is_own,
        a.is_to_confirm,
        a.caveat_zh,
        'document' as origin_code,
        f.period_end_on as as_of_on,
        f.value + coalesce(r.added_value, 0) as actual,
        'reported' as status_code,
        case when coalesce(r.added_value, 0) = 0 then f.value_as_written end as as_written,
        f.source_id,
        'core.fct_document_figure' as evidence_relation,
        f.figure_id as evidence_row_key
    from target as t
    inner join placed as a on a.target_id = t.target_id and a.area_id = t.area_id
    inner join core.fct_document_figure as f on f.area_id = t.area_id and f.indicator_code = a.indicator_code
    left join meta.figure_reading as r on r.figure_id = f.figure_id and r.reading_code = a.reading_code
    where
        f.kind_code = 'actual'
        and f.value is not null
        and f.period_end_on is not null
        and (t.period_start_on is null or f.period_end_on >= t.period_start_on)
        -- of a quantity that adds up over the period only the whole of it may be held against the whole
        and (t.pace_code <> 'linear' or f.period_start_on <= t.period_start_on)
    union all
    select
        t.target_id,
        t.area_id,
        a.indicator_code,
        a.is_own,
        a.is_to_confirm,
        a.caveat_zh,
        'document' as origin_code,
        c.as_of_on,
        c.rate as actual,
        'reported' as status_code,
        cast(null as varchar) as as_written,
        c.source_id,
        'mart.coverage' as evidence_relation,
        c.row_key as evidence_row_key
    from target as t
    inner join placed as a on a.target_id = t.target_id and a.area_id = t.area_id
    inner join coverage_rate as c on c.area_id = t.area_id and c.indicator_code = a.indicator_code
    where t.period_start_on is null or c.as_of_on >= t.period_start_on
    union all
    select
        t.target_id,
        t.area_id,
        a.indicator_code,
        a.is_own,
        a.is_to_confirm,
        a.caveat_zh,
        'month' as origin_code,
        d.month_end_on as as_of_on,
        case
            when i.status_code <> 'reported' then null
            when n.timing_code <> 'year_to_date' or t.pace_code <> 'linear' then i.value
            when coalesce(s.earlier_years, 0) = year(i.month) - year(t.period_start_on)
                then i.value + coalesce(s.earlier, 0)
        end as actual,
        i.status_code,
        cast(null as varchar) as as_written,
        cast(null as varchar) as source_id,
        'mart.indicator_month' as evidence_relation,
        i.area_id || '|' || i.indicator_code || '|total|' || cast(i.month as varchar) as evidence_row_key
    from target as t
    inner join placed as a on a.target_id = t.target_id and a.area_id = t.area_id
    inner join mart.indicator_month as i
        on i.area_id = t.area_id and i.indicator_code = a.indicator_code and i.breakdown_code = 'total'
    inner join meta.indicator as n on n.indicator_code = i.indicator_code
    inner join core.dim_month as d on d.month = i.month
    left join running_total as s
        on s.target_id = t.target_id
        and s.area_id = i.area_id
        and s.indicator_code = i.indicator_code
        and s.month = i.month
    left join added_to as o
        on o.area_id = i.area_id and o.indicator_code = i.indicator_code and o.reading_code = a.reading_code
    where o.area_id is null and (t.period_start_on is null or i.month >= t.period_start_on)
),
chosen as (
    -- a borrowed indicator only where the own one has nothing
    select
        e.*,
        cast(date_trunc('month', e.as_of_on) as date) as month,
        max(case when e.is_own then 1 else 0 end) over (
            partition by e.target_id, e.area_id, e.origin_code
        ) as own_count
    from evidence as e
),
dated as (
    select
        c.*,
        t.comparator,
        t.pace_code,
        t.period_start_on,
        t.deadline_on,
        t.period_months,
        t.target_value,
        t.caveat_zh as target_caveat_zh,
        t.indicator_code as target_indicator_code,
        c.month = max(c.month) over (partition by c.target_id, c.area_id, c.origin_code) as is_latest,
        coalesce(c.as_of_on >= t.deadline_on, false) as is_final,
        (year(c.month) - year(t.period_start_on)) * 12 + month(c.month) - month(t.period_start_on) + 1
            as elapsed_months,
        case
            when t.pace_code = 'per_year' then 12 - month(c.month)
            else (year(t.deadline_on) - year(c.month)) * 12 + month(t.deadline_on) - month(c.month)
        end as months_left
    from chosen as c
    inner join target as t on t.target_id = c.target_id and t.area_id = c.area_id
    where
        (c.is_own or c.own_count = 0)
        -- what adds up over a period says nothing of it once the period is over
        and (t.pace_code = 'none' or c.as_of_on <= t.deadline_on)
    qualify row_number() over (
        partition by c.target_id, c.area_id, c.origin_code, c.month
        order by c.as_of_on desc, c.evidence_relation, c.evidence_row_key
    ) = 1
),
recent as (
    -- the mean of the last three months, within the year for a running total that starts anew
    select
        d.target_id,
        d.area_id,
        d.month,
        case
            when i.timing_code = 'year_to_date' and d.pace_code <> 'linear' and month(d.month) = 3 then d.actual / 3
            when i.timing_code = 'year_to_date' and d.pace_code <> 'linear' and month(d.month) < 3 then null
            when i.timing_code = 'year_to_date' and d.elapsed_months = 3 then d.actual / 3
            else (d.actual - p.actual) / 3
        end as recent_monthly
    from dated as d
    inner join meta.indicator as i on i.indicator_code = d.indicator_code
    left join dated as p
        on p.target_id = d.target_id
        and p.area_id = d.area_id
        and p.origin_code = d.origin_code
        and p.month = cast(d.month - interval '3' month as date)
    where d.origin_code = 'month'
),
measured as (
    select
        d.*,
        r.recent_monthly,
        case when d.comparator in ('at_least', 'eq') then d.actual / nullif(d.target_value, 0) end as completion,
        case d.pace_code
            when 'linear' then cast(least(d.elapsed_months, d.period_months) as double) / d.period_months
            when 'per_year' then cast(month(d.month) as double) / 12
        end as pace,
        case
            -- greatest() passes over what is unknown: a target without a number would have nothing left to do
            when d.actual is null or d.target_value is null then null
            when d.comparator in ('at_least', 'eq') then greatest(d.target_value - d.actual, 0)
            when d.comparator = 'at_most' then greatest(d.actual - d.target_value, 0)
        end as remaining
    from dated as d
    left join recent as r
        on r.target_id = d.target_id and r.area_id = d.area_id and r.month = d.month and d.origin_code = 'month'
),
needed as (
    select
        m.*,
        case when m.months_left > 0 then m.remaining / m.months_left end as monthly_needed
    from measured as m
),
foreseen as (
    -- where the year is likely to end, for a running total that is due within it
    select
        n.*,
        o.projected,
        o.projected_low,
        o.projected_high,
        o.case_count,
        o.case_count >= c.value as is_tried,
        -- out of reach is said only by a rule that was wrong in at most one of ten, of at least ten, cases
        o.case_count >= c.value and o.wrong_count <= w.value * o.case_count as is_tested
    from needed as n
    left join mart.year_outlook as o
        on n.origin_code = 'month'
        and year(n.deadline_on) = year(n.month)
        and o.area_id = n.area_id
        and o.indicator_code = n.indicator_code
        and o.month = n.month
        and o.projected_high is not null
    left join meta.parameter as c on c.parameter_code = 'outlook_fewest_cases'
    left join meta.parameter as w on w.parameter_code = 'outlook_most_wrong_share'
),
judged as (
    select
        n.*,
        case
            when n.actual is null or n.remaining is null then 'unknown'
            when n.is_to_confirm then 'to_confirm'
            -- what came of a target is told in mart.target_verdict
            when n.month > cast(date_trunc('month', n.deadline_on) as date) then 'unknown'
            -- one year against the yearly mean does not tell what became of the whole period
            when n.pace_code = 'per_year' and n.months_left <= 0 then 'unknown'
            when n.remaining = 0 then 'met'
            when n.deadline_on is null then 'unknown'
            when n.months_left <= 0 then 'missed'
            when n.comparator <> 'at_most' and n.projected_low >= n.target_value then 'likely'
            when n.comparator <> 'at_most' and n.projected_high >= n.target_value then 'possible'
            when n.comparator <> 'at_most' and n.projected_high < n.target_value and n.is_tested then 'hard'
            when n.projected_high is not null then 'unjudged'
            when n.recent_monthly is null then 'unknown'
            when n.comparator = 'at_most' and -n.recent_monthly >= n.monthly_needed then 'likely'
            when n.comparator = 'at_most' and -n.recent_monthly >= n.monthly_needed * k.value then 'possible'
            when n.comparator = 'at_most' then 'unjudged'
            when n.recent_monthly >= n.monthly_needed then 'likely'
            when n.recent_monthly >= n.monthly_needed * k.value then 'possible'
            -- the pace of three months alone was never tested on completed years
            else 'unjudged'
        end as outlook_code
    from foreseen as n
    left join meta.parameter as k on k.parameter_code = 'outlook_possible_share'
),
every as (
    select
        target_id,
        area_id,
        month,
        origin_code,
        as_of_on,
        target_indicator_code,
        actual,
        as_written,
        source_id,
        indicator_code,
        evidence_relation,
        evidence_row_key,
        target_value,
        completion,
        pace,
        completion - pace as gap_pp,
        -- a gap of less than one of what is counted, or of a share nobody would act on, is none
        case when pace is not null and target_value > 0 then greatest(coalesce(l.value, 0), 1 / target_value) end
            as smallest_gap_pp,
        remaining,
        monthly_needed,
        recent_monthly,
        outlook_code,
        is_final,
        is_latest,
        case when status_code = 'reported' and actual is null then 'missing' else status_code end as status_code,
        case when as_of_on > deadline_on then '数据时点晚于期限' end as timing_zh,
        concat_ws(
            '；',
            target_caveat_zh,
            caveat_zh,
            case when outlook_code = 'unjudged' then '暂不判断：这条规则的回测有' || cast(coalesce(case_count, 0) as varchar)
                || '例，' || case when is_tried then '错得太多' else '太少' end end
        ) as caveat_zh
    from judged
    left join meta.parameter as l on l.parameter_code = 'level_with_pace'
    union all
    select
        t.target_id,
        t.area_id,
        cast(date_trunc('month', coalesce(t.deadline_on, t.period_start_on)) as date) as month,
        'none' as origin_code,
        cast(null as date) as as_of_on,
        t.indicator_code as target_indicator_code,
        cast(null as double) as actual,
        cast(null as varchar) as as_written,
        cast(null as varchar) as source_id,
        cast(null as varchar) as indicator_code,
        cast(null as varchar) as evidence_relation,
        cast(null as varchar) as evidence_row_key,
        t.target_value,
        cast(null as double) as completion,
        cast(null as double) as pace,
        cast(null as double) as gap_pp,
        cast(null as double) as smallest_gap_pp,
        cast(null as double) as remaining,
        cast(null as double) as monthly_needed,
        cast(null as double) as recent_monthly,
        'unknown' as outlook_code,
        false as is_final,
        true as is_latest,
        'missing' as status_code,
        cast(null as varchar) as timing_zh,
        t.caveat_zh
    from target as t
    left join dated as e on e.target_id = t.target_id and e.area_id = t.area_id
    where e.target_id is null
)
select
    cast(target_id as varchar) as target_id,
    cast(area_id as varchar) as area_id,
    cast(month as date) as month,
    cast(origin_code as varchar) as origin_code,
    cast(as_of_on as date) as as_of_on,
    cast(target_indicator_code as varchar) as indicator_code,
    cast(actual as double) as actual,
    cast(as_written as varchar) as actual_as_written,
    cast(source_id as varchar) as actual_source_id,
    cast(indicator_code as varchar) as actual_indicator_code,
    cast(evidence_relation as varchar) as evidence_relation,
    cast(evidence_row_key as varchar) as evidence_row_key,
    cast(target_value as double) as target_value,
    cast(completion as double) as completion,
    cast(pace as double) as pace,
    cast(gap_pp as double) as gap_pp,
    cast(smallest_gap_pp as double) as smallest_gap_pp,
    cast(remaining as double) as remaining,
    cast(monthly_needed as double) as monthly_needed,
    cast(recent_monthly as double) as recent_monthly,
    cast(outlook_code as varchar) as outlook_code,
    cast(is_final as boolean) as is_final,
    cast(is_latest as boolean) as is_latest,
    cast(status_code as varchar) as status_code,
    cast(timing_zh as varchar) as timing_zh,
    cast(nullif(replace(caveat_zh, '。；', '；'), '') as varchar) as caveat_zh
from every
