"""A copy of a checked file with every finding in its cell, as a colour and a comment, and all of them as a list in front.

In the list what has one cause is one line; the further cells are folded under it.

Whoever sent the file mends it in his own sheets. What the check did not read (a file with a password, say) has a list only.
"""

import io
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from etl.months.read.cells import OUR_COMMENTS_ZH
from warehouse.settings import Settings
from warehouse.worker.client import JobFailed, JobStopped, shared_worker

LIST_SHEET = "检查结果"
HEADS_ZH = ("程度", "工作表", "单元格", "问题", "怎样改", "规则")
WIDTHS = (10, 18, 10, 60, 60, 8)
# Told apart in grey as well: the darker, the more urgent.
FILLS = {"blocking": "F4B183", "hold": "FFD966", "soft": "DEEBF7", "info": "F2F2F2"}
URGENCY = tuple(FILLS)
LONGEST_COMMENT = 1500
# What a sheet of Excel holds.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_SIGNATURE = b"PK\x03\x04"

Row = Mapping[str, Any]


def marked_copy(data: bytes, issues: Sequence[Row], severities: Mapping[str, str], settings: Settings) -> bytes:
    """The file as .xlsx with its findings marked.

    Its own workbook where it is one of Excel's; of any other kind, and where that cannot be written again, a workbook
    with the texts of its cells at their addresses. Without a sheet that can be read, the list alone.

    Args:
        issues: rows of `Checked.issues`.
        severities: the word of each severity.
    """
    rows = _unfolded([_plain(issue, severities) for issue in sorted(issues, key=_urgency)])
    with tempfile.NamedTemporaryFile(suffix=".upload") as file:
        file.write(data)
        file.flush()
        try:
            made: bytes = shared_worker().run(
                "etl.months.template.marked_copy:mark",
                file.name,
                json.dumps(rows),
                deadline=settings.file_seconds,
                memory_mb=settings.file_memory_mb,
                least_mb=min(settings.file_memory_mb, 512),
            )
            return made
        except (JobStopped, JobFailed):
            return _written_anew([], rows)


def mark(path: str, rows: str) -> bytes:
    """The marked copy. Runs in the worker, since the file is a stranger's."""
    data, issues = Path(path).read_bytes(), json.loads(rows)
    if data.startswith(_SIGNATURE):
        try:
            return _marked_workbook(data, issues)
        except Exception:
            # A workbook of another program, a damaged or a renamed one: its cells are written anew.
            pass
    return _written_anew(_sheets(path), issues)


def _urgency(issue: Row) -> tuple:
    return URGENCY.index(issue["severity_code"]), issue["sheet"] or "", _place(issue["cell"] or "") or (0, 0)


def _plain(issue: Row, severities: Mapping[str, str]) -> dict[str, str]:
    return {
        "code": issue["severity_code"],
        "severity": severities[issue["severity_code"]],
        "sheet": issue["sheet"] or "",
        "cell": issue["cell"] or "",
        "sentence": issue["sentence_zh"],
        "remedy": issue["remedy_zh"] or "",
        "rule": issue["rule_code"],
        "folded": issue.get("folded", []),
    }


def _unfolded(issues: Sequence[dict]) -> list[dict]:
    """The findings with those folded under each as findings of their own cells, right behind it."""
    found = []
    for issue in issues:
        found.append(issue)
        for one in issue["folded"]:
            sentence = one["sentence_zh"] or f"与 {issue['cell']} 同一原因：{issue['sentence']}"
            found.append({**issue, "cell": one["cell"], "sentence": sentence, "folded": [], "is_folded": True})
    return found


def _place(cell: str) -> tuple[int, int] | None:
    """Row and column from 0 of the first address in a text; None without one."""
    if not (found := _ADDRESS.match(cell)):
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


def _by_place(issues: Sequence[dict]) -> dict[tuple[str, int, int], list[dict]]:
    """The findings of each cell, the most urgent first."""
    found: dict[tuple[str, int, int], list[dict]] = {}
    for issue in issues:
        if place := _place(issue["cell"]):
            found.setdefault((issue["sheet"], *place), []).append(issue)
    return found


def _comment(issues: Sequence[dict]) -> str:
    text = "\n".join(f"【{one['severity']}】{one['sentence']}\n→ {one['remedy']}" for one in issues)
    return text if len(text) <= LONGEST_COMMENT else f"{text[:LONGEST_COMMENT]}……（其余见“{LIST_SHEET}”）"


