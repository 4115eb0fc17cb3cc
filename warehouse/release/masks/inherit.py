"""Masks in view of everything ever published: two releases side by side must not tell what each of them hides.

A city's month is a family: its units, their townships and every indicator that counts persons. A family that says what
it said before is masked as it was before, whatever would be chosen today; so a rebuilt home masks the same. A new
family is masked on its own. One that changed is masked with what is known and what was hidden in mind, then attacked
together with all that was said of it; where a number would follow, totals of the city are withheld, and where that
does not help everything is that nobody knows yet.
"""

from collections.abc import Iterable, Iterator
from datetime import date

import polars as pl

from warehouse.desk.disclosed import CELL, STATES, latest
from warehouse.release.attacker.attack import attack_states
from warehouse.release.attacker.stated import Places, Stated, in_sequence, stated
from warehouse.release.masks.measures import SMALLEST_SHOWN
from warehouse.release.masks.suppress import find_masks
from warehouse.release.masks.tables import NOTHING_BEFORE, Before
from warehouse.release.masks.tiers import TIERS_MERGED_IN_TOWNSHIPS

FAMILY = ("city_area_id", "month")
Masks = set[tuple]
"""Cells by area, indicator, breakdown and month."""


def masks_after(cells: pl.DataFrame, history: pl.DataFrame, *, sensitive: list[str], places: Places) -> pl.DataFrame:
    """The cells to be masked, given what was published before.

    Args:
        cells: as `find_masks` takes them, with city_area_id and revisions, all values any report of the cell had.
        history: `warehouse.desk.disclosed.HISTORY`; empty for the first release.
        sensitive: indicators that count persons to be protected.

    Returns:
        area_id, indicator_code, breakdown_code, month; one row a cell, no order promised.
    """
    if history.is_empty():
        return _masks_of_new(cells, sensitive=sensitive, places=places)
    areas = history["area_id"].unique()
    cities = pl.DataFrame({"area_id": areas, "city_area_id": [places.city(area) for area in areas]})
    past = history.join(cities, on="area_id", how="inner")
    last = latest(past).filter(pl.col("value").is_not_null())
    changed = _changed(cells, last, cities).join(past.select(FAMILY).unique(), on=FAMILY, how="semi")
    new = cells.join(past.select(FAMILY).unique(), on=FAMILY, how="anti")
    same = cells.join(changed, on=FAMILY, how="anti").join(new.select(FAMILY).unique(), on=FAMILY, how="anti")
    small = pl.col("smallest").is_between(0, SMALLEST_SHOWN, closed="none") & pl.col("indicator_code").is_in(sensitive)
    kept = same.join(last.filter("is_masked").select(CELL), on=CELL, how="semi").select(CELL)
    parts = [kept, same.filter(small).select(CELL), _masks_of_new(new, sensitive=sensitive, places=places)]
    for family, its_cells, its_past in _families(changed, cells, past):
        parts.append(_masks_of_changed(its_cells, its_past, family, sensitive=sensitive, places=places))
    return pl.concat([part.select(CELL) for part in parts]).unique()


def _masks_of_new(cells: pl.DataFrame, *, sensitive: list[str], places: Places) -> pl.DataFrame:
    """Masks of families of which nothing was said yet.

    A township's merged tier is hidden as a partner. Where its unit is the only one that hides the two tiers, what the
    city prints gives their sum away all the same: then it is no secret, and masking it would only pretend that it were.
    """
    masks = find_masks(cells, sensitive=sensitive)
    hidden = masks.join(cells, on=CELL)
    tiers = hidden.filter((pl.col("level_code") == "unit") & pl.col("breakdown_code").is_in(TIERS_MERGED_IN_TOWNSHIPS))
    alone = tiers.group_by(*FAMILY, "indicator_code").agg(pl.col("area_id").n_unique()).filter(pl.col("area_id") == 1)
    is_merged = (pl.col("breakdown_code") == "age_90_plus") & (pl.col("smallest") >= SMALLEST_SHOWN)
    partners = hidden.filter(is_merged).join(alone, on=[*FAMILY, "indicator_code"], how="semi")
    pretended: list[tuple] = []
    for family in partners.select(FAMILY).unique().sort(FAMILY).iter_rows():
        chosen = (pl.col("city_area_id") == family[0]) & (pl.col("month") == family[1])
        now = stated(states_of(cells.filter(chosen), masks), places)
        solved = {cell[:3] for cell, _ in attack_states([now]).solved}
        pretended += [cell for cell in partners.filter(chosen).select(CELL).iter_rows() if cell[:3] in solved]
    return masks.join(_as_frame(set(pretended), cells), on=CELL, how="anti")


def states_of(cells: pl.DataFrame, masks: pl.DataFrame) -> pl.DataFrame:
    """What a release says of its cells, in the columns of `warehouse.desk.disclosed.STATES`."""
    masked = masks.select(CELL).unique().with_columns(is_masked=pl.lit(True))
    known = cells.filter(pl.col("value").is_not_null())
    return (
        known.join(masked, on=CELL, how="left")
        .with_columns(pl.col("is_masked").fill_null(False))
        .select(STATES.names())
    )


