"""The one door to a lake's drop folders."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from conf.errors import BadLake
from conf.settings import IngestSettings, Settings
from conf.wording import count
from jobs.frozen import Frozen, InputFile
from jobs.object_store import telling
from jobs.pipeline import FACTS
from udfs.images.objects import open_objects
from udfs.images.roots import FILE
from udfs.images.store_errors import Missing
from udfs.images.stored import Stored
from udfs.intake.contract import preflight
from udfs.intake.files import FORMATS, is_input
from udfs.intake.inventory import listed_objects
from udfs.intake.mapping import contract_blocks

MANIFESTS = "manifests"
FOLDERS = (MANIFESTS, *FACTS)
UNFINISHED, S3_FOLDER = "_temporary", "_$folder$"
NAMED = 5  # files that are not read
NOT_THERE = "is listed and not there. Is an inventory older than that?"
ASKED_AT_ONCE = 16  # fewer than the sockets of one client
Answer = TypeVar("Answer")
LOG = logging.getLogger(__name__)
Files = tuple[InputFile, ...]


class Arrived(NamedTuple):
    """Files by drop folder: new ones, and those with the bytes of earlier ones under addresses not known so far."""

    new: dict[str, Files]
    again: dict[str, Files]


def arrived(settings: Settings, earlier: list[Frozen]) -> Arrived:
    """What no earlier night of the lineage took in, by digest.

    What stands as an earlier night found it is not read again, so that a night's cost does not grow with the nights.

    Raises:
        BadLake: the lake has no manifests.
        BadManifest: a new file does not fit the contract; nothing was written.
    """
    records = [folders for record in earlier for folders in (record.files, record.again)]
    taken = [(folder, file) for folders in records for folder, files in folders.items() for file in files]
    digests = {(folder, file.sha256) for folder, file in taken}
    standing = {(folder, Stored(file.uri, file.bytes, file.mark)) for folder, file in taken if file.mark is not None}
    listed = _inventory(settings)
    places = {folder: _place(settings, folder) for folder in FOLDERS}
    stored = {place: _stored(place, listed) for place in dict.fromkeys(places.values())}
    found = {folder: stored[place] for folder, place in places.items()}
    if not found[MANIFESTS] and settings.how.places.feed is None:
        raise no_manifests(settings)
    ingest = settings.what.ingest
    unread = {folder: [one for one in files if (folder, one) not in standing] for folder, files in found.items()}
    read = {folder: _read(folder, files, ingest, digests) for folder, files in unread.items()}
    return Arrived(
        {folder: new for folder, (new, _) in read.items()}, {folder: old for folder, (_, old) in read.items()}
    )


def no_manifests(settings: Settings) -> BadLake:
    """The error for a lake without documents."""
    listed = settings.how.places.inventory
    where = f" in {listed}, which places.inventory names" if listed is not None else ""
    return BadLake(
        f"{settings.lake}/manifests: no .parquet, .csv or .jsonl file{where}. A lake has a folder manifests/ with one "
        "row a document; see lookback schema, or make one with lookback specimens OUT"
    )


def told_unread(unread: Sequence[str]) -> str:
    """Files of drop folders that are of no format that is read, in words: how many, and the first."""
    more = ", ..." if len(unread) > NAMED else ""
    named = f"{', '.join(unread[:NAMED])}{more}"
    return f"{count(len(unread), 'file')} of drop folders not read, as no name ends in {', '.join(FORMATS)}: {named}"


def every_file(settings: Settings) -> list[tuple[str, str]]:
    """Every drop folder's files, folder by folder, those of other formats too; a night reads those that `is_input`."""
    listed = _inventory(settings)
    return [(folder, uri) for folder in FOLDERS for uri in _addresses(_place(settings, folder), listed)]


def input_files(settings: Settings, folder: str) -> list[str]:
    """Addresses of the files that hold the folder's rows, sorted; from an inventory where there is one."""
    return [uri for uri in _addresses(_place(settings, folder), _inventory(settings)) if is_input(uri)]


def read_input(uri: str) -> bytes:
    """The bytes of a file that was listed.

    Raises:
        BadLake: it is not there, or cannot be read.
        BadStore: its store refuses it.
        StoreAway: its store does not answer.
    """
    return _asked(uri, open_objects(uri).read, NOT_THERE)


