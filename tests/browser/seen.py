"""A page of the app looked at once, from every side; the tests then hold what was seen against the bars."""

import re
import subprocess
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import normalize

import axe_playwright_python
from pypdf import PdfReader

from pages.registry import Entry
from tests.open_page import OpenPage

WIDE, PHONE, NARROW = 1440, 390, 375
PROJECTED = {"width": 1366, "height": 768}
LEAST_LARGE = 20
# On a page in Chinese, words of three letters and more that may stand: licences and places keep their names, and the
# buttons of a download name the format of the file.
NAMES = {"MIT", "WTFPL", "GitHub", "CSV", "Excel", "Word", "PDF", "PNG", "SVG"}

_TEXTS = """
() => {
    const shown = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement
        if (!parent.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue
        // Icons are words to a machine only; what is not larger than two pixels nobody reads.
        if (parent.closest("[data-testid=stIconMaterial], style, script")) continue
        if (parseFloat(getComputedStyle(parent).fontSize) < 2) continue
        shown.push(walker.currentNode.textContent)
    }
    return shown
}
"""
# A label in English, or one that begins with an English word said of something: "Search: 表一", "year, 期限".
ENGLISH = r"^(?:[A-Za-z][^\u4e00-\u9fff]*[A-Za-z]{2}[^\u4e00-\u9fff]*$|[A-Za-z][A-Za-z/ ]+[:,] |\d+ – [A-Z])"
_LABELS = """
() => [...document.querySelectorAll("[aria-label], [aria-valuetext], [placeholder], [title], [alt]")].flatMap(
    (element) => ["aria-label", "aria-valuetext", "placeholder", "title", "alt"].map((name) => element.getAttribute(name)).filter(Boolean)
)
"""
_SIDEWAYS = """
() => Math.max(document.documentElement.scrollWidth - document.documentElement.clientWidth,
    ...[...document.querySelectorAll("[data-testid=stMain]")].map((main) => main.scrollWidth - main.clientWidth))
"""
_SMALLEST = """
() => [...document.querySelectorAll("[data-testid=stMain] *, [data-testid=stSidebar] *")]
    .filter((element) => !element.closest("[data-testid=stIconMaterial], style, .unseen")
        && element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })
        && (element.placeholder || [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())))
    .map((element) => [parseFloat(getComputedStyle(element).fontSize), element.className, element.textContent.slice(0, 30)])
    .filter(([size]) => size >= 2)
    .sort((a, b) => a[0] - b[0])[0] ?? [99, "", ""]
"""
# Where the cards or the picture of a page begin.
_FIRST_PICTURE = """
() => Math.min(...[...document.querySelectorAll("[data-testid=stMain] :is(.card, .fig, .plan-part)")]
    .filter((element) => element.checkVisibility()).map((element) => element.getBoundingClientRect().top))
"""
# Heads that stand upright, one sign under the other, and lines of a board wider than it: what is left when columns made
# for small type are kept in large.
_SQUEEZED = """
() => {
    const squeezed = [], main = document.querySelector("[data-testid=stMain]"), range = document.createRange()
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
        const text = walker.currentNode, parent = text.parentElement, looks = getComputedStyle(parent)
        if (text.textContent.trim().length < 3 || !parent.closest("h1, h2, h3, h4, .name, .claim, .badge, .gap")) continue
        if (!parent.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue
        range.selectNodeContents(text)
        const box = range.getBoundingClientRect(), size = parseFloat(looks.fontSize)
        if (box.width > 0 && box.width < 1.5 * size && box.height > 3 * size) squeezed.push(text.textContent)
    }
    const spilt = [...main.querySelectorAll(".plan-line")].filter((line) =>
        [...line.children].some((cell) => cell.getBoundingClientRect().right > line.getBoundingClientRect().right + 3))
    return squeezed.concat(spilt.map((line) => line.textContent))
}
"""
# The tabs of figures; those that divide a page hold other things.
_FIGURE_TABS = """
const figureTabs = [...document.querySelectorAll("[data-testid=stTabs], .tabs")].filter((tabs) =>
    [...tabs.querySelector("[role=tablist]").querySelectorAll("[role=tab]")].some((tab) => tab.innerText.trim() === "图"))
"""
# What each figure shows: its sentence, the other name of its drawing, the numbers drawn and those printed beside it.
_FIGURES = f"""
() => {{ {_FIGURE_TABS} return figureTabs.map((tabs) => {{
    const panel = tabs.querySelector("[role=tabpanel]")
    const heads = [...document.querySelectorAll(".fig h2")]
        .filter((head) => head.compareDocumentPosition(tabs) & Node.DOCUMENT_POSITION_FOLLOWING)
    const plots = [...panel.querySelectorAll(".js-plotly-plot")]
    return {{
        names: [...tabs.querySelectorAll("[role=tab]")].map((tab) => tab.innerText.trim()),
        claim: heads.at(-1)?.innerText ?? "",
        alts: [...panel.querySelectorAll("[data-testid=stPlotlyChart]")].map(
            (chart) => chart.getAttribute("aria-label") ?? chart.querySelector("[aria-label]")?.getAttribute("aria-label")),
        plots: plots.length,
        drawn: plots.flatMap((plot) => [
            ...plot.data.flatMap((trace) => trace.hovertext ?? []), ...(plot.layout.annotations ?? []).map((note) => note.text)]),
        receipts: Object.fromEntries([...panel.querySelectorAll("[data-receipt]")].map((e) => [e.dataset.receipt, e.innerText])),
    }}
}})}}
"""
_TWINS = f"""
() => {{ {_FIGURE_TABS} return figureTabs.map((tabs) => tabs.querySelector("[role=tabpanel]:not([hidden])")).map((panel) => ({{
    text: panel.innerText,
    tables: panel.querySelectorAll("table").length,
    receipts: [...panel.querySelectorAll("[data-receipt]")].map((element) => element.dataset.receipt),
}}))}}
"""
# Press every tab of that name at once.
_TURN = """
(name) => [...document.querySelectorAll("[role=tab]")].filter((tab) => tab.innerText.trim() === name).forEach((tab) => tab.click())
"""
# Drawings inside our own HTML which tell nothing to those who do not see them.
_UNNAMED = """
() => [...document.querySelectorAll("[data-testid=stMain] .block svg, [data-testid=stMain] .block [role=img]")]
    .filter((drawing) => !drawing.closest("[aria-hidden=true]") && !/\\d/.test(drawing.getAttribute("aria-label") ?? ""))
    .map((drawing) => drawing.outerHTML.slice(0, 80))
"""
_STATUSES = """
() => [...document.querySelectorAll("[data-testid=stMain] .status")].map((element) => {
    const grey = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map((part) => part / 255)
            .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    let ground = element
    while (ground && getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement
    const [text, paper] = [getComputedStyle(element).color, ground ? getComputedStyle(ground).backgroundColor : "rgb(255,255,255)"]
        .map(grey)
    return [element.textContent.trim(), (Math.max(text, paper) + 0.05) / (Math.min(text, paper) + 0.05)]
})
"""
_CONTROLS = (
    "[data-testid=stSidebar]", "[data-testid=stHeader]", "[data-testid=stButtonGroup]", "[data-testid=stSelectbox]",
    "[data-testid=stMultiSelect]", "[data-testid=stTextInput]", "[data-testid=stTextArea]", "[data-testid=stButton]",
    "[data-testid=stDownloadButton]", "[data-testid=stPageLink]", "[data-testid=stCheckbox]", "[data-testid=stPopover]",
    "[data-testid=stFileUploader]", "[data-testid=stPagination]", "[role=tablist]", ".find", ".copy button",
)  # fmt: skip
# Which of these selectors anything that is seen answers to, also inside our components.
_SHOWN_OF = """
(selectors) => {
    const roots = [document]
    for (const root of roots) roots.push(...[...root.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean))
    const isShown = (one) => {
        const box = one.getBoundingClientRect()
        return box.width > 0 && box.height > 0 && getComputedStyle(one).visibility !== "hidden"
    }
    return selectors.filter((selector) => roots.some((root) => [...root.querySelectorAll(selector)].some(isShown)))
}
"""
# What can be pressed and is lower than a finger. Words inside a sentence may be (WCAG 2.5.8).
_LOW = """
(least) => [...document.querySelectorAll("[data-testid=stApp] :is(button, a, [role=tab], summary, [role=button], [role=radio])")]
    .filter((one) => one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })
        && !one.closest("p, .finding, .foot, .what, .said, [data-testid=stTooltipHoverTarget]"))
    .map((one) => [one.getBoundingClientRect(), one])
    .filter(([box]) => box.height > 1 && box.height < least && box.left >= 0)
    .map(([box, one]) => `${Math.round(box.height)} ${one.className} ${one.innerText.slice(0, 20)}`)
"""
# A number is named a moment after it was written, on a starved machine seconds after.
_NAMES_OF_NUMBERS = """
() => new Promise((done) => {
    let left = 100
    const look = () => {
        const numbers = [...document.querySelectorAll(".block [role=button][data-receipt]")]
        left--
        if (left && numbers.some((one) => one.ariaLabel === null)) setTimeout(look, 100)
        else done(numbers.map((one) => [one.innerText.trim(), one.ariaLabel]))
    }
    look()
})
"""
# How far what is seen jumped by itself, as browsers count it (CLS), since it was asked last.
_WATCH_SHIFT = """
() => {
    window.shifted = 0
    new PerformanceObserver((list) => list.getEntries().forEach((one) => (window.shifted += one.hadRecentInput ? 0 : one.value)))
        .observe({ type: "layout-shift", buffered: true })
}
"""
_SHIFTED = "() => { const told = window.shifted; window.shifted = 0; return told }"
# The height of the page once it has been the same for half a second: lists fold some time after the width changed.
_STEADY_HEIGHT = """
() => new Promise((done) => {
    let last = -1, same = 0
    const look = () => {
        const height = document.querySelector("[data-testid=stMain]").scrollHeight
        same = height === last ? same + 1 : 0
        last = height
        same < 5 ? setTimeout(look, 100) : done(height)
    }
    look()
})
"""
_MENU = "() => [...document.querySelectorAll('[data-testid=stSidebarNavLink]')].map((one) => one.getAttribute('href'))"
# Of a page that has ten colours it parses one for each of thousands of elements, which took two fifths of its time.
_COLOURS_PARSED_ONCE = """
;(() => {
    const { Color } = axe.commons.color, parse = Color.prototype.parseString, known = new Map()
    Color.prototype.parseString = function (text) {
        if (!known.has(text)) {
            parse.call(this, text)
            known.set(text, [this.r, this.g, this.b, this.alpha])
        }
        ;[this.r, this.g, this.b, this.alpha] = known.get(text)
        return this
    }
})()
"""
_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8") + _COLOURS_PARSED_ONCE
_AXE_RUN = """
() => axe.run(document, {
    preload: false, runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }, resultTypes: ["violations"],
}).then((found) => found.violations.flatMap(
    (rule) => rule.nodes.map((node) => `${rule.id} ${node.target.join(" ")} ${node.html.slice(0, 120)}`)))
"""
LEAST_PRESSED = 32
# The lower margin of a sheet, in points.
MARGIN = 42.0
_NUMBER = re.compile(r"\d[\d,]*\.?\d*")


