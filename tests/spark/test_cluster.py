"""A cluster of one master and two workers answers what the embedded engine answers, row for row and by hash.

One cluster and one module, so that one process starts it once.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb
import pytest

from tests.spark import world
from tests.spark.standalone import Standalone, standalone
from warehouse.catalog import load_catalog
from warehouse.engines.marts import SparkMarts
from warehouse.home import Home
from warehouse.release.build import RULES
from warehouse.release.models import models
from warehouse.release.publish import current_pointer, release_path

# A process of a minute gains nothing from being compiled for hours; the answers are the same.
SHORT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SETTINGS = {
    "spark.driver.memory": "1g",
    "spark.executor.memory": "1g",
    "spark.driver.extraJavaOptions": SHORT,
    "spark.executor.extraJavaOptions": SHORT,
}
UNITS_SAMPLED = 12
MARTS = models(RULES / "sql" / "mart")

# What is left open by the bridge to Java when a session ends is closed by the end of the process.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Standalone]:
    with standalone(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@dataclass(frozen=True, kw_only=True)
class Compared(SparkMarts):
    """Marts of a cluster, with the number of rows in which each differs from what the embedded engine computes."""

    differing: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def compute(self, scratch: duckdb.DuckDBPyConnection, relations: Mapping, marts: Sequence) -> None:
        super().compute(scratch, relations, marts)
        for model in marts:
            columns = ", ".join(f'"{column.name}"' for column in relations[model.relation].columns)
            ((count, differing),) = scratch.execute(
                f"with here as materialized (select {columns} from (\n{model.sql}\n)),"
                f" there as (select {columns} from {model.relation})"
                f" select (select count(*) from there), count(*) from ((from here except all from there)"
                f" union all (from there except all from here))"
            ).fetchall()
            self.counts[model.relation] = count
            self.differing[model.relation] = differing


def test_the_demonstration_is_the_same_release(cluster, demo_root, small_demo_home, tmp_path, full, yanglao):
    """Built again from the same files with the marts of the cluster, it is the release that is there, by its hash."""
    from etl.demo.build import Extent, build_demo

    source = demo_root if full else Home(small_demo_home.root.parent)
    home = Home(tmp_path / "home")
    shutil.copytree(source.root, home.root)
    first = current_pointer(home.demo()).release_id
    if full:
        options = [text for name, value in SETTINGS.items() for text in ("--conf", f"{name}={value}")]
        named = ("--engine", "spark", "--master", cluster.master, "--exchange", str(tmp_path / "exchange"))
        told = yanglao("build", "--demo", *named, *options, "--json", home=home.root).json()
        assert (told["published"], told["release_id"]) == (False, first)
        return
    engine = Compared(master=cluster.master, place=tmp_path / "exchange", settings=SETTINGS)
    extent = Extent(
        first_month=date(2025, 9, 1),
        last_month=date(2026, 10, 1),
        as_of=date(2026, 11, 20),
        units=("xinfu", "fushunxian", "qingyuan"),
    )
    outcome = build_demo(home, engine=engine, extent=extent)
    assert engine.differing == {model.relation: 0 for model in MARTS}
    assert min(engine.counts[name] for name in ("mart.indicator_month", "mart.allowance_month")) > 100
    assert (outcome.published, outcome.release_id) == (False, first)
    assert "内容没有变化" in outcome.sentence_zh
    # What is read of persons before it is masked does not stay on the disk.
    assert list((tmp_path / "exchange").iterdir()) == []


def test_the_whole_country_is_the_same(cluster, small_demo_home, tmp_path, full):
    """2,985 units × 60 months × 16 indicators, money with fen, cells missing, restated and not applicable.

    A sample takes twelve units, and the marts that grow with the country.
    """
    release = release_path(small_demo_home, current_pointer(small_demo_home).release_id)
    relations, marts = load_catalog().relations, MARTS if full else MARTS[:4]
    with world.before_marts(release, relations) as scratch:
        units = world.add_the_country(scratch, world.UNITS if full else UNITS_SAMPLED)
        assert units == (world.UNITS if full else UNITS_SAMPLED)
        world.computed_here(scratch, marts)
        expected = world.digests(scratch, relations, marts)
        world.emptied(scratch, marts)
        SparkMarts(master=cluster.master, place=tmp_path, settings=SETTINGS).compute(scratch, relations, marts)
        assert world.differing(scratch, marts) == {}
        assert world.digests(scratch, relations, marts) == expected
        ((count,),) = scratch.execute("select count(*) from mart.indicator_month").fetchall()
        # Units and indicators × months; a city and its ratios come on top.
        assert count > units * world.MONTHS * len(world.INDICATORS)
