"""What the command line says of a command that cannot be understood as typed: in Chinese, with where to look."""

import json
import sys

import pytest

import app


@pytest.fixture(autouse=True)
def rights_stay(monkeypatch):
    """What a command closes to others stays closed in its process, and this one is that of all tests."""
    monkeypatch.setattr(app, "keep_to_this_account", lambda: None)


def said(monkeypatch, capsys, *typed):
    """Exit code, and what is told, of `yanglao` with these words behind it."""
    monkeypatch.setattr(sys, "argv", ["yanglao", *typed])
    with pytest.raises(SystemExit) as left:
        app.main()
    told = capsys.readouterr()
    return left.value.code, (told.out + told.err).strip()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["releses"], "yanglao：没有命令“releses”，是不是 releases。写法见 yanglao --help"),
        (["payouts", "nope"], "yanglao payouts：没有命令“nope”。写法见 yanglao payouts --help"),
        (["sql", "--foo"], "yanglao sql：没有选项 --foo。写法见 yanglao sql --help"),
        (["template", "--month", "2026-11"], "yanglao template：缺少选项 --unit。写法见 yanglao template --help"),
        (["template", "--unit"], "yanglao template：选项 --unit 后面要写内容。写法见 yanglao template --help"),
        (["withdraw"], "yanglao withdraw：缺少 批次编号。写法见 yanglao withdraw --help"),
        (["export", "a", "b", "c", "d"], "yanglao export：多出了“c d”，有空格的内容请加引号。写法见 yanglao export --help"),
        (["serve", "--processes", "0"], "yanglao serve：--processes 不能小于1。写法见 yanglao serve --help"),
        (["serve", "--processes", "x"], "yanglao serve：--processes 要写一个数字。写法见 yanglao serve --help"),
        (["where", "--demo=1"], "yanglao where：选项 --demo 后面不写内容。写法见 yanglao where --help"),
    ],
)  # fmt: skip
def test_a_command_that_is_not_understood_is_told_in_chinese(monkeypatch, capsys, typed, told):
    assert said(monkeypatch, capsys, *typed) == (2, told)


def test_a_program_is_told_the_same_as_json(monkeypatch, capsys):
    code, told = said(monkeypatch, capsys, "sql", "--json", "--foo")
    assert (code, json.loads(told)["exit_code"]) == (2, 2)
    assert json.loads(told)["error_zh"].startswith("yanglao sql：没有选项 --foo")


@pytest.mark.parametrize("typed", [["--help"], ["payouts"], ["template", "--help"]])
def test_help_names_its_parts_in_chinese(monkeypatch, capsys, typed):
    monkeypatch.setattr(sys, "argv", ["yanglao", *typed])
    try:
        app.main()
    except SystemExit as left:
        assert left.code in (0, None, 2)
    told = capsys.readouterr()
    assert "选项" in told.out + told.err and "Options" not in told.out + told.err
