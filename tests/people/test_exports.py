"""Files, where people sign in: refused without the right, on record with whom and what for; names stand in the receipt."""

import ast
import io
import shutil
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import openpyxl
import pytest
from starlette.applications import Starlette
from streamlit.runtime.context import ContextProxy

from pages import api
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from pages.ui.takeaway import exporting
from tests.conftest import run_async
from tests.pages.conftest import Shown, at_address
from tests.people.test_desk_pages import as_person
from tests.people.test_drafts import TRACK, published  # noqa: F401
from warehouse.errors import AccountError
from warehouse.home import Home
from warehouse.paper.produce import produce
from warehouse.paper.requests import Request
from warehouse.people import accounts, audit, flow, roles, sessions
from warehouse.people.sign_offs import sign_offs
from warehouse.read import Releases
from warehouse.read.month import submissions
from warehouse.release.publishing import drafts
from warehouse.release.publishing.publish import release_path

VIEW = View(
    kind="real", root="", release_id="20261129-01", header={}, city="puyang", city_name_zh="濮阳市", is_large=False,
    base="census",
)  # fmt: skip


@pytest.fixture
def home(fresh_home, monkeypatch):
    fresh_home.ensure()
    monkeypatch.setenv("YANGLAO_HOME", str(fresh_home.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    monkeypatch.setattr(exporting.st, "session_state", {exporting.PURPOSE: "省厅调研\n<script>"})
    return fresh_home


def seated(home, monkeypatch, role, area="puyang"):
    accounts.add(home, login=role, name_zh="某", by="system:root", password="First-river-7")
    roles.grant(home, login=role, role_code=role, area_id=area, by="system:root")
    secret = sessions.begin(home, login=role, name_zh="某", source_code=sessions.LOCAL, address="")
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda self: {sessions.COOKIE: secret}))
    monkeypatch.setattr(ContextProxy, "headers", property(lambda self: {"x-yanglao-address": "10.0.0.7"}))


@pytest.mark.bar("AC3")
def test_an_export_says_who_what_release_rows_and_purpose_beside_sign_ins_and_grants(home, monkeypatch):
    seated(home, monkeypatch, "leader")
    made = exporting.recorded(VIEW, lambda: b"a,b\n1,2\n", "表.csv", rows=lambda: 1)
    assert audit.rows(home)[0].action_code == "signed_in"
    assert made() == b"a,b\n1,2\n"
    row = audit.rows(home)[0]
    assert (row.action_code, row.who, row.address, row.subject) == ("exported", "leader", "10.0.0.7", "表.csv")
    told = row.details
    assert (told["release"], told["rows"], told["bytes"]) == ("20261129-01", 1, 8)
    assert told["purpose"] == "省厅调研<script>"
    assert [one.action_code for one in reversed(audit.rows(home))] == [
        "account_added",
        "granted",
        "signed_in",
        "exported",
    ]


@pytest.mark.parametrize("then", ["no right", "right taken back", "signed out"])
def test_the_server_makes_no_file_without_the_right_at_the_moment_it_is_asked_for(home, monkeypatch, then):
    seated(
        home, monkeypatch, "administrator" if then == "no right" else "leader", "" if then == "no right" else "puyang"
    )
    made = exporting.recorded(VIEW, lambda: pytest.fail("made"), "表.csv")
    if then == "right taken back":
        roles.revoke(home, roles.grants(home, "leader")[0].grant_id, by="system:root")
    elif then == "signed out":
        sessions.end_all(home, "leader", by="system:root")
    with pytest.raises(AccountError, match="没有导出的权限"):
        made()
    assert audit.rows(home)[0].action_code == "refused"


def test_without_sign_in_a_file_is_made_as_ever(home, monkeypatch):
    monkeypatch.setenv("YANGLAO_SIGN_IN", "off")

    def make():
        return b"x"

    assert exporting.recorded(VIEW, make, "表.csv")() == b"x"
    assert not home.desk.exists()


