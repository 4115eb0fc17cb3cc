"""Which form a sheet is, in which version, and where its parts stand: titles and header labels, never positions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from etl.months.findings import Finding
from etl.months.read.cells import SheetCells, address
from etl.months.read.grid import YEAR, Grid, RowLook, header_paths, is_figure
from etl.months.read.labels import COLUMN_NUMBERS, is_foot, is_unit, item_label, label_and_unit, plain
from etl.months.read.layouts import Block, Layout

_TURNS = re.compile(
    r"上年|去年|同期|上[月期季]|同比|环比|增减|增[量长]|较|新增|减少|累计|计划|规划|拟|预[计估测]|目标|应[有建发]|在建|停用|[空闲]置|占比|比例|"
    r"平均|农村|城[镇区]|男|女|不含|\d-\d+月|季度|^[未非]"
)
"""Over a group of columns, what makes other figures of them than those of the month and of all."""
_SO_FAR = re.compile(r"累计|1-\d+月")
"""What says nothing else of a form that counts from January."""
DEEPEST_HEADER = 5
TITLE_WITHIN_ROWS = 20
LEAST_WITH_TITLE = 0.3
LEAST_WITHOUT_TITLE = 0.6
ROUNDING = 1e-6


@dataclass
class BlockAnchor:
    """Where one table of a form stands. Rows and columns from 0; data rows are first_row … end_row - 1.

    `is_perfect`: every label was found, with all the rows above it, and nothing strange beside them.
    """

    block: Block
    top: int
    depth: int
    columns: dict[int, str]
    units: dict[str, str]
    headers: dict[str, tuple[int, int]]
    unknown: list[tuple[int, int, str]] = field(default_factory=list)
    doubled: list[tuple[int, int, str]] = field(default_factory=list)
    is_perfect: bool = False
    turned: list[tuple[int, int, str]] = field(default_factory=list)
    """Outer labels that make other figures of those below them: 上月, 计划."""
    other_units: list[tuple[int, int, str]] = field(default_factory=list)
    """Units of a row of units, or said over a group, that are not those of the labels of their columns."""
    first_row: int = 0
    end_row: int = 0

    @property
    def codes(self) -> set[str]:
        """Keys ("@area") and fields found."""
        return set(self.columns.values())


@dataclass(frozen=True)
class Header:
    """Header rows held against those a table wants. Rows count from the first of them; see `BlockAnchor`.

    `exact` counts labels found with all the rows above them, the others were told by their endings.
    """

    columns: dict[int, str]
    units: dict[str, str]
    headers: dict[str, tuple[int, int]]
    unknown: list[tuple[int, int, str]]
    doubled: list[tuple[int, int, str]]
    turned: list[tuple[int, int, str]]
    other_units: list[tuple[int, int, str]]
    exact: int
    is_perfect: bool

    def at(self, top: int, block: Block, depth: int) -> BlockAnchor:
        """The header of this table where it stands."""
        headers = {code: (top + row, column) for code, (row, column) in self.headers.items()}
        unknown, doubled, turned, other_units = (
            [(top + row, column, text) for row, column, text in places]
            for places in (self.unknown, self.doubled, self.turned, self.other_units)
        )
        return BlockAnchor(
            block,
            top,
            depth,
            dict(self.columns),
            dict(self.units),
            headers,
            unknown,
            doubled,
            self.is_perfect,
            turned,
            other_units,
        )


@dataclass
class Recognised:
    """A sheet known to be a form. `title` is the text above the table, `title_cell` its address."""

    grid: Grid
    layout: Layout
    title: str
    title_at: tuple[int, int] | None
    anchors: list[BlockAnchor]
    findings: list[Finding]


def recognise(sheet: SheetCells, layouts: dict[str, Layout]) -> Recognised | None:
    """The form a sheet holds, None when it holds none; what is missing or strange in its header is in the findings."""
    grid = Grid(sheet)
    if not grid.row_numbers:
        return None
    titles = _titles(grid, layouts)
    named = {layout.form_code for layout, *_ in titles.values()}
    # The newest version first: most forms are of it, and a perfect match ends the search.
    newest_first = sorted(layouts.values(), key=lambda one: one.valid_from, reverse=True)
    candidates = [layout for layout in newest_first if not named or layout.form_code in named]
    found = _best(grid, candidates, titles)
    if found is None:
        return _title_only(grid, titles)
    found.findings += _header_findings(sheet, found)
    found.findings += _second_form(grid, found, layouts)
    return found


def _best(grid: Grid, candidates: list[Layout], titles: dict) -> Recognised | None:
    """Of several versions the one that explains most of the sheet and misses least, the first of equals.

    A version that adds a table to another is not beaten by it because one label of the new table is misspelt. What
    comes after a version that fits perfectly does not count.
    """
    most = [_labels_possible(grid, layout) for layout in candidates]
    wanted = [_labels_wanted(layout) for layout in candidates]
    best: tuple[float, int, Recognised] | None = None
    end = len(candidates)
    # A version some of whose labels stand nowhere on the sheet cannot be perfect, and is only tried where it could still
    # be better than the perfect one.
    for number in sorted(range(end), key=lambda number: most[number] < wanted[number]):
        layout = candidates[number]
        title = titles.get(layout.layout_code)
        least = LEAST_WITH_TITLE if title else LEAST_WITHOUT_TITLE
        if number > end or most[number] / wanted[number] < least:
            continue
        if best and 2 * most[number] - wanted[number] < best[0] - ROUNDING:
            continue
        anchors = _anchors(grid, layout)
        score = _score(layout, anchors)
        if score < least:
            continue
        rank = _labels_found(anchors) - wanted[number] * (1 - score)
        if best is None or (rank, -number) > (best[0], -best[1]):
            text, at = (title[1], title[2]) if title else ("", None)
            best = (rank, number, Recognised(grid, layout, text, at, anchors, []))
        if len(anchors) == len(layout.blocks) and all(anchor.is_perfect for anchor in anchors):
            end = number
    return best[2] if best else None


def _second_form(grid: Grid, found: Recognised, layouts: dict[str, Layout]) -> list[Finding]:
    """The title of a second form: two forms on one sheet could not be told apart row by row.

    Above the table the same form may be named twice (附件：…), and its own title again on the next page; another form
    may not.
    """
    phrases = {title: layout.form_code for layout in layouts.values() for title in layout.titles}
    any_title = _any_title(layouts)
    for row in grid.row_numbers:
        for column, text in grid.rows[row].items():
            # Titles are Chinese; most texts are numbers.
            if text.isascii() or not _may_be_title(text, any_title) or (row, column) == found.title_at:
                continue
            words = plain(text)
            # Inside the table its own title begins a page; behind it, a second version of the form.
            if row < found.anchors[-1].end_row and _first_page(text) == _first_page(found.title):
                continue
            named = {form_code for phrase, form_code in phrases.items() if phrase in words}
            if named and (row > found.anchors[0].top or found.layout.form_code not in named):
                words = {"label": text.strip()}
                return [Finding(rule="L5", sheet=grid.sheet.name, cell=address(row, column), words=words)]
    return []


@lru_cache(maxsize=65536)
def _may_be_title(text: str, any_title: re.Pattern) -> bool:
    words = plain(text)
    return 6 <= len(words) <= 50 and any_title.search(words) is not None and not is_foot(text)


@lru_cache(maxsize=65536)
def _first_page(title: str) -> str:
    """A title without what says that it goes on: （续）, 续表."""
    return re.sub(r"\(?(?:续表?|续?第?[一二三四五六七八九\d]+页)\)?$|^续表:?", "", plain(title))


def repeating_head(grid: Grid, anchor: BlockAnchor, rows: list[int]) -> set[int]:
    """Rows that print the title or a line above the table once more, as on the second page of a printed form."""
    above = {_first_page(grid.first_text(row)) for row in grid.row_numbers if row < anchor.top}
    return {row for row in rows if len(first := _first_page(grid.first_text(row))) >= 6 and first in above}


def _titles(grid: Grid, layouts: dict[str, Layout]) -> dict[str, tuple[Layout, str, tuple[int, int]]]:
    """For each layout whose title words stand near the top: the layout, the text and where.

    Of two that stand close together (附件2：…, and below it the title itself) the one with a year.
    """
    found: dict[str, tuple[Layout, str, tuple[int, int]]] = {}
    any_title = _any_title(layouts)
    for row in grid.row_numbers[:TITLE_WITHIN_ROWS]:
        for column, text in grid.rows[row].items():
            if len(text) < 6 or len(text) > 120 or text.isascii():
                continue
            words = plain(text)
            if not any_title.search(words):
                continue
            for layout in layouts.values():
                if not any(title in words for title in layout.titles):
                    continue
                known = found.get(layout.layout_code)
                is_better = known and row - known[2][0] <= 3 and YEAR.search(text) and not YEAR.search(known[1])
                if known is None or is_better:
                    found[layout.layout_code] = (layout, text, (row, column))
    return found


def _any_title(layouts: Mapping[str, Layout]) -> re.Pattern:
    """Finds whether a text names any form: hardly any does, and looking for each title by itself takes longest."""
    return _any_of(tuple(sorted({title for layout in layouts.values() for title in layout.titles})))


@cache
def _any_of(phrases: tuple[str, ...]) -> re.Pattern:
    return re.compile("|".join(map(re.escape, phrases)))


def _title_only(grid: Grid, titles: dict) -> Recognised | None:
    """A sheet with the title of a form and none of its header: an issue, not silence."""
    sheet = grid.sheet
    # A cover sheet or a list of forms names them too, but holds no figures.
    if not titles or sum(cell.kind == "number" for cell in sheet.cells.values()) < 5:
        return None
    layout, text, at = next(iter(titles.values()))
    finding = Finding(
        rule="L1",
        sheet=sheet.name,
        cell=address(*at),
        words={"label": "全部表头", "form": layout.label_zh, "near": ""},
    )
    return Recognised(grid, layout, text, at, [], [finding])


def _anchors(grid: Grid, layout: Layout) -> list[BlockAnchor]:
    """The tables of the form that were found, from top to bottom, with the rows of their data."""
    found: list[BlockAnchor] = []
    start = -1
    for block in layout.blocks:
        anchor = _find_header(grid, layout, block, start)
        if anchor is None:
            continue
        found.append(anchor)
        start = anchor.top + anchor.depth
    last = grid.row_numbers[-1] + 1
    for number, anchor in enumerate(found):
        limit = found[number + 1].top if number + 1 < len(found) else last
        anchor.first_row = _first_data_row(grid, anchor)
        anchor.end_row = _end_row(grid, anchor, limit, layout)
    return found


def _find_header(grid: Grid, layout: Layout, block: Block, after: int) -> BlockAnchor | None:
    labels = layout.words[block.block_code]
    best: tuple[tuple[int, ...], Header, int, int] | None = None
    for top in grid.row_numbers:
        if top <= after or grid.has_figures(top) or labels.isdisjoint(grid.labels(top)):
            continue
        for depth in range(1, DEEPEST_HEADER + 1):
            if grid.has_figures(top + depth - 1):
                break
            header = _match(layout, block.block_code, grid.looks(top, depth))
            rank = (len(header.headers), header.exact, -len(header.unknown), -depth, -top)
            if header.columns and (best is None or rank > best[0]):
                best = (rank, header, top, depth)
                # Nothing deeper can be better.
                if header.is_perfect:
                    break
        if best and best[1].is_perfect:
            break
    if best is None:
        return None
    _, header, top, depth = best
    least = 2 if block.orientation == "items" else max(1, round(len(block.fields) * LEAST_WITH_TITLE))
    return header.at(top, block, depth) if len(header.headers) >= least else None


@lru_cache(maxsize=4096)
def _match(layout: Layout, block_code: str, looks: tuple[RowLook, ...]) -> Header:
    """What these rows are as a header of a table; the same header comes month after month."""
    accepted, endings = layout.headers[block_code], layout.endings[block_code]
    columns: dict[int, str] = {}
    units: dict[str, str] = {}
    headers: dict[str, tuple[int, int]] = {}
    unknown, doubled, other_units, exact = [], [], [], 0
    for column, (labels, unit, at, other) in header_paths(looks).items():
        code = accepted.get(labels) or _by_ending(labels, accepted, endings)
        # Under the merged header of a neighbour and without a label of its own: an empty column somebody put in.
        if code is None and at[1] != column:
            continue
        if code is None:
            unknown.append((*at, "/".join(labels)))
        elif code in headers:
            doubled.append((*at, "/".join(labels)))
        else:
            columns[column] = code
            exact += labels in accepted
            headers[code] = at
            if unit:
                units[code] = unit
            if other:
                other_units.append((*at, other))
    is_perfect = exact == len(set(accepted.values())) and not unknown and not doubled
    turned = [] if is_perfect else _turned(looks, layout, block_code)
    return Header(columns, units, headers, unknown, doubled, turned, other_units, exact, is_perfect)


def _turned(looks: tuple[RowLook, ...], layout: Layout, block_code: str) -> list[tuple[int, int, str]]:
    """Labels above the lowest row that are none of the table's and say of all below them that they are other figures."""
    words = layout.words[block_code]
    return [
        (row, column, text.strip())
        for row, (line, _) in enumerate(looks[:-1])
        for column, text in line
        if (label := label_and_unit(text)[0]) not in words and _turns(label, layout)
    ]


