"""The files of an edition: who makes which, and all of them made from the frozen content, whole or not at all.

A maker is a function `(content) -> iterator of (file name, function that gives the bytes)`. Names may hold one folder
(`网页/index.html`). Makers ask the content and nothing else: the same function makes the frozen files and, for an edition
that was replaced, its marked copies. A maker whose content carries a `notice_zh` says it in every file.
"""

import base64
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import import_module
from pathlib import Path, PurePosixPath

from warehouse.editions.content import Content

Step = tuple[str, Callable[[], bytes]]
Maker = Callable[[Content], Iterator[Step]]
Progress = Callable[[str, int, int], None]

MAKERS = ("warehouse.editions.files:papers", "warehouse.editions.files:packs")
"""`module:function`, imported when an edition is made; the order is the order of files."""


def steps(content: Content) -> list[Step]:
    """Every file of an edition, not yet made, in order.

    Raises:
        ValueError: two makers want one name, or a name leaves the folder.
    """
    found: list[Step] = []
    for name in MAKERS:
        module, _, function = name.partition(":")
        found += getattr(import_module(module), function)(content)
    names = [name for name, _ in found]
    if len(set(names)) != len(names) or not all(map(_stays_inside, names)):
        raise ValueError(f"files of an edition: twice the same or outside the folder: {names}")
    return found


def prepare(content: Content, folder: Path, progress: Progress | None = None) -> list[Path]:
    """Make every file of an edition in a folder; the paths written.

    Raises:
        PaperError: a file cannot be made.
        OSError: the folder cannot be written.
    """
    listed = steps(content)
    made = []
    for place, (name, make) in enumerate(listed, start=1):
        if progress:
            progress(f"生成 {name}", place, len(listed))
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(make())
        made.append(target)
    return made


def papers(content: Content) -> Iterator[Step]:
    """通报 as PDF, Word, Excel and pictures."""
    from warehouse.paper.produce import write_text
    from warehouse.paper.requests import Request

    template = base64.b64decode(content.template_base64) if content.template_base64 else None
    request = Request(
        city_area_id=content.edition.city_area_id,
        template=template,
        template_name=f"模板 {content.template_name}" if template else "模板",
    )
    for form in ("pdf", "docx", "xlsx", "png", "svg"):
        yield content.file_name("通报", form), partial(write_text, [content.briefing], form, request)


def packs(content: Content) -> Iterator[Step]:
    """汇报 as PowerPoint, the page for the wall, the folder of pages without script; none of an edition frozen before there were slides."""
    if content.deck is None:
        return
    from warehouse.paper.files import slides, stage, web

    pack = content.pack()
    name = f"{content.edition.area_id}-{content.edition.month:%Y-%m}-{content.edition.letter}"
    yield content.file_name("汇报", "pptx"), partial(slides.write, pack.deck)
    yield content.file_name("投影", "html"), partial(stage.write, pack)
    yield content.file_name("网页", "zip"), partial(web.write, pack, name)
    yield from _nameless(content)


def _nameless(content: Content) -> Iterator[Step]:
    """The comparison without names of a city's edition; none where its units are too few to hide among."""
    from warehouse.paper import anonymous

    source = content.compared()
    if not content.edition.is_city or not anonymous.groups(source):
        return
    made = cache(lambda: dict(anonymous.files(source)))
    for form in ("pptx", "docx", "xlsx"):
        yield content.file_name(anonymous.KIND_ZH, form), partial(lambda form: made()[form], form)


def _stays_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and not any(p.startswith(".") for p in parts)
