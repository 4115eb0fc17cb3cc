"""Drafts of replies held against the ledger: the shipped documents as drafts, worked by hand, and drafts that go wrong."""

import io
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from etl.replies.check import DIFFERS, LATER, OLDER, SAME, UNKNOWN, check, right_zh
from etl.replies.draft import LONGEST_TEXT, of_file, of_text, text_of_word
from warehouse.errors import FormError
from warehouse.read.document import documents
from warehouse.settings import Settings

CITIES = Path(__file__).resolve().parents[2] / "warehouse" / "catalog" / "cities"
DOCUMENTS = {path.stem: path for path in sorted(CITIES.glob("*/documents/texts/*.txt"))}


def checked(release, source_id, *, besides=()):
    path = DOCUMENTS[source_id]
    draft = of_text(path.read_text(encoding="utf-8"), name=source_id)
    return check(draft, None, release, city_area_id=path.parents[2].name, besides=besides)


def said(found, *verdicts):
    """(words of the draft, verdict, the figure it should be) of the figures with these verdicts, in order."""
    return [
        (one.numeral.wording, one.verdict_code, one.right.wording if one.right else "")
        for one in found.findings
        if one.verdict_code in verdicts
    ]


# What a later reply prints otherwise: the county platforms (6, 7, then 8) and who is enrolled (66.7万, then 70余万).
GROWN_OLD = {
    "puyang-reply-2023-196": [("6", OLDER, "8个"), ("66.7万人", OLDER, "70余万人")],
    "puyang-reply-2024-232": [("7个", OLDER, "8个")],
}


@pytest.mark.parametrize("source_id", DOCUMENTS)
def test_every_figure_of_the_ledger_is_recognised_in_its_own_document_and_none_is_said_to_be_wrong(
    source_id, real_release
):
    found = checked(real_release, source_id)
    ledger = documents.figures(real_release, source_id=source_id).frame
    seen = {fact.ref.partition(":")[2] for one in found.findings for fact in (one.right, *one.others) if fact}
    assert set(ledger["figure_id"]) <= seen
    assert said(found, OLDER, DIFFERS, UNKNOWN) == GROWN_OLD.get(source_id, [])


# Each as if it were written today and its own figures were not known. By hand, from the other documents:
AS_DRAFTS = {
    "puyang-reply-2023-196": [
        # The same five leaders stand in the reply of 2025; one centre a street and a community, the quarter of an hour
        # and the kilometre in the plan. 1+6: six county platforms, of which the reply of 2025 counts eight.
        ("五个", SAME, "五个"),
        ("1个", SAME, "1处"),
        ("1个", SAME, "1个"),
        ("一刻钟", SAME, "一刻钟"),
        ("一公里", SAME, "一公里"),
        ("6", DIFFERS, "8个"),
        ("66.7万人", DIFFERS, "70余万人"),
    ],
    "puyang-reply-2024-232": [
        ("10余家", SAME, "10余家"),
        ("7个", DIFFERS, "8个"),
        # The newest that is left is the reply of 2023.
        ("70余万人", DIFFERS, "66.7万人"),
    ],
    "puyang-reply-2025-408": [("五个", SAME, "五个"), ("10余家", SAME, "10余家"), ("8个", DIFFERS, "7个")],
    # No other document of 抚顺 is known.
    "fushun-reply-2023-40": [],
    "puyang-plan-14th": [("1处", SAME, "1个"), ("1个", SAME, "1个"), ("一刻钟", SAME, "一刻钟"), ("一公里", SAME, "一公里")],
}  # fmt: skip
# Counted in the texts by hand: figures nobody else prints. 2025: 1670, 2631, 10, 10, 12, 102, 56, 13, 18, 23, 4, 120, 100.
NEW = {"puyang-reply-2023-196": 13, "puyang-reply-2024-232": 1, "puyang-reply-2025-408": 13, "fushun-reply-2023-40": 14}


@pytest.mark.parametrize("source_id", DOCUMENTS)
def test_each_shipped_document_as_a_draft_is_marked_as_worked_by_hand(source_id, real_release):
    found = checked(real_release, source_id, besides=(source_id,))
    assert said(found, SAME, OLDER, DIFFERS) == AS_DRAFTS[source_id]
    if source_id in NEW:
        assert len(said(found, UNKNOWN)) == NEW[source_id]
    repeated = [(one.source_id, one.place) for one in found.repeated]
    # Four of the five items on 多元 of 2025 are those of 2024 word for word, and nothing else of that length is.
    assert repeated == {
        "puyang-reply-2024-232": [("puyang-reply-2025-408", 10)],
        "puyang-reply-2025-408": [("puyang-reply-2024-232", 18)],
    }.get(source_id, [])


