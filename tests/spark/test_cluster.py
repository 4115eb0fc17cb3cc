"""A cluster of one master and two workers answers what the embedded engine answers, row for row and by hash.

One cluster and one module, so that one process starts it once.
"""

import hashlib
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl.payouts.add import add
from etl.payouts.keys import add_key, read_keys
from tests.spark import world
from tests.spark.payments import payments
from tests.spark.standalone import Standalone, standalone
from warehouse.catalog import load_catalog
from warehouse.engines.marts import SparkMarts
from warehouse.engines.payouts import SparkPayouts
from warehouse.errors import EngineError
from warehouse.home import Home
from warehouse.payouts import declared, engine
from warehouse.payouts.engine import Inputs
from warehouse.payouts.findings import current_findings, run_audit
from warehouse.release.building.models import Model, models
from warehouse.release.publishing.publish import current_pointer, release_path
from warehouse.release.shape import RULES

# A process of a minute gains nothing from being compiled for hours; the answers are the same.
SHORT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SETTINGS = {
    "spark.driver.memory": "1g",
    "spark.executor.memory": "1g",
    "spark.driver.extraJavaOptions": SHORT,
    "spark.executor.extraJavaOptions": SHORT,
}
# In a sample a task costs more than the few rows it has.
SAMPLE = SETTINGS | {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.coalescePartitions.initialPartitionNum": "2",
}
# The whole country does not fit into an executor of 1 GB, and is long enough to be compiled for.
LONG = "-XX:+UseSerialGC"
LARGE = {
    "spark.executor.memory": "3g",
    "spark.driver.memory": "2g",
    "spark.driver.extraJavaOptions": LONG,
    "spark.executor.extraJavaOptions": LONG,
}
UNITS_SAMPLED = 12
MARTS = models(RULES / "sql" / "mart")
# Thousands of rows of every type; others stand on the mart of all indicators, of whose thirty selects each is planned
# and sent by itself.
MARTS_SAMPLED = [mart for mart in MARTS if mart.relation == "mart.area_profile"]

# What is left open by the bridge to Java when a session ends is closed by the end of the process.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Standalone]:
    with standalone(tmp_path_factory.mktemp("cluster"), memory_mb=3584) as running:
        yield running


@pytest.mark.whole
@pytest.mark.bar("SC1")
def test_the_demonstration_is_the_same_release(cluster, demo_root, tmp_path, yanglao):
    """Built again from the same files with the marts of the cluster, it is the release that is there, by its hash."""
    home = Home(tmp_path / "home")
    shutil.copytree(demo_root.root, home.root)
    first = current_pointer(home.demo()).release_id
    options = [text for name, value in SETTINGS.items() for text in ("--conf", f"{name}={value}")]
    named = ("--engine", "spark", "--master", cluster.master, "--exchange", str(tmp_path / "exchange"))
    told = yanglao("build", "--demo", *named, *options, "--json", home=home.root).json()
    assert (told["published"], told["release_id"]) == (False, first)


@contextmanager
def a_worker_killed_in_mid_job(cluster: Standalone) -> Iterator[None]:
    """End one of the workers as soon as tasks run; one more is there afterwards."""
    from pyspark import SparkContext

    killed_at: list[int] = []

    def kill_when_busy() -> None:
        deadline = time.monotonic() + 240
        while not killed_at and not done.is_set() and time.monotonic() < deadline:
            context = SparkContext._active_spark_context
            # A context is seen before it has reached Java.
            tracker = context.statusTracker() if getattr(context, "_jsc", None) else None
            running = tracker.getActiveStageIds() if tracker else []
            tasks = [tracker.getStageInfo(stage) for stage in running]
            if busy := sum(info.numActiveTasks for info in tasks if info):
                cluster.kill_worker()
                killed_at.append(busy)
            time.sleep(0.02)

    killer, done = threading.Thread(target=kill_when_busy), threading.Event()
    killer.start()
    try:
        yield
    finally:
        done.set()
        killer.join()
        cluster.add_worker()
    assert killed_at and killed_at[0] >= 1


def same_on(master: str, home: Home, place: Path, *, units: int, marts: Sequence[Model], settings: dict, beside=None):
    """Rows by mart, of which Spark on `master` gives each row as the embedded engine does: so many units × 60 months × 16
    indicators, money with fen, cells missing, restated and not applicable. `beside` goes on while it computes."""
    release, relations = release_path(home, current_pointer(home).release_id), load_catalog().relations
    with world.before_marts(release, relations) as scratch:
        assert world.add_the_country(scratch, units) == units
        world.computed_here(scratch, marts)
        expected = world.digests(scratch, relations, marts)
        world.emptied(scratch, marts)
        with beside or nullcontext():
            SparkMarts(master=master, place=place, settings=settings).compute(scratch, relations, marts)
        assert world.differing(scratch, marts) == {}
        assert world.digests(scratch, relations, marts) == expected
        counts = {mart.relation: scratch.table(mart.relation).shape[0] for mart in marts}
    assert all(counts.values()), counts
    # What is read of persons before it is masked does not stay on the disk.
    assert list(place.iterdir()) == []
    return counts


