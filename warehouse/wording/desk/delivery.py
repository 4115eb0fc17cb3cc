"""What leaves by itself, in words: alerts a line each, the month in three sentences."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from warehouse.wording.grammar.dates import instant_zh, month_zh
from warehouse.wording.targets import outlook_word

Row = Mapping[str, Any]
MOST_NAMED, MOST_LINES = 3, 12
DEMO_ZH = "演示数据"
_SENTENCE = re.compile(r"[^。]+。?")


def overdue(rows: Sequence[Row]) -> str:
    """ "清丰县：逾期未报2张（2026年9月《培训》、2026年10月《培训》）"."""
    named = "、".join(f"{month_zh(row['month'])}《{row['form_zh']}》" for row in rows[:MOST_NAMED])
    return f"{rows[0]['area_zh']}：逾期未报{len(rows)}张（{named}{_more(rows)}）"


def findings(rows: Sequence[Row]) -> str:
    """ "清原县：必须更正1处（2026年10月《培训》J5：……）"."""
    named = "；".join(_finding(row) for row in rows[:MOST_NAMED])
    return f"{rows[0]['area_zh']}：必须更正{len(rows)}处（{named}{_more(rows)}）"


def _finding(row: Row) -> str:
    when = month_zh(row["month"]) if row["month"] else ""
    form = f"《{row['form_zh']}》" if row["form_zh"] else row["file_name"] or ""
    return f"{when}{form}{row['cell'] or ''}：{row['sentence_zh'].rstrip('。')}"


def _more(rows: Sequence[Row]) -> str:
    return "等" if len(rows) > MOST_NAMED else ""


def target(row: Row, city_zh: str) -> str:
    """ "濮阳目标“养老服务床位总量”：未完成（取期限当月的数）"."""
    return f"{city_zh}目标“{row['name_zh']}”：{outlook_word(row)}（{row['reason_zh']}）"


def failed_refresh(sentence_zh: str, at: datetime) -> str:
    """What the last refresh said when it did not do its work."""
    first = sentence_zh.splitlines()[0]
    return f"更新没有做成（{instant_zh(at)}）：{first}"


def alert_title(count: int, *, is_demo: bool) -> str:
    """The head of a message of alerts."""
    return f"{_demo(is_demo)}养老服务领导简报：{count}项有变化"


def alert_body(new: Sequence[str], over: Sequence[str], *, link: str, foot_zh: str) -> str:
    """New and changed alerts a line each, then those that are over; never more lines than a chat shows."""
    lines = [f"● {text}" for text in new] + [f"✓ 已解除：{text}" for text in over]
    shown = lines[:MOST_LINES]
    if len(lines) > len(shown):
        shown.append(f"另有{len(lines) - len(shown)}项，见“报送工作台”“数据质量”页或 yanglao deliver standing")
    return "\n".join([*shown, *([link] if link else []), foot_zh])


def over(subject: str, name_zh: str) -> str:
    """What is over, by its subject: the text it was told with may be of long ago."""
    kind = subject.partition(":")[0]
    names = {
        "overdue": "逾期未报", "findings": "必须更正的问题", "target": "未完成、难完成的目标", "refresh": "更新失败",
        "disk": "磁盘空间不足", "backup": "备份过旧", "drill": "恢复演练过旧",
    }  # fmt: skip
    return f"{name_zh}{'：' if name_zh else ''}{names.get(kind, kind)}"


def message_title(place_zh: str, month: Any, name_zh: str, *, is_demo: bool) -> str:
    """ "濮阳市2026年10月养老服务情况（濮阳 2026-10-A，已签发）"."""
    return f"{_demo(is_demo)}{place_zh}{month_zh(month)}养老服务情况（{name_zh}）"


def three_sentences(overall: str, problem_title: str, problem: str) -> list[str]:
    """The month in three: two of the whole, one of what stands behind; three of the whole where nothing does."""
    whole = [one for one in _SENTENCE.findall(overall) if one.strip()]
    behind = [one for one in _SENTENCE.findall(problem) if one.strip()]
    if not behind:
        return [_ended(one) for one in whole[:3]]
    title = f"{problem_title}：" if problem_title else ""
    return [_ended(one) for one in (*whole[:2], f"{title}{behind[0]}")]


def _ended(text: str) -> str:
    return f"{text.strip().rstrip('。')}。"


def message_body(sentences: Sequence[str], *, link: str, files_zh: str, stamp_zh: str) -> str:
    """Three sentences, a link, what is attached or where it is, and where all of it comes from."""
    return "\n".join([*sentences, *([link] if link else []), *([files_zh] if files_zh else []), stamp_zh])


def _demo(is_demo: bool) -> str:
    return f"【{DEMO_ZH}】" if is_demo else ""
