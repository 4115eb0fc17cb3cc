"""`yanglao edition ask | answer | reopen | close`: the questions leaders ask and what comes back."""

from datetime import datetime
from typing import Annotated

import typer

from warehouse.command_line import Demo, Json, chosen_home
from warehouse.editions import record
from warehouse.editions.command_place import As, City, actor_here, opened_releases, where
from warehouse.errors import PaperError
from warehouse.home import Home
from warehouse.terminal import print_json, print_rows, say

questions = typer.Typer()


@questions.command(help="追问：列出，或用 --text 提出一条")
def ask(
    city: City = "",
    text: Annotated[str, typer.Option("--text", metavar="问题")] = "",
    owner: Annotated[str, typer.Option("--owner", metavar="责任单位")] = "",
    due: Annotated[datetime | None, typer.Option("--due", formats=["%Y-%m-%d"], metavar="期限")] = None,
    unit: Annotated[str, typer.Option("--unit", metavar="单位", help="问的是哪个单位；不写即全市")] = "",
    indicator: Annotated[str, typer.Option("--indicator", metavar="指标代码", help="问的是哪个指标")] = "",
    asked_in: Annotated[str, typer.Option("--edition", metavar="编号", help="哪一版里问的；不写即现行批次")] = "",
    login: As = "",
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    from warehouse.editions import questions, signing

    place = chosen_home(demo)
    if not text:
        _list_questions(place, as_json)
        return
    if due is None:
        raise PaperError("追问：没有写期限。如 --due 2026-12-10")
    with opened_releases(place) as releases:
        area_id, area_zh, city_area_id = where(releases, city, unit, None)
        actor = actor_here(chosen_home(), "ask", login, area_id, city_area_id)
        with releases.acquire() as release:
            label = questions.label_of(release, indicator)
            owner_area = questions.unit_named(release, city_area_id, owner)
            source = record.edition(place, asked_in).key if asked_in else release.release_id
    number = questions.ask(
        place, city_area_id=city_area_id, area=(area_id, area_zh), indicator=(indicator, label), asked_in=source,
        text_zh=text, owner=(owner_area, owner), due_on=due.date(), today=signing.today(), actor=actor,
    )  # fmt: skip
    if as_json:
        print_json({"number": number})
    else:
        say(f"追问{number}已记下，期限{due:%Y-%m-%d}，责任单位{owner}")


@questions.command(help="答复追问；用到的数写上凭证编号，如 yanglao edition answer 3 --text '…' --figure 4c0c6fde")
def answer(
    number: Annotated[int, typer.Argument(metavar="追问号")],
    text: Annotated[str, typer.Option("--text", metavar="答复")] = "",
    figure: Annotated[list[str] | None, typer.Option("--figure", metavar="凭证编号", help="可写多次")] = None,
    login: As = "",
    demo: Demo = False,
) -> None:
    from warehouse.editions import questions

    place = chosen_home(demo)
    asked = questions.question(place, number)
    actor = actor_here(chosen_home(), "draft", login, asked.area_id, asked.city_area_id)
    with opened_releases(place) as releases, releases.acquire() as release:
        cited = [questions.figure_of_code(release, code) for code in figure or ()]
        questions.take(place, number, "answer", actor, text_zh=text, figures=cited, release_id=release.release_id)
    say(f"追问{number}已答复")


@questions.command(help="追问销号")
def close(number: Annotated[int, typer.Argument(metavar="追问号")], login: As = "", demo: Demo = False) -> None:
    from warehouse.editions import questions

    place = chosen_home(demo)
    asked = questions.question(place, number)
    questions.take(place, number, "close", actor_here(chosen_home(), "ask", login, asked.area_id, asked.city_area_id))
    say(f"追问{number}已销号")


@questions.command(help="答复不满意，退回重答")
def reopen(
    number: Annotated[int, typer.Argument(metavar="追问号")],
    reason: Annotated[str, typer.Option("--reason", metavar="原因")] = "",
    login: As = "",
    demo: Demo = False,
) -> None:
    from warehouse.editions import questions

    place = chosen_home(demo)
    asked = questions.question(place, number)
    actor = actor_here(chosen_home(), "ask", login, asked.area_id, asked.city_area_id)
    questions.take(place, number, "reopen", actor, text_zh=reason)
    say(f"追问{number}已退回重答")


def _list_questions(place: Home, as_json: bool) -> None:
    from warehouse.editions import questions, signing

    asked = [one.told(signing.today()) for one in questions.questions(place)]
    if as_json:
        print_json([{**vars(one), "answer_figures": [vars(figure) for figure in one.answer_figures]} for one in asked])
        return
    rows = [
        [
            str(one.number),
            one.text_zh,
            one.owner_zh,
            str(one.due_on),
            one.state_zh + ("，逾期" if one.is_overdue else ""),
        ]
        for one in asked
    ]
    if rows:
        print_rows(["号", "问题", "责任单位", "期限", "状态"], rows)
    else:
        say("没有追问")
