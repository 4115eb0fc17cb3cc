"""A folder of pages without script: opened from a stick, by an old browser, in WeChat, on paper.

Links are relative, drawings are SVG in the page, letters are those of the machine, and nothing is asked of anybody
else. The style sheet keeps to what `allowed.toml` lists, which a test holds it to.
"""

import io
import zipfile
from importlib.resources import files as resources

from warehouse.paper.deck.pack import Pack
from warehouse.paper.files.web import pages

_MOMENT = (1980, 1, 1, 0, 0, 0)
START = "index.html"


def folder(pack: Pack) -> dict[str, bytes]:
    """Every file of the folder by its relative name, the first page first."""
    made = {START: pages.first(pack), "slides.html": pages.slides(pack)}
    for place, text in enumerate(pack.texts):
        made[pages.text_name(place)] = pages.text(pack, place, text)
    for place, slide in enumerate(pack.deck.units):
        made[pages.unit_name(place)] = pages.unit(pack, slide)
    for code, walk in sorted(pack.walks.items()):
        made[pages.receipt_name(code)] = pages.receipt(pack, walk)
    told = {name: page.encode() for name, page in made.items()}
    told["style.css"] = resources("warehouse.paper.files.web").joinpath("style.css").read_bytes()
    return told


def write(pack: Pack, name: str = "briefing") -> bytes:
    """The folder as one archive; the same pack gives the same bytes."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, content in folder(pack).items():
            archive.writestr(zipfile.ZipInfo(f"{name}/{place}", _MOMENT), content, zipfile.ZIP_DEFLATED)
    return sink.getvalue()
