"""What must be true of the reference tables before one of their figures is used. Every offender is named."""

from collections.abc import Callable, Iterable

import polars as pl

from etl.reference.divisions import COUNTIES_2021, TOWNSHIPS_2021, township_kind
from etl.reference.identity import CENSUS, COUNTIES_2023
from etl.reference.population import BANDS
from etl.reference.projection import PROJECTION
from etl.reference.tables import Tables
from warehouse.catalog import Area, Catalog

AGE_BANDS = "census-2020-age-bands"
COMMUNIQUE = "census-2020-communique"
TOWNSHIPS_2023 = "divisions-2023-township"

_ADDED_UP = ("population", "male", "female", *BANDS.values(), "pop_urban", "pop_rural", "households_with_65_plus")
_RESTORE = "请与来源核对，恢复原数"


def check_tables(tables: Tables, catalog: Catalog, problems: list[str]) -> None:
    """Note in `problems` every row that contradicts another row or another table."""
    for check in CHECKS:
        problems.extend(check(tables, catalog))


def _codes_occur_once(tables: Tables, _: Catalog) -> Iterable[str]:
    keys = {CENSUS: "adcode", COUNTIES_2023: "adcode", COUNTIES_2021: "adcode"}
    keys |= {TOWNSHIPS_2021: "code", TOWNSHIPS_2023: "code"}
    for source_id, key in keys.items():
        frame = tables.frames[source_id].filter(pl.col(key).is_not_null())
        for line, code in frame.filter(pl.col(key).is_duplicated()).select("line", key).iter_rows():
            yield f"{tables.place(source_id, line)}：代码 {code} 出现不止一次；请删去重复的行"


def _parts_add_up(tables: Tables, _: Catalog) -> Iterable[str]:
    """Counties to cities, cities and direct counties to provinces, provinces to the nation."""
    census = tables.frames[CENSUS].filter(pl.col("level") != "aggregate")
    known = tables.exceptions["cities_without_counties"]
    children = census.group_by("parent_adcode").agg(
        *(pl.col(name).sum().alias(f"sum_{name}") for name in _ADDED_UP),
        # With a part missing there is no sum to compare.
        *(pl.col(name).null_count().alias(f"lack_{name}") for name in _ADDED_UP),
    )
    parents = census.filter(pl.col("level") != "county").join(
        children, left_on="adcode", right_on="parent_adcode", how="left"
    )
    for row in parents.sort("line").iter_rows(named=True):
        place = f"{tables.place(CENSUS, row['line'])} {row['name']}"
        if row["sum_population"] is None:
            if row["adcode"] not in known:
                yield f"{place}：没有下辖的行；不设区县的城市请在 exceptions.toml 的 cities_without_counties 登记"
            continue
        if row["adcode"] in known:
            yield f"{place}：登记为不设区县，表中却有下辖的行；请从 exceptions.toml 的 cities_without_counties 删去"
        for name in _ADDED_UP:
            total, parts = row[name], row[f"sum_{name}"]
            if total is not None and not row[f"lack_{name}"] and total != parts:
                differs = f"多 {parts - total}" if parts > total else f"少 {total - parts}"
                yield f"{place} {name}：下级之和 {parts} 比本级 {total} {differs}；{_RESTORE}"


def _ages_fit_together(tables: Tables, _: Catalog) -> Iterable[str]:
    census = tables.frames[CENSUS].filter(pl.col("level") != "aggregate")
    known = {int(row) for row in tables.exceptions["rows_without_ages"]}
    for row in census.iter_rows(named=True):
        place = f"{tables.place(CENSUS, row['line'])} {row['name']}"
        bands = [row[column] for column in BANDS.values()]
        if row["population"] is None:
            yield f"{place} population：没有总人口；{_RESTORE}"
            continue
        if any(band is None for band in bands):
            if row["source_row"] not in known:
                yield f"{place}：年龄数不全；请恢复原数，确无年龄数的在 exceptions.toml 的 rows_without_ages 登记"
            continue
        if row["source_row"] in known:
            yield f"{place}：登记为年龄数不全，表中却是全的；请从 exceptions.toml 的 rows_without_ages 删去"
        young, middle, old = bands[:3]
        if young + middle + old != row["population"]:
            yield f"{place}：三个年龄段之和 {young + middle + old} 不等于总人口 {row['population']}；{_RESTORE}"
        if not bands[2] >= bands[3] >= bands[4] >= bands[5] >= 0:
            yield f"{place}：60、65、80、85岁及以上人数应依次不增，现为 {bands[2:]}；{_RESTORE}"


