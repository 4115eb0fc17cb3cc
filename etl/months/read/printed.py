"""Words that stand on the printed page alone, in its header and footer, without what a program fills in there."""

import re
from collections.abc import Iterable

_SECTION = re.compile(r"&[LCR](?![a-z])")
_FILLED_IN = re.compile(r'&"[^"]*"|&K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|&\d+|&[A-Za-z]')
"""Fonts, sizes, colours; number and count of pages, day, time, names of file and sheet."""
_OF_PAGES = re.compile(r"(?:第|共|页|Page|of|[\s\d/|,，、\-—–_.:：])*", re.IGNORECASE)


def printed(codes: Iterable[str]) -> tuple[str, ...]:
    """The words of headers and footers as a workbook stores them: `&L单位：元&R第&P页` says “单位：元”."""
    whole = (text.replace("&&", "\0") for text in codes)
    parts = (_FILLED_IN.sub(" ", part).replace("\0", "&").strip() for text in whole for part in _SECTION.split(text))
    return tuple(dict.fromkeys(part for part in parts if not _OF_PAGES.fullmatch(part)))
