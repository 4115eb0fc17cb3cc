"""Numbers in a text that somebody edited, held against the numbers of the release it came from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from warehouse.paper.model import Briefing, Paragraph

# A number with the unit that gives it its meaning; a date, a place in a list and a law's number are read as they stand.
_NUMBER = re.compile(
    r"\d[\d,，]*(?:\.\d+)?(?:\s*[%％])?(?:[万亿])?(?:个百分点|人次|[人个张元位年月日岁倍所家户条件期])?"
)
_FULL = str.maketrans("０１２３４５６７８９．，％", "0123456789.,%")


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """One number of an edited paragraph that the release does not give."""

    key: str
    wording: str
    around: str


def numbers_in(text: str) -> list[str]:
    """Every number of a text with its unit, digits and marks in one form: "66.7万人", "3.2个百分点"."""
    return [_plain(found.group(0)) for found in _NUMBER.finditer(text.translate(_FULL))]


def _plain(wording: str) -> str:
    return wording.replace(",", "").replace("，", "").replace(" ", "")


def unknown_numbers(briefing: Briefing, paragraph: Paragraph, text: str) -> Iterator[Doubt]:
    """The numbers of `text` that stand nowhere in the briefing as made: neither in its sentences nor in its tables."""
    known = _known(briefing)
    flat = text.translate(_FULL)
    for found in _NUMBER.finditer(flat):
        wording = _plain(found.group(0))
        if wording not in known:
            start, end = max(0, found.start() - 8), min(len(flat), found.end() + 8)
            yield Doubt(key=paragraph.key, wording=found.group(0), around=flat[start:end])


def _known(briefing: Briefing) -> set[str]:
    known: set[str] = set()
    for paragraph in briefing.paragraphs():
        known.update(numbers_in(paragraph.lead_zh + "".join(one.text for one in paragraph.sentences)))
        # A number of a row ("35.2、28.9个百分点") carries the unit of the last: each may stand with it alone.
        known.update(numbers_in(" ".join(figure.wording for figure in paragraph.figures)))
    for table in briefing.tables():
        for row in table.rows:
            for cell in row:
                known.update(numbers_in(cell.text))
    bare = {re.sub(r"(个百分点|人次|[人个张元位])$", "", one) for one in known}
    return known | bare | {f"{one}个百分点" for one in bare if "." in one and not one.endswith("%")}


def doubts(briefing: Briefing) -> list[str]:
    """One line for each number of the edited paragraphs that the release does not give; none where nothing is edited."""
    return [
        f"{briefing.area_zh} {doubt.key}：“{doubt.wording}”（…{doubt.around}…）不在批次 {briefing.stamp.release_id} 给出的数里，请核对；没有凭证的数不要印发"
        for paragraph in briefing.paragraphs()
        if paragraph.edited_zh is not None
        for doubt in unknown_numbers(briefing, paragraph, paragraph.edited_zh)
    ]