def test_missing_dates_of_the_reply_of_2023_are_those_that_say_until_now(real_release):
    found = checked(real_release, "puyang-reply-2023-196", besides=("puyang-reply-2023-196",))
    undated = [one.numeral.wording for one in found.findings if any("没有时点" in note for note in one.notes_zh)]
    # 截至目前 four times over (20, 313, 2016; 66.7万, 10万余), 已建成1+6, and what was brought in and built without a year.
    # Areas and beds that are set (不低于…) need none.
    assert undated == [
        "20个", "313个", "2016个", "6", "10余家", "9个", "28个", "3.3万平方米", "1300余名", "66.7万人", "10万余人次",
    ]  # fmt: skip
    (platform,) = [one for one in found.findings if one.numeral.wording == "66.7万人"]
    assert platform.notes_zh == ("没有时点（“截至目前”不是时点），请写明截至哪天",)
    assert platform.right.ref == "core.fct_document_figure:puyang-reply-2024-232:003"


def one_line(release, text, city="puyang"):
    (found,) = check(of_text(text), None, release, city_area_id=city).findings
    return found


HEDGES = {
    # 70余万人, 313个, 402万余人次 and 近2000余人次 are what the documents print.
    "截至2026年3月，全市入网老年人70万人。": (SAME, "70余万人", "约数说成了确数"),
    "截至2026年3月，全市入网老年人近70万人。": (SAME, "70余万人", "约数的说法变了"),
    "截至2026年3月，全市入网老年人70余万人。": (SAME, "70余万人", ""),
    "2023年7月，已建成社区日间照料中心约313个。": (SAME, "313个", "确数说成了约数"),
    "2020年共发放高龄津贴惠及老人402万人次。": (SAME, "402万余人次", "约数说成了确数"),
    "2023年已建成农村幸福院2061个。": (DIFFERS, "2016个", ""),
    # Known of 28 July 2023: what is said of a later time may be true, of the same year it is another figure.
    "截至2024年12月底，已建成农村幸福院2061个。": (LATER, "2016个", "稿里的时点晚于已知的"),
    "截至2023年7月底，已建成农村幸福院2061个。": (DIFFERS, "2016个", ""),
    # What was paid since the allowance began is not held against a year's.
    "2025年共发放高龄津贴3000万元。": (UNKNOWN, None, ""),
    "高龄津贴制度实施以来，共发放高龄津贴约3.25亿元。": (DIFFERS, "约2.25亿元", ""),
    # So much a person and month is the standard, not what was paid in all.
    "2019年起，高龄津贴100岁及以上每人每月350元。": (DIFFERS, "每人每月300元", ""),
    "目前100岁及以上老人高龄津贴每人每月200元。": (OLDER, "每人每月300元", ""),
    "2018年，100岁及以上老人高龄津贴每人每月200元。": (SAME, "每人每月200元", ""),
    "2020年，80—89岁高龄津贴每人每月50元。": (SAME, "每人每月50元", ""),
    "2023年已建成街道养老服务中心20个。": (SAME, "20个", ""),
    "到2025年，养老服务床位总量达到2.8万张。": (SAME, "2.8万", ""),
    "2023年，按照到2025年养老服务床位总量达到2.8万张的要求推进。": (SAME, "2.8万", ""),
    # A rounded figure is the figure, as far as it is printed: 66.66万 is 66.7万.
    "2020年，我市60岁以上老年人口66.7万人。": (SAME, "66.66万人", ""),
    "2020年，我市60岁以上老年人口67.7万人。": (DIFFERS, "66.66万人", ""),
    # What is set is not held against what is: 50 beds at least, 1000 beds more.
    "街道养老服务中心床位不低于60张。": (DIFFERS, "不低于50张", ""),
    "2024年为全市新增公益岗位300个。": (UNKNOWN, None, ""),
}


@pytest.mark.parametrize("text", HEDGES)
def test_a_figure_is_marked_with_the_right_one_and_a_lost_hedge_with_its_wording(text, real_release):
    verdict, right, note = HEDGES[text]
    found = one_line(real_release, text)
    assert (found.verdict_code, found.right.wording if found.right else None) == (verdict, right)
    notes = [one for one in found.notes_zh if "没有时点" not in one]
    told = note if verdict == LATER else f"原来写的是“{right}”，{note}"
    assert len(notes) == bool(note) and all(one.startswith(told) for one in notes)


