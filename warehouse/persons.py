"""Personal data in texts people write: found, hidden, and said to be hidden.

A form of totals has no use for a person. Names beside numbers, identity numbers, telephones and bank cards are taken out
of every text before it is kept in a release or shown on a page; a mark stands in their place and says what was there.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import polars as pl

ID_NUMBER, BANK_CARD, MOBILE, LANDLINE, NAME = "身份证号", "银行卡号", "手机号", "电话", "姓名"
_FULL_WIDTH = {ord("０") + number: str(number) for number in range(10)} | {
    ord("Ｘ"): "X", ord("ｘ"): "x", ord("－"): "-", ord("＊"): "*", ord("＋"): "+",
}  # fmt: skip
# The separators people set between groups of digits.
_GAP = r"[ \u3000\u00a0\t\-—–_·]"
_RUN = re.compile(rf"(?<![\d.,A-Za-z])\+?\d(?:{_GAP}{{0,2}}[\d*]){{6,24}}(?:{_GAP}{{0,2}}[Xx])?(?![\dA-Za-z]|[.,]\d)")
_DATE = re.compile(r"(?:19|20)\d\d-[01]?\d(?:-[0-3]?\d)?(?!\d)")
_NEAR_TELEPHONE = re.compile(r"(?:电话|座机|热线|专线|传真|联系方式|[Tt]el)[：:.\s]*(?:为|是)?\s*$")
_SERVICE_LINE = re.compile(r"(?:热线|专线)[：:\s]*$")
_MARKED = re.compile(r"〔[^〕]{1,12}已隐去〕")

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤纪葛左池牛耿岳祁焦柴桑管翟霍靳晁芦訾暴"
)
COMPOUND_SURNAMES = [
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "夏侯",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "司空",
    "端木",
    "独孤",
    "南宫",
]
_PERSON = rf"(?:{'|'.join(COMPOUND_SURNAMES)}|[{SURNAMES}])[\u4e00-\u9fa5]{{1,2}}"
_BESIDE = re.compile(
    rf"(?<![\u4e00-\u9fa5]){_PERSON}(?=[\s，,、：:（(]{{0,3}}〔(?!姓名))"
    rf"|(?<=已隐去〕)([\s，,、：:)）]{{0,3}}){_PERSON}(?![\u4e00-\u9fa5])"
)
_LABELLED = re.compile(
    rf"((?:姓\s*名|联系人|经办人|户\s*主|申请人|受理人|监护人|签发人|领取人|享受人|老人)[：:\s]{{1,3}}){_PERSON}(?![\u4e00-\u9fa5])"
)
_NOT_A_NAME = frozenset("乡镇县区市村街办道园场所院站社组校厂部局处科室会计表月年数额")


def marked(what: str) -> str:
    """What stands in the place of something hidden."""
    return f"〔{what}已隐去〕"


@lru_cache(maxsize=8192)
def hide(text: str) -> str:
    """The text with every personal number and every name beside one replaced by a mark that says what it was."""
    if not may_hold(text):
        return text
    plain = text.translate(_FULL_WIDTH)
    found = [place for match in _RUN.finditer(plain) for place in _places(plain, match)]
    for start, end, kind in reversed(found):
        text = text[:start] + marked(kind) + text[end:]
    text = _LABELLED.sub(lambda match: match[1] + marked(NAME), text)
    return _BESIDE.sub(lambda match: (match[1] or "") + marked(NAME), text)


def may_hold(text: str) -> bool:
    """Whether a closer look is worth it: most texts have neither seven digits nor a word before a name."""
    return len(text) > 3 and (sum(sign.isdigit() for sign in text) >= 7 or _LABELLED.search(text) is not None)


_WORTH_A_LOOK = (
    r"(?:[0-9０-９][^0-9０-９\p{Han}]{0,3}){6}[0-9０-９*]|\*{3}"
    r"|姓\s*名|联系人|经办人|户\s*主|申请人|受理人|监护人|签发人|领取人|享受人|老人[：:]"
)
"""The same question for whole columns, in the pattern language of Polars."""

RELATIONS = ("core.fct_observation", "meta.submission", "meta.issue", "meta.restatement", "meta.correction")
"""What comes from people who write: the forms of units and what is said about them."""
_NO_WORDS = re.compile(r"_(?:id|code)$|^(?:sha256|cell)$")


def hidden_in(frames: Mapping[str, pl.DataFrame], relations: Iterable[str] = RELATIONS) -> dict[str, pl.DataFrame]:
    """The frames with `hide` done to every text of these relations; frames without anything to hide are the same."""
    return {name: _hidden(frame) if name in relations else frame for name, frame in frames.items()}


def _hidden(frame: pl.DataFrame) -> pl.DataFrame:
    changed = []
    for name, kind in frame.schema.items():
        if kind != pl.String or _NO_WORDS.search(name):
            continue
        texts = frame[name].unique().drop_nulls()
        found = {text: said for text in texts.filter(texts.str.contains(_WORTH_A_LOOK)) if (said := hide(text)) != text}
        if found:
            changed.append(pl.col(name).replace(found))
    return frame.with_columns(changed) if changed else frame


def kinds_hidden(text: str) -> list[str]:
    """What the marks of a text say was there, each once."""
    return list(dict.fromkeys(mark[1:].removesuffix("已隐去〕") for mark in _MARKED.findall(text)))


def is_hidden(text: str) -> bool:
    """Whether the text holds a mark."""
    return _MARKED.search(text) is not None


def looks_like_a_name(label: str) -> bool:
    """Whether a label that is no known place reads as somebody's name: a surname and two signs, no word of an office."""
    return re.fullmatch(_PERSON, label) is not None and len(label) >= 3 and not _NOT_A_NAME & set(label)


