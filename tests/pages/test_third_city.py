"""A city is a folder: added, it has every page and its figures; removed, nothing of it is left."""

import io
import re
import shutil
import zipfile
from datetime import date
from hashlib import sha256

import pytest
from typer.testing import CliRunner

import app
from etl.cities import lacks
from etl.months.month_frames import make_context
from etl.months.template.of_unit import unit_template
from etl.payouts.add import unit_id_of
from etl.refresh import refresh
from pages.registry import PAGES
from tests.pages.third_city import (
    CENSUS_CITY,
    FIGURES,
    INDICATOR,
    INVENTED,
    NAMESAKE,
    add_invented,
    add_of_census,
    census_rows,
    copied_catalogue,
)
from warehouse.catalog import cities, load_catalog
from warehouse.errors import FormError, PaperError, PayoutError
from warehouse.home import Home
from warehouse.paper.requests import wanted
from warehouse.read import Releases
from warehouse.read.receipt.receipts import receipt, receipt_id
from warehouse.read.target.verdicts import verdicts
from warehouse.read.value.values import values

NAMES = {INVENTED: "濮阳测试", CENSUS_CITY: "安阳"}


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


def test_programs_and_receipts_tell_of_it_what_its_document_prints_and_judge_nothing(home):
    with Releases(home).acquire() as release:
        rows = values(release, areas=(INVENTED,), series=("document",), limit=100).frame.to_dicts()
        told = {row["indicator_code"]: (row["value"], row["as_of_on"], row["value_as_written"]) for row in rows}
        # 17 homes, 42 centres, 9 tea houses, all at the end of 2024; it has no target, so nothing was met or missed.
        assert told == {code: (value, date(2024, 12, 31), f"{value}{unit}") for code, _, value, unit in FIGURES}
        assert verdicts(release, areas=(INVENTED,)).frame.is_empty()
        for row in rows:
            step = receipt(release, relation=row["relation"], row_key=row["row_key"]).step
            assert (step.told.value_text, "2024年12月31日" in step.told.when_zh) == (row["value_as_written"], True)


def test_the_command_walks_a_printed_code_of_the_new_city_back_to_its_sentence(home, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    with Releases(home).acquire() as release:
        rows = values(release, areas=(INVENTED,), series=("document",), limit=100).frame.to_dicts()
    for wording, name in {row["value_as_written"]: receipt_id(row["relation"], row["row_key"]) for row in rows}.items():
        told = CliRunner().invoke(app.cli, ["receipt", sha256(name.encode()).hexdigest()[:8]])
        assert (told.exit_code, wording in told.output, "2024年12月31日" in told.output) == (0, True, True), told.output


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


def test_units_of_one_name_in_two_cities_are_told_apart_by_their_city_and_never_guessed(home):
    def asked(unit: str) -> str:
        """The unit for which a template is made, and what stands in its cells as text."""
        made = unit_template(release, unit=unit, month="2026-10")
        with zipfile.ZipFile(io.BytesIO(made.data)) as book:
            return made.unit_id, book.read("xl/sharedStrings.xml").decode()

    both = "濮阳市范县、濮阳测试市范县"
    with Releases(home).acquire() as release:
        with pytest.raises(FormError, match=both):
            asked("范县")
        assert asked("濮阳市范县")[0] == "fanxian"
        unit, text = asked("濮阳测试市范县")
        # What is sent back says whose it is, too.
        assert unit == NAMESAKE and "濮阳测试市范县" in text
        with pytest.raises(PaperError, match="濮阳、濮阳测试都有“范县”"):
            wanted(release, unit=["范县"])
        assert wanted(release, city="濮阳测试", unit=["范县"]).unit_area_ids == (NAMESAKE,)
    book = make_context(load_catalog()).book
    assert {place.area_id for place in book.units_named("范县民政局")} == {"fanxian", NAMESAKE}
    assert [place.area_id for place in book.units_named("濮阳测试市范县民政局（章）")] == [NAMESAKE]
    # Payments: a name of two units is nobody's, a name with its city is one unit's.
    with pytest.raises(PayoutError, match="范县"):
        unit_id_of("范县")
    assert [unit_id_of(f"{city}范县")[0] for city in ("濮阳市", "濮阳测试市")] == ["fanxian", NAMESAKE]


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
