"""What lies in a data home is closed to other accounts; what is no form is not taken; nothing said moves a terminal."""

import os
import stat
import threading

import polars as pl
import pytest

from etl.checking import check_paths
from etl.months.received import receive_inbox
from warehouse.desk.journal import Desk
from warehouse.errors import FormError
from warehouse.terminal import print_json, print_table, say


def open_to_others(root) -> list[str]:
    """Everything below, and the folder itself, that another account may read, write or enter."""
    return [str(path) for path in (root, *root.rglob("*")) if path.lstat().st_mode & 0o077]


@pytest.fixture
def generous():
    """The umask of a careless account: whatever is made is open to all."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_built_home_is_closed_from_top_to_bottom(real_home):
    assert len(list(real_home.root.rglob("*"))) > 5
    assert open_to_others(real_home.root) == []


def test_an_open_home_is_closed_when_it_is_next_used(fresh_home, generous):
    for folder in (fresh_home.root, fresh_home.inbox, fresh_home.archive):
        folder.mkdir()
    (fresh_home.archive / ("0" * 64)).write_bytes(b"from before")
    (fresh_home.root / "desk.sqlite").touch()
    assert len(open_to_others(fresh_home.root)) == 5
    fresh_home.ensure()
    Desk(fresh_home).enter("refresh", "试写一条")
    assert fresh_home.desk.stat().st_size > 0
    assert open_to_others(fresh_home.root) == []


def test_a_file_somebody_asked_for_gets_the_rights_of_the_caller(real_home, yanglao, tmp_path, generous):
    file = tmp_path / "月份.csv"
    assert yanglao("export", "select 1 as a", str(file), home=real_home.root).returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o666


def test_a_pipe_or_a_device_is_refused_at_once(fresh_home, tmp_path):
    pipe = tmp_path / "报表.xlsx"
    os.mkfifo(pipe)
    said: list[str] = []

    def check() -> None:
        with pytest.raises(FormError) as refused:
            check_paths(fresh_home, [pipe, pipe.parent / "没有.xlsx", *map(type(pipe), ("/dev/zero", "/dev/null"))])
        said.append(str(refused.value))

    waiting = threading.Thread(target=check, daemon=True)
    waiting.start()
    waiting.join(5)
    assert said and said[0].count("不是普通文件") == 3


def test_what_is_larger_than_a_form_or_no_file_is_refused_and_not_archived(fresh_home):
    fresh_home.ensure()
    (fresh_home.inbox / "正好.csv").write_bytes(b"x" * (30 << 20))
    with (fresh_home.inbox / "太大.bin").open("wb") as file:
        file.truncate((30 << 20) + 1)
    os.mkfifo(fresh_home.inbox / "管道.xlsx")
    for path in fresh_home.inbox.iterdir():
        os.utime(path, (0, 0))
    taken = receive_inbox(fresh_home, who="")
    assert taken.taken == ["正好.csv"]
    assert {name: said[:4] for name, said in taken.ignored} == {"太大.bin": "有30M", "管道.xlsx": "不是普通"}
    assert [path.stat().st_size for path in fresh_home.archive.iterdir()] == [30 << 20]
    assert sorted(path.name for path in fresh_home.inbox.iterdir()) == ["太大.bin", "管道.xlsx"]


def test_no_text_moves_the_terminal(capsys):
    # Clear the screen, the 8-bit form of the same order, a title, a turn of the direction of writing, a bell.
    hostile = "甲\x1b[2J乙\x9b2J丙\x1b]0;x\x07丁\u202e戊"
    say(hostile)
    say(hostile, err=True)
    print_json({"file": hostile})
    print_table(pl.DataFrame({hostile: [hostile]}))
    printed = "".join(capsys.readouterr())
    assert not [sign for sign in printed if sign in "\x1b\x9b\x07\u202e"]
    assert printed.count("\\x1b[2J") == 4
    assert '"甲\\u001b[2J' in printed


def test_csv_for_a_pipe_holds_no_formula(real_home, yanglao):
    said = yanglao("sql", "select '=1+1' as \"@a\", '-2.5' as b, 'x' as c", "--csv", home=real_home.root)
    assert said.stdout == "'@a,b,c\n'=1+1,-2.5,x\n"
