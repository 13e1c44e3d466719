"""Writes a lake of specimens: pictures loose and packed, manifests and facts, drop by drop; the truth beside it."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from udfs.specimens.exposure import expose
from udfs.specimens.facts import account_rows, label_rows, signal_rows, transaction_rows
from udfs.specimens.manifest import manifest_row
from udfs.specimens.planting import Story, plant
from udfs.specimens.population import Planned, draw_submissions

START = date(2026, 3, 1)
PACKED_SHARE = 0.4
ROW_GROUP = 128
CHUNK = 512  # documents held in memory at once
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class LakePlan:
    """Everything about a lake except its pixels."""

    documents: tuple[Planned, ...]
    story: Story
    seed: int
    start: date
    nights: int

    def drop(self, night: int) -> tuple[Planned, ...]:
        """Documents of one night, in the order of their manifest."""
        rng = np.random.default_rng((self.seed, 7, night))
        mine = [doc for doc in self.documents if doc.night == night]
        return tuple(mine[int(place)] for place in rng.permutation(len(mine)))


@dataclass(frozen=True)
class Stored:
    """Where a document's bytes went."""

    uri: str
    sha256: str


def plan_lake(documents: int, seed: int, *, start: date = START, nights: int = 2) -> LakePlan:
    """Plan a lake of so many documents; the same arguments give the same plan.

    Raises:
        ValueError: too few documents to plant anything among.
    """
    if documents < 24:
        raise ValueError(f"{documents} documents are too few; a lake of specimens has at least 24")
    rng = np.random.default_rng(seed)
    acts = draw_submissions(documents, rng, start, nights)
    story = plant(acts, rng, nights)
    return LakePlan(tuple(doc for act in acts for doc in act), story, seed, start, nights)


def deliver(plan: LakePlan, out: Path, night: int, *, workers: int = 2, progress: Progress | None = None) -> None:
    """Draw the documents of one night and write its drop; in any number of processes the same bytes."""
    documents = plan.drop(night)
    rng = np.random.default_rng((plan.seed, 11, night))
    stored: dict[str, Stored] = {}
    for number, chunk in enumerate(_chunks(documents)):
        pictures = _drawn(chunk, workers, (len(stored), len(documents)), progress)
        stored |= _store(chunk, pictures, out, f"{plan.start + timedelta(days=night):%Y%m%d}{number:03d}", rng)
    _write_facts(plan, documents, stored, out, night, rng)
    _write_truth(plan, out)


def _chunks(documents: Sequence[Planned]) -> Iterator[Sequence[Planned]]:
    return (documents[start : start + CHUNK] for start in range(0, len(documents), CHUNK))


def _drawn(documents: Sequence[Planned], workers: int, done: tuple[int, int], progress: Progress | None) -> list[bytes]:
    """The files' bytes, in order."""
    before, total = done
    pictures = []
    # Spawned, not forked: the caller may run a JVM and threads.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for picture in pool.map(expose, documents, chunksize=4):
            pictures.append(picture)
            if progress is not None:
                progress(before + len(pictures), total)
    return pictures


def _store(
    documents: Sequence[Planned], pictures: Sequence[bytes], out: Path, name: str, rng: np.random.Generator
) -> dict[str, Stored]:
    """Write the pictures, some loose, some into one packed file."""
    (out / "images").mkdir(parents=True, exist_ok=True)
    stored, packed = {}, []
    for doc, picture in zip(documents, pictures, strict=True):
        key, digest = f"{int(rng.integers(16**12)):012x}", hashlib.sha256(picture).hexdigest()
        if rng.random() < PACKED_SHARE:
            packed.append({"key": key, "bytes": picture})
            stored[doc.doc_id] = Stored(f"images/p{name}.parquet#{key}", digest)
        else:
            (out / "images" / f"{key}.jpg").write_bytes(picture)
            stored[doc.doc_id] = Stored(f"images/{key}.jpg", digest)
    schema = pa.schema([("key", pa.string()), ("bytes", pa.binary())])
    if packed:
        table = pa.Table.from_pylist(packed, schema)
        pq.write_table(table, out / "images" / f"p{name}.parquet", row_group_size=ROW_GROUP)
    return stored


