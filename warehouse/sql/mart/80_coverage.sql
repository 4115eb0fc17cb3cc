-- one row per area, network, as-of, base and origin: how many are built, on how many places they should stand
with network as (
    select
        network_code,
        area_id as city_area_id,
        built_indicator,
        operating_indicator,
        rate_indicator,
        is_shared,
        named_like,
        group_code
    from meta.network
    group by
        network_code, area_id, built_indicator, operating_indicator, rate_indicator, is_shared, named_like, group_code
),
network_base as (
    select
        n.network_code,
        n.area_id as city_area_id,
        n.base_code,
        n.is_usual_base,
        n.note_zh,
        n.sort_order,
        b.over_100_zh,
        false as is_printed
    from meta.network as n
    left join meta.base_note as b on b.network_code = n.network_code and b.base_code = n.base_code
    group by n.network_code, n.area_id, n.base_code, n.is_usual_base, n.note_zh, n.sort_order, b.over_100_zh
    union all
    select
        b.network_code,
        n.city_area_id,
        b.base_code,
        false as is_usual_base,
        b.label_zh as note_zh,
        max(m.sort_order) + 5 as sort_order,
        b.over_100_zh,
        true as is_printed
    from meta.base_note as b
    inner join network as n on n.network_code = b.network_code
    inner join meta.network as m on m.network_code = b.network_code
    where b.printed_indicator_code is not null
    group by b.network_code, n.city_area_id, b.base_code, b.label_zh, b.over_100_zh
),
base_member as (
    select
        base_code,
        division_code
    from meta.network
    group by base_code, division_code
),
latest_division as (
    select
        area_id,
        division_code,
        max(year) as year
    from core.fct_division_count
    group by area_id, division_code
),
area_base as (
    select
        d.area_id,
        m.base_code,
        max(d.year) as base_year,
        sum(d.division_count) as base,
        max(d.source_id) as source_id
    from core.fct_division_count as d
    inner join latest_division as l
        on l.area_id = d.area_id and l.division_code = d.division_code and l.year = d.year
    inner join base_member as m on m.division_code = d.division_code
    group by d.area_id, m.base_code
    union all
    -- a base that a document prints beside the one we count, such as 46 townships
    select
        f.area_id,
        b.base_code,
        max(year(f.period_end_on)) as base_year,
        max(f.value) as base,
        max(f.source_id) as source_id
    from core.fct_document_figure as f
    inner join meta.base_note as b on b.printed_indicator_code = f.indicator_code
    where f.kind_code = 'actual'
    group by f.area_id, b.base_code
),
place as (
    select
        area_id,
        level_code,
        stat_code,
        is_reporting,
        parent_area_id,
        case when level_code = 'city' then area_id else city_area_id end as city_area_id
    from core.dim_area
    where level_code in ('city', 'unit', 'township')
),
figure as (
    select
        f.area_id,
        n.network_code,
        coalesce(r.as_of_on, f.period_end_on) as as_of_on,
        case
            when r.as_of_on is not null then 'year'
            when f.period_start_on = f.period_end_on then 'day'
            when year(f.period_start_on) = year(f.period_end_on)
                and month(f.period_start_on) = month(f.period_end_on) then 'month'
            else 'year'
        end as as_of_precision,
        f.value + coalesce(r.added_value, 0) as built,
        f.value_low + coalesce(r.added_value, 0) as built_low,
        f.value_high + coalesce(r.added_value, 0) as built_high,
        r.reason_zh,
        f.value_as_written,
        f.source_id,
        f.figure_id
    from core.fct_document_figure as f
    inner join place as p on p.area_id = f.area_id
    inner join network as n on n.built_indicator = f.indicator_code and n.city_area_id = p.city_area_id
    left join meta.figure_reading as r on r.figure_id = f.figure_id and r.reading_code = 'usual'
    where
        f.kind_code = 'actual'
        and f.value is not null
        and coalesce(r.as_of_on, f.period_end_on) is not null
),
latest_of_city as (
    select
        f.area_id as city_area_id,
        f.network_code,
        max(f.as_of_on) as as_of_on
    from figure as f
    inner join place as p on p.area_id = f.area_id
    where p.level_code = 'city'
    group by f.area_id, f.network_code
),
unpublished as (
    -- the units a city figure is made of, for which the document prints nothing
    select
        p.area_id,
        c.network_code,
        c.as_of_on,
        f.as_of_precision
    from latest_of_city as c
    inner join figure as f
        on f.area_id = c.city_area_id and f.network_code = c.network_code and f.as_of_on = c.as_of_on
    inner join place as p on p.city_area_id = c.city_area_id and p.level_code = 'unit' and p.is_reporting
    left join figure as own on own.area_id = p.area_id and own.network_code = c.network_code
    where own.area_id is null
    group by p.area_id, c.network_code, c.as_of_on, f.as_of_precision
),
last_word as (
    -- the newest day the documents of a city speak of, or the year where no figure of it has a day
    select
        f.area_id,
        f.period_end_on as as_of_on,
        f.period_start_on = f.period_end_on as is_dated
    from core.fct_document_figure as f
    inner join place as p on p.area_id = f.area_id
    where p.level_code = 'city' and f.kind_code = 'actual' and f.period_end_on is not null
    qualify row_number() over (partition by f.area_id order by f.period_end_on desc, f.period_start_on desc) = 1
),
named as (
    -- what a document says stands or was done, without how many
    select
        n.city_area_id,
        n.network_code,
        min(g.name_zh) as name_zh
    from network as n
    inner join meta.programme as g on g.area_id = n.city_area_id and g.name_zh like n.named_like
    where g.status_code in ('in_force', 'done')
    group by n.city_area_id, n.network_code
),
unprinted as (
    -- of the city and of each of its units, so that what should be covered is known where what is built is not
    select
        p.area_id,
        n.network_code,
        w.as_of_on,
        case when w.is_dated then 'day' else 'year' end as as_of_precision,
        case
            when p.level_code = 'unit' then '文件未公布分县区数'
            when g.name_zh is null then '公开文件未公布建成数'
            else '文件写有“' || g.name_zh || '”，没有印建成个数'
        end as note_zh
    from network as n
    left join named as g on g.city_area_id = n.city_area_id and g.network_code = n.network_code
    inner join last_word as w on w.area_id = n.city_area_id
    left join figure as own on own.area_id = n.city_area_id and own.network_code = n.network_code
    inner join place as p on p.area_id = n.city_area_id or (p.city_area_id = n.city_area_id and p.level_code = 'unit' and p.is_reporting)
    where own.area_id is null
),
added_to as (
    -- where the usual reading of the documents adds to what they print (the city's own platform), months lack it
    select
        f.area_id,
        f.indicator_code
    from core.fct_document_figure as f
    inner join meta.figure_reading as r
        on r.figure_id = f.figure_id and r.reading_code = 'usual' and r.added_value <> 0
    group by f.area_id, f.indicator_code
),
observed as (
    select
        i.area_id,
        n.network_code,
        m.month_end_on as as_of_on,
        i.value as built,
        o.value as operating,
        i.status_code,
        case
            when w.area_id is null or i.note_zh is not null then i.note_zh
            else '只计各单位所报，不含公开文件的通常读法另加的部分'
        end as note_zh
    from mart.indicator_month as i
    inner join place as p on p.area_id = i.area_id
    inner join network as n on n.built_indicator = i.indicator_code and n.city_area_id = p.city_area_id
    inner join core.dim_month as m on m.month = i.month
    left join mart.indicator_month as o
        on o.area_id = i.area_id
        and o.indicator_code = n.operating_indicator
        and o.breakdown_code = i.breakdown_code
        and o.month = i.month
    left join added_to as w on w.area_id = i.area_id and w.indicator_code = i.indicator_code
    where i.breakdown_code = 'total'
),
given as (
    -- the newest month of which any place of a city gave a figure of a network
    select
        p.city_area_id,
        o.network_code,
        max(o.as_of_on) as as_of_on
    from observed as o
    inner join place as p on p.area_id = o.area_id
    where o.built is not null
    group by p.city_area_id, o.network_code
),
never_given as (
    -- a unit of which no form ever had the figure, where others of its city give it
    select
        p.area_id,
        g.network_code,
        g.as_of_on
    from given as g
    inner join place as p on p.city_area_id = g.city_area_id and p.level_code = 'unit' and p.is_reporting
    left join observed as o on o.area_id = p.area_id and o.network_code = g.network_code
    where o.area_id is null
),
unknown as (
    -- a point without a figure, and why there is none
    select area_id, network_code, as_of_on, as_of_precision, 'document' as origin_code, '文件未公布分县区数' as note_zh
    from unpublished
    union all
    select area_id, network_code, as_of_on, as_of_precision, 'document' as origin_code, note_zh
    from unprinted
    union all
    select area_id, network_code, as_of_on, 'month' as as_of_precision, 'month' as origin_code, '各月都没有报过' as note_zh
    from never_given
),
point as (
    select
        area_id,
        network_code,
        as_of_on,
        as_of_precision,
        'document' as origin_code,
        built,
        built_low,
        built_high,
        cast(null as double) as operating,
        'reported' as built_status_code,
        reason_zh as point_note_zh,
        value_as_written,
        source_id,
        figure_id
    from figure
    union all
    select
        area_id,
        network_code,
        as_of_on,
        as_of_precision,
        origin_code,
        cast(null as double) as built,
        cast(null as double) as built_low,
        cast(null as double) as built_high,
        cast(null as double) as operating,
        'missing' as built_status_code,
        note_zh as point_note_zh,
        cast(null as varchar) as value_as_written,
        cast(null as varchar) as source_id,
        cast(null as varchar) as figure_id
    from unknown
    union all
    select
        area_id,
        network_code,
        as_of_on,
        'month' as as_of_precision,
        'month' as origin_code,
        built,
        built as built_low,
        built as built_high,
        operating,
        status_code as built_status_code,
        note_zh as point_note_zh,
        cast(null as varchar) as value_as_written,
        cast(null as varchar) as source_id,
        cast(null as varchar) as figure_id
    from observed
),
based as (
    select
        t.area_id,
        t.network_code,
        t.as_of_on,
        t.as_of_precision,
        t.origin_code,
        t.built,
        t.built_low,
        t.built_high,
        t.operating,
        t.built_status_code,
        t.point_note_zh,
        t.value_as_written,
        t.source_id,
        t.figure_id,
        b.base_code,
        b.is_usual_base,
        b.note_zh as base_note_zh,
        b.over_100_zh,
        b.sort_order,
        c.base,
        c.base_year,
        c.source_id as base_source_id,
        case
            when b.base_code = 'none' then 'undecided'
            -- without a code of its own a unit has no count of villages or communities to be measured on
            when c.base is null and p.stat_code is null then 'not_applicable'
            when c.base is null then 'missing'
            when c.base = 0 then 'not_applicable'
            else 'reported'
        end as base_status_code
    from point as t
    inner join place as p on p.area_id = t.area_id
    inner join network_base as b on b.network_code = t.network_code and b.city_area_id = p.city_area_id
    left join area_base as c on c.area_id = t.area_id and c.base_code = b.base_code
    where not b.is_printed or c.base is not null
),
judged as (
    select
        based.*,
        case
            when base_status_code = 'not_applicable' then 'not_applicable'
            when built_status_code <> 'reported' then built_status_code
            when base_status_code = 'undecided' then 'not_applicable'
            else base_status_code
        end as status_code
    from based
),
rated as (
    select
        judged.*,
        case when status_code = 'reported' then built / base end as rate,
        case when status_code = 'reported' then built_low / base end as rate_low,
        case when status_code = 'reported' then built_high / base end as rate_high
    from judged
),
alone as (
    -- How many places at least have none, as a place itself tells. More built than places means that some have two, one for
    -- several that none need be blank: neither can be told.
    select
        r.*,
        p.level_code,
        p.parent_area_id,
        p.city_area_id,
        case when r.rate_high <= 1 and not coalesce(n.is_shared, false) then r.base - r.built_high end as blank
    from rated as r
    inner join place as p on p.area_id = r.area_id
    inner join network as n on n.network_code = r.network_code and n.city_area_id = p.city_area_id
),
of_townships as (
    select
        parent_area_id as area_id,
        network_code,
        as_of_on,
        base_code,
        origin_code,
        sum(cast(floor(blank * 10000 + 0.5) as double)) / 10000 as blank
    from alone
    where level_code = 'township'
    group by parent_area_id, network_code, as_of_on, base_code, origin_code
),
of_units as (
    select
        a.city_area_id as area_id,
        a.network_code,
        a.as_of_on,
        a.base_code,
        a.origin_code,
        sum(cast(floor(greatest(a.blank, t.blank) * 10000 + 0.5) as double)) / 10000 as blank
    from alone as a
    left join of_townships as t
        on t.area_id = a.area_id
        and t.network_code = a.network_code
        and t.as_of_on = a.as_of_on
        and t.base_code = a.base_code
        and t.origin_code = a.origin_code
    where a.level_code = 'unit'
    group by a.city_area_id, a.network_code, a.as_of_on, a.base_code, a.origin_code
),
below as (
    select * from of_townships
    union all
    select * from of_units
)
select
    cast(r.area_id as varchar) as area_id,
    cast(r.network_code as varchar) as network_code,
    cast(r.as_of_on as date) as as_of_on,
    cast(r.as_of_precision as varchar) as as_of_precision,
    cast(r.base_code as varchar) as base_code,
    cast(r.origin_code as varchar) as origin_code,
    -- Of months the newest of which any place of the city gave a figure: one that is only due hides none before it.
    cast(
        r.as_of_on = coalesce(
            max(case when r.origin_code = 'document' or r.as_of_on <= g.as_of_on then r.as_of_on end) over same_series,
            max(r.as_of_on) over same_series
        ) as boolean
    ) as is_latest,
    cast(r.is_usual_base as boolean) as is_usual_base,
    cast(r.built as double) as built,
    cast(r.operating as double) as operating,
    cast(case when r.base > 0 then r.base end as double) as base,
    cast(case when r.base > 0 then r.base_year end as integer) as base_year,
    cast(r.rate as double) as rate,
    cast(r.rate_low as double) as rate_low,
    cast(r.rate_high as double) as rate_high,
    -- what stands beyond the places of one part covers no blank of another
    cast(case when r.built is not null then greatest(r.blank, b.blank) end as double) as blank,
    cast(r.status_code as varchar) as status_code,
    cast(
        nullif(
            replace(
                concat_ws(
                    '；',
                    r.point_note_zh,
                    r.base_note_zh,
                    case when r.base = 0 then '辖区内没有此类底数' end,
                    case when r.base is null and r.base_status_code = 'not_applicable'
                        then '没有统计用区划代码，无从计底数' end,
                    case when r.rate_low > 1 then coalesce(r.over_100_zh, i.over_100_zh) end
                ),
                '。；',
                '；'
            ),
            ''
        ) as varchar
    ) as note_zh,
    cast(r.value_as_written as varchar) as built_as_written,
    cast(r.source_id as varchar) as built_source_id,
    cast(r.figure_id as varchar) as figure_id,
    cast(r.base_source_id as varchar) as base_source_id,
    cast(n.built_indicator as varchar) as indicator_code,
    cast(n.group_code as varchar) as group_code,
    cast(r.sort_order as integer) as sort_order
from alone as r
inner join place as p on p.area_id = r.area_id
inner join network as n on n.network_code = r.network_code and n.city_area_id = p.city_area_id
left join below as b
    on b.area_id = r.area_id
    and b.network_code = r.network_code
    and b.as_of_on = r.as_of_on
    and b.base_code = r.base_code
    and b.origin_code = r.origin_code
left join meta.indicator as i on i.indicator_code = n.rate_indicator
left join given as g on g.city_area_id = p.city_area_id and g.network_code = r.network_code
window same_series as (partition by r.area_id, r.network_code, r.origin_code)
