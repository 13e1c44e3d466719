"""The four gates hold for what we forge, and do not for a set that leaks."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from jobs.evaluation.gates import background_gate, holds, metadata_gate, null_gate, rasteriser_gate
from jobs.evaluation.held_out import training_designs
from jobs.evaluation.material import draw_document
from jobs.evaluation.pairs import Twins, draw_chain, draw_twins
from udfs.nets.opening import open_forensic, shipped_inspector
from udfs.nets.pixels import inspect_pixels
from udfs.specimens.attacks import ATTACKS, in_turn
from udfs.specimens.capture import shoot
from udfs.specimens.encoding import decoded
from udfs.specimens.issuers import Design

GENERATED = ["generated_wavelet", "generated_shuffled"]  # of the quick ones: a page through some takes 20 seconds
LOCAL = [name for name, attack in ATTACKS.items() if attack.family == "tampered"] + GENERATED
PHYSICAL = [name for name, attack in ATTACKS.items() if attack.family == "physical"]


@pytest.fixture(scope="module")
def designs() -> list[Design]:
    return training_designs(12, 77)


@pytest.fixture(scope="module")
def local(designs: list[Design]) -> list[Twins]:
    return drawn(designs, LOCAL, 24)


def drawn(designs: Sequence[Design], attacks: Sequence[str], number: int) -> list[Twins]:
    pairs = (
        draw_twins(designs[index % len(designs)], in_turn(attacks, index), seed=(501, index), split=True)
        for index in range(2 * number)
    )
    return [pair for pair in pairs if pair is not None][:number]


def test_no_file_fact_tells_a_local_forgery(local: list[Twins]) -> None:
    assert holds(metadata_gate(local, 1))


def test_neither_file_facts_nor_background_tell_a_recapture(designs: list[Design]) -> None:
    physical = drawn(designs, PHYSICAL, 24)
    assert holds(metadata_gate(physical, 1))
    assert holds(background_gate(physical, 1))


def test_the_gate_of_file_facts_fails_where_forgeries_are_written_otherwise(local: list[Twins]) -> None:
    leaky = [replace(pair, forged_file=rewritten(pair.forged)) for pair in local]
    assert not holds(metadata_gate(leaky, 1))


def test_what_lies_around_a_card_tells_nothing(local: list[Twins]) -> None:
    assert holds(background_gate(local, 1))


def test_the_gate_of_the_background_fails_where_forgeries_lie_elsewhere(local: list[Twins]) -> None:
    leaky = [replace(pair, forged=cv2.GaussianBlur(pair.forged, (0, 0), 3.0)) for pair in local]
    assert not holds(background_gate(leaky, 1))


def test_a_null_forgery_is_its_twin(designs: list[Design]) -> None:
    null = drawn(designs, ["null"], 8)
    assert holds(null_gate(null))
    assert not holds(null_gate([replace(pair, forged_file=pair.forged_file + b"\0") for pair in null]))


def test_no_rasteriser_looks_forged(designs: list[Design]) -> None:
    net = open_forensic(shipped_inspector())
    rng = np.random.default_rng(9)
    scores = []
    for design in designs[:8]:
        chain, person = draw_chain(rng, split=True), int(rng.integers(2**31))
        seen = []
        for rasteriser in ("hinted", "reduced"):
            printed = replace(design, fonts=replace(design.fonts, rasteriser=rasteriser))
            shot = shoot(draw_document(printed, np.random.default_rng(person)), *chain)
            seen.append(inspect_pixels(net, decoded(shot.data), shot.corners).tampered_logit)
        scores.append((seen[0], seen[1]))
    assert holds(rasteriser_gate(scores, 1))


def test_the_gate_of_the_rasteriser_fails_for_a_score_that_knows_it() -> None:
    assert not holds(rasteriser_gate([(1.0 + 0.1 * number, 0.1 * number) for number in range(8)], 1))


def rewritten(image: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 55])[1].tobytes()
