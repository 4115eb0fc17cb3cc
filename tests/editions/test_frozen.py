"""What was signed stays to the byte, is corrected in the open, and can be had by its hash whatever comes after."""

import io
import zipfile
from datetime import timedelta

import docx
import pytest

from tests.build.small import publish_again
from tests.editions.conftest import AUTHOR, OCTOBER, SIGNER, note_all, sign, signed
from tests.numerals import numerals
from tests.paper.opened import pdf_text, word_paragraphs
from warehouse.editions import files, frozen, record, signing, states
from warehouse.errors import PaperError
from warehouse.people import audit
from warehouse.release.publishing.publish import current_pointer, release_path
from warehouse.watermark import marked_with, stamped

HIGHER = "update mart.indicator_month set value = value * 1.5 where area_id = 'xinfu'"


def load_again(home):
    """A later load in which every figure of the unit is another one."""
    return publish_again(home, release_path(home, current_pointer(home).release_id), HIGHER)


def bytes_of(home, edition):
    return {one.name: frozen.read(home, edition.sha256, one.name) for one in frozen.files(home, edition.sha256)}


def amended(home, releases, edition, note_zh="床位数把停用的也算上了，现予更正"):
    """The correction of an edition, signed."""
    begun = signing.amend(home, releases, edition.key, note_zh=note_zh, actor=AUTHOR)
    note_all(home, releases, begun)
    sent = record.take(home, begun.key, "submit", AUTHOR, seen=record.edition(home, begun.key).last.number)
    return sign(home, releases, sent)


@pytest.fixture
def word_only(monkeypatch):
    monkeypatch.setattr(files, "MAKERS", ("tests.editions.test_frozen:word",))


def word(content):
    yield from (step for step in files.papers(content) if step[0].endswith(".docx"))


@pytest.mark.bar("BR4")
def test_an_edition_opened_after_two_later_loads_is_the_same_to_the_byte_and_in_word(home, releases, word_only):
    edition = signed(home, releases)
    before = bytes_of(home, edition)
    content, text = (
        signing.opened(home, edition),
        "\n".join(one for name, held in before.items() if name.endswith(".docx") for one in word_paragraphs(held)),
    )
    for _ in range(2):
        load_again(home)
    again = record.edition(home, "新抚区 2026-10-A")
    assert bytes_of(home, again) == before and signing.opened(home, again) == content
    ((name, make),) = signing.downloads(home, again)
    assert name == "演示数据_新抚区_2026-10-A_通报.docx" and make() == before[name]
    assert numerals("\n".join(word_paragraphs(make()))) == numerals(text) and len(numerals(text)) > 20
    assert "已签发 新抚区 2026-10-A" in text or "已签发 新抚区 2026-10-A" in _footer(make())
    # The release is held, so that its receipts open as long as the edition is there.
    assert content.release_id in signing.Desk(home).held_releases()
    assert frozen.faults_zh(home, again.sha256) == []


def _footer(content):
    return "".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).sections[0].footer.paragraphs)


@pytest.mark.bar("BR12")
def test_a_correction_needs_a_note_names_what_it_replaces_and_every_file_of_the_old_one_says_so(
    home, releases, monkeypatch, tmp_path
):
    old = signed(home, releases)
    before = bytes_of(home, old)
    for note in ("", "  ", "错"):
        with pytest.raises(PaperError, match="更正说明"):
            signing.amend(home, releases, old.key, note_zh=note, actor=AUTHOR)
    with pytest.raises(PaperError, match="已经签发.*更正版"):
        signing.begin(home, releases, city="抚顺", unit="新抚区", month=OCTOBER, actor=AUTHOR)
    new = amended(home, releases, old)
    old = record.edition(home, old.key)
    assert (new.identity.name_zh, old.state_code, old.replaced_by) == ("新抚区 2026-10-B", states.REPLACED, new.key)
    held = signing.opened(home, new)
    assert held.replaces_zh == "新抚区 2026-10-A" and held.briefing.sections[0].title_zh == "一、更正说明"
    assert "替代" in held.briefing.sections[0].paragraphs[0].text and "床位数把停用的也算上了" in held.note_zh
    notice = signing.notice_zh(home, old)
    assert notice.startswith("新抚区 2026-10-A 已被更正版 新抚区 2026-10-B 替代") and notice.endswith("现予更正")
    assert signing.opened(home, old).notice_zh == notice
    marked = {name: make() for name, make in signing.downloads(home, old)}
    assert set(marked) == set(before) - {frozen.CONTENT}
    said = "已被更正版 新抚区 2026-10-B 替代"
    for name, content in marked.items():
        assert content != before[name]
        if name.endswith((".png", ".svg")):
            # Their letters are drawn; that they are others is all a program can read of them.
            continue
        assert said.replace(" ", "") in _words(name, content, tmp_path).replace(" ", ""), name
    # The bytes that were signed can still be had by their hash, and nothing of the new one says it was replaced.
    assert bytes_of(home, old) == before
    assert signing.notice_zh(home, new) == ""
    with pytest.raises(PaperError, match="不能再起草它的更正版"):
        signing.amend(home, releases, old.key, note_zh="再改一次试试", actor=AUTHOR)


