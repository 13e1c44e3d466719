"""What docs/your-export.md shows, as files of an export."""

import json
import re
from pathlib import Path

PAGE = (Path(__file__).parents[3] / "docs" / "your-export.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\w*\n(.*?)```", PAGE, re.DOTALL)


def block(start: str) -> str:
    """The page's one block that begins so."""
    (found,) = [text for text in BLOCKS if text.startswith(start)]
    return found


NESTED = json.dumps(json.loads(block('{"id"')))
FLAT = block("Image No.")
TOTALS = block("day,channel")
EXPORTS = {"nested_checks": ("c.jsonl", NESTED), "flat_csv": ("f.csv", FLAT)}
"""File name and text of each worked example, by its mapping."""
