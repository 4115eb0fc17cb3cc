"""A table of a page as a file: CSV for Excel and Excel itself, each saying what it is, from when and of which release."""

from collections.abc import Callable, Sequence

import polars as pl
import streamlit as st

from pages.ui.kit.view import View
from pages.ui.takeaway import exporting
from warehouse import export

FORMS = {"csv": "CSV", "xlsx": "Excel"}


def offer(
    view: View,
    make: Callable[[], pl.DataFrame],
    *,
    title_zh: str,
    as_of_zh: str,
    sources: Sequence[str],
    remarks: Sequence[str] = (),
    key: str,
) -> None:
    """One button a format; the file is made when its button is pressed.

    A CSV has no sheet of notes, so source, as-of and release stand in columns of every row, as the mark of a
    demonstration does.

    Args:
        make: the rows, with Chinese names of columns.
    """

    def made(form: str) -> Callable[[], bytes]:
        heights: list[int] = []

        def bytes_of() -> bytes:
            frame = stamped(make(), view, as_of_zh=as_of_zh, sources=sources)
            heights[:] = [frame.height]
            return export.write(frame, form, notes(frame.height))

        return exporting.recorded(view, bytes_of, f"{title_zh}（{form}）", rows=lambda: heights[0])

    def notes(rows: int) -> export.Notes:
        return export.Notes(
            title_zh=title_zh,
            release_id=view.release_id,
            kind_code=view.kind,
            size_zh=f"{rows}行",
            sources=sources,
            remarks=[f"截至：{as_of_zh}", *remarks],
        )

    with st.container(key=f"screen-only-{key}", horizontal=True, gap="small"):
        for form, name in FORMS.items():
            st.download_button(
                f"下载{name}",
                data=made(form),
                file_name=export.file_name(form, notes(0)),
                mime=export.FORMATS[form],
                key=f"{key}-{form}",
                on_click="ignore",
            )


def stamped(frame: pl.DataFrame, view: View, *, as_of_zh: str, sources: Sequence[str]) -> pl.DataFrame:
    """The rows with 截至, 来源 and 批次 beside each."""
    return frame.with_columns(
        pl.lit(as_of_zh).alias("截至"), pl.lit("；".join(sources)).alias("来源"), pl.lit(view.release_id).alias("批次")
    )
