-- one row per pair of areas and comparison item: both values, and whether they may share a ratio, an axis or a rank
with pair as (
    select
        area_a,
        area_b
    from meta.comparison_pair
),
place as (
    select area_a as area_id from pair
    union
    select area_b as area_id from pair
),
item as (
    select
        item_code,
        item_zh,
        basis_code,
        unit_zh,
        decimals,
        note_zh,
        sort_order
    from meta.comparison_item
    group by item_code, item_zh, basis_code, unit_zh, decimals, note_zh, sort_order
),
covered as (
    select
        c.*,
        n.base_label_zh
    from mart.coverage as c
    inner join place as p on p.area_id = c.area_id
    inner join meta.network as n on n.network_code = c.network_code and n.base_code = c.base_code
    where c.built is not null
    qualify row_number() over (
        partition by c.area_id, c.network_code, c.as_of_on, c.base_code, c.origin_code
        order by n.division_code
    ) = 1
),
profile as (
    select
        i.item_code,
        i.input_code as indicator_code,
        f.area_id,
        f.as_of_on,
        f.source_id,
        case i.input_code
            when 'resident_population' then f.resident_population
            when 'resident_population_aged_60_plus' then f.aged_60_plus
            when 'resident_population_aged_65_plus' then f.aged_65_plus
            when 'resident_population_aged_80_plus' then f.aged_80_plus
            when 'ageing_rate' then f.ageing_rate
            when 'aged_65_plus_share' then f.aged_65_plus_share
            when 'aged_80_plus_share' then f.aged_80_plus_share
            when 'urban_share' then f.urban_share
        end as value
    from meta.comparison_item as i
    cross join mart.area_profile as f
    inner join place as p on p.area_id = f.area_id
    where i.input_kind_code = 'profile'
),
candidate as (
    select
        i.item_code,
        c.area_id,
        c.origin_code,
        c.rate as value,
        c.rate_low as value_low,
        c.rate_high as value_high,
        cast(null as varchar) as as_written,
        c.as_of_on,
        c.as_of_precision,
        cast(null as date) as started_on,
        c.indicator_code,
        c.group_code,
        c.built_source_id as source_id,
        'mart.coverage' as relation,
        c.area_id || '|' || c.network_code || '|' || cast(c.as_of_on as varchar) || '|' || c.base_code || '|'
        || c.origin_code as row_key,
        cast(cast(floor(c.built + 0.5) as bigint) as varchar) || '个÷' || cast(cast(floor(c.base + 0.5) as bigint) as varchar) || '个'
        || c.base_label_zh || '（' || cast(c.base_year as varchar) || '年）' as note_zh
    from meta.comparison_item as i
    inner join covered as c on c.network_code = i.input_code and c.base_code = i.base_code
    where i.input_kind_code = 'coverage' and c.rate is not null
    union all
    select
        i.item_code,
        c.area_id,
        c.origin_code,
        c.built / f.aged_60_plus * 10000 as value,
        c.built * coalesce(c.rate_low / nullif(c.rate, 0), 1) / f.aged_60_plus * 10000 as value_low,
        c.built * coalesce(c.rate_high / nullif(c.rate, 0), 1) / f.aged_60_plus * 10000 as value_high,
        cast(null as varchar) as as_written,
        c.as_of_on,
        c.as_of_precision,
        cast(null as date) as started_on,
        c.indicator_code,
        c.group_code,
        c.built_source_id as source_id,
        'mart.coverage' as relation,
        c.area_id || '|' || c.network_code || '|' || cast(c.as_of_on as varchar) || '|' || c.base_code || '|'
        || c.origin_code as row_key,
        cast(cast(floor(c.built + 0.5) as bigint) as varchar) || '个÷60岁及以上常住'
        || cast(cast(floor(f.aged_60_plus + 0.5) as bigint) as varchar) || '人（' || cast(year(f.as_of_on) as varchar) || '年）×10000'
            as note_zh
    from meta.comparison_item as i
    inner join covered as c on c.network_code = i.input_code and c.is_usual_base
    inner join mart.area_profile as f on f.area_id = c.area_id
    where i.input_kind_code = 'per_10000' and f.aged_60_plus > 0
    union all
    select
        i.item_code,
        f.area_id,
        'document' as origin_code,
        f.value,
        f.value_low,
        f.value_high,
        f.value_as_written as as_written,
        f.period_end_on as as_of_on,
        case
            when f.period_start_on = f.period_end_on then 'day'
            when year(f.period_start_on) = year(f.period_end_on)
                and month(f.period_start_on) = month(f.period_end_on) then 'month'
            else 'year'
        end as as_of_precision,
        f.period_start_on as started_on,
        f.indicator_code,
        n.group_code,
        f.source_id,
        'core.fct_document_figure' as relation,
        f.figure_id as row_key,
        f.note_zh
    from meta.comparison_item as i
    inner join core.fct_document_figure as f on f.indicator_code = i.input_code
    inner join place as p on p.area_id = f.area_id
    left join meta.indicator as n on n.indicator_code = f.indicator_code
    where
        i.input_kind_code = 'figure'
        and f.kind_code = 'actual'
        and f.value is not null
        and f.period_end_on is not null
    union all
    select
        i.item_code,
        m.area_id,
        'month' as origin_code,
        m.value,
        m.value as value_low,
        m.value as value_high,
        cast(null as varchar) as as_written,
        d.month_end_on as as_of_on,
        'month' as as_of_precision,
        case when n.timing_code = 'year_to_date' then cast(date_trunc('year', m.month) as date) else m.month end as started_on,
        m.indicator_code,
        m.group_code,
        m.denominator_source_id as source_id,
        'mart.indicator_month' as relation,
        m.area_id || '|' || m.indicator_code || '|total|' || cast(m.month as varchar) as row_key,
        m.note_zh
    from meta.comparison_item as i
    inner join mart.indicator_month as m on m.indicator_code = i.input_code and m.breakdown_code = 'total'
    inner join place as p on p.area_id = m.area_id
    inner join core.dim_month as d on d.month = m.month
    left join meta.indicator as n on n.indicator_code = m.indicator_code
    where i.input_kind_code = 'figure' and m.value is not null
    union all
    select
        f.item_code,
        f.area_id,
        'document' as origin_code,
        f.value,
        f.value as value_low,
        f.value as value_high,
        cast(null as varchar) as as_written,
        f.as_of_on,
        'day' as as_of_precision,
        cast(null as date) as started_on,
        n.indicator_code,
        coalesce(n.group_code, f.indicator_code) as group_code,
        f.source_id,
        'mart.area_profile' as relation,
        f.area_id as row_key,
        cast(null as varchar) as note_zh
    from profile as f
    left join meta.indicator as n on n.indicator_code = f.indicator_code
    where f.value is not null
    union all
    select
        i.item_code,
        b.area_id,
        'document' as origin_code,
        b.value,
        b.value as value_low,
        b.value as value_high,
        cast(null as varchar) as as_written,
        b.as_of_on,
        'year' as as_of_precision,
        cast(null as date) as started_on,
        b.indicator_code,
        coalesce(n.group_code, b.indicator_code) as group_code,
        b.source_id,
        'core.fct_base' as relation,
        b.area_id || '|' || b.indicator_code || '|' || cast(b.as_of_on as varchar) as row_key,
        cast(null as varchar) as note_zh
    from meta.comparison_item as i
    inner join core.fct_base as b on b.indicator_code = i.input_code
    inner join place as p on p.area_id = b.area_id
    left join meta.indicator as n on n.indicator_code = b.indicator_code
    where i.input_kind_code = 'base'
    union all
    select
        i.item_code,
        s.area_id,
        'document' as origin_code,
        s.yuan_per_month as value,
        s.yuan_per_month as value_low,
        s.yuan_per_month as value_high,
        cast(null as varchar) as as_written,
        s.valid_from_on as as_of_on,
        'since' as as_of_precision,
        cast(null as date) as started_on,
        'allowance_standard_yuan' as indicator_code,
        n.group_code,
        s.source_id,
        'core.fct_allowance_standard' as relation,
        s.area_id || '|' || s.age_tier_code || '|' || cast(s.valid_from_on as varchar) as row_key,
        cast(null as varchar) as note_zh
    from meta.comparison_item as i
    inner join core.fct_allowance_standard as s on s.age_tier_code = i.input_code
    inner join place as p on p.area_id = s.area_id
    left join meta.indicator as n on n.indicator_code = 'allowance_standard_yuan'
    where i.input_kind_code = 'allowance' and s.valid_to_on is null
),
known as (
    -- pairs and items of which at least one side has a value; what only one side has is shown as 未公布 on the other
    select
        p.area_a,
        p.area_b,
        c.item_code,
        c.origin_code
    from pair as p
    inner join candidate as c on c.area_id = p.area_a or c.area_id = p.area_b
    group by p.area_a, p.area_b, c.item_code, c.origin_code
),
matched as (
    select
        k.area_a,
        k.area_b,
        k.item_code,
        k.origin_code,
        a.value as value_a,
        a.value_low as value_a_low,
        a.value_high as value_a_high,
        a.as_written as as_written_a,
        a.as_of_on as as_of_a,
        a.as_of_precision as precision_a,
        a.started_on as started_a,
        a.indicator_code as indicator_a,
        a.group_code as group_a,
        a.source_id as source_a,
        a.relation as relation_a,
        a.row_key as row_key_a,
        a.note_zh as note_a_zh,
        b.value as value_b,
        b.value_low as value_b_low,
        b.value_high as value_b_high,
        b.as_written as as_written_b,
        b.as_of_on as as_of_b,
        b.as_of_precision as precision_b,
        b.started_on as started_b,
        b.indicator_code as indicator_b,
        b.group_code as group_b,
        b.source_id as source_b,
        b.relation as relation_b,
        b.row_key as row_key_b,
        b.note_zh as note_b_zh
    from known as k
    left join candidate as a
        on a.area_id = k.area_a and a.item_code = k.item_code and a.origin_code = k.origin_code
    left join candidate as b
        on b.area_id = k.area_b and b.item_code = k.item_code and b.origin_code = k.origin_code
),
gated as (
    -- the gate: one group, as-of dates at most three months apart or, where only a year is known, in one year, and what
    -- grows with the length of its period (a flow, a running total of the year) over periods equally long
    select
        m.*,
        g.note_zh as group_note_zh,
        i.unit_zh,
        d.reason_zh as distinction_zh,
        g.city_reason_zh,
        case
            when (m.value_a is null or m.value_b is null) and i.basis_code = 'context' then 'base_missing'
            when m.value_a is null or m.value_b is null then 'not_published'
            when m.group_a is distinct from m.group_b then coalesce(d.reason_code, 'definition_differs')
            when g.city_reason_code is not null and coalesce(pa.city_area_id, pa.area_id) <> coalesce(pb.city_area_id, pb.area_id)
                then g.city_reason_code
            when (m.precision_a = 'year' or m.precision_b = 'year') and year(m.as_of_a) <> year(m.as_of_b)
                then 'as_of_differs'
            when coalesce(ta.timing_code, 'end_of_month') in ('during_month', 'year_to_date')
                and coalesce(ta.kind_code, 'count') <> 'ratio'
                and (year(m.as_of_a) - year(m.started_a)) * 12 + month(m.as_of_a) - month(m.started_a)
                <> (year(m.as_of_b) - year(m.started_b)) * 12 + month(m.as_of_b) - month(m.started_b)
                then 'period_differs'
            when m.precision_a = 'year' or m.precision_b = 'year' then null
            when m.as_of_b > cast(m.as_of_a + interval '3' month as date) then 'as_of_differs'
            when m.as_of_a > cast(m.as_of_b + interval '3' month as date) then 'as_of_differs'
        end as refusal_code
    from matched as m
    inner join item as i on i.item_code = m.item_code
    inner join core.dim_area as pa on pa.area_id = m.area_a
    inner join core.dim_area as pb on pb.area_id = m.area_b
    left join meta.indicator as ta on ta.indicator_code = m.indicator_a
    left join meta.group as g on g.group_code = coalesce(m.group_a, m.group_b)
    left join meta.group_distinction as d on d.group_code = m.group_a and d.other_group_code = m.group_b
),
weighed as (
    select
        g.*,
        -- 100 % beside 100 % tells nothing about either
        case
            when g.refusal_code is not null then g.refusal_code
            when g.unit_zh = '%' and g.value_a = 1 and g.value_b = 1 then 'no_information'
        end as reason_code
    from gated as g
),
chosen as (
    -- months before documents; then the newest pair that may be compared; failing that, the nearest in time
    select g.*
    from weighed as g
    qualify row_number() over (
        partition by g.area_a, g.area_b, g.item_code
        order by
            case when g.origin_code = 'month' then 0 else 1 end,
            case when g.reason_code is null then 0 else 1 end,
            case when g.reason_code is null then 0 else abs(date_diff('day', g.as_of_a, g.as_of_b)) end,
            g.as_of_a desc nulls last,
            g.as_of_b desc nulls last,
            g.row_key_a,
            g.row_key_b
    ) = 1
)
select
    cast(c.area_a as varchar) as area_a,
    cast(c.area_b as varchar) as area_b,
    cast(c.item_code as varchar) as item_code,
    cast(i.item_zh as varchar) as item_zh,
    cast(i.basis_code as varchar) as basis_code,
    cast(i.unit_zh as varchar) as unit_zh,
    cast(i.decimals as integer) as decimals,
    cast(c.indicator_a as varchar) as indicator_a,
    cast(c.indicator_b as varchar) as indicator_b,
    cast(c.value_a as double) as value_a,
    cast(c.value_a_low as double) as value_a_low,
    cast(c.value_a_high as double) as value_a_high,
    cast(c.as_written_a as varchar) as as_written_a,
    cast(c.as_of_a as date) as as_of_a,
    cast(c.precision_a as varchar) as precision_a,
    cast(c.group_a as varchar) as group_a,
    cast(c.source_a as varchar) as source_a,
    cast(c.relation_a as varchar) as relation_a,
    cast(c.row_key_a as varchar) as row_key_a,
    cast(c.value_b as double) as value_b,
    cast(c.value_b_low as double) as value_b_low,
    cast(c.value_b_high as double) as value_b_high,
    cast(c.as_written_b as varchar) as as_written_b,
    cast(c.as_of_b as date) as as_of_b,
    cast(c.precision_b as varchar) as precision_b,
    cast(c.group_b as varchar) as group_b,
    cast(c.source_b as varchar) as source_b,
    cast(c.relation_b as varchar) as relation_b,
    cast(c.row_key_b as varchar) as row_key_b,
    cast(c.note_a_zh as varchar) as note_a_zh,
    cast(c.note_b_zh as varchar) as note_b_zh,
    cast(c.reason_code is null as boolean) as comparable,
    cast(c.reason_code as varchar) as reason_code,
    cast(
        nullif(
            case
                when c.reason_code is null then replace(concat_ws('；', c.group_note_zh, i.note_zh), '。；', '；')
                when c.reason_code = 'base_missing'
                    then case when c.value_a is null then pa.short_name_zh else pb.short_name_zh end
                    || '没有此项底数，不作比较'
                when c.reason_code = 'not_published'
                    then concat_ws(
                        '；',
                        case when c.value_a is null then pa.short_name_zh else pb.short_name_zh end || '未公布此项，不作比较',
                        c.city_reason_zh
                    )
                when c.reason_code = 'as_of_differs' and (c.precision_a = 'year' or c.precision_b = 'year')
                    then '有一方只知年份，而双方不在同一年，不作比值、排名，也不同轴'
                when c.reason_code = 'as_of_differs' then '双方时点相差超过三个月，不作比值、排名，也不同轴'
                when c.reason_code = 'period_differs' then '双方累计的月数不同，不作比值、排名，也不同轴'
                when c.reason_code = 'no_information' then '双方都是100%，并列说明不了差别'
                else coalesce(c.distinction_zh, c.city_reason_zh, '两者口径不同，不作比值、排名，也不同轴')
            end,
            ''
        ) as varchar
    ) as reason_zh,
    cast(
        case
            when c.reason_code is null and (c.precision_a = 'year' or c.precision_b = 'year') then '时点不详'
            when c.reason_code in ('not_published', 'base_missing', 'no_information') then k.label_zh
            else k.label_zh || '，不作排名'
        end as varchar
    ) as badge_zh,
    cast(i.sort_order as integer) as sort_order
from chosen as c
inner join item as i on i.item_code = c.item_code
inner join core.dim_area as pa on pa.area_id = c.area_a
inner join core.dim_area as pb on pb.area_id = c.area_b
left join meta.code as k on k.code_set = 'reason_code' and k.code = c.reason_code
