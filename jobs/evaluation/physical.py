"""Are prints, screens and altered cards told from cards, with devices and by species that no net was trained on?"""

from collections.abc import Sequence

from jobs.evaluation.error_rates import one_figure, told
from jobs.evaluation.judged import Judged, Plan, judged_pairs, unseen
from jobs.evaluation.measures import EvaluationSettings, Measure, Statistic, equal_error, hit_at

PLAN = Plan("physical", ("as sent", "messenger"), unseen_device=True)
BONA_FIDE_ERRORS = {"bpcer01": 0.01, "bpcer05": 0.05, "bpcer10": 0.1}


def evaluate(settings: EvaluationSettings) -> list[Measure]:
    """Equal error of unseen devices and of unseen species; APCER of each species and the worst; the rest."""
    rows, seed = judged_pairs(settings, PLAN), settings.seed
    sent = [row for row in rows if row.segments["chain"] == "as sent"]
    trained = [row for row in sent if row.segments["attacks"] == "trained"]
    figures = one_figure("physical_eer_device", equal_error, trained, seed)
    figures += one_figure("physical_eer_species", equal_error, unseen(rows, "as sent"), seed)
    for name, errors in BONA_FIDE_ERRORS.items():
        figures += _apcer(f"physical_apcer_{name}", sent, errors, seed)
    return figures + told("physical", rows, settings)


def _apcer(name: str, rows: Sequence[Judged], errors: float, seed: int) -> list[Measure]:
    """Share of each species that passes at a rate of genuine cards refused (ISO/IEC 30107-3); `all` is the worst's."""
    by_species = []
    for species in sorted({row.segments["attack"] for row in rows}):
        part = [row for row in rows if row.segments["attack"] == species]
        by_species += one_figure(name, missed_at(errors), part, seed, f"species={species}", against=rows)
    told = [figure for figure in by_species if "," not in figure.segment]
    if not told:
        return by_species
    worst = max(told, key=lambda figure: figure.value)
    return [Measure(name, "all", worst.value, worst.low, worst.high, worst.n, worst.baselines), *by_species]


def missed_at(alarms: float) -> Statistic:
    """Share of forgeries that pass at the threshold that refuses so many twins."""
    found = hit_at(alarms)
    return lambda forged, genuine: 1 - found(forged, genuine)
