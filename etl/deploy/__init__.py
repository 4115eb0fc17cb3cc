"""What a machine that serves the product needs beside it: systemd units and an nginx example, filled in for it.

In: where things are on that machine. Out: files an administrator looks through and puts in place.
"""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from warehouse.errors import HomeError, reason_zh

NAMES = (
    "yanglao.service",
    "yanglao-refresh.service",
    "yanglao-refresh.timer",
    "yanglao-deliver.service",
    "yanglao-deliver.path",
    "yanglao.nginx.conf",
)
DEFAULTS = {
    "user": "yanglao",
    "home": "/var/lib/yanglao",
    "backup": "/var/backups/yanglao",
    "command": "/opt/yanglao/bin/yanglao",
    "host": "briefing.example.gov.cn",
    "upstream": "127.0.0.1:8501",
    "http_port": "80",
    "https_port": "443",
    "certificate": "/etc/nginx/tls/yanglao.crt",
    "certificate_key": "/etc/nginx/tls/yanglao.key",
}


def written(name: str, facts: Mapping[str, str] | None = None) -> str:
    """One of the files of NAMES with these facts in it, DEFAULTS elsewhere."""
    return files("etl.deploy").joinpath(name).read_text(encoding="utf-8").format_map({**DEFAULTS, **(facts or {})})


def write_all(folder: Path, facts: Mapping[str, str] | None = None) -> list[Path]:
    """Write all of them into `folder`; an existing file is never overwritten.

    Raises:
        HomeError: a file exists already or cannot be written.
    """
    made = []
    for name in NAMES:
        target = folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8") as file:
                file.write(written(name, facts))
        except FileExistsError:
            raise HomeError(f"{target}：已经有了，可能改过，没有覆盖。请移走它或另指目录") from None
        except OSError as error:
            raise HomeError(f"{target}：写不进（{reason_zh(error)}）。请检查目录和权限") from error
        made.append(target)
    return made
