"""What is not released yet, and what carries a name: who sees it, what it says of itself, what the server refuses."""

import io
import shutil
from datetime import UTC, datetime, timedelta

import docx
import duckdb
import openpyxl
import polars as pl
import pptx
import pytest

from pages.ui.takeaway import exporting
from tests.pages.conftest import Shown, at_address
from tests.paper.conftest import facts, months_release, unit_text  # noqa: F401
from tests.paper.opened import pdf_text
from tests.people.test_desk_pages import as_person
from tests.people.test_drafts import TRACK, published  # noqa: F401
from tests.people.test_exports import VIEW, seated
from warehouse import export
from warehouse.desk.journal import opened
from warehouse.errors import AccountError
from warehouse.home import Home
from warehouse.paper.files import excel, pdf, word
from warehouse.people import audit, previews
from warehouse.release.file import end_writing
from warehouse.release.publishing import draft_changes, drafts
from warehouse.release.publishing.lock import lock
from warehouse.release.publishing.publish import building_path, current_pointer, new_release_id, release_path

INTERNAL = "内部资料"


@pytest.fixture
def home(drafted, tmp_path, monkeypatch):  # noqa: F811
    shutil.copytree(drafted[0].root, tmp_path / "home")
    home = Home(tmp_path / "home")
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    return home


def page(script=None, **parameters):
    return Shown(at_address(script, **parameters)).run()


@pytest.mark.bar("AC4")
def test_what_is_not_released_says_so_and_is_shown_by_a_link_that_ends(home, drafted, monkeypatch):  # noqa: F811
    current, draft = current_pointer(home).release_id, drafted[1]
    until = datetime.now(UTC) + timedelta(hours=1)
    secret = previews.give(home, draft, logins=["leader"], until=until, by="operator")
    as_person(home, monkeypatch, "leader", "leader", "puyang")
    # Without the link, and by the address alone, there is the released batch and no word of another.
    for asked in ({}, {"draft": "1"}, {"release": draft}, {"preview": secret[:-1] + "x"}):
        shown = page(**asked)
        assert INTERNAL not in shown.text and f"版本 {current}" in shown.text
    shown = page(preview=secret)
    assert f"{INTERNAL}　这是还没有发布的草稿批次" in shown.text and f"版本 {draft}" in shown.text
    assert f"{exporting.INTERNAL_ZH}　" in shown.html  # the watermark over the page
    # It stays through the menu, and ends on the open page once its time is over.
    with opened(home, previews.TABLES) as connection:
        connection.execute("update main.preview set until = ?", ((until - timedelta(hours=2)).isoformat(),))
    shown.run()
    assert "预览已结束" in shown.text and "这是还没有发布" not in shown.text and f"版本 {current}" in shown.text
    assert "预览已结束" in page(preview=secret).text
    # The link passed on opens nothing to somebody it does not name, while it lasts.
    with opened(home, previews.TABLES) as connection:
        connection.execute("update main.preview set until = ?", (until.isoformat(),))
    as_person(home, monkeypatch, "signer", "signer", "puyang")
    assert f"版本 {current}" in page(preview=secret).text
    assert audit.newest(home, "viewed", subject=draft).who == "leader"


@pytest.mark.bar("ET8")
def test_who_publishes_sees_how_much_comes_and_what_is_restated_and_retypes_the_month(home, drafted, monkeypatch):  # noqa: F811
    """A second draft has one bed more than what was published, and one figure that was not known then."""
    at = f"area_id = '{TRACK[0]}' and month = date '{TRACK[2]}' and breakdown_code = 'total' and indicator_code = "
    asked = drafts.asked_zh(home, drafted[1])
    published(home, drafted[1], asked)
    source = release_path(home, drafted[1])
    with duckdb.connect(str(source), read_only=True) as connection:
        ((beds,),) = connection.execute(
            f"select value from core.fct_observation where {at} 'care_bed_count'"
        ).fetchall()
    with lock(home):
        draft = new_release_id(home)
        building = building_path(home, draft)
        shutil.copyfile(source, building)
        with duckdb.connect(str(building)) as connection:
            connection.execute(
                f"update meta.release set release_id = '{draft}';"
                f"update core.fct_observation set value = value + 1 where {at} 'care_bed_count';"
                f"update core.fct_observation set status_code = 'reported', value = 7 where {at}"
                " (select min(indicator_code) from core.fct_observation where status_code = 'missing'"
                f" and area_id = '{TRACK[0]}' and month = date '{TRACK[2]}' and breakdown_code = 'total')"
            )
            connection.execute("checkpoint")
        end_writing(building)
        drafts.keep(home, building, draft)
    before = current_pointer(home)
    as_person(home, monkeypatch, "operator", "operator", "")
    shown = page("workbench/publishing/page.py")
    assert "比现行批次新增1个数，改动1个，不再有0个" in shown.text and "没有：" in shown.text
    # The new value stands under its unit and month, the form it came by beside it.
    ((unit, month, form, count),) = draft_changes.changes(home, draft).come
    assert (unit, str(month), count) == ("清丰县", str(TRACK[2]), 1) and form in shown.text
    assert "养老服务床位总量" in shown.text and f"{beds + 1:,.0f}" in shown.text and f"{beds:,.0f}" in shown.text
    for wrong in ("", "2020-01", "发布"):
        shown.app.text_input(key="retyped").input(wrong)
        shown.app.button(key="publish").click()
        assert "请照样重新输入" in shown.run().text and current_pointer(home) == before
    shown.app.text_input(key="retyped").input(asked)
    shown.app.button(key="publish").click()
    assert f"批次 {draft} 已发布" in shown.run().text and current_pointer(home).release_id == draft


