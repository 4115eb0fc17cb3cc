"""A comparison in which no unit is named, for papers that leave the house: letters, rates, and nothing that leads back.

There is no key. Letters follow from the printed values alone (the first unit of the first indicator is 单位A), so that a
file holds nothing beyond its values. Left out is what would tell a unit by other means: amounts, numerators and
denominators, receipts, digits nobody prints, and units or indicators whose blanks fewer than three share. Every byte of
every file is searched for the names before it is handed out.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import unescape
from typing import Any

from warehouse.errors import PaperError
from warehouse.paper.deck.model import Bar, Bars, Deck, Slide
from warehouse.paper.deck.of_units import short_label
from warehouse.paper.facts import Facts
from warehouse.paper.model import Briefing, Cell, Column, Paragraph, Section, Stamp, Table
from warehouse.wording import deck as claims
from warehouse.wording.grammar.alike import ZONE
from warehouse.wording.grammar.cited import Cited
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import percent
from warehouse.wording.months import is_share, value_text
from warehouse.wording.overview_months import is_small_task, matrix_claim

SMALLEST_GROUP = 3
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
KIND_ZH = "匿名比较"
_GROUPS = (("administrative", "县（区）"), (ZONE, "功能区"))
_LIST_SIGN = re.compile(r"[a-z0-9_]")
_TAG = re.compile(r"<[^>]*>")

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is compared: `cells` of `overview.matrix`, indicators by code, units with their names, and the stamp."""

    cells: Sequence[Row]
    indicators: Mapping[str, Row]
    units: Sequence[Row]
    city_zh: str
    area_id: str
    month: date
    stamp: Stamp
    edition_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """The units of one kind that may be shown, in order of their letters, and the indicators they are shown in."""

    name_zh: str
    rows: tuple[tuple[str, Mapping[str, Row]], ...]
    codes: tuple[str, ...]
    left_units: int
    left_codes: tuple[str, ...]


def source_of(facts: Facts) -> Source:
    """The month of a city as it is compared."""
    return Source(
        cells=facts.cells,
        indicators={code: facts.indicators[code] for code in facts.codes},
        units=facts.units,
        city_zh=facts.city["name_zh"],
        area_id=facts.city["area_id"],
        month=facts.month,
        stamp=facts.stamp(),
    )


def shown(cell: Row, indicator: Row) -> float | None:
    """What of a cell may be compared without naming: a completion or a rate, at the digits that are printed."""
    if cell["value"] is None or is_small_task(cell):
        return None
    if cell["against_code"] == "pace":
        return round(cell["completion"], 3)
    if indicator["kind_code"] != "ratio":
        return None
    return round(cell["value"], 3 if is_share(indicator) else max(indicator["decimals"] or 0, 1))


def groups(source: Source) -> list[Group]:
    """The groups of which at least SMALLEST_GROUP units can be shown, letters running through all of them."""
    by_unit: dict[str, dict[str, Row]] = {}
    for cell in source.cells:
        if cell["level_code"] == "unit":
            by_unit.setdefault(cell["area_id"], {})[cell["indicator_code"]] = cell
    made, given = [], 0
    for kind, name in _GROUPS:
        units = [cells for cells in by_unit.values() if next(iter(cells.values()))["kind_code"] == kind]
        kept, codes, left = _many_enough(units, source.indicators)
        if not kept:
            continue
        # By values alone; units alike in all of them are the same line twice.
        kept.sort(key=lambda cells: tuple(-(shown(cells[code], source.indicators[code]) or -1e9) for code in codes))
        rows = tuple((f"单位{_letter(given + place)}", cells) for place, cells in enumerate(kept))
        given += len(kept)
        made.append(Group(name_zh=name, rows=rows, codes=codes, left_units=len(units) - len(kept), left_codes=left))
    return made


