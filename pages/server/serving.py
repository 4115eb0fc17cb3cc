"""Serving the app: the listening socket is ours, and so are the limits of every connection.

Streamlit would bind a socket on which small answers wait for the reader's acknowledgement, believe what any neighbour
says of a reader's address, and wait for ever for those who send nothing.
"""

import ipaddress
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from warehouse.errors import SettingsError, reason_zh
from warehouse.settings import Settings

BACKLOG = 2048


def listening_socket(settings: Settings) -> socket.socket:
    """The socket on the address and port of the settings, listening.

    Raises:
        SettingsError: the address or the port cannot be used.
    """
    if not is_loopback(settings.address) and settings.sign_in == "off":
        raise SettingsError(
            f"网页地址 {settings.address}：别的机器也能打开，而没有设置登录，所以不启动。请设 YANGLAO_SIGN_IN=local 并用"
            " yanglao account add 建立账户；用单位统一身份认证的设 oidc，由网关写明登录人的设 gateway；"
            "只给本机用的，去掉 YANGLAO_ADDRESS"
        )
    family = socket.AF_INET6 if ":" in settings.address else socket.AF_INET
    # The protocol is named because asyncio sends small messages at once only on sockets that do.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind((settings.address, settings.port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"网页地址 {settings.address}:{settings.port}：不能使用（{reason_zh(error)}）。"
            "请结束占用它的程序，或用 YANGLAO_ADDRESS、YANGLAO_PORT 另指地址和端口"
        ) from error
    listening.setblocking(False)
    return listening


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches the address; a name counts as reaching out unless it is localhost."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def address_of(settings: Settings) -> str:
    """What to type into a browser."""
    host = f"[{settings.address}]" if ":" in settings.address else settings.address
    return f"http://{host}:{settings.port}"


def configured(app: Any, settings: Settings, *, launcher: Path) -> Any:
    """uvicorn's configuration for the app, with Streamlit's read.

    Args:
        launcher: the file beside which Streamlit's configuration lies.
    """
    import uvicorn
    from streamlit import config
    from streamlit.web import bootstrap
    from streamlit.web.server.starlette.starlette_server import _get_uvicorn_config_kwargs

    from pages.server import provider
    from pages.server.delivery import share_delivery
    from pages.server.packing import PackedWebSocket
    from pages.server.patience import PatientH11
    from pages.server.spared import spare_questions

    # What `App.run` prepares before it binds a socket of its own.
    sys.argv = [str(launcher)]
    config._main_script_path = str(launcher)
    options = {
        "server.address": settings.address,
        "server.port": settings.port,
        "server.headless": True,
        "logger.hideWelcomeMessage": True,
    }
    options |= provider.prepare(settings)
    bootstrap.load_config_options(options)
    share_delivery()
    spare_questions()
    bootstrap._prepare_asgi_app_run_context(str(launcher), [], options, server_mode="starlette-app-direct")
    return uvicorn.Config(
        app,
        host=settings.address,
        port=settings.port,
        http=PatientH11,
        # The door knows whom to believe about a reader's address.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        log_level="warning",
        **{**_get_uvicorn_config_kwargs(), "ws": PackedWebSocket},
    )


def run(app: Any, settings: Settings, sockets: Sequence[socket.socket], *, launcher: Path) -> int:
    """Serve the app on these sockets until stopped; the exit code."""
    import uvicorn

    server = uvicorn.Server(configured(app, settings, launcher=launcher))
    server.run(sockets=list(sockets))
    return 0 if server.started else 3
