"""Thumbnails of cards that show what is alike and nobody's face: few pixels, strongly blurred."""

import base64

import cv2
import numpy as np

WIDTH = 56  # pixels of a thumbnail: a line of text is under one pixel high
BLUR = 0.028  # standard deviation as a share of the card's width: a portrait keeps about eight cells of detail


def thumbnail(luma_png: bytes, *, width: int = WIDTH) -> str:
    """A plate as a blurred thumbnail, a data URI; empty where the picture cannot be read.

    The blur comes before the reduction, so that what is thrown away cannot be sharpened back.
    """
    plate = cv2.imdecode(np.frombuffer(luma_png, np.uint8), cv2.IMREAD_GRAYSCALE)
    if plate is None:
        return ""
    sigma = BLUR * plate.shape[1]
    blurred = cv2.GaussianBlur(plate, (0, 0), sigma)
    height = max(1, round(width * plate.shape[0] / plate.shape[1]))
    small = cv2.resize(blurred, (width, height), interpolation=cv2.INTER_AREA)
    _, png = cv2.imencode(".png", small, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return f"data:image/png;base64,{base64.b64encode(png.tobytes()).decode()}"
