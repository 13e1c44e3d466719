"""The scorer: observations of documents in, evidence, risk and reasons out; the second worker entry."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from conf.settings import ScoreSettings
from schemas.words import EVIDENCE_FAMILIES
from udfs.judging.abstaining import abstention
from udfs.judging.cells import given, mappings, numbers_by_name, text
from udfs.judging.fusion import MOST, campaign_log_odds, heeded, own_log_odds, risk_log_odds, standing_of
from udfs.judging.heads import contradiction_signals, head_log_odds, signal_matrix
from udfs.judging.log_odds import sigmoid
from udfs.judging.scorer_file import Scorer, read_scorer
from udfs.judging.segments import segment_of, threshold_of
from udfs.judging.sentences import Judged, sentences

INPUTS = (
    "doc_type", "card_found", "card_width", "format", "jpeg_quality", "lines", "signals", "odd_zone", "contradictions",
    "campaign", "verdict", "verdict_on", "campaign_verdict", "campaign_verdict_on",
)  # fmt: skip
OUTPUTS = ("risk", *EVIDENCE_FAMILIES, "campaign_id", "abstained", "reasons", "risk_basis", "scorer")


def shipped_scorer() -> Path:
    """The folder of the scorer that comes with the package."""
    return Path(__file__).parent / "nets" / "weights" / "scorer"


@lru_cache(maxsize=4)
def open_scorer(folder: Path) -> Scorer:
    """The scorer of a folder, digest verified; a worker process opens it once and keeps it."""
    return read_scorer(folder)


def score_batches(scorer: Scorer, batches: Iterable[pd.DataFrame], settings: ScoreSettings) -> Iterator[pd.DataFrame]:
    """Judgements of each batch, in order; see `score_frame`."""
    return (score_frame(scorer, batch, settings) for batch in batches)


def score_frame(scorer: Scorer, frame: pd.DataFrame, settings: ScoreSettings) -> pd.DataFrame:
    """Evidence per family, risk and reasons of documents; a row's answer depends on that row alone.

    Args:
        scorer: the heads.
        frame: columns INPUTS: `signals` a mapping of forensic signals; `odd_zone` the name of a place that stands out
            from its design's other cards, or None; `contradictions` a list of mappings with
            kind, confidence, shown, others, fields and places; `campaign` a mapping with Standing's names, or None.
        settings: the assumed prevalence.

    Returns:
        Columns OUTPUTS on the same index; evidence at even odds, null where a family abstained.
    """
    rows: list[dict[str, Any]] = [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
    evidence = _evidence(scorer, rows)
    judged = [_judge(scorer, row, evidence[place], settings) for place, row in enumerate(rows)]
    return pd.DataFrame(judged, columns=list(OUTPUTS), index=frame.index)


def score_observation(
    scorer: Scorer,
    observation: Mapping[str, Any],
    *,
    contradictions: Sequence[Mapping[str, object]] = (),
    doc_type: str | None = None,
    settings: ScoreSettings | None = None,
) -> dict[str, Any]:
    """The judgement of one loose image, outside any campaign: OUTPUTS by name.

    Args:
        scorer: the heads.
        observation: parts by name, each a mapping as the table observations declares it, or None.
        contradictions: mappings with kind, confidence, fields and places; rarity unknown.
        doc_type: declared type, if any.
        settings: the assumed prevalence; the defaults where None.
    """
    file, card, reading, forensics = (observation.get(part) or {} for part in ("file", "card", "reading", "forensics"))
    row = dict.fromkeys(INPUTS) | {
        "doc_type": doc_type,
        "card_found": card.get("found"),
        "card_width": card.get("width_px"),
        "format": file.get("format"),
        "jpeg_quality": file.get("jpeg_quality"),
        "lines": reading.get("lines"),
        "signals": forensics.get("signals"),
        "contradictions": list(contradictions),
    }
    judged = score_frame(scorer, pd.DataFrame([row], columns=list(INPUTS), dtype=object), settings or ScoreSettings())
    return {str(name): value if isinstance(value, list) else given(value) for name, value in judged.iloc[0].items()}


def _evidence(scorer: Scorer, rows: Sequence[dict[str, Any]]) -> list[dict[str, float | str]]:
    """Per row and family: calibrated log-odds at even odds, cut where fusion heeds no more, or why it abstains."""
    signals: list[dict[str, float | None]] = [
        {**numbers_by_name(row["signals"]), **contradiction_signals(mappings(row["contradictions"]))} for row in rows
    ]
    segments = [segment_of(row) for row in rows]
    found: list[dict[str, float | str]] = [{} for _ in rows]
    for family in EVIDENCE_FAMILIES:
        head = scorer.heads[family]
        values = head_log_odds(head, signal_matrix(head.signals, signals)) if head.signals else [np.nan] * len(rows)
        thresholds = scorer.bona_fide.get(family, {})
        for place, row in enumerate(rows):
            common = threshold_of(thresholds, segments[place])
            silent = abstention(family, row, scorer.physical_width)
            found[place][family] = silent or _or_silent(float(values[place]), common)
    return found


def _or_silent(value: float, common: float | None) -> float | str:
    """Log-odds as far as fusion heeds them, or why there are none: what bona fide documents show too is no evidence."""
    if np.isnan(value):
        return "no_signals"
    if common is not None and 0 < value <= common:
        return "as_bona_fide"
    return min(max(value, -MOST), MOST)


def _judge(
    scorer: Scorer, row: Mapping[str, Any], evidence: Mapping[str, float | str], settings: ScoreSettings
) -> dict[str, Any]:
    seen = {family: value for family, value in evidence.items() if isinstance(value, float)}
    silent = {family: value for family, value in evidence.items() if isinstance(value, str)}
    verdict, campaign_verdict = text(row["verdict"]), text(row["campaign_verdict"])
    standing = heeded(standing_of(row["campaign"]), verdict, campaign_verdict)
    bonus = campaign_log_odds(standing)
    risk = risk_log_odds(settings.prevalence, (own_log_odds(scorer.fusion, seen), bonus), verdict)
    told = Judged(
        doc_type=text(row["doc_type"]),
        seen=seen,
        silent=silent,
        odd_zone=text(row["odd_zone"]),
        contradictions=mappings(row["contradictions"]),
        standing=standing,
        bonus=bonus,
        verdict=(verdict, text(row["verdict_on"])),
        campaign_verdict=(campaign_verdict, text(row["campaign_verdict_on"])),
    )
    return {
        "risk": sigmoid(risk),
        **{family: sigmoid(seen[family]) if family in seen else None for family in EVIDENCE_FAMILIES},
        "campaign_id": standing.campaign_id if standing is not None and bonus > 0 else None,
        "abstained": sorted(silent),
        "reasons": sentences(told),
        "risk_basis": f"{scorer.basis}, prevalence assumed {100 * settings.prevalence:g} %",
        "scorer": scorer.fingerprint,
    }
