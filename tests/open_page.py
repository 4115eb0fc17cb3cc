"""A page of the app in the browser: what a reader would stumble over, and whether it has answered all it was asked.

Streamlit's own mark says `notRunning` also between a press and the run that answers it, on a starved machine for seconds. So
every document notes what its connection carries: a run was asked for, has begun, has ended.
"""

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# A starved machine is slow and not wrong: what a test waits for is waited for this long. Nothing waits when it is there.
PATIENCE_MS = 90_000


def _number(message, field: str) -> int:
    return message.DESCRIPTOR.fields_by_name[field].number


NOTE_RUNS = f"""
(() => {{
    // The fields of a protobuf message: number, and value or bytes.
    function* fields(bytes) {{
        let at = 0
        const varint = () => {{
            let value = 0, scale = 1, byte
            do {{
                byte = bytes[at++]
                value += (byte & 127) * scale
                scale *= 128
            }} while (byte & 128)
            return value
        }}
        while (at < bytes.length) {{
            const key = varint(), number = Math.floor(key / 8), kind = key % 8
            if (kind === 0) yield [number, varint()]
            else {{
                const length = kind === 2 ? varint() : kind === 1 ? 8 : 4
                yield [number, bytes.subarray(at, at + length)]
                at += length
            }}
        }}
    }}
    const field = (bytes, number) => {{
        for (const [found, value] of fields(bytes)) if (found === number) return value
    }}
    window.WebSocket = class extends WebSocket {{
        constructor(...named) {{
            super(...named)
            this.addEventListener("message", ({{ data }}) => {{
                const bytes = new Uint8Array(data), ended = field(bytes, {_number(ForwardMsg, "script_finished")})
                if (field(bytes, {_number(ForwardMsg, "new_session")})) window.run = "begun"
                // One that ended when another was asked for is not its answer, nor one that made way for the next.
                else if (ended !== undefined && ended !== {ForwardMsg.FINISHED_EARLY_FOR_RERUN} && window.run === "begun") window.run = "ended"
            }})
        }}
        send(data) {{
            const asked = field(new Uint8Array(data), {_number(BackMsg, "rerun_script")})
            if (asked) {{
                // A part that looks again by itself is nothing a test waits for, and a part that the run going on has taken
                // away is not run again: where it has not, that run makes way and has not ended.
                const isItsOwn = field(asked, {_number(ClientState, "is_auto_rerun")})
                const isOfAPart = field(asked, {_number(ClientState, "fragment_id")})?.length
                if (!isItsOwn && !(isOfAPart && window.run === "begun")) window.run = "asked"
            }}
            super.send(data)
        }}
    }}
}})()
"""
"""Script for every document of a tab, before its own: `window.run` is "asked", "begun" or "ended"."""
TURNS = 4
"""So many frames, 50 ms and more apart in the page's own time, find it settled: what came last is drawn and asks for no more."""
SETTLED = f"""
(wait) => {{
    const settled = window.run === "ended"
        && document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
        && document.querySelector("[data-testid=stMain]") && !document.querySelector("[data-testid=stSkeleton]")
        && !document.documentElement.classList.contains("held-still") && !document.getElementById("first-paint")
    if (!settled || window.settling?.wait !== wait) window.settling = {{ wait, turns: 0 }}
    const {{ settling }} = window
    // What the page does in the frame that shows a change is done before this is counted.
    if (settled) requestAnimationFrame(() => settling.turns++)
    return settling.turns >= {TURNS}
}}
"""


class OpenPage:
    """A page of the app in the browser, with what a reader would stumble over."""

    def __init__(self, page):
        self.page = page
        self.console_errors: list[str] = []
        self.foreign_requests: list[str] = []
        self.host = ""
        self._waits = 0
        page.add_init_script(NOTE_RUNS)
        page.on("console", self._note_error)
        page.on("request", self._note_request)

    def _note_error(self, message) -> None:
        if message.type == "error":
            self.console_errors.append(message.text)

    def _note_request(self, request) -> None:
        if request.url.split("/")[2:3] != [self.host] and request.url.startswith(("http", "ws")):
            self.foreign_requests.append(request.url)

    def go(self, url: str) -> None:
        """Open an address, its run finished and errors and requests to others noted from here on: a new document in the
        tab, for which scripts that the last one read are ready."""
        self.host = url.split("/")[2]
        self.console_errors.clear()
        self.foreign_requests.clear()
        self.page.goto(url)
        self.settle()

    def settle(self) -> None:
        """Wait until Streamlit has run for all that was pressed so far, and what came of it stands."""
        self._waits += 1
        # Asked at every frame, as is the habit, the page draws as many frames as it can for the time of the wait.
        self.page.wait_for_function(SETTLED, arg=self._waits, timeout=PATIENCE_MS, polling=50)

    def addressed(self, *parts: str) -> None:
        """Wait until the address holds each of `parts`: the page writes it some time after the press that changed it."""
        for part in parts:
            self.page.wait_for_function("part => window.location.href.includes(part)", arg=part)
        self.settle()

    def text(self) -> str:
        """All visible text of the main part."""
        return self.page.locator("[data-testid=stMain]").inner_text()

    def sideways(self) -> int:
        """Pixels of sideways scroll; 0 when the page fits."""
        return self.page.evaluate(
            "() => Math.max(document.documentElement.scrollWidth - document.documentElement.clientWidth,"
            " ...[...document.querySelectorAll('[data-testid=stMain]')].map(m => m.scrollWidth - m.clientWidth))"
        )
