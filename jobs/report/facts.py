"""What the page of a night shows, gathered from the released tables: figures and ids, no personal data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs.frozen import Frozen
from jobs.pace import Backlog, backlog, paced_nights
from jobs.publishing.releases import Release
from jobs.report.pictures import thumbnail
from jobs.stories.campaigns import CAMPAIGN, members_of
from jobs.stories.found import Found, found_tonight
from jobs.stories.released import Released, Row, Wanted, of, rows_of
from jobs.stories.totals import totals_told
from schemas.words import REJECTION_REASONS, TIERS

CAMPAIGNS, ACCOUNTS, PICTURES = 6, 12, 12  # shown at most
MANIFEST = "manifest"
PLACES = ("scored", "rejected", "duplicate", "erased", "pending", "skipped")
TIMED = ("seconds", "worker_seconds")


@dataclass(frozen=True)
class Member:
    """One document of a campaign's contact sheet; without a picture where no plate was made."""

    doc_id: str
    account_id: str
    submitted_at: datetime
    picture: str


@dataclass(frozen=True)
class CampaignFacts:
    """One campaign.

    Attributes:
        facts: its row of `campaigns`.
        members: the first documents, for the contact sheet.
        more: documents beside those.
        submitted: places of all submissions in the campaign's span, 0 to 1.
        knowable: place of the third document; None with fewer.
        last: when the last document was submitted.
    """

    facts: Mapping[str, Any]
    members: tuple[Member, ...]
    more: int
    submitted: tuple[float, ...]
    knowable: float | None
    last: datetime | None


@dataclass(frozen=True)
class NightFacts:
    """All that the page shows of a released night.

    Attributes:
        release: what is published.
        coverage: one row a detector, the whole first.
        new_rows: manifest rows that this night added.
        totals: whether the system of record agrees, in sentences.
        found: accounts that it moved into a tier that somebody acts on.
        tiers: accounts by tier.
        all_campaigns: how many there are.
        campaigns: the largest ones.
        accounts: those with the highest risk.
        rejected: rows by reason in words, the most frequent first.
        steps: seconds by step in order.
        stages: worker seconds by stage.
        measures: other figures: measure, segment, value, n.
        models: name, role, version and digest as frozen for the night.
        backlog: what waits for later nights, and until when.
        risk_basis: scored documents by what their risk was calibrated on.
    """

    release: Release
    coverage: tuple[Row, ...]
    new_rows: int
    totals: tuple[str, ...]
    found: tuple[Found, ...]
    tiers: Mapping[str, int]
    all_campaigns: int
    campaigns: tuple[CampaignFacts, ...]
    accounts: tuple[Row, ...]
    rejected: tuple[tuple[str, int], ...]
    steps: tuple[tuple[str, float], ...]
    stages: tuple[tuple[str, float], ...]
    measures: tuple[Row, ...]
    models: tuple[Row, ...]
    backlog: Backlog | None
    risk_basis: Mapping[str, int]


def gather(released: Released, release: Release) -> NightFacts:
    """The facts of the night that a release publishes."""
    coverage = _coverage(released, release)
    whole = next((row for row in coverage if row["detector"] == MANIFEST), None)
    metrics = rows_of(released, "metrics", "measure", "segment", "value", "measured", "n", run_id=release.run_id)
    runs = rows_of(released, "runs", "step", "state", "frozen", "seconds", "at", run_id=release.run_id)
    tiers = released.counts("risk_profiles", "tier", {})
    top = Wanted(("account_id", "risk", "tier", "reasons"), {}, ("-risk", "account_id"), ACCOUNTS)
    return NightFacts(
        release=release,
        coverage=tuple(coverage),
        new_rows=_new_rows(released, release, whole),
        totals=tuple(totals_told(released, release.run_id)),
        found=tuple(found_tonight(released, release.night)),
        tiers={tier: tiers.get(tier, 0) for tier in TIERS},
        all_campaigns=release.rows.get("campaigns", 0),
        campaigns=tuple(_campaigns(released)),
        accounts=tuple(released.rows("risk_profiles", top)),
        rejected=_rejected(whole),
        steps=_steps(runs),
        stages=_stages(metrics),
        measures=tuple(sorted((m for m in metrics if m["measure"] not in TIMED), key=_by_name)),
        models=tuple(_models(runs)),
        backlog=_backlog(released, release),
        risk_basis=released.counts("scores", "risk_basis", of(role="champion")),
    )


