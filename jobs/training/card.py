"""A model card whose every figure comes from an evaluation."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from jobs.evaluation.measures import Measure

HELD_OUT = "Figures on specimens of issuers held out of training (`conf/held_out.yaml`)"


def write_card(
    folder: Path,
    name: str,
    *,
    figures: Sequence[Measure],
    facts: Mapping[str, str],
    limits: Sequence[str],
    judged_on: str = HELD_OUT,
) -> Path:
    """Write `<name>.md` beside the weights."""
    path = folder / f"{name}.md"
    text = card_text(name, figures=figures, facts=facts, limits=limits, judged_on=judged_on)
    path.write_text(text, encoding="utf-8")
    return path


def card_text(
    name: str,
    *,
    figures: Sequence[Measure],
    facts: Mapping[str, str],
    limits: Sequence[str],
    judged_on: str = HELD_OUT,
) -> str:
    """The card in Markdown: how it was made, how it did on what it never saw, what is not claimed."""
    lines = [f"# Model card: {name}", ""]
    lines += [f"- {key}: {value}" for key, value in facts.items()]
    lines += [
        "",
        f"{judged_on}; brackets are 95 % intervals.",
        "",
        "| measure | segment | ours | n | baselines |",
        "|---|---|---|---|---|",
    ]
    lines += [_row(figure) for figure in figures]
    lines += ["", "Not claimed:", ""]
    lines += [f"- {limit}" for limit in limits]
    return "\n".join(lines) + "\n"


def _row(figure: Measure) -> str:
    """One figure as a table row."""
    span = f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"
    others = ", ".join(f"{name} {value:.3f}" for name, value in sorted(figure.baselines.items())) or "none"
    return f"| {figure.measure} | {figure.segment} | {span} | {figure.n} | {others} |"
