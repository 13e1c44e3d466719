"""What reads, writes and leases do while a store answers 503, 500 and 409, resets, stalls and loses its answers."""

import time
from collections.abc import Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

from conf.errors import LeaseHeld, StoreAway
from conf.settings import LeaseSettings
from jobs.lease import Lease, holder_of
from jobs.object_store import prove_conditional_writes
from tests.faults.store_proxy import Fault, Proxy, misbehaving
from tests.s3_server import BUCKET, seaweed
from udfs.images import objects
from udfs.images.objects import open_bucket
from udfs.images.store_errors import NoAnswer

LAKE = "s3://bucket/lake"
NOW = LeaseSettings()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    started = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    started.start()
    host, port = started.get_host_and_port()
    yield f"http://{host}:{port}"
    started.stop()


@pytest.fixture
def store(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A bucket with one object of bytes; clients give up a stalled answer after half a second."""
    for name, value in {
        "ACCESS_KEY_ID": "nobody",
        "SECRET_ACCESS_KEY": "nothing",
        "DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    client = boto3.client("s3", endpoint_url=server)
    client.create_bucket(Bucket="bucket")
    client.put_object(Bucket="bucket", Key="lake/a.jpg", Body=b"12345")
    monkeypatch.setattr(objects, "READ_SECONDS", 0.5)
    open_bucket.cache_clear()
    yield monkeypatch
    open_bucket.cache_clear()
    for item in client.list_objects_v2(Bucket="bucket")["Contents"]:
        client.delete_object(Bucket="bucket", Key=item["Key"])


def through(proxy: Proxy, patch: pytest.MonkeyPatch) -> None:
    """Let boto3 find the proxy, which counts as the proven store."""
    patch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
    open_bucket.cache_clear()
    open_bucket().write(f"{LAKE}/_proof.json", proxy.endpoint.encode())


@pytest.mark.fault("F17", "F18")
@pytest.mark.parametrize("kind", ["503", "500", "reset", "stall", "lost"])
def test_what_a_store_mends_by_itself_is_not_noticed(server: str, store: pytest.MonkeyPatch, kind: str) -> None:
    read, listed = Fault(kind, "GET", "a.jpg", times=2), Fault(kind, "GET", "list-type", times=2)
    written = Fault(kind, "PUT", "b.jpg", times=2)
    with misbehaving(server, read, listed, written, stall_seconds=1) as proxy:
        through(proxy, store)
        bucket = open_bucket()
        assert bucket.read(f"{LAKE}/a.jpg") == b"12345"
        bucket.write(f"{LAKE}/b.jpg", b"67")
        assert [found.uri for found in bucket.list(LAKE)] == [f"{LAKE}/_proof.json", f"{LAKE}/a.jpg", f"{LAKE}/b.jpg"]
    assert proxy.struck == {read: 2, listed: 2, written: 2}


@pytest.mark.fault("F17", "F18")
def test_an_answer_that_is_cut_is_asked_for_again(server: str, store: pytest.MonkeyPatch) -> None:
    read, listed = Fault("cut", "GET", "a.jpg", times=4), Fault("cut", "GET", "list-type", times=2)
    with misbehaving(server, read, listed) as proxy:
        through(proxy, store)
        assert open_bucket().read(f"{LAKE}/a.jpg") == b"12345"
        assert [found.bytes for found in open_bucket().list(LAKE)] == [len(proxy.endpoint), 5]
    assert proxy.struck == {read: 4, listed: 2}


@pytest.mark.fault("F17")
def test_an_answer_that_is_cut_each_time_is_the_stores_trouble(server: str, store: pytest.MonkeyPatch) -> None:
    cut = Fault("cut", "GET", "a.jpg", times=99)
    with misbehaving(server, cut) as proxy:
        through(proxy, store)
        with pytest.raises(NoAnswer, match=r"ResponseStreamingError|IncompleteReadError"):
            open_bucket().read(f"{LAKE}/a.jpg")
    assert proxy.struck == {cut: objects.ATTEMPTS}


@pytest.mark.fault("F17", "F18", "F19")
@pytest.mark.parametrize("kind", ["503", "reset", "lost", "409"])
def test_a_lease_is_taken_renewed_and_given_back_through_trouble(
    server: str, store: pytest.MonkeyPatch, kind: str
) -> None:
    trouble = Fault(kind, "PUT", "lease.json", every=2, times=5)
    with misbehaving(server, trouble) as proxy:
        through(proxy, store)
        with Lease(LAKE, "first", NOW) as lease:
            for _ in range(3):
                lease.renew()
            holder = holder_of(LAKE)
            assert holder is not None
            assert holder.token == lease.token
            with pytest.raises(LeaseHeld, match="held by first@"), Lease(LAKE, "second", NOW):
                pass
        assert holder_of(LAKE) is None
    assert proxy.struck[trouble] >= 2


@pytest.mark.fault("F17")
def test_a_store_that_stays_away_is_told_in_time_and_the_lease_lapses(server: str, store: pytest.MonkeyPatch) -> None:
    with misbehaving(server, Fault("reset", "GET", "lease.json", every=1, times=99)) as proxy:
        through(proxy, store)
        began = time.monotonic()
        with pytest.raises(StoreAway, match=f"nothing answers in time at {proxy.endpoint}"), Lease(LAKE, "a", NOW):
            pass
        assert time.monotonic() - began < 60


def test_a_real_store_passes_the_proof(tmp_path_factory: pytest.TempPathFactory, store: pytest.MonkeyPatch) -> None:
    with seaweed(tmp_path_factory.mktemp("weed")) as real:
        for variable, value in real.environment.items():
            store.setenv(variable, value)
        store.setattr(objects, "READ_SECONDS", 60)
        open_bucket.cache_clear()
        prove_conditional_writes(f"s3://{BUCKET}/lake/tables")
        assert open_bucket().list(f"s3://{BUCKET}/lake") == []
        with Lease(f"s3://{BUCKET}/lake/tables", "first", NOW) as lease:
            lease.renew()
