"""What a leader would have to take back: each kind of slip once found on a page, held on every place it could stand."""

import re
from datetime import date

import pytest

from pages.registry import PAGES
from tests.declared import CITIES
from warehouse.read.document import checks
from warehouse.read.month import months, overview, platform, submissions
from warehouse.read.place import profile
from warehouse.read.target import targets
from warehouse.wording import profile_months
from warehouse.wording import targets as target_words
from warehouse.wording.desk.submissions import CORRECTED, LATE, state_of
from warehouse.wording.grammar import sentences

MONTH = date(2026, 10, 1)


@pytest.fixture(scope="module")
def documents_pages(real_home):
    """The text of every page for leaders on the real release for every city, by page and city."""
    from tests.pages.conftest import Shown, at_address

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YANGLAO_HOME", str(real_home.root))
        shown = {}
        for entry in (one for one in PAGES if one.script.startswith("briefing/")):
            for city in CITIES:
                shown[entry.script, city] = Shown(at_address(entry.script, city=city)).run().text
        return shown


# ── printed or not ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_page_gives_a_day_that_no_document_prints(documents_pages, real_release):
    # Days of issue, days printed in the texts, the census; the day a release was made stands in the colophon.
    rows = real_release.rows
    printed = "".join(rows("select text_zh from meta.document_paragraph").frame["text_zh"])
    issued = rows("select issued_on from meta.source where issued_on is not null").frame["issued_on"]
    built = real_release.header["built_at"].date()
    known = {f"{day.year}年{day.month}月{day.day}日" for day in (*issued, date(2020, 11, 1), built, date.today())}
    for place, text in documents_pages.items():
        for found in re.findall(r"\d{4}年\d{1,2}月\d{1,2}日", text):
            assert found in known or found in printed, (place, found)


def test_a_target_carries_the_attribute_and_the_deadline_its_document_prints(real_release):
    for row in real_release.rows("select * from core.dim_target").frame.to_dicts():
        stamped = {"binding": "约束性", "expected": "预期性"}.get(row["binding_code"])
        quote = row["quote"]
        assert (stamped in quote) if stamped else ("约束性" not in quote and "预期性" not in quote), row["target_id"]
        # 底 is said only where it is printed.
        assert ("底" in target_words.deadline_zh(row)) <= ("底" in quote + (row["deadline_quote"] or "")), row[
            "target_id"
        ]


def test_a_city_is_never_dated_by_another_citys_documents(documents_pages):
    # The only document of 抚顺 prints 2023 and nothing else; 2025-07-09 and 2024-06-04 are days of 濮阳's replies.
    for (script, city), text in documents_pages.items():
        if city == "fushun" and script.startswith("briefing/") and not re.search("comparison|documents", script):
            for foot in re.findall(r"来源：[^。]*?版本：", text):
                assert "2025年7月9日" not in foot and "2024年6月4日" not in foot, (script, foot)


def test_what_began_is_not_said_to_have_ended_in_its_first_month(documents_pages):
    for place, text in documents_pages.items():
        for began in re.findall(r"自(\d{4}年\d{1,2}月)起", text):
            assert f"截至{began}底" not in text, place


# ── bounds ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_made_of_hedged_figures_is_told_with_its_bound(documents_pages, real_release):
    lines = [sentences.check_line(row).text for row in checks.cross_checks(real_release).frame.to_dicts()]
    text = "".join([*documents_pages.values(), *lines])
    # 10万余 ÷ 66.7万: at least 100,000 / 667,500 = 0.1498, so 0.14; 约2.25亿 ÷ 402万余 = 55.97, about.
    assert "不低于0.14人次/人" in text
    assert "约55.97元/人次" in text
    assert not re.search(r"(?<!于)0\.15人次", text)
    assert not re.search(r"(?<!约)55\.97元", text)
    # 66.65 / 66.665 = 99.977 %, 66.75 / 66.655 = 100.1425 %, rounded outward.
    assert "在99.97%—100.15%之间，不能断定超过100%" in text
    # 2871 villages, 2016 homes, two of which may stand in one village.
    for found in re.finditer("855个", text):
        assert "至少" in text[max(0, found.start() - 8) : found.start()], text[found.start() - 20 : found.end()]


