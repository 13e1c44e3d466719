"""Does the corner net find documents of designs that it has never seen, and which way up they are?"""

import cv2
import numpy as np
import numpy.typing as npt

from jobs.evaluation.measures import EvaluationSettings, Measure, share
from jobs.evaluation.photos import Shot, held_out_shots
from udfs.nets.corners import Corners, find_corners
from udfs.nets.opening import open_corners
from udfs.nets.quads import clockwise, unit_square
from udfs.specimens.backgrounds import TEXTURES, draw_background
from udfs.specimens.rendered import Image

Points = npt.NDArray[np.float32]

ENOUGH = 0.9
EMPTY = (900, 1200)  # px: height and width of a photograph of nothing
ASIDE = 640  # px: longest side that the contour finder looks at


def evaluate(settings: EvaluationSettings) -> list[Measure]:
    """Shares of photographs with intersection over union above 0.9 (beside a contour finder), upright and found."""
    net = open_corners(settings.folder)
    overlaps, contours, upright, found, kinds = [], [], [], [], []
    for shot in held_out_shots(settings.samples, seed=settings.seed):
        seen = find_corners(net, [shot.image])[0]
        overlaps.append(overlap(seen.points, shot.corners))
        contours.append(overlap(contour_corners(shot.image), shot.corners))
        upright.append(_upright(seen, shot))
        found.append(seen.found)
        kinds.append(shot.flat.side)
    good = [value > ENOUGH for value in overlaps]
    baseline = {"contour": float(np.mean([value > ENOUGH for value in contours]))}
    measures = [share("corners_iou90", good, baselines=baseline)]
    for kind in sorted(set(kinds)):
        part = [hit for hit, of in zip(good, kinds, strict=True) if of == kind]
        measures.append(share("corners_iou90", part, segment=f"side={kind}"))
    empty = [not seen.found for seen in find_corners(net, _empty_tables(settings))]
    return [
        *measures,
        share("corners_upright", upright),
        share("corners_found", found),
        share("corners_empty_refused", empty),
    ]


def _empty_tables(settings: EvaluationSettings) -> list[Image]:
    """Surfaces with no document on them, a quarter as many as there are samples."""
    rng = np.random.default_rng((settings.seed, settings.samples))
    names = list(TEXTURES)
    return [draw_background(names[index % len(names)], rng, EMPTY) for index in range(settings.samples // 4)]


def overlap(first: Points, second: Points) -> float:
    """Intersection over union of two convex quads."""
    shared, _ = cv2.intersectConvexConvex(clockwise(first), clockwise(second))
    total = cv2.contourArea(clockwise(first)) + cv2.contourArea(clockwise(second)) - shared
    return float(shared / total) if total > 0 else 0.0


def contour_corners(image: Image) -> Points:
    """The usual contour finder: edges, the largest outline, four corners of its polygon."""
    scale = min(1.0, ASIDE / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    edges = cv2.Canny(cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0), 50, 150)
    outlines, _ = cv2.findContours(
        cv2.dilate(edges, np.ones((3, 3), np.uint8)), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    for outline in sorted(outlines, key=cv2.contourArea, reverse=True)[:5]:
        polygon = cv2.approxPolyDP(outline, 0.02 * cv2.arcLength(outline, True), True)
        if len(polygon) == 4 and cv2.isContourConvex(polygon):
            return np.asarray(clockwise(polygon.reshape(4, 2).astype(np.float32)) / scale, np.float32)
    return unit_square(max(image.shape[:2]))


def _upright(seen: Corners, shot: Shot) -> bool:
    """Whether the corner named the holder's top left is the nearest one to the true one."""
    return int(np.linalg.norm(seen.points - shot.corners[0], axis=1).argmin()) == 0
