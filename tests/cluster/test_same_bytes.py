"""A night leaves the same bytes in every table, whatever Spark it ran on: threads, executors, machines, partitions."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.machines import CHECKOUT, ROOT, WORKERS, Code, standalone, submit, worked
from tests.faults import audit

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.timeout(3_600)]
NIGHT = "2026-03-01"


@dataclass(frozen=True)
class Reference:
    """A lake as delivered, and what a night on two local threads makes of it."""

    pristine: Path
    lake: Path
    digests: dict[str, str]

    def night(self, master: str, *words: str, code: Code = CHECKOUT) -> dict[str, str]:
        """Digests after a night on another Spark, over the same lake at the same place."""
        shutil.rmtree(self.lake)
        shutil.copytree(self.pristine, self.lake)
        return night(self.lake, master, *words, code=code)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    from udfs.specimens.lake import deliver, plan_lake

    folder = tmp_path_factory.mktemp("cluster")
    pristine, lake = folder / "pristine", folder / "lake"
    deliver(plan_lake(24, 9), pristine, 0)
    shutil.copytree(pristine, lake)
    return Reference(pristine, lake, night(lake, "local[2]"))


def night(lake: Path, master: str, *words: str, code: Code = CHECKOUT) -> dict[str, str]:
    """Run a whole night by spark-submit; gives the digest of each table, and refuses a lake that the audit refuses."""
    given = ("--set", "slices.documents=6", "--set", "monitor.control_documents=4", *words)
    submit(master, code, "night", "--date", NIGHT, "--lake", str(lake), *given)
    root = lake / "_lookback" / "tables"
    assert audit.audit(lake, root) == []
    return audit.digests(root)


def test_other_partition_counts_leave_the_same_bytes(reference: Reference) -> None:
    assert reference.night("local[1]", "--set", "spark.shuffle_partitions=5") == reference.digests


def test_executors_leave_the_same_bytes(reference: Reference) -> None:
    assert reference.night("local-cluster[2,1,2048]") == reference.digests


def test_two_workers_of_a_standalone_master_leave_the_same_bytes(reference: Reference, tmp_path: Path) -> None:
    with standalone(tmp_path) as master:
        assert reference.night(master, "--set", "spark.shuffle_partitions=7") == reference.digests
    assert worked(tmp_path) == set(WORKERS)


@pytest.fixture(scope="module")
def packed() -> Code:
    """What `make pack` made: the driver runs it unpacked, each worker unpacks the archive."""
    driver, dist = ROOT / ".venv-pack", ROOT / "dist"
    (application,) = driver.glob("lib/python*/site-packages/jobs/__main__.py")
    jars = ",".join(str(jar) for jar in sorted((dist / "jars").glob("*.jar")))
    brought = {"spark.archives": f"{dist / 'environment.tar.gz'}#environment", "spark.jars": jars}
    return Code(application, str(driver / "bin" / "python"), "./environment/bin/python", None, brought)


def test_the_packed_environment_leaves_the_same_bytes(reference: Reference, packed: Code, tmp_path: Path) -> None:
    with standalone(tmp_path, packed) as master:
        assert reference.night(master, code=packed) == reference.digests
    unpacked = {path.relative_to(tmp_path).parts[0] for path in tmp_path.glob("127.*/app-*/*/environment/bin/python")}
    for host in WORKERS:  # six GB each
        shutil.rmtree(tmp_path / host)
    assert unpacked == set(WORKERS)