def _turns(label: str, layout: Layout) -> bool:
    """Whether a label makes other figures of those under it."""
    return _TURNS.search(_SO_FAR.sub("", label) if layout.period_kind == "year_to_date" else label) is not None


def _turned_beside(sheet: SheetCells, found: Recognised, anchor: BlockAnchor) -> Iterator[Finding]:
    """A caption above a table, or the label of its only row, that says that they are other figures."""
    block, rows = anchor.block, found.grid.rows
    above = range(anchor.top - 3, anchor.top)
    said = [(row, column, text) for row in above for column, text in rows.get(row, {}).items()]
    said = [one for one in said if block.caption_zh and block.caption_zh in plain(one[2])]
    if block.row_label_zh:
        said += [
            (anchor.first_row, column, rows.get(anchor.first_row, {}).get(column, ""))
            for column, code in anchor.columns.items()
            if code == "@label"
        ]
    for row, column, text in said:
        if plain(text) not in (block.caption_zh, block.row_label_zh) and _turns(plain(text), found.layout):
            yield Finding(rule="L17", sheet=sheet.name, cell=address(row, column), words={"words": text.strip()})


def _by_ending(
    labels: tuple[str, ...], accepted: dict[tuple[str, ...], str], endings: dict[tuple[str, ...], frozenset[str]]
) -> str | None:
    """The one field whose labels end as these do, when an outer header row was added or dropped."""
    found = set(endings.get(labels, ()))
    found |= {accepted[labels[start:]] for start in range(1, len(labels)) if labels[start:] in accepted}
    return found.pop() if len(found) == 1 else None