def test_the_allowance_page_tells_the_sums_since_the_scheme_began_as_printed(documents_pages):
    text = documents_pages[next(key for key in documents_pages if "allowance" in key[0] and key[1] == "puyang")]
    assert "约2.25亿元" in text
    assert "402万余人次" in text
    assert "文件没有写截止时间" in text


# ── one judge ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("month", [date(2024, 3, 1), date(2026, 6, 1), MONTH])
@pytest.mark.parametrize("city", CITIES)
def test_a_unit_is_alike_on_one_page_where_it_is_alike_on_the_other(demo_release, city, month):
    from warehouse.catalog.sheet import sheet_indicators

    indicators = {
        row["indicator_code"]: row for row in demo_release.rows("select * from meta.indicator").frame.to_dicts()
    }
    cells = overview.matrix(
        demo_release, city_area_id=city, month=month, indicator_codes=sheet_indicators()
    ).frame.to_dicts()
    told = 0
    for unit in {cell["area_id"] for cell in cells if cell["level_code"] == "unit"}:
        sheet = profile.standing(
            demo_release, unit_area_id=unit, month=month, indicator_codes=sheet_indicators()
        ).frame.to_dicts()
        said = {
            row["indicator_code"]: profile_months.against_city_zh(row, indicators[row["indicator_code"]])
            for row in sheet
        }
        for cell in cells:
            if cell["area_id"] == unit and cell["against_code"] == "city" and cell["standing_code"]:
                told += 1
                assert (cell["standing_code"] == "level") == (said[cell["indicator_code"]] == "相当"), cell
    assert told > 20


@pytest.mark.parametrize("city", CITIES)
def test_a_running_target_on_training_stands_on_both_pages(show, demo_root, demo_release, monkeypatch, city):
    monkeypatch.setenv("YANGLAO_HOME", str(demo_root.root))
    found = targets.lines(demo_release, area_id=city, month=MONTH, today=MONTH).frame.to_dicts()
    running = {
        row["name_zh"]
        for row in found
        if row["indicator_code"] in platform.TRAINING and row["level_code"] == "city" and not row["is_replaced"] and target_words.is_running(row)
    }  # fmt: skip
    text = show(next(entry.script for entry in PAGES if "platform" in entry.script), city=city, data="demo").text
    assert running
    assert all(name in text for name in running)
    assert "没有登记进行中的培训目标" not in text


def test_a_corrected_report_is_a_correction_however_late_and_nothing_else(demo_release):
    row = {"state_code": "corrected", "is_late": True}
    assert state_of(row) is CORRECTED
    assert state_of({**row, "state_code": "accepted"}) is LATE
    # The same word on the sheet of the unit and on the board of reports, for every form of a sample of months.
    seen = 0
    for city in CITIES:
        board = submissions.board(demo_release, city_area_id=city).frame.to_dicts()
        states = {(one["area_id"], one["month"], one["form_code"]): state_of(one) for one in board}
        for area, month in sorted({(one["area_id"], one["month"]) for one in board})[::7]:
            for form in profile.submissions(demo_release, unit_area_id=area, month=month).frame.to_dicts():
                state = states[area, month, form["form_code"]]
                assert ("迟报" in profile_months.reported_zh(month, [form])) == (state is LATE)
                seen += state in (LATE, CORRECTED)
    assert seen > 5


