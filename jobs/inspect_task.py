"""How the settings and the frozen models become the spec that travels to the workers."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd
from pyspark.sql import Column
from pyspark.sql.pandas.functions import pandas_udf

from conf.errors import BadModel
from conf.settings import Settings
from jobs.frozen import ChosenModel
from udfs.answers import ANSWER_DDL
from udfs.inspector import inspect_frames
from udfs.task import InspectTask

Models = Mapping[str, Mapping[str, ChosenModel]]


def inspect_task(settings: Settings, models: Models) -> InspectTask:
    """The spec of an inspection by the champion.

    Raises:
        BadModel: no inspector is champion.
    """
    champion = models.get("inspector", {}).get("champion")
    if champion is None:
        raise BadModel("no inspector is champion; see lookback model list and lookback model promote")
    return InspectTask(
        settings=settings.what.inspect,
        worker=settings.how.worker,
        weights=champion.path,
        weights_digest=champion.digest,
        lake=settings.lake,
        roots=settings.what.ingest.roots,
    )


def inspect_udf(task: InspectTask) -> Callable[..., Column]:
    """For notebooks: an iterator pandas UDF of (sha256, uri) over the generator that the night runs; gives a struct."""
    frames = inspect_frames(task)

    def inspect(columns: Iterator[tuple[pd.Series, pd.Series]]) -> Iterator[pd.DataFrame]:
        return frames(pd.DataFrame({"sha256": digests, "uri": uris}) for digests, uris in columns)

    make: Any = pandas_udf  # its stubs want the kind of UDF, which the hints of `inspect` give
    udf: Callable[..., Column] = make(inspect, ANSWER_DDL)
    return udf
