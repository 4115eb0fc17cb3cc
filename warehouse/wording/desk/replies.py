"""What is said of a draft: verdicts on its figures, dates and hedges that are missing, text used before."""

from collections.abc import Mapping, Sequence

from warehouse.wording.grammar.numbers import percent

VERDICTS = {
    "same": "与已知相符",
    "older": "不是最新的",
    "differs": "与已知不同",
    "later": "比已知的新",
    "unknown": "没有可对照的数",
}
IN_A_SPAN = "数相同，但稿里写的是区间，已知的是一个数，请核对是不是同一回事"
EARLIER_THAN_KNOWN = "数相同，但稿里的时点早于已知的，请核对是哪一天的数"
LATER_THAN_KNOWN = "稿里的时点晚于已知的，这里对不出，请按底表核对"


NO_DATE, BEFORE = "没有时点", "原来写的是"


def no_date(vague: str) -> str:
    """That a figure says nothing of its day, though it may seem to."""
    return f"{NO_DATE}（“{vague}”不是时点），请写明截至哪天" if vague else f"{NO_DATE}，请写明截至哪天或哪一年"


def other_deadline(year: int) -> str:
    """That a target of the same number is known for another year."""
    return f"数相同，但已知的期限是{year}年，请核对是不是同一个目标"


def other_words(said: str) -> str:
    """That the draft says otherwise of the same number."""
    return f"数相同，但稿里写了“{said}”，与已知的说法不同，请核对是不是同一回事"


def hedge_lost(wording: str) -> str:
    """That the draft is surer than what it repeats."""
    return f"{BEFORE}“{wording}”，约数说成了确数"


def hedge_added(wording: str) -> str:
    """That the draft is less sure than what it repeats."""
    return f"{BEFORE}“{wording}”，确数说成了约数"


def hedge_changed(wording: str) -> str:
    """That the draft hedges otherwise."""
    return f"{BEFORE}“{wording}”，约数的说法变了"


def second_zh(right_zh: str) -> str:
    """That another source prints another figure of the same month."""
    return f"同一时点另有一个数：{right_zh}，请先核实用哪个"


def right_zh(wording: str, origin_zh: str) -> str:
    """The figure a draft should be held against."""
    return f"{wording}（{origin_zh}）"


def repeated_zh(place: int, source_zh: str, paragraph_no: int, share: float) -> str:
    """ "第5段有83%与濮阳 2024年答复（232号）第9段逐字相同"."""
    return f"第{place}段有{percent(share, decimals=0)}与{source_zh}第{paragraph_no}段逐字相同"


def summary_zh(counts: Mapping[str, int], *, undated: int, hedges: int, repeated: int) -> str:
    """What a check found, in one sentence.

    Args:
        counts: figures by verdict.
    """
    total = sum(counts.values())
    if not total:
        return "稿里没有读到可以核对的数。"
    told = "，".join(f"{VERDICTS[code]}{counts[code]}个" for code in VERDICTS if counts.get(code))
    more = [
        f"{undated}个没有时点" if undated else "",
        f"{hedges}个约数与原来不一致" if hedges else "",
        f"{repeated}段与以前的文件大半相同" if repeated else "",
    ]
    return f"读到{total}个数：{told}。" + (f"另有{'，'.join(one for one in more if one)}。" if any(more) else "")


def hidden_zh(count: int) -> str:
    """That lines with names or telephones were checked and are not shown; empty for none."""
    return f"有{count}段写有姓名或电话：照样核对，不显示、不保存。" if count else ""


def left_zh(uncompared: Sequence[tuple[int, str]], unread: Sequence[tuple[int, str]]) -> list[str]:
    """What was not compared, and what could not be read as one quantity."""
    told = []
    if uncompared:
        named = "、".join(f"第{place}段“{wording}”" for place, wording in uncompared[:12])
        told.append(f"汉字写的数、年限、年龄等没有对照的：{named}{'等' if len(uncompared) > 12 else ''}。")
    if unread:
        named = "、".join(f"第{place}段“{wording}”" for place, wording in unread[:12])
        told.append(f"读不成一个数、请人工核对的：{named}{'等' if len(unread) > 12 else ''}。")
    return told
