"""The SQL models of a release: which file makes which relation, and a model of several steps as one select.

`sql/mart/70_allowance_month.sql` makes mart.allowance_month. `sql/mart/60_indicator_month/` makes
mart.indicator_month: its files in order are steps, each a select of one grain that later ones read by its name
(`20_fraction.sql` is read as `fraction`), the last being the relation. The release carries the steps joined into one
select, so that an analyst can run it and the lineage of a column goes through all of them.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Model:
    """A computed relation: its name, the select that makes it, and the file or folder where that is written."""

    relation: str
    place: str
    sql: str


def models(folder: Path) -> list[Model]:
    """The models of one layer's folder, in the order in which they are computed."""
    entries = (
        sorted(each for each in folder.iterdir() if each.is_dir() or each.suffix == ".sql") if folder.is_dir() else []
    )
    return [
        Model(
            relation=f"{folder.name}.{name_of(entry)}",
            place=f"warehouse/sql/{folder.name}/{entry.name}",
            sql=joined(sorted(entry.glob("*.sql"))) if entry.is_dir() else read_sql(entry),
        )
        for entry in entries
    ]


def joined(steps: list[Path]) -> str:
    """Steps as one select: each a part that later ones read by its name, the last one the answer."""
    parts = ",\n\n".join(f"{name_of(step)} as (\n{read_sql(step)}\n)" for step in steps)
    return f"with {parts}\n\nselect * from {name_of(steps[-1])}"


def name_of(entry: Path) -> str:
    """`60_indicator_month` or `70_allowance_month.sql` without number and ending."""
    return entry.name.removesuffix(".sql").partition("_")[2]


def read_sql(file: Path) -> str:
    """The select of a file, without the semicolon that may end it."""
    return file.read_text(encoding="utf-8").strip().removesuffix(";")
