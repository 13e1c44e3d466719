"""What docs/your-export.md shows is read as it says."""

import pytest

from conf.settings import IngestSettings
from tests.udfs.intake.examples import FLAT, NESTED, TOTALS
from udfs.intake.contract import preflight, typed_batches

EXAMPLES = [
    ("manifests", "c.jsonl", NESTED, "nested_checks", 2),
    ("accounts", "c.jsonl", NESTED, "nested_checks", 1),
    ("manifests", "f.csv", FLAT, "flat_csv", 2),
    ("control_totals", "t.csv", TOTALS, None, 1),
]


@pytest.mark.parametrize(("folder", "name", "content", "mapping", "rows"), EXAMPLES)
def test_each_example_is_read_whole(folder: str, name: str, content: str, mapping: str | None, rows: int) -> None:
    ingest = IngestSettings(mapping=mapping)
    assert preflight(folder, name, content.encode(), ingest) == ()
    batches = typed_batches(folder, [(name, "0" * 64, content.encode())], ingest)
    read = [row for batch in batches for row in batch.to_pylist()]
    assert [row["_reason"] for row in read] == [None] * rows