MARK = "某 leader"


@pytest.mark.bar("AC5")
def test_name_and_time_stand_on_screen_and_in_every_file_and_the_server_refuses_by_role(
    fresh_home,
    unit_text,  # noqa: F811
    tmp_path,
    monkeypatch,
):
    home = fresh_home
    home.ensure()
    monkeypatch.setenv("YANGLAO_HOME", str(home.root))
    monkeypatch.setenv("YANGLAO_SIGN_IN", "local")
    session = {exporting.PURPOSE: ""}
    monkeypatch.setattr(exporting.st, "session_state", session)
    monkeypatch.setattr(exporting.reads, "seen_as", lambda: "qingfeng")
    seated(home, monkeypatch, "leader", "qingfeng")
    frame = pl.DataFrame({"area_id": ["a", "b"], "value": [1, 2]})
    notes = export.Notes(title_zh="表", release_id="20261129-01", kind_code="real", size_zh="2行")

    def slides():
        made = pptx.Presentation()
        made.slides.add_slide(made.slide_layouts[6])
        made.save(sink := io.BytesIO())
        return sink.getvalue()

    makers = {
        form: (lambda form=form: export.write(frame, form, notes)) for form in ("csv", "xlsx", "parquet", "arrow")
    }
    makers |= {"briefing.xlsx": lambda: excel.write([unit_text]), "briefing.pdf": lambda: pdf.write([unit_text]),
               "briefing.docx": lambda: word.write(unit_text), "pptx": slides}  # fmt: skip
    files = {name: exporting.recorded(VIEW, make, name)() for name, make in makers.items()}
    year = f"{datetime.now():%Y-}"
    for name, text in (
        ("csv", files["csv"].decode("utf-8-sig")),
        ("parquet", " ".join(pl.read_parquet(files["parquet"])["水印"])),
        ("arrow", " ".join(pl.read_ipc(files["arrow"])["水印"])),
        ("xlsx", sheet_text(files["xlsx"])),
        ("briefing.xlsx", sheet_text(files["briefing.xlsx"])),
        ("briefing.pdf", pdf_text(files["briefing.pdf"], tmp_path, order="-raw")),
        ("briefing.docx", "\n".join(one.text for section in docx.Document(io.BytesIO(files["briefing.docx"])).sections
                                    for one in section.header.paragraphs)),
        ("pptx", "\n".join(one.text_frame.text for one in pptx.Presentation(io.BytesIO(files["pptx"])).slides[0].shapes)),
    ):  # fmt: skip
        assert MARK in " ".join(text.split()) and year in text, (name, text[-300:])
    # In every row of a table, so that no cut of it is without.
    assert files["csv"].decode("utf-8-sig").count(MARK) == 2
    # Who may not export is refused where the file is made, whatever the page shows; and that is on record.
    seated(home, monkeypatch, "administrator", "")
    monkeypatch.setattr(exporting.reads, "seen_as", lambda: "")
    refused = exporting.recorded(VIEW, lambda: pytest.fail("made"), "表.csv")
    with pytest.raises(AccountError, match="没有导出的权限"):
        refused()
    assert audit.rows(home)[0].action_code == "refused"


def sheet_text(data):
    book = openpyxl.load_workbook(io.BytesIO(data))
    return "\n".join(
        [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        + [str(sheet.oddHeader.center.text) for sheet in book]
    )
