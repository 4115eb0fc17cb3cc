"""Accounts, roles, sessions, the audit trail: who gets in, who is told what, and what cannot be changed unnoticed."""

import sqlite3
import time
from datetime import date, timedelta

import pytest

from tests.conftest import run_command
from warehouse.desk.journal import opened
from warehouse.errors import AccountError
from warehouse.people import accounts, audit, roles, sessions

GOOD = "Sunny-river-7"


@pytest.fixture
def home(fresh_home):
    fresh_home.ensure()
    return fresh_home


@pytest.fixture
def li(home):
    accounts.add(home, login="li", name_zh="李某", by="system:root", password=GOOD)
    return home


def verified(home, password=GOOD, *, login="li", address="10.0.0.1", totp=""):
    return accounts.verify(home, login=login, password=password, address=address, totp=totp)


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_first_password_opens_the_account_and_has_to_be_changed(home):
    first = accounts.add(home, login="Wang", name_zh="王某", by="system:root")
    account = verified(home, first, login="wang")
    assert (account.login, account.must_change) == ("wang", True)
    accounts.change_password(home, "wang", old=first, new=GOOD)
    assert not verified(home, login="wang").must_change


def test_a_first_password_of_our_making_keeps_the_rules_whatever_chance_gives(home, monkeypatch):
    given = iter(["xxLixx-yy-12345", "abcdefghijklmnop", "Good-one-12345x"])
    monkeypatch.setattr(accounts.secrets, "token_urlsafe", lambda length: next(given))
    # The first holds the login, the second has small letters only.
    assert accounts.add(home, login="li", name_zh="李某", by="x") == "Good-one-12345x"


def test_a_password_older_than_its_days_has_to_be_changed(li):
    accounts.change_password(li, "li", old=GOOD, new=GOOD + "x")
    assert not verified(li, GOOD + "x").must_change
    with opened(li, accounts.TABLES) as connection:
        connection.execute("update main.account set password_at = '2026-01-01T00:00:00+00:00'")
    # 2026-01-01 is more than 180 days before any day this test can run on.
    assert verified(li, GOOD + "x").must_change


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short-1A", "10至128"),
        ("a" * 129, "10至128"),
        ("aaaaaaaaaaaa", "太简单"),
        ("ababababab12", "太简单"),
        ("onlyletters", "太简单"),
        ("li-Something-9", "登录名"),
    ],
)
def test_a_password_that_breaks_a_rule_is_refused_with_the_rule(home, password, why):
    with pytest.raises(AccountError, match=why):
        accounts.add(home, login="li", name_zh="李某", by="x", password=password)
    assert accounts.listed(home) == []


@pytest.mark.parametrize("login", ["", "a", "李某", "a b", "a/../b", "x" * 41, "<script>", "a\n"])
def test_a_login_that_cannot_be_used_is_refused(home, login):
    with pytest.raises(AccountError, match="登录名"):
        accounts.add(home, login=login, name_zh="某", by="x")


def test_an_unknown_a_closed_and_a_wrong_one_get_the_same_words_and_cost_the_same(li, hashed):
    accounts.add(li, login="gone", name_zh="某", by="x", password=GOOD)
    accounts.close(li, "gone", by="x")
    told, cost = [], []
    for login, password in (("nobody", GOOD), ("gone", GOOD), ("li", "wrong-password-1")):
        before = len(hashed)
        with pytest.raises(AccountError) as refused:
            verified(li, password, login=login)
        cost.append(len(hashed) - before)
        told.append(str(refused.value))
    # Hashing is what takes long: once for each of them, with the same parameters.
    assert len(set(told)) == 1 and cost == [1, 1, 1]
    assert len({one.split("$")[3] for one in hashed}) == 1


@pytest.fixture
def hashed(monkeypatch):
    """The hashes that passwords were held against, in their order."""
    against, match = [], accounts._matches
    monkeypatch.setattr(accounts, "_matches", lambda kept, given: against.append(kept) or match(kept, given))
    return against


@pytest.mark.bar("AC1")
def test_ten_thousand_wrong_passwords_cost_few_hashes_and_lock_nobody_else_out(li, hashed, full):
    """Of a leader's account, from elsewhere; unknown accounts between them wait just the same."""
    for number in range(10_000 if full else 200):
        with pytest.raises(AccountError, match="登录名或密码不对|尝试次数太多"):
            verified(li, f"wrong-{number}-Aa", login="li" if number % 2 else "nobody", address="10.9.9.9")
    # Five tries of each are free; from then on the address waits and nothing is hashed.
    assert len(hashed) <= 2 * (accounts.FREE_TRIES + 1)
    assert verified(li, address="10.0.0.7").login == "li"
    # Few rows of the trail, too: whoever tries in a loop fills no disk.
    assert len(audit.rows(li)) <= 2 + len(hashed)


