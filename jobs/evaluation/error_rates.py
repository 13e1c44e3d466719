"""Error rates of one evidence family over forgeries and their twins, with and without abstentions, beside baselines."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from jobs.evaluation.file_judge import BASELINES, OURS
from jobs.evaluation.judged import Judged, Seen
from jobs.evaluation.measures import (
    EvaluationSettings,
    Measure,
    Statistic,
    auc,
    equal_error,
    hit_at,
    resampled,
    share,
)
from jobs.evaluation.pictures import draw_curves

METHODS = (OURS, *BASELINES)
FALSE_ALARMS = {"fpr10": 0.1, "fpr01": 0.01, "fpr001": 0.001}
AS_ERRORS = "abstentions as errors"
GROUPS = ("issuer", "tongue", "sex", "age")
GAP_AT = 0.05  # false alarms that a gap between groups is looked for at
BINS = 10

Doubles = npt.NDArray[np.float64]


def one_figure(
    name: str,
    statistic: Statistic,
    rows: Sequence[Judged],
    seed: int,
    segment: str = "all",
    *,
    against: Sequence[Judged] | None = None,
) -> list[Measure]:
    """A two-sample statistic beside every baseline; then with every abstention an error; nothing without rows.

    Args:
        name: of the measure.
        statistic: of forgeries' scores and of twins'.
        rows: pairs whose forgeries are judged.
        seed: of the bootstrap.
        segment: what the rows have in common.
        against: pairs whose twins are judged; those of `rows` where none are given.
    """
    sides = _sides(rows)[0], _sides(rows if against is None else against)[1]
    forged, genuine = ([seen for seen in side if not seen.abstained] for side in sides)
    figures = []
    if forged and genuine:
        values = {method: statistic(_scores(forged, method), _scores(genuine, method)) for method in METHODS}
        low, high = resampled(statistic, _scores(forged, OURS), _scores(genuine, OURS), seed)
        figures.append(Measure(name, segment, values.pop(OURS), low, high, len(forged), values))
    if all(sides):
        both = _with_errors(*sides)
        low, high = resampled(statistic, *both, seed)
        named = AS_ERRORS if segment == "all" else f"{segment}, {AS_ERRORS}"
        figures.append(Measure(name, named, statistic(*both), low, high, len(both[0])))
    return figures


def curve(family: str, rows: Sequence[Judged], seed: int, segment: str) -> list[Measure]:
    """AUC, equal error, and hit rates at false alarms of 10, 1 and .1 % in one segment."""
    asked: dict[str, Statistic] = {"auc": auc, "eer": equal_error}
    asked |= {f"tpr_{name}": hit_at(alarms) for name, alarms in FALSE_ALARMS.items()}
    figures = [one_figure(f"{family}_{name}", asked[name], rows, seed, segment) for name in asked]
    return [figure for both in figures for figure in both]


def curves(rows: Sequence[Judged]) -> dict[str, tuple[Doubles, Doubles]]:
    """Our scores of forgeries and of twins after each chain, by held-out and by trained attacks."""
    groups: dict[str, list[Judged]] = {}
    for row in rows:
        groups.setdefault(f"{row.segments['attacks']} attacks, {row.segments['chain']}", []).append(row)
    scores = {name: _judged_scores(part) for name, part in groups.items()}
    return {name: both for name, both in scores.items() if len(both[0]) and len(both[1])}


def _judged_scores(rows: Sequence[Judged]) -> tuple[Doubles, Doubles]:
    """Our scores of forgeries and of twins, abstentions left out."""
    forged, genuine = ([seen for seen in side if not seen.abstained] for side in _sides(rows))
    return _scores(forged, OURS), _scores(genuine, OURS)


def told(family: str, rows: Sequence[Judged], settings: EvaluationSettings) -> list[Measure]:
    """The curve after every chain for held-out and trained attacks; AUC by attack, by channel; abstention; gaps.

    The curves are drawn where pictures are asked for.
    """
    if not rows:
        return []
    if settings.pictures is not None:
        draw_curves(settings.pictures / f"{family}-curves.png", f"{family}, held-out designs", curves(rows))
    seed, figures = settings.seed, list[Measure]()
    for chain in sorted({row.segments["chain"] for row in rows}):
        for attacks in ("unseen", "trained"):
            part = [row for row in rows if row.segments["chain"] == chain and row.segments["attacks"] == attacks]
            figures += curve(family, part, seed, f"attacks={attacks}, chain={chain}")
            figures += _calibration_error(family, part, seed, f"attacks={attacks}, chain={chain}")
    first = [row for row in rows if row.segments["chain"] == rows[0].segments["chain"]]
    for kind in ("attack", "channel"):
        for value in sorted({row.segments[kind] for row in first}):
            part = [row for row in first if row.segments[kind] == value]
            figures += one_figure(f"{family}_auc", auc, part, seed, f"{kind}={value}")
    files = [seen for row in first for seen in (row.forged, row.genuine)]
    figures.append(share(f"{family}_abstention", [seen.abstained for seen in files]))
    return figures + _gaps(family, first)


def _gaps(family: str, rows: Sequence[Judged]) -> list[Measure]:
    """False alarms on genuine documents by issuer, tongue, sex and age, at the threshold that 5 % of all pass."""
    judged = [row for row in rows if not row.genuine.abstained]
    if not judged:
        return []
    scores = _scores(_sides(judged)[1], OURS)
    alarmed = scores > np.quantile(scores, 1 - GAP_AT, method="higher")
    figures = []
    for kind in GROUPS:
        for value in sorted({row.segments[kind] for row in judged}):
            hits = [bool(alarm) for alarm, row in zip(alarmed, judged, strict=True) if row.segments[kind] == value]
            figures.append(share(f"{family}_false_alarm", hits, segment=f"{kind}={value}"))
    return figures


def _calibration_error(family: str, rows: Sequence[Judged], seed: int, segment: str) -> list[Measure]:
    """Expected calibration error of the head at even odds, ten bins; the interval is a bootstrap over files."""
    forged, genuine = _judged_scores(rows)
    if not len(forged) or not len(genuine):
        return []
    low, high = resampled(_expected_error, forged, genuine, seed)
    value = _expected_error(forged, genuine)
    return [Measure(f"{family}_calibration_error", segment, value, low, high, len(forged))]


def _expected_error(forged: npt.NDArray[np.floating], genuine: npt.NDArray[np.floating]) -> float:
    stated = 1 / (1 + np.exp(-np.concatenate([forged, genuine])))
    truth = np.concatenate([np.ones(len(forged)), np.zeros(len(genuine))])
    place = np.minimum((stated * BINS).astype(int), BINS - 1)
    parts = [(place == index) for index in range(BINS)]
    return float(sum(abs(stated[part].sum() - truth[part].sum()) for part in parts if part.any()) / len(truth))


def _scores(files: Sequence[Seen], method: str) -> Doubles:
    """Scores [n] of files by one method."""
    return np.array([seen.scores[method] for seen in files])


def _with_errors(forged: Sequence[Seen], genuine: Sequence[Seen]) -> tuple[Doubles, Doubles]:
    """Our scores, an abstention the worst of them: the forgery passes, the twin is accused."""
    passed, accused = _scores(forged, OURS), _scores(genuine, OURS)
    least = min(passed.min(), accused.min()) - 1
    most = max(passed.max(), accused.max()) + 1
    return (
        np.where([seen.abstained for seen in forged], least, passed),
        np.where([seen.abstained for seen in genuine], most, accused),
    )


def _sides(rows: Sequence[Judged]) -> tuple[list[Seen], list[Seen]]:
    return [row.forged for row in rows], [row.genuine for row in rows]
