"""Backup, restore and drill: the same content on an empty machine, and nothing taken for a backup that is none."""

import hashlib
import shutil
import sqlite3
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from etl.drill import drill
from etl.months.received import Incoming, receive
from etl.rebuild import build_as_of
from etl.refresh import refresh
from etl.verify import verify
from tests.build.small import small_refresh
from tests.clean_forms import FORMS, clean
from tests.forms import draw, to_xlsx
from warehouse.backup.restoring import enter_from_log, restore
from warehouse.backup.snapshot import back_up
from warehouse.backup.store import make_key, read_key
from warehouse.desk.archive import is_true
from warehouse.desk.queries import QueryDesk, SavedQuery
from warehouse.desk.received import ReceivedLog
from warehouse.errors import HomeError, PublishError
from warehouse.home import Home
from warehouse.people import accounts, audit, roles, sessions
from warehouse.release.file import header_of
from warehouse.release.publishing.publish import current_pointer, release_path
from warehouse.status import home_status


@pytest.fixture(scope="module")
def template(tmp_path_factory, context) -> Path:
    """A data home with four forms of one unit, a batch taken back, a saved query, a frozen edition, and their release."""
    home = Home(tmp_path_factory.mktemp("backed") / "home")
    home.ensure()
    files = [Incoming(name=f"{form}.xlsx", data=to_xlsx(draw(*clean(form, 20, context)))) for form in FORMS]
    receive(home, files, who="清丰县")
    wrong = receive(home, [Incoming(name="误发.csv", data=b"1,2")], who="清丰县")
    ReceivedLog(home).withdraw(wrong.batch_id, who="x", reason="误发", at=datetime.now(UTC))
    QueryDesk(home).save(SavedQuery(title_zh="自留", sql="select 1", owner="分析员"))
    (home.root / "editions").mkdir()
    (home.root / "editions" / "a.zip").write_bytes(b"frozen")
    refresh(home)
    return home.root


@pytest.fixture
def home(template, tmp_path) -> Home:
    return Home(shutil.copytree(template, tmp_path / "home"))


# Long enough to stand among encrypted bytes by no chance: three bytes did, once in some runs.
LINE = b"as many beds as were counted"


@pytest.fixture(scope="module")
def small_template(tmp_path_factory) -> Path:
    """A tiny data home with one release and three received files."""
    home = Home(tmp_path_factory.mktemp("small") / "home")
    small_refresh(home.root, 1)
    receive(home, [Incoming(name=f"{number}.csv", data=b"%d,2," % number + LINE) for number in range(3)], who="清丰县")
    small_refresh(home.root, 2)
    return home.root


@pytest.fixture
def small(small_template, tmp_path) -> Home:
    return Home(shutil.copytree(small_template, tmp_path / "small"))


def hashes(home: Home) -> tuple[str, str]:
    header = header_of(release_path(home, current_pointer(home).release_id))
    return header["content_sha256"], header["release_sha256"]


@pytest.mark.bar("OP4")
def test_restored_on_an_empty_machine_the_next_refresh_gives_the_same_hashes(home, tmp_path, yanglao):
    backup, key = tmp_path / "备份", tmp_path / "key"
    done = yanglao("backup", str(backup), "--new-key", str(key), home=home.root)
    assert done.returncode == 0, done.stderr
    assert "逐个读回核对无误，已加密" in done.stdout
    empty = tmp_path / "empty"
    done = yanglao("restore", str(backup), "--key", str(key), home=empty)
    assert done.returncode == 0, done.stderr
    assert "请运行 yanglao refresh" in done.stdout
    refresh(Home(empty))
    assert hashes(Home(empty)) == hashes(home)
    assert [query.title_zh for query in QueryDesk(Home(empty)).saved("分析员")] == ["自留"]
    assert (empty / "editions" / "a.zip").read_bytes() == b"frozen"
    assert [one.is_withdrawn for one in ReceivedLog(Home(empty)).files()] == [False] * 4 + [True]


