"""Rules between declarations: what no single table can show to be wrong. Each notes every offender it finds."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

from warehouse.catalog.judgements import all_records, check_references
from warehouse.catalog.model import POLARS_TYPES, Catalog, Indicator
from warehouse.catalog.problems import Problems

LAYERS = ("core", "mart", "meta")
SIX = 6
"""Digits of an official code of a place."""
PARENT_LEVELS = {"nation": (None,), "province": ("nation",), "city": ("province",), "unit": ("city",)}


def check(catalog: Catalog, problems: Problems) -> None:
    """Note every rule a declaration breaks together with others."""
    for rule in RULES:
        rule(catalog, problems)


def _codes_are_known(catalog: Catalog, problems: Problems) -> None:
    sections = (
        ("indicators.toml", catalog.indicators),
        ("groups.toml", catalog.groups),
        ("targets.toml", catalog.targets),
        ("networks.toml", {f"bases.{code}": base for code, base in catalog.bases.items()}),
    )
    for file, records in sections:
        for name, record in records.items():
            _check_codes(record, file, name, catalog, problems)
    for code, area in catalog.areas.items():
        _check_codes(area, *catalog.place_of(code), catalog, problems)
    for key, standard in catalog.allowance_standards.items():
        _check_codes(standard, catalog.place_of(standard.area_id)[0], key, catalog, problems)
    for name, group in catalog.groups.items():
        for distinction in group.not_with:
            _check_codes(distinction, "groups.toml", f"{name}.not_with", catalog, problems)
    for file, name, record in all_records(catalog.judgements):
        _check_codes(record, file, name, catalog, problems)


def _check_codes(record: Any, file: str, table: str, catalog: Catalog, problems: Problems) -> None:
    for field in dataclasses.fields(record):
        code_set = field.metadata.get("codes")
        value = getattr(record, field.name)
        if not code_set or value is None:
            continue
        known = catalog.codes.get(code_set, {})
        name = field.metadata.get("name") or field.name
        for code in value if isinstance(value, tuple) else (value,):
            if code not in known:
                fact = f"{code!r} 不在 codes.toml 的 {code_set} 中"
                problems.add(file, table, name, fact, f"可用：{'、'.join(known) or '（此代码类别尚未登记）'}")


def _ratios_are_whole(catalog: Catalog, problems: Problems) -> None:
    for code, indicator in catalog.indicators.items():
        if indicator.kind_code == "ratio":
            _check_ratio(code, indicator, problems)
            continue
        for name in ("numerator", "denominator", "scale"):
            if getattr(indicator, name) is not None:
                fact = f"只有比率才有 {name}，此指标类型是 {indicator.kind_code}"
                problems.add("indicators.toml", code, name, fact, "请删去，或把 kind_code 改为 ratio")


def _check_ratio(code: str, indicator: Indicator, problems: Problems) -> None:
    file = "indicators.toml"
    meanings = {"numerator": "分子指标", "denominator": "分母指标", "scale": "倍数"}
    for name, meaning in meanings.items():
        if getattr(indicator, name) is None:
            problems.add(file, code, name, f"比率缺少{meaning}", "请补写；没有它就不能复算，也不能发布")
    if indicator.scale is not None and indicator.scale <= 0:
        problems.add(file, code, "scale", f"倍数应大于0，现为 {indicator.scale}", "请写 1、1000 或 10000")
    if indicator.unit_zh != "%":
        return
    if indicator.scale not in (None, 1.0):
        problems.add(file, code, "scale", "单位为 % 的比率存为小数，倍数应为 1", "请改为 1")
    if (indicator.valid_max == 1.0) == (indicator.over_100_zh is not None):
        problems.add(
            file,
            code,
            "over_100_zh",
            "单位为 % 的比率要么不可能大于100%（valid_max = 1），要么须说明大于100%时怎么解释，二者必居其一",
            "请补写 over_100_zh，或把 valid_max 写为 1",
        )


def _references_lead_somewhere(catalog: Catalog, problems: Problems) -> None:
    indicators, groups, areas = catalog.indicators, catalog.groups, catalog.areas
    wanted: list[tuple[str, str, str, str | None, Mapping[str, Any], str]] = []
    for code, indicator in indicators.items():
        file = "indicators.toml"
        wanted.append((file, code, "numerator", indicator.numerator, indicators, "指标目录"))
        wanted.append((file, code, "denominator", indicator.denominator, indicators, "指标目录"))
        wanted.append((file, code, "group_code", indicator.group_code, groups, "口径组"))
        wanted.append((file, code, "variant_of", indicator.variant_of, indicators, "指标目录"))
    for code, group in groups.items():
        for other in group.not_with:
            wanted.append(("groups.toml", code, "not_with.group", other.group_code, groups, "口径组"))
    for code, area in areas.items():
        wanted.append((*catalog.place_of(code), "parent", area.parent_area_id, areas, "区域"))
    for code, target in catalog.targets.items():
        wanted.append(("targets.toml", code, "indicator", target.indicator_code, indicators, "指标目录"))
        wanted.append(("targets.toml", code, "area_id", target.area_id, areas, "区域"))
    for code, city in catalog.city_declarations.items():
        file = catalog.place_of(code)[0]
        wanted.extend(
            (file, "city", "networks", network, catalog.networks, "服务网络") for network in city.network_codes
        )
    for code, network in catalog.networks.items():
        table = f"networks.{code}"
        for name in ("built_indicator", "operating_indicator", "rate_indicator"):
            wanted.append(("networks.toml", table, name, getattr(network, name), indicators, "指标目录"))
        wanted.extend(
            ("networks.toml", table, "base_codes", base, catalog.bases, "底数") for base in network.base_codes
        )
    for file, table, name, value, known, what in wanted:
        if value is not None and value not in known:
            problems.add(file, table, name, f"{what}中没有 {value!r}", "请核对拼写，或先登记它", undeclared=value)


def _every_rate_has_its_projected_twin(catalog: Catalog, problems: Problems) -> None:
    """Whoever changes the base changes every rate on it: a rate left behind would stay on the census unnoticed."""
    file, indicators = "indicators.toml", catalog.indicators
    twins = {one.variant_of: code for code, one in indicators.items() if one.variant_of}
    same = ("numerator", "scale", "unit_zh", "timing_code", "polarity_code", "decimals", "group_code")
    for code, indicator in indicators.items():
        if indicator.kind_code != "ratio":
            continue
        if indicator.denominator in twins and code not in twins:
            fact = f"分母 {indicator.denominator} 有推算数 {twins[indicator.denominator]}，此比率却没有换底数的一份"
            problems.add(file, code, "variant_of", fact, f"请补写一节，写明 variant_of = {code!r}")
        origin = indicators.get(indicator.variant_of or "")
        if origin is None:
            continue
        differing = [name for name in same if getattr(indicator, name) != getattr(origin, name)]
        if twins.get(origin.denominator or "") != indicator.denominator:
            differing.append("denominator")
        for name in differing:
            fact = f"换底数的指标只应换分母，{name} 却与 {indicator.variant_of} 不同"
            problems.add(file, code, name, fact, "请改为相同")


def _no_indicator_stands_on_itself(catalog: Catalog, problems: Problems) -> None:
    edges = {
        code: [part for part in (indicator.numerator, indicator.denominator) if part in catalog.indicators]
        for code, indicator in catalog.indicators.items()
    }
    for cycle in _cycles(edges):
        path = " → ".join([*cycle, cycle[0]])
        problems.add(
            "indicators.toml", cycle[0], "numerator/denominator", f"分子分母绕成了圈：{path}", "请改为可直接报送的指标"
        )


def _key_indicators_have_an_order(catalog: Catalog, problems: Problems) -> None:
    """Two indicators in one place of the overview would leave it to chance which stands first."""
    owners: dict[int, str] = {}
    for code, indicator in catalog.indicators.items():
        if indicator.key_order is None:
            continue
        other = owners.setdefault(indicator.key_order, code)
        if other != code:
            fact = f"总览中的次序 {indicator.key_order} 已给了 {other}"
            problems.add("indicators.toml", code, "key_order", fact, "请换一个次序")
        if indicator.kind_code == "qualitative":
            problems.add("indicators.toml", code, "key_order", "定性指标没有数，不能上总览", "请删去 key_order")


def _areas_form_a_tree(catalog: Catalog, problems: Problems) -> None:
    areas = catalog.areas
    edges = {code: [area.parent_area_id] for code, area in areas.items() if area.parent_area_id in areas}
    for cycle in _cycles({code: edges.get(code, []) for code in areas}):
        problems.add(
            *catalog.place_of(cycle[0]), "parent", f"上级绕成了圈：{' → '.join([*cycle, cycle[0]])}", "请改正上级"
        )
    for code, area in areas.items():
        parent = areas.get(area.parent_area_id) if area.parent_area_id else None
        allowed = PARENT_LEVELS.get(area.level_code)
        if allowed is not None and (parent.level_code if parent else None) not in allowed:
            fact = f"层级 {area.level_code} 的上级不能是 {area.parent_area_id or '空'}"
            problems.add(*catalog.place_of(code), "parent", fact, "请改为上一层级的区域")
    for name, meaning in (("adcode", "行政区划代码"), ("stat_code", "统计用区划代码")):
        values = Counter(getattr(area, name) for area in areas.values() if getattr(area, name))
        for code, area in areas.items():
            written = getattr(area, name)
            if written and not (written.isascii() and written.isdecimal() and len(written) == SIX):
                problems.add(
                    *catalog.place_of(code), name, f"{meaning} {written} 不是六位数字", "请照民政部、统计局公布的改正"
                )
            if values.get(getattr(area, name), 0) > 1:
                problems.add(
                    *catalog.place_of(code), name, f"{meaning} {getattr(area, name)} 写给了多个区域", "请只留一个"
                )


def _a_city_declares_itself(catalog: Catalog, problems: Problems) -> None:
    """A folder is a city, its name the area id, with its units in it; areas.toml holds what is above the cities."""
    for city in catalog.city_declarations:
        file = f"cities/{city}/city.toml"
        if city not in problems.broken and getattr(catalog.areas.get(city), "level_code", None) != "city":
            fact = f"文件夹名 {city} 应是本市的区域编号，其中没有层级为 city 的 [areas.{city}]"
            problems.add(file, "areas", "", fact, "请登记本市，或改文件夹名")
        elif not catalog.units(city):
            problems.add(file, "areas", "", "没有报送单位", "请登记至少一个层级为 unit 的区域")
    for code, area in catalog.areas.items():
        file, table = catalog.place_of(code)
        folder = file.split("/")[1] if "/" in file else None
        home = {"city": code, "unit": area.parent_area_id}.get(area.level_code, folder)
        if home != folder:
            fact = f"层级为 {area.level_code} 的区域应登记在 cities/{home}/city.toml"
            problems.add(file, table, "", fact, "请移到那个城市的文件夹")


def _aliases_are_exact(catalog: Catalog, problems: Problems) -> None:
    """Within one parent a name may mean one place only: 濮阳市 and 濮阳县 are told apart by the whole text."""
    owners: dict[tuple[str | None, str], str] = {}
    for code, area in catalog.areas.items():
        for alias in {area.name_zh, area.short_name_zh, *area.aliases}:
            other = owners.setdefault((area.parent_area_id, alias), code)
            if other != code:
                fact = f"“{alias}”在同一上级下已指 {other}"
                problems.add(*catalog.place_of(code), "aliases", fact, "请只留给一个区域，或改用更完整的名称")


def _tiles_do_not_overlap(catalog: Catalog, problems: Problems) -> None:
    taken: dict[tuple[str | None, int, int], str] = {}
    for code, area in catalog.areas.items():
        if (area.tile_row is None) != (area.tile_col is None):
            problems.add(*catalog.place_of(code), "tile_row", "瓦片的行号与列号须同时有或同时无", "请补写或删去")
        elif area.tile_row is not None and area.tile_col is not None:
            other = taken.setdefault((area.parent_area_id, area.tile_row, area.tile_col), code)
            if other != code:
                problems.add(*catalog.place_of(code), "tile_row", f"瓦片位置已被 {other} 占用", "请换一格")


def _units_say_whether_they_have_villages(catalog: Catalog, problems: Problems) -> None:
    """Without this a unit that has no village would show 0 % where nothing applies."""
    for code, area in catalog.areas.items():
        if area.level_code == "unit" and area.kind_code == "administrative" and area.has_villages is None:
            problems.add(*catalog.place_of(code), "has_villages", "县区须写明有无行政村", "请写 true 或 false")


def _targets_can_be_judged(catalog: Catalog, problems: Problems) -> None:
    readings = Counter(_sentence(target) for target in catalog.targets.values() if target.reading_of_id is None)
    for code, target in catalog.targets.items():
        if (target.comparator == "increase") != (target.value is None):
            fact = "定性目标（increase）没有数值，其余目标必须有数值"
            problems.add("targets.toml", code, "value", fact, "请补写 value，或把 comparator 改为 increase")
        if readings[_sentence(target)] > 1 and target.reading_of_id is None:
            fact = "同一句话登记了多个目标，除首个外须写明是谁的读法"
            problems.add("targets.toml", code, "reading_of", fact, "请补写 reading_of 与 reading_zh，或删去重复的一条")
        if target.reading_of_id is not None and target.reading_zh is None:
            problems.add("targets.toml", code, "reading_zh", "没有写明是哪种读法", "请补写 reading_zh")
        indicator = catalog.indicators.get(target.indicator_code)
        if (
            indicator is not None
            and target.value is not None
            and _measure(target.unit_zh) != _measure(indicator.unit_zh)
        ):
            fact = f"目标单位“{target.unit_zh}”与指标单位“{indicator.unit_zh}”不是同一种量"
            problems.add("targets.toml", code, "unit_zh", fact, "请换算为指标的单位")


def _targets_say_only_what_is_printed(catalog: Catalog, problems: Problems) -> None:
    """An attribute or a last day that no document prints is not ours to give; a reading names the target it reads."""
    file = "targets.toml"
    labels = catalog.codes.get("binding_code", {})
    for code, target in catalog.targets.items():
        label = labels.get(target.binding_code)
        if target.binding_code != "not_printed" and label is not None and label.label_zh not in target.quote:
            fact = f"原句没有印“{label.label_zh}”"
            problems.add(file, code, "binding", fact, "请写 not_printed，或把 quote 抄到印着属性的那一行")
        year = str(target.deadline_on.year) if target.deadline_on is not None else ""
        if target.deadline_quote is None and year not in target.quote:
            fact = f"原句没有印{year}年"
            problems.add(file, code, "deadline", fact, "请删去 deadline，或在 deadline_quote 写明印在哪里")
        if target.reading_of_id is not None:
            first = catalog.targets.get(target.reading_of_id)
            if first is None or first.reading_of_id is not None or first.quote != target.quote:
                fact = f"{target.reading_of_id!r} 不是同一句话的首个读法"
                problems.add(file, code, "reading_of", fact, "请写同一句话首个读法的目标编号")


def _measure(unit_zh: str) -> str:
    """The kind of quantity: documents print 1人 for 1人/千人, and count homes in 个, 所 or 家."""
    unit = unit_zh.split("/")[0]
    return "个" if unit in ("所", "家", "处") else unit


def _sentence(target: Any) -> tuple[str, str, str, str]:
    return target.source_id, target.quote, target.area_id, target.indicator_code


def _ranges_run_upwards(catalog: Catalog, problems: Problems) -> None:
    def order(file: str, table: str, low_name: str, low: Any, high_name: str, high: Any) -> None:
        if low is not None and high is not None and low > high:
            problems.add(file, table, low_name, f"{low_name} {low} 大于 {high_name} {high}", "请对调或改正")

    for code, indicator in catalog.indicators.items():
        order("indicators.toml", code, "valid_min", indicator.valid_min, "valid_max", indicator.valid_max)
    for code, area in catalog.areas.items():
        order(*catalog.place_of(code), "valid_from_on", area.valid_from_on, "valid_to_on", area.valid_to_on)
    for code, target in catalog.targets.items():
        order("targets.toml", code, "period_start", target.period_start_on, "deadline", target.deadline_on)
        order("targets.toml", code, "valid_from", target.valid_from_on, "valid_to", target.valid_to_on)


def _standards_follow_each_other(catalog: Catalog, problems: Problems) -> None:
    """Two amounts for one tier on one day would pay a person twice."""
    standards = sorted(catalog.allowance_standards.values(), key=lambda each: each.key)
    for earlier, later in pairwise(standards):
        same_tier = (earlier.area_id, earlier.age_tier_code) == (later.area_id, later.age_tier_code)
        if same_tier and (earlier.valid_to_on is None or earlier.valid_to_on >= later.valid_from_on):
            fact = f"与 {later.valid_from_on} 起的下一条标准时间重叠"
            problems.add(
                catalog.place_of(earlier.area_id)[0], earlier.key, "valid_to_on", fact, "请写为下一条生效日的前一日"
            )


def _groups_are_used(catalog: Catalog, problems: Problems) -> None:
    used = {indicator.group_code for indicator in catalog.indicators.values()}
    for code, group in catalog.groups.items():
        # An indicator that could not be taken may be the one that belongs here.
        if code not in used and not problems.broken:
            problems.add("groups.toml", code, "", "没有指标属于这个口径组", "请删去，或在指标中写 group_code")
        if (group.city_reason_code is None) != (group.city_reason_zh is None):
            problems.add("groups.toml", code, "city_reason_zh", "不可比的代码与理由须同时有", "请补写另一项")


def _persons_are_persons(catalog: Catalog, problems: Problems) -> None:
    for code, indicator in catalog.indicators.items():
        if indicator.is_sensitive_persons and (indicator.unit_zh != "人" or indicator.kind_code != "count"):
            fact = "只有以人为单位的数量才按人数小于5保密"
            problems.add("indicators.toml", code, "is_sensitive_persons", fact, "请写 false")


def _networks_have_bases(catalog: Catalog, problems: Problems) -> None:
    lists = [("bases", code, "division_codes", base.division_codes) for code, base in catalog.bases.items()]
    for code, network in catalog.networks.items():
        lists.append(("networks", code, "base_codes", network.base_codes))
    for section, code, name, values in lists:
        if not values:
            fact, remedy = "列表是空的", "请至少写一个；底数未定的网络写 none"
            problems.add("networks.toml", f"{section}.{code}", name, fact, remedy)
        for repeated in [value for value, count in Counter(values).items() if count > 1]:
            problems.add("networks.toml", f"{section}.{code}", name, f"{repeated} 写了两次", "请只留一个")


def _relations_are_well_formed(catalog: Catalog, problems: Problems) -> None:
    file = "relations.toml"
    for name, relation in catalog.relations.items():
        names = [column.name for column in relation.columns]
        if name.split(".")[0] not in LAYERS:
            problems.add(file, name, "", f"没有这一层，只有 {'、'.join(LAYERS)}", "请改名")
        for repeated in [column for column, count in Counter(names).items() if count > 1]:
            problems.add(file, name, "columns", f"列 {repeated} 写了两次", "请只留一行")
        for key in [column for column in relation.key if column not in names]:
            problems.add(file, name, "key", f"主键列 {key} 不在列中", "请补写该列或改正主键")
        if not relation.key:
            problems.add(file, name, "key", "没有主键", "请写明一行由哪些列确定")
        for column in relation.columns:
            if column.type not in POLARS_TYPES:
                fact = f"类型 {column.type} 不可用"
                problems.add(file, name, column.name, fact, f"可用：{'、'.join(POLARS_TYPES)}")
            if not column.comment_zh.strip():
                problems.add(file, name, column.name, "没有中文说明", "请补写")


def _cycles(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Each circle once, from its first member in declared order."""
    found: list[list[str]] = []
    done: set[str] = set()

    def walk(node: str, path: list[str]) -> None:
        if node in path:
            found.append(path[path.index(node) :])
        elif node not in done:
            for following in edges.get(node, ()):
                walk(following, [*path, node])
            done.add(node)

    for start in edges:
        walk(start, [])
    return found


RULES: tuple[Callable[[Catalog, Problems], None], ...] = (
    _codes_are_known,
    _ratios_are_whole,
    _references_lead_somewhere,
    _every_rate_has_its_projected_twin,
    _no_indicator_stands_on_itself,
    _key_indicators_have_an_order,
    _areas_form_a_tree,
    _a_city_declares_itself,
    _aliases_are_exact,
    _tiles_do_not_overlap,
    _units_say_whether_they_have_villages,
    _targets_can_be_judged,
    _targets_say_only_what_is_printed,
    _ranges_run_upwards,
    _standards_follow_each_other,
    _groups_are_used,
    _persons_are_persons,
    _networks_have_bases,
    check_references,
    _relations_are_well_formed,
)
