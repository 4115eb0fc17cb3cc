"""Commands of whoever asks a release: where it lies, walk a printed code back, run a statement, take a file along."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from warehouse.command_line import Demo, Json, chosen_home, hand_over
from warehouse.errors import FormError, QueryRefused, reason_zh
from warehouse.home import Home, account_name
from warehouse.settings import load_settings
from warehouse.terminal import print_json, print_table, say, shown_progress, visible

readers = typer.Typer()


@readers.command(help="现行批次的文件路径，可用任何 DuckDB 客户端只读打开")
def where(demo: Demo = False, as_json: Json = False) -> None:
    """The path of the file readers get."""
    from warehouse.read import Releases
    from warehouse.release.publishing.publish import release_path

    home = chosen_home(demo)
    with Releases(home).acquire() as release:
        path = release_path(home, release.release_id)
    if as_json:
        print_json({"release_id": release.release_id, "path": str(path)})
    else:
        say(str(path))


@readers.command(
    help="查凭证：简报上的编号是哪个数，如 yanglao receipt 4c0c6fde；核验报送回执：写 BS- 开头的编号，或回执文件"
)
def receipt(
    code: Annotated[
        str, typer.Argument(metavar="编号", help="简报注里的八位编号，或页面链接里的完整编号；报送回执的编号或文件")
    ],
    file: Annotated[
        Path | None, typer.Option("--file", metavar="报表", help="回执：当时报送的文件，逐字节比对")
    ] = None,
    demo: Demo = False,
    as_json: Json = False,
    release_id: Annotated[str | None, typer.Option("--release", metavar="批次编号", help="查询指定批次")] = None,
) -> None:
    """Walk a printed code back to its sentence or cell; or verify the receipt of a sending."""
    if "BS-" in code or Path(code).is_file():
        verify_receipt(code, file, demo=demo, as_json=as_json)
        return
    from warehouse.read import Releases
    from warehouse.read.receipt.receipt_codes import lines_of, numbers_of

    with Releases(chosen_home(demo)).acquire(release_id) as release:
        found = numbers_of(release, code=code)
        told = [lines_of(release, full_id) for full_id in found]
    if as_json:
        print_json([{"id": full_id, "lines": lines} for full_id, lines in zip(found, told, strict=True)])
        return
    for lines in told:
        for line in lines:
            typer.echo(line)


def verify_receipt(given: str, file: Path | None, *, demo: bool, as_json: bool) -> None:
    """Whether a receipt of sending is what was entered; exit code of a form's error when a byte is not."""
    from warehouse.people import sent_receipts

    try:
        text = Path(given).read_bytes().decode("utf-8-sig", "replace") if Path(given).is_file() else given
        content = file.read_bytes() if file else None
    except OSError as error:
        raise FormError(f"文件 {error.filename}：读不出来（{reason_zh(error)}）。请核对路径和权限") from error
    found = sent_receipts.verify(chosen_home(demo), text, file=content)
    if as_json:
        print_json(
            {
                "code": found.receipt.code,
                "is_true": not found.faults,
                "state_zh": found.state_zh,
                "lines": dict(found.receipt.lines),
                "faults_zh": list(found.faults),
            }
        )
    else:
        for label, line in found.receipt.lines:
            say(f"{label}：{line}")
        say(f"现在：{found.state_zh}")
        for fault in found.faults:
            say(fault, err=True)
        say("回执属实" if not found.faults else "回执与登记不符")
    if found.faults:
        raise typer.Exit(FormError.exit_code)


Release = Annotated[str | None, typer.Option("--release", metavar="批次编号", help="查询指定批次")]
Parameters = Annotated[list[str] | None, typer.Option("--param", metavar="名称=值", help="语句里 :名称 的值，可写多次")]


@readers.command(help='查询现行批次，如 yanglao sql "select * from core.dim_month limit 3"；不写语句则从标准输入读')
def sql(
    query: Annotated[str, typer.Argument(metavar="[查询]", help="一条 select 语句")] = "-",
    demo: Demo = False,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="输出 CSV（UTF-8）")] = False,
    release_id: Release = None,
    param: Parameters = None,
    card: Annotated[str, typer.Option("--card", metavar="标题", help="把第一行的 value 存为汇报卡")] = "",
) -> None:
    """Rows of one select: a table for people, JSON or CSV for machines; through the same gate as the page."""
    from warehouse.export import marked, safe_csv
    from warehouse.query.answer_files import audited, given_parameters
    from warehouse.query.ask import run_query

    statement = sys.stdin.read() if query == "-" else query
    answer = run_query(
        chosen_home(demo),
        statement,
        parameters=given_parameters(param),
        release_id=release_id,
        limits=load_settings(),
        **audited(Home(load_settings().home)),
    )
    if card:
        keep_card(chosen_home(demo), answer, card)
    if as_json:
        print_json(
            {
                "release_id": answer.release_id,
                "kind_code": answer.kind_code,
                "truncated": answer.truncated,
                "row_count": answer.row_count,
                "hash": answer.hash,
                "warnings_zh": list(answer.warnings_zh),
                "rows": answer.frame.to_dicts(),
            }
        )
        return
    if as_csv:
        text = safe_csv(marked(answer.frame, answer.kind_code))
        print(visible(text) if sys.stdout.isatty() else text, end="")
    else:
        print_table(answer.frame)
    kind = "演示数据" if answer.kind_code == "demo" else "实际数据"
    say(f"{answer.size_zh} · 批次 {answer.release_id} · {kind}", err=True)
    for warning in answer.warnings_zh:
        say(warning, err=True)


