"""Every way in which a declaration is refused, and that nothing is published from such a catalogue."""

import dataclasses
import re
import shutil
from pathlib import Path

import pytest

from warehouse.catalog import load_catalog
from warehouse.catalog.model import Indicator
from warehouse.errors import CatalogError

CITY = "cities/puyang/city.toml"
SHIPPED = Path(__file__).resolve().parents[2] / "warehouse" / "catalog"


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped declarations, to be spoilt."""
    copy = tmp_path / "catalog"
    copy.mkdir()
    for file in SHIPPED.rglob("*.toml"):
        target = copy / file.relative_to(SHIPPED)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    return copy


def change(folder: Path, file: str, table: str, old: str, new: str) -> None:
    """Replace `old`, which must stand in the table, by `new`; no other table is touched."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    start = text.index(f"[{table}]\n")
    following = re.search(r"^\[", text[start + 1 :], re.MULTILINE)
    end = start + 1 + following.start() if following else len(text)
    assert old in text[start:end]
    path.write_text(text[:start] + text[start:end].replace(old, new, 1) + text[end:], encoding="utf-8")


def without(folder: Path, file: str, table: str, field: str) -> None:
    """Delete the line of one field."""
    text = (folder / file).read_text(encoding="utf-8")
    line = re.search(rf"^{field} = .*\n", text[text.index(f"[{table}]\n") :], re.MULTILINE).group()
    change(folder, file, table, line, "")


def problems(folder: Path) -> tuple[str, ...]:
    with pytest.raises(CatalogError) as refused:
        load_catalog(folder)
    assert refused.value.exit_code == 3
    return refused.value.problems


# ---- what a definition must say before it is published ----

RATE = "village_home_coverage_rate"
DEFINING = (
    *("formula_zh", "numerator", "denominator", "unit_zh", "polarity_code", "definition_zh", "group_code"),
    *("owner_zh", "next_review_on"),
)


@pytest.mark.bar("DQ1")
@pytest.mark.parametrize("field", DEFINING)
def test_an_indicator_without_one_of_its_defining_fields_stops_the_refresh_before_anything_is_published(
    folder, fresh_home, monkeypatch, field
):
    from etl.refresh import refresh

    without(folder, "indicators.toml", RATE, field)
    monkeypatch.setattr("warehouse.catalog.load_catalog", lambda: load_catalog(folder))
    with pytest.raises(CatalogError, match=rf"indicators\.toml ［{RATE}］ {field}：.*缺少.*；请补写"):
        refresh(fresh_home)
    assert not list(fresh_home.releases.glob("*.duckdb")) and not (fresh_home.releases / "current").exists()


@pytest.mark.bar("DQ1")
@pytest.mark.parametrize("field", [field for field in DEFINING if field != "next_review_on"])
def test_a_blank_definition_is_as_bad_as_none(folder, field):
    written = getattr(load_catalog(folder).indicators[RATE], field)
    change(folder, "indicators.toml", RATE, f'{field} = "{written}"', f'{field} = "  "')
    assert any(f"［{RATE}］ {field}" in problem for problem in problems(folder))


@pytest.mark.bar("DQ1")
def test_an_indicator_cannot_be_made_in_code_without_its_definition_either(catalog):
    whole = dataclasses.asdict(catalog.indicators[RATE])
    required = [field.name for field in dataclasses.fields(Indicator) if field.default is dataclasses.MISSING]
    assert set(DEFINING) - {"numerator", "denominator"} <= set(required)
    for name in required:
        with pytest.raises(TypeError, match=name):
            Indicator(**{field: value for field, value in whole.items() if field != name})


# ---- fields ----


