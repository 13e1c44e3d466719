"""Finds lines of text: PP-OCRv6's detector from the RapidOCR wheel, on OpenVINO, one thread, mostly in integers."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import openvino
import rapidocr
from rapidocr.ch_ppocr_det.utils import DBPostProcess

from udfs.reading.quantised import FULL_PRECISION, Floats, Ranges, quantise
from udfs.reading.ranges import DETECTOR

Image = npt.NDArray[np.uint8]

MODELS = Path(rapidocr.__file__).parent / "models"
# The net halves its input five times.
STRIDE = 32


class Net:
    """One net of the wheel, compiled once for every size of input.

    The same input gives the same bits whatever sizes came before (compiling each size for itself does too, at 45 MB a
    size), so it is the callers' fixed widths that make a line independent of its neighbours.
    """

    def __init__(self, name: str, shape: tuple[int, ...], ranges: Ranges) -> None:
        core = openvino.Core()
        self.model = core.read_model(MODELS / name)
        self.model.reshape(list(shape))
        quantise(self.model, ranges)
        self.request = core.compile_model(self.model, "CPU", FULL_PRECISION).create_infer_request()

    def __call__(self, batch: Floats) -> Floats:
        """Run a float32 batch and give a copy of its first output."""
        return np.array(self.request.infer([np.ascontiguousarray(batch)])[0], dtype=np.float32)


class Detector:
    """The text detector: DB (Liao et al., 2020) over a reduced picture."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.net = Net("PP-OCRv6_det_small.onnx", (1, 3, -1, -1), DETECTOR)
        self.post = DBPostProcess(thresh=0.3, box_thresh=0.5, max_candidates=1000, unclip_ratio=1.6, use_dilation=True)

    def __call__(self, image: Image) -> Floats:
        """Give the lines of an image: float32 [n, 4, 2] in its pixels, clockwise from the top left, top down."""
        height, width = image.shape[:2]
        scale = min(1.0, self.side / max(height, width))
        size = (_multiple(width * scale), _multiple(height * scale))
        resized = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        batch = (resized.astype(np.float32) / 127.5 - 1.0).transpose(2, 0, 1)[None]
        found, _ = self.post(self.net(batch), (height, width))
        quads = np.asarray(found, dtype=np.float32).reshape(-1, 4, 2)
        return quads[np.lexsort((quads[:, 0, 0], quads[:, 0, 1]))]


def _multiple(pixels: float) -> int:
    return max(STRIDE, round(pixels / STRIDE) * STRIDE)
