"""Parameters of a request to the interface, read strictly: what is not understood is refused with what was meant."""

import difflib
import re
from calendar import monthrange
from datetime import date

from starlette.requests import Request

from warehouse.read import Release

MOST_CODES = 200
_MONTH = re.compile(r"^(\d{4})-(\d{2})$", re.ASCII)
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$", re.ASCII)


class RequestError(Exception):
    """A request that cannot be answered: status, code for machines, sentence for people, names that were meant."""

    def __init__(self, status: int, code: str, message_zh: str, did_you_mean: tuple[str, ...] = ()) -> None:
        super().__init__(message_zh)
        self.status = status
        self.code = code
        self.did_you_mean = did_you_mean


def codes_of(request: Request, name: str) -> tuple[str, ...] | None:
    """Codes of one parameter, given with commas or several times; None when it is not given."""
    parts = [part.strip() for text in request.query_params.getlist(name) for part in text.split(",")]
    codes = tuple(dict.fromkeys(part for part in parts if part))
    if len(codes) > MOST_CODES:
        raise RequestError(400, "too_many_codes", f"参数 {name} 有{len(codes)}个代码，最多{MOST_CODES}个。请分次查询")
    return codes or None


# Where the codes of a parameter are listed: column and relation.
_KNOWN = {
    "indicator": ("indicator_code", "meta.indicator"),
    "area": ("area_id", "core.dim_area"),
    "target": ("target_id", "core.dim_target"),
}


def refuse_unknown_codes(release: Release, **asked: tuple[str, ...] | None) -> None:
    """Refuse codes this release does not know, naming the nearest it does; by the name of the parameter."""
    for name, codes in asked.items():
        if not codes:
            continue
        column, relation = _KNOWN[name]
        known = release.rows(f"select {column} from {relation}").frame.to_series().to_list()
        unknown = [code for code in codes if code not in set(known)]
        if unknown:
            near = tuple(difflib.get_close_matches(unknown[0], known, n=3, cutoff=0.6))
            hint = f"是不是 {'、'.join(near)}？" if near else f"代码见 {relation}"
            raise RequestError(404, f"unknown_{name}", f"参数 {name} 没有代码 {unknown[0][:60]}。{hint}", near)


def day_of(text: str | None, name: str, *, end: bool = False) -> date | None:
    """A month (its first or last day) or a day."""
    if not text:
        return None
    try:
        month = _MONTH.match(text)
        if not month:
            if not _DAY.match(text):
                raise ValueError
            return date.fromisoformat(text)
        year, number = int(month[1]), int(month[2])
        return date(year, number, monthrange(year, number)[1] if end else 1)
    except ValueError:
        raise RequestError(
            400, "bad_date", f"参数 {name} 的“{text[:40]}”不是日期。请写 2025-07 或 2025-07-09"
        ) from None


def number_of(text: str | None, name: str, default: int, *, largest: int, least: int = 0) -> int:
    """A whole number between `least` and `largest`; the default where none is given."""
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 12 or not least <= int(text) <= largest:
        raise RequestError(400, f"bad_{name}", f"参数 {name} 要写 {least} 至 {largest} 的整数，不能是“{text[:40]}”")
    return int(text)


def data_kind_of(request: Request) -> str:
    """Real or demo."""
    kind = request.query_params.get("data", "real")
    if kind not in ("real", "demo"):
        raise RequestError(400, "unknown_data", f"参数 data 没有 {kind[:40]}。可用的有 real（实际）、demo（演示）")
    return kind


def refuse_other_names(request: Request, names: tuple[str, ...]) -> None:
    """Refuse a parameter nobody reads: a misspelt filter would otherwise answer everything."""
    for name in request.query_params:
        if name not in names:
            near = tuple(difflib.get_close_matches(name, names, n=1))
            hint = f"是不是 {near[0]}？" if near else f"可用的有 {'、'.join(names)}"
            raise RequestError(400, "unknown_parameter", f"没有参数 {name[:40]}。{hint}", near)
