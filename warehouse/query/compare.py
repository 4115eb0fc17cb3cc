"""Two answers held against each other by key: what is only in one, what changed, and by how much."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from warehouse.errors import QueryRefused
from warehouse.export import flat

ONLY_BEFORE, ONLY_AFTER, CHANGED = "只在留下的结果里", "只在这次的结果里", "数不同"
WHERE, COLUMN, BEFORE, AFTER, BY = "哪里不同", "列", "留下的", "这次的", "相差"
MOST_KEYS = 4


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What two answers differ in.

    rows: a row a difference, in the order of the keys as they come: the keys, 哪里不同, 列, 留下的, 这次的 (texts), 相差
    (after less before where both are numbers, else null). A row that stands in one answer only has no 列.
    same, changed, only_before, only_after: numbers of keys. unshared: columns only one of the answers has.
    """

    keys: tuple[str, ...]
    rows: pl.DataFrame
    same: int
    changed: int
    only_before: int
    only_after: int
    unshared: tuple[str, ...]

    @property
    def told_zh(self) -> str:
        """A sentence with all of it."""
        parts = [f"{self.same:,}个相同", f"{self.changed:,}个数不同"]
        parts += [f"{self.only_before:,}个{ONLY_BEFORE}", f"{self.only_after:,}个{ONLY_AFTER}"]
        left = f"；只有一边有的列没有比：{'、'.join(self.unshared)}" if self.unshared else ""
        return f"按{'、'.join(self.keys)}对：{'，'.join(parts)}{left}。"


def shared_columns(before: pl.DataFrame, after: pl.DataFrame) -> list[str]:
    """Columns both answers have, in the order of the newer one."""
    return [name for name in after.columns if name in before.columns]


def likely_keys(before: pl.DataFrame, after: pl.DataFrame) -> tuple[str, ...]:
    """The fewest columns from the left, texts and days first, that name each row once in both; empty where none do."""
    shared = shared_columns(before, after)
    names = [name for name in shared if not after.schema[name].is_float() and not before.schema[name].is_float()]
    names.sort(key=lambda name: after.schema[name].is_numeric())
    for count in range(1, min(MOST_KEYS, len(names)) + 1):
        if all(_is_unique(frame, names[:count]) for frame in (before, after)):
            return tuple(names[:count])
    return ()


def compare(before: pl.DataFrame, after: pl.DataFrame, keys: Sequence[str]) -> Difference:
    """Hold two answers against each other.

    Args:
        keys: columns that name a row; each combination may stand once in each answer.

    Raises:
        QueryRefused: no key was given, one is missing in an answer, or rows share a key.
    """
    keys = tuple(keys)
    if not keys:
        raise QueryRefused("对照两个结果要有键。请选出能认出一行的列，如 区域、指标、月份")
    for name_zh, frame in (("留下的结果", before), ("这次的结果", after)):
        if missing := [name for name in keys if name not in frame.columns]:
            raise QueryRefused(f"{name_zh}里没有列 {'、'.join(missing)}。请换一个键，或在语句里选上这一列")
        if not _is_unique(frame, keys):
            twice = _twice(frame, keys)
            raise QueryRefused(f"{name_zh}里有几行的键相同（{twice}），分不清谁对谁。请再加一列作键")
    shared = [name for name in shared_columns(before, after) if name not in keys]
    old, new = (_plain(frame, keys, shared) for frame in (before, after))
    # Rows keep the order of the newer answer; what is gone follows in the order of the older one.
    both = new.with_row_index("_n").join(old.with_row_index("_o"), on=_named(keys), how="full", coalesce=True, nulls_equal=True, suffix="_before")  # fmt: skip
    both = both.sort("_n", "_o", nulls_last=True)
    found, changed = [], 0
    for row in both.iter_rows(named=True):
        told = [row[name] for name in _named(keys)]
        if row["_o"] is None or row["_n"] is None:
            found.append([*told, ONLY_AFTER if row["_o"] is None else ONLY_BEFORE, "", None, None, None])
            continue
        differing = [name for name in shared if row[f"{name}"] != row[f"{name}_before"]]
        changed += bool(differing)
        found += [
            [
                *told,
                CHANGED,
                name,
                _text(row[f"{name}_before"]),
                _text(row[name]),
                _by(row[f"{name}_before"], row[name]),
            ]
            for name in differing
        ]
    only_after, only_before = both["_o"].null_count(), both["_n"].null_count()
    schema = {
        **dict.fromkeys(keys, pl.String),
        **dict.fromkeys((WHERE, COLUMN, BEFORE, AFTER), pl.String),
        BY: pl.Float64,
    }
    return Difference(
        keys=keys,
        rows=pl.DataFrame(found, schema=schema, orient="row"),
        same=both.height - only_after - only_before - changed,
        changed=changed,
        only_before=only_before,
        only_after=only_after,
        unshared=tuple(name for name in (*before.columns, *after.columns) if (name in before.columns) != (name in after.columns)),
    )  # fmt: skip


def _is_unique(frame: pl.DataFrame, names: Sequence[str]) -> bool:
    return frame.height == frame.select(names).n_unique() if frame.height else True


def _twice(frame: pl.DataFrame, keys: Sequence[str]) -> str:
    first = frame.select(keys).filter(pl.struct(keys).is_duplicated()).row(0)
    return "、".join("空" if value is None else str(value) for value in first)


def _named(keys: Sequence[str]) -> list[str]:
    return [f"_key_{name}" for name in keys]


def _plain(frame: pl.DataFrame, keys: Sequence[str], shared: Sequence[str]) -> pl.DataFrame:
    """Keys as texts, so that a number meets the same number written as a text; the rest as plain cells."""
    frame = flat(frame.select(*keys, *shared))
    return frame.select(*(pl.col(name).cast(pl.String).alias(f"_key_{name}") for name in keys), *shared)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _by(before: object, after: object) -> float | None:
    numbers = [value for value in (before, after) if isinstance(value, int | float) and not isinstance(value, bool)]
    return float(after) - float(before) if len(numbers) == 2 else None
