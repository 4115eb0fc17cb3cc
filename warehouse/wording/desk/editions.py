"""Editions in words: what an edition replaces, what is new since the last one, what was asked and came back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from warehouse.wording.grammar.cited import Cited, cited, listed
from warehouse.wording.grammar.dates import date_zh, month_zh

NOTHING_CHANGED_ZH = "无修订"
LAST_ZH, REPLACED_ZH = "上期", "被更正的"


def signed_state(name_zh: str) -> str:
    """What stands at the foot of everything of a signed edition."""
    return f"已签发 {name_zh}"


def draft_state(name_zh: str) -> str:
    """What stands at the foot of what is not signed."""
    return f"草稿·未签发 {name_zh}"


def replaced_notice(old_zh: str, new_zh: str, signed_on: date, note_zh: str) -> str:
    """What every page and file of an edition says once another corrected it."""
    return f"{old_zh} 已被更正版 {new_zh} 替代，{date_zh(signed_on)}签发；更正说明：{note_zh}"


def withdrawn_notice(name_zh: str, on: date, reason_zh: str) -> str:
    """What every page and file of an edition says once it was taken back."""
    return f"{name_zh} 已撤回，{date_zh(on)}；原因：{reason_zh}"


def correction(old_zh: str, signed_on: date, note_zh: str) -> Cited:
    """What a 更正版 says of itself first."""
    return cited(f"本版为更正版，替代{date_zh(signed_on)}签发的 {old_zh}。更正说明：{note_zh}。".replace("。。", "。"))


def without_news(month: date, data_month: date) -> Cited:
    """The first sentence where nothing came for the month of the edition."""
    return cited(
        f"{month_zh(month)}无新数据，沿用{data_month.month}月：以下为截至{month_zh(data_month)}底的数，不作环比。"
    )


def headline_without_news(data_month: date) -> str:
    """The same as the first words of a page."""
    return f"本月无新数据，沿用{data_month.month}月："


def since_first() -> Cited:
    """What is said where there is no edition before."""
    return cited("本单位首期汇报版，没有上期可比。")


def same_release(replaced_zh: str, release_id: str) -> Cited:
    """What is said where a correction stands on the release of the edition it replaces."""
    return cited(
        f"与被更正的 {replaced_zh} 所用批次相同（{release_id}），批次里的数没有一个变化；改的是文字、评述或所选的节。"
    )


def since_beyond(named_zh: str, release_id: str) -> Cited:
    """What is said where the release of an edition (`上期 …`) is not here any more."""
    return cited(f"{named_zh} 所用批次 {release_id} 不在本机，不能逐数比对。")


def since(named_zh: str, restated: int, rounding: int, added: int, removed: int, *, is_without_news: bool) -> Cited:
    """How much is new since an edition (`上期 …`, `被更正的 …`), in one sentence."""
    if is_without_news:
        return cited(f"与{named_zh} 相比，没有新数据，{NOTHING_CHANGED_ZH}。")
    parts = [f"新增{added}个数" if added else "没有新增的数", f"不再采用{removed}个数" if removed else ""]
    parts.append(f"修订{restated}个数，见下表" if restated else NOTHING_CHANGED_ZH)
    parts.append(f"另有{rounding}个数只动了末位，印出来不变" if rounding else "")
    return cited(f"与{named_zh} 相比：{'；'.join(part for part in parts if part)}。")


def units_moved(which_zh: str, new: Sequence[str], missing: Sequence[str]) -> Cited | None:
    """Which units began or stopped reporting since an edition; None where none did."""
    then, now = ("上期", "本期") if which_zh == LAST_ZH else ("原版", "本版")
    parts = [
        f"{then}未报、{now}报送的：{listed(new, most=20)}" if new else "",
        f"{then}报送、{now}未报的：{listed(missing, most=20)}" if missing else "",
    ]
    said = "；".join(part for part in parts if part)
    return cited(f"{said}。") if said else None


def declared(targets: Sequence[str], definitions: Sequence[str]) -> Cited:
    """Targets and definitions that changed, or that none did."""
    if not targets and not definitions:
        return cited("目标和口径没有变化。")
    return cited(f"{'；'.join((*targets, *definitions))}。")


def question_head(total: int, open_count: int, waiting: int, overdue: int) -> Cited:
    """How the questions stand, first on the cover."""
    parts = [f"{open_count}件未答复" if open_count else "", f"{waiting}件已答复待销号" if waiting else ""]
    late = f"，其中{overdue}件逾期" if overdue else ""
    return cited(f"上期追问未销号{total}件：{'，'.join(part for part in parts if part)}{late}。")


def question(row: Mapping[str, Any], answer: Cited | None) -> Cited:
    """One question with its owner, its day and what came back.

    Args:
        row: number, area_zh, indicator_zh, text_zh, owner_zh, due_on, is_overdue.
    """
    about = " ".join(part for part in (row["area_zh"], row["indicator_zh"]) if part)
    head = f"追问{row['number']}（{about}）：{row['text_zh'].rstrip('。？?')}？责任单位：{row['owner_zh']}，期限{date_zh(row['due_on'])}。"
    if answer is not None:
        return cited(head, "答复：", answer, "" if answer.text.endswith(("。", "！", "？")) else "。")
    return cited(head, "逾期未答复。" if row["is_overdue"] else "尚未答复。")


def comment_lead(area_zh: str, indicator_zh: str, author_zh: str, on: date) -> str:
    """What stands before a comment: about what, by whom, when."""
    about = f"{area_zh}{indicator_zh}" if indicator_zh else area_zh
    return f"{about}（{author_zh}，{date_zh(on)}）："


def listing(city_zh: str, counts: Mapping[str, int], open_questions: int) -> str:
    """The first line of the list: what stands signed, what is being written, what is asked."""
    signed, writing = counts.get("signed", 0), counts.get("draft", 0) + counts.get("waiting", 0)
    if not any(counts.values()):
        head = f"{city_zh}还没有签发过汇报版，也没有草稿"
    else:
        head = f"{city_zh}现行汇报版{signed}份" + (f"，草稿和待审{writing}份" if writing else "")
    return f"{head}；追问{open_questions}件没有销号。" if open_questions else f"{head}，没有未销号的追问。"


def not_standing(name_zh: str, state_zh: str) -> str:
    """The first line of an opened edition that does not stand any more."""
    return f"{name_zh} {state_zh}，以下是当时签发的原文。"


def writing(name_zh: str, state_zh: str, errors: int, waiting: int) -> str:
    """The first line of an edition being written: whether it may be signed, and what stands in the way."""
    if errors:
        return f"{name_zh}（{state_zh}）还不能签发：{errors}处必须先改，{waiting}条待确认。"
    if waiting:
        return f"{name_zh}（{state_zh}）没有必须先改的，{waiting}条提醒待逐条确认。"
    return f"{name_zh}（{state_zh}）已经核对完，可以签发。"
