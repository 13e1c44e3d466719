"""A table's files held against its log, without Delta, which opens a log that lost its end one version short."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from jobs.object_store import telling
from udfs.images.objects import open_objects

ENTRY = re.compile(r"^_delta_log/(\d{20})\.json$")
CHECKPOINT = re.compile(r"^_delta_log/(\d{20})\.checkpoint(?:\.\d{10}\.\d{10})?\.parquet$")
GONE = "is gone"
RESTORE = "restore it from a backup"


@dataclass(frozen=True)
class Damage:
    """One file of a table that is not what it was.

    Attributes:
        table: the table.
        file: its path below the table's folder.
        what: what is wrong with it.
        mend: what to do.
    """

    table: str
    file: str
    what: str
    mend: str = RESTORE

    def __str__(self) -> str:
        return f"{self.table}/{self.file} {self.what}"


class DeltaLog:
    """The log of one table, and the files of the table's folder.

    Args:
        root: folder or prefix of the tables.
        table: name of the table.

    Raises:
        JobError: the folder cannot be listed, nor later its files read.
    """

    def __init__(self, root: str, table: str) -> None:
        self.table = table
        self._folder = f"{root}/{table}"
        with telling(self._folder):
            listed = open_objects(self._folder).list(self._folder)
        self.sizes = {one.uri.removeprefix(f"{self._folder}/"): one.bytes for one in listed}
        self._entries = _numbered(ENTRY, self.sizes)
        self._checkpoints = _numbered(CHECKPOINT, self.sizes)
        self._read: dict[str, bytes] = {}

    @property
    def newest(self) -> int:
        """The newest version that the log can hold; -1 for none."""
        return max([*self._entries, *self._checkpoints], default=-1)

    def damage(self, recorded: int) -> list[Damage]:
        """What keeps the log's head from being read, whose version is known to be `recorded` at least."""
        newest = max(recorded, self.newest)
        if newest >= 0 > self.newest:
            return [Damage(self.table, "", GONE)]
        return [*self._torn(newest), *self._lost_entries(newest)]

    def lost_files(self, version: int) -> list[Damage]:
        """What of a version is gone, or of another size than the log says; its log first, then its data files."""
        lost = [*self._torn(version), *self._lost_entries(version)]
        files = {} if lost else self.files_at(version)
        lost += self._miscounted(version, files)
        for path, size in sorted(files.items()):
            now = self.sizes.get(path)
            if now is None:
                lost.append(Damage(self.table, path, GONE))
            elif now != size:
                lost.append(Damage(self.table, path, f"has {now:,} bytes, not the {size:,} that were written"))
        return lost

    def files_at(self, version: int) -> dict[str, int]:
        """Sizes of a version's data files by their path, where its log is sound."""
        files: dict[str, int] = {}
        for name in self._checkpoints.get(self._start(version), ()):
            files |= self._checkpointed(name)
        for number in range(self._start(version) + 1, version + 1):
            for action in self._actions(number):
                if added := action.get("add"):
                    files[unquote(str(added["path"]))] = int(str(added["size"]))
                elif removed := action.get("remove"):
                    files.pop(unquote(str(removed["path"])), None)
        return files

    def orphans(self) -> dict[str, int]:
        """Sizes of data files that no entry of a sound log names, as a killed writer leaves them."""
        named = set(self.files_at(self.newest))
        for number in self._entries:
            named |= {unquote(str(action["add"]["path"])) for action in self._actions(number) if "add" in action}
        data = {path: size for path, size in self.sizes.items() if path.endswith(".parquet") and path[0] != "_"}
        return {path: size for path, size in data.items() if path not in named}

    def _start(self, version: int) -> int:
        """The checkpoint that the reading of a version starts from; -1 for none."""
        return max((number for number in self._checkpoints if number <= version), default=-1)

    def _torn(self, version: int) -> Iterator[Damage]:
        """The checkpoint that a version starts from, if it cannot be read; entries before it may stand in for it."""
        start = self._start(version)
        for name in self._checkpoints.get(start, ()):
            try:
                self._checkpointed(name)
            except (pa.ArrowException, OSError, KeyError):
                spare = set(range(start + 1)) <= set(self._entries)
                same = f"delete it and _last_checkpoint: the entries 0 to {start} hold the same"
                yield Damage(self.table, name, "is no whole checkpoint", same if spare else RESTORE)

    def _lost_entries(self, version: int) -> Iterator[Damage]:
        """Entries that a version is read from, and which are gone, empty, or no lines of JSON."""
        for number in range(self._start(version) + 1, version + 1):
            name = f"_delta_log/{number:020}.json"
            if number not in self._entries:
                yield Damage(self.table, name, GONE)
            elif self.sizes[name] == 0:
                yield Damage(self.table, name, "is empty")
            else:
                try:
                    self._actions(number)
                except ValueError:
                    yield Damage(self.table, name, "is cut short or changed")

    def _miscounted(self, version: int, files: dict[str, int]) -> Iterator[Damage]:
        """The entry of a version whose own checksum, where Delta wrote one, counts other files or bytes."""
        name = f"_delta_log/{version:020}.crc"
        try:
            told = json.loads(self._content(name)) if name in self.sizes and files else {}
        except ValueError:
            return  # a checksum that was cut short says nothing of the table
        if told and (told["numFiles"], told["tableSizeBytes"]) != (len(files), sum(files.values())):
            yield Damage(self.table, f"_delta_log/{version:020}.json", "lost lines, by the checksum beside it")

    def _actions(self, number: int) -> list[dict[str, dict[str, object]]]:
        (name,) = self._entries[number]
        return [json.loads(line) for line in self._content(name).splitlines() if line.strip()]

    def _checkpointed(self, name: str) -> dict[str, int]:
        added = pq.read_table(pa.BufferReader(self._content(name)), columns=["add"]).column("add").to_pylist()
        return {unquote(add["path"]): add["size"] for add in added if add}

    def _content(self, name: str) -> bytes:
        if name not in self._read:
            with telling(self._folder):
                self._read[name] = open_objects(self._folder).read(f"{self._folder}/{name}")
        return self._read[name]


def oldest_kept(root: str, table: str) -> int:
    """The oldest version that a table's log still tells: Delta removes entries by their age, from the first on.

    Raises:
        JobError: the log's folder cannot be listed.
    """
    folder = f"{root}/{table}"
    with telling(folder):
        listed = open_objects(folder).list(f"{folder}/_delta_log")
    names = {one.uri.removeprefix(f"{folder}/"): one.bytes for one in listed}
    entries = _numbered(ENTRY, names)
    start = 0 if 0 in entries else min(_numbered(CHECKPOINT, names), default=0)
    return min((number for number in entries if number >= start), default=0)


def _numbered(pattern: re.Pattern[str], names: dict[str, int]) -> dict[int, list[str]]:
    """Names by the version that stands in them, in order."""
    found: dict[int, list[str]] = {}
    for name in sorted(names):
        if match := pattern.match(name):
            found.setdefault(int(match[1]), []).append(name)
    return found
