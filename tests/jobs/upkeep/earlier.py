"""The lake that the version before left, kept as bytes; `make_earlier_lake.py` says how they were made."""

import tarfile
from pathlib import Path

EARLIER = Path(__file__).with_name("earlier_lake.tar.xz")


def unpack(lake: Path) -> None:
    """Lay it into an empty lake."""
    with tarfile.open(EARLIER) as packed:
        packed.extraction_filter = getattr(tarfile, "data_filter", None)  # Python before 3.11.4 has none
        for member in packed:
            packed.extract(member, lake)
