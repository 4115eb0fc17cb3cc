"""The pieces pages are made of: cards, numbers, bars, ladder, charts, spine."""

import re
from functools import partial
from types import ModuleType

import pytest

from pages.ui.kit.html import badge, bar, highlighted, how, linked, num, source_line, status, table
from pages.ui.kit.view import View, is_recognised
from pages.ui.marks.box_plot import Spread, box_plot
from pages.ui.marks.cards import Card, cards, split_unit
from pages.ui.marks.ladder import Rung, ladder
from pages.ui.marks.tiles import Tile, shade_of, tile_map
from warehouse.read.meta.catalog import rule_text


def card(**changes):
    facts = {
        "name_zh": "农村幸福院",
        "value_text": "2016个",
        "unit_zh": "个",
        "as_of_zh": "截至2023年7月28日",
        "source_zh": "九届一次196号答复",
        "receipt": "r",
    }
    return Card(**{**facts, **changes})


@pytest.mark.parametrize(("field", "word"), [("unit_zh", "单位"), ("as_of_zh", "截至"), ("source_zh", "来源")])
def test_a_card_without_unit_as_of_or_source_does_not_come_about(field, word):
    with pytest.raises(ValueError, match=word):
        card(**{field: " "})


def test_a_seventh_card_is_refused():
    assert cards([card()] * 6).count('class="card"') == 6
    with pytest.raises(ValueError, match="6"):
        cards([card()] * 7)


def test_a_card_prints_value_unit_as_of_source_change_and_a_status_word():
    html = cards([card(change_zh="较上月增加3个", verdicts=[("规划2022年", "低于规划要求", "watch", None)])])
    for text in ("2016", "个", "截至2023年7月28日", "九届一次196号答复", "较上月增加3个", "▼ 低于规划要求"):
        assert text in html


def test_the_unit_stands_apart_only_where_the_wording_ends_in_it():
    assert split_unit("66.7万人", "人") == ("66.7万", "人")
    assert split_unit("70.2%", "%") == ("70.2%", "")
    assert split_unit("缺", "个") == ("缺", "")


def test_a_rule_that_a_release_was_not_judged_by_is_left_out(real_release):
    declared = rule_text(real_release, parameter_code="smallest_rank_base")
    undeclared = rule_text(real_release, parameter_code="declared_by_a_later_program")
    assert how(declared, undeclared) == f'<p class="how">{declared}。</p>'
    assert how(undeclared) == ""


def test_a_number_with_a_receipt_is_a_button_and_without_one_is_text():
    assert 'role="button" tabindex="0"' in num("2016个", "a|b")
    assert 'data-receipt="a|b"' in num("2016个", "a|b")
    assert "role=" not in num("缺", None)


def test_markup_from_a_document_is_harmless_everywhere():
    evil = '<img src=x onerror=alert(1)>"'
    pieces = [
        num(evil, evil),
        badge(evil),
        linked(evil, [(evil, evil)]),
        highlighted(evil, [evil]),
        source_line(evil, evil, evil),
        status(evil, "flat"),
        table([evil], [], caption=evil),
        cards([card(name_zh=evil, value_text=evil, as_of_zh=evil, source_zh=evil, change_zh=evil)]),
    ]
    assert not [piece for piece in pieces if "<img" in piece]


def test_numbers_of_a_sentence_are_linked_in_order_so_that_equal_digits_stay_two_numbers():
    html = linked("甲100%，乙100%", [("100%", "first"), ("100%", "second"), ("不在句中", "third")])
    assert re.findall('data-receipt="([^"]+)"', html) == ["first", "second"]
    assert re.sub("<[^>]+>", "", html) == "甲100%，乙100%"


def test_only_the_sentence_is_marked_in_its_paragraph():
    assert highlighted("前句。本句。后句。", ["本句。"]) == "前句。<mark>本句。</mark>后句。"
    assert highlighted("前句。", ["没有这句"]) == "前句。"
    # One sentence begins another: the longer one is marked to its end.
    whole = "目标1670人，已完成2631人。"
    assert highlighted(whole, ["目标1670人", whole[:-1]]) == f"<mark>{whole[:-1]}</mark>。"
    assert highlighted("甲乙丙丁", ["甲乙", "乙丙"]) == "<mark>甲乙丙</mark>丁"


