"""What is wrong in our own files stops the refresh: file, row and remedy are named, the current release stands."""

import functools
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from etl import documents, reference
from etl.refresh import refresh
from tests.build.small import small_refresh
from tests.build.watching import files_of, marker_of
from tests.documents import joined_documents
from tests.unit import test_reference
from warehouse import catalog
from warehouse.desk.journal import Desk
from warehouse.errors import CatalogError, SourceError
from warehouse.home import Home
from warehouse.read import Releases

REPLY = "puyang-reply-2023-196"
LEDGER = f"figures/{REPLY}.toml"
CENSUS = "china_county_2020.csv"


@dataclass(frozen=True)
class Fault:
    """How a shipped folder is spoilt, and what the refusal says of it: place, fact, remedy."""

    spoil: Callable[[Path], None]
    place: str
    fact: str
    remedy: str


def replaced(file: str, old: str, new: str, *, behind: str) -> Callable[[Path], None]:
    """Put `new` for the first `old` behind a mark; both must be there, else nothing would be spoilt."""

    def spoil(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        at = text.index(old, text.index(behind))
        path.write_text(text[:at] + new + text[at + len(old) :], encoding="utf-8")

    return spoil


def doubled(folder: Path) -> None:
    """The last row of a ledger once more under the next number."""
    path = folder / LEDGER
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\n" + text[text.rindex("[[figure]]") :].replace(":021", ":022"), encoding="utf-8")


def census_of_ten_more(folder: Path) -> None:
    """华龙区 with ten residents more than its ages, its city and its sexes have; the sum of the file signed anew."""
    line = "410902,华龙区,county,410900,河南省,濮阳市,"
    test_reference.change(folder, CENSUS, line + "607028", line + "607038")


LEDGER_FAULTS = (
    # its quote is not in its document
    Fault(
        replaced(LEDGER, "街道养老服务中心20个，社区", "街道养老服务中心20个,社区", behind=f'id = "{REPLY}:010"'),
        f"{LEDGER} 第10条 {REPLY}:010",
        "不在原文的任何一段中",
        "请照原文逐字改正",
    ),
    # its wording says another value
    Fault(
        replaced(LEDGER, "value = 667000", "value = 66700", behind=f'id = "{REPLY}:018"'),
        f"{LEDGER} 第18条 {REPLY}:018",
        "“66.7万人”的value应为667000，账上是66700",
        "请核对原文",
    ),
    # it doubles another
    Fault(doubled, f"{LEDGER} 第22条 {REPLY}:022", f"与{REPLY}:021重复登记", "请只留一条"),
)
CATALOGUE_FAULTS = (
    Fault(
        replaced("indicators.toml", "label_en =", "label_fr =", behind="[active_rate]"),
        "indicators.toml ［active_rate］ label_fr",
        "没有这个字段",
        "请改名或删去",
    ),
    Fault(
        replaced("indicators.toml", 'denominator = "institution_bed_count"\n', "", behind="[nursing_bed_share]"),
        "indicators.toml ［nursing_bed_share］ denominator",
        "缺少",
        "请补写",
    ),
)
CIRCLE = (
    Fault(
        replaced(
            "indicators.toml",
            'denominator = "institution_bed_count"',
            'denominator = "nursing_bed_share"',
            behind="[nursing_bed_share]",
        ),
        "indicators.toml ［nursing_bed_share］",
        "绕成了圈",
        "请",
    ),
)
CENSUS_FAULTS = (
    Fault(
        census_of_ten_more,
        f"etl/reference/tables/{CENSUS} 第1687行 濮阳市 population",
        "下级之和 3772098 比本级 3772088 多 10",
        "请与来源核对，恢复原数",
    ),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """A data home with one release, whose marker is 1; no test may change it."""
    root = tmp_path_factory.mktemp("one") / "home"
    small_refresh(root, 1)
    return Home(root)


@pytest.mark.parametrize(
    ("name", "package", "kind", "faults"),
    [
        ("load_documents", documents, SourceError, LEDGER_FAULTS),
        ("load_catalog", catalog, CatalogError, CATALOGUE_FAULTS),
        ("load_catalog", catalog, CatalogError, CIRCLE),
        ("load_reference", reference, SourceError, CENSUS_FAULTS),
    ],
)
def test_faults_in_our_files_stop_the_refresh_and_the_current_release_stands(
    home, tmp_path, monkeypatch, name, package, kind, faults
):
    folder = tmp_path / "spoilt"
    if package is documents:
        joined_documents(folder)
        spoilt = functools.partial(documents.load_documents, folder)
    else:
        shutil.copytree(Path(package.__file__).parent, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        spoilt = functools.partial(getattr(package, name), folder=folder)
    for fault in faults:
        fault.spoil(folder)
    before = files_of(home)
    # The loader reads the spoilt folder; everything else is as shipped.
    monkeypatch.setattr(package, name, spoilt)
    # What it reads is not where the cache looks for changes.
    monkeypatch.setattr("etl.declared_frames._key", lambda catalog: "spoilt")
    with pytest.raises(kind) as refused:
        refresh(home)
    told = refused.value.problems
    for fault in faults:
        assert any(fault.place in one and fault.fact in one and fault.remedy in one for one in told), (fault, told)
    assert files_of(home) == before
    assert marker_of(Releases(home)) == 1
    # The desk remembers that it was tried, and why it came to nothing.
    (last,) = Desk(home).entries(limit=1)
    assert not last.is_done and faults[0].place in last.sentence_zh
