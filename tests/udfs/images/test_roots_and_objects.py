import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conf.settings import WorkerSettings
from tests.fakes_bucket import fake_bucket
from udfs.images.fetch import Source, fetch, fetch_all
from udfs.images.hashing import HASH_SCHEMA, digest_of, hash_batches
from udfs.images.objects import open_objects
from udfs.images.refusals import Refused
from udfs.images.roots import Address, resolve
from udfs.images.store_errors import Missing, Unreadable


def test_addresses_stay_under_the_lake_and_the_allowed_roots(tmp_path: Path) -> None:
    lake, other = tmp_path / "lake", tmp_path / "other"
    (lake / "images").mkdir(parents=True)
    other.mkdir()
    (lake / "images" / "a.jpg").write_bytes(b"a")
    (other / "b.jpg").write_bytes(b"b")
    real = str(lake / "images" / "a.jpg")
    assert resolve("images/a.jpg", str(lake)) == Address(real)
    assert resolve(f"file://{real}", str(lake)) == Address(real)
    assert resolve("images/p.parquet#K#1", str(lake)) == Address(str(lake / "images" / "p.parquet"), "K#1")
    assert resolve(str(other / "b.jpg"), str(lake), [str(other)]).place == str(other / "b.jpg")


@pytest.mark.parametrize(
    "uri",
    ["../other/b.jpg", "/etc/passwd", "link.jpg", "folder/b.jpg", "http://host/a.jpg", "hdfs://a/b", "", "a\x00b",
     "images/../../other/b.jpg", "s3://bucket/a.jpg"],
)  # fmt: skip
def test_addresses_that_lead_out_are_refused(tmp_path: Path, uri: str) -> None:
    lake, other = tmp_path / "lake", tmp_path / "other"
    lake.mkdir()
    other.mkdir()
    (other / "b.jpg").write_bytes(b"b")
    (lake / "link.jpg").symlink_to(other / "b.jpg")
    (lake / "folder").symlink_to(other)
    with pytest.raises(Refused) as refused:
        resolve(uri, str(lake))
    assert refused.value.reason == "outside_root"


def test_a_lake_whose_name_only_begins_the_same_is_outside(tmp_path: Path) -> None:
    (tmp_path / "lake-two").mkdir()
    with pytest.raises(Refused):
        resolve(str(tmp_path / "lake-two" / "a.jpg"), str(tmp_path / "lake"))
    with pytest.raises(Refused):
        resolve("s3://bucket/lake-two/a.jpg", "s3://bucket/lake")
    with pytest.raises(Refused):
        resolve("s3://bucket/lake/../secret", "s3://bucket/lake")
    assert resolve("a.jpg", "s3://bucket/lake").place == "s3://bucket/lake/a.jpg"


def test_folders_list_read_and_write(tmp_path: Path) -> None:
    store = open_objects(str(tmp_path))
    store.write(f"{tmp_path}/x/b", b"12345")
    store.write(f"{tmp_path}/x/a", b"")
    assert [(one.uri, one.bytes) for one in store.list(f"{tmp_path}/x")] == [
        (f"{tmp_path}/x/a", 0),
        (f"{tmp_path}/x/b", 5),
    ]
    assert store.list(f"{tmp_path}/nothing") == []
    assert store.read(f"{tmp_path}/x/b") == b"12345"
    assert store.read_range(f"{tmp_path}/x/b", 1, 3) == b"234"
    with pytest.raises(Missing):
        store.read(f"{tmp_path}/x/c")
    with pytest.raises(Unreadable):
        store.read(f"{tmp_path}/x")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with fake_bucket("docs", monkeypatch):
        yield "s3://docs"


def test_s3_serves_loose_and_packed_images(bucket: str) -> None:
    store = open_objects(bucket)
    store.write(f"{bucket}/lake/a.jpg", b"12345")
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"key": ["k0", "k1", "k2"], "bytes": [b"0", b"11", b"222"]}), sink, row_group_size=2)
    store.write(f"{bucket}/lake/images/p.parquet", bytes(sink.getvalue()))
    assert [found.uri for found in store.list(f"{bucket}/lake")] == [
        f"{bucket}/lake/a.jpg",
        f"{bucket}/lake/images/p.parquet",
    ]
    assert store.read_range(f"{bucket}/lake/a.jpg", 1, 2) == b"23"
    with pytest.raises(Missing):
        store.read(f"{bucket}/lake/none")
    source = Source(f"{bucket}/lake", (), 100)
    assert fetch("images/p.parquet#k2", source).content == b"222"
    assert fetch("a.jpg", source).content == b"12345"
    assert fetch("images/p.parquet#k9", source).refused.reason == "missing"
    assert fetch("images/q.parquet#k9", source).refused.reason == "missing"


def test_fetching_keeps_the_order_and_answers_every_address(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.jpg").write_bytes(b"x" * number)
    pq.write_table(pa.table({"key": ["a", "b", "a"], "bytes": [b"first", None, b"second"]}), tmp_path / "p.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 not really")
    uris = [f"{n}.jpg" for n in range(20)] + ["p.parquet#a", "p.parquet#b", "broken.parquet#a", "none.jpg", "../x"]
    worker = WorkerSettings(fetch_threads=3, queue_bytes=10)
    got = list(fetch_all(uris, Source(str(tmp_path), (), 15), worker))
    assert [item.uri for item in got] == uris
    assert [len(item.content) for item in got[:16]] == list(range(16))
    assert {item.refused and item.refused.reason for item in got[16:20]} == {"too_large"}
    assert [item.content for item in got[20:22]] == [b"first", b""]
    assert [item.refused and item.refused.reason for item in got[22:]] == ["unreadable", "missing", "outside_root"]


def test_digests_of_rows_without_one(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "e").write_bytes(b"")
    source, sha = Source(str(tmp_path), (), 100), hashlib.sha256(b"abc").hexdigest()
    batch = pa.RecordBatch.from_pylist([{"uri": "a"}, {"uri": "e"}, {"uri": "n"}])
    (out,) = hash_batches(source, WorkerSettings())(iter([batch]))
    assert out.schema == HASH_SCHEMA
    assert [(row["sha256"], row["bytes"], row["reason"]) for row in out.to_pylist()] == [
        (sha, 3, None),
        (None, None, "empty"),
        (None, None, "missing"),
    ]
    assert {row["whole"] for row in out.to_pylist()} == {None}
    assert digest_of("a", source) == (sha, 3)
    with pytest.raises(Refused):
        digest_of("n", source)
