"""County months from received file to accepted observations: nothing lost, nothing half-read, everything said."""

import copy
import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from etl.months import declared
from etl.months.accepted.accept import judge
from etl.months.check import Known, check_file
from etl.months.declared import assert_declared
from etl.months.findings import load_rules
from etl.months.month_frames import frames, make_context
from etl.months.read.extract import extract
from etl.months.read.layouts import load_layouts
from etl.months.read.recognise import recognise
from etl.months.received import Incoming, intake, receive, receive_inbox, withdraw
from etl.months.understood import corrections as corrections_module
from etl.months.understood.understand import understand
from etl.refresh import refresh
from tests.clean_forms import FORMS, UNIT, clean, event_of, figures, month_of, to_cells
from tests.forms import FormData, Paper, draw, next_month, to_csv, to_html, to_ods, to_xls, to_xlsx
from warehouse.desk.received import ReceivedLog
from warehouse.errors import CatalogError
from warehouse.home import Home
from warehouse.read import Releases
from warehouse.wording.desk.submissions import check_verdict

pytestmark = pytest.mark.usefixtures("settled_soon")

JULY, AUGUST = 30, 31
"""Months 2025-07 and 2025-08."""

AS_OF = dt.date(2025, 9, 10)


@pytest.fixture
def home(fresh_home):
    fresh_home.ensure()
    return fresh_home


def came(number: int, day: int = 3) -> dt.datetime:
    """A moment in the month after the data month of that number."""
    return dt.datetime.combine(next_month(month_of(number)), dt.time(1), dt.UTC) + dt.timedelta(days=day - 1)


def paper(form: str, number: int, context, change=None) -> Paper:
    layout, data = clean(form, number, context)
    if change:
        change(data)
    return draw(layout, data)


def send(home, number: int, *papers: Paper, name: str = "清丰县月报.xlsx", day: int = 3):
    return receive(home, [Incoming(name=name, data=to_xlsx(*papers), received_at=came(number, day))], who="清丰县")


def built(home, catalog, reference, **options) -> dict[str, pl.DataFrame]:
    return frames(home, catalog, reference=reference, **{"as_of": AS_OF, **options})


def value(
    found: dict[str, pl.DataFrame], indicator: str, number: int, area: str = UNIT, breakdown: str = "total"
) -> dict:
    """The current observation."""
    (row,) = (
        found["core.fct_observation"]
        .filter(
            pl.col("is_current"),
            pl.col("area_id") == area,
            pl.col("indicator_code") == indicator,
            pl.col("breakdown_code") == breakdown,
            pl.col("month") == month_of(number),
        )
        .to_dicts()
    )
    return row


def set_figure(code: str, new: object):
    def change(data: FormData) -> None:
        for values in data.rows.values():
            if code in values:
                values[code] = new

    return change


def test_a_good_month_of_four_forms_is_accepted_with_cells_and_stored_units(home, catalog, reference, context):
    send(home, JULY, *(paper(form, JULY, context) for form in FORMS))
    found = built(home, catalog, reference)
    own = found["meta.submission"].filter((pl.col("area_id") == UNIT) & (pl.col("month") == month_of(JULY)))
    assert dict(own.select("form_code", "state_code").iter_rows()) == dict.fromkeys(FORMS, "accepted")
    assert found["meta.issue"].is_empty()
    # Month 30: 400 + 2 × 30 public and 500 + 3 × 30 private beds are 1050 in institutions.
    beds = value(found, "institution_bed_count", JULY)
    assert (beds["value"], beds["raw_value"], beds["sheet"], beds["cell"]) == (1050, "1050", "表一 设施床位", "F8")
    # 城关镇 has 700 + 2 × 30 = 760 people of 80–89 at 50 yuan; two are paid arrears of 50 (30 is a multiple of 3): 38,100.
    paid = value(found, "allowance_paid_yuan", JULY, "t-410922100", "age_80_89")
    assert (paid["value"], paid["raw_value"]) == (38_100, "3.81")
    assert value(found, "community_home_care_centre_count", JULY)["status_code"] == "not_applicable"
    keys = ["area_id", "indicator_code", "breakdown_code", "month", "revision"]
    assert not found["core.fct_observation"].select(keys).is_duplicated().any()


