"""An object store as tables need it: proven to enforce conditional writes, and with errors that say what to set."""

import logging
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from conf.errors import BadLake, BadStore, JobError, StoreAway, first_line
from conf.places import S3
from udfs.images.objects import NO_BOTO3, Bucket, open_bucket
from udfs.images.store_errors import Missing, NoAnswer, StoreError, Unreadable

LOG = logging.getLogger(__name__)
RACERS = 16
ROUNDS = 2
PROOF = "_proof"
KEYS = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
RIGHTS = "Let it list, get, put and delete below that place, or name another key in AWS_ACCESS_KEY_ID"
REGION = "Set AWS_DEFAULT_REGION to the region of the bucket"
WRONG = {
    NO_BOTO3: ("boto3 is not installed", "Run make s3, or pip install 'lookback[s3]'"),
    "NoCredentialsError": ("no key was found", KEYS),
    "PartialCredentialsError": ("half a key was found", KEYS),
    "ProfileNotFound": ("there is no such profile", "Mend AWS_PROFILE"),
    "InvalidAccessKeyId": ("the store does not know this key", "Mend AWS_ACCESS_KEY_ID, and the secret with it"),
    "SignatureDoesNotMatch": ("the secret does not belong to the key", "Mend AWS_SECRET_ACCESS_KEY"),
    "ExpiredToken": ("the session token has expired", "Get a new one: AWS_SESSION_TOKEN"),
    "InvalidToken": ("the session token is not valid", "Get a new one: AWS_SESSION_TOKEN"),
    "AccessDenied": ("the key may not do this", RIGHTS),
    "403": ("the key may not do this", RIGHTS),
    "NoSuchBucket": ("there is no such bucket", "Make it, or mend places.lake, places.tables or AWS_ENDPOINT_URL"),
    "InvalidBucketName": ("no bucket can have this name", "Mend places.lake or places.tables"),
    "ParamValidationError": ("no bucket can have this name", "Mend places.lake or places.tables: s3://BUCKET/PREFIX"),
    "NotImplemented": ("the store knows no such request", "Keep the tables in a folder (--set places.tables=FOLDER)"),
    "PermanentRedirect": ("the bucket is in another region", REGION),
    "AuthorizationHeaderMalformed": ("the bucket is in another region", REGION),
    "NoRegionError": ("no region is named", REGION),
    "ValueError": ("the address of the store is none", "Mend AWS_ENDPOINT_URL; it begins with http:// or https://"),
    "SSLError": ("its certificate is not trusted", "Mend AWS_ENDPOINT_URL, or name its authority in AWS_CA_BUNDLE"),
}
ADDRESS = re.compile(r"\bs3a?://([^\s'\":,;()]*[^\s'\":,;().])")
OF_STORE = re.compile(r"\bfs\.s3a\.\w+Exception|\bamazon\.awssdk\.[\w.]+Exception")
# What stores answer that know no conditional writes, instead of overlooking the condition.
UNCONDITIONAL = ("NotImplemented", "501", "InvalidArgument", "InvalidRequest")
STAYS = "what was committed stays"
ELSEWHERE = "Keep the tables in a folder (--set places.tables=FOLDER), or use a store with conditional writes"
SILENT = ("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError", "ProxyError")


def told(place: str, error: StoreError) -> JobError:
    """The error for a person: what was found, where, and what to set; final only where waiting cannot help."""
    code = str(error)
    if not place.startswith(S3):
        return _told_of_folder(place, error)
    at = "" if code in {NO_BOTO3, "ProfileNotFound", "ValueError"} else f" at {open_bucket().endpoint[0]}"
    if code in WRONG:
        found, mend = WRONG[code]
        return BadStore(f"{place}: {found}{at} ({code}). {mend}")
    if code in SILENT:
        return StoreAway(
            f"{place}: nothing answers in time{at} ({code}). Is the store up, and AWS_ENDPOINT_URL its address? "
            f"Then try again: {STAYS}"
        )
    if type(error) is Unreadable:
        return BadLake(f"{place}: the store{at} answers {code} for it, and will again. Restore it, or move it away")
    return StoreAway(f"{place}: the store{at} answers {code}, again and again. Try later: {STAYS}")


