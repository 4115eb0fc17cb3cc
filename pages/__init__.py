"""The screens and the answers over HTTP: choose, fetch, show. Figures and sentences come ready from `warehouse`."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
