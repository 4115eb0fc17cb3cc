"""Analysts read the mart files and Spark runs them: each states its grain and keeps to the common dialect."""

import re
from pathlib import Path

import pytest
import sqlglot

SQL = Path(__file__).resolve().parents[2] / "warehouse" / "sql"
FILES = sorted(SQL.rglob("*.sql"))
# SQLGlot passes or mangles these silently.
FORBIDDEN = re.compile(
    r"\b(round|asof|pivot|unpivot|generate_series|range|collate|macro|list_\w+)\b\s*\(?", re.IGNORECASE
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_model_states_its_grain_and_transpiles_to_spark(file):
    text = file.read_text(encoding="utf-8")
    assert text.startswith("-- one row per ")
    code = re.sub(r"--[^\n]*|'[^']*'", "", text)
    assert not FORBIDDEN.search(code)
    statements = sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert len(statements) == 1


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_keywords_are_lower_case(file):
    code = re.sub(r"--[^\n]*|'[^']*'|\"[^\"]*\"", "", file.read_text(encoding="utf-8"))
    assert not re.search(r"\b(SELECT|FROM|WHERE|JOIN|CASE|WHEN|GROUP|ORDER|UNION|CAST|AS)\b", code)
