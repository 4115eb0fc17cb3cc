"""The channels messages go to: `delivery.toml` in the data home, which an operator writes. Without it nothing is sent.

    link = "https://yanglao.example.gov.cn"       where the pages are opened

    [[channel]]
    name = "局长办公室"
    url_file = "/etc/yanglao/wecom"               an address of Apprise; or url_env = "NAME", or url = "…"
    city = "濮阳"                                  of which city; none: all of them
    units = ["清丰县"]                             of which units, whose sheets are attached; none: all of them
    gets = ["alerts", "message"]
    message_when = "signed"                       signed editions only; `released`: each new month of a release

An address carries its secret. It is read when something is sent, and neither printed, logged nor kept anywhere else.
"""

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warehouse.errors import DeliveryError, reason_zh
from warehouse.home import Home

FILE = "delivery.toml"
SCHEMES_ZH = {
    "wecombot": "企业微信群机器人",
    "dingtalk": "钉钉群机器人",
    "feishu": "飞书群机器人",
    "mailto": "邮件",
    "mailtos": "邮件",
    "json": "本单位接口",
    "jsons": "本单位接口",
}
"""What an address may begin with: nothing that runs a program or reaches a desktop."""
ALERTS, MESSAGE = "alerts", "message"
SIGNED, RELEASED = "signed", "released"
_PLACES = ("url", "url_file", "url_env")
_KNOWN = {"name", "city", "units", "gets", "message_when", *_PLACES}


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One channel. city and units as written, empty for all; `url` is secret and stands in no repr."""

    name: str
    url: str = field(repr=False)
    city: str = ""
    units: tuple[str, ...] = ()
    gets: tuple[str, ...] = (ALERTS, MESSAGE)
    message_when: str = SIGNED

    @property
    def kind_zh(self) -> str:
        return SCHEMES_ZH[_scheme(self.url)]


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What an operator set up. link: where the pages are opened, without a slash at its end; empty when not written."""

    link: str = ""
    channels: tuple[Channel, ...] = ()


def load_setup(home: Home, environ: Mapping[str, str] | None = None) -> Setup:
    """The channels of a data home; none when nobody set any up.

    Raises:
        DeliveryError: the file cannot be read, says something unknown, or lets other accounts read a secret; all
            problems at once, none with an address in it.
    """
    path = home.root / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Setup()
    except (OSError, UnicodeDecodeError) as error:
        why = reason_zh(error) if isinstance(error, OSError) else "不是 UTF-8"
        raise DeliveryError(f"{path}：读不出来（{why}）。请检查权限与编码") from error
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # The parser's words quote the line, and a line may hold a secret.
        raise DeliveryError(f"{path}：不是 TOML，没有发送。请对照“运维”一节的样例改正") from error
    problems = [f"不认识“{name}”" for name in told if name not in ("link", "channel")]
    link = str(told.get("link", "")).rstrip("/")
    if link and not link.startswith(("http://", "https://")):
        problems.append("link 应是 http:// 或 https:// 开头的网址")
    given = told.get("channel", [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise DeliveryError(f"{path}：渠道要写成 [[channel]]，一个渠道一节")
    channels = []
    for place, one in enumerate(given, start=1):
        found = _channel(one, path, os.environ if environ is None else environ)
        if isinstance(found, Channel):
            channels.append(found)
        else:
            problems += [f"第{place}个渠道“{str(one.get('name', ''))[:40]}”：{text}" for text in found]
    names = [one.name for one in channels]
    problems += [f"渠道“{name}”写了两次" for name in dict.fromkeys(names) if names.count(name) > 1]
    if problems:
        raise DeliveryError(f"{path}：有写错的地方，没有发送。请更正", problems=problems)
    return Setup(link=link, channels=tuple(channels))


def _channel(told: Mapping[str, Any], path: Path, environ: Mapping[str, str]) -> Channel | list[str]:
    problems = [f"不认识“{name}”；可用的有 {'、'.join(sorted(_KNOWN))}" for name in told if name not in _KNOWN]
    name = str(told.get("name", "")).strip()
    if not name:
        problems.append("缺 name（给人看的名称）")
    for key in ("units", "gets"):
        if not isinstance(told.get(key, []), list) or not all(isinstance(one, str) for one in told.get(key, [])):
            problems.append(f'{key} 应是一串名称，如 ["清丰县"]')
            return problems
    gets = tuple(told.get("gets", (ALERTS, MESSAGE)))
    if not gets or not set(gets) <= {ALERTS, MESSAGE}:
        problems.append(f"gets 只能取 {ALERTS}（提醒）、{MESSAGE}（月度消息）")
    when = str(told.get("message_when", SIGNED))
    if when not in (SIGNED, RELEASED):
        problems.append(f"message_when 只能取 {SIGNED}（签发后）、{RELEASED}（有新月份即发）")
    if told.get("units") and not told.get("city"):
        problems.append("写了 units，也要写 city")
    url, wrong = _url(told, path, environ)
    problems += wrong
    if problems:
        return problems
    return Channel(
        name=name, url=url, city=str(told.get("city", "")).strip(), units=tuple(told.get("units", ())), gets=gets,
        message_when=when,
    )  # fmt: skip


def _url(told: Mapping[str, Any], path: Path, environ: Mapping[str, str]) -> tuple[str, list[str]]:
    given = [name for name in _PLACES if told.get(name)]
    if len(given) != 1:
        return "", [f"{'、'.join(_PLACES)} 要写一个，也只能写一个"]
    (place,), url = given, ""
    held_in = path if place == "url" else Path(str(told["url_file"])) if place == "url_file" else None
    if held_in is not None:
        try:
            if stat.S_IMODE(held_in.stat().st_mode) & 0o077:
                return "", [f"{held_in} 写有密钥，别的账户也能读。请先 chmod 600 {held_in}"]
            url = str(told["url"]) if place == "url" else held_in.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = reason_zh(error) if isinstance(error, OSError) else "不是文本"
            return "", [f"{held_in}：读不出来（{why}）"]
    else:
        url = environ.get(str(told["url_env"]), "")
        if not url:
            return "", [f"环境变量 {told['url_env']} 没有设置"]
    url = url.strip()
    if _scheme(url) not in SCHEMES_ZH:
        known = "、".join(f"{scheme}://（{zh}）" for scheme, zh in SCHEMES_ZH.items())
        return "", [f"地址的开头不认识；可用的有 {known}"]
    return url, []


def _scheme(url: str) -> str:
    return url.partition("://")[0].lower() if "://" in url else ""
