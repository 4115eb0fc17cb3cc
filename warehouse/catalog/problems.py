"""What is wrong with a declaration, told so that the person who wrote it can mend it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from warehouse.errors import CatalogError


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing to mend: where it stands, what is wrong, what to do."""

    file: str
    table: str
    field: str
    fact_zh: str
    remedy_zh: str

    def __str__(self) -> str:
        place = f"{self.file} ［{self.table}］" + (f" {self.field}" if self.field else "")
        return f"{place}：{self.fact_zh}；{self.remedy_zh}"


@dataclass
class Problems:
    """All problems met while loading, so that one run tells everything there is to mend, and nothing twice.

    `broken` are the names of tables that were written but could not be taken: to call them undeclared as well would
    send the reader to the wrong place. `unreadable` is set when a whole file could not be read.
    """

    found: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    unreadable: bool = False

    def add(
        self, file: str, table: str, field_name: str, fact_zh: str, remedy_zh: str, *, undeclared: str | None = None
    ) -> None:
        """Note one problem and go on. `undeclared` is the name that leads nowhere, when that is the problem."""
        if undeclared is None or undeclared not in self.broken:
            self.found.append(Problem(file=file, table=table, field=field_name, fact_zh=fact_zh, remedy_zh=remedy_zh))

    def raise_if_any(self) -> None:
        """Stop the load when something was found.

        Raises:
            CatalogError: names file, table, field and remedy of every problem.
        """
        if self.found:
            raise CatalogError(
                f"指标目录有{len(self.found)}处要改，未装载，也不会发布：", problems=_sentences(self.found)
            )


def _sentences(problems: Sequence[Problem]) -> list[str]:
    return [str(problem) for problem in problems]