def test_accounts_rights_and_the_trail_come_along_and_nobody_stays_signed_in(small, tmp_path):
    accounts.add(small, login="li", name_zh="李某", by="system:root", password="First-river-7")
    accounts.change_password(small, "li", old="First-river-7", new="Sunny-river-7")
    roles.grant(small, login="li", role_code="leader", area_id="puyang", by="system:root")
    secret = sessions.begin(small, login="li", name_zh="李某", source_code=sessions.LOCAL, address="10.0.0.1")
    back_up(small, tmp_path / "backup")
    audit.record(small, "viewed", who="li", subject="after the backup")
    empty = Home(tmp_path / "empty")
    empty.ensure()
    restore(empty, tmp_path / "backup")
    assert sessions.person(empty, secret) is None and sessions.person(small, secret).login == "li"
    kept = b"".join(path.read_bytes() for path in empty.root.rglob("desk.sqlite*"))
    assert hashlib.sha256(secret.encode()).hexdigest().encode() not in kept
    assert accounts.verify(empty, login="li", password="Sunny-river-7", address="").name_zh == "李某"
    assert [(one.login, one.role_code, one.area_id) for one in roles.grants(empty)] == [("li", "leader", "puyang")]
    assert audit.breaks(empty) == [] and audit.rows(empty)[0].action_code == "signed_in"
    # Put back over a desk that was lost here, the end that is missing is noticed.
    for path in small.root.glob("desk.sqlite*"):
        path.unlink()
    restore(small, tmp_path / "backup")
    assert any("末尾的记录被删去" in sentence for sentence in audit.breaks(small))


def test_a_drill_says_that_the_content_is_the_same_and_is_dated(real_home, tmp_path):
    """Of a home without forms, which is built again sooner; one with forms is restored above and fails below."""
    home = Home(shutil.copytree(real_home.root, tmp_path / "home"))
    assert home_status(home)["drill_at"] is None
    back_up(home, tmp_path / "backup")
    found = drill(home, tmp_path / "backup")
    assert found.content_sha256 == hashes(home)[0]
    assert found.sentence_zh.startswith("演练通过：第 1 次备份")
    status = home_status(home)
    assert status["drill_at"] is not None and status["backup_at"] is not None


@pytest.mark.whole
def test_a_drill_looks_at_every_byte_of_the_editions_a_backup_carries(home, tmp_path):
    from tests.editions.conftest import note_all, sign
    from warehouse.editions import frozen, record, signing
    from warehouse.read import Releases

    releases = Releases(home)
    author = record.Actor(who="author", name_zh="起草人甲")
    with releases.acquire() as release:
        month = release.header["latest_month"]
    begun = signing.begin(home, releases, city="濮阳", unit="清丰县", month=month, actor=author)
    note_all(home, releases, begun)
    sent = record.take(home, begun.key, "submit", author, seen=begun.last.number)
    edition = sign(home, releases, sent)
    back_up(home, tmp_path / "backup")
    assert drill(home, tmp_path / "backup").sentence_zh.endswith("；1 个汇报版逐字节完好")
    path = frozen.folder_of(home, edition.sha256) / frozen.CONTENT
    path.chmod(0o600)
    path.write_bytes(b"{}")
    (problem,) = verify(home).problems_zh
    assert "content.json 被改动过" in problem and "yanglao restore" in problem
    back_up(home, tmp_path / "damaged")
    with pytest.raises(PublishError, match=r"汇报版不全：.*content\.json 被改动过"):
        drill(home, tmp_path / "damaged")


def test_a_backup_costs_what_is_new(small, tmp_path):
    first = back_up(small, tmp_path / "backup")
    # The desk and three files.
    assert (first.number, first.file_count, first.new_count) == (1, 4, 4)
    receive(small, [Incoming(name="3.csv", data=b"3,2")], who="清丰县")
    second = back_up(small, tmp_path / "backup")
    # The desk changed, and one file came.
    assert (second.number, second.file_count, second.new_count) == (2, 5, 2)
    sums = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path / "backup", check=False)
    assert sums.returncode == 0
    older = tmp_path / "older"
    assert restore(Home(older), tmp_path / "backup", number=1).number == 1
    assert len(ReceivedLog(Home(older)).files()) == 3


def test_nothing_of_an_encrypted_backup_can_be_read_without_the_key(small, tmp_path):
    key = tmp_path / "key"
    make_key(key)
    assert key.stat().st_mode & 0o077 == 0
    back_up(small, tmp_path / "backup", key=read_key(key))
    names = {receipt.sha256 for receipt in ReceivedLog(small).files()}
    for path in (tmp_path / "backup").rglob("*"):
        assert path.name not in names
        assert not path.is_file() or LINE not in path.read_bytes() and "清丰县".encode() not in path.read_bytes()
    with pytest.raises(HomeError, match="是加密的，请用 --key"):
        restore(Home(tmp_path / "a"), tmp_path / "backup")
    other = tmp_path / "other"
    make_key(other)
    with pytest.raises(HomeError, match="密钥不对"):
        restore(Home(tmp_path / "a"), tmp_path / "backup", key=read_key(other))
    public = tmp_path / "public"
    public.write_text(next(line for line in key.read_text().splitlines() if "age1" in line).removeprefix("# "))
    # The machine that backs up need not hold what decrypts.
    back_up(small, tmp_path / "backup", key=read_key(public))
    with pytest.raises(HomeError, match="只有公钥"):
        restore(Home(tmp_path / "a"), tmp_path / "backup", key=read_key(public))
    assert restore(Home(tmp_path / "a"), tmp_path / "backup", key=read_key(key)).number == 2