def _halves_fit_together(tables: Tables, _: Catalog) -> Iterable[str]:
    census = tables.frames[CENSUS]
    for left, right in (("male", "female"), ("pop_urban", "pop_rural")):
        wrong = census.filter(pl.col(left) + pl.col(right) != pl.col("population"))
        for row in wrong.iter_rows(named=True):
            fact = f"{left}＋{right} ＝ {row[left] + row[right]}，不等于总人口 {row['population']}"
            yield f"{tables.place(CENSUS, row['line'])} {row['name']}：{fact}；{_RESTORE}"


def _five_year_groups_give_the_bands(tables: Tables, _: Catalog) -> Iterable[str]:
    groups = tables.frames[AGE_BANDS].with_columns(
        from_age=pl.col("age_band").str.extract(r"^(\d+)").cast(pl.Int64, strict=False)
    )
    limits = {"population": (0, 200), "pop_0_14": (0, 14), "pop_15_59": (15, 59)}
    limits |= {f"pop_{age}_plus": (age, 200) for age in (60, 65, 80, 85)}
    sums = groups.group_by("adcode", maintain_order=True).agg(
        pl.col("population").filter(pl.col("from_age").is_between(low, high)).sum().alias(f"sum_{name}")
        for name, (low, high) in limits.items()
    )
    yield from _compared(tables, AGE_BANDS, sums, tuple(limits), "五岁组之和")


def _the_communique_agrees(tables: Tables, _: Catalog) -> Iterable[str]:
    names = ("population", "pop_0_14", "pop_15_59", "pop_60_plus", "pop_65_plus")
    differing = list(tables.exceptions["communique_differs"])
    printed = tables.frames[COMMUNIQUE].filter(~pl.col("adcode").is_in(differing))
    sums = printed.select("adcode", *(pl.col(name).alias(f"sum_{name}") for name in names))
    yield from _compared(tables, COMMUNIQUE, sums, names, "公报数")


def _compared(
    tables: Tables, source_id: str, sums: pl.DataFrame, names: tuple[str, ...], what_zh: str
) -> Iterable[str]:
    joined = sums.join(tables.frames[CENSUS], on="adcode", how="left", maintain_order="left")
    for row in joined.iter_rows(named=True):
        for name in names:
            other = row[f"sum_{name}"]
            if other is not None and other != row[name]:
                fact = f"{row['name'] or row['adcode']} {name} {what_zh} {other}，分县表第{row['line']}行为 {row[name]}"
                yield f"{tables.place(source_id)}：{fact}；{_RESTORE}"


def _townships_add_up_to_units(tables: Tables, _: Catalog) -> Iterable[str]:
    columns = ("residents_committees", "villagers_committees", "residents_committee_like")
    townships = tables.frames[TOWNSHIPS_2021].with_columns(kind=township_kind())
    for line, code, name, county, kind in townships.select("line", "code", "name", "county_adcode", "kind").iter_rows():
        if kind is None:
            yield f"{tables.place(TOWNSHIPS_2021, line)} {name}：名称不以街道、镇、乡结尾，分不出类别；{_RESTORE}"
        if code[:6] != county:
            yield f"{tables.place(TOWNSHIPS_2021, line)} {name}：代码 {code} 不属于县区 {county}；{_RESTORE}"
    sums = townships.group_by("county_adcode").agg(
        *(pl.col(name).sum().alias(f"sum_{name}") for name in columns),
        pl.len().alias("sum_townships_total"),
        *(
            (pl.col("kind") == kind).sum().alias(f"sum_{name}")
            for kind, name in (("street", "streets"), ("town", "towns"), ("rural_township", "rural_townships"))
        ),
    )
    units = tables.frames[COUNTIES_2021].join(sums, left_on="adcode", right_on="county_adcode", how="left")
    for row in units.sort("line").iter_rows(named=True):
        for name in (*columns, "townships_total", "streets", "towns", "rural_townships"):
            if row[name] != row[f"sum_{name}"]:
                fact = f"{row['name']} {name} 为 {row[name]}，各乡镇之和为 {row[f'sum_{name}']}"
                yield f"{tables.place(COUNTIES_2021, row['line'])}：{fact}；{_RESTORE}"


def _townships_are_the_same_in_both_years(tables: Tables, _: Catalog) -> Iterable[str]:
    for source_id, other_id in ((TOWNSHIPS_2023, TOWNSHIPS_2021), (TOWNSHIPS_2021, TOWNSHIPS_2023)):
        alone = tables.frames[source_id].join(tables.frames[other_id], on="code", how="anti")
        for line, code, name in alone.select("line", "code", "name").iter_rows():
            fact = f"{name} {code} 在 {tables.sources[other_id]['file']} 中没有"
            yield f"{tables.place(source_id, line)}：{fact}；两年的乡镇应相同，请补上或核实撤并"


