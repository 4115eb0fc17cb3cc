"""Releases side by side tell no more than each of them: masks are inherited over everything ever published."""

import polars as pl
from hypothesis import HealthCheck, Phase, given, settings

from tests.cells_world import SENSITIVE, World, worlds
from warehouse.desk.disclosed import HISTORY, changes
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


@given(worlds(longest=24))
@settings(max_examples=FULL if is_full() else 12, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_no_sequence_of_releases_determines_a_masked_cell(world):
    said, _ = published(world)
    found = attacked(world, said)
    assert found.solved == set()
    for states in said:
        shown = states.filter(pl.col("indicator_code").is_in(SENSITIVE) & ~pl.col("is_masked"))
        assert shown.filter(pl.col("value").is_between(1, 4)).is_empty()
