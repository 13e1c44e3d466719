import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from conf.errors import BadModel
from conf.settings import ScoreSettings
from schemas.words import EVIDENCE_FAMILIES
from tests.fakes_risk import small_scorer
from udfs.judging.fusion import MOST
from udfs.judging.log_odds import sigmoid
from udfs.judging.scorer_file import read_scorer, write_scorer
from udfs.scorer import INPUTS, OUTPUTS, open_scorer, score_batches, score_frame, score_observation, shipped_scorer

SETTINGS = ScoreSettings()
CALM = {"print_trace": 0.1, "edit_trace": 0.1, "zone_contrast": 0.1, "decoder_trace": 0.1}
CAMPAIGN = {
    "campaign_id": "C-1", "documents": 12, "accounts": 10, "cohesion": 0.9, "weakest_tie": 0.97, "tie": 0.98,
    "kinds": ["template"],
}  # fmt: skip
CHANGED = {
    "kind": "birth_date_mismatch",
    "confidence": 0.98,
    "fields": ["birth_date"],
    "places": ["D-1/visual/birth_date", "D-1/mrz/birth_date"],
}


def row(**changed: object) -> dict[str, object]:
    plain = {"doc_type": "passport", "card_found": True, "card_width": 900.0, "lines": 9, "signals": CALM}
    return dict.fromkeys(INPUTS) | plain | changed


def frame(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(INPUTS), dtype=object)


def judged(**changed: object) -> pd.Series:
    return score_frame(small_scorer(), frame(row(**changed)), SETTINGS).iloc[0]


