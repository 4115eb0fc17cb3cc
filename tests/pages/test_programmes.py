"""政策与任务: the register of what documents named, with filters, folds, its sentences and its dates."""

import re
from datetime import date

import pytest

from pages.briefing.programmes.parts import SHEET
from pages.briefing.programmes.rows import (
    FAMILIES,
    FOLDED,
    Axis,
    Chosen,
    entries,
    folded,
    picked,
    timeline,
    with_family,
)
from pages.ui.kit.html import highlighted
from tests.declared import CITIES
from warehouse.read.document import documents, programmes
from warehouse.read.receipt import receipts
from warehouse.wording import programmes as words

PAGE = "briefing/programmes/page.py"


@pytest.fixture(scope="module")
def rows(real_release):
    return with_family(programmes.register(real_release, city_area_id="puyang").frame.to_dicts())


def test_the_finding_counts_what_was_named_and_what_has_figures(show, real_release):
    counted = real_release.rows(
        """
        with thing as (
            select replace(replace(replace(replace(replace(p.name_zh, '“', ''), '”', ''), '《', ''), '》', ''), ' ', '') as name,
                max(len(p.figure_ids)) > 0 as has_figures,
                first(p.status_code order by s.issued_on desc nulls last) in ('planned', 'encouraged') as is_ahead
            from meta.programme as p inner join meta.source as s using (source_id) where s.area_id = 'puyang' group by 1
        )
        select count(*) as n, 4 as documents, count(*) filter (has_figures) as figures,
            count(*) filter (is_ahead) as ahead, count(*) filter (is_ahead and has_figures) as ahead_figures
        from thing
        """
    ).frame.row(0, named=True)
    assert show(PAGE).finding == (
        f"濮阳市{counted['documents']}份公开文件点名{counted['n']}项制度、工程和政策（几份都提到的只计一次），印有数字的{counted['figures']}项；"
        f"说已做的{counted['n'] - counted['ahead']}项中{counted['figures'] - counted['ahead_figures']}项有数字，"
        f"说要做或鼓励的{counted['ahead']}项中只有{counted['ahead_figures']}项。"
    )


def test_all_cities_together_show_the_whole_register(real_release):
    total = documents.sources(real_release, kind_code="document").frame["thing_count"][0]
    shown = sum(programmes.register(real_release, city_area_id=city).frame.height for city in CITIES)
    assert shown == total


def test_what_several_replies_name_is_one_entry_as_the_newest_says(rows):
    # Both replies of 2024 and 2025 print the honour of 2024; three print 《关于加强养老服务体系建设的实施意见》.
    (award,) = [row for row in rows if row["name_zh"] == "省五星级养老机构"]
    assert (award["source_id"], len(award["source_ids"]), award["times"]) == ("puyang-reply-2025-408", 2, 2)
    (policy,) = [row for row in rows if row["name_zh"] == "《关于加强养老服务体系建设的实施意见》"]
    assert len(policy["source_ids"]) == 3
    assert award in picked(rows, Chosen(source_id="puyang-reply-2024-232"))


def test_a_target_is_not_said_to_be_in_force(rows):
    ahead = {row["name_zh"]: row["status_code"] for row in rows}
    assert ahead["“四个覆盖”"] == "planned"
    assert not [
        row["quote"] for row in rows if "到2025年" in row["quote"] and row["status_code"] in ("in_force", "done")
    ]


def test_every_kind_of_the_catalogue_has_a_family(real_release):
    kinds = real_release.rows("select code from meta.code where code_set = 'programme_kind_code'").frame["code"]
    placed = [kind for _, family in FAMILIES.values() for kind in family]
    assert sorted(kinds) == sorted(placed)
    assert with_family([{"kind_code": "something_new"}])[0]["family_zh"] == "其他"


def test_each_entry_opens_its_sentence_in_its_paragraph(real_release, some):
    quotes = real_release.rows("select programme_id, quote from meta.programme").frame
    assert quotes.height > 600
    for programme_id, quote in some(quotes.iter_rows(), one_in=10):
        found = programmes.original(real_release, programme_id=programme_id).frame.to_dicts()
        own = [row for row in found if row["is_own"]]
        assert len(own) == 1
        assert "<mark>" in highlighted(own[0]["text_zh"], [quote]), programme_id


def test_an_unknown_entry_has_no_original(real_release):
    assert programmes.original(real_release, programme_id="nothing").frame.is_empty()


def test_the_register_is_paged_and_every_entry_stands_on_one_sheet(rows):
    loose = [row for row in picked(rows, Chosen()) if row["family"] != FOLDED]
    sheets = [loose[start : start + SHEET] for start in range(0, len(loose), SHEET)]
    ids = re.findall(r'data-act="original:([^"]+)"', "".join(entries(sheet) for sheet in sheets))
    assert sorted(ids) == sorted(row["programme_id"] for row in rows if row["family"] != FOLDED)


def test_strategy_phrases_are_folded_and_counted(rows):
    phrases = [row for row in rows if row["family"] == FOLDED]
    html = folded(phrases)
    assert html.startswith("<details")
    assert f"另有{len(phrases)}项战略方针的提法，已折叠" in html
    assert html.count("data-act=") == len(phrases)
    assert folded([]) == ""


def test_an_entry_has_its_figures_as_numbers_or_says_that_the_document_publishes_none(rows):
    without = next(row for row in rows if not row["figures"])
    assert "文件未公布数字" in entries([without])
    given = next(row for row in rows if row["name_zh"] == "农村幸福院" and row["source_id"] == "puyang-reply-2023-196")
    html = entries([given])
    assert "文件未公布数字" not in html
    assert ">2016个</span>" in html


