"""Files of lines cut exactly at the end of a line, and files that are gone: what was finished is missed, and never removed."""

import shutil
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl.collected import payments
from etl.months.received import Incoming, receive
from etl.refresh import refresh
from etl.verify import verify
from warehouse.backup.restoring import restore
from warehouse.backup.snapshot import back_up
from warehouse.errors import PayoutError
from warehouse.home import Home
from warehouse.payouts import declared, pinned
from warehouse.payouts.findings import audits
from warehouse.payouts.manifest import Part, Submission, append_lines, now
from warehouse.payouts.parquet import write_part, write_whole
from warehouse.payouts.store import PayoutStore
from warehouse.status import home_status

JULY = date(2025, 7, 1)
LINES = 3


def take(home: Home, number: int) -> None:
    """Take one payment, as the reading process leaves it."""
    store = PayoutStore(home)
    with store.changing() as change:
        enter(change, number)


def enter(change, number: int) -> None:
    kept = declared.relations()["payout"].polars_schema
    row = dict.fromkeys(kept) | {"month": JULY, "unit": "qingfeng", "kind_code": "current", "submission_no": number}
    parts = write_part(change.folder, "payout", pl.DataFrame([row], schema=kept), name=f"{number:06d}-0000")
    taken = Submission(
        number=number, at=now(), sha256=f"{number:064d}", key_id="k1", labels_zh=("发放明细",),
        parts=tuple(Part(**part) for part in parts),
    )  # fmt: skip
    change.commit([taken], key_id="k1")


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """Three submissions, two audits that found nothing, figures; and a backup of it."""
    place = tmp_path_factory.mktemp("pinned")
    home = Home(place / "home")
    home.ensure()
    receive(home, [Incoming(name="月报.csv", data=b"1,2")], who="li")
    for number in range(1, LINES + 1):
        take(home, number)
    store = PayoutStore(home)
    with store.changing():
        for name in ("findings", "figures"):
            (store.root / name).mkdir()
        for number in (1, 2):
            write_whole(
                store.root / "findings" / f"{number:06d}.parquet",
                pl.DataFrame(schema={"token": pl.String, "month": pl.Date}),
            )
            append_lines(store.root / "audits.jsonl", [{"number": number}])
        for name in ("payout_month", "stop_month"):
            write_whole(store.root / "figures" / f"{name}.parquet", pl.DataFrame(schema=declared.relations()[name].polars_schema))  # fmt: skip
    assert verify(home).problems_zh == ()
    back_up(home, place / "backup")
    return place


@pytest.fixture
def home(template, tmp_path) -> Home:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return Home(tmp_path / "home")


def told_everywhere(home: Home, *words: str, is_of_figures: bool = False) -> None:
    """The store refuses, and whoever asks is told: place, fact, remedy; nothing of the files is removed meanwhile.

    Figures can be counted again, so for them the store is open.
    """
    files = sorted((home.root / "payouts").rglob("*.parquet"))
    with nullcontext() if is_of_figures else pytest.raises(PayoutError) as refused, PayoutStore(home).changing():
        pass
    with pytest.raises(PayoutError) as stopped:
        payments(home, None, {})
    if not is_of_figures:
        # Before anything is read or built: whether something is new or not.
        with pytest.raises(PayoutError, match="没有更新，现行批次没有改动"):
            refresh(home)
    texts = [
        *([] if is_of_figures else [str(refused.value)]), str(stopped.value), *verify(home).problems_zh, "".join(home_status(home)["problems_zh"]),
        PayoutStore(home).fault_now_and_then_zh(),
    ]  # fmt: skip
    for text in texts:
        assert all(word in text for word in (*words, "yanglao restore")), text
    assert sorted((home.root / "payouts").rglob("*.parquet")) == files


@pytest.mark.parametrize(("name", "kept"), [("manifest.jsonl", n) for n in range(LINES)] + [("audits.jsonl", 1)])
def test_lines_cut_off_exactly_at_the_end_of_one_are_missed_and_a_restore_brings_them_back(home, tmp_path, name, kept):
    path = home.root / "payouts" / name
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:kept]))
    count = len(whole.splitlines())
    told_everywhere(home, name, f"应有{count}行，现有{kept}行")
    assert f"payouts/{name} 已损坏，已换回备份里的" in restore(home, tmp_path / "backup").notes_zh
    assert path.read_bytes() == whole
    assert verify(home).problems_zh == ()
    take(home, PayoutStore(home).next_number)
    assert [each.number for each in PayoutStore(home).submissions()] == [1, 2, 3, 4]


@pytest.mark.parametrize("gone", ["manifest.jsonl", "audits.jsonl", "figures/stop_month.parquet", ""])
def test_a_file_of_lines_the_figures_or_the_whole_folder_gone_is_no_store_that_never_was(home, tmp_path, gone):
    path = home.root / "payouts" / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    told_everywhere(home, Path(gone).stem or "manifest.jsonl", "不见了", is_of_figures="figures" in gone)
    restore(home, tmp_path / "backup")
    assert verify(home).problems_zh == ()
    assert PayoutStore(home).months() == {JULY: LINES}


