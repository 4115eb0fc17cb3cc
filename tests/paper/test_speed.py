"""Limits of time, measured with nothing beside them: a month's files, all sheets, one page."""

import time

import pytest

from tests.declared import CITIES, units_of
from tests.pace import slowed
from warehouse.paper.facts import gather
from warehouse.paper.files import page_files
from warehouse.paper.page import Figure, Grid, PagePaper
from warehouse.paper.produce import produce
from warehouse.paper.requests import wanted

pytestmark = pytest.mark.alone


def seconds(make):
    started = time.perf_counter()
    made = make()
    return time.perf_counter() - started, made


def test_all_files_of_one_month_take_six_seconds(demo_release):
    took, files = seconds(
        lambda: produce(demo_release, wanted(demo_release, city="濮阳", formats=("pdf", "docx", "xlsx", "png", "svg")))
    )
    assert len(files) == 5
    assert took <= 6 * slowed(), f"{took:.1f} s"


def test_the_sheets_of_all_units_in_three_formats_take_forty_five_seconds(demo_release, full):
    """Of one city its share of the time, of all with `--full`."""
    cities = CITIES if full else CITIES[-1:]
    units = [unit for city in cities for unit in units_of(city)]

    def made():
        return [
            file
            for city in cities
            for file in produce(
                demo_release, wanted(demo_release, city=city, kind="一张纸", formats=("pdf", "docx", "png"))
            )
        ]

    took, files = seconds(made)
    # A PDF, a Word file and two pictures each.
    assert len(files) == len(units) * 4
    assert took <= 45 * len(units) / len(units_of()) * slowed(), f"{took:.1f} s"


def test_the_pdf_of_a_page_takes_a_second(demo_release):
    facts = gather(demo_release, city_area_id="puyang")
    grid = Grid(
        heads=("单位", *(f"列{n}" for n in range(8))), rows=tuple((f"第{n}行", *["66.7%"] * 8) for n in range(60))
    )
    page = PagePaper(
        title_zh="总览",
        about_zh="濮阳市",
        finding_zh="六个县（区）达到时序要求",
        items=tuple(Figure(claim_zh=f"图{n}", grid=grid, foot_zh="来源：月报") for n in range(6)),
        stamp=facts.stamp(),
    )
    page_files.pdf(page)
    took, _ = seconds(lambda: page_files.pdf(PagePaper(**{**page.__dict__, "finding_zh": "另一句"})))
    assert took <= 1 * slowed(), f"{took:.2f} s"
