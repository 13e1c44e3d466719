"""A sample of a lake's images, fetched, guarded and decoded as a night would."""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from conf.settings import Settings
from jobs.health.night_estimate import Told
from udfs.images.decode import decode
from udfs.images.fetch import Fetched, Source, fetch_all
from udfs.images.guard import guard
from udfs.images.refusals import Refused


@dataclass
class ImagesReport:
    """What opening a sample of images showed.

    Attributes:
        looked: images opened.
        formats: sound ones by format.
        refused: the others by reason.
        first: address and detail of the first of each reason.
    """

    looked: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Image:
    """One image of a manifest; `rank` decides whether it is in the sample."""

    rank: str
    uri: str
    sha256: str


class Chosen:
    """A sample of images spread over all manifests: those whose addresses have the smallest digests."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: list[Image] = []

    def offer(self, rows: Sequence[tuple[str, str | None]]) -> None:
        """Take addresses, each with the digest that its manifest names, into account."""
        ranked = {Image(sha256(uri.encode()).hexdigest(), uri, digest or "") for uri, digest in rows}
        self._kept = heapq.nsmallest(self._size, {*self._kept, *ranked})

    @property
    def images(self) -> list[Image]:
        """The sample, by address: neighbours in one pack are read together."""
        return sorted(self._kept, key=lambda image: image.uri)


def open_images(
    wanted: Sequence[Image], source: Source, settings: Settings, told: Told
) -> tuple[ImagesReport, list[str]]:
    """What opening images showed, and the addresses of sound ones."""
    report, sound = ImagesReport(), list[str]()
    fetched = fetch_all([image.uri for image in wanted], source, settings.how.worker)
    for image, got in zip(wanted, fetched, strict=True):
        if _open_image(image, got, settings, report):
            sound.append(got.uri)
        told("images", report.looked, len(wanted))
    return report, sound


def _open_image(image: Image, got: Fetched, settings: Settings, report: ImagesReport) -> bool:
    """Guard and decode one image; whether it is sound."""
    report.looked += 1
    try:
        if got.refused is not None:
            raise got.refused
        if got.content and image.sha256 not in ("", got.sha256):
            raise Refused("digest_mismatch", f"the bytes have digest {got.sha256[:12]}")
        header = guard(got.content, settings.what.inspect.limits)
        decode(got.content, header)
    except Refused as refused:
        report.refused[refused.reason] += 1
        report.first.setdefault(refused.reason, f"{got.uri}: {refused.detail}")
        return False
    except MemoryError:
        report.refused["memory"] += 1
        report.first.setdefault("memory", got.uri)
        return False
    report.formats[header.format] += 1
    return True
