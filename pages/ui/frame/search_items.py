"""What the search of the frame finds, and the page each thing opens: pages, places, indicators, programmes, documents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from pages.registry import PAGES
from pages.ui.frame.search import NameIndex, plain
from warehouse.read import Release, search
from warehouse.read.document import documents, programmes
from warehouse.read.meta import catalog
from warehouse.read.month import trend
from warehouse.read.place import areas
from warehouse.wording.documents import short_title

# In the order they are told in, equally close: who types a name mostly means a place of ours or an indicator.
KINDS_ZH = {"area": "地区", "indicator": "指标", "page": "页面", "programme": "政策与任务", "document": "公开文件"}
MOST_OF_A_KIND = 5
LONGEST_QUERY = 40
LEAST_CLOSE = 9
# A word of one character stands in half of all paragraphs.
SHORTEST_WRITTEN = 2

TITLES = {entry.url_path: entry.title_zh for entry in PAGES}


@dataclass(frozen=True, kw_only=True)
class Way:
    """A page with what it should show. Of several cities the reader's own is kept, else the first is opened."""

    page: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    cities: tuple[str, ...] = ()

    def href(self, city: str) -> str:
        """The address relative to the root, for a reader who looks at `city`."""
        other = self.cities[0] if self.cities and city not in self.cities else city
        query = urlencode({**({"city": other} if other else {}), **self.parameters})
        path = "" if self.page == PAGES[0].url_path else self.page
        return f"{path}?{query}" if query else path


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that can be found."""

    kind_code: str
    name_zh: str
    way: Way
    other_names: tuple[str, ...] = ()
    where_zh: str = ""
    order: int = 0
    also: tuple[tuple[str, Way], ...] = ()


@dataclass(frozen=True)
class Findable:
    """Everything of one release that can be found. Made once a release, shared by all readers."""

    cities: Sequence[str]
    named: NameIndex[Item]
    sources: Sequence[Mapping[str, Any]]
    paragraphs: Sequence[tuple[str, str]]


def findable(release: Release) -> Findable:
    """What can be found in a release; a question for `reads.ask`."""
    cities = areas.cities(release).frame["area_id"].to_list()
    items = [*_pages(), *_parts_of_pages(release), *_places(release, cities), *_indicators(release, cities)]
    items += _programmes(release, cities)
    sources = documents.sources(release).frame.to_dicts()
    items += [_document(row) for row in sources]
    written = search.written(release).frame
    return Findable(
        cities=cities,
        named=NameIndex(items),
        sources=sources,
        paragraphs=list(written.select("source_id", "text_zh").iter_rows()),
    )


def answer(found_in: Findable, text: str, *, city: str = "") -> list[dict[str, Any]]:
    """What `text` finds, by kind, the kind with the closest match first, what the reader's city has before what it has
    not: kind_code, kind_zh, items; empty where nothing fits.

    Without a city of ours the reader looks at the first one, as the pages do.
    An item has name_zh, where_zh, href (relative to the root) and also: further pages as name_zh and href.
    """
    city = city if city in found_in.cities else found_in.cities[0]
    groups: dict[str, list[dict[str, Any]]] = {}
    closest: dict[str, int] = {}
    # Places elsewhere come after everything of ours that is as close.
    afar: set[str] = set()
    ranked = found_in.named.ranked(text[:LONGEST_QUERY])
    for closeness, item in sorted(ranked, key=lambda each: (each[0], not _is_near(each[1], city))):
        group = groups.setdefault(item.kind_code, [])
        closest.setdefault(item.kind_code, closeness)
        if not group and item.kind_code == "area" and not item.way.cities:
            afar.add(item.kind_code)
        if len(group) < MOST_OF_A_KIND and not _told_already(group, item):
            group.append(_told(item, city))
    for item in _written(found_in, text):
        group = groups.setdefault("document", [])
        closest.setdefault("document", LEAST_CLOSE)
        if len(group) < MOST_OF_A_KIND and item.name_zh not in {told["name_zh"] for told in group}:
            group.append(_told(item, city))
    order = sorted(groups, key=lambda kind: (closest[kind], kind in afar, list(KINDS_ZH).index(kind)))
    return [{"kind_code": kind, "kind_zh": KINDS_ZH[kind], "items": groups[kind]} for kind in order]


def _is_near(item: Item, city: str) -> bool:
    """Whether the thing is the city's own; a page of no city is everybody's, a place of no city of ours nobody's."""
    return city in item.way.cities or (not item.way.cities and item.kind_code != "area")


def _told(item: Item, city: str) -> dict[str, Any]:
    return {
        "name_zh": item.name_zh,
        "where_zh": item.where_zh,
        "href": item.way.href(city),
        "also": [{"name_zh": name, "href": way.href(city)} for name, way in item.also],
    }


def _told_already(group: Sequence[Mapping[str, Any]], item: Item) -> bool:
    return any(told["name_zh"] == item.name_zh and told["where_zh"] == item.where_zh for told in group)


def _pages() -> Iterator[Item]:
    for position, entry in enumerate(PAGES):
        yield Item(
            kind_code="page",
            name_zh=entry.title_zh,
            way=Way(page=entry.url_path),
            other_names=(entry.url_path, entry.question_zh, *entry.words_zh),
            where_zh=entry.question_zh,
            order=position // 10,
        )


