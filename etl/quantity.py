"""Quantities as people write them in documents and form cells: value, bounds, hedge, unit.

A hedge is information: "70余万" is at least 700,000 and is never 700,000. Strict on purpose, because the same
parser reads the cells of county forms: whatever is not wholly understood is refused with a remedy, never guessed.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_ZH_DIGIT = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SCALE = {"": 1, "百": 100, "千": 1000, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
_ROUNDING_SCALES = ("万", "百万", "千万", "亿", "万亿")

_BEFORE = {
    "at_least": ("不低于", "不少于", "不小于", "大于等于", "大于或等于", "至少", "最少", "最低", "≥", ">="),
    "at_most": ("不超过", "不高于", "不多于", "不大于", "小于等于", "小于或等于", "至多", "最多", "最高", "≤", "<="),
    "over": ("超过", "突破", "多于", "大于", "高于", "逾", "超", ">"),
    "under": ("不足", "不到", "低于", "少于", "小于", "<"),
    "about": ("大约", "将近", "接近", "约", "近"),
    "": ("达到", "高达", "共计", "合计", "累计", "总计", "达", "共", "建有", "设有"),
}
_AFTER = {
    "at_least": ("及以上", "以上"),
    "at_most": ("以内", "以下"),
    "over": ("有余", "开外", "出头", "不止"),
    "under": ("不到",),
    "about": ("左右", "上下"),
}
_HEDGE_BEFORE = {word: code for code, words in _BEFORE.items() for word in words}
_HEDGE_AFTER = {word: code for code, words in _AFTER.items() for word in words}


def _any_of(words: object) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_HAN = r"\u4e00-\u9fff"
_ZH_NUMERAL = "零〇一二两三四五六七八九十百千万亿"
_SCALE_RE = "万亿|百万|千万|百|千|万|亿"
_DIGITS = r"[0-9][0-9,]*(?:\.[0-9]+)?"
_BARE = r"十|百|千|万|亿"
# 上百家: a hundred or more; 上 says so only before a numeral that has no digit of its own.
_UPWARDS = re.compile("上(?=[百千万亿])")
# Written inside or right behind a number: 十几家, 70余万人, 十来家.
_MARKS = {"余": "over", "多": "over", "几": "over", "来": "about"}
_MARK = f"[{''.join(_MARKS)}]"
_START = rf"(?=[0-9{_ZH_NUMERAL}-]|{_any_of(_HEDGE_BEFORE)}|百分之)"
_PER = re.compile(rf"(?:每[{_ZH_NUMERAL}]*[{_HAN}]{{1,8}}?)+?{_START}|[人户床]均[{_HAN}]{{0,8}}?{_START}")
_PER_PART = re.compile(rf"每(?:个|名|位)?([{_HAN}]+?)(?=每|$)")
_LEAD = re.compile(_any_of(_HEDGE_BEFORE))
_TAIL = re.compile(rf"(?:{_any_of(_HEDGE_AFTER)})$")
_RANGE_MARK = r"(?:—+|–|-|~|至|到)"
_NUMBER = re.compile(
    rf"(?P<minus>[-−])?(?:(?P<digits>{_DIGITS})(?P<mid>{_MARK})?(?P<scale>{_SCALE_RE})?"
    rf"|(?P<zh>[{_ZH_NUMERAL}]+)(?:(?P<zhmid>{_MARK})(?P<zhscale>万亿|万|亿)?)?)(?P<end>{_MARK})?"
)
# 五点五, 零点二五: digits behind the point are named one by one.
_ZH_DECIMAL = re.compile(f"([{_ZH_NUMERAL}]+)点([{''.join(_ZH_DIGIT)}]+)")
_SUM = re.compile(rf"[0-9]+(?:\+[0-9]+)+(?P<unit>[{_HAN}]*)")
# 人, 元/人·月, 人/千名老年人; a scale word may stand only behind the stroke, and nothing that would change the number:
# 一个半小时 is not one hour, 20左右个 not twenty, 66.7萬 not 66.7.
_HEDGES = _any_of([*(word for word, code in _HEDGE_BEFORE.items() if code), *_HEDGE_AFTER])
_NO_UNIT = f"[{_ZH_NUMERAL}余多几来半不以左右萬億佰仟拾倍折]|分之|{_HEDGES}"
_UNIT = re.compile(
    rf"%|个百分点|成|倍|(?:(?!{_NO_UNIT})[{_HAN}]){{1,8}}(?:/(?:(?!分之)[{_HAN}]){{1,8}}(?:·[{_HAN}]{{1,4}})?)?"
)
_SEPARATED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_ZH_SECTION = re.compile(
    "(?:(?P<q>[一二两三四五六七八九])千)?(?P<z1>零)?(?:(?P<b>[一二两三四五六七八九])百)?(?P<z2>零)?"
    "(?:(?P<s>[一二三四五六七八九])?(?P<ten>十))?(?P<z3>零)?(?P<g>[一二两三四五六七八九])?"
)
_NOT_A_QUANTITY = {
    "-",
    "—",
    "——",
    "/",
    "\\",
    "无",
    "暂无",
    "没有",
    "未报",
    "缺",
    "不详",
    "不适用",
    "保密",
    "*",
    "n/a",
    "na",
}
_LOOKALIKES = (("Oo○", "0"), ("Il|丨", "1"), ("Zz", "2"), ("Ss", "5"), ("B", "8"))
_LONGEST = 60


class QuantityError(ValueError):
    """A wording that is not, or not only, a quantity. The message names it, the fault and what to write."""


@dataclass(frozen=True)
class Quantity:
    """What a wording says.

    value: the printed number in `unit_zh` (66.7万人 is 667000, 55% is 0.55); None for a range such as 80—89.
    low, high: what the wording claims; None where it claims nothing on that side.
    qualifier: exact about over under at_least at_most contradictory.
    unit_zh: unit as printed, scale words taken out; "" when the wording has none.
    text: the wording as given.
    """

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    qualifier: str
    unit_zh: str
    text: str


@dataclass(frozen=True)
class _Number:
    value: Decimal
    half_unit: Decimal
    hedge: str
    scale: str
    length: int


def parse_quantity(text: str) -> Quantity:
    """The quantity a wording states: 66.7万人, 70余万, 近2000余人次, 不低于55%, 1+6, 每人每月50元, 一刻钟, 80—89岁.

    A plain figure in 万 or 亿 is a rounded one: it stays `exact`, and low and high are its rounding interval
    (66.7万: 666500 to 667500). 余, 多 and 几 give only a lower bound; 近, 约, 左右 give none; hedges that
    contradict each other (近2000余) give `contradictory` and no bounds. 一刻钟 becomes 15 分钟, 五成 becomes 50%;
    1+6 becomes 7 个.

    Raises:
        QuantityError: the wording is blank, a mark for "nothing reported", or not wholly understood.
    """
    body = _tidy(text)
    if found := _SUM.fullmatch(body):
        value = Decimal(sum(int(part) for part in re.findall("[0-9]+", body)))
        return Quantity(value, value, value, "exact", found["unit"] or "个", text)
    per, body = _take_per(body)
    hedges, body = _take_hedges(body)
    body, is_percent = (body[3:] + "%", True) if body.startswith("百分之") else (body, False)
    # 近百家, 上百家, 百分之百: without a digit of its own 百 is one hundred.
    bare = is_percent or bool(hedges)
    first = _read_number(body, text, bare=bare)
    rest = body[first.length :]
    if ranged := re.match(rf"(%?){_RANGE_MARK}(?=[0-9{_ZH_NUMERAL}])", rest):
        second = _read_number(rest[ranged.end() :], text, bare=False)
        unit = _unit(rest[ranged.end() + second.length :], text, is_percent=is_percent or bool(ranged[1]))
        return _range(first, second, hedges, unit, per, text)
    unit = _unit(rest, text, is_percent=is_percent)
    factor, unit_zh = _conversion(unit)
    if first.hedge:
        hedges = hedges | {first.hedge}
    qualifier = _qualifier(hedges)
    value = first.value * factor
    low = {"exact": value - first.half_unit * factor, "over": value, "at_least": value}.get(qualifier)
    high = {"exact": value + first.half_unit * factor, "under": value, "at_most": value}.get(qualifier)
    return Quantity(value, low, high, qualifier, unit_zh + per, text)


def hedge_beside(before: str, behind: str) -> str:
    """The hedge that touches a quantity in its sentence from outside, "" when none does.

    For proving that a wording was cut out whole: of 近2000余人次 neither 2000 nor 2000余人次 is the wording.
    """
    certain = _any_of(word for word, code in _HEDGE_BEFORE.items() if code and (len(word) > 1 or word in "≥≤逾"))
    # 节约, 附近 and the like end in a hedge sign and are none.
    found = re.search(rf"(?:{certain}|(?<![节签预合附最邻])[约近])(?:达到|达|共|建有)?\s*$", before)
    if not found:
        found = re.match(rf"\s*(?:[余多](?![种样元])|几(?!乎)|{_any_of(_HEDGE_AFTER)})", behind)
    return found[0].strip() if found else ""


def _tidy(text: str) -> str:
    """The wording in half-width characters without spaces, once it is fit to be read at all."""
    plain = re.sub("㎡|[mM]²", "平方米", text.strip())
    if not plain:
        raise QuantityError("空白不是数：没有数据请按表中“未报”“不适用”的填法注明，是零请写0")
    # A superscript or circled digit would silently become an ordinary digit under NFKC: 10² would read 102.
    if odd := [sign for sign in plain if unicodedata.category(sign) == "No"]:
        raise QuantityError(f"“{text}”里有上标或带圈数字“{odd[0]}”，请改写为普通数字")
    plain = _ZH_DECIMAL.sub(_decimal, unicodedata.normalize("NFKC", plain))
    if len(plain) > _LONGEST:
        raise QuantityError(f"“{plain[:20]}…”太长，不是一个数，请只写数字和单位")
    # Alone in a cell, 一 is as often a dash as the numeral one.
    if plain == "一":
        raise QuantityError("单独一个“一”分不清是数字1还是横线：是1请写1，没有数据请按“未报”“不适用”的填法注明")
    if plain.lower() in _NOT_A_QUANTITY:
        raise QuantityError(f"“{text}”不是数：是零请写0，没有数据请按“未报”“不适用”的填法注明")
    if re.search(r"[0-9]\s+[0-9]", plain):
        raise QuantityError(f"“{text}”的数字中间有空格，分不清是一个数还是两个数，请去掉空格重写")
    plain = re.sub(r"\s+", "", plain)
    if re.search("[A-Za-z|○丨]", plain):
        raise QuantityError(_letters(plain, text))
    return plain


def _decimal(found: re.Match) -> str:
    """五点二五 in Arabic digits; as it stands when its whole part is no regular numeral."""
    try:
        whole = _chinese(found[1], found[0], bare=False)
    except QuantityError:
        return found[0]
    return f"{whole}.{''.join(str(_ZH_DIGIT[digit]) for digit in found[2])}"


def _letters(plain: str, text: str) -> str:
    """What to say of a wording with letters in it."""
    if re.fullmatch(r"[-+]?[0-9.]+[eE][-+]?[0-9]+", plain):
        return f"“{text}”是科学计数法，请按普通数字写全"
    for signs, digit in _LOOKALIKES:
        if found := re.search(f"(?<=[0-9.])[{signs}]|[{signs}](?=[0-9.])", plain):
            return f"“{text}”不是数字（“{found[0]}”不是数字，疑为{digit}），请更正后重报"
    return f"“{text}”里有字母，不是数字，请只写数字和单位"


def _take_per(body: str) -> tuple[str, str]:
    """The base of a standard as a unit ("/人·月" of 每人每月50元), and what stands behind it."""
    if not (found := _PER.match(body)):
        return "", body
    phrase = found[0]
    bases = [phrase[0]] if phrase[1] == "均" else _PER_PART.findall(phrase)
    return "/" + "·".join(bases), body[found.end() :]


def _take_hedges(body: str) -> tuple[set[str], str]:
    """The hedges before and behind the number, and the number with its unit."""
    hedges = set()
    while found := _LEAD.match(body):
        hedges.add(_HEDGE_BEFORE[found[0]])
        body = body[found.end() :]
    if found := _UPWARDS.match(body):
        hedges.add("at_least")
        body = body[found.end() :]
    while found := _TAIL.search(body):
        hedges.add(_HEDGE_AFTER[found[0]])
        body = body[: found.start()]
    return hedges - {""}, body


def _qualifier(hedges: set[str]) -> str:
    if not hedges:
        return "exact"
    if len(hedges) == 1:
        return next(iter(hedges))
    # 至少70余万 says the same thing twice; 近2000余 says two things at once.
    for pair, code in (({"at_least", "over"}, "at_least"), ({"at_most", "under"}, "at_most")):
        if hedges == pair:
            return code
    return "contradictory"


def _read_number(body: str, text: str, *, bare: bool) -> _Number:
    """The number at the start of `body`; a scale word may stand for one of itself when `bare`."""
    found = _NUMBER.match(body)
    if not found:
        raise QuantityError(f"“{text}”不是能识别的数，请写成数字加单位，如“12家”“66.7万人”“不低于55%”")
    mids = [mark for mark in (found["mid"], found["zhmid"], found["end"]) if mark]
    if len(mids) > 1:
        raise QuantityError(f"“{text}”里“余”“多”“几”写了两次，请只写一次")
    if found["digits"]:
        digits, scale = found["digits"], found["scale"] or ""
        value, places = _arabic(digits, text)
    else:
        digits, scale = found["zh"], found["zhscale"] or ""
        value, places = Decimal(_chinese(digits, text, bare=bare or bool(mids))), 0
    if found["minus"]:
        value = -value
    # Chinese numerals carry their scale inside: 三万 is as rounded as 3万.
    last_scale = scale or (re.search("[万亿]*$", digits)[0] if found["zh"] and not mids else "")
    is_rounded = last_scale in _ROUNDING_SCALES
    half_unit = Decimal(_SCALE[last_scale]) / 2 / 10**places if is_rounded else Decimal(0)
    return _Number(value * _SCALE[scale], half_unit, _MARKS[mids[0]] if mids else "", scale, found.end())


def _arabic(digits: str, text: str) -> tuple[Decimal, int]:
    """Value and number of decimals of 1,234.5."""
    if "," in digits and not _SEPARATED.fullmatch(digits):
        raise QuantityError(f"“{text}”的千分位逗号位置不对，请写成1,234或1234")
    plain = digits.replace(",", "")
    if re.match("0[0-9]", plain):
        raise QuantityError(f"“{text}”以0开头，像是编号或电话，不像数量；是数量请去掉开头的0")
    return Decimal(plain), len(plain.partition(".")[2])


def _chinese(numeral: str, text: str, *, bare: bool) -> int:
    """Value of 十二, 三百零五, 两万三千. `bare`: 百 or 万 alone counts as one (百余家, 近千人)."""
    if numeral == "零" or numeral == "〇":
        return 0
    if bare and re.fullmatch(_BARE, numeral):
        return 10 if numeral == "十" else _SCALE[numeral]
    total, remainder = 0, numeral.replace("〇", "零")
    for scale in ("亿", "万"):
        head, mark, tail = remainder.partition(scale)
        if mark:
            total += _section(head, numeral, text) * _SCALE[scale]
            # 三万五 is said for 35,000 and would add up to 30,005.
            if tail and not re.match("零|[一二两三四五六七八九]千", tail) and "万" not in tail:
                raise QuantityError(f"“{text}”里的“{numeral}”有两种读法，请改写为阿拉伯数字")
            remainder = tail
    return total + (_section(remainder, numeral, text) if remainder else 0)


def _section(part: str, numeral: str, text: str) -> int:
    """Value of a Chinese numeral below 10,000."""
    found = _ZH_SECTION.fullmatch(part)
    if not found or not part.strip("零"):
        raise QuantityError(f"“{text}”里的“{numeral}”不是规范的中文数字，请改写为阿拉伯数字")
    hundreds = found["q"] or found["b"]
    if found["g"] and hundreds and not found["ten"] and not (found["z2"] or found["z3"] or found["z1"]):
        raise QuantityError(f"“{text}”里的“{numeral}”有两种读法，请改写为阿拉伯数字")
    tens = _ZH_DIGIT[found["s"] or "一"] if found["ten"] else 0
    values = [_ZH_DIGIT[found[name]] if found[name] else 0 for name in ("q", "b", "g")]
    return values[0] * 1000 + values[1] * 100 + tens * 10 + values[2]


def _unit(rest: str, text: str, *, is_percent: bool) -> str:
    """The unit behind a number, or a refusal that says what stands there instead."""
    if not rest and not is_percent:
        return ""
    if is_percent and rest != "%":
        raise QuantityError(f"“{text}”既写百分数又写别的单位“{rest[:8]}”，请只留一种写法")
    if _UNIT.fullmatch(rest):
        return rest
    if re.match("[(（\\[【]", rest):
        raise QuantityError(f"“{text}”在数字后带括注，请只留数字，说明写到备注栏")
    if re.match(rf"[0-9.{_ZH_NUMERAL}]", rest):
        raise QuantityError(f"“{text}”的数字后面又出现数字“{rest[:8]}”，请写成一个数")
    raise QuantityError(f"“{text}”的数字后面“{rest[:8]}”不是能识别的单位，请只写一个数和它的单位")


def _conversion(unit: str) -> tuple[Decimal, str]:
    """Factor to the stored unit, and that unit. Shares are stored as fractions, quarters of an hour as minutes."""
    if unit == "%":
        return Decimal("0.01"), unit
    if unit == "成":
        return Decimal("0.1"), "%"
    if unit == "刻钟":
        return Decimal(15), "分钟"
    return Decimal(1), unit


def _range(first: _Number, second: _Number, hedges: set[str], unit: str, per: str, text: str) -> Quantity:
    """80—89岁, 3—5万元. The scale word behind the second number belongs to both, as people write it."""
    if first.hedge or second.hedge or hedges - {"about"}:
        raise QuantityError(f"“{text}”既写区间又写“余”“以上”等约数，请只留一种写法")
    factor, unit_zh = _conversion(unit)
    shared = 1 if first.scale else _SCALE[second.scale]
    low, high = first.value * shared * factor, second.value * factor
    if low >= high:
        raise QuantityError(f"“{text}”的区间前大后小或两端相同，请从小到大写")
    return Quantity(None, low, high, "about" if hedges else "exact", unit_zh + per, text)
