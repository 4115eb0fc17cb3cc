"""Where in a unit of the demonstration its facilities stand: the unit's figure spread over its townships.

What a unit has built is given (`etl.demo.dynamics`); here each facility gets a township, so that the rows of the form
sum to the unit's own figure and some townships stay blank. The order in which townships are served never changes, so
one that has a centre keeps it while the number grows.
"""

import random
from collections.abc import Mapping

from etl.demo.arithmetic import shared_out
from etl.demo.dynamics import Place, Values

# Written where a figure does not exist for the place; an empty cell would be a missing one.
NOT_APPLICABLE = "—"
ONE_EACH_TOWN = ("township_home_count", "regional_centre_count")
ONE_EACH_STREET = ("street_centre_count", "community_home_care_centre_count")


def township_rows(place: Place, figures: Values, *, seed: object) -> dict[str, Values]:
    """Township → figures of the form by township, (indicator, "total") → number or 不适用; {} without townships.

    Args:
        figures: what the unit reports as a whole; an indicator it lacks does not apply to its townships either.
    """
    rows: dict[str, Values] = {area: {} for area in place.grassroots}
    for indicator in (*ONE_EACH_TOWN, *ONE_EACH_STREET, "community_day_care_count", "village_home_count"):
        whole = figures.get((indicator, "total"))
        spread = _spread(indicator, int(whole), place, seed) if isinstance(whole, (int, float)) else {}
        for area, row in rows.items():
            row[indicator, "total"] = spread.get(area, NOT_APPLICABLE if not spread else 0)
    for area, (_, communities, villages) in place.grassroots.items():
        if not communities and not rows[area]["community_day_care_count", "total"]:
            rows[area]["community_day_care_count", "total"] = NOT_APPLICABLE
        if not villages and not rows[area]["village_home_count", "total"]:
            rows[area]["village_home_count", "total"] = NOT_APPLICABLE
    return rows


def _spread(indicator: str, whole: int, place: Place, seed: object) -> Mapping[str, int]:
    luck = random.Random(f"{seed}:township:{indicator}:{place.unit}")
    everywhere = sorted(place.grassroots)
    if indicator in ONE_EACH_TOWN:
        return _one_each(whole, luck.sample(place.towns, len(place.towns)))
    if indicator in ONE_EACH_STREET:
        streets = [area for area in everywhere if place.grassroots[area][0]]
        # The centre of a county seat stands in the first of its towns by code, which is the seat.
        return _one_each(whole, streets + place.towns) if whole > len(streets) else _one_each(whole, streets)
    size = 1 if indicator == "community_day_care_count" else 2
    weights = {area: place.grassroots[area][size] * luck.uniform(0.35, 1.0) for area in everywhere}
    return _filled(whole, {area: weight for area, weight in weights.items() if weight}, place, size) or _one_each(
        whole, everywhere
    )


def _one_each(whole: int, order: list[str]) -> dict[str, int]:
    """One in each place of the order, then a second one, until all are placed."""
    return {area: whole // len(order) + (step < whole % len(order)) for step, area in enumerate(order)} if order else {}


def _filled(whole: int, weights: Mapping[str, float], place: Place, size: int) -> dict[str, int]:
    """In proportion to the weights, no more than there are villages or communities as long as there is room."""
    given = dict.fromkeys(weights, 0)
    left, open_to = whole, dict(weights)
    while left and open_to:
        for area, count in shared_out(left, open_to).items():
            given[area] += min(count, place.grassroots[area][size] - given[area])
        left = whole - sum(given.values())
        open_to = {area: weight for area, weight in open_to.items() if given[area] < place.grassroots[area][size]}
    if left and given:
        # More than there are places: the first has two.
        given[min(given)] += left
    return given
