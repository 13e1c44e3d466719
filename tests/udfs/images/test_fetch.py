"""What a worker makes of a store's answers: a refusal of one document, or the end of the job."""

import errno
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError

from conf.errors import StoreAway
from udfs.images import folder as folders
from udfs.images import objects
from udfs.images.fetch import Source, fetch
from udfs.images.folder import Folder
from udfs.images.objects import Bucket
from udfs.images.store_errors import Unreadable
from udfs.images.stored import Stored

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


def error(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetObject")


@pytest.mark.fault("F17")
@pytest.mark.parametrize(
    "answer",
    [
        *(error(code, 400) for code in ("ExpiredToken", "RequestTimeout", "KMS.ThrottlingException", "400")),
        *(error(code, 403) for code in ("InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "403")),
        *(error(code, 503) for code in ("SlowDown", "InvalidRequest")),
        error("NoSuchBucket", 404),
        error("InternalError", 500),
        error("PermanentRedirect", 301),
        error("OfSomeStoreAlone", 429),
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
        (error("NoSuchKey", 404), "missing"),
        (error("AccessDenied", 403), "unreadable"),
        (error("InvalidObjectState", 403), "unreadable"),  # in an archive tier
        (error("InvalidRequest", 400), "unreadable"),  # under a key that its owner alone has
        (error("KMS.DisabledException", 400), "unreadable"),
        (error("OfSomeStoreAlone", 418), "unreadable"),
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


@pytest.mark.fault("F17")
def test_a_key_that_expired_is_the_mounts_trouble(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"12345")
    monkeypatch.setattr(Path, "read_bytes", failing(errno.EKEYEXPIRED))
    with pytest.raises(StoreAway, match="EKEYEXPIRED"):
        fetch("a.jpg", Source(str(tmp_path), (), 10))


@pytest.mark.fault("F17")
def test_a_file_that_fails_is_unreadable_and_a_folder_that_fails_with_it_is_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"12345")
    monkeypatch.setattr(Path, "read_bytes", failing(errno.EIO))
    refused = fetch("a.jpg", Source(str(tmp_path), (), 10)).refused
    assert refused is not None
    assert (refused.reason, refused.detail) == ("unreadable", "EIO")
    monkeypatch.setattr(os, "scandir", failing(errno.EIO))
    with pytest.raises(StoreAway, match="EIO"):
        fetch("a.jpg", Source(str(tmp_path), (), 10))


def failing(number: int) -> Callable[[Path], bytes]:
    def fail(path: Path) -> bytes:
        raise OSError(number, os.strerror(number), str(path))

    return fail


def test_linked_folders_are_listed_and_hidden_ones_are_not(tmp_path: Path) -> None:
    lake, beside = tmp_path / "lake", tmp_path / "beside"
    for folder in (lake / ".drafts" / "deep", lake / "a", beside):
        folder.mkdir(parents=True)
    (lake / ".drafts" / "deep" / "hidden.csv").touch()
    (lake / "a" / "1.csv").touch()
    (lake / "b.csv").touch()
    (beside / "2.csv").touch()
    (lake / "c").symlink_to(beside)
    (beside / "back").symlink_to(lake)
    (lake / "a" / "up").symlink_to("..")
    (lake / "itself").symlink_to("itself")
    (lake / "gone").symlink_to("nowhere")
    found = Folder().list(str(lake))
    assert [Path(one.uri).relative_to(lake).as_posix() for one in found] == ["a/1.csv", "b.csv", "c/2.csv"]


def test_a_folder_that_may_not_be_read_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    (tmp_path / "a.csv").touch()
    listing = os.scandir

    def refusing(folder: Path) -> Iterator[os.DirEntry[str]]:
        if Path(folder) == locked:
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return listing(folder)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(Unreadable, match="EACCES"):
        Folder().list(str(tmp_path))


def test_a_file_that_moves_away_while_its_folder_is_listed_is_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    (tmp_path / "b.csv.part").write_bytes(b"22")
    found = folders._stored

    def stored(uri: str, path: Path) -> Stored:
        if path.suffix == ".part":
            path.rename(path.with_suffix(""))
        return found(uri, path)

    monkeypatch.setattr(folders, "_stored", stored)
    assert [Path(one.uri).name for one in Folder().list(str(tmp_path))] == ["a.csv"]
    assert [Path(one.uri).name for one in Folder().list(str(tmp_path))] == ["a.csv", "b.csv"]
