"""What a step tells at its end: how fast it looked, where the workers' seconds went, where every manifest row is."""

from jobs.run import Run

PLACES = ("scored", "rejected", "duplicate", "erased", "pending")


def told(run: Run, seconds: float) -> str:
    """One line: the step's own figures, those of this process alone where an earlier one had begun."""
    line = f"{run.run_id} {run.step.name} done in {seconds:.1f} s"
    match run.step.name:
        case "inspect":
            return f"{line}: {_pace(run.contents or 0, seconds)}{_stages(run.stages)}"
        case "monitor":
            return f"{line}: {_coverage(run)}"
        case _:
            return line


def _pace(contents: int, seconds: float) -> str:
    return f"{contents:,} contents inspected, {contents / max(seconds, 0.1):.2f} a second"


def _stages(stages: dict[str, float]) -> str:
    """Worker seconds by stage, the largest first."""
    largest = sorted(stages.items(), key=lambda stage: (-stage[1], stage[0]))
    return "; worker seconds: " + ", ".join(f"{name} {spent:.1f}" for name, spent in largest) if stages else ""


def _coverage(run: Run) -> str:
    """The equation that the night is released by."""
    nights = run.tables.read("coverage").where("detector = 'manifest'").collect()
    counts = next(night for night in nights if night["run_id"] == run.run_id)
    placed = " + ".join(f"{counts[place]:,} {place}" for place in PLACES)
    return f"coverage: {counts['manifest_rows']:,} manifest rows = {placed}"
