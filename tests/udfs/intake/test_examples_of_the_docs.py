"""What docs/your-export.md shows is read as it says."""

import json
import re
from pathlib import Path

import pytest

from conf.settings import IngestSettings
from udfs.intake.contract import preflight, typed_batches

PAGE = (Path(__file__).parents[3] / "docs" / "your-export.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\w*\n(.*?)```", PAGE, re.DOTALL)


def block(start: str) -> str:
    (found,) = [text for text in BLOCKS if text.startswith(start)]
    return found


EXAMPLES = [
    ("manifests", "c.jsonl", json.dumps(json.loads(block('{"id"'))), "nested_checks", 2),
    ("accounts", "c.jsonl", json.dumps(json.loads(block('{"id"'))), "nested_checks", 1),
    ("manifests", "f.csv", block("Image No."), "flat_csv", 2),
    ("control_totals", "t.csv", block("day,channel"), None, 1),
]


@pytest.mark.parametrize(("folder", "name", "content", "mapping", "rows"), EXAMPLES)
def test_each_example_is_read_whole(folder: str, name: str, content: str, mapping: str | None, rows: int) -> None:
    ingest = IngestSettings(mapping=mapping)
    assert preflight(folder, name, content.encode(), ingest) == ()
    batches = typed_batches(folder, [(name, "0" * 64, content.encode())], ingest)
    read = [row for batch in batches for row in batch.to_pylist()]
    assert [row["_reason"] for row in read] == [None] * rows
