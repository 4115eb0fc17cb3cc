"""The record of what was published proves itself: a byte turned in it would choose other masks than those that are out."""

import sqlite3
from contextlib import closing
from datetime import date

import polars as pl
import pytest

from warehouse.desk.disclosed import STATES, Disclosed
from warehouse.desk.whole import desk_fault_zh
from warehouse.errors import HomeError
from warehouse.home import Home


def states(*values: float) -> pl.DataFrame:
    """Cells of one month in as many places."""
    rows = [
        (f"place_{n}", "paid", "total", date(2026, 1, 1), value, value < 5, False) for n, value in enumerate(values)
    ]
    return pl.DataFrame(rows, schema=STATES, orient="row")


@pytest.fixture
def home(tmp_path):
    """Two releases: all three cells are new in the first, one changes in the second."""
    home = Home(tmp_path)
    record = Disclosed(home)
    assert record.add("a", states(3, 12, 40)) == 3
    assert record.add("b", states(3, 12, 41)) == 1
    return home


def harm(home: Home, statement: str, *values) -> None:
    """What a damaged disk does: past the triggers that hold off whoever would change the record."""
    with closing(sqlite3.connect(home.desk, isolation_level=None)) as connection:
        for trigger in ("changed", "removed"):
            connection.execute(f"drop trigger if exists disclosed_is_not_{trigger}")
        connection.execute(statement, values)


def packed(home: Home) -> bytes:
    with closing(sqlite3.connect(home.desk)) as connection:
        return connection.execute("select changed_cells from disclosed where entry_id = 1").fetchone()[0]


def test_what_was_recorded_is_read_back_in_its_order(home):
    history = Disclosed(home).history()
    assert history.select("entry", "release_id", "area_id", "value").rows() == [
        (1, "a", "place_0", 3), (1, "a", "place_1", 12), (1, "a", "place_2", 40), (2, "b", "place_2", 41),
    ]  # fmt: skip
    assert desk_fault_zh(home.desk) == ""


def test_a_bit_turned_anywhere_in_an_entry_is_noticed(home):
    whole = packed(home)
    for place in range(0, len(whole), 41):
        turned = bytearray(whole)
        turned[place] ^= 1 << place % 8
        harm(home, "update disclosed set changed_cells = ? where entry_id = 1", bytes(turned))
        with pytest.raises(HomeError, match="已公布单元格的记录读不出.*请从备份恢复"):
            Disclosed(home).history()
    assert "已公布单元格的记录" in desk_fault_zh(home.desk)
    harm(home, "update disclosed set changed_cells = ? where entry_id = 1", whole)
    assert Disclosed(home).history().height == 4


@pytest.mark.parametrize("statement", ["delete from disclosed where entry_id = 2", "delete from disclosed", "update disclosed set release_id = 'c' where entry_id = 2"])  # fmt: skip
def test_an_entry_that_is_gone_or_of_another_release_is_noticed_and_nothing_is_added(home, statement):
    harm(home, statement)
    with pytest.raises(HomeError, match="与登记时不符"):
        Disclosed(home).add("d", states(3, 12, 42))
    assert "已公布单元格的记录" in desk_fault_zh(home.desk)


def test_a_record_of_before_there_were_proofs_is_read_and_proven_from_the_next_entry(home):
    harm(home, "drop table disclosed_proof")
    assert Disclosed(home).history().height == 4
    assert Disclosed(home).add("c", states(3, 12, 42)) == 1
    harm(home, "update disclosed set release_id = 'x' where entry_id = 1")
    with pytest.raises(HomeError, match="与登记时不符"):
        Disclosed(home).history()
