"""A city chosen is shown at once: its page is made while the reader looks at another one, held by his browser until he
presses, and put in place at the press, while the run goes on that has the last word (`pages.ui.frame.at_once.js`).

As with the first paint nothing is worked out here: the page's own script runs once for each city, in a session like a
browser's, with the request's cookies and headers. What a browser holds is shown only once the server has said, at the press
itself, that the same reader with the same rights would still be shown the same: by a mark over who he is, what he may read,
the releases that are current, and the day.
"""

import asyncio
import gzip
import hashlib
import json
import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool

from pages.registry import BRIEFING, PAGES, Entry
from pages.server.first_paint import FOLDED, LONGEST_QUERY, Reader, Told, run_for
from pages.server.sign_in import OFF, secret_of
from warehouse.errors import YanglaoError
from warehouse.home import Home
from warehouse.people import sessions
from warehouse.people.roles import today
from warehouse.people.sessions import Person
from warehouse.settings import Settings

ASKED = "pages"
"""What the header says that asks for the pages; else it says a mark that was told before."""
CITY = "city"
BLOCK, LIST, STYLE, REST = "block", "list", "style", "rest"
# What is shown to this reader alone, made for the occasion, or of a release that is not the current one.
_NOT_HELD = ("draft", "preview", "release", "sql", "unknown_page")
# More cities than that, and more readers, get what the run brings.
MOST_CITIES, MOST_READERS = 4, 12
KEPT = 32
PATIENCE_SECONDS = 1.0
# What differs from run to run and is not seen.
_UNSEEN = ("id", "deferred_file_id", "form_id")
_OF_A_LIST = ("options", "default", "raw_value", "set_value")
_RULES = re.compile(r"<style>(.*)</style>", re.DOTALL)
# Marks of another process are none of ours.
_SALT = secrets.token_hex(16)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """For whom and when: the mark over it, and of each kind of data the folder read and the current release in it."""

    mark: str
    current: Mapping[str, tuple[str, str]]


