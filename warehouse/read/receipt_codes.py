"""From the short code printed on paper back to the number: the code is the first letters of a hash of the receipt's name."""

import re
from collections.abc import Iterator

from warehouse.errors import PaperError
from warehouse.read import Release
from warehouse.read.receipts import Receipt, Step, receipt, receipt_id, split_receipt_id

_CODE = re.compile(r"^[0-9a-f]{8}$")
# What a briefing quotes: relation, its key columns, and the columns that are numbers of their own.
_QUOTED = (
    ("mart.indicator_month", ("area_id", "indicator_code", "breakdown_code", "month"), ("", "change_mom", "change_yoy", "change_since_year_start", "against_city")),
    ("mart.target_progress", ("target_id", "area_id", "month", "origin_code"), ("",)),
    ("mart.coverage", ("area_id", "network_code", "as_of_on", "base_code", "origin_code"), ("", "share_of_blanks")),
    ("core.dim_target", ("target_id",), ("",)),
    ("core.fct_document_figure", ("figure_id",), ("",)),
)  # fmt: skip


def numbers_of(release: Release, *, code: str) -> list[str]:
    """The receipts whose short code this is: one, seldom two.

    Raises:
        PaperError: not a code, or no number of this release has it.
    """
    wanted = code.strip().lower()
    if not _CODE.match(wanted):
        raise PaperError(f"凭证编号“{code}”：不对。应是八位数字和字母，如 4c0c6fde，印在简报的注里")
    found = list(_matches(release, wanted))
    if not found:
        raise PaperError(
            f"凭证编号 {wanted}：批次 {release.release_id} 没有这个数。请用印在同一页上的版本号，如 --release 批次编号；演示数据的加 --demo"
        )
    return found


def _matches(release: Release, wanted: str) -> Iterator[str]:
    for relation, keys, columns in _QUOTED:
        joined = " || '|' || ".join(f"cast({key} as varchar)" for key in keys)
        for column in columns:
            prefix, suffix = f"{relation}:", f"#{column}" if column else ""
            rows = release.rows(
                f"select {joined} as row_key from {relation} where left(sha256($prefix || {joined} || $suffix), 8) = $wanted",
                {"prefix": prefix, "suffix": suffix, "wanted": wanted},
            ).frame
            for row_key in rows["row_key"]:
                yield receipt_id(relation, row_key, column or None)


def lines_of(release: Release, full_id: str) -> list[str]:
    """The whole walk of a number as lines, each step further in than the one it belongs to."""
    asked = split_receipt_id(full_id)
    found = receipt(release, relation=asked["relation"] or "", row_key=asked["row_key"] or "", column=asked["column"])
    return [] if found is None else told_lines(found)


def told_lines(found: Receipt) -> list[str]:
    """The walk of a receipt as `lines_of` tells it."""
    return [*_lines(found.step, 0), f"批次 {found.release_id}{'（演示数据）' if found.is_demo else ''}"]


def _lines(step: Step, depth: int) -> Iterator[str]:
    told = step.told
    head = "　" * depth + (f"{step.role_zh}：" if step.role_zh and depth else "")
    yield f"{head}{told.label_zh} {told.value_text}{f'（{told.when_zh}）' if told.when_zh else ''}".rstrip()
    for text in (told.formula_zh, told.quote_zh, told.cell_zh, step.source_zh, step.submission_zh):
        if text:
            yield f"{'　' * (depth + 1)}{text}"
    for below in step.inputs:
        yield from _lines(below, depth + 1)
