"""带走本页: what a page shows is what its files say, no number more, none less."""

import io
import re
from html import unescape

import docx
import plotly.graph_objects as go
import pypdf
import pytest
from PIL import Image

from pages.registry import PAGES
from pages.ui.kit.shown import Piece
from pages.ui.takeaway import as_paper, clipboard
from tests.declared import CITIES
from tests.numerals import numerals
from warehouse.paper.files import page_files

# Every run of digits, dates among them: a file repeats all of them.
NUMERAL = re.compile(r"\d[\d,]*(?:\.\d+)?")
CARRIED = re.compile(r"<span[^>]*data-receipt=[^>]*>(.*?)</span>", re.DOTALL)
PAGES_TAKEN = ("overview", "coverage", "trends", "targets", "profile")


@pytest.fixture
def paper_of(show, small_demo_home, monkeypatch):
    """The paper of a page of the small demonstration, as its takeaway would make it, and the page itself."""
    from pages.ui.frame import frame

    made = {}

    def noted(view, entry, pieces):
        made["paper"] = as_paper.page_paper(
            pieces,
            title_zh=entry.title_zh,
            about_zh=view.city_name_zh,
            release_id=view.release_id,
            content_sha256="0",
            is_demo=view.is_demo,
        )

    def opened(url_path, *, root=None, city="fushun", data="demo", **parameters):
        monkeypatch.setattr(frame, "takeaway", noted)
        monkeypatch.setenv("YANGLAO_HOME", str(root or small_demo_home.root.parent))
        entry = next(entry for entry in PAGES if entry.url_path == url_path)
        page = show(entry.script, data=data, city=city, **parameters)
        assert not page.app.exception
        return page, made["paper"]

    return opened


def bare(text):
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("url_path", PAGES_TAKEN)
def test_the_paper_of_a_page_holds_the_numbers_of_its_first_line_and_of_its_tables(paper_of, url_path):
    page, paper = paper_of(url_path)
    assert bare(paper.finding_zh) == bare(page.finding)
    shown_numbers = set(numerals(page.text))
    said = [paper.finding_zh]
    for item in paper.items:
        said += (
            [item]
            if isinstance(item, str)
            else [item.claim_zh, *(text for row in (item.grid.rows if item.grid else ()) for text in row)]
        )
    printed = [number for text in said for number in numerals(text)]
    assert len(printed) > 5
    assert [number for number in printed if number not in shown_numbers and number not in page.text] == []
    assert any(item.grid is not None for item in paper.figures())


def texts_of(paper):
    """Every text of a paper: its first line, sentences, and of each figure claim, what is drawn, heads, cells, foot."""
    yield paper.finding_zh
    for item in paper.items:
        if isinstance(item, str):
            yield item
            continue
        yield from (item.claim_zh, item.what_zh, item.foot_zh)
        yield from (text for row in ((item.grid.heads, *item.grid.rows) if item.grid else ()) for text in row)


