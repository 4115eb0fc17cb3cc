"""From the short code printed on paper back to the number: the code is the first letters of a hash of the receipt's name."""

import re
from collections.abc import Iterator

from warehouse.errors import PaperError
from warehouse.read import Release
from warehouse.read.receipt import derived
from warehouse.read.receipt.receipts import Receipt, Step, receipt, receipt_id, split_receipt_id

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
    """The receipts whose short code this is: one, seldom two. A receipt's full id, as a page's link has it, is itself.

    Raises:
        PaperError: not a code, or no number of this release has it.
    """
    wanted = code.strip()
    if "." in wanted.partition(":")[0] and lines_of(release, wanted):
        return [wanted]
    wanted = wanted.lower()
    if not _CODE.match(wanted):
        raise PaperError(
            f"凭证编号“{code}”：不对。应是八位数字和字母，如 4c0c6fde，印在简报的注里；或页面链接里的完整编号"
        )
    # First what a briefing quotes: to look through all that pages work out takes seconds.
    found = list(_matches(release, wanted)) or list(_worked_out(release, wanted))
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


def _worked_out(release: Release, wanted: str) -> Iterator[str]:
    """Of the numbers that pages work out when asked (ranks, shares, expected deaths …), and of every other row."""
    shapes = dict(release.rows("select relation, key_columns from meta.relation where key_columns is not null").frame.iter_rows())  # fmt: skip
    asked = [(relation, "''", "true") for relation in shapes]
    asked += [one for one in derived.named_in_sql() if one[0] in shapes]
    asked += [("mart.area_profile", f"'{name}'", "true") for name in _columns(release, "mart.area_profile")]
    for relation, column, where in asked:
        joined = " || '|' || ".join(f"cast({key} as varchar)" for key in shapes[relation].split(","))
        rows = release.rows(
            f"""
            select row_key, named from (
                select {joined} as row_key, cast({column} as varchar) as named from {relation} where {where}
            )
            where left(sha256($prefix || row_key || case when named = '' then '' else '#' || named end), 8) = $wanted
            """,
            {"prefix": f"{relation}:", "wanted": wanted},
        ).frame
        for row_key, named in rows.iter_rows():
            yield receipt_id(relation, row_key, named or None)


def _columns(release: Release, relation: str) -> list[str]:
    known = release.rows("select column_name from meta.column where relation = $relation", {"relation": relation})
    return known.frame["column_name"].to_list()


def lines_of(release: Release, full_id: str) -> list[str]:
    """The whole walk of a number as lines, each step further in than the one it belongs to; none for what is no number."""
    try:
        asked = split_receipt_id(full_id)
    except ValueError:
        return []
    found = receipt(release, relation=asked["relation"] or "", row_key=asked["row_key"] or "", column=asked["column"])
    return [] if found is None else told_lines(found)


def told_lines(found: Receipt) -> list[str]:
    """The walk of a receipt as `lines_of` tells it."""
    return [*_lines(found.step, 0), f"批次 {found.release_id}{'（演示数据）' if found.is_demo else ''}"]


def _lines(step: Step, depth: int) -> Iterator[str]:
    told = step.told
    head = "　" * depth + (f"{step.role_zh}：" if step.role_zh and depth else "")
    yield f"{head}{told.label_zh} {told.value_text}{f'（{told.when_zh}）' if told.when_zh else ''}".rstrip()
    for text in (told.formula_zh, told.note_zh, told.quote_zh, told.cell_zh, step.source_zh, step.submission_zh):
        if text:
            yield f"{'　' * (depth + 1)}{text}"
    # What a number worked out when asked is made of: the head of the table, then its rows.
    for line in told.table:
        yield f"{'　' * (depth + 1)}{' | '.join(line)}"
    for below in step.inputs:
        yield from _lines(below, depth + 1)
