"""Named moments at which a test may kill or stop the driver; nothing happens unless the environment names one."""

import os
import signal

VARIABLE = "LOOKBACK_FAULT_POINT"
SIGNAL = "LOOKBACK_FAULT_SIGNAL"


def reached(point: str) -> None:
    """Die here, as a machine dies, if the environment names this point; or get another signal, once."""
    if os.environ.get(VARIABLE) == point:
        del os.environ[VARIABLE]
        os.kill(os.getpid(), signal.Signals[os.environ.get(SIGNAL, "SIGKILL")])
