"""Finds lines of text: PP-OCRv6's detector from the RapidOCR wheel, on OpenVINO, one thread, exact precision."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import openvino
import rapidocr
from rapidocr.ch_ppocr_det.utils import DBPostProcess

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

MODELS = Path(rapidocr.__file__).parent / "models"
# Full precision: some processors would otherwise use bfloat16, and give other digits.
EXACT = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"}
# The net halves its input five times.
STRIDE = 32


@dataclass
class FixedShapes:
    """A model compiled once for each input shape that it meets, so that the same input always gives the same bits."""

    name: str
    model: openvino.Model = field(init=False)
    requests: dict[tuple[int, ...], openvino.InferRequest] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.model = openvino.Core().read_model(MODELS / self.name)

    def __call__(self, batch: Floats) -> Floats:
        """Run a float32 batch and give a copy of its first output."""
        if batch.shape not in self.requests:
            fixed = self.model.clone()
            fixed.reshape(list(batch.shape))
            compiled = openvino.Core().compile_model(fixed, "CPU", EXACT)
            self.requests[batch.shape] = compiled.create_infer_request()
        return np.array(self.requests[batch.shape].infer([batch])[0], dtype=np.float32)


class Detector:
    """The text detector: DB (Liao et al., 2020) over a reduced picture."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.net = FixedShapes("PP-OCRv6_det_small.onnx")
        self.post = DBPostProcess(thresh=0.3, box_thresh=0.5, max_candidates=1000, unclip_ratio=1.6, use_dilation=True)

    def __call__(self, image: Image) -> Floats:
        """Give the lines of an image: float32 [n, 4, 2] in its pixels, clockwise from the top left, top down."""
        height, width = image.shape[:2]
        scale = min(1.0, self.side / max(height, width))
        size = (_multiple(width * scale), _multiple(height * scale))
        resized = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        batch = (resized.astype(np.float32) / 127.5 - 1.0).transpose(2, 0, 1)[None]
        found, _ = self.post(self.net(np.ascontiguousarray(batch)), (height, width))
        quads = np.asarray(found, dtype=np.float32).reshape(-1, 4, 2)
        return quads[np.lexsort((quads[:, 0, 0], quads[:, 0, 1]))]


def _multiple(pixels: float) -> int:
    return max(STRIDE, round(pixels / STRIDE) * STRIDE)
