"""The control lake: forgeries and their genuine twins through one chain, the same every night."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from udfs.specimens.attacks import ATTACKS, in_turn
from udfs.specimens.capture import flat_page, twins
from udfs.specimens.lake import plan_lake
from udfs.specimens.world import Document, Forgery

SEED = 9_303
DOCUMENTS_TO_CHOOSE_FROM = 120


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
    for number, (document, forgery) in zip(range(documents // 2), _species(), strict=False):
        forged = folder / f"{number:03d}-{forgery.attack}.jpg"
        genuine = folder / f"{number:03d}-genuine.jpg"
        if not (forged.exists() and genuine.exists()):
            pair = twins(replace(document, forgery=forgery))
            for path, captured in zip((forged, genuine), pair, strict=True):
                path.write_bytes(captured.data)
        controls.append(Control(forgery.attack, forgery.family or "", genuine, forged))
    return controls


def _species() -> Iterator[tuple[Document, Forgery]]:
    """Attacks in turn, each with a genuine page that it applies to."""
    plan = plan_lake(DOCUMENTS_TO_CHOOSE_FROM, SEED)
    pages = [document for document in plan.documents if document.design_id and document.forgery is None]
    names = [name for name, attack in ATTACKS.items() if attack.family != "none"]
    for number, document in enumerate(pages):
        name = in_turn(names, number)
        if ATTACKS[name].applies(flat_page(document)):
            yield document, Forgery(name, ATTACKS[name].family, seed=SEED + number)
