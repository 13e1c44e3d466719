"""How the settings and the frozen models become the spec that travels to the workers."""

from collections.abc import Mapping

from conf.errors import BadModel
from conf.settings import Settings
from jobs.frozen import ChosenModel
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
