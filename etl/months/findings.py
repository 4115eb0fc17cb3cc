"""Findings: what a rule has to say about a file, a form or a cell; and the rules as declared in etl/rules.toml."""

import hashlib
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from etl import FOLDER
from warehouse.errors import CatalogError

RULES_FILE = FOLDER / "rules.toml"
SEVERITIES = ("blocking", "hold", "soft", "info")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing found by one rule. `words` fill the rule's sentence; `breakdown` and `indicator` name the figure.

    also are further figures of the same cause (area, indicator, breakdown): held with it, and said only once.
    """

    rule: str
    sheet: str = ""
    cell: str = ""
    indicator: str = ""
    breakdown: str = ""
    area: str = ""
    reported: float | None = None
    computed: float | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    also: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A declared rule. blocking returns the form, hold keeps the cell back, soft asks for a word, info only tells.

    reach: the cells whose figures its sentence may say: none, its own cell (now and in the months it is compared with),
    every cell of the row, the whole form.
    about: which figures it judges, by the part each plays: a code, a list of codes, or codes to codes.
    """

    code: str
    severity: str
    title_zh: str
    sentence: str
    remedy: str
    stage: str
    reach: str = "cell"
    limits: Mapping[str, float] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    def say(self, finding: Finding) -> tuple[str, str]:
        """The sentence and the remedy of a finding, in Chinese."""
        words = _Words(finding.words)
        return self.sentence.format_map(words), self.remedy.format_map(words)


def codes_about(rule: Rule) -> list[str]:
    """Every figure its `about` names, in order."""
    found: list[str] = []
    for part in rule.about.values():
        found += [part] if isinstance(part, str) else [*part, *part.values()] if isinstance(part, Mapping) else part
    return found


class _Words(dict):
    def __missing__(self, key: str) -> str:
        return ""


STAGES = ("file", "layout", "cell", "form", "series", "cross")
REACHES = ("none", "cell", "row", "form")


@cache
def load_rules(path: Path = RULES_FILE) -> dict[str, Rule]:
    """Every rule by its code, as declared.

    Raises:
        CatalogError: a declaration is wrong; all problems at once.
    """
    rules: dict[str, Rule] = {}
    problems = []
    for code, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
        where = f"etl/rules.toml [{code}]"
        missing = {"severity", "title_zh", "sentence", "remedy", "stage"} - set(table)
        unknown = set(table) - {"severity", "title_zh", "sentence", "remedy", "stage", "reach", "limits", "about"}
        if missing or unknown:
            problems.append(
                f"{where}：缺 {'、'.join(sorted(missing)) or '无'}，多 {'、'.join(sorted(unknown)) or '无'}"
            )
            continue
        is_known = table["severity"] in SEVERITIES and table["stage"] in STAGES
        if not is_known or table.get("reach", "cell") not in REACHES:
            problems.append(f"{where}：severity、stage 或 reach 不认识")
        for text in (table["sentence"], table["remedy"]):
            try:
                list(string.Formatter().parse(text))
            except ValueError as error:
                problems.append(f"{where}：“{text}”的花括号不成对（{error}）")
        rules[code] = Rule(code=code, **table)
    if problems:
        raise CatalogError("规则声明有误：", problems=problems)
    return rules


@cache
def rules_hash(path: Path = RULES_FILE) -> str:
    """Changes whenever a rule's declaration does."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
