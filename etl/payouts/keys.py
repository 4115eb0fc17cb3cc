"""The site key, and what it turns a person, an account and a filler into. Standard library only: hmac and hashlib.

A key file holds every key there ever was, oldest first, one a line. An identity number goes through all of them in
turn, each wrapping what the one before gave; so a new key is laid over what is stored without knowing any number, and
whoever holds the store and only the newest key can work out nobody.

What is kept is the first 64 bits: among 40 million persons two share a key with a chance of 1 in 23,000.
"""

import hashlib
import hmac
import os
import secrets
import stat
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import PayoutError, reason_zh
from warehouse.home import Home
from warehouse.settings import load_settings

KEY_BYTES = 32
COMMAND = "command:"
PERSON, ACCOUNT, FILLER = b"person|", b"account|", b"filler|"
_COMMAND_SECONDS = 30
_KEPT_BYTES = 8


@dataclass(frozen=True)
class Keys:
    """Every key, oldest first; never printed."""

    chain: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"Keys({len(self.chain)})"

    @property
    def key_id(self) -> str:
        """A name of the chain that tells nothing about it; another chain has another."""
        return self.id_after(len(self.chain))

    def id_after(self, count: int) -> str:
        """What `key_id` was when there were so many keys."""
        mark = b"yanglao payouts"
        for key in self.chain[:count]:
            mark = hmac.digest(key, mark, "sha256")
        return hashlib.sha256(mark).hexdigest()[:16]

    def generation(self, key_id: str) -> int | None:
        """How many of the keys made what is stored under `key_id`; None when these are other keys."""
        return next((count for count in range(1, len(self.chain) + 1) if self.id_after(count) == key_id), None)

    def keyed(self, purpose: bytes, values: Iterable[str]) -> list[int]:
        """The key of each value, as signed 64-bit numbers; the same value for the same purpose, the same key."""
        inside, around = _states(self.chain[0], purpose)
        made = bytearray()
        for value in values:
            inner, outer = inside(), around()
            inner.update(value.encode())
            outer.update(inner.digest())
            made += outer.digest()[:_KEPT_BYTES]
        return _numbers(self._laid_over(made, since=1))

    def wrapped(self, values: Iterable[int], *, since: int) -> list[int]:
        """Stored keys of generation `since` brought to today's."""
        stored = b"".join(int(value).to_bytes(_KEPT_BYTES, "big", signed=True) for value in values)
        return _numbers(self._laid_over(stored, since=since))

    def _laid_over(self, kept: bytes, *, since: int) -> bytes:
        """What became of a row of kept parts under each later key in turn."""
        for key in self.chain[since:]:
            inside, around = _states(key)
            made = bytearray()
            for start in range(0, len(kept), _KEPT_BYTES):
                inner, outer = inside(), around()
                inner.update(kept[start : start + _KEPT_BYTES])
                outer.update(inner.digest())
                made += outer.digest()[:_KEPT_BYTES]
            kept = made
        return kept

    def token(self, rule_code: str, sha256: str, row: int) -> str:
        """The token of a finding: the same as long as there is the first key, whatever keys are laid over it."""
        mark = f"token|{rule_code}|{sha256}|{row}".encode()
        return _base32(hmac.digest(self.chain[0], mark, "sha256")[:10])


def _states(key: bytes, begins: bytes = b"") -> tuple[Callable, Callable]:
    """HMAC-SHA-256 (RFC 2104) under one key of messages that begin alike: what gives its inner and its outer hash begun.

    Key and beginning are taken in once and not with every message, and nothing is called in between: a third of the time.
    """
    block = hashlib.sha256().block_size
    padded = (hashlib.sha256(key).digest() if len(key) > block else key).ljust(block, b"\0")
    inside, around = (hashlib.sha256(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))
    inside.update(begins)
    return inside.copy, around.copy


def _numbers(kept: bytes) -> list[int]:
    """Kept parts as signed numbers; without numpy, which whoever only hands a key on need not load."""
    numbers = array("q", bytes(kept))
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tolist()


def key_place(home: Home) -> str:
    """Where the key is: a path, or `command:` with a command that prints it."""
    return load_settings().payout_key or str(home.root / "payouts.key")


def read_keys(home: Home) -> Keys:
    """The site's keys.

    Raises:
        PayoutError: there is none, others may read it, or it is no key; says what to do.
    """
    place = key_place(home)
    if place.startswith(COMMAND):
        return _parsed(_printed(place.removeprefix(COMMAND).strip()), "密钥命令")
    path = Path(place)
    try:
        found = path.stat()
        if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise PayoutError(f"密钥文件 {path}：别的账户也能读。请先执行 chmod 600 {path}")
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise PayoutError(
            f"密钥文件 {path}：没有这个文件。第一次使用请运行 yanglao payouts key --new；以前用过的，从保管人处取回原文件放回原处，"
            "不要新建：密钥不同，新旧数据对不上"
        ) from None
    except (OSError, UnicodeError) as error:
        why = reason_zh(error) if isinstance(error, OSError) else "内容不是密钥"
        raise PayoutError(f"密钥文件 {path}：读不出（{why}）。请从保管人处取回原文件") from None
    return _parsed(text, f"密钥文件 {path}")


def add_key(home: Home) -> Keys:
    """Make the first key, or one more that wraps the others; the file is replaced as a whole, readable by us alone.

    Raises:
        PayoutError: the key comes from a command, or the file cannot be written.
    """
    place = key_place(home)
    if place.startswith(COMMAND):
        raise PayoutError(
            "密钥由命令给出：请在密钥系统里另起一行加上新密钥（64位十六进制），再运行 yanglao payouts key --wrap"
        )
    path = Path(place)
    chain = read_keys(home).chain if path.exists() else ()
    chain = (*chain, secrets.token_bytes(KEY_BYTES))
    making = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        making.unlink(missing_ok=True)
        with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write("".join(f"{key.hex()}\n" for key in chain))
            file.flush()
            os.fsync(file.fileno())
        making.replace(path)
    except OSError as error:
        raise PayoutError(f"密钥文件 {path}：写不进去（{reason_zh(error)}）。请检查目录权限与磁盘空间") from None
    return Keys(chain)


def _parsed(text: str, place_zh: str) -> Keys:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    try:
        chain = tuple(bytes.fromhex(line) for line in lines)
    except ValueError:
        chain = ()
    if not chain or any(len(key) != KEY_BYTES for key in chain):
        raise PayoutError(f"{place_zh}：内容不是密钥（每行64位十六进制）。请从保管人处取回原文件")
    return Keys(chain)


def _printed(command: str) -> str:
    try:
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, timeout=_COMMAND_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        raise PayoutError("密钥命令：没有执行成功，或超过30秒。请检查 YANGLAO_PAYOUT_KEY") from None
    if done.returncode:
        raise PayoutError(f"密钥命令：以 {done.returncode} 退出，没有给出密钥。请检查 YANGLAO_PAYOUT_KEY")
    return done.stdout.decode("ascii", "replace")


def _base32(data: bytes) -> str:
    """Sixteen signs in groups of four: Crockford's, without those people mix up (I L O U)."""
    signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = int.from_bytes(data, "big")
    text = "".join(signs[number >> shift & 31] for shift in range(75, -1, -5))
    return "-".join(text[place : place + 4] for place in range(0, 16, 4))
