"""What a release says about itself: indicators, groups, networks, codes, rules, as they stood when it was built."""

from warehouse.read import Answer, Release

_INDICATORS = """
select
    i.*,
    g.label_zh as group_label_zh,
    g.definition_zh as group_definition_zh,
    g.note_zh as group_note_zh,
    n.label_zh as numerator_label_zh,
    d.label_zh as denominator_label_zh,
    t.label_zh as timing_label_zh,
    p.label_zh as polarity_label_zh
from meta.indicator as i
left join meta.group as g on g.group_code = i.group_code
left join meta.indicator as n on n.indicator_code = i.numerator
left join meta.indicator as d on d.indicator_code = i.denominator
left join meta.code as t on t.code_set = 'timing_code' and t.code = i.timing_code
left join meta.code as p on p.code_set = 'polarity_code' and p.code = i.polarity_code
where
    (cast($topic_code as varchar) is null or i.topic_code = $topic_code)
    and (cast($indicator_code as varchar) is null or i.indicator_code = $indicator_code)
order by i.sort_order
"""


def indicators(release: Release, *, topic_code: str | None = None, indicator_code: str | None = None) -> Answer:
    """One row an indicator in catalogue order: label, definition, formula, unit, decimals, group, what 100 % means …

    Empty for a topic or a code that the release does not know.
    """
    return release.rows(_INDICATORS, {"topic_code": topic_code, "indicator_code": indicator_code})


def projected_twins(release: Release) -> dict[str, str]:
    """Rates and bases by 2020 census to their twin on projected population."""
    rows = release.rows("select variant_of, indicator_code from meta.indicator where variant_of is not null").frame
    return dict(rows.iter_rows())


def codes(release: Release, *, code_set: str) -> Answer:
    """One row a code of the set, in its order: code, label_zh, mark_zh."""
    return release.rows(
        "select code, label_zh, mark_zh from meta.code where code_set = $code_set order by sort_order",
        {"code_set": code_set},
    )


def code_labels(release: Release, *, code_set: str) -> dict[str, str]:
    """Code to its Chinese meaning, in its order; empty for a set that the release does not know."""
    rows = codes(release, code_set=code_set).frame
    return dict(zip(rows["code"], rows["label_zh"], strict=True))


def groups(release: Release) -> Answer:
    """One row a comparability group: label, definition, note, and why cities are not compared in it where that is so."""
    return release.rows("select * from meta.group order by group_code")


def networks(release: Release, *, city_area_id: str | None = None) -> Answer:
    """One row a network of a city, from county to village: label, tier, indicators, group, whether one may serve several places."""
    return release.rows(
        """
        select network_code, area_id as city_area_id, label_zh, tier_zh, built_indicator, operating_indicator,
            rate_indicator, group_code, is_shared, min(sort_order) as sort_order
        from meta.network
        where cast($city_area_id as varchar) is null or area_id = $city_area_id
        group by all
        order by sort_order, city_area_id
        """,
        {"city_area_id": city_area_id},
    )


def rule_text(release: Release, *, parameter_code: str) -> str:
    """A judging rule as pages print it, e.g. `outlook_rule`, `comparison_gate`, `pace_rule`.

    Empty where the release was made before the rule was declared: it was not judged by it.
    """
    rows = release.rows(
        "select text_zh from meta.parameter where parameter_code = $code", {"code": parameter_code}
    ).frame
    return "" if rows.is_empty() else rows["text_zh"][0]


def rule_titles(release: Release) -> dict[str, str]:
    """Rule code to what the rule finds: S2 to 入网人数超过老年人口."""
    rows = release.rows("select rule_code, title_zh from meta.rule order by rule_code").frame
    return dict(zip(rows["rule_code"], rows["title_zh"], strict=True))


def relations(release: Release) -> Answer:
    """One row a relation: name, label, grain, key, row count, SQL text where it is computed."""
    return release.rows("select * from meta.relation order by sort_order")


def columns(release: Release, *, relation: str) -> Answer:
    """One row a column of a relation in its order: name, type, Chinese comment."""
    return release.rows(
        "select * from meta.column where relation = $relation order by position", {"relation": relation}
    )
