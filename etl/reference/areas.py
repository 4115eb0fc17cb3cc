"""Every place a release knows, and the exact names by which it may be called."""

from datetime import date

import polars as pl

from etl.reference.divisions import TOWNSHIPS_2021
from etl.reference.identity import CENSUS, area_id, census_areas, later_counties
from etl.reference.tables import Tables
from warehouse.catalog import Area, Catalog, frame_of

TOWNSHIPS_2023 = "divisions-2023-township"
CODES_2023_ON = date(2023, 6, 30)
LAST_DAY_BEFORE = date(2023, 6, 29)

_LEVELS = {"nation": "nation", "province": "province", "prefecture": "city", "county": "unit"}
_SHORT_PROVINCES = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "西藏自治区": "西藏",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
}
# Written in the code tables for the part of a municipality that is its districts or its counties; no name of a place.
_PARTS = ("市辖区", "县")


def area_frames(tables: Tables, catalog: Catalog) -> tuple[pl.DataFrame, pl.DataFrame]:
    """core.dim_area and core.dim_area_alias.

    Declared areas first, then the places of the census, then codes new in 2023, then townships. A code the census had
    and 2023 has not is valid to the day before the 2023 table; a code new in 2023 is valid from that table's day:
    the tables do not print on which day in between each change took place.
    """
    relation = "core.dim_area"
    empty = pl.DataFrame(schema=catalog.relations[relation].polars_schema)
    parts = [_declared(catalog), _of_census(tables, catalog), _of_2023(tables, catalog), _townships(tables, catalog)]
    areas = pl.concat([empty, *parts], how="diagonal").select(empty.columns)
    areas = areas.with_columns(sort_order=pl.int_range(1, pl.len() + 1, dtype=pl.Int32))
    return areas, _aliases(areas, tables, catalog)


def _declared(catalog: Catalog) -> pl.DataFrame:
    rows = [{**vars(area), "city_area_id": _city_of(area), "sort_order": 0} for area in catalog.areas.values()]
    return frame_of(catalog, "core.dim_area", rows)


def _city_of(area: Area) -> str | None:
    if area.level_code == "city":
        return area.area_id
    return area.parent_area_id if area.level_code == "unit" else None


def _of_census(tables: Tables, catalog: Catalog) -> pl.DataFrame:
    """Places of the census that the catalogue does not declare."""
    names_2023 = tables.frames["divisions-2023-county"].select("adcode", name_2023="name")
    prefectures_2023 = tables.frames["divisions-2023-prefecture"].select("adcode", in_2023=pl.lit(True))
    later = later_counties(tables).select("parent_adcode", "name", later_code="adcode")
    places = (
        census_areas(tables, catalog)
        .filter(~pl.col("area_id").is_in(list(catalog.areas)))
        .join(names_2023, on="adcode", how="left", maintain_order="left")
        .join(prefectures_2023, on="adcode", how="left", maintain_order="left")
        .join(later, on=["parent_adcode", "name"], how="left", maintain_order="left")
    )
    exempt = [int(row) for row in tables.exceptions["administrative_without_code"]]
    ageless = [int(row) for row in tables.exceptions["rows_without_ages"]]
    has_code = pl.col("adcode").is_not_null()
    gone = has_code & pl.col("name_2023").is_null() & pl.col("in_2023").is_null()
    succeeded = ~has_code & pl.col("later_code").is_not_null()
    renamed = pl.col("name_2023").is_not_null() & (pl.col("name_2023") != pl.col("name"))
    zone = (has_code & _is_zone_code(pl.col("adcode"))) | (~has_code & ~pl.col("source_row").is_in(exempt))
    return places.select(
        "area_id",
        _full_name(pl.coalesce("name_2023", "name"), pl.col("province")).alias("name_zh"),
        _short_name(pl.coalesce("name_2023", "name"), pl.col("level"), pl.col("province")).alias("short_name_zh"),
        pl.col("level").replace_strict(_LEVELS).alias("level_code"),
        pl.col("parent_id").alias("parent_area_id"),
        _city_id(pl.col("level"), places).alias("city_area_id"),
        _kind(zone).alias("kind_code"),
        pl.when(has_code & ~zone).then("adcode").alias("adcode"),
        pl.col("adcode").alias("stat_code"),
        pl.lit(False).alias("is_reporting"),
        pl.when(gone | succeeded).then(LAST_DAY_BEFORE).alias("valid_to_on"),
        _notes(
            pl.when(renamed).then(pl.format("2020年普查时名为{}", "name")),
            pl.when(gone).then(pl.lit("2020年普查的代码，2023年代码表中已没有；确切变更日期未载")),
            pl.when(succeeded).then(
                pl.format("2020年普查时没有代码；2023年代码表有同名单元{}，另列，不合并", "later_code")
            ),
            pl.when(~has_code & ~succeeded).then(pl.lit("2020年普查时没有代码，2023年代码表中没有同名单元")),
            pl.when(pl.col("source_row").is_in(ageless)).then(pl.lit("普查表中年龄数不全，只取总人口")),
            pl.col("adcode").replace_strict(tables.exceptions["cities_without_counties"], default=None),
        ).alias("note_zh"),
    )