@dataclass(kw_only=True)
class Figure:
    """One figure with tabs: what stands under 图 and under 表."""

    names: list[str]
    claim: str
    alts: list[str]
    plots: int
    drawn: list[str]
    receipts: dict[str, str]
    twin: str = ""
    twin_tables: int = 0
    twin_receipts: list[str] = field(default_factory=list)

    @property
    def lost(self) -> list[str]:
        """Texts of the drawing with a number the table does not have."""
        there = _numbers([self.twin])
        pressed = [text for key, text in self.receipts.items() if key not in self.twin_receipts]
        return [text for text in (*self.drawn, *pressed) if _numbers([text]) - there]


@dataclass(kw_only=True)
class Seen:
    """What a reader meets on one page; what it was not looked at for is empty."""

    entry: Entry
    kind: str
    text: str
    foot: str
    words: set[str]
    english_labels: list[str]
    console_errors: list[str]
    foreign_requests: list[str]
    statuses: list[tuple[str, float]]
    unnamed: list[str]
    figures: list[Figure]
    sideways: dict[int, int]
    phone_height: int
    menu: list[str]
    names_of_numbers: list[tuple[str, str | None]]
    too_low: list[str]
    shift: float
    sheets: list[str] = field(default_factory=list)
    printed_over: str = ""
    printed_controls: list[str] = field(default_factory=list)
    printed: str = ""
    first_picture: float = 0.0
    squeezed: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    large_text: str = ""
    smallest_large: tuple[float, str, str] = (0.0, "", "")
    large_sideways: int = 0
    large_squeezed: list[str] = field(default_factory=list)


