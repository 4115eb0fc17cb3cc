"""Reference tables: known numbers, places and their names, and every way in which a changed table is refused."""

import hashlib
import re
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl.reference import load_reference
from warehouse.errors import SourceError

SHIPPED = Path(__file__).resolve().parents[2] / "etl" / "reference"
CENSUS_ON = date(2020, 11, 1)


def coded_cities(catalog) -> list[str]:
    """The cities that reference tables can know."""
    return [city.area_id for city in catalog.cities() if city.stat_code]


@pytest.fixture(scope="module")
def frames(catalog):
    return load_reference(catalog)


@pytest.fixture(scope="module")
def areas(frames):
    return {row["area_id"]: row for row in frames["core.dim_area"].iter_rows(named=True)}


def census_of(frames):
    """The counted populations, without the projected ones."""
    return frames["core.fct_population"].filter(pl.col("base_code") == "resident")


def projected_of(frames):
    """The projected populations: (area, age band, month) to persons."""
    found = frames["core.fct_population"].filter(pl.col("base_code") == "resident_projection")
    return {row[:3]: row[3] for row in found.select("area_id", "age_band_code", "as_of_on", "persons").iter_rows()}


@pytest.fixture(scope="module")
def persons(frames):
    return {
        (area, band): count
        for area, band, count in census_of(frames).select("area_id", "age_band_code", "persons").iter_rows()
    }


@pytest.fixture(scope="module")
def counted(frames):
    return {
        (area, code): count
        for area, code, count in frames["core.fct_division_count"]
        .select("area_id", "division_code", "division_count")
        .iter_rows()
    }


