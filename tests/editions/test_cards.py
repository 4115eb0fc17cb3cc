"""A number of an answer on a card: with statement, release and author, under the rules of a briefing, in the edition."""

from dataclasses import replace

import duckdb
import polars as pl
import pytest

from tests.editions.conftest import AUTHOR, CITY, OCTOBER, UNIT
from warehouse.editions import compose, signing
from warehouse.errors import QueryRefused
from warehouse.people import audit
from warehouse.query import cards
from warehouse.query.ask import run_query
from warehouse.read import Releases
from warehouse.release.publishing.publish import current_pointer, release_path

SQL = (
    "select area_id, indicator_code, month, value, value * 2 as twice, change_yoy from mart.indicator_month"
    f" where area_id = '{UNIT}' and month = date '2026-10-01' and breakdown_code = 'total'"
    " and indicator_code in ('nursing_bed_share', 'training_person_times') order by indicator_code"
)


@pytest.fixture
def signed_home(home):
    """The home with the first of two reports of the unit signed: 护理型床位占比 is, 培训 is not."""
    path = release_path(home, current_pointer(home).release_id)
    # A copy of its own: the release of these homes is shared.
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            f"update mart.indicator_month set quality_code = 'signed' where area_id = '{UNIT}'"
            " and indicator_code = 'nursing_bed_share'"
        )
    return home


@pytest.fixture
def answer(signed_home):
    return run_query(signed_home, SQL)


@pytest.fixture
def release(signed_home):
    releases = Releases(signed_home)
    with releases.acquire() as opened:
        yield opened
    releases.close()


def card(release, answer, **changed):
    asked = {"row": 0, "column": "value", "title_zh": "护理型床位", "who": "li", "name_zh": "李某"} | changed
    return cards.candidate(release, answer, **asked)


@pytest.mark.bar("SQ9")
def test_a_card_stores_statement_release_and_author_and_stands_in_the_edition_with_its_receipt(
    signed_home, release, answer
):
    made = card(release, answer)
    number = cards.keep(signed_home, made)
    (held,) = cards.cards(signed_home, city_area_id=CITY, month=OCTOBER)
    assert (held.sql, held.release_id, held.who, held.name_zh) == (SQL, release.release_id, "li", "李某")
    assert held.answer_hash == answer.hash
    value = answer.frame["value"][0]
    assert held.wording == f"{value * 100:.1f}%"
    assert held.receipt == f"mart.indicator_month:{UNIT}|nursing_bed_share|total|2026-10-01"
    trail = audit.rows(signed_home)
    assert [row.action_code for row in trail][-1] == "carded" and str(number) in trail[-1].subject
    # In the edition of the unit's city, as a section, the number opening the same receipt.
    releases = Releases(signed_home)
    begun = signing.begin(signed_home, releases, city=CITY, month=OCTOBER, actor=AUTHOR)
    content = compose.compose(signed_home, releases, begun, today=signing.today()).content
    section = next(one for one in content.briefing.sections if one.code == "cards")
    (paragraph,) = section.paragraphs
    assert "护理型床位：" in paragraph.text and held.wording in paragraph.text and "李某" in paragraph.text
    assert [figure.row_key for figure in paragraph.figures] == [f"{UNIT}|nursing_bed_share|total|2026-10-01"]
    # Taken back it stands nowhere; only its author may.
    with pytest.raises(QueryRefused, match="不是本人"):
        cards.take_back(signed_home, number, who="wang")
    cards.take_back(signed_home, number, who="li")
    assert cards.cards(signed_home) == []
    again = compose.compose(signed_home, releases, begun, today=signing.today()).content
    assert "cards" not in [one.code for one in again.briefing.sections]
    releases.close()
    # What is not signed, what was computed anew, and what nobody can be asked about is refused.
    for changed, said in (
        ({"row": 1}, "没有签发"),
        ({"column": "twice"}, "另算的"),
        ({"who": ""}, "没有登录身份"),
        ({"title_zh": " "}, "标题"),
        ({"row": 9}, "没有这一行"),
    ):
        with pytest.raises(QueryRefused, match=said):
            card(release, answer, **changed)


def test_a_row_that_does_not_say_which_number_it_is_has_no_receipt_and_becomes_no_card(release, answer):
    bare = replace(answer, frame=answer.frame.drop("month"))
    with pytest.raises(QueryRefused, match="month.*没有凭证"):
        card(release, bare)
    unknown = replace(answer, frame=answer.frame.with_columns(indicator_code=pl.lit("nothing")))
    with pytest.raises(QueryRefused, match="没有这一行"):
        card(release, unknown)
    with pytest.raises(QueryRefused, match="随机数"):
        card(release, replace(answer, is_volatile=True))
    with pytest.raises(QueryRefused, match="重新运行"):
        card(release, replace(answer, release_id="20200101-01"))


def test_a_masked_number_becomes_no_card(signed_home, release):
    masked = run_query(
        signed_home,
        "select area_id, indicator_code, breakdown_code, month, 3 as value from mart.indicator_month"
        " where status_code = 'suppressed' limit 1",
    )
    assert masked.frame.height == 1
    with pytest.raises(QueryRefused, match="保密"):
        card(release, masked)


def test_a_card_whose_number_is_another_now_stops_the_edition_in_words(signed_home, release, answer):
    cards.keep(signed_home, replace(card(release, answer), wording="99.9%"))
    releases = Releases(signed_home)
    begun = signing.begin(signed_home, releases, city=CITY, month=OCTOBER, actor=AUTHOR)
    found = compose.compose(signed_home, releases, begun, today=signing.today())
    releases.close()
    assert any("存卡时为99.9%" in doubt for doubt in found.doubts_zh)
    assert "cards" not in [one.code for one in found.content.briefing.sections]
