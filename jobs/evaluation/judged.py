"""Forgeries of one family and their twins, as the inspector's nets and the scorer's head judge them."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from jobs.evaluation.crew import answered
from jobs.evaluation.file_judge import Answer, Judge
from jobs.evaluation.held_out import held_out, held_out_designs
from jobs.evaluation.laundering import CHAINS, sent_on
from jobs.evaluation.measures import EvaluationSettings, silent
from jobs.evaluation.other_cards import design_fits
from jobs.evaluation.pairs import draw_twins
from jobs.evaluation.pictures import draw_map
from jobs.evaluation.scorer_material import World
from udfs.neighbours.zone_fit import ZoneFit
from udfs.specimens.attacks import ATTACKS

MAPPED, MOST_PICTURES = "tampered", 16  # the family whose map says where, and how many maps are drawn

Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Plan:
    """Which forgeries are drawn.

    Attributes:
        family: evidence family.
        chains: names of what the files go through, each on its own.
        unseen_device: whether forgeries of trained attacks are photographed by held-out devices alone.
        archived: whether every card is held against an archive of its design.
    """

    family: str
    chains: tuple[str, ...]
    unseen_device: bool = False
    archived: bool = False


@dataclass(frozen=True)
class Seen:
    """One file as judged: scores by method, whether ours abstains, and altered pixels (hit, false, missed)."""

    scores: Mapping[str, float]
    abstained: bool
    pixels: Counts


@dataclass(frozen=True)
class Judged:
    """A forgery and its twin after one chain, and the groups that they are counted in."""

    segments: Mapping[str, str]
    forged: Seen
    genuine: Seen


def judged_pairs(settings: EvaluationSettings, plan: Plan) -> list[Judged]:
    """Every pair after every chain: held-out designs, attacks that are held out and others by turns."""
    judge = Judge(settings.folder, settings.scorer, plan.family, _archive(settings) if plan.archived else {})
    ask = partial(_judged, plan, replace(settings, tell=silent), judge)  # what tells is not for other processes
    return [row for rows in answered(ask, settings.samples, "pairs", settings.tell) for row in rows]


def unseen(rows: Sequence[Judged], chain: str) -> list[Judged]:
    """The pairs of held-out attacks after a chain."""
    return [row for row in rows if row.segments["attacks"] == "unseen" and row.segments["chain"] == chain]


def _archive(settings: EvaluationSettings) -> dict[str, ZoneFit]:
    """What the cards of each held-out design share."""
    with tempfile.TemporaryDirectory(prefix="lookback-evaluate-") as work:
        world = World(tuple(held_out_designs()), settings.seed, split=False, work=Path(work), inspector=settings.folder)
        return design_fits(world, settings.tell)


def _judged(plan: Plan, settings: EvaluationSettings, judge: Judge, index: int) -> list[Judged]:
    """The pair of a number, after every chain; none where the attack does not apply to the design."""
    round_, trained = divmod(index, 2)
    names = sorted(name for name, attack in ATTACKS.items() if attack.family == plan.family)
    attacks = [name for name in names if (name not in held_out().attacks) == bool(trained)]
    designs = held_out_designs()
    attack, design = attacks[round_ % len(attacks)], designs[(index + round_ // len(attacks)) % len(designs)]
    device = plan.unseen_device and bool(trained)
    twins = draw_twins(design, attack, seed=(settings.seed, index), split=False, unseen_device=device)
    if twins is None:
        return []
    segments = {
        "attack": attack,
        "attacks": "trained" if trained else "unseen",
        "channel": twins.channel,
        "issuer": design.issuer,
        "tongue": design.tongue or "none",
        **twins.holder,
    }
    ask = partial(judge.answer, design=design.design_id)
    rows = []
    for place, chain in enumerate(plan.chains):
        sent = partial(_sent, chain=chain, seed=(settings.seed, index, place))
        forged, genuine = ask(sent(twins.forged_file)), ask(sent(twins.genuine_file))
        if settings.pictures is not None and plan.family == MAPPED and place == 0 and index < MOST_PICTURES:
            path = settings.pictures / f"{plan.family}-map-{index:02}-{attack}.jpg"
            draw_map(path, forged.image, 1 / (1 + np.exp(-forged.cells.astype(np.float64))), twins.mask)
        told = _seen(forged, twins.mask), _seen(genuine, np.zeros_like(twins.mask))
        rows.append(Judged({**segments, "chain": chain}, *told))
    return rows


def _sent(data: bytes, *, chain: str, seed: tuple[int, ...]) -> bytes:
    """A file after a chain, both twins after the same draw of it."""
    return sent_on(data, CHAINS[chain], np.random.default_rng(seed))


def _seen(answer: Answer, mask: Mask) -> Seen:
    """What is kept of an answer: scores, and pixels found and altered, found only, and altered only."""
    found = answer.found()
    size = (answer.image.shape[1], answer.image.shape[0])
    altered = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)[: found.shape[0], : found.shape[1]] > 0
    pixels = np.array([(found & altered).sum(), (found & ~altered).sum(), (~found & altered).sum()], np.int64)
    return Seen(answer.scores, answer.abstained, pixels)
