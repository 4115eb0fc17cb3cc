"""Small arithmetic of the demonstration: months, lines through dated points, whole shares, chance."""

import random
from collections.abc import Mapping
from datetime import date


def interpolate(points: Mapping[date, float], month: date) -> float:
    """The straight line through dated points, flat before the first and after the last."""
    known = sorted(points)
    if month <= known[0]:
        return points[known[0]]
    for left, right in zip(known, known[1:], strict=False):
        if month <= right:
            share = (month - left).days / (right - left).days
            return points[left] + share * (points[right] - points[left])
    return points[known[-1]]


def shared_out(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Whole numbers in proportion to `weights` that sum to `total` exactly (largest remainders)."""
    whole = sum(weights.values())
    exact = {name: total * weight / whole for name, weight in weights.items()}
    given = {name: int(value) for name, value in exact.items()}
    left = total - sum(given.values())
    for name in sorted(exact, key=lambda name: (given[name] - exact[name], name))[:left]:
        given[name] += 1
    return given


def drawn(luck: random.Random, count: int, share: float) -> int:
    """How many of `count` are struck when each is with probability `share`: about binomial, at once."""
    mean = count * share
    return min(count, max(0, int(luck.gauss(mean, mean**0.5) + luck.random())))
