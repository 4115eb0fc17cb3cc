"""Rows of every loaded relation of a real release, from the catalogue, the documents and whatever lies in the home."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from warehouse.home import Home
from warehouse.people import flow, proposals
from warehouse.release.publishing.publish import ZONE
from warehouse.settings import load_settings

if TYPE_CHECKING:
    import polars as pl

    from warehouse.catalog import Catalog


Frames = dict[str, "pl.DataFrame"]
# Says that a step begins, or with a second text what is being done within it.
Tell = Callable[..., None]


def collect_frames(home: Home, catalog: "Catalog", tell: Tell) -> Frames:
    """Rows of every loaded relation: catalogue, reference tables, published documents, county months."""
    from etl.declared_frames import declared_frames
    from etl.months.month_frames import frames as month_frames
    from warehouse.catalog import catalog_frames

    reference, documents = declared_frames(home, catalog, tell)
    tell("读入月报")
    months = month_frames(
        home,
        catalog,
        lambda detail_zh, done, total: tell("读入月报", f"{detail_zh}（{done}/{total}）"),
        reference=reference,
        review=flow.review(home) if load_settings().takes_passed_only else None,
        proposed=proposals.in_force(home, datetime.now(ZONE).date()),
    )
    # A relation nobody reported into is empty in the release without being handed over.
    reported = {name: frame for name, frame in months.items() if frame.height}
    paid = payments(home, catalog, {**reference, **reported})
    return joined([catalog_frames(catalog), reference, documents, reported, paid])


def payments(home: Home, catalog: "Catalog", frames: Frames) -> Frames:
    """Figures of the payments of a home beside the forms in `frames`; empty where none were ever counted.

    Raises:
        PayoutError: some were, and they or the payments are damaged or gone.
    """
    if not has_payments(home):
        return {}
    from etl.payouts.released import observations

    return observations(home, catalog, frames)


def has_payments(home: Home) -> bool:
    """Whether there are payments or have been."""
    places = ("payouts/figures", "payouts/manifest.jsonl", "payouts.pin")
    return any((home.root / place).exists() for place in places)


def refuse_lost_payments(home: Home) -> None:
    """Look whether the lines of the payments are all there, whether anything is new or not.

    Raises:
        PayoutError: some are damaged or gone.
    """
    if not has_payments(home):
        return
    from warehouse.errors import PayoutError
    from warehouse.payouts.manifest import read_lines

    try:
        for name in ("manifest.jsonl", "audits.jsonl"):
            read_lines(home.root / "payouts" / name)
    except PayoutError as error:
        raise PayoutError(f"{error}。没有更新，现行批次没有改动") from None


def joined(parts: "Iterable[Mapping[str, pl.DataFrame]]") -> Frames:
    """The frames of all parts; rows of one relation handed by several parts stand below each other."""
    import polars as pl

    found: dict[str, list[pl.DataFrame]] = {}
    for part in parts:
        for name, frame in part.items():
            found.setdefault(name, []).append(frame)
    return {
        name: frames[0] if len(frames) == 1 else pl.concat(frames, how="diagonal") for name, frames in found.items()
    }