@pytest.mark.parametrize(
    "writer",
    [to_xls, to_ods, to_html, to_csv, lambda one: to_csv(one, "gb18030")],
    ids=["xls", "ods", "html", "csv", "gbk"],
)
def test_every_format_brings_the_same_observations(writer, home, catalog, reference, context):
    one = paper("facility", JULY, context)
    receive(home, [Incoming(name="月报", data=writer(one), received_at=came(JULY))], who="清丰县")
    read = built(home, catalog, reference)["core.fct_observation"].filter(pl.col("status_code") == "reported")
    expected = {code: v for code, v in figures(clean("facility", JULY, context)[1]).items() if isinstance(v, int)}
    assert {row["indicator_code"]: row["value"] for row in read.to_dicts()} == {
        code: v for code, v in expected.items() if code in catalog.indicators and not code.endswith("share")
    }


@pytest.mark.bar("ET2")
def test_an_error_is_told_in_plain_words_with_sheet_and_cell(home, catalog, reference, context):
    send(home, JULY, paper("facility", JULY, context, set_figure("nursing_bed_count", 1200)))
    issues = built(home, catalog, reference)["meta.issue"]
    (row,) = issues.filter(pl.col("rule_code") == "C2").to_dicts()
    assert (row["sheet"], row["cell"], row["severity_code"]) == ("表一 设施床位", "F9", "blocking")
    assert row["sentence_zh"] == "“护理型床位数”1,200大于“养老机构床位数”1,050"
    assert row["remedy_zh"] == "护理型床位≤机构床位≤床位总量，请核对后重报"
    assert (row["reported_value"], row["computed_value"]) == (1200, 1050)
    assert not issues["sentence_zh"].str.contains("Error|Traceback|None").any()


def test_a_blocking_issue_returns_its_form_and_no_other(home, catalog, reference, context):
    bad = paper("facility", JULY, context, set_figure("care_bed_count", 1))
    send(home, JULY, bad, *(paper(form, JULY, context) for form in FORMS[1:]))
    found = built(home, catalog, reference)
    states = dict(
        found["meta.submission"].filter(pl.col("revision") == 1).select("form_code", "state_code").iter_rows()
    )
    assert states == {"facility": "returned", "training": "accepted", "platform": "accepted", "allowance": "accepted"}
    returned = value(found, "meal_site_count", JULY)
    assert (returned["status_code"], returned["value"]) == ("returned", None)
    assert value(found, "enrolled_count", JULY)["status_code"] == "reported"


def test_what_never_came_is_missing_with_its_due_date_and_never_carried_forward(home, catalog, reference, context):
    send(home, JULY, paper("facility", JULY, context))
    found = built(home, catalog, reference)
    august = found["meta.submission"].filter(
        (pl.col("area_id") == UNIT) & (pl.col("month") == month_of(AUGUST)) & (pl.col("form_code") == "facility")
    )
    # 2025-09-05 is a Friday.
    assert august.select("state_code", "due_on", "is_late", "revision").row(0) == (
        "not_reported", dt.date(2025, 9, 5), True, 0,
    )  # fmt: skip
    row = value(found, "meal_site_count", AUGUST)
    assert (row["status_code"], row["value"]) == ("missing", None)
    # All nine units of 濮阳 are expected, none of 抚顺, which never reported anything.
    expected = set(found["meta.submission"]["area_id"])
    assert len(expected) == 9 and "xinfu" not in expected
    # On the due date itself nothing is overdue yet.
    early = built(home, catalog, reference, as_of=dt.date(2025, 9, 5))
    assert early["meta.submission"]["month"].max() == month_of(JULY)


