"""The kept releases of a home attacked together, for the operator: does a masked number follow from what is printed?"""

from collections.abc import Callable
from dataclasses import dataclass

from warehouse.desk.disclosed import Disclosed
from warehouse.home import Home
from warehouse.release.attacker.attack import attack_files, solved_sentences
from warehouse.release.publishing.publish import list_releases

MOST_NAMED = 20


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What came of it. solved and pinned name cells (area, indicator, breakdown, month), never their numbers."""

    release_ids: tuple[str, ...]
    equation_count: int
    masked_count: int
    solved: tuple[str, ...]
    pinned: tuple[str, ...]

    def lines(self) -> list[str]:
        """For a terminal."""
        told = (
            f"共攻击 {len(self.release_ids)} 个批次：保密单元格 {self.masked_count:,} 个，"
            f"印出的数和文字列成方程 {self.equation_count:,} 个"
        )
        if not self.solved:
            return [told, "没有一个保密数能由公布的数和文字推出"]
        named = [f"  {cell}" for cell in self.solved[:MOST_NAMED]]
        more = [f"  等 {len(self.solved)} 个"] if len(self.solved) > MOST_NAMED else []
        return [told, f"有 {len(self.solved)} 个保密数可以推出，请勿再对外提供这些批次，并告知开发者：", *named, *more]

    def table(self) -> dict:
        """For machines."""
        return {
            "release_ids": list(self.release_ids),
            "masked_count": self.masked_count,
            "equation_count": self.equation_count,
            "solved": list(self.solved),
            "pinned": list(self.pinned),
        }


def audit_releases(home: Home, *, progress: Callable[[str, int, int], None] | None = None) -> Audit:
    """Attack every kept release of `home`, oldest first, together.

    Raises:
        ReleaseMissing: a release vanished while it was read.
        HomeError: the record of what was published cannot be read.
    """
    kept = sorted(list_releases(home), key=lambda each: each.release_id)
    if progress:
        progress(f"核查 {len(kept)} 个批次", 0, 1)
    history = Disclosed(home).history()
    found = attack_files([each.path for each in kept], history if history.height else None)
    if progress:
        progress("核查完毕", 1, 1)
    return Audit(
        release_ids=tuple(each.release_id for each in kept),
        equation_count=len(found.equations.rows),
        masked_count=sum(len(release.masked) for release in found.releases),
        solved=tuple(solved_sentences(found.solved)),
        pinned=tuple(solved_sentences(found.pinned())),
    )
