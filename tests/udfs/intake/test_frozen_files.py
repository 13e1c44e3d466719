"""A manifest that changes in the middle of a night: what the night froze is what it reads, or nothing."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pytest

from conf.errors import BadManifest, JobError, StoreAway
from conf.settings import IngestSettings
from udfs.images.fetch import Source
from udfs.images.folder import Folder
from udfs.images.store_errors import NoAnswer, StoreError, Unreadable
from udfs.intake.reading import intake_batches

HEAD = b"doc_id,account_id,uri,side,submitted_at\n"
ROW = b"D1,A1,images/a.jpg,front,2026-01-01T00:00:00Z\n"


@pytest.mark.fault("F23")
def test_a_manifest_changed_after_it_was_frozen_stops_the_night_by_its_name(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_bytes(HEAD + ROW)
    frozen = pa.RecordBatch.from_pylist([{"uri": str(manifest), "sha256": hashlib.sha256(HEAD + ROW).hexdigest()}])
    read = intake_batches("manifests", Source(str(tmp_path), (), 1_000_000), IngestSettings())
    assert [row["doc_id"] for batch in read(iter([frozen])) for row in batch.to_pylist()] == ["D1"]
    manifest.write_bytes(HEAD + ROW + ROW.replace(b"D1", b"D2"))
    with pytest.raises(BadManifest, match=r"m\.csv: was changed after the night took it in.* anew with --again"):
        list(read(iter([frozen])))


@pytest.mark.parametrize(
    ("met", "told"), [(NoAnswer("SlowDown"), StoreAway), (Unreadable("AccessDenied"), BadManifest)]
)
def test_a_manifest_that_will_never_be_read_is_no_store_that_is_away(
    monkeypatch: pytest.MonkeyPatch, met: StoreError, told: type[JobError]
) -> None:
    def refuse(_folder: Folder, _uri: str) -> bytes:
        raise met

    monkeypatch.setattr(Folder, "read", refuse)
    frozen = pa.RecordBatch.from_pylist([{"uri": "/lake/m.csv", "sha256": "0" * 64}])
    read = intake_batches("manifests", Source("/lake", (), 1_000_000), IngestSettings())
    with pytest.raises(told, match=rf"^/lake/m\.csv: .*\({met}\)"):
        list(read(iter([frozen])))
