"""The same file with fixed times inside, that of the workbooks behind its charts too."""

import io
import re
import zipfile

_MOMENT = (1980, 1, 1, 0, 0, 0)
_WHEN = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")
_FIXED = rb"\g<1>2000-01-01T00:00:00Z\g<2>"


def steady(content: bytes) -> bytes:
    """The archive with every time of its parts and of workbooks embedded in it set to one moment."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            part = old.read(item)
            if item.filename.endswith(".xlsx"):
                part = steady(part)
            elif item.filename == "docProps/core.xml":
                part = _WHEN.sub(_FIXED, part)
            elif item.filename.startswith("docProps/thumbnail"):
                part = _PIXEL
            new.writestr(zipfile.ZipInfo(item.filename, _MOMENT), part, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


# The library's template brings a picture of its own first slide; one white point stands in its place.
_PIXEL = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300ffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc0000b080001000101011100ffc40014000100"
    "000000000000000000000000000009ffc4001410010000000000000000000000000000000000ffda0008010100003f002a3fffd9"
)
