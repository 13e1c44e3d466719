"""Runs workers over bad inputs, with a limit of time and memory for each; every failure has a line that replays it."""

import json
import os
import select
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

ROOT = Path(__file__).parents[2]
MOST_GROWN = 512 * 2**20  # bytes above the worker's resting size
# Of computing, for one input: so that a busy machine fails none. What waits for ever is ended by the clock.
MOST_SECONDS = {"parsers": 20.0, "inspector": 60.0}
WAITED_SECONDS = 300.0
DIED = ("crash", "timeout", "memory")  # reasons that say that something died on a document, in a child or here


@dataclass
class Report:
    """What became of the inputs: how often each outcome, the most growth and seconds, and what must not be."""

    outcomes: Counter[str] = field(default_factory=Counter)
    grown: int = 0
    slowest: float = 0.0
    failures: list[str] = field(default_factory=list)

    @property
    def inputs(self) -> int:
        """Inputs that were answered or failed."""
        return self.outcomes.total()


def run(way: str, seed: int, count: int) -> Report:
    """Send so many bad inputs through the parsers or the inspector."""
    report, first = Report(), 0
    while first < count:
        with TemporaryFile() as errors:  # a pipe that nobody empties would fill up
            first = _Worker(way, seed, range(first, count), errors).work(report)
    return report


class _Worker:
    """One process over a range of inputs; it is replaced after an input that it dies on."""

    def __init__(self, way: str, seed: int, numbers: range, errors: IO[bytes]) -> None:
        self._way, self._seed, self._at, self._end = way, seed, numbers.start, numbers.stop
        self._kind = ""
        self._read = b""
        self._errors = errors
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.robustness.worker", way, str(seed), str(numbers.start), str(len(numbers))],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=self._errors, env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip

    def work(self, report: Report) -> int:
        """Note what it tells, and give the number of the input to go on from."""
        try:
            while (line := self._line()) is not None:
                self._note(json.loads(line), report)
        except TimeoutError:
            self._fail(report, "hang", f"no end within {WAITED_SECONDS:g} s")
        else:
            if self._at < self._end:
                self._fail(report, "death", self._last_words())
        finally:
            self._process.kill()
            self._process.communicate()
        return self._at

    def _note(self, told: dict[str, Any], report: Report) -> None:
        if "kind" in told:
            self._kind = told["kind"]
        elif "outcome" in told:
            report.outcomes[told["outcome"]] += 1
            report.grown, report.slowest = max(report.grown, told["grown"]), max(report.slowest, told["seconds"])
            if told["outcome"] in DIED:
                report.failures.append(f"{told['outcome']}: {self._replay()}")
            if told["grown"] > MOST_GROWN:
                report.failures.append(f"{told['grown'] / 2**20:.0f} MiB more than at rest: {self._replay()}")
            if told["seconds"] > MOST_SECONDS[self._way]:
                report.failures.append(f"{told['seconds']:.0f} s of computing: {self._replay()}")
            self._at += 1

    def _fail(self, report: Report, what: str, why: str) -> None:
        if not self._kind:
            raise RuntimeError(f"{what} before the first input: {why}")
        report.outcomes[what] += 1
        report.failures.append(f"{what}: {self._replay()}\n{why}")
        self._at += 1

    def _replay(self) -> str:
        return f"python -m tests.robustness.worker {self._way} {self._seed} {self._at} 1  # {self._kind}"

    def _line(self) -> bytes | None:
        """The next line; None at the end of the output."""
        pipe = self._process.stdout
        while pipe is not None and b"\n" not in self._read:
            if not select.select([pipe], [], [], WAITED_SECONDS)[0]:
                raise TimeoutError
            part = os.read(pipe.fileno(), 65_536)
            if not part:
                return None
            self._read += part
        line, _, self._read = self._read.partition(b"\n")
        return line

    def _last_words(self) -> str:
        """The exit status and the end of what the process wrote as it died."""
        code = self._process.wait()
        self._errors.seek(0)
        return f"exit {code}: {self._errors.read().decode(errors='replace')[-1500:]}"
