"""The first paint: headline, cards and first figures of a page as HTML of the server, readable before any script has come.

Nothing is worked out here. The page's own script runs once for the request, in a session like a browser's, with the
request's cookies and headers: the same functions decide who may see what, and write the same sentences. What it showed is
put into the HTML file, and the app replaces it in place (`pages.ui.frame.steady.js`).
"""

import asyncio
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any

from pages.registry import BRIEFING, PAGES, SIGNED_IN_PAGES, Entry
from pages.ui.frame.first_html import LEAD, Choice, MenuLine, Shown, paint_html
from warehouse.home import Home
from warehouse.settings import Settings

LOG = logging.getLogger("yanglao.paint")
# A run that takes longer holds nobody up: the file goes without it.
LONGEST_SECONDS = 2.5
# Runs at once; a crowd gets the file without it.
MOST_RUNS = 4
KEPT, KEPT_SECONDS = 200, 60.0
LONGEST_QUERY = 2_000
# Behind a press; of these only what is pressed is shown.
FOLDED = ("expandable", "popover")
# Where the page goes on beside itself, the first paint ends.
_BESIDE = ("column", "tab_container", "grid_container")


@dataclass(kw_only=True)
class Told:
    """What the page shows at one place of its tree, as the run reports it: `delta` is the report itself."""

    kind: str
    html: str = ""
    key: str = ""
    choice: Choice | None = None
    delta: Any = None


class Reader:
    """A reader without a browser: hears what a run sends, and hands the run the request's cookies and headers."""

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.places: dict[tuple[int, ...], Told] = {}
        self.menu: list[MenuLine] = []
        self.done = asyncio.Event()
        self.client_context = _Asked(scope)

    def write_forward_msg(self, msg: Any) -> None:
        """Take one message of the run."""
        kind = msg.WhichOneof("type")
        if kind == "new_session":
            self.places.clear()
        elif kind == "delta":
            self._place(tuple(msg.metadata.delta_path), msg.delta)
        elif kind == "navigation":
            self.menu = [
                MenuLine(group_zh=one.section_header, title_zh=one.page_name, url_path=one.url_pathname)
                for one in msg.navigation.app_pages
            ]
        elif kind == "script_finished" and msg.script_finished == msg.FINISHED_SUCCESSFULLY:
            self.done.set()

    def _place(self, path: tuple[int, ...], delta: Any) -> None:
        told = delta.WhichOneof("type")
        if told == "add_block":
            kind = delta.add_block.WhichOneof("type") or ""
            held = getattr(delta.add_block, kind, None)
            choice = Choice(kind="button", label_zh=held.label) if kind in FOLDED else None
            self.places[path] = Told(kind=kind, key=delta.add_block.id, choice=choice, delta=delta)
        elif told == "new_element":
            self.places[path] = _element(delta)


def _element(delta: Any) -> Told:
    element = delta.new_element
    kind = element.WhichOneof("type") or ""
    if kind == "html":
        return Told(kind=kind, html=element.html.body, delta=delta)
    if kind == "bidi_component":
        held = element.bidi_component
        return Told(kind=kind, key=held.id, html=str(_data(held.json).get("html", "")), delta=delta)
    held = getattr(element, kind, None)
    return Told(kind=kind, key=getattr(held, "id", ""), choice=_choice(kind, held), delta=delta)


def _choice(kind: str, held: Any) -> Choice | None:
    """A control as it will stand; None for what is none, and for one that takes no room."""
    label = getattr(held, "label", "")
    if kind == "button_group":
        words = tuple(option.content for option in held.options)
        # What the script set stands before what the browser chose.
        chosen = next(iter(held.raw_values), None) if held.set_value else None
        pressed = words.index(chosen) if chosen in words else next(iter(held.default), None)
        return Choice(kind="group", label_zh=label, options_zh=words, chosen=pressed)
    if kind == "selectbox":
        words = tuple(held.options)
        word = held.raw_value if held.set_value and held.raw_value in words else ""
        return Choice(kind="list", label_zh=label, options_zh=words, chosen=words.index(word) if word else held.default)
    if kind in ("button", "download_button", "link_button", "page_link", "checkbox"):
        return Choice(kind="button", label_zh=label)
    return Choice(kind="list", label_zh=label) if label else None


