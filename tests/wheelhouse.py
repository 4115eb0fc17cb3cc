"""Make a folder from which a machine without network installs the product: `uv run tests/wheelhouse.py FOLDER`.

    FOLDER/x86_64/*.whl   FOLDER/aarch64/*.whl     every package for that kind of machine, the product's own among them
    FOLDER/*/requirements.txt                      exact versions with the SHA-256 of each file
    FOLDER/SHA256SUMS                              of every file, as `sha256sum -c` reads it
    FOLDER/install.sh                              checks the sums, then installs without asking any network

Versions are those pinned in pyproject.toml. Only wheels are taken: a machine without network has no compiler either.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MACHINES = ("x86_64", "aarch64")
# From the oldest C library the wheels may ask for to the newest; pip takes those that fit.
PLATFORMS = (
    "manylinux2014_{}",
    "manylinux_2_17_{}",
    "manylinux_2_24_{}",
    "manylinux_2_26_{}",
    "manylinux_2_27_{}",
    "manylinux_2_28_{}",
)
PYTHON = "3.11"
INSTALL = """#!/bin/sh
# 在没有网络的机器上安装：sh install.sh /opt/yanglao
set -eu
target=${1:?用法：sh install.sh 安装目录}
cd "$(dirname "$0")"
machine=$(uname -m)
sha256sum -c --quiet SHA256SUMS
python3 -m venv "$target"
"$target/bin/python" -m pip install --quiet --no-index --no-cache-dir --find-links "$machine" \\
    --require-hashes --no-deps --only-binary :all: -r "$machine/requirements.txt"
"$target/bin/python" -m compileall -q "$target/lib" || true
echo "已安装。运行：YANGLAO_HOME=/var/lib/yanglao $target/bin/yanglao"
"""


def pinned() -> str:
    """The exact requirements of the product, without those of its development."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("pyproject.toml", "README.md"):
            (Path(folder) / name).write_bytes((ROOT / name).read_bytes())
        command = ["uv", "export", "--quiet", "--no-dev", "--no-hashes", "--no-emit-project", "--no-header"]
        done = subprocess.run(_uv(command), cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def _uv(command: list[str]) -> list[str]:
    """The command with uv as it can be started here: on its own, or as a module of the Python it was installed into."""
    found = os.environ.get("UV") or shutil.which("uv")
    return [found, *command[1:]] if found else ["python3", "-m", *command]


def gather(folder: Path, machine: str, requirements: str) -> None:
    """All wheels for one kind of machine, and the requirements with the hash of each."""
    place = folder / machine
    place.mkdir(parents=True)
    if requirements:
        _download(place, machine, requirements)
    subprocess.run(_uv(["uv", "build", "--quiet", "--wheel", "--out-dir", str(place), str(ROOT)]), check=True)
    for path in place.iterdir():
        if path.suffix != ".whl":
            path.unlink()
    lines = []
    for wheel in sorted(place.glob("*.whl")):
        name, version = wheel.name.split("-")[:2]
        lines.append(f"{name}=={version} --hash=sha256:{_sha256(wheel)}\n")
    (place / "requirements.txt").write_text("".join(lines), encoding="utf-8")


def _download(place: Path, machine: str, requirements: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write(requirements)
        wanted.flush()
        platforms = [part for each in PLATFORMS for part in ("--platform", each.format(machine))]
        command = ["uv", "run", "--quiet", "--no-project", "--with", "pip", "--python", sys.executable, "python", "-m"]
        command += ["pip", "download", "-qq", "--only-binary", ":all:", "--python-version", PYTHON, *platforms]
        command += ["--no-deps", "--dest", str(place), "-r", wanted.name]
        subprocess.run(_uv(command), check=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make(folder: Path, machines: tuple[str, ...] = MACHINES, *, with_libraries: bool = True) -> None:
    """The whole folder, which must not exist.

    Args:
        with_libraries: also what the product needs; without, it has only its own wheel and is installed as that.
    """
    folder.mkdir(parents=True)
    requirements = pinned() if with_libraries else ""
    for machine in machines:
        gather(folder, machine, requirements)
    (folder / "install.sh").write_text(INSTALL, encoding="utf-8")
    sums = [f"{_sha256(path)}  {path.relative_to(folder)}\n" for path in sorted(folder.rglob("*")) if path.is_file()]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


def main() -> None:
    """`uv run tests/wheelhouse.py FOLDER [--machine x86_64]`."""
    parser = argparse.ArgumentParser(description="离线安装包：下载并核对全部安装文件")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--machine", choices=MACHINES, action="append")
    given = parser.parse_args()
    make(given.folder, tuple(given.machine or MACHINES))
    for machine in given.machine or MACHINES:
        wheels = list((given.folder / machine).glob("*.whl"))
        size = sum(wheel.stat().st_size for wheel in wheels)
        print(f"{machine}：{len(wheels)} 个安装文件，{size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