def _the_projection_fits_together(tables: Tables, catalog: Catalog) -> Iterable[str]:
    """Units sum to their city at every point, the older are among the old, and every unit with a census has its points."""
    points = tables.frames[PROJECTION]
    parents = dict(
        tables.frames[CENSUS].filter(pl.col("adcode").is_not_null()).select("adcode", "parent_adcode").rows()
    )
    units = points.filter(pl.col("level") == "county")
    sums = units.with_columns(pl.col("adcode").replace_strict(parents, default=None)).group_by(
        "adcode", "age_band", "as_of"
    )
    cities = points.filter(pl.col("level") == "city").join(
        sums.agg(parts=pl.col("persons").sum(), units=pl.len()), on=["adcode", "age_band", "as_of"], how="left"
    )
    # Units and city were rounded apart from each other: half a person a unit.
    off = (pl.col("parts") - pl.col("persons")).abs() > pl.col("units") / 2
    for row in cities.filter(pl.col("parts").is_null() | off).iter_rows(named=True):
        fact = f"{row['name']} {row['as_of']} {row['age_band']} 为 {row['persons']}，各单位之和为 {row['parts']}"
        yield f"{tables.place(PROJECTION, row['line'])}：{fact}；{_RESTORE}"
    older = points.filter(pl.col("age_band") == "80_plus").join(
        points.filter(pl.col("age_band") == "60_plus"), on=["adcode", "as_of"], how="left", suffix="_60"
    )
    for row in older.iter_rows(named=True):
        if row["persons_60"] is None or row["persons"] > row["persons_60"]:
            fact = f"{row['name']} {row['as_of']} 80岁及以上 {row['persons']} 多于60岁及以上 {row['persons_60']}"
            yield f"{tables.place(PROJECTION, row['line'])}：{fact}；{_RESTORE}"
    for area in _left_out(tables, PROJECTION, catalog):
        yield f"{tables.place(PROJECTION)}：没有{area.name_zh}（{area.stat_code}）的推算点；请补上这一行"


def _declared_areas_are_in_the_tables(tables: Tables, catalog: Catalog) -> Iterable[str]:
    """A code declared for one of our areas stands in the census under the same name."""
    names = dict(tables.frames[CENSUS].filter(pl.col("adcode").is_not_null()).select("adcode", "name").iter_rows())
    for area in catalog.areas.values():
        if area.stat_code is None:
            continue
        file, table = catalog.place_of(area.area_id)
        place = f"warehouse/catalog/{file} ［{table}］ stat_code"
        if area.stat_code not in names:
            yield f"{place}：普查分县表中没有代码 {area.stat_code}；请核对代码"
        elif names[area.stat_code] != area.name_zh:
            yield f"{place}：普查分县表中 {area.stat_code} 是{names[area.stat_code]}，不是{area.name_zh}；请核对代码与名称"
    ours = {area.stat_code for area in catalog.areas.values() if area.level_code == "unit"}
    listed = pl.concat([tables.frames[source]["county_adcode"] for source in (TOWNSHIPS_2023, TOWNSHIPS_2021)])
    for code in sorted({*listed.drop_nulls()} - ours):
        yield (
            f"warehouse/catalog/cities 的 city.toml：乡级代码表里有{names.get(code, code)}（{code}）的乡镇，没有单位写着这个 stat_code；"
            f'请在它的一节补写 stat_code = "{code}"'
        )
    for area in _left_out(tables, COUNTIES_2021, catalog):
        file, table = catalog.place_of(area.area_id)
        place = f"warehouse/catalog/{file} ［{table}］ stat_code"
        yield f"{place}：基层单位数表中没有代码 {area.stat_code}；请核对代码，或补上这一行"


def covers(tables: Tables, source_id: str, catalog: Catalog, city_area_id: str) -> bool:
    """Whether a table has any row of a city's units; a city it does not know at all lacks it, which stops nothing."""
    codes = _codes(tables, source_id)
    return any(unit.stat_code in codes for unit in catalog.units(city_area_id))


def _left_out(tables: Tables, source_id: str, catalog: Catalog) -> list[Area]:
    """Units with a code that a table leaves out although it has others of their city: half a city would be wrong."""
    codes = _codes(tables, source_id)
    return [
        unit
        for city in catalog.cities()
        if covers(tables, source_id, catalog, city.area_id)
        for unit in catalog.units(city.area_id)
        if unit.stat_code and unit.stat_code not in codes
    ]


def _codes(tables: Tables, source_id: str) -> set[str]:
    frame = tables.frames[source_id]
    return set(frame["county_adcode" if "county_adcode" in frame.columns else "adcode"])


CHECKS: tuple[Callable[[Tables, Catalog], Iterable[str]], ...] = (
    _codes_occur_once,
    _parts_add_up,
    _ages_fit_together,
    _halves_fit_together,
    _five_year_groups_give_the_bands,
    _the_communique_agrees,
    _townships_add_up_to_units,
    _townships_are_the_same_in_both_years,
    _the_projection_fits_together,
    _declared_areas_are_in_the_tables,
)