def _addresses(place: str, listed: frozenset[str] | None) -> list[str]:
    return [one.uri for one in _listing(place)] if listed is None else _below(place, listed)


def _stored(place: str, listed: frozenset[str] | None) -> list[Stored]:
    """The input below a place as it stands now; many are asked for at once, as an inventory may list years of them."""
    found = {one.uri: one for one in _listing(place)} if listed is None else dict.fromkeys(_below(place, listed))
    if unread := [uri for uri in found if not is_input(uri)]:
        LOG.warning("%s", told_unread(unread))
    with telling(place):
        store = open_objects(place)
    with ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="find") as pool:
        asked = (uri for uri in found if is_input(uri))
        return list(pool.map(lambda uri: found[uri] or _asked(uri, store.find, NOT_THERE), asked))


def _listing(place: str) -> list[Stored]:
    with telling(place):
        return [one for one in open_objects(place).list(place) if not _is_left_out(place, one.uri)]


def _below(place: str, listed: frozenset[str]) -> list[str]:
    start = f"{place.removeprefix(FILE)}/"
    return sorted(uri for uri in listed if uri.startswith(start) and not _is_left_out(place, uri))


def _is_left_out(place: str, uri: str) -> bool:
    """Whether a file below a place is hidden, unfinished work of Spark's, or a mark: _SUCCESS, or a store's folder."""
    _, _, below = uri.partition(f"{place.removeprefix(FILE)}/")
    *folders, name = below.split("/")
    if not name or name.endswith(S3_FOLDER):
        return True
    hidden = any(part.startswith(".") or part == UNFINISHED for part in (*folders, name))
    return hidden or (not is_input(name) and (name.startswith("_") or name.endswith(".crc")))


def _place(settings: Settings, folder: str) -> str:
    return f"{settings.lake}/{settings.what.ingest.files_of(folder)}"


def _inventory(settings: Settings) -> frozenset[str] | None:
    """What the lake's inventory lists below its drop folders; null where none is named."""
    named = settings.how.places.inventory
    if named is None:
        return None
    uri = named if "://" in named or named.startswith("/") else f"{settings.lake}/{named}"
    content = _asked(uri, open_objects(uri).read, "the inventory that places.inventory names is not there")
    places = tuple(f"{_place(settings, folder).removeprefix(FILE)}/" for folder in FOLDERS)
    return frozenset(one for one in listed_objects(uri, content, settings.lake) if one.startswith(places))


def _read(folder: str, files: list[Stored], ingest: IngestSettings, taken: set[tuple[str, str]]) -> tuple[Files, Files]:
    """The new files, each checked against the contract, and those whose bytes came before, in whatever night."""
    new: dict[str, InputFile] = {}
    again: list[InputFile] = []
    for file in files:
        content = read_input(file.uri)
        digest = hashlib.sha256(content).hexdigest()
        read = InputFile(uri=file.uri, sha256=digest, bytes=len(content), rows=0, mark=file.mark)
        if (folder, digest) in taken or digest in new:
            again.append(read)
        else:
            new[digest] = read.model_copy(update={"rows": checked_rows(folder, file.uri, content, ingest)})
    return tuple(sorted(new.values(), key=lambda file: file.uri)), tuple(again)


def _asked(uri: str, ask: Callable[[str], Answer], missing: str) -> Answer:
    """What a store answers about a file; what is missing is told so, and a store in trouble may be asked again."""
    with telling(uri):
        try:
            return ask(uri)
        except Missing as error:
            raise BadLake(f"{uri}: {missing}") from error


def checked_rows(folder: str, uri: str, content: bytes, ingest: IngestSettings) -> int:
    """How many rows a file has that fits the contract; one from which a mapping reads no row is told in the log.

    Raises:
        BadManifest: it does not.
    """
    preflight(folder, uri, content, ingest)
    rows = sum(len(block) for block in contract_blocks(folder, uri, content, ingest.mapping))
    if not rows and ingest.maps(folder):
        LOG.warning("%s: the mapping reads no row of %s from it", uri, folder)
    return rows