def _told_of_folder(place: str, error: StoreError) -> JobError:
    system = error.__cause__
    where = system.filename if isinstance(system, OSError) and system.filename else place
    if isinstance(error, NoAnswer):
        return StoreAway(f"{where}: cannot be read for now: {error}. Is it mounted? Then try again: {STAYS}")
    return BadLake(f"{where}: cannot be read: {error}")


def told_by_spark(message: str) -> JobError | None:
    """The error for a person where the store failed Spark, out of the trace that it made; null for any other."""
    if not OF_STORE.search(message):
        return None
    place = S3 + "".join(ADDRESS.findall(message)[:1])
    known = next((code for code in WRONG if code in message and not code.isdigit()), None)
    if known is not None:
        return told(place, Unreadable(known))
    return StoreAway(f"{place}: the store failed Spark: {first_line(message)}. Try later: {STAYS}")


@contextmanager
def telling(place: str) -> Iterator[None]:
    """Whatever the store refuses meanwhile is told as an error for a person."""
    try:
        yield
    except StoreError as error:
        raise told(place, error) from error


def ensure_proven(place: str) -> None:
    """Let the store prove itself before the first write to a place; later writers find the proof beside the tables.

    Raises:
        BadStore: it does not enforce conditional writes, or cannot be used at all.
        StoreAway: it does not answer.
    """
    with telling(place):
        bucket = open_bucket()
        proven = f"{place}/{PROOF}.json"
        if bucket.holds(place):  # tells what is wrong with bucket or key, too
            try:
                if bucket.read(proven).decode() == bucket.endpoint[0]:
                    return
            except Missing:
                LOG.info("%s: not proven yet", place)
        prove_conditional_writes(place)
        bucket.write(proven, bucket.endpoint[0].encode())


def prove_conditional_writes(place: str) -> None:
    """Race sixteen writers for one object, to make it and to replace it: each time one alone may be told that it did.

    Args:
        place: an `s3://` prefix, below which small objects are written and removed.

    Raises:
        BadStore: the store tells several that they came first, knows no conditions, or cannot be used at all.
        StoreAway: it does not answer.
    """
    with telling(place), ThreadPoolExecutor(RACERS, thread_name_prefix="proof") as pool:
        bucket = open_bucket()
        bucket.holds(place)  # tells what is wrong with bucket or key; a write into no bucket may be answered anyhow
        for number in range(ROUNDS):
            uri = f"{place}/{PROOF}/{socket.gethostname()}-{os.getpid()}-{time.time_ns()}-{number}"
            try:
                _race(bucket, uri, None, pool)
                _race(bucket, uri, bucket.read_tagged(uri)[1], pool)
            except Unreadable as error:
                if str(error) not in UNCONDITIONAL:
                    raise
                raise BadStore(
                    f"{place}: the store at {bucket.endpoint[0]} does not enforce conditional writes: it answers "
                    f"{error} to one. {ELSEWHERE}"
                ) from error
            finally:
                bucket.delete(uri)


def _race(bucket: Bucket, uri: str, tag: str | None, pool: ThreadPoolExecutor) -> None:
    """One race over the same version of one object; what stands at the end must be the winner's."""
    start = threading.Barrier(RACERS)

    def run(racer: int) -> str | None:
        start.wait()
        return bucket.write_over(uri, f"{racer} over {tag}".encode(), tag)

    told_first = [racer for racer, mine in enumerate(pool.map(run, range(RACERS))) if mine is not None]
    stands = bucket.read(uri)
    # Nobody was told where the answer to the first was lost on the way: that is no fault of the store's.
    if len(told_first) > 1 or (told_first and stands != f"{told_first[0]} over {tag}".encode()):
        header = "If-None-Match" if tag is None else "If-Match"
        raise BadStore(
            f"{uri.rpartition(f'/{PROOF}/')[0]}: the store at {bucket.endpoint[0]} does not enforce {header}: "
            f"{len(told_first)} of {RACERS} writers of one object were told that they came first, so two drivers could "
            f"overwrite each other's commits. {ELSEWHERE}"
        )
