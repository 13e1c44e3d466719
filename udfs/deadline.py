"""A watchdog for work that cannot be interrupted: a hung codec holds its thread for ever."""

import faulthandler
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """End this process, with a trace on stderr, if the block takes longer; its caller's caller tries again isolated."""
    stream = sys.__stderr__
    if stream is None:
        yield
        return
    faulthandler.dump_traceback_later(seconds, exit=True, file=stream)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