def _changed(cells: pl.DataFrame, last: pl.DataFrame, cities: pl.DataFrame) -> pl.DataFrame:
    """The families that do not say what they said last."""
    said = ["value", "is_apart"]
    new = cells.filter(pl.col("value").is_not_null()).join(last, on=[*CELL, *said], how="anti").select(FAMILY)
    gone = last.join(cells.filter(pl.col("value").is_not_null()), on=CELL, how="anti")
    return pl.concat([new, gone.join(cities, on="area_id").select(FAMILY)]).unique()


def _families(
    changed: pl.DataFrame, cells: pl.DataFrame, past: pl.DataFrame
) -> Iterator[tuple[tuple[str, date], pl.DataFrame, pl.DataFrame]]:
    for city, month in changed.sort(FAMILY).iter_rows():
        chosen = (pl.col("city_area_id") == city) & (pl.col("month") == month)
        yield (city, month), cells.filter(chosen), past.filter(chosen)


def _masks_of_changed(
    cells: pl.DataFrame, past: pl.DataFrame, family: tuple[str, date], *, sensitive: list[str], places: Places
) -> pl.DataFrame:
    releases = in_sequence(stated(latest(past.filter(pl.col("entry") <= entry)), places) for entry in _entries(past))
    before = _before(cells, releases, family, places)
    secret = {release.unknown(cell) for release in releases for cell in release.masked}
    every = list(cells.select(CELL).iter_rows())
    is_small = pl.col("smallest").is_between(0, SMALLEST_SHOWN, closed="none")
    is_small &= pl.col("indicator_code").is_in(sensitive)
    small = set(cells.filter(is_small).select(CELL).iter_rows())
    for withheld in (lambda cell: False, lambda cell: cell[0] == family[0], lambda cell: True):
        masks = set(find_masks(cells, sensitive=sensitive, before=before).iter_rows())
        masks |= {cell for cell in every if withheld(cell) and cell not in before.known}
        now = stated(states_of(cells, _as_frame(masks, cells)), places)
        solved = attack_states([*releases, now]).solved  # which names the cells of `now` as well
        follows = {cell for cell in masks if now.unknown((*cell[:3], str(cell[3]))) in solved}
        if not follows & small and not solved & secret:
            break
    # What follows from printed numbers all the same is no secret, and masking it would only pretend that it were.
    return _as_frame(masks - (follows - small), cells)


def _as_frame(masks: Masks, cells: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(sorted(masks), schema={name: cells.schema[name] for name in CELL}, orient="row")


def _entries(past: pl.DataFrame) -> Iterable[int]:
    return past["entry"].unique().sort().to_list()


def _before(cells: pl.DataFrame, releases: list[Stated], family: tuple[str, date], places: Places) -> Before:
    """What these releases made of the cells of a family."""
    shown = {release.unknown(cell) for release in releases for cell in release.values}
    hidden = {
        (cell, release.said[cell])
        for release in releases
        for cell in release.masked
        if release.unknown(cell) not in shown
    }
    *_, now = in_sequence([*releases, stated(states_of(cells, cells.select(CELL).clear()), places)])
    known, inherited = set(), set()
    for *named, month, revisions in cells.select(*CELL, "revisions").iter_rows():
        cell, name = (*named, month), (*named, str(month))
        if now.unknown(name) in shown:
            known.add(cell)
        # Every report of a cell is printed with it: what was hidden in one of them hides the cell.
        here = (name, now.said.get(name))
        if (here in hidden and now.unknown(name) not in shown) or any(
            (name, each) in hidden for each in revisions or ()
        ):
            inherited.add(cell)
    if not known and not inherited:
        return NOTHING_BEFORE
    totals = _totals(releases, shown, now, family[0])
    summed = {(*name[:3], family[1]): sets for name, sets in totals.items()}
    return Before(known=frozenset(known), inherited=frozenset(inherited), summed=summed)


def _totals(releases: list[Stated], shown: set, now: Stated, city: str) -> dict[tuple, tuple[frozenset[str], ...]]:
    """For each cell of the city the sets of units whose sum was published and can be taken from today's total.

    A unit restated since leaves its set when its old number was printed; when it was masked, the old sum says something
    of that number only.
    """
    found: dict[tuple, dict[frozenset[str], None]] = {}
    for release in releases:
        for cell in release.values:
            if cell[0] != city or now.unknown(cell) == release.unknown(cell):
                continue
            members = [(unit, *cell[1:]) for unit, _ in release.versions[cell]]
            old = [other for other in members if now.unknown(other) != release.unknown(other) or other in now.apart]
            if all(release.unknown(other) in shown for other in old):
                found.setdefault(cell, {})[frozenset(other[0] for other in members if other not in old)] = None
    return {cell: tuple(sets) for cell, sets in found.items()}
