"""报送工作台 and 数据质量 on the whole demonstration: what the pages say is what the release holds, worked out apart."""

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest

from pages.briefing.trends.files import months_file
from pages.briefing.trends.rows import LEVEL, series_of
from pages.workbench.submissions import explaining
from tests.conftest import run_command
from tests.declared import units_of
from warehouse.desk.received import ReceivedLog
from warehouse.home import Home
from warehouse.read.meta import catalog
from warehouse.read.month import months, quality, submissions
from warehouse.read.value import values
from warehouse.series.what_if import WhatIf
from warehouse.status import BACKUP_MARK
from warehouse.wording.desk import submissions as words

SUBMISSIONS, QUALITY, TRENDS = "workbench/submissions/page.py", "workbench/quality/page.py", "briefing/trends/page.py"
EXPLAINED = ("hualong", "visit_due_count", date(2024, 9, 1))
"""Four times the persons due for a visit, with 敬老月集中核查 beside the figure."""


@pytest.fixture
def desk_root(demo_root, real_home, tmp_path):
    """A data home with the releases of the whole demonstration and a desk of its own, to be written to."""
    for ours, theirs in ((Home(tmp_path), real_home), (Home(tmp_path).demo(), demo_root.demo())):
        ours.root.mkdir(parents=True, exist_ok=True)
        ours.releases.symlink_to(theirs.releases)
    return Home(tmp_path)


@pytest.mark.bar("ET7")
def test_the_board_shows_every_unit_and_month_and_the_text_names_everybody_who_owes(show_of, demo_root, demo_release):
    page = show_of(demo_root, SUBMISSIONS)
    assert not page.app.exception
    rows = submissions.board(demo_release, city_area_id="puyang").frame.to_dicts()
    # Each unit and the twelve months from 2025-11 to 2026-10, all forms in a cell, each said in words.
    cells = dict(re.findall(r'data-act="cell:([^"]+)" aria-label="([^"]+)"', page.html))
    assert len(cells) == len(units_of("puyang")) * 12
    for row in rows:
        said = cells.get(f"{row['area_id']}:{row['month']:%Y-%m}", "")
        if row["month"] >= date(2025, 11, 1):
            assert f"{row['form_zh']}{words.state_of(row).label_zh}" in said
    # The finding counts what the release holds: of all forms of the newest month, and what older months owe.
    newest = [row for row in rows if row["month"] == date(2026, 10, 1)]
    older = [row for row in rows if row["month"] < date(2026, 10, 1) and row["state_code"] == "not_reported"]
    assert f"2026年10月应报{len(newest)}张报表" in page.finding
    assert f"此前各月还有{len(older)}张逾期未报" in page.finding
    text = unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page.html, re.DOTALL).group(1))
    owed = submissions.outstanding(demo_release, city_area_id="puyang").frame.to_dicts()
    assert {row["area_name_zh"] for row in owed} == set(re.findall(r"^\d+．(.+)（\d+张）$", text, re.MULTILINE))
    for row in owed:
        assert f"{row['month'].year}年{row['month'].month}月" in text and f"《{row['form_zh']}》" in text
    assert "复制催报文字" in page.html


@pytest.mark.bar("ET6")
def test_the_words_for_a_jump_travel_to_the_briefing_page_and_its_files(show_of, demo_root, demo_release, tmp_path):
    unit, indicator, month = EXPLAINED
    page = show_of(demo_root, TRENDS, area=unit, indicator=indicator, span="46")
    assert not page.app.exception
    assert "敬老月集中核查" in page.text
    known = catalog.indicators(demo_release, indicator_code=indicator).frame.row(0, named=True)
    rows = months.series(demo_release, indicator_code=indicator, area_ids=(unit,)).frame.to_dicts()
    made = months_file(series_of(rows, known, LEVEL, (), first=rows[0]["month"], last=rows[-1]["month"]), (), {})
    (told,) = made.filter(made["月份"] == "2024年9月")["这个月"]
    assert "敬老月集中核查" in told
    (row,) = values.values(
        demo_release, indicators=[indicator], areas=[unit], first_on=month, last_on=date(2024, 9, 30), limit=9
    ).frame.to_dicts()
    assert "敬老月集中核查" in row["note_zh"]
    out = tmp_path / "月报.csv"
    query = f"select * from mart.indicator_month where area_id = '{unit}' and month = date '2024-09-01'"
    done = run_command("export", query, str(out), "--demo", home=demo_root.root)
    assert done.returncode == 0, done.stderr
    assert "敬老月集中核查" in out.read_text(encoding="utf-8-sig")


@pytest.mark.bar("DQ7")
def test_the_register_of_corrections_is_there_for_every_reader(show_of, demo_root):
    page = show_of(demo_root, QUALITY)
    assert not page.app.exception
    for said in ("1个数按更正登记改用", "台前县", "280", "28个", "台前县来函", "2025年1月16日登记，2027年12月31日失效"):
        assert said in page.text, said


