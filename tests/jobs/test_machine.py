"""What names the code: its version and its sources, wherever they lie and whatever was compiled of them."""

import compileall
import shutil
from pathlib import Path

import pytest

from jobs import machine
from udfs.parts import code_digest


@pytest.mark.fault("F27")
def test_two_builds_of_one_version_are_two_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in machine.PACKAGES:
        (tmp_path / name).mkdir()
    (tmp_path / "jobs" / "link.py").write_text("NEIGHBOURS = 20\n")
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    before = machine.code_version()
    assert before.startswith("0.1.0+")
    assert machine.code_version() == before

    compileall.compile_dir(tmp_path, quiet=1)
    (tmp_path / "conf" / "DECISIONS.md").write_text("words")
    (tmp_path / "airflow_dags").mkdir()
    (tmp_path / "airflow_dags" / "nightly.py").write_text("")
    moved = Path(shutil.copytree(tmp_path, tmp_path.with_name("moved")))
    monkeypatch.setattr(machine, "ROOT", moved)
    assert machine.code_version() == before

    (moved / "jobs" / "link.py").write_text("NEIGHBOURS = 30\n")
    code_digest.cache_clear()
    after = machine.code_version()
    assert (after != before, after.partition("+")[0]) == (True, "0.1.0")