def test_one_address_that_tries_many_accounts_has_to_wait(home):
    for number in range(accounts.FREE_TRIES_OF_ADDRESS):
        with pytest.raises(AccountError, match="登录名或密码不对"):
            verified(home, login=f"person{number}", address="10.9.9.9")
    with pytest.raises(AccountError, match="尝试次数太多"):
        verified(home, login="another", address="10.9.9.9")


def test_a_one_time_code_is_asked_for_once_it_was_set(li):
    import pyotp

    address = accounts.set_totp(li, "li", by="system:root")
    secret = pyotp.parse_uri(address).secret
    with pytest.raises(AccountError):
        verified(li)
    assert verified(li, totp=pyotp.TOTP(secret).now()).has_totp


def test_the_desk_holds_no_password_and_no_session_secret(li):
    secret = sessions.begin(li, login="li", name_zh="李某", source_code=sessions.LOCAL, address="10.0.0.1")
    bytes_kept = b"".join(path.read_bytes() for path in li.root.rglob("*") if path.is_file())
    assert GOOD.encode() not in bytes_kept
    assert secret.encode() not in bytes_kept


# ── roles ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_role_counts_for_its_area_and_its_days_only(li):
    day = roles.today()
    roles.grant(li, login="li", role_code="reviewer", area_id="puyang", by="admin", until_on=day + timedelta(days=3))
    held = roles.grants(li, "li")
    assert "review" in roles.rights_of(held, day, area_path=("qingfeng", "puyang", "henan"))
    assert "review" not in roles.rights_of(held, day, area_path=("xinfu", "fushun", "liaoning"))
    # The last day counts, the one after does not, nor the one before the first.
    assert "review" in roles.rights_of(held, day + timedelta(days=3))
    assert not roles.rights_of(held, day + timedelta(days=4))
    assert not roles.rights_of(held, day - timedelta(days=1))


def test_nobody_grants_to_himself_and_the_last_administrator_stays(li):
    with pytest.raises(AccountError, match="不能给自己"):
        roles.grant(li, login="li", role_code="administrator", by="li")
    first = roles.grant(li, login="li", role_code="administrator", by="system:root")
    with pytest.raises(AccountError, match="最后一位管理员"):
        roles.revoke(li, first, by="system:root")
    # One whose days are counted does not keep the house either.
    roles.grant(li, login="wang", role_code="administrator", by="li", until_on=roles.today())
    with pytest.raises(AccountError, match="最后一位管理员"):
        roles.revoke(li, first, by="wang")
    roles.grant(li, login="zhao", role_code="administrator", by="li")
    roles.revoke(li, first, by="zhao")
    assert [one.login for one in roles.grants(li)] == ["wang", "zhao"]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"role_code": "king"}, "没有这个角色"),
        ({"role_code": "clerk"}, "须写明单位"),
        ({"role_code": "clerk", "area_id": "清凤县"}, "地区“清凤县”：没有这个市或报送单位"),
        ({"role_code": "leader", "area_id": "*"}, "给全部地区的就不写"),
        # A province reports nothing: its page would be shut.
        ({"role_code": "leader", "area_id": "河南省"}, "没有这个市或报送单位"),
        ({"role_code": "leader", "from_on": date(2026, 5, 2), "until_on": date(2026, 5, 1)}, "早于开始日期"),
    ],
)
def test_a_grant_that_cannot_be_is_refused_with_its_reason(li, asked, why):
    with pytest.raises(AccountError, match=why):
        roles.grant(li, login="li", by="admin", **asked)


@pytest.mark.parametrize(("written", "meant"), [("qingfeng", "qingfeng"), ("清丰县", "qingfeng"), ("清丰", "qingfeng"), ("濮阳市", "puyang"), ("", "")])  # fmt: skip
def test_an_area_is_written_by_code_or_by_name(li, written, meant):
    roles.grant(li, login="li", role_code="leader", area_id=written, by="admin")
    assert [one.area_id for one in roles.grants(li)] == [meant]


def test_an_account_is_not_made_where_its_role_cannot_be_given(home):
    command = ("account", "add", "li", "--name", "李某", "--role", "clerk", "--area")
    refused = run_command(*command, "清凤县", home=home.root)
    assert refused.returncode and "清凤县" in refused.stderr
    # Otherwise the first password, told once, would be known to nobody.
    made = run_command(*command, "清丰县", home=home.root)
    assert made.returncode == 0 and "首次密码" in made.stdout


# ── sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def begun(home, login="li"):
    return sessions.begin(home, login=login, name_zh="李某", source_code=sessions.LOCAL, address="10.0.0.1")


def test_a_session_ends_idle_old_signed_out_or_with_its_account(li, monkeypatch):
    assert sessions.person(li, begun(li)).login == "li"
    now = time.time()
    idle, old = begun(li), begun(li)
    monkeypatch.setattr(sessions.time, "time", lambda: now + sessions.IDLE_SECONDS + 5)
    assert sessions.person(li, idle) is None
    monkeypatch.undo()
    with sqlite3.connect(li.desk) as connection:
        connection.execute("update session set began_at = ?", (now - sessions.LONGEST_SECONDS - 5,))
    assert sessions.person(li, old) is None
    here, there = begun(li), begun(li)
    sessions.end(li, here)
    assert sessions.person(li, here) is None and sessions.person(li, there).login == "li"
    accounts.close(li, "li", by="admin")
    assert sessions.person(li, there) is None


