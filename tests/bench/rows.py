"""What a benchmark prints: a quantity, its budget, what was measured, and the ratio to a bare floor of the same run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured quantity. `floor` is the bare cost of the same work, measured in the same run; None when none."""

    name: str
    measured: float
    unit: str
    budget: float | None = None
    floor: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.measured / self.floor if self.floor else None

    def text(self) -> str:
        budget = "" if self.budget is None else f"≤ {self.budget:g} {self.unit}"
        verdict = "" if self.budget is None else ("ok" if self.measured <= self.budget else "OVER")
        floor = "" if self.floor is None else f"floor {self.floor:.3g} {self.unit}, ratio {self.ratio:.2f}"
        return f"{self.name:<58} {self.measured:>9.3g} {self.unit:<3} {budget:<12} {verdict:<5} {floor} {self.note}".rstrip()


def seconds(work: Callable[[], object], *, runs: int = 5, warmup: int = 1) -> float:
    """Median wall time of `work` in seconds after `warmup` runs that do not count."""
    for _ in range(warmup):
        work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def milliseconds(work: Callable[[], object], *, runs: int = 15, warmup: int = 2) -> float:
    """Median wall time of `work` in milliseconds."""
    return 1000 * seconds(work, runs=runs, warmup=warmup)
