"""What goes wrong while an edition is signed: it is signed whole or not at all, and the words say what to do."""

import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.editions import jobs
from tests.editions.conftest import AUTHOR, OCTOBER, SEPTEMBER, SIGNER, note_all, sign, signed, waiting
from tests.editions.test_changes import again
from warehouse.desk.journal import Desk
from warehouse.desk.received import ReceivedLog
from warehouse.editions import checklist, frozen, record, signing
from warehouse.errors import BusyError, HomeError, PaperError, ReleaseMissing
from warehouse.home import Home
from warehouse.paper.files.word_template import default_template
from warehouse.people import audit
from warehouse.release.publishing.publish import current_pointer, prune, release_ids

processes = multiprocessing.get_context("spawn")


def left(home):
    """What lies in the folder of editions, but for its lock."""
    return {path.name for path in home.editions.iterdir()} - {".lock"} if home.editions.exists() else set()


def test_of_two_signers_at_once_one_signs_and_the_other_is_told(home, releases, small):
    edition = waiting(home, releases)
    other = replace(SIGNER, who="second", name_zh="签发人丙")
    met = []

    def second_comes(step_zh, done, total):
        if step_zh == signing.SEALING:
            with pytest.raises(BusyError, match="另一位正在签发"):
                sign(home, releases, edition, actor=other)
            met.append(step_zh)

    done = sign(home, releases, edition, progress=second_comes)
    assert met and done.state_code == "signed" and done.by("sign").who == "signer"
    with pytest.raises(PaperError, match="没有签发：签发人乙已先一步“签发”"):
        sign(home, releases, edition, actor=other)
    assert left(home) == {done.sha256} and audit.breaks(home) == []


def test_an_edition_given_back_while_its_files_are_made_is_not_signed(home, releases, small):
    edition = waiting(home, releases)

    def given_back(step_zh, done, total):
        if step_zh == signing.ENTERING:
            record.take(
                home, edition.key, "return", replace(SIGNER, who="x"), seen=edition.last.number, reason_zh="先别发"
            )

    with pytest.raises(PaperError, match="已先一步“退回”"):
        sign(home, releases, edition, progress=given_back)
    assert record.edition(home, edition.key).state_code == "draft" and left(home) == set()


def test_a_disk_that_fills_leaves_no_file_and_no_signature(home, releases):
    edition = waiting(home, releases)
    receiver, sender = processes.Pipe(duplex=False)
    # Less than the content of an edition takes.
    child = processes.Process(target=jobs.sign_with_little_room, args=(str(home.root), edition.key, 60_000, sender))
    child.start()
    kind, said = receiver.recv()
    child.join()
    assert kind is HomeError and "没有签发，一个文件也没有留下" in said and "腾出空间" in said
    assert left(home) == set() and record.edition(home, edition.key).state_code == "waiting"
    assert audit.breaks(home) == []


def test_killed_at_any_step_it_is_a_draft_that_can_be_signed_again(home, releases, full):
    edition = waiting(home, releases)
    steps = (signing.CHECKING, "生成", signing.SEALING, signing.ENTERING)
    for step in steps if full else steps[1::2]:
        child = processes.Process(target=jobs.sign_and_die_at, args=(str(home.root), edition.key, step))
        child.start()
        child.join()
        assert child.exitcode == -9
        assert record.edition(home, edition.key).state_code == "waiting"
        assert frozen.folders(home) == [] or step == signing.ENTERING
    done = sign(home, releases, edition)
    # What the dead ones left is gone: a folder without a name, and one with a name nobody knows.
    assert left(home) == {done.sha256} and frozen.faults_zh(home, done.sha256) == []
    assert audit.breaks(home) == []


