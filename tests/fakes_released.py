"""A released lake in memory: one campaign over two nights, one account that its vendor had accepted."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from jobs.stories.released import Wanted, Where

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
RUNS = ("2026-03-01.1", "2026-03-02.1")
KNOWABLE = datetime(2025, 12, 2, 9, 30, tzinfo=UTC)
START = datetime(2025, 11, 14, 8, tzinfo=UTC)
MEMBERS = (("D-1", "A-1", 0), ("D-2", "A-2", 5), ("D-3", "A-3", 18), ("D-4", "A-4", 100))


def at(days: int) -> datetime:
    return KNOWABLE if days == 18 else START + timedelta(days=days)


class MemoryReleased:
    """Lists of rows by view."""

    def __init__(self, tables: dict[str, list[dict[str, Any]]]) -> None:
        self.tables = tables
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def rows(self, view: str, wanted: Wanted) -> list[dict[str, Any]]:
        self.asked.append((view, wanted.columns))
        found = self._where(view, wanted.where)
        for name in reversed(wanted.order):
            found = sorted(found, key=lambda row: row[name.lstrip("-")], reverse=name.startswith("-"))
        return [{n: row[n] for n in wanted.columns or row} for row in found[: wanted.limit]]

    def counts(self, view: str, column: str, where: Where) -> dict[str, int]:
        values = [row[column] for row in self._where(view, where)]
        return {value: values.count(value) for value in sorted(set(values))}

    def near(self, view: str, column: str, text: str) -> list[str]:
        ids = {row[column] for row in self.tables.get(view, [])}
        return sorted(ids, key=lambda name: (abs(len(name) - len(text)), name))[:3]

    def _where(self, view: str, where: Where) -> list[dict[str, Any]]:
        rows = self.tables.get(view, [])
        return [row for row in rows if all(row[name] in values for name, values in where.items())]


def world() -> MemoryReleased:
    return MemoryReleased(
        {
            "documents": [_document(*member) for member in MEMBERS],
            "rejected": [
                {"doc_id": "D-9", "source": "manifests", "outcome": "rejected", "stage": "inspect",
                 "reason": "truncated", "detail": "ends at byte 120"},
            ],
            "scores": [_score(*member) for member in MEMBERS],
            "clusters": [
                {"doc_id": doc, "account_id": account, "campaign_id": "C-3F9A", "tie": 0.97, "kinds": ["template"],
                 "joined": FIRST if days < 50 else SECOND}
                for doc, account, days in MEMBERS
            ],
            "campaigns": [_campaign()],
            "cluster_events": [
                {"campaign_id": "C-3F9A", "event": "birth", "cause": "3 documents are tied", "documents": 3,
                 "joined": ["D-1", "D-2", "D-3"], "left": [], "others": [], "night": FIRST, "run_id": RUNS[0]},
                {"campaign_id": "C-3F9A", "event": "growth", "cause": "1 document came", "documents": 4,
                 "joined": ["D-4"], "left": [], "others": [], "night": SECOND, "run_id": RUNS[1]},
            ],
            "links": [
                {"left_doc": "D-1", "right_doc": other, "kind": "template", "similarity": 9.5,
                 "evidence": '{"threshold": 6.0}'}
                for other in ("D-2", "D-3", "D-4")
            ],
            "contradictions": [
                {"submission_id": "S-D-1", "kind": "birth_date_mismatch", "left_place": "D-1/visual/birth_date",
                 "right_place": "D-1/mrz/birth_date", "doc_ids": ["D-1"], "fields": ["birth_date"], "confidence": 0.99,
                 "frequency": 0.001},
                {"submission_id": "S-D-1", "kind": "name_mismatch", "left_place": "D-1/visual/full_name",
                 "right_place": "account/declared/full_name", "doc_ids": ["D-1"], "fields": ["full_name"],
                 "confidence": 0.95, "frequency": None},
            ],
            "fields": [
                {"sha256": "D-1" * 20, "source": source, "name": name, "position": 0, "value": value, "raw": value,
                 "confidence": 0.98, "run_id": RUNS[0]}
                for source, name, value in (("visual", "birth_date", "1988-04-12"), ("mrz", "birth_date", "1983-04-12"),
                                            ("visual", "surname", "Quill"), ("visual", "given_names", "Mara"))
            ],
            "score_changes": [
                {"doc_id": "D-1", "role": "champion", "before": None, "after": 0.2, "cause": "new_document",
                 "run_id": RUNS[0], "night": FIRST},
                {"doc_id": "D-1", "role": "champion", "before": 0.2, "after": 0.93, "cause": "new_cluster",
                 "run_id": RUNS[1], "night": SECOND},
            ],
            "accounts": [
                {"account_id": account, "kind": "personal", "legal_entity": None, "opened_at": at(days),
                 "closed_at": None, "merged_into": None, "jurisdiction": "XQL", "customer_tier": "basic",
                 "declared_name": "Nomi Vale", "birth_date": date(1988, 4, 12), "nationality": "UTO"}
                for _, account, days in MEMBERS
            ],
            "transactions": [
                {"account_id": "A-1", "direction": direction, "valid_from": at(days), "fiat_value": Decimal(value),
                 "fiat_currency": "USD"}
                for direction, days, value in (("in", 3, 500), ("out", 4, 400), ("in", 30, 41_200), ("out", 31, 41_200))
            ],
            "risk_profiles": [_profile("A-1", 0.94, "severe"), _profile("A-2", 0.6, "high"),
                              _profile("A-3", 0.6, "high"), _profile("A-4", 0.05, "low")],
            "risk_profile_history": [
                _version(FIRST, at(0), None, (0.2, "elevated"), {"new_evidence": 1.2}),
                _version(SECOND, at(0), KNOWABLE, (0.2, "elevated"), {}),
                _version(SECOND, KNOWABLE, None, (0.94, "severe"), {"new_cluster": 4.1}),
            ],
            "coverage": [
                _coverage(RUNS[0], FIRST, "manifest", 80, 78),
                _coverage(RUNS[1], SECOND, "manifest", 163, 159),
                _coverage(RUNS[1], SECOND, "reading", 163, 150, skipped=9),
            ],
            "metrics": [
                {"run_id": RUNS[1], "night": SECOND, "measure": "seconds", "segment": "inspect", "value": None,
                 "measured": 42.0, "n": None},
                {"run_id": RUNS[1], "night": SECOND, "measure": "worker_seconds", "segment": "reading", "value": None,
                 "measured": 30.0, "n": None},
                {"run_id": RUNS[1], "night": SECOND, "measure": "risk_psi", "segment": "all", "value": 0.03,
                 "measured": None, "n": 159},
            ],
            "runs": [
                {"run_id": RUNS[1], "night": SECOND, "step": "inspect", "state": "done", "frozen": None,
                 "seconds": 42.0, "contents": 33, "at": datetime(2026, 3, 2, 1, 1, tzinfo=UTC)},
                {"run_id": RUNS[1], "night": SECOND, "step": "night", "state": "opened", "frozen": _frozen(),
                 "seconds": None, "contents": None, "at": datetime(2026, 3, 2, 1, 0, tzinfo=UTC)},
                {"run_id": RUNS[1], "night": SECOND, "step": "night", "state": "released", "frozen": None,
                 "seconds": None, "contents": None, "at": datetime(2026, 3, 2, 1, 1, 48, tzinfo=UTC)},
            ],
            "plates": [
                {"sha256": doc * 20, "run_id": RUNS[0], "luma": plate(seed), "width": 192, "height": 121}
                for seed, (doc, _, _) in enumerate(MEMBERS)
            ],
        }
    )  # fmt: skip


def plate(seed: int) -> bytes:
    """A plate with fine stripes: what a blur must take away."""
    import cv2

    rng = np.random.default_rng(seed)
    luma = rng.integers(100, 156, (121, 192), dtype=np.uint8)
    luma[:, ::2] = 20
    return cv2.imencode(".png", luma)[1].tobytes()


def _document(doc: str, account: str, days: int) -> dict[str, Any]:
    return {
        "doc_id": doc, "account_id": account, "submission_id": f"S-{doc}", "sha256": doc * 20, "doc_type": "passport",
        "side": "page", "issuer": "UTO", "channel": "app", "submitted_at": at(days), "decision": "accepted",
        "decided_at": at(days), "vendor": "Vendor", "vendor_result": "clear", "vendor_fields": None,
        "known_at": FIRST if days < 50 else SECOND,
    }  # fmt: skip


def _score(doc: str, account: str, days: int) -> dict[str, Any]:
    return {
        "doc_id": doc, "account_id": account, "role": "champion", "risk": 0.93 if doc == "D-1" else 0.6,
        "physical": None, "tampered": 0.4, "generated": 0.1, "inconsistent": 0.9, "campaign_id": "C-3F9A",
        "reasons": ["Its passport shares a blank with 3 documents of 3 other accounts (weakest tie 0.95)"],
        "abstained": ["physical"], "risk_basis": "specimens", "scorer": "s" * 40, "inspector": "i" * 40,
    }  # fmt: skip


def _campaign() -> dict[str, Any]:
    return {
        "campaign_id": "C-3F9A", "born": FIRST, "documents": 4, "accounts": 4, "cohesion": 0.5, "weakest_tie": 0.95,
        "kinds": ["template"], "design": "DS-1", "first_submitted_at": START, "knowable_at": KNOWABLE,
    }  # fmt: skip


def _profile(account: str, risk: float, tier: str) -> dict[str, Any]:
    return {
        "account_id": account, "risk": risk, "tier": tier, "base_log_odds": -4.595,
        "components": {"campaigns": 5.0, "documents": 1.1, "signals": 0.0, "transactions": 1.2},
        "reasons": ["Its passport shares a blank with 3 documents of 3 other accounts (weakest tie 0.95)",
                    "Birth date differs between the visual zone and the machine readable zone"],
        "documents": ["D-" + account[2:]], "campaigns": ["C-3F9A"], "night": SECOND, "run_id": RUNS[1],
    }  # fmt: skip


def _version(
    known_at: date, valid_from: datetime, valid_to: datetime | None, risk: tuple[float, str], moves: dict[str, float]
) -> dict[str, Any]:
    return {
        "account_id": "A-1", "known_at": known_at, "valid_from": valid_from, "valid_to": valid_to, "risk": risk[0],
        "tier": risk[1], "moves": moves, "run_id": RUNS[0] if known_at == FIRST else RUNS[1],
    }  # fmt: skip


def _coverage(run_id: str, night: date, detector: str, rows: int, scored: int, *, skipped: int = 0) -> dict[str, Any]:
    return {
        "run_id": run_id, "night": night, "detector": detector, "manifest_rows": rows, "scored": scored,
        "rejected": 3, "duplicate": 1, "erased": 0, "pending": 0, "skipped": skipped,
        "reasons": {"no card": 9} if skipped else {"truncated": 2, "bomb": 1},
    }  # fmt: skip


def _frozen() -> str:
    from jobs.frozen import ChosenModel, Frozen

    models = {
        name: {"champion": ChosenModel(version="1", path="/models/x", digest=f"{name}-digest")}
        for name in ("inspector", "scorer")
    }
    return Frozen(
        parent=RUNS[0], lineage=(RUNS[0],), versions={}, files={}, models=models, settings_digest="0" * 16,
        slice_documents=10, limit=None, code_version="0.1.0",
    ).model_dump_json()  # fmt: skip
