"""Settings: defaults, what each variable does, and every mistake named."""

import dataclasses
from pathlib import Path

import pytest

from warehouse.errors import SettingsError
from warehouse.home import Home
from warehouse.settings import ROOT, Settings, load_settings


def test_without_variables_the_app_stays_on_this_machine_and_keeps_data_beside_the_code():
    settings = load_settings({})
    assert settings == Settings()
    assert (settings.home, settings.address, settings.port) == (ROOT / "var", "127.0.0.1", 8501)


def test_every_setting_has_its_variable():
    values = {
        "home": "/data/yanglao",
        "address": "0.0.0.0",
        "port": "80",
        "demo": "off",
        "hosts": "yanglao.example.gov.cn, 10.0.0.5",
        "proxies": "10.0.0.1",
        "framed_by": "https://portal.example.gov.cn:8443/",
        "sign_in": "local",
        "oidc_claim": "email",
        "watermark": "all",
        "takes": "passed",
        "identity_header": "X-User",
        "identity_from": "10.0.0.1, 10.1.0.0/16",
        "payout_key": "command:/usr/local/bin/key",
        "payout_lists": "keep",
        "payout_months": "60",
        **dict.fromkeys(("query_seconds", "query_rows", "query_memory_mb", "file_seconds", "file_memory_mb"), "7"),
    }
    assert set(values) == {field.name for field in dataclasses.fields(Settings)}
    settings = load_settings({f"YANGLAO_{name.upper()}": text for name, text in values.items()})
    changed = [name for name in values if getattr(settings, name) == getattr(Settings(), name)]
    assert not changed
    assert settings.home == Path("/data/yanglao")
    assert settings.hosts == ("yanglao.example.gov.cn", "10.0.0.5")
    assert settings.framed_by == ("https://portal.example.gov.cn:8443",)
    assert settings.identity_from == ("10.0.0.1", "10.1.0.0/16")


@pytest.mark.parametrize(("machine_mb", "statement_mb"), [(2_048, 1_024), (8_192, 1_024), (65_536, 8_192)])
def test_a_statement_may_use_an_eighth_of_the_machine_and_never_less_than_a_gigabyte(
    monkeypatch, machine_mb, statement_mb
):
    monkeypatch.setattr("warehouse.settings.machine_memory_mb", lambda: machine_mb)
    assert load_settings({}).query_memory_mb == statement_mb
    assert load_settings({"YANGLAO_QUERY_MEMORY_MB": "300"}).query_memory_mb == 300


def test_an_empty_variable_counts_as_not_set():
    assert load_settings({"YANGLAO_PORT": " ", "PATH": "x"}) == Settings()


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"YANGLAO_PORT": "0"}, "YANGLAO_PORT：“0”不是正整数"),
        ({"YANGLAO_DEMO": "yes"}, "YANGLAO_DEMO：“yes”看不懂，请写 on 或 off"),
        ({"YANGLAO_PORT": "70000"}, "YANGLAO_PORT：“70000”不是端口号"),
        ({"YANGLAO_QUERY_ROWS": "-5"}, "YANGLAO_QUERY_ROWS：“-5”不是正整数"),
        ({"YANGLAO_QUERY_ROWS": "１２"}, "不是正整数"),
        ({"YANGLAO_IDENTITY_FROM": "gateway"}, "gateway 不是网络地址"),
        ({"YANGLAO_HOSTS": "https://a.gov.cn"}, "https://a.gov.cn 不是主机名"),
        ({"YANGLAO_HOSTS": "a.gov.cn:80"}, "不带协议和端口"),
        ({"YANGLAO_PROXIES": "nginx"}, "nginx 不是网络地址"),
        ({"YANGLAO_FRAMED_BY": "portal.gov.cn"}, "不是网站地址"),
        ({"YANGLAO_FRAMED_BY": "https://a.cn; script-src *"}, "不是网站地址"),
        ({"YANGLAO_IDENTITY_HEADER": "X-User"}, "否则任何人都可冒名"),
        ({"YANGLAO_PORTS": "1"}, "没有这项设置"),
    ],
)
def test_a_mistake_is_named_with_its_variable_and_remedy(variables, words):
    with pytest.raises(SettingsError, match="设置有误") as refused:
        load_settings(variables)
    assert words in str(refused.value)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(SettingsError) as refused:
        load_settings({"YANGLAO_PORT": "x", "YANGLAO_FILE_SECONDS": "y"})
    assert len(refused.value.problems) == 2


def test_the_demonstration_has_a_home_of_its_own_inside():
    home = Home(Path("/data"))
    assert home.demo() == Home(Path("/data/demo"))
    assert home.demo().desk == Path("/data/demo/desk.sqlite")
