-- one row per area, indicator, breakdown and month: what was reported for it and what follows from that
with series as (
    select
        area_id,
        indicator_code,
        breakdown_code,
        month,
        amount as value,
        status_code,
        quality_code,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        cast(null as date) as denominator_as_of_on,
        cast(null as varchar) as denominator_source_id,
        reported_count,
        expected_count,
        reported_total,
        note_zh
    from quantity
    union all
    select
        f.area_id,
        f.indicator_code,
        'total',
        f.month,
        o.value,
        f.status_code,
        f.quality_code,
        f.numerator,
        f.denominator,
        f.denominator_as_of_on,
        f.denominator_source_id,
        f.reported_count,
        f.expected_count,
        u.value,
        cast(null as varchar)
    from fraction as f
    left join ratio as o
        on o.area_id = f.area_id and o.indicator_code = f.indicator_code and o.month = f.month and o.basis_code = 'own'
    left join ratio as u
        on u.area_id = f.area_id and u.indicator_code = f.indicator_code and u.month = f.month and u.basis_code = 'units'
),

changes as (
    select
        area_id,
        indicator_code,
        breakdown_code,
        month,
        max(case when comparison_code = 'mom' then change end) as change_mom,
        max(case when comparison_code = 'yoy' then change end) as change_yoy,
        max(case when comparison_code = 'year_start' then change end) as change_since_year_start,
        max(case when comparison_code = 'mom' then change_pct end) as change_pct_mom,
        max(case when comparison_code = 'yoy' then change_pct end) as change_pct_yoy
    from change
    group by area_id, indicator_code, breakdown_code, month
)

select
    cast(s.area_id as varchar) as area_id,
    cast(s.indicator_code as varchar) as indicator_code,
    cast(s.breakdown_code as varchar) as breakdown_code,
    cast(s.month as date) as month,
    cast(s.value as double) as value,
    cast(s.status_code as varchar) as status_code,
    cast(s.quality_code as varchar) as quality_code,
    cast(s.numerator as double) as numerator,
    cast(s.denominator as double) as denominator,
    cast(s.denominator_as_of_on as date) as denominator_as_of_on,
    cast(s.denominator_source_id as varchar) as denominator_source_id,
    cast(s.reported_count as integer) as reported_count,
    cast(s.expected_count as integer) as expected_count,
    cast(s.reported_total as double) as reported_total,
    cast(c.change_mom as double) as change_mom,
    cast(c.change_yoy as double) as change_yoy,
    cast(c.change_since_year_start as double) as change_since_year_start,
    cast(c.change_pct_mom as double) as change_pct_mom,
    cast(c.change_pct_yoy as double) as change_pct_yoy,
    cast(y.ytd as double) as ytd,
    cast(y.monthly_amount as double) as monthly_value,
    cast(k.rank as integer) as rank,
    cast(k.tied_count as integer) as tied_count,
    cast(k.ranked_count as integer) as ranked_count,
    cast(case when a.level_code = 'unit' then a.kind_code end as varchar) as rank_group_code,
    cast(i.group_code as varchar) as group_code,
    cast(s.note_zh as varchar) as note_zh
from series as s
inner join core.dim_area as a on a.area_id = s.area_id
inner join meta.indicator as i on i.indicator_code = s.indicator_code
left join changes as c
    on c.area_id = s.area_id
    and c.indicator_code = s.indicator_code
    and c.breakdown_code = s.breakdown_code
    and c.month = s.month
left join year_so_far as y
    on y.area_id = s.area_id
    and y.indicator_code = s.indicator_code
    and y.breakdown_code = s.breakdown_code
    and y.month = s.month
left join standing as k
    on k.area_id = s.area_id and k.indicator_code = s.indicator_code and k.month = s.month and s.breakdown_code = 'total'
