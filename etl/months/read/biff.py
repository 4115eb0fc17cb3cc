"""What calamine leaves out of an .xls or .et of Excel 97 and later: hidden rows, looks, comments, words in shapes,
number formats.

Only the records that say so are read ([MS-XLS]); a compound file that is laid out in another way says nothing of them.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from etl.months.read.cells import OUR_COMMENTS_ZH, SUPERSCRIPTS, Cell, Extras
from etl.months.read.printed import printed
from etl.months.read.shown import may_change

_FREE = 0xFFFFFFFA
"""Sector numbers from here on end a chain."""
_BOF, _EOF, _CONTINUE, _SHEET, _FONT, _FORMAT, _XF, _SST, _PALETTE = (
    0x809,
    0x0A,
    0x3C,
    0x85,
    0x31,
    0x41E,
    0xE0,
    0xFC,
    0x92,
)
_ROW, _COLUMN, _NOTE, _LABEL, _SEVERAL = 0x208, 0x7D, 0x1C, 0xFD, 0xBD
_SHAPE, _SHAPE_TEXT = 0x5D, 0x1B6
_ON_PAPER = frozenset([0x14, 0x15])
"""Header and footer of the printed page."""
_IS_COMMENT = 0x19
"""The kind of a shape that shows the text of a comment."""
_FORMULA, _BOOL_OR_ERROR = 0x06, 0x205
_ONE_CELL = frozenset([0x203, 0x27E, _FORMULA, 0x204, _BOOL_OR_ERROR, _LABEL])
_PERCENT_FORMATS = {9: "0%", 10: "0.00%"}
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_AUTOMATIC = {64: _BLACK, 65: _WHITE, 0x7FFF: _BLACK}
_PLAIN_COLOURS = {0: _BLACK, 1: _WHITE, 8: _BLACK, 9: _WHITE}


@dataclass(frozen=True)
class _Font:
    is_struck: bool
    is_raised: bool
    colour: int


@dataclass
class _Book:
    """What the records before the sheets say."""

    fonts: list[_Font] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=lambda: dict(_PERCENT_FORMATS))
    looks: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Font, number format, pattern and colour of the ground of each cell style."""
    colours: dict[int, tuple[int, int, int]] = field(default_factory=lambda: _PLAIN_COLOURS | _AUTOMATIC)
    texts: list[tuple[str, list[tuple[int, int]]]] = field(default_factory=list)
    """Shared texts, each with where in it which font begins."""
    sheets: list[tuple[str, int]] = field(default_factory=list)

    def font(self, number: int) -> _Font:
        """The font of that number; number 4 is left out in the file."""
        number -= number > 4
        return self.fonts[number] if 0 <= number < len(self.fonts) else _Font(False, False, 0x7FFF)


def read_extras(data: bytes) -> dict[str, Extras]:
    """Extras of each sheet by its name; none of a book of an older kind or one that is laid out in another way."""
    try:
        stream = _stream(data)
        book = _book(stream)
        return {name: _sheet(stream, at, book) for name, at in book.sheets}
    except (struct.error, LookupError, ValueError):
        return {}


def _stream(data: bytes) -> bytes:
    """The stream of the workbook inside its compound file."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    small = 1 << struct.unpack_from("<H", data, 32)[0]
    if (size, small) not in ((512, 64), (4096, 64)):
        raise ValueError("no sizes of a compound file")
    first_directory, cutoff, first_small = (struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60))
    tables = list(struct.unpack_from("<109I", data, 76))
    further = struct.unpack_from("<I", data, 68)[0]
    for _ in range(len(data) // size):
        if further >= _FREE:
            break
        *more, further = struct.unpack_from(f"<{size // 4}I", data, (further + 1) * size)
        tables += more
    nexts = [
        number
        for table in tables
        if table < _FREE and (table + 2) * size <= len(data) + size
        for number in struct.unpack_from(f"<{size // 4}I", data[(table + 1) * size :].ljust(size, b"\xff"))
    ]

    def chain(first: int, following: list[int]) -> Iterator[int]:
        for _ in range(len(following)):
            if first >= _FREE:
                return
            yield first
            first = following[first]

    def joined(first: int) -> bytes:
        return b"".join(data[(number + 1) * size : (number + 2) * size] for number in chain(first, nexts))

    directory = joined(first_directory)
    entries = {}
    for at in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(0, length - 2)].decode("utf-16-le", "replace")
        entries.setdefault(name, struct.unpack_from("<II", directory, at + 116))
    first, length = entries["Workbook"]
    if length >= cutoff:
        return joined(first)[:length]
    table = joined(first_small)
    smalls = list(struct.unpack_from(f"<{len(table) // 4}I", table))
    inside = joined(entries["Root Entry"][0])
    return b"".join(inside[number * small : (number + 1) * small] for number in chain(first, smalls))[:length]


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes, int]]:
    """Kind, content and end of each record up to the end of its part of the stream."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        at += 4 + length
        yield kind, stream[at - length : at], at
        if kind == _EOF:
            return


