"""How a foreign export is understood: which of its columns is which of the contract's."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from conf.errors import BadSettings
from conf.leaf import Leaf, Zone
from conf.yaml_files import read_yaml
from schemas.contract import ALIASES, CONTRACT

FOLDER = Path(__file__).parent / "mappings"
EACH = "[]"  # marks a list in a path: one row for each of its elements
PATH = re.compile(r"[^.\[\]]+(\[\])?(\.[^.\[\]]+(\[\])?)*")


class FolderMapping(Leaf):
    """Where the rows of one drop folder come from."""

    files: str | None = Field(default=None, description="Drop folder that holds the files; its own where null.")
    columns: dict[str, str] = Field(
        description="The contract's column: the export's, or a path such as check.docs[].id or files[]."
    )
    codes: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="The contract's column: the export's code: the contract's word."
    )
    constants: dict[str, str] = Field(default_factory=dict, description="The contract's column: the same in each row.")

    @property
    def lists(self) -> str | None:
        """The innermost list whose elements are rows: a path that ends in `[]`."""
        marked = {_list_of(path) for path in self.columns.values() if EACH in path}
        return max(marked, key=len, default=None)

    def words(self) -> Iterator[tuple[str, str]]:
        """Each word that the mapping itself puts into a column."""
        coded = ((column, word) for column, codes in self.codes.items() for word in codes.values())
        yield from ((column, word) for column, word in (*self.constants.items(), *coded) if word.strip())

    @model_validator(mode="after")
    def _one_chain_of_lists(self) -> "FolderMapping":
        innermost = self.lists or ""
        for column, path in self.columns.items():
            if EACH in path and not PATH.fullmatch(path):
                raise ValueError(f"{column}: {path} is no path; {EACH} stands behind the name of a list")
            if EACH in path and not innermost.startswith(_list_of(path)):
                raise ValueError(f"{column} comes from another list ({path}) than the rows ({innermost})")
        if both := sorted(set(self.columns) & set(self.constants)):
            raise ValueError(f"{', '.join(both)}: both a column and a constant")
        if unread := sorted(set(self.codes) - set(self.columns)):
            raise ValueError(f"codes for {', '.join(unread)}, which no column gives")
        return self


class ExportMapping(Leaf):
    """A foreign export, drop folder by drop folder; folders that it does not name hold to the contract."""

    zone: Zone | None = Field(default=None, description="IANA zone of its times without an offset.")
    folders: dict[str, FolderMapping]

    @model_validator(mode="after")
    def _of_the_contract(self) -> "ExportMapping":
        for folder, mapping in self.folders.items():
            places = [folder] if mapping.files is None else [folder, mapping.files]
            if unknown := sorted(set(places) - set(CONTRACT)):
                raise ValueError(f"no drop folder {', '.join(unknown)}; there are {', '.join(CONTRACT)}")
            _hold_to(folder, mapping)
        return self


def _hold_to(folder: str, mapping: FolderMapping) -> None:
    """Refuse a mapping to columns, or words of a closed list, that the contract does not have."""
    known, other = {column.name: column for column in CONTRACT[folder]}, ALIASES.get(folder, {})
    if unknown := sorted({*mapping.columns, *mapping.constants} - set(known)):
        named = (f"{name} (write {other[name]})" if name in other else name for name in unknown)
        raise ValueError(f"{folder} has no column {', '.join(named)}; it has {', '.join(known)}")
    for name, word in mapping.words():
        if (closed := known[name].values) and word.strip() not in closed:
            raise ValueError(f"{folder}: {name} is never {word!r}; it is one of {', '.join(closed)}")


def _list_of(path: str) -> str:
    """A path up to its last list."""
    return path[: path.rindex(EACH) + len(EACH)]


def _read(given: object) -> object:
    """The content of a mapping that is given by its name or its file."""
    if not isinstance(given, str):
        return given
    path = FOLDER / f"{given}.yaml" if given.isidentifier() else Path(given)
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in FOLDER.glob("*.yaml")))
        raise BadSettings(f"mapping {given}: there is no {path}. Give {known}, or the path of a YAML file")
    return read_yaml(path, "mapping")


Given = Annotated[ExportMapping, BeforeValidator(_read)]
"""A mapping, or the name or file of one; the tree of settings holds its content, so that its digest does too."""
