"""What Streamlit works out once in every process and no page here has any use for: it would be a third of a start."""

import sys


def import_streamlit() -> None:
    """Import Streamlit as on a machine without plotly: it would make a look for charts, and ours bring their own."""
    if "streamlit" in sys.modules:
        return
    sys.modules["plotly"] = None
    try:
        import streamlit  # noqa: F401
    finally:
        del sys.modules["plotly"]


def spare_questions() -> None:
    """Answer before the first page what Streamlit would ask itself in it."""
    from streamlit import delta_generator, string_util
    from streamlit.components.v2.bidi_component import serialization

    # Whether somebody types at a prompt: to tell, it looks up the file of every module.
    delta_generator._use_warning_has_been_displayed = True
    # Which of thousands of emojis a label begins with, as an icon apart from it; one that did would stand in the label.
    string_util.extract_leading_emoji = lambda text: ("", text)
    # Which values handed to a component are tables: none of ours, and to tell, it loads pandas, numpy and pyarrow.
    serialization.is_dataframe_like = lambda value: False
