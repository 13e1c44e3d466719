"""Keeps a bench's figures: one JSON file a run, with date, revision and machine."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from jobs.machine import describe

OUT = Path(__file__).parent / "out"


def record(name: str, figures: dict[str, object]) -> Path:
    """Write the figures and show them."""
    revision = subprocess.run(("git", "rev-parse", "--short", "HEAD"), capture_output=True, text=True, check=False)
    now = datetime.now(UTC)
    entry = {"bench": name, "at": now.isoformat(timespec="seconds"), "revision": revision.stdout.strip()}
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{name}-{now:%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps(entry | {"machine": describe()} | figures, indent=1) + "\n")
    return path