def test_an_unknown_field_is_refused_by_name_with_the_fields_there_are(folder):
    change(folder, "indicators.toml", "visited_count", "decimals = 0", 'decimals = 0\ncolour = "red"')
    (problem,) = problems(folder)
    assert problem.startswith("indicators.toml ［visited_count］ colour：没有这个字段；可用的字段：label_zh、")


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("decimals = 0", 'decimals = "0"', "整数"),
        ("decimals = 0", "decimals = true", "整数"),
        ("valid_min = 0", "valid_min = false", "数"),
        ("is_sensitive_persons = false", "is_sensitive_persons = 0", "true 或 false"),
        ("next_review_on = 2027-03-31", 'next_review_on = "2027-03-31"', "日期（如 2025-12-31）"),
        ("next_review_on = 2027-03-31", "next_review_on = 2027-03-31T00:00:00", "日期（如 2025-12-31）"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_with_the_kind_wanted(folder, old, new, wanted):
    change(folder, "indicators.toml", "visited_count", old, new)
    (problem,) = problems(folder)
    assert problem.endswith(f"请改写为{wanted}")


def test_all_problems_of_all_files_are_told_at_once(folder):
    without(folder, "indicators.toml", "visited_count", "label_zh")
    change(folder, "indicators.toml", RATE, 'numerator = "village_home_count"', 'numerator = "villages"')
    change(folder, "groups.toml", "village_home", "note_zh", "remark_zh")
    change(folder, CITY, "areas.hualong", 'parent = "puyang"', 'parent = "puyan"')
    without(folder, "networks.toml", "networks.village_home", "built_indicator")
    told = problems(folder)
    for place in (
        "indicators.toml ［visited_count］ label_zh",
        f"indicators.toml ［{RATE}］ numerator",
        "groups.toml ［village_home］ remark_zh",
        f"{CITY} ［areas.hualong］ parent",
        "networks.toml ［networks.village_home］ built_indicator",
    ):
        assert any(problem.startswith(place) for problem in told), place


def test_a_file_that_is_not_toml_and_a_table_written_twice_are_told_with_their_line(folder):
    text = (folder / "groups.toml").read_text(encoding="utf-8")
    (folder / "groups.toml").write_text(text + '\n[visit]\nlabel_zh = "又一次"\n', encoding="utf-8")
    (folder / "codes.toml").write_text("[level_code\n", encoding="utf-8")
    told = problems(folder)
    assert any(problem.startswith("groups.toml ［文件］：不是合格的 TOML") for problem in told)
    assert any(problem.startswith("codes.toml ［文件］：不是合格的 TOML") and "line 1" in problem for problem in told)


def test_a_missing_file_is_told_and_the_others_are_still_read(folder):
    (folder / "areas.toml").unlink()
    told = problems(folder)
    assert told[0].startswith("areas.toml ［文件］") and "没有这个文件" in told[0]


# ---- between declarations ----


@pytest.mark.parametrize(
    ("file", "table", "old", "new", "place", "fact"),
    [
        (
            *("indicators.toml", "care_bed_count", 'topic_code = "bed"', 'topic_code = "beds"'),
            *("［care_bed_count］ topic_code", "'beds' 不在 codes.toml 的 topic_code 中"),
        ),
        (
            *("indicators.toml", "care_bed_count", 'group_code = "care_bed_total"', 'group_code = "beds"'),
            *("［care_bed_count］ group_code", "口径组中没有 'beds'"),
        ),
        (
            *("indicators.toml", "occupancy_rate", 'denominator = "institution_bed_count"', 'denominator = "bed"'),
            *("［occupancy_rate］ denominator", "指标目录中没有 'bed'"),
        ),
        (
            *("indicators.toml", "occupancy_rate", "scale = 1", "scale = 0"),
            *("［occupancy_rate］ scale", "倍数应大于0"),
        ),
        (
            *("indicators.toml", "occupancy_rate", "scale = 1", "scale = 100"),
            *("［occupancy_rate］ scale", "存为小数"),
        ),
        (
            *("indicators.toml", "care_bed_count", 'kind_code = "count"', 'kind_code = "count"\nscale = 1'),
            *("［care_bed_count］ scale", "只有比率才有 scale"),
        ),
        (
            *("indicators.toml", "nursing_bed_share", "valid_min = 0", "valid_min = 2"),
            *("［nursing_bed_share］ valid_min", "大于 valid_max"),
        ),
        (
            *("indicators.toml", "allowance_paid_yuan", "is_sensitive_persons = false", "is_sensitive_persons = true"),
            *("［allowance_paid_yuan］ is_sensitive_persons", "只有以人为单位的数量"),
        ),
        (
            *("groups.toml", "training_person_times", 'group = "training_people"', 'group = "people"'),
            *("［training_person_times］ not_with.group", "口径组中没有 'people'"),
        ),
        (
            *("groups.toml", "allowance_scheme", 'city_reason_code = "policy_differs"', ""),
            *("［allowance_scheme］ city_reason_zh", "代码与理由须同时有"),
        ),
        (
            *(CITY, "areas.qingfeng", 'stat_code = "410922"', 'stat_code = "41O922"'),
            *("［areas.qingfeng］ stat_code", "41O922 不是六位数字"),
        ),
        (
            *(CITY, "areas.qingfeng", 'stat_code = "410922"', 'stat_code = "410923"'),
            *("［areas.qingfeng］ stat_code", "410923 写给了多个区域"),
        ),
        (CITY, "areas.qingfeng", 'parent = "puyang"', 'parent = "henan"', "［areas.qingfeng］ parent", "不能是 henan"),
        (CITY, "areas.qingfeng", "tile_row = 1", "tile_row = 0", "［areas.nanle］ tile_row", "已被 qingfeng 占用"),
        (CITY, "areas.qingfeng", "tile_row = 1\n", "", "［areas.qingfeng］ tile_row", "同时有或同时无"),
        (CITY, "areas.qingfeng", "has_villages = true\n", "", "［areas.qingfeng］ has_villages", "须写明有无行政村"),
        (
            *("networks.toml", "networks.township_home", 'base_codes = ["township"]', 'base_codes = ["towns"]'),
            *("［networks.township_home］ base_codes", "底数中没有 'towns'"),
        ),
        (
            *("networks.toml", "bases.street", 'division_codes = ["street"]', "division_codes = []"),
            *("［bases.street］ division_codes", "列表是空的"),
        ),
        (
            *("networks.toml", "bases.street", 'division_codes = ["street"]', 'division_codes = ["road"]'),
            *("［bases.street］ division_codes", "'road' 不在 codes.toml 的 division_code 中"),
        ),
        (
            "relations.toml",
            "core.fct_population",
            '"persons", "bigint"',
            '"persons", "int"',
            "persons",
            "类型 int 不可用",
        ),
        ("relations.toml", "core.fct_population", '"人数（人）"', '""', "persons", "没有中文说明"),
        ("relations.toml", "core.fct_population", 'key = ["area_id"', 'key = ["area"', "key", "主键列 area 不在列中"),
        (
            *("targets.toml", "puyang_plan_2025_care_beds", 'indicator = "care_bed_count"', 'indicator = "beds"'),
            *("［puyang_plan_2025_care_beds］ indicator", "指标目录中没有 'beds'"),
        ),
        (
            *("targets.toml", "puyang_plan_2025_care_beds", 'comparator = "eq"', 'comparator = "increase"'),
            *("［puyang_plan_2025_care_beds］ value", "定性目标（increase）没有数值"),
        ),
        (
            *("targets.toml", "puyang_plan_2025_care_beds", 'unit_zh = "张"', 'unit_zh = "万张"'),
            *("［puyang_plan_2025_care_beds］ unit_zh", "目标单位“万张”与指标单位“张”不是同一种量"),
        ),
        (
            *("targets.toml", "puyang_plan_2025_care_beds", "deadline = 2025-12-31", "deadline = 2015-12-31"),
            *("［puyang_plan_2025_care_beds］ period_start", "大于 deadline"),
        ),
    ],
)
def test_a_declaration_that_contradicts_another_is_refused_with_its_place(folder, file, table, old, new, place, fact):
    change(folder, file, table, old, new)
    assert any(place in problem and fact in problem for problem in problems(folder)), problems(folder)


def test_numerators_and_denominators_may_not_go_in_a_circle(folder):
    change(
        folder,
        "indicators.toml",
        "active_rate",
        'numerator = "active_person_count"',
        'numerator = "satisfaction_rate"',
    )
    change(
        folder,
        "indicators.toml",
        "satisfaction_rate",
        'denominator = "order_rated_count"',
        'denominator = "active_rate"',
    )
    (problem,) = problems(folder)
    assert "active_rate → satisfaction_rate → active_rate" in problem and "绕成了圈" in problem


def test_a_rate_without_its_twin_on_projected_population_is_told(folder):
    change(folder, "indicators.toml", "enrolment_rate_projected", 'variant_of = "enrolment_rate"', "")
    (problem,) = problems(folder)
    assert "［enrolment_rate］ variant_of" in problem
    assert "projected_population_aged_60_plus" in problem


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("decimals = 1", "decimals = 2", "decimals"),
        ('numerator = "enrolled_count"', 'numerator = "active_person_count"', "numerator"),
        (
            'denominator = "projected_population_aged_60_plus"',
            'denominator = "projected_population_aged_80_plus"',
            "denominator",
        ),
    ],
)
def test_a_twin_changes_its_base_and_nothing_else(folder, before, after, field):
    change(folder, "indicators.toml", "enrolment_rate_projected", before, after)
    assert any(f"［enrolment_rate_projected］ {field}" in problem for problem in problems(folder))


