"""Local accounts: a login, a name, an argon2 hash; slow to guess, and nobody can lock another one out from elsewhere.

Failures are counted by account and address together, and by address alone. A wrong password from one address never
closes the account to its owner at another; after a few the same address has to wait, longer each time. Whether an
account exists is told to nobody: an unknown one costs the same and gets the same answer.
"""

import secrets
import sqlite3
import time
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from warehouse.desk.journal import opened
from warehouse.errors import AccountError
from warehouse.home import Home
from warehouse.people import audit

TABLES = """
create table if not exists account (
    login text primary key,
    name_zh text not null,
    password_hash text not null,
    is_first_password integer not null,
    password_at text not null,
    totp_secret text not null,
    added_by text not null,
    added_at text not null,
    closed_at text
);
create table if not exists sign_in_failure (
    login text not null,
    address text not null,
    failures integer not null,
    last_at real not null,
    primary key (login, address)
);
"""
SHORTEST, LONGEST = 10, 128
LONGEST_LOGIN = 40
PASSWORD_DAYS = 180
# Free tries of an account from one address, and of all accounts from one address, before it has to wait.
FREE_TRIES, FREE_TRIES_OF_ADDRESS = 5, 30
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 15, 900
FORGOTTEN_AFTER = timedelta(hours=12)
REFUSED_ZH = "登录名或密码不对，或账户已停用。请核对后再试；忘记密码请联系管理员重置"


@dataclass(frozen=True, slots=True)
class Account:
    """One account as others may know it. `must_change`: a first password, or one that is too old."""

    login: str
    name_zh: str
    must_change: bool
    has_totp: bool
    is_closed: bool


@cache
def _hasher():
    from argon2 import PasswordHasher

    # About 50 ms and 19 MiB a try: the least that OWASP names for argon2id, since 200 may sign in within a minute.
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex(16))


def add(home: Home, *, login: str, name_zh: str, by: str, password: str | None = None) -> str:
    """Open an account; its first password, made here where none is given, has to be changed at the first sign-in.

    Raises:
        AccountError: the login cannot be used or is taken, the name is empty, the password breaks a rule.
    """
    login = _login(login)
    name = _name(name_zh)
    first = password if password is not None else _first_password(login)
    _check(first, login)
    with opened(home, TABLES) as connection:
        try:
            connection.execute(
                "insert into main.account values (?, ?, ?, 1, ?, '', ?, ?, null)",
                (login, name, _hasher().hash(first), _now(), by, _now()),
            )
        except sqlite3.IntegrityError:
            raise AccountError(f"登录名“{login}”已有账户。请另取一个，或用 yanglao account reset 重置其密码") from None
    audit.record(home, "account_added", who=by, subject=login)
    return first


def add_external(home: Home, *, login: str, name_zh: str, by: str) -> None:
    """Open an account for somebody whom the bureau's provider or gateway signs in: it has no password and takes none.

    Raises:
        AccountError: the login cannot be used or is taken, the name is empty.
    """
    login = _login(login, also="@")
    name = _name(name_zh)
    with opened(home, TABLES) as connection:
        try:
            connection.execute(
                "insert into main.account values (?, ?, '', 0, ?, '', ?, ?, null)", (login, name, _now(), by, _now())
            )
        except sqlite3.IntegrityError:
            raise AccountError(f"登录名“{login}”已有账户。请另取一个") from None
    audit.record(home, "account_added", who=by, subject=login, details={"source": "external"})


def close(home: Home, login: str, *, by: str) -> None:
    """Close an account for good; its open pages end with the next thing they ask.

    Raises:
        AccountError: no such account.
    """
    with opened(home, TABLES) as connection:
        changed = connection.execute(
            "update main.account set closed_at = ? where login = ? and closed_at is null", (_now(), login)
        ).rowcount
    if not changed:
        raise AccountError(f"登录名“{login}”：没有这个账户，或已停用")
    audit.record(home, "account_closed", who=by, subject=login)


def reset(home: Home, login: str, *, by: str) -> str:
    """Give an account a new first password; what it is.

    Raises:
        AccountError: no such account.
    """
    first = _first_password(login)
    with opened(home, TABLES) as connection:
        changed = connection.execute(
            "update main.account set password_hash = ?, is_first_password = 1, password_at = ?"
            " where login = ? and closed_at is null and password_hash <> ''",
            (_hasher().hash(first), _now(), login),
        ).rowcount
        if not changed:
            raise AccountError(f"登录名“{login}”：没有这个账户、已停用，或由单位统一身份登录而没有密码")
        connection.execute("delete from sign_in_failure where login = ?", (login,))
    audit.record(home, "password_reset", who=by, subject=login)
    return first


def change_password(home: Home, login: str, *, old: str, new: str, address: str = "") -> None:
    """Take a new password from the person.

    Raises:
        AccountError: the old one is wrong, or the new one breaks a rule.
    """
    verify(home, login=login, password=old, address=address)
    _check(new, login)
    if new == old:
        raise AccountError("新密码与旧密码相同。请换一个")
    with opened(home, TABLES) as connection:
        connection.execute(
            "update main.account set password_hash = ?, is_first_password = 0, password_at = ? where login = ?",
            (_hasher().hash(new), _now(), login),
        )
    audit.record(home, "password_changed", who=login, address=address, subject=login)


