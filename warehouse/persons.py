"""Personal data in texts people write: found, hidden, and said to be hidden.

A form of totals has no use for a person. Names beside numbers, identity numbers, telephones and bank cards are taken out
of every text before it is kept in a release or shown on a page; a mark stands in their place and says what was there.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

ID_NUMBER, BANK_CARD, MOBILE, LANDLINE, NAME = "身份证号", "银行卡号", "手机号", "电话", "姓名"
PAPER, ADDRESS = "证件号", "网络账号"
_FULL_WIDTH = {ord("０") + number: str(number) for number in range(10)} | {
    ord("Ｘ"): "X", ord("ｘ"): "x", ord("－"): "-", ord("＊"): "*", ord("＋"): "+",
    ord("（"): "(", ord("）"): ")", ord("．"): ".", ord("／"): "/", ord("，"): ",",
}  # fmt: skip


class _Plain(dict):
    """Signs to plain ones, one for one, so that places stay the same; digits of any script and make among them."""

    def __missing__(self, code: int) -> str:
        digit = unicodedata.digit(chr(code), None)
        self[code] = chr(code) if digit is None else str(digit)
        return self[code]


_PLAIN = _Plain(_FULL_WIDTH)
# The separators people set between groups of digits; those of the second line only where the groups are a telephone's.
_GAP = r"[ \u3000\u00a0\u2000-\u200f\u202f\u2060\ufeff\t\-—–_·"
_LOOSE, _GAP = r"[.()/]", _GAP + "]"
_BETWEEN = rf"(?:{_GAP}|{_LOOSE}){{0,3}}"
_RUN = re.compile(rf"(?<![\dA-Za-z])\+?\d(?:{_BETWEEN}[\d*]){{6,60}}(?:{_BETWEEN}[Xx])?(?![\dA-Za-z])")
_AMOUNT = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])|(?:0|[1-9]\d{0,8})\.\d+(?![\d.]))")
"""Numbers with commas at thousands or with decimals, which are nobody's."""
_SPOKEN = re.compile(
    r"(?<![〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖])[〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{11,19}(?![〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖])"
)
_TELEPHONE_GROUPS = ([3, 4, 4], [3, 8], [4, 4, 3], [4, 7], [3, 7], [4, 8], [2, 3, 4, 4], [2, 3, 8], [2, 11])
_DATE = re.compile(r"(?:19|20)\d\d-[01]?\d(?:-[0-3]?\d)?(?!\d)")
_NEAR_TELEPHONE = re.compile(r"(?:电话|座机|热线|专线|传真|联系方式|[Tt]el)[：:.\s]*(?:为|是)?\s*$")
_NEAR_ACCOUNT = re.compile(r"(?:[账帐]号|[账帐]户|卡号|存折)[：:.\s]*(?:为|是)?\s*$")
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
_WRITTEN_NAME = (
    rf"(?:(?:{'|'.join(COMPOUND_SURNAMES)}|[{SURNAMES}])[ \u3000]?[\u4e00-\u9fa5](?:[ \u3000]?[\u4e00-\u9fa5])?"
    r"|[\u4e00-\u9fa5]{1,6}(?:[·•][\u4e00-\u9fa5]{1,6})+"
    r"|(?<![A-Za-z])(?:M(?:r|rs|s|iss)\.? ?)?[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}(?![A-Za-z])|M(?:r|rs|s|iss)\.? ?[A-Z][a-z]+)"
)
# What stands between a name and its number.
_LINK = r"(?:[\s，,、：:（()）]|同志|老人|女士|先生|联系|电话|手机|号码?|身份证|[账帐]号|卡号|[为是的])"
_BESIDE = re.compile(
    rf"(?<![\u4e00-\u9fa5])(?P<before>{_WRITTEN_NAME})(?P<link>{_LINK}{{0,8}})(?=〔(?!姓名))"
    rf"|(?<=已隐去〕)(?P<gap>[\s，,、：:（()）的]{{0,3}})(?P<after>{_WRITTEN_NAME})(?![\u4e00-\u9fa5])"
)
_CLERKS = "姓名|联系人|[经承]办人|[填制]表人|填报人|[申报]?请人|[受办]理人|监护人|签发人|领取人|享受人|代理人|负责人|审[核批]人|复核人"
_LABELLED = re.compile(
    rf"((?:姓\s*名|{_CLERKS})[：:\s]{{0,3}}|(?:户\s*主|老人)[：:\s]{{1,3}}){_WRITTEN_NAME}(?![\u4e00-\u9fa5])"
)
_NOT_A_NAME = frozenset("乡镇县区市村街办道园场所院站社组校厂部局处科室会计表月年数额")
# Who is called by a title, told with an age, or of whom something happened; a place or a word of the forms is nobody.
_CALLED = re.compile(
    rf"(?<![\u4e00-\u9fa5])(?P<name>{_PERSON})"
    r"(?P<tail>先生|女士|同志|大爷|大娘|大妈|奶奶|爷爷|婆婆"
    r"|[，,、\s]{0,2}[男女]?[，,、\s]{0,2}[（(]?(?:[6-9]\d|1[0-2]\d)周?岁(?!以|及|至|[-—~～]|档|组|段))"
)
_HAPPENED = re.compile(
    rf"(?:(?<![\u4e00-\u9fa5])|(?<=老人)|(?<=[补停]发)|(?<=[和与、]))(?P<name>(?:{'|'.join(COMPOUND_SURNAMES)}|[{SURNAMES}])[\u4e00-\u9fa5]{{2}})"
    r"(?P<tail>(?:两位|等)?老人|[、和与](?=[\u4e00-\u9fa5])|去世|死亡|病故|已故|补[发领]|停发|漏[发报]|迁[出入]|领取|\d{1,2}[-—至]\d{1,2}月)"
)
_OLD = re.compile(rf"(?P<head>百岁老人|岁老人)(?P<name>[{SURNAMES}][\u4e00-\u9fa5]{{2}})(?![\u4e00-\u9fa5])")
_NO_PERSON = frozenset(
    "省岛口龄岁婚名位何体庄沟屯湾寨店集河坡岭台城关津贴补发停领金额享受的一二三四五六七八九十两个些等人户及其与和老"
)
# Signs of given names, by how seldom they stand in other words. Two of them after a surname, one of them a plain one,
# are a name: of 6,900 places of the country and its townships two are called so. One alone wants a word before it.
_PLAINLY_GIVEN = (
    "伟强磊勇杰涛刚辉鹏斌浩凯俊帅旭峰建国志德福祥贵荣昌庆忠孝仁义信诚亮宝根柱栓锁喜玉森春秋芳娜秀英敏静丽艳娟霞燕玲桂兰梅菊莲花香凤珍珠"
    "翠琴素淑慧惠美红芬娥莉萍莹雪婷婉琳瑞瑶倩颖洁巧爱贞娣妹姣姗彩云胜军洋超明华飞鑫波宇健帆龙海宏洪永印魁勤俭芝芹苓桃杏枝仙妮霜雷雨晨晶晓佳"
    "欣悦怡梦思雅诗涵轩梓泽睿博嘉豪毅坚铭钧铁锋钢炳焕耀煜炎培堂殿臣廷绍宪振继承景树茂松柏楠柳槐善良友朋润聪贤"
)
_SOMETIMES_GIVEN = (
    "大小家东西南北月生学民光双满平安林金文新清正长成世立保来有发全中天先少广兴盛富康宁顺利和万子士守占同俊章运山河水江川湖石太改换"
    "得心性书礼智才之克一传存连修银阳"
)
_SURNAME = rf"(?:{'|'.join(COMPOUND_SURNAMES)}|[{SURNAMES}])"
_GIVEN = rf"[{_PLAINLY_GIVEN}{_SOMETIMES_GIVEN}]"
_FULL_NAME = rf"{_SURNAME}(?:[{_PLAINLY_GIVEN}]{_GIVEN}|{_GIVEN}[{_PLAINLY_GIVEN}])"
_SHORT_NAME = rf"{_SURNAME}[{_PLAINLY_GIVEN}]"
_PLACES = re.compile(
    "石景山|万柏林|岳阳楼|张家港|曹妃甸|任丘路|武陵源|谢通门|张家界|黄石港|龙泉驿|高码头|岳普湖|武夷山|龙马潭|马圈子|马鞍山|桑珠孜|夏家堡|田家庵|马尔康"
    "|白衣阁|石嘴山|白碱滩|梁子湖|林格尔|沈北新|龙子湖|黄梅|万荣|钟祥|武昌|江永|武义|沈阳|左云|金昌|金堂|石龙|马龙|任泽|向阳|石峰|于洪|白玉|金华"
    "|龙华|白银|雷波|江阳|高昌|白云|贺兰|彭泽|黄龙|许昌|武强|卢龙|江海|万福"
)
"""Places of the country that are written like somebody's name, without the word for what they are."""
_ROLE = (
    "老人|老伴|老党员|军人|职工|村民|居民|住户|户主|群众|群众代表|[父母]亲|配偶|妻子|丈夫|爱人|[儿孙][子女]|女儿|[长次][子女]|儿媳|女婿"
    "|侄[子女]|外甥女?|亲属|家属|子女|其[父母子女夫妻]|监护人|受益人|[冒代]领人|代办人|护理员|护士长?|护工|院长|所长|站长|会计|出纳|书记|支书"
    "|主任|科长|局长|社工|志愿者|网格员|民政员|床"
)
_THEN = (
    r"(?=$|[^\u4e00-\u9fa5]|等|的|已|各|均|去世|死亡|病故|离世|代[领办为]|[户]籍|为|应[为该]|[在因于从由被未需现系住]|入住|反映|来电|[和与及]"
    "|[一二两三]人|本人|重复|年[龄满]|多[领发]|[冒误错]领|领取|享受|补[发领]|停发|漏[发报]|迁[出入]|转[出入]|申请|[离辞]职|今[年日]|去年|[本上]月)"
)
_RELATED = re.compile(
    rf"(?P<head>(?:{_ROLE})(?:同志)?(?:名?叫|名为|为|是)?[：:\s“（(]{{0,2}})(?P<name>{_SURNAME}{_GIVEN}{{2}}{_THEN}"
    rf"|{_SHORT_NAME}(?=$|[^\u4e00-\u9fa5]|等|的|已|去世|死亡|病故|代领|入住|[和与及]))"
)
"""A bare name behind what its bearer is to somebody."""
_DONE = re.compile(
    r"(?P<head>(?<![\u4e00-\u9fa5])|新增|上报的?|[漏误多少错重]报的?|[补停漏]发|扣回|追回|更正|核[减销查]|注销|查[明出]|其中|包括|名叫|已隐去〕[、和与及])"
    rf"(?P<name>{_FULL_NAME}{_THEN})"
)
"""A bare name behind what was done with it, or with nothing before it."""
_OF_SOMEBODY = re.compile(
    rf"(?<![\u4e00-\u9fa5])(?P<name>{_FULL_NAME}|{_SHORT_NAME})(?P<tail>的?(?:父亲|母亲|配偶|老伴|[儿孙]子|女儿|家属)|之[父母子女])"
)
_ALSO = re.compile(rf"(?P<head>姓名已隐去〕[、，,和与及])(?P<name>(?:{_FULL_NAME}|{_SHORT_NAME}){_THEN})")
"""The next of a list."""
_PAPERS = re.compile(r"((?:护照|通行证|台胞证|军官证|居住证|残疾人?证)[号码为是：:\s]{0,4})[A-Za-z]{0,2}\d{6,10}(?!\d)")
_ADDRESSES = re.compile(
    r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|(?<=微信)[号为是：:\s]{0,3}[A-Za-z][A-Za-z0-9_-]{5,19}"
    r"|(?<![A-Za-z])[Qq]{2}[号为是：:\s]{0,3}\d{5,11}(?!\d)"
)