@pytest.mark.bar("DQ3")
def test_four_kinds_of_blank_are_four_things_and_each_is_coded(home, catalog, reference, context):
    def change(data):
        for values in data.rows.values():
            values |= {"meal_site_count": 0, "family_bed_count": "未报", "regional_centre_count": "保密"}

    send(home, JULY, paper("facility", JULY, context, change))
    send(home, JULY, paper("platform", JULY, context, set_figure("order_placed_count", 1)), name="平台.xlsx")
    send(home, JULY, paper("training", JULY, context), name="培训.xlsx")
    send(home, AUGUST, paper("training", AUGUST, context, set_figure("social_worker_count", 6000)), name="培训8.xlsx")
    found = built(home, catalog, reference)
    seen = {
        name: value(found, name, JULY)["status_code"]
        for name in (
            "meal_site_count", "family_bed_count", "community_home_care_centre_count", "regional_centre_count",
            "order_placed_count", "allowance_recipient_count",
        )
    }  # fmt: skip
    assert seen == {
        "meal_site_count": "reported",
        "family_bed_count": "missing",
        "community_home_care_centre_count": "not_applicable",
        "regional_centre_count": "suppressed",
        "order_placed_count": "returned",
        "allowance_recipient_count": "missing",
    }
    assert value(found, "meal_site_count", JULY)["value"] == 0
    assert value(found, "social_worker_count", AUGUST)["status_code"] == "withheld"
    used = set(found["core.fct_observation"]["status_code"])
    assert used <= set(catalog.codes["status_code"])
    # A month that is not due yet has no row at all: it is 未到报送期, not 未报.
    assert found["meta.submission"].filter(pl.col("month") > month_of(AUGUST)).is_empty()


@pytest.mark.bar("ET3")
def test_the_same_file_twice_is_a_no_op_and_said_so(home, catalog, reference, context):
    first = send(home, JULY, paper("facility", JULY, context), name="七月.xlsx")
    before = built(home, catalog, reference)
    second = send(home, JULY, paper("facility", JULY, context), name="七月（再发）.xlsx", day=4)
    assert (len(first.taken), second.taken) == (1, [])
    assert "“七月（再发）.xlsx”与 2025-08-03" in second.sentence_zh.replace("  ", " ")
    assert "逐字节相同，不重复计入" in second.sentence_zh
    after = built(home, catalog, reference)
    assert all(before[name].equals(after[name]) for name in before)


def test_a_correction_is_a_revision_with_old_and_new_values_and_its_reason(home, catalog, reference, context):
    send(home, JULY, paper("facility", JULY, context))

    def corrected(data):
        set_figure("meal_site_count", 73)(data)
        data.entries["correction"] = "漏报三处"

    send(home, JULY, paper("facility", JULY, context, corrected), name="更正.xlsx", day=8)
    found = built(home, catalog, reference)
    (row,) = found["meta.restatement"].to_dicts()
    assert (row["indicator_code"], row["old_value"], row["new_value"], row["revision"]) == (
        "meal_site_count",
        70,
        73,
        2,
    )
    assert row["reason_zh"] == "漏报三处"
    assert (row["old_submission_id"], row["new_submission_id"]) == (
        "qingfeng-facility-202507-r1",
        "qingfeng-facility-202507-r2",
    )
    both = found["core.fct_observation"].filter(
        (pl.col("indicator_code") == "meal_site_count")
        & (pl.col("month") == month_of(JULY))
        & (pl.col("area_id") == UNIT)
    )
    assert sorted(both.select("revision", "value", "is_current").rows()) == [(1, 70.0, False), (2, 73.0, True)]