def verify(home: Home, *, login: str, password: str, address: str, totp: str = "") -> Account:
    """The account that login and password open.

    Raises:
        AccountError: they open none, or this address has to wait first. The words are the same for an unknown account.
    """
    login = login.strip().lower()[:LONGEST_LOGIN]
    wait = _wait(home, login, address)
    if wait > 0:
        # Before any hashing: whoever tries in a loop costs us nothing.
        raise AccountError(f"尝试次数太多，请 {_told(wait)}后再试。其他人登录不受影响")
    row = _row(home, login)
    good = _matches((row and row[2]) or _nobody(), password[: LONGEST + 1]) and row is not None and row[6] is None
    if good and row[5]:
        import pyotp

        good = pyotp.TOTP(row[5]).verify(totp.strip(), valid_window=1)
    if not good:
        _count_failure(home, login, address)
        audit.record(home, "sign_in_failed", address=address, subject=login)
        raise AccountError(REFUSED_ZH)
    with opened(home, TABLES) as connection:
        connection.execute("delete from sign_in_failure where login = ? and address = ?", (login, address))
    return _account(row)


def find(home: Home, login: str) -> Account | None:
    """The account of that login; None where there is none."""
    row = _row(home, login)
    return None if row is None else _account(row)


def listed(home: Home) -> list[Account]:
    """All accounts, closed ones among them, by login."""
    if not home.desk.exists():
        return []
    with opened(home, TABLES) as connection:
        return [_account(row) for row in connection.execute(f"select {_FIELDS} from account order by login").fetchall()]


def set_totp(home: Home, login: str, *, by: str) -> str:
    """Ask this account for a one-time code from now on; the address for the person's authenticator."""
    import pyotp

    secret = pyotp.random_base32()
    with opened(home, TABLES) as connection:
        if not connection.execute("update main.account set totp_secret = ? where login = ?", (secret, login)).rowcount:
            raise AccountError(f"登录名“{login}”：没有这个账户")
    audit.record(home, "password_changed", who=by, subject=login, details={"totp": True})
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="养老服务领导简报")


_FIELDS = "login, name_zh, password_hash, is_first_password, password_at, totp_secret, closed_at"


def _row(home: Home, login: str) -> tuple | None:
    if not home.desk.exists():
        return None
    with opened(home, TABLES) as connection:
        found = connection.execute(f"select {_FIELDS} from account where login = ?", (login,)).fetchall()
    return found[0] if found else None


def _account(row: tuple) -> Account:
    is_old = datetime.now(UTC) - datetime.fromisoformat(row[4]) > timedelta(days=PASSWORD_DAYS)
    return Account(row[0], row[1], bool(row[3]) or is_old, bool(row[5]), row[6] is not None)


def _matches(hashed: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _wait(home: Home, login: str, address: str) -> float:
    """Seconds until this address may try this account again; 0 or less when it may."""
    with opened(home, TABLES, synchronous="normal") as connection:
        own = connection.execute(
            "select failures, last_at from sign_in_failure where login = ? and address = ?", (login, address)
        ).fetchall()
        cutoff = time.time() - FORGOTTEN_AFTER.total_seconds()
        total, last = connection.execute(
            "select coalesce(sum(failures), 0), coalesce(max(last_at), 0) from sign_in_failure where address = ? and last_at > ?",
            (address, cutoff),
        ).fetchall()[0]
    waits = [_waiting(total - FREE_TRIES_OF_ADDRESS, last)]
    waits += [_waiting(failures - FREE_TRIES, at) for failures, at in own if at > cutoff]
    return max(waits)


def _waiting(too_many: int, last_at: float) -> float:
    if too_many < 0:
        return 0.0
    return min(FIRST_WAIT_SECONDS * 2.0 ** min(too_many, 10), LONGEST_WAIT_SECONDS) - (time.time() - last_at)


def _count_failure(home: Home, login: str, address: str) -> None:
    with opened(home, TABLES, synchronous="normal") as connection:
        connection.execute(
            "delete from sign_in_failure where last_at < ?", (time.time() - FORGOTTEN_AFTER.total_seconds(),)
        )
        connection.execute(
            "insert into sign_in_failure values (?, ?, 1, ?) on conflict (login, address)"
            " do update set failures = failures + 1, last_at = excluded.last_at",
            (login, address, time.time()),
        )


def _told(seconds: float) -> str:
    return f"{int(seconds // 60) + 1}分钟" if seconds > 60 else f"{int(seconds) + 1}秒"


def _name(text: str) -> str:
    name = unicodedata.normalize("NFKC", text).strip()
    if not name or len(name) > LONGEST_LOGIN or not name.isprintable():
        raise AccountError(f"姓名“{text[:LONGEST_LOGIN]}”：不能为空，最长{LONGEST_LOGIN}个字，不含控制字符")
    return name


def _login(text: str, also: str = "") -> str:
    login = unicodedata.normalize("NFKC", text).strip().lower()
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789._-" + also)
    if not 2 <= len(login) <= LONGEST_LOGIN or not set(login) <= allowed:
        raise AccountError(
            f"登录名“{text[:LONGEST_LOGIN]}”：须是2至{LONGEST_LOGIN}个小写字母、数字、点、下划线或连字符"
        )
    return login


def _first_password(login: str) -> str:
    """A password of our making that keeps the rules: by chance one in hundreds holds a short login, or one kind of sign."""
    while True:
        made = secrets.token_urlsafe(12)
        with suppress(AccountError):
            _check(made, login)
            return made


def _check(password: str, login: str) -> None:
    """Length and substance, as NIST and 等保 ask; no rule that only makes people write it down."""
    kinds = sum(
        any(test(sign) for sign in password)
        for test in (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum())
    )
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(f"密码须有{SHORTEST}至{LONGEST}个字符")
    if kinds < 2 or len(set(password)) < 5:
        raise AccountError("密码太简单：须含大写、小写、数字、符号中的两种以上，且不是几个字符的重复")
    if login in password.lower():
        raise AccountError("密码不能含登录名。请换一个")


def _now() -> str:
    return datetime.now(UTC).isoformat()