def lost(page, paper):
    """What a page carries and its paper lacks, what the paper holds and its PDF or its Word file lacks, and what only they hold."""
    said = [*texts_of(paper), paper.stamp.line_zh, paper.title_zh, paper.about_zh]
    known = set(NUMERAL.findall(" ".join(said)))
    carried = [re.sub("<[^>]+>", "", wording) for wording in CARRIED.findall(page.html)]
    yield from (f"paper lacks {one}" for one in carried if not known.issuperset(NUMERAL.findall(one)))
    shown = set(NUMERAL.findall(unescape(re.sub("<[^>]+>", " ", page.html)) + " ".join(page.own_words)))
    yield from (f"page lacks {one}" for one in texts_of(paper) if not shown.issuperset(NUMERAL.findall(one)))
    reader = pypdf.PdfReader(io.BytesIO(page_files.pdf(paper)))
    document = docx.Document(io.BytesIO(page_files.docx(paper)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    files = {"pdf": [one.extract_text() for one in reader.pages], "docx": [*(one.text for one in document.paragraphs), *cells]}  # fmt: skip
    for form, parts in files.items():
        # A tone stands before what it is of, as a sign of its own.
        words = re.sub("[▲▼●]", "", bare("".join(parts)))
        yield from (f"{form} lacks {one}" for one in said if re.sub("[▲▼●]", "", bare(one)) not in words)
    yield from (f"docx alone has {one}" for one in files["docx"] if not known.issuperset(NUMERAL.findall(one)))


def test_a_page_becomes_one_page_of_pdf_and_a_word_document_with_real_tables(paper_of):
    page, paper = paper_of("overview")
    reader = pypdf.PdfReader(io.BytesIO(page_files.pdf(paper)))
    assert len(reader.pages) == 1
    grids = [figure.grid for figure in paper.figures() if figure.grid is not None]
    words = bare("".join(page.extract_text() for page in reader.pages))
    assert [row for grid in grids for row in grid.rows if bare("".join(row)) not in words] == []
    document = docx.Document(io.BytesIO(page_files.docx(paper)))
    assert len(document.tables) == len(grids)
    for grid, written in zip(grids, document.tables, strict=True):
        printed = [[cell.text for cell in row.cells] for row in written.rows]
        assert [list(row) for row in grid.rows if list(row) not in printed] == []
    assert list(lost(page, paper)) == []


# A drawing with its units, a plot with two tables; every page of both releases with --full.
@pytest.mark.parametrize("url_path", ["targets", "allowance"])
def test_no_number_is_lost_between_a_page_its_paper_and_the_files_of_it(paper_of, url_path):
    assert list(lost(*paper_of(url_path))) == []


@pytest.mark.whole
@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("kind", ["real", "demo"])
@pytest.mark.parametrize("url_path", [entry.url_path for entry in PAGES])
def test_no_number_of_any_page_is_lost_on_its_paper(paper_of, real_home, demo_root, url_path, kind, city):
    root = (real_home if kind == "real" else demo_root).root
    assert list(lost(*paper_of(url_path, root=root, city=city, data=kind))) == []


def test_a_figure_becomes_a_picture_with_its_foot(paper_of):
    _, paper = paper_of("trends", area="xinfu")
    figure = next(figure for figure in paper.figures() if figure.drawing is not None)
    assert Image.open(io.BytesIO(page_files.image(figure, paper, "png"))).width == 1080
    assert b"<text" not in page_files.image(figure, paper, "svg")


def test_every_point_on_screen_is_a_point_on_paper():
    fig = go.Figure()
    fig.add_scatter(
        x=["2026-08-01", "2026-09-01", "2026-10-01"], y=[1.0, None, 3.0], mode="lines+markers", line={"dash": None}
    )
    fig.add_shape(type="line", x0="2026-09-01", x1="2026-09-01", y0=0, y1=1)
    fig.add_annotation(x="2026-09-01", y=1, yref="paper", text="濮民〔2026〕12号")
    drawn = as_paper.drawing_of(fig)
    (series,) = drawn["series"]
    days = [738368.0 + gap for gap in (0, 31, 61)]
    first = series["points"][0][0]
    assert [point[0] - first for point in series["points"]] == [day - days[0] for day in days]
    assert [point[1] for point in series["points"]] == [1.0, None, 3.0]
    assert drawn["marks"] == [[first + 31, "濮民〔2026〕12号"]]


@pytest.mark.bar("TR4")
def test_a_policy_marker_stands_with_its_document_number_on_chart_in_table_and_in_the_exported_picture(
    paper_of, truth_home
):
    page, paper = paper_of("trends", root=truth_home.root, city="puyang", span="46")
    figure = next(one for one in paper.figures() if one.drawing is not None and one.drawing["marks"])
    told = " ".join(text for _, text in figure.drawing["marks"])
    numbers = set(re.findall(r"〔\d{4}〕\d+号", told))
    assert numbers
    # On the chart, in the table beside it, and in the drawing that the picture is made of.
    listed = page.text
    assert all(number in listed for number in numbers)
    assert all(number in told for number in numbers)
    assert page_files.image(figure, paper, "svg").startswith(b"<svg")


@pytest.mark.bar("EX8")
def test_one_press_copies_the_text_with_its_source_and_a_table_that_word_takes_as_one(paper_of):
    _, paper = paper_of("overview")
    text = paper.text()
    assert paper.finding_zh in text and text.endswith(paper.stamp.line_zh)
    assert "来源：" in text and "版本：" in text and "百分点" in text
    figure = next(figure for figure in paper.figures() if figure.grid is not None)
    told = (figure.claim_zh, figure.grid.heads, figure.grid.rows, paper.stamp.line_zh)
    html = clipboard.table_html(*told)
    assert html.count("<tr>") == 1 + len(figure.grid.rows) and paper.stamp.line_zh in html
    plain = clipboard.table_text(*told).splitlines()
    assert plain[1] == "\t".join(figure.grid.heads) and plain[-1] == paper.stamp.line_zh


def test_markup_in_a_text_is_shown_and_not_obeyed():
    pieces = [
        Piece(html='<div class="block"><h1 class="finding">&lt;b&gt;#strong[x]&lt;/b&gt; =1+1</h1><p>=cmd|x</p></div>')
    ]
    paper = as_paper.page_paper(pieces, title_zh="页", about_zh="", release_id="r", content_sha256="0", is_demo=False)
    assert paper.finding_zh == "<b>#strong[x]</b> =1+1"
    words = pypdf.PdfReader(io.BytesIO(page_files.pdf(paper))).pages[0].extract_text()
    assert "#strong[x]" in words
    assert "&lt;b&gt;" in clipboard.text_html(paper.text())
