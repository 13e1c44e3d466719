"""The inputs of a night, written down before any work; every resume uses this record."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict

from conf.archive import First

Tree = dict[str, Any]
NAMED_STEPS = 3  # such as inspect.limits.max_bytes; an export's own names begin deeper


class InputFile(BaseModel):
    """One file of a drop folder.

    Attributes:
        uri: its address.
        sha256: of its bytes.
        bytes: how many.
        rows: records in it.
        mark: what the store had there (an ETag, or a time of change); null: not recorded, so it is read again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    uri: str
    sha256: str
    bytes: int
    rows: int
    mark: str | None = None


class FeedRange(BaseModel):
    """Versions of an upstream Delta table whose rows a night took.

    Attributes:
        table: where it is.
        table_id: Delta's own id of it.
        after: the last version that an earlier night took; null: none, or `places.feed_lost` gave up what changed since
            it, so all that stood there came.
        to: the last version taken.
        inserted: rows that were appended.
        updated: rows that came again with new values.
        deleted: rows that upstream took back; they stay documents.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    table_id: str
    after: int | None
    to: int
    inserted: int
    updated: int
    deleted: int


class ChosenModel(BaseModel):
    """One registered model version in a role."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    path: str
    digest: str


class Frozen(BaseModel):
    """What a night takes in, and what it builds on.

    Attributes:
        parent: the release that it follows; null for the first.
        lineage: runs whose rows the parent shows, oldest first.
        versions: table versions of the parent; of content tables those at the night's opening.
        files: files that arrived since the parent, by drop folder.
        models: by registered name, then by role.
        settings_digest: digest of the settings that decide results.
        slice_documents: contents of one slice.
        limit: contents that the night inspects at most; null: all.
        code_version: version of the code, and digest of its sources.
        first: which contents are looked at first, by which slices are cut; null: cut by an earlier version, otherwise.
        inspector: fingerprint of the inspector; null: not recorded, so a resume does not compare it.
        champions: fingerprints of the inspectors of the nights of the lineage, as far as they are recorded.
        feed: what came by the change feed of an upstream table; its rows are files too.
        again: files with the bytes of earlier ones, at addresses that no night had recorded; no row is taken of them.
        settings: the settings that decide results, as JSON has them; null: not recorded, the digest alone is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    parent: str | None
    lineage: tuple[str, ...]
    versions: dict[str, int]
    files: dict[str, tuple[InputFile, ...]]
    models: dict[str, dict[str, ChosenModel]]
    settings_digest: str
    slice_documents: int
    limit: int | None
    code_version: str
    first: First | None = None
    inspector: str | None = None
    champions: tuple[str, ...] = ()
    feed: FeedRange | None = None
    again: dict[str, tuple[InputFile, ...]] = {}
    settings: Tree | None = None

    def changed(self, settings: Tree) -> tuple[str, ...]:
        """Dotted names of the settings that are not those that it began with, as far as they are recorded."""
        return tuple(_differing(self.settings or settings, settings, NAMED_STEPS))


def _differing(then: Tree, now: Tree, steps: int) -> Iterator[str]:
    """Names below which two trees differ, so many steps deep: what is below is not ours to name."""
    for name in sorted({*then, *now}):
        before, after = then.get(name), now.get(name)
        if steps > 1 and isinstance(before, dict) and isinstance(after, dict):
            yield from (f"{name}.{below}" for below in _differing(before, after, steps - 1))
        elif before != after:
            yield name
