"""GPUs are found by our script, given out by Spark, and named to the inspector."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cluster.machines import ROOT, Code, submit

SCRIPT = ROOT / "conf" / "gpus.sh"


def pretend(folder: Path, says: str) -> str:
    """A PATH on which nvidia-smi says so."""
    fake = folder / "nvidia-smi"
    fake.write_text(f"#!/bin/sh\n{says}\n")
    fake.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def find(path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SCRIPT], env={"PATH": path}, capture_output=True, text=True, timeout=30, check=False)


def test_the_script_names_what_nvidia_smi_lists(tmp_path: Path) -> None:
    found = find(pretend(tmp_path, "echo 0; echo 1"))
    assert json.loads(found.stdout) == {"name": "gpu", "addresses": ["0", "1"]}


def test_without_a_driver_the_script_fails(tmp_path: Path) -> None:
    assert find(pretend(tmp_path, "exit 9")).returncode == 1


@pytest.mark.spark
@pytest.mark.slow
def test_each_task_is_told_the_gpu_that_spark_gave_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", pretend(tmp_path, "echo 3"))
    said = submit("local-cluster[1,4,1024]", Code(Path(__file__).with_name("which_gpu.py")))
    (line,) = [line for line in said.splitlines() if line.startswith("TOLD ")]
    assert json.loads(line.removeprefix("TOLD ")) == [3] * 8
