"""Excel: a cover, notes, 口径, and the data, where numbers stay numbers and text is never taken for a formula."""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from warehouse.export import DEMO_NOTICE_ZH, DEMO_ZH, LONGEST_CELL
from warehouse.paper.model import Briefing, Cell, Column, Table
from warehouse.watermark import COLUMN, mark_zh

# 亿 and 万 by the size of the number; negatives fall to the last part.
# Excel has no scaling by 10,000: the format of 万 moves three places and a dot stands before the fourth.
COMPACT = '[>=100000000]0\\.00,,"亿";[>=10000]0\\.0,"万";#,##0'
# Letters of a single column that a page of A4 holds: wider ones are cut by programs that cannot part a column.
ONE_PAGE = 72
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write(briefings: Sequence[Briefing]) -> bytes:
    """One workbook: 封面, 说明, 口径, then the tables, the text and the receipts of every briefing."""
    import xlsxwriter

    sink = io.BytesIO()
    first = briefings[0]
    with xlsxwriter.Workbook(sink, OPTIONS) as book:
        book.set_properties(
            {
                "title": first.title_zh,
                "subject": first.stamp.line_zh[:255],
                "author": "养老服务领导简报",
                "created": datetime(2000, 1, 1),
            }
        )
        _Book(book).fill(briefings)
    return sink.getvalue()


