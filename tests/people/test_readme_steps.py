"""What the README tells a bureau to type for its five minutes is typed here, word by word."""

import re
import shlex

import pytest

from pages.server import provider
from tests.conftest import ROOT
from tests.people.test_sign_in import guarded
from warehouse.people import accounts, roles
from warehouse.settings import Settings, load_settings


@pytest.fixture(scope="module")
def chapter():
    """The chapter 登录 of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text[text.index("\n## 登录\n") : text.index("\n## 给分析员\n")]


def test_the_commands_open_the_accounts_and_the_printed_password_opens_the_page(chapter, fresh_home, yanglao):
    commands = [
        shlex.split(one)[1:] for one in re.findall(r"`(yanglao account add [^`<]+)`", chapter) if "登录名" not in one
    ]
    assert len(commands) == 5
    printed = {}
    for command in commands:
        done = yanglao(*command, home=fresh_home.root)
        assert done.returncode == 0, done.stderr
        printed[command[2]] = re.search(r"首次密码：(\S+)（", done.stdout)[1]
    held = {one.login: (one.role_code, one.area_id) for one in roles.grants(fresh_home)}
    assert held == {
        "admin": ("administrator", ""), "li": ("clerk", "qingfeng"), "wang": ("reviewer", "puyang"),
        "zhao": ("signer", "puyang"), "sun": ("operator", ""),
    }  # fmt: skip
    assert "`YANGLAO_SIGN_IN=local`" in chapter and load_settings({"YANGLAO_SIGN_IN": "local"}).sign_in == "local"
    with guarded(Settings(home=fresh_home.root, sign_in="local")) as client:
        # 首次登录须改: the first password opens nothing else.
        answer = client.post("/sign-in", data={"login": "li", "password": printed["li"]})
        assert answer.headers["location"] == "/password"
        new = "Sunny-river-7"
        client.post("/password", data={"old": printed["li"], "new": new, "again": new})
        assert client.post("/sign-in", data={"login": "li", "password": new}).headers["location"] == "/"
        assert client.get("/").text == "inside"
    assert yanglao("trail", "--verify", home=fresh_home.root).returncode == 0


def test_what_it_says_of_the_own_provider_is_what_the_program_asks_for(chapter, fresh_home, yanglao):
    fresh_home.ensure()
    for name in ("YANGLAO_SIGN_IN=oidc", "YANGLAO_SIGN_IN=gateway", "YANGLAO_OIDC_CLAIM", "YANGLAO_IDENTITY_HEADER",
                 "YANGLAO_IDENTITY_FROM"):  # fmt: skip
        assert f"`{name}`" in chapter
    said = re.search(r"`\[auth\]` 一节：(.+?)；登录名取", chapter)[1]
    keys = re.findall(r"`([a-z_]+)`", said)
    given = dict.fromkeys(keys, "x" * 40) | {"redirect_uri": "http://127.0.0.1:8501/oauth2callback"}
    (fresh_home.root / "auth.toml").write_text(
        "[auth]\n" + "\n".join(f'{key} = "{text}"' for key, text in given.items()), encoding="utf-8"
    )
    provider.prepare(Settings(home=fresh_home.root, sign_in="oidc"))
    for key in keys:
        rest = "\n".join(f'{name} = "{text}"' for name, text in given.items() if name != key)
        (fresh_home.root / "auth.toml").write_text(f"[auth]\n{rest}", encoding="utf-8")
        with pytest.raises(Exception, match=key):
            provider.prepare(Settings(home=fresh_home.root, sign_in="oidc"))
    command = re.search(r"`yanglao account add 登录名 --name 姓名 --external --role …`", chapter)
    assert command
    done = yanglao(
        "account", "add", "li@bureau", "--name", "李某", "--external", "--role", "leader", home=fresh_home.root
    )
    assert done.returncode == 0 and accounts.find(fresh_home, "li@bureau").name_zh == "李某"
