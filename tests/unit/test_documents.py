"""The published documents: every printed figure is in the ledger as printed, and a faulty row stops the build."""

import functools
import hashlib
import tomllib
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl.documents import DocumentError, document_folders, document_frames, load_documents, read_documents, validate
from etl.documents.completeness import Review, numeral_problems
from etl.documents.records import Declared
from etl.documents.register import event_days
from etl.documents.text import Finder
from etl.quantity import hedge_beside, parse_quantity
from tests.documents import joined_documents
from tests.private import private_in

RELATIONS = Path(__file__).resolve().parents[2] / "warehouse" / "catalog" / "relations.toml"
PLAN = "puyang-plan-14th"
REPLY_2025 = "puyang-reply-2025-408"
REPLY_2024 = "puyang-reply-2024-232"
REPLY_2023 = "puyang-reply-2023-196"
FUSHUN = "fushun-reply-2023-40"


@pytest.fixture(scope="module")
def read():
    return read_documents()


@pytest.fixture(scope="module")
def documents():
    return load_documents()


@pytest.fixture
def folder(tmp_path):
    """A copy of all documents in one folder, to do harm to."""
    return joined_documents(tmp_path / "documents")


def _replace(path: Path, old: str, new: str, *, after: str = "") -> None:
    """Put `new` for the first `old` behind `after`; the text must be there, else the fault would not be seeded."""
    text = path.read_text(encoding="utf-8")
    at = text.index(old, text.index(after))
    path.write_text(text[:at] + new + text[at + len(old) :], encoding="utf-8")


def test_the_documents_load_without_a_fault(read):
    assert validate(read) == []


def test_frames_have_exactly_the_columns_and_types_of_their_relations(documents):
    types = {"varchar": "String", "integer": "Int32", "double": "Float64", "date": "Date", "varchar[]": "List(String)"}
    schemas, relations = document_frames(documents), tomllib.loads(RELATIONS.read_text(encoding="utf-8"))
    for name, frame in schemas.items():
        group, _, relation = name.partition(".")
        declared = {column: types[kind] for column, kind, _ in relations[group][relation]["columns"]}
        assert {column: str(kind) for column, kind in frame.schema.items()} == declared


def test_each_document_has_the_number_of_printed_figures_counted_by_hand(documents):
    # Listed sentence by sentence from the texts before the ledger was opened, then held against it. One a printed
    # figure: a repeat within the document is not counted again, and one 100% said of two networks counts once.
    # PLAN: chapter one 24 (departments 3, facilities 5, agreements 1, allowance 6, training 1, population 6, income 2),
    # chapter two 6, 专栏1 9 (招生规模 has no number), chapters three 1, four 8, five 4, six 2, seven 2, nine 3.
    # 专栏3 says 不低于55% by 2025 of the very share of which the table of 专栏1 says 55%: one target, named twice.
    counted = {REPLY_2025: 17, REPLY_2024: 4, REPLY_2023: 21, PLAN: 61, FUSHUN: 14}
    assert dict(documents.figures["source_id"].value_counts().rows()) == counted


