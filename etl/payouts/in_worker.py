"""The one process that sees persons: reads files, hands back counts and rows of the file, writes keyed Parquet.

It runs in `warehouse.worker`: no network, no other program, no core dump, writing into one folder only. What it raises
and returns is made of our own words, of labels in a header and of numbers of rows; never of a cell.
"""

import ctypes
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from etl.payouts.files import heads, sha256_of, tables
from etl.payouts.keys import Keys
from etl.payouts.layouts import is_personal, not_as_read, other_allowance
from etl.payouts.notes import MOST_TOLD
from etl.payouts.tables import Table, Torn
from etl.payouts.understood import Reader
from etl.payouts.values import month_in, unit_in
from etl.payouts.workbooks import SHEET_STEP
from warehouse.errors import PayoutError
from warehouse.payouts.parquet import RELATION_OF, write_part
from warehouse.persons import hide

FLUSH_ROWS = 2_000_000
_PR_SET_DUMPABLE = 4


def read_batch(
    files: list[dict],
    *,
    folder: str,
    chain: list[bytes],
    units: dict,
    townships: dict,
    today: date,
    known: list[str] = (),
) -> list[dict]:
    """Read each file and write its keyed rows below `folder`; one answer a file, in order.

    Args:
        files: path, number (of the submission), unit and month (empty or None where not given).
        known: SHA-256 of files that need not be read again.

    Returns:
        number, sha256, labels_zh, problems_zh, remarks_zh, and parts: relation, month, unit, path, rows, has_current.
        Where there are problems, nothing of the file counts.
    """
    _forbid_looking()
    reader = Reader(keys=Keys(tuple(chain)), units=units, townships=townships, today=today)
    return [_answered(file, reader, Path(folder), frozenset(known)) for file in files]


def has_identities(path: str) -> bool:
    """Whether a file has one person a line; one that cannot be read is taken for one."""
    _forbid_looking()
    try:
        return any(is_personal(rows) for rows in heads(Path(path)))
    except Exception:
        # Whatever a library says of a cell stays here.
        return True


