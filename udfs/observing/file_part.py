"""Part `file`: what the file says of itself."""

from collections.abc import Sequence
from dataclasses import asdict

from udfs.forensics.file_facts import file_facts
from udfs.observing.look import Look, Opened


def look_at_file(looks: Sequence[Look], opened: Opened) -> None:
    """Write down each file's facts."""
    del opened
    for look in looks:
        look.parts["file"] = asdict(file_facts(look.content, look.header))