# Worked by hand from the sentences: value, low, high, qualifier, kind, period.
FIGURES = {
    # 66.7万 has one decimal: half a unit of it is 0.05万 = 500
    (REPLY_2023, "66.7万人"): (667000, 666500, 667500, "exact", "actual", date(2023, 7, 28), date(2023, 7, 28)),
    (REPLY_2023, "1"): (1, 1, 1, "exact", "actual", date(2023, 7, 28), date(2023, 7, 28)),
    (REPLY_2023, "6"): (6, 6, 6, "exact", "actual", date(2023, 7, 28), date(2023, 7, 28)),
    (PLAN, "80岁以上"): (80, 80, None, "at_least", "standard", None, None),
    (PLAN, "65岁以上"): (65, 65, None, "at_least", "standard", None, None),
    (PLAN, "24小时"): (24, 24, 24, "exact", "plan", None, None),
    (REPLY_2023, "不低于1500平方米"): (1500, 1500, None, "at_least", "standard", None, None),
    (REPLY_2023, "五个"): (5, 5, 5, "exact", "actual", date(2023, 7, 28), date(2023, 7, 28)),
    (REPLY_2024, "70余万人"): (700000, 700000, None, "over", "actual", date(2024, 6, 4), date(2024, 6, 4)),
    (REPLY_2025, "1670人"): (1670, 1670, 1670, "exact", "target", date(2024, 1, 1), date(2024, 12, 31)),
    (REPLY_2025, "2631人"): (2631, 2631, 2631, "exact", "actual", date(2024, 1, 1), date(2024, 12, 31)),
    (REPLY_2025, "三天"): (3, 3, 3, "exact", "actual", date(2024, 1, 1), date(2024, 12, 31)),
    (PLAN, "近2000余人次"): (2000, None, None, "contradictory", "actual", date(2016, 1, 1), date(2020, 12, 31)),
    (PLAN, "约2.25亿元"): (225_000_000, None, None, "about", "actual", date(2014, 10, 1), None),
    (PLAN, "402万余人次"): (4_020_000, 4_020_000, None, "over", "actual", date(2014, 10, 1), None),
    (PLAN, "每人每月200元"): (200, 200, 200, "exact", "standard", date(2014, 10, 1), date(2018, 12, 31)),
    # 2.8万 has one decimal: half a unit of it is 0.05万 = 500
    (PLAN, "2.8万"): (28000, 27500, 28500, "exact", "target", date(2025, 12, 31), date(2025, 12, 31)),
    (PLAN, "70万人"): (700000, 695000, 705000, "exact", "plan", date(2025, 12, 31), date(2025, 12, 31)),
    (PLAN, "≥60%"): (0.6, 0.6, None, "at_least", "target", date(2025, 12, 31), date(2025, 12, 31)),
    # Once in the table, once more in 专栏3 with its hedge: one row.
    (PLAN, "55%"): (0.55, 0.55, 0.55, "exact", "target", date(2025, 12, 31), date(2025, 12, 31)),
    (PLAN, "不低于50%"): (0.5, 0.5, None, "at_least", "target", date(2022, 12, 31), date(2022, 12, 31)),
    (PLAN, "60%以上"): (0.6, 0.6, None, "at_least", "target", date(2025, 12, 31), date(2025, 12, 31)),
    (PLAN, "66.66万人"): (666600, 666550, 666650, "exact", "actual", date(2020, 1, 1), date(2020, 12, 31)),
    (PLAN, "11部门"): (11, 11, 11, "exact", "actual", date(2017, 1, 1), date(2017, 12, 31)),
    (PLAN, "不超过40%"): (0.4, None, 0.4, "at_most", "target", date(2025, 12, 31), date(2025, 12, 31)),
    (PLAN, "不少于25000人次"): (25000, 25000, None, "at_least", "target", date(2021, 1, 1), date(2025, 12, 31)),
    (FUSHUN, "8000余万元"): (8e7, 8e7, None, "over", "actual", date(2020, 1, 1), date(2023, 12, 31)),
    (FUSHUN, "最高10万元"): (100_000, None, 100_000, "at_most", "standard", None, None),
    (FUSHUN, "500人"): (500, 500, 500, "exact", "plan", date(2023, 1, 1), date(2023, 12, 31)),
}


@pytest.mark.parametrize("source_id, wording", FIGURES)
def test_a_printed_figure_keeps_value_bounds_hedge_kind_and_period(documents, source_id, wording):
    rows = documents.figures.filter(source_id=source_id, value_as_written=wording)
    columns = ["value", "value_low", "value_high", "qualifier_code", "kind_code", "period_start_on", "period_end_on"]
    assert rows.select(columns).rows() == [FIGURES[source_id, wording]]


def test_every_wording_reads_as_what_is_stored(read):
    for document in read.documents:
        for place, figure in document.figures.rows:
            quantity = parse_quantity(figure.as_written)
            assert (quantity.value, quantity.low, quantity.high) == (figure.value, figure.low, figure.high), place
            assert quantity.qualifier == figure.qualifier, place
            assert quantity.unit_zh in (figure.unit_zh, ""), place


