"""目标与进度: every target with its document, several verdicts on one figure, pace, outlook, settlement, steps."""

import re
from datetime import date

import pytest

from pages.briefing.targets import board
from pages.briefing.targets.steps import step_chart
from pages.ui.kit.refs import ref
from pages.ui.marks.target_groups import groups
from pages.ui.marks.verdicts import bullet
from tests.declared import CITIES
from warehouse.read import Releases
from warehouse.read.receipt import receipts
from warehouse.read.target import progress
from warehouse.wording import months as month_words
from warehouse.wording import targets as words

PAGE = "briefing/targets/page.py"
JULY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def month_release(worked_home):
    with Releases(worked_home.demo()).acquire() as release:
        yield release


@pytest.fixture
def show_months(show, worked_home, monkeypatch):
    """Open a page of the release with months."""
    monkeypatch.setenv("YANGLAO_HOME", str(worked_home.root))
    return lambda script=PAGE, **parameters: show(script, data="demo", **parameters)


def sections(page) -> list[str]:
    """The cards of the page as text."""
    return [
        re.sub(r"<[^>]+>", "", found)
        for found in re.findall(r'<section class="verdicts">.*?</section>', page.html, re.DOTALL)
    ]


def row(**changes):
    facts = {
        "target_id": "t", "area_id": "puyang", "source_id": "s", "name_zh": "培训", "comparator": "eq", "unit_zh": "人次",
        "binding_code": "expected", "outlook_code": "hard", "outlook_label_zh": "难完成", "is_over": False,
        "is_replaced": False, "period_start_on": date(2026, 1, 1), "deadline_on": date(2026, 12, 31), "pace": 7 / 12, "pace_code": "linear",
        "target_value": 1670.0, "is_small_task": False, "target_as_written": "1670人次", "actual": 835.0, "completion": 0.5, "gap_pp": 0.5 - 7 / 12,
        "remaining": 835.0, "monthly_needed": 167.0, "recent_monthly": 94.0, "caveat_zh": None, "timing_zh": None,
        "indicator_code": "i", "actual_indicator_code": "i", "evidence_row_key": "e", "origin_code": "month",
        "month": JULY, "row_key": "k", "actual_as_written": None, "actual_unit_zh": "人次", "decimals": 0,
        "reading": "t", "verdict_key": "v", "is_marked": False, "smallest_gap_pp": 0.02, "part_zh": None,
    }  # fmt: skip
    return {**facts, **changes}


@pytest.mark.bar("TG2")
def test_2631_meets_two_targets_on_one_card_and_gets_two_verdicts(show):
    # 2631 / 1670 = 1.5754…; 25000 人次 in five years are 5000 a year, 2631 / 5000 = 0.5262.
    card = next(text for text in sections(show(PAGE)) if "2631人" in text)
    assert "完成1670人的157.5%" in card
    assert "为5000人次/年的52.6%（推算；人对人次，仅供参照）" in card
    assert "▲ 已完成" in card
    assert "◆ 口径待确认" in card


def test_two_readings_of_new_platforms_stand_side_by_side_without_a_verdict(show):
    # 1+8 in July 2025: nine with the city's platform, eight without; no document says that the target is met.
    card = next(text for text in sections(show(PAGE)) if "新建智慧养老服务平台数" in text)
    assert "有8个，目标9个" in card
    assert "有9个，目标9个" in card
    assert "已完成" not in card


@pytest.mark.bar("TG1")
@pytest.mark.parametrize("city", CITIES)
def test_every_target_is_shown_with_its_document_and_opens_its_sentence(show, real_release, city):
    page = show(PAGE, city=city)
    opened = set(page.receipts)
    targets = real_release.rows(
        "select t.*, s.title_zh, s.number_zh from core.dim_target as t left join meta.source as s using (source_id) "
        "where t.area_id = $city",
        {"city": city},
    ).frame.to_dicts()
    assert targets
    for target in targets:
        assert ref("core.dim_target", target["target_id"]) in opened
        assert target["chapter_zh"] in page.text
        found = receipts.receipt(real_release, relation="core.dim_target", row_key=target["target_id"])
        assert found.step.told.quote_zh == target["quote"]
        assert target["title_zh"] in found.step.source_zh
        # The plan prints no number; the letters that set targets do.
        assert (target["number_zh"] or "未印文号") in found.step.source_zh, found.step.source_zh
        # An attribute is shown only where the document prints one: in the plan's table.
        assert (target["binding_code"] == "not_printed") == (target["chapter_zh"] != "专栏1")
    assert ("预期性" in page.text) == (city == "puyang")
    assert "未印属性" in page.text


