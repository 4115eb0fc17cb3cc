"""Reading the document folders, proving them, handing them on as frames."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from etl.documents.completeness import Review, numeral_problems, pattern_problems
from etl.documents.document import Document
from etl.documents.document_frames import Documents, to_documents
from etl.documents.ledger import figure_problems
from etl.documents.problems import DocumentError, Problem
from etl.documents.records import (
    Declared,
    Event,
    Exclusion,
    Figure,
    Pattern,
    Programme,
    Source,
    read_rows,
    read_toml,
    to_record,
)
from etl.documents.register import event_problems, programme_problems
from etl.documents.text import Finder, split_paragraphs
from warehouse.catalog import DOCUMENTS, city_folders

# What holds for the documents of every city: the kinds of programmes, numerals that are never figures.
FOLDER = Path(__file__).parent
PARTS = ("texts", "figures", "programmes", "timeline")


@dataclass(frozen=True)
class DocumentSet:
    """The folders as read. `faults` are those of reading: files, fields, sums, private lines."""

    documents: tuple[Document, ...]
    programme_kinds: dict[str, str]
    exclusions: Declared[Exclusion]
    patterns: Declared[Pattern]
    faults: tuple[Problem, ...]


def document_folders() -> tuple[Path, ...]:
    """Where documents stand: what is shared by all, and the documents of each city that has any."""
    folders = (city / DOCUMENTS for city in city_folders())
    return (FOLDER, *(folder for folder in folders if folder.is_dir()))


def load_documents(
    *folders: Path,
    areas: Collection[str] | None = None,
    indicators: Collection[str] | None = None,
    names: Mapping[str, Collection[str]] | None = None,
) -> Documents:
    """The documents as frames, proved against their texts.

    Args:
        folders: each laid out as the documents of a city, one of them with the kinds; all shipped ones by default.
        areas, indicators: the codes of the catalogue; what is None is not checked.
        names: what the units of the cities are called, by their codes.

    Raises:
        DocumentError: naming file, row and remedy of every fault.
    """
    read = read_documents(*folders)
    if problems := validate(read, areas=areas, indicators=indicators, names=names):
        raise DocumentError(problems)
    return to_documents(read.documents, read.programme_kinds)


def read_documents(*folders: Path) -> DocumentSet:
    """The folders as records. Never raises for bad content: what cannot be read is in `faults`."""
    folders = folders or document_folders()
    faults: list[Problem] = []
    documents = []
    for folder in _holding("sources.toml", folders):
        own = []
        for source_id, table in read_toml(folder / "sources.toml", "sources.toml", faults).items():
            place = f"sources.toml [{source_id}]"
            if any(source_id == other.source.source_id for other in documents):
                faults.append(Problem(place, "另一个文件夹已登记了这个来源编号", "请换一个编号，或删去一处"))
            elif not isinstance(table, dict):
                faults.append(Problem(place, "不是一张表", "请写成[来源编号]下的各字段"))
            elif source := to_record(Source, {**table, "source_id": source_id}, place, faults):
                own.append(_read_document(folder, source, place, faults))
        faults += _strangers(folder, {document.source for document in own})
        documents += own
    documents.sort(key=lambda document: document.source.order)
    kinds = {}
    for folder in _holding("programmes/KINDS.toml", folders):
        for code, label in read_toml(folder / "programmes" / "KINDS.toml", "programmes/KINDS.toml", faults).items():
            if isinstance(label, str) and label.strip():
                kinds[code] = label
            else:
                faults.append(Problem("programmes/KINDS.toml", f"{code} 的名称不是文字", '请写成 代码 = "名称"'))
    exclusions, patterns = _read_review(folders, faults)
    return DocumentSet(tuple(documents), kinds, exclusions, patterns, tuple(faults))


def validate(
    read: DocumentSet,
    *,
    areas: Collection[str] | None = None,
    indicators: Collection[str] | None = None,
    names: Mapping[str, Collection[str]] | None = None,
) -> list[Problem]:
    """Every fault of the folder, those of reading first; empty when all is proved."""
    problems = [*read.faults, *(faults := pattern_problems(read.patterns))]
    review = Review(read.exclusions, Declared(read.patterns.file, ()) if faults else read.patterns)
    figure_ids = {figure.id for document in read.documents for _, figure in document.figures.rows}
    known_sources = {document.source.source_id for document in read.documents}
    for place, row in read.exclusions.rows:
        if row.source not in (*known_sources, "*"):
            problems.append(Problem(place, f"来源“{row.source}”不在sources.toml中", "请改正；各文件通用请写*"))
    for document in read.documents:
        source, finder = document.source, Finder(list(document.paragraphs))
        if areas is not None and source.area_id not in areas:
            place = f"sources.toml [{source.source_id}]"
            problems.append(Problem(place, f"区域“{source.area_id}”不在目录中", "请改为目录中的区域编号"))
        problems += figure_problems(document.figures, source, finder, areas=areas, indicators=indicators, names=names)
        problems += programme_problems(
            document.programmes, source, finder, kinds=read.programme_kinds, figure_ids=figure_ids, areas=areas
        )
        problems += event_problems(document.events, source, finder, areas=areas)
        figures = [figure for _, figure in document.figures.rows]
        place = f"texts/{source.file}"
        problems += numeral_problems(list(document.paragraphs), figures, finder, source.source_id, place, review)
    return problems + review.stale()


def _read_document(folder: Path, source: Source, place: str, faults: list[Problem]) -> Document:
    raw = _read_text(folder, source, place, faults)
    paragraphs = split_paragraphs(raw, source, f"texts/{source.file}", faults) if raw else []
    if source.issued_on is None and source.issued_year is None and not source.issued_note_zh:
        faults.append(Problem(place, "没有日期，也没有说明", "请写issued_on、issued_year或issued_note_zh"))
    rows = [
        read_rows(folder / part / f"{source.source_id}.toml", f"{part}/{source.source_id}.toml", heading, kind, faults)
        for part, heading, kind in (
            ("figures", "figure", Figure),
            ("programmes", "programme", Programme),
            ("timeline", "event", Event),
        )
    ]
    return Document(source, tuple(paragraphs), *rows)


def _read_text(folder: Path, source: Source, place: str, faults: list[Problem]) -> str:
    """The text when its bytes are those that were reviewed, else "". A copy without names has a hash of its own."""
    path = folder / "texts" / source.file
    if not path.is_file():
        faults.append(Problem(place, f"没有原文文件texts/{source.file}", "请补上收到的原文，或改正字段file"))
        return ""
    data = path.read_bytes()
    expected = source.copy_sha256 or source.sha256
    if (found := hashlib.sha256(data).hexdigest()) != expected:
        fact = f"texts/{source.file}的SHA-256是{found}，登记的是{expected}"
        faults.append(Problem(place, fact, "请恢复收到的原文；原文确已更换的，请重新逐句核对账目后改登记"))
        return ""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        faults.append(Problem(place, f"texts/{source.file}不是UTF-8编码", "请另存为UTF-8并重新登记SHA-256"))
        return ""


def _holding(name: str, folders: Sequence[Path]) -> list[Path]:
    """The folders with that file; the first one, which is told to lack it, when none has it."""
    return [folder for folder in folders if (folder / name).is_file()] or [folders[0]]


def _read_review(folders: Sequence[Path], faults: list[Problem]) -> tuple[Declared[Exclusion], Declared[Pattern]]:
    """exclusions.toml of all folders: [[pattern]] for every document, [[exclusion]] for one or all."""
    name = "exclusions.toml"
    read: dict[str, list] = {"exclusion": [], "pattern": []}
    for folder in _holding(name, folders):
        # Several files bear the name; which of them is meant is seen by the city's folder.
        where = name if folder == folders[0] else f"{folder.parent.name}/{name}"
        tables = read_toml(folder / name, where, faults)
        for other in tables.keys() - read.keys():
            faults.append(Problem(where, f"有不认识的表“{other}”", "这个文件只放[[pattern]]和[[exclusion]]"))
        for heading, kind in (("exclusion", Exclusion), ("pattern", Pattern)):
            for number, table in enumerate(tables.get(heading, []), start=1):
                place = f"{where} [[{heading}]]第{number}条"
                if record := to_record(kind, table, place, faults):
                    read[heading].append((place, record))
    return Declared(name, tuple(read["exclusion"])), Declared(name, tuple(read["pattern"]))


def _strangers(folder: Path, sources: set[Source]) -> list[Problem]:
    """Data files that no source of sources.toml claims."""
    stems = {source.source_id for source in sources} | {"KINDS"}
    files = {source.file for source in sources}
    problems = []
    for part in PARTS:
        for path in sorted((folder / part).glob("*")):
            if path.name not in files if part == "texts" else path.stem not in stems:
                problems.append(Problem(f"{part}/{path.name}", "sources.toml里没有它的来源", "请登记来源，或删去文件"))
    return problems
