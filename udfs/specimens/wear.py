"""What years in a wallet leave on a document, and the laminate over it: the same on a forgery and its genuine twin."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.rendered import Image

Plane = npt.NDArray[np.float32]

WORN = 0.3  # share of documents that show use
PAGE_RATIO = 1.5  # paper pages are squarer than this; cards do not crease
BARE = 236.0  # grey level of the body under the print
COARSE = 4  # smooth wear is worked out at a quarter of the resolution


@dataclass(frozen=True)
class Wear:
    """How a document was used.

    Attributes:
        scratches: how many thin ones.
        scuff: 0 to 1, how far edges and corners are rubbed to the bare body.
        faded: share of the print that light took, 0 to 0.25.
        stains: how many.
        creased: whether it was folded; shows on paper alone.
        seed: of where all that is.
    """

    scratches: int
    scuff: float
    faded: float
    stains: int
    creased: bool
    seed: int


def draw_wear(rng: np.random.Generator) -> Wear | None:
    """The use of any document; most show none."""
    wear = Wear(
        scratches=int(rng.integers(0, 22)),
        scuff=float(rng.uniform(0, 0.9)),
        faded=float(rng.uniform(0.03, 0.2)) if rng.random() < 0.4 else 0.0,
        stains=int(rng.choice([0, 0, 0, 1, 2])),
        creased=bool(rng.random() < 0.4),
        seed=int(rng.integers(2**63)),
    )
    return wear if rng.random() < WORN else None


def worn(sheet: Image, wear: Wear) -> Image:
    """The sheet [h, w, 3] after that use.

    Every place is a share of the sheet's sides and every draw is of a fixed number, so that a forgery and its twin are
    worn alike where their resolutions differ.
    """
    rng = np.random.default_rng(wear.seed)
    height, width = sheet.shape[:2]
    small = (width // COARSE + 1, height // COARSE + 1)
    bare = cv2.resize(_rubbed(small, wear, rng), (width, height), interpolation=cv2.INTER_LINEAR)
    bare = np.maximum(bare, _scratched((width, height), wear, rng))
    if wear.creased and width / height < PAGE_RATIO:
        bare = np.maximum(bare, _folded((width, height), rng))
    body = np.full(sheet.shape, BARE, np.uint8)
    rubbed = cv2.blendLinear(body, sheet, bare, 1 - bare)
    if wear.stains == 0:
        return np.asarray(rubbed, dtype=np.uint8)
    left = cv2.resize(_stained(small, wear.stains, rng), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(rubbed, left, scale=1 / 255), dtype=np.uint8)


def _rubbed(size: tuple[int, int], wear: Wear, rng: np.random.Generator) -> Plane:
    """Share of the print [h, w] that light and rubbing took: pale patches, and white at edges and corners."""
    patches = _noise(rng, size, 6)
    fade = wear.faded * np.clip(1 + 0.5 * patches, 0, 1.6)
    across, down = (np.minimum(np.arange(length), np.arange(length)[::-1]) / size[0] for length in size)
    edge = np.minimum(across[None, :], down[:, None]).astype(np.float32)
    corner = np.hypot(across[None, :], down[:, None]).astype(np.float32)
    ragged = 1 + 0.9 * _noise(rng, size, 60)
    rim = np.maximum(1 - edge / (0.006 * ragged).clip(1e-3), 1 - corner / (0.035 * ragged).clip(1e-3))
    return np.asarray(np.maximum(fade, wear.scuff * rim.clip(0, 1)), dtype=np.float32)


def _scratched(size: tuple[int, int], wear: Wear, rng: np.random.Generator) -> Plane:
    """Share of the print [h, w] that thin, slightly bent scratches took."""
    width, height = size
    lines = np.zeros((height, width), np.uint8)
    starts, turns = rng.random((wear.scratches, 2)), rng.uniform(0, np.pi, wear.scratches)
    lengths, bends = rng.exponential(0.09, wear.scratches).clip(0.01, 0.45), rng.normal(0, 0.012, wear.scratches)
    depths = rng.uniform(30, 125, wear.scratches)
    along = np.linspace(-0.5, 0.5, 9)
    for start, turn, length, bend, depth in zip(starts, turns, lengths, bends, depths, strict=True):
        across, aside = along * length, bend * (1 - 4 * along**2)
        x = start[0] * width + width * (across * np.cos(turn) - aside * np.sin(turn))
        y = start[1] * height + width * (across * np.sin(turn) + aside * np.cos(turn))
        cv2.polylines(lines, [np.stack([x, y], axis=1).astype(np.int32)], False, float(depth), 1, cv2.LINE_AA)
    return np.asarray(lines / np.float32(255), dtype=np.float32)


def _folded(size: tuple[int, int], rng: np.random.Generator) -> Plane:
    """Share of the print [h, w] that a fold or two took: faint lines across the page."""
    width, height = size
    lines = np.zeros((height, width), np.uint8)
    for place, lean, upright, depth in rng.random((2, 4)):
        low, high = place * 0.8 + 0.1, place * 0.8 + 0.1 + 0.06 * (lean - 0.5)
        ends = (
            ((low * width, 0), (high * width, height)) if upright < 0.5 else ((0, low * height), (width, high * height))
        )
        first, last = ((round(x), round(y)) for x, y in ends)
        cv2.line(lines, first, last, 35 + 70 * float(depth), 2, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(lines, (0, 0), 1.2) / np.float32(255), dtype=np.float32)


def _stained(size: tuple[int, int], number: int, rng: np.random.Generator) -> Image:
    """What small see-through spots leave of the light, BGR uint8 [h, w, 3]; 255 where there is none."""
    width, height = size
    left = np.full((height, width, 3), 255, np.uint8)
    for _ in range(number):
        centre = (int(rng.random() * width), int(rng.random() * height))
        axes = (int(width * rng.uniform(0.012, 0.06)), int(width * rng.uniform(0.012, 0.06)))
        colour = 255 - np.array([90, 62, 40]) * float(rng.uniform(0.3, 1.0))
        cv2.ellipse(left, centre, axes, float(rng.uniform(0, 180)), 0, 360, colour.tolist(), -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(left, (0, 0), 1.5), dtype=np.uint8)


def _noise(rng: np.random.Generator, size: tuple[int, int], cells: int) -> Plane:
    """Noise [h, w] about zero with as many grains across as down, the same at every resolution."""
    coarse = rng.standard_normal((cells, cells), dtype=np.float32)
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), dtype=np.float32)
