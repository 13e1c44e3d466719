"""An executor that dies takes tasks and shuffle blocks with it; both are made again, and the rows are the same."""

from pathlib import Path

import pytest

from tests.faults.harness import NIGHT, Disturbance, Undisturbed, run_night

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.timeout(3_000)]
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


@pytest.mark.parametrize(
    "at",
    [pytest.param(1, id="between map and reduce", marks=pytest.mark.fault("F11")),
     pytest.param(4, id="mid-task", marks=pytest.mark.fault("F3"))],
)  # fmt: skip
def test_an_executor_killed_while_it_inspects_costs_nothing(undisturbed: Undisturbed, tmp_path: Path, at: int) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    (tmp_path / "killer.py").write_text(KILLER.format(marks=marks, at=at))
    lake = undisturbed.fresh()
    cluster = Disturbance(
        settings=("spark.master=local-cluster[2,1,2048]", "spark.driver_memory=2g"),
        environment={
            "LOOKBACK_DECODER": "killer:odd",
            "PYTHONPATH": f"{Path.cwd()}:{tmp_path}",
            "SPARK_LOCAL_IP": "127.0.0.1",
        },
    )
    outcome = run_night(lake, NIGHT, cluster)
    assert outcome.code == 0, outcome.log[-3_000:]
    assert "Lost executor" in outcome.log
    assert "a worker died" not in outcome.log
    undisturbed.same([outcome])
