"""One scale of type and space on all pages: what is declared in the first style sheet, and nothing beside it."""

import re

from pages import FOLDER
from pages.ui.kit.style import SHEETS

OTHER = ("workbench/query/sql_editor.css",)
# Steps of the scale, what goes on as it is, and nothing at all (what Streamlit writes is taken out of sight so).
SIZE = re.compile(r"var\(--(tiny|small|text|sub|head|key)\)|inherit|0")
SPACED = re.compile(r"(?<![\w-])(?:margin|padding|gap|row-gap|column-gap)(?:-(?:top|right|bottom|left))?:\s*([^;}]*)")
# The size of the page itself on paper, and of 大字版 (style.py), to which all steps relate.
ROOT = re.compile(r"html \{ font-size: [^}]*\}")


def rules() -> dict[str, str]:
    """Every style sheet of ours without its comments."""
    found = {name: (FOLDER / name).read_text(encoding="utf-8") for name in (*SHEETS, *OTHER)}
    return {name: ROOT.sub("", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)) for name, text in found.items()}


def test_letters_have_the_six_sizes_of_the_scale_and_no_other():
    strange = [
        f"{name}: {size}"
        for name, text in rules().items()
        for size in re.findall(r"font-size:\s*([^;}!]*)", text)
        if not SIZE.fullmatch(size.strip())
    ]
    assert strange == []


def test_the_scale_is_declared_once_and_each_step_is_larger_than_the_one_before():
    first, *others = rules().values()
    sizes = dict(re.findall(r"--(tiny|small|text|sub|head|key):\s*([\d.]+)rem", first))
    assert list(sizes) == ["tiny", "small", "text", "sub", "head", "key"]
    values = [float(size) for size in sizes.values()]
    assert values == sorted(set(values))
    spaces = [float(size) for size in re.findall(r"--s[1-8]:\s*([\d.]+)rem", first)]
    assert len(spaces) == 8
    # Multiples of 2 px at 16 px a rem, from 8 px on of 4 px.
    assert all((space * 16) % (2 if space < 0.25 else 4) == 0 for space in spaces)
    assert not [text for text in others if re.search(r"--(?:tiny|small|text|sub|head|key|s[1-8]|area-\d):", text)]


def test_space_between_things_comes_from_the_scale():
    strange = [
        f"{name}: {value.strip()}"
        for name, text in rules().items()
        for value in SPACED.findall(text)
        # Moving something back over an edge (-0.5rem) undoes a step, it is none.
        if re.search(r"(?<![\w.-])\d*\.?\d+rem", value)
    ]
    assert strange == []


def test_no_script_of_a_page_writes_a_size_of_its_own():
    strange = [
        f"{path.relative_to(FOLDER)}: {found}"
        for path in FOLDER.rglob("*.py")
        # What stands without our style sheets: the door, kept links, the card in a frame, the watermark over a page.
        if path.name not in {"sign_in.py", "kept_links.py", "presenting.py", "frame.py", "style.py"}
        for found in re.findall(r"font-size:\s*[^;}\"']+", path.read_text(encoding="utf-8"))
    ]
    assert strange == []
