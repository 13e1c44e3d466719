"""Is what is read right, and do contradictions accuse forgeries alone, on designs that no net has seen?"""

import logging
import math
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from conf.settings import ContradictionSettings
from jobs.evaluation.crew import answered
from jobs.evaluation.field_truth import FieldSeen
from jobs.evaluation.held_out import held_out_designs
from jobs.evaluation.holders import families
from jobs.evaluation.measures import EvaluationSettings, Measure, Told, share, silent
from jobs.evaluation.scorer_material import task_of
from jobs.evaluation.submissions import CAPTURES, Answer, Asked, BonaFide, observe

LOG = logging.getLogger(__name__)

PARTS = ("file", "quality", "card", "reading")  # what contradictions are made from
GOOD_OVERLAP = 0.9  # intersection over union from which corners count as found
WIDE = "1000+"
DATA = ("declared", "vendor")  # edits that no picture shows

Segments = Mapping[str, str]


def evaluate(settings: EvaluationSettings) -> list[Measure]:
    """False contradictions, abstentions, edits found, MRZ lines and corners, over as many genuine files as samples."""
    sides = families(held_out_designs())
    with tempfile.TemporaryDirectory(prefix="lookback-evaluate-") as work:
        task = task_of(settings.folder, Path(work), PARTS)
        asked = Asked(sides, task, settings.seed)
        return figures(list(observed(asked, settings.samples, settings.tell)))


def observed(asked: Asked, samples: int, tell: Told = silent) -> Iterator[Answer]:
    """Answers of holders, documents in turn, until about so many genuine files were seen; in order, by two processes.

    Args:
        asked: which documents, how they are looked at, and the seed of every draw.
        samples: genuine files.
        tell: hears how far it is.
    """
    per_turn = CAPTURES * sum(map(len, asked.sides))
    holders = math.ceil(samples * len(asked.sides) / per_turn)
    began, spent = time.monotonic(), Counter[str]()
    for answer in answered(partial(observe, asked), holders, "holders", tell):
        spent.update(answer.seconds)
        yield answer
    stages = ", ".join(f"{stage} {seconds:.0f}" for stage, seconds in sorted(spent.items()))
    LOG.info("%d holders in %.0f s; seconds by stage: %s", holders, time.monotonic() - began, stages)


def figures(answers: Sequence[Answer]) -> list[Measure]:
    """Every figure over what was observed; segments without a document are left out."""
    documents = [document for answer in answers for document in answer.documents]
    edits = [edit for answer in answers for edit in answer.edits]
    pictured = [edit for edit in edits if edit.kind not in DATA]
    measures = [
        *_told("false_contradiction", [(bool(document.accused), document.segments) for document in documents]),
        *_accusations(documents),
        *_field_figures(documents),
        *_told("edited_field_recall", [(edit.found, edit.segments) for edit in pictured]),
        *_parts("edited_field_recall", [(edit.found, {"field": edit.field}) for edit in pictured]),
        *_parts("edited_field_recall", [(edit.found, {"edit": edit.kind}) for edit in edits]),
        *_mrz_figures(documents),
        *_told(
            "corners_iou90",
            [(document.overlap > GOOD_OVERLAP, document.segments) for document in documents],
            [document.contour > GOOD_OVERLAP for document in documents],
        ),
    ]
    return [measure for measure in measures if measure.n > 0]


def _accusations(documents: Sequence[BonaFide]) -> list[Measure]:
    """False contradictions by kind, those that were made at all."""
    kinds = sorted({kind for document in documents for kind in document.accused})
    return [
        share("false_contradiction", [kind in document.accused for document in documents], segment=f"kind={kind}")
        for kind in kinds
    ]


def _field_figures(documents: Sequence[BonaFide]) -> list[Measure]:
    """Printed fields not read surely enough to count; those read so that say something else; and both together."""
    least = ContradictionSettings().min_confidence
    rows = [(field, document.segments) for document in documents for field in document.fields]
    kinds: dict[str, Callable[[FieldSeen], bool]] = {
        "field_abstention": lambda field: field.sure < least,
        "field_error": lambda field: field.sure >= least and field.wrong,
        "field_abstention_or_error": lambda field: field.sure < least or field.wrong,
    }
    measures = []
    for name, is_so in kinds.items():
        told = [(is_so(field), {**segments, "source": field.source}) for field, segments in rows]
        named = [(is_so(field), {"field": f"{field.source}/{field.name}"}) for field, _ in rows]
        measures += [*_told(name, told), *_parts(name, named)]
    return measures


def _mrz_figures(documents: Sequence[BonaFide]) -> list[Measure]:
    """Lines of the MRZ read exactly, on wide cards and on all, beside the recogniser's bare lines."""
    rows = [(line, document.segments) for document in documents for line in document.mrz_lines]
    wide = [(line, segments) for line, segments in rows if segments["card_width"] == WIDE]
    measures = []
    for name, kept in (("mrz_line_exact", wide), ("mrz_line_exact_any_width", rows)):
        bare = [line[1] for line, _ in kept]
        measures += _told(name, [(line[0], segments) for line, segments in kept], bare, "recogniser_alone")
    return measures


def _told(
    name: str,
    rows: Sequence[tuple[bool, Segments]],
    plain: Sequence[bool] = (),
    method: str = "contour",
) -> list[Measure]:
    """A share of all, beside another method's on the same, then of each segment."""
    hits = [hit for hit, _ in rows]
    baselines = {method: sum(plain) / len(plain)} if len(plain) else None
    return [share(name, hits, baselines=baselines), *_parts(name, rows)]


def _parts(name: str, rows: Sequence[tuple[bool, Segments]]) -> list[Measure]:
    """A share of each segment."""
    groups: dict[str, list[bool]] = {}
    for hit, segments in rows:
        for kind, value in segments.items():
            groups.setdefault(f"{kind}={value}", []).append(hit)
    return [share(name, hits, segment=segment) for segment, hits in sorted(groups.items())]
