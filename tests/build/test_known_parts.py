"""Digests of partitions: what is the same is not hashed again, and whatever differs is."""

import random
from datetime import date

import duckdb
import pytest

from warehouse.catalog import Column, Relation
from warehouse.release.building import fingerprint
from warehouse.release.building.fingerprint import partition_digests
from warehouse.release.building.known_parts import KnownParts, read_known, write_known

RELATION = Relation(
    relation="core.fct_figure",
    label_zh="数",
    grain_zh="每个数一行",
    key=("indicator_code", "month", "place"),
    columns=tuple(
        Column(name=name, type=kind, comment_zh=name)
        for name, kind in (
            ("indicator_code", "varchar"),
            ("month", "date"),
            ("place", "integer"),
            ("value", "double"),
            ("notes", "varchar[]"),
            ("received_at", "timestamptz"),
        )
    ),
)
RELATIONS = {RELATION.relation: RELATION}
MONTHS = [date(2025, number, 1) for number in range(1, 13)]


@pytest.fixture
def connection():
    """Three indicators in twelve months, twenty places each."""
    with duckdb.connect() as connection:
        connection.execute("create schema core")
        columns = ", ".join(f"{column.name} {column.type}" for column in RELATION.columns)
        connection.execute(f"create table core.fct_figure ({columns})")
        connection.execute(
            "insert into core.fct_figure select i, m, p, p * 1.5, [i, null], now()"
            " from unnest(['a', 'b', null]) as i(i), unnest($months) as m(m), range(20) as p(p)",
            {"months": MONTHS},
        )
        yield connection


def digests(connection, known: KnownParts | None = None):
    return partition_digests(connection, RELATIONS, leave_out=lambda name: False, known=known)


def after(known: KnownParts) -> KnownParts:
    """What the next build knows."""
    return KnownParts(known.secret, known.marked)


CHANGES = (
    "update core.fct_figure set value = value + 1e-9 where place = 3 and indicator_code = 'a' and month = $month",
    "update core.fct_figure set value = -0.0 where place = 0 and month = $month",
    "update core.fct_figure set value = null where place = 4 and month = $month",
    "update core.fct_figure set notes = [null, indicator_code] where place = 5 and month = $month",
    "update core.fct_figure set place = 100 + place where place < 3 and month = $month",
    "delete from core.fct_figure where place = 6 and month = $month",
    "insert into core.fct_figure select * from core.fct_figure where month = $month limit 1",
    # Two places trade their values, and one value moves to another month: sums of values stay the same.
    "update core.fct_figure set value = 19 * 1.5 - value where month = $month",
    "update core.fct_figure set month = $month where place = 7",
)


def test_with_what_is_known_the_digests_are_those_of_hashing_everything(connection):
    drawn = random.Random(16)
    known = KnownParts("secret")
    assert digests(connection, known) == digests(connection)
    for _ in range(40):
        connection.execute(drawn.choice(CHANGES), {"month": drawn.choice(MONTHS)})
        known = after(known)
        assert digests(connection, known) == digests(connection)


def test_only_what_changed_is_hashed(connection, monkeypatch):
    known = KnownParts("secret")
    digests(connection, known)
    asked, really = [], fingerprint._hashed
    monkeypatch.setattr(fingerprint, "_hashed", lambda *arguments: asked.append(arguments[4]) or really(*arguments))
    connection.execute(CHANGES[0], {"month": MONTHS[2]})
    known = after(known)
    digests(connection, known)
    assert asked == [["a|2025-03-01"]]
    # Rows in another order, received at another time, are the same.
    asked.clear()
    turned = "select * replace (now() as received_at) from core.fct_figure order by place desc"
    connection.execute(f"create table turned as {turned}")
    connection.execute("delete from core.fct_figure")
    connection.execute("insert into core.fct_figure from turned")
    digests(connection, after(known))
    assert asked == []
    # Under another secret nothing is recognised: all partitions at once, without a list of them.
    digests(connection, KnownParts("another", known.marked))
    assert asked == [None]


def test_the_marks_of_another_engine_or_in_a_spoilt_file_are_not_believed(connection, tmp_path, monkeypatch):
    path = tmp_path / "digests.parquet"
    known = read_known(path)
    assert len(known.secret) == 32
    digests(connection, known)
    write_known(path, known)
    again = read_known(path)
    assert (again.secret, again.parts) == (known.secret, known.marked)
    monkeypatch.setattr("warehouse.release.building.known_parts.duckdb.__version__", "9.9.9")
    assert read_known(path).parts == known.marked  # of this process, not of the file
    monkeypatch.setattr("warehouse.release.building.known_parts._last", KnownParts("another"))
    assert read_known(path).parts == {}
    monkeypatch.undo()
    monkeypatch.setattr("warehouse.release.building.known_parts._last", KnownParts("another"))
    whole = path.read_bytes()
    # A bit turned in a column of Parquet would read as the digest of another partition.
    for place in range(0, len(whole), len(whole) // 40):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert read_known(path).parts == {}
    path.write_bytes(whole[:-20])
    assert read_known(path).parts == {}
