"""What every query connection has besides the relations of the release: `obs` and `obs_as_of`."""

from pathlib import Path

SESSION_SQL = (Path(__file__).resolve().parent / "session.sql").read_text(encoding="utf-8")