ANOTHER_SENSE = {
    # 313 community centres, 20 street centres, 66.66万 of 60 and over and 50 yuan a month are what the documents print;
    # each line prints the same number and says something else.
    "2023年7月，全市没有建成社区日间照料中心313个。": "没有",
    "尚有20个街道养老服务中心未建成，截至2023年7月。": "尚有",
    "2023年7月撤销街道养老服务中心20个。": "撤销",
    "2023年7月底前拟建成社区日间照料中心313个。": "拟",
    "2023年7月，社区日间照料中心比上年增加313个。": "比上年",
    "截至2023年7月，已建成社区日间照料中心300至313个。": "区间",
    "截至2023年7月，清丰县已建成社区日间照料中心313个。": "清丰县",
    "截至2023年7月，郑州市已建成社区日间照料中心313个。": "郑州市",
    "截至2022年7月，已建成社区日间照料中心313个。": "早于已知的",
    "2020年，我市65岁以上老年人口66.66万人。": "65岁以上",
    "2020年，我市60岁以上失能老年人口66.66万人。": "失能",
    "2020年，80—89岁高龄津贴每人每年50元。": "每年",
    # Built is not at work, and what is missing or wrong is not built; 2.8万 beds and 50 % by 2022 are targets.
    "2023年7月，全市农村幸福院正常运营2016个。": "运营",
    "2023年7月，全市农村幸福院2016个全部停止服务。": "停止",
    "2023年7月，整改社区日间照料中心313个。": "整改",
    "2023年7月，社区日间照料中心313个未通过消防验收。": "未通过",
    "2023年7月，两年来建成社区日间照料中心313个。": "两年来",
    "2020年，我市60岁以上户籍老年人口66.66万人。": "户籍",
    "2020年，我市60岁以上农村老年人口66.66万人。": "农村",
    "2019年起，护理补贴80—89岁每人每月50元。": "护理补贴",
    "2025年，养老服务床位总量已达到2.8万张。": "已达",
    "到2025年，护理型床位占比不低于50%。": "期限是2022年",
    "2020年，90—99岁高龄津贴每人每月50元。": "90—99岁",
    "截至2023年7月，正在建设社区日间照料中心313个。": "正在建",
    "截至2023年7月，社区日间照料中心开工313个。": "开工",
    "截至2023年7月，社区日间照料中心313个未启用。": "未启用",
    "截至2023年7月，社区日间照料中心停业313个。": "停业",
    "截至2023年7月，即将建成社区日间照料中心313个。": "即将",
}


@pytest.mark.parametrize("text", ANOTHER_SENSE)
def test_the_same_number_in_another_sense_is_not_said_to_agree(text, real_release):
    found = check(of_text(text), None, real_release, city_area_id="puyang").findings[-1]
    assert found.verdict_code == DIFFERS and not found.is_fine
    assert found.notes_zh[0].startswith("数相同，但") and ANOTHER_SENSE[text] in found.notes_zh[0]


def test_what_was_before_a_change_is_not_what_is(real_release):
    line = "截至2023年7月，社区日间照料中心由{}个{}{}个。"
    for word, former, now in (("减少到", 313, 300), ("增加至", 280, 313)):
        first, second = check(
            of_text(line.format(former, word, now)), None, real_release, city_area_id="puyang"
        ).findings
        assert (first.verdict_code, first.is_fine) == (DIFFERS, False)
        assert second.is_fine == (now == 313)
        assert former != 313 or "稿里写了“由…" in first.notes_zh[0]


def test_figures_named_one_after_another_are_each_held_against_its_own(real_release):
    # 313 community centres and 2016 homes in villages; the second line has them the wrong way round.
    line = "2023年7月，社区日间照料中心、农村幸福院分别为{}个、{}个。"
    right, wrong = (
        check(of_text(line.format(*pair)), None, real_release, city_area_id="puyang")
        for pair in ((313, 2016), (2016, 313))
    )
    assert said(right, SAME) == [("313个", SAME, "313个"), ("2016个", SAME, "2016个")]
    assert said(wrong, DIFFERS) == [("2016个", DIFFERS, "313个"), ("313个", DIFFERS, "2016个")]


HELD_BY = {
    # What is said of a draft, and the documents it rests on: without them nothing is known, so nothing of it is said.
    "截至2026年3月，全市入网老年人70万人。": ("约数说成了确数", ("puyang-reply-2024-232",)),
    "截至2026年3月，全市入网老年人近70万人。": ("约数的说法变了", ("puyang-reply-2024-232",)),
    "2023年7月，已建成社区日间照料中心约313个。": ("确数说成了约数", ("puyang-reply-2023-196",)),
    "2023年7月，全市没有建成社区日间照料中心313个。": ("稿里写了“没有”", ("puyang-reply-2023-196",)),
}


