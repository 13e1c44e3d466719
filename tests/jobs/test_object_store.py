"""An object store before the first write: proven to enforce conditional writes, or refused with what to do."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from conf.errors import BadLake, BadSettings, BadStore, JobError, StoreAway
from conf.settings import LeaseSettings, Settings
from jobs import object_store
from jobs.lease import Lease
from jobs.object_store import RACERS, ensure_proven, prove_conditional_writes, told, told_by_spark
from jobs.s3a import JARS, add_jars, in_spark, session_settings
from jobs.store import input_files
from tests.faults.store_proxy import Fault, misbehaving
from udfs.images.objects import open_bucket
from udfs.images.store_errors import Missing, NoAnswer, Unreadable

PLACE, ENDPOINT = "s3://bucket/lake/tables", "http://store.example:9000"


class Shelf:
    """A store in memory that keeps, ignores or races over the conditions of a write."""

    endpoint = (ENDPOINT, "us-east-1")

    def __init__(self, *, new: bool = True, same: bool = True, atomic: bool = True) -> None:
        self.honours = {True: new, False: same}
        self.atomic = atomic
        self.kept: dict[str, tuple[bytes, str]] = {}
        self.turn = threading.Lock()
        self.looked = threading.Barrier(RACERS)

    def write_over(self, uri: str, content: bytes, tag: str | None) -> str | None:
        with self.turn:
            fits = self.kept.get(uri, (b"", None))[1] == tag or not self.honours[tag is None]
        if not self.atomic:
            self.looked.wait()
        with self.turn:
            if self.atomic:
                fits = self.kept.get(uri, (b"", None))[1] == tag or not self.honours[tag is None]
            if fits:
                self.kept[uri] = (content, str(hash(content)))
            return self.kept[uri][1] if fits else None

    def holds(self, prefix: str) -> bool:
        return any(uri.startswith(f"{prefix}/") for uri in self.kept)

    def read_tagged(self, uri: str) -> tuple[bytes, str]:
        if uri not in self.kept:
            raise Missing("NoSuchKey")
        return self.kept[uri]

    def read(self, uri: str) -> bytes:
        return self.read_tagged(uri)[0]

    def write(self, uri: str, content: bytes) -> None:
        self.kept[uri] = (content, str(hash(content)))

    def delete(self, uri: str) -> None:
        self.kept.pop(uri, None)


def use(monkeypatch: pytest.MonkeyPatch, shelf: Shelf) -> Shelf:
    monkeypatch.setattr(object_store, "open_bucket", lambda: shelf)
    return shelf


def test_a_store_that_keeps_conditions_proves_it_once_for_each_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = use(monkeypatch, Shelf())
    ensure_proven(PLACE)
    assert shelf.kept.keys() == {f"{PLACE}/_proof.json"}, "what the races wrote is gone"
    shelf.honours = {True: False, False: False}
    ensure_proven(PLACE)
    shelf.endpoint = ("http://another.example", "us-east-1")
    with pytest.raises(BadStore):
        ensure_proven(PLACE)


@pytest.mark.fault("F20")
@pytest.mark.parametrize(
    ("shelf", "header", "told_first"),
    [
        (Shelf(new=False), "If-None-Match", RACERS),
        (Shelf(same=False), "If-Match", RACERS),
        (Shelf(atomic=False), "If-None-Match", RACERS),
    ],
    ids=["ignores If-None-Match", "ignores If-Match", "looks, then writes"],
)
def test_a_store_that_ignores_conditions_is_refused_for_good(
    monkeypatch: pytest.MonkeyPatch, shelf: Shelf, header: str, told_first: int
) -> None:
    use(monkeypatch, shelf)
    with pytest.raises(BadStore) as refused:
        prove_conditional_writes(PLACE)
    assert refused.value.exit_code == 65
    text = str(refused.value)
    assert text.startswith(f"{PLACE}: the store at {ENDPOINT} does not enforce {header}: {told_first} of 16 writers")
    assert "--set places.tables=FOLDER" in text
    assert shelf.kept == {}


@pytest.mark.fault("F20")
@pytest.mark.parametrize("code", ["NotImplemented", "501", "InvalidArgument", "InvalidRequest"])
def test_a_store_that_knows_no_conditions_is_refused_for_good(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    def refuse(*_given: object) -> str:
        raise Unreadable(code)

    shelf = use(monkeypatch, Shelf())
    monkeypatch.setattr(shelf, "write_over", refuse)
    with pytest.raises(BadStore, match=f"{ENDPOINT} does not enforce conditional writes: it answers {code} .*=FOLDER"):
        prove_conditional_writes(PLACE)


@pytest.mark.parametrize("place", ["s3://my bucket/x", "s3:///x"])
def test_a_bucket_that_none_can_be_called_is_told_without_asking(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    open_bucket.cache_clear()
    with pytest.raises(BadStore, match=r"no bucket can have this name .*s3://BUCKET/PREFIX"):
        prove_conditional_writes(place)
    open_bucket.cache_clear()


@pytest.mark.fault("F20")
def test_no_lease_is_taken_in_a_store_without_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = use(monkeypatch, Shelf(new=False))
    with pytest.raises(BadStore, match="does not enforce"), Lease(PLACE, "night", LeaseSettings()):
        pass
    assert shelf.kept == {}


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("InvalidAccessKeyId", BadStore, f"does not know this key at {ENDPOINT} .*AWS_ACCESS_KEY_ID"),
        ("SignatureDoesNotMatch", BadStore, "secret does not belong to the key .*AWS_SECRET_ACCESS_KEY"),
        ("NoCredentialsError", BadStore, "no key was found .*AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ("NoSuchBucket", BadStore, f"no such bucket at {ENDPOINT} .*places.tables"),
        ("AccessDenied", BadStore, "may not do this .*list, get, put and delete"),
        ("InvalidObjectState", BadLake, f"{ENDPOINT} answers InvalidObjectState for it, and will again. Restore it"),
        ("KMS.DisabledException", BadLake, "Restore it, or move it away"),
        ("ReadTimeoutError", StoreAway, f"nothing answers in time at {ENDPOINT} .*AWS_ENDPOINT_URL"),
        ("SlowDown", StoreAway, f"the store at {ENDPOINT} answers SlowDown, again and again"),
    ],
)
def test_an_error_says_what_where_and_what_to_set(
    monkeypatch: pytest.MonkeyPatch, code: str, kind: type[JobError], says: str
) -> None:
    use(monkeypatch, Shelf())
    error = told(PLACE, NoAnswer(code) if kind is StoreAway else Unreadable(code))
    assert type(error) is kind
    assert error.exit_code == (75 if kind is StoreAway else 65)
    with pytest.raises(kind, match=f"{PLACE}: .*{says}"):
        raise error


@pytest.mark.fault("F17")
def test_a_folder_that_is_away_is_told_as_a_store_that_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    away = told("/data/lake", NoAnswer("ESTALE"))
    assert (type(away), away.exit_code) == (StoreAway, 75)
    assert str(away).startswith("/data/lake: cannot be read for now: ESTALE. Is it mounted?")
    assert type(told("/data/lake", Unreadable("EACCES"))) is BadLake
    folder = tmp_path / "manifests" / "locked"
    folder.mkdir(parents=True)

    def refuse(asked: Path) -> None:
        raise PermissionError(13, "Permission denied", str(asked))

    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(BadLake, match=f"^{tmp_path}/manifests: cannot be read: EACCES"):
        input_files(settings_of(str(tmp_path)), "manifests")


def test_what_the_store_refused_spark_is_told_and_what_it_did_not_is_none_of_its(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, Shelf())
    trace = "An error occurred while calling o7.save.\n: org.apache.hadoop.fs.s3a.{}: {} on s3a://bucket/lake/tables"
    wrong = told_by_spark(trace.format("AWSS3IOException", "Status Code: 403, SignatureDoesNotMatch"))
    assert type(wrong) is BadStore
    away = told_by_spark(trace.format("AWSServiceThrottledException", "Status Code: 503"))
    assert type(away) is StoreAway
    assert str(away).startswith("s3://bucket/lake/tables: the store failed Spark: ")
    assert "AWSServiceThrottledException" in str(away)
    assert told_by_spark("Job aborted: ZeroDivisionError") is None
    assert told_by_spark("s3a://bucket/lake/tables/scores/x.parquet is not a Parquet file") is None


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Keys that fit no store, and no other word on where one is."""
    for name, value in {"ACCESS_KEY_ID": "nobody", "SECRET_ACCESS_KEY": "canary-7f3a", "DEFAULT_REGION": "x-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    open_bucket.cache_clear()
    yield monkeypatch
    open_bucket.cache_clear()


def settings_of(place: str) -> Settings:
    return Settings.model_validate({"how": {"places": {"lake": place}}})


def test_spark_is_given_the_store_of_boto3_but_no_key(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ENDPOINT_URL", ENDPOINT)
    given = session_settings(settings_of("s3://bucket/lake"))
    assert given["spark.hadoop.fs.s3a.endpoint"] == ENDPOINT
    assert given["spark.hadoop.fs.s3a.endpoint.region"] == "x-1"
    assert given["spark.hadoop.fs.s3a.path.style.access"] == "true"
    assert "canary-7f3a" not in str(given)
    assert "nobody" not in str(given)
    assert session_settings(settings_of("/data/lake")) == {}
    open_bucket.cache_clear()
    environment.delenv("AWS_ENDPOINT_URL")
    amazon = session_settings(settings_of("s3://bucket/lake"))
    assert amazon["spark.hadoop.fs.s3a.path.style.access"] == "false"
    assert in_spark("s3://bucket/x") == "s3a://bucket/x"
    assert in_spark("/data/x") == "/data/x"


def test_jars_that_were_not_placed_are_missed_before_a_jvm_starts(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setattr("jobs.jars.s3_jars", lambda: tmp_path)
    environment.setenv("SPARK_HOME", str(tmp_path))
    environment.setenv("SPARK_DIST_CLASSPATH", "")
    with pytest.raises(BadSettings, match=r"hadoop-aws-.*\.jar, bundle-.*\.jar.* in .*: make s3"):
        add_jars(settings_of("s3://bucket/lake"))
    add_jars(settings_of("/data/lake"))
    (tmp_path / "jars").mkdir()
    for name in JARS:
        (tmp_path / "jars" / name).touch()
    add_jars(settings_of("s3://bucket/lake"))


def test_nobody_there_is_told_in_a_sentence(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(StoreAway, match=r"nothing answers in time at http://127\.0\.0\.1:1 \(EndpointConnectionError"):
        input_files(settings_of("s3://bucket/lake"), "manifests")
    open_bucket.cache_clear()
    environment.setenv("AWS_ENDPOINT_URL", "store.example")
    with pytest.raises(BadStore, match="begins with http:// or https://"):
        input_files(settings_of("s3://bucket/lake"), "manifests")


def test_a_store_that_stalls_is_given_up_in_bounded_time(environment: pytest.MonkeyPatch) -> None:
    environment.setattr("udfs.images.objects.READ_SECONDS", 0.2)
    environment.setattr("udfs.images.objects.ATTEMPTS", 2)
    stalls = Fault("stall", method="GET", times=9)
    with misbehaving("http://127.0.0.1:1", stalls, stall_seconds=0.5) as proxy:
        environment.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
        with pytest.raises(StoreAway, match="ReadTimeoutError"):
            input_files(settings_of("s3://bucket/lake"), "manifests")
    assert proxy.struck[stalls] == 2
