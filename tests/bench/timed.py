"""A server that notes what each run of its script took: `python -m tests.bench.timed NOTES PROGRAM [argument …]`.

PROGRAM is a file of ours or the name of a module. A line a run is added to NOTES: processor seconds of the thread in
which the script ran, from the request's arrival there to its end, messages made for the browser with it; not the sending
of them.
"""

import runpy
import sys
import time
from pathlib import Path

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner


def main(arguments: list[str]) -> None:
    """Run the program as Python would, with every run of a script noted."""
    notes, program = Path(arguments[0]), arguments[1]
    plainly = ScriptRunner._run_script

    def noted(runner: ScriptRunner, asked) -> None:
        start = time.thread_time()
        try:
            plainly(runner, asked)
        finally:
            with notes.open("a", encoding="ascii") as file:
                file.write(f"{time.thread_time() - start:.6f}\n")

    ScriptRunner._run_script = noted
    sys.argv = arguments[1:]
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