def test_a_percentage_either_cannot_exceed_100_or_says_how_to_read_it(folder):
    without(folder, "indicators.toml", "enrolment_rate", "over_100_zh")
    (problem,) = problems(folder)
    assert "［enrolment_rate］ over_100_zh" in problem and "大于100%时怎么解释" in problem


def test_one_name_means_one_area_below_one_parent(folder):
    change(folder, CITY, "areas.hualong", 'aliases = ["华龙"', 'aliases = ["濮阳县", "华龙"')
    (problem,) = problems(folder)
    assert "“濮阳县”在同一上级下已指 hualong" in problem


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[areas.puyang]\n", "[areas.elsewhere]\n", "文件夹名 puyang 应是本市的区域编号"),
        ('    "village_home",\n', '    "village_homes",\n', "服务网络中没有 'village_homes'"),
        ("[areas.hualong]\n", "[areas.henan]\n", "areas.henan］：areas.toml 已登记了它"),
        ("[[standard]]\n", "[[standards]]\n", "［standards］：没有这一节"),
        ("order = 1\n", "", "［city］ order：缺少字段"),
    ],
)
def test_a_city_folder_is_one_city_and_says_only_what_is_known(folder, old, new, told):
    path = folder / CITY
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert any(problem.startswith(CITY) and told in problem for problem in problems(folder))


