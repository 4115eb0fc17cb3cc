"""The places a network should cover, unit by unit: covered, blank, not reported. Surplus never covers a blank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pages.briefing.coverage.squares import BLANK, BUILT, IDLE, UNKNOWN, USED

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Stand:
    """The places of one unit, added up township by township. `over` is what is built beyond the places there are.

    `idle`: of the covered places, how many at least have nothing at work; None where nobody reports what is at work.
    """

    unit_zh: str
    covered: int
    blank: int
    unknown: int
    over: int
    idle: int | None = None

    @property
    def places(self) -> int:
        """All places the network should cover."""
        return self.covered + self.blank + self.unknown

    @property
    def is_told(self) -> bool:
        """Whether anybody reported any of the places: where nobody did, no blank is no 0."""
        return self.unknown < self.places

    @property
    def blank_share(self) -> float:
        """Share of blanks among the places that were reported; 0 where none was."""
        reported = self.covered + self.blank
        return self.blank / reported if reported else 0.0

    @property
    def counts(self) -> list[tuple[str, int]]:
        """The places by kind of square, in the order in which they are drawn."""
        built = [(BUILT, self.covered)] if self.idle is None else [(USED, self.covered - self.idle), (IDLE, self.idle)]
        return [(kind, count) for kind, count in (*built, (BLANK, self.blank), (UNKNOWN, self.unknown)) if count]

    @property
    def said_zh(self) -> str:
        """The same for those who do not see the drawing."""
        idle = "" if self.idle is None else f"，其中未运营至少{self.idle}个"
        over = f"，另多建{self.over}个" if self.over else ""
        if not self.is_told:
            return f"{self.unit_zh}应有{self.places}个，都未报"
        return f"{self.unit_zh}应有{self.places}个，有{self.covered}个{idle}，空白{self.blank}个，未报{self.unknown}个{over}"


def stands(records: Sequence[Row]) -> list[Stand]:
    """One a unit, most blank first; a township with more than it needs covers nobody else's blank.

    Args:
        records: of `warehouse.read.place.coverage.townships`, those with a base.
    """
    units = dict.fromkeys(row["parent_zh"] for row in records)
    found = [stand(unit, [row for row in records if row["parent_zh"] == unit]) for unit in units]
    return sorted(found, key=lambda one: -one.blank_share)


def stand(unit_zh: str, rows: Sequence[Row], *, built: float | None = None, operating: float | None = None) -> Stand:
    """The stand of one unit from rows with a base: its townships, or the unit itself where they are not told apart.

    Args:
        built, operating: of the whole unit, where it reports what is at work.
    """
    known = [row for row in rows if row["built"] is not None]
    covered = int(sum(min(row["built"], row["base"]) for row in known))
    over = int(sum(max(row["built"] - row["base"], 0) for row in known))
    idle = None
    if operating is not None and built is not None:
        # What stands beyond the places there are may be among what is not at work.
        idle = int(min(max(built - operating - over, 0), covered))
    return Stand(
        unit_zh=unit_zh,
        covered=covered,
        blank=int(sum(max(row["base"] - row["built"], 0) for row in known)),
        unknown=int(sum(row["base"] for row in rows if row["built"] is None)),
        over=over,
        idle=idle,
    )


def netted_zh(found: Sequence[Stand]) -> str:
    """What a total would hide: how much surplus stands beside blanks; empty where nothing nets out."""
    over, blank = sum(one.over for one in found), sum(one.blank for one in found)
    if not over or not blank:
        return ""
    return f"有的乡镇（街道）多建{over}个，不抵别处空着的{blank}个：合计的覆盖率看不出空白"
