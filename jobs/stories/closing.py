"""What the last night of a lake found, in the order that a person asks: how it went, who, what else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.publishing.releases import Release
from jobs.stories.accounts import AccountStory, account_story
from jobs.stories.found import Found, found_tonight
from jobs.stories.released import Released, Row, Wanted, rows_of
from jobs.stories.totals import totals_told

TOP_ACCOUNTS, TOP_CAMPAIGNS = 5, 4


@dataclass(frozen=True)
class Closing:
    """The end of a night.

    Attributes:
        release: what was published.
        seconds: from the night's opening to its release; None where it was not measured.
        counts: manifest rows that this night added (`new`), and where all rows of the lake are.
        totals: whether the system of record agrees, in sentences.
        found: accounts that rose tonight to a tier that somebody acts on, the highest risk first.
        told: the first of them that had been accepted before, if any.
        accounts: those with the highest risk: account_id, risk, tier, reasons.
        campaigns: those that touch most accounts.
    """

    release: Release
    seconds: float | None
    counts: Mapping[str, int]
    totals: tuple[str, ...]
    found: tuple[Found, ...]
    told: AccountStory | None
    accounts: tuple[Row, ...]
    campaigns: tuple[Row, ...]


def closing(released: Released, release: Release) -> Closing:
    """The end of the night that a release publishes."""
    found = found_tonight(released, release.night)
    old = [item for item in found if item.accepted]
    columns = ("campaign_id", "documents", "accounts", "kinds", "weakest_tie", "cohesion", "born", "knowable_at")
    campaigns = Wanted(columns, {}, ("-accounts", "-documents", "campaign_id"), TOP_CAMPAIGNS)
    accounts = Wanted(("account_id", "risk", "tier", "reasons"), {}, ("-risk", "account_id"), TOP_ACCOUNTS)
    return Closing(
        release=release,
        seconds=_seconds(rows_of(released, "runs", "step", "state", "at", run_id=release.run_id)),
        counts=_counts(released, release),
        totals=tuple(totals_told(released, release.run_id)),
        found=tuple(found),
        told=account_story(released, old[0].account_id) if old else None,
        accounts=tuple(released.rows("risk_profiles", accounts)),
        campaigns=tuple(released.rows("campaigns", campaigns)),
    )


def _seconds(runs: Sequence[Row]) -> float | None:
    """From the opening of the night to its release."""
    at = {row["state"]: row["at"] for row in runs if row["step"] == "night"}
    return (at["released"] - at["opened"]).total_seconds() if {"opened", "released"} <= set(at) else None


def _counts(released: Released, release: Release) -> dict[str, Any]:
    columns = ("run_id", "manifest_rows", "scored", "rejected", "duplicate", "pending")
    runs = [run for run in (release.run_id, release.parent) if run]
    rows = {row["run_id"]: row for row in rows_of(released, "coverage", *columns, run_id=runs, detector="manifest")}
    now, before = rows.get(release.run_id, {}), rows.get(release.parent or "", {})
    counts = {name: int(now.get(name, 0)) for name in columns[1:]}
    return counts | {"new": counts["manifest_rows"] - int(before.get("manifest_rows", 0))}
