"""Files checked on the spot for whoever asks, page or command: as the next refresh would, and nothing is stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from etl.demo.catalogue import demo_catalog
from etl.months.check import Checked, Known, check_file, wanted_form
from etl.months.model import Context
from etl.months.month_frames import make_context
from etl.months.template.marked_copy import marked_copy
from warehouse.catalog import load_catalog
from warehouse.errors import FormError, reason_zh
from warehouse.home import Home
from warehouse.settings import load_settings
from warehouse.wording.desk.submissions import checked_lines

MOST_MB = 1000
"""Beyond this a file is not even looked at; up to it the rule of size tells what to do."""

NOT_STORED_ZH = "只是检查，没有收取，也没有保存；报送请把文件放入收件箱，再运行 yanglao refresh"


@dataclass(frozen=True)
class CheckedFiles:
    """What a check of several files found, in their order."""

    files: list[Checked]
    context: Context

    @property
    def is_acceptable(self) -> bool:
        """Whether every file could be sent as it is, or came before."""
        return all(one.is_acceptable or one.already_zh for one in self.files)

    def lines(self) -> list[str]:
        """For a terminal."""
        codes = self.context.catalog.codes
        names, severities = (
            {code: one.label_zh for code, one in codes[code_set].items()} for code_set in ("form_code", "severity_code")
        )
        return [line for one in self.files for line in checked_lines(one, names, severities)] + [NOT_STORED_ZH]

    def write_copies(self, paths: Sequence[Path], folder: Path) -> list[Path]:
        """Marked copies of the files something was found in; `paths` in the order of the check. No file is replaced.

        Raises:
            FormError: the folder cannot be written to, or a file of that name lies there.
        """
        severities = {code: one.label_zh for code, one in self.context.catalog.codes["severity_code"].items()}
        written = []
        for path, one in zip(paths, self.files, strict=True):
            if not one.issues:
                continue
            target = folder / f"{path.stem}-检查结果.xlsx"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as file:
                    file.write(marked_copy(path.read_bytes(), one.issues, severities, load_settings()))
            except FileExistsError as error:
                raise FormError(f"{target}：已经有这个文件，请移走或换一个文件夹") from error
            except OSError as error:
                raise FormError(f"{target}：{reason_zh(error)}，请换一个文件夹") from error
            written.append(target)
        return written

    def table(self) -> list[dict]:
        """For machines: one entry a file with its forms and issues."""
        return [
            {
                "file_name": one.file_name,
                "is_acceptable": one.is_acceptable,
                "already_zh": one.already_zh or None,
                "others_zh": one.others_zh,
                "left_out_zh": one.left_out_zh,
                "forms": [vars(form) for form in one.forms],
                "issues": one.issues,
            }
            for one in self.files
        ]


def judging_context(*, is_demo: bool) -> Context:
    """What forms are judged by, of the real data or of the demonstration."""
    declared = load_catalog()
    return make_context(demo_catalog(declared), kind="demo") if is_demo else make_context(declared)


def check_paths(
    home: Home,
    paths: Sequence[Path],
    *,
    unit: str = "",
    month: str = "",
    is_demo: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> CheckedFiles:
    """Check files against what stands accepted in `home`.

    Args:
        unit, month: whose form of which month each file should hold; not looked at when empty.

    Raises:
        FormError: a path is no file that can be read, or unit or month are not known; nothing was checked.
    """
    unreadable = [why for path in paths if (why := _unreadable(path))]
    if unreadable:
        raise FormError("有文件打不开，一个也没有检查：", problems=unreadable)
    context = judging_context(is_demo=is_demo)
    wanted = wanted_form(unit, month, context)
    found = []
    for done, path in enumerate(paths):
        if progress:
            progress(f"检查 {path.name}", done, len(paths))
        # Whoever runs the command reads the data home anyway.
        found.append(
            check_file(
                path,
                context=context,
                known=Known.RELEASED | Known.RECEIVED,
                home=home,
                settings=load_settings(),
                wanted=wanted,
            )
        )
    if progress:
        progress("检查完毕", len(paths), len(paths))
    return CheckedFiles(found, context)


def _unreadable(path: Path) -> str:
    if path.is_dir():
        return f"{path}：是文件夹，请写其中的文件"
    if not path.exists():
        return f"{path}：没有这个文件，请核对路径"
    # A pipe would be waited at for ever, and a device never ends.
    if not path.is_file():
        return f"{path}：不是普通文件（管道、设备之类），请写文件本身"
    size = path.stat().st_size >> 20
    if size > MOST_MB:
        return f"{path}：有{size}MB，报表不会这么大，请核对路径"
    try:
        with path.open("rb"):
            return ""
    except OSError as error:
        return f"{path}：{reason_zh(error)}，请核对路径和权限"
