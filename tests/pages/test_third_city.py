"""A city is a folder: added, it has every page and its figures; removed, nothing of it is left."""

import re
import shutil

import pytest

from etl.cities import lacks
from etl.refresh import refresh
from pages.registry import PAGES
from tests.pages.third_city import (
    CENSUS_CITY,
    FIGURES,
    INDICATOR,
    INVENTED,
    add_invented,
    add_of_census,
    census_rows,
    copied_catalogue,
)
from warehouse.catalog import cities, load_catalog
from warehouse.home import Home
from warehouse.read import Releases

NAMES = {INVENTED: "测试", CENSUS_CITY: "安阳"}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    """A copy of the declarations with both cities, read by everything instead of the shipped ones."""
    folder = copied_catalogue(tmp_path_factory.mktemp("catalogue") / "catalog")
    add_invented(folder)
    add_of_census(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cities, "CATALOG", folder)
        yield folder


@pytest.fixture(scope="module")
def home(catalogue, tmp_path_factory):
    """A data home with a release of that catalogue."""
    home = Home(tmp_path_factory.mktemp("third"))
    refresh(home)
    return home


@pytest.fixture
def opened(show, home, monkeypatch):
    """Open a page of it; no page may fail."""
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))

    def page_of(script, **parameters):
        page = show(script, **parameters)
        assert not page.app.exception, script
        assert "错误编号" not in page.text, script
        return page

    return page_of


@pytest.mark.parametrize("city", NAMES)
@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url_path)
def test_every_page_opens_for_a_city_nobody_knew(opened, entry, city):
    page = opened(entry.script, city=city)
    assert len(page.finding) > 5
    if entry.by_city:
        assert NAMES[city] in page.text


def test_the_three_figures_of_its_document_stand_on_the_page_of_documents(opened):
    page = opened("briefing/documents/page.py", city=INVENTED, doc=f"{INVENTED}-report", aspect="figures")
    for _, name, value, unit in FIGURES:
        assert re.search(rf"{name}.*?{value}{unit}", page.text, re.DOTALL), name


def test_a_new_indicator_has_its_sheet_and_its_figure(opened):
    page = opened("workbench/indicator/page.py", indicator=INDICATOR)
    assert "老年茶馆数" in page.text
    assert "为老年人开的茶馆（测试数据）。" in page.text


def test_what_the_cities_lack_is_told_in_one_list(catalogue):
    found = lacks(load_catalog())
    told = {city: [line.partition("：")[0].partition("（")[0] for line in lines] for city, lines in found.items()}
    without = ["高龄津贴标准", "目标", "基层单位数", "乡级代码", "老年人口推算"]
    assert told[INVENTED] == [*without[:2], "统计用区划代码", *without[2:], "演示参数"]
    assert told[CENSUS_CITY] == ["服务网络", *without, "公开文件", "演示参数"]


def test_a_census_city_has_its_people_without_a_line_of_code(home):
    with Releases(home).acquire() as release:
        rows = release.rows(
            "select sum(u.aged_60_plus) = any_value(c.aged_60_plus) as whole, count(*) as units from mart.area_profile as u "
            "inner join core.dim_area as a on a.area_id = u.area_id and a.city_area_id = $city and a.level_code = 'unit' "
            "inner join mart.area_profile as c on c.area_id = $city",
            {"city": CENSUS_CITY},
        ).frame
    # Everything the census lists below 安阳市 sums to it; one of its rows is the city itself.
    assert rows.row(0) == (True, len(census_rows()) - 1)


def test_a_city_removed_is_gone_and_the_rest_is_what_it_was(catalogue, real_release, tmp_path):
    copy = shutil.copytree(catalogue, tmp_path / "catalog")
    for city in NAMES:
        shutil.rmtree(copy / "cities" / city)
    for file in ("indicators.toml", "groups.toml"):
        shutil.copy(cities.__file__.replace("cities.py", file), copy / file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cities, "CATALOG", copy)
        outcome = refresh(Home(tmp_path / "home"))
    assert outcome.content_sha256 == real_release.header["content_sha256"]
