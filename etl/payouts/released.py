"""Figures of payments as observations of a release: codes of their own beside the form's, never in place of them.

They come in by the ordinary road of a refresh and are masked as all others are. Only months for which a city's forms
were expected are taken: payments stand beside a form, and a month of a release is one of its forms. What is judged is
what the forms say; no target, verdict or check names a code of payments, which a test holds.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime

import polars as pl

from warehouse.catalog import Catalog
from warehouse.errors import BusyError, PayoutError
from warehouse.home import Home
from warehouse.payouts.figures import Figures, held_figures
from warehouse.payouts.parquet import read_whole, write_whole
from warehouse.payouts.pinned import RESTORE_ZH
from warehouse.payouts.store import PayoutStore
from warehouse.release.publishing import drafts
from warehouse.release.publishing.publish import release_ids

TOTAL, UNKNOWN = "total", "unknown"
TIERS = ("age_80_89", "age_90_99", "age_100_plus")
REASONS = ("reason_death", "reason_moved", "reason_unverified", "reason_other")
MEASURES = (
    "recipient_count", "paid_yuan", "arrears_person_count", "arrears_yuan", "recovered_person_count", "recovered_yuan",
)  # fmt: skip
"""Columns of relation `payout_month`, and the ends of the codes of their indicators."""
STOPPED = "payout_stopped_count"
NOTE_ZH = "由发放明细逐笔算出，不取自月报"
_FORM = "allowance_recipient_count"

Frames = Mapping[str, pl.DataFrame]
Row = dict[str, object]


def observations(home: Home, catalog: Catalog, frames: Frames) -> dict[str, pl.DataFrame]:
    """Rows of core.fct_observation of the payments of a home; nothing where there are none, or no forms beside them.

    A unit of a city without payments in a month in which another unit has some is missing, so that a city is never the
    sum of a part. Townships have rows where all payments (all stops) of their unit are placed in one.

    Args:
        frames: rows of the release so far, `core.dim_area` and the observations of forms among them.

    Raises:
        PayoutError: the payments or their figures are damaged or gone.
    """
    store = PayoutStore(home)
    store.pin_older_make()
    if fault := store.fault_zh():
        raise PayoutError(f"{fault}。没有更新，现行批次没有改动")
    figures, forms = held_figures(home), frames.get("core.fct_observation")
    if figures is None or forms is None or figures.payout_month.is_empty():
        return {}
    areas = frames["core.dim_area"]
    expected = (
        forms.filter((pl.col("indicator_code") == _FORM) & (pl.col("breakdown_code") == TOTAL) & pl.col("is_current"))
        .join(areas.filter(pl.col("level_code") == "unit").select("area_id", "city_area_id"), on="area_id")
        .select("city_area_id", "area_id", "month")
        .unique()
    )
    townships: dict[str, list[str]] = {}
    known = areas.filter(pl.col("level_code") == "township").select("parent_area_id", "area_id")
    for unit, township in known.sort("area_id").iter_rows():
        townships.setdefault(unit, []).append(township)
    rows = list(_rows(figures, expected, townships, _received(store)))
    if not rows:
        return {}
    schema = catalog.relations["core.fct_observation"].polars_schema
    common = {"note_zh": NOTE_ZH, "is_current": True}
    return {"core.fct_observation": pl.DataFrame([{**common, **row} for row in rows], schema=schema)}


def keep(home: Home, release_id: str, frames: Frames) -> None:
    """Keep what a release was handed of payments, so that it can be made again as of then; of releases gone, nothing."""
    handed = frames.get("core.fct_observation")
    mine = None if handed is None else handed.filter(pl.col("indicator_code").str.starts_with("payout_"))
    if mine is None or mine.is_empty():
        return
    store, held = PayoutStore(home), {*release_ids(home), drafts.draft_id(home), release_id}
    gone = [path.name for path in (store.root / "released").glob("*.parquet") if path.stem not in held]
    try:
        store.rewrite({_name_of(release_id): mine}, drop=[f"released/{name}" for name in gone])
    except BusyError:
        # Payments are being taken, which may take long, and no release waits for that: this one's are not pinned.
        (store.root / "released").mkdir(mode=0o700, exist_ok=True)
        write_whole(store.root / _name_of(release_id), mine)


def handed_to(home: Home, release_id: str) -> dict[str, pl.DataFrame]:
    """What that release was handed of payments.

    Raises:
        PayoutError: the file is damaged or gone.
    """
    store, name = PayoutStore(home), _name_of(release_id)
    if name in store.others():
        raise PayoutError(
            f"津贴明细 {store.root / name}：不见了，或不是批次 {release_id} 用过的那一份，不能照原样重建这个批次。{RESTORE_ZH}"
        )
    if not (store.root / name).exists():
        return {}
    return {"core.fct_observation": read_whole(store.root / name)}


def _name_of(release_id: str) -> str:
    return f"released/{release_id}.parquet"


def _rows(
    figures: Figures, expected: pl.DataFrame, townships: Mapping[str, list[str]], received: Mapping[tuple, datetime]
) -> Iterator[Row]:
    paid = figures.payout_month.partition_by("unit", "month", as_dict=True)
    stops = figures.stop_month.partition_by("unit", "month", as_dict=True)
    for (_, month), part in expected.partition_by("city_area_id", "month", as_dict=True).items():
        units = sorted(part["area_id"])
        if any((unit, month) in paid for unit in units):
            for unit in units:
                at = received.get((unit, month))
                yield from _of_unit(unit, month, paid.get((unit, month)), townships.get(unit, []), at)
        if any((unit, month) in stops for unit in units):
            for unit in units:
                at = received.get((unit, month))
                yield from _stops(unit, month, stops.get((unit, month)), townships.get(unit, []), at)


def _of_unit(
    unit: str, month: date, found: pl.DataFrame | None, townships: list[str], at: datetime | None
) -> Iterator[Row]:
    """Persons and money of one unit by tier; of its townships where every payment is placed in one and names a tier."""
    told = {} if found is None else {(row["township_id"], row["tier_code"]): row for row in found.iter_rows(named=True)}
    # With payments that name no tier, the tiers would not add up and the rest would count those that lack it.
    has_tiers = (TOTAL, UNKNOWN) not in told
    for measure in MEASURES:
        for tier in (TOTAL, *TIERS):
            row = told.get((TOTAL, tier))
            value = None if found is None or not (has_tiers or tier == TOTAL) else float(row[measure]) if row else 0.0
            yield _row(unit, f"payout_{measure}", tier, month, value, at)
        if has_tiers and _are_placed(told, townships):
            for town in townships:
                parts = [float(told[town, tier][measure]) if (town, tier) in told else 0.0 for tier in TIERS]
                for tier, value in zip((TOTAL, *TIERS), (sum(parts), *parts), strict=True):
                    yield _row(town, f"payout_{measure}", tier, month, value, at)


def _stops(
    unit: str, month: date, found: pl.DataFrame | None, townships: list[str], at: datetime | None
) -> Iterator[Row]:
    """Stops of one unit by reason and by tier, missing where no list of stops came; of its townships where all are in one.

    Reasons and tiers are each known only where every stop has one.
    """
    columns = ("township_id", "reason_code", "tier_code", "stopped_count")
    counts = {} if found is None else {tuple(part): count for *part, count in found.select(columns).iter_rows()}
    whole = counts.get((TOTAL, TOTAL, TOTAL))
    yield _row(unit, STOPPED, TOTAL, month, None if whole is None else float(whole), at)
    by_reason = {(town, reason): count for (town, reason, tier), count in counts.items() if tier == TOTAL}
    by_tier = {(town, tier): count for (town, reason, tier), count in counts.items() if reason == TOTAL}
    in_towns: dict[str, float] = {}
    for parts, told in ((REASONS, by_reason), (TIERS, by_tier)):
        is_known = (TOTAL, UNKNOWN) not in told and any((TOTAL, part) in told for part in parts)
        for part in parts:
            yield _row(unit, STOPPED, part, month, float(told.get((TOTAL, part), 0)) if is_known else None, at)
        for town in townships if is_known and _are_placed(told, townships) else ():
            values = [float(told.get((town, part), 0)) for part in parts]
            in_towns[town] = sum(values)
            for part, value in zip(parts, values, strict=True):
                yield _row(town, STOPPED, part, month, value, at)
    for town, value in in_towns.items():
        yield _row(town, STOPPED, TOTAL, month, value, at)


def _are_placed(told: Iterable[tuple[str, str]], townships: Collection[str]) -> bool:
    """Whether all that is told of a unit, by township and part, is told of townships it has."""
    known = {town for town, _ in told} - {TOTAL}
    return bool(known) and known <= set(townships)


def _row(area: str, indicator: str, breakdown: str, month: date, value: float | None, at: datetime | None) -> Row:
    return {
        "area_id": area,
        "indicator_code": indicator,
        "breakdown_code": breakdown,
        "month": month,
        "revision": 0 if value is None else 1,
        "value": value,
        "value_low": value,
        "value_high": value,
        "status_code": "missing" if value is None else "reported",
        "received_at": at,
    }


def _received(store: PayoutStore) -> dict[tuple[str, date], datetime]:
    """When the last payments of a unit's month came."""
    found: dict[tuple[str, date], datetime] = {}
    for each in store.standing():
        for part in each.parts:
            if part.unit and part.month:
                key = (part.unit, part.month)
                found[key] = max(found.get(key, each.at), each.at)
    return found
