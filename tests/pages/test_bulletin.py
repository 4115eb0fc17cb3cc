"""简报: the text of the month is read, changed and taken along; what does not stand in the release is told."""

import io
import zipfile

import docx
import pytest

PAGE = "briefing/bulletin/page.py"


@pytest.fixture
def show_small(show, small_demo_home, monkeypatch):
    """Open the page on the small demonstration."""

    def opened(**parameters):
        monkeypatch.setenv("YANGLAO_HOME", str(small_demo_home.root.parent))
        return show(PAGE, **{"data": "demo", "city": "fushun", **parameters})

    return opened


def test_the_page_shows_the_text_with_receipts_and_offers_every_format(show_small):
    page = show_small()
    assert not page.app.exception and "错误编号" not in page.text
    for words in (
        "关于2026年10月全市养老服务重点工作进展情况的通报",
        "一、总体情况",
        "四、下一步工作",
        "草稿·未签发",
        "演示数据",
    ):
        assert words in page.text
    assert len(page.receipts) > 20
    labels = [button.label for button in page.app.get("download_button")]
    assert {"下载PDF", "下载Word", "下载Excel", "下载图片PNG", "下载图片SVG", "全套PDF（带目录）"} <= set(labels)


def test_a_changed_number_is_told_and_a_changed_word_is_not(show_small):
    page = show_small()
    area = page.app.text_area[0]
    area.set_value(area.value.replace("月报", "报表", 1)).run(timeout=60)
    assert "不在批次" not in page.text
    area = page.app.text_area[0]
    area.set_value(area.value + "全市新增床位98765张。").run(timeout=60)
    assert "“98765张”" in page.text and "不在批次" in page.text
    assert "全市新增床位98765张" in page.text


def test_a_unit_has_its_own_text_and_sheet(show_small):
    page = show_small(unit="xinfu")
    assert not page.app.exception and "错误编号" not in page.text
    assert "关于2026年10月新抚区养老服务重点工作进展情况的通报" in page.text
    assert "下载一张纸" in [button.label for button in page.app.get("download_button")]


def test_a_code_from_paper_opens_its_receipt_and_a_wrong_one_is_told(show_small, small_demo_home):
    from warehouse.paper.facts import gather
    from warehouse.paper.text import city_briefing
    from warehouse.read import Releases

    with Releases(small_demo_home).acquire() as release:
        receipts = list(city_briefing(gather(release, city_area_id="fushun")).receipts().values())
    page = show_small()
    page.app.text_input(key="bulletin-code").set_value(receipts[0].code).run(timeout=60)
    assert "供分析人员核对" in page.text
    page = show_small()
    page.app.text_input(key="bulletin-code").set_value("00000000").run(timeout=60)
    assert "没有这个数" in page.text


def test_a_dropped_template_is_taken_or_refused_at_once_in_words(show_small):
    from tests.paper.test_refusals import template_of

    page = show_small()
    word_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    (place,) = page.app.get("file_uploader")
    place.set_value(("某局.docx", template_of("{{ 标题 }}", "{{ 单位名称 }}"), word_type)).run(timeout=60)
    assert "模板 某局.docx：有不认识的标记“单位名称”" in page.text and "可用的标记" in page.text
    assert "“下载Word”仍用原来的模板" in page.text
    (place,) = page.app.get("file_uploader")
    place.set_value(("本局.docx", template_of("某局文件 {{ 标题 }}"), word_type)).run(timeout=60)
    assert "“下载Word”将套用 本局.docx" in page.text and "不认识的标记" not in page.text


def test_without_months_the_page_says_who_has_to_report(show, real_home, monkeypatch):
    monkeypatch.setenv("YANGLAO_HOME", str(real_home.root))
    page = show(PAGE, city="puyang")
    assert not page.app.exception
    assert "还没有收到月报，写不出简报" in page.finding


def test_files_of_all_units_come_in_one_archive(months_of_small):
    files, archive = months_of_small
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.namelist() == [file.name for file in files]
        word = next(name for name in opened.namelist() if name.endswith(".docx"))
        assert docx.Document(io.BytesIO(opened.read(word))).paragraphs


@pytest.fixture
def months_of_small(small_demo_home):
    from pages.briefing.bulletin.parts import zipped
    from warehouse.paper.produce import produce
    from warehouse.paper.requests import wanted
    from warehouse.read import Releases

    with Releases(small_demo_home).acquire() as release:
        files = produce(release, wanted(release, city="抚顺", unit=("新抚区",), kind="一张纸", formats=("pdf", "docx")))
    return files, zipped(files)
