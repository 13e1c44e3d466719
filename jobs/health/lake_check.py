"""Looks through a lake before its first night: contract, a sample of images, how long a night would take."""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from conf.errors import BadLake, BadManifest
from conf.settings import IngestSettings, Settings
from jobs.health.night_estimate import Estimate, Told, estimate_night
from jobs.store import FOLDERS, input_files
from schemas.contract import CONTRACT
from udfs.images.decode import decode
from udfs.images.fetch import Fetched, Source, fetch_all
from udfs.images.guard import guard
from udfs.images.objects import StoreError, open_objects
from udfs.images.refusals import Refused
from udfs.images.roots import resolve
from udfs.intake.contract import preflight, typed_batches
from udfs.task import InspectTask

SHOWN = 2  # rows shown of each file that a mapping reads


@dataclass
class FileReport:
    """What a night would make of one input file.

    Attributes:
        folder: its drop folder.
        uri: where it is.
        rows: rows in it.
        refused: rows not taken, by reason.
        first: the first such row of each reason, in words.
        ignored: columns that the contract does not know.
        problem: why the whole file stops a night, if it does.
        shown: the first rows as they would be read, where a mapping reads them.
    """

    folder: str
    uri: str
    rows: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    problem: str | None = None
    shown: list[dict[str, str]] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """Rows that a night would take."""
        return 0 if self.problem else self.rows - self.refused.total()


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


@dataclass(frozen=True)
class LakeReport:
    """All that a check found; nothing was written."""

    files: tuple[FileReport, ...]
    images: ImagesReport
    estimate: Estimate | None

    @property
    def documents(self) -> int:
        """Manifest rows that a night would take."""
        return sum(file.taken for file in self.files if file.folder == "manifests")

    @property
    def problems(self) -> tuple[str, ...]:
        """What stops a night before it has written anything."""
        return tuple(file.problem for file in self.files if file.problem)


def check_lake(settings: Settings, task: InspectTask | None, *, sample: int, told: Told) -> LakeReport:
    """Hold a lake against the contract, open a sample of its images and inspect a handful; writes nothing.

    Args:
        settings: name the lake.
        task: how documents are inspected; without one nothing is estimated.
        sample: images to open.
        told: how far it is: what is done, done, total.

    Raises:
        BadLake: there are no manifests, or the lake cannot be listed.
    """
    source = Source(settings.lake, settings.what.ingest.roots, settings.what.inspect.limits.max_bytes)
    chosen = Chosen(sample)
    files = list(_checked_files(settings, source, chosen, told))
    if not any(file.folder == "manifests" for file in files):
        raise BadLake(
            f"{settings.lake}/manifests: no .parquet, .csv or .jsonl file. A lake has a folder manifests/ with one row "
            "a document; see lookback schema, or make one with lookback specimens OUT"
        )
    sound: list[str] = []
    images = ImagesReport()
    wanted = chosen.images
    fetched = fetch_all([image.uri for image in wanted], source, settings.how.worker)
    for image, got in zip(wanted, fetched, strict=True):
        if _open_image(image, got, settings, images):
            sound.append(got.uri)
        told("images", images.looked, len(wanted))
    documents = sum(file.taken for file in files if file.folder == "manifests")
    estimate = estimate_night(sound, documents, task, told) if task is not None and sound else None
    return LakeReport(tuple(files), images, estimate)


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


def _checked_files(settings: Settings, source: Source, chosen: Chosen, told: Told) -> Iterator[FileReport]:
    named = [(folder, uri) for folder in FOLDERS for uri in input_files(settings, folder)]
    for number, (folder, uri) in enumerate(named, start=1):
        report = FileReport(folder, uri)
        try:
            _read_file(report, source, chosen, settings.what.ingest)
        except (BadManifest, StoreError) as error:
            report.problem = str(error)
        told("files", number, len(named))
        yield report


def _read_file(report: FileReport, source: Source, chosen: Chosen, ingest: IngestSettings) -> None:
    """Count a file's rows, keep the first bad one of each reason, and offer its images to the sample."""
    content = open_objects(report.uri).read(report.uri)
    report.ignored = preflight(report.folder, report.uri, content, ingest)
    shown = SHOWN if ingest.mapping and report.folder in ingest.mapping.folders else 0
    for batch in typed_batches(report.folder, [(report.uri, "", content)], ingest):
        report.rows += batch.num_rows
        images = []
        for row in batch.to_pylist():
            if len(report.shown) < shown and row["_reason"] is None:
                report.shown.append(_said(report.folder, row))
            reason, detail = row["_reason"], row["_detail"]
            if reason is None and report.folder == "manifests":
                reason, detail = _outside(row["uri"], source)
                images += [(row["uri"], row["sha256"])] if reason is None else []
            if reason is not None:
                report.refused[reason] += 1
                report.first.setdefault(reason, f"row {row['row']}: {detail}")
        chosen.offer(images)


def _said(folder: str, row: Mapping[str, object]) -> dict[str, str]:
    """What a row says, by the contract's columns."""
    return {column.name: str(row[column.name]) for column in CONTRACT[folder] if row[column.name] is not None}


def _outside(uri: str, source: Source) -> tuple[str | None, str | None]:
    """Why an address may not be followed, if it may not."""
    try:
        resolve(uri, source.lake, source.roots)
    except Refused as refused:
        return refused.reason, refused.detail
    return None, None


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