def test_files_are_made_one_of_a_reader_and_two_of_the_process_at_once(home, monkeypatch):
    """Three readers press three times each: whoever presses often makes nobody else wait, and pages stay quick."""
    monkeypatch.setenv("YANGLAO_SIGN_IN", "off")
    counting, inside, most, two = threading.Lock(), Counter(), Counter(), threading.Event()

    def make(reader):
        with counting:
            for key in (reader, "all"):
                inside[key] += 1
                most[key] = max(most[key], inside[key])
            if inside["all"] == 2:
                two.set()
        # The first stands there until the second has come; then there is time for a third that must not.
        two.wait(60)
        time.sleep(0.02)
        with counting:
            inside.subtract((reader, "all"))
        return reader.encode()

    pressed = []
    for reader in ("10.0.0.7", "10.0.0.8", "10.0.0.9") * 3:
        monkeypatch.setattr(
            ContextProxy, "headers", property(lambda self, reader=reader: {"x-yanglao-address": reader})
        )
        pressed.append(exporting.recorded(VIEW, partial(make, reader), "表.csv"))
    with ThreadPoolExecutor(9) as pool:
        files = [each.result(20) for each in [pool.submit(one) for one in pressed]]
    assert Counter(files) == {b"10.0.0.7": 3, b"10.0.0.8": 3, b"10.0.0.9": 3}
    assert most == {"10.0.0.7": 1, "10.0.0.8": 1, "10.0.0.9": 1, "all": 2}


@pytest.mark.parametrize("name", ["values", "verdicts", "changes"])
@pytest.mark.parametrize(
    ("role", "area", "expected"),
    [
        ("administrator", "", ("export_not_allowed", "refused")),
        ("analyst", "puyang", ("release_missing", "exported")),
    ],
)
def test_the_interface_hands_out_figures_only_with_the_right_and_puts_it_on_record(home, name, role, area, expected):
    """There is no release yet: who has the right is told so, who has not is refused before."""
    accounts.add(home, login="wu", name_zh="某", by="system:root", password="First-river-7")
    roles.grant(home, login="wu", role_code=role, area_id=area, by="system:root")
    secret = sessions.begin(home, login="wu", name_zh="某", source_code=sessions.LOCAL, address="")

    async def ask():
        transport = httpx.ASGITransport(Starlette(routes=api.routes()))
        cookies = {sessions.COOKIE: secret}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
            return await client.get(f"/api/v1/{name}", headers={"x-purpose": "survey"})

    code = run_async(ask()).json()["error"]["code"]
    row = audit.rows(home)[0]
    assert (row.who, row.subject) == ("wu", "接口导出")
    assert role != "analyst" or row.details["purpose"] == "survey"
    assert (code, row.action_code) == expected


def test_every_download_of_a_page_goes_through_the_record():
    """A walk over the pages' sources: what a button hands out is made by `recorded`, in its place or in a function near."""
    buttons, plain = 0, []
    for path, tree in sources():
        recorded = {
            each.name
            for each in ast.walk(tree)
            if isinstance(each, ast.FunctionDef) and any(called(one) == "recorded" for one in ast.walk(each))
        } | {"dictionary_file"}
        named = {
            target.id
            for each in ast.walk(tree)
            if isinstance(each, ast.Assign) and called(each.value) == "recorded"
            for target in each.targets
        }
        for node in ast.walk(tree):
            if called(node) == "download_button":
                buttons += 1
                data = next(one.value for one in node.keywords if one.arg == "data")
                is_recorded = called(data) in {"recorded", *recorded} or getattr(data, "id", "") in named
                plain += [] if is_recorded else [f"{path}:{node.lineno}"]
    assert buttons >= 9 and plain == []


def test_what_runs_again_by_itself_asks_for_the_session_first():
    """Fragments and dialogs run without the frame: everyone goes through `kit.alone`, which asks."""
    plain = [
        f"{path}:{node.lineno}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("fragment", "dialog")
        and getattr(node.value, "id", "") == "st"
        and path != "ui/takeaway/alone.py"
    ]
    assert plain == []


