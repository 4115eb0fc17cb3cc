"""Wordings of documents and form cells become value, bounds, hedge and unit, or a refusal that says what to write."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from etl.quantity import QuantityError, parse_quantity


def _read(text):
    quantity = parse_quantity(text)
    return quantity.value, quantity.low, quantity.high, quantity.qualifier, quantity.unit_zh


D = Decimal

# Each line worked by hand from the wording alone.
WORDINGS = {
    # one decimal in 万: half a unit of it is 0.05万 = 500
    "66.7万": (D(667000), D(666500), D(667500), "exact", ""),
    "66.7万人": (D(667000), D(666500), D(667500), "exact", "人"),
    # two decimals in 万: half a unit is 0.005万 = 50
    "66.66万人": (D(666600), D(666550), D(666650), "exact", "人"),
    # two decimals in 亿: half a unit is 0.005亿 = 500,000
    "2.25亿元": (D(225_000_000), D(224_500_000), D(225_500_000), "exact", "元"),
    "约2.25亿元": (D(225_000_000), None, None, "about", "元"),
    # no decimals in 万: half a unit is 0.5万 = 5,000
    "6000万元": (D(60_000_000), D(59_995_000), D(60_005_000), "exact", "元"),
    "70余万": (D(700_000), D(700_000), None, "over", ""),
    "70余万人": (D(700_000), D(700_000), None, "over", "人"),
    "7万余人": (D(70_000), D(70_000), None, "over", "人"),
    "402万余人次": (D(4_020_000), D(4_020_000), None, "over", "人次"),
    "8000余万元": (D(80_000_000), D(80_000_000), None, "over", "元"),
    "近2000余人次": (D(2000), None, None, "contradictory", "人次"),
    "10余家": (D(10), D(10), None, "over", "家"),
    "百余家": (D(100), D(100), None, "over", "家"),
    "一百多人": (D(100), D(100), None, "over", "人"),
    "1+6": (D(7), D(7), D(7), "exact", "个"),
    "不低于55%": (D("0.55"), D("0.55"), None, "at_least", "%"),
    "≥1所": (D(1), D(1), None, "at_least", "所"),
    "至少1所": (D(1), D(1), None, "at_least", "所"),
    "达到60%以上": (D("0.6"), D("0.6"), None, "at_least", "%"),
    "55%以上": (D("0.55"), D("0.55"), None, "at_least", "%"),
    "不超过40%": (D("0.4"), None, D("0.4"), "at_most", "%"),
    "最高10万元": (D(100_000), None, D(100_000), "at_most", "元"),
    "不足5人": (D(5), None, D(5), "under", "人"),
    "28%左右": (D("0.28"), None, None, "about", "%"),
    "2万人左右": (D(20_000), None, None, "about", "人"),
    "至少70余万": (D(700_000), D(700_000), None, "at_least", ""),
    "17.67%": (D("0.1767"), D("0.1767"), D("0.1767"), "exact", "%"),
    "百分之五十五": (D("0.55"), D("0.55"), D("0.55"), "exact", "%"),
    "3.2个百分点": (D("3.2"), D("3.2"), D("3.2"), "exact", "个百分点"),
    "每百户不低于30平方米": (D(30), D(30), None, "at_least", "平方米/百户"),
    "每人每月50元": (D(50), D(50), D(50), "exact", "元/人·月"),
    "每千名老年人1人": (D(1), D(1), D(1), "exact", "人/千名老年人"),
    "人均用地不少于0.2平方米": (D("0.2"), D("0.2"), None, "at_least", "平方米/人"),
    # a quarter of an hour is 15 minutes
    "一刻钟": (D(15), D(15), D(15), "exact", "分钟"),
    "一公里": (D(1), D(1), D(1), "exact", "公里"),
    "三天": (D(3), D(3), D(3), "exact", "天"),
    "五个": (D(5), D(5), D(5), "exact", "个"),
    "十二": (D(12), D(12), D(12), "exact", ""),
    "三百零五": (D(305), D(305), D(305), "exact", ""),
    # 千 closes the numeral, not 万: nothing was rounded away that the wording shows
    "两万三千": (D(23_000), D(23_000), D(23_000), "exact", ""),
    "80—89岁": (None, D(80), D(89), "exact", "岁"),
    "3—5万元": (None, D(30_000), D(50_000), "exact", "元"),
    "50%—60%": (None, D("0.5"), D("0.6"), "exact", "%"),
    "1，234．5": (D("1234.5"), D("1234.5"), D("1234.5"), "exact", ""),
    "１２３": (D(123), D(123), D(123), "exact", ""),
    "60 家": (D(60), D(60), D(60), "exact", "家"),
    "12支": (D(12), D(12), D(12), "exact", "支"),
    "1.81万平方米": (D(18_100), D(18_050), D(18_150), "exact", "平方米"),
    "0.5㎡": (D("0.5"), D("0.5"), D("0.5"), "exact", "平方米"),
    # 几 behind ten is one to nine more; 来 is either side of it
    "十几家": (D(10), D(10), None, "over", "家"),
    "60几": (D(60), D(60), None, "over", ""),
    "十来家": (D(10), None, None, "about", "家"),
    "近百家": (D(100), None, None, "about", "家"),
    "上百家": (D(100), D(100), None, "at_least", "家"),
    "不足千人": (D(1000), None, D(1000), "under", "人"),
    "约十余家": (D(10), None, None, "contradictory", "家"),
    "60开外": (D(60), D(60), None, "over", ""),
    "70万不到": (D(700_000), None, D(700_000), "under", ""),
    "突破70万人": (D(700_000), D(700_000), None, "over", "人"),
    "大于等于5张": (D(5), D(5), None, "at_least", "张"),
    "近二千余人次": (D(2000), None, None, "contradictory", "人次"),
    "五成": (D("0.5"), D("0.5"), D("0.5"), "exact", "%"),
    "七成以上": (D("0.7"), D("0.7"), None, "at_least", "%"),
    "百分之百": (D(1), D(1), D(1), "exact", "%"),
    "百分之五点五": (D("0.055"), D("0.055"), D("0.055"), "exact", "%"),
    # one decimal in 万, in words: half a unit of it is 500
    "三点五万": (D(35_000), D(34_500), D(35_500), "exact", ""),
    "三刻钟": (D(45), D(45), D(45), "exact", "分钟"),
    "1.5倍": (D("1.5"), D("1.5"), D("1.5"), "exact", "倍"),
    "12个助餐点": (D(12), D(12), D(12), "exact", "个助餐点"),
    "0": (D(0), D(0), D(0), "exact", ""),
    "-3.5%": (D("-0.035"), D("-0.035"), D("-0.035"), "exact", "%"),
}


@pytest.mark.parametrize("text", WORDINGS)
def test_a_wording_becomes_value_bounds_hedge_and_unit(text):
    assert _read(text) == WORDINGS[text]
    assert parse_quantity(text).text == text


# Wording, and what the refusal must say.
REFUSALS = {
    "12O": "疑为0",
    "l2": "疑为1",
    "": "空白不是数",
    "  ": "空白不是数",
    "—": "没有数据请",
    "/": "没有数据请",
    "无": "没有数据请",
    "未报": "没有数据请",
    "一": "横线",
    "1.2E+05": "科学计数法",
    "10²": "上标",
    "①": "带圈数字",
    "12 34": "空格",
    "2,34": "千分位",
    "0393": "以0开头",
    "12三": "又出现数字",
    "1.2.3": "又出现数字",
    "313（含在建5）": "备注栏",
    "一百二": "两种读法",
    "三万五": "两种读法",
    "三四个": "阿拉伯数字",
    "二〇二五": "阿拉伯数字",
    "89—80岁": "从小到大",
    "10余—20家": "只留一种写法",
    "50%—60人": "既写百分数",
    "10余余家": "写了两次",
    "约": "不是能识别的数",
    "数百人": "不是能识别的数",
    "每人每月": "不是能识别的数",
    "12人以上老人": "不是能识别的单位",
    "#DIV/0!": "字母",
    "翻一番": "不是能识别的数",
    "增长1倍": "不是能识别的数",
    "三分之一": "不是能识别的单位",
    "1/3": "不是能识别的单位",
    "1:10": "不是能识别的单位",
    "3‰": "不是能识别的单位",
    "一个半小时": "不是能识别的单位",
    "两倍半": "不是能识别的单位",
    "20左右个": "不是能识别的单位",
    "66.7萬": "不是能识别的单位",
    "5折": "不是能识别的单位",
    "贰佰": "不是能识别的数",
    "几十家": "不是能识别的数",
    "数十家": "不是能识别的数",
    "百家": "阿拉伯数字",
    "1万2千人": "又出现数字",
    "50元到100元": "不是能识别的单位",
}


@pytest.mark.parametrize("text", REFUSALS)
def test_what_is_not_wholly_a_quantity_is_refused_with_a_remedy(text):
    with pytest.raises(QuantityError, match=REFUSALS[text]) as caught:
        parse_quantity(text)
    assert any(word in str(caught.value) for word in ("请", "写"))


_SCALES = {"": 1, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_FRAMES = {
    "{}": "exact",
    "近{}": "about",
    "约{}": "about",
    "{}左右": "about",
    "超过{}": "over",
    "不足{}": "under",
    "不低于{}": "at_least",
    "≥{}": "at_least",
    "{}以上": "at_least",
    "达到{}以上": "at_least",
    "不超过{}": "at_most",
    "{}以内": "at_most",
    "约{}以上": "contradictory",
}
_BOUNDS = {"over": "low", "at_least": "low", "under": "high", "at_most": "high"}


@given(
    digits=st.decimals(min_value=0, max_value=99999, places=2) | st.integers(0, 10**7).map(Decimal),
    scale=st.sampled_from(sorted(_SCALES)),
    unit=st.sampled_from(["", "人", "人次", "元", "张", "平方米", "%"]),
    frame=st.sampled_from(sorted(_FRAMES)),
    grouped=st.booleans(),
    wide=st.booleans(),
)
def test_a_rendered_quantity_reads_back_as_itself(digits, scale, unit, frame, grouped, wide):
    if unit == "%":
        scale = ""
    number = f"{digits:,}" if grouped else f"{digits:f}"
    if wide:
        number = number.translate({ord(plain): plain_code + 0xFEE0 for plain, plain_code in _ascii_codes()})
    text = frame.format(number + scale + unit)
    read = parse_quantity(text)
    value = digits * _SCALES[scale] / (100 if unit == "%" else 1)
    assert (read.value, read.qualifier, read.unit_zh, read.text) == (value, _FRAMES[frame], unit, text)
    # Only 万 and 亿 round: half a unit of the last printed digit.
    half = Decimal(_SCALES[scale]) / 2 * Decimal(1).scaleb(digits.as_tuple().exponent) if scale in ("万", "亿") else 0
    side = _BOUNDS.get(read.qualifier)
    exact = read.qualifier == "exact"
    assert read.low == (value - half if exact else value if side == "low" else None)
    assert read.high == (value + half if exact else value if side == "high" else None)


def _ascii_codes():
    return [(sign, ord(sign)) for sign in "0123456789,."]


def _spoken(number: int) -> str:
    """A Chinese numeral in the regular way, written here independently of the parser."""
    for scale, mark in ((10**8, "亿"), (10**4, "万")):
        if number >= scale:
            head, tail = divmod(number, scale)
            joint = "零" if 0 < tail < scale / 10 else ""
            return _spoken(head) + mark + joint + (_spoken(tail) if tail else "")
    text, waiting = "", False
    for scale, mark in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, scale)
        if digit:
            text += ("零" if waiting else "") + "零一二三四五六七八九"[digit] + mark
            waiting = False
        elif text:
            waiting = True
    return text


@given(st.integers(2, 99_999_999))
@example(10)
@example(110)
@example(10_010)
@example(1_000_001)
def test_chinese_numerals_read_back_as_the_number_they_spell(number):
    assert parse_quantity(_spoken(number) + "个").value == number


@given(st.text(alphabet="零〇一二两三四五六七八九十百千万亿", min_size=1, max_size=9))
@example("一万五")
@example("百万")
@example("二十百")
def test_a_chinese_numeral_is_read_as_what_it_spells_or_not_at_all(numeral):
    try:
        value = parse_quantity(numeral + "个").value
    except QuantityError:
        return
    # 两 is 二, 一十 is 十, and 零 keeps a place open that 百, 十 and the like name anyway: so much may differ.
    assert _bare_digits(numeral) == _bare_digits(_spoken(int(value)))


def _bare_digits(numeral: str) -> str:
    return numeral.translate(str.maketrans({"两": "二", "〇": "", "零": ""})).replace("一十", "十")


@given(st.text(alphabet="0123456789.,", min_size=1, max_size=9))
def test_a_number_in_digits_is_read_as_what_it_says_or_not_at_all(digits):
    try:
        value = parse_quantity(digits + "人").value
    except QuantityError:
        return
    assert value == Decimal(digits.replace(",", ""))


@given(
    number=st.integers(2, 9999).map(str) | st.sampled_from(["66.7", "十", "五十", "三千", "一万", "2.25"]),
    scale=st.sampled_from(["", "万"]),
    unit=st.sampled_from(["", "人", "人次", "个", "平方米"]),
    hedge=st.sampled_from(
        [
            "余",
            "多",
            "几",
            "来",
            "近",
            "约",
            "左右",
            "上下",
            "以上",
            "以下",
            "不足",
            "不到",
            "超过",
            "逾",
            "至少",
            "不低于",
            "不超过",
            "半",
        ]
    ),
    data=st.data(),
)
def test_a_hedge_is_never_lost_wherever_it_stands(number, scale, unit, hedge, data):
    """A wording with a hedge in it is either refused or not exact."""
    text = number + scale + unit
    at = data.draw(st.integers(0, len(text)))
    # Inside the digits a hedge makes two numbers of one; those are refused or hedged too.
    try:
        quantity = parse_quantity(text[:at] + hedge + text[at:])
    except QuantityError:
        return
    assert quantity.qualifier != "exact"


@given(
    st.text(
        alphabet="0123456789.,+-—%余多近约万亿千百十零一两三不低于超过以上左右每人均户月刻钟至个 OlE（）²", max_size=14
    )
    | st.text(max_size=12)
)
def test_any_text_gives_a_quantity_or_a_quantity_error(text):
    try:
        quantity = parse_quantity(text)
    except QuantityError as error:
        assert str(error)
    else:
        known = [bound for bound in (quantity.low, quantity.value, quantity.high) if bound is not None]
        assert known == sorted(known)
