"""What a reduced inspector says, of the parts that look, is what the whole one says: so the others may be copied."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from schemas.observations import PARTS
from udfs.inspector import inspect_batches
from udfs.parts import part_fingerprints, parts_to_look
from udfs.task import InspectTask

NAMES = ["0.jpg", "1.jpg", "cut.jpg"]


def answers(task: InspectTask, batch: pa.RecordBatch) -> list[dict]:
    return [row for found in inspect_batches(task)(iter([batch])) for row in found.to_pylist(maps_as_pydicts="strict")]


@pytest.mark.parametrize("changed", ["quality", "forensics", "vectors", "plate"])
def test_parts_that_look_alone_say_what_they_say_among_all(
    task: InspectTask, batch_of: Callable[[list[str]], pa.RecordBatch], changed: str
) -> None:
    prints = part_fingerprints(task)
    looking = parts_to_look(prints, prints | {changed: "of another inspector"})
    assert changed in looking
    assert set(looking) < set(prints)
    reduced = task.model_copy(update={"settings": task.settings.model_copy(update={"parts": looking})})
    batch = batch_of(NAMES)
    for whole, part in zip(answers(task, batch), answers(reduced, batch), strict=True):
        assert (part["status"], part["reason"], part["detail"]) == (whole["status"], whole["reason"], whole["detail"])
        for name in looking:
            if name in PARTS:
                assert part[name] == whole[name], name
        kept = {key: why for key, why in (whole["skipped"] or {}).items() if key.partition(".")[0] in looking}
        assert (part["skipped"] or {}) == kept
        for name, column in (("reading", "fields"), ("vectors", "vectors"), ("plate", "plate")):
            assert part[column] == whole[column] if name in looking else not part[column]