def test_every_quote_stands_word_for_word_in_the_paragraph_whose_number_it_bears(documents):
    texts = {(row[0], row[1]): row[3] for row in documents.paragraphs.rows()}
    for row in documents.figures.iter_rows(named=True):
        text = texts[row["source_id"], row["paragraph_no"]]
        assert row["quote"] in text and row["value_as_written"] in row["quote"], row["figure_id"]
        whole = "\n".join(text for (source_id, _), text in texts.items() if source_id == row["source_id"])
        assert all(quote in whole for quote in row["also_at"]), row["figure_id"]
    for row in documents.programmes.iter_rows(named=True):
        assert row["quote"] in texts[row["source_id"], row["paragraph_no"]], row["programme_id"]


def test_a_figure_repeated_within_a_document_is_one_row(documents):
    # The plan says 一刻钟 in chapters two, four and five and in 专栏2: four places, one figure.
    row = documents.figures.filter(source_id=PLAN, value_as_written="一刻钟").row(0, named=True)
    assert len(row["also_at"]) == 3
    assert (row["value"], row["unit_zh"]) == (15, "分钟")
    # No two rows of a document say the same of one indicator and one period.
    said = documents.figures.filter(pl.col("indicator_code").is_not_null()).select(
        "source_id", "area_id", "indicator_code", "name_zh", "value", "kind_code", "period_end_on"
    )
    assert not said.drop("name_zh").is_duplicated().any(), said.filter(said.drop("name_zh").is_duplicated())


def test_what_is_to_be_built_is_a_target_and_how_large_is_a_standard(documents):
    # “每个县城区、街道办建设1个街道级养老服务中心，建筑面积不低于1500平方米，床位不低于50张”
    sentences = documents.figures.filter(source_id=REPLY_2023).filter(pl.col("quote").str.contains("建筑面积不低于"))
    kinds = ["target", "standard", "standard"]
    assert sentences["kind_code"].to_list() == kinds * 2
    assert set(sentences["period_end_on"]) == {None}


def test_no_name_and_no_private_telephone_leaves_the_texts(documents):
    shown = "\n".join(str(frame.rows()) for frame in document_frames(documents).values())
    assert not [word for word in ("签发人", "（联系人", "已隐去") if word in shown]
    # The service line is public.
    assert "0393-6996169" in shown


def test_the_shipped_letters_name_nobody_and_say_what_was_hidden():
    files = sorted(file for folder in document_folders() for file in folder.glob("texts/*reply*.txt"))
    letters = [path.read_text(encoding="utf-8") for path in files]
    assert [private_in(letter) for letter in letters] == [[]] * 4
    # Two signers, four addressees, one contact person in three letters with one telephone.
    assert sum(letter.count("〔姓名已隐去〕") for letter in letters) == 2 + 4 + 3
    assert sum(letter.count("〔电话已隐去〕") for letter in letters) == 3


def test_a_letter_with_a_person_in_it_is_found():
    lines = ["濮阳市民政局        签发人：张三", "王五委员：", "（联系人：李四", "电话：0393-6687001"]
    assert all(private_in(line) for line in lines)


def test_the_hash_of_the_document_as_received_is_kept(documents):
    """The letter of 2025 as it came, with its names, has this SHA-256; the copy shipped here cannot have it."""
    row = documents.sources.row(by_predicate=pl.col("source_id") == REPLY_2025, named=True)
    received = "f74d0043caacdc1690123d2e2cda2f44f8e7e088ecbdfc3fd11b00b2602dc4ee"
    (copy,) = (file for folder in document_folders() for file in folder.glob(f"texts/{REPLY_2025}.txt"))
    assert row["sha256"] == received != hashlib.sha256(copy.read_bytes()).hexdigest()


def test_our_own_files_repeat_no_name(documents):
    own = "\n".join(
        path.read_text(encoding="utf-8") for folder in document_folders() for path in folder.rglob("*.toml")
    )
    assert private_in(own.replace('"', "")) == []


