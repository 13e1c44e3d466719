"""Lets a child process end with whoever started it, however that ends."""

import ctypes
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


def end_with_parent() -> None:
    """Be killed when the thread that started this process ends; on another system than Linux, stay as it is."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def limit_seconds(most: int) -> None:
    """End this process by SIGXCPU once it has computed for so many seconds."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (most, hard))