def test_a_bar_shows_blank_beyond_and_unknown_as_three_different_marks():
    # With 110 % as the end of the scale, 100 % stands at 100 / 1.1 = 90.91 % of the width.
    assert 'class="full" style="left:90.91%"' in bar(0.5)
    assert 'class="blank"' in bar(0.5)
    assert 'class="over"' not in bar(1.0)
    assert 'class="blank"' not in bar(1.0)
    assert 'class="over"' in bar(1.0032)
    assert 'class="none"' in bar(None)


def rung(**changes):
    facts = {
        "level_zh": "村",
        "name_zh": "农村幸福院",
        "when_zh": "截至2023年7月28日",
        "rate": 2016 / 2871,
        "rate_text": "70.2%",
        "built_text": "2016个",
        "base_text": "2871个行政村（2021年）",
    }
    return Rung(**{**facts, **changes})


def test_a_rung_prints_numerator_denominator_and_base_year():
    html = ladder([rung()])
    for text in ("70.2%", "2016个", "2871个行政村（2021年）", "截至2023年7月28日"):
        assert text in html


def test_another_base_of_the_same_network_does_not_repeat_the_level():
    html = ladder([rung(), rung(name_zh="含类似居委会", is_other_base=True)])
    assert html.count('class="level"') == 1


@pytest.mark.parametrize("count", [9, 7])
def test_the_tile_map_draws_one_tile_a_unit_with_name_and_number(count):
    tiles = [
        Tile(name_zh=f"县{i}", row=i // 3 + 2, column=i % 3 + 1, weight=None, text="缺", is_zone=i == 0)
        for i in range(count)
    ]
    html = tile_map(tiles, alt_zh="各县都缺")
    assert html.count('class="tile ') == count
    assert html.count('class="tile zone blank"') == 1
    # The first row and column used are the first of the grid; every tile has a cell of its own.
    areas = re.findall(r"grid-area:(\d+)/(\d+)", html)
    assert areas[:4] == [("1", "1"), ("1", "2"), ("1", "3"), ("2", "1")]
    assert len(set(areas)) == count
    assert "--columns:3" in html
    assert 'aria-label="各县都缺"' in html
    assert tile_map([]) == ""


def test_ink_can_be_read_on_the_darkest_and_on_the_lightest_tile():
    def luminance(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ink = luminance("28, 31, 36")
    shades = [luminance(shade_of(step / 10)) for step in range(11)]
    assert all((shade + 0.05) / (ink + 0.05) >= 4.5 for shade in shades)
    # Darker with every step, so that grey paper keeps the order.
    assert shades == sorted(shades, reverse=True)
    assert len(set(shades)) == 11


def test_areas_on_a_spine_are_told_apart_by_shape():
    spread = Spread(low=0.0, quarter=0.1, median=0.2, three_quarters=0.3, high=0.4, count=333)
    html = box_plot(spread, [0.1, 0.2, 0.3, 0.4], low_text="0%", middle_text="20%", high_text="40%", alt_zh="位置")
    assert [html.count(sign) for sign in "●◆▲■"] == [1, 1, 1, 1]
    assert html.index("●") < html.index("◆") < html.index("▲") < html.index("■")
    assert 'aria-label="位置"' in html


def test_only_a_function_that_the_next_run_finds_again_may_be_kept():
    def within(view):
        return view

    script = ModuleType("__main__")
    exec("def of_a_script(view): ...", vars(script))
    for made_anew in (
        lambda view: view,
        within,
        partial(split_unit, "1个"),
        Card.__init__,
        "".join,
        script.of_a_script,
    ):
        assert not is_recognised(made_anew), made_anew
    assert is_recognised(split_unit)
    view = View(kind="real", root="r", release_id="x", header={}, city="c", city_name_zh="市", is_large=False, base="census")  # fmt: skip
    with pytest.raises(TypeError, match="pass a function of a module"):
        view.once(within)
    assert view.once(_city_of) == "c"


def _city_of(view):
    return view.city


def test_a_column_of_sentences_keeps_its_width_and_one_of_words_does_not():
    # 17 letters behind a tag are a sentence, 16 are not; tags do not count.
    sentence = f"<b>{'养' * 17}</b>"
    shown = table(["地区", "状态", "说明"], [["濮阳市", "<i>养</i>" * 16, sentence]], text_columns=(1, 2))
    assert '<th class="text">状态</th><th class="text long">说明</th>' in shown
    assert f'<td class="text long">{sentence}</td>' in shown
    assert shown.count("long") == 2