def test_a_file_that_came_later_for_an_earlier_month_is_judged_by_what_was_there(home, catalog, reference, context):
    send(home, AUGUST, paper("training", AUGUST, context), name="八月.xlsx")
    too_high = paper("training", JULY, context, set_figure("training_person_times", 400))
    send(home, AUGUST, too_high, name="七月.xlsx", day=6)
    found = built(home, catalog, reference)
    assert value(found, "training_person_times", AUGUST)["status_code"] == "reported"
    assert value(found, "training_person_times", JULY)["status_code"] == "returned"
    assert "C3" in set(found["meta.issue"]["rule_code"])


def test_a_month_that_came_only_in_a_withdrawn_batch_says_so(home, catalog, reference, context):
    send(home, JULY, paper("facility", JULY, context))
    batch = send(home, JULY, paper("platform", JULY, context), name="平台.xlsx")
    withdraw(home, batch.batch_id, who="市局", reason="单位要求")
    rows = built(home, catalog, reference)["meta.submission"].filter(
        (pl.col("area_id") == UNIT) & (pl.col("month") == month_of(JULY))
    )
    states = dict(rows.select("form_code", "state_code").iter_rows())
    assert states == {
        "facility": "accepted", "platform": "withdrawn", "training": "not_reported", "allowance": "not_reported",
    }  # fmt: skip
    # Sent once more on purpose, the same bytes count again.
    again = send(home, JULY, paper("platform", JULY, context), name="平台.xlsx", day=9)
    assert again.taken == ["平台.xlsx"]


@pytest.mark.bar("ET10")
def test_a_printed_percentage_and_ours_are_both_kept_with_the_difference(home, catalog, reference, context):
    # A city's progress table of 2023 prints 736 of 4,000 as 18.04 %; it is 18.40 %.
    def change(data):
        for values in data.rows.values():
            values |= {
                "training_task": 4000, "training_person_times": 736, "training_person_times_month": 50,
                "training_people": 700, "training_task_rate": 18.04,
            }  # fmt: skip

    send(home, JULY, paper("training", JULY, context, change))
    found = built(home, catalog, reference)
    (row,) = found["meta.issue"].filter(pl.col("rule_code") == "E5").to_dicts()
    assert (round(row["reported_value"], 6), round(row["computed_value"], 6)) == (0.1804, 0.184)
    assert row["sentence_zh"] == "“培训任务完成率”填 18.04%，按 736÷4,000 应为 18.40%"
    assert value(found, "training_person_times", JULY)["value"] == 736


CORRECTION = """
[qingfeng-meals]
area_id = "qingfeng"
form_code = "facility"
indicator_code = "meal_site_count"
month = 2025-07-01
expected_raw = "70"
corrected_value = 7
reason_zh = "来函更正"
declared_on = 2025-08-12
expires_on = {expires}
"""


@pytest.mark.bar("DQ7")
def test_a_correction_is_listed_and_fails_loudly_once_it_is_needless_or_expired(
    home, catalog, reference, context, tmp_path, monkeypatch
):
    monkeypatch.setattr(corrections_module, "CORRECTIONS", tmp_path)
    (tmp_path / "qingfeng.toml").write_text(CORRECTION.format(expires="2026-08-12"), encoding="utf-8")
    send(home, JULY, paper("facility", JULY, context))
    found = built(home, catalog, reference)
    row = value(found, "meal_site_count", JULY)
    assert (row["value"], row["raw_value"]) == (7, "70")
    assert "已按更正登记改正：来函更正" in row["note_zh"]
    assert found["meta.correction"]["correction_id"].to_list() == ["qingfeng-meals"]
    with pytest.raises(CatalogError, match="已于 2025-08-31 到期"):
        (tmp_path / "qingfeng.toml").write_text(CORRECTION.format(expires="2025-08-31"), encoding="utf-8")
        built(home, catalog, reference)
    (tmp_path / "qingfeng.toml").write_text(CORRECTION.format(expires="2026-08-12"), encoding="utf-8")
    withdraw(home, ReceivedLog(home).batches()[0].batch_id, who="市局", reason="单位已改好原表")
    send(home, JULY, paper("facility", JULY, context, set_figure("meal_site_count", 7)), name="改好.xlsx", day=9)
    with pytest.raises(CatalogError, match="已不是“70”，这项更正多余了"):
        built(home, catalog, reference)


