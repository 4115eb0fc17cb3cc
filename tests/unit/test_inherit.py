"""Releases side by side tell no more than each of them: masks are inherited over everything ever published."""

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.cells_world import PEOPLE, SENSITIVE, STOPS, Report, World, worlds
from warehouse.desk.disclosed import CELL, HISTORY, changes
from warehouse.release.attacker.attack import Attacked, attack_states
from warehouse.release.attacker.stated import Stated, stated
from warehouse.release.masks.inherit import masks_after, states_of


def published(world: World) -> tuple[list[pl.DataFrame], pl.DataFrame]:
    """The states of each release of a world, and the record after the last."""
    history, said = pl.DataFrame(schema=HISTORY), []
    for step in range(len(world.steps)):
        cells = world.cells(step)
        states = states_of(cells, masks_after(cells, history, sensitive=SENSITIVE, places=world.places))
        new = changes(history, states)
        entry = pl.lit(step + 1, pl.Int64()).alias("entry")
        history = pl.concat([history, new.select(entry, pl.lit(f"r{step:02}").alias("release_id"), pl.all())])
        said.append(states)
    return said, history


def attacked(world: World, said: list[pl.DataFrame]) -> Attacked:
    return attack_states([stated(states, world.places) for states in said])


def lost(world: World, said: list[pl.DataFrame]) -> set:
    """Masked cells that follow from what was printed, and need not have: counts of one to four persons are all of these.

    A zero or a larger number that follows from numbers which were out before it was there can be hidden by nobody: it
    would follow had its release printed nothing new.
    """
    found, attack = set(), attacked(world, said)
    for unknown in attack.solved:
        cell, _ = unknown
        number, release = next(
            (number, release)
            for number, release in enumerate(attack.releases)
            if cell in release.masked and release.unknown(cell) == unknown
        )
        before = [*said[:number], silent(said, number, attack.releases)]
        if 0 < release.said[cell] < 5 or unknown not in attacked(world, before).solved:
            found.add(unknown)
    return found


def silent(said: list[pl.DataFrame], number: int, releases: Sequence[Stated]) -> pl.DataFrame:
    """A release that masks everything but what was printed before it."""
    out = {release.unknown(cell) for release in releases[:number] for cell in release.values}
    names = [(*row[:3], str(row[3])) for row in said[number].select(CELL).iter_rows()]
    masked = [releases[number].unknown(name) not in out for name in names]
    return said[number].with_columns(is_masked=pl.Series(masked, dtype=pl.Boolean))


@pytest.mark.dear
def test_no_sequence_of_releases_determines_a_masked_cell(full):
    """200 random cities of up to 24 releases each, a sample of them by default."""

    @given(worlds(longest=24))
    @settings(
        max_examples=200 if full else 10,
        deadline=None,
        derandomize=not full,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def hold(world: World) -> None:
        said, _ = published(world)
        assert lost(world, said) == set()
        for states in said:
            shown = states.filter(pl.col("indicator_code").is_in(SENSITIVE) & ~pl.col("is_masked"))
            assert shown.filter(pl.col("value").is_between(1, 4)).is_empty()

    hold()


def test_the_same_reports_after_the_same_record_are_masked_the_same():
    """A home rebuilt from its archive and desk masks what it masked, although masked afresh it would choose otherwise."""
    late = {"u0": Report(((40, 9, 8),), (9, 9)), "u1": Report(((50, 7, 6),), (8, 9))}
    world = World({"u0": 0, "u1": 0, "u2": 0}, [late, {**late, "u2": Report(((60, 2, 30),), (1, 9))}])
    said, history = published(world)
    cells = world.cells(1)
    again = states_of(cells, masks_after(cells, history, sensitive=SENSITIVE, places=world.places))
    assert changes(history, again).is_empty()
    assert said[1].sort(CELL).equals(again.sort(CELL))


def test_a_late_report_withholds_the_total_that_would_give_it_away():
    """Eight of nine units made a total that was printed; the ninth's two are the difference to the new one."""
    early = {"u0": Report(((40, 9, 8),), (9, 9)), "u1": Report(((50, 7, 6),), (8, 9))}
    world = World({"u0": 0, "u1": 0, "u2": 0}, [early, {**early, "u2": Report(((60, 2, 30),), (9, 9))}])
    said, _ = published(world)
    first, second = ({tuple(cell[:3]): cell[5] for cell in states.iter_rows()} for states in said)
    nineties = (PEOPLE, "age_90_99")
    assert not any(first.values())
    # u2 has two: its number, and the city's, which is 16 more than the 16 everybody knows of u0 and u1.
    assert second["u2", *nineties] and second["c", *nineties]
    assert not second["u0", *nineties] and not second["u1", *nineties]
    # Printed beside each other, without the memory, they would be solved.
    bare = [*said[:1], said[1].with_columns(is_masked=pl.col("is_masked") & (pl.col("area_id") != "c"))]
    assert {cell[:3] for cell, _ in attacked(world, bare).solved} >= {("u2", *nineties)}


def test_a_number_that_comes_back_is_not_printed_because_it_once_stood_there():
    """One unit stops 0 + 6, then 5 + 0, then 5 + 1 people: total 6 and 5 deaths were both out, and tell the 1 together."""
    nobody = ((0, 0, 0),)
    reports = [Report(nobody, stops) for stops in ((0, 6), (5, 0), (5, 1))]
    world = World({"u0": 0}, [{"u0": report} for report in reports])
    said, _ = published(world)
    last = {tuple(cell[1:3]): cell[5] for cell in said[2].iter_rows() if cell[0] == "u0"}
    assert last[STOPS, "reason_moved"]
    # The 5 deaths stand there since the release before; the 6 stood there two releases ago and were 5 since.
    assert not last[STOPS, "reason_death"] and last[STOPS, "total"]
    assert attacked(world, said).solved == set()


def test_a_merged_tier_that_the_city_gives_away_is_not_pretended_to_be_secret():
    """Of 5 people over 90 in the city all are u1's: 10 in total less 5 below 90, both printed; which tier, nobody knows."""
    world = World({"u0": 0, "u1": 1}, [{"u0": Report(((1, 0, 0),), (0, 0)), "u1": Report(((4, 1, 4),), (0, 0))}])
    (said,), _ = published(world)
    masked = {tuple(cell[:3]): cell[5] for cell in said.iter_rows()}
    assert not masked["u1-0", PEOPLE, "age_90_plus"]
    assert all(masked["u1", PEOPLE, tier] for tier in ("age_80_89", "age_90_99", "age_100_plus"))
    assert masked["u1-0", PEOPLE, "age_80_89"] and masked["u1-0", PEOPLE, "total"]
    assert attacked(world, [said]).solved == set()