def _notes(*parts: pl.Expr) -> pl.Expr:
    joined = pl.concat_str(parts, separator="；", ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def _of_2023(tables: Tables, catalog: Catalog) -> pl.DataFrame:
    """County-level codes new since the census: places without census figures."""
    cities = tables.frames[CENSUS].filter(pl.col("level") == "prefecture")["adcode"].to_list()
    in_city = pl.col("parent_adcode").is_in(cities)
    zone = _is_zone_code(pl.col("adcode"))
    return (
        later_counties(tables)
        .filter(~pl.col("adcode").is_in(cities))
        .with_columns(city_id=pl.when(in_city).then(area_id(pl.col("parent_adcode"), catalog)))
        .select(
            area_id(pl.col("adcode"), catalog).alias("area_id"),
            pl.col("name").alias("name_zh"),
            pl.col("name").alias("short_name_zh"),
            pl.lit("unit").alias("level_code"),
            pl.coalesce("city_id", area_id(pl.col("province_adcode"), catalog)).alias("parent_area_id"),
            pl.col("city_id").alias("city_area_id"),
            _kind(zone).alias("kind_code"),
            pl.when(~zone).then("adcode").alias("adcode"),
            pl.col("adcode").alias("stat_code"),
            pl.lit(False).alias("is_reporting"),
            pl.lit(CODES_2023_ON).alias("valid_from_on"),
            pl.lit("2023年代码表中的新代码，2020年普查没有同一代码的人口；确切变更日期未载").alias("note_zh"),
        )
        .filter(~pl.col("area_id").is_in(list(catalog.areas)))
    )


def _townships(tables: Tables, catalog: Catalog) -> pl.DataFrame:
    """Townships of the reporting cities. A name that repeats its county (濮阳县柳屯镇) is kept without it."""
    villages = tables.frames[TOWNSHIPS_2021].select("code", "villagers_committees", name_2021="name")
    counties = {area.stat_code: area.name_zh for area in catalog.areas.values() if area.level_code == "unit"}
    county_name = pl.col("county_adcode").replace_strict(counties, return_dtype=pl.String)
    return (
        tables.frames[TOWNSHIPS_2023]
        .join(villages, on="code", how="left", maintain_order="left")
        .with_columns(own_name=_without_prefix(pl.col("name"), county_name))
        .select(
            (pl.lit("t-") + pl.col("code")).alias("area_id"),
            pl.col("own_name").alias("name_zh"),
            pl.col("own_name").alias("short_name_zh"),
            pl.lit("township").alias("level_code"),
            area_id(pl.col("county_adcode"), catalog).alias("parent_area_id"),
            area_id(pl.col("parent_adcode"), catalog).alias("city_area_id"),
            pl.lit("administrative").alias("kind_code"),
            pl.col("code").alias("stat_code"),
            pl.lit(False).alias("is_reporting"),
            (pl.col("villagers_committees") > 0).alias("has_villages"),
            pl.when(pl.col("name") != pl.col("name_2021"))
            .then(pl.format("2021年表中写作{}", "name_2021"))
            .alias("note_zh"),
        )
    )


def _aliases(areas: pl.DataFrame, tables: Tables, catalog: Catalog) -> pl.DataFrame:
    """Names by which a place may be called below its parent, each meaning one place only.

    Only places valid today are called by name, so that a successor of the same name is found. A generated name that
    two places of one parent would share belongs to neither; a declared one would have stopped the catalogue.
    """
    parents = {row["area_id"]: row["parent_area_id"] for row in areas.iter_rows(named=True)}
    pairs: dict[tuple[str, str], set[str]] = {}
    for row in areas.filter(pl.col("valid_to_on").is_null()).iter_rows(named=True):
        for name in (row["name_zh"], row["short_name_zh"], *_street_names(row)):
            pairs.setdefault((row["parent_area_id"] or row["area_id"], name), set()).add(row["area_id"])
    for area_id_, name in _former_names(tables, catalog):
        pairs.setdefault((parents[area_id_], name), set()).add(area_id_)
    for area in catalog.areas.values():
        city = catalog.areas.get(area.parent_area_id) if area.level_code == "unit" else None
        # Two cities may have units of one name, 鼓楼区 say: with the city before it, a name is always one unit's.
        for name in (f"{city.name_zh}{area.name_zh}", f"{city.name_zh}{area.short_name_zh}") if city else ():
            pairs.setdefault((city.area_id, name), set()).add(area.area_id)
        for name in area.aliases:
            pairs[(area.parent_area_id or area.area_id, name)] = {area.area_id}
        # In a unit's own form the city stands for the whole.
        if area.level_code == "city":
            for name in (area.name_zh, "全市"):
                pairs[(area.area_id, name)] = {area.area_id}
    rows = [
        {"scope_area_id": scope, "alias_zh": name, "area_id": next(iter(ids))}
        for (scope, name), ids in pairs.items()
        if len(ids) == 1
    ]
    return frame_of(catalog, "core.dim_area_alias", rows)


def _street_names(row: dict) -> list[str]:
    """Forms write a street as its office: 中原路街道办事处, 中原路办事处, 中原路街道办, 中原路办."""
    name = row["name_zh"]
    if row["level_code"] != "township" or not name.endswith("街道"):
        return []
    stem = name.removesuffix("街道")
    return [f"{stem}街道办事处", f"{stem}办事处", f"{stem}街道办", f"{stem}办"]


def _former_names(tables: Tables, catalog: Catalog) -> list[tuple[str, str]]:
    """(area id, name) as the census or the township tables write it where today's name is another."""
    renamed = (
        census_areas(tables, catalog)
        .join(tables.frames["divisions-2023-county"].select("adcode", name_2023="name"), on="adcode")
        .filter(pl.col("name") != pl.col("name_2023"))
        .select("area_id", "name")
    )
    written = pl.concat([tables.frames[source].select("code", "name") for source in (TOWNSHIPS_2023, TOWNSHIPS_2021)])
    counties = {area.stat_code: area.name_zh for area in catalog.areas.values() if area.level_code == "unit"}
    county_name = pl.col("code").str.head(6).replace_strict(counties, return_dtype=pl.String)
    townships = written.with_columns(area_id=pl.lit("t-") + pl.col("code"))
    variants = pl.concat(
        [
            townships.select("area_id", "name"),
            townships.select("area_id", name=_without_prefix(pl.col("name"), county_name)),
        ]
    )
    return list(pl.concat([renamed, variants]).unique(maintain_order=True).iter_rows())


def _without_prefix(name: pl.Expr, county: pl.Expr) -> pl.Expr:
    return pl.when(name.str.starts_with(county)).then(name.str.slice(county.str.len_chars())).otherwise(name)


def _is_zone_code(code: pl.Expr) -> pl.Expr:
    """71 to 79 in the last two places is a statistical code of a zone, not an administrative division."""
    return code.str.slice(4, 1) == "7"


def _kind(zone: pl.Expr) -> pl.Expr:
    return pl.when(zone).then(pl.lit("functional_zone")).otherwise(pl.lit("administrative"))


def _full_name(name: pl.Expr, province: pl.Expr) -> pl.Expr:
    return pl.when(name.is_in(_PARTS)).then(pl.format("{}（{}）", province, name)).otherwise(name)


def _short_name(name: pl.Expr, level: pl.Expr, province: pl.Expr) -> pl.Expr:
    bare = name.str.replace(r"[省市]$", "")
    return (
        pl.when(level == "province")
        .then(name.replace(_SHORT_PROVINCES).str.replace(r"[省市]$", ""))
        .when(name.is_in(_PARTS))
        .then(_full_name(name, province))
        .when((level == "prefecture") & (bare.str.len_chars() > 1))
        .then(bare)
        .otherwise(name)
    )


def _city_id(level: pl.Expr, places: pl.DataFrame) -> pl.Expr:
    """The city a county stands in; none for counties directly under a province. A city is its own."""
    provinces = places.filter(pl.col("level") == "county")["parent_adcode"].str.ends_with("0000")
    direct = places.filter(pl.col("level") == "county").filter(provinces)["area_id"].to_list()
    return (
        pl.when(level == "prefecture")
        .then("area_id")
        .when((level == "county") & ~pl.col("area_id").is_in(direct))
        .then("parent_id")
    )
