"""Releases side by side tell no more than each of them: masks are inherited over everything ever published."""

import polars as pl
from hypothesis import HealthCheck, Phase, given, settings

from tests.cells_world import PEOPLE, SENSITIVE, Report, World, worlds
from warehouse.desk.disclosed import CELL, HISTORY, changes
from warehouse.release.attack import Attacked, attack_states
from warehouse.release.inherit import masks_after, states_of
from warehouse.release.stated import stated


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
        assert attacked(world, said).solved == set()
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