def test_a_template_changed_between_draft_and_signing_stops_it(home, releases):
    home.templates.mkdir()
    place = home.templates / "本局.docx"
    place.write_bytes(default_template())
    edition = waiting(home, releases, template_name="本局.docx")
    place.write_bytes(default_template() + b" ")
    (error,) = checklist.check(home, releases, edition, today=signing.today()).errors
    assert "本局.docx" in error.text_zh and "起草之后改过" in error.text_zh and "重新选用模板" in error.text_zh
    with pytest.raises(PaperError, match="起草之后改过"):
        sign(home, releases, edition)
    place.unlink()
    with pytest.raises(PaperError, match="读不出来"):
        sign(home, releases, edition)
    place.write_bytes(default_template())
    done = sign(home, releases, edition)
    # The template is frozen with the edition: its copies look as they did, whatever the folder holds later.
    place.write_bytes(b"another")
    record.take(home, done.key, "withdraw", SIGNER, seen=done.last.number, reason_zh="换模板")
    (word,) = [make for name, make in signing.downloads(home, record.edition(home, done.key)) if name.endswith("docx")]
    assert len(word()) > 10_000
    with pytest.raises(PaperError, match="只写文件名"):
        waiting(home, releases, template_name="../desk.sqlite")


def test_a_withdrawn_batch_blocks_a_draft_and_is_said_of_what_was_signed(home, releases, root, small):
    done = signed(home, releases, month=SEPTEMBER)
    draft = waiting(home, releases)
    held = signing.opened(home, done)
    assert checklist.withdrawn_batches(home, held) == []
    batch = held.batches[-1]
    ReceivedLog(home).withdraw(batch, who="x", reason="误发他县的表", at=datetime.now(UTC))
    (said,) = checklist.withdrawn_batches(home, held)
    assert batch in said and "误发他县的表" in said
    with pytest.raises(PaperError, match="已撤销.*换用新批次"):
        sign(home, releases, draft)
    # What to run is said of the home it is in: the demonstration is not made by a refresh.
    for of, command in ((home, "请运行 yanglao refresh"), (Home(root).demo(), "请运行 yanglao demo")):
        errors = checklist.check(of, releases, draft, today=signing.today()).errors
        assert [one.remedy_zh.split("，")[0] for one in errors if one.kind_code == "withdrawn"] == [command]


def test_an_older_release_is_held_never_removed_and_signed_with_a_warning(home, releases, small):
    first = current_pointer(home).release_id
    draft = signing.begin(home, releases, city="抚顺", unit="新抚区", month=OCTOBER, actor=AUTHOR)
    newest = [again(home, "select 1") for _ in range(3)][-1]
    prune(home, keep=1, held=Desk(home).held_releases())
    assert release_ids(home) == [newest, first]
    listed = note_all(home, releases, draft)
    assert "older" in {one.kind_code for one in listed.warnings}
    sent = record.take(home, draft.key, "submit", AUTHOR, seen=record.edition(home, draft.key).last.number)
    assert signing.opened(home, sign(home, releases, sent)).release_id == first
    with pytest.raises(ReleaseMissing, match="没有这个批次"):
        signing.begin(home, releases, city="抚顺", month=OCTOBER, actor=AUTHOR, release_id="20200101-01")


def test_a_last_edition_whose_release_is_not_here_is_said_to_be_beyond_comparison(home, releases, small):
    signed(home, releases, month=SEPTEMBER)
    then = again(home, "select 1")
    prune(home, keep=1)
    draft = signing.begin(home, releases, city="抚顺", unit="新抚区", month=OCTOBER, actor=AUTHOR)
    listed = checklist.check(home, releases, draft, today=signing.today())
    assert listed.errors == () and draft.settings.release_id == then
    assert "gone" in {one.kind_code for one in listed.warnings}
    text = "".join(one.text for one in listed.composed.content.briefing.sections[-1].paragraphs)
    assert "不在本机" in text and "无修订" not in text


@pytest.mark.parametrize("name", ["", "濮阳", "濮阳 2026-10", "../../desk.sqlite", "a" * 64, "新抚区 2026-10-Z"])
def test_a_name_that_is_no_edition_is_told_with_those_there_are(home, name):
    with pytest.raises(PaperError, match="没有这一版.*现有：还没有"):
        record.edition(home, name)


@pytest.mark.parametrize("sha", ["", "..", "../../x", "A" * 64, "0" * 63])
def test_a_hash_that_is_none_leads_to_no_folder(home, sha):
    with pytest.raises(PaperError, match="写法不对"):
        frozen.read(home, sha, "content.json")
