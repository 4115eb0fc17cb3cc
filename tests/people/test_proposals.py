"""Targets, definitions and corrections change by a step that is proposed, reviewed and dated; what was made before stays."""

import hashlib
import shutil
from datetime import date, timedelta

import pytest

from etl.months.understood.corrections import corrections_of
from etl.refresh import refresh
from tests.build.small import publish_again
from tests.clean_forms import UNIT, month_of
from tests.editions.conftest import copied, signed
from tests.pages.conftest import Shown, at_address
from tests.people.conftest import DUE
from tests.people.test_desk_pages import as_person
from warehouse.editions import files, frozen
from warehouse.errors import FormError
from warehouse.home import Home
from warehouse.people import audit, proposals
from warehouse.people.roles import today
from warehouse.read import Releases
from warehouse.release.publishing.publish import current_pointer, release_path

BECOMES = {"value": "1500", "text_zh": "1500人"}
BEDS = {"expected_raw": "31520", "corrected_value": "3152", "expires_on": "2031-01-01"}
CORRECTED = {
    "kind_code": proposals.CORRECTION, "becomes": BEDS, "subject": "facility|qingfeng|care_bed_count|2026-10",
}  # fmt: skip


@pytest.fixture
def home(fresh_home):
    fresh_home.ensure()
    return fresh_home


@pytest.fixture(scope="module")
def training(catalog):
    """The target of 1670 persons that the reply of 2025 prints."""
    return next(one.target_id for one in catalog.targets.values() if one.value == 1670 and one.reading_of_id is None)


def proposed(home, catalog, subject, **more):
    asked = {
        "kind_code": proposals.TARGET,
        "becomes": BECOMES,
        "from_on": today(),
        "reason_zh": "省厅豫民文〔2026〕8号",
    }
    return proposals.propose(home, catalog, subject=subject, who="analyst", name_zh="分析某", **{**asked, **more})


def test_a_change_counts_once_another_person_passed_it_and_its_day_has_come(home, catalog, training):
    later = proposed(home, catalog, training, from_on=today() + timedelta(days=3))
    assert proposals.in_force(home, today() + timedelta(days=9)) == []
    with pytest.raises(FormError, match="不能自己审核"):
        proposals.decide(home, later, "pass", who="analyst", name_zh="分析某")
    proposals.decide(home, later, "pass", who="signer", name_zh="签发某")
    assert proposals.in_force(home, today()) == [] and proposals.mark(home, today()) == ""
    (change,) = proposals.in_force(home, today() + timedelta(days=3))
    new = proposals.amended(catalog, [change]).targets[training]
    assert (new.value, new.text_zh) == (1500, "1500人")
    assert "由1670人改为1500人" in new.caveat_zh and "豫民文〔2026〕8号" in new.caveat_zh
    assert catalog.targets[training].value == 1670
    # No person stands in what a release is made of.
    assert "某" not in new.caveat_zh
    with pytest.raises(FormError, match="须写明原因"):
        proposals.decide(home, later, "end", who="signer", name_zh="签发某")
    proposals.decide(home, later, "end", who="signer", name_zh="签发某", reason_zh="省厅撤回")
    assert proposals.in_force(home, today() + timedelta(days=9)) == []
    with pytest.raises(FormError, match="现在是“停止采用”"):
        proposals.decide(home, later, "pass", who="signer", name_zh="签发某")
    assert [one.action_code for one in reversed(audit.rows(home))] == [
        "change_proposed", "change_passed", "change_ended",
    ]  # fmt: skip
    assert audit.breaks(home) == []


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"reason_zh": " "}, "须写明依据"),
        ({"becomes": {"value": "1,670", "text_zh": ""}}, "写法不能为空"),
        ({"becomes": {"value": "很多", "text_zh": "很多"}}, "不是数字"),
        ({"becomes": {"value": "nan", "text_zh": "x"}}, "不是数字"),
        ({"becomes": {"value": "1500"}}, "须写明目标值、写法"),
        ({"becomes": {"value": "1670", "text_zh": "1670人"}}, "没有要改的"),
        ({"becomes": {"value": "1500", "text_zh": "长" * 501}}, "最长"),
        ({"subject": "no-such"}, "没有登记的目标"),
        ({"becomes": {"value": "1500", "text_zh": "1600人"}}, "不是同一个数"),
        ({"becomes": {"value": "85", "text_zh": "不低于85%"}}, "不是同一个数"),
        ({"becomes": {"value": "inf", "text_zh": "x"}}, "不是数字"),
        (CORRECTED | {"subject": "platform|qingfeng|care_bed_count|2026-10"}, "不在这张报表里"),
        (CORRECTED | {"becomes": BEDS | {"corrected_value": "-5"}}, "不会是-5"),
        (CORRECTED | {"becomes": BEDS | {"corrected_value": "3.5"}}, "不会是3.5"),
        (CORRECTED | {"becomes": BEDS | {"expires_on": "2020-01-01"}}, "早于生效日期"),
        ({"kind_code": proposals.CORRECTION, "subject": "facility|nowhere|x|2026-13"}, "没有登记的报表更正"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused_with_its_reason(home, catalog, training, changed, why):
    changed = dict(changed)
    with pytest.raises(FormError, match=why):
        proposed(home, catalog, changed.pop("subject", training), **changed)
    assert proposals.listed(home) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.85", "不低于85%"),
        ("15000", "1.5万人"),
        ("1,500", "2026年培训1500人"),
        ("1500", "照省厅下达"),
        ("0.005", "5‰"),
    ],
)
def test_a_value_and_the_words_for_it_may_be_of_another_unit(home, catalog, training, value, text):
    assert proposed(home, catalog, training, becomes={"value": value, "text_zh": text}) == 1


