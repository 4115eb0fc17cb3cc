"""What is told of a file's lines."""

from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

MOST_TOLD = 10
"""So many rows are named; of more their number is told."""


@dataclass
class Sums:
    """What lines of sums say of the amounts of the month, to be held against those of the lines they stand among."""

    total: Decimal = Decimal(0)
    stated: list[tuple[int, Decimal, Decimal]] = field(default_factory=list)

    def take(self, stated: pl.DataFrame, lines: pl.DataFrame) -> None:
        """One block: row and yuan of its sums and of its lines, in order."""
        for row, yuan in stated.drop_nulls().iter_rows():
            above = lines.filter(pl.col("row") < row)["yuan"].sum() or Decimal(0)
            self.stated.append((row, yuan, self.total + above))
        self.total += lines["yuan"].sum() or Decimal(0)

    def wrong_rows(self) -> list[int]:
        """Sums that are neither of lines above them, back to another sum or the start, nor of lines below, likewise."""
        ends = {Decimal(0), self.total, *(above for *_, above in self.stated)}
        return [row for row, yuan, above in self.stated if above - yuan not in ends and above + yuan not in ends]


@dataclass
class Notes:
    """What a file's lines are told by, in rows of the file; never by what is written in them."""

    problems: dict[str, list[int]] = field(default_factory=dict)
    remarks: dict[str, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    sums: Sums = field(default_factory=Sums)

    def add_problem(self, fact_zh: str, rows: pl.Series) -> None:
        """Lines that keep the file from being taken."""
        if len(rows):
            self.problems.setdefault(fact_zh, []).extend(rows.to_list())

    def remark(self, fact_zh: str, count: int) -> None:
        """Something worth saying that keeps nothing from being taken."""
        if count:
            self.remarks[fact_zh] = self.remarks.get(fact_zh, 0) + count

    def say(self, text_zh: str) -> None:
        """The same without a number of lines, once."""
        if text_zh not in self.said:
            self.said.append(text_zh)
