"""Parts of the README that are declared elsewhere, rendered: `uv run python -m tests.readme` writes them anew.

A contract test proves that the README equals its rendering.
"""

import re
from dataclasses import fields
from pathlib import Path

import typer

import app
from warehouse.catalog import load_catalog
from warehouse.settings import Settings

README = Path(__file__).resolve().parent.parent / "README.md"
MEANINGS = {
    "home": "数据目录：收件箱、存档、发布批次、登记文件",
    "address": "监听地址；默认只有本机能打开",
    "port": "监听端口",
    "demo": "没有演示数据时，启动后在后台生成（on、off）",
    "hosts": "可用来打开网页的主机名，逗号分开；经网关或域名访问时写域名。不设则只认监听的地址",
    "proxies": "可信代理的地址，只信它们写的 X-Forwarded-For，逗号分开",
    "framed_by": "可把本系统嵌入框架的门户网址，如 https://portal.example.gov.cn，逗号分开；不设则谁也不能",
    "takes": "更新时采用哪些报表：passed 只采用审核通过的，sound 没有须退回的问题即采用，auto 启用登录时为 passed、否则为 sound",
    "sign_in": "登录方式：off 不登录（只限本机），local 本系统账户，oidc 单位的统一身份认证，gateway 网关写明登录人；监听其他地址时必须有一种登录",
    "oidc_claim": "统一身份认证给的身份信息里，哪一项是登录名",
    "watermark": "页面和文件上的姓名时间水印：scope 只对看本单位的人和未发布的内容，all 对登录的每个人",
    "identity_header": "单位网关写登录人的请求头名；须与下一项同时设置",
    "identity_from": "可信网关的地址，逗号分开",
    "query_seconds": "一条查询的时限（秒）",
    "query_rows": "一条查询的行数上限",
    "query_memory_mb": "一条查询的内存上限（MB）",
    "file_seconds": "打开一个外来文件的时限（秒）",
    "file_memory_mb": "打开一个外来文件的内存上限（MB）",
    "payout_key": "津贴稽核的密钥在哪里：文件路径，或 `command:` 加取钥命令；不设为数据目录的 payouts.key",
    "payout_lists": "比对名单（死亡、迁出、其他补贴）稽核后：drop 即删，keep 保留",
    "payout_months": "发放明细保留几个月；不设为全部保留",
}
# Defaults that are no value written down.
ON_EACH_MACHINE = {"home": "代码目录下的 `var/`", "query_memory_mb": "本机内存的八分之一，不少于 `1024`"}


def commands() -> str:
    """Every command with what it does."""
    registered = typer.main.get_command(app.cli).commands
    rows = [f"| `yanglao {name}` | {command.help} |" for name, command in registered.items()]
    return "\n".join(["| 命令 | 作用 |", "|---|---|", *rows])


def settings() -> str:
    """Every setting with its default."""
    rows = []
    for field in fields(Settings):
        default = ON_EACH_MACHINE.get(field.name) or (f"`{_written(field.default)}`" if field.default else "不设")
        rows.append(f"| `YANGLAO_{field.name.upper()}` | {MEANINGS[field.name]} | {default} |")
    return "\n".join(["| 变量 | 含义 | 默认 |", "|---|---|---|", *rows])


def _written(default: object) -> str:
    return "on" if default is True else str(default)


def relations() -> str:
    """Facts and marts with what one row of each is; what a release says of itself by name alone."""
    declared = load_catalog().relations
    rows = [
        f"| `{name}` | {relation.label_zh} | {relation.grain_zh} |"
        for name, relation in declared.items()
        if not name.startswith("meta.")
    ]
    others = "、".join(f"`{name}`（{each.label_zh}）" for name, each in declared.items() if name.startswith("meta."))
    return "\n".join(["| 表 | 是什么 | 一行是什么 |", "|---|---|---|", *rows, "", f"批次对自己的说明：{others}。"])


BLOCKS = {"commands": commands, "settings": settings, "relations": relations}


def rendered(text: str) -> str:
    """`text` with every declared block written anew between its two markers."""
    for name, render in BLOCKS.items():
        block = f"<!-- {name} -->\n{render()}\n<!-- /{name} -->"
        text = re.sub(
            rf"<!-- {name} -->(?:\n.*?<!-- /{name} -->)?", lambda _, block=block: block, text, flags=re.DOTALL
        )
    return text


if __name__ == "__main__":
    README.write_text(rendered(README.read_text(encoding="utf-8")), encoding="utf-8")