@pytest.fixture(scope="module")
def called(frames):
    """(area above, name) to area."""
    return {(scope, name): area for scope, name, area in frames["core.dim_area_alias"].iter_rows()}


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped tables, to be spoilt."""
    copy = tmp_path / "reference"
    (copy / "tables").mkdir(parents=True)
    for file in (*SHIPPED.glob("*.toml"), *SHIPPED.glob("tables/*.csv")):
        shutil.copy(file, copy / file.relative_to(SHIPPED))
    return copy


def change(folder: Path, file: str, old: str, new: str, *, sign: bool = True) -> None:
    """Replace `old` by `new` in a table, and register the new contents unless the change is to go unnoticed."""
    path = folder / "tables" / file
    before = path.read_bytes()
    assert old.encode() in before
    path.write_bytes(before.replace(old.encode(), new.encode(), 1))
    if sign:
        register(folder, before, path.read_bytes())


def register(folder: Path, before: bytes, after: bytes) -> None:
    sources = folder / "sources.toml"
    text = sources.read_text(encoding="utf-8")
    old, new = (hashlib.sha256(content).hexdigest() for content in (before, after))
    assert old in text
    sources.write_text(text.replace(old, new), encoding="utf-8")


def problems(catalog, folder: Path) -> tuple[str, ...]:
    with pytest.raises(SourceError) as refused:
        load_reference(catalog, folder)
    assert refused.value.exit_code == 4
    return refused.value.problems


# ---- known numbers ----


def test_populations_are_those_of_the_census(persons):
    # 2020 census: 濮阳 aged 60+ 666,648, 80+ 76,754; 抚顺 aged 60+ 563,224; nation 1,409,778,724.
    assert persons["puyang", "60_plus"] == 666_648
    assert persons["puyang", "80_plus"] == 76_754
    assert persons["puyang", "total"] == 3_772_088
    assert persons["fushun", "60_plus"] == 563_224
    assert persons["nation", "total"] == 1_409_778_724


@pytest.mark.parametrize("band", ["total", "0_14", "15_59", "60_plus", "65_plus", "80_plus", "85_plus"])
def test_units_sum_to_their_city_in_every_band(catalog, persons, band):
    for city in coded_cities(catalog):
        parts = [persons[unit.area_id, band] for unit in catalog.units(city) if unit.stat_code]
        assert sum(parts) == persons[city, band], city


def test_every_county_level_unit_of_the_census_has_a_total_and_all_but_four_have_ages(frames, areas):
    population = census_of(frames).filter(
        pl.col("area_id").replace_strict({key: row["level_code"] for key, row in areas.items()}) == "unit"
    )
    bands = population.group_by("area_id").agg("age_band_code")
    assert bands.height == 2_985
    only_total = bands.filter(pl.col("age_band_code").list.len() == 1)["area_id"].to_list()
    assert {areas[area]["name_zh"] for area in only_total} == {
        *("东营港经济开发区", "南沙群岛", "中沙群岛的岛礁及其海域", "达孜工业园区"),
    }
    assert all("年龄数不全" in areas[area]["note_zh"] for area in only_total)
    assert set(bands["age_band_code"].list.len()) == {1, 7}
    assert set(census_of(frames)["as_of_on"]) == {CENSUS_ON}
    assert set(frames["core.fct_population"]["base_code"]) == {"resident", "resident_projection"}


def test_the_projection_runs_from_the_census_through_its_points_and_is_a_base_of_its_own(frames, persons):
    projected = projected_of(frames)
    # 华龙区 60+: census 85,782; declared points 2023-07 94,420, 2025-07 100,204, 2026-10 106,094.
    for month, count in ((date(2023, 7, 1), 94_420), (date(2025, 7, 1), 100_204), (date(2026, 10, 1), 106_094)):
        assert projected["hualong", "60_plus", month] == count
    # 32 months from 2020-11 to 2023-07: the first step is (94,420 − 85,782) / 32 = 269.9, so 86,052 in 2020-12.
    assert projected["hualong", "60_plus", date(2020, 12, 1)] == 86_052
    # 24 months from 2023-07 to 2025-07, 11 of them by 2024-06: 94,420 + 5,784 × 11 / 24 = 97,071.
    assert projected["hualong", "60_plus", date(2024, 6, 1)] == 97_071
    assert ("hualong", "60_plus", date(2026, 11, 1)) not in projected
    assert ("hualong", "60_plus", CENSUS_ON) not in projected
    # Those aged 80 and over have no point of 2023-07: a straight line from 9,527 to 13,067 over 56 months.
    assert projected["hualong", "80_plus", date(2023, 7, 1)] == 9_527 + round(3_540 * 32 / 56)
    assert projected["hualong", "80_plus", date(2025, 7, 1)] == 13_067
    # Nobody projects 65+, nor the zone whose people the census counts elsewhere.
    assert {band for _, band, _ in projected} == {"60_plus", "80_plus"}
    assert "puyang_demo_zone" not in {area for area, _, _ in projected}


def test_a_projected_city_is_the_sum_of_its_units_within_a_person_of_the_declared_total(catalog, frames):
    projected = projected_of(frames)
    # The units of 濮阳 sum to 751,579 where the city apart was rounded to 751,578; of 抚顺 to 653,822.
    for city, declared in (("puyang", 751_578), ("fushun", 653_822)):
        month = date(2025, 7, 1)
        parts = [projected[unit.area_id, "60_plus", month] for unit in catalog.units(city) if unit.stat_code]
        assert projected[city, "60_plus", month] == sum(parts)
        assert abs(sum(parts) - declared) <= 1


def test_divisions_are_those_of_2021(frames, counted):
    # 濮阳: 14 streets + 5 county seats, 44 towns + 31 rural townships, 312 residents' committees + 18 alike.
    assert counted["puyang", "villagers_committee"] == 2_871
    assert counted["puyang", "residents_committee"] == 312
    assert counted["puyang", "residents_committee_like"] == 18
    assert counted["puyang", "street"] + counted["puyang", "county_seat"] == 19
    assert counted["puyang", "town"] + counted["puyang", "rural_township"] == 75
    assert counted["puyang", "county_unit"] == 6
    assert counted["fushun", "villagers_committee"] == 611
    assert counted["fushun", "residents_committee"] == 317
    assert counted["fushun", "street"] == 25
    # The code tables give 47 where the document of 抚顺 says 46.
    assert counted["fushun", "town"] + counted["fushun", "rural_township"] == 47
    assert ("fushun", "county_seat") not in counted
    assert set(frames["core.fct_division_count"]["year"]) == {2021}


def test_division_counts_of_a_city_are_the_sum_of_its_units_and_these_of_their_townships(frames, catalog, counted):
    for city in coded_cities(catalog):
        codes = frames["core.fct_division_count"].filter(area_id=city)["division_code"].to_list()
        units = [unit.area_id for unit in catalog.units(city) if unit.stat_code]
        assert len(codes) >= 8
        for code in codes:
            assert sum(counted[unit, code] for unit in units) == counted[city, code], code
        townships = frames["core.dim_area"].filter(level_code="township", city_area_id=city)["area_id"]
        for code in (
            "residents_committee",
            "residents_committee_like",
            "villagers_committee",
            "villagers_committee_like",
        ):
            assert sum(counted[township, code] for township in townships) == counted[city, code], code


def test_a_unit_without_villages_says_zero_and_not_nothing(areas, counted):
    assert counted["puyang_industrial", "villagers_committee"] == 0
    assert areas["puyang_industrial"]["has_villages"] is False
    for unit in ("hualong", "puyang_etdz", "xinfu"):
        assert areas[unit]["has_villages"] is (counted[unit, "villagers_committee"] > 0)


def test_the_zone_without_a_code_reports_but_has_no_figure_of_any_table(areas, persons, counted):
    assert areas["puyang_demo_zone"]["is_reporting"]
    assert not [key for key in (*persons, *counted) if key[0] == "puyang_demo_zone"]


# ---- places ----


def test_every_level_is_there(frames):
    levels = dict(frames["core.dim_area"].group_by("level_code").len().iter_rows())
    # 2,985 of the census + 示范区 + 68 codes of 2023 (71 less 东莞, 中山, 儋州, which stand as cities already).
    assert levels == {"nation": 1, "province": 31, "city": 338, "unit": 2_985 + 1 + 68, "township": 161}
    names = set(frames["core.dim_area"]["name_zh"])
    assert not names & {"省直辖县级行政区划", "自治区直辖县级行政区划", "市辖区", "县"}


def test_every_area_but_the_nation_stands_below_another_of_the_level_above(areas):
    above = {"province": {"nation"}, "city": {"province"}, "unit": {"city", "province"}, "township": {"unit"}}
    for row in areas.values():
        if row["level_code"] != "nation":
            assert areas[row["parent_area_id"]]["level_code"] in above[row["level_code"]], row["area_id"]
        if row["level_code"] == "unit":
            in_city = areas[row["parent_area_id"]]["level_code"] == "city"
            assert row["city_area_id"] == (row["parent_area_id"] if in_city else None)
    assert areas["puyang"]["city_area_id"] == "puyang"
    assert areas["cn-419001"]["name_zh"] == "济源市" and areas["cn-419001"]["parent_area_id"] == "henan"


def test_a_unit_whose_printed_code_belongs_nowhere_stands_below_the_city_of_its_name(areas):
    assert areas["cn-170971"]["name_zh"] == "五台山风景名胜区"
    assert areas[areas["cn-170971"]["parent_area_id"]]["name_zh"] == "忻州市"


def test_zones_have_a_statistical_code_only_and_units_without_code_an_id_of_their_own(areas):
    zones = [row for row in areas.values() if row["kind_code"] == "functional_zone"]
    assert len(zones) > 100 and all(row["adcode"] is None for row in zones)
    assert all(re.fullmatch(r"\d{4}7\d|\d{6}", row["stat_code"]) for row in zones if row["stat_code"])
    uncoded = [row for key, row in areas.items() if key.startswith("cn-row")]
    # 45 rows without a code, of which three only add up counties directly under a province.
    assert len(uncoded) == 42 and all(row["stat_code"] is None for row in uncoded)
    islands = [row["name_zh"] for row in uncoded if row["kind_code"] == "administrative"]
    assert all("没有代码" in row["note_zh"] for row in uncoded)
    assert areas["cn-441900"]["note_zh"] == "东莞市不设区县"
    assert islands == ["西沙群岛", "南沙群岛", "中沙群岛的岛礁及其海域"]


def test_codes_that_changed_are_told_apart_by_their_dates_and_figures_stay_with_the_old(areas, persons):
    gone = {key for key, row in areas.items() if row["valid_to_on"]}
    new = {key for key, row in areas.items() if row["valid_from_on"]}
    # 36 codes and 35 units without code are succeeded in 2023 by 68 codes (and 嘉峪关 has one of its own).
    assert (len(gone), len(new)) == (36 + 35, 68) and not gone & new
    assert {areas[key]["valid_to_on"] for key in gone} == {date(2023, 6, 29)}
    assert {areas[key]["valid_from_on"] for key in new} == {date(2023, 6, 30)}
    assert all((key, "total") in persons for key in gone)
    assert not [key for key in new if (key, "total") in persons]
    # 三元区: 350403 with the census, 350404 since it took in 梅列区.
    assert {"cn-350403"} <= gone and {"cn-350404"} <= new


def test_a_unit_renamed_under_its_code_stays_one_area_and_answers_to_both_names(areas, called):
    assert areas["cn-520204"]["name_zh"] == "水城区"
    assert areas["cn-520204"]["note_zh"] == "2020年普查时名为水城县"
    city = areas["cn-520204"]["parent_area_id"]
    assert called[city, "水城县"] == called[city, "水城区"] == "cn-520204"


def test_a_township_is_one_of_its_kind(frames, areas, counted):
    kinds = ("street", "town", "rural_township")
    townships = [key for key, row in areas.items() if row["level_code"] == "township"]
    assert all(sum(counted[key, kind] for kind in kinds) == 1 for key in townships)
    # 濮阳: 14 streets, 44 towns and 31 rural townships, as its units together.
    for kind, count in (("street", 14), ("town", 44), ("rural_township", 31)):
        assert sum(counted[key, kind] for key in townships if areas[key]["city_area_id"] == "puyang") == count
        assert counted["puyang", kind] == count


# ---- names ----


def test_a_name_is_matched_whole_and_below_its_own_parent(called):
    assert called["puyang", "濮阳县"] == "puyangxian"
    assert called["henan", "濮阳市"] == called["henan", "濮阳"] == "puyang"
    assert called["puyang", "濮阳市"] == "puyang"
    assert ("puyang", "濮阳") not in called
    assert called["fushun", "新宾县"] == called["fushun", "新宾满族自治县"] == "xinbin"
    assert called["puyang", "开发区"] == called["puyang", "经开区"] == "puyang_etdz"
    assert ("fushun", "开发区") not in called


def test_a_declared_alias_of_every_area_is_found(catalog, called):
    for area in catalog.areas.values():
        for name in (area.name_zh, area.short_name_zh, *area.aliases):
            assert called[area.parent_area_id or area.area_id, name] == area.area_id


def test_a_township_answers_to_its_name_with_and_without_its_county_and_to_its_older_spelling(areas, called):
    assert areas["t-410928101"]["name_zh"] == "柳屯镇"
    assert called["puyangxian", "柳屯镇"] == called["puyangxian", "濮阳县柳屯镇"] == "t-410928101"
    # 2023 writes 王称堌镇, 2021 wrote 王称固镇.
    assert called["puyangxian", "王称堌镇"] == called["puyangxian", "王称固镇"] == "t-410928111"
    assert called["hualong", "中原路街道办事处"] == called["hualong", "中原路街道"] == "t-410902001"
    assert called["puyang_industrial", "昌湖街道"] == called["puyang_industrial", "河南濮阳工业园区昌湖街道"]
    # 城关镇 exists in five counties and means another place in each.
    assert len({called[county, "城关镇"] for county in ("qingfeng", "nanle", "fanxian", "taiqian", "puyangxian")}) == 5


def test_a_name_passes_to_the_place_that_carries_it_today(areas, called):
    city = areas["cn-350403"]["parent_area_id"]
    assert called[city, "三元区"] == "cn-350404"


# ---- shape ----


def test_every_frame_has_exactly_the_columns_and_a_whole_key_of_its_relation(catalog, frames):
    for name, frame in frames.items():
        relation = catalog.relations[name]
        assert frame.schema == pl.Schema(relation.polars_schema), name
        keys = frame.select(relation.key)
        assert not keys.is_duplicated().any() and not any(keys.null_count().row(0)), name


def test_every_fact_has_a_place_a_source_and_a_code_with_a_meaning(catalog, frames, areas):
    sources = set(frames["meta.source"]["source_id"])
    for name in ("core.fct_population", "core.fct_urban_population", "core.fct_division_count"):
        assert set(frames[name]["area_id"]) <= set(areas), name
        assert set(frames[name]["source_id"]) <= sources, name
    assert set(frames["core.dim_area_alias"]["area_id"]) <= set(areas)
    assert set(frames["core.fct_population"]["age_band_code"]) == set(catalog.codes["age_band_code"])
    assert set(frames["core.fct_division_count"]["division_code"]) <= set(catalog.codes["division_code"])
    assert set(frames["core.dim_area"]["kind_code"]) == set(catalog.codes["area_kind_code"])


def test_every_table_says_its_year_its_licence_and_what_its_bytes_are(frames):
    for row in frames["meta.source"].iter_rows(named=True):
        content = (SHIPPED / "tables" / row["file"]).read_bytes()
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
        assert re.search(r"20\d\d年", row["period_zh"]) and row["licence_zh"] and row["kind_code"] == "reference"
    licences = " ".join(frames["meta.source"]["licence_zh"])
    assert "MIT" in licences and "WTFPL" in licences


# ---- refusals ----


def test_a_changed_file_is_refused_even_when_its_numbers_still_add_up(catalog, folder):
    change(folder, "communique_2020.csv", "转载页", "原页", sign=False)
    (problem,) = problems(catalog, folder)
    assert problem.startswith("etl/reference/tables/communique_2020.csv：内容与登记的摘要不同（登记 c9f74d9dde9d…")
    assert "sources.toml" in problem


def test_a_census_that_no_longer_adds_up_names_file_row_and_every_sum_it_breaks(catalog, folder):
    # 华龙区 stands on line 1688 with 607,028 residents; ten more break its own ages, its city and nothing above.
    change(folder, "china_county_2020.csv", "410902,华龙区,county,410900,河南省,濮阳市,607028", "410902,华龙区,county,410900,河南省,濮阳市,607038")  # fmt: skip
    told = problems(catalog, folder)
    census = "etl/reference/tables/china_county_2020.csv"
    assert f"{census} 第1687行 濮阳市 population：下级之和 3772098 比本级 3772088 多 10；请与来源核对，恢复原数" in told
    assert any(
        problem.startswith(f"{census} 第1688行 华龙区：三个年龄段之和 607028 不等于总人口 607038") for problem in told
    )
    assert any("第1688行 华龙区：male＋female ＝ 607028" in problem for problem in told)
    assert any("age_bands_2020.csv：华龙区 population 五岁组之和 607028" in problem for problem in told)
    assert not any("河南省 population" in problem or "全国" in problem for problem in told)


def test_offenders_of_all_tables_are_told_at_once(catalog, folder):
    change(folder, "china_county_2020.csv", "濮阳市,3772088,", "濮阳市,3772O88,")
    change(
        folder,
        "grassroots_2021.csv",
        "410902,华龙区,11,9,1,1,148,0,20",
        "410902,华龙区,11,9,1,1,148,0,21",
    )
    change(folder, "townships_stats_2023.csv", "410902001,", "410902901,")
    told = problems(catalog, folder)
    for part in (
        "china_county_2020.csv 第1687行 population：“3772O88”不是数字",
        "grassroots_2021.csv 第2行：华龙区 villagers_committees 为 21，各乡镇之和为 20",
        "中原路街道 410902901 在 township_grassroots_2021.csv 中没有",
        "中原路街道 410902001 在 townships_stats_2023.csv 中没有",
    ):
        assert any(part in problem for problem in told), part


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("410922100", "410923900", "代码 410923900 不属于县区 410922"),
        ("中原路街道", "中原路社区", "中原路社区：名称不以街道、镇、乡结尾"),
        ("410902002,", "410902001,", "代码 410902001 出现不止一次"),
    ],
)
def test_a_township_in_the_wrong_place_is_refused(catalog, folder, old, new, fact):
    file = "township_grassroots_2021.csv"
    change(folder, file, old, new)
    assert any(fact in problem for problem in problems(catalog, folder))


def test_a_communique_that_says_something_else_is_told_with_both_numbers(catalog, folder):
    change(folder, "communique_2020.csv", "666648", "666684")
    (problem,) = problems(catalog, folder)
    assert "濮阳市 pop_60_plus 公报数 666684，分县表第1687行为 666648" in problem


def test_a_city_without_counties_must_be_registered_and_a_needless_registration_removed(catalog, folder):
    exceptions = folder / "exceptions.toml"
    text = exceptions.read_text(encoding="utf-8")
    changed = text.replace('441900 = "东莞市不设区县"', '410900 = "濮阳市不设区县"')
    changed = changed.replace('1464 = "东营港经济开发区"', '1688 = "华龙区"')
    exceptions.write_text(changed, encoding="utf-8")
    told = problems(catalog, folder)
    assert len(told) == 4
    for part in (
        "东莞市：没有下辖的行；不设区县的城市请在 exceptions.toml 的 cities_without_counties 登记",
        "濮阳市：登记为不设区县，表中却有下辖的行；请从 exceptions.toml",
        "东营港经济开发区：年龄数不全",
        "华龙区：登记为年龄数不全，表中却是全的；请从 exceptions.toml",
    ):
        assert any(part in problem for problem in told), part


def test_a_table_with_another_column_or_none_at_all_is_refused(catalog, folder):
    change(folder, "communique_2020.csv", "share_60_plus", "share_sixty_plus")
    (folder / "tables" / "age_bands_2020.csv").unlink()
    told = problems(catalog, folder)
    assert any("communique_2020.csv：缺少列 share_60_plus、多出列 share_sixty_plus" in problem for problem in told)
    assert any("age_bands_2020.csv：打不开" in problem for problem in told)


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        # Five units more in one county and the city no longer adds up: 8 units may be off by 4 in all.
        ("410922,清丰县,county,60_plus,2025-07-01,131917", "410922,清丰县,county,60_plus,2025-07-01,131925",
         "濮阳市 2025-07-01 60_plus 为 751578，各单位之和为 751587"),
        ("410922,清丰县,county,80_plus,2025-07-01,16571", "410922,清丰县,county,80_plus,2025-07-01,931917",
         "清丰县 2025-07-01 80岁及以上 931917 多于60岁及以上 131917"),
    ],
)  # fmt: skip
def test_a_projection_that_does_not_fit_together_is_refused(catalog, folder, old, new, fact):
    change(folder, "population_projection.csv", old, new)
    assert any(fact in problem for problem in problems(catalog, folder))


def test_a_unit_without_points_of_the_projection_is_named(catalog, folder):
    file = folder / "tables" / "population_projection.csv"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines(keepends=True) if "410922" not in line]
    file.write_text("".join(lines), encoding="utf-8")
    told = problems(catalog, folder)
    assert any("population_projection.csv：没有清丰县（410922）的推算点；请补上这一行" in problem for problem in told)


def test_a_declared_area_must_stand_in_the_tables_under_its_name(catalog, folder):
    change(folder, "china_county_2020.csv", "410928,濮阳县,", "410928,澶州区,")
    told = problems(catalog, folder)
    assert any(
        "cities/puyang/city.toml ［areas.puyangxian］ stat_code：普查分县表中 410928 是澶州区，不是濮阳县" in each
        for each in told
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("sources.toml", "[census-2020-county]", "[census-2020-county", "不是合格的 TOML"),
        ("sources.toml", "[census-2020-county]", "[census-2030-county]", "没有登记这张表"),
        ("sources.toml", "order = 101", 'order = "101"', "次序应是整数"),
        ("sources.toml", "order = 101\n", "", "缺少字段（次序）"),
        ("sources.toml", "order = 101", "order = 101\nmore = 1", "没有这个字段"),
        ("exceptions.toml", "[communique_differs]", "[communique_difers]", "communique_difers"),
        ("exceptions.toml", '460400 = "儋州市不设区县"', "460400 = 7", "cities_without_counties"),
        ("exceptions.toml", '1464 = "东营港经济开发区"', 'row = "东营港经济开发区"', "rows_without_ages"),
    ],
)
def test_what_tells_of_the_tables_is_held_to_its_form(catalog, folder, file, old, new, told):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = problems(catalog, folder)
    assert any(told in one and file in one for one in found), found


def test_what_tells_of_the_tables_in_another_encoding_or_gone_is_refused(catalog, folder):
    path = folder / "sources.toml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert any("不是合格的 TOML" in one for one in problems(catalog, folder))
    path.unlink()
    assert any("没有这个文件" in one for one in problems(catalog, folder))
