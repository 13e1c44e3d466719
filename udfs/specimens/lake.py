"""Plans a lake of specimens without drawing a picture, and delivers it night by night."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise, repeat
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from udfs.specimens.attacks import SHOW_A_STRANGER
from udfs.specimens.attacks.portrait_swap import stranger
from udfs.specimens.capture import Captured, capture
from udfs.specimens.drops import places, write_images, write_table
from udfs.specimens.ledgers import account_row, label_rows, signal_rows, total_rows
from udfs.specimens.manifests import manifest_row, repeated_rows, stray_documents, stray_files, stray_rows
from udfs.specimens.money import draw_transactions
from udfs.specimens.planting import plant
from udfs.specimens.population import Calendar, draw_submissions, draw_world
from udfs.specimens.portraits import Faces, draw_portrait, open_pool
from udfs.specimens.truth import write_captures, write_truth
from udfs.specimens.world import Account, Campaign, Document, Row, Story, midnight, stream

FIRST_NIGHT = date(2026, 3, 1)
LEAST_DOCUMENTS = 24
CHUNK = 2

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class LakePlan:
    """Everything that will be in a lake, and the truth about it; pictures and files are made on delivery."""

    seed: int
    calendar: Calendar
    accounts: tuple[Account, ...]
    documents: tuple[Document, ...]
    campaigns: tuple[Campaign, ...]
    story: Story
    transactions: tuple[tuple[datetime, Row], ...]
    successors: dict[str, str]
    faces: Faces = draw_portrait

    def night_date(self, night: int) -> date:
        """The date of a night, which names its files."""
        return self.calendar.start + timedelta(days=night)

    def of_night(self, night: int) -> list[Document]:
        """A night's documents in the order of its manifest."""
        return [document for document in self.documents if document.night == night]

    def strays(self, night: int) -> list[Document]:
        """What a night's manifest names besides, with files that are no documents."""
        return stray_documents(self.of_night(night), stream(self.seed, f"strays {night}"))


def plan_lake(
    documents: int, seed: int, *, start: date = FIRST_NIGHT, nights: int = 2, portraits: Path | None = None
) -> LakePlan:
    """The plan of so many good documents; each night brings five bad manifest rows besides.

    A folder of portraits changes the pictures alone: people, papers, forgeries and names are those of the seed.

    Raises:
        ValueError: with fewer documents than the story needs.
        BadLake: the folder does not hold a readable portrait for each person.
    """
    if documents < LEAST_DOCUMENTS:
        raise ValueError(
            f"{documents} documents are too few for the planted campaigns; ask for {LEAST_DOCUMENTS} or more"
        )
    calendar = Calendar(start, nights)
    submissions = draw_submissions(documents, nights, stream(seed, "submissions"))
    people, honest = draw_world(submissions, calendar, seed)
    accounts, forged, campaigns, story = plant(people, honest, nights, seed)
    order = stream(seed, "order").permutation(len(forged))
    until = calendar.span(nights - 1)[1]
    return LakePlan(
        seed=seed,
        calendar=calendar,
        accounts=tuple(sorted(accounts, key=lambda account: account.account_id)),
        documents=tuple(forged[int(place)] for place in order),
        campaigns=campaigns,
        story=story,
        transactions=tuple(draw_transactions(accounts, story, until, stream(seed, "money"))),
        successors=_successors(accounts),
        faces=draw_portrait if portraits is None else open_pool(portraits, _shown(forged), stream(seed, "portraits")),
    )


def deliver(plan: LakePlan, out: Path, night_index: int, *, workers: int = 2, progress: Progress | None = None) -> None:
    """Write one night's drops into the lake `out`, and the truth beside it; any number of workers, the same bytes."""
    documents = plan.of_night(night_index)
    uris = places(documents, night_index)
    captures: list[tuple[Document, Captured]] = []
    digests: dict[str, str] = {}
    made = _made(documents, plan.faces, workers)
    whole = b""
    for document, data in write_images(out, _files(made, documents, captures, progress), uris):
        digests[document.doc_id] = hashlib.sha256(data).hexdigest()
        whole = whole or (data if document.codec.format == "jpeg" else b"")
    rng = stream(plan.seed, f"manifest {night_index}")
    rows = [manifest_row(doc, uris[doc.doc_id], digests[doc.doc_id], rng) for doc in documents]
    strays = stray_files(whole, rng)
    for stray in strays:
        (out / "images" / stray.name).write_bytes(stray.data)
    later = repeated_rows(rows, rng)
    rows += stray_rows(strays, plan.strays(night_index), rng)
    mixed = [rows[int(place)] for place in rng.permutation(len(rows))]
    _write_manifests(out, plan, night_index, (mixed, later))
    _write_ledgers(out, plan, night_index)
    name = plan.night_date(night_index).isoformat()
    write_captures(out, name, captures)
    write_truth(out, plan.documents, plan.campaigns, plan.story)


