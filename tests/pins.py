"""Refresh the pinned versions: `uv run tests/pins.py`.

Resolves the ranges of pyproject.toml anew and writes every resolved version into
`[tool.uv] constraint-dependencies`, so that two installations are alike without a lock file (which would record
download hosts). Run the tests afterwards.
"""

import re
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
BLOCK = re.compile(r"constraint-dependencies = \[\n.*?\]\n", re.DOTALL)


def resolved(text: str) -> list[str]:
    """One requirement a package that the ranges of `text` (a pyproject.toml) resolve to, sorted.

    A package whose version depends on the Python version or platform stands once a case, with its marker.
    """
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").write_text(BLOCK.sub("", text), encoding="utf-8")
        subprocess.run([shutil.which("uv") or "uv", "lock", "--quiet"], cwd=folder, check=True)
        lock = tomllib.loads((Path(folder) / "uv.lock").read_text(encoding="utf-8"))
    own = tomllib.loads(text)["project"]["name"]
    pins = []
    for package in lock["package"]:
        if package["name"] != own:
            markers = package.get("resolution-markers", [""])
            pins += [
                f"{package['name']}=={package['version']}" + (f" ; {marker}" if marker else "") for marker in markers
            ]
    return sorted(pins)


def main() -> None:
    text = PROJECT.read_text(encoding="utf-8")
    pins = "".join(f'    "{pin}",\n' for pin in resolved(text))
    PROJECT.write_text(BLOCK.sub(lambda _: f"constraint-dependencies = [\n{pins}]\n", text), encoding="utf-8")
    print(f"{pins.count('==')} versions pinned")


if __name__ == "__main__":
    main()
