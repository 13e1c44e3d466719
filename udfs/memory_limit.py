"""Lets a child process grow by so much memory and no more."""

import os
import resource
from pathlib import Path

OUT_OF_MEMORY = 77  # exit code of a child that could not allocate


def limit_memory(more: int) -> None:
    """Let the address space grow by at most `more` bytes from now on."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * os.sysconf("SC_PAGE_SIZE") + more
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
