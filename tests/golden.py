"""Golden files: what must not move silently; `pytest --regen` writes them anew, and the diff is the review."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "golden"


def same_as_golden(request: pytest.FixtureRequest, name: str, text: str) -> None:
    """Hold a text against the golden file of that name."""
    path = FOLDER / name
    if request.config.getoption("--regen"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"no golden file {name}; pytest --regen writes it"
    assert text == path.read_text(encoding="utf-8")