def _places(text: str, run: re.Match) -> list[tuple[int, int, str]]:
    """(start, end, what) of each personal number among the groups of digits of a run; the longest reading first."""
    groups = [(run.start() + match.start(), run.start() + match.end()) for match in re.finditer(r"[\d*Xx+]+", run[0])]
    found, first = [], 0
    while first < len(groups):
        for last in range(len(groups), first, -1):
            start, end = groups[first][0], groups[last - 1][1]
            sizes = [stop - begin for begin, stop in groups[first:last]]
            if kind := _kind(text[start:end], sizes, text[max(0, start - 8) : start]):
                found.append((start, end, kind))
                first = last
                break
        else:
            first += 1
    return found


def _kind(written: str, groups: list[int], before: str) -> str:
    """What groups of digits are together, given what stands before them; empty when they are nobody's number."""
    digits = re.sub(rf"{_GAP}|\+", "", written)
    if digits.count("*") >= 3 and len(digits) >= 10:
        return ID_NUMBER if len(digits) >= 15 else MOBILE
    if "*" in digits:
        return ""
    if _is_identity(digits) or len(digits) == 18 and len(groups) == 1:
        return ID_NUMBER
    if re.fullmatch(r"(?:0?0?86)?1[3-9]\d{9}", digits) and (len(groups) <= 4 or max(groups) == 1):
        return MOBILE
    if 16 <= len(digits) <= 19 and (len(groups) == 1 or all(size == 4 for size in groups[:-1])):
        return BANK_CARD if not _DATE.match(written) else ""
    if _SERVICE_LINE.search(before):
        return ""
    if digits.startswith("0") and 10 <= len(digits) <= 12 and len(groups) <= 3:
        return LANDLINE
    if 7 <= len(digits) <= 8 and len(groups) <= 2 and _NEAR_TELEPHONE.search(before):
        return LANDLINE
    return ""


def _is_identity(digits: str) -> bool:
    """An identity number of 18 or 15 signs: a province, and a day somebody can be born on."""
    if not re.fullmatch(r"[1-8]\d{16}[\dXx]|[1-8]\d{14}", digits):
        return False
    month, day = (digits[10:12], digits[12:14]) if len(digits) == 18 else (digits[8:10], digits[10:12])
    century = digits[6:8] in ("18", "19", "20") if len(digits) == 18 else True
    return century and 1 <= int(month) <= 12 and 1 <= int(day) <= 31
