"""Layouts of files with one person a line are held against the labels of their columns."""

import shutil

import pytest

from etl.payouts.layouts import FOLDER, layouts
from warehouse.errors import CatalogError

NEW = """
label_zh = "失能补贴比对名单"
makes = "list"
required = ["identity", "other_from"]
title_words = ["失能补贴"]

[fixed]
ground_code = "other_allowance"
"""


@pytest.fixture
def folder(tmp_path):
    """The shipped layouts, where more may be added."""
    return shutil.copytree(FOLDER / "layouts", tmp_path / "layouts")


def test_a_new_layout_is_a_file(folder):
    (folder / "care_lists.toml").write_text(NEW, encoding="utf-8")
    assert {**layouts(), "care_lists": layouts(folder)["care_lists"]} == layouts(folder)
    assert layouts(folder)["care_lists"].required == ("identity", "other_from")


def test_what_is_declared_wrong_is_told_at_once_with_its_file(folder):
    wrong = NEW.replace('"other_from"', '"since"').replace('"list"', '"sums"')
    (folder / "a.toml").write_text(wrong, encoding="utf-8")
    (folder / "b.toml").write_text(NEW.replace("label_zh", "name_zh"), encoding="utf-8")
    with pytest.raises(CatalogError) as refused:
        layouts(folder)
    told = refused.value.problems
    assert [problem.partition("：")[0] for problem in told] == ["a.toml", "a.toml", "b.toml"]
    assert "since" in told[0] and "payment、change、list" in told[1] and "name_zh" in told[2]