@pytest.mark.bar("OP3")
def test_the_state_of_the_machine_is_on_the_page_last_load_rows_rules_disk_and_backup(show_of, desk_root, demo_release):
    at = datetime(2026, 11, 20, 2, 38, tzinfo=UTC)
    ReceivedLog(desk_root.demo()).add("20261120-01", [("0" * 64, "月报.xlsx", 100, at)], who="收件箱")
    (desk_root.demo().root / BACKUP_MARK).touch()
    counted = demo_release.rows(
        "select (select count(*) from core.fct_observation) as observations,"
        " (select count(*) from meta.submission where revision > 0) as forms,"
        " (select count(distinct rule_code) from meta.issue where is_open and severity_code = 'blocking') as rules,"
        " (select count(*) from meta.issue where is_open and severity_code = 'blocking') as faults"
    ).frame.row(0, named=True)
    text = show_of(desk_root, QUALITY).text
    assert "最近收件2026年11月20日 10:38，累计 1 个文件" in text
    assert f"月报 {counted['forms']} 张、观测值 {counted['observations']} 行" in text
    assert f"{counted['rules']} 条（{counted['faults']} 处必须更正）" in text
    assert re.search(r"磁盘(▼ 关注　)?剩余 \d+\.\d GB，共 \d+\.\d GB", text)
    assert re.search(r"备份\d{4}年\d+月\d+日 \d\d:\d\d，距今不到1天", text)


def test_words_for_a_held_figure_are_taken_from_somebody_with_an_identity_and_from_nobody_else(
    show_of, desk_root, demo_release, monkeypatch
):
    (held,) = [
        row
        for row in quality.held(demo_release, city_area_id="puyang").frame.to_dicts()
        if row["month"] == date(2026, 10, 1)
    ]
    assert (held["area_id"], held["indicator_code"]) == ("nanle", "meal_site_count")
    page = show_of(desk_root, SUBMISSIONS, unit="nanle", month="2026-10")
    assert "登录的填报人、审核人也可以在这里补写说明" in page.text
    assert not [one for one in page.app.button if one.label == "记下说明"]
    monkeypatch.setattr(explaining, "who", lambda: "数据科")
    page = show_of(desk_root, SUBMISSIONS, unit="nanle", month="2026-10")
    assert "说明是空的" in _written(page, "").text
    assert "已记下，下次更新后采用" in _written(page, "新挂牌助餐点36个").text
    key = ("nanle", "meal_site_count", "total")
    assert ReceivedLog(desk_root.demo()).explanations() == {(key, date(2026, 10, 1)): "新挂牌助餐点36个"}


def _written(page, text: str):
    """The page after these words were written into the box and sent off."""
    (box,) = [one for one in page.app.text_area if one.label == "变动的原因"]
    (button,) = [one for one in page.app.button if one.label == "记下说明"]
    box.set_value(text)
    button.click()
    return page.run()


@pytest.mark.bar("TR7")
def test_a_what_if_is_kept_by_name_and_worked_out_again_when_its_method_changes(show_of, desk_root, monkeypatch):
    """Nobody is named: the assumption is shown and not kept; a named person keeps it, sees it again, takes it away."""
    page = show_of(desk_root, "briefing/targets/page.py")
    assert "如果……会怎样" in " ".join(one.label for one in page.app.expander)
    assert "假设按往年各月的节奏，速度100%：到2026年12月" in page.text
    # The projection of the page above has the same rule at full pace; its method and its error are printed.
    (projected,) = re.findall(r"培训人次年末预计([\d,.万]+)人次", page.text)
    assert f"速度100%：到2026年12月，养老服务人才培训人次累计约{projected}人次" in page.text
    assert re.search(r"第1版。其余各月＝.*用同样的算法回看3个完整年份同月，年末数平均差\d+\.\d%", page.text)
    assert any("没有登录身份" in one.value for one in page.app.caption)
    monkeypatch.setattr("pages.briefing.targets.what_if.who", lambda: "li")
    page.app.number_input(key="what-if-pace").set_value(120)
    page.run()
    (answer,) = re.findall(r"速度120%：到2026年12月，养老服务人才培训人次累计约([\d,.万]+)人次", page.text)
    page.app.text_input(key="what-if-title").set_value("加快两成")
    page.app.button(key="FormSubmitter:keep-what-if-存下这个假设").click()
    page.run()
    assert f"约{answer}人次；现在（2026年10月）约{answer}人次" in page.text
    # A new rule: every month to come brings nothing.
    monkeypatch.setattr("pages.briefing.targets.what_if.METHOD", 2)
    monkeypatch.setattr(
        "pages.briefing.targets.what_if.what_if",
        lambda total, month, shares, assumed: WhatIf(total=total, monthly=0, month_count=2, error=None, case_count=0),
    )
    page.run()
    (so_far,) = re.findall(r"2026年10月累计([\d,.万]+)人次", page.text)
    assert f"约{answer}人次；算法已由第1版改为第2版，已重算：现在（2026年10月）约{so_far}人次" in page.text
    next(one for one in page.app.button if one.label == "删除").click()
    page.run()
    assert "加快两成" not in page.text
