"""The folder of pages: every link leads somewhere in it, nothing is asked of anybody else, old browsers know all of it."""

import re
import tomllib
import zipfile
from html.parser import HTMLParser
from io import BytesIO
from posixpath import dirname, join, normpath

import pytest

from tests.conftest import ROOT, profile_in
from warehouse.paper.deck.pack import _facts, figures_of, pack_of
from warehouse.paper.files import web
from warehouse.paper.model import receipt_code
from warehouse.read.receipt.receipts import receipt, split_receipt_id

ALLOWED = tomllib.loads((ROOT / "warehouse/paper/files/web/allowed.toml").read_text(encoding="utf-8"))
STYLE = ROOT / "warehouse/paper/files/web/style.css"


@pytest.fixture(scope="module")
def pack(months_release, facts):
    return pack_of(months_release, facts)


@pytest.fixture(scope="module")
def folder(pack):
    return web.folder(pack)


class Tags(HTMLParser):
    """The elements, links, ids and inline attributes of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements, self.links, self.ids, self.attributes = set(), [], set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ("href", "src", "xlink:href"):
                self.links.append(value)
            if name == "id":
                self.ids.add(value)


def pages(folder):
    return {name: Tags(content.decode()) for name, content in folder.items() if name.endswith(".html")}


def test_every_link_leads_to_a_page_of_the_folder_and_to_a_place_on_it(folder):
    read = pages(folder)
    followed = 0
    for name, tags in read.items():
        for link in tags.links:
            place, _, part = link.partition("#")
            target = normpath(join(dirname(name), place)) if place else name
            assert target in folder, (name, link)
            assert not part or part in read[target].ids, (name, link)
            followed += 1
    assert followed > 300


def test_every_number_with_a_receipt_has_a_page_for_it_that_walks_as_the_app_does(pack, folder, months_release):
    figures = figures_of(pack.deck, pack.texts)
    linked = "".join(content.decode() for name, content in folder.items() if name.endswith(".html"))
    assert len(figures) > 80
    for figure in figures:
        code = receipt_code(figure)
        assert f"receipts/{code}.html" in folder and f"receipts/{code}.html" in linked, figure
    for walk in list(pack.walks.values())[:: max(1, len(pack.walks) // 8)]:
        one = receipt(months_release, **split_receipt_id(walk.full_id))
        assert tuple(_facts(one.step, 0)) == walk.facts


def test_no_page_names_who_filled_in_a_form(folder):
    assert not [name for name, content in folder.items() if re.search("，(填报|审核)", content.decode())]


def rules(css: str) -> list[tuple[str, str]]:
    """(selector or at-rule, declarations) of a style sheet without nested rules left in."""
    flat = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    found = []
    for at, body in re.findall(r"(@media[^{]*)\{((?:[^{}]*\{[^{}]*\})*[^{}]*)\}", flat):
        found.append((at.strip(), ""))
        found += re.findall(r"([^{}]+)\{([^{}]*)\}", body)
    rest = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", flat)
    return [*found, *re.findall(r"([^{}]+)\{([^{}]*)\}", rest)]


def refused(css: str) -> list[str]:
    """What of a style sheet an old browser does not know."""
    wrong = [f"@{name}" for name in re.findall(r"@([\w-]+)", css) if name not in ALLOWED["at_rules"]]
    for selector, body in rules(css):
        name = selector.strip()
        if name.startswith("@"):
            wrong += [word for word in re.findall(r"\(([\w-]+)", name) if word not in ALLOWED["media"]]
            if name.startswith("@media"):
                continue
        else:
            wrong += [word for word in re.findall(r"::?([\w-]+)", name) if word not in ALLOWED["pseudo"]]
            wrong += [sign for sign in ("[", "&", "~", "+") if sign in name]
        for declaration in filter(str.strip, body.split(";")):
            key, _, value = (part.strip() for part in declaration.partition(":"))
            wrong += [key] if key not in ALLOWED["properties"] else []
            wrong += [word for word in re.findall(r"([\w-]+)\(", value) if word not in ALLOWED["functions"]]
            wrong += [
                unit for unit in re.findall(r"(?<![#\w])\d*\.?\d+([a-z%]+)", value) if unit not in ALLOWED["units"]
            ]
            if key in ("display", "position"):
                wrong += [value] if value not in ALLOWED[key] else []
    return wrong


def test_the_style_keeps_to_what_old_browsers_know():
    assert refused(STYLE.read_text(encoding="utf-8")) == []
    # The net holds: each of these is caught.
    for css, caught in (
        ("a { display: grid }", "grid"),
        ("a { gap: 1px }", "gap"),
        ("a { width: min(1px, 2px) }", "min"),
        ("a { color: var(--x) }", "var"),
        ("a:is(b) { color: red }", "is"),
        ("@layer x { a { color: red } }", "@layer"),
        ("a { width: 5dvh }", "dvh"),
        ("a { position: sticky }", "sticky"),
        ("@media (prefers-color-scheme: dark) { a { color: red } }", "prefers-color-scheme"),
    ):
        assert any(caught in one for one in refused(css)), css


def test_the_pages_hold_no_script_no_foreign_address_and_only_elements_old_browsers_know(folder):
    for name, tags in pages(folder).items():
        assert tags.elements <= set(ALLOWED["elements"]), (name, tags.elements - set(ALLOWED["elements"]))
        assert not {one for one in tags.attributes if one.startswith("on") or one in ("style", "srcset", "loading")}
        text = folder[name].decode().replace("http://www.w3.org/", "")
        assert "http:" not in text and "https:" not in text and "//" not in text.replace("</", ""), name
        assert "演示数据" in text and "截至：" in text and "版本：" in text and "状态：" in text
    assert b"url(" not in folder["style.css"] and b"@import" not in folder["style.css"]


def test_the_archive_is_one_folder_the_same_to_the_byte_and_small(pack, folder):
    content = web.write(pack)
    assert content == web.write(pack)
    assert len(content) < 3_000_000
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {"briefing"}
        assert {name.partition("/")[2] for name in archive.namelist()} == set(folder)
        # Old unpackers take names for those of their own code page.
        assert all(name.isascii() for name in archive.namelist())


@pytest.mark.bar("EX9", "AX4")
def test_from_a_stick_without_script_and_network_it_reads_on_a_phone_and_prints(folder, chromium, tmp_path):
    for name, content in folder.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    context = profile_in(chromium, java_script_enabled=False, offline=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    unit = next(name for name in folder if name.startswith("unit-"))
    receipt_page = next(name for name in folder if name.startswith("receipts/"))
    for name in ("index.html", "slides.html", "text-00.html", unit, receipt_page):
        page.goto((tmp_path / name).as_uri())
        box = page.locator("article").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390, name
        # Whatever is wider than the phone lies in a box that scrolls by itself.
        for part in page.locator("h1, h2, p, svg, .card, .wide, li").all()[:80]:
            found = part.bounding_box()
            assert found is None or found["x"] + found["width"] <= 391, (name, part.inner_text()[:40])
    page.goto((tmp_path / "slides.html").as_uri())
    page.locator("h2 a").first.click()
    assert "/receipts/" in page.url and "凭证编号" in page.locator("article").inner_text()
    printed = page.pdf(format="A4")
    context.close()
    assert printed.startswith(b"%PDF")
    assert asked and all(url.startswith("file://") for url in asked)
