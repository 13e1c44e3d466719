"""Another person's photograph in place of the holder's."""

import cv2
import numpy as np

from udfs.specimens.attacks.attacked import Attacked, altered, unaltered
from udfs.specimens.attacks.canvas import Canvas, Plane, blended, whole_box
from udfs.specimens.attacks.tones import toned
from udfs.specimens.portraits import Faces, draw_portrait
from udfs.specimens.rendered import Image, Rendered


def applies(page: Rendered) -> bool:
    """On every side with a portrait."""
    return "portrait" in page.zones


def stranger(rng: np.random.Generator) -> tuple[int, int]:
    """Face and photograph of the one who is laid over the holder: the first draws of the attack."""
    return int(rng.integers(2**31)), int(rng.integers(2**31))


def apply(canvas: Canvas, rng: np.random.Generator, faces: Faces = draw_portrait) -> Attacked:
    """Lay a photograph of someone else over the portrait, with another history and a soft or hard edge."""
    page = canvas.page
    if not applies(page):
        return unaltered(canvas)
    x0, y0, x1, y1 = whole_box(page, page.zones["portrait"], 0)
    size = (x1 - x0, y1 - y0)
    photo = _travelled(faces(*stranger(rng), size), rng)
    shown, weight = canvas.rectified(), np.zeros(page.image.shape[:2], np.float32)
    sheet = shown.astype(np.float32)
    sheet[y0:y1, x0:x1] = toned(photo, shown[y0:y1, x0:x1], rng)
    weight[y0:y1, x0:x1] = _edge(size, float(rng.choice([0.0, 1.0, 2.5])))
    return altered(canvas, blended(canvas.image, canvas.onto(sheet), canvas.onto(weight)), ("portrait",))


def _travelled(photo: Image, rng: np.random.Generator) -> Image:
    """The photograph after a profile page: another size and its own JPEG."""
    scale = float(rng.uniform(0.6, 1.6))
    resized = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    _, data = cv2.imencode(".jpg", resized, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 93))])
    back = cv2.imdecode(data, cv2.IMREAD_COLOR)
    fitted = cv2.resize(np.asarray(back, dtype=np.uint8), photo.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(fitted, dtype=np.uint8)


def _edge(size: tuple[int, int], feather: float) -> Plane:
    """Weight float32 [h, w] of the new photograph, 0 to 1, falling off over `feather` px at its rim."""
    weight = np.ones((size[1], size[0]), np.float32)
    if feather > 0:
        weight[:2], weight[-2:], weight[:, :2], weight[:, -2:] = 0, 0, 0, 0
        weight = np.asarray(cv2.GaussianBlur(weight, (0, 0), feather), dtype=np.float32)
    return weight