def _write_facts(
    plan: LakePlan,
    documents: Sequence[Planned],
    stored: dict[str, Stored],
    out: Path,
    night: int,
    rng: np.random.Generator,
) -> None:
    """Manifest and input facts of one drop."""
    day = plan.start + timedelta(days=night)
    rows = [manifest_row(doc, stored[doc.doc_id].uri, stored[doc.doc_id].sha256) for doc in documents]
    rows += _bad_rows(rows, out, rng)
    half = len(rows) // 2
    _write(rows[:half], out / "manifests" / f"{day}-a.csv")
    _write(rows[half:], out / "manifests" / f"{day}-b.{'jsonl' if night % 2 == 0 else 'parquet'}")
    earlier = {doc.account.account_id for doc in plan.documents if doc.night < night}
    fresh = {doc.account.account_id: doc for doc in documents if doc.account.account_id not in earlier}
    accounts = [fresh[name] for name in sorted(fresh)]
    shared = {doc.account.account_id for doc in plan.documents if doc.campaign == "blank-1"}
    suffix = "csv" if night % 2 == 0 else "parquet"
    _write(account_rows(accounts), out / "accounts" / f"{day}.{suffix}")
    _write(signal_rows(accounts), out / "account_signals" / f"{day}.{suffix}")
    _write(transaction_rows(accounts, sorted(shared), plan.story.account_id), out / "transactions" / f"{day}.csv")
    labels = label_rows(documents, day)
    if labels:
        _write(labels, out / "labels" / f"{day}.jsonl")


def _bad_rows(rows: list[dict[str, object]], out: Path, rng: np.random.Generator) -> list[dict[str, object]]:
    """What every export has: a file cut short, a text by a picture's name, a row twice, a document replaced."""
    whole = (out / "images").glob("*.jpg")
    sound = next(path for path in sorted(whole) if path.stat().st_size > 1000)
    bad = []
    for content in (sound.read_bytes()[:9_000], b"this file was never a picture\n" * 20):
        name = f"images/{int(rng.integers(16**12)):012x}.jpg"
        (out / name).write_bytes(content)
        row = dict(rows[int(rng.integers(len(rows)))])
        bad.append(row | {"doc_id": f"D-{int(rng.integers(16**10)):010x}", "uri": name, "sha256": None})
    twice, other = rows[0], rows[1]
    replaced = dict(twice) | {"uri": other["uri"], "sha256": other["sha256"]}
    return [*bad, dict(twice), replaced]


def _write(rows: Sequence[dict[str, object]], path: Path) -> None:
    """One input file in the format that its name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(list(rows))
    match path.suffix:
        case ".csv":
            frame.to_csv(path, index=False)
        case ".parquet":
            sink = io.BytesIO()
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), sink)
            path.write_bytes(sink.getvalue())
        case _:
            lines = [json.dumps({k: v for k, v in row.items() if v is not None}) for row in rows]
            path.write_text("\n".join(lines) + "\n")


def _write_truth(plan: LakePlan, out: Path) -> None:
    """The whole truth, outside the lake."""
    folder = out.with_name(f"{out.name}-truth")
    rows: list[dict[str, object]] = [
        {
            "doc_id": doc.doc_id,
            "account_id": doc.account.account_id,
            "night": plan.start + timedelta(days=doc.night),
            "forged": doc.attack is not None,
            "attack": doc.attack,
            "campaign": doc.campaign,
            "design": doc.design.design_id if doc.design else None,
            "source": doc.source.doc_id if doc.source else None,
        }
        for doc in sorted(plan.documents, key=lambda doc: doc.doc_id)
    ]
    _write(rows, folder / "documents.csv")
    (folder / "story.json").write_text(json.dumps(plan.story.__dict__, indent=1) + "\n")
