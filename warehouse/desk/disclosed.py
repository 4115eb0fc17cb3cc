"""What every published release said of the cells that count persons: the memory by which masks are inherited.

It is kept as changes, one packed table a release that changed anything, and only ever added to. A release that is
rolled back, removed or lost was read all the same, so nothing here is ever taken back. Each entry proves itself and
all before it (`disclosed_proof`): a byte turned in this record would choose other masks than those that are out.
"""

import io
from datetime import UTC, datetime

import polars as pl

from warehouse.desk import disclosed_proof
from warehouse.desk.journal import opened
from warehouse.errors import HomeError
from warehouse.home import Home

CELL = ("area_id", "indicator_code", "breakdown_code", "month")
STATES = pl.Schema(
    {
        "area_id": pl.String(),
        "indicator_code": pl.String(),
        "breakdown_code": pl.String(),
        "month": pl.Date(),
        "value": pl.Float64(),
        "is_masked": pl.Boolean(),
        "is_apart": pl.Boolean(),
    }
)
"""One row a cell: its value, None once there is none any more, whether it was masked, and whether it is in no total of
its city (a figure withheld until it is explained)."""

HISTORY = pl.Schema({"entry": pl.Int64(), "release_id": pl.String(), **STATES})
"""States in the order they were published; `entry` numbers the releases that changed any."""

_TABLES = """
create table if not exists disclosed (
    entry_id integer primary key,
    release_id text not null,
    recorded_at text not null,
    changed_cells blob not null
);
create trigger if not exists disclosed_is_not_changed before update on disclosed
begin select raise(abort, 'disclosed is only added to'); end;
create trigger if not exists disclosed_is_not_removed before delete on disclosed
begin select raise(abort, 'disclosed is only added to'); end;
"""


class Disclosed:
    """The record of one data home."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def history(self) -> pl.DataFrame:
        """Every state a release ever published, in order, in the columns of `HISTORY`; empty before the first.

        Raises:
            HomeError: the record cannot be read. Without it nothing may be published: it would not be known what
                masks go with what is already out.
        """
        if not self._home.desk.exists():
            return pl.DataFrame(schema=HISTORY)
        with opened(self._home, _TABLES + disclosed_proof.TABLE) as connection:
            rows, is_whole = disclosed_proof.rows_of(connection)
        try:
            if not is_whole:
                raise ValueError("与登记时不符")
            parts = [
                pl.read_parquet(io.BytesIO(packed)).select(
                    pl.lit(entry, pl.Int64()).alias("entry"), pl.lit(release_id).alias("release_id"), *STATES
                )
                for entry, release_id, packed in rows
            ]
            return pl.concat([pl.DataFrame(schema=HISTORY), *parts])
        except (pl.exceptions.PolarsError, OSError, ValueError) as error:
            raise HomeError(
                f"登记文件 {self._home.desk}：已公布单元格的记录读不出（{error}）。请从备份恢复该文件后重试"
            ) from error

    def add(self, release_id: str, states: pl.DataFrame) -> int:
        """Record what a release is about to publish; how many cells changed. The same states again add nothing.

        Args:
            states: every cell of the release, in the columns of `STATES`.
        """
        changed = changes(self.history(), states)
        if changed.is_empty():
            return 0
        packed = io.BytesIO()
        changed.sort(CELL).write_parquet(packed, compression="zstd")
        with opened(self._home, _TABLES + disclosed_proof.TABLE) as connection:
            # In one transaction: killed between the two, the record would not be believed any more.
            connection.execute("begin immediate")
            connection.execute(
                "insert into disclosed (release_id, recorded_at, changed_cells) values (?, ?, ?)",
                (release_id, datetime.now(UTC).isoformat(), packed.getvalue()),
            )
            disclosed_proof.add_missing(connection)
            connection.execute("commit")
        return changed.height


def latest(history: pl.DataFrame) -> pl.DataFrame:
    """The last state of each cell, in the columns of `STATES`; also of those that are gone, with value None."""
    return history.sort("entry").group_by(CELL, maintain_order=True).last().select(STATES.names())


def changes(history: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    """The states that are not the last ones of their cells, and one without a value for each cell that is gone."""
    last = latest(history)
    now = states.select(STATES.names()).cast(dict(STATES))
    new = now.join(last, on=STATES.names(), how="anti", nulls_equal=True)
    gone = last.filter(pl.col("value").is_not_null()).join(now, on=CELL, how="anti")
    gone = gone.with_columns(value=pl.lit(None, pl.Float64()), is_masked=pl.lit(False), is_apart=pl.lit(False))
    return pl.concat([new, gone])
