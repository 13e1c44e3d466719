"""Loose images, looked at without Spark: one answer a file, in the shape of `lookback look --json`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from conf.settings import ContradictionSettings, ScoreSettings
from schemas.words import EVIDENCE_FAMILIES
from udfs.inspector import inspect_batches
from udfs.judging.contradictions import find_contradictions
from udfs.judging.scorer_file import Scorer
from udfs.judging.submission import ReadDocument, ReadField, Submission
from udfs.scorer import score_observation
from udfs.task import InspectTask

Row = Mapping[str, Any]
INPUT = pa.schema([("sha256", pa.string()), ("uri", pa.string())])
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif")
# A visual field is what a person sees; MRZ and barcode stand in where it was not read.
SOURCES = ("visual", "mrz", "barcode")


@dataclass(frozen=True)
class Judge:
    """What turns observations into risk: a scorer and the settings it is asked with."""

    scorer: Scorer
    settings: ScoreSettings = field(default_factory=ScoreSettings)

    def contradictions(self, row: Row) -> list[dict[str, object]]:
        """Contradictions inside one image."""
        found = find_contradictions(Submission((read_document(row),)), self._bounds)
        return [
            {"kind": c.kind, "fields": list(c.fields), "detail": c.detail, "confidence": c.confidence} for c in found
        ]

    def score(self, row: Row, contradictions: Sequence[Mapping[str, object]]) -> Mapping[str, Any]:
        """Evidence, risk and reasons of one image outside any campaign."""
        return score_observation(self.scorer, row, contradictions=contradictions, settings=self.settings)

    @property
    def _bounds(self) -> ContradictionSettings:
        return self.settings.contradictions


def files_in(places: Iterable[Path]) -> list[Path]:
    """The files given, and the pictures below the folders given, sorted within each."""
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            found.extend(sorted(path for path in place.rglob("*") if path.suffix.lower() in SUFFIXES))
        else:
            found.append(place)
    return found


def observe(files: Iterable[Path], task: InspectTask) -> Iterator[tuple[Path, Row]]:
    """Each file with its row of `ANSWER_DDL` as plain Python, in order; a person who names a file may read it."""
    paths = list(files)
    anywhere = task.model_copy(update={"lake": "/", "roots": ()})
    rows = [{"sha256": None, "uri": str(path.absolute())} for path in paths]
    answered = inspect_batches(anywhere)(iter([pa.RecordBatch.from_pylist(rows, INPUT)]))
    plain = (row for batch in answered for row in batch.to_pylist(maps_as_pydicts="strict"))
    return zip(paths, plain, strict=True)


def look_at(files: Iterable[Path], task: InspectTask, judge: Judge | None = None) -> Iterator[dict[str, object]]:
    """One answer a file with the fixed keys of `look --json`; without a judge what is an opinion stays null."""
    for path, row in observe(files, task):
        yield look_line(path, row, judge)


def look_line(path: Path, row: Row, judge: Judge | None) -> dict[str, object]:
    """The answer of one file."""
    line: dict[str, object] = {
        "file": str(path), "sha256": row["sha256"], "status": row["status"], "reason": row["reason"],
    }  # fmt: skip
    if row["status"] != "seen":
        return line | {"detail": row["detail"]}
    forensics = row["forensics"] or {}
    contradictions = judge.contradictions(row) if judge is not None else []
    return line | {
        "quality": row["quality"] or {},
        "file_facts": row["file"] or {},
        "card": _card(row["card"]),
        "fields": _fields(row["fields"]),
        "mrz": _mrz(row),
        "contradictions": contradictions,
        "tampered_boxes": forensics.get("boxes") or [],
        "skipped": row["skipped"],
        **_opinion(row, contradictions, judge),
    }


def _opinion(row: Row, contradictions: Sequence[Mapping[str, object]], judge: Judge | None) -> dict[str, object]:
    scored = judge.score(row, contradictions) if judge is not None else {}
    return {
        "evidence": {family: scored.get(family) for family in EVIDENCE_FAMILIES},
        "risk": scored.get("risk"),
        "abstained": scored.get("abstained", list(EVIDENCE_FAMILIES)),
        "reasons": scored.get("reasons", []),
    }


def _card(card: Row | None) -> dict[str, object]:
    if card is None:
        return {}
    flat = card["corners"]
    return {
        "corners": [[flat[at], flat[at + 1]] for at in range(0, len(flat), 2)],
        "width_px": card["width_px"],
        "design": None,
        "found": card["found"],
        "confidence": card["confidence"],
    }


def _fields(fields: Sequence[Row]) -> dict[str, object]:
    """The best reading of each typed field: of the first source that has a value."""
    best: dict[str, object] = {}
    for source in SOURCES:
        for read in fields:
            known = read["source"] == source and read["value"] and not read["name"].startswith("mrz_line")
            if known and read["name"] not in best:
                best[read["name"]] = {key: read[key] for key in ("value", "confidence", "source", "box")}
    return dict(sorted(best.items()))


def _mrz(row: Row) -> dict[str, object]:
    reading = row["reading"] or {}
    if not reading.get("mrz_format"):
        return {}
    lines = {read["name"]: read["value"] for read in row["fields"] if read["name"].startswith("mrz_line")}
    return {
        "format": reading["mrz_format"],
        "lines": [lines[name] for name in sorted(lines)],
        "checks": reading["checks"],
    }


def read_document(row: Row) -> ReadDocument:
    """What was read on one image, as the judging of a submission takes it."""
    readings = tuple(
        ReadField(f["name"], f["source"], f["value"], f["raw"] or f["value"] or "", f["confidence"])
        for f in row["fields"]
    )
    checks = (row["reading"] or {}).get("checks") or {}
    return ReadDocument(doc_id="image", side=None, doc_type=None, fields=readings, mrz_checks=checks)
