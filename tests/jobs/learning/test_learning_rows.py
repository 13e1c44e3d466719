"""Rows of a training set from what was seen: weights, groups, segments, abstentions."""

from typing import Any

import pytest

from jobs.learning.rows import feed_rows, groups_of, weight_of

SEEN: dict[str, Any] = {
    "target_id": "D-1", "verdict": "confirmed", "family": "tampered", "reviewed_because": "alert",
    "sampling_probability": None, "account_id": "A-1", "campaign_id": None, "sha256": "s-1", "design": None,
    "doc_type": "passport", "card_found": True, "card_width": 700.0, "lines": 9, "format": "jpeg", "jpeg_quality": 92,
    "signals": {"trunk_tampered": 2.5, "spectral_peak": float("inf")}, "contradictions": None,
}  # fmt: skip


def seen(**changed: object) -> dict[str, Any]:
    return SEEN | changed


def test_a_row_says_what_trainers_and_calibration_ask_for() -> None:
    (row,) = feed_rows([seen()])
    assert row == {
        "doc_id": "D-1", "sha256": "s-1", "group": "A-1", "label": "forged", "family": "tampered",
        "reviewed_because": "alert", "weight": 1.0, "design": "", "doc_type": "passport", "width": "medium",
        "codec": "jpeg_fine", "abstains_physical": False, "abstains_tampered": False, "abstains_generated": False,
        "abstains_inconsistent": False, "signal_trunk_tampered": 2.5, "signal_spectral_peak": None,
        "signal_contradiction_strongest": 0.0, "signal_contradiction_further": 0.0,
    }  # fmt: skip


def test_a_cleared_document_is_bona_fide_whatever_family_its_label_names() -> None:
    narrow = {"card_width": 500.0, "format": None, "doc_type": None, "family": "generated"}
    (row,) = feed_rows([seen(verdict="cleared", **narrow)])
    assert (row["label"], row["family"]) == ("bona_fide", "")
    assert (row["doc_type"], row["width"], row["codec"]) == ("unknown", "narrow", "unknown")
    assert (row["abstains_physical"], row["abstains_tampered"]) == (True, False)


@pytest.mark.parametrize(
    ("because", "chance", "weight"),
    [("random_sample", 0.02, 50.0), ("random_sample", None, 1.0), ("random_sample", 0.0, 1.0), ("alert", 0.02, 1.0)],
)
def test_only_a_random_sample_stands_for_more_than_itself(because: str, chance: float | None, weight: float) -> None:
    assert weight_of(seen(reviewed_because=because, sampling_probability=chance)) == weight


def test_what_accounts_campaigns_and_contents_tie_stays_together() -> None:
    rows = [
        seen(account_id="A-3", sha256="x"),
        seen(account_id="A-2", sha256="x"),
        seen(account_id="A-2", sha256="y", campaign_id="C-1"),
        seen(account_id="A-9", sha256="z", campaign_id="C-1"),
        seen(account_id="A-5", sha256="w"),
        seen(account_id="C-1", sha256="v"),
    ]
    assert groups_of(rows) == ["A-2", "A-2", "A-2", "A-2", "A-5", "C-1"]
    assert groups_of(rows[::-1]) == groups_of(rows)[::-1]
    assert groups_of([]) == []
