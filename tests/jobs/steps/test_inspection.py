"""Inspect: what waits, whom a refusal blames, and that what was committed stands."""

import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes_linking import NIGHT, document, frame, sha

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from conf.archive import First
    from jobs.inspecting.known import Known

pytestmark = pytest.mark.spark
EARLIER, TONIGHT = "2026-02-28.1", "2026-03-01.1"
NOW, BEFORE = "inspector-2", "inspector-1"


@dataclass
class SliceRun:
    """A run of one step whose tables are frames in memory, and which remembers what was written."""

    spark: "SparkSession"
    parent: dict[str, "DataFrame"] = field(default_factory=dict)
    tonight: dict[str, "DataFrame"] = field(default_factory=dict)
    landed: set[tuple[str, str]] = field(default_factory=set)
    run_id: str = TONIGHT
    stages: dict[str, float] = field(default_factory=dict)
    contents: int | None = None
    written: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def tables(self) -> SimpleNamespace:
        return SimpleNamespace(recorded=lambda table, transaction: (table, transaction) in self.landed)

    def transaction(self, slice_name: str) -> str:
        return slice_name

    def read(self, name: str) -> "DataFrame":
        return self.tonight[name]

    def before(self, name: str) -> "DataFrame":
        return self.parent.get(name, frame(self.spark, name, []))

    def write(self, name: str, rows: "DataFrame", *, slice_name: str) -> None:
        if (name, slice_name) not in self.landed:
            self.written[name] = rows.collect()

    def write_all(self, frames: dict[str, "DataFrame"], *, slice_name: str) -> None:
        for name, rows in frames.items():
            self.write(name, rows, slice_name=slice_name)


def refusal(number: int, reason: str, inspector: str, *, of: int | None = None) -> dict[str, Any]:
    """The row of `rejected` for document `number`, whose content is `of`, or its own."""
    of = number if of is None else of
    row = {"source": "manifests", "manifest": sha(0), "row": number, "doc_id": f"d{number:03d}", "sha256": sha(of)}
    said = {"outcome": "rejected", "stage": "inspect", "reason": reason, "inspector": inspector}
    return row | said | {"run_id": EARLIER, "night": NIGHT}


def known(
    spark: "SparkSession", docs: list[dict[str, Any]], refused: list[dict[str, Any]], seen: dict[int, str] | None = None
) -> "Known":
    from jobs.inspecting.known import Known

    looks = [{"sha256": sha(of), "inspector": who, "parts": {}, "run_id": EARLIER} for of, who in (seen or {}).items()]
    from jobs.inspecting.order import Suspicions, with_places

    nothing = Suspicions(frame(spark, "account_signals", []), frame(spark, "risk_profiles", []), 0.5)
    placed = with_places(frame(spark, "documents", docs), "oldest", nothing)
    frames = (placed, frame(spark, "observations", looks), frame(spark, "rejected", refused))
    return Known(*frames, NOW)


def answers(spark: "SparkSession", rows: list[dict[str, Any]]) -> "DataFrame":
    from udfs.answers import ANSWER_DDL

    names = spark.createDataFrame([], ANSWER_DDL).columns
    filled = [
        {"inspector": NOW, "parts": {}, "skipped": {}, "fields": [], "vectors": [], "seconds": {}} | r for r in rows
    ]
    return spark.createDataFrame([tuple(row.get(name) for name in names) for row in filled], ANSWER_DDL)


