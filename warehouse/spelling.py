"""How Chinese names are spelled in letters, so that whoever types letters finds them.

The library's dictionary of phrases holds 47,000 of them in 45 MB of every process that serves pages; a hundred words of
which it is right in another way than sign by sign are what names here need. A test holds all names that are searched
against the whole dictionary.
"""

import os
from collections.abc import Callable
from functools import cache

_READ_OTHERWISE = """
长安 chang an|长垣 chang yuan|长春 chang chun|长沙 chang sha|长江 chang jiang|长乐 chang le|长兴 chang xing|长寿 chang shou|长汀 chang ting
长岭 chang ling|长治 chang zhi|长海 chang hai|长期 chang qi|延长 yan chang|西藏 xi zang|藏族 zang zu|藏青 zang qing|银行 yin hang
行业 hang ye|行号 hang hao|成都 cheng du|都江堰 du jiang yan|江都 jiang du|乐都 le du|宜都 yi du|于都 yu du|丰都 feng du|昌都 chang du|武都 wu du
都市 du shi|重庆 chong qing|重新 chong xin|重复 chong fu|重建 chong jian|调整 tiao zheng|调解 tiao jie|协调 xie tiao
类似 lei si|相似 xiang si|供给 gong ji|着力 zhuo li|蚌埠 beng bu|乐清 yue qing|乐亭 lao ting|朝阳 chao yang|厦门 xia men|佛山 fo shan
六安 lu an|喀什 ka shi|疏勒 shu le|弥勒 mi le|中牟 zhong mu|牟平 mu ping|万柏林 wan bo lin|东阿 dong e|吴堡 wu bu|大埔 da bu|宝坻 bao di
尉犁 yu li|枞阳 zong yang|泌阳 bi yang|浪卡子 lang ka zi|犍为 qian wei|番禺 pan yu|茄子 qie zi|蔚县 yu xian|铅山 yan shan|马圈 ma juan
黄陂 huang pi|南乐 nan le|民乐 min le|漯河 luo he|马尾 ma wei|单县 shan xian|浚县 xun xian|台前 tai qian|解放 jie fang|大厦 da sha
"""
"""Words whose signs are read otherwise than each alone, and some the whole dictionary has wrong."""


def syllables(text: str) -> list[str]:
    """The syllables of a text in small letters, without tones; what is not Chinese stays together as it is."""
    return _speller()(text)


def initials(text: str) -> str:
    """First letters of the syllables: 农村幸福院 is ncxfy; what is not Chinese stays."""
    spell = _speller()
    from pypinyin import Style

    return "".join(spell(text, style=Style.FIRST_LETTER)).lower()


@cache
def _speller() -> Callable[..., list[str]]:
    """The library, without its phrases and with ours; loading it takes a tenth of a second."""
    os.environ["PYPINYIN_NO_PHRASES"] = os.environ["PYPINYIN_NO_DICT_COPY"] = "1"
    from pypinyin import lazy_pinyin, load_phrases_dict

    words = (entry.partition(" ") for line in _READ_OTHERWISE.split("\n") for entry in line.split("|") if entry)
    load_phrases_dict({word: [[syllable] for syllable in read.split()] for word, _, read in words})
    return lazy_pinyin
