"""高龄津贴: sums that hold, stops against deaths, townships with masked cells, the year ahead."""

import re
from datetime import date

import pytest

from warehouse.read.month import allowance, months
from warehouse.series.outlook import outlook

PAGE = "briefing/allowance/page.py"
MONTH = date(2026, 10, 1)


def test_the_finding_tells_recipients_money_and_money_per_head_and_names_the_silent_unit(show_truth):
    page = show_truth(PAGE)
    assert not page.app.exception
    assert re.search(r"；向10\.\d万人发放高龄津贴\d+\.\d万元，人均\d\d\.\d\d元。$", page.finding)
    # 台前县 reports no death in August, September and October.
    assert re.match(r"2026年10月，濮阳市台前县（预期约\d+人）一个季度没有一例去世停发；", page.finding)


def test_the_arithmetic_per_head_and_of_the_tiers_is_shown(show_truth, truth_release):
    page = show_truth(PAGE)
    rows = {
        row["age_tier_code"]: row
        for row in allowance.tiers(truth_release, area_id="puyang", month=MONTH).frame.to_dicts()
    }
    total = rows["total"]
    assert f"人均＝{int(total['paid_yuan']):,}元÷{int(total['recipient_count']):,}人＝" in page.text
    assert f"{int(rows['age_80_89']['recipient_count']):,}人×50元" in page.text
    assert "相符" in page.text
    # Persons × standard of the three tiers, worked here.
    due = sum(
        rows[tier]["recipient_count"] * yuan
        for tier, yuan in (("age_80_89", 50), ("age_90_99", 100), ("age_100_plus", 300))
    )
    assert total["expected_yuan"] == due
    assert total["paid_yuan"] == due + total["arrears_yuan"] - total["recovered_yuan"]


def test_the_deaths_to_be_expected_are_the_citys_share_of_the_same_quarter_in_earlier_years(truth_release):
    rows = {
        row["area_id"]: row
        for row in allowance.stops(truth_release, city_area_id="puyang", month=MONTH).frame.to_dicts()
    }
    assert rows["taiqian"]["death_stops"] == 0
    assert rows["taiqian"]["expected_deaths"] == pytest.approx(
        rows["taiqian"]["recipient_months"] * rows["taiqian"]["city_death_share"]
    )
    # A month 0.86 % of recipients die on average; by the parameters 0.9, 0.95 and 1.0 of that from August to October.
    assert rows["hualong"]["city_death_share"] == pytest.approx(0.0086 * 0.95, rel=0.08)
    assert rows["hualong"]["basis_code"] == "season"
    # 1.05, 1.25 and 1.25 of it from November to January: in winter a third more are expected than in autumn.
    winter = allowance.stops(truth_release, city_area_id="puyang", month=date(2026, 1, 1)).frame.row(0, named=True)
    assert winter["city_death_share"] == pytest.approx(0.0086 * (1.05 + 1.25 + 1.25) / 3, rel=0.08)


def test_without_earlier_years_the_quarter_is_held_against_the_year_with_the_factor_of_its_season(truth_release):
    first = allowance.stops(truth_release, city_area_id="puyang", month=date(2023, 8, 1)).frame.row(0, named=True)
    # June to August 2023, after January to May: 1.25, 1.25, 1.0, 0.95, 0.95 of 0.86 %, together 1.08, times 0.9.
    assert first["basis_code"] == "year"
    assert first["city_death_share"] == pytest.approx(0.0086 * 1.08 * 0.9, rel=0.12)


def test_a_unit_whose_deaths_are_masked_is_not_judged(truth_release):
    rows = {
        row["area_id"]: row
        for row in allowance.stops(truth_release, city_area_id="puyang", month=MONTH).frame.to_dicts()
    }
    masked = [row for row in rows.values() if row["death_status"] == "suppressed"]
    assert masked
    assert all(row["death_stops"] is None for row in masked)


@pytest.mark.bar("MP4")
def test_the_townships_of_a_unit_are_a_list_without_any_boundary(show_truth, truth_release):
    page = show_truth(PAGE, unit="puyangxian")
    names = allowance.townships(truth_release, unit_area_id="puyangxian", month=MONTH).frame["area_zh"].to_list()
    assert len(names) > 15
    for name in names:
        assert name in page.text
    assert "分乡镇（街道）" in page.text


def test_a_masked_cell_prints_a_star_and_its_value_is_not_in_the_release(show_truth, truth_release):
    rows = allowance.townships(truth_release, unit_area_id="qingfeng", month=MONTH).frame
    masked = rows.filter(rows["recipients_total_status"] == "suppressed")
    assert masked["recipients_total"].null_count() == masked.height
    units = allowance.units(truth_release, city_area_id="puyang", month=MONTH).frame
    hidden = units.filter(units["paid_yuan"].is_null() & (units["status_code"] == "reported"))
    assert hidden.height > 0
    assert ">*<" in show_truth(PAGE).html


def test_a_zone_without_townships_says_why(show_truth):
    page = show_truth(PAGE, unit="puyang_etdz")
    assert "分乡镇（街道）" in page.text
    assert "没有分乡镇的数" in show_truth(PAGE, unit="puyang_demo_zone").text


def test_the_budget_prints_its_method_and_its_back_test(show_truth, truth_release):
    page = show_truth(PAGE)
    values = (
        months.series(truth_release, indicator_code="allowance_paid_yuan", area_ids=("puyang",))
        .frame["value"]
        .to_list()
    )
    ahead = outlook(values)
    assert ahead.backtest_error is not None
    assert "各月预计＝上年同月×（近12个月合计÷再前12个月合计）" in page.text
    assert re.search(r"回测：站在12个月前用同一方法，合计误差-?\d+\.\d\d%", page.text)
    assert "濮阳市今后12个月约需" in page.text


def test_a_month_with_a_unit_missing_has_no_city_total(show_truth):
    page = show_truth(PAGE, month="2026-08")
    assert page.finding.startswith("2026年8月，濮阳市高龄津贴全市数缺（工业园区未报），不合计、不算人均")
    assert not page.app.exception


def test_an_amount_taken_back_is_shown_as_it_is(show_truth):
    page = show_truth(PAGE, month="2025-05")
    assert not page.app.exception
    assert "-1200元" in page.text


def test_one_month_alone_has_no_outlook_and_says_why(show, one_month_home, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(one_month_home.root))
    page = show(PAGE, data="demo")
    assert not page.app.exception
    assert "还不能推算今后12个月的预算" in page.text
    assert "只有1个月，不足24个月" in page.text
    assert "没有可比的月份" in page.text


def test_a_budget_is_not_drawn_on_over_a_declared_break(show_of, broken_home):
    page = show_of(broken_home, PAGE)
    assert not page.app.exception
    assert "2026年1月起补发改由财政直发，与此前不是一回事，还不足24个月。" in page.text
    assert "今后12个月约需" not in page.text


def test_when_nobody_reported_every_part_has_its_state(show, nothing_home, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(nothing_home.root))
    page = show(PAGE, data="demo")
    assert not page.app.exception
    assert "错误编号" not in page.text
    assert "全市数缺" in page.finding


def test_the_real_release_shows_the_standards_with_their_sentence(show):
    page = show(PAGE)
    assert page.finding == "濮阳市每人每月：80—89岁50元，90—99岁100元，100岁及以上300元；发给了多少人，还没有月报。"
    assert "从2014年10月起" in page.text
    assert "看演示数据里的这一页" in page.text


def test_a_city_without_published_standards_says_so(show):
    assert show(PAGE, city="fushun").finding == "抚顺市没有找到公开的高龄津贴标准，也还没有月报。"
