"""A draft as paragraphs: pasted, from a text file, or from a Word file opened in the limited process."""

import io
import re
import tempfile
import zipfile
from dataclasses import dataclass
from typing import Any

from etl.documents.text import CELL_GAP
from warehouse.errors import FormError
from warehouse.persons import SURNAMES, hide, looks_like_a_name, marked
from warehouse.settings import Settings
from warehouse.worker.client import JobFailed, JobStopped, shared_worker

LARGEST_BYTES, LONGEST_TEXT = 30_000_000, 200_000
_ZIP = b"PK\x03\x04"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Whose proposal it is, who signed, whom to ring: of no use to a check, and not to be repeated.
_ADDRESSED = re.compile(r"^\s*(\S{2,4})(?=(?:委员|代表)[：:]?\s*$)")
_PRIVATE_LINE = re.compile(r"签发人|联系人|联系电话|电话[：:]")
_TITLE = "委员|代表|同志|先生|女士|局长|县长|市长|科长|主任|院长|书记|老人|村民|居民|党员|护理员|负责人"
_TITLED = re.compile(
    rf"([{SURNAMES}][\u4e00-\u9fa5]{{1,2}})(?={_TITLE})|(?:{_TITLE})([{SURNAMES}][\u4e00-\u9fa5]{{2}})(?=等|[^\u4e00-\u9fa5]|$)"
)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A draft. paragraphs as written, without empty ones; shown: the same without names and numbers of persons."""

    name: str
    paragraphs: tuple[str, ...]
    shown: tuple[str, ...]

    @property
    def hidden_count(self) -> int:
        """Paragraphs of which something is not shown."""
        return sum(one != other for one, other in zip(self.paragraphs, self.shown, strict=True))


def of_text(text: str, *, name: str = "粘贴的文字") -> Draft:
    """A draft of text, a line a paragraph.

    Raises:
        FormError: it is empty, or too long to be a reply.
    """
    if len(text) > LONGEST_TEXT:
        raise FormError(f"{name}：超过{LONGEST_TEXT}字，不像一份答复。请只放答复本身")
    lines = _lines(text)
    if not lines:
        raise FormError(f"{name}：没有文字。请粘贴答复稿，或换一个文件")
    return Draft(name=name, paragraphs=lines, shown=tuple(shown(line) for line in lines))


def _lines(text: str) -> tuple[str, ...]:
    """Paragraphs; cells of a table row, one below the other behind tabs, are one."""
    lines: list[str] = []
    was_cell = False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        is_cell = line.startswith("\t") and bool(line.strip())
        if is_cell and was_cell:
            lines[-1] += CELL_GAP + line.strip()
        elif line.strip():
            lines.append(line.strip())
        was_cell = is_cell
    return tuple(lines)


def of_file(data: bytes, name: str, settings: Settings) -> Draft:
    """A draft of a file: .docx, or text in UTF-8 or GB18030.

    Raises:
        FormError: it is neither, damaged, or too large; says what to do.
    """
    if len(data) > LARGEST_BYTES:
        raise FormError(f"文件 {name}：超过{LARGEST_BYTES // 1_000_000} MB。请去掉图片再试")
    if data.startswith(_ZIP):
        return of_text(_of_word(data, name, settings), name=name)
    if name.lower().endswith((".doc", ".wps")) or data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FormError(f"文件 {name}：是旧的 Word 或 WPS 格式，读不了。请另存为 .docx，或把文字粘贴进来")
    if b"\x00" in data or data.startswith(b"%PDF"):
        raise FormError(f"文件 {name}：不是文本也不是 .docx。请换成 .docx、.txt，或把文字粘贴进来")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return of_text(data.decode(encoding), name=name)
        except UnicodeDecodeError:
            continue
    raise FormError(f"文件 {name}：文字编码读不懂。请另存为 UTF-8 的 .txt，或把文字粘贴进来")


def _of_word(data: bytes, name: str, settings: Settings) -> str:
    with tempfile.NamedTemporaryFile(suffix=".upload") as file:
        file.write(data)
        file.flush()
        try:
            return str(
                shared_worker().run(
                    "etl.replies.draft:text_of_word",
                    file.name,
                    deadline=settings.file_seconds,
                    memory_mb=settings.file_memory_mb,
                    least_mb=min(settings.file_memory_mb, 256),
                )
            )
        except (JobStopped, JobFailed) as error:
            raise FormError(
                f"文件 {name}：不是能读的 .docx（可能已损坏、加了密码，或打开太慢）。请另存一份，或把文字粘贴进来"
            ) from error


def text_of_word(path: str) -> str:
    """The paragraphs of a Word file, tables, text boxes and notes among them; what was deleted, moved away, crossed out or
    hidden is left out. Runs in the limited process."""
    with open(path, "rb") as file, zipfile.ZipFile(io.BytesIO(file.read())) as held:  # noqa: PTH123
        lines = _paragraphs(held, "word/document.xml")
        for notes in ("word/footnotes.xml", "word/endnotes.xml"):
            if notes in held.namelist():
                lines += [line for line in _paragraphs(held, notes) if line]
    return "\n".join(lines)[: LONGEST_TEXT + 1]


def _paragraphs(held: zipfile.ZipFile, part: str) -> list[str]:
    from lxml import etree

    info = held.getinfo(part)
    if info.file_size > LARGEST_BYTES:
        raise ValueError("too large")
    tree = etree.fromstring(held.read(info), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    # What is only there for programs that do not know the shape beside it says the same again.
    for again in list(tree.iter(f"{_COMPATIBLE}Fallback")):
        again.getparent().remove(again)
    lines = []
    for paragraph in tree.iter(f"{_WORD}p"):
        parts = []
        for node in paragraph.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br"):
            # A text box stands within a paragraph and has its own.
            if next(node.iterancestors(f"{_WORD}p")) is paragraph and not _is_out(node):
                parts.append(node.text or "" if node.tag == f"{_WORD}t" else "\n" if node.tag == f"{_WORD}br" else " ")
        # A cell reads as those of the documents kept as text do: behind a tab.
        is_cell = any(True for _ in paragraph.iterancestors(f"{_WORD}tc"))
        lines.append(("\t" if is_cell else "") + "".join(parts).strip())
        if is_cell and _is_last_of_row(paragraph):
            lines.append("")
    return lines


def _is_out(node: Any) -> bool:
    """Whether a text is one that its writer took out: moved elsewhere, crossed out, hidden."""
    if any(True for _ in node.iterancestors(f"{_WORD}moveFrom", f"{_WORD}del")):
        return True
    run = next(node.iterancestors(f"{_WORD}r"), None)
    if run is None:
        # The place of a tabulator, declared with the paragraph.
        return True
    looks = run.find(f"{_WORD}rPr")
    if looks is None:
        return False
    found = [looks.find(f"{_WORD}{name}") for name in ("strike", "dstrike", "vanish")]
    return any(one is not None and one.get(f"{_WORD}val") not in ("0", "false", "off") for one in found)


def _is_last_of_row(paragraph: Any) -> bool:
    cell = next(paragraph.iterancestors(f"{_WORD}tc"))
    return cell.getnext() is None and paragraph.getnext() is None


def shown(text: str) -> str:
    """A paragraph as it may be shown: without names, telephones and numbers of persons, each marked where it stood."""
    if _PRIVATE_LINE.search(text) or _ADDRESSED.match(text):
        return "（这一行写有姓名或电话，不显示）"
    return _TITLED.sub(_without_name, hide(text))


def _without_name(found: re.Match) -> str:
    name = found[1] or found[2]
    return found[0].replace(name, marked("姓名")) if looks_like_a_name(name) else found[0]
