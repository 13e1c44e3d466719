"""The same night on other threads, cores and partitions; and one whose documents change under it."""

import hashlib

import pytest

from tests.faults import audit
from tests.faults.harness import NIGHT, Disturbance, Undisturbed, run_night

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.timeout(3_000)]
OTHERWISE = (
    "spark.cores=1",
    "spark.shuffle_partitions=5",
    "slices.in_flight=1",
    "slices.writers=1",
    "worker.batch=3",
    "worker.fetch_threads=1",
    "worker.decode_threads=1",
)


@pytest.mark.fault("F28")
def test_other_threads_cores_and_partitions_give_the_same_digests(undisturbed: Undisturbed) -> None:
    lake = undisturbed.fresh()
    outcome = run_night(lake, NIGHT, Disturbance(settings=OTHERWISE))
    assert outcome.code == 0, outcome.log[-3_000:]
    undisturbed.same([outcome])


@pytest.mark.fault("F23")
def test_documents_replaced_and_deleted_in_the_middle_of_a_night_are_told_apart(undisturbed: Undisturbed) -> None:
    lake = undisturbed.fresh()
    killed = run_night(lake, NIGHT, Disturbance(point="after_commit:documents"))
    assert killed.code == -9
    documents = audit.table_at(undisturbed.root, "documents").to_pylist()
    once = {row["uri"]: row["sha256"] for row in documents}
    alone = [uri for uri in sorted(once) if list(once.values()).count(once[uri]) == 1]
    gone, other, kept = (lake / uri for uri in alone[:3])
    gone.unlink()
    other.write_bytes(kept.read_bytes())
    last = run_night(lake, NIGHT)
    assert last.code == 0, last.log[-3_000:]
    assert audit.audit(lake, undisturbed.root) == []
    rejected = audit.released(undisturbed.root).tables["rejected"].to_pylist()
    reasons = {row["sha256"]: row["reason"] for row in rejected if row["stage"] == "inspect"}
    assert reasons[once[alone[0]]] == "missing"
    assert reasons[once[alone[1]]] == "digest_mismatch"
    assert hashlib.sha256(kept.read_bytes()).hexdigest() not in reasons
