"""Invented payments with planted faults: what every rule must find is known before a file is written.

It imports no rule and nothing of the program but the names of places: a world of persons is drawn, faults are planted
in it at known rates, each person carrying at most one; then files are written from it, and only then dirt is added.

    python -m tests.bench.payouts FOLDER --rows 10000000            CSV files and lists as bureaus send them
    python -m tests.bench.payouts FOLDER --rows 100000000 --keyed   Parquet as the store keeps it
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

TIERS = np.array(["age_80_89", "age_90_99", "age_100_plus"])
YUAN = np.array([50, 100, 300])
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECKS = np.array(list("10X98765432"))
SURNAMES = np.array(list("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"))
GIVEN = np.array(list("桂兰秀英玉珍凤霞文华建国德明志强春梅素芬永福长寿金荣"))
LAST_MONTH = 2025 * 12 + 11
"""December 2025; months are counted from year 0."""

RATE = 0.002
"""Share of persons in whom each fault is planted."""

AUTHENTICATED_EVERY = 6
CROWDED = 999
"""The filler who has too many persons."""

# Nobody of a fault stands in another: the order in which sets are cut from the shuffled persons.
FAULTS = (
    "paid_in_two_units", "paid_twice_in_month", "paid_again_in_arrears", "paid_after_death", "paid_after_stop",
    "paid_beside_other_allowance", "paid_after_moving", "paid_in_higher_tier", "paid_in_lower_tier",
    "amount_above_standard", "amount_below_standard", "gap_without_arrears", "arrears_too_long", "arrears_paid_twice",
    "arrears_above_standard", "recovered_twice", "never_authenticated", "impossible_identity", "sudden_age",
    "account_cluster",
)  # fmt: skip
# Things that happen and are right.
HABITS = ("died_in_time", "late_with_arrears", "gap_made_good", "moved_properly", "recovered", "couple", "turns_80")


@dataclass(frozen=True)
class Place:
    """A unit with its townships, each as (id, name)."""

    unit_id: str
    name_zh: str
    townships: Sequence[tuple[str, str]]


@dataclass
class World:
    """Persons and what befalls them. Columns run over persons; months are numbers from 0 to `months` - 1."""

    places: Sequence[Place]
    months: int
    unit: np.ndarray
    township: np.ndarray
    born: np.ndarray
    """Month of birth, counted from year 0."""
    is_man: np.ndarray
    start: np.ndarray
    end: np.ndarray
    """First month no longer paid."""
    account: np.ndarray
    filler: np.ndarray
    never_seen: np.ndarray
    chosen: dict[str, np.ndarray]
    extra: list[pl.DataFrame] = field(default_factory=list)
    skipped: list[pl.DataFrame] = field(default_factory=list)
    changed: list[pl.DataFrame] = field(default_factory=list)
    changes: list[pl.DataFrame] = field(default_factory=list)
    lists: list[pl.DataFrame] = field(default_factory=list)
    truth: list[pl.DataFrame] = field(default_factory=list)

    @property
    def first_month(self) -> int:
        return LAST_MONTH - self.months + 1

    @property
    def size(self) -> int:
        return len(self.unit)

    def month(self, number: int) -> date:
        """A month of the world as its first day."""
        absolute = self.first_month + number
        return date(absolute // 12, absolute % 12 + 1, 1)

    def rows(self, number: int) -> pl.DataFrame:
        """All payments of one month: person, unit, township, tier, yuan, kind, first, last, seen, account, filler."""
        who = np.flatnonzero((self.start <= number) & (number < self.end))
        who = np.setdiff1d(who, _column(self.skipped, number, "person"), assume_unique=True)
        age = self.first_month + number - self.born[who]
        tier = np.clip(age // 120 - 8, 0, 2)
        seen = np.where(self.never_seen[who], -1, number - (who + number) % AUTHENTICATED_EVERY)
        usual = pl.DataFrame(
            {
                "person": who, "unit": self.unit[who], "township": self.township[who], "tier": tier.astype(np.int32),
                "yuan": YUAN[tier].astype(np.float64), "kind": np.full(len(who), "current"), "first": np.full(len(who), number),
                "last": np.full(len(who), number), "seen": seen,
            }
        )  # fmt: skip
        for frame in self.changed:
            part = frame.filter(pl.col("month") == number).drop("month")
            if part.height:
                usual = usual.update(part, on="person", how="left")
        parts = [usual]
        for frame in self.extra:
            part = frame.filter(pl.col("month") == number).drop("month")
            if part.height:
                parts.append(part.select(pl.col(name).cast(kind) for name, kind in usual.schema.items()))
        made = pl.concat(parts)
        people = made["person"].to_numpy()
        unit, township = made["unit"].to_numpy(), made["township"].to_numpy()
        filler = np.where((self.filler[people] == CROWDED) & (unit == 0), CROWDED, unit * 1000 + township % 10)
        return made.with_columns(pl.Series("account", self.account[people]), pl.Series("filler", filler))

    def expected(self) -> pl.DataFrame:
        """What must be found: rule_code, person, month."""
        return pl.concat(self.truth)


def held_against_truth(
    made: World, rule_code: str, found: Iterable[tuple[int, date]], *, among: Sequence[bool] | None = None
) -> tuple[int, float, int]:
    """How many findings were planted for a rule, which share of them it made, and how many others.

    Args:
        found: person and month of each finding.
        among: for each unit whether the rule can judge it; all units without it.
    """
    planted = {
        (person, made.month(month))
        for person, month in made.expected()
        .filter(pl.col("rule_code") == rule_code)
        .select("person", "month")
        .iter_rows()
        if among is None or among[made.unit[person]]
    }
    told = set(found)
    if rule_code == "filler_cluster":
        # Found is the filler, by a payment of one of his persons.
        told = {(-1 if made.filler[person] == CROWDED else person, month) for person, month in told}
    return len(planted), len(told & planted) / max(len(planted), 1), len(told - planted)


def world(places: Sequence[Place], *, rows: int, months: int = 36, seed: int = 19, rate: float = RATE) -> World:
    """Draw persons for about so many payments and plant the faults.

    Args:
        months: at least 18, or nobody can be overdue.
    """
    draw = np.random.default_rng(seed)
    size = max(400, int(rows / months / 0.97))
    counts = np.array([len(place.townships) for place in places])
    unit = draw.integers(0, len(places), size)
    township = draw.integers(0, 1 << 30, size) % counts[unit]
    first = LAST_MONTH - months + 1
    # Ages at the first month: mostly 80 to 97.
    age = 80 * 12 + np.minimum(draw.exponential(55, size), 17 * 12).astype(np.int64)
    made = World(
        places=places, months=months, unit=unit, township=township, born=first - age, is_man=draw.random(size) < 0.45,
        start=np.zeros(size, np.int64), end=np.full(size, months), account=np.arange(size), filler=np.zeros(size, np.int64),
        never_seen=np.zeros(size, bool), chosen={},
    )  # fmt: skip
    each = max(4, int(size * rate))
    order = draw.permutation(size)
    for number, name in enumerate((*FAULTS, *HABITS)):
        made.chosen[name] = order[number * each : (number + 1) * each]
    for name in (*FAULTS, *HABITS):
        globals()[f"_{name}"](made, made.chosen[name], draw)
    _filler_cluster(made)
    return made


# ── what goes wrong ──────────────────────────────────────────────────────────────────────────────────────────────────


def _paid_in_two_units(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    other = (made.unit[who] + 1) % len(made.places)
    month = draw.integers(2, made.months - 4, len(who))
    for when in (month, month + 1):
        made.extra.append(_extra(made, who, when, unit=other, township=np.zeros(len(who), np.int64)))
        made.truth.append(_truth("paid_in_two_units", who, when))


def _paid_twice_in_month(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    month = draw.integers(0, made.months, len(who))
    made.extra.append(_extra(made, who, month))
    made.truth.append(_truth("paid_twice_in_month", who, month))


def _paid_again_in_arrears(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    month = draw.integers(5, made.months, len(who))
    made.extra.append(_extra(made, who, month, kind="arrears", first=month - 3, last=month - 1, times=3))
    made.truth.append(_truth("paid_again_in_arrears", who, month))


def _paid_after_death(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    died = draw.integers(3, made.months - 5, len(who))
    late = draw.integers(1, 5, len(who))
    made.end[who] = died + late + 1
    made.lists.append(_list(who, "death", died))
    for number in range(1, 5):
        made.truth.append(_truth("paid_after_death", who[late >= number], (died + number)[late >= number]))


def _paid_after_stop(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    stopped = draw.integers(3, made.months - 5, len(who))
    late = draw.integers(1, 4, len(who))
    made.end[who] = stopped + late
    made.changes.append(_change(made, who, stopped, "stop", "reason_other"))
    for number in range(3):
        made.truth.append(_truth("paid_after_stop", who[late > number], (stopped + number)[late > number]))


def _paid_beside_other_allowance(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    since = draw.integers(2, made.months - 3, len(who))
    made.lists.append(_list(who, "other_allowance", since, until=since + 1))
    made.truth += [_truth("paid_beside_other_allowance", who, since + number) for number in range(2)]


def _paid_after_moving(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    moved = draw.integers(2, made.months - 4, len(who))
    made.end[who] = moved + 3
    made.lists.append(_list(who, "moved_out", moved, unit=made.unit[who]))
    made.truth += [_truth("paid_after_moving", who, moved + number) for number in (1, 2)]


def _paid_in_higher_tier(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    # Half of them in the very month before turning 90, half of them years away.
    month = draw.integers(2, made.months - 2, len(who))
    near = np.arange(len(who)) % 2 == 0
    made.born[who] = np.where(near, made.first_month + month - 90 * 12 + 1, made.first_month - 84 * 12)
    made.changed.append(_changed(who, month, tier=1, yuan=100.0))
    made.truth.append(_truth("paid_in_higher_tier", who, month))


def _paid_in_lower_tier(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    # In the month of turning 90, or of turning 100.
    month = draw.integers(2, made.months - 2, len(who))
    hundred = np.arange(len(who)) % 2 == 0
    made.born[who] = made.first_month + month - np.where(hundred, 1200, 1080)
    for is_hundred, tier, yuan in ((True, 1, 100.0), (False, 0, 50.0)):
        some = hundred == is_hundred
        made.changed.append(_changed(who[some], month[some], tier=tier, yuan=yuan))
    made.truth.append(_truth("paid_in_lower_tier", who, month))


def _amount_above_standard(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    month = draw.integers(0, made.months, len(who))
    made.changed.append(_changed(who, month, yuan=_yuan(made, who, month) + 10))
    made.truth.append(_truth("amount_above_standard", who, month))


def _amount_below_standard(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    month = draw.integers(0, made.months, len(who))
    made.changed.append(_changed(who, month, yuan=_yuan(made, who, month) - 0.5))
    made.truth.append(_truth("amount_below_standard", who, month))


def _gap_without_arrears(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    month = draw.integers(2, made.months - 5, len(who))
    for number in range(2):
        made.skipped.append(pl.DataFrame({"person": who, "month": month + number}))
    made.truth.append(_truth("gap_without_arrears", who, month + 2))


def _arrears_too_long(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    month = draw.integers(2, made.months - 2, len(who))
    made.start[who] = month
    made.born[who] = made.first_month + month - 82 * 12
    made.extra.append(_extra(made, who, month, kind="arrears", first=month - 20, last=month - 1, times=20))
    made.truth.append(_truth("arrears_too_long", who, month))


def _arrears_paid_twice(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    month = draw.integers(2, made.months - 4, len(who))
    made.skipped.append(pl.DataFrame({"person": who, "month": month}))
    for later in (2, 3):
        made.extra.append(_extra(made, who, month + later, kind="arrears", first=month, last=month, times=1))
    made.truth.append(_truth("arrears_paid_twice", who, month + 3))


def _arrears_above_standard(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    # Half of them twice the money of one month, half of them from two months before turning 80 on.
    month = draw.integers(4, made.months - 4, len(who))
    early = np.arange(len(who)) % 2 == 0
    some = who[early]
    made.start[some] = month[early]
    made.born[some] = made.first_month + month[early] - 2 - 80 * 12
    made.changes.append(_change(made, some, month[early], "start", None))
    made.extra.append(
        _extra(made, some, month[early], kind="arrears", first=month[early] - 4, last=month[early] - 1, times=4)
    )
    others = who[~early]
    made.skipped.append(pl.DataFrame({"person": others, "month": month[~early]}))
    made.extra.append(
        _extra(made, others, month[~early] + 2, kind="arrears", first=month[~early], last=month[~early], times=2)
    )
    made.truth.append(_truth("arrears_above_standard", who, np.where(early, month, month + 2)))


def _recovered_twice(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    month = draw.integers(0, made.months - 4, len(who))
    for later in (2, 3):
        made.extra.append(_extra(made, who, month + later, kind="recovery", first=month, last=month, times=1))
    made.truth.append(_truth("recovered_twice", who, month + 3))


def _never_authenticated(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    made.never_seen[who] = True
    made.truth.append(_truth("never_authenticated", who, np.full(len(who), made.months - 1)))


def _impossible_identity(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    # The number itself is spoilt when it is made, see `identities`.
    made.truth.append(_truth("impossible_identity", who, np.full(len(who), made.months - 1)))


def _sudden_age(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    month = draw.integers(2, made.months - 2, len(who))
    made.start[who] = month
    made.born[who] = made.first_month + month - 88 * 12
    made.truth.append(_truth("sudden_age", who, month))


def _account_cluster(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    whole = who[: len(who) // 4 * 4]
    made.account[whole] = np.repeat(whole[::4], 4)
    made.truth.append(_truth("account_cluster", whole, np.full(len(whole), made.months - 1)))


def _filler_cluster(made: World) -> None:
    """One filler of the first unit has three persons of five; who stands for them is whoever comes first."""
    here = np.flatnonzero(made.unit == 0)
    made.filler[here[np.arange(len(here)) % 5 < 3]] = 999
    made.truth.append(_truth("filler_cluster", np.array([-1]), np.array([made.months - 1])))


# ── what is right ────────────────────────────────────────────────────────────────────────────────────────────────────


def _died_in_time(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    died = draw.integers(2, made.months - 2, len(who))
    made.end[who] = died + 1
    made.lists.append(_list(who, "death", died))
    made.changes.append(_change(made, who, died + 1, "stop", "reason_death"))


def _late_with_arrears(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    month = draw.integers(3, made.months - 2, len(who))
    made.start[who] = month
    made.born[who] = made.first_month + month - 2 - 80 * 12
    made.extra.append(_extra(made, who, month, kind="arrears", first=month - 2, last=month - 1, times=2))
    made.changes.append(_change(made, who, month, "start", None))


def _gap_made_good(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    month = draw.integers(2, made.months - 5, len(who))
    made.skipped.append(pl.DataFrame({"person": who, "month": month}))
    made.extra.append(_extra(made, who, month + 2, kind="arrears", first=month, last=month, times=1))


def _moved_properly(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    moved = draw.integers(2, made.months - 4, len(who))
    made.end[who] = moved + 1
    other = (made.unit[who] + 1) % len(made.places)
    made.lists.append(_list(who, "moved_out", moved, unit=made.unit[who]))
    made.changes.append(_change(made, who, moved + 1, "stop", "reason_moved"))
    for number in range(made.months):
        later = moved < number
        made.extra.append(
            _extra(
                made,
                who[later],
                np.full(later.sum(), number),
                unit=other[later],
                township=np.zeros(later.sum(), np.int64),
            )
        )


def _recovered(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    month = draw.integers(1, made.months - 3, len(who))
    made.extra.append(_extra(made, who, month))
    made.extra.append(_extra(made, who, month + 2, kind="recovery", first=month, last=month, times=1))


def _couple(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    pairs = who[: len(who) // 2 * 2]
    made.account[pairs] = np.repeat(pairs[::2], 2)


def _turns_80(made: World, who: np.ndarray, draw: np.random.Generator) -> None:
    month = draw.integers(1, made.months, len(who))
    made.start[who] = month
    made.born[who] = made.first_month + month - 80 * 12
    made.changes.append(_change(made, who, month, "start", None))


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _yuan(made: World, who: np.ndarray, month: np.ndarray) -> np.ndarray:
    return YUAN[np.clip((made.first_month + month - made.born[who]) // 120 - 8, 0, 2)].astype(np.float64)


def _extra(
    made: World, who: np.ndarray, month: np.ndarray, *, kind: str = "current", first: np.ndarray | None = None,
    last: np.ndarray | None = None, times: int = 1, unit: np.ndarray | None = None, township: np.ndarray | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Payments beyond the usual ones."""
    covered = month if kind == "current" else first
    yuan = _yuan(made, who, covered)
    return pl.DataFrame(
        {
            "person": who, "unit": made.unit[who] if unit is None else unit,
            "township": made.township[who] if township is None else township,
            "tier": np.clip((made.first_month + month - made.born[who]) // 120 - 8, 0, 2), "yuan": yuan * times,
            "kind": np.full(len(who), kind), "first": month if first is None else first,
            "last": month if last is None else last, "seen": month, "month": month,
        }
    )  # fmt: skip


def _changed(who: np.ndarray, month: np.ndarray, **columns) -> pl.DataFrame:
    tier = {"tier": np.full(len(who), columns.pop("tier"), np.int32)} if "tier" in columns else {}
    return pl.DataFrame(
        {
            "person": who,
            "month": month,
            **tier,
            **{name: np.broadcast_to(each, len(who)) for name, each in columns.items()},
        }
    )


def _change(made: World, who: np.ndarray, month: np.ndarray, code: str, reason: str | None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "person": who, "unit": made.unit[who], "township": made.township[who], "month": month,
            "code": np.full(len(who), code), "reason": pl.Series([reason] * len(who), dtype=pl.String),
        }
    )  # fmt: skip


