"""From a planned document to the bytes of its file, and to those of its genuine twin."""

from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks import ATTACKS, pasted_photo, portrait_swap
from udfs.specimens.attacks.attacked import Edit, unaltered
from udfs.specimens.attacks.canvas import Canvas, Mask, flat_canvas
from udfs.specimens.attacks.retype import retype_field
from udfs.specimens.camera import CameraDraw, photograph
from udfs.specimens.encoding import CodecDraw, decoded, encode, file_shape, opened, saved, to_file
from udfs.specimens.issuers import find_design
from udfs.specimens.optics import homography
from udfs.specimens.portraits import Faces, draw_portrait
from udfs.specimens.render import portrait_size, render
from udfs.specimens.rendered import Box, Image, Rendered
from udfs.specimens.sensor import develop
from udfs.specimens.world import Document, Forgery

SELFIE_PX = (960, 1280)
NO_CORNERS = np.zeros((0, 2), np.float32)


@dataclass(frozen=True)
class Captured:
    """One file: its bytes, the corners float32 [4, 2] in its decoded pixels (none of a selfie), what was altered."""

    data: bytes
    corners: npt.NDArray[np.float32]
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Shot(Captured):
    """The file of a document.

    Attributes:
        mask: bool [h, w] over its decoded pixels, where it was altered.
        to_file: float64 [3, 3], pixels of the flat page to pixels of the decoded file.
    """

    mask: Mask
    to_file: npt.NDArray[np.float64]


def capture(document: Document, faces: Faces = draw_portrait) -> Captured:
    """The document's file; the same plan and faces give the same bytes."""
    if document.copy_of is not None:
        return _near_copy(document, document.copy_of, faces)
    if document.design_id is None:
        return Captured(encode(_selfie(document, faces), document.codec), NO_CORNERS, ())
    edit = edit_of(document.forgery, faces) if document.forgery is not None else unaltered
    family = _family(document.forgery)
    return shoot(flat_page(document, faces), document.camera, document.codec, edit=edit, family=family)


def shoot(
    page: Rendered, camera: CameraDraw, codec: CodecDraw, *, edit: Edit = unaltered, family: str | None = None
) -> Shot:
    """A page through camera and codec.

    Forged is the camera's picture where somebody opened it before it was submitted, else the page. What must be
    photographed to be seen (family `physical`) is always made before.
    """
    on_page = codec.desktop is None or family == "physical"
    sheet = (edit if on_page else unaltered)(flat_canvas(page))
    photo = photograph(sheet.image, camera, shares_of(page))
    canvas = Canvas(opened(photo.image, codec), page, homography(page.image.shape, camera.geometry)[0])
    picture = (unaltered if on_page else edit)(canvas)
    data = saved(picture.image, codec)
    matrix, (height, width) = to_file(photo.image.shape, codec), file_shape(photo.image.shape, codec)
    mask = (canvas.region(sheet.mask) & ~photo.covered) | picture.mask
    laid = cv2.warpPerspective(mask.astype(np.uint8), matrix, (width, height), flags=cv2.INTER_NEAREST)
    return Shot(
        data,
        in_file(photo.corners, matrix),
        sheet.changed or picture.changed,
        mask=np.asarray(laid) > 0,
        to_file=matrix @ canvas.to_image,
    )


def shares_of(page: Rendered) -> list[Box]:
    """Where something is printed for its holder, in shares of the page's width and height."""
    height, width = page.image.shape[:2]
    return [(x0 / width, y0 / height, x1 / width, y1 / height) for x0, y0, x1, y1 in page.zones.values()]


def genuine_twin(document: Document) -> Document:
    """The same document, honestly made: one camera, codec and person, no forgery."""
    return replace(document, forgery=None, copy_of=None)


def twins(document: Document) -> tuple[Captured, Captured]:
    """The forged file and its genuine twin's, through one camera and codec draw."""
    return capture(document), capture(genuine_twin(document))


def flat_page(document: Document, faces: Faces = draw_portrait) -> Rendered:
    """The page as printed, on the issuer's blank or the forger's, before anything was altered on it."""
    blank = document.forgery.blank if document.forgery is not None else None
    design, person, papers = find_design(document.design_id or ""), document.person, document.papers
    portrait = faces(person.face_seed, papers.photo_seed, portrait_size(design)) if design.layout.portrait else None
    return render(design, person, papers, blank=blank, portrait=portrait)


def edit_of(forgery: Forgery, faces: Faces = draw_portrait) -> Edit:
    """What the forger does to a page or its picture; nothing where the forgery lies in the blank or the company."""
    rng, retyped = np.random.default_rng(forgery.seed), forgery.retyped
    if retyped is not None:
        return partial(retype_field, name=retyped, rng=rng)
    if forgery.attack == "pasted_photo":
        return lambda canvas: pasted_photo.apply(canvas.page, rng, faces)
    if forgery.attack == "portrait_swap":
        return partial(portrait_swap.apply, rng=rng, faces=faces)
    if forgery.attack in ATTACKS:
        return ATTACKS[forgery.attack].drawn(rng)
    return unaltered


def _family(forgery: Forgery | None) -> str | None:
    """The evidence family of what is done to the page; none where nothing is."""
    return ATTACKS[forgery.attack].family if forgery is not None and forgery.attack in ATTACKS else None


def _selfie(document: Document, faces: Faces) -> Image:
    """The holder before the phone's own lens, BGR [1280, 960, 3]."""
    photo_seed = document.camera.seed % 2**31
    face = faces(document.person.face_seed, photo_seed, SELFIE_PX)
    soft = np.asarray(cv2.GaussianBlur(face, (0, 0), document.camera.defocus), dtype=np.uint8)
    return develop(soft, document.camera.device, document.camera.light, np.random.default_rng(document.camera.seed))


def _near_copy(document: Document, source: Document, faces: Faces) -> Captured:
    """The source's file decoded, a few per cent cropped from its rim, written by the copier's own codec."""
    original = capture(source, faces)
    upright = decoded(original.data)
    rng = np.random.default_rng(document.forgery.seed if document.forgery is not None else 0)
    left, top, right, bottom = (int(share * upright.shape[1]) for share in rng.uniform(0.0, 0.012, 4))
    cropped = np.ascontiguousarray(upright[top : upright.shape[0] - bottom, left : upright.shape[1] - right])
    corners = original.corners - np.array([left, top], np.float32)
    return Captured(
        encode(cropped, document.codec), in_file(corners, to_file(cropped.shape, document.codec)), ("page",)
    )


def in_file(points: npt.NDArray[np.float32], matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Points [n, 2] of a photograph in the pixels of its decoded file, by the matrix of `to_file`."""
    moved = cv2.perspectiveTransform(points.reshape(1, -1, 2).astype(np.float64), matrix)
    return np.asarray(moved[0], dtype=np.float32)
