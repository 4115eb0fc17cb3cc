"""A draft of a reply beside a signed edition: what the leader was told and what is known since are both named."""

from etl.replies.check import DIFFERS, SAME, check
from etl.replies.draft import of_text
from tests.editions.conftest import CITY, signed
from tests.editions.test_frozen import load_again
from warehouse.wording.grammar.numbers import percent


def test_a_figure_of_the_signed_edition_is_known_and_a_later_load_is_named_beside_it(home, releases, small):
    done = signed(home, releases)
    with releases.acquire() as release:
        (then,) = release.rows(
            "select value from mart.indicator_month where area_id = 'xinfu' and indicator_code = 'nursing_bed_share'"
            " and breakdown_code = 'total' and month = '2026-10-01'"
        ).frame["value"]
    load_again(home)
    text = f"截至2026年10月底，新抚区养老机构护理型床位占比{percent(then)}。"
    # Half as much again was loaded since.
    now, wrong = percent(then * 1.5), percent(then * 2)
    with releases.acquire() as release:
        (found,) = check(of_text(text), home, release, city_area_id=CITY).findings
        (other,) = check(of_text(text.replace(percent(then), wrong)), home, release, city_area_id=CITY).findings
        (alone,) = check(of_text(text), None, release, city_area_id=CITY).findings
    assert (found.verdict_code, found.right.source_zh) == (SAME, f"汇报版 {done.identity.name_zh}")
    assert [note for note in found.notes_zh if now in note and "请先核实用哪个" in note]
    assert other.verdict_code == DIFFERS
    # For a reader who may not see the edition there is the release alone.
    assert (alone.verdict_code, alone.right.wording) == (DIFFERS, now)
