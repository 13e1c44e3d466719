"""The one door to a lake's drop folders."""

import hashlib

from conf.errors import BadLake
from conf.settings import IngestSettings, Settings
from jobs.frozen import Frozen, InputFile
from jobs.object_store import told
from jobs.pipeline import FACTS
from udfs.images.objects import StoreError, open_objects
from udfs.intake.contract import preflight
from udfs.intake.files import is_input
from udfs.intake.mapping import contract_blocks

FOLDERS = ("manifests", *FACTS)


def arrived(settings: Settings, earlier: list[Frozen]) -> dict[str, tuple[InputFile, ...]]:
    """Files of each drop folder that no earlier night of the lineage took in, by digest.

    Raises:
        BadLake: the lake has no manifests.
        BadManifest: a new file does not fit the contract; nothing was written.
    """
    taken = {(folder, file.sha256) for record in earlier for folder, files in record.files.items() for file in files}
    found = {folder: input_files(settings, folder) for folder in FOLDERS}
    if not found["manifests"]:
        raise BadLake(
            f"{settings.lake}/manifests: no .parquet, .csv or .jsonl file. A lake has a folder manifests/ with one row "
            "a document; see lookback schema, or make one with lookback specimens OUT"
        )
    ingest = settings.what.ingest
    return {folder: tuple(_unless_taken(folder, uris, ingest, taken)) for folder, uris in found.items()}


def input_files(settings: Settings, folder: str) -> list[str]:
    """Addresses of the files that hold the folder's rows, sorted."""
    place = f"{settings.lake}/{settings.what.ingest.files_of(folder)}"
    try:
        return sorted(uri for uri, _ in open_objects(settings.lake).list(place) if is_input(uri))
    except StoreError as error:
        raise told(place, error) from error


def _unless_taken(folder: str, uris: list[str], ingest: IngestSettings, taken: set[tuple[str, str]]) -> list[InputFile]:
    """The new files, each checked against the contract; the same bytes twice count once."""
    new: dict[str, InputFile] = {}
    for uri in uris:
        content = open_objects(uri).read(uri)
        digest = hashlib.sha256(content).hexdigest()
        if (folder, digest) in taken or digest in new:
            continue
        preflight(folder, uri, content, ingest)
        rows = sum(len(block) for block in contract_blocks(folder, uri, content, ingest.mapping))
        new[digest] = InputFile(uri=uri, sha256=digest, bytes=len(content), rows=rows)
    return sorted(new.values(), key=lambda file: file.uri)
