"""A photograph printed on a card, photographed and sent, and where its portrait lies in the file."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from jobs.evaluation.material import draw_document
from jobs.evaluation.pairs import draw_chain
from udfs.specimens.capture import shoot
from udfs.specimens.encoding import CodecDraw, decoded
from udfs.specimens.issuers import Design
from udfs.specimens.rendered import Image, Rendered


@dataclass(frozen=True)
class Printed:
    """One file of a card that bears a photograph.

    Attributes:
        flat: the card as printed.
        image: the file's decoded pixels, stored upright.
        to_file: float64 [3, 3], pixels of the card to pixels of the file.
        codec: how the file was written and sent.
    """

    flat: Rendered
    image: Image
    to_file: npt.NDArray[np.float64]
    codec: CodecDraw


def print_and_capture(photo: Image, design: Design, rng: np.random.Generator, *, split: bool) -> Printed:
    """A new person's card with this photograph on it, captured; `split` keeps held-out devices and chains away."""
    flat = draw_document(design, rng, portrait=photo)
    camera, codec = draw_chain(rng, split=split)
    shot = shoot(flat, camera, codec)
    return Printed(flat, decoded(shot.data), shot.to_file, codec)


def portrait_corners(printed: Printed, margin: float = 0.0) -> npt.NDArray[np.float32]:
    """The portrait's box in the file, float32 [4, 2], with a margin (share of its sides) on each side."""
    x0, y0, x1, y1 = printed.flat.zones["portrait"]
    across, down = margin * (x1 - x0), margin * (y1 - y0)
    box = [[x0 - across, y0 - down], [x1 + across, y0 - down], [x1 + across, y1 + down], [x0 - across, y1 + down]]
    return np.asarray(cv2.perspectiveTransform(np.array([box]), printed.to_file)[0], np.float32)
