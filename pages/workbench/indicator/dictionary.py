"""The data dictionary of a release as files, made from what the release says about itself."""

from collections.abc import Callable

from pages.ui.kit.view import View
from pages.ui.takeaway import exporting
from warehouse import export
from warehouse.read.meta import dictionary


def dictionary_file(view: View, part: str) -> Callable[[], bytes]:
    """A maker of the CSV file of `indicators` or `columns`, for a download button."""

    def made() -> bytes:
        frame = view.ask(dictionary.indicators if part == "indicators" else dictionary.columns).frame
        notes = export.Notes(
            title_zh="数据字典", release_id=view.release_id, kind_code=view.kind, size_zh=f"共{frame.height}行"
        )
        return export.write(frame, "csv", notes)

    return exporting.recorded(view, made, "数据字典（csv）")