@pytest.mark.bar("TG5")
def test_a_qualitative_target_is_a_list_of_evidence_with_a_judge_and_never_a_percentage(show):
    page = show(PAGE)
    section = re.search(r"本科高校、职业院校养老服务相关专业招生规模“显著增长”.*?</ul>", page.html, re.DOTALL).group(0)
    text = re.sub(r"<[^>]+>", "", section)
    assert "由养老服务科（教育部门提供）判定" in text
    assert text.count("“") > 2
    # The sentence that sets the target is no evidence of it.
    assert "文件中有3条相关措施" in text
    assert "养老服务相关专业招生规模扩大" not in text
    assert "鼓励高等院校开设养老管理与服务相关专业" in text
    assert "%" not in text


COUNTED = """
    select k.label_zh, count(*) as n
    from mart.target_verdict as v
    inner join core.dim_target as t on t.target_id = v.target_id
    inner join meta.code as k on k.code_set = 'target_state_code' and k.code = v.target_state_code
    where t.area_id = $city and v.reading = 'all' and v.is_latest and not v.is_replaced
    group by k.label_zh
"""


@pytest.mark.parametrize(("city", "total"), [("puyang", 34), ("fushun", 1)])
def test_the_overview_and_the_targets_count_every_target_once_and_the_same(show, real_release, city, total):
    # 濮阳: 36 rows of the catalogue, two of them second readings; 抚顺: one target in two readings.
    counts = dict(real_release.rows(COUNTED, {"city": city}).frame.iter_rows())
    assert sum(counts.values()) == total
    said = {
        page: re.search(r"(\d+)个目标：([^。]+)。", show(page, city=city).finding)
        for page in (PAGE, PAGE.replace("targets", "overview"))
    }
    for found in said.values():
        assert int(found.group(1)) == total
        assert {label: int(n) for n, label in re.findall(r"(\d+)个([^，]+)", found.group(2))} == counts


def test_a_city_with_one_target_and_no_figure_says_so(show):
    page = show(PAGE, city="fushun")
    assert page.finding == "抚顺市1个目标：1个无数可判。"
    assert "500人" in page.text
    # “免费培训500人” is read as people trained, and as certificates.
    assert "按培训人数（照本句字面）" in page.text
    assert "按取证人数（承上句）" in page.text


def test_without_month_reports_seasonal_pace_is_said_to_be_missing_and_not_offered(show):
    page = show(PAGE)
    assert "季节序时、近三月速度和各单位快慢要等月报" in page.text
    assert not [control for control in page.app.segmented_control if control.key == "pick_pace"]


@pytest.mark.bar("TG3")
def test_pace_is_linear_or_by_the_season_of_the_years_before(show_months):
    # 1000 of 2000 by July: 50.0 %. Linear 7 / 12 = 58.3 %, so 8.3 points behind; in 2024 and 2025 49 of 100 lay behind
    # in July, so the target is level with the season.
    page = show_months()
    assert "滞后序时进度8.3个百分点" in page.finding
    assert "58.3%" in page.text
    page.app.segmented_control(key="pick_pace").set_value("seasonal")
    page.run()
    assert page.app.query_params["pace"] == "seasonal"
    # One point is less than the two that count; headline and line say the same.
    assert "与季节序时相当" in page.text
    assert "滞后序时进度8.3个百分点" not in page.finding
    assert "49.0%" in page.text
    assert "此前各完整年份同月累计占全年的平均比例" in page.text


@pytest.mark.parametrize(("asked", "name"), [({}, "序时进度"), ({"pace": "seasonal"}, "季节序时")])
def test_the_key_names_the_dotted_tick_by_its_rule(show_months, asked, name):
    html = show_months(**asked).html
    assert html.count('<i class="pace" style=')
    assert f'<span><i class="pace"></i>{name}</span>' in html


def test_the_key_names_no_tick_that_is_not_drawn(show):
    # No target of 抚顺 is under way in what is public.
    html = show(PAGE, city="fushun").html
    assert '<i class="pace"' not in html