def _marked_workbook(data: bytes, issues: Sequence[dict]) -> bytes:
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = openpyxl.load_workbook(io.BytesIO(data))
    for (name, row, column), found in _by_place(issues).items():
        if name not in book.sheetnames:
            continue
        sheet = book[name]
        cell = sheet.cell(row + 1, column + 1)
        for area in sheet.merged_cells.ranges:
            if cell.coordinate in area:
                cell = sheet.cell(area.min_row, area.min_col)
        cell.fill = PatternFill("solid", start_color=FILLS[found[0]["code"]])
        cell.comment = Comment(_comment(found), OUR_COMMENTS_ZH, width=360, height=160)
    if LIST_SHEET in book.sheetnames:
        del book[LIST_SHEET]
    _list_in_front(book, issues)
    # An office program works the formulas out again when it opens the copy.
    book.calculation.fullCalcOnLoad = True
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _list_in_front(book: Any, issues: Sequence[dict]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(LIST_SHEET, 0)
    book.active = 0
    for number, row in enumerate([HEADS_ZH, *map(_told, issues)], 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(number, column)
            cell.value = text
            # Words of a stranger's file stay words, whatever sign they begin with.
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(number, 1).fill = PatternFill(
            "solid", start_color=FILLS[issues[number - 2]["code"]] if number > 1 else "FFFFFF"
        )
    for column, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.cell(1, column).font = Font(bold=True)
    for number, issue in enumerate(issues, 2):
        if issue.get("is_folded"):
            sheet.row_dimensions.group(number, hidden=True)
    sheet.sheet_properties.outlinePr.summaryBelow = False
    sheet.freeze_panes = "A2"


def _told(issue: dict) -> tuple[str, ...]:
    return tuple(issue[name] for name in ("severity", "sheet", "cell", "sentence", "remedy", "rule"))


def _sheets(path: str) -> list:
    from etl.months.read.containers import FileRefused
    from etl.months.read.sheets import read_file

    try:
        return [sheet for sheet in read_file(path) if sheet.cells]
    except FileRefused:
        return []


def _written_anew(sheets: Sequence, issues: Sequence[dict]) -> bytes:
    """A workbook with the cells as read, at their addresses, and the list in front."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    looks = {code: book.add_format({"bg_color": f"#{fill}", "text_wrap": True}) for code, fill in FILLS.items()}
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    front = book.add_worksheet(LIST_SHEET)
    front.freeze_panes(1, 0)
    for column, (head, width) in enumerate(zip(HEADS_ZH, WIDTHS, strict=True)):
        front.set_column(column, column, width)
        front.write_string(0, column, head, bold)
    for number, issue in enumerate(issues, 1):
        for column, text in enumerate(_told(issue)):
            front.write_string(number, column, text, wrapped if column else looks[issue["code"]])
        if issue.get("is_folded"):
            front.set_row(number, None, None, {"level": 1, "hidden": True})
    front.outline_settings(symbols_below=False)
    marked, taken = _by_place(issues), {LIST_SHEET}
    for sheet in sheets:
        name = _free_name(sheet.name, taken)
        page = book.add_worksheet(name)
        for (row, column), cell in sheet.cells.items():
            if row < MOST_ROWS and column < MOST_COLUMNS:
                found = marked.get((sheet.name, row, column))
                _write(page, row, column, cell, looks[found[0]["code"]] if found else None)
        for (of, row, column), found in marked.items():
            if of == sheet.name and row < MOST_ROWS and column < MOST_COLUMNS:
                page.write_comment(
                    row, column, _comment(found), {"author": OUR_COMMENTS_ZH, "width": 360, "height": 160}
                )
                if (row, column) not in sheet.cells:
                    page.write_blank(row, column, None, looks[found[0]["code"]])
    book.close()
    return buffer.getvalue()


def _write(page: Any, row: int, column: int, cell: Any, look: Any) -> None:
    if cell.kind == "number" and re.fullmatch(r"-?\d{1,15}(\.\d+)?", cell.text):
        page.write_number(row, column, float(cell.text), look)
    else:
        page.write_string(row, column, cell.text[:32_000], look)


def _free_name(name: str, taken: set[str]) -> str:
    """A name Excel takes for a sheet, not used before."""
    plain = re.sub(r"[\[\]:*?/\\']", "", name)[:25] or "表"
    free, number = plain, 2
    while free.lower() in {one.lower() for one in taken}:
        free, number = f"{plain}（{number}）", number + 1
    taken.add(free)
    return free
