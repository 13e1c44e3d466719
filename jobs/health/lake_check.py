"""Looks through a lake before its first night: contract, a sample of images, how long a night would take."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from conf.errors import BadLake, BadManifest, BadStore
from conf.settings import IngestSettings, Settings
from jobs import machine
from jobs.health.image_sample import Chosen, ImagesReport, open_images
from jobs.health.night_estimate import Estimate, Told, estimate_night
from jobs.store import every_file, no_manifests, read_input
from schemas.contract import CONTRACT
from udfs.images.fetch import Source
from udfs.images.pages import is_paged
from udfs.images.refusals import Refused
from udfs.images.roots import resolve
from udfs.intake.contract import preflight, typed_batches
from udfs.intake.files import is_input
from udfs.intake.mapping import unnamed
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
        unnamed: codes that the mapping has no word for, by the contract's column.
        problem: why the whole file stops a night, if it does.
        shown: the first rows as they would be read, where a mapping reads them.
        pdfs: rows taken that name a whole PDF, whose pages are documents.
        earlier: whether an earlier night took it in; its rows are not counted.
    """

    folder: str
    uri: str
    rows: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    unnamed: dict[str, list[str]] = field(default_factory=dict)
    problem: str | None = None
    shown: list[dict[str, str]] = field(default_factory=list)
    pdfs: int = 0
    earlier: bool = False

    @property
    def taken(self) -> int:
        """Rows that a night would take."""
        return 0 if self.problem else self.rows - self.refused.total()


@dataclass(frozen=True)
class History:
    """Of the nights whose rows readers see.

    Attributes:
        taken: (drop folder, SHA-256) of the files that they took in.
        waiting: documents that the newest left for later nights.
        night: its name; null where none is released.
        rest_seconds: what its other steps took, beside inspect.
        each: worker seconds of a content that it inspected, and how many those were; null where none was.
    """

    taken: frozenset[tuple[str, str]] = frozenset()
    waiting: int = 0
    night: str | None = None
    rest_seconds: float | None = None
    each: tuple[float, int] | None = None


UNTOUCHED = History()


@dataclass(frozen=True)
class LakeReport:
    """All that a check found; nothing was written."""

    files: tuple[FileReport, ...]
    images: ImagesReport
    estimate: Estimate | None
    history: History = UNTOUCHED
    feed: str | None = None
    unread: tuple[str, ...] = ()

    @property
    def new(self) -> int:
        """Documents that a night would take: manifest rows, those of PDFs as often as sampled ones have pages."""
        return _new(self.files, self.images.pages_each)

    @property
    def pdfs(self) -> int:
        """Manifest rows among them that name a whole PDF."""
        return sum(file.pdfs for file in self.files)

    @property
    def waiting(self) -> int:
        """Documents to inspect: new ones, and those that earlier nights left."""
        return self.new + self.history.waiting

    @property
    def problems(self) -> tuple[str, ...]:
        """What stops a night before it has written anything."""
        return tuple(file.problem for file in self.files if file.problem)


def check_lake(
    settings: Settings, task: InspectTask | None, *, sample: int, told: Told, history: History = UNTOUCHED
) -> LakeReport:
    """Hold a lake against the contract, open a sample of its images and inspect a handful; writes nothing.

    Args:
        settings: name the lake.
        task: how documents are inspected; without one nothing is estimated.
        sample: images to open.
        told: how far it is: what is done, done, total.
        history: what earlier nights took and left.

    Raises:
        BadLake: there are no manifests, or the lake cannot be listed.
    """
    chosen = Chosen(sample)
    named = every_file(settings)
    read = [(folder, uri) for folder, uri in named if is_input(uri)]
    unread = tuple(dict.fromkeys(uri for _, uri in named if not is_input(uri)))
    files = list(_checked_files(read, settings, chosen, told, history))
    if not any(file.folder == "manifests" for file in files) and settings.how.places.feed is None:
        raise no_manifests(settings)
    images, sound = open_images(chosen.images, _source(settings), settings, told)
    waiting = _new(files, images.pages_each) + history.waiting
    estimate = estimate_night(sound, waiting, task, told) if task is not None and sound else None
    if estimate is None and history.each is not None:
        estimate = Estimate(waiting, *history.each, machine.cores())
    return LakeReport(tuple(files), images, estimate, history, settings.how.places.feed, unread)


def _source(settings: Settings) -> Source:
    return Source(settings.lake, settings.what.ingest.roots, settings.what.inspect.limits.max_bytes)


def _new(files: Sequence[FileReport], pages_each: float) -> int:
    taken, pdfs = sum(file.taken for file in files if file.folder == "manifests"), sum(file.pdfs for file in files)
    return taken - pdfs + round(pdfs * pages_each)


def _checked_files(
    named: Sequence[tuple[str, str]], settings: Settings, chosen: Chosen, told: Told, history: History
) -> Iterator[FileReport]:
    source, ingest = _source(settings), settings.what.ingest
    for number, (folder, uri) in enumerate(named, start=1):
        report = FileReport(folder, uri)
        try:
            content = read_input(uri)
            report.earlier = (folder, sha256(content).hexdigest()) in history.taken
            if not report.earlier:
                _read_file(report, content, source, chosen, ingest)
        except (BadManifest, BadLake, BadStore) as error:
            report.problem = str(error)
        told("files", number, len(named))
        yield report


def _read_file(report: FileReport, content: bytes, source: Source, chosen: Chosen, ingest: IngestSettings) -> None:
    """Count a file's rows, keep the first bad one of each reason, and offer its images to the sample."""
    report.ignored = preflight(report.folder, report.uri, content, ingest)
    shown = SHOWN if ingest.maps(report.folder) else 0
    if shown and ingest.mapping:
        report.unnamed = unnamed(report.folder, report.uri, content, ingest.mapping)
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
        report.pdfs += sum(is_paged(uri) for uri, _ in images)
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
