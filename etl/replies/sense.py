"""Whether a draft that prints a known number says the same of it: not built, planned, more by so much, elsewhere, of others.

Equal digits prove nothing where the draft has a word that turns them round and the known sentence has none of its kind.
"""

import re
from collections.abc import Collection

from etl.replies.facts import Fact
from etl.replies.numerals import Numeral
from warehouse.wording.desk import replies as words

_TURNS = (
    r"没有|未(?:能|建|完成|达|投|开|曾|通过|经|启用|使用|运营|落实|到位)|尚未|尚有|[仍还]缺|缺口|撤销|拆除|停办|停用|停运|停止|关停|关闭|注销|取消|空置|闲置|停建|停工|停业|歇业|废弃|弃用|撤并|"
    r"整改|存在问题|不合格|应建",
    r"运营|在营|投入使用|投用",
    r"(?:增加|增长|减少|下降|提高|上升|净增)(?!到|至|为|了?到)|同比|环比|[比较](?:上年|去年|上月|年初)|新增|新建|[一二两三四五\d]年来|今年以来",
    r"当月|本月|当日",
    r"不止|几近|远超",
)
"""Words that turn a figure round, by kind: is not, is at work, by how much more, of how short a time, how near."""
_NOT_YET = r"拟|计划|预计|争取|力争|筹建|在建|待(?:建|批|验收)|正在(?:建|筹|施工)|建设中|开工|动工|立项|即将|将(?:建|达|新增|完成|实现)|申报|报批"
"""Words that turn what is into what is to be."""
_DONE = r"已经?(?:达|完成|建成|实现|有)|[实现]有|达到了|实现了"
"""Words that turn what is to be into what is."""
_WHOSE = re.compile(
    r"半失能|失能|失智|独居|空巢|留守|特困|低保|残疾|女性|男性|户籍|常住|(?:农村|城镇|城区)(?=老年|人口)|"
    r"民办|公办|活跃|入住|签约|"
    r"高龄津贴|护理补贴|服务补贴|综合补贴|消费补贴"
)
_EACH = re.compile(r"每(?:个|户|家|天|日|周|季度?|年|月|村|县|乡镇|街道|社区)")
_AGES = re.compile(r"\d+(?:[—–~-]+\d+)?周?岁(?:及?以[上下])?")
_PHRASE = re.compile(r"[，；：。]")
_NEXT = re.compile(r"[、;（(]")
"""Behind a figure something else begins here."""
_SPAN = r"(?:—+|–|-|~|～|至|到)"
_SPAN_BEFORE = re.compile(rf"\d[余多]?(?:[个家张人所处座名%万千百]{{0,2}}){_SPAN}$")
_SPAN_BEHIND = re.compile(rf"^{_SPAN}\d")
_CHANGED = re.compile(r"[^，。；]{0,2}(?:增|减|降|升|提|扩|发展|压缩|整合)[^，。；]{0,4}[到至为]")
_WIDER = ("全国", "全省")


def other_sense(numeral: Numeral, fact: Fact, places: Collection[str]) -> str:
    """What the draft says otherwise of the same number, as a sentence; empty where nothing tells.

    Args:
        places: names of provinces, cities and units, none of them of the draft's own city.
    """
    before, _, behind = numeral.phrase.partition(numeral.wording)
    phrase, known = before + numeral.wording + _NEXT.split(behind)[0], f"{_phrase_of(fact)}{fact.name_zh}"
    if numeral.phrase in fact.quote:
        return ""
    turns = (*_TURNS, _NOT_YET) if fact.kind_code == "actual" else (*_TURNS[:1], _DONE)
    former = re.search("[由从]$", before) and _CHANGED.match(behind)
    if former and not re.search(rf"[由从]{re.escape(fact.wording)}", fact.quote):
        return words.other_words(f"{before[-1]}…{former[0]}")
    for kind in turns:
        if (found := re.search(kind, phrase)) and not re.search(kind, known):
            return words.other_words(found[0])
    if _SPAN_BEHIND.match(numeral.behind) or (
        _SPAN_BEFORE.search(numeral.before) and not re.search("[从由]", numeral.before)
    ):
        return words.IN_A_SPAN
    for pattern in (_WHOSE, _EACH):
        if other := set(pattern.findall(phrase)) - set(pattern.findall(known)):
            return words.other_words(min(other, key=phrase.find))
    if "/" in numeral.quantity.unit_zh and "/" in fact.unit_zh and numeral.quantity.unit_zh != fact.unit_zh:
        return words.other_words(numeral.quantity.unit_zh)
    ages, known_ages = _ages(phrase), _ages(known)
    if ages and known_ages and not ages & known_ages:
        return words.other_words(min(ages))
    elsewhere = [name for name in (*_WIDER, *places) if name in phrase and name not in fact.quote]
    if elsewhere and not any(fact.area_zh and fact.area_zh in name for name in elsewhere):
        return words.other_words(max(elsewhere, key=len))
    return ""


def _phrase_of(fact: Fact) -> str:
    """The words from comma to comma in which the known figure stands."""
    at = fact.quote.find(fact.wording)
    if at < 0:
        return ""
    end = at + len(fact.wording)
    return _PHRASE.split(fact.quote[:at])[-1] + fact.quote[at:end] + _PHRASE.split(fact.quote[end:])[0]


def _ages(text: str) -> set[str]:
    return {re.sub("[—–~-]+", "—", age.replace("周", "").replace("及", "")) for age in _AGES.findall(text)}
