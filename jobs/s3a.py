"""How Spark reaches tables on `s3://`: the address it knows them by, and the settings of its door `s3a`."""

import os

from conf.errors import BadSettings, BadStore
from conf.places import S3
from conf.settings import Settings
from jobs.jars import OF_S3, s3_jars, stands
from udfs.images.objects import open_bucket
from udfs.images.store_errors import StoreError

S3A = "s3a://"
LOG_STORE, LOG_STORE_JAR = "lookback.ConditionalLogStore", "lookback-log-store.jar"  # jobs/log_store.py makes it
JARS = (*(jar.file for jar in OF_S3), LOG_STORE_JAR)
OWN = "amazonaws.com"  # hosts below which every bucket has a name of its own; elsewhere it stands in the path


def in_spark(place: str) -> str:
    """A place as Spark names it; every other place stays as it is."""
    return S3A + place.removeprefix(S3) if place.startswith(S3) else place


def tables_on_s3(settings: Settings) -> bool:
    """Whether the tables are in an object store; asking needs no lake."""
    return (settings.how.places.tables or settings.how.places.lake or "").startswith(S3)


def on_s3(settings: Settings) -> str | None:
    """The place on `s3://` that Spark itself reads or writes, if there is one: the tables, or the feed of manifests."""
    if tables_on_s3(settings):
        return settings.tables
    feed = settings.how.places.feed
    return feed if feed and feed.startswith((S3, S3A)) else None


def session_settings(settings: Settings) -> dict[str, str]:
    """What a session needs for tables or a feed on `s3://`, from the environment that boto3 reads; nothing for folders.

    Keys are not among it: the JVM looks for them where boto3 does, in the environment, a profile or the machine's role.

    Raises:
        BadStore: the environment makes no sense.
    """
    place = on_s3(settings)
    if place is None:
        return {}
    try:
        endpoint, region = open_bucket().endpoint
    except StoreError as error:
        raise BadStore(f"{place}: {error}. Run make s3, and see AWS_PROFILE and AWS_ENDPOINT_URL") from error
    door = {
        "endpoint": endpoint,
        "endpoint.region": region,
        "path.style.access": str(OWN not in endpoint).lower(),
        "aws.credentials.provider": "software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider",
        "connection.establish.timeout": "10s",
        "connection.timeout": "60s",
        "attempts.maximum": "3",
        "retry.limit": "4",
        "input.stream.type": "classic",
        # Data files have names of their own: nobody need look first whether one is there.
        "performance.flags": "create",
    }
    return {f"spark.hadoop.fs.s3a.{key}": value for key, value in door.items()} | {
        # Delta's own store for s3a looks, then writes: of two drivers that commit the same version, both are told that
        # they did.
        "spark.delta.logStore.s3a.impl": LOG_STORE,
    }


def add_jars(settings: Settings) -> None:
    """Let the JVM that this process starts find the jars of `s3a`, behind its own.

    Raises:
        BadSettings: they were not placed.
    """
    place = on_s3(settings)
    if place is None:
        return
    folder = s3_jars()
    absent = [name for name in JARS if not stands(name)]
    if absent:
        raise BadSettings(
            f"{place}: tables on s3:// need {', '.join(absent)} in {folder}: make s3. "
            "Or keep them in a folder: --set places.tables=FOLDER"
        )
    theirs = os.environ.get("SPARK_DIST_CLASSPATH", "")
    if str(folder) not in theirs:
        os.environ["SPARK_DIST_CLASSPATH"] = os.pathsep.join(filter(None, (theirs, f"{folder}{os.sep}*")))
