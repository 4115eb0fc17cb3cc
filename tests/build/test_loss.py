"""What a data home had is not lost unnoticed: clocks, absences, damaged bytes, files saved at the wrong moment."""

import json
import os
import shutil
import sqlite3
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from etl.months import inbox
from etl.months.received import Incoming, receive, receive_inbox
from etl.verify import verify
from tests.build.small import small_refresh
from tests.build.watching import marker_of
from tests.forms import Paper, to_xlsx
from warehouse.backup.restoring import enter_from_log, restore
from warehouse.backup.snapshot import back_up
from warehouse.cached import read_kept, write_kept
from warehouse.desk import counted, pinned
from warehouse.desk.archive import lost
from warehouse.desk.disclosed import STATES, Disclosed
from warehouse.desk.journal import Desk
from warehouse.desk.queries import QueryDesk, SavedQuery
from warehouse.desk.received import ReceivedLog
from warehouse.desk.whole import assured, clock_behind_zh, fault_now_and_then_zh
from warehouse.errors import HomeError, ReleaseMissing
from warehouse.home import Home
from warehouse.read import Releases
from warehouse.release import proof
from warehouse.release.file import header_of
from warehouse.release.publishing import publish
from warehouse.release.publishing.publish import ZONE, current_pointer, new_release_id, release_ids, release_path
from warehouse.status import home_status


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A data home with two releases (markers 1 and 2) and three received files."""
    root = tmp_path_factory.mktemp("three") / "home"
    small_refresh(root, 1)
    receive(Home(root), [Incoming(name=f"{number}.csv", data=b"%d,2" % number) for number in range(3)], who="清丰县")
    small_refresh(root, 2)
    return root


@pytest.fixture
def home(template, tmp_path) -> Home:
    return Home(shutil.copytree(template, tmp_path / "home"))


def refused(home: Home, marker: int = 3) -> str:
    """What the refresh says that must not happen; readers still get what they had."""
    before = current_pointer(home)
    with pytest.raises(HomeError) as found:
        small_refresh(home.root, marker)
    assert current_pointer(home) == before
    assert marker_of(Releases(home)) == 2
    assert "现行批次没有改动" in str(found.value)
    return str(found.value)


def flip(path: Path, at: int = -1) -> None:
    """Turn one bit of a file, by default one in its middle."""
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[at if at >= 0 else len(content) // 2] ^= 4
    path.write_bytes(content)


# ── clocks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_after_a_refresh_with_a_clock_a_year_ahead_the_next_release_is_the_newest_and_current(home, monkeypatch):
    real_id = publish.new_release_id
    ahead = datetime.now(ZONE) + timedelta(days=365)
    monkeypatch.setattr("etl.make_release.new_release_id", lambda home: real_id(home, now=ahead))
    wrong = small_refresh(home.root, 3)
    monkeypatch.undo()
    assert wrong.release_id == f"{ahead:%Y%m%d}-01"
    right = small_refresh(home.root, 4)
    assert right.release_id == f"{ahead:%Y%m%d}-02"
    assert any("早于上一批次的日期" in note and "核对时钟" in note for note in right.notes_zh)
    assert marker_of(Releases(home)) == 4
    assert not small_refresh(home.root, 4).published
    publish.rollback(home, wrong.release_id)
    assert publish.unpin(home).release_id == right.release_id


def test_a_later_file_stays_later_when_the_clock_was_set_back(home):
    log, before = ReceivedLog(home), datetime.now(UTC)
    receive(home, [Incoming(name="快钟.csv", data=b"ahead")], who="x", received_at=before + timedelta(days=365))
    receive(home, [Incoming(name="更正.csv", data=b"behind")], who="x", received_at=before)
    first, second = log.files()[-2:]
    assert (first.file_name, second.file_name) == ("快钟.csv", "更正.csv")
    assert first.moment < second.moment
    assert [batch.file_count for batch in log.batches()][:2] == [1, 1]
    assert log.batches()[0].batch_id == second.batch_id


def test_files_of_one_batch_came_in_one_moment(home):
    receipts = ReceivedLog(home).files()
    assert len({receipt.moment for receipt in receipts}) == 1


def test_a_clock_behind_the_last_entry_is_said_once_it_is_and_not_otherwise(home):
    assert clock_behind_zh(home) is None
    last = Desk(home).entries(limit=1)[0].at
    assert clock_behind_zh(home, last - timedelta(minutes=1)) is None
    # Half an hour before the last entry.
    assert "请校准时钟" in clock_behind_zh(home, last - timedelta(minutes=30))


def test_an_id_is_of_its_day_in_china_wherever_the_machine_stands(fresh_home):
    # 23:30 in London on 1 July is 6:30 on 2 July in China.
    moment = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert new_release_id(fresh_home, now=moment.astimezone(ZONE)) == "20260702-01"
    reception = receive(fresh_home_of(fresh_home), [Incoming(name="a.csv", data=b"a")], who="x", received_at=moment)
    assert reception.batch_id == "20260702-01"


def fresh_home_of(home: Home) -> Home:
    home.ensure()
    return home


# ── absence is not emptiness ─────────────────────────────────────────────────────────────────────────────────────────


def lose_desk(home: Home) -> None:
    for path in home.root.glob("desk.sqlite*"):
        path.unlink()


def empty_desk(home: Home) -> None:
    lose_desk(home)
    home.desk.touch()


def lose_desk_and_write_on(home: Home) -> None:
    lose_desk(home)
    Desk(home).enter("rollback", "之后有人写过")


def lose_desk_and_log(home: Home) -> None:
    lose_desk(home)
    home.counted.unlink()


@pytest.mark.parametrize("lose", [lose_desk, empty_desk, lose_desk_and_write_on, lose_desk_and_log])
def test_a_desk_that_is_gone_stops_the_refresh_and_says_how_to_restore(home, lose):
    lose(home)
    for _ in range(2):
        message = refused(home)
        # Begun, three files: four entries.
        assert "此前已登记到第 4 号" in message
        assert "yanglao restore" in message
    assert not home.desk.exists() or lose is not lose_desk


def test_an_older_desk_put_back_is_told_with_the_files_it_lacks(home):
    Desk(home).enter("rollback", "x")
    shutil.copy(home.desk, home.root / "older")
    with sqlite3.connect(home.root / "older") as older:
        older.execute("pragma journal_mode = delete")
    receive(home, [Incoming(name="后来的.csv", data=b"later")], who="x")
    lose_desk(home)
    shutil.move(home.root / "older", home.desk)
    message = refused(home)
    assert "只到第 4 号" in message and "已到第 5 号" in message and "“后来的.csv”" in message
    home.counted.unlink()
    # Without the log the release is the witness; this one was made before the file came, so the desk is enough for it.
    assert small_refresh(home.root, 3).published


def test_a_desk_older_than_the_release_is_told_without_the_log(home):
    with sqlite3.connect(home.desk) as desk:
        desk.execute("delete from counted_entry where number = 4")
        desk.execute("delete from received_file where receipt_id = 3")
    home.counted.unlink()
    assert "登记文件比批次旧" in refused(home)


def older_desk(home: Home) -> None:
    """People write and a release publishes cells; then the desk of before is put back, whole as it was."""
    Desk(home).enter("refresh", "之前")
    before = home.desk.read_bytes()
    QueryDesk(home).save(SavedQuery(title_zh="自留", sql="select 1", owner="li"))
    Disclosed(home).add("20200101-01", pl.DataFrame([STATE], schema=STATES, orient="row"))
    lose_desk(home)
    home.desk.write_bytes(before)


def older_desk_written_on(home: Home) -> None:
    """Written on it goes as far as the lost one, by other changes."""
    older_desk(home)
    for _ in range(5):
        Desk(home).enter("rollback", "之后有人写过")


STATE = ("a", "i", "total", date(2026, 1, 1), 3.0, True, False)


@pytest.mark.parametrize(
    ("lose", "told", "way"), [(older_desk, "只到第", "log"), (older_desk_written_on, "次改动不是那一次", "backup")]
)
def test_an_older_desk_is_told_though_nothing_that_counts_was_entered_since(home, tmp_path, lose, told, way):
    """What people wrote and which cells were masked is gone; the numbers that count are all there."""
    lose(home)
    message = refused(home)
    assert told in message and f"旁边的 {pinned.NAME} 记到第" in message
    with pytest.raises(HomeError, match=pinned.NAME):
        back_up(home, tmp_path / "over a good one")
    for text in (
        "".join(verify(home).problems_zh),
        "".join(home_status(home)["problems_zh"]),
        fault_now_and_then_zh(home),
    ):
        assert told in text and "yanglao restore" in text
    if way == "log":
        assert "次改动（日志、评述、查询、签发等）找不回来" in enter_from_log(home)
    else:
        # A backup of before, too: what there is goes on.
        other = Home(shutil.copytree(home.root, tmp_path / "other"))
        (other.root / pinned.NAME).unlink()
        back_up(other, tmp_path / "backup")
        notes = "".join(restore(home, tmp_path / "backup").notes_zh)
        assert "次改动（日志、评述、查询、签发等）找不回来" in notes
    assert verify(home).problems_zh == () and assured(home, None) == []


def test_a_backup_that_goes_further_than_an_older_desk_takes_its_place(home, tmp_path):
    Desk(home).enter("refresh", "之前")
    shutil.copy(home.desk, tmp_path / "older")
    QueryDesk(home).save(SavedQuery(title_zh="自留", sql="select 1", owner="li"))
    back_up(home, tmp_path / "backup")
    lose_desk(home)
    shutil.copy(tmp_path / "older", home.desk)
    (note,) = restore(home, tmp_path / "backup").notes_zh
    # The line of the journal that tells of the backup itself came after it.
    assert "像是换回了较早的登记文件" in note and "已换回备份里的" in note and "之后的 1 次改动" in note
    assert [one.title_zh for one in QueryDesk(home).saved("li")] == ["自留"]
    assert assured(home, None) == []


def test_a_pin_of_the_desk_that_is_lost_damaged_or_older_loses_nothing(home):
    place = home.root / pinned.NAME
    Desk(home).enter("refresh", "之前")
    older = place.read_bytes()
    Desk(home).enter("refresh", "之后")
    for spoilt in (None, b"", older, older[:-9], *(turned(place.read_bytes(), at) for at in range(0, len(older), 9))):
        place.unlink() if spoilt is None else place.write_bytes(spoilt)
        notes = assured(home, None)
        assert all(pinned.NAME in note and "已按登记文件重写" in note for note in notes)
        assert bool(notes) == (spoilt not in (None, older))
        with sqlite3.connect(home.desk) as desk:
            assert pinned.read_pin(home.desk) == pinned.last_of(desk)


def turned(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :]


def test_a_desk_of_another_home_is_not_taken_for_this_one(home, tmp_path):
    other = Home(tmp_path / "other")
    receive(fresh_home_of(other), [Incoming(name=f"{n}.csv", data=b"%d" % n) for n in range(9)], who="x")
    lose_desk(home)
    shutil.copy(other.desk, home.desk)
    assert "不是同一个数据目录" in refused(home)


@pytest.mark.parametrize(
    "change",
    [
        "update received_file set sha256 = 'f' || substr(sha256, 2) where receipt_id = 2",
        "update received_file set file_name = 'x' where receipt_id = 2",
        "delete from received_file where receipt_id = 2",
        "update received_batch set withdrawn_at = received_at, withdrawn_by = 'x', withdrawn_reason = 'y'",
        "update counted_entry set told = replace(told, '1.csv', '2.csv') where number = 3",
        "delete from counted_entry where number = 3",
        "insert into figure_explanation values ('a', 'b', 'c', '2026-01-01', '说明', 'x', '2026-01-01')",
    ],
)
def test_a_row_of_the_desk_that_is_not_as_entered_stops_the_refresh(home, change):
    with sqlite3.connect(home.desk) as desk:
        desk.execute(change)
    message = refused(home)
    assert "号登记与当时登记的不同" in message


def test_a_log_that_is_lost_or_damaged_is_written_again_from_the_desk(home):
    before = home.counted.read_bytes()
    home.counted.unlink()
    assert small_refresh(home.root, 2).notes_zh == ()
    assert home.counted.read_bytes() == before
    flip(home.counted)
    (note,) = small_refresh(home.root, 2).notes_zh
    assert "counted.log" in note and "已按登记文件重写" in note
    assert home.counted.read_bytes() == before
    # Cut off in the middle of the last line, as by a power failure.
    home.counted.write_bytes(before[:-10])
    assert small_refresh(home.root, 2).notes_zh == ()
    assert home.counted.read_bytes() == before


@pytest.mark.parametrize("name", ["counted.log", "releases/lock"])
def test_a_pipe_in_the_place_of_a_file_is_named_and_not_waited_for(home, name):
    (home.root / name).unlink()
    os.mkfifo(home.root / name)
    with pytest.raises(HomeError, match="是管道或设备，不是文件") as found:
        small_refresh(home.root, 3)
    assert name in str(found.value) and marker_of(Releases(home)) == 2


def test_a_pipe_among_the_archived_files_is_a_missing_file(home):
    path = next(home.archive.iterdir())
    path.unlink()
    os.mkfifo(path)
    assert "有缺失或损坏" in refused(home)


def test_a_file_in_the_place_of_the_releases_is_told_to_readers(home):
    shutil.rmtree(home.releases)
    home.releases.write_text("x", encoding="utf-8")
    with pytest.raises(HomeError, match="读不出"):
        marker_of(Releases(home))


def test_a_pipe_in_the_place_of_a_digest_or_a_release_is_not_waited_for(home):
    """Without its digest a release counts as sound; without its file it is not there, and the next refresh makes one."""
    path = release_path(home, current_pointer(home).release_id)
    for place in (proof.seal_of(path), path):
        place.unlink()
        os.mkfifo(place)
        assert proof.is_sound(path)
    assert marker_of(Releases(home)) == 1
    assert small_refresh(home.root, 3).published and marker_of(Releases(home)) == 3


def test_two_releases_that_change_places_are_never_taken_for_each_other(home):
    """Only their digests, and then the files with them, as by a copy gone wrong."""
    both = [release_path(home, release_id) for release_id in release_ids(home)]
    swap(*map(proof.seal_of, both))
    assert marker_of(Releases(home)) == 2
    swap(*map(proof.seal_of, both))
    for files in (both, map(proof.seal_of, both)):
        swap(*files)
    with pytest.raises(ReleaseMissing, match="yanglao refresh"):
        marker_of(Releases(home))
    outcome = small_refresh(home.root, 2)
    assert len([note for note in outcome.notes_zh if "损坏或不完整" in note]) == 2
    assert marker_of(Releases(home)) == 2 and verify(home).problems_zh == ()


def test_a_pointer_of_before_is_told_and_the_next_refresh_leads_to_the_newest(home):
    older, newest = sorted(release_ids(home))
    place = home.releases / "current"
    place.write_text(place.read_text(encoding="utf-8").replace(newest, older), encoding="utf-8")
    assert marker_of(Releases(home)) == 1
    (told,) = home_status(home)["problems_zh"]
    assert f"较新的完整批次 {newest} 没有启用；请运行 yanglao refresh" in told
    assert newest in small_refresh(home.root, 2).notes_zh[0] and marker_of(Releases(home)) == 2


def swap(one: Path, other: Path) -> None:
    aside = one.with_suffix(".aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


def test_a_desk_from_before_entries_were_counted_is_counted_and_goes_on(home):
    with sqlite3.connect(home.desk) as desk:
        desk.execute("drop table counted_entry")
    home.counted.unlink()
    for path in home.releases.iterdir():
        path.unlink()
    assert small_refresh(home.root, 5).published
    kinds = [entry.kind_code for entry in counted.read_log(home)]
    assert kinds == ["begun", "received", "received", "received"]
    assert header_of(release_path(home, current_pointer(home).release_id))["received_number"] == 4


# ── bytes prove their names ──────────────────────────────────────────────────────────────────────────────────────────


def test_an_archived_file_that_is_gone_stops_the_refresh_and_comes_back_when_it_is_sent_again(home):
    receipts = ReceivedLog(home).files()
    (home.archive / receipts[1].sha256).unlink()
    message = refused(home)
    assert f"“1.csv”（收件批次 {receipts[1].batch_id}）" in message and "不见了" in message
    (home.inbox / "又找到.csv").write_bytes(b"1,2")
    os.utime(home.inbox / "又找到.csv", (0, 0))
    receive_inbox(home, who="x")
    assert small_refresh(home.root, 3).published


def test_an_archived_file_that_changed_is_named_set_aside_and_healed_by_the_true_one(home):
    receipt = ReceivedLog(home).files()[0]
    path = home.archive / receipt.sha256
    flip(path)
    assert "“0.csv”" in refused(home)
    assert [aside.name for aside in home.quarantine.iterdir()] == [f"{receipt.sha256}.1"]
    assert receive(home, [Incoming(name="0.csv", data=b"0,2")], who="x").again
    assert path.read_bytes() == b"0,2"
    assert small_refresh(home.root, 3).published


def test_a_true_file_sent_again_replaces_a_spoilt_one_nobody_noticed_yet(home):
    receipt = ReceivedLog(home).files()[0]
    flip(home.archive / receipt.sha256)
    receive(home, [Incoming(name="0.csv", data=b"0,2")], who="x")
    assert (home.archive / receipt.sha256).read_bytes() == b"0,2"


def test_a_batch_whose_file_is_lost_can_be_taken_back(home):
    (receipt, *_) = ReceivedLog(home).files()
    (home.archive / receipt.sha256).unlink()
    ReceivedLog(home).withdraw(receipt.batch_id, who="x", reason="原件已失", at=datetime.now(UTC))
    assert small_refresh(home.root, 3).published


def test_a_disk_that_rots_without_a_new_date_is_found_in_turn(home):
    path = home.archive / ReceivedLog(home).files()[0].sha256
    small_refresh(home.root, 2)
    found = path.stat()
    flip(path)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    # Three files are fewer than are looked at in every turn.
    assert "0.csv" in refused(home)


def test_every_file_is_hashed_when_everything_is_asked_for(home):
    receipts = ReceivedLog(home).files()
    assert lost(home, receipts) == []
    assert len(json.loads((home.cache / "proven.json").read_text())) == 3
    assert lost(home, receipts, everything=True) == []


def test_a_cache_entry_is_believed_only_as_it_was_written_under_its_name(tmp_path):
    path = tmp_path / "a.json"
    write_kept(path, b"content")
    assert read_kept(path) == b"content"
    shutil.copy(path, tmp_path / "b.json")
    assert read_kept(tmp_path / "b.json") is None
    for at in range(path.stat().st_size):
        write_kept(path, b"content")
        flip(path, at)
        assert read_kept(path) is None


def test_a_damaged_byte_is_found_beside_the_readers_who_go_on_with_the_release_before(home):
    releases, path = Releases(home), release_path(home, current_pointer(home).release_id)
    flip(path)
    deadline = time.monotonic() + 60
    while marker_of(releases) == 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert marker_of(releases) == 1
    assert "损坏，现显示上一个完整的批次" in releases.substitute_zh
    outcome = small_refresh(home.root, 2)
    assert outcome.published and "损坏" in outcome.notes_zh[0]
    assert marker_of(releases) == 2
    assert releases.substitute_zh == ""


def test_the_only_release_is_still_read_where_it_can_be_and_a_line_says_so(fresh_home):
    small_refresh(fresh_home.root, 1)
    path = release_path(fresh_home, current_pointer(fresh_home).release_id)
    # Behind everything: bytes that no block needs.
    path.chmod(0o644)
    with path.open("ab") as file:
        file.write(b"x")
    assert not proof.is_sound(path)
    releases = Releases(fresh_home)
    assert marker_of(releases) == 1
    assert "又没有别的完整批次" in releases.substitute_zh
    with releases.acquire(current_pointer(fresh_home).release_id) as release:
        assert release.release_id


def test_a_release_carries_a_digest_of_each_part_that_can_be_made_again(home, catalog):
    from warehouse.release.building.fingerprint import combined, partition_digests, relation_digests

    path = release_path(home, current_pointer(home).release_id)
    with Releases(home).acquire() as release:
        kept = release.rows("select relation, part, row_count, sha256 from meta.part_digest").frame
        found = partition_digests(
            release._connection, catalog.relations, leave_out=lambda name: name in ("meta.release", "meta.part_digest")
        )
    assert sorted(kept.iter_rows()) == sorted(tuple(part) for part in found)
    header = header_of(path)
    assert header["hash_version"] == 3
    assert combined(relation_digests(catalog.relations, found)) == header["release_sha256"]
    assert combined(relation_digests(catalog.relations, found), layer="core") == header["content_sha256"]


# ── the inbox ────────────────────────────────────────────────────────────────────────────────────────────────────────

WORKBOOK = to_xlsx(Paper("表", {(0, 0): "甲"}))
NEWER = to_xlsx(Paper("表", {(0, 0): "乙"}))


@pytest.fixture
def door(fresh_home) -> Home:
    fresh_home.ensure()
    return fresh_home


def test_a_whole_workbook_saved_this_moment_is_taken_at_once(door, monkeypatch):
    # No machine is so slow that it reads a workbook for half of this.
    monkeypatch.setattr(inbox, "SETTLED_SECONDS", 600)
    (door.inbox / "月报.xlsx").write_bytes(WORKBOOK)
    began = time.monotonic()
    assert receive_inbox(door, who="x").taken == ["月报.xlsx"]
    assert time.monotonic() - began < inbox.SETTLED_SECONDS / 2
    assert list(door.inbox.iterdir()) == []


def test_a_file_somebody_still_has_open_for_writing_waits(door):
    with (door.inbox / "月报.xlsx").open("wb") as file:
        file.write(WORKBOOK)
        file.flush()
        reception = receive_inbox(door, who="x")
    assert reception.taken == []
    assert reception.ignored == [("月报.xlsx", "还在写入，下次再收")]
    assert receive_inbox(door, who="x").taken == ["月报.xlsx"]


def test_a_file_that_lacks_its_end_or_grows_waits_until_it_lies_still(door, monkeypatch):
    monkeypatch.setattr(inbox, "SETTLED_SECONDS", 0.6)
    half, growing = door.inbox / "半截.xlsx", door.inbox / "变长.csv"
    half.write_bytes(WORKBOOK[:-30])
    growing.write_bytes(b"1,2\n")
    sleep = time.sleep

    def sleep_while_it_grows(seconds: float) -> None:
        growing.write_bytes(b"1,2\n3,4\n")
        sleep(seconds)

    # It grows after the first look whenever that is; a clock of its own might be earlier on a starved machine.
    monkeypatch.setattr(inbox.time, "sleep", sleep_while_it_grows)
    began = time.monotonic()
    reception = receive_inbox(door, who="x")
    assert time.monotonic() - began >= 0.5
    assert reception.taken == ["半截.xlsx"]
    assert reception.ignored == [("变长.csv", "还在写入，下次再收")]


def test_a_version_saved_while_the_first_was_copied_is_not_removed_and_taken_next(door):
    path = door.inbox / "月报.xlsx"
    path.write_bytes(WORKBOOK)
    (found, look), *_ = inbox.settled(door.inbox)[0]
    replaced = door.inbox / "新.tmp"
    replaced.write_bytes(NEWER)
    replaced.replace(path)
    assert inbox.take_away(found, look) == ""
    assert path.read_bytes() == NEWER
    reception = receive(door, [Incoming(name="月报.xlsx", path=path, look=look)], who="x")
    assert (reception.taken, reception.ignored) == ([], [("月报.xlsx", "复制时又被保存，下次再收")])
    assert list(door.archive.iterdir()) == []
    assert receive_inbox(door, who="x").taken == ["月报.xlsx"]


def test_of_two_versions_that_meet_at_the_moment_of_removal_both_stay(door):
    path = door.inbox / "月报.xlsx"
    path.write_bytes(WORKBOOK)
    (found, look), *_ = inbox.settled(door.inbox)[0]
    with path.open("r+b") as file:
        file.write(NEWER)
        assert inbox.take_away(found, look) == ""
    assert path.exists()
    aside = door.inbox / ".taken-x"
    aside.mkdir()
    (aside / "月报.xlsx").write_bytes(WORKBOOK)
    inbox.put_back_after_a_kill(door.inbox)
    assert sorted(each.name for each in door.inbox.iterdir()) == ["月报 (2).xlsx", "月报.xlsx"]


def test_an_unreadable_file_stops_nobody_else(door, monkeypatch):
    (door.inbox / "坏.xlsx").write_bytes(WORKBOOK)
    (door.inbox / "好.xlsx").write_bytes(NEWER)
    really = Path.open

    def opened(path, *arguments, **more):
        if path.name == "坏.xlsx":
            raise PermissionError(13, "Permission denied")
        return really(path, *arguments, **more)

    monkeypatch.setattr(Path, "open", opened)
    monkeypatch.setattr(inbox, "SETTLED_SECONDS", 0.1)
    reception = receive_inbox(door, who="x")
    assert reception.taken == ["好.xlsx"]
    assert reception.ignored == [("坏.xlsx", "打不开（没有权限），没有收取")]
    assert (door.inbox / "坏.xlsx").exists()


def test_what_a_killed_copy_left_is_cleared(door):
    left, ours = door.archive / ".4194305.1.receiving", door.archive / f".{os.getpid()}.1.receiving"
    left.write_bytes(b"half")
    ours.write_bytes(b"half")
    receive_inbox(door, who="x")
    assert not left.exists()
    assert ours.exists()


# ── nothing new ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def counted_builds(monkeypatch):
    """How often a release was built."""
    from warehouse.release.building import build as building

    builds, really = [], building.build
    monkeypatch.setattr(building, "build", lambda *arguments, **more: builds.append(1) or really(*arguments, **more))
    return builds


def test_nothing_new_builds_nothing_and_anything_new_does(home, counted_builds):
    def again(inputs: str = "the same"):
        return small_refresh(home.root, 2, inputs=inputs)

    again()
    assert len(counted_builds) == 1
    outcome = again()
    assert (outcome.published, len(counted_builds)) == (False, 1)
    assert outcome.sentence_zh == f"内容没有变化，沿用批次 {outcome.release_id}"
    assert outcome.content_sha256 == header_of(release_path(home, outcome.release_id))["content_sha256"]
    receive(home, [Incoming(name="新.csv", data=b"new")], who="x")
    again()
    assert len(counted_builds) == 2
    again("another extent")
    assert len(counted_builds) == 3
    again("another extent")
    assert len(counted_builds) == 3
    # Of payments a release knows the figures; whatever else lies in a home may count.
    figures = home.root / "payouts" / "figures"
    figures.mkdir(parents=True)
    (figures.parent / "a.parquet").write_bytes(b"x")
    again("another extent")
    assert len(counted_builds) == 3
    (figures / "payout_month.parquet").write_bytes(b"x")
    again("another extent")
    assert len(counted_builds) == 4
    (home.root / "unheard-of").write_bytes(b"x")
    again("another extent")
    assert len(counted_builds) == 5
    shutil.rmtree(home.cache)
    again("another extent")
    assert len(counted_builds) == 6


def test_a_damaged_release_is_built_again_though_nothing_is_new(home, counted_builds):
    for _ in range(2):
        small_refresh(home.root, 2, inputs="x")
    flip(release_path(home, current_pointer(home).release_id))
    assert small_refresh(home.root, 2, inputs="x").published
    assert len(counted_builds) == 2


def test_a_file_that_could_not_be_read_this_time_is_tried_again(home, counted_builds):
    from etl.unchanged import note_passing

    note_passing(home, True)
    for _ in range(2):
        small_refresh(home.root, 2, inputs="x")
    assert len(counted_builds) == 2


def test_a_pinned_refresh_says_which_release_readers_see(home):
    pinned = publish.rollback(home).release_id
    for _ in range(2):
        sentence = small_refresh(home.root, 2, inputs="x").sentence_zh
        assert f"固定在 {pinned}，读者看到的是它" in sentence


# ── reading only ─────────────────────────────────────────────────────────────────────────────────────────────────────


def read_everything_as_nobody(root: str, answer) -> None:
    """Status, releases, batches, journal, explanations and saved queries of a home that is another account's."""
    os.setgid(65534)
    os.setuid(65534)
    home = Home(Path(root))
    found = home_status(home)
    log = ReceivedLog(home)
    answer.send(
        (
            None,
            f"{found['release_count']} {len(log.files())} {len(log.batches())} {len(log.explanations())}"
            f" {len(Desk(home).entries())} {len(QueryDesk(home).saved('x'))} {QueryDesk(home).can_be_written()}",
        )
    )


def test_a_home_that_may_only_be_read_is_read(template):
    import tempfile

    from tests.build.test_damage import refused_in_child

    assert os.geteuid() == 0, "only root can become somebody else"
    with tempfile.TemporaryDirectory(prefix="yanglao-home-") as folder:
        Path(folder).chmod(0o755)
        home = Home(shutil.copytree(template, Path(folder) / "home"))
        for path in (home.root, *home.root.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        # Two releases, three files in one batch, no explanation, two entries of the journal, no saved query.
        assert refused_in_child(read_everything_as_nobody, str(home.root)) == (None, "2 3 1 0 2 0 False")


@pytest.mark.parametrize("column", ["received_at", "month"])
def test_a_text_of_the_desk_that_nobody_understands_is_told(home, column):
    table = "received_file" if column == "received_at" else "figure_explanation"
    with sqlite3.connect(home.desk) as desk:
        desk.execute("insert into figure_explanation values ('a', 'b', 'c', '2026-01-01', 'x', 'y', 'z')")
        desk.execute(f"update {table} set {column} = 'once upon a time'")
    with pytest.raises(HomeError, match="内容损坏"):
        ReceivedLog(home).files() if table == "received_file" else ReceivedLog(home).explanations()
