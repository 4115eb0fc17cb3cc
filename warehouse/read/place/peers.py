"""Which areas are like a given one, by a rule that is printed beside them; the same census gives the same peers."""

from warehouse.read import Answer, Release

PEER_COUNT = 8

# The rule as pages print it. `peers` below does exactly this; a test works it by hand.
RULE_ZH = (
    "同类怎样选：在全国同级、同类别（行政区与行政区比，功能区与功能区比）而不在本市的地方中，看三项："
    "60岁及以上人口（取常用对数）、城镇化率、老龄化率。各项减去同级同类别各地的平均数，再除以标准差，"
    "三项之差的平方和最小者为最相近；并列时按区域编号。都取2020年普查常住人口，不用任何养老服务数据"
)

_SIZED = """
select
    a.area_id,
    a.name_zh,
    a.short_name_zh,
    a.level_code,
    a.kind_code,
    a.city_area_id,
    a.parent_area_id,
    f.aged_60_plus,
    f.urban_share,
    f.ageing_rate,
    log10(f.aged_60_plus) as size
from mart.area_profile as f
inner join core.dim_area as a on a.area_id = f.area_id
where f.aged_60_plus > 0 and f.urban_share is not null and f.ageing_rate is not null
"""


def peers(release: Release, *, area_id: str, count: int = PEER_COUNT) -> Answer:
    """The `count` areas most like `area_id`, most alike first; rule in `RULE_ZH`.

    Columns: area_id, name_zh, short_name_zh, path_zh, position (1 = most alike), distance (in standard deviations),
    aged_60_plus (persons), urban_share, ageing_rate (fractions), candidates (how many were looked through).
    Empty for an area that is unknown or lacks one of the three figures.
    """
    return release.rows(
        f"""
        with sized as ({_SIZED}),
        here as (select * from sized where area_id = $area_id),
        field as (
            select s.*
            from sized as s
            inner join here as h on h.level_code = s.level_code and h.kind_code = s.kind_code
        ),
        scale as (
            -- in one order: threads add up in another each time, and the last digit of a distance would change
            select
                stddev_pop(size order by area_id) as size,
                stddev_pop(urban_share order by area_id) as urban_share,
                stddev_pop(ageing_rate order by area_id) as ageing_rate
            from field
        ),
        apart as (
            select
                f.*,
                sqrt(
                    power((f.size - h.size) / nullif(k.size, 0), 2)
                    + power((f.urban_share - h.urban_share) / nullif(k.urban_share, 0), 2)
                    + power((f.ageing_rate - h.ageing_rate) / nullif(k.ageing_rate, 0), 2)
                ) as distance
            from field as f
            cross join here as h
            cross join scale as k
            where f.area_id <> h.area_id and coalesce(f.city_area_id, '') <> coalesce(h.city_area_id, h.area_id)
        )
        select
            p.area_id,
            p.name_zh,
            p.short_name_zh,
            case when u.level_code in ('province', 'city') then u.name_zh || p.name_zh else p.name_zh end as path_zh,
            row_number() over (order by p.distance, p.area_id) as position,
            p.distance,
            p.aged_60_plus,
            p.urban_share,
            p.ageing_rate,
            count(*) over () as candidates
        from apart as p
        left join core.dim_area as u on u.area_id = p.parent_area_id
        where p.distance is not null
        order by p.distance, p.area_id
        limit $count
        """,
        {"area_id": area_id, "count": count},
    )
