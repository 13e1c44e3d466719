"""The queries of the cookbook."""

import re
from pathlib import Path

COOKBOOK = Path(__file__).parent.parent.parent / "docs" / "cookbook.md"


def queries() -> list[tuple[str, str]]:
    """Title and SQL of every recipe."""
    return re.findall(r"^## (.+?)\n.*?```sql\n(.+?)\n?```", COOKBOOK.read_text(), re.DOTALL | re.MULTILINE)
