"""What stops a slice reaches the person as it was told, at its first try and in isolation; the frames are fakes."""

from collections.abc import Callable
from typing import Any

import pytest
from pyspark.errors import PySparkException, PythonException

from conf.errors import BadModel, WorkerDied
from conf.settings import Settings
from jobs.inspecting import slices
from udfs.task import InspectTask

TOLD = PythonException(
    "\n  An exception was thrown from the Python worker. Please see the stack trace below.\n"
    "Traceback (most recent call last):\n    raise BadModel(\nconf.errors.BadModel: trunk: was changed.\n"
)
DIED = PySparkException("Python worker exited unexpectedly (crashed)")


class FakeContents:
    """A slice's contents, and all that is asked of them."""

    def count(self) -> int:
        return 1

    def __getattr__(self, _name: str) -> Callable[..., "FakeContents"]:
        return lambda *_: self


@pytest.mark.parametrize(
    ("errors", "kind", "said"),
    [
        ([TOLD], BadModel, "trunk: was changed"),
        ([DIED, TOLD], BadModel, "trunk: was changed"),
        ([DIED, DIED], WorkerDied, "died twice"),
        ([DIED, PySparkException("java.io.IOException: No space left on device")], PySparkException, "No space left"),
    ],
)
def test_what_stops_a_slice_is_told(
    errors: list[PySparkException], kind: type[Exception], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = list(errors)

    def fail(_answers: object) -> None:
        raise left.pop(0)

    monkeypatch.setattr(slices, "_kept", fail)
    run: Any = type("Run", (), {"spark": type("S", (), {"sparkContext": type("C", (), {"defaultParallelism": 2})})})
    contents: Any = FakeContents()
    task = InspectTask(weights="w", weights_digest="d", lake="l", settings=Settings().what.inspect)
    with pytest.raises(kind, match=said):
        slices.answers_of(contents, task, run)
    assert left == []
