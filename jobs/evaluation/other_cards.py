"""Genuine cards of each design, as an archive holds them: what a place of a card is held against."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from jobs.evaluation.crew import answered
from jobs.evaluation.material import draw_document
from jobs.evaluation.measures import Told
from jobs.evaluation.pairs import draw_chain
from jobs.evaluation.scorer_material import Example, World, look_at, marks_of, observed_pairs, task_of
from udfs.inspector import InspectTask
from udfs.neighbours.zone_fit import SIGNAL, ZoneFit, fit_zones, oddness
from udfs.parts import code_digest, inspector_fingerprint
from udfs.specimens.capture import shoot

PARTS = ("card", "reading", "portrait", "zones")
CARDS = 24  # of each design: a few are lost to hard photographs, and a fit needs 20


def archived_pairs(world: World, pairs: int, tell: Told) -> list[Example]:
    """What `observed_pairs` gives, each example held against the cards of its design that an archive has."""
    fits = design_fits(world, tell)
    return [held_against(example, fits) for example in observed_pairs(world, pairs, tell)]


def design_fits(world: World, tell: Told) -> dict[str, ZoneFit]:
    """What the cards of each design share, from 24 genuine ones of each through cameras and codecs of their own."""
    task = task_of(world.inspector, world.work, PARTS)
    cards = list(answered(partial(_marks, world, task), CARDS * len(world.designs), "cards of the archive", tell))
    fits = {
        design.design_id: fit_zones([card for card in cards[CARDS * place : CARDS * (place + 1)] if card])
        for place, design in enumerate(world.designs)
    }
    return {name: fit for name, fit in fits.items() if fit is not None}


def held_against(example: Example, fits: Mapping[str, ZoneFit]) -> Example:
    """An example with the oddness of its oddest place among its signals, where its design's cards tell."""
    fit = fits.get(example.group)
    odd = None if fit is None else oddness(fit, example.marks)
    return example if odd is None else replace(example, signals={**example.signals, SIGNAL: odd.value})


def _marks(world: World, task: InspectTask, index: int) -> dict[str, list[float]]:
    """Marks of one card, as an earlier run left them or measured now; none where it could not be seen."""
    made_by = f"{inspector_fingerprint(task)}-{code_digest(('specimens',))[:8]}"
    place = world.work / f"card-{made_by}-{world.seed}-{int(world.split)}-{index:05}"
    kept = place.with_suffix(".json")
    if not kept.exists():
        rng = np.random.default_rng((world.seed, index, len(world.designs)))
        page = draw_document(world.designs[index // CARDS], rng)
        camera, codec = draw_chain(rng, split=world.split)
        world.work.mkdir(parents=True, exist_ok=True)
        file = place.with_suffix(".img")
        file.write_bytes(shoot(page, camera, codec).data)
        (answer,) = look_at([file.name], task)
        kept.write_text(json.dumps(marks_of(answer) if answer["status"] == "seen" else {}), encoding="utf-8")
        file.unlink()
    marks: dict[str, list[float]] = json.loads(kept.read_text(encoding="utf-8"))
    return marks