@pytest.mark.bar("TG7")
def test_the_outlook_says_what_is_left_what_is_needed_how_fast_it_goes_and_by_which_rule(show_months):
    # Left: 2000 - 1000 = 1000, over five months 200 a month; April 610, July 1000: (1000 - 610) / 3 = 130 a month.
    # By that pace it would fail; but 49 of each 100 lay behind July in 2024 and in 2025: 1000 / 0.49 = 2041, above 2000.
    page = show_months()
    assert "难完成" not in page.finding
    assert "还差1000人次，月均需200人次，近三月月均130人次" in page.text
    assert "还差670人次，月均需134人次，近三月月均130人次" in page.text
    assert "能完成" in page.text
    assert "难完成只在回测不少于10例、错判不超过一成时才说" in page.text


def test_the_year_end_is_projected_with_interval_and_back_test_and_opens_its_years(show_months, month_release):
    # 1000 by July, of which 0.49 lay behind in both years before: 1000 / 0.49 = 2040.8.
    page = show_months()
    assert "年末预计2041人次" in page.text
    assert re.search(r"回测\d+例，其中\d+例实际超过上限|没有回测", page.text)
    (row_key,) = set(re.findall(r"mart\.year_outlook:(puyang\|training_person_times\|2026-07-01)", page.html))
    step = receipts.receipt(month_release, relation="mart.year_outlook", row_key=row_key).step
    assert step.told.value_text == "2041人次"
    # This July, and July and December of 2024 and 2025.
    assert len(step.inputs) == 5


@pytest.mark.bar("TG4")
def test_a_target_changed_in_mid_year_is_a_step_and_the_old_one_stays(show_months, month_release):
    versions = progress.versions(month_release, area_id="puyang").frame.to_dicts()
    done = progress.actuals(month_release, area_id="puyang", target_id="t_new").frame.to_dicts()
    old, now, actual = step_chart(versions, done).data
    assert (list(now.x), list(now.y)) == ([date(2026, 1, 1), JULY, date(2026, 12, 31)], [1670, 2000, 2000])
    assert now.line.shape == "hv"
    assert (list(old.y), old.line.dash) == ([1670, 1670], "dash")
    assert actual.y[-1] == 1000
    page = show_months()
    assert "由1670人次调整为2000人次，自2026年7月1日起；原目标保留" in page.html
    assert "原目标，已调整" in page.text
    assert "完成2000人次的50.0%" in page.text
    assert "完成1670人次的59.9%" in page.text


def test_nothing_is_drawn_as_a_step_where_no_target_changed(real_release):
    assert progress.versions(real_release, area_id="puyang").frame.is_empty()


@pytest.mark.bar("TG8")
def test_red_is_only_for_a_binding_target_missed_and_every_status_has_sign_and_word(show, show_months):
    # 8 × 60 + 20 = 500 of 900 beds are 55.6 %, the binding 60 % were due in June.
    page = show_months()
    red = set(re.findall(r'<span class="status miss"[^>]*>([^<]+)</span>', page.html))
    assert red == {"■ 未完成"}
    assert "比60%低4.4个百分点" in page.text
    for text in re.findall(r'<span class="status \w+"[^>]*>([^<]+)</span>', page.html):
        assert re.fullmatch(r"[▲▼●■○◆] \S+", text)
    assert words.tone(row(outlook_code="missed", binding_code="expected")) == "watch"
    assert words.tone(row(outlook_code="missed", binding_code="binding")) == "miss"
    assert words.tone(row(outlook_code="unknown", binding_code="binding")) == "void"


@pytest.mark.bar("TG8")
def test_what_has_no_direction_is_not_judged(show_truth, truth_release):
    declared = truth_release.rows(
        "select label_zh from meta.code where code_set = 'polarity_code' and code = 'neutral'"
    )
    assert declared.frame.item() == "不分好坏，不排名"
    # Enrolment rises every month; whether that is good nobody has declared.
    assert month_words.tone_of(1.0, {"polarity_code": "neutral"}) == "flat"
    page = show_truth("briefing/trends/page.py", indicator="enrolled_count")
    marks = set(re.findall(r'<span class="status (\w+)">(\S)', page.html))
    assert marks <= {("flat", "●")}


def test_a_month_with_a_silent_unit_has_no_city_figure_and_says_why(show_months):
    assert "2026年7月缺：有单位没有可用的数" in show_months().text


def test_an_earlier_month_is_shown_as_it_stood(show_months):
    # May: eight units 90 and 范县 20, 740 of 2000; linear 5 / 12 = 41.7 %, 37.0 - 41.7 = 4.7 points behind.
    page = show_months(month="2026-05")
    assert page.finding.startswith("截至2026年5月底")
    assert "滞后序时进度4.7个百分点" in page.text
    assert "未完成" not in page.finding


