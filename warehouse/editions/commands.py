"""`yanglao edition …`: list, draft, check, sign, amend, withdraw, verify, export. The engine is imported when one runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warehouse.command_line import Demo, Json, chosen_home
from warehouse.editions import frozen, record, states, whole, written
from warehouse.editions.command_place import (
    As,
    City,
    Edits,
    Name,
    Reason,
    ReleaseId,
    Sections,
    Template,
    Unit,
    actor_for,
    actor_here,
    asked_for,
    opened_releases,
    where,
)
from warehouse.editions.question_commands import questions
from warehouse.editions.record import Edition
from warehouse.errors import PaperError
from warehouse.home import Home
from warehouse.terminal import print_json, print_rows, say, shown_progress
from warehouse.wording.grammar.dates import instant_zh

if TYPE_CHECKING:
    from warehouse.editions import checklist


group = typer.Typer(help="汇报版：起草、核对、签发、更正、撤回、核验、取出；追问", no_args_is_help=True)
group.add_typer(questions)


@group.command("list", help="列出汇报版，新的在前")
def show(demo: Demo = False, as_json: Json = False) -> None:
    place = chosen_home(demo)
    rows = [_row(place, one) for one in record.editions(place)]
    if as_json:
        print_json(rows)
    elif rows:
        heads = ["编号", "状态", "批次", "签发", "更正", "摘要"]
        names = ("name_zh", "state_zh", "release_id", "signed_zh", "relation_zh", "sha256")
        print_rows(heads, [[str(row[name])[:40] for name in names] for row in rows])
    else:
        say("还没有汇报版。起草：yanglao edition draft --city 濮阳 --month 2026-10")


@group.command(help="签发前清单：必须先改的、要逐条确认的；有必须先改的退出码为13")
def check(name: Name, demo: Demo = False, as_json: Json = False) -> None:
    from warehouse.editions import checklist, signing

    place = chosen_home(demo)
    found = record.edition(place, name)
    with opened_releases(place) as releases:
        listed = checklist.check(place, releases, found, today=signing.today())
    if as_json:
        print_json(_checked(found, listed))
    else:
        for one in listed.errors:
            say(f"必须先改　{one.text_zh}。{one.remedy_zh}")
        for one in listed.warnings:
            done = "已确认" if one.key in listed.noted else "待确认"
            say(f"{done}　{one.key}　{one.text_zh}。{one.remedy_zh}")
        say(
            "可以签发"
            if listed.may_be_signed
            else f"还不能签发：{len(listed.errors)}处要改，{len(listed.waiting)}条待确认"
        )
    if listed.errors:
        raise typer.Exit(PaperError.exit_code)


@group.command(help="逐字节核验已签发的汇报版；不写编号即全部。有改动或缺失退出码为13")
def verify(
    name: Annotated[str, typer.Argument(metavar="[编号或摘要]")] = "", demo: Demo = False, as_json: Json = False
) -> None:
    place = chosen_home(demo)
    if name:
        sha = _sha_of(place, name)
        count, faults = 1, frozen.faults_zh(place, sha)
    else:
        count, faults = whole.faults_zh(place)
    if as_json:
        print_json({"checked": count, "faults_zh": faults})
    elif faults:
        for fault in faults:
            say(fault)
    else:
        say(f"已核验 {count} 个汇报版，每个字节都与签发时相同")
    if faults:
        raise typer.Exit(PaperError.exit_code)


@group.command(help="取出汇报版的文件：被更正或撤回的是加了标记的副本，--frozen 按摘要取签发时的原件")
def export(
    name: Annotated[str, typer.Argument(metavar="编号或摘要")],
    out: Annotated[Path, typer.Option("--out", metavar="文件夹", help="写到哪里；不写即当前目录")] = Path(),
    as_frozen: Annotated[bool, typer.Option("--frozen", help="签发时的原件，含内容与清单")] = False,
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    from warehouse.editions import signing

    place = chosen_home(demo)
    sha = _sha_of(place, name)
    found = next((one for one in record.editions(place) if one.sha256 == sha), None)
    if as_frozen or found is None:
        steps = [
            (one.name, lambda wanted=one.name: frozen.read(place, sha, wanted)) for one in frozen.files(place, sha)
        ]
    else:
        steps = signing.downloads(place, found)
    written = signing.write_out(steps, out)
    if as_json:
        print_json({"sha256": sha, "files": [str(path) for path in written]})
    else:
        for path in written:
            say(str(path))


@group.command(help="起草汇报版，如 yanglao edition draft --city 濮阳 --month 2026-10")
def draft(
    city: City,
    month: Annotated[str, typer.Option("--month", metavar="月份", help="如 2026-10")],
    unit: Unit = "",
    section: Sections = None,
    release_id: ReleaseId = None,
    template: Template = None,
    edits: Edits = None,
    login: As = "",
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    from warehouse.editions import signing
    from warehouse.paper.command import read_edits
    from warehouse.paper.requests import month_of

    place = chosen_home(demo)
    wanted = month_of(month)
    if wanted is None:
        raise PaperError("起草汇报版：没有写月份。如 --month 2026-10")
    with opened_releases(place) as releases:
        area, _, own_city = where(releases, city, unit, release_id)
        actor = actor_here(chosen_home(), "draft", login, area, own_city)
        made = signing.begin(
            place, releases, city=city, unit=unit, month=wanted, actor=actor, release_id=release_id,
            chosen=section or (), template_name=template or "",
        )  # fmt: skip
    if edits is not None:
        made = signing.change(place, made.key, actor, seen=made.last.number, edits=read_edits(edits))
    _told(place, made, as_json, f"已起草 {made.identity.name_zh}，批次 {made.settings.release_id}")


@group.command(help="修改草稿：换批次、节、模板、改写的段落")
def change(
    name: Name,
    section: Sections = None,
    release_id: ReleaseId = None,
    template: Template = None,
    edits: Edits = None,
    note: Annotated[str | None, typer.Option("--note", metavar="说明", help="更正版的更正说明")] = None,
    login: As = "",
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    from warehouse.editions import signing
    from warehouse.paper.command import read_edits

    place, found, actor = asked_for(name, "draft", login, demo)
    asked = {
        "sections": section, "release_id": release_id, "template_name": template, "note_zh": note,
        "edits": read_edits(edits) if edits is not None else None,
    }  # fmt: skip
    given = {key: value for key, value in asked.items() if value is not None}
    made = signing.change(place, found.key, actor, seen=found.last.number, **given)
    _told(place, made, as_json, f"已修改 {made.identity.name_zh}")


@group.command(help="写评述；不写文字即撤下自己的，如 yanglao edition comment 编号 全市总体平稳 --indicator …")
def comment(
    name: Name,
    text: Annotated[str, typer.Argument(metavar="[文字]")] = "",
    indicator: Annotated[str, typer.Option("--indicator", metavar="指标代码", help="不写即整体")] = "",
    area: Annotated[str, typer.Option("--area", metavar="地区代码", help="不写即汇报版的市或单位")] = "",
    login: As = "",
    demo: Demo = False,
) -> None:
    place, found, actor = asked_for(name, "draft", login, demo)
    about = area or found.identity.area_id
    written.comment(place, found.key, area_id=about, indicator_code=indicator, text_zh=text, actor=actor)
    say("评述已记下" if text else "评述已撤下")


@group.command(help="作废草稿")
def discard(name: Name, login: As = "", demo: Demo = False) -> None:
    from warehouse.editions import signing

    place = chosen_home(demo)
    found = record.edition(place, name)
    signing.discard(place, found.key, actor_for(chosen_home(), "draft", login, found), seen=found.last.number)
    say(f"草稿 {found.identity.name_zh} 已作废")


@group.command(help="确认清单里的一条提醒，如 yanglao edition note 编号 missing-1a2b3c4d5e")
def note(
    name: Name,
    keys: Annotated[list[str], typer.Argument(metavar="提醒编号…", help="yanglao edition check 所列；可写多个")],
    login: As = "",
    demo: Demo = False,
) -> None:
    from warehouse.editions import checklist, signing

    place, found, actor = asked_for(name, "sign", login, demo)
    with opened_releases(place) as releases:
        listed = checklist.check(place, releases, found, today=signing.today())
    known = {one.key: one for one in listed.warnings}
    for key in keys:
        if key not in known:
            raise PaperError(f"提醒 {key}：清单里没有这一条。请用 yanglao edition check 查看")
    for key in keys:
        written.note(place, found.key, warning_key=key, text_zh=known[key].text_zh, actor=actor)
    say(f"已确认 {len(keys)} 条")


@group.command(help="送审：之后由签发人签发或退回")
def submit(name: Name, login: As = "", demo: Demo = False) -> None:
    place, found, actor = asked_for(name, "draft", login, demo)
    record.take(place, found.key, "submit", actor, seen=found.last.number)
    say(f"{found.identity.name_zh} 已送审")


@group.command("return", help="退回草稿，写明原因")
def give_back(
    name: Name,
    reason: Reason = "",
    login: As = "",
    demo: Demo = False,
) -> None:
    place, found, actor = asked_for(name, "sign", login, demo)
    record.take(place, found.key, "return", actor, seen=found.last.number, reason_zh=reason)
    say(f"{found.identity.name_zh} 已退回")


@group.command(help="签发：再核对一遍，一次备齐全部文件并冻结，如 yanglao edition sign 编号 --retype '濮阳 2026-10'")
def sign(
    name: Name,
    retype: Annotated[str, typer.Option("--retype", metavar="城市 月份", help="照样重新输入，如 '濮阳 2026-10'")] = "",
    login: As = "",
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    """The operator of a machine without sign-in sends a draft on himself."""
    from warehouse.editions import signing

    place, found, actor = asked_for(name, "sign", login, demo)
    if found.state_code == states.DRAFT and actor.is_operator:
        found = record.take(place, found.key, "submit", actor, seen=found.last.number)
    with shown_progress(silent=as_json) as progress, opened_releases(place) as releases:
        made = signing.sign(
            place, releases, found.key, retyped=retype, actor=actor, seen=found.last.number, progress=progress
        )
    _told(place, made, as_json, f"{made.identity.name_zh} 已签发并冻结，摘要 {made.sha256}")


@group.command(help="起草更正版：写明更正说明，编号为下一个字母；签发后旧版处处标明已被替代")
def amend(
    name: Name,
    note: Annotated[str, typer.Option("--note", metavar="更正说明", help="改了什么、为什么")] = "",
    release_id: ReleaseId = None,
    login: As = "",
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    from warehouse.editions import signing

    place = chosen_home(demo)
    actor = actor_for(chosen_home(), "draft", login, record.edition(place, name))
    with opened_releases(place) as releases:
        made = signing.amend(place, releases, name, note_zh=note, actor=actor, release_id=release_id)
    _told(place, made, as_json, f"已起草更正版 {made.identity.name_zh}")


@group.command(help="撤回已签发的汇报版，写明原因；签发时的原件仍可按摘要取出")
def withdraw(
    name: Name,
    reason: Reason = "",
    login: As = "",
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    place, found, actor = asked_for(name, "sign", login, demo)
    made = record.take(place, found.key, "withdraw", actor, seen=found.last.number, reason_zh=reason)
    _told(place, made, as_json, f"{made.identity.name_zh} 已撤回")


def _sha_of(place: Home, name: str) -> str:
    """The hash of an edition by its name, or the hash itself, or the beginning of one."""
    text = name.strip().lower()
    if len(text) >= 8 and all(sign in "0123456789abcdef" for sign in text):
        known = [sha for sha in frozen.folders(place) if sha.startswith(text)]
        if len(known) == 1:
            return known[0]
        raise PaperError(f"摘要 {name[:64]}：{'没有' if not known else '不止一个'}这样的汇报版。请写全64位")
    found = record.edition(place, name)
    if not found.sha256:
        raise PaperError(f"汇报版 {found.identity.name_zh}：还没有签发，没有冻结的文件")
    return found.sha256


def _row(place: Home, one: Edition) -> dict[str, Any]:
    from warehouse.editions import signing

    signed = one.by("sign")
    relation = ""
    if one.replaced_by:
        relation = f"被 {record.edition(place, one.replaced_by).identity.name_zh} 替代"
    elif one.settings.replaces:
        relation = f"更正 {record.edition(place, one.settings.replaces).identity.name_zh}"
    return {
        "key": one.key,
        "name_zh": one.identity.name_zh,
        "state_code": one.state_code,
        "state_zh": states.STATES[one.state_code],
        "release_id": one.settings.release_id,
        "signed_at": signed.at if signed else None,
        "signed_zh": f"{signed.name_zh} {instant_zh(signed.at)}" if signed else "—",
        "relation_zh": relation or "—",
        "sha256": one.sha256,
        "notice_zh": signing.notice_zh(place, one),
    }


def _told(place: Home, made: Edition, as_json: bool, sentence_zh: str) -> None:
    if as_json:
        print_json({**_row(place, made), "sentence_zh": sentence_zh})
    else:
        say(sentence_zh)


def _checked(found: Edition, listed: "checklist.Checklist") -> dict[str, Any]:

    return {
        "key": found.key,
        "may_be_signed": listed.may_be_signed,
        "errors": [vars(one) for one in listed.errors],
        "warnings": [{**vars(one), "is_noted": one.key in listed.noted} for one in listed.warnings],
    }