def _book(stream: bytes) -> _Book:
    book = _Book()
    for kind, content, end in _records(stream, 0):
        if kind == _BOF and struct.unpack_from("<H", content)[0] != 0x600:
            raise ValueError("a book of an older kind")
        if kind == _FONT:
            flags, colour = struct.unpack_from("<HH", content, 2)
            book.fonts.append(_Font(bool(flags & 8), content[8] in (1, 2), colour))
        elif kind == _FORMAT:
            book.formats[struct.unpack_from("<H", content)[0]] = _text(content, 2, 2)[0]
        elif kind == _XF:
            ground = struct.unpack_from("<IH", content, 14)
            book.looks.append((*struct.unpack_from("<HH", content), ground[0] >> 26, ground[1] & 0x7F))
        elif kind == _PALETTE:
            for number in range(struct.unpack_from("<H", content)[0]):
                book.colours[8 + number] = tuple(content[2 + 4 * number : 5 + 4 * number])
        elif kind == _SHEET:
            book.sheets.append((_text(content, 6, 1)[0], struct.unpack_from("<I", content)[0]))
        elif kind == _SST:
            book.texts = _texts(content, stream, end)
    return book


def _text(content: bytes, at: int, width: int) -> tuple[str, int]:
    """A short text whose length is written in so many bytes, and where it ends."""
    count = int.from_bytes(content[at : at + width], "little")
    is_wide = content[at + width] & 1
    start = at + width + 1
    end = start + count * (1 + is_wide)
    return content[start:end].decode("utf-16-le" if is_wide else "latin-1", "replace"), end


def _texts(content: bytes, stream: bytes, end: int) -> list[tuple[str, list[tuple[int, int]]]]:
    """The shared texts of a book; where a record is full, the rest stands in those that continue it."""
    pieces = [content]
    for kind, more, _ in _records(stream, end):
        if kind != _CONTINUE:
            break
        pieces.append(more)
    reader = _Pieces(pieces)
    reader.take(4)
    return [reader.text() for _ in range(struct.unpack("<I", reader.take(4))[0])]