@pytest.mark.parametrize("text", HELD_BY)
def test_what_is_said_of_a_draft_goes_with_the_document_it_rests_on(text, real_release):
    note, besides = HELD_BY[text]
    with_it = one_line(real_release, text)
    assert any(note in one for one in with_it.notes_zh) and right_zh(with_it.right).startswith(with_it.right.wording)
    (without,) = check(of_text(text), None, real_release, city_area_id="puyang", besides=besides).findings
    assert not any(note in one for one in without.notes_zh)
    assert without.right is None or without.right.source_id not in besides


def test_the_newest_month_of_city_and_unit_is_what_counts_where_months_are_known(demo_release):
    (city,) = demo_release.rows(
        "select value from mart.indicator_month where area_id = 'puyang' and indicator_code = 'nursing_bed_share'"
        " and breakdown_code = 'total' and month = '2026-10-01'"
    ).frame["value"]
    (unit,) = demo_release.rows(
        "select value from mart.indicator_month where area_id = 'qingfeng' and indicator_code = 'nursing_bed_share'"
        " and breakdown_code = 'total' and month = '2026-10-01'"
    ).frame["value"]
    text = f"截至2026年10月底，全市养老机构护理型床位占比{city:.1%}，清丰县养老机构护理型床位占比{unit + 0.05:.1%}。"
    right, wrong = check(of_text(text), None, demo_release, city_area_id="puyang").findings
    assert (right.verdict_code, right.right.ref) == (
        SAME,
        "mart.indicator_month:puyang|nursing_bed_share|total|2026-10-01",
    )
    assert (wrong.verdict_code, wrong.right.wording) == (DIFFERS, f"{unit:.1%}")
    assert wrong.right.area_zh == "清丰县" and "演示数据" in wrong.right.source_zh


PERSONS = (
    "王建国委员：\n您提出的建议收悉。\n签发人：李卫东\n2026年，王建国同志走访了3家机构。\n"
    "（联系人：赵六  电话：0393-1234567）\n养老机构负责人手机13812345678，2026年入住老人12名。\n"
    "2026年上门探望老人刘秀英3次，村民陈大山等5人受益。"
)


def test_no_name_and_no_number_of_a_person_is_shown_and_it_is_said_that_some_are_not(real_release):
    from etl.replies.commands import lines, told

    found = check(of_text(PERSONS), None, real_release, city_area_id="puyang")
    everything = "\n".join((*lines(found), str(told(found)), *found.draft.shown))
    for private in ("王建国", "李卫东", "赵六", "1234567", "13812345678", "刘秀英", "陈大山"):
        assert private not in everything
    # The address, the signer, the caller, the visitor and the telephone; the figures beside them are checked all the same.
    assert found.draft.hidden_count == 6 and "有6段写有姓名或电话：照样核对，不显示、不保存。" in everything
    assert [one.numeral.wording for one in found.findings] == ["3家", "12名", "3次", "5人"]


RUNS = {
    # What Word keeps of a draft that several people worked on; by hand, what a reader of the final text sees of it.
    "<w:ins><w:r><w:t>新增3家</w:t></w:r></w:ins>": "新增3家",
    "<w:del><w:r><w:delText>旧5家</w:delText></w:r></w:del>": "",
    "<w:moveFrom><w:r><w:t>移走7家</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>移来7家</w:t></w:r></w:moveTo>": "移来7家",
    "<w:r><w:rPr><w:strike/></w:rPr><w:t>划掉9家</w:t></w:r><w:r><w:t>10家</w:t></w:r>": "10家",
    '<w:r><w:rPr><w:strike w:val="0"/></w:rPr><w:t>没划11家</w:t></w:r>': "没划11家",
    "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏12家</w:t></w:r>": "",
    '<w:pPr><w:tabs><w:tab w:val="left" w:pos="1"/></w:tabs></w:pPr><w:r><w:t>13</w:t><w:tab/><w:t>家</w:t></w:r>': "13 家",
    "<w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:txbxContent><w:p><w:r><w:t>框里14家</w:t></w:r></w:p>"
    "</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>框里14家</w:t></w:r></w:p></w:txbxContent>"
    "</mc:Fallback></mc:AlternateContent><w:t>框外15家</w:t></w:r>": "框外15家\n框里14家",
}  # fmt: skip