@pytest.mark.parametrize("opening", ["签发人：…", "（联系人：…）"])
def test_a_line_that_looks_private_must_be_declared_so(folder, opening):
    _replace(folder / "sources.toml", f'    "{opening}",\n', "")
    told = [str(problem) for problem in validate(read_documents(folder)) if "像是姓名" in str(problem)]
    assert told
    # The message names the line, not the person.
    assert private_in("\n".join(told)) == []


def test_a_private_line_that_would_take_more_than_one_place_is_refused(folder):
    _replace(folder / "sources.toml", '"签发人：…"', '"…养老…"')
    with pytest.raises(DocumentError, match=r"“…养老…”在原文中出现\d+次.*请改成原文里正好一处"):
        load_documents(folder)


def test_lines_broken_by_the_layout_are_one_paragraph(documents):
    texts = documents.paragraphs["text_zh"].to_list()
    assert any("解决应建未建、已建未用问题" in text for text in texts)
    assert any("切实解决特殊困难老年人居家养老实际问题" in text for text in texts)
    # The stray 实 of the text stays as it was received.
    assert any("人员队伍建设的实实施意见》" in text for text in texts)


def test_a_table_row_is_one_paragraph_under_its_headings(documents):
    row = documents.paragraphs.filter(text_zh="养老服务床位总量　2.8万　预期性").row(0, named=True)
    assert row["chapter_zh"].split(" › ") == [
        "第二章 指导思想、基本原则和发展目标",
        "第三节 发展目标",
        "专栏1：“十四五”时期濮阳市养老服务主要发展指标",
    ]


