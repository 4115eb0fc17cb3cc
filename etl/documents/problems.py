"""Faults found in the document files: where, what, and what to do about it."""

from dataclasses import dataclass

from warehouse.errors import SourceError


@dataclass(frozen=True)
class Problem:
    """One fault. place_zh names file and row, fact_zh what is wrong, remedy_zh what to change."""

    place_zh: str
    fact_zh: str
    remedy_zh: str

    def __str__(self) -> str:
        return f"{self.place_zh}：{self.fact_zh}，{self.remedy_zh}"


class DocumentError(SourceError):
    """The document files cannot be used. `problems` holds every fault found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(
            f"公开文件资料有{len(problems)}处问题，请改正后重新运行：", problems=[str(problem) for problem in problems]
        )
