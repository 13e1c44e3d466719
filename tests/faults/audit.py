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

Key = tuple[str | int, ...]
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


def seen_by_readers(root: Path) -> dict[str, str]:
    """Digest of every table as readers see it; nothing where nothing is released."""
    if not DeltaTable.is_deltatable(str(root / "releases")) or not table_at(root, "releases").num_rows:
        return {}
    return {name: digest(name, table) for name, table in released(root).tables.items()}


def manifest_rows(lake: Path) -> dict[tuple[str, int], int]:
    """Pages of every row of every manifest, and of what came by feed, 0 where its file has none; without our code."""
    found: dict[tuple[str, int], int] = {}
    for path in sorted([*(lake / "manifests").iterdir(), *(lake / "_lookback" / "feed").rglob("*.parquet")]):
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            uris = table["uri"].to_pylist() if "uri" in table.column_names else [""] * table.num_rows
        elif path.suffix == ".csv":
            rows = pd.read_csv(path, dtype=str)
            uris = list(rows["uri"]) if "uri" in rows else [""] * len(rows)
        else:
            uris = [uri_in(line) for line in path.read_text().splitlines() if line.strip()]
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        found |= {(digest, row): pages_of(lake, str(uri)) for row, uri in enumerate(uris)}
    return found


def uri_in(line: str) -> str:
    """The address in a JSON line, if it is one."""
    try:
        row = json.loads(line)
    except ValueError:
        return ""
    return str(row.get("uri", "")) if isinstance(row, dict) else ""


def pages_of(lake: Path, uri: str) -> int:
    """Pages of a PDF that opens; 0 for anything else."""
    if not uri.lower().endswith(".pdf"):
        return 0
    import pypdfium2

    try:
        return len(pypdfium2.PdfDocument(lake / uri))
    except (pypdfium2.PdfiumError, OSError):
        return 0


def places(seen: Released) -> dict[str, list[Key]]:
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


def keys(frame: pd.DataFrame) -> list[Key]:
    """Manifest and row; for a page of its file, with the page's number."""
    page = frame["page"].fillna(0) if "page" in frame else [0] * len(frame)
    named = zip(frame["manifest"], frame["row"], page, strict=True)
    return [(str(file), int(row), *((int(page),) if page else ())) for file, row, page in named]


def accounting(lake: Path, root: Path) -> list[str]:
    """Problems of the coverage equation: rows in no place, rows in two, rows of no manifest."""
    by_place = places(released(root))
    everywhere = [key for place in PLACES for key in by_place[place]]
    whole = {key for key in everywhere if len(key) == 2}
    wanted: set[Key] = set()
    for key, pages in manifest_rows(lake).items():
        wanted |= {key} if key in whole or not pages else {(*key, page) for page in range(1, pages + 1)}
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
    """Tables whose key names two rows; of an earlier version's table, as far as it had the key's columns."""
    return [
        name
        for name, table in seen.tables.items()
        if table.num_rows
        and table.to_pandas().duplicated([key for key in TABLES[name].key if key in table.column_names]).any()
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