class AtOnce:
    """Answers about pages to be put in at once, by request. What was made is kept under its mark."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept: OrderedDict[tuple, bytes] = OrderedDict()
        self._making = asyncio.Lock()

    async def of(self, scope: Mapping[str, Any], url_path: str, asked: str) -> bytes:
        """JSON packed by gzip: whether the mark `asked` holds, or the mark and the pages; `null` where there are none.

        The pages stand under the names of the cities, each with its `id` and `pieces` in their order, as (kind, place on
        the page, key, what is seen, digest of the rest): "block" is our HTML; "list" a list with the word chosen; "style"
        rules; "rest" everything else.
        """
        try:
            standing = await run_in_threadpool(self._standing, scope)
        except YanglaoError:
            standing = None
        if asked != ASKED:
            return _packed(standing is not None and secrets.compare_digest(asked.encode(), standing.mark.encode()))
        entry = next((each for each in PAGES if each.url_path == url_path), None)
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1")[:LONGEST_QUERY])
        if standing is None or entry is None or not _may_be_held(entry, query):
            return _packed(None)
        return await self._pages(scope, standing, entry, dict(query))

    async def _pages(
        self, scope: Mapping[str, Any], standing: Standing, entry: Entry, query: Mapping[str, str]
    ) -> bytes:
        others = {name: value for name, value in query.items() if name != CITY}
        # As its own script, the page asks from its own address: the foot of a page leads back there.
        url = dict(scope["headers"]).get(b"referer", b"").decode("latin-1").partition("?")[0]
        key = (standing.mark, entry.url_path, url, *sorted(others.items()))
        if (kept := self._kept.get(key)) is None:
            # One reader's pages at a time, and only while nobody waits for one.
            if self._making.locked() or not await run_in_threadpool(_is_quiet):
                return _packed(None)
            async with self._making:
                pages = await self._made(scope, standing, others, url)
            kept = await run_in_threadpool(_packed, pages)
            if pages is None:
                return kept
            self._kept[key] = kept
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return kept

    async def _made(self, scope: Mapping[str, Any], standing: Standing, others: Mapping[str, str], url: str) -> Any:
        from pages.ui.kit import reads

        kind = others.get("data", reads.REAL)
        root, release_id = standing.current.get(kind, ("", ""))
        if not release_id:
            return None
        cities = await run_in_threadpool(reads.ask_at, root, release_id, _cities)
        if not 1 < len(cities) <= MOST_CITIES:
            return None
        pages = {}
        for city, name in cities.items():
            reader = await run_for(scope, urlencode({**others, CITY: city}), url)
            if reader is None:
                return None
            pages[name] = {"id": city, "pieces": pieces_of(reader)}
        # What came meanwhile may have changed what they show.
        after = await run_in_threadpool(self._standing, scope)
        return {"mark": standing.mark, "pages": pages} if after == standing else None

    def _standing(self, scope: Mapping[str, Any]) -> Standing | None:
        """None for whoever may see nothing."""
        from pages.ui.kit import reads
        from warehouse.release.publishing.scope import scoped_home

        home, person, area_id = Home(self._settings.home), None, ""
        if self._settings.sign_in != OFF:
            person = sessions.person(home, secret_of(scope))
            seen = person.sees() if person and not person.must_change else None
            if seen is None:
                return None
            area_id = seen
        current = {
            reads.REAL: _current(scoped_home(home, area_id) if area_id else home),
            reads.DEMO: _current(home.demo()),
        }
        return Standing(mark=_mark(person, current), current=current)


def _mark(person: Person | None, current: Mapping[str, tuple[str, str]]) -> str:
    told = repr((_SALT, person, sorted(current.items()), today()))
    return hashlib.sha256(told.encode()).hexdigest()


def _current(home: Home) -> tuple[str, str]:
    """The folder and the release its readers get now, with what is said of a substitute; empty where there is none."""
    from pages.ui.kit import reads

    root = str(home.root)
    try:
        releases = reads.releases_at(root)
        with releases.acquire() as release:
            return root, release.release_id if not releases.substitute_zh else ""
    except YanglaoError:
        return root, ""


def _cities(release: Any) -> dict[str, str]:
    from warehouse.read.place import areas

    cities = areas.cities(release).frame
    return dict(zip(cities["area_id"], cities["name_zh"], strict=True))


def _may_be_held(entry: Entry, query: Sequence[tuple[str, str]]) -> bool:
    """Whether the page says the same as long as its release stands, to whoever has the same rights."""
    is_usual = entry.group == BRIEFING and entry.by_city and not entry.by_desk
    return is_usual and not any(name in _NOT_HELD for name, _ in query)


def _is_quiet() -> bool:
    """Whether few readers are there and nobody waits for a page."""
    from streamlit import runtime

    from pages.ui.frame.frame import RUNS

    readers = runtime.get_instance()._session_mgr.num_active_sessions() if runtime.exists() else 0
    return readers <= MOST_READERS and RUNS.wait_until_idle(PATIENCE_SECONDS)


def _packed(told: Any) -> bytes:
    return gzip.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8"), 6)


def pieces_of(reader: Reader) -> list[tuple[str, int, str, str, str]]:
    """What a page shows, in its order: kind, place on the page, key, what is seen, digest of the rest. What is folded away
    is not seen."""
    main, styles = 0, 2
    found = []
    for path, told in sorted(reader.places.items()):
        place = path[1] if len(path) > 1 else -1
        if any(
            reader.places[path[:length]].kind in FOLDED
            for length in range(1, len(path))
            if path[:length] in reader.places
        ):
            continue
        if path[0] == styles and (rules := _RULES.fullmatch(told.html.strip())):
            found.append((STYLE, place, "", rules[1], ""))
        elif path[0] == main and told.delta is not None:
            found.append(_piece(place, told))
    return found


def _piece(place: int, told: Told) -> tuple[str, int, str, str, str]:
    # Streamlit writes `$$ID-<hash>-<key>`.
    key = told.key.split("-", 2)[2] if told.key.count("-") > 1 else ""
    if told.kind == "bidi_component" and told.delta.new_element.bidi_component.component_name == "yanglao_block":
        return BLOCK, place, key, told.html, ""
    if told.kind == "html" and told.html.startswith('<div class="watermark"'):
        # The name and time of the run before stand until the next.
        return REST, place, key, "", "watermark"
    if told.kind == "selectbox" and told.choice:
        chosen = told.choice.options_zh[told.choice.chosen or 0 :][:1]
        return LIST, place, key, "".join(chosen), _digest(told, (*_UNSEEN, *_OF_A_LIST))
    return REST, place, key, "", _digest(told, _UNSEEN)


def _digest(told: Told, without: Sequence[str]) -> str:
    """What else is seen of a piece, short: its report without what no reader sees."""
    report = type(told.delta)()
    report.CopyFrom(told.delta)
    held = report.add_block if report.WhichOneof("type") == "add_block" else report.new_element
    part = getattr(held, held.WhichOneof("type") or "", None)
    for message in (held, part):
        for name in without:
            if name in getattr(getattr(message, "DESCRIPTOR", None), "fields_by_name", ()):
                message.ClearField(name)
    return hashlib.sha256(report.SerializeToString(deterministic=True)).hexdigest()[:12]