def _score(layout: Layout, anchors: list[BlockAnchor]) -> float:
    """Share of the header labels of the form's tables that were found."""
    strange = sum(len(anchor.unknown) for anchor in anchors)
    return (_labels_found(anchors) - 0.1 * strange) / _labels_wanted(layout)


def _labels_wanted(layout: Layout) -> int:
    return len(layout.lowest)


def _labels_possible(grid: Grid, layout: Layout) -> int:
    """How many header labels could at most be found: a field is told by its lowest label, which must be there."""
    words = grid.words
    return sum(not labels.isdisjoint(words) for labels in layout.lowest)


def _labels_found(anchors: list[BlockAnchor]) -> int:
    return sum(len(anchor.codes) for anchor in anchors)


def _first_data_row(grid: Grid, anchor: BlockAnchor) -> int:
    """The row after the header, after a row of units and a row of column numbers."""
    row = anchor.top + anchor.depth
    for candidate in grid.row_numbers:
        if candidate < row:
            continue
        texts = [text for column, text in grid.rows[candidate].items() if column in anchor.columns]
        words = [plain(text) for text in texts]
        is_units = words and all(is_unit(text) or text in COLUMN_NUMBERS for text in words)
        numbered = [text for text in words if text.isdigit()]
        is_numbers = len(words) > 2 and any(text in COLUMN_NUMBERS for text in words) and (
            numbered == [str(n + int(numbered[0])) for n in range(len(numbered))] if numbered else False
        ) and all(text.isdigit() or text in COLUMN_NUMBERS for text in words)  # fmt: skip
        if not (is_units or is_numbers):
            return candidate
        if is_units:
            for column, text in grid.rows[candidate].items():
                code = anchor.columns.get(column)
                if code and not code.startswith("@") and is_unit(text):
                    unit = plain(text).strip("()")
                    if anchor.units.setdefault(code, unit) != unit:
                        anchor.other_units.append((candidate, column, unit))
    return row