@pytest.mark.bar("ET9")
def test_missed_months_are_taken_up_once_in_their_order_and_a_second_run_changes_nothing(
    home, tmp_path, catalog, reference, context
):
    months = (JULY, AUGUST, AUGUST + 1)
    # 120 dining places in August are too many only to one who knows the 70 of July.
    jump = {("facility", AUGUST): set_figure("meal_site_count", 120)}
    books = {
        number: to_xlsx(*(paper(form, number, context, jump.get((form, number))) for form in FORMS))
        for number in months
    }
    # As it should have been: each month received and judged before the next one came.
    punctual = Home(tmp_path / "punctual")
    punctual.ensure()
    for number, data in books.items():
        receive(punctual, [Incoming(name="月报.xlsx", data=data, received_at=came(number))], who="清丰县")
        on_time = built(punctual, catalog, reference, as_of=dt.date(2025, 11, 20))
    # The timer stood still for three months: the names put the newest first.
    for name, number in zip(("1.xlsx", "2.xlsx", "3.xlsx"), reversed(months), strict=True):
        (home.inbox / name).write_bytes(books[number])
    first = refresh(home)
    assert first.published and "新收 3 个文件" in first.notes_zh[0]
    with Releases(home).acquire() as release:
        taken = release.rows("select * from core.fct_observation where revision > 0").frame
        judged = release.rows("select month, state_code, revision from meta.submission where revision > 0").frame
        changed = release.rows("select count(*) as n from meta.restatement").frame.item()
    # Each month once, none of them a revision of another, and every figure as if it had come in time.
    assert sorted(set(judged.iter_rows())) == [(month_of(number), "accepted", 1) for number in months]
    assert judged.height == len(months) * len(FORMS)
    assert changed == 0
    jumped = taken.filter(pl.col("indicator_code") == "meal_site_count", pl.col("month") == month_of(AUGUST))
    assert jumped["status_code"].to_list() == ["withheld"]
    columns = ["area_id", "indicator_code", "breakdown_code", "month", "revision", "value", "status_code", "cell"]
    wanted = on_time["core.fct_observation"].filter(pl.col("revision") > 0, pl.col("status_code") == "reported")
    # Townships' two highest tiers are merged and small counts masked in the release; everything else is the same.
    shown = taken.filter(pl.col("status_code") == "reported", pl.col("breakdown_code") != "age_90_plus")
    assert set(shown.select(columns).iter_rows()) <= set(wanted.select(columns).iter_rows())
    assert set(wanted.filter(pl.col("area_id") == UNIT)["month"]) == set(shown["month"])
    again = refresh(home)
    assert (again.published, again.release_id, again.notes_zh) == (False, first.release_id, ())


def test_a_new_month_from_the_cache_gives_what_a_build_from_nothing_gives(home, catalog, reference, context):
    for number in (JULY - 1, JULY):
        send(home, number, *(paper(form, number, context) for form in FORMS), name=f"{number}.xlsx")
    built(home, catalog, reference)
    send(home, AUGUST, *(paper(form, AUGUST, context) for form in FORMS), name="八月.xlsx")
    grown = built(home, catalog, reference)
    for part in sorted(home.cache.rglob("*"), reverse=True):
        part.unlink() if part.is_file() else part.rmdir()
    anew = built(home, catalog, reference)
    assert all(grown[name].equals(anew[name]) for name in grown)


