"""Rows of a machine readable zone as pictures: one fixed size, grey, whatever the size and lean of the row."""

import cv2
import numpy as np

from udfs.nets.mrz import HEIGHT, WIDTH
from udfs.reading.detector import Image
from udfs.reading.quantised import Floats

MOST_SUPERSAMPLING = 8


def row_crop(image: Image, quad: Floats, width: int = WIDTH) -> Image:
    """Cut the row at a quad (float32 [4, 2], clockwise from its top left) out of a picture: uint8 [32, width, 1]."""
    across = float(max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3])))
    down = float(max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1])))
    times = int(np.clip(np.ceil(max(across / width, down / HEIGHT) - 0.01), 1, MOST_SUPERSAMPLING))
    size = (times * width, times * HEIGHT)
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32) - 0.5
    warp = cv2.getPerspectiveTransform(quad.astype(np.float32), target)
    flat = cv2.warpPerspective(image, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    grey = cv2.cvtColor(flat, cv2.COLOR_BGR2GRAY) if flat.ndim == 3 else flat
    small = cv2.resize(grey, (width, HEIGHT), interpolation=cv2.INTER_AREA) if times > 1 else grey
    return np.asarray(small, np.uint8)[..., None]