def _end_row(grid: Grid, anchor: BlockAnchor, limit: int, layout: Layout) -> int:
    """The first row that is no longer data: notes, signatures, the next table's caption.

    A note between the rows does not end the table: what follows it looks like the rows before.
    """
    captions = {item_label(block.caption_zh) for block in layout.blocks if block.caption_zh}
    end = None
    for row in grid.row_numbers:
        if row < anchor.first_row:
            continue
        if row >= limit:
            break
        text = grid.first_text(row)
        if item_label(text) in captions:
            return row if end is None else end
        if is_foot(text):
            end = row if end is None else end
        elif end is not None:
            if not _goes_on(grid, anchor, layout, row):
                return end
            end = None
    return limit if end is None else end


def _goes_on(grid: Grid, anchor: BlockAnchor, layout: Layout, row: int) -> bool:
    """Whether a row after a note is one of the table: an item of it, or as full of figures as its first row."""
    line = grid.rows[row]
    by_code = {code: column for column, code in anchor.columns.items()}
    if anchor.block.orientation == "items":
        return item_label(line.get(by_code.get("@item", -1), "")) in layout.items[anchor.block.block_code]
    columns = [column for code, column in by_code.items() if not code.startswith("@")]

    def count(row: int) -> int:
        return sum(is_figure(grid.rows.get(row, {}).get(column, "")) for column in columns)

    return count(row) >= max(2, count(anchor.first_row) // 2)


def _header_findings(sheet: SheetCells, found: Recognised) -> list[Finding]:
    """Labels that are missing, doubled or unknown, each with its place."""
    layout, findings = found.layout, []
    anchored = {anchor.block.block_code: anchor for anchor in found.anchors}
    for block in layout.blocks:
        anchor = anchored.get(block.block_code)
        if anchor is None:
            at = found.title_at or (0, 0)
            label = f"“{block.caption_zh}”一栏" if block.caption_zh else "全部表头"
            findings.append(_missing(sheet, layout, address(*at), label, []))
            continue
        wanted = {f"@{key.key}": key.path for key in block.keys}
        if block.orientation == "columns":
            wanted |= {one.code: one.path for one in block.fields}
        strangers = [text for _, _, text in anchor.unknown]
        for code, path in wanted.items():
            if code in anchor.codes or code in ("@number", "@unit", "@label"):
                continue
            shares = {one.code for one in block.fields if one.role == "share"}
            rule = "L4" if code in ("@note", "@previous", "@task", "@share") or code in shares else "L1"
            findings.append(
                _missing(sheet, layout, address(anchor.top, min(anchor.columns)), "/".join(path), strangers, rule)
            )
        for row, column, text in anchor.doubled:
            findings.append(Finding(rule="L2", sheet=sheet.name, cell=address(row, column), words={"label": text}))
        if block.orientation == "items" and "@unit" in anchor.codes:
            # Each row has a unit of its own.
            for code in ("@value", "@previous"):
                if unit := anchor.units.get(code):
                    words = {"label": "/".join(wanted[code]), "unit": unit, "right": "计量单位一栏所写的"}
                    cell = address(*anchor.headers[code])
                    findings.append(Finding(rule="L11", sheet=sheet.name, cell=cell, words=words))
        for row, column, text in anchor.other_units:
            code = anchor.columns[column]
            words = {"label": "/".join(wanted.get(code, (code,))), "unit": text, "right": anchor.units[code]}
            findings.append(Finding(rule="L11", sheet=sheet.name, cell=address(row, column), words=words))
        findings += _turned_beside(sheet, found, anchor)
        # Where labels of a lower row reach up beside a group, the group's own label stands above the header.
        first = min((row for row, _ in anchor.headers.values()), default=anchor.top)
        above = tuple((tuple(found.grid.rows.get(row, {}).items()), ()) for row in range(first, anchor.top + 1))
        lifted = [(first + row, column, text) for row, column, text in _turned(above, layout, block.block_code)]
        for row, column, text in (*anchor.turned, *lifted):
            findings.append(Finding(rule="L17", sheet=sheet.name, cell=address(row, column), words={"words": text}))
        for row, column, text in anchor.unknown:
            findings.append(Finding(rule="L3", sheet=sheet.name, cell=address(row, column), words={"label": text}))
    return findings


def _missing(
    sheet: SheetCells, layout: Layout, cell: str, label: str, strangers: list[str], rule: str = "L1"
) -> Finding:
    near = f"；表中有不认识的“{'”“'.join(strangers[:3])}”" if strangers else ""
    words = {"label": label, "form": layout.label_zh, "near": near}
    return Finding(rule=rule, sheet=sheet.name, cell=cell, words=words)
