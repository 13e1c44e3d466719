"""A picture cannot raise its own score's certainty: by scale, border, turning, recompression, tone, or showing nothing.

The bounds are those of the machinery, whatever the nets have learnt: what shows nothing is judged by no pixel head, a
family's evidence stays where fusion heeds it, and what lies around the card is no part of its pixels' evidence.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from conf.settings import ScoreSettings
from jobs.evaluation.held_out import training_designs
from jobs.evaluation.pairs import Twins, draw_twins
from schemas.words import EVIDENCE_FAMILIES
from tests.robustness.changes import CHANGES, EMPTY, bordered, with_margin
from tests.robustness.sound_files import Image, sound_page
from udfs.forensics.signals import baseline_signals
from udfs.judging.fusion import MOST, OWN_LEAST
from udfs.judging.log_odds import logit
from udfs.judging.sentences import TOLD
from udfs.look import Judge, look_at
from udfs.nets.opening import open_nets, shipped_inspector
from udfs.nets.pixels import inspect_pixels
from udfs.nets.trunk import ForensicNet
from udfs.scorer import open_scorer, score_observation, shipped_scorer
from udfs.task import InspectTask

PIXEL_FAMILIES = ("physical", "tampered", "generated")
# Log-odds. A genuine document's pixels may not come to be told as suspicious by what is done to its picture ...
SUSPICIOUS = TOLD
# ... but for what the shipped nets were not taught and no abstention tells from a finer camera or a darker room: there
# no more than the bound of every family holds.
NOT_TAUGHT = ("scale 1.3", "scale 2.0", "gamma 4.0")
ATTACKS = ("stripe_screen", "retype")

Answer = Mapping[str, Any]


@pytest.fixture(scope="module")
def models() -> tuple[InspectTask, Judge]:
    """The shipped inspector, with the parts that evidence is made from, and the shipped scorer."""
    folder = shipped_inspector()
    task = InspectTask(weights=str(folder), weights_digest=open_nets(folder).digest, lake="/")
    few = task.settings.model_copy(update={"parts": ("file", "quality", "card", "reading", "forensics")})
    worker = task.worker.model_copy(update={"batch": 1, "device": "cpu"})
    return task.model_copy(update={"settings": few, "worker": worker}), Judge(open_scorer(shipped_scorer()))


def looked(image: Image, models: tuple[InspectTask, Judge], folder: Path) -> Answer:
    path = folder / "picture.png"
    cv2.imwrite(str(path), image, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    (answer,) = look_at([path], *models)
    return answer


def evidence(answer: Answer) -> dict[str, float]:
    """Log-odds of the families that judged."""
    return {family: logit(value) for family, value in answer["evidence"].items() if value is not None}


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_what_shows_nothing_is_judged_by_nobody(name: str, models: tuple[InspectTask, Judge], tmp_path: Path) -> None:
    answer = looked(EMPTY[name], models, tmp_path)
    assert answer["abstained"] == sorted(EVIDENCE_FAMILIES)
    assert answer["risk"] == pytest.approx(ScoreSettings().prevalence)


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_signals_are_finite_whatever_is_shown(name: str) -> None:
    for image in (EMPTY[name], EMPTY[name][:64, :64], EMPTY[name][:9, :700], EMPTY[name][:, :1]):
        height, width = image.shape[:2]
        frame = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.float32)
        assert np.isfinite([*baseline_signals(image, frame, [(0, 0, width, height)] * 4).values()]).all()


@pytest.mark.parametrize("seed", range(3))
def test_no_signal_however_wild_makes_evidence_certain(seed: int) -> None:
    scorer = open_scorer(shipped_scorer())
    for value in (math.inf, -math.inf, math.nan, 1e300, -1e300, float(np.random.default_rng(seed).normal(0, 1e4))):
        signals = {name: value for head in scorer.heads.values() for name in head.signals}
        observation = {
            "card": {"found": True, "width_px": 1_000.0}, "reading": {"lines": 9}, "forensics": {"signals": signals},
        }  # fmt: skip
        judged = score_observation(scorer, observation)
        seen = [logit(judged[family]) for family in EVIDENCE_FAMILIES if judged[family] is not None]
        assert all(abs(told) <= MOST + 1e-6 for told in seen)
        assert 0 < judged["risk"] < 1
        assert logit(judged["risk"]) >= logit(ScoreSettings().prevalence) + OWN_LEAST - 1e-6


@pytest.mark.parametrize("surroundings", ["margin", "border"])
def test_what_lies_around_the_card_is_no_evidence_of_its_pixels(surroundings: str) -> None:
    torch.manual_seed(1)
    net, page = ForensicNet(8).eval(), np.ascontiguousarray(sound_page(640)[:448])
    corners = np.array([[200, 110], [440, 110], [440, 330], [200, 330]], np.float32)
    if surroundings == "margin":
        other, moved = with_margin(page, (0, 0, 255)), corners
    else:
        other, moved = bordered(page, 0.1, (255, 255, 255)), corners + 64
    plain, changed = inspect_pixels(net, page, corners), inspect_pixels(net, other, moved)
    for name in ("tampered_logit", "physical_logit", "generated_logit"):
        assert getattr(changed, name) == pytest.approx(getattr(plain, name), abs=1e-4)
    assert baseline_signals(other, moved, []) == pytest.approx(baseline_signals(page, corners, []))


def drawn_twins(attack: str) -> Iterator[Twins]:
    """Forgeries by an attack on designs of training, each with its genuine twin."""
    for number, design in enumerate(training_designs(40, seed=91)):
        twins = draw_twins(design, attack, seed=(91, number), split=True)
        if twins is not None and design.side != "back":
            yield twins


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("attack", ATTACKS)
def test_changes_of_a_picture_do_not_make_a_genuine_document_suspicious(
    attack: str, models: tuple[InspectTask, Judge], tmp_path: Path
) -> None:
    """The shipped nets, and those that replace them; a forgery may be washed to nothing, never to an acquittal."""
    twins = next(drawn_twins(attack))
    for name, change in CHANGES.items():
        most = MOST if name in NOT_TAUGHT else SUSPICIOUS
        told = evidence(looked(change(twins.genuine), models, tmp_path))
        assert all(told.get(family, 0.0) <= most for family in PIXEL_FAMILIES), f"{name}: {told}"
        answer = looked(change(twins.forged), models, tmp_path)
        assert logit(answer["risk"]) >= logit(ScoreSettings().prevalence) + OWN_LEAST - 1e-6, name
