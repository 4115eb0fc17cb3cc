"""The one engine for everything drawn on paper: typst, fed with data and never with markup.

What a release or a person wrote reaches the templates as JSON, so that no text can act as a command. PDF, PNG and SVG
come from the same pages; fonts are embedded or drawn, so that a file looks the same everywhere.
"""

import json
import threading
from functools import cache
from pathlib import Path
from typing import Any

from warehouse.errors import PaperError
from warehouse.watermark import mark_zh

FOLDER = Path(__file__).resolve().parent / "templates"
# What bureaus have, then what comes with the systems, then what Debian offers freely.
FANGSONG = ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "FandolFang R")
TITLE = ("FZXiaoBiaoSong-B05S", "方正小标宋简体", "方正小标宋_GBK")
KAITI = ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti", "FandolKai")
SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun", "宋体", "STSong")
SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "SimHei", "黑体", "STHeiti")
INSTALL_ZH = "请安装中文字体，如 apt-get install fonts-noto-cjk，再生成一次"
_turn = threading.Lock()


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)


def chosen_fonts(families: tuple[str, ...]) -> dict[str, list[str]]:
    """For each use the fonts of these families to try, in order; a use without its own falls back to 宋体 or 黑体.

    Raises:
        PaperError: no Chinese font at all, so that every letter would be an empty box.
    """
    known = set(families)
    serif = [name for name in SERIF if name in known]
    sans = [name for name in SANS if name in known]
    if not serif and not sans:
        raise PaperError(f"生成PDF和图片：这台机器没有一种中文字体，字会成为空框。{INSTALL_ZH}")
    upright = [*serif, *sans]
    return {
        "body": [*(name for name in FANGSONG if name in known), *upright],
        "title": [*(name for name in TITLE if name in known), *upright],
        "kaiti": [*(name for name in KAITI if name in known), *upright],
        "serif": upright,
        "sans": [*sans, *serif],
    }


@cache
def _compiler(template: str) -> Any:
    import typst

    return typst.Compiler(FOLDER / template, root=FOLDER, font_paths=_fonts())


def typeset(template: str, data: dict[str, Any], *, form: str, ppi: float = 144) -> list[bytes]:
    """The pages of a template filled with data: one file for `pdf`, one a page for `png` and `svg`.

    Raises:
        PaperError: there is no Chinese font.
    """
    fonts = chosen_fonts(tuple(_fonts().families()))
    given = {"data": json.dumps({**data, "fonts": fonts, "mark": mark_zh()}, ensure_ascii=False)}
    # The PDF for readers of screens: tags, title and language are demanded, not only offered.
    standards = {"pdf_standards": ["ua-1"]} if form == "pdf" else {}
    # One page is made in milliseconds; two at a time in one compiler would mix their data.
    with _turn:
        made = _compiler(template).compile(format=form, ppi=ppi, sys_inputs=given, **standards)
    return made if isinstance(made, list) else [made]