def test_a_scorer_survives_its_folder_and_equal_scorers_are_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_scorer(tmp_path / name, small_scorer())
    one, two = (sorted((tmp_path / name).iterdir()) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    rows = frame(row(), row(campaign=CAMPAIGN), row(contradictions=[CHANGED]))
    opened = open_scorer(tmp_path / "one")
    assert len(opened.fingerprint) == 16
    written = score_frame(opened, rows, SETTINGS).drop(columns="scorer")
    pd.testing.assert_frame_equal(written, score_frame(small_scorer(), rows, SETTINGS).drop(columns="scorer"))


def test_evidence_that_bona_fide_documents_show_too_is_none(tmp_path: Path) -> None:
    plain = small_scorer()
    write_scorer(tmp_path / "plain", plain)
    thresholds = {"tampered": {"passport/medium": 3.0, "all": 1e9}, "physical": {"id_card": 1e9}}
    write_scorer(tmp_path / "held", replace(plain, bona_fide=thresholds))
    held = open_scorer(tmp_path / "held")
    assert held.bona_fide == thresholds
    assert open_scorer(tmp_path / "plain").bona_fide == {}
    assert held.fingerprint != open_scorer(tmp_path / "plain").fingerprint
    assert json.loads((tmp_path / "plain" / "manifest.json").read_text())["thresholds"] == {"physical_width": 600.0}
    made = {json.loads((tmp_path / name / "manifest.json").read_text())["version"] for name in ("plain", "held")}
    assert len(made) == 2

    def told(value: float, **changed: object) -> pd.Series:
        signals = {**CALM, "edit_trace": value, "zone_contrast": value}
        return score_frame(held, frame(row(signals=signals, **changed)), SETTINGS).iloc[0]

    calm, some, loud = told(0.1), told(0.5), told(0.9)
    assert calm["tampered"] < 0.5  # what speaks for the document stays
    assert some["abstained"] == ["tampered"]
    assert some["reasons"][-1] == "Not judged: tampered (genuine documents of its kind show as much)"
    assert loud["tampered"] > 0.95
    assert calm["risk"] <= some["risk"] < loud["risk"]
    assert told(0.9, doc_type="id_card")["abstained"] == ["tampered"]  # of a segment without its own threshold
    assert judged(signals={**CALM, "edit_trace": 0.5, "zone_contrast": 0.5})["tampered"] > 0.5


def test_a_changed_or_foreign_folder_is_refused(tmp_path: Path) -> None:
    write_scorer(tmp_path, small_scorer())
    weights = tmp_path / "heads.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(bytes(content))
    with pytest.raises(BadModel, match="digest"):
        read_scorer(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": 1, "kind": "inspector"}')
    with pytest.raises(BadModel, match="inspector"):
        read_scorer(tmp_path)
    with pytest.raises(BadModel, match="manifest"):
        read_scorer(tmp_path / "nowhere")


def test_the_shipped_scorer_is_monotone_and_has_its_card() -> None:
    scorer = open_scorer(shipped_scorer())
    assert all((head.weights >= 0).all() and head.slope >= 0 for head in scorer.heads.values())
    assert min(scorer.fusion.weights.values()) >= 0
    assert scorer.fusion.intercept == 0.0
    plain, changed = score_frame(scorer, frame(row(), row(contradictions=[CHANGED])), SETTINGS)["risk"]
    assert plain < SETTINGS.prevalence < 0.2 < changed
    assert "held out" in (shipped_scorer() / "scorer.md").read_text(encoding="utf-8")


def test_a_calm_document_stays_below_the_prevalence() -> None:
    answer = judged()
    assert answer["risk"] < SETTINGS.prevalence
    assert answer["reasons"] == []
    assert answer["abstained"] == []
    assert answer["risk_basis"] == "specimens, prevalence assumed 1 %"


def test_families_abstain_with_their_reason() -> None:
    answer = judged(card_found=False, lines=0, signals=None)
    assert answer["abstained"] == ["generated", "inconsistent", "physical", "tampered"]
    assert answer["risk"] == pytest.approx(SETTINGS.prevalence)
    assert answer["reasons"] == [
        "Not judged: generated (nothing could be read), inconsistent (nothing could be read), "
        "physical (no card was found in the picture), tampered (no card was found in the picture)"
    ]
    assert judged(card_width=400.0)["abstained"] == ["physical"]
    assert judged(signals=None)["abstained"] == ["generated", "physical", "tampered"]


def test_a_card_on_which_nothing_is_read_is_not_judged_by_its_pixels_but_a_selfie_is() -> None:
    assert judged(lines=2)["abstained"] == ["generated", "physical", "tampered"]
    assert judged(lines=None)["abstained"] == ["inconsistent"]  # reading was not asked for
    assert judged(doc_type="selfie", card_found=False, lines=0)["generated"] is not None


@pytest.mark.parametrize("wild", [1e12, -1e12])
def test_evidence_never_says_more_than_fusion_heeds(wild: float) -> None:
    answer = judged(signals=dict.fromkeys(CALM, wild))
    assert all(sigmoid(-MOST) <= answer[family] <= sigmoid(MOST) for family in EVIDENCE_FAMILIES)
    assert 0 < answer["risk"] < 1


def test_a_contradiction_is_told_by_places_and_never_by_values() -> None:
    answer = judged(contradictions=[CHANGED])
    assert answer["inconsistent"] > 0.9
    assert answer["reasons"] == ["Birth date differs between the visual zone and the machine readable zone"]


def test_a_campaign_raises_the_risk_and_is_told() -> None:
    answer = judged(campaign=CAMPAIGN)
    assert answer["risk"] > 0.5
    assert answer["campaign_id"] == "C-1"
    assert answer["reasons"] == ["Its passport shares a blank with 11 documents of 9 other accounts (weakest tie 0.97)"]
    cleared = judged(campaign=CAMPAIGN, verdict="cleared", verdict_on="2026-02-01")
    assert cleared["risk"] < SETTINGS.prevalence
    assert cleared["campaign_id"] is None


def test_the_weightiest_reason_comes_first() -> None:
    loud = {**CALM, "edit_trace": 0.9, "zone_contrast": 0.9}
    reasons = judged(campaign=CAMPAIGN, signals=loud, verdict="confirmed", verdict_on="2026-02-01")["reasons"]
    assert [reason.split()[0] for reason in reasons] == ["A", "Its", "Parts"]


def test_an_edit_is_told_with_the_place_that_stands_out() -> None:
    loud = {**CALM, "edit_trace": 0.9, "zone_contrast": 0.9}
    (told,) = judged(signals=loud, odd_zone="visual.birth_date")["reasons"]
    assert "most of all its birth date against other cards of the design" in told
    (portrait,) = judged(signals=loud, odd_zone="portrait")["reasons"]
    assert "its portrait against" in portrait
    (nowhere,) = judged(signals=loud)["reasons"]
    assert "against" not in nowhere
    assert judged(signals=CALM, odd_zone="visual.birth_date")["reasons"] == []


def test_batches_of_any_size_give_the_same_answers() -> None:
    rows = [row(), row(campaign=CAMPAIGN), row(contradictions=[CHANGED]), row(signals=None)] * 5
    whole = score_frame(small_scorer(), frame(*rows), SETTINGS)
    parts = score_batches(small_scorer(), [frame(*rows[:3]), frame(*rows[3:])], SETTINGS)
    pd.testing.assert_frame_equal(whole, pd.concat(list(parts), ignore_index=True))


def test_a_loose_image_is_judged_from_its_observation() -> None:
    observation = {
        "card": {"found": True, "width_px": 900.0},
        "reading": {"lines": 9},
        "forensics": {"signals": CALM | {"edit_trace": 0.9, "zone_contrast": 0.9}},
    }
    answer = score_observation(small_scorer(), observation, contradictions=[CHANGED], doc_type="passport")
    assert tuple(answer) == OUTPUTS
    assert answer["tampered"] > 0.9
    assert answer["campaign_id"] is None
    blind = score_observation(small_scorer(), {"card": None, "reading": None, "forensics": None})
    assert [blind[family] for family in ("physical", "tampered", "generated", "inconsistent")] == [None] * 4
