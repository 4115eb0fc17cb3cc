"""Every numeral of every file of an edition is one the interface gives for its release, or the edition's own words."""

import io
import re
import zipfile
from datetime import timedelta

import pytest

from tests.editions.conftest import AUTHOR, SEPTEMBER, SIGNER, copied, note_all, sign, signed
from tests.editions.test_changes import RESTATED, again
from tests.numerals import is_among, last_places, numerals
from tests.paper.opened import excel_of, pdf_text, word_notes, word_paragraphs, word_tables
from warehouse.editions import compose, frozen, questions, record, signing, written
from warehouse.read import Releases
from warehouse.read.receipt.receipts import split_receipt_id
from warehouse.read.value.values import values


@pytest.fixture(scope="module")
def home(small_demo_home, tmp_path_factory):
    """The home of conftest, once for these tests, which only read what is signed in it."""
    return copied(small_demo_home, tmp_path_factory.mktemp("numerals") / "home")


@pytest.fixture(scope="module")
def releases(home):
    opened = Releases(home)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def edition(home, releases):
    """A unit's edition with everything in it: a restated value, a comment and an answer with numbers."""
    signed(home, releases, month=SEPTEMBER)
    then = again(home, RESTATED)
    number = questions.ask(
        home, city_area_id="fushun", area=("xinfu", "新抚区"), indicator=("active_rate", "活跃率"), asked_in="x",
        text_zh="活跃率为何低", owner=("xinfu", "新抚区"), due_on=signing.today() + timedelta(days=9),
        today=signing.today(), actor=SIGNER,
    )  # fmt: skip
    draft = signing.begin(home, releases, city="抚顺", unit="新抚区", month=compose.date(2026, 10, 1), actor=AUTHOR)
    figures = compose.compose(home, releases, draft, today=signing.today()).content.briefing.receipts()
    figure = next(one for one in figures if one.relation == "mart.indicator_month" and not one.column)
    answer = f"现为{figure.wording}"
    questions.take(home, number, "answer", AUTHOR, text_zh=answer, figures=[figure], release_id=then)
    written.comment(home, draft.key, area_id="xinfu", indicator_code="", text_zh=f"为{figure.wording}", actor=AUTHOR)
    note_all(home, releases, draft)
    sent = record.take(home, draft.key, "submit", AUTHOR, seen=record.edition(home, draft.key).last.number)
    return sign(home, releases, sent)


def words_of(name, content, folder):
    if name.endswith(".pdf"):
        # As it was written: beside each other, the lines of two columns would cut a year from its 年.
        return re.sub(r"(\d{4})\s+年", r"\1年", pdf_text(content, folder, order="-raw"))
    if name.endswith(".docx"):
        cells = [cell for table in word_tables(content) for row in table for cell in row]
        # A note begins with the code of its receipt, which is no number.
        notes = [note.strip()[8:] for note in word_notes(content).values()]
        return "\n".join([*word_paragraphs(content), *cells, *notes])
    if name.endswith(".xlsx"):
        book = excel_of(content)
        return "\n".join(
            str(cell.value)
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str)
        )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [
            archive.read(one).decode()
            for one in archive.namelist()
            if re.search(r"slides?/slide\d+\.xml$|\.html$", one)
        ]
    told = re.sub(r"<[^>]+>", "\n", re.sub(r"<style.*?</style>", "", "".join(parts), flags=re.DOTALL))
    # The codes of receipts and the names of a table's style are no numbers.
    told = re.sub(r"\{[0-9A-F-]{36}\}", "", told)
    return re.sub(r"(?<![0-9A-Za-z])[0-9a-f]{8}(?![0-9A-Za-z])", "", told)


def test_every_number_with_a_receipt_is_the_value_the_interface_gives(home, releases, edition):
    content, checked = signing.opened(home, edition), 0
    with releases.acquire(content.release_id) as release:
        rows = values(release, areas=["xinfu", "fushun"], limit=100_000).frame.to_dicts()
        known = {(row["relation"], row["row_key"]): row for row in rows}
        observed = release.rows(
            "select concat_ws('|', area_id, indicator_code, breakdown_code, month, revision) as k, value"
            " from core.fct_observation where area_id = 'xinfu'"
        ).frame
        cells = dict(zip(observed["k"], observed["value"], strict=True))
        ranks = release.rows(
            "select concat_ws('|', area_id, indicator_code, breakdown_code, month) as k, rank, ranked_count, tied_count"
            " from mart.indicator_month where area_id = 'xinfu'"
        ).frame
        places = {row["k"]: [row["rank"], row["ranked_count"], *last_places(row)] for row in ranks.to_dicts()}
        for figure, receipt in content.briefing.receipts().items():
            asked = split_receipt_id(receipt.full_id)
            row = known.get((asked["relation"], asked["row_key"]))
            if row is not None and not asked["column"]:
                city = known.get(("mart.indicator_month", asked["row_key"].replace("xinfu|", "fushun|")), {})
                apart = [row["value"] - one for one in (city.get("value"),) if one is not None]
                held = [row["value"], row["numerator"], row["denominator"], *apart, *places.get(asked["row_key"], ())]
            elif asked["relation"] == "core.fct_observation":
                held = [cells[asked["row_key"]]]
            else:
                continue
            for numeral in numerals(figure.wording):
                assert is_among(numeral, held), (figure, held)
                checked += 1
    assert checked > 12


def test_no_file_of_an_edition_holds_a_numeral_that_was_not_frozen(home, releases, edition, tmp_path):
    content = signing.opened(home, edition)
    frozen_text = frozen.read(home, edition.sha256, frozen.CONTENT).decode()
    own = set(numerals(frozen_text)) | {numeral.replace(",", "") for numeral in numerals(frozen_text)}
    # Its own counting: of chapters, receipts, pages and rows.
    counted = {str(n) for n in range(400)}
    stamp = set(numerals(f"{content.briefing.stamp.line_zh} {content.edition.name_zh} {edition.sha256}"))
    seen = 0
    for one in frozen.files(home, edition.sha256):
        if not one.name.endswith((".pdf", ".docx", ".xlsx", ".pptx")):
            continue
        found = numerals(words_of(one.name, frozen.read(home, edition.sha256, one.name), tmp_path))
        strange = {
            numeral
            for numeral in found
            if numeral not in own and numeral.replace(",", "") not in own and numeral not in counted | stamp
        }
        assert strange == set(), (one.name, sorted(strange)[:20])
        seen += len(found)
    assert seen > 400
