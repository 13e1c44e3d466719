"""What a failing read says of a file: damage is told of its bytes, never of a store that is away."""

import pytest
from pyspark.errors import PySparkException

from conf.errors import BadLake, BadStore, StoreAway
from jobs.publishing.queries import BadQuery, unanswered
from jobs.spark_errors import told_of_damage, told_of_spark

FILE = "s3a://bucket/lake/_lookback/tables/scores/part-0.snappy.parquet"
READ = "[FAILED_READ_FILE.NO_HINT] Encountered error while reading file {}. SQLSTATE: KD001\nCaused by: {}"
THROTTLED = (
    f"org.apache.hadoop.fs.s3a.AWSServiceThrottledException: open on {FILE}: software.amazon.awssdk.services.s3.model."
    "S3Exception: Please reduce your request rate (Service: S3, Status Code: 503)"
)
BROKEN_OFF = (
    f"java.net.SocketTimeoutException: re-open {FILE}\n"
    "Caused by: software.amazon.awssdk.core.exception.ApiCallTimeoutException: 60 s"
)
FAILING = f"org.apache.hadoop.fs.s3a.AWSStatus500Exception: open on {FILE}: InternalError, Status Code: 500"
REFUSED = f"org.apache.hadoop.fs.s3a.AWSBadRequestException: open on {FILE}: ExpiredToken, Status Code: 400"
GONE = (
    f"java.io.FileNotFoundException: No such file or directory: {FILE}\n"
    "Caused by: software.amazon.awssdk.services.s3.model.NoSuchKeyException: (Service: S3, Status Code: 404)"
)
FLIPPED = "org.apache.parquet.io.ParquetDecodingException: CRC checksum verification failed"


@pytest.mark.parametrize("cause", [THROTTLED, BROKEN_OFF, FAILING, REFUSED])
def test_a_store_that_fails_a_read_has_damaged_nothing(cause: str) -> None:
    error = PySparkException(READ.format(FILE, cause))
    told = told_of_spark(error)
    assert told_of_damage(error) is None
    assert type(told) is (BadStore if cause is REFUSED else StoreAway)
    assert str(told).startswith(f"s3://{FILE.removeprefix('s3a://')}: ")
    assert type(unanswered(error)) is type(told)


@pytest.mark.parametrize("cause", [GONE, FLIPPED])
def test_a_file_that_is_gone_or_other_is_damaged_wherever_it_is(cause: str) -> None:
    for file in (FILE, "file:/data/lake/_lookback/tables/scores/part-0.snappy.parquet"):
        error = PySparkException(READ.format(file, cause))
        told = told_of_spark(error)
        assert type(told) is BadLake
        assert f"{file} is damaged" in str(told)
        assert type(unanswered(error)) is BadLake


def test_other_errors_are_none_of_a_files() -> None:
    assert told_of_spark(PySparkException("[DIVIDE_BY_ZERO]")) is None
    assert told_of_spark(ValueError(READ.format(FILE, FLIPPED))) is None
    assert type(unanswered(PySparkException("[DIVIDE_BY_ZERO]"))) is BadQuery