def test_a_definition_and_a_correction_go_the_same_way(home, catalog):
    code = "care_bed_count"
    numbers = [
        proposed(home, catalog, code, kind_code=proposals.DEFINITION, becomes={"definition_zh": "<b>月末床位</b>"}),
        proposed(
            home, catalog, "facility|qingfeng|meal_site_count|2026-10", kind_code=proposals.CORRECTION,
            becomes={"expected_raw": "280", "corrected_value": "28", "expires_on": f"{today() + timedelta(days=30)}"},
        ),
    ]  # fmt: skip
    for number in numbers:
        proposals.decide(home, number, "pass", who="signer", name_zh="签发某")
    changes = proposals.in_force(home, today())
    assert proposals.amended(catalog, changes).indicators[code].definition_zh == "<b>月末床位</b>"
    (correction,) = corrections_of(changes)
    assert (correction.area_id, correction.month, correction.expected_raw) == ("qingfeng", date(2026, 10, 1), "280")
    assert correction.corrected_value == 28 and correction.declared_on == today()
    # Past its end it counts no more, and stops nothing.
    assert corrections_of(proposals.in_force(home, today() + timedelta(days=31))) == []


def test_a_correction_that_finds_its_error_no_more_is_told_after_the_refresh_and_on_the_page(
    months_home, catalog, tmp_path, monkeypatch
):
    home = Home(tmp_path / "home")
    shutil.copytree(months_home.root, home.root)
    number = (DUE.year - 2023) * 12 + DUE.month - 2
    month, until = f"{month_of(number):%Y-%m}", f"{today() + timedelta(days=30)}"
    figures = Releases(home)
    with figures.acquire() as release:
        sql = (
            "select o.indicator_code, o.raw_value, i.label_zh from core.fct_observation as o"
            " inner join meta.submission as s using (submission_id) inner join meta.indicator as i using (indicator_code)"
            " where o.is_current and o.breakdown_code = 'total' and o.area_id = $unit and s.form_code = 'training'"
            " and o.status_code = 'reported' order by o.indicator_code limit 2"
        )
        (first, second) = release.rows(sql, {"unit": UNIT}).frame.rows()
    figures.close()
    # The first finds what it expects, and mends it to what it is; the form does not say what the second expects.
    for (code, written, _), expected in ((first, first[1]), (second, "早已改好")):
        asked = {"expected_raw": expected, "corrected_value": written, "expires_on": until}
        subject = f"training|{UNIT}|{code}|{month}"
        one = proposed(home, catalog, subject, kind_code=proposals.CORRECTION, becomes=asked)
        proposals.decide(home, one, "pass", who="signer", name_zh="签发某")
    # Said anew by every refresh, also by one that finds nothing new.
    for _ in range(2):
        (told,) = [note for note in refresh(home).notes_zh if "不起作用" in note]
        assert told.startswith(f"变更{one}（清丰县{month}{second[2]}的更正）") and "“早已改好”" in told
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    text = Shown(at_address("workbench/quality/page.py")).run().text
    assert "1个数按更正登记改用，1项更正已不起作用" in text and text.count("请在“口径变更”停止采用") == 1


@pytest.mark.bar("TG6")
def test_a_target_edited_from_1670_to_1500_is_on_record_and_releases_and_editions_before_keep_theirs(
    real_home, small_demo_home, catalog, training, tmp_path, monkeypatch
):
    signed_before(small_demo_home, catalog, training, tmp_path / "editions", monkeypatch)
    home = Home(tmp_path / "home")
    shutil.copytree(real_home.root, home.root)
    before = current_pointer(home).release_id
    digest = hashlib.sha256(release_path(home, before).read_bytes()).hexdigest()
    number = proposed(home, catalog, training)
    assert "沿用" in refresh(home).sentence_zh
    proposals.decide(home, number, "pass", who="signer", name_zh="签发某")
    after = refresh(home).release_id
    assert after != before and "沿用" in refresh(home).sentence_zh
    releases = Releases(home)
    values = {}
    for release_id in (before, after):
        with releases.acquire(release_id) as release:
            asked = "select value, text_zh, caveat_zh from core.dim_target where target_id = $id"
            ((value, text, caveat),) = release.rows(asked, {"id": training}).frame.iter_rows()
            values[release_id] = (value, text)
    releases.close()
    assert values == {before: (1670, "1670人"), after: (1500, "1500人")} and "豫民文〔2026〕8号" in caveat
    assert hashlib.sha256(release_path(home, before).read_bytes()).hexdigest() == digest
    row = audit.newest(home, "change_passed", subject=training)
    assert (row.who, row.details["was"], row.details["becomes"]) == (
        "signer", '{"text_zh": "1670人", "value": "1670"}', '{"text_zh": "1500人", "value": "1500"}',
    )  # fmt: skip
    # On the page everybody who signed in reads who changed what, when and why.
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    as_person(home, monkeypatch, "leader", "leader", "puyang")
    page = Shown(at_address("workbench/changes/page.py")).run()
    text = page.text
    assert (
        "1670人" in text and "1500人" in text and "分析某" in text and "签发某" in text and "豫民文〔2026〕8号" in text
    )
    assert not [one for one in page.app.button if "审核通过" in one.label or "提出" in one.label]