def test_units_are_held_against_the_city_rate_for_orientation_and_the_silent_one_is_named(show_months):
    page = show_months(target="t_beds_running")
    assert "护理型床位（2027年）：8个单位中1个未达到：清丰县；台前县没有数，未列入" in page.text
    assert "仅供参照，不是分解任务" in page.text
    # The deadline is still to come: who is short runs, and is not judged.
    assert "● 尚未达到" in page.text


def test_an_amount_nobody_divided_is_listed_by_unit_without_a_verdict(show_months):
    page = show_months(target="t_new")
    assert "9个单位有数，没有分解任务，不判断快慢" in page.text


@pytest.mark.parametrize(
    ("parameter", "value"), [("month", "1999-01"), ("pace", "lunar"), ("target", "moon"), ("city", "atlantis")]
)
def test_a_link_that_asks_for_something_unknown_says_so(show_months, parameter, value):
    page = show_months(**{parameter: value})
    assert not page.app.exception
    assert value in page.text
    assert "错误编号" not in page.text


def widest(page) -> float:
    return max(float(found) for found in re.findall(r"(?:width|left):([\d.]+)%", page.html))


def test_every_bar_is_drawn_in_full(show):
    assert widest(show(PAGE)) <= 100


def test_every_bar_of_a_release_with_months_is_drawn_in_full(show_months):
    assert widest(show_months()) <= 100


def test_bars_never_lie_beyond_their_scale():
    html = bullet(1.575, pace=1.0, top=1.575 * 1.02)
    assert 'class="done " style="width:98.04%"' in html
    assert 'class="unknown"' in bullet(None)


def test_every_number_of_the_page_opens_a_receipt_that_exists(show, real_release):
    found = set(show(PAGE).receipts)
    assert found
    assert receipts.receipts(real_release, found).keys() == found


def test_targets_share_a_card_by_figure_or_by_indicator():
    rows = [
        row(target_id="a", indicator_code="x", evidence_row_key="1"),
        row(target_id="b", indicator_code="y", evidence_row_key=None),
        row(target_id="c", indicator_code="z", evidence_row_key="1"),
        row(target_id="d", indicator_code="z", evidence_row_key=None),
    ]
    assert [[each["target_id"] for each in group] for group in groups(rows)] == [["a", "c", "d"], ["b"]]


def test_nothing_is_needed_a_month_after_the_deadline_or_where_all_is_done():
    assert words.outlook_zh(row()) == "还差835人次，月均需167人次，近三月月均94人次"
    assert words.outlook_zh(row(is_over=True)) == ""
    assert words.outlook_zh(row(remaining=0.0)) == ""
    assert words.outlook_zh(row(recent_monthly=None)) == "还差835人次，月均需167人次，近三月月均不详"


def test_a_share_is_told_in_points_and_not_as_a_rate_of_a_rate():
    share = row(unit_zh="%", actual=0.702, target_value=1.0, completion=0.702, actual_unit_zh="%", decimals=1)
    assert words.verdict(share).text == "70.2%，比100%低29.8个百分点"
    assert words.completion_figure(share) is None


def test_under_thirty_the_count_is_told_and_no_rate():
    few = row(unit_zh="个", actual_unit_zh="个", actual=8.0, target_value=9.0, is_small_task=True, completion=8 / 9)
    assert words.verdict(few).text == "有8个，目标9个"


def test_an_empty_city_has_a_sentence():
    assert words.finding("濮阳市", [], []).text == "本批次没有濮阳市的目标。"


def test_a_target_under_way_stands_first_also_in_a_month_of_which_nothing_can_be_said():
    """One target of this year without a value, one that ended without: the first is still under way, the second is not."""
    common = {"is_replaced": False, "comparator": "at_least", "outlook_code": "unknown", "binding_code": None,
              "actual": None, "target_value": 540.0, "parts_named": 1, "parts_measured": 0, "parts_met": 0,
              "reading_count": 1}  # fmt: skip
    live = {**common, "target_id": "a", "deadline_on": date(2026, 12, 31), "is_over": False}
    ended = {**common, "target_id": "b", "deadline_on": date(2025, 12, 31), "is_over": True}
    found = {code: [row["target_id"] for row in rows] for code, rows in board.grouped([ended, live]).items() if rows}
    assert found == {"running": ["a"], "unknown": ["b"]}
    assert words.absence_zh({"target_reason_code": "month_missing"}) == "有单位没有可用的数"
