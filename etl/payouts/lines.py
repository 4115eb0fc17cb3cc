"""Which lines of a block are persons, and what shows that its columns are not what their labels say."""

import re
from collections.abc import Mapping
from datetime import date

import polars as pl

from etl.months.read.labels import is_foot
from etl.payouts import identity
from etl.payouts.layouts import label_of, words
from etl.payouts.notes import Notes
from etl.payouts.tables import BESIDE, SAID
from etl.payouts.values import month_in, unit_in

MONEY = ("amount", "arrears_yuan", "recovered_yuan")
LOST_ZH = "被当作数值存过（如科学计数法），后几位已经丢失；请在源表把这一栏设为文本后重新导出"
_SUM = r"(小计|合计|总计|共计|累计|汇总)|^\s*[0-9]+\s*[人名户笔]\s*$"
_ERROR = r"^#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|GETTING_DATA|错误|公式)$"
_DAY = re.compile(r"月\s*\d{1,2}\s*日")
_NAMES = r"\p{Han}{2,4}\s*[、，,/／;；\n]\s*\p{Han}{2,4}"
# An identity number by its look: a day of birth in its middle.
_NUMBER = r"^\d{6}(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dX]$"


def of_persons(
    block: pl.DataFrame, notes: Notes, *, month: date | None, unit: str, units: Mapping[str, str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines of persons without `BESIDE`, and those of sums and feet; what cannot be either is a problem.

    Args:
        month, unit: those the file goes by; another table below, of another month or unit, is a problem.
        units: what units are called.
    """
    _note_titles(block, notes, month=month, unit=unit, units=units)
    if block[BESIDE].is_not_null().any():
        block = block.filter(pl.any_horizontal(pl.exclude("row", SAID, BESIDE).is_not_null()))
    block, sums = _without_sums(_without_heads(block, notes), notes)
    _note_errors(block, notes)
    _note_nobody(block, notes)
    if "name" in block.columns:
        several = block["name"].str.contains(_NAMES).sum()
        notes.remark("行的姓名一栏像有不止一个人，号码只有一个，按一个人计", int(several))
    return block.drop(BESIDE), sums


def numbers_of(block: pl.DataFrame, notes: Notes) -> pl.Series:
    """The identity numbers of lines as compared; null where none is written, or a word that says there is none."""
    numbers = identity.normal(block["identity"])
    notes.add_problem(f"身份证号{LOST_ZH}", block.filter(identity.is_lost(numbers))["row"])
    # A number of today has 18 signs; two in one cell are 36 and what stands between them.
    two = numbers.str.len_chars() > 18
    two &= numbers.str.contains(r"(\d{15}|\d{17}[\dX])[^\dX]*(\d{17}[\dX]|\d{15})$")
    notes.add_problem("身份证号一格里像有两个号码；请分成两行", block.filter(two.fill_null(value=False))["row"])
    hidden = numbers.str.contains(r"[*＊]|X{2}").fill_null(value=False)
    notes.add_problem(
        "身份证号隐去了几位（星号），不同的人会成为一个人；请用没有隐去的原表", block.filter(hidden)["row"]
    )
    other = numbers.is_not_null() & ~identity.is_number(numbers)
    unsaid = other & ~numbers.is_in([*words()["unknown"]]).fill_null(value=True)
    notes.add_problem(
        "身份证号一栏写的不是号码，多半是错了栏；请核对，确实没有号码的写“无”", block.filter(unsaid)["row"]
    )
    notes.remark("行没有身份证号（如“无”“待补”），各算一个不知是谁的人", int((other & ~unsaid).sum()))
    return numbers.set(other, None)


def _without_heads(block: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    """Without the header said again, as on each page of what was printed; another header in mid-table is a problem."""
    labels = words()["labels"]
    texts = block.filter(~block["identity"].str.contains(r"\d").fill_null(value=True)).select(pl.exclude(SAID, BESIDE))
    heads = [line for line in texts.iter_rows(named=True) if labels.get(label_of(line["identity"])) == "identity"]
    same = [
        line["row"]
        for line in heads
        if all(labels.get(label_of(text)) == name for name, text in line.items() if text and name != "row")
    ]
    notes.remark("行是重复的表头，没有计入", len(same))
    other = [line["row"] for line in heads if line["row"] not in same]
    notes.add_problem("又有一行表头，各栏与开头的不同；请统一各栏，或分成两张表", pl.Series(other, dtype=pl.Int32))
    gone = [line["row"] for line in heads]
    return block.filter(~pl.col("row").is_in(gone)) if gone else block


def _note_titles(block: pl.DataFrame, notes: Notes, *, month: date | None, unit: str, units: Mapping[str, str]) -> None:
    """Titles in mid-table of another month or unit: lines below would be taken for what stands above."""
    bare = block.filter(pl.col("identity").is_null()).select("row", pl.exclude("row", "identity"))
    other = []
    for row, *texts in bare.iter_rows():
        for text in texts:
            if text and "年" in text and not is_foot(text) and not _DAY.search(text):
                says_month = "month" not in block.columns and month_in(text) not in (None, month)
                says_unit = "unit" not in block.columns and unit_in(text, units) not in ("", unit)
                other += [row] if says_month or says_unit else []
    notes.add_problem(
        "表中间又有标题，月份或单位与开头的不同；请分成几张表，或加月份、单位栏",
        pl.Series(sorted(set(other)), dtype=pl.Int32),
    )


def _without_sums(block: pl.DataFrame, notes: Notes) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Without sums, also of a township or a page, and signatures: lines without a number that say so in some cell; those.

    In a column that is not read, like a remark, a word for a sum means one where nobody is named.
    """
    texts = [name for name in block.columns if name not in ("row", "identity", SAID, BESIDE)]
    # A count of persons may stand where a number does.
    bare = block.filter(~pl.col("identity").str.contains(r"\d{6}").fill_null(value=False))
    says_sum = pl.any_horizontal(pl.col(texts).str.contains(_SUM))
    says_beside = pl.col(BESIDE).str.contains(_SUM) & _is_nobody(block)
    rows = bare.filter(says_sum | says_beside.fill_null(value=False))["row"].to_list()
    rows += [
        line[0]
        for line in bare.tail(1000).select("row", *texts, BESIDE).iter_rows()
        if line[0] not in rows and any(is_foot(text) for text in line[1:] if text)
    ]
    labelled = block.filter(pl.col("identity").str.contains(r"^[^0-9]*[\u{4e00}-\u{9fa5}]")).select("row", "identity")
    rows += [row for row, text in labelled.iter_rows() if re.search(_SUM, text) or is_foot(text)]
    notes.remark("行是合计或表脚，没有计入", len(rows))
    return (block.filter(~pl.col("row").is_in(rows)) if rows else block), block.filter(pl.col("row").is_in(rows))


def _is_nobody(block: pl.DataFrame) -> pl.Expr:
    named = [pl.col(name).is_not_null() for name in ("identity", "name", "account") if name in block.columns]
    return ~pl.any_horizontal(named)


def _note_errors(block: pl.DataFrame, notes: Notes) -> None:
    """Lines in which a formula failed or was never worked out: what it should say is lost, not blank."""
    texts = [name for name in block.columns if name not in ("row", SAID, BESIDE)]
    # Looking at the first sign of every cell costs little, and hardly any begins so.
    broken = block.filter(pl.any_horizontal(pl.col(texts).str.starts_with("#")))
    broken = broken.filter(pl.any_horizontal(pl.col(texts).str.contains(_ERROR)))
    notes.add_problem("有公式出错或没有算出结果（如 #N/A）；请在源表里改好，或复制为数值后重来", broken["row"])


def _note_nobody(block: pl.DataFrame, notes: Notes) -> None:
    """Money of nobody, which may be a sum without its word; and numbers that stand in another column than theirs."""
    money = [name for name in MONEY if name in block.columns]
    paid = pl.any_horizontal(pl.col(money).str.contains("[1-9１-９]")) if money else pl.lit(value=False)
    notes.add_problem(
        "只有金额，没有姓名、号码、账号，不知是谁的；是合计请写“合计”，是一个人请补上",
        block.filter(_is_nobody(block) & paid.fill_null(value=False))["row"],
    )
    strange = block.filter(~pl.col("identity").str.contains(r"\d{6}").fill_null(value=False))
    if strange.height:
        others = strange.select(pl.exclude("row", "identity"))
        moved = others.select(
            pl.any_horizontal(
                pl.all()
                .str.replace_all(r"['‘’`]", "")
                .str.to_uppercase()
                .str.split(" ")
                .list.eval(pl.element().str.contains(_NUMBER))
                .list.any()
            ).fill_null(value=False)
        ).to_series()
        notes.add_problem("身份证号写在了别的栏里，多半从这行起错了栏；请更正", strange.filter(moved)["row"])
