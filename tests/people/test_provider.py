"""The bureau's own identity: click for click at a provider of OpenID Connect, and by the header of its gateway."""

import re
from html import unescape
from urllib.parse import urljoin

import httpx
import oidc_provider_mock
import pytest

from tests.conftest import free_port, served
from tests.editions.conftest import lent
from tests.people.test_sign_in import asked, guarded
from warehouse.home import Home
from warehouse.people import accounts, audit, roles, sessions
from warehouse.settings import Settings, load_settings

# The provider of the tests uses what its own libraries have begun to discourage.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:authlib.jose"),
    pytest.mark.filterwarnings("ignore:.*deprecated.*"),
]


@pytest.fixture(scope="module")
def provider():
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://127.0.0.1:{server.server_port}"


def with_provider(home, provider, port):
    (home.root / "auth.toml").write_text(
        f"""[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "{"s" * 40}"
client_id = "yanglao"
client_secret = "secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
""",
        encoding="utf-8",
    )


def through(client, provider, person: str, start: str):
    """Follow the way to the provider as a browser does, sign in there as `person`, and come back; the last answer."""
    answer = client.get(start)
    while answer.status_code in (302, 303):
        answer = client.get(urljoin(str(answer.url), answer.headers["location"]))
    assert str(answer.url).startswith(provider), answer.text[:500]
    sent = client.post(str(answer.url), data={"sub": person})
    return client.get(sent.headers["location"])


def test_a_person_signs_in_at_the_provider_and_is_out_with_everything_when_the_account_is_closed(
    fresh_home, real_home, provider
):
    lent(real_home, fresh_home.root)
    port = free_port()
    with_provider(fresh_home, provider, port)
    li = {"preferred_username": "li", "name": "李某", "email": "li@bureau.example"}
    httpx.put(f"{provider}/users/li", json=li, timeout=60)
    accounts.add_external(fresh_home, login="li", name_zh="李某", by="system:root")
    roles.grant(fresh_home, login="li", role_code="leader", area_id="puyang", by="system:root")
    with (
        served(fresh_home.root, YANGLAO_SIGN_IN="oidc", port=port) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):
        turned = client.get("/coverage?city=fushun")
        assert turned.status_code == 303
        page = client.get(turned.headers["location"])
        link = unescape(re.search(r'href="(/sign-in\?go=1[^"]+)"', page.text)[1])
        back = through(client, provider, "li", link)
        assert (back.status_code, back.headers["location"]) == (303, "/coverage?city=fushun")
        # No identity of Streamlit's, good for thirty days, ever reaches the browser: only our random id does.
        assert not [name for name in client.cookies if name.startswith("_streamlit_user")]
        assert sessions.person(fresh_home, client.cookies[sessions.COOKIE]).name_zh == "李某"
        assert client.get("/coverage").status_code == 200
        assert client.get("/api/v1/releases").status_code == 200
        assert "密码由单位的统一身份管理" in client.get("/password").text
        # The same answer of the provider a second time opens nothing.
        client.cookies.clear()
        assert client.get(str(back.request.url)).status_code == 403
        through(client, provider, "li", link)
        accounts.close(fresh_home, "li", by="admin")
        assert client.get("/api/v1/releases").status_code == 401
        assert "sign-in" in client.get("/coverage").headers["location"]
    assert audit.newest(fresh_home, "signed_in", subject="li").details == {"source": "provider"}


@pytest.mark.whole
def test_a_provider_that_does_not_name_the_person_opens_nothing(fresh_home, real_home, provider):
    lent(real_home, fresh_home.root)
    port = free_port()
    with_provider(fresh_home, provider, port)
    with (
        served(fresh_home.root, YANGLAO_SIGN_IN="oidc", YANGLAO_OIDC_CLAIM="employee_number", port=port) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):
        back = through(client, provider, "wang", "/sign-in?go=1&next=%2F")
        assert back.status_code == 403 and "没有可用的 employee_number" in back.text
        assert sessions.COOKIE not in client.cookies


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "没有 "), ("[auth", "不是 TOML"), ('[auth]\nclient_id = "a"', "缺 redirect_uri"),
     ('[auth]\nredirect_uri="http://a/oauth2callback"\ncookie_secret="short"\nclient_id="a"\nclient_secret="b"\n'
      'server_metadata_url="c"', "太短")],
)  # fmt: skip
def test_a_provider_that_is_not_declared_wholly_stops_the_start_and_says_what_to_write(fresh_home, text, said):
    from pages.server.provider import prepare
    from warehouse.errors import SettingsError

    fresh_home.ensure()
    if text is not None:
        (fresh_home.root / "auth.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        prepare(Settings(home=fresh_home.root, sign_in="oidc"))


# ── by the gateway's header; which peers it is believed of is the door's (tests/build/test_door.py) ─────────────────


@pytest.fixture
def gateway(fresh_home):
    fresh_home.ensure()
    settings = Settings(home=fresh_home.root, sign_in="gateway", identity_header="X-User", identity_from=("127.0.0.1",))
    with guarded(settings) as client:
        client.home = fresh_home
        yield client


def test_whom_the_gateway_names_gets_a_session_of_ours(gateway):
    answer = gateway.get("/coverage", headers={"x-user": "li@bureau.example"})
    assert answer.text == "inside" and "HttpOnly" in answer.headers["set-cookie"]
    assert sessions.person(gateway.home, gateway.cookies[sessions.COOKIE]).login == "li@bureau.example"
    # With the next request no second session is begun.
    assert "set-cookie" not in gateway.get("/", headers={"x-user": "li@bureau.example"}).headers
    assert sum(row.action_code == "signed_in" for row in audit.rows(gateway.home)) == 1


@pytest.mark.parametrize("header", [None, "", "%6ci", "li, admin", "李某", "x" * 200, "<b>"])
def test_without_a_plain_name_nobody_gets_in_whatever_cookie_he_has(gateway, header):
    gateway.get("/", headers={"x-user": "li"})
    headers = {} if header is None else {"x-user": header.encode()}
    assert gateway.get("/", headers=headers).status_code == 303
    assert gateway.get("/api/v1/values", headers=headers).status_code == 401
    assert gateway.get("/sign-in").status_code == 403


def test_a_cookie_of_one_with_the_name_of_another_is_the_other(gateway):
    gateway.get("/", headers={"x-user": "li"})
    answer = gateway.get("/", headers={"x-user": "wang"})
    assert answer.text == "inside"
    assert sessions.person(gateway.home, gateway.cookies[sessions.COOKIE]).login == "wang"


def test_a_gateway_without_a_header_is_no_setting():
    from warehouse.errors import SettingsError

    with pytest.raises(SettingsError, match="YANGLAO_IDENTITY_HEADER"):
        load_settings({"YANGLAO_SIGN_IN": "gateway"})


def test_a_session_of_accounts_of_ours_opens_nothing_where_the_gateway_signs_in(gateway):
    accounts.add(gateway.home, login="li", name_zh="李某", by="system:root", password="First-river-7")
    secret = sessions.begin(gateway.home, login="li", name_zh="李某", source_code=sessions.LOCAL, address="")
    assert gateway.get("/", headers={"cookie": f"{sessions.COOKIE}={secret}"}).status_code == 303
    with pytest.raises(Exception, match="401|403|reject"):
        asked(gateway, secret)
    assert Home(gateway.home.root).desk.exists()