@pytest.mark.parametrize(
    ("chosen", "test"),
    [
        (Chosen(family="money"), lambda row: row["kind_code"] in ("subsidy", "insurance", "fund", "incentive")),
        (Chosen(status="planned"), lambda row: row["status_code"] == "planned"),
        (Chosen(figures="with"), lambda row: bool(row["figures"])),
        (Chosen(figures="without"), lambda row: not row["figures"]),
        (Chosen(source_id="puyang-reply-2025-408"), lambda row: row["source_id"] == "puyang-reply-2025-408"),
        (Chosen(text="日间照料"), lambda row: "日间照料" in row["name_zh"] + row["quote"]),
    ],
)
def test_a_filter_keeps_exactly_what_it_says(rows, chosen, test):
    kept = {row["programme_id"] for row in picked(rows, chosen)}
    assert kept == {row["programme_id"] for row in rows if test(row)}
    assert kept


def test_initials_find_a_name(rows):
    assert any("高龄津贴" in row["name_zh"] for row in picked(rows, Chosen(text="gljt")))


def test_filters_stand_in_the_address_and_in_the_claim(show):
    page = show(PAGE)
    page.app.segmented_control(key="pick_figures").set_value("with")
    page.run()
    assert page.app.query_params["figures"] == "with"
    assert re.search(r"登记册\d+项中选出\d+项，0项文件未公布数字", page.text)
    linked = show(PAGE, figures="with", family="people", status="done")
    assert not linked.app.exception
    assert "人才与荣誉 ·" in linked.text
    assert (
        "文件未公布数字"
        not in re.search(r'<ul class="register">.*', linked.html, re.DOTALL).group(0).split("</ul><p")[0]
    )


def test_a_choice_that_nothing_meets_is_a_designed_state(show):
    page = show(PAGE)
    page.app.text_input(key="q").set_value("没有这样的政策")
    page.run()
    assert "没有符合条件的条目" in page.text
    assert "错误编号" not in page.text


@pytest.mark.parametrize(
    ("parameter", "value"), [("family", "magic"), ("status", "maybe"), ("source", "x"), ("figures", "y")]
)
def test_a_link_that_asks_for_something_unknown_says_so(show, parameter, value):
    page = show(PAGE, **{parameter: value})
    assert not page.app.exception
    assert f"“{value}”" in page.text


def test_strategy_is_shown_when_it_is_asked_for(show):
    page = show(PAGE, family="strategy")
    assert "战略方针 · 战略方针" in page.text
    assert "已折叠" not in page.text


def test_the_timeline_holds_every_dated_event_once_and_an_open_end_is_said(real_release):
    events = programmes.events(real_release, city_area_id="puyang").frame.to_dicts()
    html = timeline(events)
    assert html.count('class="event"') == len(events)
    assert words.event_date({"start_on": events[0]["start_on"], "end_on": None, "precision_code": "period"}).endswith(
        "年起，截止未注明"
    )


def test_on_the_axis_a_day_is_a_point_a_year_all_of_itself_and_an_open_end_runs_to_the_edge():
    # Four years of 25 %: 2020-07-02 is day 183 of 366, so 12.5 %; 2021 stands from 25 % on; 2022-01-01 to 2023-12-31
    # fills the second half; what began in 2021 and has no end runs on from 25 % through the other 75 %.
    axis = Axis(2020, 2023)
    days = [("day", (2020, 7, 2), (2020, 7, 2)), ("year", (2021, 1, 1), (2021, 12, 31)), ("period", (2022, 1, 1), (2023, 12, 31)), ("period", (2021, 1, 1), None)]  # fmt: skip
    drawn = [
        axis.mark({"precision_code": how, "start_on": date(*start), "end_on": date(*end) if end else None})
        for how, start, end in days
    ]
    assert drawn == [
        '<i class="moment" style="left:12.50%"></i>',
        '<i class="stretch dated" style="left:25.00%;width:25.00%"></i>',
        '<i class="stretch " style="left:50.00%;width:50.00%"></i>',
        '<i class="stretch open" style="left:25.00%;width:75.00%"></i>',
    ]


def test_the_table_counts_what_the_bars_show(show, rows):
    table = re.search(r'<table class="grid">.*?</table>', show(PAGE).html, re.DOTALL).group(0)
    works = [row for row in rows if row["family"] == "works"]
    assert f"{len(works)}（{words.with_figures(works)}）" in table


def test_every_number_of_the_page_opens_a_receipt_that_exists(show, real_release):
    found = set(show(PAGE, figures="with").receipts)
    assert found
    assert receipts.receipts(real_release, found).keys() == found


def test_a_city_without_documents_has_a_sentence():
    assert words.finding("某市", []) == "本批次没有一份公开文件点名某市的制度、工程和政策。"


def test_what_was_promised_without_a_number_stands_first():
    def row(name: str, status: str, figures: list) -> dict:
        found = {"programme_id": name, "name_zh": name, "quote": name, "status_code": status, "figures": figures}
        return found | {"family": next(iter(FAMILIES)), "kind_code": "", "source_ids": ["s"]}

    given = [row("有数", "planned", [{}]), row("已办", "in_force", []), row("空口", "planned", [])]
    # Of three only 空口 is a promise nobody can check; then those with a number, then the rest.
    assert [each["name_zh"] for each in picked(given, Chosen())] == ["空口", "有数", "已办"]