def signed_before(source, catalog, training, root, monkeypatch):
    """An edition signed before a target changed and a release with the change came: every byte as it was signed."""
    monkeypatch.setattr(files, "MAKERS", ("tests.editions.conftest:one_text",))
    home = copied(source, root)
    releases = Releases(home)
    edition = signed(home, releases)
    was = {one.name: frozen.read(home, edition.sha256, one.name) for one in frozen.files(home, edition.sha256)}
    proposals.decide(home, proposed(home, catalog, training), "pass", who="signer", name_zh="签发某")
    path = release_path(home, current_pointer(home).release_id)
    publish_again(home, path, f"update core.dim_target set value = 1500 where target_id = '{training}'")
    releases.close()
    now = {one.name: frozen.read(home, edition.sha256, one.name) for one in frozen.files(home, edition.sha256)}
    assert was == now and was


def test_a_correction_of_persons_counted_is_told_whole_only_to_its_unit_and_to_who_decides(
    real_home, catalog, tmp_path, monkeypatch
):
    home = Home(tmp_path / "home")
    shutil.copytree(real_home.root, home.root)
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    until = f"{today() + timedelta(days=30)}"
    one = proposed(
        home, catalog, "allowance|qingfeng|allowance_arrears_person_count|2026-09", kind_code=proposals.CORRECTION,
        becomes={"expected_raw": "41", "corrected_value": "4", "expires_on": until}, reason_zh="来函：多写一个1，应为四人",
    )  # fmt: skip
    proposed(
        home, catalog, "facility|qingfeng|meal_site_count|2026-09", kind_code=proposals.CORRECTION,
        becomes={"expected_raw": "280", "corrected_value": "28", "expires_on": until},
    )  # fmt: skip
    proposals.decide(home, one, "return", who="signer", name_zh="签发某", reason_zh="应为3人")
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")

    def shown(login, role, area, page="changes"):
        as_person(home, monkeypatch, login, role, area)
        return Shown(at_address(f"workbench/{page}/page.py")).run().text

    whole = "应为 4；表上写的 41"
    for who in (("signer", "signer", "puyang"), ("clerk", "clerk", "qingfeng"), ("analyst", "analyst", "puyang")):
        text = shown(*who)
        assert whole in text and "应为3人" in text and "应为 28；表上写的 280" in text
    for who in (("leader", "leader", "puyang"), ("other", "clerk", "nanle"), ("far", "signer", "fushun")):
        text = shown(*who)
        assert whole not in text and "应为3人" not in text and "四人" not in text
        assert "应为 ＊；表上写的 ＊" in text and "应为＊人" in text and "应为 28；表上写的 280" in text
    # Who keeps the trail keeps no forms.
    text = shown("administrator", "administrator", "", "audit")
    assert "通过口径变更" not in text and "退回口径变更" in text and "280" in text
    assert "应为3人" not in text and '"41"' not in text and "四人" not in text


def test_on_the_page_one_proposes_and_another_passes(real_home, training, tmp_path, monkeypatch):
    home = Home(tmp_path / "home")
    shutil.copytree(real_home.root, home.root)
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")

    def opened(login, role):
        as_person(home, monkeypatch, login, role, "puyang")
        return Shown(at_address("workbench/changes/page.py")).run()

    page = opened("reviewer", "reviewer")
    page.app.selectbox(key="change-subject-target").select(training)
    page.run()
    page.app.text_input(key="change-target-value").input("1500")
    page.app.text_input(key="change-target-text_zh").input("1500人")
    page.app.button(key="change-propose").click()
    assert "须写明依据" in page.run().text
    page.app.text_input(key="change-reason").input("<script>alert(1)</script>省厅来文")
    page.app.button(key="change-propose").click()
    page.run()
    assert "已提出" in page.text and "<script>" not in page.html
    (change,) = proposals.listed(home)
    assert (change.kind_code, change.subject, dict(change.becomes)) == ("target", training, BECOMES)
    page = opened("signer", "signer")
    page.app.button(key=f"change-pass-{change.number}").click()
    assert "已通过" in page.run().text
    assert proposals.in_force(home, today())[0].subject == training
