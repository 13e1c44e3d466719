"""What a session is given: where no GPU can be given out, none is asked for. Nothing here starts Spark."""

import os

import pytest

from conf.loading import load_settings
from jobs.session import _defaults

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
