"""`yanglao reply check`: a draft of a reply held against what is known. Nothing of it is kept."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warehouse.command_line import Demo, Json, chosen_home
from warehouse.errors import FormError, reason_zh
from warehouse.settings import load_settings
from warehouse.terminal import print_json, say
from warehouse.wording.desk.replies import VERDICTS, repeated_zh

if TYPE_CHECKING:
    from etl.replies.check import Checked, Finding


group = typer.Typer(help="答复稿：与公开文件、最新月报、汇报版逐数核对；不保存", no_args_is_help=True)


@group.callback()
def only() -> None:
    """Keep `check` a command of its own, though there is no other yet."""


@group.command(help="核对一份答复稿，如 yanglao reply check 答复稿.docx --city 濮阳")
def check(
    file: Annotated[Path, typer.Argument(metavar="文件", help=".docx 或 .txt")],
    city: Annotated[str, typer.Option("--city", metavar="城市", help="全称或登记的简称；不写即第一个")] = "",
    besides: Annotated[
        list[str] | None,
        typer.Option("--besides", metavar="来源编号", help="不计入这份文件（如它就是本稿）；可写多次"),
    ] = None,
    demo: Demo = False,
    as_json: Json = False,
) -> None:
    from etl.replies import check as checking
    from etl.replies.draft import of_file
    from warehouse.paper.requests import wanted
    from warehouse.read import Releases

    try:
        data = file.read_bytes()
    except OSError as error:
        raise FormError(f"文件 {file}：读不出来（{reason_zh(error)}）。请核对路径和权限") from error
    place = chosen_home(demo)
    draft = of_file(data, file.name, load_settings())
    with Releases(place).acquire() as release:
        own = wanted(release, city=city).city_area_id
        found = checking.check(draft, place, release, city_area_id=own, besides=besides or ())
    if as_json:
        print_json(told(found))
        return
    for line in lines(found):
        say(line)


def told(found: "Checked") -> dict[str, Any]:
    """A check for machines; of the draft only clauses that may be shown."""
    return {
        "summary_zh": found.summary_zh,
        "release_id": found.release_id,
        "is_demo": found.is_demo,
        "figures": [
            {
                "paragraph": one.numeral.place,
                "wording": one.numeral.wording,
                "clause_zh": one.shown_zh,
                "verdict_code": one.verdict_code,
                "right_zh": one.right.wording if one.right else None,
                "right_when_zh": one.right.when_zh if one.right else None,
                "right_source_zh": one.right.source_zh if one.right else None,
                "receipt": one.right.ref if one.right else None,
                "notes_zh": list(one.notes_zh),
            }
            for one in found.findings
        ],
        "repeated": [vars(one) for one in found.repeated],
        "left_zh": found.left_zh,
    }


def lines(found: "Checked") -> list[str]:
    """A check for people: what to look at first."""
    demo = "（对照的是演示数据）" if found.is_demo else ""
    said = [f"{found.summary_zh}{demo}"]
    said += [_line(one) for one in found.by_urgency()]
    said += [repeated_zh(one.place, one.source_zh, one.paragraph_no, one.share) for one in found.repeated]
    return [*said, *found.left_zh, "稿子没有保存。"]


def _line(one: "Finding") -> str:
    from etl.replies.check import right_zh
    from warehouse.paper.model import short_code

    right = f"；{right_zh(one.right)}" if one.right else ""
    code = f"　凭证 {short_code(one.right.ref)}" if one.right and one.right.ref else ""
    notes = "".join(f"；{note}" for note in one.notes_zh)
    return f"第{one.numeral.place}段　{one.shown_zh}　{VERDICTS[one.verdict_code]}{right}{notes}{code}"