def test_what_was_taken_in_time_and_sent_again_later_is_not_late(demo_release):
    # February 2024, due on 5 March: 经开区 sent four forms on the 11th and 台前 four on the 13th; 范县 sent its training on
    # the 1st and once more, with the same figures, on the 21st. January 2025: 南乐 alone, four forms two days late.
    first = {date(2024, 2, 1): {"puyang_etdz", "taiqian"}, date(2025, 1, 1): {"nanle"}}
    board = submissions.board(demo_release, city_area_id="puyang").frame.to_dicts()
    for month, late in first.items():
        span = {"city_area_id": "puyang", "first_month": month, "last_month": month}
        for rows in (
            [one for one in board if one["month"] == month],
            months.reporting(demo_release, **span).frame.to_dicts(),
        ):
            told = [one["area_id"] for one in rows if state_of(one) is LATE]
            assert (set(told), len(told)) == (late, 4 * len(late))


# ── a merger is no gap, a few are no news ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["real", "demo"])
def test_a_home_that_serves_several_townships_leaves_no_blanks_to_count(real_release, demo_release, kind):
    release = demo_release if kind == "demo" else real_release
    found = release.rows(
        """
        select count(*) as places, count(c.blank) as blanks
        from mart.coverage as c
        where c.network_code in (select network_code from meta.network where is_shared)
        """
    ).frame.row(0, named=True)
    assert found["places"] > 0
    assert found["blanks"] == 0


def test_a_sixth_of_a_place_is_no_lag_and_three_of_a_hundred_are():
    # A task of 40: 33 of 40 are 82.5 %, at a pace of 82.93 % 33.17 were due: 0.17 of a place, less than one.
    row = {"completion": 33 / 40, "smallest_gap_pp": 1 / 40}
    assert target_words.is_level(row, 33.17 / 40)
    assert target_words.pace_zh(row, 33.17 / 40) == "与序时进度相当"
    # A task of 100: 80 where 83 were due.
    row = {"completion": 0.80, "smallest_gap_pp": 0.02}
    assert target_words.pace_zh(row, 0.83) == "滞后序时进度3.0个百分点"


def test_changes_of_a_city_are_those_of_the_units_in_both_months_and_sum_to_it(demo_release):
    # The one rule for a change: a city's difference is the sum of the differences of its units, wherever all reported.
    apart = demo_release.rows(
        """
        select count(*) as seen, count(*) filter (where abs(c.change_mom - u.change) > 1e-6) as apart
        from mart.indicator_month as c
        inner join meta.indicator as i on i.indicator_code = c.indicator_code and i.kind_code = 'count'
        inner join (
            select a.city_area_id, m.indicator_code, m.month, sum(m.change_mom) as change, count(*) as units,
                count(m.change_mom) as known
            from mart.indicator_month as m
            inner join core.dim_area as a on a.area_id = m.area_id and a.level_code = 'unit'
            where m.breakdown_code = 'total' and m.status_code <> 'not_applicable'
            group by all
        ) as u on u.city_area_id = c.area_id and u.indicator_code = c.indicator_code and u.month = c.month
        where c.breakdown_code = 'total' and c.change_mom is not null and u.known = u.units
        """
    ).frame.row(0, named=True)
    assert apart["seen"] > 100
    assert apart["apart"] == 0


# ── the register, the ledger, the demonstration ──────────────────────────────────────────────────────────────────────


def test_what_several_replies_name_is_counted_once_and_a_goal_is_not_in_force(documents_pages, real_release):
    # 681 entries of five documents; what several of them name is one thing.
    entries = real_release.rows("select count(*) as n from meta.programme").frame["n"][0]
    text = documents_pages[next(key for key in documents_pages if "documents" in key[0] and key[1] == "puyang")]
    things = int(re.search(r"点名(\d+)项", text).group(1))
    assert things < entries
    goals = real_release.rows(
        "select name_zh from meta.programme where status_code = 'in_force' and regexp_matches(quote, '^(到|力争到)20[0-9]{2}年')"
    ).frame
    assert goals.height == 0