def _letter(place: int) -> str:
    return LETTERS[place] if place < len(LETTERS) else _letter(place // 26 - 1) + LETTERS[place % 26]


def _many_enough(
    units: list[dict[str, Row]], indicators: Mapping[str, Row]
) -> tuple[list[dict[str, Row]], tuple[str, ...], tuple[str, ...]]:
    """Units and indicators such that no pattern of blanks is shared by fewer than SMALLEST_GROUP units.

    What has to go is chosen one by one, each time whichever loses fewer values: the units, or one of their indicators.
    """
    codes = list(next(iter(units), {}))
    codes = [code for code in codes if any(shown(cells[code], indicators[code]) is not None for cells in units)]
    units = [cells for cells in units if any(shown(cells[code], indicators[code]) is not None for code in codes)]
    left: list[str] = []
    while len(units) >= SMALLEST_GROUP and codes:
        patterns = [tuple(shown(cells[code], indicators[code]) is None for code in codes) for cells in units]
        counted = Counter(patterns)
        few = [place for place, pattern in enumerate(patterns) if counted[pattern] < SMALLEST_GROUP]
        if not few:
            return units, tuple(codes), tuple(left)
        options: list[tuple[int, str, Any]] = []
        if len(units) - len(few) >= SMALLEST_GROUP:
            options.append((sum(not blank for place in few for blank in patterns[place]), "units", set(few)))
        for column, code in enumerate(codes):
            blanks = sum(pattern[column] for pattern in patterns)
            if blanks:
                options.append((len(units) - blanks, "code", code))
        _, what, which = min(options, key=lambda one: (one[0], one[1]))
        if what == "units":
            units = [cells for place, cells in enumerate(units) if place not in which]
        else:
            codes.remove(which)
            left.append(which)
    return [], (), ()


# ── content ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def deck_of(source: Source) -> Deck:
    """Slides: a table of all letters, then bars by indicator.

    Raises:
        PaperError: there are too few units to hide among.
    """
    found = _must_be(groups(source))
    codes = [code for code in source.indicators if any(code in group.codes for group in found)]
    slides = [_table_slide(source, found, codes), *(_bars_slide(source, found, code) for code in codes[:11])]
    return Deck(
        title_zh=_title(source),
        area_id=source.area_id,
        area_zh=source.city_zh,
        month=source.month,
        slides=tuple(slides),
        units=(),
        stamp=source.stamp,
        edition_id=source.edition_id,
    )


def briefing_of(source: Source) -> Briefing:
    """The comparison as a text with one table a group. Raises PaperError as `deck_of`."""
    found = _must_be(groups(source))
    tables = tuple(
        _table(source, [group], f"表{place}　{group.name_zh}（单位匿名）") for place, group in enumerate(found, start=1)
    )
    said = Paragraph(key="anonymous-1", sentences=(Cited(text=about_zh(found, source)),))
    section = Section(code="anonymous", title_zh="一、各单位比较（单位匿名）", paragraphs=(said,), tables=tables)
    return Briefing(
        kind_code="city",
        area_id=source.area_id,
        area_zh=source.city_zh,
        month=source.month,
        title_zh=_title(source),
        addressee_zh="",
        sections=(section,),
        stamp=source.stamp,
        sources_zh=(source.stamp.source_zh,),
    )


def about_zh(found: Sequence[Group], source: Source) -> str:
    """What the letters are, and what is left out so that nobody can be told."""
    left = sum(group.left_units for group in found)
    hidden = dict.fromkeys(code for group in found for code in group.left_codes)
    names = "、".join(source.indicators[code]["label_zh"] for code in hidden)
    parts = [
        f"摘自汇报版 {source.edition_id}" if source.edition_id else "",
        "单位以字母代替，字母只按表中第一项的数由高到低排，没有对照表",
        "只列比率和完成率，不列数量、分子分母和凭证",
        f"缺数与别的单位不同的{left}个单位未列" if left else "",
        f"{names}在部分单位中不列" if names else "",
        f"少于{SMALLEST_GROUP}个单位的组不列",
        "与点名的通报放在一起可以按数值对出单位，请勿一并印发",
    ]
    return "；".join(part for part in parts if part) + "。"


def _must_be(found: list[Group]) -> list[Group]:
    if not found:
        raise PaperError(
            f"匿名比较：能比较的单位不足{SMALLEST_GROUP}个，隐去名称也认得出，没有生成。请等更多单位有数后再试"
        )
    return found


def _title(source: Source) -> str:
    return f"{source.city_zh}{month_zh(source.month)}养老服务工作比较（单位匿名）"


def _apart(said: str) -> str:
    """A sentence in which no letter runs into the number after it: "单位F 8项中4项"."""
    return re.sub(r"(单位[A-Z]+)(?=\d)", r"\1 ", said)


def _text(cell: Row, indicator: Row) -> str:
    value = shown(cell, indicator)
    if value is None:
        return "—"
    if cell["against_code"] == "pace":
        return percent(value)
    return value_text(value, indicator).removesuffix("" if is_share(indicator) else indicator["unit_zh"])


def _table(source: Source, found: Sequence[Group], caption_zh: str) -> Table:
    codes = [code for code in source.indicators if any(code in group.codes for group in found)]
    columns = (Column(head_zh="单位"), *(_column(source.indicators[code], found) for code in codes))
    lines = []
    for group in found:
        rows = tuple(
            (Cell(text=name), *(_cell(cells[code], source.indicators[code], code in group.codes) for code in codes))
            for name, cells in group.rows
        )
        lines.append((group.name_zh if len(found) > 1 else "", rows))
    return Table(caption_zh=caption_zh, columns=columns, groups=tuple(lines))


def _column(indicator: Row, found: Sequence[Group]) -> Column:
    cells = [cells[indicator["indicator_code"]] for group in found for _, cells in group.rows]
    is_task = any(cell["against_code"] == "pace" for cell in cells)
    unit = "" if is_task or is_share(indicator) else indicator["unit_zh"]
    head = f"{short_label(indicator)}完成率" if is_task else short_label(indicator)
    return Column(
        head_zh=head, unit_zh=unit, form="share" if not unit else "number", decimals=indicator["decimals"] or 1
    )


def _cell(cell: Row, indicator: Row, is_kept: bool) -> Cell:
    if not is_kept:
        return Cell(text="—")
    tone = {"behind": "watch", "ahead": "good"}.get(cell["standing_code"], "")
    return Cell(text=_text(cell, indicator), value=shown(cell, indicator), tone=tone)


def _table_slide(source: Source, found: Sequence[Group], codes: Sequence[str]) -> Slide:
    units = [
        [{**cells[code], "area_zh": name} for code in group.codes] for group in found for name, cells in group.rows
    ]
    table = _table(source, found, "各单位比较")
    return Slide(
        key="units",
        claim=Cited(text=_apart(matrix_claim(units))),
        what_zh="格内为完成率或比率；▼落后、▲领先为与序时进度或全市比",
        table=replace(table, columns=table.columns[:9], groups=tuple((name, tuple(row[:9] for row in rows)) for name, rows in table.groups)),
        note_zh="单位以字母代替，没有对照表；与点名的通报放在一起可以对出单位，请勿一并印发",
    )  # fmt: skip


def _bars_slide(source: Source, found: Sequence[Group], code: str) -> Slide:
    indicator = source.indicators[code]
    told, lettered, is_task = [], [], False
    for group in found:
        if code not in group.codes:
            continue
        bars = []
        for name, cells in group.rows:
            cell = cells[code]
            is_task = is_task or cell["against_code"] == "pace"
            lettered.append({**cell, "area_zh": name})
            tone = {"behind": "watch", "ahead": "good"}.get(cell["standing_code"], "flat")
            bars.append(Bar(name=name, value=shown(cell, indicator), text=_text(cell, indicator), tone=tone))
        bars.sort(key=lambda bar: -(bar.value or 0))
        told.append((group.name_zh if len(found) > 1 else "", tuple(bars)))
    city = next(
        (cell for cell in source.cells if cell["level_code"] == "city" and cell["indicator_code"] == code), None
    )
    said = (claims.task_claim if is_task else claims.rate_claim)(city, lettered, indicator)
    label = f"{indicator['label_zh']}完成率" if is_task else indicator["label_zh"]
    return Slide(
        key=f"bars-{code}",
        claim=Cited(text=_apart(said.text)),
        what_zh=f"{month_zh(source.month)}{label}，由高到低",
        bars=Bars(
            groups=tuple(told),
            is_share=is_task or is_share(indicator),
            unit_zh="" if is_task or is_share(indicator) else indicator["unit_zh"],
            value_zh=label,
        ),
        note_zh="单位以字母代替，没有对照表",
    )


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def files(source: Source) -> Iterator[tuple[str, bytes]]:
    """幻灯片, Word and Excel: form and bytes, each searched for the names of the units.

    Raises:
        PaperError: too few units, or a name stands in a file after all; nothing is handed out then.
    """
    from warehouse.paper.files import excel, slides, word

    text = briefing_of(source)
    for form, content in (
        ("pptx", slides.write(deck_of(source))),
        ("docx", word.write(text)),
        ("xlsx", excel.write([text])),
    ):
        if told := reveals(content, source.units):
            raise PaperError(f"匿名比较（{form}）：文件里还认得出{len(told)}个单位，没有生成。请告知运维人员")
        yield form, content


def write(source: Source) -> bytes:
    """The three files in one archive. Raises PaperError as `files`."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for form, content in files(source):
            item = zipfile.ZipInfo(f"comparison.{form}", (1980, 1, 1, 0, 0, 0))
            archive.writestr(item, content, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def reveals(content: bytes, units: Sequence[Row]) -> list[str]:
    """The units whose name or id stands anywhere in a file, inside archives in it as well."""
    parts = list(_parts(content))
    return [unit["area_id"] for unit in units if any(_stands(unit, part) for part in parts)]


def _parts(content: bytes) -> Iterator[bytes]:
    """The bytes of a file and of everything packed in it, with the names under which it is packed."""
    if content[:2] != b"PK":
        yield content
        if content.lstrip()[:1] == b"<":
            # Letters may be written as numbers, and a name cut by marks: as a reader's program puts it together.
            text = unescape(content.decode("utf-8", "ignore"))
            yield text.encode()
            yield _TAG.sub("", text).encode()
    else:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive.comment
            for item in archive.infolist():
                yield item.filename.encode() + item.comment + item.extra
                yield from _parts(archive.read(item))


def _stands(unit: Row, part: bytes) -> bool:
    names = {unit["name_zh"], unit["short_name_zh"]}
    if any(name.encode(code) in part for name in names if name for code in ("utf-8", "utf-16-le", "gb18030")):
        return True
    # An id of letters may stand inside another word; as a word of its own it is the unit.
    place = part.find(unit["area_id"].encode())
    while place >= 0:
        around = part[max(place - 1, 0) : place], part[place + len(unit["area_id"]) :][:1]
        if not any(_LIST_SIGN.fullmatch(sign.decode("latin-1")) for sign in around if sign):
            return True
        place = part.find(unit["area_id"].encode(), place + 1)
    return False
