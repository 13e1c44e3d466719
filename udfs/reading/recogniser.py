"""Reads single lines: PP-OCRv6's recogniser from the RapidOCR wheel, in fixed widths and batches."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.reading.detector import Image, Net
from udfs.reading.mrz_layouts import ALPHABET, FILLER
from udfs.reading.quantised import Floats
from udfs.reading.ranges import RECOGNISER

HEIGHT = 48
# A crop so much taller than wide stands on its side.
UPRIGHT = 1.5
# A line is read with the 37 characters of the MRZ alone where it is so long, so dense and has that many fillers.
MRZ_LENGTH, MRZ_FILLERS, MRZ_SHARE = 20, 2, 0.85
BLANK = 0


@dataclass(frozen=True)
class Decoded:
    """A line's characters, the certainty of each in [0, 1], and where each stands along the line, in [0, 1]."""

    text: str
    certainties: tuple[float, ...]
    centres: tuple[float, ...]


class Recogniser:
    """The line recogniser (CTC); every line is padded to the narrowest of a few widths that holds it."""

    def __init__(self, widths: Sequence[int], batch: int) -> None:
        self.widths = sorted(widths)
        self.batch = batch
        self.net = Net("PP-OCRv6_rec_small.onnx", (batch, 3, HEIGHT, -1), RECOGNISER)
        characters = self.net.model.get_rt_info()["framework"]["character"].value.splitlines()
        self.characters = ["", *map(_halfwidth, characters), " "]
        self.mrz_classes = np.array([BLANK, *(self.characters.index(c) for c in ALPHABET)])

    def __call__(self, image: Image, quads: Floats) -> list[Decoded]:
        """Read the lines at the quads (float32 [n, 4, 2]) of an image, in their order."""
        crops = [line_of(image, quad, self.widths[-1]) for quad in quads]
        found: dict[int, Decoded] = {}
        for width in self.widths:
            narrower = max((w for w in self.widths if w < width), default=0)
            members = [i for i, crop in enumerate(crops) if narrower < crop.shape[1] <= width]
            for start in range(0, len(members), self.batch):
                chunk = members[start : start + self.batch]
                lines = self.net(_padded([crops[i] for i in chunk], (self.batch, width)))
                for i, classes in zip(chunk, lines, strict=False):
                    found[i] = self._decoded(classes, crops[i].shape[1] / width)
        return [found[i] for i in range(len(crops))]

    def _decoded(self, classes: Floats, share: float) -> Decoded:
        """Decode class probabilities [steps, classes], of which the line fills the first share."""
        free = _ctc(classes, self.characters, share)
        dense = free.text.replace(" ", "")
        in_alphabet = sum(c in ALPHABET for c in dense)
        if len(dense) < MRZ_LENGTH or dense.count(FILLER) < MRZ_FILLERS or in_alphabet < MRZ_SHARE * len(dense):
            return free
        # What the other 18,000 characters took, look-alikes of other scripts above all, is shared out again.
        among = classes[:, self.mrz_classes]
        return _ctc(among / among.sum(axis=1, keepdims=True), ["", *ALPHABET], share)


def line_of(image: Image, quad: Floats, widest: int) -> Image:
    """Cut the line at a quad (float32 [4, 2]) out of an image, upright, 48 pixels high and at most `widest` wide."""
    width = max(1, round(float(max(np.linalg.norm(quad[0] - quad[1]), np.linalg.norm(quad[2] - quad[3])))))
    height = max(1, round(float(max(np.linalg.norm(quad[0] - quad[3]), np.linalg.norm(quad[1] - quad[2])))))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    warp = cv2.getPerspectiveTransform(quad.astype(np.float32), target)
    crop = cv2.warpPerspective(image, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if height > UPRIGHT * width:
        crop = cv2.rotate(crop, cv2.ROTATE_90_COUNTERCLOCKWISE)
    length = min(widest, max(1, -(-HEIGHT * crop.shape[1] // crop.shape[0])))
    return np.asarray(cv2.resize(crop, (length, HEIGHT)), dtype=np.uint8)


def _halfwidth(character: str) -> str:
    """Give the plain form of a fullwidth letter, digit or mark."""
    bare = unicodedata.normalize("NFKC", character)
    return bare if len(bare) == 1 else character


def _padded(crops: Sequence[Image], shape: tuple[int, int]) -> Floats:
    """Lay crops into a float32 batch [n, 3, 48, width] from -1 to 1; what is not covered is 0, as in training."""
    count, width = shape
    batch = np.zeros((count, 3, HEIGHT, width), dtype=np.float32)
    for place, crop in zip(batch, crops, strict=False):
        place[:, :, : crop.shape[1]] = crop.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1.0
    return batch


def _ctc(classes: Floats, characters: Sequence[str], share: float) -> Decoded:
    """Take the best class of each step and fold runs; a character is as certain as its best step."""
    best: npt.NDArray[np.intp] = classes.argmax(axis=1)
    certainty = classes[np.arange(len(best)), best]
    edges = np.flatnonzero(np.diff(best)) + 1
    runs = [r for r in np.split(np.arange(len(best)), edges) if len(r) and best[r[0]] != BLANK]
    text = [characters[best[r[0]]] for r in runs]
    centres = [
        min(1.0, (float(certainty[r] @ r) / float(certainty[r].sum()) + 0.5) / (len(best) * share)) for r in runs
    ]
    return Decoded("".join(text), tuple(float(certainty[r].max()) for r in runs), tuple(centres))
