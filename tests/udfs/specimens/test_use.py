"""Wear, laminate, fingers and partial views: the same on a forgery and its twin, and never over what a field says."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from udfs.specimens.attacks import ATTACKS
from udfs.specimens.camera import CUT, CameraDraw, draw_camera, photograph
from udfs.specimens.capture import shares_of, shoot
from udfs.specimens.encoding import decoded, draw_codec
from udfs.specimens.hands import Finger
from udfs.specimens.laminate import EMBLEMS, Laminate, laminated
from udfs.specimens.rendered import Rendered
from udfs.specimens.wear import Wear, worn

WEAR = Wear(scratches=20, scuff=0.9, faded=0.2, stains=2, creased=True, seed=4)
LAMINATE = Laminate("rings", 0.12, 20.0, 0.4, 0.1, 2.0, 30.0, (0.0, 0.8), ((0.1, 0.03, 0.4),))
FINGERS = tuple(
    Finger(edge, along, 1.0, 0.16, 20.0, (120.0, 150.0, 200.0), nail=True)
    for edge in range(4)
    for along in (0.08, 0.4, 0.75)
)


@pytest.fixture(scope="module")
def camera() -> CameraDraw:
    """A photograph of a used document that a whole hand holds."""
    plain = draw_camera(np.random.default_rng(3), mode="photo")
    return replace(plain, wear=WEAR, laminate=LAMINATE, fingers=FINGERS)


def places(page: Rendered, matrix: np.ndarray, frame: tuple[int, ...]) -> np.ndarray:
    """Where the printed zones stand in a photograph, bool [h, w]."""
    printed = np.zeros(page.image.shape[:2], np.uint8)
    for x0, y0, x1, y1 in page.zones.values():
        printed[int(y0) : int(y1), int(x0) : int(x1)] = 1
    return np.asarray(cv2.warpPerspective(printed, matrix, frame[1::-1], flags=cv2.INTER_NEAREST)) > 0


def test_fingers_lie_on_the_document_and_over_no_field(passport: Rendered, camera: CameraDraw) -> None:
    for seed in range(6):
        drawn = draw_camera(np.random.default_rng(seed), mode="photo")
        photo = photograph(passport.image, replace(drawn, fingers=FINGERS), shares_of(passport))
        whole = np.ones(passport.image.shape[:2], np.uint8)
        page = cv2.warpPerspective(whole, photo.homography, photo.image.shape[1::-1]) > 0
        assert (photo.covered & page).sum() > 2000
        assert not (photo.covered & places(passport, photo.homography, photo.image.shape)).any()


def test_without_fields_to_spare_a_finger_reaches_further(passport: Rendered, camera: CameraDraw) -> None:
    free = photograph(passport.image, camera)
    spared = photograph(passport.image, camera, shares_of(passport))
    assert free.covered.sum() > 1.02 * spared.covered.sum()


def test_a_forgery_and_its_twin_are_used_alike(passport: Rendered, camera: CameraDraw) -> None:
    forged = passport.image.copy()
    forged[300:340, 500:700] = 60
    fields = shares_of(passport)
    genuine, changed = photograph(passport.image, camera, fields), photograph(forged, camera, fields)
    differs = (genuine.image != changed.image).any(axis=2)
    near = np.zeros(forged.shape[:2], np.uint8)
    near[280:360, 480:720] = 1
    allowed = cv2.warpPerspective(near, genuine.homography, differs.shape[::-1]) > 0
    assert differs.any()
    assert not (differs & ~allowed).any()


@pytest.mark.parametrize("finish", [lambda sheet: worn(sheet, WEAR), lambda sheet: laminated(sheet, LAMINATE)])
def test_a_finer_sheet_shows_the_same_use(finish: Callable[[np.ndarray], np.ndarray]) -> None:
    ground = cv2.GaussianBlur(np.full((600, 840, 3), 120, np.uint8), (0, 0), 3)
    coarse = finish(ground)
    finer = cv2.resize(finish(cv2.resize(ground, None, fx=1.2, fy=1.2)), (840, 600), interpolation=cv2.INTER_AREA)
    apart = np.abs(coarse.astype(int) - finer.astype(int))
    seen = np.abs(coarse.astype(int) - ground.astype(int))
    assert seen.mean() > 3
    assert apart.mean() < 0.25 * seen.mean()


def test_print_stays_darker_than_its_ground_under_wear_and_laminate() -> None:
    sheet = np.full((600, 840, 3), 235, np.uint8)
    sheet[100:500:8] = 20
    for emblem in EMBLEMS:
        shown = laminated(worn(sheet, replace(WEAR, scratches=0)), replace(LAMINATE, emblem=emblem)).astype(int)
        inner = shown[100:492, 60:-60].max(axis=2)
        assert (inner[3:-8:8] - inner[0:-8:8]).min() > 25


def test_what_a_finger_hides_is_not_called_altered(passport: Rendered, camera: CameraDraw) -> None:
    codec = replace(draw_codec(np.random.default_rng(1)), desktop=None, orientation=1, format="png", hop=None)
    edit = ATTACKS["halftone"].drawn(np.random.default_rng(2))
    bare = shoot(passport, replace(camera, fingers=()), codec, edit=edit, family="physical")
    shot = shoot(passport, camera, codec, edit=edit, family="physical")
    assert decoded(shot.data).shape[:2] == shot.mask.shape
    assert 0 < shot.mask.sum() < bare.mask.sum() - 2000


def test_a_partial_view_loses_no_field(passport: Rendered) -> None:
    for seed in range(8):
        drawn = draw_camera(np.random.default_rng(seed), mode="photo")
        for sides in ((1, 0), (-1, -1), (0, 1)):
            geometry = replace(drawn.geometry, cut=(CUT[1] * sides[0], CUT[1] * sides[1]))
            photo = photograph(passport.image, replace(drawn, geometry=geometry))
            height, width = photo.image.shape[:2]
            assert photo.corners.min() < 0 or (photo.corners >= (width, height)).any()
            boxes = np.array([[(x0, y0), (x1, y0), (x1, y1), (x0, y1)] for x0, y0, x1, y1 in passport.zones.values()])
            laid = cv2.perspectiveTransform(boxes.reshape(1, -1, 2).astype(np.float64), photo.homography)[0]
            assert laid.min() >= 0
            assert (laid < (width, height)).all()
