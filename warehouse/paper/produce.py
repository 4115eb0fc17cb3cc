"""From an order to files: content made once, each format from the same content, written whole or not at all."""

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from warehouse.errors import PaperError, reason_zh
from warehouse.paper.facts import Facts, gather
from warehouse.paper.model import DEMO_ZH, Briefing, Cell, Column, Section, Table
from warehouse.paper.requests import KINDS_ZH, PACKS_ZH, SHEET, TEXT, WHOLE, Request
from warehouse.paper.text import city_briefing, unit_briefing
from warehouse.read import Release

Progress = Callable[[str, int, int], None]
LONGEST_EDIT = 20_000


@dataclass(frozen=True, kw_only=True)
class MadeFile:
    """One file, ready to be written or sent."""

    name: str
    content: bytes


def briefings(facts: Facts, request: Request) -> list[Briefing]:
    """The texts of an order: the city's, those of the units named, or (全套) the city's and every unit's."""
    if request.kind == WHOLE:
        own = request.unit_area_ids or tuple(unit["area_id"] for unit in facts.units)
        made = [city_briefing(facts, sections=request.sections)]
        made += [unit_briefing(facts, area_id, sections=request.sections) for area_id in own]
    elif request.unit_area_ids:
        made = [unit_briefing(facts, area_id, sections=request.sections) for area_id in request.unit_area_ids]
    else:
        made = [city_briefing(facts, sections=request.sections)]
    return [_signed_off(edited(briefing, request.edited), request) for briefing in made]


def _signed_off(briefing: Briefing, request: Request) -> Briefing:
    """The text with who sent, passed and signed its reports as the last section, where the order tells it."""
    is_city = briefing.area_id == request.city_area_id
    rows = [texts for area_id, texts in request.sign_offs if is_city or area_id == briefing.area_id]
    if not rows:
        return briefing
    table = Table(
        caption_zh="本月采用的报表由谁填报、审核、签发",
        columns=tuple(Column(head_zh=head) for head in request.sign_off_heads),
        groups=(("", tuple(tuple(Cell(text=text) for text in texts) for texts in rows)),),
    )
    section = Section(code="sign_offs", title_zh="报表签发情况", tables=(table,))
    return replace(briefing, sections=(*briefing.sections, section))


def edited(briefing: Briefing, texts: dict[str, str]) -> Briefing:
    """The briefing with paragraphs replaced by what somebody wrote; a key that does not exist is refused.

    Raises:
        PaperError: no such paragraph, or a text too long to be one.
    """
    if not texts:
        return briefing
    known = {paragraph.key for paragraph in briefing.paragraphs()}
    unknown = [key for key in texts if key not in known]
    if unknown:
        raise PaperError(f"改写的段落“{unknown[0]}”：本稿没有这一段。可选：{'、'.join(sorted(known))}")
    long = [key for key, text in texts.items() if len(text) > LONGEST_EDIT]
    if long:
        raise PaperError(f"改写的段落“{long[0]}”：超过{LONGEST_EDIT}字。请拆成几段或改短")
    return replace(briefing, sections=tuple(_edited_section(section, texts) for section in briefing.sections))


def _edited_section(section: Section, texts: dict[str, str]) -> Section:
    paragraphs = tuple(
        replace(one, edited_zh=" ".join(texts[one.key].split()) if one.key in texts else None)
        for one in section.paragraphs
    )
    return replace(section, paragraphs=tuple(one for one in paragraphs if one.edited_zh != ""))


def produce(release: Release, request: Request, progress: Progress | None = None) -> list[MadeFile]:
    """All files of an order, in order of units and formats.

    Raises:
        PaperError: nothing to write, or a template or font cannot be used.
    """
    facts = gather(release, city_area_id=request.city_area_id, month=request.month)
    steps = list(_steps(release, facts, request))
    made = []
    for place, (name, make) in enumerate(steps, start=1):
        if progress:
            progress(f"生成 {name}", place, len(steps))
        made.append(MadeFile(name=name, content=make()))
    return made


def _steps(release: Release, facts: Facts, request: Request) -> Iterator[tuple[str, Callable[[], bytes]]]:
    if request.kind == SHEET:
        yield from _sheet_steps(release, facts, request)
        return
    made = briefings(facts, request)
    groups = [made] if request.kind == WHOLE else [[one] for one in made]
    for group in groups:
        # Slides and receipts are read once, when the first file that needs them is made.
        pack = cache(partial(_pack, release, facts, group[0]))
        for form in request.formats:
            if form in PACKS_ZH:
                yield file_name(group[0], PACKS_ZH[form], form), partial(_pack_file, pack, form)
            else:
                yield _text_step(group, form, request)


