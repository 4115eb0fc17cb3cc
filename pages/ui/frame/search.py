"""Finding something by its Chinese name, pinyin, initials, code or English name: 濮阳县, puyangxian, pyx, 410928."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from rapidfuzz.distance import Levenshtein

from warehouse.spelling import syllables

FEWEST_LETTERS_FOR_GUESSING = 4
FEWEST_LETTERS_INSIDE = 3
MOST_SLIPS = 1
_SIGNS = re.compile(r"[\s《》“”\"'（）()、，·—_\-]+")


class Named(Protocol):
    """What can be found: `order` puts the better known first, `where_zh` tells namesakes apart."""

    @property
    def name_zh(self) -> str: ...
    @property
    def other_names(self) -> Sequence[str]: ...
    @property
    def where_zh(self) -> str: ...
    @property
    def order(self) -> int: ...


_T = TypeVar("_T", bound=Named)


@dataclass(frozen=True, kw_only=True)
class Place:
    """An area as the search knows it.

    `where_zh` tells places of one name apart (吉林省长春市); `order` puts the better known first: our own cities and
    units 0, other cities 1, other counties 2.
    """

    area_id: str
    name_zh: str
    short_name_zh: str
    where_zh: str
    order: int

    @property
    def other_names(self) -> tuple[str, ...]:
        """The short name."""
        return (self.short_name_zh,)


@dataclass(frozen=True)
class _Keyed(Generic[_T]):
    """One thing to find with the forms it is looked up by, made once."""

    named: _T
    position: int
    name: str
    where: str
    others: frozenset[str]
    codes: tuple[str, ...]
    syllables: tuple[str, ...]
    pinyin: str
    short_pinyin: str
    initials: str


class NameIndex(Generic[_T]):
    """Everything of one kind, ready for searching. Built once a release (0.2 s for 3,500 places)."""

    def __init__(self, names: Iterable[_T]) -> None:
        self._keyed = [_keyed(named, position) for position, named in enumerate(names)]

    def find(self, text: str, *, limit: int = 8) -> list[_T]:
        """What `text` may mean, best first; none for an empty text."""
        return [named for _, named in self.ranked(text)[:limit]]

    def ranked(self, text: str) -> list[tuple[int, _T]]:
        """All that `text` may mean with how far each is from it, 0 being the very name; best first.

        Exact name before beginning before middle; then the better known, then the shorter name. Latin letters are
        pinyin, initials, a code or an English name; from four letters on one slip is forgiven.
        """
        wanted = plain(text)
        if not wanted:
            return []
        far = _latin if wanted.isascii() else _chinese
        ranked = []
        for keyed in self._keyed:
            closeness = far(wanted, keyed)
            if closeness is not None:
                ranked.append((closeness, keyed.named.order, len(keyed.name), keyed.position, keyed.named))
        ranked.sort(key=lambda item: item[:4])
        return [(item[0], item[4]) for item in ranked]


PlaceIndex = NameIndex


def plain(text: str) -> str:
    """A text without spaces, quotation marks and capitals, as names are compared."""
    return _SIGNS.sub("", text).lower()


def _keyed(named: _T, position: int) -> _Keyed[_T]:
    name = plain(named.name_zh)
    others = {plain(other) for other in named.other_names if other}
    spelled = tuple(syllables(name))
    short = min((other for other in others if not other.isascii()), key=len, default=name)
    # A short name is the beginning of the whole one nearly always, and spelling takes longest of all.
    is_beginning = name.startswith(short) and len(spelled) == len(name)
    return _Keyed(
        named=named,
        position=position,
        name=name,
        where=plain(named.where_zh),
        others=frozenset(others),
        codes=tuple(sorted(other for other in others if other.isascii())),
        syllables=spelled,
        pinyin="".join(spelled),
        short_pinyin="".join(spelled[: len(short)] if is_beginning else syllables(short)),
        initials="".join(syllable[0] for syllable in spelled),
    )


def _chinese(wanted: str, keyed: _Keyed) -> int | None:
    name = keyed.name
    if wanted == name or wanted in keyed.others:
        return 0
    if name.startswith(wanted):
        return 1
    if wanted in name or any(wanted in other for other in keyed.others):
        return 2
    # 长春朝阳 means 朝阳区 in 长春市
    where = keyed.where
    if where and (wanted in where + name or (wanted[-2:] in name and wanted[:-2] and wanted[:-2] in where)):
        return 3
    return None


def _latin(wanted: str, keyed: _Keyed) -> int | None:
    if wanted in (keyed.pinyin, keyed.short_pinyin, keyed.initials) or wanted in keyed.others:
        return 0
    if keyed.pinyin.startswith(wanted) or keyed.initials.startswith(wanted):
        return 1
    if any(code.startswith(wanted) for code in keyed.codes):
        return 1
    if _spells(wanted, keyed.syllables):
        return 2
    if len(wanted) >= FEWEST_LETTERS_INSIDE and (
        wanted in keyed.initials or any(wanted in code for code in keyed.codes)
    ):
        return 3
    if len(wanted) < FEWEST_LETTERS_FOR_GUESSING:
        return None
    if wanted in keyed.pinyin:
        return 3
    slips = min(
        Levenshtein.distance(wanted, spelled, score_cutoff=MOST_SLIPS) for spelled in (keyed.pinyin, keyed.short_pinyin)
    )
    return 4 if slips <= MOST_SLIPS else None


def _spells(wanted: str, syllables: tuple[str, ...]) -> bool:
    """Whether `wanted` takes at least one letter of each syllable in turn, from the first on: ccun, chchun, puyx."""
    if not wanted:
        return True
    if not syllables or wanted[0] != syllables[0][0]:
        return False
    return any(
        syllables[0].startswith(wanted[:taken]) and _spells(wanted[taken:], syllables[1:])
        for taken in range(min(len(wanted), len(syllables[0])), 0, -1)
    )
