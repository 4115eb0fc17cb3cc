"""What differs between two releases: one cell restated is one entry, whatever moved with it, and nothing masked is told."""

from datetime import date

import pytest

from tests.build.small import publish_again
from tests.build.test_api import serving
from tests.editions.conftest import AUTHOR, OCTOBER, SEPTEMBER, redrafted, signed, waiting
from warehouse.editions import compose, signing
from warehouse.editions.changes import difference
from warehouse.release.publishing.publish import current_pointer, release_path

CELL = "area_id = 'xinfu' and indicator_code = 'care_bed_count' and breakdown_code = 'total' and month = '2026-09-01'"
RESTATED = f"""
    insert into core.fct_observation by name
        select * replace (value + 7 as value, revision + 1 as revision, 'again' as submission_id)
        from core.fct_observation where {CELL} and is_current;
    update core.fct_observation set is_current = false where {CELL} and revision < (
        select max(revision) from core.fct_observation where {CELL});
    insert into meta.submission by name
        select * replace ('again' as submission_id, revision + 1 as revision, '李某' as filled_by_zh)
        from meta.submission where area_id = 'xinfu' and form_code = 'facility' and month = '2026-09-01' limit 1;
    insert into meta.restatement
        select area_id, indicator_code, breakdown_code, month, revision, value - 7, value, '', 'again', '漏报一所机构', now()
        from core.fct_observation where {CELL} and is_current;
    update mart.indicator_month set value = value + 7 where {CELL}
"""


def current(home):
    return release_path(home, current_pointer(home).release_id)


def again(home, change):
    """The next release: the current one with a change, as a refresh would publish it."""
    return publish_again(home, current(home), change)


def between(home, releases, first, then):
    with releases.acquire(first) as old, releases.acquire(then) as new:
        return difference(old, new)


@pytest.mark.bar("EX11")
def test_one_restated_cell_is_one_entry_of_the_interface(home, releases, monkeypatch):
    first = current_pointer(home).release_id
    before = date(2026, 9, 1)
    with releases.acquire(first) as release:
        (old,) = release.rows(f"select value from core.fct_observation where {CELL} and is_current").frame["value"]
    then = again(
        home,
        RESTATED
        + """;
        update meta.indicator set definition_zh = '新的定义' where indicator_code = 'care_bed_count';
        insert into meta.indicator by name select * replace ('brand_new' as indicator_code, '新指标' as label_zh)
            from meta.indicator where indicator_code = 'care_bed_count';
        update core.dim_area set short_name_zh = '改名' where area_id = 'qingyuan';
        delete from core.dim_target where target_id = (select min(target_id) from core.dim_target)
        """,
    )
    with releases.acquire(first) as release:
        gone = release.rows("select min(target_id) as t from core.dim_target").frame["t"][0]
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    with serving() as client:
        found = client.get("/api/v1/changes", params={"from": first, "to": then}).json()
        assert client.get("/api/v1/changes").json() == found
        nothing = client.get("/api/v1/changes", params={"from": then, "to": then}).json()
        wrong = client.get("/api/v1/changes", params={"from": "20200101-01"})
    (entry,) = found["values"]["changed"]
    assert (entry["area_id"], entry["indicator_code"], entry["month"]) == ("xinfu", "care_bed_count", str(before))
    assert (entry["old"], entry["new"], entry["reason_zh"]) == (old, old + 7, "漏报一所机构")
    assert entry["who_zh"] == "新抚区（填报人李某）" and entry["difference_zh"] == "增7张" and not entry["is_rounding"]
    assert (found["values"]["added_count"], found["values"]["removed_count"]) == (0, 0)
    assert found["indicators"]["added"] == [{"code": "brand_new", "name_zh": "新指标"}]
    (definition,) = found["indicators"]["changed"]
    assert (definition["code"], definition["field"], definition["new"]) == (
        "care_bed_count",
        "definition_zh",
        "新的定义",
    )
    assert [(one["code"], one["new"]) for one in found["areas"]["changed"]] == [("qingyuan", "改名")]
    assert [one["code"] for one in found["targets"]["removed"]] == [gone]
    assert not any(nothing[name][kind] for name in ("indicators", "areas", "targets") for kind in nothing[name])
    assert nothing["values"]["changed_count"] == 0
    assert wrong.status_code == 404 and "20200101-01" in wrong.json()["error"]["message_zh"]


