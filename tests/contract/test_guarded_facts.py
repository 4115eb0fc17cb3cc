"""Guarded sentences, found by program: words that state a fact stand under a condition, or say why they need none.

A text of a page or of the words that says none, all, most, least or enough (FACT) is stated by the code that prints it. It
is guarded where a condition decides about it: around it, before it in its function, or around every use of that function or constant.
What stands without one is declared in UNCONDITIONAL with the reason, so that a new caption, heading, label or note cannot
state a fact that no data can take back.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WHERE = ("pages/briefing", "pages/ui", "warehouse/wording")
FACT = re.compile(
    "没有|不足|超过|高于|低于|最高|最低|最多|最少|都[是有没不在]|均[为未已]|全部|一致|未公布|没公布|尚未|领先|滞后|只有|仅有|相符|不符"
)
_DECIDES = (ast.If, ast.IfExp, ast.BoolOp, ast.Compare, ast.match_case, ast.ExceptHandler, ast.comprehension, ast.Dict, ast.Raise)  # fmt: skip

LEGEND, RULE = "names a sign or a column, whatever the data", "tells a rule or what a page is for, whatever the data"
COUNTED = "counts what it says in the same sentence"
# Module and function or constant → why its words need no condition.
UNCONDITIONAL = {
    "pages/briefing/ageing/rows.py:stands": LEGEND,
    "pages/briefing/bulletin/parts.py:choose": LEGEND,
    "pages/briefing/coverage/picture.py:matrix": LEGEND,
    "pages/briefing/documents/parts.py:about": COUNTED,
    "pages/briefing/editions/opened.py:_colophon": LEGEND,
    "pages/briefing/overview/without_months.py:_deck": RULE,
    "pages/briefing/programmes/page.py:": RULE,
    "pages/briefing/programmes/parts.py:_families": LEGEND,
    "pages/briefing/programmes/rows.py:board": LEGEND,
    "pages/briefing/targets/parts.py:_qualitative": "no release has a place for such a judgement",
    "pages/ui/frame/colophon.py:SIGNS": LEGEND,
    "pages/ui/frame/frame.py:_closed": "told where a link of a role's menu names what it has not",
    "pages/ui/marks/matrix.py:key": LEGEND,
    "pages/ui/takeaway/keeping.py:HELP_ZH": RULE,
    "warehouse/wording/allowance_months.py:EXPECTED_RULE_ZH": RULE,
    "warehouse/wording/desk/replies.py:": "a word of a fault, printed where the fault is",
    "warehouse/wording/grammar/sentences.py:documents_finding": COUNTED,
}


Tree = tuple[ast.Module, dict[ast.AST, ast.AST]]


@cache
def _texts() -> dict[str, str]:
    """Every module that may use what pages and words state."""
    paths = (path for folder in ("pages", "warehouse") for path in (ROOT / folder).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted(paths)}


@cache
def _tree(text: str) -> Tree:
    """A module, and the parent of each of its nodes."""
    tree = ast.parse(text)
    return tree, {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def _is_decided(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> tuple[str, bool]:
    """The function or the constant a node stands in, and whether something there decides if it is reached."""
    child = node
    while (parent := parents.get(child)) is not None:
        if isinstance(parent, _DECIDES) and child is not getattr(parent, "test", None):
            return "", True
        if isinstance(parent, ast.GeneratorExp | ast.ListComp) and any(one.ifs for one in parent.generators):
            return "", True
        if isinstance(parent, ast.FunctionDef):
            before = parent.body[: parent.body.index(child)] if child in parent.body else []
            return parent.name, any(
                isinstance(inner, ast.Return | ast.Raise) for one in before for inner in ast.walk(one)
            )
        if isinstance(parent, ast.Assign) and isinstance(parents[parent], ast.Module):
            return getattr(parent.targets[0], "id", ""), False
        child = parent
    return "", False


def _facts(tree: ast.Module, parents: dict[ast.AST, ast.AST]) -> Iterator[ast.Constant]:
    """Texts that state something; no docstrings."""
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and FACT.search(node.value) and not isinstance(parents[node], ast.Expr):
            yield node


def _uses_are_decided(texts: dict[str, str], module: str, name: str) -> bool:
    """Whether each use of a function or constant is decided: in its module, and for one without underscore in all."""
    uses = []
    package, _, stem = module.removesuffix(".py").replace("/", ".").rpartition(".")
    for path, text in texts.items():
        if path == module or (not name.startswith("_") and all(word in text for word in (package, stem, name))):
            tree, parents = _tree(text)
            uses += [
                _is_decided(node, parents)[1]
                for node in ast.walk(tree)
                if isinstance(node, ast.Name | ast.Attribute)
                and isinstance(node.ctx, ast.Load)
                and name == getattr(node, "id", getattr(node, "attr", None))
            ]
    return bool(uses) and all(uses)


def _undecided(texts: dict[str, str]) -> dict[str, list[str]]:
    """Module and function → the facts stated there without a condition."""
    found: dict[str, list[str]] = {}
    for module, text in texts.items():
        if not module.startswith(WHERE) or not FACT.search(text):
            continue
        tree, parents = _tree(text)
        for fact in _facts(tree, parents):
            name, decided = _is_decided(fact, parents)
            if not decided and not (name and _uses_are_decided(texts, module, name)):
                found.setdefault(f"{module}:{name}", []).append(fact.value)
    return found


def test_no_fact_is_stated_without_a_condition():
    found = _undecided(_texts())
    assert {where: said for where, said in found.items() if where not in UNCONDITIONAL} == {}
    assert UNCONDITIONAL.keys() <= found.keys()


@pytest.mark.parametrize(
    ("code", "stated"),
    [
        ("def f(rows):\n    return '没有欠报'", ["没有欠报"]),
        ("def f(rows):\n    st.caption(f'{rows}都没有公布')", ["都没有公布"]),
        ("def f(rows):\n    return '' if rows else '没有欠报'", []),
        ("def f(rows):\n    if rows:\n        return ''\n    return '没有欠报'", []),
        ("def f(rows):\n    return _g()\ndef _g():\n    return '没有欠报'", ["没有欠报"]),
        ("def f(rows):\n    return rows or _g()\ndef _g():\n    return '没有欠报'", []),
        ("NOTE_ZH = '两市都没有公布'\ndef f(rows):\n    return NOTE_ZH", ["两市都没有公布"]),
        ("NOTE_ZH = '两市都没有公布'\ndef f(rows):\n    return '' if rows else NOTE_ZH", []),
    ],
)
def test_a_fact_is_found_where_nothing_decides_about_it(code, stated):
    found = _undecided({f"{WHERE[0]}/m.py": code})
    assert [one for many in found.values() for one in many] == stated