def marked(what: str) -> str:
    """What stands in the place of something hidden."""
    return f"〔{what}已隐去〕"


@lru_cache(maxsize=8192)
def hide(text: str) -> str:
    """The text with every personal number and every name beside one replaced by a mark that says what it was."""
    if not may_hold(text):
        return text
    plain = _AMOUNT.sub(lambda match: "," * len(match[0]), text.translate(_PLAIN))
    found = [place for match in _RUN.finditer(plain) for place in _places(plain, match)]
    found += [(*match.span(), MOBILE if len(match[0]) == 11 else ID_NUMBER) for match in _SPOKEN.finditer(plain)]
    for start, end, kind in sorted(found, reverse=True):
        text = text[:start] + marked(kind) + text[end:]
    text = _PAPERS.sub(lambda match: match[1] + marked(PAPER), text)
    text = _ADDRESSES.sub(marked(ADDRESS), text)
    text = _LABELLED.sub(lambda match: match[1] + marked(NAME), text)
    for named in (_CALLED, _OLD, _HAPPENED, _OF_SOMEBODY, _RELATED, _DONE):
        text = named.sub(_without_person, text)
    while _ALSO.search(text):
        text = _ALSO.sub(_without_person, text)
    return _BESIDE.sub(_without_name, text)


def _without_person(match: re.Match) -> str:
    """A name with its title, age or story, without the name; what only begins like a name stays."""
    found = match.groupdict()
    if _PLACES.fullmatch(found["name"]) or (_NOT_A_NAME | _NO_PERSON) & set(found["name"][1:]):
        return match[0]
    return found.get("head", "") + marked(NAME) + found.get("tail", "")


