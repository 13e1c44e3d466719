"""What upkeep is due, from sizes and ages alone; the same facts for `maintain`, `status` and people."""

from collections.abc import Mapping
from dataclasses import dataclass

from conf.archive import UpkeepSettings
from conf.wording import count
from jobs.upkeep.retention import property_days

FULL_FILE = 1 << 28  # bytes of a file that need not grow
CLUSTERED = {"observations": "sha256", "fields": "sha256", "vectors": "sha256", "plates": "sha256"}


@dataclass(frozen=True)
class TableState:
    """A table at its head.

    Attributes:
        files: data files.
        size: their bytes.
        retention_days: that replaced files are promised to stay.
        clustered: whether it is clustered.
        age: seconds since the oldest version that a live release or open night reads was committed.
    """

    files: int
    size: int
    retention_days: int
    clustered: bool
    age: float = 0.0

    @property
    def small_files(self) -> int:
        """Files that compaction would spare."""
        return self.files - max(1, -(-self.size // FULL_FILE)) if self.files else 0


@dataclass(frozen=True)
class Due:
    """What is due for one table.

    Attributes:
        table: its name.
        small_files: files to merge; 0: not due.
        cluster_by: column to cluster by from now on; null: none.
        days: retention to promise from now on; null: what it promises does.
    """

    table: str
    small_files: int = 0
    cluster_by: str | None = None
    days: int | None = None

    @property
    def sentence(self) -> str:
        """What is due, in words."""
        told = [f"OPTIMIZE ({count(self.small_files, 'small file')})"] if self.small_files else []
        told += [f"CLUSTER BY {self.cluster_by}"] if self.cluster_by else []
        told += [f"keep replaced files {self.days} days, for live releases"] if self.days else []
        return f"{self.table}: {', '.join(told)}"


def due(states: Mapping[str, TableState], settings: UpkeepSettings, *, retention_days: int) -> list[Due]:
    """Tables that need something, in order of their names."""
    found = []
    for name, state in sorted(states.items()):
        days = property_days(state.age, retention_days)
        crowded = state.small_files >= settings.small_files
        grown = name in CLUSTERED and not state.clustered and state.size >= settings.cluster_bytes
        found.append(
            Due(
                name,
                small_files=state.small_files if crowded else 0,
                cluster_by=CLUSTERED[name] if grown else None,
                days=days if state.retention_days < days else None,
            )
        )
    return [one for one in found if one != Due(one.table)]