def test_a_desk_lost_after_the_backup_comes_back_with_all_that_was_entered_since(small, tmp_path):
    back_up(small, tmp_path / "backup")
    receive(small, [Incoming(name="后来.csv", data=b"later")], who="x")
    ReceivedLog(small).explain(
        area_id="a", indicator_code="i", breakdown_code="total", month=date(2026, 1, 1),
        text_zh="并入学校食堂", who="x", at=datetime.now(UTC),
    )  # fmt: skip
    for path in small.root.glob("desk.sqlite*"):
        path.unlink()
    (note,) = restore(small, tmp_path / "backup").notes_zh
    # Begun and three files before the backup; a file and an explanation since.
    assert "到第 4 号" in note and "按登记簿补到第 6 号" in note
    assert [one.file_name for one in ReceivedLog(small).files()][-1] == "后来.csv"
    assert list(ReceivedLog(small).explanations().values()) == ["并入学校食堂"]
    assert small_refresh(small.root, 3).published


def test_an_older_desk_is_brought_up_by_the_log_alone(small):
    shutil.copy(small.desk, small.root / "old")
    receive(small, [Incoming(name="后来.csv", data=b"later")], who="x")
    for path in small.root.glob("desk.sqlite*"):
        path.unlink()
    shutil.move(small.root / "old", small.desk)
    with pytest.raises(HomeError, match="restore --log"):
        small_refresh(small.root, 3)
    assert "补到第 5 号" in enter_from_log(small)
    assert small_refresh(small.root, 3).published
    assert len(ReceivedLog(small).files()) == 4


def test_only_what_is_missing_or_damaged_is_put_back(small, tmp_path):
    back_up(small, tmp_path / "backup")
    first, second, third = (small.archive / one.sha256 for one in ReceivedLog(small).files())
    first.unlink()
    second.write_bytes(b"spoilt")
    untouched = third.stat().st_mtime_ns
    notes = restore(small, tmp_path / "backup").notes_zh
    assert any("已损坏，已换回备份里的" in note for note in notes)
    assert "登记文件完好，没有动" in notes
    assert is_true(first) and is_true(second)
    assert third.stat().st_mtime_ns == untouched
    assert verify(small).problems_zh == ()


def test_wrong_and_lost_rows_of_the_desk_come_back_one_by_one_and_what_is_newer_than_the_backup_stays(small, tmp_path):
    queries = QueryDesk(small)
    queries.save(SavedQuery(title_zh="之前", sql="select 1", owner="li"))
    back_up(small, tmp_path / "backup")
    queries.save(SavedQuery(title_zh="之后", sql="select 2", owner="li"))
    harms = (
        "update saved_query set sql = 'select 9' where title_zh = '之前'",
        "delete from journal where entry_id = 1",
    )
    for statement in harms:
        with sqlite3.connect(small.desk) as desk:
            desk.execute(statement)
    (note,) = restore(small, tmp_path / "backup").notes_zh
    assert "journal 表少了 1 行，已按备份里的逐行补好" in note
    assert [one.sql for one in queries.saved("li")] == ["select 1", "select 2"] and verify(small).problems_zh == ()
    # A row that no backup has yet: the desk of the backup takes the place of the whole.
    with sqlite3.connect(small.desk) as desk:
        desk.execute("update saved_query set sql = 'select 9' where title_zh = '之后'")
    (note,) = restore(small, tmp_path / "backup").notes_zh
    # After the backup: its own line of the journal, the query, and the line of the first restore.
    assert "已换回备份里的" in note and "之后的 3 次改动" in note
    assert [one.sql for one in queries.saved("li")] == ["select 1"]


def test_a_damaged_home_is_not_backed_up_over_a_good_one(small, tmp_path):
    back_up(small, tmp_path / "backup")
    with sqlite3.connect(small.desk) as desk:
        desk.execute("update received_file set file_name = 'x' where receipt_id = 1")
    with pytest.raises(HomeError, match="没有备份，以免坏的盖住好的"):
        back_up(small, tmp_path / "backup")
    for path in small.root.glob("desk.sqlite*"):
        path.unlink()
    with pytest.raises(HomeError, match="没有什么可备份"):
        back_up(small, tmp_path / "backup")
    assert restore(Home(tmp_path / "new"), tmp_path / "backup").number == 1


