"""What the shipped tables and documents say, as frames: read and proved once, and again only when any of them changed.

Reading and proving them takes longer than all other steps before the build, and nobody changes them between two
refreshes. What was proved is kept in the cache under the hash of everything it was made from.
"""

import hashlib
import io
import json
from collections.abc import Callable
from contextlib import suppress

import polars as pl

from etl import FOLDER
from etl import documents as documents_of_cities
from etl import reference as reference_tables
from warehouse.cached import read_kept, write_kept
from warehouse.catalog import Catalog, cities
from warehouse.home import Home

Frames = dict[str, pl.DataFrame]
KEPT = 2
"""So many states of the shipped files: today's, and the one before while somebody goes back and forth."""
_known: dict[str, tuple[Frames, Frames]] = {}


def declared_frames(home: Home, catalog: Catalog, tell: Callable[[str], None]) -> tuple[Frames, Frames]:
    """Frames of the reference tables and of the published documents, by relation.

    Args:
        tell: called as each of the two begins.

    Raises:
        SourceError: a table or a document is not what it should be; every fault with file, row and remedy.
    """
    key = _key(catalog)
    folder = home.cache / "declared"
    found = _known.get(key) or _unpacked(read_kept(folder / key))
    tell("读入参考表")
    reference = found[0] if found else reference_tables.load_reference(catalog)
    tell("读入公开文件")
    if found is None:
        loaded = documents_of_cities.load_documents(
            areas=catalog.areas,
            indicators=catalog.indicators,
            names={
                code: (one.name_zh, one.short_name_zh)
                for code, one in catalog.areas.items()
                if one.level_code == "unit"
            },
        )
        found = reference, documents_of_cities.document_frames(loaded)
    if key not in _known:
        while len(_known) >= KEPT:
            _known.pop(next(iter(_known)))
        _known[key] = found
    if not (folder / key).exists():
        # A cache that cannot be written is none; nothing depends on it.
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
            for old in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)[: 1 - KEPT]:
                old.unlink()
            write_kept(folder / key, _packed(found))
    return dict(found[0]), dict(found[1])


def _key(catalog: Catalog) -> str:
    """Changes with every byte of what is read, with the programs that read it, and with what they are given."""
    digest = hashlib.sha256(pl.__version__.encode())
    for room in (FOLDER / "reference", FOLDER / "documents", FOLDER.parent / "warehouse" / "catalog", cities.CATALOG):
        for path in sorted(room.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(room)}\n".encode())
                digest.update(path.read_bytes())
    digest.update(repr((list(catalog.areas.values()), sorted(catalog.indicators))).encode())
    digest.update(repr([(name, one.polars_schema) for name, one in catalog.relations.items()]).encode())
    return digest.hexdigest()


def _packed(parts: tuple[Frames, Frames]) -> bytes:
    """A line that tells name and size of each frame, then the frames."""
    frames = [(number, name, _bytes(frame)) for number, part in enumerate(parts) for name, frame in part.items()]
    index = json.dumps([(number, name, len(content)) for number, name, content in frames])
    return index.encode() + b"\n" + b"".join(content for *_, content in frames)


def _unpacked(content: bytes | None) -> tuple[Frames, Frames] | None:
    if content is None:
        return None
    index, _, rest = content.partition(b"\n")
    parts: tuple[Frames, Frames] = ({}, {})
    at = 0
    for number, name, size in json.loads(index):
        parts[number][name] = pl.read_ipc(io.BytesIO(rest[at : at + size]))
        at += size
    return parts


def _bytes(frame: pl.DataFrame) -> bytes:
    written = io.BytesIO()
    frame.write_ipc(written)
    return written.getvalue()
