"""What ran, how fast, what bounds it, and what to do next: pure over rows of runs, coverage and metrics."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jobs.pace import Backlog
from jobs.pipeline import PIPELINE

Row = Mapping[str, Any]
NIGHT_STEP, WHOLE = "night", "manifest"
RANK = {"opened": 0, "failed": 1, "done": 2, "abandoned": 3, "released": 4}
MOST_NOTE = 160  # characters of a failure's reason that a line can bear


@dataclass(frozen=True)
class NightStatus:
    """One attempt of a night.

    Attributes:
        run_id: night and attempt.
        night: the logical date.
        state: released, running, open, failed, withdrawn or abandoned.
        documents: manifest rows of all nights up to this one; null before they were counted, as all counts are.
        new: those of them that this night took in.
        rejected: rejected ones of all nights.
        pending: what waits for a later night.
        took: seconds of its steps.
        rate: contents that inspect went through a second.
        bound_by: the stage with most of the workers' time, and its share; or why the night failed.
        next: the command that goes on from here; null where there is nothing to do.
    """

    run_id: str
    night: date
    state: str
    documents: int | None = None
    new: int | None = None
    rejected: int | None = None
    pending: int | None = None
    took: float | None = None
    rate: float | None = None
    bound_by: str | None = None
    next: str | None = None


@dataclass(frozen=True)
class LakeStatus:
    """A lake: its nights newest first, its releases, models and controls, its backlog, and what upkeep is due."""

    lake: str
    release: str | None
    live: tuple[str, ...]
    models: dict[str, dict[str, str]]
    nights: tuple[NightStatus, ...]
    controls: dict[str, float]
    controls_mean: dict[str, float]
    backlog: Backlog | None = None
    due: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def nights_of(
    runs: Sequence[Row],
    coverage: Iterable[Row],
    *,
    lineage: Sequence[str],
    published: Collection[str],
    writing: str | None,
) -> tuple[NightStatus, ...]:
    """Every attempt, newest first.

    Args:
        runs: rows of `runs`.
        coverage: rows of `coverage`, of failed attempts too.
        lineage: runs whose rows readers see.
        published: runs that were ever released, also where a driver died before `runs` was told of it.
        writing: the night that a living writer works on, if any.
    """
    counts = {row["run_id"]: row for row in coverage if row["detector"] == WHOLE}
    attempts: dict[tuple[date, int, str], list[Row]] = {}
    for row in runs:
        attempts.setdefault((row["night"], row["attempt"], row["run_id"]), []).append(row)
    return tuple(
        _night(rows, counts, _fate(run_id, lineage, published), writing)
        for (_, _, run_id), rows in sorted(attempts.items(), key=lambda one: one[0], reverse=True)
    )


def models_of(runs: Sequence[Row]) -> dict[str, dict[str, str]]:
    """Versions of the newest attempt's models, by name, then by role."""
    opened = [row for row in runs if row["frozen"]]
    if not opened:
        return {}
    newest = max(opened, key=lambda row: (row["night"], row["attempt"]))
    models = json.loads(newest["frozen"])["models"]
    return {name: {role: str(model["version"]) for role, model in roles.items()} for name, roles in models.items()}


def controls_of(metrics: Iterable[Row], lineage: Sequence[str]) -> tuple[dict[str, float], dict[str, float]]:
    """Recall of each species in the newest release, and its mean over the lineage."""
    rows = [row for row in metrics if row["measure"] == "control_recall" and row["run_id"] in lineage]
    newest = {row["segment"]: row["value"] for row in rows if row["run_id"] == lineage[-1]}
    by_species = {name: [row["value"] for row in rows if row["segment"] == name] for name in sorted(newest)}
    return dict(sorted(newest.items())), {name: sum(values) / len(values) for name, values in by_species.items()}


def bound_by(stages: Mapping[str, float] | None) -> str | None:
    """The stage with the largest share of the workers' seconds, in words."""
    total = sum((stages or {}).values())
    if not stages or total <= 0:
        return None
    stage = min(stages, key=lambda name: (-stages[name], name))
    return f"{stage} ({100 * stages[stage] / total:.0f} % of worker time)"


def _fate(run_id: str, lineage: Sequence[str], published: Collection[str]) -> str | None:
    """What became of a run that was released; null for one that never was."""
    if run_id in lineage:
        return "released"
    return "withdrawn" if run_id in published else None


def _night(rows: Sequence[Row], counts: Mapping[str, Row], fate: str | None, writing: str | None) -> NightStatus:
    """One attempt from its own rows of `runs`."""
    first = rows[0]
    run_id, night = first["run_id"], first["night"]
    told = sorted((row for row in rows if row["step"] == NIGHT_STEP), key=lambda row: (RANK[row["state"]], row["at"]))
    of_night = told[-1] if told else None
    state = fate or _state("opened" if of_night is None else of_night["state"], writing == str(night))
    done = {row["step"]: row for row in rows if row["state"] == "done"}
    count, inspect = counts.get(run_id), done.get("inspect")
    before = counts.get(_parent(rows) or "")
    why = None if of_night is None or state != "failed" else _short(of_night["note"])
    return NightStatus(
        run_id=run_id,
        night=night,
        state=state,
        documents=count["manifest_rows"] if count else None,
        new=_grown(count, before, "manifest_rows"),
        rejected=count["rejected"] if count else None,
        pending=count["pending"] if count else None,
        took=sum(row["seconds"] or 0.0 for row in done.values()) or None,
        rate=inspect["contents"] / inspect["seconds"] if inspect and inspect["contents"] else None,
        bound_by=why or bound_by(inspect["stages"] if inspect else None),
        next=_next(state, night, done),
    )


def _state(recorded: str, written: bool) -> str:
    """What became of an attempt that was never released, in a person's word."""
    if written and recorded in {"opened", "failed"}:
        return "running"
    return "open" if recorded == "opened" else recorded


def _parent(rows: Sequence[Row]) -> str | None:
    """The release that the attempt follows."""
    frozen = next((row["frozen"] for row in rows if row["frozen"]), None)
    return json.loads(frozen)["parent"] if frozen else None


def _grown(count: Row | None, before: Row | None, name: str) -> int | None:
    return None if count is None else int(count[name] - (before[name] if before else 0))


def _next(state: str, night: date, done: Mapping[str, Row]) -> str | None:
    match state:
        case "failed" | "withdrawn":
            return f"lookback night --date {night} --again"
        case "open":
            return f"lookback night --date {night}   ({len(done)} of {len(PIPELINE)} steps done)"
        case _:
            return None


def _short(note: str | None) -> str:
    """The first line of a failure's reason."""
    line = (note or "no reason was recorded").splitlines()[0]
    return line if len(line) <= MOST_NOTE else f"{line[: MOST_NOTE - 1]}…"