# What is harmed, where (old text, new text, behind which row), and what the refusal must name besides the file.
FAULTS = {
    "quote altered": ("figures", REPLY_2023, "达66.7万人，平台", "达66.7万人,平台", "018", "不在原文"),
    "value altered": ("figures", REPLY_2023, "value = 667000", "value = 667001", "018", "value应为667000"),
    "lower bound altered": ("figures", REPLY_2023, "low = 666500", "low = 667000", "018", "low应为666500"),
    "bound added": (
        "figures",
        REPLY_2024,
        'qualifier = "over"',
        'high = 800000\nqualifier = "over"',
        "003",
        "high应为不写",
    ),
    "hedge dropped": ("figures", PLAN, 'as_written = "近2000余人次"', 'as_written = "2000余人次"', "015", "还有“近”"),
    "qualifier altered": (
        "figures",
        PLAN,
        'qualifier = "contradictory"',
        'qualifier = "about"',
        "015",
        "qualifier应为",
    ),
    "unit altered": ("figures", REPLY_2023, 'unit_zh = "人"', 'unit_zh = "户"', "018", "unit_zh应为“人”"),
    "half a number": ("figures", REPLY_2023, 'as_written = "2016个"', 'as_written = "016个"', "012", "以0开头"),
    "wrong year": (
        "figures",
        REPLY_2025,
        "2024-01-01",
        "2023-01-01",
        "002",
        "",
    ),
    "period backwards": ("figures", REPLY_2023, "2023-07-28", "2023-07-29", "010", "早于"),
    "no such day": ("figures", REPLY_2023, "2023-07-28", "2023-02-30", "010", "日历上没有这一天"),
    "unknown field": ("figures", REPLY_2023, "unit_zh =", "unit =", "010", "不认识的字段“unit”"),
    "missing field": ("figures", REPLY_2023, "also_at = []\n", "", "010", "缺字段“also_at”"),
    "wrong type": ("figures", REPLY_2023, "value = 20\n", 'value = "20"\n', "010", "不带引号的数"),
    "unknown kind": ("figures", REPLY_2023, 'kind = "actual"', 'kind = "fact"', "010", "性质“fact”"),
    "unknown area": ("figures", REPLY_2023, 'area_id = "puyang"', 'area_id = "puyan"', "010", "区域“puyan”"),
    "unknown indicator": ("figures", REPLY_2023, "street_centre_count", "street_count", "010", "指标“street_count”"),
    "false repeat": ("figures", REPLY_2023, "also_at = []", 'also_at = ["严抓落实"]', "010", "里没有“20”"),
    "id out of turn": ("figures", REPLY_2023, ":010", ":011", "", "请改为"),
    "programme quote": ("programmes", FUSHUN, "率先完成《抚顺市", "率先编成《抚顺市", "", "不在原文"),
    "programme figure": ("programmes", FUSHUN, f"{FUSHUN}:003", f"{FUSHUN}:999", "", "没有登记"),
    "programme kind": ("programmes", FUSHUN, 'kind = "pilot"', 'kind = "pilots"', "", "没有登记"),
    "event date": ("timeline", FUSHUN, 'on = "2021-10"', 'on = "2021-13"', "", "日历上没有这一天"),
    "event quote": ("timeline", FUSHUN, "建设完成并投入使用", "建成并投入使用", "", "不在原文"),
    "broken TOML": ("figures", FUSHUN, "[[figure]]", "[[figure]", "", "TOML"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_refused_with_file_row_and_remedy(folder, fault):
    part, source_id, old, new, row, words = FAULTS[fault]
    row_id = f"{source_id}:{row}" if row else ""
    _replace(folder / part / f"{source_id}.toml", old, new, after=f'id = "{row_id}"' if row else "")
    with pytest.raises(DocumentError) as caught:
        load_documents(folder, areas=_known("area_id"), indicators=_known("indicator"))
    named = [line for line in caught.value.problems if f"{part}/{source_id}.toml" in line and row_id in line]
    assert any(words in line and "请" in line for line in named), caught.value


@functools.cache
def _known(field: str) -> set[str]:
    """The codes the shipped documents use; the seeded ones are not among them."""
    documents = read_documents().documents
    rows = [row for document in documents for part in (document.figures, document.programmes) for _, row in part.rows]
    return {getattr(row, field, "") for row in rows}


def test_a_doubled_row_is_refused(folder):
    path = folder / "figures" / f"{FUSHUN}.toml"
    text = path.read_text(encoding="utf-8")
    last = text[text.rindex("[[figure]]") :]
    path.write_text(text + "\n" + last.replace(":014", ":015"), encoding="utf-8")
    with pytest.raises(DocumentError, match=f"{FUSHUN}:015.*与{FUSHUN}:014重复登记.*请只留一条"):
        load_documents(folder)


def test_all_faults_are_told_at_once(folder):
    _replace(folder / "figures" / f"{FUSHUN}.toml", "value = 82", "value = 83")
    _replace(folder / "figures" / f"{REPLY_2024}.toml", "value = 7\n", "value = 8\n")
    with pytest.raises(DocumentError) as caught:
        load_documents(folder)
    assert len(caught.value.problems) == 2
    assert caught.value.exit_code == 4
    assert "2处问题" in str(caught.value)


def test_a_text_that_is_not_the_reviewed_one_is_refused(folder):
    path = folder / "texts" / f"{FUSHUN}.txt"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(DocumentError, match="SHA-256.*请恢复收到的原文"):
        load_documents(folder)


def test_a_file_of_no_source_is_refused(folder):
    (folder / "figures" / "other-city.toml").write_text("", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"figures/other-city\.toml：sources\.toml里没有它的来源"):
        load_documents(folder)


def test_every_numeral_of_the_texts_is_in_the_ledger_or_reviewed_as_no_figure(read):
    review = Review(read.exclusions, read.patterns)
    for document in read.documents:
        assert _numeral_problems(document, [figure for _, figure in document.figures.rows], review) == []
    assert review.stale() == []


def _numeral_problems(document, figures, review):
    finder = Finder(list(document.paragraphs))
    source = document.source
    return numeral_problems(list(document.paragraphs), figures, finder, source.source_id, source.file, review)


@pytest.mark.parametrize("source_id", [REPLY_2025, REPLY_2024, REPLY_2023, PLAN, FUSHUN])
def test_a_figure_left_out_of_the_ledger_is_missed(read, source_id):
    document = next(document for document in read.documents if document.source.source_id == source_id)
    review = Review(read.exclusions, read.patterns)
    figures = [figure for _, figure in document.figures.rows]
    for left_out in figures:
        rest = [row for row in figures if row.id != left_out.id]
        assert _numeral_problems(document, rest, review), left_out.id


def test_an_exclusion_that_excludes_nothing_is_refused(folder):
    path = folder / "exclusions.toml"
    text = '\n[[exclusion]]\nsource = "*"\ntext = "三生有幸"\nreason_zh = "成语"\n'
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    with pytest.raises(DocumentError, match=r"exclusions\.toml.*“三生有幸”已不排除任何数字，请删去"):
        load_documents(folder)


def test_an_exclusion_no_longer_there_brings_its_numeral_up(folder):
    _replace(folder / "exclusions.toml", 'text = "东北三省"', 'text = "东北几省"')
    with pytest.raises(DocumentError, match=r"fushun-reply-2023-40\.txt：第16段.*里的“三”既不在账上"):
        load_documents(folder)


def test_another_city_is_data_only(tmp_path):
    for part in ("texts", "figures", "programmes", "timeline"):
        (tmp_path / part).mkdir()
    text = "某市民政局\n关于养老服务的通报\n全市共有敬老院５０余所。\n"
    (tmp_path / "texts" / "third.txt").write_text(text, encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    (tmp_path / "sources.toml").write_text(
        '[third]\nkind_code = "document"\ntitle_zh = "关于养老服务的通报"\nnumber_zh = ""\nissuer_zh = "某市民政局"\n'
        'area_id = "third"\nissued_on = "2024-01-01"\nissued_note_zh = ""\nperiod_zh = ""\nfile = "third.txt"\n'
        f'sha256 = "{digest}"\nlicence_zh = "政府公开文件"\norder = 1\nprivate_lines = []\nbroken_lines = []\n',
        encoding="utf-8",
    )
    (tmp_path / "figures" / "third.toml").write_text(
        '[[figure]]\nid = "third:001"\narea_id = "third"\nindicator = ""\nname_zh = "敬老院"\nas_written = "５０余所"\n'
        'unit_zh = "所"\nvalue = 50\nlow = 50\nqualifier = "over"\nkind = "actual"\n'
        'quote = "全市共有敬老院５０余所"\nalso_at = []\nnote_zh = ""\n',
        encoding="utf-8",
    )
    for name in ("programmes/third.toml", "programmes/KINDS.toml", "timeline/third.toml", "exclusions.toml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    loaded = load_documents(tmp_path, areas={"third"}, indicators=set())
    assert loaded.figures.select("value", "value_low", "value_high", "paragraph_no").rows() == [(50, 50, None, 3)]


def test_event_days_cover_what_is_printed(read):
    # 2021-10 is the whole month; a period from 2019 to 2035 ends with 2035.
    events = {event.on: event_days(event) for document in read.documents for _, event in document.events.rows}
    assert events["2021-10"] == (date(2021, 10, 1), date(2021, 10, 31))
    assert events["2019/2035"] == (date(2019, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    "before, behind, hedge",
    [
        ("从业人员近", "人次", "近"),
        ("床位不低于", "张", "不低于"),
        ("达到", "以上。", "以上"),
        ("共有", "余家", "余"),
        ("节约", "元", ""),
        ("附近", "家", ""),
        ("达到", "。", ""),
    ],
)
def test_a_hedge_beside_a_wording_is_seen(before, behind, hedge):
    assert hedge_beside(before, behind) == hedge


def test_records_of_an_unread_file_are_none(folder):
    (folder / "timeline" / f"{FUSHUN}.toml").unlink()
    read = read_documents(folder)
    assert read.documents[-1].events == Declared(f"timeline/{FUSHUN}.toml", ())
    assert any(f"timeline/{FUSHUN}.toml：没有这个文件" in str(problem) for problem in validate(read))