def _without_name(match: re.Match) -> str:
    """What stood beside a number, without the name; an office beside its telephone stays."""
    if not (name := match["before"]):
        return match["gap"] + marked(NAME)
    return match[0] if _NOT_A_NAME & set(name[1:]) else marked(NAME) + match["link"]


_TOLD = (
    r"先生|女士|同志|大爷|大娘|大妈|奶奶|爷爷|婆婆|[0-9]周?岁|百岁老人|去世|死亡|病故|已故|补[发领]|停发|漏[发报]|迁[出入]|领取|两位老人"
    r"|[0-9][-—至][0-9]{1,2}月|护照|通行证|台胞证|军官证|居住证|残疾人?证|@|微信|[Qq]{2}"
)
_TELLING = re.compile(_TOLD)
_MAYBE_NAMED = (
    rf"{_SURNAME}(?:[{_PLAINLY_GIVEN}]{_GIVEN}|{_GIVEN}[{_PLAINLY_GIVEN}])"
    rf"|(?:{_ROLE})[^，。；]{{0,6}}{_SURNAME}(?:[{_PLAINLY_GIVEN}]|{_GIVEN}{{2}})|{_SURNAME}[{_PLAINLY_GIVEN}](?:的|之)[父母配老儿孙女家子]"
)
_NAMED = re.compile(_MAYBE_NAMED)


