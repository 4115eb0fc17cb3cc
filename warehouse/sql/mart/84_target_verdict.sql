-- one row per target, reading (and the target as a whole), area and month from which it is looked at
with span as (
    select coalesce(max(p.value), 3) as months
    from meta.parameter as p
    where p.parameter_code = 'verdict_span_months'
),
target as (
    select
        t.target_id as reading,
        coalesce(t.reading_of_id, t.target_id) as target_id,
        t.area_id as target_area_id,
        coalesce(a.city_area_id, t.area_id) as city_area_id,
        t.indicator_code,
        t.comparator,
        t.value,
        t.unit_zh,
        t.pace_code,
        t.period_start_on,
        t.deadline_on,
        t.valid_to_on
    from core.dim_target as t
    inner join core.dim_area as a on a.area_id = t.area_id
),
unit_line as (
    -- a city's rate is held against each unit as well, for orientation: nobody has divided it among them
    select
        t.reading,
        i.area_id,
        'reference' as scope_code,
        'month' as origin_code,
        i.month,
        d.month_end_on as as_of_on,
        i.value as actual,
        cast(null as varchar) as actual_as_written,
        cast(null as varchar) as actual_source_id,
        i.indicator_code as actual_indicator_code,
        'mart.indicator_month' as evidence_relation,
        i.area_id || '|' || i.indicator_code || '|total|' || cast(i.month as varchar) as evidence_row_key,
        t.value as target_value,
        'unknown' as outlook_code,
        i.status_code
    from target as t
    inner join meta.indicator as n on n.indicator_code = t.indicator_code and n.kind_code = 'ratio'
    inner join core.dim_area as u
        on u.city_area_id = t.target_area_id and u.level_code = 'unit' and u.is_reporting
    inner join mart.indicator_month as i
        on i.area_id = u.area_id and i.indicator_code = t.indicator_code and i.breakdown_code = 'total'
    inner join core.dim_month as d on d.month = i.month
    left join meta.target_evidence as e
        on e.target_id = t.reading and (e.scope_code = 'each_unit' or e.part_zh is not null)
    where
        e.target_id is null
        and t.value is not null
        and t.pace_code = 'none'
        and (t.period_start_on is null or i.month >= t.period_start_on)
),
line as (
    select
        p.target_id as reading,
        p.area_id,
        case when p.area_id = t.target_area_id then 'area' else 'each_unit' end as scope_code,
        p.origin_code,
        p.month,
        p.as_of_on,
        p.actual,
        p.actual_as_written,
        p.actual_source_id,
        p.actual_indicator_code,
        p.evidence_relation,
        p.evidence_row_key,
        p.target_value,
        p.outlook_code,
        p.status_code
    from mart.target_progress as p
    inner join target as t on t.reading = p.target_id
    union all
    select
        u.reading,
        u.area_id,
        u.scope_code,
        u.origin_code,
        u.month,
        u.as_of_on,
        u.actual,
        u.actual_as_written,
        u.actual_source_id,
        u.actual_indicator_code,
        u.evidence_relation,
        u.evidence_row_key,
        u.target_value,
        u.outlook_code,
        u.status_code
    from unit_line as u
),
month_known as (
    select distinct
        i.area_id,
        i.month,
        d.month_end_on
    from mart.indicator_month as i
    inner join core.dim_month as d on d.month = i.month
    where i.breakdown_code = 'total'
),
held as (
    select
        l.reading,
        l.area_id,
        l.scope_code,
        max(l.target_value) as target_value,
        -- what never had a figure because it does not apply is not missing in the months nobody reported
        case
            when max(l.actual) is null and max(case when l.status_code = 'not_applicable' then 1 end) = 1
                then 'not_applicable'
        end as status_of_all
    from line as l
    group by l.reading, l.area_id, l.scope_code
),
looked as (
    -- from every month the city has; a city without months is looked at once, with all that is known
    select
        h.reading,
        h.area_id,
        h.scope_code,
        h.target_value,
        h.status_of_all,
        m.month,
        m.month_end_on as until_on
    from held as h
    inner join target as t on t.reading = h.reading
    inner join month_known as m on m.area_id = t.city_area_id
    where t.period_start_on is null or t.period_start_on <= m.month_end_on
    union all
    select
        h.reading,
        h.area_id,
        h.scope_code,
        h.target_value,
        h.status_of_all,
        cast(date_trunc('month', coalesce(t.deadline_on, t.period_start_on, date '1900-01-01')) as date) as month,
        date '9999-12-31' as until_on
    from held as h
    inner join target as t on t.reading = h.reading
    left join month_known as m on m.area_id = t.city_area_id
    where m.area_id is null
),
near as (
    -- every line that could be looked at, by its key alone: most are passed over
    select
        k.reading,
        k.area_id,
        k.scope_code,
        k.target_value,
        k.status_of_all,
        k.month as seen_month,
        k.until_on,
        t.deadline_on is not null and t.deadline_on <= k.until_on as is_over,
        k.until_on < date '9999-12-31' as is_dated,
        l.origin_code,
        l.month,
        l.as_of_on,
        l.actual is not null as is_known,
        (year(l.as_of_on) - year(t.deadline_on)) * 12 + month(l.as_of_on) - month(t.deadline_on) as months_after,
        s.months as span_months
    from looked as k
    inner join target as t on t.reading = k.reading
    cross join span as s
    left join line as l
        on l.reading = k.reading
        and l.area_id = k.area_id
        and l.scope_code = k.scope_code
        and l.as_of_on <= k.until_on
        -- a month nobody could sum leaves a running target without its figure; elsewhere it is passed over
        and (l.actual is not null or (t.deadline_on > k.until_on and l.month = k.month))
),
placed as (
    select
        n.*,
        case
            when not n.is_over or n.as_of_on is null then 0
            when n.months_after = 0 then 1
            when n.months_after < 0 and n.months_after >= -n.span_months then 2
            when n.months_after > 0 and n.months_after <= n.span_months then 3
            when n.months_after < 0 then 4
            else 5
        end as place
    from near as n
),
ordered as (
    select
        p.*,
        row_number() over (
            partition by p.reading, p.area_id, p.scope_code, p.seen_month
            order by
                p.place,
                case when p.is_over then abs(p.months_after) end,
                case when p.origin_code = 'month' then 0 else 1 end,
                p.as_of_on desc
        ) as place_to_judge,
        row_number() over (
            partition by p.reading, p.area_id, p.scope_code, p.seen_month
            order by
                case when p.is_known then 0 else 1 end,
                case when p.origin_code = 'month' then 0 else 1 end,
                p.as_of_on desc
        ) as place_of_newest
    from placed as p
),
chosen as (
    select
        o.*,
        l.actual,
        l.actual_as_written,
        l.actual_source_id,
        l.actual_indicator_code,
        l.evidence_relation,
        l.evidence_row_key,
        l.outlook_code,
        coalesce(l.status_code, o.status_of_all) as status_code
    from ordered as o
    left join line as l
        on l.reading = o.reading
        and l.area_id = o.area_id
        and l.scope_code = o.scope_code
        and l.origin_code = o.origin_code
        and l.month = o.month
    where o.place_to_judge = 1
),
newest as (
    select
        o.reading,
        o.area_id,
        o.scope_code,
        o.seen_month,
        l.actual,
        l.as_of_on,
        l.evidence_relation,
        l.evidence_row_key
    from ordered as o
    inner join line as l
        on l.reading = o.reading
        and l.area_id = o.area_id
        and l.scope_code = o.scope_code
        and l.origin_code = o.origin_code
        and l.month = o.month
    where o.place_of_newest = 1 and o.is_known
),
reached as (
    select
        c.*,
        t.target_id,
        t.target_area_id,
        t.indicator_code,
        t.comparator,
        t.unit_zh,
        t.pace_code,
        t.deadline_on,
        coalesce(t.valid_to_on < t.deadline_on and t.valid_to_on < c.until_on, false) as is_replaced,
        coalesce(e.is_to_confirm, false) as is_to_confirm,
        e.part_zh,
        case when t.comparator = 'at_most' then c.actual <= c.target_value else c.actual >= c.target_value end
            as is_reached,
        w.actual as newest_value,
        w.as_of_on as newest_as_of_on,
        w.evidence_relation as newest_relation,
        w.evidence_row_key as newest_row_key
    from chosen as c
    inner join target as t on t.reading = c.reading
    left join newest as w
        on w.reading = c.reading
        and w.area_id = c.area_id
        and w.scope_code = c.scope_code
        and w.seen_month = c.seen_month
    left join meta.target_evidence as e
        on e.target_id = c.reading and e.indicator_code = c.actual_indicator_code
),
reasoned as (
    select
        r.*,
        case
            when r.comparator = 'increase' then 'qualitative'
            when r.actual is null and r.origin_code = 'month' then 'month_missing'
            when r.actual is null then 'no_value'
            when r.is_to_confirm then 'to_confirm'
            when r.is_over and r.pace_code = 'per_year' then 'one_year'
            when r.is_over and r.place in (2, 4) and r.pace_code = 'linear' and r.is_reached then 'reached_early'
            when r.is_over and r.place in (2, 4) and r.pace_code = 'linear' then 'not_at_deadline'
            when r.place = 1 then 'at_deadline'
            when r.place = 2 then 'before_deadline'
            when r.place = 3 then 'after_deadline'
            when r.place in (4, 5) then 'not_at_deadline'
            when r.deadline_on is null then 'no_deadline'
            when r.is_reached then 'reached_early'
            when r.outlook_code in ('likely', 'possible', 'hard', 'unjudged') then 'pace'
            else 'no_forecast'
        end as reason_code
    from reached as r
),
judged as (
    select
        r.*,
        case
            when r.reason_code = 'qualitative' then 'qualitative'
            when r.reason_code in ('month_missing', 'no_value', 'one_year', 'not_at_deadline') then 'unknown'
            when r.reason_code = 'to_confirm' then 'to_confirm'
            when r.is_reached then 'met'
            when r.reason_code in ('at_deadline', 'before_deadline', 'after_deadline') then 'missed'
            when r.reason_code = 'pace' then r.outlook_code
            else 'running'
        end as state_code
    from reasoned as r
),
by_reading as (
    -- the parts of one reading: only all of them together are the target
    select
        j.target_id,
        j.reading,
        j.target_area_id,
        j.seen_month,
        bool_or(j.is_over) as is_over,
        bool_and(j.is_dated) as is_dated,
        bool_or(j.is_replaced) as is_replaced,
        bool_or(j.reason_code in ('before_deadline', 'after_deadline')) as is_marked,
        -- As old as the oldest of what it rests on: a place that did not report this month is known from an earlier one.
        min(case when j.actual is not null then j.as_of_on end) as as_of_on,
        count(*) as parts_named,
        sum(case when j.state_code <> 'unknown' then 1 else 0 end) as parts_measured,
        sum(case when j.state_code = 'met' then 1 else 0 end) as parts_met,
        case
            when count(*) = 1 then max(j.state_code)
            when bool_or(j.state_code = 'missed') then 'missed'
            when bool_or(j.state_code = 'hard') then 'hard'
            when bool_or(j.state_code = 'unknown') then 'unknown'
            when bool_or(j.state_code = 'to_confirm') then 'to_confirm'
            when bool_or(j.state_code = 'running') then 'running'
            when bool_or(j.state_code = 'unjudged') then 'unjudged'
            when bool_or(j.state_code = 'possible') then 'possible'
            when bool_or(j.state_code = 'likely') then 'likely'
            else 'met'
        end as state_code
    from judged as j
    where j.scope_code <> 'reference'
    group by j.target_id, j.reading, j.target_area_id, j.seen_month
),
by_target as (
    -- the readings of one target: it is judged only where they say the same
    select
        r.target_id,
        r.target_area_id,
        r.seen_month,
        count(*) as reading_count,
        bool_and(r.is_over) as is_over,
        bool_and(r.is_dated) as is_dated,
        bool_and(r.is_replaced) as is_replaced,
        bool_or(r.is_marked) as is_marked,
        min(r.as_of_on) as as_of_on,
        sum(r.parts_named) as parts_named,
        sum(r.parts_measured) as parts_measured,
        sum(r.parts_met) as parts_met,
        min(r.state_code) = max(r.state_code) as is_one_state,
        case
            when min(r.state_code) = max(r.state_code) then max(r.state_code)
            else 'to_confirm'
        end as state_code
    from by_reading as r
    group by r.target_id, r.target_area_id, r.seen_month
),
alone as (
    -- a target of one reading and one part is that part
    select j.*
    from judged as j
    inner join by_target as b
        on b.target_id = j.target_id and b.seen_month = j.seen_month and b.parts_named = 1
    where j.scope_code <> 'reference'
),
every as (
    select
        b.target_id,
        'all' as reading,
        b.target_area_id as area_id,
        b.seen_month,
        'whole' as scope_code,
        cast(null as varchar) as part_zh,
        case when b.is_dated then b.is_over end as is_over,
        b.is_replaced,
        b.is_marked,
        b.reading_count,
        b.parts_named,
        b.parts_measured,
        b.parts_met,
        b.state_code,
        case
            when b.parts_named = 1 then a.reason_code
            when b.reading_count > 1 and b.parts_measured = 0 then 'no_value'
            when b.reading_count > 1 and b.is_one_state and b.state_code = 'to_confirm' then 'to_confirm'
            when b.reading_count > 1 and b.is_one_state then 'readings_agree'
            when b.reading_count > 1 then 'readings_differ'
            else 'of_parts'
        end as reason_code,
        a.origin_code,
        a.actual,
        a.actual_as_written,
        a.actual_source_id,
        a.actual_indicator_code,
        coalesce(a.as_of_on, b.as_of_on) as as_of_on,
        a.evidence_relation,
        a.evidence_row_key,
        a.target_value,
        a.status_code,
        a.newest_value,
        a.newest_as_of_on,
        a.newest_relation,
        a.newest_row_key
    from by_target as b
    left join alone as a on a.target_id = b.target_id and a.seen_month = b.seen_month
    union all
    select
        j.target_id,
        j.reading,
        j.area_id,
        j.seen_month,
        j.scope_code,
        j.part_zh,
        case when j.is_dated then j.is_over end as is_over,
        j.is_replaced,
        j.reason_code in ('before_deadline', 'after_deadline') as is_marked,
        1 as reading_count,
        1 as parts_named,
        case when j.state_code = 'unknown' then 0 else 1 end as parts_measured,
        case when j.state_code = 'met' then 1 else 0 end as parts_met,
        j.state_code,
        j.reason_code,
        j.origin_code,
        j.actual,
        j.actual_as_written,
        j.actual_source_id,
        j.actual_indicator_code,
        j.as_of_on,
        j.evidence_relation,
        j.evidence_row_key,
        j.target_value,
        j.status_code,
        j.newest_value,
        j.newest_as_of_on,
        j.newest_relation,
        j.newest_row_key
    from judged as j
)
select
    cast(v.target_id as varchar) as target_id,
    cast(v.reading as varchar) as reading,
    cast(v.area_id as varchar) as area_id,
    cast(v.seen_month as date) as month,
    cast(v.scope_code as varchar) as scope_code,
    cast(v.part_zh as varchar) as part_zh,
    cast(v.state_code as varchar) as target_state_code,
    cast(v.reason_code as varchar) as target_reason_code,
    cast(k.label_zh as varchar) as reason_zh,
    cast(v.is_marked as boolean) as is_marked,
    cast(v.is_over as boolean) as is_over,
    cast(v.is_replaced as boolean) as is_replaced,
    cast(v.seen_month = max(v.seen_month) over (partition by v.target_id) as boolean) as is_latest,
    cast(v.reading_count as integer) as reading_count,
    cast(v.parts_named as integer) as parts_named,
    cast(v.parts_measured as integer) as parts_measured,
    cast(v.parts_met as integer) as parts_met,
    cast(case when v.actual is not null or v.origin_code = 'month' then v.origin_code else 'none' end as varchar)
        as origin_code,
    cast(v.actual as double) as value,
    cast(v.actual_as_written as varchar) as value_as_written,
    cast(v.actual_source_id as varchar) as actual_source_id,
    cast(v.actual_indicator_code as varchar) as actual_indicator_code,
    cast(v.as_of_on as date) as as_of_on,
    cast(v.evidence_relation as varchar) as evidence_relation,
    cast(v.evidence_row_key as varchar) as evidence_row_key,
    cast(v.target_value as double) as target_value,
    cast(v.actual - v.target_value as double) as gap,
    cast(coalesce(v.status_code, 'missing') as varchar) as status_code,
    cast(v.newest_value as double) as newest_value,
    cast(v.newest_as_of_on as date) as newest_as_of_on,
    cast(v.newest_relation as varchar) as newest_relation,
    cast(v.newest_row_key as varchar) as newest_row_key
from every as v
left join meta.code as k on k.code_set = 'target_reason_code' and k.code = v.reason_code
