"""How much one session may upload: files stay in memory until they are looked at, and Streamlit limits each one only."""

from typing import Any

from streamlit.runtime import Runtime

from pages.ui.frame.exact_json import exact_json

SESSION_MB = 60
_PATH = "/_stcore/upload_file/"


class UploadLimit:
    """ASGI middleware: a file that would take its session beyond SESSION_MB is refused before its bytes are read."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._coming: dict[str, int] = {}

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        session = scope.get("path", "").partition(_PATH)[2].partition("/")[0]
        if scope["type"] != "http" or scope["method"] != "PUT" or not session:
            await self._app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"")
        if not length.isdigit():
            await _refused(411, "length_required", "上传没有说明大小，没有受理")(scope, receive, send)
            return
        size = int(length[:15])
        if held_bytes(session) + self._coming.get(session, 0) + size > SESSION_MB << 20:
            said = f"这个页面上的文件合计超过{SESSION_MB}MB。请先移除已检查的文件，再拖入下一批"
            await _refused(413, "too_much", said)(scope, receive, send)
            return
        self._coming[session] = self._coming.get(session, 0) + size
        try:
            await self._app(scope, receive, send)
        finally:
            self._coming[session] -= size
            if not self._coming[session]:
                del self._coming[session]


def held_bytes(session: str) -> int:
    """Bytes of the files this session has uploaded and not removed."""
    if not Runtime.exists():
        return 0
    files = Runtime.instance()._uploaded_file_mgr.file_storage.get(session, {})
    return sum(len(file.data) for file in list(files.values()))


def _refused(status: int, code: str, message_zh: str) -> Any:
    told = {"error": {"code": code, "message_zh": message_zh}}
    # The body is not read: the connection cannot serve another request.
    return exact_json(told, status=status, headers={"Cache-Control": "no-store", "Connection": "close"})
