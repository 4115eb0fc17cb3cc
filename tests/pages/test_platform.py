"""平台与培训: registered never alone, stages of one cohort, satisfaction beside answers, person-times against persons."""

import re
from datetime import date

import pytest

from etl.months.read.layouts import load_layouts
from tests.declared import CITIES, units_of
from warehouse.read.month import platform
from warehouse.read.month.platform import Stage

PAGE = "briefing/platform/page.py"
MONTH = date(2026, 10, 1)


def test_the_finding_tells_orders_and_satisfaction_with_the_rate_of_answers(show_truth):
    page = show_truth(PAGE)
    assert not page.app.exception
    assert re.match(
        r"2026年10月，濮阳市完成的单超过一半没有评价：评价率只有\d+\.\d%，评过的单里满意率\d+\.\d%；点单\d\.\d万单，完成\d\.\d万单",
        page.finding,
    )


@pytest.mark.bar("CO5")
def test_registered_never_appears_without_active_or_the_words_that_nobody_gave_it(
    show, show_truth, real_home, monkeypatch
):
    months = show_truth(PAGE)
    assert "登记74.8万人，当月活跃" in months.text
    monkeypatch.setenv("YANGLAO_HOME", str(real_home.root))
    for city in CITIES:
        page = show(PAGE, city=city)
        assert "未提供活跃数" in page.finding
    # The registered numbers of the documents carry the badge in their row.
    printed = show(PAGE)
    rows = re.findall(r"<tr>.*?</tr>", printed.html, re.DOTALL)
    registered = [row for row in rows if "入网老年人数" in row]
    assert registered
    assert all("未提供活跃数" in row for row in registered)


def test_a_registration_above_the_population_is_explained_and_not_clipped(show_truth):
    assert re.search(r"为60岁及以上常住人口66\.7万人（2020年）的11\d\.\d%，大于100%：疑为登记数", show_truth(PAGE).text)


def test_each_stage_of_a_cohort_is_at_most_the_one_before(truth_release):
    rows = platform.funnel(truth_release, area_id="puyang", last_month=MONTH, count=12).frame
    assert rows.height == 12
    assert rows["is_falling"].all()
    newest = rows.row(0, named=True)
    declared = platform.stages(truth_release)
    # What the forms call a funnel is what the page draws: no second list of stages.
    [narrowing] = {
        one.by
        for layout in load_layouts().values()
        if layout.form_code == "platform"
        for one in layout.relations
        if one.kind == "funnel"
    }
    assert tuple(one.code for one in declared) == narrowing
    assert [one.rate_code == "" for one in declared] == [True] + [False] * (len(declared) - 1)
    stages = [newest[one.code] for one in declared]
    assert stages == sorted(stages, reverse=True)
    assert newest["rating_rate"] == pytest.approx(newest["order_rated_count"] / newest["order_completed_count"])


def test_a_stage_above_the_one_before_is_called_a_contradiction():
    from pages.briefing.platform.parts import _funnel_claim

    stages = [Stage("order_placed_count", "点单数", ""), Stage("order_rated_count", "评单数", "rating_rate")]
    row = {"order_placed_count": 10.0, "is_falling": False, "rating_rate": 0.5}
    assert "有矛盾" in _funnel_claim(row, [*stages, Stage("order_satisfied_count", "满意单数", "satisfaction_rate")])


def test_satisfaction_stands_beside_the_rate_of_answers_for_every_unit(show_truth):
    page = show_truth(PAGE)
    assert page.html.count('class="two"') == len(units_of("puyang"))
    assert "评价率最低的是" in page.text
    assert "完成单中明确满意的至少" in page.text
    assert "存疑" in page.text


def test_person_times_persons_and_certificates_stand_apart(show_truth, truth_release):
    page = show_truth(PAGE)
    rows = {
        row["area_id"]: row
        for row in platform.training(truth_release, city_area_id="puyang", month=MONTH).frame.to_dicts()
    }
    city = rows["puyang"]
    assert (
        f"培训{int(city['person_times'])}人次，去重{int(city['people'])}人，取证{int(city['certificates'])}人"
        in page.text
    )
    assert city["person_times"] == sum(row["person_times"] for area, row in rows.items() if area != "puyang")
    # 1508 of 2026 against the 1927 of 2025 (parameters): 78.3 %.
    assert "为上年全年的78.3%" in page.text


def test_a_month_with_a_unit_missing_says_who(show_truth):
    page = show_truth(PAGE, month="2026-08")
    assert page.finding == "2026年8月，濮阳市工单全市数缺（工业园区未报），不合计。"


@pytest.mark.parametrize("home", ["one_month_home", "nothing_home"])
def test_thin_months_have_designed_states(show, request, monkeypatch, home):
    monkeypatch.setenv("YANGLAO_HOME", str(request.getfixturevalue(home).root))
    page = show(PAGE, data="demo")
    assert not page.app.exception
    assert "错误编号" not in page.text
    assert page.finding


def test_the_real_release_lists_what_documents_print_and_points_to_the_demonstration(show):
    page = show(PAGE)
    assert page.finding == "濮阳市平台登记70余万人（2024年6月4日），未提供活跃数；工单与满意率还没有月报。"
    assert "看演示数据里的这一页" in page.text
    fushun = show(PAGE, city="fushun")
    assert fushun.finding.startswith("抚顺市没有公布平台登记数，未提供活跃数")
    # A headline of one line shows no full stop; who listens or copies has it.
    assert '<span class="clause">。</span></h1>' in fushun.html