def _forbid_looking() -> None:
    """No other process of this account may look into this one, and nothing of it is dumped."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _answered(file: Mapping, reader: Reader, folder: Path, known: frozenset[str]) -> dict:
    answer = {
        "number": file["number"], "sha256": "", "labels_zh": [], "problems_zh": [], "remarks_zh": [], "parts": [],
    }  # fmt: skip
    path = Path(file["path"])
    try:
        before = _state(path)
        answer["sha256"] = sha256_of(path)
        if answer["sha256"] in known:
            return answer
        for table in tables(path):
            _read_table(table, file, reader, folder, answer)
        if _state(path) != before:
            raise PayoutError("读的时候文件还在变，多半没有拷完。请等写完后重来")
    except PayoutError as error:
        answer["problems_zh"].append(str(error))
    except Torn as torn:
        answer["problems_zh"] += _torn_zh(torn)
    except OSError as error:
        if error.errno in (27, 28, 122):
            raise PayoutError("写不进数据目录：磁盘已满或超过配额。什么也没有收，请腾出空间后重来") from None
        answer["problems_zh"].append("文件读不出，可能被移走或没有权限")
    except MemoryError:
        raise PayoutError("读文件时内存不够，什么也没有收。请在内存更大的机器上运行，或把文件分成几份") from None
    except Exception as error:
        # Whatever a library says of a cell stays here.
        raise PayoutError(
            f"读文件时程序出错（{type(error).__name__}，{_place(error)}），什么也没有收。请联系维护人员"
        ) from None
    return answer


def _state(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read_table(table: Table, file: Mapping, reader: Reader, folder: Path, answer: dict) -> None:
    if table.left_zh or table.recognised is None:
        answer["remarks_zh"].append(table.left_zh)
        return
    layout, title = table.recognised.layout, table.recognised.title_zh
    answer["labels_zh"].append(layout.label_zh)
    called = f"{title}|{table.sheet_zh}|{Path(file['path']).name}"
    if layout.makes == "payment" and (other := other_allowance(called)):
        raise PayoutError(
            f"标题、表名或文件名说的是“{other}”一类的补贴，不是高龄津贴，没有读。确是高龄津贴的，请在标题里写明；"
            "是用来比对的名单，须有“起领月份”一栏"
        )
    if fault := not_as_read(table.recognised, called):
        raise PayoutError(fault)
    notes = table.notes
    unit = file["unit"] or unit_in(title, reader.units)
    month = file["month"] or month_in(title)
    held: list[pl.DataFrame] = []
    for block in table.blocks:
        held.append(
            reader.rows(
                block, layout=layout, sha256=answer["sha256"], title=called,
                unit=unit, month=month, notes=notes,
            )
        )  # fmt: skip
        if sum(frame.height for frame in held) >= FLUSH_ROWS:
            _write(held, layout.makes, file["number"], folder, answer)
    _write(held, layout.makes, file["number"], folder, answer)
    answer["problems_zh"] += [_rows_zh(fact, rows, table) for fact, rows in notes.problems.items()]
    sheet = f"工作表“{table.sheet_zh}”" if table.sheet_zh else ""
    answer["remarks_zh"] += [f"{count}{fact}" for fact, count in notes.remarks.items()]
    answer["remarks_zh"] += [f"{sheet}{text}" for text in notes.said]
    if wrong := notes.sums.wrong_rows():
        answer["remarks_zh"].append(_rows_zh("合计与各行相加的金额不同；请核对有没有漏行、错行", wrong, table))
    if layout.makes != "payment" and "amount" in table.recognised.columns:
        answer["remarks_zh"].append(
            f"有金额一栏，但按{layout.label_zh}读，没有当作发放；是发放明细的，请去掉停发、死亡一类的栏"
        )
    if table.ends_open:
        answer["remarks_zh"].append("最后一行没有换行，也没有合计行：请核对最后一行的末栏是否完整")
    if table.recognised.unread:
        answer["remarks_zh"].append(
            f"没有读取的栏：{'、'.join(hide(label)[:12] for label in table.recognised.unread[:8])}"
        )


def _write(held: list[pl.DataFrame], makes: str, number: int, folder: Path, answer: dict) -> None:
    """Write what is held as one Parquet file a month and unit, and hold nothing any more."""
    if not held:
        return
    frame = pl.concat(held).with_columns(pl.lit(number, pl.Int32).alias("submission_no"))
    held.clear()
    if frame.is_empty() or answer["problems_zh"]:
        return
    answer["parts"] += write_part(folder, RELATION_OF[makes], frame, name=f"{number:06d}-{len(answer['parts']):04d}")


def _rows_zh(fact: str, rows: list[int], table: Table) -> str:
    shown = sorted(rows)[:MOST_TOLD]
    more = f"等{len(rows)}行" if len(rows) > len(shown) else ""
    sheet = f"工作表“{table.sheet_zh}”" if table.sheet_zh else ""
    return f"{sheet}第{'、'.join(str(row % SHEET_STEP if table.sheet_zh else row) for row in shown)}行{more}：{fact}"


def _torn_zh(torn: Torn) -> list[str]:
    row, columns, is_last = torn.rows[0]
    if is_last and columns < torn.width:
        return [f"文件在第{row}行断了（只有{columns}栏，应为{torn.width}栏），没有传完。请重新导出或拷贝"]
    shown = "、".join(str(each[0]) for each in torn.rows[:MOST_TOLD])
    more = f"等{len(torn.rows)}行" if len(torn.rows) > MOST_TOLD else ""
    return [
        f"第{shown}行{more}：栏数与表头不同（第{row}行{columns}栏，应为{torn.width}栏），多半是文字里有分隔符。请更正后重来"
    ]


def _place(error: BaseException) -> str:
    """Where in our own program it happened."""
    trace, place = error.__traceback__, ""
    while trace:
        code = trace.tb_frame.f_code
        if "etl/payouts" in code.co_filename or "warehouse/payouts" in code.co_filename:
            place = f"{Path(code.co_filename).name} 第{trace.tb_lineno}行"
        trace = trace.tb_next
    return place
