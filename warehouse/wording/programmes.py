"""What documents promised, counted in sentences: how many named things have printed figures and how many have none."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from warehouse.wording.grammar.alike import by_value, together
from warehouse.wording.grammar.dates import date_zh, month_zh

NO_FIGURES_ZH = "文件未公布数字"
# Said to be done in future, or left to others; the rest is said to be in force or done.
AHEAD = ("planned", "encouraged")

# What a title of a reply says besides the motion it answers, and the place before a title in quotation marks.
TITLE_FRAME = ("关于对", "对", "市政协", "的答复")
_PLACE = re.compile(r"^[^“”]{1,8}[市州盟县区](?=“)")

Row = Mapping[str, Any]


def document_short(row: Row) -> str:
    """A document by its number; where none is printed, by what its title says of itself."""
    if row["source_number_zh"]:
        return row["source_number_zh"]
    title = row["source_title_zh"]
    for frame in TITLE_FRAME:
        title = title.removeprefix(frame).removesuffix(frame)
    return _PLACE.sub("", title)


def with_figures(rows: Sequence[Row]) -> int:
    """How many of the rows have at least one printed figure."""
    return sum(bool(row["figures"]) for row in rows)


def finding(city_zh: str, rows: Sequence[Row]) -> str:
    """The first line of the page: how much was named, how much of it in figures, how much of what is still to come."""
    if not rows:
        return f"本批次没有一份公开文件点名{city_zh}的制度、工程和政策。"
    documents = len({source for row in rows for source in row["source_ids"]})
    ahead = [row for row in rows if row["status_code"] in AHEAD]
    behind = [row for row in rows if row["status_code"] not in AHEAD]
    head = f"{city_zh}{documents}份公开文件点名{len(rows)}项制度、工程和政策（几份都提到的只计一次），印有数字的{with_figures(rows)}项"
    if not ahead or not behind:
        return f"{head}，其余{len(rows) - with_figures(rows)}项{NO_FIGURES_ZH}。"
    return (
        f"{head}；说已做的{len(behind)}项中{with_figures(behind)}项有数字，"
        f"说要做或鼓励的{len(ahead)}项中只有{with_figures(ahead)}项。"
    )


def share_claim(rows: Sequence[Row]) -> str:
    """The claim over the board: which family has figures for most of what it names, and which for nothing."""
    families: dict[str, list[Row]] = {}
    for row in rows:
        families.setdefault(row["family_zh"], []).append(row)
    none = [name for name, each in families.items() if not with_figures(each)]
    tail = f"；{'、'.join(none)}一个数字也没有" if none else ""
    most = by_value(families.items(), lambda item: with_figures(item[1]) / len(item[1]), 0)[0]
    if len(none) == len(families):
        return f"{len(families)}类都一个数字也没有"
    counts = "、".join(f"{len(each)}项中{with_figures(each)}项" for _, each in most)
    return f"{together(name for name, _ in most)}印出数字的比例最高：{counts}有数字{tail}"


def shown_claim(shown: int, of: int, without: int) -> str:
    """How many entries the choice leaves, and how many of them have no figure."""
    chosen = f"登记册{of}项" if shown == of else f"登记册{of}项中选出{shown}项"
    return f"{chosen}，{without}项{NO_FIGURES_ZH}" if shown else f"登记册{of}项中没有符合所选条件的"


def event_date(row: Row) -> str:
    """When something happened, as exactly as the document dates it."""
    start: date = row["start_on"]
    if row["precision_code"] == "day":
        return date_zh(start)
    if row["precision_code"] == "month":
        return month_zh(start)
    if row["end_on"] is None:
        return f"{start.year}年起，截止未注明"
    return f"{start.year}年" if start.year == row["end_on"].year else f"{start.year}—{row['end_on'].year}年"


def event_year(row: Row) -> int:
    """The year an event belongs to: when it ends, or begins where no end is printed."""
    return (row["end_on"] or row["start_on"]).year


def timeline_claim(rows: Sequence[Row]) -> str:
    """The claim over the timeline: from when to when, and the year with most to come due."""
    due: dict[int, int] = {}
    for row in rows:
        due[event_year(row)] = due.get(event_year(row), 0) + 1
    most = sorted(year for year in due if due[year] == max(due.values()))
    years = together(f"{year}年" for year in most)
    return f"文件写明日期的{len(rows)}件事，从{min(row['start_on'] for row in rows).year}年到{max(due)}年；{years}最多，{'各' if len(most) > 1 else ''}{due[most[0]]}件"