def test_a_change_that_prints_alike_stands_apart_and_a_masked_value_is_never_told(home, releases):
    first = current_pointer(home).release_id
    then = again(
        home,
        """
        update core.fct_observation set value = value + 0.004 where is_current and status_code = 'reported'
            and area_id = 'xinfu' and indicator_code = 'allowance_paid_yuan' and breakdown_code = 'total'
            and month = '2026-09-01';
        update core.fct_observation set value = null, status_code = 'suppressed' where is_current
            and status_code = 'reported' and area_id = 'qingyuan' and indicator_code = 'care_bed_count'
            and breakdown_code = 'total' and month = '2026-09-01';
        update core.fct_observation set value = null, status_code = 'missing' where is_current
            and status_code = 'reported' and area_id = 'qingyuan' and indicator_code = 'nursing_bed_count'
            and breakdown_code = 'total' and month = '2026-09-01';
        update core.fct_document_figure set value = value + 1, value_as_written = '改读' where figure_id in (
            'fushun-reply-2023-40:001', 'fushun-reply-2023-40:014', 'puyang-plan-14th:013')
        """,
    )
    found = between(home, releases, first, then)
    # The reply prints a year and no cut-off, and none at all with 最高10万元; the plan counts its 约2.25亿元 from 2014-10 on.
    read_anew = [one for one in found.told(most=9)["values"]["changed"] if one["new_zh"] == "改读"]
    assert {(one["old_zh"], one["when_zh"], str(one["month"])) for one in read_anew} == {
        ("46个", "2023年", "2023-12-01"), ("最高10万元", "期间未注明", "None"), ("约2.25亿元", "2014年10月起，截止未注明", "2014-10-01")
    }  # fmt: skip
    by = {(one.area_id, one.indicator_code): one for one in found.changed if one.new_zh != "改读"}
    assert set(by) == {("xinfu", "allowance_paid_yuan"), ("qingyuan", "care_bed_count")}
    assert by["xinfu", "allowance_paid_yuan"].is_rounding
    hidden = by["qingyuan", "care_bed_count"]
    assert (hidden.old_value, hidden.new_value, hidden.old_zh, hidden.new_zh, hidden.new_ref) == (
        None,
        None,
        "*",
        "*",
        "",
    )
    assert not hidden.is_rounding
    assert hidden.reason_zh == "人数少，保密：前后的数都不列"
    assert [(one["area_id"], one["indicator_code"]) for one in found.removed] == [("qingyuan", "nursing_bed_count")]
    back = between(home, releases, then, first)
    assert [(one["area_id"], one["indicator_code"]) for one in back.added] == [("qingyuan", "nursing_bed_count")]
    # What nobody reported and is hidden since was missing, not hidden.
    last = again(
        home,
        """
        update core.fct_observation set status_code = 'suppressed' where is_current and area_id = 'qingyuan'
            and indicator_code = 'nursing_bed_count' and breakdown_code = 'total' and month = '2026-09-01'
        """,
    )
    (late,) = between(home, releases, then, last).changed
    assert (late.old_zh, late.new_zh, late.reason_zh) == ("缺", "*", hidden.reason_zh)


@pytest.mark.bar("BR5")
def test_an_edition_lists_each_value_restated_since_the_last_one_and_says_when_there_are_none(home, releases, small):
    signed(home, releases, month=SEPTEMBER)
    draft = waiting(home, releases)
    plain = compose.compose(home, releases, draft, today=signing.today()).content
    text = "".join(paragraph.text for paragraph in plain.briefing.sections[-1].paragraphs)
    assert text == "与上期 新抚区 2026-09-A 相比：没有新增的数；无修订。目标和口径没有变化。"
    assert not plain.briefing.sections[-1].tables
    then = again(home, RESTATED)
    content = compose.compose(home, releases, redrafted(home, draft, release_id=then), today=signing.today()).content
    (table,) = content.briefing.sections[-1].tables
    (row,) = table.rows
    with releases.acquire(then) as release:
        (value,) = release.rows(f"select value from core.fct_observation where {CELL} and is_current").frame["value"]
    # 7 beds more than before: what stood, what stands, by how much, why and by whom.
    old, new = f"{value - 7:,.0f}张", f"{value:,.0f}张"
    said = ["新抚区", "养老服务床位总量", "2026年9月", old, new, "增7张", "漏报一所机构", "新抚区（填报人李某）"]
    assert [cell.text for cell in row] == [each.replace(",", "") for each in said]
    assert row[4].figure.row_key.startswith("xinfu|care_bed_count|total|2026-09-01|")
    assert "修订1个数" in content.briefing.sections[-1].paragraphs[0].text
    assert (content.since.edition_zh, content.data_month) == ("新抚区 2026-09-A", OCTOBER)


def test_a_correction_is_compared_value_by_value_with_the_edition_it_replaces(home, releases, small):
    old = signed(home, releases)
    note = "床位数漏了一所机构，现予更正"
    begun = signing.amend(home, releases, old.key, note_zh=note, actor=AUTHOR)
    first = compose.compose(home, releases, begun, today=signing.today()).content.briefing.sections[0]
    # On the same release no value can differ.
    assert first.title_zh == "一、更正说明" and not first.tables
    assert first.paragraphs[1].text == (
        f"与被更正的 新抚区 2026-10-A 所用批次相同（{old.settings.release_id}），批次里的数没有一个变化；"
        "改的是文字、评述或所选的节。"
    )
    then = again(home, RESTATED)
    moved = signing.change(home, begun.key, AUTHOR, seen=begun.last.number, release_id=then)
    content = compose.compose(home, releases, moved, today=signing.today()).content
    first = content.briefing.sections[0]
    assert first.paragraphs[0].text.endswith(f"更正说明：{note}。")
    assert first.paragraphs[1].text == "与被更正的 新抚区 2026-10-A 相比：没有新增的数；修订1个数，见下表。"
    (table,) = first.tables
    assert table.caption_zh == "对被更正的 新抚区 2026-10-A 的修订"
    (row,) = table.rows
    # 7 beds more, of September: neither the month of the edition nor an edition of September is needed to tell it.
    assert [row[place].text for place in (0, 1, 2, 5, 6)] == [
        "新抚区", "养老服务床位总量", "2026年9月", "增7张", "漏报一所机构"
    ]  # fmt: skip
    assert row[4].figure and content.since.is_first and content.corrected.edition_zh == "新抚区 2026-10-A"
