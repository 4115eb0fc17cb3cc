"""Python under a clock set from outside: a sleep whose end has passed already is over.

Python sleeps until a moment. Where it has passed by the time the system is asked, libfaketime 0.9.10 asks for less than
nothing, and the system refuses.
"""

import errno
import time

_sleep = time.sleep


def sleep(seconds: float) -> None:
    """As `time.sleep`."""
    try:
        _sleep(seconds)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise


time.sleep = sleep