def sources():
    root = Path(exporting.__file__).parents[2]
    for path in sorted(root.rglob("*.py")):
        yield path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def called(node) -> str:
    """The name of the function a call calls."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", "") or getattr(node.func, "id", "")


@pytest.mark.bar("DQ12")
def test_who_sent_passed_and_signed_a_published_figure_stands_in_its_receipt(drafted, tmp_path, monkeypatch):  # noqa: F811
    shutil.copytree(drafted[0].root, tmp_path / "home")
    home = Home(tmp_path / "home")
    published(home, drafted[1], drafts.asked_zh(home, drafted[1]))
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    as_person(home, monkeypatch, "leader", "leader", "puyang")
    app = at_address()
    with Releases(home).acquire() as release:
        ((code, revision),) = release.rows(
            "select indicator_code, revision from core.fct_observation where area_id = $unit and month = $month"
            " and breakdown_code = 'total' and status_code = 'reported' and submission_id is not null limit 1",
            {"unit": TRACK[0], "month": TRACK[2]},
        ).frame.iter_rows()
    app.query_params["receipt"] = ref("core.fct_observation", f"{TRACK[0]}|{code}|total|{TRACK[2]}|{revision}", "value")
    page = Shown(app).run()
    text = page.text
    signed = dict(flow.signed_off(home, TRACK, flow.report(home, TRACK).last.sha256))
    assert set(signed) == {"填报人", "审核人", "签发人"}
    assert all(label in text for label in signed), text[-1500:]


def test_badge_and_names_stand_on_the_quality_page_and_in_files_and_in_no_release(drafted, tmp_path, monkeypatch):  # noqa: F811
    shutil.copytree(drafted[0].root, tmp_path / "home")
    home = Home(tmp_path / "home")
    for step, name in (("return", "王审核"), ("send", "李填报"), ("pass", "王审核"), ("sign", "赵签发")):
        known = flow.report(home, TRACK).last
        if step == "send":
            flow.send(home, [TRACK], sha256=known.sha256, who="clerk", name_zh=name)
        elif step != "return" or known.step_code == "pass":
            flow.decide(home, TRACK, step, seen=known.number, who=step, name_zh=name, reason_zh="请核对")
    with Releases(drafts.drafts_home(home)).acquire(drafted[1]) as release:
        found = sign_offs(home, submissions.accepted(release, city_area_id="puyang", month=TRACK[2]).frame.to_dicts())
        assert [(one.area_zh, one.badge_code) for one in found] == [("清丰县", "signed")]
        # What was done before a return is no sign-off of what stands.
        assert [one.number for one in found[0].by.values()] == sorted(one.number for one in found[0].by.values())[-3:]
        row = ("清丰县", "设施", "已签发", "李填报 1日", "王审核 2日", "赵签发 3日")
        order = Request(
            city_area_id="puyang", month=TRACK[2], formats=("xlsx",),
            sign_off_heads=("单位", "报表", "状态", "填报人", "审核人", "签发人"), sign_offs=(("qingfeng", row),),
        )  # fmt: skip
        (file,) = produce(release, order)
        book = openpyxl.load_workbook(io.BytesIO(file.content))
        told = {cell.value for sheet in book for line in sheet.iter_rows() for cell in line}
        assert {"李填报 1日", "王审核 2日", "赵签发 3日", "已签发"} <= told
    content = release_path(drafts.drafts_home(home), drafted[1]).read_bytes()
    assert "赵签发".encode() not in content and b"signer" not in content


def test_the_operator_publishes_on_the_page_and_the_administrator_reads_the_trail(drafted, tmp_path, monkeypatch):  # noqa: F811
    shutil.copytree(drafted[0].root, tmp_path / "home")
    home = Home(tmp_path / "home")
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    as_person(home, monkeypatch, "operator", "operator", "")
    assert "这是还没有发布的草稿批次" in Shown(at_address(draft="1")).run().text
    page = Shown(at_address("workbench/publishing/page.py")).run()
    app = page.app
    assert f"草稿批次 {drafted[1]} 等待发布" in page.text and "比现行批次新增" in page.text
    app.text_input(key="retyped").input("2020-01")
    app.button(key="publish").click()
    assert "请照样重新输入" in page.run().text and "这是还没有发布" not in page.text
    app.text_input(key="retyped").input(drafts.asked_zh(home, drafted[1]))
    app.button(key="publish").click()
    assert f"批次 {drafted[1]} 已发布" in page.run().text
    as_person(home, monkeypatch, "administrator", "administrator", "")
    # A login is typed by anybody.
    audit.record(home, "sign_in_failed", address="10.0.0.9", subject="<img src=x>")
    change = {"was": '{"value": "1670"}', "becomes": '{"value": "1500"}', "sha256": "ab" * 32}
    audit.record(
        home, "change_proposed", who="operator", subject=f"facility|{TRACK[0]}|care_bed_count|2026-10", details=change
    )
    page = Shown(at_address("workbench/audit/page.py")).run()
    assert "审计记录完整" in page.text and "发布" in page.text and "operator" in page.text
    assert "<img" not in page.html and "&lt;img src=x&gt;" in page.html
    # A correction by the names of its parts, its texts by their labels, its digest short.
    assert "设施与床位 清丰县 养老服务床位总量 2026-10" in page.text
    assert "原为：目标值 1670" in page.text and "改为：目标值 1500" in page.text
    assert "abababababab…" in page.text and "ab" * 7 not in page.text


def test_whoever_may_not_publish_sees_no_draft_and_no_page_of_it(drafted, tmp_path, monkeypatch):  # noqa: F811
    shutil.copytree(drafted[0].root, tmp_path / "home")
    home = Home(tmp_path / "home")
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    as_person(home, monkeypatch, "leader", "leader", "puyang")
    page = Shown(at_address(draft="1")).run()
    assert "还没有发布的草稿批次" not in page.text and drafted[1] not in page.html