def watch_shift(page) -> None:
    """Count from now on, and from the load of the file on, what jumps on the page."""
    page.evaluate(_WATCH_SHIFT)
    page.wait_for_timeout(50)


def shift_of(page) -> float:
    """What jumped since this was asked last."""
    return page.evaluate(_SHIFTED)


def at_rest(page) -> int:
    """The height of the page, once it has been the same for half a second."""
    return page.evaluate(_STEADY_HEIGHT)


def see(opened: OpenPage, entry: Entry, kind: str, ways: Container[str]) -> Seen:
    """Look at an opened page: as it opens, then unfolded on a screen and on a small phone, and at the tables behind its
    charts. A page laid out anew costs as much as a look at it: each width comes up as seldom as can be.

    Args:
        ways: also "rules", by those of axe-core; "paper", printed; "projector", on a small one; "large", in large type.
    """
    page = opened.page
    shift = shift_of(page)
    close: dict[str, Any] = {}
    if "paper" in ways:
        close["sheets"], close["printed_over"] = _sheets(opened)
    phone_height = height_on_a_phone(opened)
    if "projector" in ways:
        page.set_viewport_size(PROJECTED)
        opened.settle()
        close["first_picture"], close["squeezed"] = page.evaluate(_FIRST_PICTURE), page.evaluate(_SQUEEZED)
    page.set_viewport_size({"width": WIDE, "height": 900})
    unfolded(opened)
    if "rules" in ways:
        close["violations"] = violations_on(opened)
    if "paper" in ways:
        close["printed_controls"], close["printed"] = _on_paper(opened)
    text = opened.text()
    shown = re.sub(r"内容摘要 [0-9a-f]+", "", "\n".join(page.evaluate(_TEXTS)))
    words = set(re.findall(r"[A-Za-z]{3,}", shown))
    # A parameter of a query is called as it is written there: :city.
    labels = [label for label in page.evaluate(_LABELS) if re.search(ENGLISH, label)]
    statuses = [(told, ratio) for told, ratio in page.evaluate(_STATUSES)]
    figures = _figures(opened)
    names, menu, unnamed = page.evaluate(_NAMES_OF_NUMBERS), page.evaluate(_MENU), page.evaluate(_UNNAMED)
    foot = page.locator("[data-testid=stMain] .colophon").inner_text()
    sideways = {WIDE: page.evaluate(_SIDEWAYS)}
    page.set_viewport_size({"width": NARROW, "height": 900})
    opened.settle()
    sideways[NARROW] = page.evaluate(_SIDEWAYS)
    too_low = page.evaluate(_LOW, LEAST_PRESSED)
    if "large" in ways:
        close |= _in_large_type(opened)
    return Seen(
        entry=entry,
        kind=kind,
        text=text,
        foot=foot,
        words=words,
        english_labels=labels,
        console_errors=list(opened.console_errors),
        foreign_requests=list(opened.foreign_requests),
        statuses=statuses,
        unnamed=unnamed,
        figures=figures,
        sideways=sideways,
        phone_height=phone_height,
        menu=menu,
        names_of_numbers=[(text, name) for text, name in names],
        too_low=too_low,
        shift=shift,
        **close,
    )


