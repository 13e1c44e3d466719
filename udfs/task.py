"""The spec of an inspection: what travels from the driver to the workers."""

from conf.leaf import Leaf
from conf.settings import InspectSettings, WorkerSettings


class InspectTask(Leaf):
    """Everything that a worker needs to know, and the key under which it keeps what it opened.

    Attributes:
        settings: what decides the observations, beside the weights.
        worker: how the work is done.
        weights: folder of the inspector's nets, readable where the workers run.
        weights_digest: digest of that folder's manifest; a folder with another one is refused.
        lake: folder or `s3://` prefix that relative addresses begin at.
        roots: further places that addresses may point into.
        gpu: index of the GPU that nets run on, where they run on one; null: the first.
    """

    settings: InspectSettings = InspectSettings()
    worker: WorkerSettings = WorkerSettings()
    weights: str
    weights_digest: str
    lake: str
    roots: tuple[str, ...] = ()
    gpu: int | None = None
