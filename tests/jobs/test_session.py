"""What a session is given: where no GPU can be given out, none is asked for. Nothing here starts Spark."""

import os
import sys

import pytest

from conf.loading import load_settings
from jobs.session import _defaults, _python

ASKED = {"spark.executor.resource.gpu.amount", "spark.task.resource.gpu.amount"}


@pytest.mark.parametrize(
    ("master", "embedded", "asks"),
    [
        ("", True, False),
        ("local[2]", True, False),
        ("local", True, False),
        ("local-cluster[2,1,2048]", True, True),
        ("spark://head:7077", True, True),
        ("", False, True),
    ],
)
def test_threads_of_one_process_ask_for_no_gpu(master: str, *, embedded: bool, asks: bool) -> None:
    overrides = [f"spark.master={master!r}"] if master else []
    given = _defaults(load_settings("cluster", overrides=overrides, environ=os.environ), embedded=embedded)
    assert (given.keys() >= ASKED, any("resource" in key for key in given)) == (asks, asks)
    assert given["spark.executorEnv.CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"


def test_workers_here_need_no_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYSPARK_PYTHON", raising=False)
    assert _python(threads=True) == _python(threads=False) == sys.executable
    monkeypatch.setenv("PYSPARK_PYTHON", "./environment/bin/python")
    assert _python(threads=False) == "./environment/bin/python"
    assert _python(threads=True) == sys.executable
    monkeypatch.setenv("PYSPARK_PYTHON", "sh")
    assert _python(threads=True) == "sh"
