"""From one account's gathered rows to its profile and the new version of its history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from conf.settings import ProfileSettings
from udfs.judging.account_risk import (
    AccountEvidence,
    AccountRisk,
    DocumentEvidence,
    Signal,
    Verdict,
    account_risk,
    verdict_log_odds,
)
from udfs.judging.fusion import campaign_log_odds, standing_of
from udfs.judging.history import Interval, differs, timeline
from udfs.judging.log_odds import logit
from udfs.judging.moves import AccountMove, DocumentMove, move_shares
from udfs.judging.transactions import Pattern

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Clerk:
    """Judges one account after the other.

    Attributes:
        settings: prior, tiers and limits.
        prevalence: what the scores assumed.
        night: from when on the answer is known.
    """

    settings: ProfileSettings
    prevalence: float
    night: date

    def __call__(self, row: Row) -> dict[str, Any]:
        """`account_id`, `profile` as a row of risk_profiles, and `history`: rows to append, none where nothing changed.

        Args:
            row: account_id, opened_at, verdict (verdict, valid_from), verdict_before, documents, signals, patterns,
                before (base_log_odds, components) and known, the newest version of its history.
        """
        evidence = self.evidence(row)
        now = account_risk(evidence, self.settings)
        intervals = timeline(evidence, self.settings)
        changed = differs([_interval(item) for item in _listed(row["known"])], intervals)
        moves = move_shares(self.move(row, evidence, now)) if changed else {}
        return {
            "account_id": row["account_id"],
            "profile": _profile_row(now),
            "history": [self._history_row(interval, moves) for interval in intervals] if changed else [],
        }

    def evidence(self, row: Row) -> AccountEvidence:
        """The account's evidence as the pure functions take it."""
        verdict = row["verdict"]
        return AccountEvidence(
            account_id=row["account_id"],
            opened_at=row["opened_at"],
            documents=tuple(self._document(item) for item in _sorted(row["documents"], "doc_id") if item["now"]),
            signals=tuple(
                Signal(item["kind"], item["valid_from"], 1.0 if item["strength"] is None else item["strength"])
                for item in _listed(row["signals"])
            ),
            patterns=tuple(
                Pattern(item["name"], item["fired_at"], tuple(item["transactions"]), item["others"])
                for item in _sorted(row["patterns"], "name")
            ),
            verdict=Verdict(verdict["verdict"], verdict["valid_from"]) if verdict else None,
        )

    def move(self, row: Row, evidence: AccountEvidence, now: AccountRisk) -> AccountMove:
        """What the account's log-odds were made of in the parent release, and are made of now.

        An account that is new began at its prior.
        """
        before = row["before"]
        components = dict(before["components"]) if before else {}
        base = before["base_log_odds"] if before else now.base_log_odds
        verdicts = (verdict_log_odds(row["verdict_before"]), verdict_log_odds(_verdict_word(evidence)))
        rest = (_rest(components, verdicts[0]), _rest(now.components, verdicts[1]))
        return AccountMove(
            log_odds=(base + sum(components[name] for name in sorted(components)), now.log_odds),
            documents=tuple(self._document_move(item) for item in _sorted(row["documents"], "doc_id")),
            base=(base, now.base_log_odds),
            verdict=verdicts,
            rest=rest,
        )

    def _document(self, item: Row) -> DocumentEvidence:
        own, bonus, campaign = self._parts(item["now"])
        return DocumentEvidence(
            doc_id=item["doc_id"],
            submitted_at=item["submitted_at"],
            own=own,
            campaign_id=campaign,
            bonus=bonus,
            knowable_at=item["knowable_at"],
            reasons=tuple(item["now"]["reasons"]),
        )

    def _document_move(self, item: Row) -> DocumentMove:
        was, now = self._parts(item["before"]), self._parts(item["now"])
        return DocumentMove(
            own=(was[0], now[0]),
            own_cause=_own_cause(item),
            bonus=(was[1], now[1]),
            bonus_cause="new_label" if item["labelled"] or item["campaign_labelled"] else "new_cluster",
            campaigns=(was[2], now[2]),
        )

    def _parts(self, score: Row | None) -> tuple[float, float, str | None]:
        """Own log-odds, campaign's log-odds and campaign of a score; nothing where there is none."""
        if score is None:
            return 0.0, 0.0, None
        standing = standing_of(score["standing"])
        bonus = campaign_log_odds(standing)
        own = logit(score["risk"]) - logit(self.prevalence) - bonus
        return own, bonus, None if standing is None else standing.campaign_id

    def _history_row(self, interval: Interval, moves: Mapping[str, float]) -> dict[str, Any]:
        span = {"known_at": self.night, "valid_from": interval.valid_from, "valid_to": interval.valid_to}
        return span | _profile_row(interval.profile) | {"moves": dict(moves)}


def _own_cause(item: Row) -> str:
    if item["labelled"]:
        return "new_label"
    was, now = item["before"], item["now"]
    if was is None or now is None:
        return "new_evidence"
    same = (was["scorer"], was["inspector"]) == (now["scorer"], now["inspector"])
    return "new_evidence" if same else "new_model"


def _rest(components: Mapping[str, float], verdict: float) -> float:
    """Signals without the account's verdict, and transactions."""
    return components.get("signals", 0.0) - verdict + components.get("transactions", 0.0)


def _verdict_word(evidence: AccountEvidence) -> str | None:
    return evidence.verdict.verdict if evidence.verdict else None


def _interval(row: Row) -> Interval:
    profile = AccountRisk(
        risk=row["risk"],
        tier=row["tier"],
        base_log_odds=row["base_log_odds"],
        components=dict(row["components"]),
        reasons=tuple(row["reasons"]),
        documents=tuple(row["documents"]),
        campaigns=tuple(row["campaigns"]),
    )
    return Interval(row["valid_from"], row["valid_to"], profile)


def _profile_row(profile: AccountRisk) -> dict[str, Any]:
    return {
        "risk": profile.risk,
        "tier": profile.tier,
        "base_log_odds": profile.base_log_odds,
        "components": dict(sorted(profile.components.items())),
        "reasons": list(profile.reasons),
        "documents": list(profile.documents),
        "campaigns": list(profile.campaigns),
    }


def _listed(rows: Iterable[Row] | None) -> list[Row]:
    """Rows in a fixed order, whatever order a shuffle gave them."""
    return sorted(rows or (), key=lambda row: (row["valid_from"], str(sorted(row.items(), key=lambda pair: pair[0]))))


def _sorted(rows: Sequence[Row] | None, name: str) -> list[Row]:
    return sorted(rows or (), key=lambda row: str(row[name]))
