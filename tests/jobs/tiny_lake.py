"""Lakes of a few tiny pictures, whose nights are mostly the queries that every night has."""

import hashlib
import os
from pathlib import Path

import cv2
import numpy as np

from conf.settings import Settings

HEAD = "doc_id,account_id,uri,side,submitted_at,sha256"


def picture(side: int) -> bytes:
    return cv2.imencode(".jpg", np.full((side, side, 3), 128, np.uint8))[1].tobytes()


def deliver(lake: Path, file: str, lines: dict[str, tuple[str, bytes]]) -> None:
    """A manifest of documents by name: address under images/, and the bytes that it claims."""
    rows = [
        f"{name},A,images/{uri},front,2026-02-28T10:00:0{at}Z,{hashlib.sha256(content).hexdigest()}"
        for at, (name, (uri, content)) in enumerate(lines.items())
    ]
    (lake / "manifests" / file).write_text("\n".join([HEAD, *rows]) + "\n")


def deliver_with_images(lake: Path, file: str, sides: dict[str, int]) -> None:
    """Documents by name, each a grey square with so many pixels a side."""
    (lake / "images").mkdir(exist_ok=True)
    lines = {name: (f"{name}.jpg", picture(side)) for name, side in sides.items()}
    for uri, content in lines.values():
        (lake / "images" / uri).write_bytes(content)
    deliver(lake, file, lines)


def left_alone(root: Path, days: int) -> None:
    """Nothing came to the tables for so long."""
    for entry in root.glob("*/_delta_log/*"):
        past = entry.stat().st_mtime - days * 86_400
        os.utime(entry, (past, past))


def settings_of(
    lake: Path, *, parts: tuple[str, ...] = ("file", "quality"), max_pixels: int = 1_000_000, slices: int = 2_000
) -> Settings:
    inspect = {"parts": list(parts), "limits": {"max_pixels": max_pixels}}
    return Settings.model_validate(
        {
            "what": {"inspect": inspect, "monitor": {"control_documents": 0}},
            "how": {
                "places": {"lake": str(lake)},
                "spark": {"driver_memory": "2g", "cores": 2},
                "slices": {"documents": slices},
            },
        }
    )
