"""Installed and served where there is no network: in a network namespace that has nothing but its own loopback.

By default the libraries are those of this environment and only the product's own wheel is made, checked and installed;
`--full` gathers every wheel for both kinds of machine first, two minutes and 550 MB.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests import wheelhouse
from tests.conftest import free_port

# Waits for the server, asks what a reader asks, and proves that there is nobody else to ask.
ASK = """
import os, pathlib, socket, sys, time, urllib.request
port, releases = sys.argv[1], pathlib.Path(os.environ["YANGLAO_HOME"]) / "releases"
for _ in range(1800):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=30)
        print(len(list(releases.glob("warehouse-*.duckdb"))), "release at the first answer")
        health = urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=30).read().decode()
        break
    except OSError:
        time.sleep(0.1)
page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60).read().decode()
values = urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/values?limit=3", timeout=60).read().decode()
try:
    socket.create_connection(("192.0.2.1", 80), timeout=2)
    print("a network")
except OSError:
    print("no network")
print(health)
print("养老服务领导简报" in page, '"total"' in values)
"""
STEPS = """
set -eu
ip link set lo up 2>/dev/null || python3 -c '
import fcntl, socket, struct
with socket.socket() as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))
'
sh "$1/install.sh" "$2"
if [ -n "$5" ]; then echo "$5" > "$("$2/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/here.pth"; fi
cd /
"$2/bin/yanglao" serve & server=$!
"$2/bin/python" "$4" "$3"
kill $server
wait $server || true
"$2/bin/yanglao" refresh
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory) -> Path:
    """The folder with the product's own wheel alone. Only for reading."""
    house = tmp_path_factory.mktemp("product") / "wheels"
    wheelhouse.make(house, wheelhouse.MACHINES[:1], with_libraries=False)
    return house


@pytest.mark.bar("OP8")
def test_on_a_machine_without_network_it_installs_serves_and_refreshes(full, tmp_path, product):
    house, target, ask = product, tmp_path / "installed", tmp_path / "ask.py"
    libraries = "" if full else sysconfig.get_path("purelib")
    if full:
        house = tmp_path / "wheels"
        wheelhouse.make(house, wheelhouse.MACHINES)
    ask.write_text(ASK, encoding="utf-8")
    port = free_port()
    names = {"PATH", "LANG", "HOME"}
    environment = {name: value for name, value in os.environ.items() if name in names} | {
        "YANGLAO_HOME": str(tmp_path / "home"),
        "YANGLAO_PORT": str(port),
        "YANGLAO_DEMO": "off",
    }
    apart = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    done = subprocess.run(
        [*apart, "sh", "-c", STEPS, "sh", str(house), str(target), str(port), str(ask), libraries],
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = done.stdout.splitlines()
    assert "已安装" in lines[0]
    # Started on a home without a release, it has made the first one before it answers anybody.
    assert lines[1] == "1 release at the first answer"
    assert lines[2] == "no network"
    assert '"status":"ok"' in lines[3]
    assert lines[4] == "True True"
    assert "内容没有变化，沿用批次" in lines[5], lines[5:]
    assert "Traceback" not in done.stderr


def test_a_wheel_that_was_changed_on_the_way_is_not_installed(tmp_path, product):
    house = tmp_path / "wheels"
    shutil.copytree(product, house)
    (wheel,) = house.rglob("*.whl")
    with wheel.open("r+b") as file:
        file.seek(1000)
        file.write(b"changed")
    done = subprocess.run(
        ["sh", str(house / "install.sh"), str(tmp_path / "x")], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert not (tmp_path / "x").exists()


def test_every_file_of_the_wheelhouse_is_in_its_sums(product):
    house = product
    listed = {line.split("  ")[1] for line in (house / "SHA256SUMS").read_text(encoding="utf-8").splitlines()}
    present = {str(path.relative_to(house)) for path in house.rglob("*") if path.is_file()}
    assert listed == present - {"SHA256SUMS"}
    assert "--hash=sha256:" in (house / wheelhouse.MACHINES[0] / "requirements.txt").read_text(encoding="utf-8")
    assert sys.version_info[:2] >= tuple(map(int, wheelhouse.PYTHON.split(".")))
    assert Path(wheelhouse.ROOT, "pyproject.toml").exists()