def _coverage(released: Released, release: Release) -> list[dict[str, Any]]:
    rows = rows_of(released, "coverage", "detector", "manifest_rows", *PLACES, "reasons", run_id=release.run_id)
    return sorted(rows, key=lambda row: (row["detector"] != MANIFEST, row["detector"]))


def _backlog(released: Released, release: Release) -> Backlog | None:
    """What waits, at the pace of the release's nights."""
    lineage = list(release.lineage)
    counted = ("run_id", "night", "detector", "manifest_rows", "scored", "rejected", "pending")
    coverage = rows_of(released, "coverage", *counted, run_id=lineage, detector=MANIFEST)
    runs = rows_of(released, "runs", "run_id", "step", "state", "seconds", "contents", "at", run_id=lineage)
    return backlog(paced_nights(runs, coverage, lineage))


def _new_rows(released: Released, release: Release, whole: Row | None) -> int:
    """Manifest rows that the parent release did not count."""
    if whole is None:
        return 0
    parent = rows_of(released, "coverage", "manifest_rows", run_id=release.parent or "", detector=MANIFEST)
    return int(whole["manifest_rows"]) - sum(int(row["manifest_rows"]) for row in parent)


def _campaigns(released: Released) -> list[CampaignFacts]:
    """The campaigns that touch most accounts, with their contact sheets."""
    top = released.rows("campaigns", Wanted(CAMPAIGN, {}, ("-accounts", "-documents", "campaign_id"), CAMPAIGNS))
    members = members_of(released, [row["campaign_id"] for row in top])
    shown = sorted({row["sha256"] for listed in members.values() for row in listed[:PICTURES]})
    plates = rows_of(released, "plates", "sha256", "luma", "run_id", sha256=shown)
    newest = {row["sha256"]: row["luma"] for row in sorted(plates, key=lambda row: row["run_id"])}
    pictures = {content: thumbnail(luma) for content, luma in newest.items()}
    return [_campaign(row, members[row["campaign_id"]], pictures) for row in top]


def _campaign(facts: Row, members: Sequence[Row], pictures: Mapping[str, str]) -> CampaignFacts:
    shown = members[:PICTURES]
    times = [row["submitted_at"] for row in members]
    sheet = (
        Member(row["doc_id"], row["account_id"], row["submitted_at"], pictures.get(row["sha256"], "")) for row in shown
    )
    return CampaignFacts(
        facts=facts,
        members=tuple(sheet),
        more=len(members) - len(shown),
        submitted=tuple(sorted({round(_at(time, times), 3) for time in times})),
        knowable=None if facts["knowable_at"] is None else _at(facts["knowable_at"], times),
        last=max(times, default=None),
    )


def _at(instant: datetime, times: Sequence[datetime]) -> float:
    """Place of an instant between the first and the last, 0 to 1."""
    span = (max(times) - min(times)).total_seconds() if times else 0.0
    return (instant - min(times)).total_seconds() / span if span else 0.5


def _rejected(whole: Row | None) -> tuple[tuple[str, int], ...]:
    reasons = whole["reasons"] if whole else {}
    counted = ((f"{name.replace('_', ' ')}: {REJECTION_REASONS.get(name, '')}", n) for name, n in reasons.items())
    return tuple(sorted(counted, key=lambda pair: (-pair[1], pair[0])))


def _steps(runs: Sequence[Row]) -> tuple[tuple[str, float], ...]:
    done = sorted((row for row in runs if row["state"] == "done" and row["seconds"] is not None), key=lambda r: r["at"])
    return tuple((row["step"], row["seconds"]) for row in done)


def _stages(metrics: Sequence[Row]) -> tuple[tuple[str, float], ...]:
    stages = [(row["segment"], row["measured"]) for row in metrics if row["measure"] == "worker_seconds"]
    return tuple(sorted(stages, key=lambda pair: (-pair[1], pair[0])))


def _models(runs: Sequence[Row]) -> list[dict[str, Any]]:
    """Models as the night froze them."""
    frozen = [Frozen.model_validate_json(row["frozen"]) for row in runs if row["frozen"]]
    return [
        {"name": name, "role": role, "version": model.version, "digest": model.digest[:16]}
        for record in frozen[:1]
        for name, roles in sorted(record.models.items())
        for role, model in sorted(roles.items())
    ]


def _by_name(row: Row) -> tuple[str, str]:
    return row["measure"], row["segment"]
