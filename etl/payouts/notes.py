"""What is told of a file's lines."""

from dataclasses import dataclass, field

import polars as pl

MOST_TOLD = 10
"""So many rows are named; of more their number is told."""


@dataclass
class Notes:
    """What a file's lines are told by, in rows of the file; never by what is written in them."""

    problems: dict[str, list[int]] = field(default_factory=dict)
    remarks: dict[str, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

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
