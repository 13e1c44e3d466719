"""Copies of photographs: edited on a screen, or printed on a card, photographed, sent and found again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from conf.settings import InspectSettings
from jobs.evaluation.held_out import held_out_designs
from jobs.evaluation.portrait_photos import Photo
from jobs.evaluation.printed import Printed, print_and_capture
from jobs.evaluation.views import portrait_view
from udfs.images.portraits import find_portrait
from udfs.images.rectify import Card, rectify
from udfs.nets.corners import CornerNet, find_corners
from udfs.nets.embedding import PORTRAIT_INPUT
from udfs.specimens.encoding import CodecDraw
from udfs.specimens.rendered import Image

COPIES = 3  # of each photograph
MIRRORED = 0.3  # share of edited copies
UNREAD = ("portrait", "ghost", "signature", "specimen")  # zones that hold no line of text

Corners = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Copy:
    """One copy.

    Attributes:
        photo: number of the photograph that it shows.
        picture: the portrait cut out, uint8 [h, w, 3]; None where the inspector found none.
        ways: what was done to it, such as `messenger` or `mirrored`.
        overlap: of the box that was found with the portrait's own, 0 to 1.
    """

    photo: int
    picture: Image | None
    ways: frozenset[str]
    overlap: float = 1.0


def edited(photos: Sequence[Photo], seed: int) -> list[Copy]:
    """Digital copies: cropped, recoloured, drawn over, rastered, some of them mirrored."""
    copies = []
    for number, photo in enumerate(photos):
        for index in range(COPIES):
            rng = np.random.default_rng((seed, number, index, 1))
            mirrored = bool(rng.random() < MIRRORED)
            image = np.ascontiguousarray(photo.image[:, ::-1]) if mirrored else photo.image
            ways = frozenset({"mirrored"}) if mirrored else frozenset[str]()
            copies.append(Copy(number, portrait_view(image, PORTRAIT_INPUT, rng), ways))
    return copies


def recaptured(photos: Sequence[Photo], seed: int, corners: CornerNet, tell: Callable[[int, int], None]) -> list[Copy]:
    """Each photograph on cards of held-out designs, photographed, sent, found by the inspector's own steps."""
    designs = [design for design in held_out_designs() if design.layout.portrait]
    copies = []
    for number, photo in enumerate(photos):
        for index in range(COPIES):
            rng = np.random.default_rng((seed, number, index))
            design = designs[int(rng.integers(len(designs)))]
            copies.append(_found(number, print_and_capture(photo.image, design, rng, split=False), corners))
        tell((number + 1) * COPIES, len(photos) * COPIES)
    return copies


def _found(number: int, printed: Printed, net: CornerNet) -> Copy:
    """Card found by the corner net, laid flat, its portrait found; where text stands is taken from the truth."""
    seen = find_corners(net, [printed.image])[0]
    ways = ways_of(printed.codec)
    if not seen.found:
        return Copy(number, None, ways, 0.0)
    card = rectify(printed.image, seen.points, InspectSettings().card_width)
    texts = [name for name in printed.flat.zones if name not in UNREAD]
    portrait = find_portrait(
        card.image, [_on_card(_corners(printed.flat.zones[name]), printed, card) for name in texts]
    )
    if portrait is None:
        return Copy(number, None, ways, 0.0)
    x0, y0, x1, y1 = portrait.box
    true = _on_card(_corners(printed.flat.zones["portrait"]), printed, card)
    return Copy(number, card.image[y0:y1, x0:x1], ways, _overlap(portrait.box, true))


def ways_of(codec: CodecDraw) -> frozenset[str]:
    """How a file was written and sent: `messenger`, `webp`, `reopened`, or else `direct`."""
    ways = {
        "messenger": codec.hop is not None,
        "webp": codec.format == "webp",
        "reopened": codec.desktop is not None,
    }
    return frozenset(name for name, applies in ways.items() if applies) or frozenset({"direct"})


def _corners(box: tuple[float, float, float, float]) -> Corners:
    x0, y0, x1, y1 = box
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])


def _on_card(corners: Corners, printed: Printed, card: Card) -> tuple[float, float, float, float]:
    """The upright box on the flat card around corners [4, 2] of the page as printed."""
    matrix = np.linalg.inv(card.to_image) @ printed.to_file
    moved = cv2.perspectiveTransform(corners[None], matrix)[0]
    (x0, y0), (x1, y1) = moved.min(axis=0).tolist(), moved.max(axis=0).tolist()
    return x0, y0, x1, y1


def _overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two upright boxes."""
    wide = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return wide * high / max(sum(areas) - wide * high, 1e-9)