def commit(run: SliceRun, knows: "Known", rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    from jobs.inspecting.content_rows import ContentRows, held_rows
    from jobs.inspecting.slices import Plan
    from jobs.steps.inspection import Committer

    waiting = knows.waiting(None)
    made: Any = run
    Committer(made, Plan.of(waiting, 10), knows, ContentRows(held_rows(made.before, waiting))).commit(
        0, answers(run.spark, rows)
    )
    return run.written


def tried(knows: "Known", limit: int | None = None) -> list[tuple[str, str]]:
    return [(row.sha256, row.uri) for row in knows.waiting(limit).orderBy("rank").collect()]


def refused_docs(rows: list[Any]) -> list[tuple[str, str]]:
    return sorted((row.doc_id, row.reason) for row in rows)


def test_refused_bytes_are_not_tried_again_and_their_new_documents_are_refused_unread(spark: "SparkSession") -> None:
    docs = [document(1, "a"), document(2, "a", sha256=sha(1), run_id=TONIGHT)]
    knows = known(spark, docs, [refusal(1, "truncated", NOW)])
    assert tried(knows) == []
    assert refused_docs(knows.refusals().collect()) == [("d002", "truncated")]


@pytest.mark.parametrize(
    ("reason", "again"), [("missing", True), ("digest_mismatch", True), ("empty", True), ("bomb", False)]
)
def test_a_fault_of_an_address_is_not_the_contents(spark: "SparkSession", reason: str, *, again: bool) -> None:
    docs = [document(1, "a", uri="gone.jpg"), document(2, "a", sha256=sha(1), uri="here.jpg")]
    knows = known(spark, docs, [refusal(1, reason, NOW)])
    assert tried(knows) == ([(sha(1), "here.jpg")] if again else [])
    assert len(knows.refusals().collect()) == (0 if again else 1)


def test_an_address_that_failed_an_earlier_inspector_is_tried_last(spark: "SparkSession") -> None:
    docs = [document(1, "a", uri="gone.jpg"), document(2, "a", sha256=sha(1), uri="here.jpg"), document(3, "a")]
    knows = known(spark, docs, [refusal(1, "missing", BEFORE), refusal(3, "bomb", BEFORE)], {4: BEFORE})
    assert sorted(tried(knows)) == [(sha(1), "here.jpg"), (sha(3), "x")]
    assert tried(knows, 1) == [(sha(1), "here.jpg")]


def test_new_contents_come_before_seen_ones_and_those_before_refused_ones(spark: "SparkSession") -> None:
    docs = [document(number, "a") for number in (1, 2, 3, 4)]
    knows = known(spark, docs, [refusal(1, "bomb", BEFORE)], {2: BEFORE, 4: NOW})
    assert [content for content, _ in tried(knows, 3)] == [sha(3), sha(2), sha(1)]


def test_a_refusal_blames_the_documents_of_its_bytes_or_of_its_address(spark: "SparkSession") -> None:
    docs = [document(n, "a", sha256=sha(n % 10), uri=f"{n}.jpg") for n in (1, 11, 2, 12)]
    rows = [{"status": "rejected", "sha256": sha(1), "reason": "missing"}]
    rows += [{"status": "rejected", "sha256": sha(2), "reason": "truncated"}]
    written = commit(SliceRun(spark), known(spark, docs, []), rows)
    found = [("d001", "missing"), ("d002", "truncated"), ("d012", "truncated")]
    assert refused_docs(written["rejected"]) == found


def test_a_slice_without_refusals_writes_none_and_a_seen_content_stays_seen(spark: "SparkSession") -> None:
    run, docs = SliceRun(spark), [document(1, "a"), document(2, "a")]
    assert "rejected" not in commit(run, known(spark, docs, []), [{"status": "seen", "sha256": sha(1)}])
    assert run.contents == 2
    again = [{"status": "rejected", "sha256": sha(n), "reason": "truncated"} for n in (1, 2)]
    written = commit(SliceRun(spark), known(spark, docs, [], {1: BEFORE}), again)
    assert refused_docs(written["rejected"]) == [("d002", "truncated")]


def test_each_inspector_refuses_a_document_once(spark: "SparkSession") -> None:
    docs = [document(number, "a", sha256=sha(1)) for number in (1, 2, 3)]
    rows = [{"status": "rejected", "sha256": sha(1), "reason": "undecodable"}]
    earlier = [refusal(1, "truncated", BEFORE), refusal(2, "truncated", NOW)]
    written = commit(SliceRun(spark), known(spark, docs, earlier), rows)
    assert refused_docs(written["rejected"]) == [("d001", "undecodable"), ("d003", "undecodable")]


def test_what_a_resume_sees_does_not_undo_the_refusal_that_landed(spark: "SparkSession") -> None:
    landed = frame(spark, "rejected", [refusal(1, "timeout", NOW) | {"run_id": TONIGHT}])
    run = SliceRun(spark, tonight={"rejected": landed}, landed={("rejected", "0")})
    rows = [{"status": "seen", "sha256": sha(number)} for number in (1, 2)]
    written = commit(run, known(spark, [document(1, "a"), document(2, "a")], []), rows)
    assert [row.sha256 for row in written["observations"]] == [sha(2)]


def test_rows_that_stand_already_are_not_written_again(spark: "SparkSession") -> None:
    old = {"sha256": sha(1), "fingerprint": "v1", "kind": "design", "vector": [1.0], "run_id": EARLIER}
    run = SliceRun(spark, parent={"vectors": frame(spark, "vectors", [old])})
    vectors = {1: ["v1"], 2: ["v1"], 3: ["v2"]}
    rows = [
        {"status": "seen", "sha256": sha(of), "vectors": [(print_, "design", [1.0]) for print_ in prints]}
        | {"fields": [("r1", "mrz", "number", 0, "X", "X", 1.0, None)]}
        for of, prints in vectors.items()
    ]
    written = commit(run, known(spark, [document(number, "a") for number in vectors], []), rows)
    assert sorted(row.sha256 for row in written["vectors"]) == [sha(2), sha(3)]
    assert len(written["fields"]) == len(written["observations"]) == 3


def test_slices_are_cut_in_the_order_of_inspection_and_lose_nothing(spark: "SparkSession") -> None:
    from jobs.inspecting.slices import Plan

    knows = known(spark, [document(number, "a") for number in range(1, 8)], [refusal(2, "bomb", BEFORE)])
    plan = Plan.of(knows.waiting(None), 3)
    cut = [sorted(row.sha256 for row in plan.slice(number).collect()) for number in range(plan.slices)]
    assert cut == [[sha(1), sha(3), sha(4)], [sha(5), sha(6)], [sha(2), sha(7)]]


@pytest.mark.parametrize(
    ("first", "order"), [("oldest", [1, 2, 3, 4, 5]), ("newest", [5, 4, 3, 2, 1]), ("riskiest", [3, 2, 5, 4, 1])]
)
def test_the_order_is_what_the_setting_says(spark: "SparkSession", first: "First", order: list[int]) -> None:
    """The third has two warnings; the second and the fifth one, on the riskier account first; the fourth is newer."""
    from jobs.inspecting.known import Known
    from jobs.inspecting.order import Suspicions, with_places

    docs = [document(1, "a", decision="accepted", vendor_result=" Clear "), document(2, "b", vendor_result="clear")]
    docs += [document(3, "c", vendor_result="consider"), document(4, "d", decision="")]
    docs += [document(5, "e", decision="review")]
    stamped = {"file": sha(0), "valid_from": docs[0]["submitted_at"], "known_at": NIGHT, "strength": 1.0}
    told = [("c", "bot", False), ("d", "device", False), ("e", "chargeback", True)]
    signals = [
        stamped | {"row": row, "account_id": account, "kind": kind, "retracts": withdrawn}
        for row, (account, kind, withdrawn) in enumerate(told)
    ]
    profiles = [{"account_id": "b", "risk": 0.7}, {"account_id": "d", "risk": 0.2}]
    suspicions = Suspicions(
        frame(spark, "account_signals", signals), frame(spark, "risk_profiles", profiles), raised=0.5
    )
    placed = with_places(frame(spark, "documents", docs), first, suspicions)
    nothing = (frame(spark, "observations", []), frame(spark, "rejected", []))
    assert [content for content, _ in tried(Known(placed, *nothing, NOW))] == [sha(number) for number in order]


DYING = """
import ctypes, hashlib, os, signal
from udfs.images.decode import decode

def odd(content, header):
    if hashlib.sha256(content).hexdigest() in {victims!r} and not os.path.exists({mark!r}):
        if {once!r}:
            open({mark!r}, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        ctypes.string_at(0)
    return decode(content, header)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "once",
    [pytest.param(False, marks=pytest.mark.fault("F4")), pytest.param(True, marks=pytest.mark.fault("F5", "F8"))],
)
def test_a_dying_worker_takes_only_the_documents_that_kill_it_again(
    spark: "SparkSession",
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    once: bool,
) -> None:
    import hashlib

    import cv2
    import numpy as np

    from conf.settings import InspectSettings, WorkerSettings
    from jobs.inspecting.slices import answers_of
    from jobs.models.folders import SHIPPED, model_digest
    from udfs.images.decode import HOOK
    from udfs.task import InspectTask

    names = []
    for shade in range(60, 240, 30):
        content = cv2.imencode(".jpg", np.full((90, 120, 3), shade, np.uint8))[1].tobytes()
        (tmp_path / f"{shade}.jpg").write_bytes(content)
        names.append((hashlib.sha256(content).hexdigest(), f"{shade}.jpg"))
    victims = [content for content, _ in names[1:4]]
    stub = DYING.format(victims=victims, mark=str(tmp_path / "mark"), once=once)
    (tmp_path / "dying.py").write_text(textwrap.dedent(stub))
    for name, value in ((HOOK, "dying:odd"), ("PYTHONPATH", str(tmp_path))):
        monkeypatch.setitem(spark.sparkContext.environment, name, value)  # workers get it, this process does not
    weights = SHIPPED / "inspector"
    task = InspectTask(
        settings=InspectSettings(parts=("file",)),
        worker=WorkerSettings(decode_threads=1),
        weights=str(weights),
        weights_digest=model_digest(weights),
        lake=str(tmp_path),
    )
    run: Any = SimpleNamespace(spark=spark)
    found = answers_of(spark.createDataFrame(names, "sha256 string, uri string"), task, run)
    told = {row.sha256: (row.status, row.reason) for row in found.collect()}
    found.unpersist()
    refused = {} if once else dict.fromkeys(victims, ("rejected", "crash"))
    assert told == {content: ("seen", None) for content, _ in names} | refused
    assert "a worker died" in caplog.text


def test_parts_that_a_night_wrote_between_two_slices_of_a_back_fill_are_not_written_again(
    spark: "SparkSession",
) -> None:
    from jobs.inspecting.content_rows import HeldAtHeads

    def plates(*of: int) -> "DataFrame":
        return frame(spark, "plates", [{"sha256": sha(number), "fingerprint": "p"} for number in of])

    standing = {"fields": frame(spark, "fields", []), "vectors": frame(spark, "vectors", []), "plates": plates()}
    versions = dict.fromkeys(standing, 1)
    tables: Any = SimpleNamespace(
        heads=lambda names: {name: SimpleNamespace(version=versions[name]) for name in names}, read=standing.get
    )
    plate = ("p", 1, 1, b"", "")
    seen = answers(spark, [{"sha256": sha(number), "status": "seen", "plate": plate} for number in (1, 2)])
    held = HeldAtHeads(seen.select("sha256"))

    def written() -> list[str]:
        return sorted(row.sha256 for row in held.at(tables).of(seen)["plates"].collect())

    assert written() == [sha(1), sha(2)]
    standing["plates"] = plates(1)
    versions["plates"] = 2
    held.written(tables)
    assert written() == [sha(1), sha(2)], "our own slice was of other contents"
    versions["plates"] = 3
    assert written() == [sha(2)]
    held.forget()
