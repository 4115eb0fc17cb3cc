"""Alerts and the month's message on their way to a server of the test's own: what goes out, when, and what never does."""

import base64
import io
import json
import logging
import socket
import socketserver
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pypdf import PdfReader

from tests.editions.conftest import OPERATOR, note_all, sign, signed
from tests.editions.test_changes import again
from warehouse.delivery import outbox, record
from warehouse.delivery.setup import SCHEMES_ZH, load_setup
from warehouse.desk.journal import Desk
from warehouse.editions import record as editions
from warehouse.editions import signing
from warehouse.errors import BusyError, DeliveryError
from warehouse.home import Home
from warehouse.people import audit
from warehouse.status import BACKUP_MARK, DRILL_MARK

SECRET = "s3cret-t0ken-of-the-bureau"


class Sink(BaseHTTPRequestHandler):
    """Takes what is posted, and answers as the test wants."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((self.path, body))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def serving(server):
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def sink():
    """A server on this machine: `taken` holds path and JSON of every request, `answer` is what it says."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    server.taken, server.answer = [], 200
    with serving(server):
        yield server


def channel(sink, name="局长办公室", **more):
    url = more.pop("url", f"json://127.0.0.1:{sink.server_port}/{SECRET}")
    told = {"name": name, "url": url, **more}
    return "[[channel]]\n" + "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in told.items()
    )


def set_up(home, *channels):
    path = home.root / "delivery.toml"
    path.write_text("\n".join(('link = "https://briefing.example.gov.cn/"', *channels)), encoding="utf-8")
    path.chmod(0o600)


def lines(sent):
    """The alerts of one message, but for what is free on the disk of this machine."""
    told = [line for line in sent[1]["message"].splitlines() if line[0] in "●✓"]
    return [line for line in told if not line.startswith("● 磁盘")]


@pytest.mark.bar("OP1")
def test_an_alert_goes_out_when_its_state_changes_and_never_again_until_it_does(root, home, yanglao, sink, releases):
    def run(*words, code=0):
        done = yanglao("deliver", *words, "--demo", home=root)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done.stdout

    set_up(home, channel(sink, gets=["alerts"], city="抚顺"))
    assert "2026年10月《培训》J5" in run("alerts", "--dry-run") and sink.taken == []
    run("now")
    (sent,) = sink.taken
    # Four units of this world never reported, and owe every form.
    owing = ["● 东洲区", "● 望花区", "● 顺城区", "● 新宾县"]
    assert [line.partition("：")[0] for line in lines(sent)] == ["● 备份", "● 恢复演练", *owing, "● 清原县"]
    assert "必须更正1处" in lines(sent)[-1] and "演示数据" in sent[1]["title"] and "演示数据" in sent[1]["message"]
    assert "https://briefing.example.gov.cn/quality" in sent[1]["message"].splitlines()
    # The same state again, under the same release and under another one with other bytes: not a word.
    assert "没有要发的" in run("alerts")
    again(home, "update meta.source set title_zh = title_zh || ' '")
    run("alerts")
    assert len(sink.taken) == 1
    # A refresh that failed, a backup that was made.
    Desk(home).enter("refresh", "数据目录 /x：磁盘已满，第 3 次", is_done=False)
    for mark in (BACKUP_MARK, DRILL_MARK):
        (home.root / mark).touch()
    run("alerts")
    Desk(home).enter("refresh", "数据目录 /x：磁盘已满，第 4 次", is_done=False)
    run("alerts")
    assert len(sink.taken) == 2
    said = lines(sink.taken[1])
    assert "更新没有做成" in said[0] and "磁盘已满" in said[0]
    assert said[1:] == ["✓ 已解除：备份过旧", "✓ 已解除：恢复演练过旧"]
    # Per release, not per clock: a month later nothing is new but the age of the backup.
    setup, later = load_setup(home), datetime.now(UTC) + timedelta(days=31)
    (due,) = outbox.due_alerts(home, setup, releases, now=later)
    assert [subject for subject, _ in due.states] == ["backup"]
    # A release in which one form is owed, a finding is settled and a target is missed.
    owed = "update meta.submission set state_code = 'not_reported', is_late = true where area_id = 'xinfu' and month = '2026-10-01' and form_code = '{}'"
    missed = "update mart.target_verdict set target_state_code = 'missed' where target_id = 'fushun_2023_training' and scope_code = 'whole'"
    again(home, f"{owed.format('training')}; update meta.issue set is_open = false; {missed}")
    Desk(home).enter("refresh", "批次已发布")
    run("alerts")
    assert set(lines(sink.taken[2])) == {
        "● 新抚区：逾期未报1张（2026年10月《培训》）",
        "● 抚顺目标“2023年继续免费培训养老护理员”：未完成（没有可以对照的数）",
        "✓ 已解除：更新失败",
        "✓ 已解除：清原县：必须更正的问题",
    }
    # Snoozed: another state stays unsaid until the day has passed or somebody wants to hear of it again.
    assert (
        "须写明原因"
        in yanglao("deliver", "snooze", "overdue:xinfu", "--until", "2030-01-01", "--demo", home=root).stderr
    )
    run("snooze", "overdue:xinfu", "--until", "2030-01-01", "--reason", "已约定月底补报")
    again(home, owed.format("platform"))
    run("alerts")
    assert len(sink.taken) == 3 and "暂停至2030年1月1日" in run("standing")
    (due,) = outbox.due_alerts(home, setup, releases, now=datetime(2030, 1, 3, tzinfo=UTC))
    assert {subject for subject, _ in due.states} == {"overdue:xinfu", "backup", "drill"}
    run("snooze", "overdue:xinfu")
    run("alerts")
    assert lines(sink.taken[3]) == ["● 新抚区：逾期未报2张（2026年10月《培训》、2026年10月《智慧平台》）"]
    assert {row.action_code for row in audit.rows(home)} >= {"delivered", "alert_snoozed"} and audit.breaks(home) == []


