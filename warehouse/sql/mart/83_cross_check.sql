-- one row per declared cross check: what printed figures say about each other, with bounds by their rounding intervals
with operand as (
    select
        o.check_id,
        o.role_code,
        o.position,
        coalesce(o.label_zh, '') || f.value_as_written
        || case when o.divided_by <> 1 then '÷' || cast(cast(floor(o.divided_by + 0.5) as bigint) as varchar) || '个月' else '' end
            as text_zh,
        (f.value + coalesce(r.added_value, 0)) / o.divided_by as value,
        (f.value_low + coalesce(r.added_value, 0)) / o.divided_by as low,
        (f.value_high + coalesce(r.added_value, 0)) / o.divided_by as high,
        f.period_end_on as as_of_on
    from meta.cross_check_operand as o
    inner join core.fct_document_figure as f on f.figure_id = o.figure_id
    left join meta.figure_reading as r on r.figure_id = f.figure_id and r.reading_code = 'usual'
    where o.kind_code = 'figure'
    union all
    select
        o.check_id,
        o.role_code,
        o.position,
        coalesce(o.label_zh, '') || cast(p.persons as varchar) || '人（' || cast(year(p.as_of_on) as varchar) || '年'
        || case when p.base_code = 'resident_projection' then cast(month(p.as_of_on) as varchar) || '月推算' else '' end
        || '）' as text_zh,
        cast(p.persons as double) / o.divided_by as value,
        cast(p.persons as double) / o.divided_by as low,
        cast(p.persons as double) / o.divided_by as high,
        p.as_of_on
    from meta.cross_check_operand as o
    inner join core.fct_population as p
        on p.area_id = o.area_id
        and p.as_of_on = o.as_of_on
        and p.age_band_code = o.age_band_code
        and p.base_code = o.base_code
    where o.kind_code = 'population'
),
standard as (
    select
        o.check_id,
        min(s.yuan_per_month) as low,
        max(s.yuan_per_month) as high
    from meta.cross_check_operand as o
    inner join core.fct_allowance_standard as s on s.area_id = o.area_id
    where o.kind_code = 'allowance'
    group by o.check_id
),
last_numerator as (
    select
        check_id,
        max(position) as position
    from operand
    where role_code = 'numerator'
    group by check_id
),
paired as (
    select
        k.check_id,
        k.kind_code,
        k.area_id,
        k.title_zh,
        k.unit_zh,
        k.inside_code,
        k.outside_code,
        k.badge_zh,
        k.sentence_zh,
        k.sentence_of,
        k.sort_order,
        coalesce(s.low, k.expected_low) as expected_low,
        coalesce(s.high, k.expected_high) as expected_high,
        n.as_of_on,
        n.text_zh as numerator_zh,
        n.value as numerator,
        n.low as numerator_low,
        n.high as numerator_high,
        d.text_zh as denominator_zh,
        d.value as denominator,
        d.low as denominator_low,
        d.high as denominator_high,
        e.value as between_value
    from meta.cross_check_rule as k
    inner join last_numerator as l on l.check_id = k.check_id
    inner join operand as n
        on n.check_id = k.check_id and n.role_code = 'numerator' and n.position = l.position
    left join operand as d on d.check_id = k.check_id and d.role_code = 'denominator'
    left join operand as e
        on e.check_id = k.check_id and e.role_code = 'numerator' and e.position = 1 and l.position > 1
    left join standard as s on s.check_id = k.check_id
),
computed as (
    select
        p.*,
        case
            when p.kind_code in ('share', 'unit_price') then p.numerator / nullif(p.denominator, 0)
            when p.kind_code = 'growth' then p.numerator / nullif(p.denominator, 0) - 1
            when p.kind_code = 'series' then p.numerator
        end as result,
        case
            when p.kind_code in ('share', 'unit_price') then p.numerator_low / nullif(p.denominator_high, 0)
            when p.kind_code = 'growth' then p.numerator_low / nullif(p.denominator_high, 0) - 1
        end as result_low,
        case
            when p.kind_code in ('share', 'unit_price') then p.numerator_high / nullif(p.denominator_low, 0)
            when p.kind_code = 'growth' then p.numerator_high / nullif(p.denominator_low, 0) - 1
        end as result_high
    from paired as p
),
placed as (
    select
        c.*,
        case
            when c.result is null then 'outside'
            when c.result < c.expected_low then 'outside'
            when c.result > c.expected_high then 'outside'
            else 'inside'
        end as found
    from computed as c
),
judged as (
    -- a sentence that states a result is said of that result only
    select
        p.*,
        case when p.found = 'inside' then p.inside_code else p.outside_code end as verdict_code,
        case
            when p.sentence_of is null or p.sentence_of = p.found then p.sentence_zh
            else '现在的结果与登记这项核对时不同，原来的说明不再适用，请复核后重写'
        end as told_zh
    from placed as p
)
select
    cast(check_id as varchar) as check_id,
    cast(kind_code as varchar) as kind_code,
    cast(area_id as varchar) as area_id,
    cast(as_of_on as date) as as_of_on,
    cast(title_zh as varchar) as title_zh,
    cast(numerator_zh as varchar) as numerator_zh,
    cast(numerator as double) as numerator,
    cast(denominator_zh as varchar) as denominator_zh,
    cast(denominator as double) as denominator,
    cast(result as double) as result,
    cast(result_low as double) as result_low,
    cast(result_high as double) as result_high,
    cast(unit_zh as varchar) as unit_zh,
    cast(expected_low as double) as expected_low,
    cast(expected_high as double) as expected_high,
    cast(verdict_code as varchar) as verdict_code,
    cast(case when verdict_code = outside_code then badge_zh end as varchar) as badge_zh,
    cast(
        case
            when kind_code = 'series' then
                cast(cast(floor(denominator + 0.5) as bigint) as varchar)
                || coalesce('→' || cast(cast(floor(between_value + 0.5) as bigint) as varchar), '')
                || '→' || cast(cast(floor(numerator + 0.5) as bigint) as varchar) || unit_zh || '：' || told_zh
            else told_zh
        end as varchar
    ) as sentence_zh,
    cast(sort_order as integer) as sort_order
from judged
