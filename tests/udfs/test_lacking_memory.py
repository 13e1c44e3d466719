"""What a worker lacks is no document's fault: smaller batches give the same rows, a lost GPU refuses nothing."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest
import torch

from udfs.images.decode import Image
from udfs.inspector import inspect_batches
from udfs.nets.corners import CornerNet, Corners
from udfs.observing import card_part, order
from udfs.observing.look import Look, Opened
from udfs.task import InspectTask

Make = Callable[[list[str]], pa.RecordBatch]
NAMES = ["0.jpg", "1.jpg", "2.jpg", "3.jpg", "p.parquet#K"]
CPU = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 16000000000 bytes.")


@pytest.fixture
def quick(task: InspectTask) -> InspectTask:
    few = task.settings.model_copy(update={"parts": ("file", "card", "vectors")})
    return task.model_copy(update={"settings": few})


def rows_of(task: InspectTask, batch: pa.RecordBatch) -> list[dict[str, Any]]:
    rows = [row for out in inspect_batches(task)(iter([batch])) for row in out.to_pylist()]
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def holding(most: int, error: Exception, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the corner net hold so many pictures at once; gives the sizes it was asked for."""
    asked: list[int] = []
    find = card_part.find_corners

    def limited(net: CornerNet, images: Sequence[Image]) -> list[Corners]:
        asked.append(len(images))
        if len(images) > most:
            raise error
        return find(net, images)

    monkeypatch.setattr(card_part, "find_corners", limited)
    return asked


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(MemoryError(), marks=pytest.mark.fault("F8")),
        pytest.param(CPU, marks=pytest.mark.fault("F8")),
        pytest.param(torch.OutOfMemoryError("CUDA out of memory."), marks=pytest.mark.fault("F9")),
    ],
)
def test_a_batch_that_memory_does_not_hold_is_halved_and_gives_the_same_rows(
    quick: InspectTask, batch_of: Make, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    whole = rows_of(quick, batch_of(NAMES))
    asked = holding(2, error, monkeypatch)
    assert rows_of(quick, batch_of(NAMES)) == whole
    assert asked == [5, 3, 2, 1, 2]
    assert {row["status"] for row in whole} == {"seen"}


@pytest.mark.fault("F8")
@pytest.mark.parametrize("error", [MemoryError(), CPU])
def test_memory_that_holds_no_single_document_ends_the_worker_and_refuses_none(
    quick: InspectTask, batch_of: Make, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    holding(0, error, monkeypatch)
    with pytest.raises(MemoryError):
        rows_of(quick, batch_of(NAMES))


@pytest.mark.fault("F9")
@pytest.mark.parametrize("kind", [torch.AcceleratorError, torch.OutOfMemoryError])
def test_a_gpu_that_is_lost_or_full_ends_the_worker_and_refuses_none(
    quick: InspectTask, batch_of: Make, monkeypatch: pytest.MonkeyPatch, kind: type[RuntimeError]
) -> None:
    lost = kind.__new__(kind)
    holding(0, lost, monkeypatch)
    with pytest.raises(kind):
        rows_of(quick, batch_of(NAMES))


def test_a_part_that_dies_on_a_picture_still_refuses_that_one_alone(
    quick: InspectTask, batch_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at_card = order.ORDER["card"]
    victim = batch_of(NAMES).column("sha256")[1].as_py()

    def odd(looks: Sequence[Look], opened: Opened) -> None:
        if any(look.sha256 == victim for look in looks):
            raise ValueError("odd pixels")
        look_at_card(looks, opened)

    monkeypatch.setitem(order.ORDER, "card", odd)
    found = [(row["status"], row["reason"]) for row in rows_of(quick, batch_of(NAMES))]
    assert found == [("seen", None), ("rejected", "crash"), *[("seen", None)] * 3]
