"""The one door to a lake's drop folders."""

import hashlib

from conf.errors import BadLake
from conf.settings import IngestSettings, Settings
from jobs.frozen import Frozen, InputFile
from jobs.object_store import told
from jobs.pipeline import FACTS
from udfs.images.objects import Missing, StoreError, open_objects
from udfs.intake.contract import preflight
from udfs.intake.files import is_input
from udfs.intake.inventory import listed_objects
from udfs.intake.mapping import contract_blocks

MANIFESTS = "manifests"
FOLDERS = (MANIFESTS, *FACTS)


def arrived(settings: Settings, earlier: list[Frozen]) -> dict[str, tuple[InputFile, ...]]:
    """Files of each drop folder that no earlier night of the lineage took in, by digest.

    Raises:
        BadLake: the lake has no manifests.
        BadManifest: a new file does not fit the contract; nothing was written.
    """
    taken = {(folder, file.sha256) for record in earlier for folder, files in record.files.items() for file in files}
    listed = _inventory(settings)
    found = {folder: input_files(settings, folder, listed) for folder in FOLDERS}
    if not found[MANIFESTS] and settings.how.places.feed is None:
        raise BadLake(
            f"{settings.lake}/manifests: no .parquet, .csv or .jsonl file. A lake has a folder manifests/ with one row "
            "a document; see lookback schema, or make one with lookback specimens OUT"
        )
    ingest = settings.what.ingest
    return {folder: tuple(_unless_taken(folder, uris, ingest, taken)) for folder, uris in found.items()}


def every_input(settings: Settings) -> list[tuple[str, str]]:
    """Every drop folder's files, folder by folder."""
    listed = _inventory(settings)
    return [(folder, uri) for folder in FOLDERS for uri in input_files(settings, folder, listed)]


def input_files(settings: Settings, folder: str, listed: frozenset[str] | None = None) -> list[str]:
    """Addresses of the files that hold the folder's rows, sorted; from an inventory where there is one.

    Args:
        settings: name the lake.
        folder: a drop folder.
        listed: what the inventory lists, where it was read already.
    """
    if listed is None:
        listed = _inventory(settings)
    place = f"{settings.lake}/{settings.what.ingest.files_of(folder)}"
    if listed is not None:
        return sorted(uri for uri in listed if uri.startswith(f"{place}/") and is_input(uri))
    try:
        return sorted(uri for uri, _ in open_objects(settings.lake).list(place) if is_input(uri))
    except StoreError as error:
        raise told(place, error) from error


def _inventory(settings: Settings) -> frozenset[str] | None:
    """What the lake's inventory lists, as far as it is input; null where none is named."""
    named = settings.how.places.inventory
    if named is None:
        return None
    uri = named if "://" in named or named.startswith("/") else f"{settings.lake}/{named}"
    content = _content(uri, "the inventory that places.inventory names is not there")
    return frozenset(found for found in listed_objects(uri, content, settings.lake) if is_input(found))


def _unless_taken(folder: str, uris: list[str], ingest: IngestSettings, taken: set[tuple[str, str]]) -> list[InputFile]:
    """The new files, each checked against the contract; the same bytes twice count once."""
    new: dict[str, InputFile] = {}
    for uri in uris:
        content = _content(uri, "is listed and not there. Is an inventory older than that?")
        digest = hashlib.sha256(content).hexdigest()
        if (folder, digest) not in taken and digest not in new:
            new[digest] = checked_file(folder, uri, content, ingest)
    return sorted(new.values(), key=lambda file: file.uri)


def _content(uri: str, missing: str) -> bytes:
    """A file's bytes; what is missing is told so, and a store in trouble may be asked again."""
    try:
        return open_objects(uri).read(uri)
    except Missing as error:
        raise BadLake(f"{uri}: {missing}") from error
    except StoreError as error:
        raise told(uri, error) from error


def checked_file(folder: str, uri: str, content: bytes, ingest: IngestSettings) -> InputFile:
    """The record of a file that fits the contract.

    Raises:
        BadManifest: it does not.
    """
    preflight(folder, uri, content, ingest)
    rows = sum(len(block) for block in contract_blocks(folder, uri, content, ingest.mapping))
    return InputFile(uri=uri, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), rows=rows)