@pytest.mark.parametrize("secret", [None, "", "x", "'; drop table session; --", "a" * 5000])
def test_a_cookie_of_ones_own_making_is_nobody(li, secret):
    begun(li)
    assert sessions.person(li, secret) is None


# ── the audit trail ──────────────────────────────────────────────────────────────────────────────────────────────────


def three_steps(home):
    for number in range(3):
        audit.record(home, "exported", who="li", address="10.0.0.1", subject="mart.coverage", details={"rows": number})
    return home


def test_a_whole_trail_has_no_breaks_and_tells_newest_first(home):
    three_steps(home)
    assert audit.breaks(home) == []
    assert [row.details["rows"] for row in audit.rows(home)] == [2, 1, 0]


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("update audit_row set who = 'wang' where number = 2", "第2条"),
        ("update audit_row set told = '{}' where number = 1", "第1条"),
        ("update audit_row set at = '2020-01-01' where number = 3", "第3条"),
        ("delete from audit_row where number = 2", "缺少第2条"),
        ("delete from audit_row where number = 3", "应有3条，现有2条"),
        ("delete from audit_row", "应有3条，现有0条"),
        ("update audit_row set number = 9 where number = 3", "缺少"),
    ],
)
def test_a_row_edited_or_removed_is_found(home, harm, told):
    three_steps(home)
    with sqlite3.connect(home.desk) as connection:
        connection.execute(harm)
    assert any(told in sentence for sentence in audit.breaks(home))


def test_a_pin_that_was_removed_or_changed_is_found(home):
    three_steps(home)
    pin = home.root / "audit.pin"
    text = pin.read_text()
    pin.unlink()
    assert "audit.pin 不见了" in audit.breaks(home)[0]
    # The next step writes it again; that it was gone is told until somebody has looked.
    three_steps(home)
    assert pin.exists() and ["曾经损坏或不见" in told for told in audit.breaks(home)] == [True]
    pin.with_name("audit.pin.damaged").unlink()
    assert audit.breaks(home) == []
    pin.write_text(text.replace(text[-5:-1], "0000" if text[-5:-1] != "0000" else "1111"))
    assert "不符" in audit.breaks(home)[0]


def test_a_spoilt_pin_hides_no_cut_and_what_lay_there_is_kept(home):
    """Rows cut off and the pin scribbled over: nothing else would tell. The next step keeps the scribble for a look."""
    three_steps(home)
    pin = home.root / "audit.pin"
    with sqlite3.connect(home.desk) as connection:
        connection.execute("delete from audit_row where number = 3")
    pin.write_bytes(b"\xff3")
    assert "读不懂" in audit.breaks(home)[0]
    three_steps(home)
    assert "audit.pin.damaged" in audit.breaks(home)[0] and pin.with_name("audit.pin.damaged").read_bytes() == b"\xff3"
    pin.with_name("audit.pin.damaged").unlink()
    assert audit.breaks(home) == []


def test_a_trail_written_anew_beyond_its_pin_is_found(home):
    """Two rows forged with sound chains where one stood, as by a pin that was not written yet: row 3 is another."""
    three_steps(home)
    pinned = (home.root / "audit.pin").read_text()
    with sqlite3.connect(home.desk) as connection:
        connection.execute("delete from audit_row where number = 3")
    (home.root / "audit.pin").unlink()
    for _ in range(2):
        audit.record(home, "viewed", who="wang")
    (home.root / "audit.pin").write_text(pinned)
    assert "第3条与旁边的标记" in audit.breaks(home)[0]


def test_every_step_about_people_leaves_a_row(li):
    roles.grant(li, login="li", role_code="leader", area_id="puyang", by="admin")
    with pytest.raises(AccountError):
        verified(li, "wrong-password-1")
    sessions.end(li, begun(li))
    assert [row.action_code for row in reversed(audit.rows(li))] == [
        "account_added",
        "granted",
        "sign_in_failed",
        "signed_in",
        "signed_out",
    ]


def test_accounts_roles_and_the_trail_are_listed_on_the_command_line(home, yanglao):
    def run(*words):
        done = yanglao(*words, home=home.root)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "首次密码" in run("account", "add", "wang", "--name", "王某", "--role", "reviewer", "--area", "puyang")
    run("account", "grant", "wang", "--role", "analyst")
    listed = run("account", "list")
    assert "wang" in listed and "在用" in listed and "审核人" in listed and "分析员" in listed
    trail = run("trail")
    assert "建立账户" in trail and trail.count("授予角色") == 2
    assert "审计记录完整" in run("trail", "--verify")