@pytest.mark.whole
@pytest.mark.bar("SC1")
def test_the_whole_country_is_the_same_also_when_a_worker_is_killed_in_mid_job(cluster, small_demo_home, tmp_path):
    """2,985 units."""
    counts = same_on(
        cluster.master, small_demo_home, tmp_path / "exchange",
        units=world.UNITS, marts=MARTS, settings=SETTINGS | LARGE, beside=a_worker_killed_in_mid_job(cluster),
    )  # fmt: skip
    # Units and indicators × months; a city and its ratios come on top.
    assert counts["mart.indicator_month"] > world.UNITS * world.MONTHS * len(world.INDICATORS)


def test_a_sample_of_the_country_is_the_same_on_spark_of_this_machine(small_demo_home, tmp_path):
    """Twelve units, and a mart that stands on no other: handed out, computed and taken back as on a cluster, in one process
    of Java instead of eight. The cluster itself: above, with `--full`."""
    same_on(
        "local[2]", small_demo_home, tmp_path / "exchange", units=UNITS_SAMPLED, marts=MARTS_SAMPLED, settings=SAMPLE
    )


@pytest.fixture(scope="module")
def paid(tmp_path_factory) -> Inputs:
    """A million payments with every planted fault."""
    return payments(tmp_path_factory.mktemp("payments"), 1_000_000, 36)


def ordered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort(frame.columns)


def hashed(frame: pl.DataFrame) -> str:
    return hashlib.sha256(ordered(frame).write_csv().encode()).hexdigest()


@pytest.mark.whole
@pytest.mark.bar("SC3")
def test_payments_are_counted_the_same(cluster, paid, tmp_path):
    """Figures of payments and of stops."""
    spark = SparkPayouts(master=cluster.master, place=tmp_path, settings=SETTINGS)
    names = ("payout_month", "stop_month")
    with spark.opened(paid) as session:
        told = session._spark._session.sparkContext.statusTracker()
        first = told.getJobInfo(min(told.getJobIdsForGroup()))
        looked_up_by = [told.getStageInfo(stage).numTasks for stage in first.stageIds]
        figures = {name: session.answer(name, name, declared.figure_sql(name)) for name in names}
    # The files are looked up by few tasks, not by one each.
    assert len(paid.payout_files) > 100 and max(looked_up_by) <= 16
    for name, frame in figures.items():
        assert frame.height > 100
        assert ordered(frame).equals(ordered(engine.count(paid, name))), name


# The same road to the cluster and back, a worker killed on it: the marts above.
@pytest.mark.whole
@pytest.mark.bar("SC3")
def test_payments_are_judged_the_same_also_when_a_worker_is_killed_in_mid_job(cluster, paid, tmp_path):
    """All rules. Ten and a hundred million: `tests.bench.engines`, recorded."""
    rules = tuple(declared.rules())
    expected = engine.judge(paid, rule_codes=rules).findings
    spark = SparkPayouts(master=cluster.master, place=tmp_path, settings=SETTINGS)
    with a_worker_killed_in_mid_job(cluster):
        found = spark.judge(paid, rule_codes=rules)
    assert ordered(found.findings).equals(ordered(expected))
    assert hashed(found.findings) == hashed(expected)
    # Every rule has something planted for it, so that none is the same by finding nothing.
    assert set(found.findings["rule_code"]) == set(rules)


@pytest.mark.whole
def test_a_damaged_file_of_payments_is_named_and_judges_nothing(cluster, paid, tmp_path):
    broken = tmp_path / "month=2025-01-01" / "unit=hualong" / "1.parquet"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(paid.payout_files[0].read_bytes()[:-200])
    inputs = Inputs(payout_files=[broken], payout_rows={date(2025, 1, 1): 1}, frames=paid.frames)
    spark = SparkPayouts(master=cluster.master, place=tmp_path / "exchange", settings=SETTINGS)
    with pytest.raises(EngineError, match="Parquet 文件.*已损坏.*现行批次没有改动"):
        spark.judge(inputs, rule_codes=["paid_twice_in_month"])
    assert list((tmp_path / "exchange").iterdir()) == []


@pytest.mark.whole
def test_an_audit_on_the_cluster_is_entered_as_one_at_home(cluster, tmp_path):
    """Paid twice in July: the same findings, tokens and sums by all rules."""
    home = Home(tmp_path / "home")
    add_key(home)
    file = tmp_path / "清丰县2025年7月发放明细.csv"
    line = "410922194001010019,2025-07,50\n"
    file.write_text(f"身份证号,发放月份,金额\n{line}{line}", encoding="utf-8")
    assert add(home, [file], unit="清丰县").is_whole
    spark = SparkPayouts(master=cluster.master, place=tmp_path / "exchange", settings=SETTINGS)
    found = []
    for judge in (spark.judge, engine.judge):
        done = run_audit(home, load_catalog(), read_keys(home).token, judge=judge)
        assert done.counts["paid_twice_in_month"] == 1
        found.append((done.counts, done.money, current_findings(home).drop("audit_no").sort("token").rows()))
    assert found[0] == found[1]