def test_two_standards_may_not_be_in_force_on_one_day(folder):
    path = folder / CITY
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("valid_to_on = 2018-12-31", "valid_to_on = 2019-01-01"), encoding="utf-8")
    (problem,) = problems(folder)
    assert "［puyang|age_100_plus|2014-10-01］ valid_to_on" in problem and "时间重叠" in problem


def test_one_sentence_with_two_targets_is_one_target_with_two_readings(folder):
    second = load_catalog(folder).targets["puyang_plan_2025_platform_county_only"]
    change(folder, "targets.toml", second.target_id, f'reading_of = "{second.reading_of_id}"\n', "")
    found = problems(folder)
    assert len(found) == 2
    assert all("除首个外须写明是谁的读法" in problem for problem in found)


@pytest.mark.parametrize(
    ("target", "old", "new", "fact"),
    [
        ("puyang_plan_2025_regional_centre", 'binding = "not_printed"', 'binding = "binding"', "原句没有印“约束性”"),
        ("puyang_plan_lottery_care", "valid_from", "deadline = 2025-12-31\nvalid_from", "原句没有印2025年"),
        ("puyang_plan_training_per_year", 'reading_of = "puyang_plan_training_person_times"', 'reading_of = "puyang_2024_training"', "不是同一句话的首个读法"),
    ],
)  # fmt: skip
def test_what_no_document_prints_of_a_target_is_refused(folder, target, old, new, fact):
    change(folder, "targets.toml", target, old, new)
    assert any(f"［{target}］" in problem and fact in problem for problem in problems(folder))


def test_a_group_nobody_belongs_to_is_refused(folder):
    path = folder / "groups.toml"
    extra = '\n[nobody]\nlabel_zh = "无"\ndefinition_zh = "无"\n'
    path.write_text(path.read_text(encoding="utf-8") + extra, encoding="utf-8")
    (problem,) = problems(folder)
    assert "［nobody］：没有指标属于这个口径组" in problem


def test_two_indicators_in_one_place_of_the_overview_are_refused_and_so_is_one_without_a_number(folder):
    change(folder, "indicators.toml", "active_rate", "key_order = 8", "key_order = 1")
    change(folder, "indicators.toml", "enrolment_scale_of_care_majors", "decimals = 0", "decimals = 0\nkey_order = 9")
    twice, wordless = problems(folder)
    assert twice.startswith("indicators.toml ［active_rate］ key_order：总览中的次序 1 已给了 training_person_times")
    assert wordless.startswith("indicators.toml ［enrolment_scale_of_care_majors］ key_order：定性指标没有数")


def test_a_sheet_that_names_an_unknown_indicator_or_one_twice_is_refused(folder):
    path = folder / "sheet.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("nursing_bed_share", "active_rate").replace("occupancy_rate", "no_such_rate"))
    twice, unknown = problems(folder)
    assert twice.startswith("sheet.toml ［indicators］：active_rate 写了不止一次")
    assert unknown.startswith("sheet.toml ［indicators］：没有指标 no_such_rate")
