"""DQ11: whoever holds a whole release, through the file, SQL, exports or the interface, recovers no masked count."""

import io
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.build.test_api import serving
from warehouse import export
from warehouse.query.answer_files import make_file
from warehouse.query.ask import run_query
from warehouse.release.attacker.attack import attack_files
from warehouse.release.attacker.solving import Equations, determined
from warehouse.release.attacker.stated import MONEY, PERSONS
from warehouse.release.publishing.publish import current_pointer, release_path
from warehouse.worker.client import Worker


@pytest.fixture(scope="module")
def path(demo_home, tmp_path_factory) -> str:
    """A copy of the release, as an analyst takes it away to open it with any client."""
    taken = tmp_path_factory.mktemp("taken") / "release.duckdb"
    shutil.copy(release_path(demo_home, current_pointer(demo_home).release_id), taken)
    return str(taken)


@pytest.fixture(scope="module")
def attack(path):
    """Every equation the whole demonstration prints about its masked cells, its sentences too."""
    return attack_files([Path(path)])


@pytest.mark.bar("DQ11")
def test_no_sum_part_change_amount_or_sentence_of_a_whole_release_determines_a_masked_cell(attack):
    """All 16 units and their townships, all months: totals, parts, cities, changes, running totals, amounts, columns
    of other relations, earlier revisions, figures in sentences. Of some 98,000 masked cells, and the tiers of townships
    that are never printed, the equations determine none.
    """
    (release,) = attack.releases
    assert len(release.masked) > 50_000
    assert len(attack.equations.rows) > 50_000
    assert attack.solved == set()


def test_printing_one_partner_would_give_its_small_cell_away(attack):
    """The attack finds what there is to find: with one masked cell of a pair of units printed, the others fall."""
    (release,) = attack.releases
    cell = next(
        cell
        for cell in sorted(release.masked)
        if cell[1:3] == ("allowance_recipient_count", "age_100_plus") and release.places.levels[cell[0]] == "unit"
    )
    unit = release.unknown(cell)
    column = next(
        set(terms)
        for terms, _ in attack.equations.rows
        if unit in terms and {other[2] for other, _ in terms} == {"age_100_plus"}
    )
    partners = column - {unit}
    weakened = Equations(rows=[*attack.equations.rows, *(({partner: 1}, 0.0) for partner in partners)])
    assert unit in determined(weakened)


@pytest.mark.bar("DQ11")
def test_bounds_narrow_no_masked_count_of_one_to_four_persons_to_a_number(attack):
    """Nobody is a negative person: sums near zero could betray a one. Zeros may be guessed; they are nobody."""
    assert attack.pinned() == {}


@pytest.mark.bar("DQ11")
def test_sql_exports_and_interface_return_no_value_of_a_masked_cell(demo_home, demo_root, path, monkeypatch):
    """Two exports and two ways of asking side by side, joined on the cell: none has a number the other has masked."""
    keys = ["area_id", "indicator_code", "breakdown_code", "month"]
    with duckdb.connect(path, read_only=True) as plain:
        masked = plain.sql(
            f"select distinct {', '.join(keys)} from mart.indicator_month where status_code = 'suppressed'"
        ).pl()
    worker = Worker()
    try:
        answers = [
            run_query(demo_home, f"select * from {source} where indicator_code in {(*PERSONS, *MONEY)}", worker=worker)
            for source in ("obs_as_of('2025-01')", "core.fct_observation")
        ]
    finally:
        worker.close()
    frames = [answer.frame for answer in answers]
    for relation in ("mart.indicator_month", "core.fct_observation"):
        content = make_file(demo_home, relation, "parquet").content
        frames.append(pl.read_parquet(io.BytesIO(content)))
    monkeypatch.setenv("YANGLAO_HOME", str(demo_root.root))
    for frame in frames:
        assert export.DEMO_COLUMN in frame.columns or frame.height > 0
        both = frame.with_columns(pl.col("month").cast(pl.Date)).join(masked, on=keys, how="semi")
        assert both.height > 1_000
        for column in ("value", "value_low", "value_high", "raw_value", "numerator", "denominator", "reported_total"):
            if column in both.columns:
                assert both[column].null_count() == both.height, column
    area, indicator, breakdown, month = masked.filter(pl.col("indicator_code") == PERSONS[0]).row(0)
    asked = {"data": "demo", "area": area, "indicator": indicator, "series": "month", "limit": 5000}
    with serving() as client:
        told = client.get("/api/v1/values", params=asked)
    rows = [
        row
        for row in told.json()["values"]
        if row["breakdown_code"] == breakdown and row["as_of_on"][:7] == f"{month:%Y-%m}"
    ]
    assert [(row["value"], row["status_code"]) for row in rows] == [(None, "suppressed")]


@pytest.mark.bar("DQ11")
def test_no_count_of_one_to_four_persons_stands_in_any_relation(path):
    """The primary rule, cities included, and what the clerks' sentences repeat."""
    with duckdb.connect(path, read_only=True) as plain:
        small = plain.execute(
            "select count(*) from mart.indicator_month where value between 1 and 4 and indicator_code = any($1)",
            [list(PERSONS)],
        ).fetchall()
        counts = (
            "recipient_count",
            "arrears_person_count",
            "recovered_person_count",
            "stopped_count",
            "stopped_death_count",
        )
        columns = plain.execute(
            f"select count(*) from mart.allowance_month where {' or '.join(f'{name} between 1 and 4' for name in counts)}"
        ).fetchall()
        sentences = plain.execute(
            "select sentence_zh from meta.issue where form_code = 'allowance'"
            " and regexp_matches(sentence_zh, '在享 ?[0-4] ?人')"
        ).fetchall()
    assert (small, columns, sentences) == ([(0,)], [(0,)], [])
