"""One file of each kind that must be refused, with the reason that it must get."""

import struct
import zlib
from pathlib import Path

import numpy as np

REASONS = {
    "empty.jpg": "empty",
    "cut.jpg": "truncated",
    "text.jpg": "unknown_format",
    "bomb.png": "bomb",
    "moving.gif": "unsupported_format",
    "noise.jpg": "unknown_format",
    "folder.jpg": "unreadable",
    "nowhere.jpg": "missing",
    "../../../outside.jpg": "outside_root",
    "wrong.jpg": "digest_mismatch",
}


def write_bad_files(folder: Path, good: bytes) -> None:
    """Write them beside good ones; `good` is a sound JPEG."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "cut.jpg").write_bytes(good[: len(good) // 2])
    (folder / "text.jpg").write_text("not a picture at all\n" * 40)
    (folder / "bomb.png").write_bytes(bomb(20_000))
    (folder / "moving.gif").write_bytes(b"GIF89a\x10\x00\x10\x00\x00\x00\x00;")
    (folder / "noise.jpg").write_bytes(np.random.default_rng(0).bytes(5_000))
    (folder / "folder.jpg").mkdir(exist_ok=True)
    (folder / "wrong.jpg").write_bytes(good + b"")
    (folder.parent.parent.parent / "outside.jpg").write_bytes(good)


def bomb(side: int) -> bytes:
    """A PNG of side x side grey pixels, all equal, in a few bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(side + 1)) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def manifest(reasons: dict[str, str]) -> str:
    """A manifest of the bad files."""
    lines = ["doc_id,account_id,uri,side,submitted_at,sha256"]
    for number, name in enumerate(reasons):
        digest = "f" * 64 if reasons[name] == "digest_mismatch" else ""
        lines.append(f"BAD-{number},BAD-A,images/bad/{name},front,2026-02-28T10:00:00Z,{digest}")
    return "\n".join(lines) + "\n"
