"""The one place that says what each step of a night reads and writes."""

from dataclasses import dataclass

FACTS = ("accounts", "account_signals", "transactions", "labels", "control_totals")


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        name: a verb.
        does: what it does, for people.
        reads: tables read with this night's rows; each makes an edge.
        before: tables read as of the parent release; they make no edge.
        writes: tables written.
    """

    name: str
    does: str
    reads: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


PIPELINE = (
    Step(
        "ingest",
        "checks manifests and input facts, gives documents their identity",
        before=("documents",),
        writes=("documents", *FACTS, "rejected"),
    ),
    Step(
        "inspect",
        "looks at each new content once: one fetch, one decode, every part",
        reads=("documents", "account_signals", "rejected"),
        before=("observations", "rejected", "fields", "vectors", "plates", "risk_profiles"),
        writes=("fields", "vectors", "plates", "rejected", "observations"),
    ),
    Step(
        "link",
        "finds neighbours and shared facts between documents",
        reads=("documents", "observations", "fields", "vectors", "plates", "accounts", "account_signals"),
        before=("links", "designs"),
        writes=("designs", "design_members", "links"),
    ),
    Step(
        "cluster",
        "groups tied documents into campaigns whose ids survive nights",
        reads=("documents", "links", "design_members", "accounts"),
        before=("clusters", "campaigns", "cluster_events"),
        writes=("clusters", "campaigns", "cluster_events"),
    ),
    Step(
        "score",
        "finds contradictions and gives every document its evidence and risk",
        reads=("documents", "observations", "fields", "accounts", "labels", "clusters", "campaigns", "design_members"),
        before=("scores",),
        writes=("contradictions", "scores", "score_changes"),
    ),
    Step(
        "profile",
        "gives every account its risk, with two clocks",
        reads=("scores", "documents", "clusters", "campaigns", "accounts", "account_signals", "transactions", "labels"),
        before=("risk_profiles", "risk_profile_history", "scores", "clusters", "campaigns"),
        writes=("risk_profiles", "risk_profile_history"),
    ),
    Step(
        "monitor",
        "counts every row against itself and the system of record, measures drift and what the control lake shows",
        reads=("documents", "rejected", "observations", "scores", "accounts", "control_totals", "runs"),
        before=("scores", "coverage"),
        writes=("coverage", "metrics"),
    ),
    Step(
        "release",
        "makes the night visible with one row",
        reads=("coverage", "risk_profiles"),
        writes=("releases",),
    ),
)


def step_named(name: str) -> Step:
    """The step of that name.

    Raises:
        KeyError: there is none.
    """
    for step in PIPELINE:
        if step.name == name:
            return step
    raise KeyError(f"no step {name!r}; there are {', '.join(step.name for step in PIPELINE)}")


def edges(pipeline: tuple[Step, ...]) -> tuple[tuple[str, str], ...]:
    """Pairs (earlier, later) of steps, drawn from the tables that the later one reads."""
    return tuple(
        (earlier.name, later.name)
        for position, later in enumerate(pipeline)
        for earlier in pipeline[:position]
        if set(earlier.writes) & set(later.reads)
    )


def as_markdown(pipeline: tuple[Step, ...]) -> str:
    """The table of the README: what each step does, reads and writes."""
    lines = ["| step | does | reads | as of the parent release | writes |", "|---|---|---|---|---|"]
    for step in pipeline:
        cells = (step.name, step.does, *(", ".join(names) for names in (step.reads, step.before, step.writes)))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