def _parts_of_pages(release: Release) -> Iterator[Item]:
    """What stands on a page under a name of its own: networks, targets, what is compared."""
    networks = catalog.networks(release).frame
    for (label, code), rows in networks.group_by("label_zh", "network_code", maintain_order=True):
        yield _part("coverage", label, {"network": code}, tuple(dict.fromkeys(rows["city_area_id"])))
    for (label,), rows in search.aims(release).frame.group_by("label_zh", maintain_order=True):
        yield _part("targets", label, {}, tuple(rows["city_area_id"]))
    for label in search.compared(release).frame["item_zh"]:
        yield _part("comparison", label, {}, ())


def _part(page: str, name_zh: str, parameters: Mapping[str, str], cities: tuple[str, ...]) -> Item:
    way = Way(page=page, parameters=parameters, cities=cities)
    return Item(kind_code="page", name_zh=name_zh, where_zh=TITLES[page], way=way, order=1)


def _places(release: Release, cities: Sequence[str]) -> Iterator[Item]:
    has_months = release.header["latest_month"] is not None
    for row in search.places(release).frame.iter_rows(named=True):
        way, also = _ways_to_place(row, cities, has_months=has_months)
        if way:
            yield Item(
                kind_code="area",
                name_zh=row["name_zh"],
                way=way,
                other_names=tuple(other for other in row["others"] if other),
                where_zh=row["where_zh"],
                order={"city": 0, "unit": 0, "township": 1}[row["level_code"]]
                if row["is_ours"]
                else {"city": 2, "unit": 3}[row["level_code"]],
                also=also,
            )


def _ways_to_place(
    row: Mapping[str, Any], cities: Sequence[str], *, has_months: bool
) -> tuple[Way | None, tuple[tuple[str, Way], ...]]:
    """The page that tells most of a place, and others that show it; none for a place without any table."""
    area_id, level, own = row["area_id"], row["level_code"], (row["city_area_id"],)
    aged = Way(page="ageing", parameters={"area": area_id}, cities=own if row["is_ours"] else ())
    if level == "township":
        return Way(page="coverage", cities=own), ()
    if row["is_ours"] and level == "city":
        return Way(page=PAGES[0].url_path, cities=own), _also(
            Way(page="coverage", cities=own), Way(page="targets", cities=own)
        )
    if row["is_ours"]:
        line = Way(page="trends", parameters={"area": area_id}, cities=own)
        more = [way for way, is_there in ((line, has_months), (aged, row["has_profile"])) if is_there]
        return Way(page="profile", parameters={"unit": area_id}, cities=own), _also(*more)
    if not row["has_profile"]:
        return None, ()
    beside = Way(page="comparison", parameters={"areas": f"{cities[0]},{area_id}"})
    return (aged, _also(beside)) if level == "unit" else (beside, ())


def _also(*ways: Way) -> tuple[tuple[str, Way], ...]:
    return tuple((TITLES[way.page], way) for way in ways)


def _indicators(release: Release, cities: Sequence[str]) -> Iterator[Item]:
    drawn: dict[str, list[str]] = {}
    for city in cities:
        for code in trend.drawable(release, city_area_id=city).frame["indicator_code"]:
            drawn.setdefault(code, []).append(city)
    for row in catalog.indicators(release).frame.iter_rows(named=True):
        code = row["indicator_code"]
        meaning = Way(page="indicator", parameters={"indicator": code})
        line = Way(page="trends", parameters={"indicator": code}, cities=tuple(drawn.get(code, ())))
        yield Item(
            kind_code="indicator",
            name_zh=row["label_zh"],
            other_names=tuple(name for name in (code, row["label_en"]) if name),
            where_zh=row["unit_zh"] or "",
            way=line if code in drawn else meaning,
            also=_also(meaning) if code in drawn else (),
        )


def _programmes(release: Release, cities: Sequence[str]) -> Iterator[Item]:
    """Each named programme once a city, however many documents name it."""
    for city in cities:
        frame = programmes.register(release, city_area_id=city).frame
        for (name,), rows in frame.group_by("name_zh", maintain_order=True):
            yield Item(
                kind_code="programme",
                name_zh=name,
                way=Way(page="programmes", parameters={"q": name}, cities=(city,)),
                where_zh=f"{rows['area_short_name_zh'][0]} · {rows['kind_label_zh'][0]}",
            )


def _document(row: Mapping[str, Any]) -> Item:
    return Item(
        kind_code="document",
        name_zh=short_title(row),
        other_names=tuple(name for name in (row["title_zh"], row["number_zh"], row["source_id"]) if name),
        where_zh=row["title_zh"],
        way=Way(page="documents", parameters={"doc": row["source_id"]}),
    )


def _written(found_in: Findable, text: str) -> Iterator[Item]:
    """The documents in whose text a word stands, the one that writes it most often first; letters are pinyin."""
    wanted = plain(text)
    if len(wanted) < SHORTEST_WRITTEN or (wanted.isascii() and not wanted.isdigit()):
        return
    counts: dict[str, int] = {}
    for source_id, paragraph in found_in.paragraphs:
        if wanted in plain(paragraph):
            counts[source_id] = counts.get(source_id, 0) + 1
    titles = {row["source_id"]: short_title(row) for row in found_in.sources}
    for source_id in sorted((known for known in counts if known in titles), key=lambda known: -counts[known]):
        yield Item(
            kind_code="document",
            name_zh=titles[source_id],
            where_zh=f"{counts[source_id]}段写到“{text.strip()}”",
            way=Way(page="documents", parameters={"doc": source_id, "aspect": "text"}),
        )
