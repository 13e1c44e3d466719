"""What the package promises to those who install it."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution, entry_points
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from jobs import jars, machine
from udfs.parts import code_digest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGES = ("airflow_dags", "conf", "jobs", "schemas", "udfs")
CONSTRAINTS = sorted((ROOT / "conf").glob("constraints*.txt"))
PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+")


def pins(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in lines)}


def test_the_command_is_installed() -> None:
    (command,) = entry_points(group="console_scripts", name="lookback")
    assert command.value == "jobs.cli:main"
    assert Path(sys.executable).with_name("lookback").is_file()


def test_the_metadata_says_where_it_runs() -> None:
    metadata = distribution("lookback").metadata
    assert metadata["Requires-Python"] == "<3.13,>=3.11"
    assert set(metadata.get_all("Provides-Extra") or ()) == {"cpu", "gpu", "s3", "faces", "heic", "dev"}


def test_the_wheel_carries_every_file_of_the_packages_and_of_nothing_else(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, capture_output=True, check=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file())
    ours = {str(path.relative_to(ROOT)) for path in found if "__pycache__" not in path.parts}
    assert ours - carried == set()
    assert {name.split("/")[0] for name in carried} == set(PACKAGES)
    zipfile.ZipFile(wheel).extractall(tmp_path)
    assert code_digest(machine.PACKAGES, tmp_path) == code_digest(machine.PACKAGES, ROOT)


@pytest.mark.parametrize("path", CONSTRAINTS, ids=lambda path: path.stem)
def test_constraints_are_exact_and_carry_no_address(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#") and not PIN.fullmatch(line)] == []
    assert "://" not in path.read_text(encoding="utf-8")


def test_other_extras_are_packed_in_an_environment_of_their_own(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    prerequisites = ["pyproject.toml", "conf/constraints.txt", "jobs/jars.py", "jobs/class_archive.py"]
    prerequisites += ["jobs/log_store.py", "jobs/ConditionalLogStore.java"]
    for name in (*prerequisites, ".venv/.ready", ".venv-pack/.ready-cpu,heic", "dist/environment.tar.gz"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    def planned(*words: str) -> str:
        made = ["make", "-n", "pack", *words]
        return subprocess.run(made, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60).stdout

    assert ".venv-pack" not in planned()
    assert "[gpu,s3]" in planned("EXTRAS=gpu,s3")
    assert ("jars-s3" in planned("EXTRAS=gpu,s3"), "jars-s3" in planned("EXTRAS=gpu")) == (True, False)
    assert "if [ ! -e .venv-pack/.ready-gpu,s3 ]; then rm -rf .venv-pack; fi" in planned("EXTRAS=gpu,s3")
    (tmp_path / "jobs" / "jars.py").touch()
    assert "[cpu,heic]" in planned()


@pytest.mark.parametrize("extra", ["", "cpu", "gpu", "dev"])
def test_every_package_of_the_set_up_is_pinned_within_its_bounds(extra: str) -> None:
    known = pins(ROOT / "conf" / "constraints.txt")
    wanted = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    outside = [
        str(need)
        for need in map(Requirement, wanted)
        if not need.specifier.contains(known.get(canonicalize_name(need.name), "0"))
    ]
    assert outside == []


def test_the_jars_are_of_the_pinned_delta_and_stand_in_spark() -> None:
    assert pins(ROOT / "conf" / "constraints.txt")["delta-spark"] == jars.DELTA
    assert jars.missing(jars.spark_jars()) == []


def test_a_jar_with_other_bytes_counts_as_missing(tmp_path: Path) -> None:
    (tmp_path / f"delta-storage-{jars.DELTA}.jar").write_bytes(b"half a downl")
    assert set(jars.missing(tmp_path)) == {jar.name for jar in jars.OF_DELTA}


def test_jars_that_cannot_come_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "jars").mkdir()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "no-java"))
    with pytest.raises(jars.JarsNotPlaced, match="install Java 17"):
        jars.place(tmp_path / "jars")
    assert [path.name for path in tmp_path.iterdir()] == ["jars"]
    assert list((tmp_path / "jars").iterdir()) == []
