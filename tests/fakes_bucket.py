"""A bucket of a store that is not there, for tests of one process."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from moto import mock_aws

from udfs.images.objects import open_bucket


@contextmanager
def fake_bucket(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within it `s3://` is served by a store that holds this bucket, empty."""
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket=name)
        open_bucket.cache_clear()
        yield
        open_bucket.cache_clear()
