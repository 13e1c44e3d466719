"""What happens to a file between the one who made it and the one who judges it."""

from dataclasses import dataclass

import cv2
import numpy as np

from udfs.specimens.encoding import decoded

ANY_SIDE = 1_000_000  # px: more than any picture has


@dataclass(frozen=True)
class Hop:
    """A file read and written once more as JPEG.

    Attributes:
        scale: to which its sides are reduced.
        longest_sides: px, one of which is let pass; a longer picture is reduced to it.
        qualities: lowest and highest JPEG quality.
    """

    scale: float = 1.0
    longest_sides: tuple[int, ...] = (ANY_SIDE,)
    qualities: tuple[int, int] = (75, 75)


CHAINS: dict[str, Hop | None] = {
    "as sent": None,
    "messenger": Hop(longest_sides=(1280, 1600), qualities=(70, 80)),
    "q75 at .75": Hop(scale=0.75),
}


def sent_on(data: bytes, hop: Hop | None, rng: np.random.Generator) -> bytes:
    """The file after a hop, or itself where there is none."""
    if hop is None:
        return data
    image = decoded(data)
    scale = min(hop.scale, int(rng.choice(hop.longest_sides)) / max(image.shape[:2]))
    if scale < 1:
        size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    quality = int(rng.integers(hop.qualities[0], hop.qualities[1] + 1))
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])
