"""What the champion scorer says of a lake's labelled documents, beside the labels."""

from collections.abc import Sequence
from pathlib import Path

from conf.errors import BadLake, BadModel
from conf.settings import Settings
from jobs.evaluation.measures import Measure
from jobs.feed import Feed, Row
from jobs.learning.examples import LAKE, examples_of, is_kept_back
from jobs.learning.judging import SEGMENT, judge
from jobs.lease import Lease
from jobs.publishing.releases import publications
from jobs.session import open_session
from jobs.tables import Tables
from udfs.judging.scorer_file import Scorer, read_scorer

# The questions that labels of documents answer, each with the families that it asks about; "forged": any of them.
FAMILIES = {
    "tampering": ("tampered",),
    "physical": ("physical",),
    "generated": ("generated",),
    "scorer": ("forged", "tampered", "physical", "generated", "inconsistent"),
}
EVERY_LABEL = "labelled, weighted"


def refuse_unanswered(name: str, *, drawn: bool) -> None:
    """Refuse a question that labels do not answer, and what has to do with drawing.

    Raises:
        BadModel: it is one, or `drawn` is set.
    """
    if name not in FAMILIES:
        raise BadModel(
            f"labels of documents do not answer {name!r}: they say what is forged, not what is printed on it or whose "
            f"face it shows. From a lake: {', '.join(FAMILIES)}; else leave out --from lake"
        )
    if drawn:
        raise BadModel("--samples and --pictures are of drawn specimens: leave them out with --from lake")


def evaluate(name: str, feed: Feed, known: Path, seed: int) -> list[Measure]:
    """Figures of one question on the labels of a training set, each document weighed by those that it stands for.

    A scorer that learned from labels of a lake is judged on what it kept back.

    Args:
        name: of the question.
        feed: the training set.
        known: folder of the scorer.
        seed: of the intervals.

    Raises:
        BadLake: there are too few labels to judge by.
    """
    scorer = read_scorer(known)
    rows, segment = _rows(scorer, feed)
    figures = judge(scorer, examples_of(rows), seed, segment)
    asked = [figure for figure in figures if figure.measure.split("_")[0] in FAMILIES[name]]
    if not asked:
        raise BadLake(
            f"no figure: of {len(rows)} labelled documents none is forged as asked, or none is bona fide. A label "
            "names how in its column family (tampered, physical, generated, inconsistent)"
        )
    return asked


def store(settings: Settings, name: str, feed: Feed, figures: Sequence[Measure], *, fingerprint: str) -> None:
    """Append figures to `metrics` under the release that was judged, once for each scorer and set of labels.

    What is released stays as it is; the next release shows them.

    Args:
        settings: of the lake.
        name: of the question.
        feed: the training set that answered it.
        figures: the answers.
        fingerprint: of the scorer that was judged.
    """
    with Lease(settings.tables, f"evaluate {name}", settings.how.lease) as lease:
        tables = Tables(open_session(settings), settings.tables, lease=lease)
        night = next(row.night for row in publications(tables) if row.run_id == feed.release)
        rows = [
            {
                "measure": figure.measure,
                "segment": f"{figure.segment}, scorer {fingerprint}",
                "value": figure.value,
                "measured": None,
                "n": figure.n,
                "run_id": feed.release,
                "night": night,
            }
            for figure in figures
        ]
        frame = tables.spark.createDataFrame(rows, tables.type_of("metrics")).coalesce(1)
        tables.append("metrics", frame, f"{feed.release}/evaluate/{name}/{fingerprint}/{feed.digest[:12]}")


def _rows(scorer: Scorer, feed: Feed) -> tuple[list[Row], str]:
    """Rows that the scorer did not learn from, and what they are."""
    if scorer.basis == LAKE:
        return [row for row in feed.rows if is_kept_back(row)], SEGMENT
    return list(feed.rows), EVERY_LABEL