def _words(name, content, folder):
    """What a reader of the file meets, in any of its formats."""
    if name.endswith(".pdf"):
        return pdf_text(content, folder)
    if name.endswith((".docx", ".xlsx", ".pptx", ".zip")):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "".join(
                archive.read(one).decode("utf-8", "replace")
                for one in archive.namelist()
                if one.endswith(("xml", "html"))
            )
    return content.decode()


def test_a_withdrawn_edition_says_so_and_its_place_can_be_signed_anew_with_the_next_letter(home, releases, small):
    old = signed(home, releases)
    with pytest.raises(PaperError, match="原因"):
        record.take(home, old.key, "withdraw", SIGNER, seen=old.last.number)
    gone = record.take(home, old.key, "withdraw", SIGNER, seen=old.last.number, reason_zh="发错了月份")
    assert signing.notice_zh(home, gone).startswith("新抚区 2026-10-A 已撤回")
    ((_, make),) = signing.downloads(home, gone)
    assert "已撤回" in make().decode() and "发错了月份" in make().decode()
    assert signed(home, releases).identity.name_zh == "新抚区 2026-10-B"


def test_a_byte_changed_in_a_frozen_file_is_told_and_not_handed_out(home, releases, small):
    edition = signed(home, releases)
    folder = frozen.folder_of(home, edition.sha256)
    (path,) = folder.glob("*.txt")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    (fault,) = frozen.faults_zh(home, edition.sha256)
    assert "被改动过" in fault and "yanglao restore" in fault
    with pytest.raises(PaperError, match="被改动过"):
        signing.downloads(home, edition)[0][1]()
    (folder / frozen.MANIFEST).chmod(0o600)
    (folder / frozen.MANIFEST).write_text("{}")
    with pytest.raises(PaperError, match="清单被改动过"):
        signing.opened(home, edition)


def test_each_step_of_an_edition_is_chained_in_the_trail(home, releases, small):
    old = signed(home, releases)
    amended(home, releases, old)
    told = [row.action_code for row in audit.rows(home) if row.subject.startswith("xinfu-2026-10")]
    counted = {
        name: told.count(name) for name in ("edition_begun", "edition_submitted", "edition_signed", "edition_replaced")
    }
    assert counted == {"edition_begun": 2, "edition_submitted": 2, "edition_signed": 2, "edition_replaced": 1}
    assert audit.breaks(home) == []
    assert signing.opened(home, old).signed_at - old.by("sign").at < timedelta(seconds=60)


def test_files_of_a_reader_of_a_scope_carry_name_and_time_and_the_frozen_bytes_do_not(home, releases, tmp_path):
    done = signed(home, releases)
    mark = "李某 li 2026-11-29 08:00"
    with marked_with(mark):
        made = {name.rpartition(".")[2]: stamped(make()) for name, make in signing.downloads(home, done)}
    held = {name.rpartition(".")[2]: make() for name, make in signing.downloads(home, done)}
    assert set(made) == set(held) == {"pdf", "docx", "xlsx", "png", "svg", "pptx", "html", "zip"}

    def text(form, data):
        if form == "pdf":
            return pdf_text(data, tmp_path, order="-raw")
        if form in ("docx", "xlsx", "pptx", "zip"):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                return "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
        return data.decode("utf-8", "replace")

    # What is drawn as curves has no letters to look for, and differs.
    for form in ("pdf", "docx", "xlsx", "pptx", "html", "zip"):
        assert mark in text(form, made[form]), form
        assert mark not in text(form, held[form]), form
    assert made["png"] != held["png"] and made["svg"] != held["svg"]
    assert frozen.faults_zh(home, done.sha256) == []
