"""What is wrong with an order, a template, a font or a disk is said in words, and nothing half made is left."""

import errno
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from tests.declared import units_of
from tests.open_page import PATIENCE_MS
from tests.paper import opened
from tests.paper.conftest import CITY
from warehouse.errors import PaperError
from warehouse.paper import produce as production
from warehouse.paper.command import make_briefing
from warehouse.paper.files import excel, pdf, typeset, word
from warehouse.paper.model import Cell, Column, Table
from warehouse.paper.numbers import doubts
from warehouse.paper.produce import MadeFile, edited, write_all
from warehouse.paper.requests import wanted
from warehouse.read import Releases

HOSTILE = '=HYPERLINK("http://x","y")'
MARKUP = '#import "x" *粗* <b>x</b> $x$ {{ 标题 }} {% for x in y %} & \\ \x0b'


def template_of(*paragraphs: str) -> bytes:
    """A .docx of these paragraphs."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    sink = io.BytesIO()
    document.save(sink)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (template_of("{{ 标题 }}", "{{ 单位名称 }}"), "有不认识的标记“单位名称”.*可用的标记"),
        (template_of("本局文件，没有标记"), "没有一个标记"),
        (template_of("{{ 标题"), "没有一个标记|标记写错|标记写得不完整"),
        (template_of("{{ 标题 }}", "{%p for 节 in 各节 %}", "{{ 节.标题 }}"), "标记写错了"),
        (template_of("{{ 标题 }}", "{%p for 节 in 各节 %}", "{{ 节.名称 }}", "{%p endfor %}"), "标记写错了"),
        (template_of("{{ ''.__class__.__mro__ }}", "{{ 标题 }}"), "标记写错了"),
        (b"\xd0\xcf\x11\xe0 an old .doc", "不是 .docx 文件.*另存为 .docx"),
        (b"", "不是 .docx 文件"),
    ],
    ids=["unknown", "none", "unclosed", "loop", "field", "attack", "doc", "empty"],
)
def test_a_template_that_cannot_be_used_is_refused_with_the_tags_there_are(city_text, content, words):
    with pytest.raises(PaperError, match=re.compile(words, re.DOTALL)):
        word.write(city_text, content, template_name="模板 某局.docx")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (template_of("{{ 标题 }}", "{{ 单位名称 }}"), "模板 某局.docx：有不认识的标记“单位名称”.*可用的标记"),
        (template_of("{{ 标题 }}", "{{ ('甲' * 30000) * 300000 }}"), "超出了时间或内存.*请去掉模板里自写的循环"),
        (template_of("{{ 标题 }}", "{{ range(9000000) }}"), "套不上，没有生成文件.*可用的标记"),
        (b"\xd0\xcf\x11\xe0 an old .doc", "不是 .docx 文件.*另存为 .docx"),
        (b"x" * (word.LARGEST_TEMPLATE + 1), "超过20 MB.*请去掉模板里的大图片"),
    ],
    ids=["unknown", "memory", "range", "doc", "large"],
)
def test_a_strangers_template_is_filled_in_the_limited_process_and_refused_in_words(
    city_text, content, words, monkeypatch
):
    # What is wrong with it is said where there is time to find it; its deadline has a test of its own below.
    monkeypatch.setattr(word, "TEMPLATE_SECONDS", PATIENCE_MS / 1_000)
    with pytest.raises(PaperError, match=re.compile(words, re.DOTALL)):
        word.write_limited(city_text, content, template_name="模板 某局.docx")


def test_a_template_that_runs_in_circles_is_ended_at_its_deadline(city_text, monkeypatch):
    monkeypatch.setattr(word, "TEMPLATE_SECONDS", 2.0)
    loop = "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}"
    with pytest.raises(PaperError, match="超出了时间或内存"):
        word.write_limited(city_text, template_of("{{ 标题 }}" + loop))


def test_a_good_template_of_a_stranger_gives_the_same_file_as_one_of_ours(city_text, monkeypatch):
    monkeypatch.setattr(word, "TEMPLATE_SECONDS", PATIENCE_MS / 1_000)
    content = template_of("某局 {{ 标题 }}", "{%p for 节 in 各节 %}", "{{ 节.表 }}", "{%p endfor %}")
    assert word.write_limited(city_text, content) == word.write(city_text, content)


def test_markup_and_formulas_of_a_commentary_are_printed_and_not_obeyed(city_text, tmp_path):
    changed = edited(city_text, {"overall-1": f"{HOSTILE} {MARKUP}"})
    text = changed.sections[0].paragraphs[0].text
    assert text in opened.word_paragraphs(word.write(changed)) or word.word_table.legal(text) in opened.word_paragraphs(
        word.write(changed)
    )
    book = opened.excel_of(excel.write([changed]))
    held = [row[0] for row in book["正文"].iter_rows()]
    (cell,) = [one for one in held if one.value and str(one.value).startswith("=HYPERLINK")]
    assert cell.data_type == "s"
    printed = re.sub(r"\s+", "", opened.pdf_text(pdf.write([changed]), tmp_path))
    assert '#import"x"*粗*<b>x</b>$x$' in printed


def test_names_too_long_for_their_cells_are_printed_whole_in_every_file(city_text, tmp_path):
    long_name = "双江拉祜族佤族布朗族傣族自治县城乡一体化综合改革示范区"
    table = Table(
        caption_zh="长名",
        columns=tuple(Column(head_zh=f"很长很长的指标名称第{n}") for n in range(12)),
        groups=(("", ((Cell(text=long_name), *(Cell(text="66.7%") for _ in range(11))),)),),
    )
    long = replace(city_text, sections=(replace(city_text.sections[1], tables=(table,)),))
    assert long_name in opened.word_tables(word.write(long))[0][1]
    assert long_name == opened.excel_of(excel.write([long]))["表1"]["A4"].value
    printed = opened.pdf_text(pdf.write([long]), tmp_path, order="-raw")
    assert long_name in re.sub(r"\s+", "", printed)


def test_without_a_chinese_font_it_is_said_what_to_install():
    with pytest.raises(PaperError, match="没有一种中文字体.*fonts-noto-cjk"):
        typeset.chosen_fonts(("DejaVu Sans", "Libertinus Serif"))
    assert typeset.chosen_fonts(("仿宋", "SimHei"))["body"][0] == "仿宋"
    # One Chinese font is enough for every use.
    assert all(names == ["Noto Sans CJK SC"] for names in typeset.chosen_fonts(("Noto Sans CJK SC",)).values())


def test_a_full_disk_leaves_no_file_and_names_the_remedy(tmp_path, monkeypatch):
    files = [MadeFile(name=f"{number}.pdf", content=b"x" * 100) for number in range(3)]
    (tmp_path / "0.pdf").write_bytes(b"of last month")
    real, calls = os.fsync, []

    def full(handle):
        calls.append(handle)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, "no space")
        real(handle)

    monkeypatch.setattr(production.os, "fsync", full)
    with pytest.raises(PaperError, match="磁盘已满.*一个文件也没有留下.*--out"):
        write_all(files, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["0.pdf"]
    assert (tmp_path / "0.pdf").read_bytes() == b"of last month"


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"city": "某市"}, "没有“某市”这个城市.*可选：.*抚顺"),
        ({"unit": ["抚顺"]}, "没有“抚顺”这个单位|可选"),
        ({"month": "十月"}, "月份“十月”：不认识.*2026-10"),
        ({"month": "2026-13"}, "不认识"),
        ({"kind": "海报"}, "不知道“海报”.*通报"),
        ({"formats": ["doc"]}, "不知道“doc”这种格式.*docx"),
        ({"sections": ["附则"]}, "没有“附则”这一节.*存在问题"),
        ({"month": "2019-01", "city": "抚顺"}, "没有2019年1月.*有数的是"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_order_that_cannot_be_met_says_what_can_be(months_release, order, words, tmp_path):
    with pytest.raises(PaperError, match=words):
        make_briefing(months_release, order, template=None, edits=None, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_release_without_months_says_who_has_to_report(real_home, tmp_path):
    with Releases(real_home).acquire() as release, pytest.raises(PaperError, match="还没有收到月报.*--demo"):
        make_briefing(release, {"city": "濮阳"}, template=None, edits=None, folder=tmp_path)


def test_edited_numbers_that_the_release_does_not_give_are_told_and_the_others_keep_their_receipts(city_text):
    paragraph = city_text.sections[0].paragraphs[0]
    number = paragraph.figures[0]
    changed = edited(city_text, {paragraph.key: f"据统计，{number.wording}；新增床位98765张，增长1234.5%。"})
    told = doubts(changed)
    assert len(told) == 2 and "98765张" in told[0] and "1234.5%" in told[1]
    assert number in changed.receipts()
    same = edited(city_text, {paragraph.key: f"据统计，{number.wording}。"})
    assert doubts(same) == []


def test_edits_are_read_from_a_file_and_a_wrong_one_is_refused(months_release, tmp_path, city_text):
    edits = tmp_path / "edits.json"
    edits.write_text(json.dumps({"overall-1": "本月新增98765张。"}), encoding="utf-8")
    made = make_briefing(
        months_release, {"city": "抚顺", "formats": ["docx"]}, template=None, edits=edits, folder=tmp_path / "out"
    )
    assert len(made.paths) == 1 and any("98765张" in text for text in made.doubts_zh)
    for content, words in (("[1]", "段落名到文字"), ("{", "不是 JSON"), ('{"nothing-9": "x"}', "没有这一段")):
        edits.write_text(content, encoding="utf-8")
        with pytest.raises(PaperError, match=words):
            make_briefing(months_release, {"city": "抚顺"}, template=None, edits=edits, folder=tmp_path / "out2")
    assert not (tmp_path / "out2").exists()


def test_libreoffice_opens_the_workbook_and_shows_its_words(city_text, tmp_path):
    seen = opened.pdf_text(opened.as_office_sees({"xlsx": excel.write([city_text])}, tmp_path)["xlsx"], tmp_path)
    flat = re.sub(r"\s+", "", seen)
    assert re.sub(r"\s+", "", city_text.title_zh) in flat
    assert city_text.stamp.release_id in flat
    assert "#REF" not in flat and "Err:" not in flat


def test_exporters_are_imported_when_used_and_never_at_start():
    code = (
        "import sys, app, pages.main if False else app\n"
        "import pages.registry\n"
        "late = {'typst', 'docx', 'docxtpl', 'xlsxwriter', 'PIL'} & set(sys.modules)\n"
        "assert not late, late\n"
    ).replace("import sys, app, pages.main if False else app\n", "import sys, app\n")
    code += "import warehouse.paper.produce, warehouse.paper.files.typeset, warehouse.paper.files.word, warehouse.paper.files.excel\n"
    code += "late = {'typst', 'docx', 'docxtpl', 'xlsxwriter'} & set(sys.modules)\nassert not late, late\n"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[2])


def test_the_whole_way_from_the_command(small_demo_home, tmp_path, monkeypatch):
    from typer.testing import CliRunner

    import app

    monkeypatch.setenv("YANGLAO_HOME", str(small_demo_home.root.parent))
    asked = [
        "export",
        "--demo",
        "--city",
        "抚顺",
        "--month",
        "2026-10",
        "--format",
        "docx",
        "--out",
        str(tmp_path),
        "--json",
    ]
    answer = CliRunner().invoke(app.cli, asked)
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert [Path(path).exists() for path in told["files"]] == [True]
    assert told["states_zh"][0] == "演示数据"
    with Releases(small_demo_home).acquire() as release:
        from warehouse.paper.facts import gather
        from warehouse.paper.text import city_briefing

        code = next(iter(city_briefing(gather(release, city_area_id=CITY)).receipts().values())).code
    walked = CliRunner().invoke(app.cli, ["receipt", code, "--demo"])
    assert walked.exit_code == 0 and "演示数据" in walked.stdout
    with pytest.raises(PaperError, match="不对"):
        CliRunner().invoke(app.cli, ["receipt", "xyz", "--demo"], catch_exceptions=False)


def test_wanted_takes_names_and_codes_but_no_part_of_a_name(months_release):
    assert wanted(months_release, unit=["新抚区"]).unit_area_ids == ("xinfu",)
    assert wanted(months_release, city="fushun", unit=["xinfu"]).city_area_id == "fushun"
    assert list(wanted(months_release, city="抚顺", unit=["全部"]).unit_area_ids) == units_of("fushun")
    with pytest.raises(PaperError):
        wanted(months_release, city="抚顺", unit=["新抚"])
