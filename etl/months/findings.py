"""Findings: what a rule has to say about a file, a form or a cell; and the rules as declared in etl/rules.toml."""

import hashlib
import string
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
    return [code for part in rule.about.values() for code in _parts(part)]


def _parts(part: Any) -> list:
    """The codes of one part: alone, in a list, or held against one another."""
    if isinstance(part, Mapping):
        return [*part, *part.values()]
    return part if isinstance(part, list) else [part]


class _Words(dict):
    def __missing__(self, key: str) -> str:
        return ""


class Rules(dict[str, Rule]):
    """Rules by code; one that the program asks for and nobody declares is said to be missing."""

    def __missing__(self, code: str) -> Rule:
        raise CatalogError(f"etl/rules.toml：没有规则 {code}，程序要用。请从程序包中恢复它")


STAGES = ("file", "layout", "cell", "form", "series", "cross")
REACHES = ("none", "cell", "row", "form")


@cache
def load_rules(path: Path = RULES_FILE) -> dict[str, Rule]:
    """Every rule by its code, as declared.

    Raises:
        CatalogError: a declaration is wrong; all problems at once.
    """
    # Imported here: who only reads a form names rules, and should not wait for the catalogue.
    from warehouse.catalog.problems import Problems
    from warehouse.catalog.tables import read_record, read_toml

    rules = Rules()
    noted = Problems()
    problems = []
    for code, table in read_toml(path.parent, path.name, noted).items():
        if (
            rule := read_record(Rule, table, file=path.name, table_name=code, given={"code": code}, problems=noted)
        ) is None:
            continue
        where = f"etl/rules.toml [{code}]"
        if rule.severity not in SEVERITIES or rule.stage not in STAGES or rule.reach not in REACHES:
            problems.append(f"{where}：severity、stage 或 reach 不认识")
        for name, limit in rule.limits.items():
            if not isinstance(limit, int | float) or isinstance(limit, bool):
                problems.append(f"{where}：limits 的 {name} 应是数，现为 {limit!r}，请改正")
        problems += [
            f"{where}：about 的 {name} 应是指标编号、其列表或对照，请改正"
            for name, part in rule.about.items()
            if not all(isinstance(one, str) for one in _parts(part))
        ]
        for text in (rule.sentence, rule.remedy):
            try:
                list(string.Formatter().parse(text))
            except ValueError as error:
                problems.append(f"{where}：“{text}”的花括号不成对（{error}）")
        rules[code] = rule
    problems = [*(f"etl/{problem}" for problem in noted.found), *problems]
    if problems:
        raise CatalogError("规则声明有误：", problems=problems)
    return rules


@cache
def rules_hash(path: Path = RULES_FILE) -> str:
    """Changes whenever a rule's declaration does."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