def test_an_archived_file_that_spoilt_before_its_first_backup_is_named(small, tmp_path):
    path = small.archive / ReceivedLog(small).files()[0].sha256
    path.write_bytes(b"spoilt")
    with pytest.raises(HomeError, match="已损坏，没有备份"):
        back_up(small, tmp_path / "backup")


def test_every_turned_or_cut_file_of_a_backup_is_told_and_none_is_restored(small, tmp_path):
    backup = tmp_path / "backup"
    back_up(small, backup)
    kept = {one.sha256 for one in ReceivedLog(small).files()}
    for path in sorted(path for path in backup.rglob("*") if path.is_file() and path.stat().st_size):
        before = path.read_bytes()
        turned = bytearray(before)
        turned[len(before) // 2] ^= 1
        # A bit turned in the middle, and the end cut off there, as by a backup whose disk was pulled out.
        for number, spoilt in enumerate((turned, before[: len(before) // 2])):
            path.write_bytes(spoilt)
            empty = Home(tmp_path / f"empty-{number}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}")
            try:
                restore(empty, backup)
            except HomeError as error:
                assert "备份" in str(error)
            else:
                assert verify(empty).problems_zh == ()
                assert {one.sha256 for one in ReceivedLog(empty).files()} == kept
        path.write_bytes(before)


def test_a_list_of_sums_cut_off_at_a_line_never_leads_to_an_older_snapshot_unnoticed(small, tmp_path):
    backup = tmp_path / "backup"
    back_up(small, backup)
    receive(small, [Incoming(name="后来.csv", data=b"later")], who="x")
    back_up(small, backup)
    sums = backup / "SHA256SUMS"
    lines = sums.read_bytes().splitlines(keepends=True)
    for count in range(len(lines)):
        sums.write_bytes(b"".join(lines[:count]))
        with pytest.raises(HomeError, match=f"备份目录 {backup}"):
            restore(Home(tmp_path / f"empty-{count}"), backup)
    sums.write_bytes(b"".join(lines[:-1]))
    # Asked for by its number the older one is restored; another backup lists everything again.
    assert restore(Home(tmp_path / "older"), backup, number=1).number == 1
    assert back_up(small, backup).number == 2
    assert restore(Home(tmp_path / "new"), backup).number == 2


def test_a_spoilt_backup_is_cleared_and_the_next_one_whole(small, tmp_path):
    backup = tmp_path / "backup"
    back_up(small, backup)
    blob = backup / "blobs" / ReceivedLog(small).files()[0].sha256
    blob.write_bytes(b"spoilt")
    with pytest.raises(HomeError, match="请再运行一次 yanglao backup"):
        back_up(small, backup)
    assert back_up(small, backup).new_count >= 1
    assert restore(Home(tmp_path / "new"), backup).number >= 2


def test_a_backup_of_another_home_or_inside_the_home_is_refused(small, tmp_path):
    back_up(small, tmp_path / "backup")
    other = Home(tmp_path / "other")
    small_refresh(other.root, 1)
    with pytest.raises(HomeError, match="另一个数据目录的备份"):
        back_up(other, tmp_path / "backup")
    with pytest.raises(HomeError, match="在数据目录里面"):
        back_up(small, small.root / "backup")
    receive(other, [Incoming(name="x.csv", data=b"x")], who="x")
    with pytest.raises(HomeError, match="不是这份备份的"):
        restore(other, tmp_path / "backup")
    with pytest.raises(HomeError, match="这里没有备份"):
        restore(small, tmp_path / "nothing")


def test_a_drill_against_another_content_fails(home, tmp_path, monkeypatch):
    back_up(home, tmp_path / "backup")
    # As if the forms were lost on the way: only the first entry, which says that the home was begun.
    monkeypatch.setattr(
        "etl.drill.build_as_of", lambda *arguments, **more: build_as_of(*arguments, **more | {"number": 1})
    )
    with pytest.raises(PublishError, match="与批次 .* 不同"):
        drill(home, tmp_path / "backup")
    assert home_status(home)["drill_at"] is None


def test_verify_names_everything_that_is_wrong_and_changes_nothing(small, yanglao):
    assert yanglao("verify", home=small.root).stdout.strip().endswith("全部完好")
    path = small.archive / ReceivedLog(small).files()[0].sha256
    path.write_bytes(b"spoilt")
    release = release_path(small, current_pointer(small).release_id)
    release.chmod(0o644)
    with release.open("r+b") as file:
        file.seek(release.stat().st_size // 2)
        file.write(b"\xff\x00\xff")
    done = yanglao("verify", home=small.root)
    assert done.returncode == HomeError.exit_code
    assert "有 2 处问题" in done.stdout and "“0.csv”" in done.stdout and "文件损坏" in done.stdout
    assert path.read_bytes() == b"spoilt"