def test_what_the_home_has_beyond_the_backup_goes_on_where_the_backup_ends(home, tmp_path):
    """The fourth line stands in no backup; the second is damaged, or all but the first are cut off."""
    take(home, 4)
    path = PayoutStore(home).manifest
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].replace(b'"k1"', b'"k2"') + lines[2] + lines[3])
    restore(home, tmp_path / "backup")
    assert path.read_bytes() == whole
    path.write_bytes(lines[0])
    notes = "".join(restore(home, tmp_path / "backup").notes_zh)
    assert "收件曾登记 4 次，这里和备份里只有 3 次。请把缺的原文件重新收一遍" in notes
    # What was lost was told; the number is not given again, and its file not removed.
    assert verify(home).problems_zh == ()
    take(home, PayoutStore(home).next_number)
    assert [each.number for each in PayoutStore(home).submissions()] == [1, 2, 3, 5]
    assert len(list((home.root / "payouts").rglob("000004-*.parquet"))) == 1


@pytest.mark.parametrize("at", ["before the lines", "within a line", "before the pin", "between the pins"])
def test_a_kill_at_any_step_heals_silently(home, at):
    """Before its line is whole the fourth was never finished, and its file goes; from then on it stands.

    What a kill leaves: the files that were written by then as they are, the others as they were.
    """
    store = PayoutStore(home)
    inner, outer = store.root / pinned.NAME, home.root / "payouts.pin"
    before = {path: path.read_bytes() for path in (store.manifest, inner, outer)}
    take(home, 4)
    line = store.manifest.read_bytes().removeprefix(before[store.manifest])
    outer.write_bytes(before[outer])
    if at != "between the pins":
        inner.write_bytes(before[inner])
    if at in ("before the lines", "within a line"):
        store.manifest.write_bytes(before[store.manifest] + (line[:40] if at == "within a line" else b""))
    is_finished = at in ("before the pin", "between the pins")
    numbers = [1, 2, 3, 4] if is_finished else [1, 2, 3]
    assert [each.number for each in PayoutStore(home).submissions()] == numbers
    assert PayoutStore(home).fault_zh() == ""
    with PayoutStore(home).changing():
        assert pinned.is_pinned(store.root)
    assert [each.number for each in PayoutStore(home).submissions()] == numbers
    assert len(list(store.root.rglob("000004-*.parquet"))) == is_finished
    assert PayoutStore(home).next_number == len(numbers) + 1
    assert verify(home).problems_zh == ()


def test_a_byte_turned_in_a_pin_is_told_and_the_other_stands_for_it(home, tmp_path):
    store = PayoutStore(home)
    with store.changing():
        store.forget_before(JULY)
    places = [store.root / pinned.NAME, home.root / "payouts.pin"]
    whole = places[0].read_bytes()
    assert whole == places[1].read_bytes()
    for path in places:
        for place in range(0, len(whole), 9):
            turned = bytearray(whole)
            turned[place] ^= 1 << place % 8
            path.write_bytes(turned)
            (told,) = verify(home).problems_zh
            assert f"{path}：损坏" in told and "按另一份补好" in told
            assert (PayoutStore(home).key_id, PayoutStore(home).kept_from) == ("k1", "2025-07-01")
        path.unlink()
        assert "不见了" in verify(home).problems_zh[0]
        with PayoutStore(home).changing():
            pass
        assert verify(home).problems_zh == ()
    for spoilt in (b"", b"x"):
        for path in places:
            path.write_bytes(spoilt) if spoilt else path.unlink()
        told_everywhere(home, "pin.json", "payouts.pin", "都不见了或损坏")
        restore(home, tmp_path / "backup")
        assert verify(home).problems_zh == ()


def test_a_store_of_an_older_make_keeps_what_no_line_names_and_its_marks_are_read(home):
    """Its marks carry no digest: what is no key and no month is told. Nothing proves its end, so nothing is removed."""
    store = PayoutStore(home)
    lines = store.manifest.read_bytes().splitlines(keepends=True)
    store.manifest.write_bytes(lines[0] + lines[1])
    for path in (store.root / pinned.NAME, home.root / "payouts.pin"):
        path.unlink()
    (store.root / "key-id").write_text("k1")
    for name, wrong in (("kept-from", "2025-0w-01"), ("key-id", "k\x00")):
        (store.root / name).write_text(wrong)
        with pytest.raises(PayoutError, match="key-id 或 kept-from 损坏.*restore"):
            PayoutStore(home).submissions()
        (store.root / name).write_text({"kept-from": "2025-06-01", "key-id": "k1"}[name])
    # Whoever comes by and may write gives it its pin.
    PayoutStore(home).pin_older_make()
    assert pinned.is_pinned(store.root)
    for _ in range(2):
        with PayoutStore(home).changing():
            pass
    store = PayoutStore(home)
    assert (store.key_id, store.kept_from, store.next_number) == ("k1", "2025-06-01", LINES + 1)
    assert len(list(store.root.rglob("000003-*.parquet"))) == 1
    assert not (store.root / "key-id").exists()
    assert not (store.root / "kept-from").exists()
    assert audits(home)
