"""Two areas side by side, through the comparability gate."""

from warehouse.errors import CatalogError
from warehouse.home import REFRESH_COMMANDS
from warehouse.read import Answer, Release

RELATION = "mart.city_comparison"
_DECLARED_PAIRS = "meta.comparison_pair"
_ASKED_PAIR = "(select cast($area_a as varchar) as area_a, cast($area_b as varchar) as area_b)"

_LABELLED = """
select
    c.*,
    c.area_a || '|' || c.area_b || '|' || c.item_code as row_key,
    b.label_zh as basis_label_zh,
    coalesce(
        case when ia.kind_code = 'ratio' and ia.unit_zh = c.unit_zh then ia.smallest_difference end,
        case when c.unit_zh = '%' then 0.01 when c.basis_code = 'per_10000' then 5 * power(10, -c.decimals) else 1 end
    ) as smallest_difference,
    ia.label_zh as indicator_label_a_zh,
    ib.label_zh as indicator_label_b_zh,
    sa.title_zh as source_title_a_zh,
    sa.number_zh as source_number_a_zh,
    sb.title_zh as source_title_b_zh,
    sb.number_zh as source_number_b_zh,
    pa.short_name_zh as name_a_zh,
    pb.short_name_zh as name_b_zh
from ({comparison}) as c
inner join core.dim_area as pa on pa.area_id = c.area_a
inner join core.dim_area as pb on pb.area_id = c.area_b
left join meta.code as b on b.code_set = 'basis_code' and b.code = c.basis_code
left join meta.indicator as ia on ia.indicator_code = c.indicator_a
left join meta.indicator as ib on ib.indicator_code = c.indicator_b
left join meta.source as sa on sa.source_id = c.source_a
left join meta.source as sb on sb.source_id = c.source_b
order by c.sort_order
"""


def pairs(release: Release) -> Answer:
    """The pairs computed with the release: area_a, area_b."""
    return release.rows("select area_a, area_b from meta.comparison_pair order by area_a, area_b")


def compare(release: Release, *, area_a: str, area_b: str) -> Answer:
    """All comparison items of two areas, in declared order; any two cities or counties of the census.

    `comparable` says whether both values may share a ratio, an axis or a rank; `reason_zh` says why not, or what to
    bear in mind; `badge_zh` is the short of it. A value only one side publishes stands alone, the other is null.
    `smallest_difference` is what a difference of the two must reach to be told, in the unit of the values.
    `relation_a`/`row_key_a` (and `_b`) lead to the receipt of each value. Empty when neither area is known.

    Pairs that were not declared are computed by the very statement that made the relation, as the release keeps it.

    Raises:
        CatalogError: the release holds no statement for the relation, so it was not built by this program.
    """
    parameters = {"area_a": area_a, "area_b": area_b}
    declared = release.rows(
        f"select 1 from {_DECLARED_PAIRS} where area_a = $area_a and area_b = $area_b", parameters
    ).frame
    if not declared.is_empty():
        kept = f"select * from {RELATION} where area_a = $area_a and area_b = $area_b"
        return release.rows(_LABELLED.format(comparison=kept), parameters)
    return release.rows(_LABELLED.format(comparison=_statement(release)), parameters)


def _statement(release: Release) -> str:
    """The statement of the relation, asked for one pair in place of the declared ones."""
    kept = release.rows("select sql_text from meta.relation where relation = $relation", {"relation": RELATION}).frame
    text = kept["sql_text"][0] if kept.height else None
    if not text or text.count(_DECLARED_PAIRS) != 1:
        raise CatalogError(
            f"批次 {release.release_id}：meta.relation 中 {RELATION} 的 SQL 不取自 {_DECLARED_PAIRS}，"
            f"不能对比其他地区。请运行 {REFRESH_COMMANDS[release.kind_code]} 重建"
        )
    return text.replace(_DECLARED_PAIRS, _ASKED_PAIR)
