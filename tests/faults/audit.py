"""The one audit, on delta-rs and pandas alone: nothing lost, nothing twice, nothing unpublished, no file missing."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable

from schemas import TABLES

PLACES = ("scored", "rejected", "duplicate", "pending")


@dataclass(frozen=True)
class Released:
    """What readers see, read by an engine that is not ours."""

    row: dict
    tables: dict[str, pa.Table]


def table_at(root: Path, name: str, version: int | None = None) -> pa.Table:
    return DeltaTable(str(root / name), version=version).to_pyarrow_table()


def released(root: Path) -> Released:
    """The newest release: pinned versions, filtered by lineage as its views are."""
    rows = sorted(table_at(root, "releases").to_pylist(), key=lambda row: row["sequence"])
    newest = rows[-1]
    versions, lineage = dict(newest["versions"]), pa.array(newest["lineage"], pa.string())
    tables = {name: table_at(root, name, versions[name]) for name in versions}
    for name, table in tables.items():
        if TABLES[name].scope == "lineage":
            tables[name] = table.filter(pc.is_in(table["run_id"], lineage))
    contents = tables["documents"]["sha256"].combine_chunks()
    for name, table in tables.items():
        if TABLES[name].scope == "content":
            tables[name] = table.filter(pc.is_in(table["sha256"], contents))
    return Released(newest, tables)


def manifest_rows(lake: Path) -> set[tuple[str, int]]:
    """Every row of every manifest, and of what came by feed, named by file and number; read without our code."""
    found = set()
    for path in sorted([*(lake / "manifests").iterdir(), *(lake / "_lookback" / "feed").rglob("*.parquet")]):
        if path.suffix == ".parquet":
            count = pq.read_metadata(path).num_rows
        elif path.suffix == ".csv":
            count = len(pd.read_csv(path, dtype=str))
        else:
            count = sum(1 for line in path.read_text().splitlines() if line.strip())
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        found |= {(digest, row) for row in range(count)}
    return found


def places(seen: Released) -> dict[str, list[tuple[str, int]]]:
    """Rows of the manifests by where they ended; who was refused once, and looked at after all, is scored."""
    documents = seen.tables["documents"].to_pandas()
    rejected = seen.tables["rejected"].to_pandas()
    rejected = rejected[rejected["source"] == "manifests"]
    scores = seen.tables["scores"].to_pandas()
    scored = set(scores.loc[scores["role"] == "champion", "doc_id"])
    refused = rejected[rejected["outcome"] == "rejected"]
    late = refused["stage"] == "inspect"
    seen_after_all = late & refused["sha256"].isin(set(seen.tables["observations"]["sha256"].to_pylist()))
    stands = refused[~seen_after_all & ~(late & refused.duplicated(["stage", "doc_id"]))]
    is_scored = documents["doc_id"].isin(scored)
    waiting = ~is_scored & ~documents["doc_id"].isin(set(refused["doc_id"]))
    return {
        "scored": keys(documents[is_scored]),
        "rejected": keys(stands),
        "duplicate": keys(rejected[rejected["outcome"] == "duplicate"]),
        "pending": keys(documents[waiting]),
    }


def keys(frame: pd.DataFrame) -> list[tuple[str, int]]:
    return [(str(file), int(row)) for file, row in zip(frame["manifest"], frame["row"], strict=True)]


def accounting(lake: Path, root: Path) -> list[str]:
    """Problems of the coverage equation: rows in no place, rows in two, rows of no manifest."""
    by_place = places(released(root))
    everywhere = [key for place in PLACES for key in by_place[place]]
    wanted = manifest_rows(lake)
    problems = [f"{key} is in no place" for key in sorted(wanted - set(everywhere))]
    problems += [f"{key} is of no manifest" for key in sorted(set(everywhere) - wanted)]
    repeated = pd.Series(everywhere, dtype=object).value_counts()
    problems += [f"{key} is in {count} places" for key, count in repeated.items() if count > 1]
    return problems


def unpublished(seen: Released) -> list[str]:
    """Rows of replaced tables that a run outside the lineage wrote."""
    lineage = set(seen.row["lineage"])
    return [
        f"{name}: rows of {sorted(found - lineage)}"
        for name, table in seen.tables.items()
        if TABLES[name].scope == "night" and (found := set(table["run_id"].to_pylist())) - lineage
    ]


def repeated_keys(seen: Released) -> list[str]:
    """Tables whose key names two rows."""
    return [
        name
        for name, table in seen.tables.items()
        if table.num_rows and table.to_pandas().duplicated(list(TABLES[name].key)).any()
    ]


def missing_files(root: Path) -> list[str]:
    """Data files that a table names and the folder lacks."""
    return [
        f"{name}/{file}"
        for name in TABLES
        for file in DeltaTable(str(root / name)).file_uris()
        if not Path(file.removeprefix("file://")).is_file()
    ]


def digest(name: str, table: pa.Table) -> str:
    """Order-free digest over the columns that do not measure the machine."""
    columns = [column for column in TABLES[name].digested if column in table.column_names]
    rows = sorted(json.dumps(row, sort_keys=True, default=repr) for row in table.select(columns).to_pylist())
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def digests(root: Path) -> dict[str, str]:
    """Digest of every table as it stands, published or not."""
    return {name: digest(name, table_at(root, name)) for name in TABLES}


def audit(lake: Path, root: Path) -> list[str]:
    """Every problem found; nothing for a sound lake."""
    seen = released(root)
    return [
        *accounting(lake, root),
        *unpublished(seen),
        *(f"{name}: repeated key" for name in repeated_keys(seen)),
        *(f"{file} is missing" for file in missing_files(root)),
    ]
