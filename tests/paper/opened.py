"""Files opened with their own libraries, as the text and tables a reader meets."""

import io
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdf
from lxml import etree

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def pdf_of(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def pdf_text(content: bytes, folder: Path, *, order: str = "-layout") -> str:
    """The words of a PDF as poppler reads them: as they lie on the page, or (`-raw`) as they were written."""
    path = folder / "read.pdf"
    path.write_bytes(content)
    told = subprocess.run(["pdftotext", order, str(path), "-"], capture_output=True, text=True, check=True).stdout
    # Typst joins words that must not part with a letter nobody sees.
    return told.replace("\u2060", "")


def pdf_body(content: bytes, *, edges: str, raised: float) -> str:
    """All letters of a PDF in order without blanks, without head and foot of each page (a pattern) and raised numbers of that height."""
    parts: list[str] = []

    def taken(text: str, outer: list[float], own: list[float], _font: object, size: float) -> None:
        height = round(size * abs(own[3]) * abs(outer[3]), 1)
        if height != raised or not text.strip().isdigit():
            parts.append(text)

    for page in pdf_of(content).pages:
        page.extract_text(visitor_text=taken)
    return re.sub(edges, "", re.sub(r"[\s\u2060]+", "", "".join(parts)))


def word_of(content: bytes) -> Any:
    return docx.Document(io.BytesIO(content))


def word_paragraphs(content: bytes) -> list[str]:
    """Paragraphs of the body, without the raised numbers of receipts."""
    return [
        "".join(run.text for run in paragraph.runs if not run.font.superscript)
        for paragraph in word_of(content).paragraphs
    ]


def word_notes(content: bytes) -> dict[int, str]:
    """The footnotes of a Word file by their id, without the lines that separate them from the text."""
    root = etree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read("word/footnotes.xml"))
    notes = {int(note.get(f"{WORD}id")): note for note in root if note.get(f"{WORD}type") is None}
    return {number: "".join(text.text for text in note.iter(f"{WORD}t")) for number, note in notes.items()}


def word_references(content: bytes) -> list[int]:
    """Ids of the footnotes to which the body refers, in the order of reading."""
    body = word_of(content).element.body
    return [int(each.get(f"{WORD}id")) for each in body.iter(f"{WORD}footnoteReference")]


def word_tables(content: bytes) -> list[list[list[str]]]:
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in word_of(content).tables]


def excel_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def as_office_sees(files: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """The PDF LibreOffice makes of each file, one for each ending; fails where it cannot open one. Its start costs more than
    the files."""
    return as_office_saves(files, "pdf", folder)


def as_office_saves(files: dict[str, bytes], kind: str, folder: Path) -> dict[str, bytes]:
    """What LibreOffice saves of each file as another kind, one for each ending."""
    for ending, content in files.items():
        (folder / f"{ending}.{ending}").write_bytes(content)
    profile = folder / "office-profile"
    command = [
        "soffice",
        f"-env:UserInstallation=file://{profile}",
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        str(folder),
        *(str(folder / f"{ending}.{ending}") for ending in files),
    ]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    return {ending: (folder / f"{ending}.{kind}").read_bytes() for ending in files}