@readers.command(
    help="把一张表或一条查询存成文件，如 yanglao export mart.coverage 覆盖.xlsx；不写表名即生成当月简报，"
    "如 yanglao export --city 濮阳 --month 2026-10 --format pdf --format docx --out 简报"
)
def export(
    what: Annotated[
        str | None, typer.Argument(metavar="[表或查询]", help="如 mart.coverage，或一条 select 语句")
    ] = None,
    file: Annotated[Path | None, typer.Argument(metavar="[文件]", help="以 .csv .xlsx .parquet .arrow 结尾")] = None,
    demo: Demo = False,
    as_json: Json = False,
    release_id: Release = None,
    param: Parameters = None,
    month: Annotated[str, typer.Option("--month", metavar="月份", help="简报：如 2026-10；不写即最新")] = "",
    city: Annotated[str, typer.Option("--city", metavar="城市", help="简报：全称或登记的简称")] = "",
    unit: Annotated[
        list[str] | None, typer.Option("--unit", metavar="单位", help="简报：可写多次；“全部”即每个单位")
    ] = None,
    kind: Annotated[str, typer.Option("--kind", metavar="种类", help="简报：通报、一张纸、全套")] = "",
    section: Annotated[list[str] | None, typer.Option("--section", metavar="节", help="简报：只要这几节")] = None,
    form: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="格式",
            help="简报：pdf docx xlsx png svg pptx zip（网页文件夹）html（投影页），可写多次",
        ),
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--template", metavar="模板", help="简报：本单位带标记的 .docx")
    ] = None,
    edits: Annotated[
        Path | None, typer.Option("--edits", metavar="文件", help="简报：改写的段落（JSON：段落名到文字）")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="文件夹", help="简报：写到哪里；不写即当前目录")] = None,
) -> None:
    """Write a file of rows; or the month's briefing, whole files or none."""
    if what is None:
        wishes = {
            "city": city,
            "unit": unit or (),
            "month": month,
            "kind": kind,
            "sections": section or (),
            "formats": form or (),
        }
        export_briefing(
            wishes, demo=demo, as_json=as_json, release_id=release_id, template=template, edits=edits, out=out
        )
        return
    if file is None:
        raise QueryRefused("export：没有写文件名。如 yanglao export mart.coverage 覆盖.xlsx；要简报就不写表名")
    export_rows(what, file, demo=demo, as_json=as_json, release_id=release_id, param=param)


def keep_card(home: Home, answer: Any, title: str) -> None:
    """Promote the first row of an answer; said on the terminal."""
    from warehouse.query import cards
    from warehouse.read import Releases

    name = account_name()
    with Releases(home).acquire(answer.release_id) as release:
        made = cards.candidate(release, answer, row=0, column="value", title_zh=title, who=name, name_zh=name)
    number = cards.keep(home, made)
    say(f"已存为汇报卡 {number}：{made.label_zh} {made.wording} · 批次 {made.release_id}", err=True)


def export_briefing(
    wishes: dict[str, Any],
    *,
    demo: bool,
    as_json: bool,
    release_id: str | None,
    template: Path | None,
    edits: Path | None,
    out: Path | None,
) -> None:
    """Make and write the files of a briefing; what was edited and does not stand in the release is told."""
    from warehouse.paper.command import make_briefing
    from warehouse.read import Releases

    with shown_progress(silent=as_json) as progress, Releases(chosen_home(demo)).acquire(release_id) as release:
        made = make_briefing(release, wishes, template=template, edits=edits, folder=out or Path(), progress=progress)
    if as_json:
        print_json(made.told())
        return
    for path in made.paths:
        typer.echo(str(path))
    for doubt in made.doubts_zh:
        typer.echo(doubt, err=True)
    typer.echo(f"共{len(made.paths)}个文件 · 批次 {made.release_id} · {'、'.join(made.states_zh)}", err=True)


def export_rows(
    what: str, file: Path, *, demo: bool, as_json: bool, release_id: str | None, param: list[str] | None
) -> None:
    """Write a file; a relation whole, a statement within the limits of the page."""
    from warehouse.query.answer_files import audited, form_of, given_parameters, make_file

    made = make_file(
        chosen_home(demo),
        what,
        form_of(file),
        parameters=given_parameters(param),
        release_id=release_id,
        limits=load_settings(),
        **audited(Home(load_settings().home)),
    )
    try:
        file.write_bytes(made.content)
        hand_over(file)
    except OSError as error:
        raise QueryRefused(f"文件 {file}：写不进去（{reason_zh(error)}）。请检查目录与权限，或另选位置") from error
    if as_json:
        print_json(
            {
                "file": str(file),
                "bytes": len(made.content),
                "release_id": made.notes.release_id,
                "kind_code": made.notes.kind_code,
                "truncated": made.truncated,
            }
        )
    else:
        kind = "演示数据" if made.notes.is_demo else "实际数据"
        say(f"已写 {file}（{made.notes.size_zh}）· 批次 {made.notes.release_id} · {kind}")
