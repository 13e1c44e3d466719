"""A sample of a lake's images, fetched, guarded and decoded as a night would."""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import pyarrow as pa

from conf.settings import Settings
from jobs.health.night_estimate import Told
from udfs.images.decode import decode
from udfs.images.fetch import Fetched, Source, fetch_all
from udfs.images.guard import guard
from udfs.images.pages import is_paged
from udfs.images.refusals import Refused
from udfs.intake.paging import page_batches


@dataclass
class ImagesReport:
    """What opening a sample of images showed.

    Attributes:
        looked: images opened.
        formats: sound ones by format.
        refused: the others by reason.
        first: address and detail of the first of each reason.
        pdfs: PDFs that a night would take.
        pages: that these have.
    """

    looked: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    pdfs: int = 0
    pages: int = 0

    @property
    def pages_each(self) -> float:
        """Mean pages of a PDF; 1 where none was opened."""
        return self.pages / self.pdfs if self.pdfs else 1.0

    def refuse(self, uri: str, refused: Refused) -> None:
        """Count one that a night would refuse."""
        self.refused[refused.reason] += 1
        self.first.setdefault(refused.reason, f"{uri}: {refused.detail}")


@dataclass(frozen=True, order=True)
class Image:
    """One image of a manifest; `rank` decides whether it is in the sample."""

    rank: str
    uri: str
    sha256: str

    @property
    def address(self) -> str:
        """Where its picture is: of a PDF the first page."""
        return f"{self.uri}#page=1" if is_paged(self.uri) else self.uri


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
    opened = _paged(wanted, source, settings, report)
    fetched = fetch_all([image.address for image in opened], source, settings.how.worker)
    for image, got in zip(opened, fetched, strict=True):
        if _open_image(image, got, settings, report):
            sound.append(got.uri)
        told("images", report.looked, len(wanted))
    return report, sound


def _paged(wanted: Sequence[Image], source: Source, settings: Settings, report: ImagesReport) -> list[Image]:
    """Count the pages of PDFs as a night does; gives the images without the PDFs that it would refuse."""
    uris = pa.RecordBatch.from_pydict({"uri": sorted({image.uri for image in wanted if is_paged(image.uri)})})
    batches = page_batches(source, settings.how.worker, settings.what.ingest.max_pages)(iter([uris]))
    found = {row["uri"]: row for batch in batches for row in batch.to_pylist()}
    opened = []
    for image in wanted:
        pdf = found.get(image.uri)
        if pdf is None:
            opened.append(image)
        elif pdf["reason"] is not None or image.sha256 not in ("", pdf["whole"]):
            report.looked += 1
            mismatch = Refused("digest_mismatch", f"the bytes have digest {(pdf['whole'] or '')[:12]}")
            report.refuse(image.uri, Refused(pdf["reason"], pdf["detail"]) if pdf["reason"] else mismatch)
        else:
            report.pdfs, report.pages = report.pdfs + 1, report.pages + pdf["pages"]
            opened.append(image)
    return opened


def _open_image(image: Image, got: Fetched, settings: Settings, report: ImagesReport) -> bool:
    """Guard and decode one image; whether it is sound."""
    report.looked += 1
    try:
        if got.refused is not None:
            raise got.refused
        if got.content and image.sha256 not in ("", got.sha256, got.whole):
            raise Refused("digest_mismatch", f"the bytes have digest {got.sha256[:12]}")
        header = guard(got.content, settings.what.inspect.limits)
        decode(got.content, header)
    except Refused as refused:
        report.refuse(got.uri, refused)
        return False
    except MemoryError:
        report.refused["memory"] += 1
        report.first.setdefault("memory", got.uri)
        return False
    report.formats[header.format] += 1
    return True