def may_hold(text: str) -> bool:
    """Whether a closer look is worth it: most texts have neither seven digits nor a word beside a name."""
    return len(text) > 2 and (
        sum(sign.isdigit() for sign in text) >= 7
        or any(pattern.search(text) is not None for pattern in (_LABELLED, _SPOKEN, _TELLING, _NAMED))
    )


_WORTH_A_LOOK = (
    r"(?:[0-9０-９][^0-9０-９\p{Han}]{0,3}){6}[0-9０-９*]|\*{3}|[〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{11}"
    rf"|姓\s*名|户\s*主|老人[：:\s]|{_CLERKS}|{_TOLD}|{_MAYBE_NAMED}|[①-⓿⁰-₉]{{5}}|[壹贰叁肆伍陆柒捌玖零]{{11}}"
)
"""The same question for whole columns, in the pattern language of Polars."""

RELATIONS = ("core.fct_observation", "meta.submission", "meta.issue", "meta.restatement", "meta.correction")
"""What comes from people who write: the forms of units and what is said about them."""
_NO_WORDS = re.compile(r"_(?:id|code)$|^(?:sha256|cell)$")


def hidden_in(frames: "Mapping[str, pl.DataFrame]", relations: Iterable[str] = RELATIONS) -> "dict[str, pl.DataFrame]":
    """The frames with `hide` done to every text of these relations; frames without anything to hide are the same."""
    return {name: _hidden(frame) if name in relations else frame for name, frame in frames.items()}


def _hidden(frame: "pl.DataFrame") -> "pl.DataFrame":
    # Imported here: what reads a form hides persons in texts and has no frames, and would wait twice as long.
    import polars as pl

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
    digits = re.sub(rf"{_BETWEEN}|\+", "", written)
    if digits.count("*") >= 3 and len(digits) >= 10:
        return ID_NUMBER if len(digits) >= 15 else MOBILE
    if "*" in digits:
        return ""
    is_loose = re.search(_LOOSE, written) is not None
    if _is_identity(digits) or len(digits) == 18 and len(groups) == 1:
        return ID_NUMBER
    if is_loose and groups not in _TELEPHONE_GROUPS:
        return ""
    if re.fullmatch(r"(?:0?0?86)?1[3-9]\d{9}", digits) and (len(groups) <= 4 or max(groups) == 1):
        return MOBILE
    if len(digits) >= 20 and len(groups) == 1:
        # The number of a disabled person's card is the identity number and two signs more.
        return ID_NUMBER if _is_identity(digits[:18]) else BANK_CARD
    if 16 <= len(digits) <= 19 and (len(groups) == 1 or all(size == 4 for size in groups[:-1])):
        return BANK_CARD if not _DATE.match(written) else ""
    if len(digits) >= 9 and (len(groups) == 1 or len(digits) >= 16) and _NEAR_ACCOUNT.search(before):
        return BANK_CARD
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