class _Book:
    """The sheets of one workbook, and the formats they share."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
        self._book = book
        self._base = base
        self._kept: dict[tuple, Any] = {}

    def form(self, **more: Any) -> Any:
        """A format, made once."""
        key = tuple(sorted(more.items()))
        if key not in self._kept:
            self._kept[key] = self._book.add_format({**self._base, **more})
        return self._kept[key]

    def fill(self, briefings: Sequence[Briefing]) -> None:
        first = briefings[0]
        self._cover(briefings)
        self._notes(first)
        self._definitions(first)
        for briefing in briefings:
            for place, table in enumerate(briefing.tables(), start=1):
                name = f"{briefing.area_zh}_表{place}" if len(briefings) > 1 else f"表{place}"
                self._table(self._sheet(name, briefing), table, briefing)
        self._text(briefings)
        self._receipts(briefings)

    def _sheet(self, name: str, briefing: Briefing, *, is_wide: bool = False) -> Any:
        sheet = self._book.add_worksheet(re.sub(r"[\[\]:*?/\\]", "_", name)[:31])
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        if is_wide:
            sheet.set_landscape()
        # The foot is full of what the figures are: the number of the page would lie on it.
        sheet.set_header((f"&L&8{_plain_footer(mark_zh())}" if mark_zh() else "") + "&R&8第&P页 共&N页")
        sheet.set_footer(f"&L&8{_plain_footer(briefing.stamp.line_zh)}")
        sheet.hide_gridlines(2)
        return sheet

    def _cover(self, briefings: Sequence[Briefing]) -> None:
        first = briefings[0]
        sheet = self._sheet("封面", first)
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 84)
        sheet.set_row(1, 36)
        sheet.write_string(
            1,
            0,
            first.title_zh
            if len(briefings) == 1
            else f"{first.month.year}年{first.month.month}月养老服务工作简报（全套）",
            self.form(bold=True, font_size=18),
        )
        lines = [
            ("状态", "、".join(first.stamp.states_zh)),
            ("月份", f"{first.month.year}年{first.month.month}月"),
            ("地区", "、".join(one.area_zh for one in briefings)),
            ("截至", first.stamp.as_of_zh),
            ("来源", "；".join(first.sources_zh)),
            ("版本", f"批次 {first.stamp.release_id}，内容摘要 {first.stamp.content_sha256}"),
        ]
        if mark_zh():
            lines.append((COLUMN, mark_zh()))
        if first.stamp.is_demo:
            lines.insert(0, (DEMO_ZH, DEMO_NOTICE_ZH))
        for row, (label, text) in enumerate(lines, start=3):
            sheet.write_string(row, 0, label, self.form(bold=True, valign="top"))
            sheet.set_row(row, _height(text, 80))
            sheet.write_string(row, 1, text, self.form(text_wrap=True, valign="top"))

    def _notes(self, first: Briefing) -> None:
        sheet = self._sheet("说明", first)
        sheet.set_column(0, 0, ONE_PAGE)
        lines = [
            first.stamp.line_zh,
            "缺＝未报或未公布；—＝不适用或不参排；*＝人数少，保密；0就是零。",
            "“数据”各列中的数是数值，可直接计算；万、亿只是显示格式，点开单元格可见全数。占比、完成率存为小数，按百分数显示。",
            "位次只在县（区）之间、功能区之间各自排。正文与表中每个数的凭证编号见“凭证”一页。",
            *dict.fromkeys(note for table in first.tables() for note in table.notes_zh),
        ]
        for row, text in enumerate(lines):
            sheet.set_row(row, _height(text, ONE_PAGE - 4))
            sheet.write_string(row, 0, text[:LONGEST_CELL], self.form(text_wrap=True, valign="top"))

    def _definitions(self, first: Briefing) -> None:
        sheet = self._sheet("口径", first, is_wide=True)
        for column, (head, width) in enumerate(
            (("指标", 28), ("单位", 10), ("口径定义", 60), ("算式", 50), ("责任科室", 18), ("代码", 34))
        ):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, head, self.form(bold=True, bottom=1))
        sheet.freeze_panes(1, 0)
        for row, one in enumerate(first.definitions, start=1):
            told = (one.label_zh, one.unit_zh, one.definition_zh, one.formula_zh, one.owner_zh, one.indicator_code)
            for column, text in enumerate(told):
                sheet.write_string(row, column, (text or "")[:LONGEST_CELL], self.form(text_wrap=True, valign="top"))

    def _table(self, sheet: Any, table: Table, briefing: Briefing) -> None:
        receipts = briefing.receipts()
        sheet.write_string(0, 0, table.caption_zh, self.form(bold=True, font_size=13))
        if briefing.stamp.is_demo:
            sheet.write_string(1, 0, f"{DEMO_ZH}：{DEMO_NOTICE_ZH}", self.form(font_color="#C8641B"))
        head = self.form(bold=True, top=2, bottom=1, text_wrap=True, align="center")
        for position, column in enumerate(table.columns):
            text = column.head_zh + (f"\n（{column.unit_zh}）" if column.unit_zh else "")
            sheet.write_string(2, position, text, head)
            sheet.set_column(position, position, 14 if position else 20)
        sheet.set_row(2, 46)
        wide = len(table.columns)
        for place, words in enumerate(("组别", "凭证编号", "状态")):
            sheet.write_string(2, wide + place, words, head)
        sheet.set_column(wide + 1, wide + 1, 30)
        sheet.freeze_panes(3, 1)
        sheet.repeat_rows(2)
        line = 3
        states = "、".join(briefing.stamp.states_zh)
        for name, rows in table.groups:
            for row in rows:
                for position, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
                    self._cell(sheet, line, position, cell, column)
                codes = [receipts[cell.figure].code for cell in row if cell.figure in receipts]
                sheet.write_string(line, wide, name or "全市", self.form())
                sheet.write_string(line, wide + 1, " ".join(dict.fromkeys(codes)), self.form(font_size=8))
                sheet.write_string(line, wide + 2, states, self.form(font_size=8))
                line += 1
        small = self.form(font_size=9, font_color="#5B616B", text_wrap=True, valign="top")
        letters = 20 + 14 * (wide - 1) + 60
        for place, note in enumerate((*table.notes_zh, briefing.stamp.line_zh)):
            sheet.set_row(line + 1 + place, _height(note, letters))
            # Under the table and no wider: a note running on would make the printed table tiny.
            sheet.merge_range(line + 1 + place, 0, line + 1 + place, wide + 2, note, small)

    def _cell(self, sheet: Any, row: int, position: int, cell: Cell, column: Column) -> None:
        if cell.value is None or column.form == "text":
            sheet.write_string(
                row, position, cell.text[:LONGEST_CELL], self.form(align="left" if not position else "right")
            )
            return
        sheet.write_number(row, position, cell.value, self.form(num_format=_number_format(cell, column), align="right"))

    def _text(self, briefings: Sequence[Briefing]) -> None:
        sheet = self._sheet("正文", briefings[0])
        sheet.set_column(0, 0, ONE_PAGE)
        row = 0
        for briefing in briefings:
            sheet.write_string(row, 0, briefing.title_zh, self.form(bold=True, font_size=14))
            row += 1
            for section in briefing.sections:
                sheet.write_string(row, 0, section.title_zh, self.form(bold=True))
                row += 1
                for paragraph in section.paragraphs:
                    sheet.set_row(row, _height(paragraph.text, ONE_PAGE - 4))
                    sheet.write_string(row, 0, paragraph.text[:LONGEST_CELL], self.form(text_wrap=True, valign="top"))
                    row += 1

    def _receipts(self, briefings: Sequence[Briefing]) -> None:
        sheet = self._sheet("凭证", briefings[0], is_wide=True)
        for column, (head, width) in enumerate(
            (("地区", 12), ("序号", 8), ("编号", 12), ("数", 22), ("说明", 44), ("在批次中的位置", 90))
        ):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, head, self.form(bold=True, bottom=1))
        sheet.freeze_panes(1, 0)
        row = 1
        for briefing in briefings:
            for one in {each.code: each for each in briefing.receipts().values()}.values():
                sheet.write_string(row, 0, briefing.area_zh, self.form())
                sheet.write_number(row, 1, one.number, self.form())
                for column, text in enumerate((one.code, one.wording, one.about_zh, one.full_id), start=2):
                    sheet.write_string(row, column, text, self.form())
                row += 1


def _number_format(cell: Cell, column: Column) -> str:
    """How the number is shown: with as many decimals as its printed form has."""
    fraction = cell.text.rstrip("%万亿（存疑）").partition(".")[2]
    places = len("".join(letter for letter in fraction if letter.isdigit()))
    zeros = f".{'0' * places}" if places else ""
    doubt = '"（存疑）"' if cell.text.endswith("（存疑）") else ""
    if column.form == "share":
        return f"0{zeros}%{doubt}"
    if column.form == "count":
        return COMPACT + doubt if not doubt else f"#,##0{doubt}"
    return f"#,##0{zeros}{doubt}" if cell.text[:1] not in "+−" else f"+0{zeros};−0{zeros};0{zeros}"


def _height(text: str, letters: int) -> float:
    """The height of a row whose text is wrapped: not every program finds it by itself. Chinese letters count twice."""
    wide = sum(1 if letter.isascii() else 2 for letter in text)
    return 15.5 * max(1, -(-wide // letters))


def _plain_footer(text: str) -> str:
    """A footer without its codes, cut to what a sheet can hold."""
    return text.replace("&", "＆")[:200]
