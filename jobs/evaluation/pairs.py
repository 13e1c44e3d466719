"""A forgery and its genuine twin: two files that differ in nothing but what was forged."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from conf.settings import ImageLimits
from jobs.evaluation.held_out import held_out
from jobs.evaluation.material import FIRST_DAY, draw_document
from udfs.forensics.quantization import Steps, luma_steps
from udfs.images.guard import guard
from udfs.specimens.attacks import ATTACKS
from udfs.specimens.camera import CameraDraw, draw_camera
from udfs.specimens.capture import shoot
from udfs.specimens.encoding import CodecDraw, decoded, draw_codec, draw_desktop
from udfs.specimens.issuers import Design
from udfs.specimens.rendered import Image, Rendered

log = logging.getLogger(__name__)

Mask = npt.NDArray[np.uint8]

FAMILIES = ("tampered", "physical", "generated")
ON_FILES = ("tampered", "generated")  # families whose forgers open a file
PRINTED_AGAIN = 1 / 8  # share of theirs that were altered on the page, which was then photographed


@dataclass(frozen=True)
class Twins:
    """One forgery and its genuine twin through the same camera and codec draw.

    Attributes:
        forged_file: the forgery's file.
        genuine_file: its twin's.
        forged: decoded pixels of the forgery's file.
        genuine: the same of its twin.
        mask: uint8 0/1 [h, w] of the file: what was altered.
        corners: float32 [4, 2] of the card in both files.
        steps: luma quantization steps [64] of both files.
        attack: name of the attack.
        family: evidence family that it belongs to.
        design: design of both.
        channel: `file` where the picture was altered, `page` where the page was before it was photographed.
        holder: groups that the holder belongs to: sex, age.
    """

    forged_file: bytes
    genuine_file: bytes
    forged: Image
    genuine: Image
    mask: Mask
    corners: npt.NDArray[np.float32]
    steps: Steps
    attack: str
    family: str
    design: str
    channel: str
    holder: Mapping[str, str]


def draw_twins(
    design: Design, attack: str, *, seed: Sequence[int], split: bool, unseen_device: bool = False
) -> Twins | None:
    """Forge one document and photograph it and its twin.

    None where the attack does not apply to the design, or changed nothing.

    Args:
        design: of both.
        attack: name of the attack.
        seed: of every draw.
        split: keep held-out devices and chains away.
        unseen_device: draw held-out devices alone.
    """
    rng = np.random.default_rng(list(seed))
    flat = draw_document(design, rng)
    if not ATTACKS[attack].applies(flat):
        return None
    family = ATTACKS[attack].family
    camera, codec = draw_chain(rng, split=split, family=family, unseen_device=unseen_device)
    forged = shoot(flat, camera, codec, edit=ATTACKS[attack].drawn(rng), family=family)
    if not forged.changed and family != "none":
        return None
    genuine = shoot(flat, camera, codec)
    return Twins(
        forged_file=forged.data,
        genuine_file=genuine.data,
        forged=decoded(forged.data),
        genuine=decoded(genuine.data),
        mask=forged.mask.astype(np.uint8),
        corners=genuine.corners,
        steps=luma_steps(genuine.data, guard(genuine.data, ImageLimits())),
        attack=attack,
        family=family,
        design=design.design_id,
        channel="page" if codec.desktop is None else "file",
        holder=_holder(flat),
    )


def _holder(page: Rendered) -> dict[str, str]:
    """The groups that the holder of a page belongs to."""
    born = date.fromisoformat(page.values["birth_date"]) if "birth_date" in page.values else None
    age = None if born is None else (FIRST_DAY - born).days // 365
    grown = "none" if age is None else "under 30" if age < 30 else "30-49" if age < 50 else "50+"
    return {"sex": page.values.get("sex", "none"), "age": grown}


def draw_chain(
    rng: np.random.Generator, *, split: bool, family: str | None = None, unseen_device: bool = False
) -> tuple[CameraDraw, CodecDraw]:
    """A camera and a codec; with `split`, drawn again until neither is held out, or until the device is.

    Whoever tampers with a picture or has it generated opens its file, but for those few that photograph it again.
    """
    while True:
        camera, codec = draw_camera(rng), replace(draw_codec(rng), orientation=1)
        if family in ON_FILES:
            codec = replace(codec, desktop=None if rng.random() < PRINTED_AGAIN else draw_desktop(rng))
        unseen = held_out().device(camera.device)
        if not (split and (unseen or held_out().chain(codec))) and (unseen or not unseen_device):
            return camera, codec