def make_file(document: Document, faces: Faces) -> Captured:
    """One file, in a worker process."""
    cv2.setNumThreads(1)
    return capture(document, faces)


def _shown(documents: Iterable[Document]) -> Iterator[int]:
    """Face seeds of all that a picture shows: holders, and strangers laid over them."""
    for document in documents:
        yield document.person.face_seed
        if document.copy_of is not None:
            yield document.copy_of.person.face_seed
        if document.forgery is not None and document.forgery.attack in SHOW_A_STRANGER:
            yield stranger(np.random.default_rng(document.forgery.seed))[0]


def _successors(accounts: Sequence[Account]) -> dict[str, str]:
    """The account that each closed one was merged into: the next that the same person opened."""
    by_person: dict[str, list[Account]] = {}
    for account in sorted(accounts, key=lambda each: each.opened_at):
        by_person.setdefault(account.person_id, []).append(account)
    pairs = (pair for same in by_person.values() for pair in pairwise(same))
    return {first.account_id: second.account_id for first, second in pairs}


def _files(
    made: Iterator[Captured],
    documents: Sequence[Document],
    captures: list[tuple[Document, Captured]],
    progress: Progress | None,
) -> Iterator[tuple[Document, bytes]]:
    """The documents' files in their order; what else the capture knows is put into `captures`."""
    for done, (document, captured) in enumerate(zip(documents, made, strict=True), start=1):
        captures.append((document, captured))
        if progress is not None:
            progress(done, len(documents))
        yield document, captured.data


def _made(documents: Sequence[Document], faces: Faces, workers: int) -> Iterator[Captured]:
    """Captures in order; worker processes are spawned, since a driver beside a JVM must not be forked."""
    if workers <= 1:
        yield from map(make_file, documents, repeat(faces))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(make_file, documents, repeat(faces), chunksize=CHUNK)


def _write_manifests(out: Path, plan: LakePlan, night: int, rows: tuple[list[Row], list[Row]]) -> None:
    """The first night's manifest as CSV, later ones in two parts, Parquet and JSON lines; repeats come last."""
    (first, repeats), stem = rows, out / "manifests" / plan.night_date(night).isoformat()
    if night == 0:
        write_table(stem.with_suffix(".csv"), first + repeats)
        return
    repeated = {row["doc_id"] for row in repeats}
    ahead = [row for row in first if row["doc_id"] in repeated]
    rest = [row for row in first if row["doc_id"] not in repeated]
    half = len(rest) // 2
    write_table(stem.with_suffix(".jsonl"), rest[:half])
    write_table(stem.with_suffix(".parquet"), rest[half:] + ahead + repeats)


def _write_ledgers(out: Path, plan: LakePlan, night: int) -> None:
    """Accounts, signals, transactions, labels and totals that became known on this night."""
    rng = stream(plan.seed, f"ledgers {night}")
    accounts = [account for account in plan.accounts if account.night == night]
    last = night == plan.calendar.nights - 1
    end = plan.calendar.span(night)[1]
    start = plan.calendar.span(night - 1)[1] if night else end
    tables = {
        "accounts": _account_rows(plan, night, rng),
        "account_signals": [row for account in accounts for row in signal_rows(account, rng)],
        "transactions": [row for at, row in plan.transactions if (not night or at >= start) and (last or at < end)],
        "labels": label_rows(plan.of_night(night), plan.story, last, rng),
        "control_totals": _total_rows(plan, night),
    }
    name = plan.night_date(night).isoformat() + (".parquet" if night else ".csv")
    for folder, rows in tables.items():
        write_table(out / folder / name, rows)


def _account_rows(plan: LakePlan, night: int, rng: np.random.Generator) -> list[Row]:
    accounts = [account for account in plan.accounts if account.night == night]
    return [account_row(account, plan.successors.get(account.account_id), rng) for account in accounts]


def _total_rows(plan: LakePlan, night: int) -> list[Row]:
    """What the system of record counts by this night: from the plan, never from a manifest."""
    come = [[*plan.of_night(each), *plan.strays(each)] for each in range(night + 1)]
    ledgers = [_account_rows(plan, each, stream(plan.seed, f"ledgers {each}")) for each in range(night + 1)]
    entities = {row["account_id"]: row["legal_entity"] for rows in ledgers for row in rows}
    counted_at = midnight(plan.night_date(night)) + timedelta(hours=3)
    return total_rows([document for each in come for document in each], come[-1], entities, counted_at)
