"""What a worker makes of a store's answers: a refusal of one document, or the end of the job."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError

from conf.errors import StoreAway
from udfs.images import objects
from udfs.images.fetch import Source, fetch
from udfs.images.objects import Bucket, Folder, Stored

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SOURCE = Source("s3://bucket/lake", (), 10)
URI = "s3://bucket/lake/a.jpg"


class Client:
    """A store that answers every question alike."""

    def __init__(self, answer: Exception | bytes) -> None:
        self._answer = answer
        self.body = io.BytesIO()

    def get_object(self, **_: str) -> dict[str, Any]:
        if isinstance(self._answer, Exception):
            raise self._answer
        self.body = io.BytesIO(self._answer)
        return {"ContentLength": len(self._answer), "Body": self.body}


def answering(monkeypatch: pytest.MonkeyPatch, answer: Exception | bytes) -> Client:
    client = Client(answer)
    monkeypatch.setattr(objects, "open_bucket", lambda: Bucket(cast("S3Client", client)))
    return client


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "GetObject")


@pytest.mark.fault("F17")
@pytest.mark.parametrize(
    "answer",
    [
        *(error(code) for code in ("SlowDown", "InternalError", "ExpiredToken", "InvalidAccessKeyId", "NoSuchBucket")),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    ],
    ids=str,
)
def test_a_store_that_gives_no_answer_refuses_no_document(monkeypatch: pytest.MonkeyPatch, answer: Exception) -> None:
    answering(monkeypatch, answer)
    with pytest.raises(StoreAway, match=r"a\.jpg: its store gives no answer"):
        fetch(URI, SOURCE)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (error("NoSuchKey"), "missing"),
        (error("AccessDenied"), "unreadable"),
        (error("InvalidObjectState"), "unreadable"),  # in an archive tier
        (ParamValidationError(report="no key"), "unreadable"),
    ],
    ids=str,
)
def test_what_a_store_says_of_one_object_refuses_that_one(
    monkeypatch: pytest.MonkeyPatch, answer: Exception, reason: str
) -> None:
    answering(monkeypatch, answer)
    refused = fetch(URI, SOURCE).refused
    assert refused is not None
    assert refused.reason == reason


def test_too_many_bytes_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    client = answering(monkeypatch, b"eleven byte")
    refused = fetch(URI, SOURCE).refused
    assert refused is not None
    assert (refused.reason, refused.detail) == ("too_large", "11 bytes, at most 10")
    assert client.body.closed


@pytest.mark.fault("F17")
def test_a_folder_that_is_unmounted_refuses_no_document(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stale(path: Path) -> bytes:
        raise OSError(116, "Stale file handle")

    (tmp_path / "a.jpg").write_bytes(b"12345")
    source = Source(str(tmp_path), (), 10)
    assert fetch("a.jpg", source).content == b"12345"
    monkeypatch.setattr(Path, "read_bytes", stale)
    with pytest.raises(StoreAway, match="ESTALE"):
        fetch("a.jpg", source)


def test_a_file_that_moves_away_while_its_folder_is_listed_is_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    (tmp_path / "b.csv.part").write_bytes(b"22")
    found = objects._stored

    def stored(uri: str, path: Path) -> Stored:
        if path.suffix == ".part":
            path.rename(path.with_suffix(""))
        return found(uri, path)

    monkeypatch.setattr(objects, "_stored", stored)
    assert [Path(one.uri).name for one in Folder().list(str(tmp_path))] == ["a.csv"]
    assert [Path(one.uri).name for one in Folder().list(str(tmp_path))] == ["a.csv", "b.csv"]