class _Pieces:
    """Bytes that run on from record to record; letters that do so begin with a sign of their width anew."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces, self.number, self.at = pieces, 0, 0

    def take(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            found += (part := self.pieces[self.number][self.at : self.at + count - len(found)])
            self.at += len(part)
            if len(found) < count:
                self._next()
        return found

    def _next(self) -> None:
        self.number, self.at = self.number + 1, 0

    def text(self) -> tuple[str, list[tuple[int, int]]]:
        count, flags = struct.unpack("<HB", self.take(3))
        runs = struct.unpack("<H", self.take(2))[0] if flags & 8 else 0
        beside = struct.unpack("<I", self.take(4))[0] if flags & 4 else 0
        letters, is_wide = "", flags & 1
        while len(letters) < count:
            if self.at == len(self.pieces[self.number]):
                self._next()
                is_wide = self.take(1)[0] & 1
            width = 1 + is_wide
            room = (len(self.pieces[self.number]) - self.at) // width
            part = self.take(min(count - len(letters), max(1, room)) * width)
            letters += part.decode("utf-16-le" if is_wide else "latin-1", "surrogatepass")
        fonts = [struct.unpack("<HH", self.take(4)) for _ in range(runs)]
        self.take(beside)
        return letters, fonts


def _sheet(stream: bytes, at: int, book: _Book) -> Extras:
    cells: dict = {}
    struck: dict = {}
    formats: dict = {}
    rows, columns, unseen, noted = set(), set(), set(), set()
    has_errors = False
    drawn: list[str] = []
    on_paper: list[str] = []
    shape = 0
    for kind, content, end in _records(stream, at):
        has_errors = has_errors or _is_error(kind, content)
        if kind == _ROW:
            if content[12] & 0x20:
                rows.add(struct.unpack_from("<H", content)[0])
        elif kind == _COLUMN:
            first, last, width, _, flags = struct.unpack_from("<5H", content)
            if flags & 1 or width == 0:
                columns |= set(range(first, min(last, first + 500) + 1))
        elif kind in _ON_PAPER:
            on_paper.append(_text(content, 0, 2)[0] if content else "")
        elif kind == _SHAPE:
            shape = struct.unpack_from("<H", content, 4)[0]
        elif kind == _SHAPE_TEXT and shape != _IS_COMMENT:
            drawn.append(_shape_text(content, stream, end))
        elif kind == _NOTE:
            if _text(content, 8, 2)[0] != OUR_COMMENTS_ZH:
                noted.add(struct.unpack_from("<HH", content))
        elif kind in _ONE_CELL or kind == _SEVERAL:
            for place, look in _places(kind, content):
                font, number_format, pattern, ground = book.looks[look]
                code = book.formats.get(number_format, "")
                if code and may_change(code):
                    formats[place] = code
                ink = book.colours.get(book.font(font).colour)
                if ink and ink == (_WHITE if pattern == 0 else book.colours.get(ground) if pattern == 1 else None):
                    unseen.add(place)
                marked = _marked(kind, content, book, font)
                if marked and marked[0].strip():
                    cells[place] = Cell(marked[0], "text")
                if marked and (marked[1] or not marked[0].strip()):
                    struck[place] = marked[1].strip() or "这一格的内容"
    return Extras(
        cells, frozenset(rows), frozenset(columns), struck=struck, formats=formats, unseen=frozenset(unseen),
        noted=frozenset(noted), drawn=tuple(filter(None, drawn)), printed=printed(on_paper), has_errors=has_errors,
    )  # fmt: skip


def _shape_text(content: bytes, stream: bytes, end: int) -> str:
    """The words of a shape, which stand in the records that continue it, each with a sign of their width before them."""
    count, text = struct.unpack_from("<H", content, 10)[0], ""
    for kind, more, _ in _records(stream, end):
        if kind != _CONTINUE or len(text) >= count:
            break
        width = 1 + (more[0] & 1)
        part = more[1 : 1 + (count - len(text)) * width]
        text += part.decode("utf-16-le" if width == 2 else "latin-1", "replace")
    return text.strip()


def _is_error(kind: int, content: bytes) -> bool:
    """Whether a cell holds an error value, written into it or worked out."""
    if kind == _FORMULA:
        return content[12:14] == b"\xff\xff" and content[6] == 2
    return kind == _BOOL_OR_ERROR and content[7] != 0


def _places(kind: int, content: bytes) -> Iterator[tuple[tuple[int, int], int]]:
    """The cells of a record, each with the number of its style."""
    row, column = struct.unpack_from("<HH", content)
    if kind != _SEVERAL:
        yield (row, column), struct.unpack_from("<H", content, 4)[0]
        return
    for number, at in enumerate(range(4, len(content) - 2, 6)):
        yield (row, column + number), struct.unpack_from("<H", content, at)[0]


def _marked(kind: int, content: bytes, book: _Book, font: int) -> tuple[str, str] | None:
    """What is left of a cell with crossed-out or raised letters, and what is gone; None for every other cell."""
    if kind != _LABEL:
        return ("", "") if book.font(font).is_struck else None
    text, runs = book.texts[struct.unpack_from("<I", content, 6)[0]]
    starts = [(0, font), *runs, (len(text), 0)]
    kept = gone = ""
    is_marked = False
    for (begin, number), (end, _) in zip(starts, starts[1:], strict=False):
        looks, part = book.font(number), text[begin:end]
        if part and looks.is_struck:
            gone += part
        else:
            kept += part.translate(SUPERSCRIPTS) if looks.is_raised else part
        is_marked = is_marked or bool(part) and (looks.is_struck or looks.is_raised)
    return (kept, gone) if is_marked else None