@pytest.mark.parametrize("run", RUNS)
def test_a_word_file_is_read_as_its_final_text(tmp_path, run):
    path = tmp_path / "draft.docx"
    names = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    notes = f"<w:footnotes {names}><w:footnote><w:p><w:r><w:t>注里16家</w:t></w:r></w:p></w:footnote></w:footnotes>"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("word/document.xml", f"<w:document {names}><w:body><w:p>{run}</w:p></w:body></w:document>")
        made.writestr("word/footnotes.xml", notes)
    assert text_of_word(str(path)) == f"{RUNS[run]}\n注里16家"


def word_file(*paragraphs, table=()):
    import docx

    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        made = document.add_table(rows=len(table), cols=len(table[0]))
        for row, cells in zip(made.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    sink = io.BytesIO()
    document.save(sink)
    return sink.getvalue()


def test_a_word_file_reads_as_its_text_does_and_a_row_of_a_table_is_one_line(real_release):
    data = word_file(
        "2023年已建成农村幸福院2061个。", table=(("指标", "数"), ("养老服务床位总量目标", "2.9万"), ("备注", ""))
    )
    draft = of_file(data, "答复.docx", Settings())
    assert draft.paragraphs == ("2023年已建成农村幸福院2061个。", "指标　数", "养老服务床位总量目标　2.9万", "备注")
    found = check(draft, None, real_release, city_area_id="puyang")
    assert said(found, DIFFERS) == [("2061个", DIFFERS, "2016个"), ("2.9万", DIFFERS, "2.8万")]
    for encoding in ("utf-8-sig", "gb18030"):
        assert of_file("农村幸福院".encode(encoding), "答复.txt", Settings()).paragraphs == ("农村幸福院",)


REFUSED = {
    "空.txt": (b"  \n \n", "没有文字"),
    "旧.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧的 Word 或 WPS 格式"),
    "图.pdf": (b"%PDF-1.7", "不是文本也不是 .docx"),
    "乱.txt": (b"\xff\xff\xff\x81", "文字编码读不懂"),
    "坏.docx": (b"PK\x03\x04 nothing of a zip", "不是能读的 .docx"),
    "长.txt": ("数" * (LONGEST_TEXT + 1), "不像一份答复"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_draft_is_refused_with_what_to_do(name):
    data, words = REFUSED[name]
    with pytest.raises(FormError, match=words):
        of_file(data if isinstance(data, bytes) else data.encode(), name, Settings())


def test_a_paragraph_of_nothing_but_numbers_is_refused_before_it_costs_anything(real_release):
    many = of_text("全市建成12个，" * 20_000)
    with pytest.raises(FormError, match="超过2000个，不像一份答复"):
        check(many, None, real_release, city_area_id="puyang")
    # As many as are taken, in one paragraph.
    assert len(check(of_text("全市建成12个，" * 2000), None, real_release, city_area_id="puyang").findings) == 2000


def test_the_command_tells_the_worst_first_with_a_code_that_walks_back_and_keeps_nothing(real_home, yanglao, tmp_path):
    path = tmp_path / "答复稿.txt"
    path.write_text("2023年已建成街道养老服务中心20个，农村幸福院2061个。\n第二段没有数。", encoding="utf-8")
    before = {file: file.stat().st_mtime_ns for file in real_home.root.rglob("*") if file.is_file()}
    done = yanglao("reply", "check", str(path), "--city", "濮阳", home=real_home.root)
    first, worst, fine, last = done.stdout.splitlines()
    assert first == "读到2个数：与已知相符1个，与已知不同1个。"
    assert worst.startswith(
        "第1段　农村幸福院2061个　与已知不同；2016个（截至2023年7月28日，濮阳 2023年答复（196号））"
    )
    assert "街道养老服务中心20个　与已知相符" in fine and last == "稿子没有保存。"
    code = worst.rpartition("凭证 ")[2]
    assert "2016" in yanglao("receipt", code, home=real_home.root).stdout
    told = yanglao("reply", "check", str(path), "--json", home=real_home.root).json()
    assert Counter(one["verdict_code"] for one in told["figures"]) == {SAME: 1, DIFFERS: 1}
    after = {file: file.stat().st_mtime_ns for file in real_home.root.rglob("*") if file.is_file()}
    assert {file for file in after if after[file] != before.get(file)} <= {
        real_home.desk,
        *real_home.root.glob("desk.sqlite-*"),
    }
    assert b"2061" not in real_home.desk.read_bytes()
    missing = yanglao("reply", "check", str(tmp_path / "没有.txt"), home=real_home.root)
    assert missing.returncode == FormError.exit_code and "读不出来" in missing.stderr