@pytest.mark.bar("OP2")
def test_a_signed_edition_is_told_once_in_three_sentences_with_a_link_and_the_county_sheet(
    root, home, yanglao, releases, small, sink, monkeypatch
):
    from apprise.plugins.dingtalk import NotifyDingTalk
    from apprise.plugins.feishu import NotifyFeishu
    from apprise.plugins.wecombot import NotifyWeComBot

    # Their servers stand on this machine; what sends to them is Apprise itself.
    here = f"http://127.0.0.1:{sink.server_port}"
    monkeypatch.setattr(NotifyWeComBot, "notify_url", f"{here}/wecom?key={{key}}")
    monkeypatch.setattr(NotifyDingTalk, "notify_url", f"{here}/dingtalk?access_token={{token}}")
    monkeypatch.setattr(NotifyFeishu, "notify_url", f"{here}/feishu/{{token}}/")
    with serving(Mailbox(("127.0.0.1", 0), Mail)) as mail:
        robots = {
            "企业微信": "wecombot://0123456789abcdef0123", "钉钉": f"dingtalk://{'a' * 32}", "飞书": f"feishu://{'b' * 32}",
            "邮件": f"mailto://127.0.0.1:{mail.server_address[1]}?from=a@b.gov.cn&to=c@b.gov.cn",
        }  # fmt: skip
        whose = {"city": "抚顺", "units": ["新抚区"], "gets": ["message"]}
        others = [channel(sink, name, url=url, **whose) for name, url in robots.items()]
        set_up(home, channel(sink, **whose), *others, channel(sink, "月度", message_when="released", gets=["message"]))

        def run(*words):
            done = yanglao("deliver", "message", *words, "--demo", home=root)
            assert done.returncode == 0, (done.stdout, done.stderr)
            return done.stdout

        # Nothing is signed: only the channel that asked for each new month hears of it.
        run()
        assert [body["title"] for _, body in sink.taken] == ["【演示数据】抚顺市2026年10月养老服务情况（未签发）"]
        assert "草稿·未签发" in sink.taken.pop()[1]["message"]
        set_up(home, channel(sink, **whose), *others)
        done = signed(home, releases)
        shown = run("--dry-run")
        assert shown.count("会发给") == 5 and "共5条，没有发送" in shown and SECRET not in shown and sink.taken == []
        run()
        by_path = {path.split("?")[0].split("/")[1]: body for path, body in sink.taken}
        assert set(by_path) == {SECRET, "wecom", "dingtalk", "feishu"} and len(mail.taken) == 1
        assert "没有要发的" in run() and len(sink.taken) == 4
    sent = by_path[SECRET]
    assert sent["title"] == "【演示数据】新抚区2026年10月养老服务情况（新抚区 2026-10-A，已签发）"
    *sentences, link, stamp = sent["message"].splitlines()
    # Three sentences of the edition, word for word, and nothing behind the last.
    held = signing.opened(home, done)
    text = "".join(paragraph.text for paragraph in held.briefing.paragraphs())
    assert len(sentences) == 3 and all(one.endswith("。") and one.count("。") == 1 for one in sentences)
    assert all(one.partition("滞后：")[2] in text or one in text for one in sentences)
    asked = f"data=demo&city=fushun&edition={done.key}&release={done.settings.release_id}"
    assert link == f"https://briefing.example.gov.cn/editions?{asked}"
    assert stamp == held.briefing.stamp.line_zh and "已签发 新抚区 2026-10-A" in stamp
    (sheet,) = sent["attachments"]
    pages = PdfReader(io.BytesIO(base64.b64decode(sheet["base64"]))).pages
    drawn = "".join(page.extract_text() for page in pages)
    # One sheet of paper: two sides, A4 upright (210 × 297 mm at 72 points an inch).
    assert sheet["filename"] == "demo_xinfu_2026-10.pdf" and len(pages) == 2
    assert [round(float(side)) for side in pages[0].mediabox[2:]] == [595, 842]
    assert "已签发 新抚区 2026-10-A" in drawn and "未签发" not in drawn and "演示数据" in drawn
    # Robots of chat groups carry no file: they say where it is. Mail carries the same one.
    for said in (
        by_path["wecom"]["text"]["content"],
        by_path["dingtalk"]["text"]["content"],
        by_path["feishu"]["content"]["text"],
    ):
        assert all(one in said for one in (*sentences, link, "一张纸见“县区画像”页。", stamp))
    letter = message_from_bytes(mail.taken[0])
    parts = [part for part in letter.walk() if part.get_filename()]
    assert [(part.get_filename(), part.get_payload(decode=True)[:5]) for part in parts] == [
        (sheet["filename"], b"%PDF-")
    ]
    # A correction is another message, and says what it corrects.
    set_up(home, channel(sink, **whose))
    draft = signing.amend(home, releases, done.key, note_zh="床位数更正", actor=OPERATOR)
    note_all(home, releases, draft)
    sent_on = editions.take(home, draft.key, "submit", OPERATOR, seen=editions.edition(home, draft.key).last.number)
    sign(home, releases, sent_on)
    run()
    assert "新抚区 2026-10-B，已签发，更正 新抚区 2026-10-A" in sink.taken[-1][1]["title"]


