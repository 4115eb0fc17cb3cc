"""A new site key laid over the store: every key in every file is replaced, and a kill in between loses nothing."""

import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import polars as pl

from warehouse.payouts.parquet import read_whole, write_whole
from warehouse.payouts.pinned import change_pin, digest_of, read_pin

_WRAPPED, _WHOLE = ".wrapped-", "whole"
_KEY_COLUMNS = {"person_key", "account_key", "filler_key"}


def rewrite_keys(root: Path, wrapped: Callable[[Iterable[int]], Iterable[int]], key_id: str) -> int:
    """Replace every key in every file by what it is under a new key; how many files there were.

    All files are made again beside the old ones first. From the moment they are whole the change stands, and
    whoever opens the store after a kill goes on with it. Nobody else may be at the store meanwhile.
    """
    folder = root / f"{_WRAPPED}{key_id}"
    shutil.rmtree(folder, ignore_errors=True)
    paths = [path for path in root.rglob("*.parquet") if not _is_aside(path.relative_to(root))]
    known: dict[int, int] = {}
    for path in paths:
        frame = read_whole(path)
        for column in _KEY_COLUMNS & set(frame.columns):
            distinct = frame[column].unique().drop_nulls()
            new = [value for value in distinct.to_list() if value not in known]
            known.update(zip(new, wrapped(new), strict=True))
            there = pl.Series([known[value] for value in distinct.to_list()], dtype=pl.Int64)
            frame = frame.with_columns(
                frame[column].replace_strict(distinct, there, default=None, return_dtype=pl.Int64).alias(column)
            )
        target = folder / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(target, frame)
    os.sync()
    (folder / _WHOLE).write_text(key_id, encoding="ascii")
    os.sync()
    finish_rewriting(root)
    return len(paths)


def finish_rewriting(root: Path) -> None:
    """Put files made under a new key in the places of the old ones; remove those of a change that was not whole."""
    for folder in root.glob(f"{_WRAPPED}*"):
        with suppress(FileNotFoundError):
            key_id = (folder / _WHOLE).read_text(encoding="ascii")
            for path in folder.rglob("*.parquet"):
                path.replace(root / path.relative_to(folder))
            os.sync()
            files = dict(read_pin(root).files)
            files |= {name: digest_of(root / name) for name in files if not _is_aside(Path(name))}
            change_pin(root, key_id=key_id, files=files)
        shutil.rmtree(folder)


def _is_aside(path: Path) -> bool:
    return path.parts[0].startswith(".") or path.parts[0] in ("figures", "released")
