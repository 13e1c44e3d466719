"""Ten thousand documents of two thousand submissions through a night: CPU seconds by step, memory over the run.

Each submission has five pictures: the ones of a specimen lake, and retakes of them by the same device. They are drawn
once (half an hour of CPU, 2 GB) and kept beside the figures.
"""

import re
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.bench.record import OUT, record
from tests.faults import audit
from tests.processes import Usage, tree

if TYPE_CHECKING:
    from udfs.specimens.lake import LakePlan
    from udfs.specimens.world import Document

SUBMISSIONS, EACH, SEED = 2_000, 5, 11
PLANNED = 3_600  # documents of which 2,000 submissions can be taken
LAKE = OUT / "ten-thousand"
NIGHT, SAMPLE_SECONDS = "2026-03-01", 10.0
FLAT = 1.1  # peak of a run's last third against that of its second
KINDS = ("driver", "jvm", "workers")
DONE = re.compile(r" (\w+) done in ")
Sample = tuple[str, list[Usage]]


def retaken(plan: "LakePlan") -> "LakePlan":
    """The plan's first submissions, each with five documents."""
    by_submission = sorted(plan.documents, key=lambda document: document.submission_id)
    groups = [list(group) for _, group in groupby(by_submission, key=lambda document: document.submission_id)]
    rng = np.random.default_rng(SEED)
    documents = [document for group in groups[:SUBMISSIONS] for document in five(group, rng)]
    kept = {document.doc_id for document in documents}
    campaigns = tuple(campaign for campaign in plan.campaigns if kept.issuperset(campaign.doc_ids))
    return replace(plan, documents=tuple(documents), campaigns=campaigns)


def five(taken: list["Document"], rng: np.random.Generator) -> list["Document"]:
    """A submission's documents, and retakes of those that are no copies, until there are five."""
    originals = [document for document in taken if document.copy_of is None] or taken
    wanting = islice(cycle(originals), EACH - len(taken))
    return [*taken, *(retake(document, minutes, rng) for minutes, document in enumerate(wanting, 1))]


def retake(document: "Document", minutes: int, rng: np.random.Generator) -> "Document":
    """The same paper before the same device, minutes later."""
    from udfs.specimens.camera import draw_camera
    from udfs.specimens.world import token

    mode = "scan" if document.camera.mode == "scan" else None
    return replace(
        document,
        doc_id="d" + token(rng),
        name=token(rng, 16) + Path(document.name).suffix,
        camera=draw_camera(rng, mode=mode, device=document.camera.device),
        submitted_at=document.submitted_at + timedelta(minutes=minutes),
    )


def drawn() -> Path:
    """The lake, whole."""
    from udfs.specimens.lake import deliver, plan_lake

    if not LAKE.exists():
        plan = retaken(plan_lake(PLANNED, SEED, nights=1))
        begun = LAKE.with_suffix(".begun")
        shutil.rmtree(begun, ignore_errors=True)
        deliver(plan, begun, 0)
        begun.rename(LAKE)
    return LAKE


def run_night(lake: Path, place: Path) -> tuple[str, list[Sample]]:
    """A night in a process of its own, looked at every ten seconds; gives its log and what was seen, by step."""
    from jobs.pipeline import PIPELINE

    names = [step.name for step in PIPELINE]
    command = [sys.executable, "-m", "jobs", "night", "--date", NIGHT, "--lake", str(lake), "--debug"]
    command += ["--set", f"places.tables={place}/tables"]
    said: list[str] = []
    samples: list[Sample] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        hearing = threading.Thread(target=said.extend, args=(process.stdout,))
        hearing.start()
        while hearing.is_alive():
            done = len(DONE.findall("".join(said)))
            samples.append((names[min(done, len(names) - 1)], tree(process.pid)))
            hearing.join(SAMPLE_SECONDS)
    log = "".join(said)
    assert process.returncode == 0, log[-4_000:]
    return log, samples


def cpu_by_step(samples: list[Sample]) -> dict[str, dict[str, float]]:
    """CPU seconds that each kind of process used in each step, to the nearest sample."""
    used: dict[str, dict[str, float]] = {}
    before = dict.fromkeys(KINDS, 0.0)
    for step, seen in samples:
        now = {kind: sum(usage.cpu_seconds for usage in seen if usage.kind == kind) for kind in KINDS}
        spent = used.setdefault(step, dict.fromkeys(KINDS, 0.0))
        for kind in KINDS:
            spent[kind] += max(0.0, now[kind] - before[kind])
        before = now
    return used


def peaks(samples: list[Sample]) -> dict[str, list[float]]:
    """GiB that the largest process of each kind had in each third of inspect."""
    looked = [seen for step, seen in samples if step == "inspect"]
    thirds = np.array_split(np.arange(len(looked)), 3)
    return {
        kind: [max(u.resident_bytes / 2**30 for at in third for u in looked[at] if u.kind == kind) for third in thirds]
        for kind in KINDS
    }


@pytest.mark.timeout(6 * 3_600)
def test_ten_thousand_documents(tmp_path: Path) -> None:
    lake = drawn()
    log, samples = run_night(lake, tmp_path)
    memory, used = peaks(samples), cpu_by_step(samples)
    inspect = used["inspect"]
    sparks = (inspect["driver"] + inspect["jvm"]) / sum(inspect.values())
    record(
        "ten_thousand",
        {
            "documents": SUBMISSIONS * EACH,
            "submissions": SUBMISSIONS,
            "cpu_seconds_by_step": used,
            "share_of_driver_and_jvm_in_inspect": sparks,
            "gib_by_third_of_inspect": memory,
            "steps": [line.strip() for line in log.splitlines() if DONE.search(line)],
        },
    )
    assert audit.audit(lake, tmp_path / "tables") == []
    assert all(last <= FLAT * middle for _, middle, last in memory.values())