def _data(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


class _Asked:
    """The request behind the run, as a websocket's would be told to it."""

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        self.remote_ip = (scope.get("client") or (None,))[0]
        self.cookies: dict[str, str] = {}
        for name, value in self.headers:
            if name == "cookie":
                try:
                    self.cookies |= {one: morsel.value for one, morsel in SimpleCookie(value).items()}
                except CookieError:
                    self.cookies = {}


class FirstPaint:
    """First paints by request; what no person had to be asked for is kept for a minute and for one release.

    There are none before `begin`: while a server still loads what pages are made of, a browser gets the file at once and
    loads what it needs meanwhile.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept: OrderedDict[tuple, tuple[float, str]] = OrderedDict()
        self._running = 0
        self._has_begun = False

    async def begin(self) -> None:
        """Make the page at the root once, as for a reader without a name on this machine, so that what all pages ask is
        known; from then on requests are painted."""
        self._has_begun = True
        await self.of({"path": "/", "headers": [], "client": ("127.0.0.1", 0)}, PAGES[0].url_path)

    async def of(self, scope: Mapping[str, Any], url_path: str) -> str:
        """The HTML for the page asked for; empty where there is none in time, and where the reader may see nothing."""
        if not self._has_begun:
            return ""
        entry = next(entry for entry in (*PAGES, *SIGNED_IN_PAGES) if entry.url_path == url_path)
        query = scope.get("query_string", b"").decode("latin-1")
        if len(query) > LONGEST_QUERY:
            return ""
        # A page for leaders says the same to everybody as long as its release stands; the desk's pages change.
        key = None
        if self._settings.sign_in == "off" and entry.group == BRIEFING and not entry.by_desk:
            key = (entry.url_path, query, *_pointers(self._settings))
            if (kept := self._kept.get(key)) and time.monotonic() - kept[0] < KEPT_SECONDS:
                self._kept.move_to_end(key)
                return kept[1]
        if self._running >= MOST_RUNS:
            return ""
        self._running += 1
        try:
            made = await made_of(scope, entry, query)
        except Exception:
            # The app itself will show the page, or say what is wrong.
            LOG.exception("no first paint of %s", entry.url_path)
            return ""
        finally:
            self._running -= 1
        if key and made:
            self._kept[key] = (time.monotonic(), made)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made


def _pointers(settings: Settings) -> tuple[int, ...]:
    """When the real and the invented release last changed, by their pointers; 0 where there is none."""
    home = Home(settings.home)
    return tuple(_changed(each.releases / "current") for each in (home, home.demo()))


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


async def made_of(scope: Mapping[str, Any], entry: Entry, query: str) -> str:
    """The first paint of the page for whoever sent this request; empty when the run takes too long."""
    reader = await run_for(scope, query)
    if reader is None:
        return ""
    masthead, pieces = _in_order(reader.places)
    return paint_html(masthead, pieces, reader.menu, entry, query)


async def run_for(scope: Mapping[str, Any], query: str, url: str = "") -> Reader | None:
    """What a run of the page asked for tells whoever sent this request; None when it takes too long.

    Args:
        url: the address of the page as the browser says it; empty where none does.

    It begins as a page that is opened anew: nothing of what the reader chose in an open one is known to it but `query`.
    """
    from streamlit import runtime
    from streamlit.proto.BackMsg_pb2 import BackMsg

    if not runtime.exists():
        return None
    served = runtime.get_instance()
    reader = Reader(scope)
    session = served.connect_session(client=reader, user_info={})
    try:
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.context_info.url = url
        asked.rerun_script.page_name = scope["path"].rpartition("/")[2]
        served.handle_backmsg(session, asked)
        await asyncio.wait_for(reader.done.wait(), LONGEST_SECONDS)
    except TimeoutError:
        return None
    finally:
        served.close_session(session)
    return reader


def _in_order(places: Mapping[tuple[int, ...], Told]) -> tuple[Sequence[Choice], Sequence[Shown]]:
    """The controls of the masthead, and the pieces of the page: our HTML, and rows of controls between."""
    top: tuple[int, ...] = next((path for path, told in places.items() if "masthead" in told.key), (-1,))
    masthead: list[Choice] = []
    pieces: list[Shown] = []
    row: tuple[int, ...] = ()
    for path, told in sorted(places.items()):
        around = [places[path[:length]] for length in range(1, len(path)) if path[:length] in places]
        if path[0] != 0 or any(one.kind in FOLDED for one in around):
            continue
        leads = any(one.key.rpartition("-")[2] == LEAD for one in around)
        if told.kind in _BESIDE:
            break
        if path[: len(top)] == top:
            masthead += [told.choice] if told.choice else []
        elif told.html:
            pieces.append(Shown(html=told.html, key=told.key.rpartition("-")[2], leads=leads))
        elif told.choice and row == path[:-1] and len(path) > 2 and pieces and pieces[-1].row:
            # Controls of one container stand in one row.
            pieces[-1] = Shown(row=(*pieces[-1].row, told.choice), leads=leads)
        elif told.choice:
            pieces.append(Shown(row=(told.choice,), leads=leads))
            row = path[:-1]
    return masthead, pieces