@pytest.mark.parametrize(("day", "built"), [("2023-07-28", 7.0), ("2024-06-04", 8.0), ("2025-07-09", 9.0)])
def test_the_platforms_are_one_series_in_the_ledger_and_on_every_road(real_release, day, built):
    # Printed 6, 7 and 8 county platforms; the city's own, printed beside them, makes 7, 8 and 9.
    row = real_release.rows(
        "select c.built, f.value from mart.coverage as c inner join core.fct_document_figure as f on f.figure_id = c.figure_id"
        " where c.area_id = 'puyang' and c.network_code = 'smart_platform' and c.as_of_on = cast($day as date)",
        {"day": day},
    ).frame.row(0, named=True)
    assert (row["built"], row["value"]) == (built, built - 1)


def test_the_demonstration_ends_2024_where_the_documents_do(demo_release):
    # The reply of 2025 prints 2631 trained in 2024, of a target of 1670: 157.5 %.
    found = demo_release.rows(
        "select value from mart.indicator_month where area_id = 'puyang' and indicator_code = 'training_people'"
        " and breakdown_code = 'total' and month = date '2024-12-01'"
    ).frame["value"][0]
    assert found == 2631.0
    assert round(found / 1670 * 1000) == 1575


def test_a_real_document_in_the_demonstration_is_not_stamped_as_invented(demo_release):
    from warehouse.read.receipt.receipts import receipt

    figure = receipt(demo_release, relation="core.fct_document_figure", row_key="puyang-reply-2025-408:003")
    month = receipt(demo_release, relation="mart.indicator_month", row_key="puyang|nursing_bed_share|total|2026-10-01")
    assert (figure.is_demo, month.is_demo) == (False, True)


def test_a_figure_printed_without_a_period_gets_none_on_any_road(real_release):
    """By its receipt and in the values for programs: no end is made up where the document prints none."""
    from warehouse.read.receipt.receipts import receipts
    from warehouse.read.value.values import values

    figures = real_release.rows(
        "select figure_id, period_start_on from core.fct_document_figure where period_end_on is null order by figure_id"
    ).frame.rows()
    asked = {f"core.fct_document_figure:{key}": key for key, _ in figures}
    told = {asked[text]: one.step.told.when_zh for text, one in receipts(real_release, asked).items()}
    # At most 100,000 yuan, a quarter of an hour: no period; the allowance since October 2014: a beginning and no end.
    assert told["fushun-reply-2023-40:014"] == told["puyang-plan-14th:027"] == "期间未注明"
    assert told["puyang-plan-14th:013"] == "2014年10月起，截止未注明"
    for key, start in figures:
        assert told[key].endswith("期间未注明" if start is None else "起，截止未注明"), key
    rows = values(real_release, series=("document",), limit=10_000).frame
    ends = dict(rows.select("row_key", "as_of_on").iter_rows())
    assert {ends[key] for key, _ in figures if key in ends} == {None}


def test_a_receipt_tells_a_change_as_near_as_the_page_does(demo_release):
    from warehouse.read.receipt.receipts import receipt

    # 抚顺: 10,633 beds after 10,620, for 563,224 elders: 18.8788 and 18.8557 of a thousand, 0.023 apart and not 0.0.
    key = "fushun|care_beds_per_1000_aged_60_plus|total|2025-01-01"
    told = receipt(demo_release, relation="mart.indicator_month", row_key=key, column="change_mom").step.told
    assert told.value_text == "0.02张/千人"
    assert told.formula_zh == "较上月＝18.88张/千人－18.86张/千人＝0.02张/千人"


# ── nothing depends on the day ───────────────────────────────────────────────────────────────────────────────────────


def test_no_model_of_a_release_asks_for_the_day_it_is_made():
    from warehouse import FOLDER

    clock = re.compile(r"current_date|current_timestamp|\bnow\(\)|\btoday\(\)|localtime", re.IGNORECASE)
    files = sorted((FOLDER / "sql").rglob("*.sql"))
    assert len(files) > 20
    for file in files:
        text = re.sub(r"--.*", "", file.read_text(encoding="utf-8"))
        assert not clock.search(text), file
