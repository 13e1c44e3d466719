"""Sends bad inputs through the house, one after the other, and tells of each what became of it, as lines of JSON.

`python -m tests.robustness.worker parsers|inspector SEED FIRST COUNT` replays any of them.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2

from tests.processes import cpu_seconds
from tests.robustness.bad_inputs import BadInput, bad_file, bad_input
from tests.robustness.memory import below_here, forget_peak, peak_bytes
from tests.robustness.parsers import through_parsers
from tests.robustness.sound_files import sound_files

# Pixels: a page small enough for many, and one large enough that every part has something to look at.
PARSERS_WIDTH, INSPECTOR_WIDTH = 240, 640
WARMING = (
    "jpeg",
    "png",
    "webp",
    "jpeg_exif",
)  # sound files that go first: after them the worker is at its resting size


def main() -> None:
    """Tell the resting size, then one line an input; an error ends the process with its trace."""
    cv2.setNumThreads(1)
    way, seed, first, count = sys.argv[1], *(int(argument) for argument in sys.argv[2:])
    told = {"parsers": _parsers, "inspector": _inspector}[way](seed, range(first, first + count))
    for line in told:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def _parsers(seed: int, numbers: range) -> Iterator[dict[str, object]]:
    sound = sound_files(PARSERS_WIDTH)
    for name in WARMING:
        through_parsers(BadInput(name, sound[name]))
    forget_peak(os.getpid())
    resting = peak_bytes(os.getpid())
    yield {"resting": resting}
    for index in numbers:
        bad = bad_input(seed, index, PARSERS_WIDTH)
        yield {"index": index, "kind": bad.kind}
        forget_peak(os.getpid())
        began = sum(os.times()[:4])  # its own seconds of computing, and those of children that ended
        outcome = through_parsers(bad)
        seconds = sum(os.times()[:4]) - began
        yield {"outcome": outcome, "seconds": seconds, "grown": peak_bytes(os.getpid()) - resting}


def _inspector(seed: int, numbers: range) -> Iterator[dict[str, object]]:
    """The same through the isolated child, whose memory is measured from outside."""
    from tests.robustness.whole import isolated_task, through_inspector  # nets, which the parsers' way needs not

    sound = sound_files(INSPECTOR_WIDTH)

    def files() -> Iterator[BadInput]:
        yield from (BadInput(name, sound[name]) for name in WARMING)
        for index in numbers:
            yield bad_file(seed, index, INSPECTOR_WIDTH)

    with tempfile.TemporaryDirectory(prefix="bad-") as lake:
        outcomes = through_inspector(isolated_task(Path(lake)), files())
        for _ in WARMING:
            next(outcomes)
        for child in below_here():
            forget_peak(child)
        resting = _peak_of_children()
        yield {"resting": resting}
        for index in numbers:
            yield {"index": index, "kind": bad_file(seed, index, INSPECTOR_WIDTH).kind}
            for child in below_here():
                forget_peak(child)
            began = cpu_seconds(os.getpid())
            outcome = next(outcomes)
            seconds = cpu_seconds(os.getpid()) - began
            yield {"outcome": outcome, "seconds": seconds, "grown": _peak_of_children() - resting}


def _peak_of_children() -> int:
    return max((peak_bytes(child) for child in below_here()), default=0)


if __name__ == "__main__":
    main()
