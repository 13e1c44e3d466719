"""The demo's folders: which may be replaced, and the truth that lies beside the lake."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from conf.errors import BadLake
from udfs.specimens.truth import truth_folder

MARK = ".lookback-demo"  # a folder that holds it was made by a demo, and may be replaced by the next one


@dataclass(frozen=True)
class Truth:
    """What was planted, from outside the lake.

    Attributes:
        account_id: the account that the demo is about.
        doc_id: its forged document.
        members: documents of the campaign that it belongs to.
    """

    account_id: str
    doc_id: str
    members: frozenset[str]


def local(lake: str) -> Path:
    """The lake as a folder of this machine.

    Raises:
        BadLake: it is an address, or a place without a name of its own to put the truth beside.
    """
    if "://" in lake or not Path(lake).name:
        raise BadLake(f"{lake}: the demo writes into a folder of this machine, such as lookback demo --lake .lake")
    return Path(lake)


def clear(lake: Path) -> None:
    """Make room for the demo's lake: remove an earlier demo's, and nothing else.

    Raises:
        BadLake: a folder or its truth is there and no demo made it.
    """
    for folder in (lake, truth_folder(lake)):
        if folder.is_symlink() or (folder.exists() and not _ours(folder)):
            raise BadLake(
                f"{folder} is there and was not made by a demo, so it is not replaced. "
                f"Name another lake: lookback demo --lake FOLDER"
            )
    for folder in (lake, truth_folder(lake)):
        if (folder / MARK).is_file():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).write_text("Made by lookback demo, which replaces this folder when it runs again.\n")


def read_truth(lake: Path) -> Truth:
    """What was planted; for the last line of the demo only."""
    story = json.loads((truth_folder(lake) / "story.json").read_text(encoding="utf-8"))
    return Truth(story["account_id"], story["doc_id"], frozenset(member["doc_id"] for member in story["members"]))


def _ours(folder: Path) -> bool:
    """Whether a demo made the folder, or nobody put anything into it."""
    return folder.is_dir() and ((folder / MARK).is_file() or not any(folder.iterdir()))
