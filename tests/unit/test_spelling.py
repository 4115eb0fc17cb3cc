"""Names are spelled as they are read, without the library's dictionary of phrases in memory."""

import json
import os
import subprocess
import sys

import pytest

from warehouse.spelling import initials, syllables

WHOLE = "import json, sys; from pypinyin import lazy_pinyin; print(json.dumps([lazy_pinyin(n) for n in json.load(sys.stdin)]))"
ALONE = "import sys; from warehouse.spelling import syllables; syllables('重庆'); print('pypinyin.phrases_dict' in sys.modules)"
# Where the whole dictionary is wrong: it reads 南乐 as Nanyue, 漯河 as Tahe, 长垣 as Zhangyuan.
BETTER = (
    "朝阳",
    "南乐",
    "民乐",
    "漯河",
    "马尾",
    "单县",
    "浚县",
    "长垣",
    "长岭",
    "长治",
    "长海",
    "于都",
    "丰都",
    "昌都",
    "武都",
    "浪卡子",
)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("濮阳县", "pu yang xian"), ("南乐县", "nan le xian"), ("台前县", "tai qian xian"), ("长垣市", "chang yuan shi"),
        ("重庆市", "chong qing shi"), ("成都", "cheng du"), ("西藏自治区", "xi zang zi zhi qu"), ("银行", "yin hang"),
        ("长期护理保险", "chang qi hu li bao xian"), ("调整机制", "tiao zheng ji zhi"), ("朝阳区", "chao yang qu"),
    ],
)  # fmt: skip
def test_a_name_is_spelled_as_it_is_read(name, read):
    assert " ".join(syllables(name)) == read


def test_initials_keep_what_is_not_chinese():
    assert initials("农村幸福院") == "ncxfy" and initials("60岁以上A") == "60sysa"


@pytest.mark.dear
def test_every_name_that_is_searched_is_spelled_as_by_the_whole_dictionary_or_better(real_release):
    """Areas, indicators and programmes: a new name read otherwise than sign by sign has to be among our words."""
    queries = ("core.dim_area", "name_zh"), ("meta.indicator", "label_zh"), ("meta.programme", "name_zh")
    names = sorted(
        {
            name
            for relation, column in queries
            for (name,) in real_release.rows(f"select distinct {column} from {relation}").frame.iter_rows()
        }
    )
    assert len(names) > 2_900
    # Ours has left its wish in the environment.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYPINYIN")}
    done = subprocess.run(
        [sys.executable, "-c", WHOLE],
        input=json.dumps(names),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    wrong = [
        name
        for name, whole in zip(names, json.loads(done.stdout), strict=True)
        if syllables(name) != whole and not any(place in name for place in BETTER)
    ]
    # Where it takes 次长, 品行 and 标的 for words.
    assert wrong == ["多层次长期照护保障制度", "老年人产品、用品行业目录", "配建达标的新建居住区数"]


def test_the_phrases_stay_out_of_memory():
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