class Mail(socketserver.StreamRequestHandler):
    """As much of a mail server as a letter needs."""

    def handle(self):
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                letter = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    letter += part
                self.server.taken.append(letter)
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


class Mailbox(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.taken = []


def test_what_was_not_taken_stays_due_and_nothing_says_where_it_was_sent(root, home, yanglao, sink, caplog):
    caplog.set_level(logging.DEBUG)
    # Bound and never listened on: whoever knocks is refused.
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        broken = channel(sink, "接口乙", url=f"json://127.0.0.1:{closed.getsockname()[1]}/{SECRET}")
        set_up(home, channel(sink), broken)
        done = yanglao("deliver", "alerts", "--demo", home=root)
    assert done.returncode == DeliveryError.exit_code == 18
    assert (
        "有1条没有送达，下次再发；另有1条已送达" in done.stderr
        and "渠道“接口乙”（本单位接口）：没有送达（连接不上" in done.stderr
    )
    sink.answer = 403
    set_up(home, channel(sink, "丙"))
    refused = yanglao("deliver", "alerts", "--demo", home=root)
    assert "对方答复 HTTP 403，请核对地址和密钥" in refused.stderr
    sink.answer = 200
    assert yanglao("deliver", "alerts", "--demo", home=root).returncode == 0
    # The secret was sent, and is nowhere else: not on a terminal, in a log, or in a byte of the home but the file's own.
    assert all(SECRET in path for path, _ in sink.taken)
    everything = [done.stdout, done.stderr, refused.stdout, refused.stderr, caplog.text]
    assert not [text for text in everything if SECRET in text]
    held = [path for path in home.root.rglob("*") if path.is_file() and not path.is_symlink()]
    assert [path.name for path in held if SECRET.encode() in path.read_bytes()] == ["delivery.toml"]
    assert SECRET not in repr(load_setup(home))


def test_without_channels_nothing_is_asked_of_any_network(root, home, yanglao, monkeypatch):
    def asked(*_, **__):
        raise AssertionError("a request went out")

    monkeypatch.setattr("socket.socket.connect", asked)
    done = yanglao("deliver", "now", "--demo", home=root)
    assert done.returncode == 18 and "没有设置渠道，什么也没有发" in done.stderr and "delivery.toml" in done.stderr
    assert load_setup(home).channels == ()


def test_a_desk_that_is_gone_is_told_once_and_not_made_anew(root, home, yanglao, sink):
    set_up(home, channel(sink), channel(sink, "清丰", city="抚顺", units=["新抚区"]))
    kept = home.desk.read_bytes()
    for path in home.root.glob("desk.sqlite*"):
        path.unlink()
    for _ in range(2):
        assert yanglao("deliver", "alerts", "--demo", home=root).returncode == 0
    (sent,) = sink.taken
    assert "登记文件" in lines(sent)[0] and "不见了" in lines(sent)[0] and not home.desk.exists()
    home.desk.write_bytes(kept)
    yanglao("deliver", "alerts", "--demo", home=root)
    home.desk.write_bytes(b"not a database at all")
    yanglao("deliver", "alerts", "--demo", home=root)
    assert "已损坏" in sink.taken[-1][1]["message"]


def test_a_channel_of_a_unit_hears_of_that_unit_alone_and_two_senders_do_not_meet(root, home, yanglao, sink):
    set_up(home, channel(sink, city="抚顺", units=["清原县"], gets=["alerts"]))
    with record.turn(home), pytest.raises(BusyError, match="正在进行"), record.turn(home):
        pass
    yanglao("deliver", "alerts", "--demo", home=root)
    (sent,) = sink.taken
    assert [line.partition("：")[0] for line in lines(sent)] == ["● 清原县"]


REFUSED = {
    "不是 TOML": "[[channel]\nurl = 's3cret'",
    "不认识“chanel”": "chanel = 1",
    "link 应是": 'link = "briefing"',
    "要写成 \\[\\[channel\\]\\]": 'channel = "x"',
    "缺 name": "[[channel]]\nurl = 'json://s3cret'",
    "要写一个，也只能写一个": "[[channel]]\nname = 'a'\nurl = 'json://s3cret'\nurl_env = 'X'",
    "环境变量 NOT_THERE 没有设置": "[[channel]]\nname = 'a'\nurl_env = 'NOT_THERE'",
    "地址的开头不认识": "[[channel]]\nname = 'a'\nurl = 'exec://s3cret'",
    "/nowhere/s：读不出来": "[[channel]]\nname = 'a'\nurl_file = '/nowhere/s'",
    "gets 只能取": "[[channel]]\nname = 'a'\nurl = 'json://s3cret'\ngets = ['all']",
    "gets 应是一串名称": "[[channel]]\nname = 'a'\nurl = 'json://s3cret'\ngets = 'alerts'",
    "message_when 只能取": "[[channel]]\nname = 'a'\nurl = 'json://s3cret'\nmessage_when = 'daily'",
    "也要写 city": "[[channel]]\nname = 'a'\nurl = 'json://s3cret'\nunits = ['清丰县']",
    "不认识“password”": "[[channel]]\nname = 'a'\nurl = 'json://s3cret'\npassword = 's3cret'",
    "写了两次": "[[channel]]\nname = 'a'\nurl = 'json://s3cret'\n[[channel]]\nname = 'a'\nurl = 'json://s3cret'",
}


@pytest.mark.parametrize("said", REFUSED)
def test_a_set_up_that_cannot_be_used_is_refused_without_repeating_what_it_hides(said, tmp_path):
    path = tmp_path / "delivery.toml"
    path.write_text(REFUSED[said], encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(DeliveryError, match=said) as refused:
        load_setup(Home(tmp_path), {})
    assert "s3cret" not in str(refused.value) and str(path) in str(refused.value)


def test_a_secret_others_may_read_is_refused_and_one_from_a_file_or_the_environment_is_taken(tmp_path):
    path, held = tmp_path / "delivery.toml", tmp_path / "address"
    path.write_text("[[channel]]\nname = 'a'\nurl = 'json://host/x'", encoding="utf-8")
    path.chmod(0o640)
    with pytest.raises(DeliveryError, match="别的账户也能读。请先 chmod 600"):
        load_setup(Home(tmp_path), {})
    held.write_text("mailtos://a:b@smtp.example.gov.cn\n", encoding="utf-8")
    held.chmod(0o644)
    path.write_text(f"[[channel]]\nname = 'a'\nurl_file = '{held}'", encoding="utf-8")
    with pytest.raises(DeliveryError, match=f"{held} 写有密钥"):
        load_setup(Home(tmp_path), {})
    held.chmod(0o600)
    assert load_setup(Home(tmp_path), {}).channels[0].kind_zh == SCHEMES_ZH["mailtos"]
    path.write_text("[[channel]]\nname = 'a'\nurl_env = 'BUREAU'", encoding="utf-8")
    assert load_setup(Home(tmp_path), {"BUREAU": "wecombot://key"}).channels[0].kind_zh == "企业微信群机器人"


def test_places_names_and_days_that_are_none_are_told(root, home, yanglao, sink):
    def refused(*words):
        done = yanglao("deliver", *words, "--demo", home=root)
        assert done.returncode == 18
        return done.stderr

    set_up(home, channel(sink, city="抚顺", units=["清丰县"]))
    assert "没有“清丰县”这个单位" in refused("alerts") and "没有“清丰县”这个单位" in refused("message")
    assert "没有“北京”这个城市" in (set_up(home, channel(sink, city="北京")) or refused("message"))
    assert "没有设置。请用 yanglao deliver channels 查看" in refused("try", "x")
    assert "不是提醒的编号" in refused("snooze", "x", "--until", "2030-01-01", "--reason", "说明")
    assert "请写成 2026-12-31" in refused("snooze", "backup", "--until", "明天", "--reason", "说明")
    assert "已经过去" in refused("snooze", "backup", "--until", "2020-01-01", "--reason", "说明")
    set_up(home, channel(sink))
    assert yanglao("deliver", "try", "局长办公室", "--demo", home=root).returncode == 0 and len(sink.taken) == 1
    assert SECRET not in yanglao("deliver", "channels", "--demo", home=root).stdout