def _list(
    who: np.ndarray, ground: str, since: np.ndarray, *, until: np.ndarray | None = None, unit: np.ndarray | None = None
) -> pl.DataFrame:
    nothing = pl.Series([None] * len(who), dtype=pl.Int64)
    return pl.DataFrame(
        {
            "person": who, "ground": np.full(len(who), ground), "since": since,
            "until": nothing if until is None else until, "unit": nothing if unit is None else unit,
        }
    )  # fmt: skip


def _truth(rule: str, who: np.ndarray, month: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({"rule_code": np.full(len(who), rule), "person": who, "month": month})


def _column(frames: list[pl.DataFrame], number: int, name: str) -> np.ndarray:
    found = [frame.filter(pl.col("month") == number)[name].to_numpy() for frame in frames]
    return np.unique(np.concatenate(found)) if found else np.array([], np.int64)


# ── persons as bureaus write them ────────────────────────────────────────────────────────────────────────────────────


def identities(made: World) -> np.ndarray:
    """An identity number for each person; those of `impossible_identity` have a wrong last sign."""
    people = np.arange(made.size)
    day = people % 28 + 1
    place = 410900 + made.unit % 90
    # Of those born in one place on one day in one month each has a number of order; the odd ones are men's.
    group = (place * 24000 + made.born) * 32 + day
    order = np.argsort(group, kind="stable")
    begins = np.r_[True, np.diff(group[order]) != 0]
    rank = np.empty(made.size, np.int64)
    starts = np.flatnonzero(begins)
    rank[order] = np.arange(made.size) - np.repeat(starts, np.diff(np.r_[starts, made.size]))
    if rank.max() >= 500:
        raise SystemExit("too many persons for 999 numbers of order; take more units")
    parts = [
        (place, 6), (made.born // 12, 4), (made.born % 12 + 1, 2), (day, 2), (rank * 2 % 1000 + made.is_man, 3),
    ]  # fmt: skip
    digits = np.concatenate([each[:, None] // 10 ** np.arange(width - 1, -1, -1) % 10 for each, width in parts], axis=1)
    remainder = (digits @ WEIGHTS) % 11
    remainder[made.chosen["impossible_identity"]] = (remainder[made.chosen["impossible_identity"]] + 1) % 11
    signs = np.concatenate([digits.astype(str), CHECKS[remainder][:, None]], axis=1)
    return np.ascontiguousarray(signs.astype("<U1")).view("<U18").ravel()


def csv_files(made: World, folder: Path, *, dirt: bool = True) -> Iterator[Path]:
    """Write the world as bureaus send it: payments by unit and month, changes by unit, lists; each path when done."""
    people = _people(made)
    yield from payment_files(made, folder, range(made.months), dirt=dirt, people=people)
    yield from _change_files(made, folder, people)
    yield from _list_files(made, folder, people)


def payment_files(
    made: World, folder: Path, months: Iterable[int], *, dirt: bool = True, people: pl.DataFrame | None = None
) -> Iterator[Path]:
    """Write the payments of some months, a file a unit and month; each path when done."""
    folder.mkdir(parents=True, exist_ok=True)
    people = _people(made) if people is None else people
    for number in months:
        frame = _payment_columns(made, made.rows(number), people, number)
        for (unit,), part in frame.partition_by("unit", as_dict=True, maintain_order=True).items():
            place = made.places[unit]
            path = folder / f"{place.unit_id}-{made.month(number):%Y%m}.csv"
            title = f"{place.name_zh}{made.month(number):%Y年%-m月}高龄津贴发放明细"
            yield _written(path, part.drop("unit"), title, (unit + number) if dirt else 0)


def _people(made: World) -> pl.DataFrame:
    draw = np.random.default_rng(5)
    names = [SURNAMES[draw.integers(0, len(SURNAMES), made.size)]] + [
        GIVEN[draw.integers(0, len(GIVEN), made.size)] for _ in range(2)
    ]
    ids = identities(made)
    return pl.DataFrame(
        {
            "姓名": np.char.add(np.char.add(names[0], names[1]), names[2]),
            "身份证号": ids,
            "账号": np.char.add("6217", np.char.zfill(made.account.astype(str), 15)),
            "电话": np.char.add("138", np.char.zfill((np.arange(made.size) * 7919 % 10**8).astype(str), 8)),
        }
    )


def _payment_columns(made: World, rows: pl.DataFrame, people: pl.DataFrame, number: int) -> pl.DataFrame:
    names = {
        (unit, index): name for unit, place in enumerate(made.places) for index, (_, name) in enumerate(place.townships)
    }
    labels = [made.month(month).strftime("%Y-%m") for month in range(-60, made.months)]
    tiers = ["80—89周岁", "90—99周岁", "100周岁以上"]
    who = rows["person"]
    is_current = pl.col("kind") == "current"
    span = pl.concat_str("first_zh", pl.lit("至"), "last_zh")
    town = pl.Series(
        [names[unit, index] for unit in range(len(made.places)) for index in range(len(made.places[unit].townships))]
    )
    begins = np.cumsum([0, *(len(place.townships) for place in made.places)])[:-1]
    made_rows = rows.with_columns(
        town.gather(begins[rows["unit"].to_numpy()] + rows["township"].to_numpy()).alias("乡镇"),
        pl.Series(labels).gather(rows["first"] + 60).alias("first_zh"),
        pl.Series(labels).gather(rows["last"] + 60).alias("last_zh"),
        pl.Series([*labels, None])
        .gather(pl.select(pl.when(rows["seen"] < 0).then(len(labels)).otherwise(rows["seen"] + 60)).to_series())
        .alias("认证时间"),
        pl.Series(tiers).gather(rows["tier"]).alias("档次"),
        ("经办" + rows["filler"].cast(pl.String)).alias("经办人"),
        *people[who.to_list()].get_columns(),
    )
    return made_rows.select(
        "unit",
        pl.int_range(1, pl.len() + 1).cast(pl.String).alias("序号"),
        "姓名", "身份证号", "乡镇", "档次",
        pl.when(is_current).then(pl.col("yuan")).cast(pl.String).alias("当月金额"),
        pl.when(pl.col("kind") == "arrears").then(pl.col("yuan")).cast(pl.String).alias("补发金额"),
        pl.when(pl.col("kind") == "arrears").then(span).alias("补发起止月"),
        pl.when(pl.col("kind") == "recovery").then(pl.col("yuan")).cast(pl.String).alias("追缴金额"),
        pl.when(pl.col("kind") == "recovery").then(span).alias("追缴起止月"),
        "账号", "认证时间", "经办人", "电话",
    )  # fmt: skip


def _written(path: Path, frame: pl.DataFrame, title: str, dirt: int) -> Path:
    """One file; `dirt` chooses how it is dirty: 0 is clean."""
    kind = dirt % 5
    if kind in (1, 3):
        frame = frame.with_columns(
            pl.when(pl.int_range(pl.len()) % 7 == 3).then(pl.lit(" ") + pl.col("身份证号").str.to_lowercase() + pl.lit("\t"))
            .when(pl.int_range(pl.len()) % 7 == 5).then(pl.col("身份证号").str.replace_many(list("0123456789"), list("０１２３４５６７８９")))
            .otherwise(pl.col("身份证号")).alias("身份证号")
        )  # fmt: skip
    if kind == 2:
        valid = pl.col("身份证号").str.slice(6, 2) == "19"
        frame = frame.with_columns(
            pl.when((pl.int_range(pl.len()) % 11 == 4) & valid & pl.col("身份证号").map_batches(_is_right, return_dtype=pl.Boolean))
            .then(pl.col("身份证号").str.slice(0, 6) + pl.col("身份证号").str.slice(8, 9)).otherwise(pl.col("身份证号")).alias("身份证号")
        )  # fmt: skip
    quote = "always" if kind == 3 else "necessary"
    body = frame.write_csv(quote_style=quote, line_terminator="\r\n" if kind == 4 else "\n")
    width = frame.width - 1
    head = f"{title}{',' * width}\n"
    foot = f"合计{',' * width}\n" if kind in (1, 4) else ""
    path.write_bytes((head + body + foot).encode("gb18030" if kind in (2, 4) else "utf-8-sig"))
    return path


def _is_right(numbers: pl.Series) -> pl.Series:
    """Whether the last sign is right: a number of 15 digits has none, so a wrong one would vanish with it."""
    signs = np.frombuffer("".join(numbers.to_list()).encode(), np.uint8).reshape(-1, 18)
    checks = np.frombuffer("".join(CHECKS).encode(), np.uint8)
    return pl.Series(checks[((signs[:, :17].astype(np.int64) - 48) @ WEIGHTS) % 11] == signs[:, 17])


def _change_files(made: World, folder: Path, people: pl.DataFrame) -> Iterator[Path]:
    changes = pl.concat(made.changes)
    reasons = {"reason_death": "去世", "reason_moved": "户籍迁出", "reason_other": "其他"}
    for (unit, code), part in changes.partition_by("unit", "code", as_dict=True).items():
        months = [made.month(number).strftime("%Y-%m") for number in part["month"]]
        columns = people[part["person"].to_list()].select("姓名", "身份证号").with_columns(
            pl.Series("停发时间" if code == "stop" else "起发时间", months)
        )  # fmt: skip
        if code == "stop":
            columns = columns.with_columns(pl.Series("停发原因", [reasons[each] for each in part["reason"]]))
        path = folder / f"{made.places[unit].unit_id}-{code}.csv"
        title = f"{made.places[unit].name_zh}{'停止' if code == 'stop' else '新增'}明细"
        named = columns.with_columns(pl.lit(made.places[unit].name_zh).alias("县区"))
        yield _written(path, named, title, 0)


def _list_files(made: World, folder: Path, people: pl.DataFrame) -> Iterator[Path]:
    titles = {
        "death": ("公安死亡注销名单", "死亡日期"),
        "moved_out": ("户籍迁出名单", "迁出日期"),
        "other_allowance": ("其他补贴名单", "起领月份"),
    }
    lists = pl.concat(made.lists)
    for (ground,), part in lists.partition_by("ground", as_dict=True).items():
        title, label = titles[ground]
        columns = people[part["person"].to_list()].select("姓名", "身份证号").with_columns(
            pl.Series(label, [f"{made.month(number):%Y-%m}-15" for number in part["since"]])
        )  # fmt: skip
        if ground == "other_allowance":
            until = [made.month(number).strftime("%Y-%m") for number in part["until"]]
            columns = columns.with_columns(pl.Series("止领月份", until))
        if ground == "moved_out":
            columns = columns.with_columns(pl.Series("迁出地", [made.places[unit].name_zh for unit in part["unit"]]))
        yield _written(folder / f"{ground}.csv", columns, title, 0)


# ── persons as the store keeps them ──────────────────────────────────────────────────────────────────────────────────


def keys(people: np.ndarray, purpose: int = 1) -> np.ndarray:
    """Numbers that look like keys: one for each person, spread over all 64 bits (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = people.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(
            purpose * 0x632BE59BD9B4E019 % 2**64
        )
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ (mixed >> np.uint64(31))).view(np.int64)


def keyed_rows(made: World, number: int) -> pl.DataFrame:
    """The payments of one month in the columns of relation `payout`."""
    rows = made.rows(number)
    who = rows["person"].to_numpy()
    months = pl.Series([made.month(month) for month in range(-60, made.months)])
    units = pl.Series([place.unit_id for place in made.places])
    towns = pl.Series([identity for place in made.places for identity, _ in place.townships])
    begins = np.cumsum([0, *(len(place.townships) for place in made.places)])[:-1]
    return rows.select(
        pl.lit(made.month(number)).alias("month"),
        units.gather(rows["unit"]).alias("unit"),
        towns.gather(begins[rows["unit"].to_numpy()] + rows["township"].to_numpy()).alias("township_id"),
        pl.Series("person_key", keys(who)),
        pl.Series("account_key", keys(made.account[who], 2)),
        pl.Series("filler_key", keys(rows["filler"].to_numpy(), 3)),
        _births(made, who),
        pl.Series("sex_code", np.where(made.is_man[who], "male", "female")),
        pl.Series(TIERS.tolist()).gather(rows["tier"]).alias("tier_code"),
        pl.col("yuan").cast(pl.Decimal(12, 2)).alias("amount_yuan"),
        pl.col("kind").alias("kind_code"),
        months.gather(rows["first"] + 60).alias("covers_from"),
        months.gather(rows["last"] + 60).alias("covers_to"),
        pl.Series([*months.to_list(), None])
        .gather(pl.select(pl.when(rows["seen"] < 0).then(len(months)).otherwise(rows["seen"] + 60)).to_series())
        .alias("authenticated_month"),
        pl.Series("id_fault_code", np.where(_has_wrong_number(made, who), "checksum", None).tolist(), dtype=pl.String),
        pl.lit(number * len(made.places) + 1, pl.Int32).alias("submission_no") + rows["unit"].cast(pl.Int32),
        pl.int_range(2, pl.len() + 2, dtype=pl.Int32).alias("source_row"),
    )


def _has_wrong_number(made: World, who: np.ndarray) -> np.ndarray:
    return np.isin(who, made.chosen["impossible_identity"])


def _births(made: World, who: np.ndarray) -> pl.Series:
    """What the numbers of these persons say; a wrong one says nothing."""
    born, wrong = made.born[who], pl.Series(_has_wrong_number(made, who))
    day = pl.date(pl.Series(born // 12), pl.Series(born % 12 + 1), 1)
    return pl.select(pl.when(wrong).then(None).otherwise(day).alias("birth_month")).to_series()


def keyed_files(made: World, folder: Path) -> Iterator[Path]:
    """Write the payments as the store keeps them, `month=…/unit=…/1.parquet`; each path when done."""
    for number in range(made.months):
        for (month, unit), part in keyed_rows(made, number).partition_by("month", "unit", as_dict=True).items():
            path = folder / f"month={month}" / f"unit={unit}" / "1.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            part.drop("month", "unit").write_parquet(path, compression="zstd", compression_level=1)
            yield path


def keyed_changes(made: World) -> pl.DataFrame:
    """Changes of the roster in the columns of relation `roster_change`."""
    changes = pl.concat(made.changes)
    months = [made.month(number) for number in changes["month"]]
    who, units = changes["person"].to_numpy(), [made.places[unit] for unit in changes["unit"]]
    towns = [
        place.townships[number % len(place.townships)][0]
        for place, number in zip(units, made.township[who], strict=True)
    ]
    return pl.DataFrame(
        {
            "month": months, "unit": [place.unit_id for place in units], "township_id": towns, "person_key": keys(who),
            "birth_month": _births(made, who), "sex_code": np.where(made.is_man[who], "male", "female"),
            "change_code": changes["code"], "reason_code": changes["reason"], "effective_month": months,
            "tier_code": None, "submission_no": 900_000, "source_row": np.arange(2, changes.height + 2),
        }
    )  # fmt: skip


def keyed_lists(made: World) -> pl.DataFrame:
    """Comparison lists in the columns of relation `comparison`."""
    lists = pl.concat(made.lists)
    return pl.DataFrame(
        {
            "ground_code": lists["ground"], "source_code": "police",
            "unit": pl.Series([made.places[unit].unit_id if unit is not None else None for unit in lists["unit"]], dtype=pl.String),
            "person_key": keys(lists["person"].to_numpy()),
            "from_month": [made.month(number) for number in lists["since"]],
            "until_month": pl.Series([made.month(number) if number is not None else None for number in lists["until"]], dtype=pl.Date),
            "submission_no": 900_001, "source_row": np.arange(2, lists.height + 2),
        }
    )  # fmt: skip


def real_places() -> list[Place]:
    """The reporting units and townships of the product's cities."""
    from etl.reference import load_reference
    from warehouse.catalog import load_catalog

    areas = load_reference(load_catalog())["core.dim_area"]
    units = areas.filter(pl.col("is_reporting")).select("area_id", "name_zh")
    towns = areas.filter(pl.col("level_code") == "township")
    return [
        Place(
            unit,
            name,
            towns.filter(pl.col("parent_area_id") == unit).select("area_id", "name_zh").rows() or [(unit, name)],
        )
        for unit, name in units.iter_rows()
    ]


def invented_places(count: int) -> list[Place]:
    """So many units with ten townships each."""
    return [
        Place(f"u{unit:04d}", f"单位{unit}", [(f"u{unit:04d}t{town}", f"乡{town}") for town in range(10)])
        for unit in range(count)
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--units", type=int, default=0)
    parser.add_argument("--keyed", action="store_true")
    options = parser.parse_args()
    places = invented_places(options.units) if options.units else real_places()
    made = world(places, rows=options.rows, months=options.months)
    made.expected().write_parquet(options.folder.with_suffix(".truth.parquet"))
    if options.keyed:
        count = sum(1 for _ in keyed_files(made, options.folder / "payout"))
        keyed_changes(made).write_parquet(options.folder / "changes.parquet")
        keyed_lists(made).write_parquet(options.folder / "lists.parquet")
    else:
        count = sum(1 for _ in csv_files(made, options.folder))
    print(f"{count} files, {made.size:,} persons, {made.months} months")


if __name__ == "__main__":
    main()
