"""`yanglao edition` from draft to export, by the operator and by people; a backup carries what was signed."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from etl.verify import verify
from tests.editions.conftest import sign, signed, waiting
from warehouse.backup.restoring import restore
from warehouse.backup.snapshot import back_up
from warehouse.editions import frozen, record, signing
from warehouse.errors import PaperError
from warehouse.home import Home
from warehouse.kept import Kept, keep, kept_table
from warehouse.people import accounts, roles


def test_an_operator_drafts_checks_notes_signs_amends_withdraws_verifies_and_exports(
    root, home, yanglao, small, tmp_path
):
    def run(*words, code=0):
        done = yanglao("edition", *words, "--demo", home=root)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done

    place = ("--city", "抚顺", "--unit", "新抚区", "--month", "2026-10")
    assert "还没有汇报版" in run("list").stdout
    assert json.loads(run("draft", *place, "--json").stdout)["name_zh"] == "新抚区 2026-10-A"
    assert "已经起草" in run("draft", *place, code=13).stderr
    run("comment", "xinfu-2026-10-A", "总体平稳")
    listed = json.loads(run("check", "新抚区 2026-10-A", "--json").stdout)
    assert not listed["may_be_signed"] and listed["errors"] == []
    refused = run("sign", "xinfu-2026-10-A", "--retype", "新抚区 2026-10", code=13)
    assert "提醒还没有逐条确认" in refused.stderr
    run("note", "xinfu-2026-10-A", *(one["key"] for one in listed["warnings"]))
    assert "可以签发" in run("check", "xinfu-2026-10-A").stdout
    assert "照样重新输入" in run("sign", "xinfu-2026-10-A", "--retype", "新抚区", code=13).stderr
    sha = json.loads(run("sign", "xinfu-2026-10-A", "--retype", "新抚区 2026-10", "--json").stdout)["sha256"]
    run("export", "xinfu-2026-10-A", "--out", str(tmp_path / "a"))
    assert "没有留下" in run("export", "xinfu-2026-10-A", "--out", str(tmp_path / "a"), code=13).stderr
    assert "更正说明" in run("amend", "xinfu-2026-10-A", code=13).stderr
    run("amend", "xinfu-2026-10-A", "--note", "床位数更正")
    for one in json.loads(run("check", "xinfu-2026-10-B", "--json").stdout)["warnings"]:
        run("note", "xinfu-2026-10-B", one["key"])
    run("sign", "新抚区 2026-10-B", "--retype", "新抚区 2026-10")
    run("export", "xinfu-2026-10-A", "--out", str(tmp_path / "marked"))
    run("export", sha[:12], "--frozen", "--out", str(tmp_path / "frozen"))
    (plain,), (marked,) = (list((tmp_path / name).glob("*.txt")) for name in ("a", "marked"))
    assert "已被更正版 新抚区 2026-10-B 替代" in marked.read_text() and "替代" not in plain.read_text()
    assert (tmp_path / "frozen" / plain.name).read_bytes() == plain.read_bytes()
    assert (tmp_path / "frozen" / "content.json").exists()
    run("withdraw", "xinfu-2026-10-B", "--reason", "发错了")
    assert "新抚区 2026-10-B" in run("list").stdout and "更正 新抚区 2026-10-A" in run("list").stdout
    states = {row["key"]: row["state_code"] for row in json.loads(run("list", "--json").stdout)}
    assert states == {"xinfu-2026-10-B": "withdrawn", "xinfu-2026-10-A": "replaced"}
    assert "已核验 2 个汇报版，每个字节都与签发时相同" in run("verify").stdout
    path = next(frozen.folder_of(home, sha).glob("*.txt"))
    path.chmod(0o600)
    path.write_text("x")
    assert "被改动过" in run("verify", code=13).stdout and "被改动过" in run("verify", sha, code=13).stdout


def test_questions_are_asked_answered_with_a_printed_code_and_closed(root, home, yanglao, small):
    def run(*words, code=0):
        done = yanglao("edition", *words, "--demo", home=root)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done

    due = f"{signing.today() + timedelta(days=3):%Y-%m-%d}"
    asked = (
        "ask",
        "--city",
        "抚顺",
        "--unit",
        "新抚区",
        "--indicator",
        "active_rate",
        "--text",
        "为何低",
        "--owner",
        "新抚区",
    )
    assert "没有写期限" in run(*asked, code=13).stderr
    assert json.loads(run(*asked, "--due", due, "--json").stdout) == {"number": 1}
    assert "没有这个指标" in run(*asked[:5], "--indicator", "nothing", *asked[7:], "--due", due, code=13).stderr
    assert "12个没有凭证" in run("answer", "1", "--text", "已上门12个", code=13).stderr
    run("answer", "1", "--text", "已逐户上门")
    (one,) = json.loads(run("ask", "--json").stdout)
    assert "为何低" in run("ask").stdout
    assert (one["state_code"], one["owner_zh"], one["indicator_zh"]) == ("answered", "新抚区", "活跃率")
    run("reopen", "1", "--reason", "说清原因")
    run("answer", "1", "--text", "账号多为代办，正在清理")
    run("close", "1")
    assert "不能“销号”" in run("close", "1", code=13).stderr


def test_where_people_sign_in_a_step_needs_an_account_with_the_right(root, home, yanglao, small, monkeypatch):
    outer = Home(root)
    outer.ensure()
    for login, role in (("author", "analyst"), ("boss", "signer")):
        accounts.add(outer, login=login, name_zh=login, by="system:root", password="First-river-7")
        accounts.change_password(outer, login, old="First-river-7", new="Sunny-river-7")
        roles.grant(outer, login=login, role_code=role, area_id="fushun", by="system:root")
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "Sunny-river-7")
    place = ("--city", "抚顺", "--unit", "新抚区", "--month", "2026-10", "--demo")

    def run(*words, code=0):
        done = yanglao("edition", *words, home=root, YANGLAO_SIGN_IN="local")
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done

    assert "--as" in run("draft", *place, code=14).stderr
    assert "没有“起草汇报版、写评述”的权限" in run("draft", *place, "--as", "boss", code=14).stderr
    run("draft", *place, "--as", "author")
    assert record.edition(home, "xinfu-2026-10-A").steps[0].who == "author"
    # A draft is not signed from where it is: sent by its author, signed by another.
    assert "请先送审" in run("sign", "xinfu-2026-10-A", "--as", "boss", "--demo", code=13).stderr


def test_a_backup_carries_editions_and_a_restore_opens_them_to_the_byte(
    home, releases, small, small_demo_home, tmp_path
):
    edition = signed(home, releases)
    home.archive.rmdir()
    home.archive.symlink_to(small_demo_home.archive)
    (home.editions / ".signing-x").mkdir()
    (home.editions / ".signing-x" / "half").write_bytes(b"half")
    before = {one.name: frozen.read(home, edition.sha256, one.name) for one in frozen.files(home, edition.sha256)}
    link = Kept(
        title_zh="培训", release_id=edition.settings.release_id, is_demo=True, heads=("单位",), rows=(("新抚区",),)
    )
    key = keep(home, link)
    back_up(home, tmp_path / "backup")
    empty = Home(tmp_path / "empty")
    restore(empty, tmp_path / "backup")
    again = record.edition(empty, edition.key)
    assert {one.name: frozen.read(empty, again.sha256, one.name) for one in frozen.files(empty, again.sha256)} == before
    assert signing.opened(empty, again).receipts_zh and not (empty.editions / ".signing-x").exists()
    # Its permanent links lead where they led.
    assert kept_table(empty, key) == link
    # What is gone, turned or cut comes back from the backup.
    place = frozen.folder_of(empty, again.sha256)
    gone = next(name for name in before if name.endswith(".txt"))
    (place / gone).unlink()
    for path, content in (
        (place / frozen.CONTENT, before[frozen.CONTENT][:99]),
        (place / frozen.MANIFEST, (place / frozen.MANIFEST).read_bytes().replace(b"sha", b"shb", 1)),
        (empty.kept / f"{key}.json", link.content()[:-1]),
    ):
        path.chmod(0o600)
        path.write_bytes(content)
    assert frozen.faults_zh(empty, again.sha256) and any(key in told for told in verify(empty).problems_zh)
    with pytest.raises(PaperError, match="被改动过.*恢复"):
        kept_table(empty, key)
    done = restore(empty, tmp_path / "backup")
    assert sum("已换回备份里的" in note for note in done.notes_zh) == 3
    assert frozen.faults_zh(empty, again.sha256) == [] and kept_table(empty, key) == link


def test_a_folder_the_desk_does_not_know_is_told_by_verify(root, home, releases, yanglao, small):
    edition = waiting(home, releases)
    older = home.root / "older.sqlite"
    with closing(sqlite3.connect(home.desk)) as source, closing(sqlite3.connect(older)) as copy:
        source.backup(copy)
    sha = sign(home, releases, edition).sha256
    for path in home.root.glob("desk.sqlite*"):
        path.unlink()
    shutil.move(older, home.desk)
    done = yanglao("edition", "verify", "--demo", home=root)
    assert done.returncode == 13 and f"{sha[:12]}… 不在登记里" in done.stdout