def unfolded(opened: OpenPage) -> OpenPage:
    """The page with everything that is folded opened."""
    folded = "[data-testid=stExpander] details:not([open]) summary, details:not([open]) > summary"
    opened.page.evaluate("(which) => document.querySelectorAll(which).forEach((one) => one.click())", folded)
    # What unfolds may run the script anew.
    opened.settle()
    return opened


def _figures(opened: OpenPage) -> list[Figure]:
    """The figures, their tables one press away; turned back afterwards."""
    page = opened.page
    page.wait_for_function("() => [...document.querySelectorAll('.js-plotly-plot')].every((plot) => plot.data)")
    figures = [Figure(**told) for told in page.evaluate(_FIGURES)]
    for name in ("表", "图"):
        page.evaluate(_TURN, name)
        opened.settle()
        if name == "表":
            for figure, twin in zip(figures, page.evaluate(_TWINS), strict=True):
                figure.twin, figure.twin_tables, figure.twin_receipts = twin["text"], twin["tables"], twin["receipts"]
    return figures


def violations_on(opened: OpenPage) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA on the page as it stands."""
    # Once for a document: the menu leads on within it.
    if not opened.page.evaluate("() => 'axe' in window"):
        opened.page.evaluate(_AXE)
    found = opened.page.evaluate(_AXE_RUN)
    if found:
        # What a run is replacing is faint for a moment; what is wrong stays wrong.
        opened.page.wait_for_timeout(1_000)
        opened.settle()
        found = opened.page.evaluate(_AXE_RUN)
    return found


def height_on_a_phone(opened: OpenPage) -> int:
    """How far there is to scroll on the page as it opens, in pixels; it is left on the phone."""
    opened.page.set_viewport_size({"width": PHONE, "height": 844})
    return at_rest(opened.page)


def _sheets(opened: OpenPage) -> tuple[list[str], str]:
    """The text of each sheet of A4 without spaces and with narrow marks, as Chromium prints the page; and what of the last
    one is printed as low as the foot or lower."""
    printed = opened.page.pdf(format="A4", prefer_css_page_size=True, print_background=True)
    # Poppler reads a sheet in a twentieth of the time of pypdf, which tells where each sign stands.
    read = subprocess.run(["pdftotext", "-raw", "-", "-"], input=printed, capture_output=True, check=True).stdout
    # Fonts give some signs the number of the radical they are drawn like; each sheet ends with a form feed.
    sheets = read.decode().removesuffix("\f").split("\f")
    texts = [re.sub(r"\s", "", normalize("NFKC", sheet)).replace("⻚", "页") for sheet in sheets]
    return texts, printed_over(PdfReader(BytesIO(printed)).pages[-1])


def printed_over(sheet) -> str:
    """What is printed before the foot and stands on its height; the foot comes last, above the margin with the numbers."""
    signs: list[tuple[str, float]] = []

    def note(text, matrix, of_text, *_) -> None:
        height = matrix[1] * of_text[4] + matrix[3] * of_text[5] + matrix[5]
        signs.extend((sign, height) for sign in re.sub(r"\s", "", normalize("NFKC", text)) if height > MARGIN)

    sheet.extract_text(visitor_text=note)
    begins = "".join(sign for sign, _ in signs).rfind("版本20")
    return "".join(sign for sign, height in signs[:begins] if height < signs[begins][1])


def _on_paper(opened: OpenPage) -> tuple[list[str], str]:
    """Controls that would be printed, and the printed text."""
    page = opened.page
    page.emulate_media(media="print")
    controls = page.evaluate(_SHOWN_OF, _CONTROLS)
    printed = page.locator("body").inner_text()
    # Set to "screen" it would stay so on paper.
    page.emulate_media(media="null")
    return controls, printed


def _in_large_type(opened: OpenPage) -> dict[str, Any]:
    """The text after the one switch was turned, the smallest letter with where it stands, the scroll on a phone, and what
    is squeezed on a screen or a phone."""
    page = opened.page
    page.set_viewport_size({"width": WIDE, "height": 900})
    page.get_by_text("大字版", exact=True).click()
    page.wait_for_function("() => parseFloat(getComputedStyle(document.documentElement).fontSize) > 20")
    opened.settle()
    smallest = tuple(page.evaluate(_SMALLEST))
    text = opened.text()
    squeezed = page.evaluate(_SQUEEZED)
    page.set_viewport_size({"width": PHONE, "height": 900})
    opened.settle()
    sideways = page.evaluate(_SIDEWAYS)
    squeezed += page.evaluate(_SQUEEZED)
    page.set_viewport_size({"width": WIDE, "height": 900})
    page.get_by_text("大字版", exact=True).click()
    page.wait_for_function("() => parseFloat(getComputedStyle(document.documentElement).fontSize) < 20")
    opened.settle()
    return {"large_text": text, "smallest_large": smallest, "large_sideways": sideways, "large_squeezed": squeezed}


def _numbers(texts: Iterable[Any]) -> set[str]:
    return {found.rstrip(".") for text in texts for found in _NUMBER.findall(str(text or ""))}
