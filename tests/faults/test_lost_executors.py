"""An executor that dies takes tasks and its shuffle blocks with it; both are made again, and the rows are the same."""

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

pytestmark = [pytest.mark.spark, pytest.mark.slow]
PICTURES = 12
SLICE_ON = Path(__file__).with_name("slice_on.py")
# A decoder that counts the documents of all workers, and kills the executor above its own worker once, at one of them.
KILLER = """
import os, signal
from pathlib import Path
from udfs.images.decode import decode

def first_to_claim(number):
    try:
        os.close(os.open(f"{marks}/{{number}}", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True

def odd(content, header):
    number = next(number for number in range(1, 10_000) if first_to_claim(number))
    if number == {at}:
        daemon = os.getppid()
        executor = int(Path(f"/proc/{{daemon}}/stat").read_text().rpartition(")")[2].split()[1])
        assert b"CoarseGrainedExecutorBackend" in Path(f"/proc/{{executor}}/cmdline").read_bytes()
        os.kill(executor, signal.SIGKILL)
    return decode(content, header)
"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(PICTURES):
        cv2.imwrite(str(folder / f"{number:02}.jpg"), np.full((90, 120, 3), 40 + 15 * number, np.uint8))
    return folder


@pytest.fixture(scope="module")
def undisturbed_rows(pictures: Path) -> str:
    return slice_on("local[2]", pictures, {})[0]


def slice_on(master: str, pictures: Path, environment: dict[str, str]) -> tuple[str, str]:
    """The rows of one slice, and its log."""
    root = str(Path(__file__).parents[2])
    paths = os.pathsep.join([root, *filter(None, [environment.pop("PYTHONPATH", "")])])
    done = subprocess.run(
        [sys.executable, str(SLICE_ON), master, str(pictures)],
        env=os.environ | environment | {"PYTHONPATH": paths, "SPARK_LOCAL_IP": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return done.stdout, done.stderr


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(1, id="between map and reduce", marks=pytest.mark.fault("F11")),
        pytest.param(4, id="mid-task", marks=pytest.mark.fault("F3")),
    ],
)
def test_an_executor_killed_while_it_inspects_costs_nothing(
    undisturbed_rows: str, pictures: Path, tmp_path: Path, at: int
) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    (tmp_path / "killer.py").write_text(KILLER.format(marks=marks, at=at))
    killer = {"LOOKBACK_DECODER": "killer:odd", "PYTHONPATH": str(tmp_path)}
    rows, log = slice_on("local-cluster[2,1,2048]", pictures, killer)
    assert len(list(marks.iterdir())) > PICTURES
    assert rows == undisturbed_rows
    assert "Lost executor" in log
    assert "a worker died" not in log
