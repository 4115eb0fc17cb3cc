"""The bureau's own identity: a provider of OpenID Connect through Streamlit's `st.login`, or the name its gateway writes.

Streamlit does the exchange with the provider and would then trust a cookie for thirty days. We take the person from its
answer, open a session on the desk and hand out no cookie but ours: so idle time, sign-out everywhere and roles are the
same as for accounts of our own.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from warehouse.errors import SettingsError, reason_zh
from warehouse.home import Home
from warehouse.settings import Settings

OIDC, GATEWAY = "oidc", "gateway"
LOGIN, CALLBACK = "/auth/login", "/oauth2callback"
_FILE = "auth.toml"
_NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,79}")
LEAST_SECRET = 32


def prepare(settings: Settings) -> dict[str, Any]:
    """Streamlit's options that point it at the provider's file in the data home; none without `YANGLAO_SIGN_IN=oidc`.

    Raises:
        SettingsError: the file is missing, cannot be read or lacks something; says what to write.
    """
    if settings.sign_in != OIDC:
        return {}
    path = Home(settings.home).root / _FILE
    example = f"请在 {path} 的 [auth] 一节写明 {'、'.join(_NEEDED)}（照单位身份认证平台给的填）"
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8")).get("auth", {})
    except FileNotFoundError:
        raise SettingsError(f"统一身份认证：没有 {path}。{example}") from None
    except (OSError, ValueError) as error:
        why = reason_zh(error) if isinstance(error, OSError) else "不是 TOML"
        raise SettingsError(f"统一身份认证：{path} 读不了（{why}）。{example}") from error
    told = told if isinstance(told, dict) else {}
    missing = [name for name in _NEEDED if not str(told.get(name, "")).strip()]
    if missing:
        raise SettingsError(f"统一身份认证：{path} 缺 {'、'.join(missing)}。{example}")
    if not str(told["redirect_uri"]).endswith(CALLBACK):
        raise SettingsError(f"统一身份认证：{path} 的 redirect_uri 须以 {CALLBACK} 结尾")
    if len(str(told["cookie_secret"])) < LEAST_SECRET:
        raise SettingsError(f"统一身份认证：{path} 的 cookie_secret 太短，须有{LEAST_SECRET}个以上随机字符")
    return {"secrets.files": [str(path)]}


def login_place() -> str:
    """Where the browser goes to sign in at the provider; good for two minutes."""
    from streamlit.auth_util import encode_provider_token

    return f"{LOGIN}?provider={encode_provider_token('default')}"


def person_told(set_cookies: Iterable[str]) -> dict[str, Any] | None:
    """What the provider said of the person, out of the cookies Streamlit would set; None when it said nothing."""
    from streamlit.auth_util import get_cookie_with_chunks
    from streamlit.web.server.server_util import get_cookie_secret
    from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
    from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

    jar: dict[str, str] = {}
    for line in set_cookies:
        try:
            jar |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        except CookieError:
            return None

    def one(name: str) -> bytes | None:
        return decode_signed_value(get_cookie_secret(), name, jar[name]) if jar.get(name) else None

    told = get_cookie_with_chunks(one, USER_COOKIE_NAME)
    found = json.loads(told) if told else {}
    return found if found.get("is_logged_in") else None


def is_theirs(cookie_line: bytes) -> bool:
    """Whether a Set-Cookie line is one of the identity Streamlit would trust: no browser gets it."""
    return cookie_line.startswith(b"_streamlit_user")


def login_of(told: Mapping[str, Any], claim: str) -> str:
    """The login in what the provider said; empty when the claim is missing or cannot be one."""
    if claim == "email" and told.get("email_verified") is False:
        return ""
    return plain_login(str(told.get(claim) or ""))


def plain_login(text: str) -> str:
    """A name from outside as a login, taken as it is: nothing is decoded, so that two names never become one."""
    login = text.strip().lower()
    return login if _LOGIN.fullmatch(login) else ""


def name_of(told: Mapping[str, Any], login: str) -> str:
    """What to call the person: the name the provider gives, else the login."""
    name = "".join(sign for sign in str(told.get("name") or "") if sign.isprintable()).strip()
    return name[:40] or login
