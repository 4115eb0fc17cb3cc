"""The settings of this program: the one place that reads YANGLAO_* variables."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from warehouse import FOLDER
from warehouse.errors import SettingsError

ROOT = FOLDER.parent
LEAST_QUERY_MB, QUERY_SHARE = 1024, 8
"""What one statement may use where nobody says: an eighth of the machine, and not less than this."""


@cache
def machine_memory_mb() -> int:
    """Memory of this machine, or of the container when it has less: looked up once, a page asks for settings a dozen times."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (text := limit.read_text(encoding="ascii").strip()).isdigit():
        memory = min(memory, int(text))
    return memory >> 20


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an operator may set; the field's name in capitals after YANGLAO_ is the variable.

    `demo`: whether the server builds the demonstration beside it where there is none.
    `hosts`: names under which the server may be asked for; where none is named, the address served.
    `proxies`: addresses of those whose X-Forwarded-For is believed. `framed_by`: origins that may frame the pages.
    `sign_in`: whom everybody is asked for: an account of ours (`local`), the bureau's provider (`oidc`), the name in its
    gateway's header (`gateway`), or nobody (`off`).
    `oidc_claim`: which of the provider's claims is a person's login.
    `watermark`: whose pages and files carry name and time: readers of a `scope` and of what is not released, or `all`.
    `takes`: what a refresh takes: `passed` by a reviewer, `sound` without blocking problem; `auto` is the first with sign-in.
    `payout_*`: where the key of payments is (empty: payouts.key in the home; `command:` runs one), whether comparison
    lists are kept after an audit, how many months of payments are kept (0: all).
    Limits: `query_*` bind one ad-hoc statement, `file_*` the opening of one foreign file.
    """

    home: Path = ROOT / "var"
    address: str = "127.0.0.1"
    port: int = 8501
    demo: bool = True
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    framed_by: tuple[str, ...] = ()
    sign_in: str = "off"
    oidc_claim: str = "preferred_username"
    watermark: str = "scope"
    takes: str = "auto"
    identity_header: str = ""
    identity_from: tuple[str, ...] = ()
    query_seconds: int = 20
    query_rows: int = 100_000
    query_memory_mb: int = field(default_factory=lambda: max(LEAST_QUERY_MB, machine_memory_mb() // QUERY_SHARE))
    file_seconds: int = 30
    file_memory_mb: int = 1500
    payout_key: str = ""
    payout_lists: str = "drop"
    payout_months: int = 0

    @property
    def takes_passed_only(self) -> bool:
        """Whether a refresh takes only what a reviewer passed."""
        return self.takes == "passed" or (self.takes == "auto" and self.sign_in != "off")


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process: YANGLAO_* where set, defaults elsewhere.

    An empty variable counts as not set. `home` is made absolute against the working folder.

    Raises:
        SettingsError: a variable cannot be used, or no such setting exists; all of them at once.
    """
    environ = os.environ if environ is None else environ
    # Names first: each value of the environment is decoded when it is asked for, and this is asked at every click.
    ours = [name for name in environ if name.startswith("YANGLAO_")]
    given = {name.removeprefix("YANGLAO_").lower(): text for name in ours if (text := environ[name].strip())}
    problems: list[str] = []
    values: dict[str, object] = {}
    for name, text in given.items():
        reader = _READERS.get(name)
        if reader is None:
            known = "、".join(f"YANGLAO_{field.upper()}" for field in _READERS)
            problems.append(f"环境变量 YANGLAO_{name.upper()}：没有这项设置；可用的有 {known}")
            continue
        try:
            values[name] = reader(text)
        except ValueError as error:
            problems.append(f"环境变量 YANGLAO_{name.upper()}：“{text}”{error}")
    if values.get("identity_header") and not values.get("identity_from"):
        problems.append(
            "环境变量 YANGLAO_IDENTITY_HEADER：须同时用 YANGLAO_IDENTITY_FROM 写明网关地址，否则任何人都可冒名"
        )
    if values.get("sign_in") == "gateway" and not values.get("identity_header"):
        problems.append("环境变量 YANGLAO_SIGN_IN：gateway 须同时用 YANGLAO_IDENTITY_HEADER 写明网关的请求头名")
    if problems:
        raise SettingsError("设置有误，请更正后重试：", problems=problems)
    return Settings(**values)


def _home(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _port(text: str) -> int:
    number = _positive(text)
    if number > 65535:
        raise ValueError("不是端口号，请写 1 至 65535 的整数")
    return number


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise ValueError("不是正整数，请写如 20 这样的整数")
    return int(text)


def _addresses(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    for part in parts:
        try:
            ipaddress.ip_network(part, strict=False)
        except ValueError:
            raise ValueError(f"中的 {part} 不是网络地址，请写如 10.1.2.3 或 10.1.2.0/24，多个用逗号分开") from None
    return parts


def _names(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    for part in parts:
        if not re.fullmatch(r"[0-9a-z]([0-9a-z.\-]*[0-9a-z])?|[0-9a-f:]*:[0-9a-f:.]*", part):
            raise ValueError(f"中的 {part} 不是主机名，请写如 yanglao.example.gov.cn，不带协议和端口，多个用逗号分开")
    return parts


def _origins(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    for part in parts:
        if not re.fullmatch(r"https?://[0-9A-Za-z.\-]+(:\d{1,5})?", part):
            raise ValueError(f"中的 {part} 不是网站地址，请写如 https://portal.example.gov.cn，多个用逗号分开")
    return parts


def _sign_in(text: str) -> str:
    if text not in ("off", "local", "oidc", "gateway"):
        raise ValueError(
            "不认识；可用的有 off（不登录，只限本机）、local（本系统账户）、oidc（单位的统一身份认证）、gateway（网关写明登录人）"
        )
    return text


def _takes(text: str) -> str:
    if text not in ("auto", "passed", "sound"):
        raise ValueError(
            "不认识；可用的有 passed（只采用审核通过的）、sound（没有须退回的问题即采用）、auto（启用登录时为 passed）"
        )
    return text


def _claim(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,39}", text):
        raise ValueError("不是身份信息的项目名，请写如 preferred_username、email、sub")
    return text


def _watermark(text: str) -> str:
    if text not in ("scope", "all"):
        raise ValueError("不认识；可用的有 scope（只看本单位的人和未发布的内容）、all（登录的每个人）")
    return text


def _lists(text: str) -> str:
    if text not in ("drop", "keep"):
        raise ValueError("不认识；可用的有 drop（比对名单用后即弃）、keep（保留）")
    return text


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("不是整数，请写如 60 这样的整数，0 为全部保留")
    return int(text)


def _switch(text: str) -> bool:
    if text not in ("on", "off"):
        raise ValueError("看不懂，请写 on 或 off")
    return text == "on"


_READERS = {
    "home": _home,
    "address": str,
    "port": _port,
    "demo": _switch,
    "hosts": _names,
    "proxies": _addresses,
    "framed_by": _origins,
    "sign_in": _sign_in,
    "oidc_claim": _claim,
    "watermark": _watermark,
    "takes": _takes,
    "identity_header": str,
    "identity_from": _addresses,
    "query_seconds": _positive,
    "query_rows": _positive,
    "query_memory_mb": _positive,
    "file_seconds": _positive,
    "file_memory_mb": _positive,
    "payout_key": str,
    "payout_lists": _lists,
    "payout_months": _count,
}
