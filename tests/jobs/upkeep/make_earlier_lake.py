"""Makes the lake that a version of Lookback leaves behind, as bytes for `test_earlier_lake.py`.

Run by the version whose shape is to be kept, from its own source tree: `python make_earlier_lake.py LAKE OUT.tar.xz`.
Models are left out: a lake without them gets the shipped ones again.
"""

import hashlib
import sys
import tarfile
from datetime import date
from pathlib import Path

import cv2
import numpy as np

NIGHTS = (date(2026, 3, 1), date(2026, 3, 2))
HEAD = "doc_id,account_id,uri,side,submitted_at,sha256"
KEPT = ("manifests", "images", "_lookback/tables")


def deliver(lake: Path, night: int) -> None:
    """Two documents a night, one of them a file that is no picture."""
    rows = [HEAD]
    for at, content in enumerate((picture(80 + night), b"no picture %d" % night)):
        name = f"E{night}{at}"
        (lake / "images" / f"{name}.jpg").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        rows.append(f"{name},A{at},images/{name}.jpg,front,2026-02-2{night}T10:00:00Z,{digest}")
    (lake / "manifests" / f"{night}.csv").write_text("\n".join(rows) + "\n")


def picture(side: int) -> bytes:
    """A grey square."""
    return cv2.imencode(".jpg", np.full((side, side, 3), 128, np.uint8))[1].tobytes()


def without_lease(found: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Everything but who held the lake."""
    return None if found.name.rpartition("/")[2].startswith("lease.") else found


def main(lake: Path, out: Path) -> None:
    """Two nights, then the bytes."""
    from conf.settings import Settings
    from jobs.night import Ask, run_night

    for folder in ("manifests", "images"):
        (lake / folder).mkdir(parents=True)
    what = {"inspect": {"parts": ["file", "quality"]}, "monitor": {"control_documents": 0}}
    settings = Settings.model_validate({"what": what, "how": {"places": {"lake": str(lake)}, "spark": {"cores": 1}}})
    for number, night in enumerate(NIGHTS):
        deliver(lake, number)
        run_night(settings, Ask(night))
    with tarfile.open(out, "w:xz") as packed:
        for folder in KEPT:
            packed.add(lake / folder, folder, filter=without_lease)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