def test_words_given_afterwards_release_a_held_figure(home, catalog, reference, context):
    send(home, JULY, paper("facility", JULY, context))
    send(home, AUGUST, paper("facility", AUGUST, context, set_figure("meal_site_count", 120)), name="八月.xlsx")
    assert value(built(home, catalog, reference), "meal_site_count", AUGUST)["status_code"] == "withheld"
    ReceivedLog(home).explain(
        area_id=UNIT, indicator_code="meal_site_count", breakdown_code="total", month=month_of(AUGUST),
        text_zh="并入学校食堂", who="清丰县", at=came(AUGUST, 9),
    )  # fmt: skip
    row = value(built(home, catalog, reference), "meal_site_count", AUGUST)
    assert (row["value"], row["note_zh"]) == (120, "并入学校食堂")


def test_an_inbox_of_faults_gives_one_issue_each_and_stops_nobody(home, catalog, reference, context):
    good = to_xlsx(*(paper(form, JULY, context) for form in FORMS))
    (home.inbox / "好的.xlsx").write_bytes(good)
    (home.inbox / "空的.xlsx").write_bytes(b"")
    (home.inbox / "照片.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (home.inbox / "半截.xlsx").write_bytes(good[: len(good) // 2])
    (home.inbox / "=cmd.csv").write_text("=1+1,@x\n", encoding="utf-8")
    (home.inbox / "子目录").mkdir()
    (home.inbox / "子目录" / "通讯录.csv").write_text("处室,电话\n", encoding="utf-8")
    (home.inbox / "~$好的.xlsx").write_bytes(b"lock")
    (home.inbox / "链接.xlsx").symlink_to("/etc/hostname")
    assert (intake(home).waiting_count, intake(home).newest) == (6, None)
    reception = receive_inbox(home, who="运维")
    assert len(reception.taken) == 6
    assert (intake(home).waiting_count, intake(home).file_count) == (0, 6)
    assert intake(home).newest.batch_id == reception.batch_id
    assert reception.ignored == [("链接.xlsx", "是链接，没有收取；请放入文件本身")]
    assert sorted(path.name for path in home.inbox.rglob("*") if not path.is_dir()) == ["~$好的.xlsx", "链接.xlsx"]
    found = built(home, catalog, reference)
    issues = found["meta.issue"].filter(pl.col("submission_id").is_null())
    assert dict(issues.select("file_name", "rule_code").iter_rows()) == {
        "空的.xlsx": "F4", "照片.xlsx": "F3", "半截.xlsx": "F1", "=cmd.csv": "F8", "通讯录.csv": "F8",
    }  # fmt: skip
    states = found["meta.submission"].filter(pl.col("revision") == 1)["state_code"]
    assert states.to_list() == ["accepted"] * 4


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\月报\\七月.xlsx", "七月\n\x00.xlsx", "", "a" * 400])
def test_a_name_is_only_shown_and_never_a_path(name, home):
    reception = receive(home, [Incoming(name=name, data=b"1,2")], who="x")
    (shown,) = reception.taken
    assert "/" not in shown and "\\" not in shown and "\n" not in shown and 0 < len(shown) <= 200
    assert all(len(path.name) == 64 for path in home.archive.iterdir())


def test_a_dropped_file_is_checked_on_the_spot_and_nothing_of_it_stays(home, catalog, reference, context):
    send(home, JULY, paper("facility", JULY, context))
    built(home, catalog, reference)
    before = sorted(home.root.rglob("*"))
    data = to_xlsx(paper("facility", AUGUST, context, set_figure("meal_site_count", 120)))
    everything = Known.RELEASED | Known.RECEIVED
    checked = check_file(data, "八月.xlsx", context=context, known=everything, home=home)
    assert [(row["rule_code"], row["cell"]) for row in checked.issues] == [("S4", "F28")]
    severities = {code: one.label_zh for code, one in context.catalog.codes["severity_code"].items()}
    assert checked.is_acceptable
    assert check_verdict("", 1, checked.issues, severities) == "可以报送，另有1处暂缓采用"
    picture = check_file(b"\x89PNG....", "图.xlsx", context=context, known=everything, home=home)
    assert (len(picture.issues), picture.forms, picture.is_acceptable) == (1, [], False)
    july = to_xlsx(paper("facility", JULY, context))
    same = check_file(july, "七月.xlsx", context=context, known=everything, home=home)
    assert "逐字节相同" in same.already_zh
    assert sorted(home.root.rglob("*")) == before


def test_the_archive_holds_the_bytes_as_received(home, context):
    data = to_xlsx(paper("platform", JULY, context))
    receive(home, [Incoming(name="平台.xlsx", data=data)], who="清丰县")
    (path,) = home.archive.iterdir()
    assert path.read_bytes() == data


FIFTH = """
layout_code = "meals_2025"
form_code = "meals"
label_zh = "老年助餐月报表（2025年版）"
valid_from = 2025-01-01
period_kind = "month"
sheet = "助餐"
origin = "A1"
title = "{unit}老年助餐月报表（{year}年{month}月）"
title_words = ["老年助餐月报表"]
title_month_offset = 0
meta = ["unit", "data_period", "filled_by", "reviewed_by", "filled_on"]

[[blocks]]
block_code = "main"
orientation = "items"
header_rows = 1
keys = [{ key = "item", path = ["指标"] }, { key = "value", path = ["本月数"] }, { key = "note", path = ["说明"] }]
fields = [
    { indicator = "meals_served_count", path = ["助餐人次"], unit = "人次" },
    { indicator = "meal_person_count", path = ["助餐老年人"], unit = "人" },
    { check = "meal_delivery_count", path = ["其中送餐"], unit = "人次" },
]
"""
RELATED = """
relations = [
    { kind = "at_least", of = "meals_served_count", by = ["meal_person_count"] },
    { kind = "within", of = "meals_served_count", by = ["meal_delivery_count"] },
]
"""


FIFTH_RELATED = FIFTH.replace("\n[[blocks]]", f"{RELATED}\n[[blocks]]", 1)


def fifth_form(catalog, reference, folder, text=FIFTH_RELATED):
    """What the rules know once the form of meals is declared: its layout, two indicators, and its code."""
    (folder / "meals_2025.toml").write_text(text, encoding="utf-8")
    layouts = load_layouts() | load_layouts(folder)
    times, people = (
        replace(catalog.indicators[like], indicator_code=code, label_zh=label, form_code="meals")
        for like, code, label in (
            ("service_person_times", "meals_served_count", "助餐人次"),
            ("active_person_count", "meal_person_count", "助餐老年人"),
        )
    )
    forms = catalog.codes["form_code"]
    meals = replace(forms["platform"], code="meals", label_zh="老年助餐")
    wider = replace(
        catalog,
        indicators={**catalog.indicators, times.indicator_code: times, people.indicator_code: people},
        codes={**catalog.codes, "form_code": {**forms, "meals": meals}},
    )
    return replace(make_context(wider, reference), layouts=layouts)


def judged_meals(context, **figures):
    layout = context.layouts["meals_2025"]
    sheet = to_cells(draw(layout, FormData("清丰县", month_of(JULY), {("", ""): figures})))
    found = understand(extract(sheet, recognise(sheet, context.layouts)), context)
    (judged,) = judge([event_of(found)], context)
    said = [context.rules[one.rule].say(one)[0] for one in judged.findings]
    return judged, [one.rule for one in judged.findings], said


def test_a_fifth_form_is_a_layout_and_catalogue_entries_and_no_code(catalog, reference, tmp_path):
    context = fifth_form(catalog, reference, tmp_path)
    assert_declared(context.layouts, context.catalog)
    judged, rules, _ = judged_meals(context, meals_served_count=1234, meal_person_count=200, meal_delivery_count=300)
    assert (judged.state_code, rules) == ("accepted", [])
    assert judged.figures[UNIT, "meals_served_count", "total"].value == 1234
    # 1,234 portions for 1,300 persons, 1,500 of them brought to the door: both cannot be.
    judged, rules, said = judged_meals(
        context, meals_served_count=1234, meal_person_count=1300, meal_delivery_count=1500
    )
    assert (judged.state_code, rules) == ("returned", ["C4", "C6"])
    assert "助餐人次" in said[0] and "助餐老年人" in said[0] and "其中送餐" in said[1]
    layout, data = clean("facility", JULY, context)
    sheet = to_cells(draw(layout, data))
    assert recognise(sheet, context.layouts).layout.form_code == "facility"


def test_a_half_declared_form_is_told_whole_before_anything_is_read(catalog, reference, tmp_path):
    context = fifth_form(catalog, reference, tmp_path)
    # Without its code, without one indicator, and with money where persons are counted.
    strange = dict(context.catalog.indicators)
    del strange["meals_served_count"]
    strange["meal_person_count"] = replace(strange["meal_person_count"], unit_zh="元", form_code="platform")
    with pytest.raises(CatalogError) as refused:
        assert_declared(context.layouts, replace(catalog, indicators=strange))
    told = "\n".join(refused.value.problems)
    assert len(refused.value.problems) == 4
    assert told.count("meals_2025.toml：") == 4
    for word in (
        "报表代码 meals 没有登记",
        "“助餐人次”的指标 meals_served_count 没有登记",
        "属于 platform",
        "不能换算成",
    ):
        assert word in told
    with pytest.raises(CatalogError, match="relations 的 nobody 不是本表的指标"):
        fifth_form(
            catalog,
            reference,
            tmp_path,
            FIFTH.replace("\n[[blocks]]", '\nrelations = [{ kind = "funnel", by = ["nobody"] }]\n[[blocks]]', 1),
        )


def test_a_rule_that_judges_a_figure_nobody_declared_is_told(catalog, monkeypatch):
    rules = load_rules()
    about = {"rates": ["monthly_visit_rate", "nobody_rate"]}
    monkeypatch.setattr(declared, "load_rules", lambda: rules | {"S5": replace(rules["S5"], about=about)})
    with pytest.raises(CatalogError) as refused:
        assert_declared(load_layouts(), catalog)
    assert refused.value.problems == (
        "etl/rules.toml [S5]：about 的 nobody_rate 既不在指标目录里，也不是表样上的数；请改正代码",
    )


def test_nothing_received_gives_five_empty_frames(home, catalog, reference):
    found = built(home, catalog, reference)
    assert found.pop("meta.rule").height == len(load_rules())
    assert {name: frame.height for name, frame in found.items()} == {
        "core.fct_observation": 0, "meta.submission": 0, "meta.issue": 0, "meta.restatement": 0, "meta.correction": 0,
    }  # fmt: skip


def test_frames_have_exactly_the_declared_columns(home, catalog, reference, context):
    send(home, JULY, *(paper(form, JULY, context) for form in FORMS))
    for name, frame in built(home, catalog, reference).items():
        assert dict(frame.schema) == dict(catalog.relations[name].polars_schema), name


def test_no_name_of_a_person_leaves_the_archive(home, catalog, reference, context):
    send(home, JULY, *(paper(form, JULY, context) for form in FORMS))
    found = built(home, catalog, reference)
    assert set(found["meta.submission"]["filled_by_zh"].drop_nulls()) == {"张"}
    kept = "".join(path.read_text(encoding="utf-8") for path in Path(home.cache).rglob("*.json"))
    assert "张甲乙" not in kept and "欧阳丙" not in kept


def test_judging_does_not_change_what_was_understood(home, catalog, reference, context):
    send(home, JULY, paper("facility", JULY, context))
    first = copy.deepcopy(built(home, catalog, reference)["core.fct_observation"].to_dicts())
    assert built(home, catalog, reference)["core.fct_observation"].to_dicts() == first
