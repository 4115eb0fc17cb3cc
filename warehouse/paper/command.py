"""A briefing from the command line: words in, whole files out, with what an editor wrote that the release does not say."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from warehouse.errors import PaperError, reason_zh
from warehouse.paper.facts import gather
from warehouse.paper.numbers import doubts
from warehouse.paper.produce import briefings, produce, write_all
from warehouse.paper.requests import SHEET, wanted
from warehouse.read import Release

LARGEST_EDITS = 2_000_000
LARGEST_TEMPLATE_FILE = 50_000_000


@dataclass(frozen=True, kw_only=True)
class Made:
    """What was written, of which release, and the numbers of edited text that do not stand in it."""

    paths: tuple[Path, ...]
    release_id: str
    states_zh: tuple[str, ...]
    doubts_zh: tuple[str, ...]

    def told(self) -> dict[str, Any]:
        """For machines."""
        return {
            "files": [str(path) for path in self.paths],
            "release_id": self.release_id,
            "states_zh": list(self.states_zh),
            "doubts_zh": list(self.doubts_zh),
        }


def make_briefing(
    release: Release,
    wishes: Mapping[str, Any],
    *,
    template: Path | None,
    edits: Path | None,
    folder: Path,
    progress: Callable[[str, int, int], None] | None = None,
) -> Made:
    """Write the files that `wishes` (the arguments of `requests.wanted`) ask for into a folder.

    Raises:
        PaperError: nothing is written; says what is wrong and what to do.
    """
    request = wanted(release, **wishes)
    if template is not None:
        held = _read(template, "模板", LARGEST_TEMPLATE_FILE)
        request = replace(request, template=held, template_name=f"模板 {template.name}")
    if edits is not None:
        request = replace(request, edited=read_edits(edits))
    files = produce(release, request, progress)
    facts = gather(release, city_area_id=request.city_area_id, month=request.month)
    made = [] if request.kind == SHEET else briefings(facts, request)
    said = tuple(text for briefing in made for text in doubts(briefing))
    paths = tuple(write_all(files, folder))
    return Made(paths=paths, release_id=release.release_id, states_zh=facts.stamp().states_zh, doubts_zh=said)


def _read(path: Path, what_zh: str, largest: int) -> bytes:
    try:
        if path.stat().st_size > largest:
            raise PaperError(f"{what_zh} {path}：超过{largest // 1_000_000} MB。请换一个小些的文件")
        return path.read_bytes()
    except OSError as error:
        raise PaperError(f"{what_zh} {path}：读不出来（{reason_zh(error)}）。请检查路径与权限") from error


def read_edits(path: Path) -> dict[str, str]:
    """Rewritten paragraphs by key from a JSON file. Raises PaperError when it is not that."""
    try:
        held = json.loads(_read(path, "改写的段落", LARGEST_EDITS).decode("utf-8-sig"))
    except ValueError as error:
        raise PaperError(f'改写的段落 {path}：不是 JSON。请写成 {{"overall-1": "改后的文字"}}') from error
    if not isinstance(held, dict) or not all(isinstance(text, str) for text in held.values()):
        raise PaperError(f'改写的段落 {path}：应是段落名到文字的对照，如 {{"overall-1": "改后的文字"}}')
    return held
