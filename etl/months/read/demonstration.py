"""The mark of the demonstration: on every file it makes, so that none of them is ever taken for a report.

It stands in a cell, in a property of the workbook and in the name of the file; each of them is enough.
"""

from collections.abc import Iterable

from etl.months.findings import Finding
from etl.months.read.cells import SheetCells
from etl.months.read.containers import DAMAGES, unzipped

MARK_ZH = "演示数据，不是真实报送"
NAME_MARK_ZH = "演示数据"
NOTE_ZH = f"注：{MARK_ZH}"
"""As it stands below a form, where notes stand."""

_PROPERTIES = ("docProps/core.xml", "docProps/app.xml", "meta.xml")
_LARGEST_PROPERTY = 1 << 20


def is_marked(data: bytes, sheets: Iterable[SheetCells]) -> bool:
    """Whether a file says of itself that the demonstration made it: in a cell, or in what the container holds beside."""
    # All texts of a sheet at once: the mark holds no line break.
    if any(MARK_ZH in "\n".join([cell[0] for cell in sheet.cells.values()]) for sheet in sheets):
        return True
    if data.startswith(b"PK"):
        return _in_properties(data)
    # The header of a printed page, which an .xls keeps in UTF-16, a web page in its own encoding.
    return any(MARK_ZH.encode(encoding) in data for encoding in ("utf-16-le", "gb18030", "utf-8"))


def _in_properties(data: bytes) -> bool:
    try:
        parts = unzipped(data)
        names = [name for name in _PROPERTIES if name in parts.NameToInfo]
        return any(MARK_ZH.encode() in parts.open(name).read(_LARGEST_PROPERTY) for name in names)
    except DAMAGES:
        return False


def refusal(is_marked_inside: bool, file_name: str) -> Finding | None:
    """Why the real data do not take the file; None when nothing on it says that the demonstration made it."""
    if is_marked_inside:
        return Finding(rule="F9", words={"where": f"里面写明“{MARK_ZH}”"})
    if NAME_MARK_ZH in file_name:
        return Finding(rule="F9", words={"where": f"文件名写着“{NAME_MARK_ZH}”"})
    return None
