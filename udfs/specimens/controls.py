"""The control lake: forgeries and their genuine twins through one chain, the same every night."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from udfs.specimens.attacks import ATTACKS
from udfs.specimens.exposure import expose
from udfs.specimens.population import Planned, draw_submissions

SEED = 9_303
START_DOCUMENTS = 120  # acts to choose from


@dataclass(frozen=True)
class Control:
    """One forgery and its twin, as files.

    Attributes:
        attack: how it was forged.
        family: the evidence family that must see it.
        genuine: file of the twin.
        forged: file of the forgery.
    """

    attack: str
    family: str
    genuine: Path
    forged: Path


def write_controls(folder: Path, documents: int) -> list[Control]:
    """So many control documents, half of them forged, species in turn; files that are there already stay."""
    folder.mkdir(parents=True, exist_ok=True)
    controls = []
    for number, (attack, family, doc) in zip(range(documents // 2), _species(), strict=False):
        forged = folder / f"{number:03d}-{attack}.jpg"
        genuine = folder / f"{number:03d}-genuine.jpg"
        for path, shown in ((genuine, doc), (forged, replace(doc, attack=attack))):
            if not path.exists():
                draft = path.with_suffix(".part")
                draft.write_bytes(expose(shown))
                draft.rename(path)
        controls.append(Control(attack, family, genuine, forged))
    return controls


def _species() -> Iterator[tuple[str, str, Planned]]:
    """Attack, family and a genuine document that it applies to, without end."""
    acts = draw_submissions(START_DOCUMENTS, np.random.default_rng(SEED), date(2026, 1, 1), 1)
    pages = [act[0] for act in acts if act[0].design is not None]
    named = [(name, attack.family) for name, attack in ATTACKS.items() if attack.family != "none"]
    for number in range(len(pages)):
        name, family = named[number % len(named)]
        yield name, family, replace(pages[(7 * number) % len(pages)], channel="app")
