"""A camera or an office scanner, as one frozen draw: the same draw photographs a forgery and its genuine twin alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.backgrounds import TEXTURES, draw_background
from udfs.specimens.hands import Finger, Mask, draw_fingers, held
from udfs.specimens.laminate import Laminate, draw_laminate, laminated
from udfs.specimens.optics import Geometry, at_scale, homography, lay_on
from udfs.specimens.rendered import Box, Image
from udfs.specimens.sensor import DeviceDraw, Light, develop, draw_device, scan
from udfs.specimens.wear import Wear, draw_wear, worn

Mode = Literal["photo", "cropped", "scan"]

CARD_WIDTH_PX = (950.0, 1300.0)
FRAME_WIDTH_PX = (1300.0, 1700.0)
FRAME_RATIOS = (4 / 3, 3 / 2, 16 / 10)
ANY_ANGLE = 0.05  # share of photographs turned by any angle, not near a quarter turn
PARTIAL = 0.06  # share of photographs with an edge or a corner of the document out of the frame
CUT = (0.006, 0.028)  # of the document's width: every field of every layout begins further from its edges


@dataclass(frozen=True)
class CameraDraw:
    """Everything about one exposure except the document in it.

    Attributes:
        mode: `photo` with a background around it, `cropped` by an app, or `scan` by a flat-bed scanner.
        device: the camera or scanner.
        geometry: where and how the card lies.
        light: what falls on it.
        defocus: sigma in pixels.
        motion: length in pixels and angle in degrees of the hand's shake.
        background: name of the surface.
        seed: of the surface and of the sensor's noise.
        wear: of the document's body; part of the draw so that a forgery and its twin are worn alike, as is the rest.
        laminate: what its clear layer shows.
        fingers: that hold it.
    """

    mode: Mode
    device: DeviceDraw
    geometry: Geometry
    light: Light
    defocus: float
    motion: tuple[float, float]
    background: str
    seed: int
    wear: Wear | None = None
    laminate: Laminate | None = None
    fingers: tuple[Finger, ...] = ()


@dataclass(frozen=True)
class Photo:
    """A photograph and where the document stands in it.

    Attributes:
        image: BGR uint8 [h, w, 3].
        corners: float32 [4, 2], clockwise from the holder's top left, pixels.
        homography: float64 [3, 3], pixels of the flat page to pixels of the photograph.
        covered: bool [h, w], where a finger hides what lies behind it.
    """

    image: Image
    corners: npt.NDArray[np.float32]
    homography: npt.NDArray[np.float64]
    covered: Mask


def draw_camera(rng: np.random.Generator, *, mode: Mode | None = None, device: DeviceDraw | None = None) -> CameraDraw:
    """An exposure by the given device, or by any."""
    drawn: Mode = mode or _draw_mode(rng)
    plain = CameraDraw(
        mode=drawn,
        device=device or draw_device(rng),
        geometry=_draw_geometry(rng, drawn),
        light=_draw_light(rng),
        defocus=float(rng.uniform(0.3, 0.9)),
        motion=(float(rng.choice([0.0, 0.0, 0.0, 2.0, 3.0])), float(rng.uniform(0, 180))),
        background=str(rng.choice(list(TEXTURES))),
        seed=int(rng.integers(2**63)),
    )
    return _in_use(plain)


def photograph(image: Image, draw: CameraDraw, fields: Sequence[Box] = ()) -> Photo:
    """The flat page [h, w, 3] of any resolution as the camera delivers it, developed to 8 bit BGR.

    `fields` are boxes in shares of the page's width and height that no finger covers.
    """
    rng = np.random.default_rng(draw.seed)
    matrix, corners, frame = homography(image.shape[:2], draw.geometry)
    sheet, to_photo = at_scale(image, matrix)
    sheet = sheet if draw.wear is None else worn(sheet, draw.wear)
    sheet = sheet if draw.laminate is None else laminated(sheet, draw.laminate)
    covered = np.zeros((frame[1], frame[0]), np.bool_)
    if draw.mode == "scan":
        lid = np.full((*covered.shape, 3), draw.device.lid, np.uint8)
        exposed = scan(_blurred(lay_on(lid, sheet, to_photo, shadow=0.12), draw), draw.device, rng)
    else:
        scene = lay_on(draw_background(draw.background, rng, frame), sheet, to_photo, shadow=0.35)
        if draw.fingers:
            scene, covered = held(scene, draw.fingers, matrix, image.shape, fields)
        exposed = develop(_blurred(scene, draw), draw.device, draw.light, rng)
    return Photo(image=exposed, corners=corners, homography=matrix, covered=covered)


def _in_use(draw: CameraDraw) -> CameraDraw:
    """The exposure of a document that is used and held: worn, glossy, between fingers, turned or partly out of frame.

    A stream of its own leaves every other draw as it was.
    """
    rng = np.random.default_rng((draw.seed, 1))
    used = replace(draw, wear=draw_wear(rng), laminate=draw_laminate(rng))
    fingers, chance = draw_fingers(rng), rng.random(2)
    turn, over, sides = rng.uniform(-180, 180), rng.uniform(*CUT, 2), rng.choice([-1, 0, 1], 2)
    if draw.mode != "photo":
        return used
    cut = over * sides if chance[0] < PARTIAL else np.zeros(2)
    rotation = float(turn) if chance[1] < ANY_ANGLE else draw.geometry.rotation_deg
    geometry = replace(draw.geometry, rotation_deg=rotation, cut=(float(cut[0]), float(cut[1])))
    return replace(used, geometry=geometry, fingers=fingers)


def _draw_mode(rng: np.random.Generator) -> Mode:
    """Mostly free photographs; apps crop a fifth, and a tenth is scanned."""
    chance = rng.random()
    if chance < 0.7:
        return "photo"
    return "cropped" if chance < 0.9 else "scan"


def _draw_geometry(rng: np.random.Generator, mode: Mode) -> Geometry:
    """How the card lies: tilted and turned in a photograph, almost square on a scanner."""
    spread = {"photo": 1.0, "cropped": 0.35, "scan": 0.0}[mode]
    turned = int(rng.choice([0, 1, 2, 3], p=[0.88, 0.05, 0.03, 0.04])) if mode == "photo" else 0
    skew = 0.7 if mode == "scan" else 8.0 * max(spread, 0.3)
    frame_width = float(rng.uniform(*FRAME_WIDTH_PX))
    ratio = float(rng.choice(FRAME_RATIOS))
    return Geometry(
        card_width_px=float(rng.uniform(*CARD_WIDTH_PX)),
        frame=(frame_width, frame_width / ratio) if mode == "photo" else (0.0, 0.0),
        margin=float(rng.uniform(0.01, 0.05) if mode == "photo" else rng.uniform(0.008, 0.05)),
        rotation_deg=float(np.clip(rng.normal(0, skew), -25, 25)) + 90.0 * turned,
        tilt_deg=(
            float(np.clip(rng.normal(0, 6), -16, 16)) * spread,
            float(np.clip(rng.normal(0, 6), -16, 16)) * spread,
        ),
        offset=(float(rng.uniform(-0.8, 0.8)), float(rng.uniform(-0.8, 0.8))),
    )


def _draw_light(rng: np.random.Generator) -> Light:
    """Room light: uneven, a little coloured, sometimes with a reflection."""
    return Light(
        level=float(rng.uniform(0.72, 1.08)),
        slope=(float(rng.normal(0, 0.12)), float(rng.normal(0, 0.12))),
        cast=(float(rng.uniform(0.93, 1.07)), 1.0, float(rng.uniform(0.93, 1.07))),
        glare=float(rng.uniform(0.08, 0.35)) if rng.random() < 0.15 else 0.0,
        glare_at=(float(rng.uniform(0.1, 0.9)), float(rng.uniform(0.1, 0.9))),
    )


def _blurred(image: Image, draw: CameraDraw) -> Image:
    """The picture that the lens and the hand leave on the sensor."""
    soft = cv2.GaussianBlur(image, (0, 0), 0.6 * draw.defocus if draw.mode == "scan" else draw.defocus)
    length, angle = draw.motion
    if draw.mode == "scan" or length == 0.0:
        return np.asarray(soft, dtype=np.uint8)
    return np.asarray(cv2.filter2D(soft, -1, _shake(length, angle)), dtype=np.uint8)


def _shake(length: float, angle: float) -> npt.NDArray[np.float32]:
    """A motion kernel float32 [7, 7] that sums to one."""
    steps = np.linspace(-length / 2, length / 2, 15)
    kernel = np.zeros((7, 7), np.float32)
    across = np.rint(3 + steps * np.cos(np.deg2rad(angle))).astype(int)
    down = np.rint(3 + steps * np.sin(np.deg2rad(angle))).astype(int)
    np.add.at(kernel, (down, across), 1.0)
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)
