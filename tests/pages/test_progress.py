"""How far a background build is, as the switch to the demonstration reads it."""

from datetime import UTC, datetime, timedelta

from warehouse.home import Home
from warehouse.progress import FILE_NAME, clear_progress, read_progress, write_progress


def test_what_the_builder_says_is_what_the_reader_sees(tmp_path):
    home = Home(tmp_path / "demo")
    write_progress(home, "读取报表", 4, 16)
    said = read_progress(home)
    assert (said.step_zh, said.done, said.total, said.share) == ("读取报表", 4, 16, 0.25)


def test_nothing_is_under_way_before_and_after(tmp_path):
    home = Home(tmp_path / "demo")
    assert read_progress(home) is None
    write_progress(home, "读取报表", 1, 2)
    clear_progress(home)
    clear_progress(home)
    assert read_progress(home) is None


def test_a_damaged_file_counts_as_nothing_under_way(tmp_path):
    home = Home(tmp_path)
    for text in ("", "{", "[]", '{"step_zh": "x"}'):
        (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
        assert read_progress(home) is None


def test_a_builder_that_fell_silent_is_taken_for_dead(tmp_path):
    home = Home(tmp_path)
    write_progress(home, "生成工作簿", 1, 16)
    said = read_progress(home)
    assert not said.is_silent(datetime.now(UTC))
    assert said.is_silent(datetime.now(UTC) + timedelta(minutes=4))


def test_a_build_of_unknown_length_has_no_share(tmp_path):
    write_progress(Home(tmp_path), "准备", 0, 0)
    assert read_progress(Home(tmp_path)).share == 0.0
