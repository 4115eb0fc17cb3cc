"""指标: it opens on an indicator that has numbers, shows them with their line, and never takes a target for what is so."""

import re

from warehouse.read.month import months

PAGE = "workbench/indicator/page.py"


def test_without_months_it_opens_on_a_key_rate_with_a_printed_number_and_its_day(show):
    page = show(PAGE)
    assert not page.app.exception
    # Visits and beds are printed as targets only; 2016 homes for 2871 villages are 70.2 %, as of the reply of 2023.
    assert page.finding == "濮阳市农村幸福院覆盖率70.2%，2023年7月28日"
    # 82 for 611; of that document only the year is printed.
    row = next(re.sub("<[^>]+>", "|", row) for row in re.findall(r"<tr>.*?</tr>", page.html) if "抚顺市" in row)
    assert "13.4%" in row
    assert "2023年（时点不详）" in row


def test_a_target_is_listed_as_a_target_and_is_nobodys_value(show):
    page = show(PAGE, indicator="monthly_visit_rate")
    assert page.finding.startswith("特殊困难老年人月探访率：")
    row = next(re.sub("<[^>]+>", "|", row) for row in re.findall(r"<tr>.*?</tr>", page.html) if "100%" in row)
    assert "目标" in row


def test_with_months_the_newest_number_leads_and_each_unit_has_its_line_and_step(show_truth, truth_release):
    page = show_truth(PAGE, indicator="nursing_bed_share")
    newest = months.series(truth_release, indicator_code="nursing_bed_share", area_ids=("puyang",)).frame.row(-1, named=True)  # fmt: skip
    assert f"濮阳市养老机构护理型床位占比{newest['value'] * 100:.1f}%" in page.finding
    drawn = page.html.partition('<div class="numbers">')[2].partition("</figure>")[0]
    # The city and its nine units.
    assert drawn.count('<svg class="spark"') == 10
    assert page.text.count("较上月") >= 10
    # Functional zones are a group of their own behind the counties.
    counties, _, zones = drawn.partition("功能区（单列，不与县（区）混排）")
    assert counties.count('class="row') == 7 and "濮阳县" in counties
    assert all(name in zones and name not in counties for name in ("工业园区", "经开区", "示范区"))


def test_an_indicator_without_any_number_says_who_has_none(show):
    page = show(PAGE, indicator="allowance_arrears_yuan")
    assert not page.app.exception
    assert "本批次没有数" in page.text
