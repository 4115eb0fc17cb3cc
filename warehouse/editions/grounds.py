"""What an edition is made of that no person wrote: facts, slides, texts of units, figures for whoever draws.

All of it follows from a release, a place and a month, and a release never changes: it is made once and kept, so that a
draft that is looked at, checked and signed is read from the release only the first time.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from warehouse.editions.changes import Difference, difference
from warehouse.editions.plain import to_plain
from warehouse.editions.record import Edition
from warehouse.month import add_months
from warehouse.paper.deck.content import deck_of
from warehouse.paper.deck.model import Deck
from warehouse.paper.facts import Facts, gather
from warehouse.paper.model import Briefing
from warehouse.paper.text import unit_briefing
from warehouse.read import Release
from warehouse.read.month import bulletin, overview
from warehouse.read.receipt.receipts import Receipt, receipts

_T = TypeVar("_T")
KEPT = 12
_kept: OrderedDict[tuple, Any] = OrderedDict()
SERIES_MONTHS = 13
_CELL = (
    "area_id", "area_zh", "level_code", "kind_code", "indicator_code", "breakdown_code", "month", "value", "status_code",
    "quality_code", "numerator", "denominator", "reported_count", "expected_count", "reported_total", "against_code", "gap",
    "standing_code", "target_value", "completion", "pace", "is_small_task", "task_row_key", "rank", "ranked_count",
    "change_mom", "change_yoy", "change_since_year_start", "smallest_gap", "smallest_gap_pp", "smallest_base",
    "over_same_units",
)  # fmt: skip
_INDICATOR = (
    "indicator_code", "label_zh", "unit_zh", "decimals", "kind_code", "timing_code", "polarity_code", "definition_zh",
    "formula_zh", "numerator", "denominator", "scale", "over_100_zh", "owner_zh", "topic_code", "key_order",
    "smallest_difference",
)  # fmt: skip
_UNIT = ("area_id", "name_zh", "short_name_zh", "kind_code", "sort_order")


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What of an edition follows from its release alone. cells, series, indicators, units as in `Content`."""

    facts: Facts
    deck: Deck
    unit_texts: tuple[Briefing, ...]
    cells: tuple[Mapping[str, Any], ...]
    series: tuple[Mapping[str, Any], ...]
    indicators: Mapping[str, Mapping[str, Any]]
    units: tuple[Mapping[str, Any], ...]
    batches: tuple[str, ...]


def ground_of(release: Release, edition: Edition) -> Ground:
    """The ground of an edition on this release.

    Raises:
        PaperError: no such place, or no figures at all.
    """
    own = edition.identity
    return _once(("ground", *_of(release), own.city_area_id, own.area_id, own.month), lambda: _made(release, edition))


def compared(old: Release, new: Release, area_ids: Sequence[str]) -> Difference:
    """`changes.difference`, kept."""
    key = ("difference", *_of(old), *_of(new), tuple(area_ids))
    return _once(key, lambda: difference(old, new, area_ids=area_ids))


def walked(release: Release, full_ids: Sequence[str]) -> Mapping[str, Receipt]:
    """`receipts.receipts`, kept: an edition that could not be signed is soon tried again."""
    return _once(("walked", *_of(release), tuple(full_ids)), lambda: receipts(release, full_ids))


def _of(release: Release) -> tuple[str, str]:
    # Where the file truly lies: the same release under two names is read once.
    return str(release.path.resolve()), str(release.header["content_sha256"])


def _once(key: tuple, make: Callable[[], _T]) -> _T:
    if key not in _kept:
        _kept[key] = make()
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return _kept[key]


def _made(release: Release, edition: Edition) -> Ground:
    facts, own = facts_of(release, edition), edition.identity
    return Ground(
        facts=facts,
        deck=deck_of(release, facts, area_id=own.area_id, edition_id=own.name_zh),
        unit_texts=tuple(unit_briefing(facts, unit["area_id"]) for unit in facts.units) if own.is_city else (),
        cells=tuple(_cells(facts)),
        series=tuple(_series(release, facts)),
        indicators={code: _picked(facts.indicators[code], _INDICATOR) for code in facts.codes},
        units=tuple(_picked(unit, _UNIT) for unit in facts.units),
        batches=tuple(batches_of(release, edition)),
    )


def facts_of(release: Release, edition: Edition) -> Facts:
    """The facts of an edition's month; of the newest month with figures where nothing came for its own yet.

    Raises:
        PaperError: no such place, or no figures at all.
    """
    city, month = edition.identity.city_area_id, edition.identity.month
    known = overview.months(release, city_area_id=city, indicator_codes=bulletin.key_codes(release)).frame
    newest = known.filter(known["has_data"])["month"].max() if known.height else None
    if newest is None or newest >= month:
        return gather(release, city_area_id=city, month=month)
    facts = gather(release, city_area_id=city, month=newest)
    # What is an earlier month's is compared with no month before it.
    cells = tuple({**cell, "change_mom": None} for cell in facts.cells)
    return replace(facts, cells=cells, rows={key: {**row, "change_mom": None} for key, row in facts.rows.items()})


def batches_of(release: Release, edition: Edition) -> list[str]:
    """The received batches whose reports of the year up to the edition's month stand in it."""
    frame = release.rows(
        """
        select distinct s.batch_id
        from meta.submission as s
        inner join core.dim_area as a on a.area_id = s.area_id
        where s.batch_id is not null and s.state_code in ('accepted', 'corrected')
            and (a.city_area_id = $city) and s.month between $first and $last
        order by s.batch_id
        """,
        {
            "city": edition.identity.city_area_id,
            "first": add_months(edition.identity.month, 1 - SERIES_MONTHS),
            "last": edition.identity.month,
        },
    ).frame
    return frame["batch_id"].to_list()


def _cells(facts: Facts) -> Iterator[Mapping[str, Any]]:
    for cell in facts.cells:
        row = facts.row(cell) or {}
        ranked = {name: row.get(name) for name in ("rank", "ranked_count", "numerator", "denominator")}
        yield _picked({**ranked, **cell, "rank": ranked["rank"], "ranked_count": ranked["ranked_count"]}, _CELL)


def _picked(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: to_plain(row.get(name)) for name in names}


def _series(release: Release, facts: Facts) -> Iterator[Mapping[str, Any]]:
    """The key indicators of the city and its units in the year up to the month, oldest first."""
    frame = release.rows(
        """
        select m.area_id, m.indicator_code, m.month, m.value, m.status_code, m.quality_code
        from mart.indicator_month as m
        where list_contains($areas, m.area_id) and list_contains($codes, m.indicator_code)
            and m.breakdown_code = 'total' and m.month between $first and $last
        order by m.indicator_code, m.area_id, m.month
        """,
        {
            "areas": [facts.city["area_id"], *(unit["area_id"] for unit in facts.units)],
            "codes": list(facts.codes),
            "first": add_months(facts.month, 1 - SERIES_MONTHS),
            "last": facts.month,
        },
    ).frame
    for row in frame.iter_rows(named=True):
        yield to_plain(row)
