"""Lines whose remark says the opposite of what they state: a payment that was not made, a death of somebody alive."""

import re
from datetime import date

import polars as pl

from etl.months.read.labels import plain
from etl.payouts.layouts import Layout, words
from etl.payouts.notes import Notes
from etl.payouts.tables import SAID
from etl.payouts.values import mapped, month_of, reason_of

_LATER = re.compile("下月|次月|下个月|下季|明年")
_EARLIER = re.compile("上月|上个月|前期|以前|历史|去年")
_MONTH = re.compile(r"(?:((?:19|20)\d\d)[年.\-/])?(1[0-2]|0?[1-9])月")
DENIED_ZH = {
    "payment": "备注写着钱没有发出去（如停发、未发、退回），却列着金额；没有发的请删去这一行，发了的请改备注",
    "change": "备注说这一行不作数（如撤销、未通过、已恢复）；不作数的请删去这一行，作数的请改备注",
    "list": "备注说这一行不作数（如健在、误报）；不作数的请删去这一行，作数的请改备注",
}


def note_denied(block: pl.DataFrame, months: pl.Series, stated: pl.Series, layout: Layout, notes: Notes) -> None:
    """Lines that state something and whose remark denies it are a problem.

    Args:
        months: which month each line is of; a remark may speak of another.
        stated: whether a line states anything.
    """
    if SAID not in block.columns or not layout.denied:
        return
    asked = block.select("row", SAID, month=months).filter(stated.fill_null(value=False) & block[SAID].is_not_null())
    pairs = asked.select(SAID, "month").unique().iter_rows()
    saying = {pair for pair in pairs if denies(*pair, layout)}
    rows = [row for row, text, month in asked.iter_rows() if (text, month) in saying] if saying else []
    notes.add_problem(DENIED_ZH[layout.makes], pl.Series(rows, dtype=pl.Int32))


def note_stopped(block: pl.DataFrame, months: pl.Series, stated: pl.Series, notes: Notes) -> None:
    """Money of a month for which the same line names an end before it, or a reason for one without saying when."""
    over = pl.repeat(None, block.height, dtype=pl.Date, eager=True)
    if "stopped" in block.columns:
        over = mapped(block["stopped"], month_of, pl.Date)
        unread = over.is_null() & mapped(
            block["stopped"], lambda text: plain(text) not in {*words()["unknown"], "否", "0"}, pl.Boolean
        ).fill_null(value=False)
        notes.add_problem("停发时间读不懂；请写成 2025-07，没有停发的留空", block.filter(unread & stated)["row"])
    ended = (over <= months).fill_null(value=False)
    if "reason" in block.columns:
        named = mapped(
            block["reason"], lambda text: reason_of(text) not in (None, "reason_tier", "reason_other"), pl.Boolean
        )
        ended |= named.fill_null(value=False) & over.is_null()
    notes.add_problem(
        "写着停发（时间不晚于发放月，或有停发原因），却列着当月金额；没有发的请把金额写成0，发了的请删去停发的内容",
        block.filter((ended & stated).fill_null(value=False))["row"],
    )


def note_failed(block: pl.DataFrame, stated: pl.Series, notes: Notes) -> None:
    """Money with a reason why it did not go out."""
    if "failure" in block.columns:
        nothing = {*words()["unknown"], "成功", "交易成功", "处理成功", "正常", "0", "00", "0000"}
        failed = mapped(block["failure"], lambda text: plain(text) not in nothing, pl.Boolean).fill_null(value=False)
        notes.add_problem(
            "写着失败（退票、未发）原因，却列着发出去的钱；没有发的请删去这一行，发了的请删去原因",
            block.filter((failed & stated).fill_null(value=False))["row"],
        )


def tell_dead(block: pl.DataFrame, stated: pl.Series, notes: Notes) -> None:
    """Of money paid for somebody whom the remark calls dead it is told that it counts: it may have gone out."""
    if SAID in block.columns:
        dead = mapped(block[SAID], lambda text: reason_of(text) == "reason_death", pl.Boolean)
        notes.remark("行的备注写着去世，金额照样计入；没有发的请删去这一行后重来", int((dead & stated).sum() or 0))


def denies(text: str, month: date | None, layout: Layout) -> bool:
    """Whether a remark in a line of this month says that what the line states is not so."""
    said_by = layout.denied
    tidy = plain(text)
    for innocent in said_by.get("nothing", ()):
        tidy = tidy.replace(innocent, "")
    said = [kind for kind in ("once", "lasting") for word in said_by.get(kind, ()) if _speaks_of(word, tidy)]
    if not said or any(word in tidy for word in said_by["unless"]) or _LATER.search(tidy):
        return False
    named = [date(int(year or month.year), int(number), 1) for year, number in _MONTH.findall(tidy)] if month else []
    if not named:
        return "lasting" in said or not _EARLIER.search(tidy)
    return month in named or ("lasting" in said and min(named) <= month)


def _speaks_of(word: str, text: str) -> bool:
    """Whether a text holds a word without a “not” before it."""
    return re.search(rf"(?<![未没无非免])(?<!没有){re.escape(word)}", text) is not None
