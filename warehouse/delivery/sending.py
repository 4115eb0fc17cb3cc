"""The only place from which a message goes out: Apprise, asked here and nowhere else, and only for a channel set up.

What Apprise writes about a request may hold its address, and the address is the secret: nothing of it is passed on but
the number of an HTTP answer.
"""

import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from warehouse.delivery.setup import Channel
from warehouse.errors import DeliveryError

SECONDS = 60
"""So long one channel may take, files included."""
_ANSWER = re.compile(r"error=(\d{3})\b")
_KINDS = {".pdf": "application/pdf"}


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A file that goes along."""

    name: str
    content: bytes


def takes_files(channel: Channel) -> bool:
    """Whether the channel can carry files; robots of chat groups cannot.

    Raises:
        DeliveryError: Apprise cannot read the address.
    """
    with _silent():
        return bool(_opened(channel)[0].attachment_support)


def send(channel: Channel, *, title_zh: str, body_zh: str, files: Sequence[Attached] = ()) -> None:
    """Send one message, and come back once the channel took it.

    Raises:
        DeliveryError: the address cannot be read, nobody answers, or the message was not taken; without the address.
    """
    from apprise import AppriseAttachment
    from apprise.attachment.memory import AttachMemory

    with _silent():
        opened = _opened(channel)
        held = AppriseAttachment()
        for file in files if opened[0].attachment_support else ():
            kind = _KINDS.get(PurePath(file.name).suffix, "application/octet-stream")
            held.add(AttachMemory(content=file.content, name=file.name, mimetype=kind))
        done = opened.notify(
            body=body_zh, title=title_zh, body_format="text", attach=held if len(held) else None, timeout=SECONDS
        )
    if not done:
        raise DeliveryError(f"渠道“{channel.name}”（{channel.kind_zh}）：没有送达（{_why(done)}）")


def _opened(channel: Channel) -> Any:
    from apprise import Apprise, AppriseAsset

    # Its own store would keep tokens in the account's folder.
    asset = AppriseAsset(app_id="yanglao", app_desc="", app_url="", async_mode=False, storage_mode="memory")
    opened = Apprise(asset=asset)
    if not opened.add(channel.url):
        raise DeliveryError(
            f"渠道“{channel.name}”（{channel.kind_zh}）：地址读不懂。请照所用平台给的机器人地址或邮箱重写"
        )
    # A sheet takes longer to hand over than the few seconds Apprise waits.
    opened[0].socket_read_timeout = SECONDS / 2
    return opened


def _why(done: Any) -> str:
    """The number of the answer, or that there was none."""
    said = " ".join(one.message for result in done.results for attempt in result.attempts for one in attempt.logs)
    if found := _ANSWER.search(said):
        return f"对方答复 HTTP {found[1]}，请核对地址和密钥"
    return "连接不上或超时，请检查网络"


@contextmanager
def _silent() -> Iterator[None]:
    """Keep what is logged of a request inside Apprise, from which `_why` takes what it needs."""
    loggers = [logging.getLogger(name) for name in ("apprise", "urllib3", "requests")]
    before = [(one, one.propagate, list(one.handlers)) for one in loggers]
    for one in loggers:
        one.propagate = False
        one.handlers = [logging.NullHandler()]
    try:
        with warnings.catch_warnings():
            # Of modules on their way out of Python that Apprise still tries.
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        for one, propagate, handlers in before:
            one.propagate, one.handlers = propagate, handlers