def _pack(release: Release, facts: Facts, text: Briefing) -> Any:
    """Slides, text as edited and receipts of one place."""
    from warehouse.paper.deck.pack import pack_of

    made = pack_of(release, facts, area_id=text.area_id)
    return replace(made, texts=(text, *made.texts[1:]))


def _pack_file(pack: Callable[[], Any], form: str) -> bytes:
    if form == "pptx":
        from warehouse.paper.files import slides

        return slides.write(pack().deck)
    if form == "html":
        from warehouse.paper.files import stage

        return stage.write(pack())
    from warehouse.paper.files import web

    return web.write(pack())


def _sheet_steps(release: Release, facts: Facts, request: Request) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """One file a unit and format; a picture has a file a side."""
    from warehouse.paper.sheet import sheet_facts, unit_sheet

    shared = sheet_facts(release, city_area_id=request.city_area_id, month=facts.month)
    for area_id in request.unit_area_ids or tuple(unit["area_id"] for unit in facts.units):
        text = unit_briefing(facts, area_id)
        # The content of a unit's sheet is made once, when its first file is.
        data = cache(partial(_sheet_data, release, shared, area_id, unit_sheet))
        for form in request.formats:
            name = file_name(text, KINDS_ZH[SHEET], form)
            if form == "pdf":
                yield name, partial(_sheet_pdf, data)
            elif form in ("png", "svg"):
                for side, word in enumerate(("正面", "背面")):
                    yield name.replace(f".{form}", f"_{word}.{form}"), partial(_sheet_picture, data, form, side)
            elif form in PACKS_ZH:
                yield (
                    file_name(text, PACKS_ZH[form], form),
                    partial(_pack_file, cache(partial(_pack, release, shared.key, text)), form),
                )
            else:
                yield name, partial(write_text, [text], form, request)


def _sheet_data(release: Release, shared: Any, area_id: str, make: Callable[..., Any]) -> dict[str, Any]:
    return make(release, shared, area_id).data()


def _sheet_pdf(data: Callable[[], dict[str, Any]]) -> bytes:
    from warehouse.paper.files import pdf

    return pdf.sheets([data()])


def _sheet_picture(data: Callable[[], dict[str, Any]], form: str, side: int) -> bytes:
    from warehouse.paper.files import picture

    return picture.of_sheet(data(), form)[side]


def _text_step(group: Sequence[Briefing], form: str, request: Request) -> tuple[str, Callable[[], bytes]]:
    name = file_name(group[0], KINDS_ZH[WHOLE if len(group) > 1 else TEXT], form)
    return name, lambda: write_text(group, form, request)


def write_text(group: Sequence[Briefing], form: str, request: Request) -> bytes:
    """One format of one briefing or of several bound together; a format's library is imported here and not before."""
    if form == "pdf":
        from warehouse.paper.files import pdf

        return pdf.write(group)
    if form == "xlsx":
        from warehouse.paper.files import excel

        return excel.write(group)
    if form == "docx":
        from warehouse.paper.files import word

        if len(group) > 1:
            raise PaperError("全套：Word 按单位分开生成更好改，请用“通报”并选全部单位；全套可用 PDF、Excel")
        if request.template is None:
            return word.write(group[0])
        return word.write_limited(group[0], request.template, template_name=request.template_name)
    from warehouse.paper.files import picture

    return picture.of_briefing(group[0], form)


def file_name(briefing: Briefing, kind_zh: str, form: str) -> str:
    """单位_期别_种类_版本, with 演示数据 in front where it is; safe on every system."""
    parts = [briefing.area_zh, f"{briefing.month.year}年{briefing.month.month}月", kind_zh, briefing.stamp.release_id]
    name = "_".join(parts)
    return f"{DEMO_ZH + '_' if briefing.stamp.is_demo else ''}{re.sub(r'[^0-9A-Za-z一-鿿_.-]', '_', name)}.{form}"


def write_all(files: Sequence[MadeFile], folder: Path) -> list[Path]:
    """Write the files into a folder, all of them or none: a full disk leaves nothing half written.

    Raises:
        PaperError: the folder cannot be written; names it, the reason and the remedy.
    """
    waiting: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            handle, name = tempfile.mkstemp(prefix=".yanglao-", dir=folder)
            waiting.append((Path(name), folder / file.name))
            with os.fdopen(handle, "wb") as sink:
                sink.write(file.content)
                sink.flush()
                os.fsync(sink.fileno())
            Path(name).chmod(0o644)
        for temporary, target in waiting:
            temporary.replace(target)
    except OSError as error:
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)
        raise PaperError(
            f"文件夹 {folder}：写不进去（{reason_zh(error)}），一个文件也没有留下。请腾出空间或检查权限，或用 --out 另选位置"
        ) from error
    return [target for _, target in waiting]
